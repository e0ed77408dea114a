"""Whom a text credits: the agency in its dateline, the name in its byline, the holder of its copyright.

Only the form is read here. Whether a name is an outlet's is asked of the caller, who knows the collection.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

_CAPITAL = "A-ZÀ-ÖØ-ÞĀ-ŽА-ЯЁІЇЄҐ"
_DASH = r"(?:[-–—]{1,2})"

_BRACKETED = re.compile(
    rf"(?P<place>[{_CAPITAL}][^()\[\]\n]{{1,59}}?)?(?P<gap>[ \u00a0]*)"
    r"(?P<open>[(\[/])(?P<name>[^()\[\]\n]{2,40}?)(?P<close>[)\]/])"
    rf"(?P<after>[ \u00a0]*\.?[ \u00a0]*{_DASH}[ \u00a0]*|\.(?=[ \u00a0\n]|$))"
)
_PLACE = rf"(?P<place>[{_CAPITAL}][^()\n]{{1,59}}?"
_BETWEEN = re.compile(rf"{_PLACE})(?P<tag>[ \u00a0]{_DASH}[ \u00a0](?P<name>[^.()\n]{{2,40}}))\.\s")
_BEFORE_DASH = re.compile(
    rf"{_PLACE}[.,])(?P<tag>[ \u00a0](?P<name>(?:(?![.,]\s)[^,()\n–—]){{2,40}}?)[ \u00a0]{_DASH})"
    r"(?=[ \u00a0]\S)"
)
_CALL_SIGN = re.compile(rf"[{_CAPITAL}\d]{{2,}}\w*(?:[ /]\w+){{0,3}}$")
"""Tags of stations and small agencies: CBS4, KDKA, CBSMiami/AP."""

_DAY_WORDS = re.compile(r"(?:[^\W\d_]{3,10}\.?|\d{1,4}(?:-?(?:го|е|st|nd|rd|th|er|º))?|г|р)$")
_SMALL_WORDS = frozenset(
    ["de", "del", "la", "el", "le", "les", "du", "des", "den", "der", "of", "and", "et", "und", "y", "i", "і", "и"]
) | frozenset(["на", "the", "am", "an", "al", "upon", "a.", "d.", "м.", "г."])

_PERSON = rf"[{_CAPITAL}][\w’'.-]*(?: (?:(?:van|von|de|da|del|der|bin|al|el|la|le|du) )*[{_CAPITAL}][\w’'.-]*){{1,3}}"
_BYLINE = re.compile(
    r"(?:By|BY|Par|Von|Por|Written by|(?:Rédigé|Propos recueillis|Entretien réalisé) par|Ein Interview von|Escrito por"
    rf"|Entrevista de|Автор(?:ка)?:|Текст:|Text:|Texte ?:|Texto:) ?"
    rf"(?P<author>{_PERSON}(?:(?:, | and | et | und | y | и | і | та | & ){_PERSON}){{0,4}})"
    r"(?:(?:, | \(|,? (?:for|pour|für|para|для) |[ ]?[|/–—-][ ]?)(?P<outlet>[^()\d|]{2,40})\)?)?\s*$"
)
_HOLDER = re.compile(
    r"(?:©|\(c\)|\bcopyright\b|[,.–—-] ?(?:all rights reserved|tous droits réservés|alle rechte vorbehalten"
    r"|todos los derechos reservados|все права защищены|(?:усі|всі) права захищен[оі]))",
    re.IGNORECASE,
)
_NOT_A_HOLDER = re.compile(
    r"©|\(c\)|\bcopyright\b|\b(?:19|20)\d\d\b(?: ?[-–] ?(?:(?:19|20)\d\d)?)?|\bby\b|"
    r"all rights reserved|tous droits réservés|alle rechte vorbehalten|todos los derechos reservados|"
    r"все права защищены|(?:усі|всі) права захищен[оі]",
    re.IGNORECASE,
)
_CREDIT = re.compile(r"(?:source|quelle|fuente|источник|джерело)\s*:\s*(?P<name>.{2,60})$", re.IGNORECASE)


class Tag(NamedTuple):
    """An agency's tag in a dateline: its name and the span of what is taken off with it."""

    name: str
    start: int
    end: int


