"""Who published an article: one name per outlet, from what the record states, its title, its URL and its attribution.

Names come from a small lexicon and from the collection itself: an outlet that states its name in one export lends it
to the exports that only give its domain. The aggregator that carried a copy is not the outlet; it goes into
`carried_by`.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import NamedTuple
from urllib.parse import urlsplit

from anyascii import anyascii

from workbench.cleaning import attribution

_SUBDOMAINS = re.compile(r"^(www\d?|m|mobile|amp|edition|us|uk|int)\.")
_SEPARATOR = re.compile(r"\s+[—–|·•-]\s+|\s*(?:\||::)\s*")
_BARS = re.compile(r"[|·•»]|::")
"""Separators that a headline does not use itself; "gas – Kremlin" is a dash of the headline's own."""

_MOST_WORDS = 9
"""A longer tail of a title is taken for part of the headline."""

_OFTEN = 3
"""Articles that have to end in the same tail before it is taken for an outlet that nothing else names."""

HEAD_LINES = 4
"""Lines of a text among which a dateline stands: behind a byline and a summary at the latest."""


class TitleParts(NamedTuple):
    """A headline and what stood behind it: `rest` is the part taken off, separator included."""

    title: str
    outlet: str
    section: str
    rest: str


@dataclass(frozen=True)
class Outlets:
    """The outlets known for one collection: every name in comparable form to its one spelling, and domains to names.

    `spelled` holds the names that a domain may spell, as letters alone: harbourbell.example is The Harbour Bell.
    """

    names: dict[str, str] = field(default_factory=dict)
    domains: dict[str, str] = field(default_factory=dict)
    spelled: dict[str, str] = field(default_factory=dict)

    def of(self, stated: str | None, url: str | None) -> str | None:
        """The one name of an outlet: what the record states, else the domain of its URL; None where neither is there.

        A statement that nobody knows gives way to the known owner of the URL's domain.
        """
        domain = domain_of(url)
        owner = self._owner(domain) if domain else None
        if stated and stated.strip():
            plain = stated.strip()
            own = domain_of(f"https://{plain}")
            named = self.names.get(_plain(plain)) or (self._owner(own) if own else None)
            return named or owner or plain
        return owner or domain

    def _owner(self, domain: str) -> str | None:
        """Whose a domain is: by the lexicon, by its own records, or because it spells a name that others state."""
        return self.names.get(_plain(domain)) or self.domains.get(domain) or self.spelled.get(_label(domain))

    def split_title(self, title: str, *, own: str | None = None, translated: bool = False) -> TitleParts:
        """The headline without the outlet and section that a page appends to it; a tail nobody knows stays.

        `own` is the outlet of the article as far as its record tells. Behind a dash the name of another one is an
        attribution ("Gas to stop – Reuters") and stays, unless the copy is a translation that names its original.
        A tail that is a piece of the own name counts as it.

        >>> known_outlets().split_title("Talks stall — BBC News Europe").section
        'Europe'
        """
        for cut in reversed(list(_SEPARATOR.finditer(title))):
            head, tail = title[: cut.start()].strip(), title[cut.end() :].strip()
            if not head or not tail or len(tail.split()) > _MOST_WORDS:
                continue
            found = self._in_tail(tail) or ((own, "") if own and _is_piece(tail, own) else None)
            if found and (not own or found[0] == own or translated or _BARS.search(cut.group())):
                return TitleParts(head, found[0], found[1], title[len(title[: cut.start()].rstrip()) :])
        return TitleParts(title.strip(), "", "", "")

    def _in_tail(self, tail: str) -> tuple[str, str] | None:
        """The outlet that `tail` names and the section beside it, or None."""
        words = tail.split()
        for size in range(len(words), 0, -1):
            name = self.names.get(_plain(" ".join(words[:size])))
            section = " ".join(words[size:]).strip("—–|·•-:» ")
            # "- The Times they are changing": a section is written with a capital.
            if name and not section[:1].islower() and (not section or size > 1 or words[0].isupper()):
                return name, section
        return None

    def credited(self, text: str) -> str | None:
        """The known outlet that a dateline's agency tag, a line "Source: …" or a byline names, or None."""
        for line in text[:600].splitlines()[:HEAD_LINES]:
            tag = attribution.agency_tag(line, self.knows)
            if tag and (name := self.named(tag.name)):
                return name
        bylines = filter(None, map(attribution.byline, text[:600].splitlines()))
        said = (*attribution.sources(text), *(line.outlet for line in bylines))
        return next((name for name in map(self.named, said) if name), None)

    def holder(self, text: str) -> str | None:
        """The known outlet that a line of `text` names as the holder of its copyright, or None."""
        return next((name for name in map(self.named, attribution.holders(text)) if name), None)

    def knows(self, name: str) -> bool:
        """Whether this is the name, the domain or the abbreviation of an outlet."""
        return self.named(name) is not None

    def named(self, said: str) -> str | None:
        """The outlet that goes by this name, domain or abbreviation, or None."""
        return self.names.get(_plain(said)) or self.names.get(f"({said})")


def _is_piece(tail: str, own: str) -> bool:
    """Whether a tail of a title is the outlet's own name cut short: "Mirror" of "Daily Mirror"."""
    words, whole = tail.casefold().split(), re.findall(r"[\w’'-]+", own.casefold())
    return len(tail) >= 4 and any(whole[at : at + len(words)] == words for at in range(len(whole)))


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


@cache
def known_outlets() -> Outlets:
    """The outlets of the lexicon alone."""
    table = tomllib.loads(files("workbench").joinpath("lexicon/outlets.toml").read_text("utf-8"))
    return Outlets({_plain(alias): name for name, aliases in table.items() for alias in (name, *aliases)})


