"""What an outlet usually gives in a day: a level before and after each day, a weekly rhythm, and how far both scatter.

Tables of counts have a row per outlet and a column per day. Levels are medians of whole weeks, so that a missing
fortnight, a burst or a bulletin that comes on Thursdays alone does not bend them, and so that a slow drift is followed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from workbench.periods import Flags, Whole

Reals = NDArray[np.float64]

WEEK = 7

WEEKS = 8
"""Weeks on either side from which a level is taken: a fortnight that straddles three of them moves no median far."""

LEAST_WEEKS = 2
"""One week is no level."""

PRIOR_WEEKS = 4
PRIOR_SCATTER = 0.1
"""Four weeks that scatter by 0.1 (a standard deviation of a third of the level) are added to what was seen.

Without them the few weeks of a short collection can seem free of any scatter by luck.
"""

SCALES = (1, WEEK, 4 * WEEK)
"""Days over which scatter is measured: the news of a day is over by the next, that of a month is not."""

LEAST_SCATTER = 1e-4
"""Below it the negative binomial is the Poisson distribution to the digits that matter here."""

LONG_SILENCE = 8
"""Days: silence beyond a week cannot be the weekly rhythm."""


@dataclass(frozen=True)
class Usual:
    """Per outlet (row) and day (column): `before` and `after` are articles a week, `rhythm` is 1 on a usual day.

    `until` (of the rhythm), `total` (of the counts) and `scattered` (of what scatters, at each of SCALES) are running
    sums, from which the methods read any span at once.
    """

    counts: Reals
    before: Reals
    after: Reals
    rhythm: Reals
    until: Reals
    total: Reals
    scattered: tuple[tuple[Reals, Reals, Reals], ...]

    def expected(self, outlet: Whole, first: Whole, last: Whole) -> Reals:
        """Articles from `first` to `last` at the lower of the levels before and after; 0 where there is neither.

        The lower, because the days after a burst and those of a slow decline are no gaps.
        """
        level = np.fmin(self.before[outlet, first], self.after[outlet, last])
        days = self.until[outlet, last + 1] - self.until[outlet, first]
        return np.nan_to_num(level / WEEK * days)

    def found(self, outlet: Whole, first: Whole, last: Whole) -> Reals:
        """Articles from `first` to `last`."""
        return np.asarray(self.total[outlet, last + 1] - self.total[outlet, first], dtype=np.float64)

    def scatter(self, outlet: Whole, first: Whole, last: Whole) -> Reals:
        """How far the volume of so long a span scatters: variance beyond Poisson's over the squared mean.

        Taken from all days of the outlet but those of the span itself, and between the scales on the line from one to
        the next over the logarithm of the days: longer spans scatter less, how much less depends on the outlet.
        """
        end = self.counts.shape[1] - 1
        at_scale = [
            _scatter(sums, outlet, first, np.minimum(last + scale - 1, end), scale)
            for scale, sums in zip(SCALES, self.scattered, strict=True)
        ]
        length = np.log(np.clip(last - first + 1, SCALES[0], SCALES[-1]))
        logs = np.log(SCALES)
        upper = np.clip(np.searchsorted(logs, length), 1, len(SCALES) - 1)
        part = (length - logs[upper - 1]) / (logs[upper] - logs[upper - 1])
        table = np.stack(at_scale)
        place = np.arange(len(length))
        mixed: Reals = table[upper - 1, place] * (1 - part) + table[upper, place] * part
        return mixed


def chance_of_so_few(found: Reals, expected: Reals, scatter: Reals) -> Reals:
    """The probability of at most `found` articles under a negative binomial of this mean and scatter."""
    scatter = np.maximum(scatter, LEAST_SCATTER)
    chance: Reals = special.betainc(1 / scatter, found + 1, 1 / (1 + scatter * expected))
    return chance


def usual(counts: Reals, collected: Flags, *, weekday: int) -> Usual:
    """The baseline of these daily counts; `collected` are the days from an outlet's first to its last article.

    `weekday` is that of the first column, Monday 0. Silences of over a week that the outlet's own volume makes
    unlikely count for no level, so that the end of a long gap is measured against what lay before it.
    """
    known = collected & ~_long_silences(counts, collected)
    rhythm = np.ones_like(counts)
    for _ in range(2):  # weeks cut by a silence are compared once the rhythm is known
        before, after = _levels(counts, known, rhythm)
        middle = _middle(before, after) / WEEK
        rhythm = _rhythm(counts, known, middle, weekday)
    mean = np.where(collected, np.nan_to_num(middle) * rhythm, 0.0)
    scattered = tuple(_sums(_trailing(counts, scale), _trailing(mean, scale)) for scale in SCALES)
    return Usual(counts, before, after, rhythm, running(rhythm), running(counts), scattered)


def _long_silences(counts: Reals, collected: Flags) -> Flags:
    week = _trailing(counts)
    busy = collected & (week > 0)
    rate = (np.where(busy, week, 0.0).sum(axis=1) / np.maximum(busy.sum(axis=1), 1) / WEEK)[:, None]
    outlet, first, last = runs(collected & (counts == 0))
    length = last - first + 1
    # one in a thousand at a steady rate: enough to set the days aside here, far from enough to call them a gap
    unlikely = (length >= LONG_SILENCE) & (np.exp(-rate[outlet, 0] * length) < 1e-3)
    return fill(counts.shape, outlet[unlikely], first[unlikely], last[unlikely])


def runs(flags: Flags) -> tuple[Whole, Whole, Whole]:
    """Row, first and last column of each unbroken run of True."""
    edge = np.diff(np.pad(flags.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    row, first = np.nonzero(edge == 1)
    _, after = np.nonzero(edge == -1)
    return row.astype(np.int64), first.astype(np.int64), after.astype(np.int64) - 1


def fill(shape: tuple[int, ...], row: Whole, first: Whole, last: Whole) -> Flags:
    """True from `first` to `last` in each of these rows."""
    steps = np.zeros((shape[0], shape[1] + 1), dtype=np.int64)
    np.add.at(steps, (row, first), 1)
    np.add.at(steps, (row, last + 1), -1)
    inside: Flags = np.cumsum(steps, axis=1)[:, :-1] > 0
    return inside


def _levels(counts: Reals, known: Flags, rhythm: Reals) -> tuple[Reals, Reals]:
    """Articles a week before and after each day, the day itself left out; the nearest level where days are unknown."""
    days = _trailing(np.where(known, rhythm, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        week = np.where(days >= WEEK / 2, _trailing(np.where(known, counts, 0.0)) * WEEK / days, np.nan)
    before = _forward(_median([_shifted(week, 1 + WEEK * number) for number in range(WEEKS)]))
    after = _forward(_median([_shifted(week, -WEEK * (1 + number)) for number in range(WEEKS)])[:, ::-1])[:, ::-1]
    return before, after


def _shifted(table: Reals, days: int) -> Reals:
    """Each value `days` later, or earlier where negative; missing where nothing comes from."""
    moved = np.full_like(table, np.nan)
    if abs(days) >= table.shape[1]:
        return moved
    if days > 0:
        moved[:, days:] = table[:, :-days]
    else:
        moved[:, :days] = table[:, -days:]
    return moved


def _median(weeks: list[Reals]) -> Reals:
    """The median of the weeks that are known, missing where too few are."""
    ranked = np.sort(np.stack(weeks), axis=0)  # missing values come last
    known = (~np.isnan(ranked)).sum(axis=0)
    low, high = ((np.maximum(known, 1) - 1) // 2, np.maximum(known, 1) // 2)
    middle = [np.take_along_axis(ranked, each[None], axis=0)[0] for each in (low, high)]
    return np.where(known >= LEAST_WEEKS, (middle[0] + middle[1]) / 2, np.nan)


def _forward(table: Reals) -> Reals:
    """Missing values replaced by the last one before them."""
    place = np.where(np.isnan(table), 0, np.arange(table.shape[1]))
    kept: Reals = np.take_along_axis(table, np.maximum.accumulate(place, axis=1), axis=1)
    return kept


def _middle(before: Reals, after: Reals) -> Reals:
    both = (before + after) / 2
    return np.where(np.isnan(both), np.fmax(before, after), both)


def _rhythm(counts: Reals, known: Flags, level: Reals, weekday: int) -> Reals:
    """The factor of each day's weekday, drawn towards 1 as long as few articles vouch for it; their mean is 1."""
    usable = known & (level > 0)
    mean = np.where(usable, level, 0.0)
    seen = np.where(usable, np.minimum(counts, WEEK * mean + 3), 0.0)  # one burst does not make a busy weekday
    first = [(day - weekday) % WEEK for day in range(WEEK)]
    factor = np.stack([(seen[:, at::WEEK].sum(axis=1) + 3) / (mean[:, at::WEEK].sum(axis=1) + 3) for at in first], 1)
    factor /= factor.mean(axis=1, keepdims=True)
    return np.asarray(factor[:, (np.arange(counts.shape[1]) + weekday) % WEEK], dtype=np.float64)


