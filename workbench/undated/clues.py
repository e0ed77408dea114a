"""What the words of a text and the events it is about say of each day on which it may have been published.

Every clue is a factor per day: above 1 where articles with such a phrase come out more often than on any day, below
1 where less often. The shares were measured on 6,000 dated articles of 2021 and 2022 in three languages. No phrase
rules a day out, since one in ten may be misread or stand for something else.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.copies.anchors import anchors, pieces
from workbench.events import Event
from workbench.times.meanings import Meaning
from workbench.times.phrases import Mention
from workbench.undated.siblings import ELSEWHERE

Factors = NDArray[np.float64]

_YEARS = 1 / ELSEWHERE
MISREAD = 0.1
"""Share of phrases that say nothing of the day; so small a factor never rules a day out alone."""

_WEEKDAY = np.array([0.52, 0.27, 0.09, 0.04, 0.03, 0.02, 0.03])
"""Share of articles published 0, 1, … 6 days after the weekday they name as past."""

_WEEKDAY_AHEAD = np.array([0.37, 0.30, 0.11, 0.07, 0.04, 0.05, 0.06])
"""The same, 0, 1, … 6 days before the weekday they name as to come."""

_WEEKEND = np.array([0.02, 0.10, 0.39, 0.26, 0.11, 0.03, 0.09])
"""The same, 0, 1, … 6 days after the Saturday of the weekend they name."""

_MONTH = np.array([0.05, 0.19, 0.16, 0.13, 0.08, 0.08, 0.10, 0.06, 0.06, 0.03, 0.03, 0.03])
_MONTH_AHEAD = np.array([0.05, 0.33, 0.20, *[0.42 / 9] * 9])
"""Share of articles published 0, 1, … 11 months after, or before, the month they name without a year."""

_DATE = ((1, 0.45), (2, 0.085), (3, 0.03), (8, 0.013), (31, 0.0033), (92, 0.0006), (366, 0.0003))
"""Share of articles per day, less than so many days after a full date."""

_WEEK_BEFORE = 0.003
"""The same for each day of the week before it."""

_DAY_MONTH = ((1, 0.11), (3, 0.041), (8, 0.028), (15, 0.019), (31, 0.0075), (90, 0.0027), (367, 0.0009))
_DAY_MONTH_AHEAD = ((1, 0.074), (3, 0.084), (8, 0.026), (15, 0.03), (31, 0.014), (367, 0.0002))
_DATELINE = ((1, 0.75), (2, 0.19), (3, 0.03), (367, 0.0001))
"""The same for a day without a year, as past, as to come, and in the line that opens agency copy."""

_LAG = np.array([0.45, 0.33, 0.08, 0.05, 0.03, 0.03, 0.03])
"""Share of reports of a happening that come out 0, 1, … 6 days after it."""

_MOST_ALIKE = 3
"""Phrases of one kind count together as much as this many: a text that says Wednesday eight times says it once."""

_MOST_WORDS = 3
"""Words of a known date that count when they stand beside a phrase: each doubles the odds that it is meant."""

_YEAR_AFTER = 366
"""Days after a known date in which a phrase such as "in October" may still mean it."""
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Axis:
    """The days in question, counted since 1970: from `first` up to, but not including, `end`."""

    first: int
    end: int

    @cached_property
    def days(self) -> NDArray[np.int64]:
        """Every day, counted since 1970."""
        return np.arange(self.first, self.end, dtype=np.int64)

    @cached_property
    def months(self) -> NDArray[np.int64]:
        """The month of every day, counted from year 0."""
        stamps = pd.to_datetime(self.days, unit="D")
        return np.asarray(stamps.year * 12 + stamps.month - 1, dtype=np.int64)

    @cached_property
    def weekdays(self) -> NDArray[np.int64]:
        """The weekday of every day, Monday being 0; 1 January 1970 was a Thursday."""
        return (self.days + 3) % 7


def number(day: date) -> int:
    """Days since 1970."""
    return (day - _EPOCH).days


def day_of(since: int) -> date:
    """The day so many days after 1 January 1970."""
    return _EPOCH + timedelta(days=int(since))


class Said(NamedTuple):
    """Logarithms of the factors: of each day of the axis, and of any day outside of it."""

    inside: Factors
    outside: float


def said(mentions: Iterable[Mention], axis: Axis) -> Said:
    """What the phrases of a text say together; those in somebody's words, and repetitions, say nothing."""
    distinct = {(one.meaning, one.tense != "future", one.dateline) for one in mentions if not one.quoted}
    ordered = sorted(distinct, key=repr)
    counts = Counter(meaning.kind for meaning, *_ in ordered)
    inside, outside = np.zeros(len(axis.days)), 0.0
    for meaning, past, dateline in ordered:
        factor = _factor(meaning, past, dateline, axis)
        if factor is not None:
            share = min(1.0, _MOST_ALIKE / counts[meaning.kind])
            inside, outside = inside + share * factor.inside, outside + share * factor.outside
    return Said(inside, outside)


