"""Topics that come to use the same words: how near two topics are before and after, and how near chance brings them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse, stats
from sklearn.preprocessing import normalize

from workbench.period_texts import DatedTexts
from workbench.periods import Flags, Whole
from workbench.terms import term_counts

Reals = NDArray[np.float64]

SHUFFLES = 9_999

_NEAR = 0.5
"""A likeness from which two topics are near: a text of one is half as like one of the other as one of its own."""

_NEARER = 0.1
"""A smaller step is no merging, however sure."""

_FEWEST_TEXTS = 10
"""Texts of each topic in each half: the likeness of fewer pairs is noise."""

_NEAREST = 3
"""Topics tried for each one."""

_LEVEL = 0.05


def halves(size: int) -> tuple[slice, slice]:
    """The first and the second half of so many runs of periods, the middle one of an odd number in neither."""
    return slice(0, size // 2), slice(size - size // 2, size)


def orders(size: int, *, seed: int = 0) -> Whole:
    """Orders of so many runs of periods: all of up to seven, else the one there is and 9,999 drawn ones."""
    if size <= 7:
        return np.array(list(permutations(range(size))), dtype=np.int64)
    drawn = np.random.default_rng(seed).random((SHUFFLES + 1, size)).argsort(axis=1)
    drawn[0] = np.arange(size)
    return drawn


def merging_topics(dated: DatedTexts, runs: Whole, numbers: pd.Index) -> pd.DataFrame:
    """For each topic the one it merges with, if any, and how like their texts were in the first and the second half.

    `runs` are the runs of periods that are compared (-1: left out). Columns: `merges_with`, missing where there is
    none; `similarity_before`, `similarity_after`: 0 where the topics share no word, 1 where a text of one is as like
    one of the other as like one of its own; missing with `merges_with`.

    The likeness of two topics is the mean cosine of a text of one and a text of the other, over the geometric mean of
    those of two texts of the same topic (the correction for attenuation, Spearman 1904, "The proof and measurement of
    association between two things"): few texts do not make it smaller. Cosines are of TF-IDF over the words and phrases
    that stand in a text; the weights of the first half are counted in it alone, those of the second in both. A text
    counts by the part of its outlet's texts that lies in the other half: both halves speak with the same outlets.
    Both topics need ten texts of one language in each half; the language in which they have most is compared. Each
    topic is tried with the three it is nearest to over the whole time, a choice that no order of the periods changes
    (Bourgon, Gentleman and Huber 2010, "Independent filtering").

    Two topics merge when their likeness ends at 0.5 and more, has risen by 0.1 and more, and by more than with the same
    texts under other orders of the periods: the words of any topic change from month to month, and by chance they come
    nearer. Periods, not texts, change places, so that what one event brings into both counts once. The p of the pairs
    are corrected for their number (Benjamini and Hochberg 1995). Of several the one that ends nearest is named.
    """
    found = {"merges_with": pd.array([pd.NA] * len(numbers), dtype="Int64")}
    table = pd.DataFrame({**found, "similarity_before": np.nan, "similarity_after": np.nan}, index=numbers)
    pairs = _tried(dated, runs)
    if not len(pairs):
        return table
    pairs = pairs[stats.false_discovery_control(pairs["p"]) <= _LEVEL]
    both = pd.concat([pairs, pairs.rename(columns={"one": "other", "other": "one"})])
    for row in both.sort_values(["after", "one", "other"], ascending=[True, False, False]).itertuples():
        if row.one in table.index:
            # estimated without the noise of few texts, a likeness may come out above 1
            table.loc[row.one] = [row.other, min(1.0, row.before), min(1.0, row.after)]
    return table


def _tried(dated: DatedTexts, runs: Whole) -> pd.DataFrame:
    """One row per pair of topics that was compared: one, other, before, after, p."""
    rows: list[tuple[int, int, float, float, float]] = []
    best: dict[tuple[int, int], float] = {}
    for texts in _by_language(dated, runs):
        for one, other in _candidates(texts):
            fewest = min(texts.fewest(one), texts.fewest(other))
            if fewest > best.get((one, other), 0):
                best[one, other] = fewest
                rows.append((one, other, *_compared(texts, one, other)))
    found = pd.DataFrame(rows, columns=["one", "other", "before", "after", "p"])
    return found.drop_duplicates(["one", "other"], keep="last", ignore_index=True)


@dataclass(frozen=True)
class _Texts:
    """Texts of one language: their topic, their run of periods, their terms with weights of the first half and of both.

    Rows of `early` and `late` have length 1, or 0 for a text without a term that another one has.
    """

    topic: Whole
    run: Whole
    weight: Reals
    size: int
    early: Any
    late: Any

    def fewest(self, topic: int) -> float:
        """Texts of the topic in the half that has fewer of them; if they weigh unequally, so many equal ones."""
        own = self.topic == topic
        sums = [np.bincount(self.run[own], self.weight[own] ** power, minlength=self.size) for power in (1, 2)]
        early, late = ([float(each[half].sum()) for each in sums] for half in halves(self.size))
        return min(one**2 / two if two else 0.0 for one, two in (early, late))

    def lasting(self) -> list[int]:
        """Topics with ten texts in each half."""
        return [int(one) for one in np.unique(self.topic) if one >= 0 and self.fewest(one) >= _FEWEST_TEXTS]


def _by_language(dated: DatedTexts, runs: Whole) -> Iterator[_Texts]:
    """The texts of each language, languages by the alphabet; only outlets with texts in both halves."""
    size = int(runs.max(initial=-1)) + 1
    if size < 2:
        return
    table = dated.table.assign(run=runs[dated.table["period"]])
    table = table[table["run"] >= 0]
    table = table.assign(weight=_pulls(table["source"].fillna(""), table["run"].to_numpy(), size))
    for language, own in table[table["weight"] > 0].groupby("language"):
        presence = term_counts(own["title"].tolist(), own["text"].tolist(), [str(language)] * len(own)).presence
        if not presence.shape[1]:
            continue
        run = own["run"].to_numpy()
        first = run < halves(size)[0].stop
        vectors = [_weighted(presence, of) for of in (first, first | True)]
        yield _Texts(own["topic"].to_numpy(), run, own["weight"].to_numpy(), size, *vectors)


def _pulls(source: pd.Series, run: Whole, size: int) -> Reals:
    """The weight of each text: the part of its outlet's texts that lies in the other half."""
    early, late = halves(size)
    sides = [pd.Series(flags, index=source.index) for flags in (run < early.stop, run >= late.start)]
    counts = [side.groupby(source).transform("sum") for side in sides]
    pulls: Reals = np.select(sides, [counts[1], counts[0]], (counts[0] + counts[1]) / 2) / (counts[0] + counts[1])
    # an outlet of one half has no comparison; 0 in that half, and in the other it has no text
    return np.nan_to_num(pulls)


def _weighted(presence: Any, of: Flags) -> Any:
    """The texts' terms weighted by how rare they are in the texts `of`, each text of length 1."""
    seen = np.asarray(presence[of].sum(axis=0)).ravel()
    # a term not seen yet is as rare as one seen once
    rare = np.log((1 + of.sum()) / np.maximum(seen, 1))
    return normalize(presence @ sparse.diags(rare).tocsr())


def _candidates(texts: _Texts) -> list[tuple[int, int]]:
    """Each topic with the three it is nearest to over the whole time."""
    topics = texts.lasting()
    if len(topics) < 2:
        return []
    place = pd.Index(topics).get_indexer(pd.Index(texts.topic))
    rows = np.flatnonzero(place >= 0)
    sums, weights, squares, within = _gathered(texts, texts.late, rows, place[rows], len(topics))
    products = (sums @ sums.T).toarray()
    own = np.maximum(np.diagonal(products) - within, 1e-9) / (weights**2 - squares)
    alike = products / np.outer(weights, weights) / np.sqrt(np.outer(own, own))
    np.fill_diagonal(alike, -np.inf)
    nearest = np.argsort(-np.round(alike, 9), axis=1, kind="stable")[:, : min(_NEAREST, len(topics) - 1)]
    found = {tuple(sorted((topics[one], topics[int(other)]))) for one, row in enumerate(nearest) for other in row}
    return sorted((one, other) for one, other in found)


def _gathered(texts: _Texts, vectors: Any, rows: Whole, place: Whole, size: int) -> tuple[Any, Reals, Reals, Reals]:
    """By place: the weighted sum of vectors, of weights, of squared weights, and of the vectors' squared lengths."""
    weight = texts.weight[rows]
    gather = sparse.csr_matrix((weight, (place, np.arange(len(rows)))), shape=(size, len(rows)))
    length = np.asarray(vectors[rows].multiply(vectors[rows]).sum(axis=1)).ravel()
    sums = (np.bincount(place, weight**power * factor, minlength=size) for power, factor in
            ((1, np.ones(len(rows))), (2, np.ones(len(rows))), (2, length)))  # fmt: skip
    return gather @ vectors[rows], *sums


def _compared(texts: _Texts, one: int, other: int) -> tuple[float, float, float]:
    """The likeness of two topics in the first and in the second half, and p; 1 where the rise is not worth a test."""
    early, late = halves(texts.size)
    products = [_products(texts, vectors, one, other) for vectors in (texts.early, texts.late)]
    order = np.arange(texts.size)[None]
    before, after = (
        float(_in_half(each, order[:, half])[0]) for each, half in zip(products, (early, late), strict=True)
    )
    if not (after >= _NEAR and after - before >= _NEARER):
        return before, after, 1.0
    order = orders(texts.size)
    rises = _in_half(products[1], order[:, late]) - _in_half(products[0], order[:, early])
    # an order that leaves a half without texts of a topic says nothing against chance
    far = (rises >= after - before - 1e-9) | np.isnan(rises)
    return before, after, float(far.mean())


@dataclass(frozen=True)
class _Products:
    """Sums by run of periods over the texts of two topics: products within each and across, and as in `_gathered`."""

    own: list[Reals]
    across: Reals
    weights: list[Reals]
    squares: list[Reals]
    within: list[Reals]


def _products(texts: _Texts, vectors: Any, one: int, other: int) -> _Products:
    parts = []
    for topic in (one, other):
        rows = np.flatnonzero(texts.topic == topic)
        parts.append(_gathered(texts, vectors, rows, texts.run[rows], texts.size))
    sums, weights, squares, within = (list(each) for each in zip(*parts, strict=True))
    own = [(each @ each.T).toarray() for each in sums]
    return _Products(own, (sums[0] @ sums[1].T).toarray(), weights, squares, within)


def _in_half(products: _Products, chosen: Whole) -> Reals:
    """The likeness of the two topics in the chosen runs, one row of them after the other; missing below two texts."""
    mask = np.zeros((len(chosen), len(products.across)))
    np.put_along_axis(mask, chosen, 1, axis=1)
    scale = np.ones(len(chosen))
    with np.errstate(divide="ignore", invalid="ignore"):
        for own, weights, squares, within in zip(
            products.own, products.weights, products.squares, products.within, strict=True
        ):
            weight = mask @ weights
            alike = ((mask @ own * mask).sum(axis=1) - mask @ within) / (weight**2 - mask @ squares)
            scale *= np.where(alike > 0, alike, np.nan) * weight**2
        likeness: Reals = (mask @ products.across * mask).sum(axis=1) / np.sqrt(scale)
        return likeness