def running(table: Reals) -> Reals:
    """Sums of all columns before each one, and of all."""
    return np.pad(np.cumsum(table, axis=1), ((0, 0), (1, 0)))


def _trailing(table: Reals, width: int = WEEK) -> Reals:
    """The sum of each day and those before it, `width` in all."""
    total = running(table)
    start = np.maximum(np.arange(table.shape[1]) - width + 1, 0)
    return np.asarray(np.maximum(total[:, 1:] - total[:, start], 0.0), dtype=np.float64)


def _sums(counts: Reals, mean: Reals) -> tuple[Reals, Reals, Reals]:
    """Running sums of squared deviations beyond Poisson's, of the mean, and of the number of days that have one."""
    some = mean > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        off = np.where(some, (counts - mean) / np.sqrt(mean), np.nan)
    usual_off = 1.4826 * np.nan_to_num(_row_median(np.abs(off)))
    # a burst says nothing about how little a quiet week can bring (Huber 1981, "Robust Statistics", ch. 5)
    limit = 3 * np.maximum(usual_off, 1.0)[:, None]
    beyond = np.where(some, np.clip(np.nan_to_num(off), -limit, limit) ** 2 - 1, 0.0)
    return running(beyond), running(np.where(some, mean, 0.0)), running(some.astype(np.float64))


def _row_median(table: Reals) -> Reals:
    ranked = np.sort(table, axis=1)
    known = np.maximum((~np.isnan(ranked)).sum(axis=1), 1)
    return np.asarray(ranked[np.arange(len(table)), (known - 1) // 2], dtype=np.float64)


def _scatter(sums: tuple[Reals, Reals, Reals], outlet: Whole, first: Whole, last: Whole, width: int) -> Reals:
    """Moment estimate of the scatter without the days from `first` to `last`; `width` is that of a week's sums."""
    beyond, mean, days = (each[outlet, -1] - each[outlet, last + 1] + each[outlet, first] for each in sums)
    prior = PRIOR_WEEKS * WEEK * np.where(days > 0, mean / np.maximum(days, 1), width)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = (beyond + PRIOR_SCATTER * prior) / (mean + prior)
    return np.asarray(np.maximum(np.nan_to_num(estimate, nan=PRIOR_SCATTER), 0.0), dtype=np.float64)
