"""Spans of days in which an outlet gave improbably little: silent, thin, before it begins and after it ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from workbench.baseline import WEEK, Reals, Usual, chance_of_so_few, fill, running, runs
from workbench.periods import Flags, Whole

THIN = 0.4
"""A span is thin up to this part of what was expected: losses leave 10 to 30 %, while half can be a quiet season."""

LENGTHS = (3, 5, 7, 10, 14, 20, 28, 42)
"""Days of the spans searched for thin volume. Beyond two months a lower volume is a new level, not a gap."""

LEAST_EXPECTED = 5.0
"""Fewer articles are never missed with any certainty: a Poisson variable of mean 5 is zero once in 150 times."""

STRAYS = 0.01
LEAST_STRAYS = 2
"""The part of its articles, two at least, that may lie, misdated, far outside the time an outlet was collected."""

RARE_DAY = 0.1
"""A weekday with less than a tenth of a usual day neither begins nor ends a silence: no Sunday paper, no gap."""


class Span(NamedTuple):
    """The days `first` to `last` of an outlet (its row), and how probable so few articles are there by chance."""

    outlet: int
    first: int
    last: int
    kind: str
    found: int
    expected: float
    chance: float


@dataclass(frozen=True)
class Search:
    """What is searched: the baseline, the days from each outlet's first to its last article, and the guard.

    `trials` is the number of outlets and days at which a gap may begin; a span whose probability times `trials`
    exceeds `most` is none.
    """

    usual: Usual
    collected: Flags
    trials: int
    most: float

    def weigh(self, outlet: Whole, first: Whole, last: Whole) -> tuple[Reals, Reals, Reals]:
        """Articles found and expected in each span, and the guarded chance of so few."""
        found = self.usual.found(outlet, first, last)
        expected = self.usual.expected(outlet, first, last)
        chance = chance_of_so_few(found, expected, self.usual.scatter(outlet, first, last)) * self.trials
        return found, expected, np.where(expected >= LEAST_EXPECTED, np.minimum(chance, 1.0), 1.0)

    def span(self, outlet: int, first: int, last: int, kind: str = "") -> Span:
        """One span, weighed; named by what was found where no kind is given."""
        found, expected, chance = (float(each[0]) for each in self.weigh(*_one(outlet, first, last)))
        kind = kind or ("thin" if found else "silent")
        return Span(outlet, first, last, kind, int(found), expected, chance)


def find_spans(search: Search) -> list[Span]:
    """All gaps of these outlets but caps, by outlet and day; they never overlap."""
    silent = _silences(search)
    begins, ends = _reach(search, silent)
    within = [span for span in silent if begins[span.outlet] <= span.first and span.last <= ends[span.outlet]]
    thin = list(_thin(_without(search, within, begins, ends)))
    found = [*_joined(search, sorted([*within, *thin])), *_outside(search, begins, ends)]
    return sorted(span for span in found if span.chance <= search.most)


def _one(*numbers: int) -> Iterator[Whole]:
    return (np.array([number], dtype=np.int64) for number in numbers)


def _silences(search: Search) -> list[Span]:
    """Runs of days without an article that chance does not explain."""
    outlet, first, last = runs(search.collected & (search.usual.counts == 0))
    rare = search.usual.rhythm < RARE_DAY
    for _ in range(WEEK - 1):
        first = np.where((first < last) & rare[outlet, first], first + 1, first)
        last = np.where((first < last) & rare[outlet, last], last - 1, last)
    _, expected, chance = search.weigh(outlet, first, last)
    kept = np.flatnonzero(chance <= search.most)
    return [
        Span(int(outlet[at]), int(first[at]), int(last[at]), "silent", 0, float(expected[at]), float(chance[at]))
        for at in kept
    ]


def _reach(search: Search, silent: list[Span]) -> tuple[Whole, Whole]:
    """First and last day on which each outlet was collected: its articles but strays beyond a silence."""
    begins = np.argmax(search.collected, axis=1).astype(np.int64)
    ends = search.collected.shape[1] - 1 - np.argmax(search.collected[:, ::-1], axis=1).astype(np.int64)
    total = search.usual.total
    strays = np.maximum(LEAST_STRAYS, np.floor(STRAYS * total[:, -1]))
    for outlet, first, last, *_ in silent:
        if total[outlet, first] <= strays[outlet]:
            begins[outlet] = max(begins[outlet], last + 1)
        if total[outlet, -1] - total[outlet, last + 1] <= strays[outlet]:
            ends[outlet] = min(ends[outlet], first - 1)
    return begins, ends


def _outside(search: Search, begins: Whole, ends: Whole) -> Iterator[Span]:
    """The time in which other outlets were collected and this one not yet, or no longer."""
    if len(begins) < 2:
        return
    own_first = np.argmax(search.collected, axis=1)
    own_last = search.collected.shape[1] - 1 - np.argmax(search.collected[:, ::-1], axis=1)
    earliest, latest = np.sort(begins)[:2], np.sort(ends)[-2:]
    for outlet in range(len(begins)):
        begin, end = int(begins[outlet]), int(ends[outlet])
        start = min(int(earliest[int(begin == earliest[0])]), int(own_first[outlet]))
        stop = max(int(latest[int(end != latest[1])]), int(own_last[outlet]))
        if start < begin:
            yield search.span(outlet, start, begin - 1, "before")
        if stop > end:
            yield search.span(outlet, end + 1, stop, "after")


def _without(search: Search, silent: list[Span], begins: Whole, ends: Whole) -> Search:
    """The search for thin volume: days of silence and beyond an outlet's reach neither count nor are expected."""
    outlet, first, last = (np.array([span[at] for span in silent], dtype=np.int64) for at in range(3))
    shape = search.collected.shape
    usual = search.usual
    rhythm = np.where(fill(shape, outlet, first, last), 0.0, usual.rhythm)
    reach = fill(shape, np.arange(shape[0]), begins, ends)
    return replace(search, usual=replace(usual, rhythm=rhythm, until=running(rhythm)), collected=reach)