def domain_of(url: str | None) -> str | None:
    """The host of a web address without `www` and its like; None where there is none.

    >>> domain_of("https://www.bbc.co.uk/news/1")
    'bbc.co.uk'
    """
    try:
        host = urlsplit(str(url or "").strip()).hostname
    except ValueError:
        return None
    return _SUBDOMAINS.sub("", host.casefold()) or None if host and "." in host and " " not in host else None


@dataclass
class _Met:
    """What the articles of a collection say of outlets: names stated, tails of titles by site, and names by domain."""

    stated: Counter[str] = field(default_factory=Counter)
    tails: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    owners: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    sizes: Counter[str] = field(default_factory=Counter)
    seen: set[str] = field(default_factory=set)

    def count(self, source: str, domain: str, tails: Mapping[str, bool]) -> None:
        """Take in one article: its stated source and domain ("" where there is none), and the tails of its lines."""
        home = domain or source
        self.sizes[home] += 1
        if source and not domain_of(f"https://{source}"):
            self.stated[source] += 1
            if domain:
                self.owners[domain][source] += 3
        self.seen.update(tails)
        for tail, apart in tails.items():
            if home or apart:
                self.tails[home][tail] += 1
            if domain:
                self.owners[domain][tail] += 1


def learn_outlets(rows: Iterable[tuple[str | None, str | None, str]], *, feet: Iterable[str] = ()) -> Outlets:
    """The outlets of a collection from (stated source, URL, title or first lines) of each article.

    `feet` are the last lines of the articles, where a page says who holds its copyright.

    A name counts when a record states it, when a text names it as the holder of its copyright and another one does
    or a title ends in it, or when three different lines end in it and it is the tail of most titles of its site.
    Where the site is not known, bars have to set the tail apart: headlines have dashes of their own ("Gas to stop –
    Kremlin"). A domain belongs to the name that most of its own records state or append to their titles, else to the
    name it spells; the domain of an aggregator belongs to none of them.
    """
    known, met = known_outlets(), _Met()
    for source, url, head in rows:
        met.count((source or "").strip(), domain_of(url) or "", _tails(head))
    held = Counter(name for foot in feet for name in set(attribution.holders(foot)))
    held = Counter({name: count for name, count in held.items() if count > 1 or name in met.seen})
    spellings = {name: n for name, n in (_often(met.tails, met.sizes) + met.stated + held).items() if _plain(name)}
    names = {_plain(name): name for name in sorted(spellings, key=lambda name: (spellings[name], name))} | known.names
    initials = {
        f"({''.join(word[0] for word in name.split()).upper()})": names[_plain(name)]
        for name in sorted(spellings)
        if len(name.split()) > 1
    }
    strange = ((domain, counts) for domain, counts in met.owners.items() if _plain(domain) not in known.names)
    domains = {domain: _owner(counts, names) for domain, counts in strange}
    spelled = {
        letters: names[_plain(name)]
        for name in sorted(met.stated + held)
        if _plain(name) in names
        for letters in _letters(name)
    }
    return Outlets(
        initials | names,
        {domain: name for domain, name in domains.items() if name},
        {letters: name for letters, name in spelled.items() if len(letters) >= _LEAST_SPELLED},
    )


_LEAST_SPELLED = 6
"""Letters that a domain and a name have to share: shorter ones meet by chance."""


def _often(tails: Mapping[str, Counter[str]], sizes: Mapping[str, int]) -> Counter[str]:
    """The tails that make an outlet: those of most titles of a known site, or set apart by bars where it is unknown."""
    found: Counter[str] = Counter()
    for home, counts in tails.items():
        found += _at_least(counts, max(_OFTEN, sizes[home] // 2 + 1) if home else _OFTEN)
    return found


def _at_least(counts: Counter[str], least: int) -> Counter[str]:
    return Counter({name: n for name, n in counts.items() if n >= least})


def _letters(name: str) -> set[str]:
    """A name as a domain spells it: Latin letters and digits, with and without a leading article."""
    words = re.sub(r"[^a-z0-9]+", " ", anyascii(name).casefold()).split()
    return {"".join(words), "".join(words[1:] if len(words) > 1 and words[0] in _ARTICLES else words)}


_ARTICLES = frozenset(["the", "le", "la", "les", "der", "die", "das", "el", "los", "las"])


def _label(domain: str) -> str:
    """The part of a domain that names its owner: harbourbell in news.harbour-bell.co.uk."""
    parts = domain.split(".")[:-1]
    return re.sub(r"[^a-z0-9]", "", anyascii(max(reversed(parts), key=len))) if parts else ""


def _owner(counts: Counter[str], names: dict[str, str]) -> str:
    least = max(_OFTEN, sum(counts.values()) // 2 + 1)
    return next((names[_plain(name)] for name in sorted(counts) if counts[name] >= least and _plain(name) in names), "")


def _tails(head: str) -> dict[str, bool]:
    """What stands behind the last separator of each of the first lines, and whether bars set it apart."""
    found: dict[str, bool] = {}
    for line in head.splitlines()[:25]:
        if len(line) > 250:
            continue
        cuts = list(_SEPARATOR.finditer(line))
        tail = line[cuts[-1].end() :].strip() if cuts else ""
        if tail and len(tail.split()) <= _MOST_WORDS and len(line[: cuts[0].start()].split()) >= 3:
            found[tail] = found.get(tail, False) or bool(_BARS.search(cuts[-1].group()))
    return found
