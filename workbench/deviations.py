"""How far counts of days stray from what is expected, and how improbable a count is.

Counts of news stray more than chance alone would have it, and neighbouring days stray together. A count is taken as
negative binomial with the variance m + s m², m being the number expected and s the squared relative spread; that of
several days together follows from how much neighbouring days share.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from workbench.periods import Flags
from workbench.shares import Reals

SET_ASIDE = 0.02
"""A count less probable than this to its side tells nothing of what is usual.

Of simulated bursts at 20 articles a day that double the number or more, a fifth is still taken for usual; at .005 it
is two fifths, and the spread comes out half as large again as it is."""

LEAST_SPREAD = 0.01
"""10 % besides chance: no larger series of daily counts was seen that kept to its level more closely."""

USUAL, UNSEEN = 0.1, 10.0
"""The spread that is assumed where few articles say anything, and the days of one article that this weighs as much as.

The numbers of days with one article in a week hardly depend on the spread; from 2 a day on, a season outweighs this."""

LEAST_LEFT = 0.5
"""Of the variance of counts that are not mostly 0 more than this is left between the tails (about .8)."""

APART = 6
"""Days apart up to which days may share their spread: with 7 the weekday would be taken for a neighbour."""


@dataclass(frozen=True)
class Spread:
    """Squared relative spreads: of a day, what days 1, 2 … apart share of it, and that of the expected numbers."""

    day: float
    shared: Reals
    level: float
    weekday: float

    def of(self, days: int) -> float:
        """That of the sum of so many days in a row, the doubt about what is expected of them included."""
        apart = np.arange(1, min(days, len(self.shared) + 1))
        chance = (days * self.day + 2 * ((days - apart) * self.shared[: len(apart)]).sum()) / days**2
        return float(chance + self.level + self.weekday / min(days, 7))

    @property
    def long(self) -> float:
        """That of a day times the number of days, over many days: days that stray together count double."""
        return float(self.day + 2 * self.shared.sum())


def spread_of(count: Reals, expected: Reals, kept: Flags, was: float, *, window: int) -> Spread:
    """The spread of the days `kept`, by moments; `was` is an earlier estimate of that of a day.

    The days set aside lie in the tails of the usual days as well. What the variance loses by that follows from the
    negative binomial with the spread `was`, and is added again. `window` is the number of days that a level is the
    mean of.
    """
    size = max(int(kept.sum()), 1)
    base = np.where(kept, np.nan_to_num(expected), 0.0)
    stray = np.where(kept, np.nan_to_num(count - expected), 0.0)
    # weekdays and levels are fitted to the same days, and take this much of their spread
    fitted = min(6 + 2 * size / window, size / 2)
    left = _left(expected[kept], was) * (1 - fitted / size)
    over = (stray**2).sum() / left - base.sum()
    day = max(float(over + UNSEEN * USUAL) / float((base**2).sum() + UNSEEN), LEAST_SPREAD)
    # of two days both in the middle of their spread, what they share loses twice what the spread of one does
    pairs = [
        (stray[apart:] * stray[:-apart]).sum() / left**2 / ((base[apart:] * base[:-apart]).sum() + UNSEEN)
        for apart in range(1, min(APART + 1, len(count)))
    ]
    # what days share cannot grow with their distance: past the first lag that shows none, it is chance
    shared = np.minimum.accumulate(np.clip([day, *pairs], 0.0, day))[1:]
    level = (day + 2 * float(shared.sum())) / min(size, window)
    return Spread(day, shared, level, 7 * day / size)


def _left(expected: Reals, spread: float) -> float:
    """The part of the variance that counts have which do not stand out.

    The partial moments of a negative binomial are its distribution functions with a larger shape, as
    n p(n; r) is a multiple of p(n - 1; r + 1).
    """
    if not len(expected):
        return 1.0
    shape = 1 / spread
    odds = expected / (expected + shape)
    ends = stats.nbinom.ppf(SET_ASIDE, shape, 1 - odds) - 1, stats.nbinom.isf(SET_ASIDE, shape, 1 - odds)
    below = [[_at_most(end - less, shape + less, odds) for less in range(3)] for end in ends]
    zeroth, first, second = (high - low for low, high in zip(*below, strict=True))
    raw = expected * first, expected**2 * (1 + spread) * second + expected * first
    around = raw[1] - 2 * expected * raw[0] + expected**2 * zeroth
    part = float((around / np.maximum(zeroth, 1e-9)).sum() / (expected + spread * expected**2).sum())
    # a day that would mostly be empty keeps next to nothing of its variance when its articles are set aside
    return max(part, LEAST_LEFT)


def _at_most(count: Reals, shape: float, odds: Reals) -> Reals:
    found: Reals = np.where(count < 0, 0.0, special.betainc(shape, np.maximum(count, 0.0) + 1, 1 - odds))
    return found


def tails(count: Reals, expected: Reals, spread: float | Reals) -> tuple[Reals, Reals]:
    """How probable so small, and so large a count is; 1 where there is no count."""
    shape = 1 / np.asarray(spread, dtype=float)
    known = ~np.isnan(count) & ~np.isnan(expected)
    found, mean = np.where(known, count, 0.0), np.where(known, expected, 1.0)
    odds = mean / (mean + shape)
    low = special.betainc(shape, found + 1, 1 - odds)
    high = np.where(found > 0, special.betainc(np.maximum(found, 1.0), shape, odds), 1.0)
    return np.where(known, low, 1.0), np.where(known, high, 1.0)


def between(expected: Reals, spread: float | Reals, level: float) -> tuple[Reals, Reals]:
    """The numbers between which a usual count lies with the probability `level`, whole; NaN where none is expected."""
    known = ~np.isnan(expected)
    shape = 1 / np.asarray(spread, dtype=float)
    stay = shape / (np.where(known, expected, 1.0) + shape)
    low, high = (stats.nbinom.ppf(chance, shape, stay) for chance in ((1 - level) / 2, (1 + level) / 2))
    return np.where(known, low, np.nan), np.where(known, high, np.nan)