def _thin(search: Search) -> Iterator[Span]:
    """Spans with some articles, but improbably few, each at its likeliest first and last day."""
    windows = _windows(search)
    if not len(windows):
        return
    rows, starts, ends = windows[:, 0], windows[:, 1], windows[:, 2]
    parts = runs(fill(search.collected.shape, rows.astype(np.int64), starts.astype(np.int64), ends.astype(np.int64)))
    for outlet, first, last in zip(*parts, strict=True):
        inside = windows[(rows == outlet) & (starts >= first) & (ends <= last)]
        while len(inside):
            best = inside[np.lexsort((inside[:, 2], inside[:, 1], inside[:, 3]))[0]]
            span = _sharpened(search, int(first), int(last), best)
            yield span
            inside = inside[(inside[:, 2] < span.first) | (inside[:, 1] > span.last)]


def _windows(search: Search) -> Reals:
    """Outlet, first day, last day and chance of every span of a searched length that is improbably thin."""
    usual, days = search.usual, search.collected.shape[1]
    inside = running(search.collected.astype(np.float64))
    found: list[Reals] = [np.zeros((0, 4))]
    for length in (each for each in LENGTHS if each <= days):
        level = np.fmin(usual.before[:, : days - length + 1], usual.after[:, length - 1 :])
        expected = level / WEEK * (usual.until[:, length:] - usual.until[:, :-length])
        articles = usual.total[:, length:] - usual.total[:, :-length]
        whole = inside[:, length:] - inside[:, :-length] == length
        outlet, first = np.nonzero(whole & (expected >= LEAST_EXPECTED) & (articles <= THIN * expected))
        *_, chance = search.weigh(outlet, first, first + length - 1)
        found.append(np.stack([outlet, first, first + length - 1, chance], axis=1)[chance <= search.most])
    return np.concatenate(found)


def _sharpened(search: Search, first: int, last: int, window: Reals) -> Span:
    """The days of first..last at which a thinned volume is likelier than the usual one by most, else the window."""
    usual = search.usual
    outlet, start, end = (int(each) for each in window[:3])
    first, last = max(first - WEEK, 0), min(last + WEEK, search.collected.shape[1] - 1)
    plain = search.span(outlet, start, end)
    level = np.fmin(usual.before[outlet, start], usual.after[outlet, end]) / WEEK
    mean = level * np.where(search.collected[outlet], usual.rhythm[outlet], 0.0)[first : last + 1]
    left = max(plain.found / plain.expected, 0.05)  # some articles get through even when next to nothing does
    size = 1 / max(float(usual.scatter(*_one(outlet, start, start))[0]), 1e-4)
    counts = usual.counts[outlet, first : last + 1]
    score = counts * np.log(left) - (counts + size) * np.log((size + left * mean) / (size + mean))
    sum_ = np.concatenate([[0.0], np.cumsum(np.where(mean > 0, score, 0.0))])
    lowest = np.minimum.accumulate(sum_[:-1])
    stop = int(np.argmax(sum_[1:] - lowest))
    start = int(np.flatnonzero(sum_[: stop + 1] == lowest[stop])[-1])
    span = search.span(outlet, first + start, first + stop)
    fits = span.chance <= search.most and span.found <= THIN * span.expected
    return span if fits and span.first <= end_of(window) and span.last >= window[1] else plain


def end_of(window: Reals) -> int:
    """The last day of a window."""
    return int(window[2])


def _joined(search: Search, spans: list[Span]) -> list[Span]:
    """Neighbours of one outlet as one gap, where the days between them are thin themselves."""
    joined: list[Span] = []
    for span in spans:
        if joined and joined[-1].outlet == span.outlet:
            last = joined[-1]
            whole = search.span(span.outlet, last.first, max(last.last, span.last))
            between = search.span(span.outlet, last.last + 1, span.first - 1) if span.first > last.last + 1 else None
            if between is None or between.found <= THIN * between.expected:
                joined[-1] = whole
                continue
        joined.append(span)
    return joined
