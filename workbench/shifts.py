"""Lasting shifts of the level: the days from which a series goes on at another level than before.

The four weeks before a day are compared with the four weeks from it on, for every day: moving sums (Eichinger and
Kirch 2018, "A MOSUM procedure for the estimation of multiple random change points", Bernoulli 24), which follow a
slow drift where models of constant levels would break it into steps. The mean of the middle half of the days stands
for either side (interquartile mean; Tukey 1977), so that a burst of a week is no shift.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from workbench.periods import Flags, Whole
from workbench.shares import Reals

SIDE = 28
"""Days compared to either side: what lasts less than four weeks is a burst. Each weekday is among them four times."""

FEWEST = 14
"""Known days that a side needs."""

LEAST_RATIO = 1.6
"""A smaller change of level is drift: a season's changes by as much in the eight weeks compared."""

FALSE_SHIFTS = 0.001
"""Share of series without any shift in which one is found, at the most: the day's chance times the number of days."""

_PRIOR = 0.5
"""Articles added to either side, so that a side without any has a level (Jeffreys)."""


def find_shifts(count: Reals, usual: Reals, kept: Flags, spread: float) -> tuple[Whole, Reals]:
    """The positions of the first days of new levels, in time order, and the chance of each among all days.

    `usual` is what a level of 1 would bring on each day; only the days `kept` speak for a level; `spread` is the
    squared relative spread of a day over many (`deviations.Spread.long`). No two shifts are nearer than four weeks.
    """
    none = np.zeros(0, np.int64), np.zeros(0)
    if len(count) < 2 * SIDE or not kept.any():
        return none
    before, after = _sides(np.where(kept, count, np.nan) / usual)
    typical = float(np.mean(usual[kept]))
    change, sure = _change(before, after, typical, spread)
    chance = np.minimum(2 * stats.norm.sf(sure) * len(count), 1.0)
    found: dict[int, float] = {}
    seen: list[int] = []
    for at in np.lexsort((np.arange(len(count)), -np.nan_to_num(sure))):
        if not chance[at] <= FALSE_SHIFTS:
            break
        if abs(change[at]) < np.log(LEAST_RATIO) or any(abs(at - other) < SIDE for other in seen):
            continue
        onset = _onset(count / usual, int(at), before[at], after[at])
        # what is no shift at its clearest day, but a long burst, is none on the days beside it
        seen.append(int(at))
        if _lasts(before, after, onset, float(change[at]), typical) and all(abs(onset - day) >= SIDE for day in found):
            found[onset] = float(chance[at])
    return np.array(sorted(found), dtype=np.int64), np.array([found[onset] for onset in sorted(found)])


def _sides(rate: Reals) -> tuple[Reals, Reals]:
    """For each day the middle of the rates of the four weeks before it, and of those from it on."""
    padded = np.concatenate([np.full(SIDE, np.nan), rate, np.full(SIDE, np.nan)])
    windows = np.sort(np.lib.stride_tricks.sliding_window_view(padded, SIDE), axis=1)
    middle = _middle(windows)
    return middle[: len(rate)], middle[SIDE : SIDE + len(rate)]


def _middle(windows: Reals) -> Reals:
    """The mean of the middle half of each sorted row, missing values at its end; missing where few are known."""
    known = (~np.isnan(windows)).sum(axis=1)
    sums = np.concatenate([np.zeros((len(windows), 1)), np.nancumsum(windows, axis=1)], axis=1)
    cut = known // 4
    rows = np.arange(len(windows))
    inner: Reals = (sums[rows, known - cut] - sums[rows, cut]) / np.maximum(known - 2 * cut, 1)
    return np.where(known >= FEWEST, inner, np.nan)


def _change(before: Reals, after: Reals, typical: float, spread: float) -> tuple[Reals, Reals]:
    """The logarithm of the ratio of the levels, and how many times its standard error that is."""
    least = _PRIOR / (SIDE * typical)
    one, two = before + least, after + least
    change = np.log(two / one)
    error = np.sqrt((1 / one + 1 / two) / (SIDE * typical) + 2 * spread / SIDE)
    return change, np.nan_to_num(np.abs(change) / error)


def _lasts(before: Reals, after: Reals, at: int, change: float, typical: float) -> bool:
    """True where the levels from two weeks before and after the day on differ as well: else it is a long burst."""
    half = SIDE // 2
    if at < half or at + half >= len(after):
        return False
    least = _PRIOR / (SIDE * typical)
    later = np.log((after[at + half] + least) / (before[at - half] + least))
    return bool(later * np.sign(change) >= np.log(LEAST_RATIO))


def _onset(rate: Reals, at: int, before: float, after: float) -> int:
    """The day from which the new level fits better, within two weeks: least absolute deviations of square roots."""
    first, last = max(at - SIDE // 2, 0), min(at + SIDE // 2, len(rate))
    roots = np.sqrt(rate[first:last])
    cost = np.nan_to_num(np.abs(roots - np.sqrt(before)) - np.abs(roots - np.sqrt(after)))
    return first + int(np.argmin(np.concatenate([[0.0], np.cumsum(cost)])))