@lru_cache(maxsize=4096)
def _factor(meaning: Meaning, past: bool, dateline: bool, axis: Axis) -> Said | None:  # noqa: FBT001 - keys of the cache
    """The factors of one phrase; None where it says nothing, as "last month" does on any day."""
    shares = _shares(meaning, axis, past=past, dateline=dateline)
    if shares is None:
        return None
    # What a full date puts on the days of the axis is not left for any other day.
    held = float(shares.sum()) / _YEARS if meaning.kind == "date" else 0.0
    return Said(np.log((1 - MISREAD) * shares + MISREAD), math.log(max(MISREAD, 1.0 - held)))


def _shares(meaning: Meaning, axis: Axis, *, past: bool, dateline: bool) -> Factors | None:
    """How much more often than on any day articles with the phrase come out, per day of the axis."""
    kind, plain = meaning.kind, not meaning.shift and meaning.year_shift is None
    if kind == "weekday" and plain:
        lag = (axis.weekdays - (meaning.weekday or 0)) % 7
        return np.asarray(7 * (_WEEKDAY[lag] if past else _WEEKDAY_AHEAD[-lag % 7]))
    if kind == "weekend" and plain and past:
        return np.asarray(7 * _WEEKEND[(axis.weekdays - 5) % 7])
    if kind == "month-name" and plain:
        lag = (axis.months - (meaning.month or 1) + 1) % 12
        return np.asarray(12 * (_MONTH[lag] if past else _MONTH_AHEAD[-lag % 12]))
    if kind == "day-month" and plain:
        return 365 * _since_day(meaning, axis, past=past, dateline=dateline)
    if kind == "date":
        return _YEARS * _since_date(meaning, axis, dateline=dateline)
    if kind in ("month-year", "calendar-year") and past:
        low = (meaning.year or 0) * 12 + (meaning.month or 1) - 1
        return np.where(axis.months >= low, 1.0, 0.0)
    return None


