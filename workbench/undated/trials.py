"""How wide an interval of days has to be to hold the true one: tried on dated articles as if they were undated.

Split conformal prediction, by kind of evidence (Vovk, Gammerman and Shafer 2005, "Algorithmic Learning in a Random
World", section 4.5; Angelopoulos and Bates 2021, "A gentle introduction to conformal prediction", sections 1 and 4.1).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from workbench.undated.chances import LIKELY, SURE, Weighed
from workbench.undated.clues import Factors

WIDEST = 366
"""Days: what is wider than a year has no word of precision and says nothing."""

HELD = (0.975, 0.95)
"""Share of intervals that have to hold the stated date when tried: the first that can be reached. Nineteen in twenty
are promised; half of the misses is left for articles without a date, of which more are features, where that can be."""

SHARES = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.925, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998, 0.999)
"""Shares of the odds that an interval may be asked to hold."""

SUREST = (SURE, 0.95, 0.98, 0.99, 0.995)
UNSURE = (LIKELY, 0.6, 0.7, 0.8, *SUREST)
"""Shares of the odds that have to come from evidence, the least first: the fewer the articles, the surer."""

MARGINS = (0, 1, 2, 3, 5, 7, 14)
"""Days by which it may be widened on both sides: where siblings agree on a day, a text that follows up lies just
outside (Romano, Patterson and Candès 2019, "Conformalized quantile regression", section 4)."""


WIDE_MARGINS = (30, 60, 90)
"""The same for articles that are less sure: an affair comes back after weeks."""


class Enough(NamedTuple):
    """The share of the odds that an interval holds, its margin in days, how many so made held of how many given.

    `sure` is the least share of the odds that has to come from evidence.
    """

    share: float
    margin: int
    held: int = 0
    given: int = 0
    sure: float = 0.0


UNTRIED = {
    "copies": Enough(0.9, 0, sure=SURE),
    "siblings": Enough(0.99, 1, sure=SURE),
    "events": Enough(0.97, 1, sure=SURE),
}
"""What an interval has to hold where it is not tried. Copies never are: of 800 articles that had copies with a date, 99
in 100 lay in the interval so made, which was four days long for most."""

FEWEST_TRIED = 40
"""Below it the narrowest of so many widths that hold holds by luck; thirty-nine hits are the fewest for 97.5 of 100."""

HALF = 0.5
LATER = 1
"""Days added at the end: what does not state its date is more often a comment or a feature than a report, and these
come out later."""

MONTH = 31


def shortest(odds: Factors, share: float) -> tuple[int, int]:
    """The shortest run of places, [start, end), that holds such a share of the odds; the first of equal ones."""
    sums = np.concatenate([[0.0], np.cumsum(odds)])
    ends = np.searchsorted(sums, sums[:-1] + share * sums[-1] * (1 - 1e-9), side="left")
    length = np.where(ends < len(sums), ends - np.arange(len(odds)), len(sums))
    start = int(length.argmin())
    return start, start + int(length[start])


class Tried(NamedTuple):
    """The runs of days that hold each of SHARES, [start, end), how sure they are, and the place of the true day."""

    runs: NDArray[np.int64]
    sure: float
    true: int


def enough(cases: list[Tried]) -> tuple[Enough, ...]:
    """How wide intervals have to be, for the surest articles first, then for those that are less sure, if any can be.

    Each kind of article is tried on its own, as the less sure would else be given the short intervals of the others
    (Vovk, Gammerman and Shafer 2005, section 4.5, "Mondrian" prediction).
    """
    surest = least(cases)
    others = [case for case in cases if surest is None or case.sure < surest.sure]
    # Where they are too few to be tried alone, the next ones on the way to the surest are taken with them.
    wider = sorted(cases, key=lambda case: (case.sure, case.true))[: max(len(others), FEWEST_TRIED)]
    rest = least(wider, margins=MARGINS + WIDE_MARGINS, surest=UNSURE) if others else None
    return tuple(found for found in (surest, rest) if found)


def least(cases: list[Tried], *, margins: Sequence[int] = MARGINS, surest: Sequence[float] = SUREST) -> Enough | None:
    """What makes the shortest intervals that hold often enough, on average: for all if possible, else for the surest.

    None where not even these hold, or where so few are left that nothing can be said.
    """
    for sure in surest:
        chosen = [case for case in cases if case.sure >= sure]
        for held in HELD if len(chosen) >= FEWEST_TRIED else ():
            if found := list(_holding(chosen, held, margins)):
                return min(found)[1]._replace(sure=sure)
    return None


def _holding(cases: list[Tried], held: float, margins: Sequence[int]) -> Iterator[tuple[float, Enough]]:
    """Each share and margin whose intervals hold often enough, with their mean width in days."""
    runs = np.array([case.runs for case in cases])
    true = np.array([case.true for case in cases])[:, None]
    outside = np.maximum(np.maximum(runs[:, :, 0] - true, true - runs[:, :, 1] + 1), 0)
    length = runs[:, :, 1] - runs[:, :, 0]
    for at, margin in product(range(len(SHARES)), margins):
        wide = length[:, at] + 2 * margin + LATER
        given = int((wide <= WIDEST).sum())
        hits = int((outside[wide <= WIDEST, at] <= margin).sum())
        # One miss is added, as the article that is asked may be one (Angelopoulos and Bates 2021, section 1).
        if (given - hits + 1) / (given + 1) <= 1 - held:
            yield float(np.minimum(wide, WIDEST).mean()), Enough(SHARES[at], margin, hits, given)


def tried(weighed: Weighed, true: int) -> Tried:
    """What an article with a known day shows; `true` is the place of that day."""
    return Tried(np.array([shortest(weighed.odds, share) for share in SHARES]), weighed.sure, true)


def interval(weighed: Weighed, asked: Enough) -> tuple[int, int] | None:
    """The places of days between which the article was published; None where that cannot be told within a year."""
    start, end = shortest(weighed.odds, asked.share)
    low, high = start - asked.margin, end + asked.margin + LATER
    return (low, high) if weighed.sure >= asked.sure and high - low <= WIDEST else None


def month(odds: Factors) -> tuple[int, int] | None:
    """Where nothing can be tried: the interval of 95 %, or where that is longer the month that holds most, if half."""
    start, end = shortest(odds, UNTRIED["events"].share)
    if end - start <= MONTH:
        return start, end
    sums = np.concatenate([[0.0], np.cumsum(odds)])
    month = sums[MONTH:] - sums[:-MONTH]
    best = int(month.argmax())
    if month[best] >= HALF * sums[-1]:
        return best, best + MONTH
    return (start, end) if end - start <= WIDEST else None
