"""Caps: days on which a collection took no more than so many articles of an outlet, however many there were."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, stats

from workbench.periods import Whole

LEAST_CAP = 5
"""An outlet with one to four articles on every day has a habit; limits of feeds and exports are larger."""

LEAST_DAYS = 10
"""Days at the cap: a top count comes back this often only where something holds the counts down."""

NEAR = 29
"""Days around each day in which no count may lie above its cap: a cap may change in the middle of a collection."""

MOST_ABOVE = 2
"""Days above the cap between two days at it, such as a wrong date or a day kept twice, that do not end it."""


class Cap(NamedTuple):
    """From the day `first` to `last` of the outlet (its row) no more than `cap` a day; `chance` not yet guarded."""

    outlet: int
    first: int
    last: int
    cap: int
    found: int
    chance: float


def find_caps(counts: NDArray[np.float64]) -> list[Cap]:
    """The caps of these daily counts, a row per outlet and a column per day; by outlet, then by time.

    Counts of any outlet thin out towards their largest value: there are no more days at the top than one below it,
    whatever the distribution, and no fewer days above a middling one than chance would put there. A cap breaks one of
    the two. The first tells a cap that some days do not reach; the second one that nearly all days reach and from
    which a few articles were taken off, as copies are.
    """
    whole = counts.astype(np.int64)
    highest = ndimage.maximum_filter1d(whole, NEAR, axis=1)
    outlet, day = np.nonzero((whole == highest) & (whole >= LEAST_CAP))
    pairs, days = np.unique(np.stack([outlet, whole[outlet, day]]), axis=1, return_counts=True)
    found = [
        Cap(int(row), first, last, int(cap), *_weighed(whole[row, first : last + 1], int(cap)))
        for row, cap in pairs[:, days >= LEAST_DAYS].T
        for first, last in _spells(whole[row], int(cap))
    ]
    return sorted(found)


def _spells(counts: Whole, cap: int) -> list[tuple[int, int]]:
    """First and last day of each stretch that keeps coming back to the cap and passes it hardly ever."""
    at = np.flatnonzero(counts == cap)
    above = np.cumsum(counts > cap)[at]
    parts = np.split(at, np.flatnonzero(np.diff(above) > MOST_ABOVE) + 1)
    return [(int(part[0]), int(part[-1])) for part in parts if len(part) >= LEAST_DAYS]


def _weighed(counts: Whole, cap: int) -> tuple[int, float]:
    """How many articles the spell has, and how likely such a pile at the top would be without a cap."""
    top, below = int((counts == cap).sum()), int((counts == cap - 1).sum())
    pile = float(stats.binom.sf(top - 1, top + below, 0.5))
    days = counts[counts > 0]
    none_above = float(stats.poisson.cdf(cap, np.median(days)) ** len(days)) if counts.max() <= cap else 1.0
    return int(counts.sum()), min(1.0, 2 * min(pile, none_above))