def _since_day(meaning: Meaning, axis: Axis, *, past: bool, dateline: bool) -> Factors:
    """Share of articles per day by how long it is since, or until, a day of the year."""
    years = range(int(axis.months[0]) // 12 - 8, int(axis.months[-1]) // 12 + 9)
    held = np.array(sorted(number(one) for year in years if (one := _day_of_year(year, meaning))), dtype=np.int64)
    if not len(held):
        return np.full(len(axis.days), 1 / 365)
    if past:
        last = held[np.maximum(np.searchsorted(held, axis.days, side="right") - 1, 0)]
        return _steps(axis.days - last, _DATELINE if dateline else _DAY_MONTH)
    following = held[np.minimum(np.searchsorted(held, axis.days, side="left"), len(held) - 1)]
    return _steps(following - axis.days, _DAY_MONTH_AHEAD)


def _day_of_year(year: int, meaning: Meaning) -> date | None:
    try:
        one = date(year, meaning.month or 0, meaning.day or 0)
    except ValueError:
        return None
    return one if meaning.weekday in (None, one.weekday()) else None


def _since_date(meaning: Meaning, axis: Axis, *, dateline: bool) -> Factors:
    """Share of articles per day by how long it is since a full date; one year after it they are spread thin."""
    try:
        since = axis.days - number(date(meaning.year or 0, meaning.month or 0, meaning.day or 0))
    except ValueError:
        return np.full(len(axis.days), 1 / _YEARS)
    after = _steps(np.maximum(since, 0), _DATELINE if dateline else _DATE)
    return np.where(since >= 0, after, np.where(since >= -7, _WEEK_BEFORE, 0.0))


def _steps(count: NDArray[np.int64], table: Sequence[tuple[int, float]]) -> Factors:
    """The value of the first step that ends after each count; beyond the last what is spread over ten years."""
    ends = np.array([end for end, _ in table])
    values = np.array([*(value for _, value in table), 0.15 / _YEARS])
    return np.asarray(values[np.searchsorted(ends, count, side="right")])


class Happening(NamedTuple):
    """A known date of an event: its day, what it is called, and the words by which a sentence may tell it."""

    event: str
    day: int
    label: str
    words: tuple[frozenset[str], ...]


@lru_cache(maxsize=256)
def happenings(event: Event) -> tuple[Happening, ...]:
    """The known dates of an event. Words of its title are left out: all texts about it share them."""
    title = _named(event.title, "en")
    return tuple(
        Happening(event.name, number(known.date), known.label, _telling(known.label, title)) for known in event.known
    )


def _telling(label: str, title: frozenset[str]) -> tuple[frozenset[str], ...]:
    words = (frozenset(anchors(word, "en")) for word in dict.fromkeys(pieces(label)))
    return tuple(word for word in words if word and not word & title)


@lru_cache(maxsize=4096)
def _named(text: str, language: str) -> frozenset[str]:
    return frozenset(name for word in pieces(text) for name in anchors(word, language))


@lru_cache(maxsize=256)
def event_days(event: Event, axis: Axis) -> Factors:
    """The share of reports per day for a text about the event: half over its window, half after its known dates."""
    window = (axis.days >= number(event.start)) & (axis.days <= number(event.end))
    share = window / max(1, int(window.sum()))
    if not event.known:
        return np.asarray(share)
    bumps = np.zeros(len(axis.days))
    for known in event.known:
        lag = axis.days - number(known.date)
        near = (lag >= 0) & (lag < len(_LAG))
        bumps[near] += _LAG[lag[near]] / len(event.known)
    return np.asarray((share + bumps) / 2)


class Told(NamedTuple):
    """A phrase beside words of a known date: how many of them, and what that makes of each day."""

    mention: Mention
    happening: Happening
    words: int


def told(mentions: Iterable[Mention], language: str, known: Sequence[Happening]) -> list[Told]:
    """For each phrase the known dates whose words stand in its sentence, those with most words first."""
    found = []
    for one in mentions:
        if one.quoted or one.tense == "future" or one.kind in ("date", "calendar-year"):
            continue
        names = _named(one.sentence, language)
        counted = ((each, sum(1 for word in each.words if word & names)) for each in known)
        found += [Told(one, each, min(count, _MOST_WORDS)) for each, count in counted if count]
    return sorted(found, key=lambda each: (-each.words, each.mention.start, each.happening.day, each.happening.label))


def known_days(found: Iterable[Told], axis: Axis) -> Factors:
    """Logarithms of what known dates say of each day: a phrase that then means one counts by the words they share."""
    best: dict[tuple[Meaning, str], Factors] = {}
    for each in found:
        key = (each.mention.meaning, each.mention.tense)
        covered = _covered(each.mention.meaning, each.mention.tense, each.happening.day, axis)
        best[key] = np.maximum(best.get(key, np.zeros(len(axis.days))), each.words * covered)
    total = np.zeros(len(axis.days))
    for key in sorted(best, key=repr):
        total += best[key]
    return total * math.log(2)


@lru_cache(maxsize=4096)
def _covered(meaning: Meaning, tense: str, happened: int, axis: Axis) -> NDArray[np.bool_]:
    """On which days of publication the phrase would mean the day of the happening."""
    day = day_of(happened)
    covered = np.zeros(len(axis.days), dtype=bool)
    for since in range(max(axis.first, happened), min(axis.end, happened + _YEAR_AFTER)):
        covered[since - axis.first] = any(low <= day < high for low, high in meaning.days(day_of(since), tense))
    return covered


def likely_months(mentions: Iterable[Mention]) -> Factors | None:
    """The share of each month of the year, January first, from months named without a year; None where none is."""
    year = Axis(number(date(2001, 1, 1)), number(date(2002, 1, 1)))
    named = [one for one in mentions if one.kind == "month-name" and one.meaning.year_shift is None]
    if not any(not one.quoted for one in named):
        return None
    weight = np.exp(said(named, year).inside)
    months = np.array([weight[year.months % 12 == month].mean() for month in range(12)])
    return np.asarray(months / months.sum())