class Byline(NamedTuple):
    """Who wrote an article, and the outlet named beside, or the empty string."""

    author: str
    outlet: str


def agency_tag(line: str, is_known: Callable[[str], bool]) -> Tag | None:
    """The agency's tag in the dateline that opens `line`, or None.

    The tag goes with its brackets, or with the dash beside it; place and day stay, and so does the dash between
    them and the text. `is_known` says whether a name is an outlet's. A name nobody knows is a tag only behind a place
    in capitals, and where it looks like a call sign.

    >>> found = agency_tag("BRUSSELS, Jan 12 (AFP) - The council met.", lambda name: name == "AFP")
    >>> found.name, "BRUSSELS, Jan 12 (AFP) - The council met."[found.start : found.end]
    ('AFP', ' (AFP)')
    """
    head = line[:160]
    found = _BRACKETED.match(head)
    if found:
        return _bracketed(found, is_known)
    for pattern in (_BETWEEN, _BEFORE_DASH):
        found = pattern.match(head)
        if found and _is_dateline(found["place"], dated=True) and is_known(found["name"].strip()):
            return Tag(found["name"].strip(), found.start("tag"), found.end("tag"))
    return None


def _bracketed(found: re.Match[str], is_known: Callable[[str], bool]) -> Tag | None:
    name, place = found["name"].strip(), found["place"] or ""
    if found["open"] + found["close"] not in ("()", "[]", "//") or (place and not _is_dateline(place, dated=False)):
        return None
    if not any(is_known(part) for part in (name, *re.split(r"\s*[/,]\s*", name))):
        shouted = place.split(",")[0].split("(")[0]
        if (place and (shouted != shouted.upper() or len(shouted) < 3)) or not _CALL_SIGN.match(name):
            return None
        if not re.search(_DASH, found["after"]):
            return None
    if not place:
        return Tag(name, found.start("open"), found.end("after"))
    # "12 Jan. /TASS/. The": one full stop is enough.
    stop = place.endswith(".") and found["after"].startswith(".")
    return Tag(name, found.start("gap"), found.end("close") + stop)


def _is_dateline(place: str, *, dated: bool) -> bool:
    """Whether these words are a place, a region and a day, and no beginning of a sentence."""
    words = place.replace(",", " ").replace("/", " ").split()
    for at, word in enumerate(words):
        if word[:1].isupper() or word[:1].isdigit() or word.casefold() in _SMALL_WORDS:
            continue
        beside = words[max(0, at - 2) : at] + words[at + 1 : at + 2]
        if not (_DAY_WORDS.match(word) and any(other[:1].isdigit() for other in beside)):
            return False
    told = any(word[:1].isdigit() for word in words) or (words[0].isupper() and len(words[0]) > 2)
    return told or not dated


def byline(line: str) -> Byline | None:
    """The author of a line that is a byline and nothing else, or None.

    >>> byline("By Jane Doe, Reuters")
    Byline(author='Jane Doe', outlet='Reuters')
    """
    if len(line) > 140:
        return None
    found = _BYLINE.match(line.strip())
    return Byline(found["author"], (found["outlet"] or "").strip()) if found else None


def holders(text: str) -> Iterator[str]:
    """The names in lines that claim a copyright, last line first.

    >>> list(holders("© 2022 The Harbour Bell. All rights reserved."))
    ['The Harbour Bell']
    """
    for line in reversed(text.splitlines()):
        if len(line) <= 200 and _HOLDER.search(line):
            name = _NOT_A_HOLDER.sub(" ", line).strip(" .,;|–—-·\u00a0")
            if 2 <= len(name) <= 60 and not name[0].islower() and not re.search(r"[.|;]\s", name):
                yield " ".join(name.split())


def sources(text: str) -> Iterator[str]:
    """The names in the lines "Source: …" among the last eight, last line first."""
    for line in reversed(text.splitlines()[-8:]):
        credit = _CREDIT.match(line.strip())
        if credit:
            yield credit["name"].strip(" .")
