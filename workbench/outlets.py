"""Who published an article: one name per outlet, from what the record states, its title and its URL.

The aggregator that carried a copy is not the outlet; it goes into `carried_by`.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from functools import cache
from importlib.resources import files
from typing import NamedTuple
from urllib.parse import urlsplit

import pandas as pd

_SUBDOMAINS = re.compile(r"^(www\d?|m|mobile|amp|edition|us|uk|int)\.")
_SEPARATOR = re.compile(r"\s+[—–|·•-]\s+|\s*(?:\||::|»)\s*")
_MOST_WORDS = 7
"""A longer tail of a title is taken for part of the headline."""


class TitleParts(NamedTuple):
    """A headline and what stood behind it: `rest` is the part taken off, separator included."""

    title: str
    outlet: str
    section: str
    rest: str


@cache
def _known() -> dict[str, str]:
    """Every known name or domain of an outlet, in comparable form, to its one name."""
    table = tomllib.loads(files("workbench").joinpath("lexicon/outlets.toml").read_text("utf-8"))
    return {_plain(alias): name for name, aliases in table.items() for alias in (name, *aliases)}


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


def domain_of(url: str | None) -> str | None:
    """The host of a web address without `www` and its like; None where there is none.

    >>> domain_of("https://www.bbc.co.uk/news/1")
    'bbc.co.uk'
    """
    try:
        host = urlsplit(str(url or "").strip()).hostname
    except ValueError:
        return None
    return _SUBDOMAINS.sub("", host.casefold()) or None if host and "." in host else None


def outlet_name(stated: str | None, url: str | None) -> str | None:
    """The one name of an outlet: what the record states, else the domain of its URL, both by their known name.

    A statement that only repeats the domain gives way to the known name; an unknown outlet keeps its own.
    """
    if stated and stated.strip():
        plain = stated.strip()
        return _known().get(_plain(plain)) or _known().get(_plain(domain_of(f"https://{plain}") or "")) or plain
    domain = domain_of(url)
    return _known().get(_plain(domain), domain) if domain else None


def split_title(title: str, *, outlet: str | None = None, tails: frozenset[str] = frozenset()) -> TitleParts:
    """The headline without the outlet and section that a page appends to it.

    A tail counts as an outlet when it is, or begins with, a known outlet, this article's own `outlet`, or one of
    the `tails` that the collection repeats. Everything else stays part of the headline.

    >>> split_title("Talks stall — RT Russia & Former Soviet Union").outlet
    'RT'
    """
    cuts = list(_SEPARATOR.finditer(title))
    for cut in cuts:
        head, tail = title[: cut.start()].strip(), title[cut.end() :].strip()
        if not head or not tail or len(tail.split()) > _MOST_WORDS:
            continue
        found = _outlet_in(tail, outlet=outlet, tails=tails)
        if found:
            return TitleParts(head, found[0], found[1], title[len(title[: cut.start()].rstrip()) :])
    return TitleParts(title.strip(), "", "", "")


def _outlet_in(tail: str, *, outlet: str | None, tails: frozenset[str]) -> tuple[str, str] | None:
    """The outlet that `tail` names and the section it names behind that, or None."""
    if outlet and _plain(tail) == _plain(outlet):
        return outlet, ""
    words = tail.split()
    for size in range(len(words), 0, -1):
        name = _known().get(_plain(" ".join(words[:size])))
        if name and (size == len(words) or _is_short_name(words[:size])):
            return name, " ".join(words[size:])
    parts = [part.strip() for part in _SEPARATOR.split(tail)]
    if outlet and len(parts) > 1 and _plain(parts[-1]) == _plain(outlet):
        return outlet, parts[0]
    return (tail, "") if _plain(tail) in tails else None


def _is_short_name(words: list[str]) -> bool:
    """An abbreviation such as RT or TASS may be followed by a section; a word such as Express may not."""
    return len(words) == 1 and words[0].isupper()


def repeated_tails(titles: pd.Series) -> frozenset[str]:
    """Tails that at least three headlines and a tenth of them share, in comparable form."""
    found: Counter[str] = Counter()
    for title in titles:
        cuts = list(_SEPARATOR.finditer(title))
        if cuts and len(title[cuts[-1].end() :].split()) <= _MOST_WORDS:
            found[_plain(title[cuts[-1].end() :])] += 1
    least = max(3, len(titles) // 10)
    return frozenset(tail for tail, count in found.items() if count >= least and tail)
