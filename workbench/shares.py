"""Shares with their interval: counting articles, texts and outlets per cell of a table, copies counted as one text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from workbench.periods import Flags, Whole

Reals = NDArray[np.float64]
Squares = tuple[Reals, Reals, Reals]


def share_with_interval(
    matched: Whole, total: Whole | Reals, squares: Squares | None = None, *, level: float = 0.95
) -> tuple[Reals, Reals, Reals]:
    """The share matched / total, 0–1, and the low and high end of its interval; missing where there is no total.

    Without `squares` the observations are independent. Else articles are copies of texts, and `squares` are, summed
    over the texts: matching copies squared, matching copies times copies, copies squared. The share is a ratio
    estimator with one cluster per text; its linearised variance (Cochran 1977, "Sampling Techniques", ch. 6.3) gives
    the effective sample size (Korn and Graubard 1998, "Confidence intervals for proportions with small expected
    number of positive counts estimated from survey data"), put into Wilson's interval (Wilson 1927). The effective
    size never exceeds that of copies which are all alike, total² / Σ copies² (Kish 1965, "Survey Sampling", ch. 8.2):
    with few texts the linearised variance is itself unsure, and at shares of 0 and 1 it is zero. Without copies this
    is Wilson's interval of the articles, with equally many copies of each text that of the texts.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        share = matched / total
        size = total.astype(float)
        if squares is not None:
            size = _effective(share, size, squares)
        return share, *_wilson(share, size, level)


def _effective(share: Reals, total: Reals, squares: Squares) -> Reals:
    """How many independent articles would say as much."""
    spread = np.maximum(squares[0] - 2 * share * squares[1] + share**2 * squares[2], 0.0)
    size: Reals = np.fmin(share * (1 - share) * total**2 / spread, total**2 / squares[2])
    return size


def _wilson(share: Reals, size: Reals, level: float) -> tuple[Reals, Reals]:
    z = float(stats.norm.ppf((1 + level) / 2))
    middle = (share + z**2 / (2 * size)) / (1 + z**2 / size)
    half = z / (1 + z**2 / size) * np.sqrt(share * (1 - share) / size + z**2 / (4 * size**2))
    # rounding must not put the share itself outside its interval at 0 and 1
    low, high = np.minimum(middle - half, share), np.maximum(middle + half, share)
    return np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)


@dataclass(frozen=True)
class Counts:
    """Per cell: what was counted, and the sums over texts that the interval needs; `whole` are those of the base."""

    articles: Whole
    texts: Whole
    outlets: Whole
    total: Whole | Reals
    total_texts: Whole | Reals
    squares: tuple[Reals, Reals, Reals]


def counted(  # noqa: PLR0913 -- arrays with one value per article
    cell: Whole,
    base: Whole,
    text: Whole,
    source: Whole,
    matched: Flags,
    *,
    size: int,
) -> Counts:
    """Counts per cell; `base` is the cell whose articles are the total of each article's own."""
    cluster, owner, copies = _clusters(base, text)
    found, sources = cell[matched], source[matched]
    _, place_of, alike = _clusters(found, cluster[matched])
    same = _first_of(found, cluster[matched])
    known = sources >= 0
    return Counts(
        articles=np.bincount(found, minlength=size),
        texts=np.bincount(place_of, minlength=size),
        outlets=np.bincount(_clusters(found[known], sources[known])[1], minlength=size),
        total=np.bincount(base, minlength=size),
        total_texts=np.bincount(owner, minlength=size),
        squares=(
            _sum(place_of, alike * alike, size),
            _sum(place_of, alike * copies[same], size),
            _sum(owner, copies * copies, size),
        ),
    )


def _clusters(cell: Whole, member: Whole) -> tuple[Whole, Whole, Whole]:
    """For each article the number of its (cell, member) pair; for each pair its cell and how many articles it has."""
    if not len(cell):
        empty = np.zeros(0, dtype=np.int64)
        return empty, empty, empty
    width = int(member.max()) + 1
    code, pairs = pd.factorize(cell * width + member)
    return code.astype(np.int64), pairs // width, np.bincount(code, minlength=len(pairs))


def _first_of(cell: Whole, member: Whole) -> Whole:
    """The member of each distinct (cell, member) pair, in the order of `_clusters`."""
    if not len(cell):
        return np.zeros(0, dtype=np.int64)
    width = int(member.max()) + 1
    distinct: Whole = pd.unique(cell * width + member) % width
    return distinct


def _sum(cell: Whole, values: Whole, size: int) -> Reals:
    return np.bincount(cell, weights=values, minlength=size).astype(np.float64)
