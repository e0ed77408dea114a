"""Shares with their interval: counting articles, texts and outlets per cell of a table, copies counted as one text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from scipy.special import ndtr

from workbench.periods import Flags, Whole

Reals = NDArray[np.float64]
Squares = tuple[Reals, Reals, Reals]
Largest = tuple[Reals, Reals, Reals]

_HALVINGS = 30
"""Of the span in which an end of an interval lies: to a billionth of a share."""


def share_with_interval(
    matched: Whole | Reals,
    total: Whole | Reals,
    squares: Squares | None = None,
    *,
    largest: Largest | None = None,
    level: float = 0.95,
) -> tuple[Reals, Reals, Reals]:
    """The share matched / total, 0–1, and the low and high end of its interval; missing where there is no total.

    Without `squares` the observations are independent. Else articles are copies of texts, and `squares` are, summed
    over the texts: matching copies squared, matching copies times copies, copies squared. The share is a ratio
    estimator with one cluster per text, whichever outlets carry it; its linearised variance (Cochran 1977, "Sampling
    Techniques", ch. 6.3) gives the effective sample size (Korn and Graubard 1998, "Confidence intervals for
    proportions with small expected number of positive counts estimated from survey data"), put into Wilson's interval
    (Wilson 1927; so used and compared by Franco, Little, Louis and Slud 2019, "Comparative study of confidence
    intervals for proportions in complex sample surveys"). The effective size never exceeds that of
    copies which are all alike, total² / Σ copies² (Kish 1965, "Survey Sampling", ch. 8.2): with few texts the
    linearised variance is itself unsure, and at shares of 0 and 1 it is zero.

    One text with many more copies than any other is a coin of its own: the share has two heaps, and no interval around
    one middle fits them. `largest` are, of the text with most copies, its copies, those that match, and the copies of
    the next one. The ends are then also taken from the two heaps (`_of_two_heaps`), and both intervals are weighed by
    how much the text stands out, 1 - next / largest. Without copies all this is Wilson's interval of the articles, with
    equally many copies of each text that of the texts. The texts are what chance brings; the outlets are given.

    How often it holds the truth is measured in `benchmarks/shares.py`: where matching texts are copied as the others
    are, as often as stated; with fewer than about ten matching texts that are copied several times as often as the
    others, too seldom, since the copies that did not come are not seen.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        share = matched / total
        if squares is None:
            return share, *_wilson(share, total.astype(float), level)
        whole = total.astype(float)
        low, high = _wilson(share, _effective(share, whole, squares), level)
        if largest is None:
            return share, low, high
        apart = np.flatnonzero((largest[0] > largest[2]) & (whole > largest[0]))
        if len(apart):
            alone = _Apart(*(each[apart] for each in (matched.astype(float), whole, *squares, *largest)))
            weight = 1 - largest[2][apart] / largest[0][apart]
            for end, other in zip((low, high), _of_two_heaps(alone, level), strict=True):
                end[apart] += weight * (other - end[apart])
        return share, low, high


@dataclass(frozen=True)
class _Apart:
    """Cells in which one text stands out; sums over texts as in `share_with_interval`, that text's own last."""

    matched: Reals
    total: Reals
    alike: Reals
    crossed: Reals
    copies: Reals
    size: Reals
    own: Reals
    second: Reals


def _of_two_heaps(cells: _Apart, level: float) -> tuple[Reals, Reals]:
    """The ends of the interval where the largest text matches with the chance of the share, all at once.

    The other texts spread around the share as a normal distribution with their effective size says. An end is the
    share at which what was found, or more of it (less of it), would have half of 1 - level: the two tails of Clopper
    and Pearson 1934, with the distribution of the share that one large text makes.
    """
    rest, left = cells.total - cells.size, cells.matched - cells.own
    others = (cells.alike - cells.own**2, cells.crossed - cells.own * cells.size, cells.copies - cells.size**2)
    root = np.sqrt(_effective(left / rest, rest, others))
    with_it, without = (cells.matched - cells.size) / rest, cells.matched / rest
    share = cells.matched / cells.total

    def more(chance: Reals) -> Reals:
        scale = root / np.sqrt(chance * (1 - chance))
        reached: Reals = chance * ndtr((chance - with_it) * scale) + (1 - chance) * ndtr((chance - without) * scale)
        return reached

    tail = (1 - level) / 2
    low = _first(lambda chance: more(chance) > tail, np.zeros_like(share), share)
    high = _first(lambda chance: 1 - more(chance) <= tail, share, np.ones_like(share))
    return np.minimum(low, share), np.maximum(high, share)


def _first(reached: Callable[[Reals], Flags], start: Reals, stop: Reals) -> Reals:
    """Where in start … stop the condition begins to hold; `stop` where it never does."""
    for _ in range(_HALVINGS):
        middle = (start + stop) / 2
        past = reached(middle)
        start, stop = np.where(past, start, middle), np.where(past, middle, stop)
    return stop


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
    squares: Squares
    largest: Largest


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
    largest, most, second = largest_copies(owner, copies, size)
    own = same == largest[owner[same]] if len(same) else np.zeros(0, dtype=bool)
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
        largest=(most, _sum(place_of[own], alike[own], size), second),
    )


def largest_copies(owner: Whole, copies: Whole, size: int) -> tuple[Whole, Reals, Reals]:
    """Per cell the text with most copies (-1: all texts are single), its copies, and those of the next one.

    Of a single text and among equals the next one has as many: neither stands out.
    """
    many = np.flatnonzero(copies > 1)
    order = many[np.lexsort((copies[many], owner[many]))]
    cell, number = owner[order], copies[order]
    last = np.ones(len(order), dtype=bool)
    last[:-1] = cell[1:] != cell[:-1]
    before = np.flatnonzero(last) - 1
    text = np.full(size, -1, dtype=np.int64)
    most, second = np.ones(size), np.ones(size)
    text[cell[last]], most[cell[last]] = order[last], number[last]
    beside = (before >= 0) & (cell[before] == cell[last])
    second[cell[last]] = np.where(beside, number[before], 1)
    alone = np.bincount(owner, minlength=size) == 1
    second[alone] = most[alone]
    return text, most, second


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
