"""Who published an article: one name per outlet, from what the record states, its title, its URL and its credits.

Names come from a small lexicon and from the collection itself: an outlet that states its name in one export lends it
to the exports that only give its domain. The aggregator that carried a copy is not the outlet; it goes into
`carried_by`.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import NamedTuple
from urllib.parse import urlsplit

_SUBDOMAINS = re.compile(r"^(www\d?|m|mobile|amp|edition|us|uk|int)\.")
_SEPARATOR = re.compile(r"\s+[—–|·•-]\s+|\s*(?:\||::)\s*")
_DATELINE = re.compile(
    r"^.{0,60}?\((?P<agency>[A-ZÀ-ÞА-ЯЁІЇЄҐ]{2,6})\)\s*[-–—]|^[^.\n]{0,60}\s[—–-]\s(?P<named>[^.\n]{3,40})\.\s"
)
_CREDIT = re.compile(r"(?:source|quelle|fuente|источник|джерело)\s*:\s*(?P<name>.{2,60})$", re.IGNORECASE)

_MOST_WORDS = 9
"""A longer tail of a title is taken for part of the headline."""

_OFTEN = 3
"""Articles that have to end in the same tail before it is taken for an outlet that nothing else names."""


class TitleParts(NamedTuple):
    """A headline and what stood behind it: `rest` is the part taken off, separator included."""

    title: str
    outlet: str
    section: str
    rest: str


@dataclass(frozen=True)
class Outlets:
    """The outlets known for one collection: every name in comparable form to its one spelling, and domains to names."""

    names: dict[str, str] = field(default_factory=dict)
    domains: dict[str, str] = field(default_factory=dict)

    def of(self, stated: str | None, url: str | None) -> str | None:
        """The one name of an outlet: what the record states, else the domain of its URL; None where neither is there.

        A statement that nobody knows gives way to the known owner of the URL's domain.
        """
        domain = domain_of(url)
        owner = self.names.get(_plain(domain)) or self.domains.get(domain) if domain else None
        if stated and stated.strip():
            plain = stated.strip()
            own = domain_of(f"https://{plain}")
            named = self.names.get(_plain(plain)) or (self.domains.get(own) if own else None)
            return named or owner or plain
        return owner or domain

    def split_title(self, title: str) -> TitleParts:
        """The headline without the outlet and section that a page appends to it; a tail nobody knows stays.

        >>> known_outlets().split_title("Talks stall — BBC News Europe").section
        'Europe'
        """
        for cut in reversed(list(_SEPARATOR.finditer(title))):
            head, tail = title[: cut.start()].strip(), title[cut.end() :].strip()
            if not head or not tail or len(tail.split()) > _MOST_WORDS:
                continue
            found = self._in_tail(tail)
            if found:
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
        """The outlet that a dateline's agency tag or a line "Source: …" names, where it is a known one."""
        found = _DATELINE.match(text[:160])
        if found and (name := self._agency(found["agency"] or found["named"])):
            return name
        for line in reversed(text.splitlines()[-8:]):
            credit = _CREDIT.match(line.strip())
            if credit and (name := self._agency(credit["name"].strip(" ."))):
                return name
        return None

    def _agency(self, said: str) -> str | None:
        return self.names.get(_plain(said)) or self.names.get(f"({said})")


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


def learn_outlets(rows: Iterable[tuple[str | None, str | None, str]]) -> Outlets:
    """The outlets of a collection from (stated source, URL, first lines) of each article.

    A name counts when a record states it or when three different lines end in it. A domain belongs to the name that
    most of its own records state or append to their titles; the domain of an aggregator belongs to none of them.
    """
    known = known_outlets()
    stated: Counter[str] = Counter()
    tails: Counter[str] = Counter()
    owners: dict[str, Counter[str]] = defaultdict(Counter)
    for source, url, head in rows:
        domain = domain_of(url)
        if source and not domain_of(f"https://{source.strip()}"):
            stated[source.strip()] += 1
            if domain:
                owners[domain][source.strip()] += 3
        for tail in _tails(head):
            tails[tail] += 1
            if domain:
                owners[domain][tail] += 1
    often = {tail: n for tail, n in tails.items() if n >= _OFTEN}
    spellings = {name: n for name, n in (Counter(often) + stated).items() if _plain(name)}
    names = {_plain(name): name for name in sorted(spellings, key=lambda name: (spellings[name], name))} | known.names
    initials = {
        f"({''.join(word[0] for word in name.split()).upper()})": name
        for name in sorted(spellings)
        if len(name.split()) > 1
    }
    domains = {domain: _owner(counts, names) for domain, counts in owners.items() if _plain(domain) not in known.names}
    return Outlets(initials | names, {domain: name for domain, name in domains.items() if name})


def _owner(counts: Counter[str], names: dict[str, str]) -> str:
    least = max(_OFTEN, sum(counts.values()) // 2 + 1)
    return next((names[_plain(name)] for name in sorted(counts) if counts[name] >= least and _plain(name) in names), "")


def _tails(head: str) -> set[str]:
    """What stands behind the last separator of each of the first lines."""
    found = set()
    for line in head.splitlines()[:25]:
        cuts = list(_SEPARATOR.finditer(line))
        tail = line[cuts[-1].end() :].strip() if cuts and len(line) <= 250 else ""
        if tail and len(tail.split()) <= _MOST_WORDS and len(line[: cuts[0].start()].split()) >= 3:
            found.add(tail)
    return found
