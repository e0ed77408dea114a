"""Dates that a page shows: lines that announce one or are nothing else, and the dateline before the first sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from workbench.times.idioms import idioms
from workbench.times.phrases import Mention, after_announcement, mentions
from workbench.times.stated import Stated, read_date

_HEAD = 1200
_LINES = 12
_YEAR = re.compile(r"(?:19|20)\d\d|\d{1,2}[/.]\d{1,2}[/.]\d\d(?!\d)")
_FIGURE = re.compile(r"\d")
_REMOVED = re.compile(r'\[\d+,\d+,"((?:[^"\\]|\\.){6,100})","')
_DATELINE_HEAD = 400
_BEFORE_DATE = 15
"""Characters between the announcing word and its date: "in Politics,"."""

_BARE = 40
"""The longest line that can be nothing but a date, with its weekday and time."""


def announced_day(text: str, removed: object, language: str, order: str) -> tuple[str, str, Stated] | None:
    """The first line that opens with a word such as "Published", what follows that word, and the date it states."""
    for line in _lines(text, removed):
        rest = after_announcement(line)
        if rest is not None and (stated := _announced(rest, language, order)):
            return line, rest, stated
    return None


def date_lines(text: str, removed: object, language: str) -> list[tuple[str, Stated]]:
    """The line that is nothing but a date, to the day; none where lines differ, as the headings of a chronicle do."""
    found: dict[date, tuple[str, Stated]] = {}
    for line in _lines(text, removed):
        if len(line) <= _BARE and (stated := _bare(line, language)) and stated.precision not in ("month", "year"):
            found.setdefault(stated.low.date(), (line, stated))
    return list(found.values()) if len(found) == 1 else []


def _lines(text: str, removed: object, holding: re.Pattern[str] = _YEAR) -> Iterator[str]:
    """Short lines of the text's head and of what was removed: where a page shows its date."""
    for line in text[:_HEAD].splitlines()[:_LINES]:
        if 6 <= len(line.strip()) <= 90 and holding.search(line):
            yield line.strip()
    if isinstance(removed, str):
        for line in _REMOVED.findall(removed):
            if holding.search(line):
                yield " ".join(str(json.loads(f'"{line}"')).split())


@lru_cache(maxsize=8192)
def _announced(rest: str, language: str, order: str) -> Stated | None:
    if stated := read_date(rest, order, language=language, strict=True):
        return stated
    # "12 janvier 2022 à 18h30, mis à jour le 13": the first date is the one announced.
    own = idioms(language)
    for one, meaning in own.find(rest)[:1] if own else []:
        if meaning.kind == "date" and one.start() <= _BEFORE_DATE:
            return Stated.of(meaning.year or 0, meaning.month or 0, meaning.day)
    return None


@lru_cache(maxsize=8192)
def _bare(line: str, language: str) -> Stated | None:
    return read_date(line, "", language=language, strict=True) if after_announcement(line) is None else None


def dateline(text: str, language: str) -> Mention | None:
    """The day in the line of place and day before the first sentence, or None."""
    found = (one for one in mentions(text[:_DATELINE_HEAD], language) if one.dateline and one.meaning.day)
    return next(found, None)


def days_without_year(text: str, removed: object, language: str) -> Iterator[Mention]:
    """The day and month of the dateline, and those of lines that announce them: "Posted 12 January"."""
    if place := dateline(text, language):
        yield place
    for line in _lines(text, removed, _FIGURE):
        rest = after_announcement(line)
        for one in mentions(rest, language)[:1] if rest else []:
            if one.kind == "day-month" and one.start <= _BEFORE_DATE:
                yield one


def day_in(place: Mention, within: Stated | None) -> Stated | None:
    """The day of a dateline; one without a year only where it is a day of `within`, and of one year alone."""
    meaning = place.meaning
    if meaning.year:
        return Stated.of(meaning.year, meaning.month or 0, meaning.day)
    if within is None:
        return None
    years = range(within.low.year, within.high.year + 1)
    days = [stated for year in years if (stated := Stated.of(year, meaning.month or 0, meaning.day))]
    days = [one for one in days if within.low <= one.low and one.high <= within.high]
    fits = [one for one in days if meaning.weekday is None or one.low.weekday() == meaning.weekday]
    return fits[0] if len(fits) == 1 else None
