"""How many topics a collection has: the division that holds best when a fifth of the texts is left out.

Divisions from a few groups to many are found on all texts and on resamples of four fifths; the agreement of the two
(adjusted Rand index over all texts) is highest where the data have a plateau (Ben-Hur, Elisseeff and Guyon 2002,
"A stability based method for discovering structure in clustered data"; von Luxburg 2010, "Clustering stability: an
overview"). The same resamples give each topic its clusterwise Jaccard stability (Hennig 2007, "Cluster-wise assessment
of cluster stability", section 3).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from multiprocessing.pool import ThreadPool
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import adjusted_mutual_info_score
from tqdm.auto import tqdm

from workbench.communities import Grains, Labels, find_grains, middles, nearest_middle
from workbench.neighbours import Vectors

RESOLUTIONS = tuple(float(one) for one in np.geomspace(0.15, 3.0, 12))
"""Of joining by modularity: below, news falls into one or two topics; above, into its single stories."""

LINKAGES = 8
"""Divisions tried of joining by average linkage, from 3 groups to all grains."""

_REFITS = 10
_REFITS_SMALL, _SMALL = 25, 1_000
"""More resamples where they cost little and chance is larger."""

_KEPT = 0.8
_MOST_IN_REFITS = 10_000
"""Texts in a resample of a large collection: agreement there changes in the third decimal with more."""

TELLING = 3.0
"""Topics that a division must be worth (exponential of its entropy): two that share the news tell too little apart."""


NEARLY = 0.94
"""Of the best: differences between resamples are of this size, and finer topics say more."""


_MIXED = 0.05
"""Adjusted mutual information of topics and languages up to which languages are mixed."""

TRIED = ("way", "at", "topics", "worth", "holds", "by_language")


class Division(NamedTuple):
    """One way to divide the texts: "modularity" or "linkage" at a resolution or height."""

    way: str
    at: float


class Scan(NamedTuple):
    """What was tried: a table of divisions, and for each its groups' middles and how each refit divided the texts."""

    table: pd.DataFrame
    centres: list[Vectors]
    refits: list[list[Labels]]


class _Sample(NamedTuple):
    rows: NDArray[np.int64]
    grains: Grains


def scan_divisions(
    graph: Any, vectors: Vectors, languages: Sequence[str], *, seed: int, progress: bool = False
) -> Scan:
    """Every division tried, each with how well it holds.

    The table has `way`, `at`, `topics`, `worth` (the exponential of the entropy of their sizes), `holds`: the mean of
    the adjusted Rand index with the refits and of the Jaccard stability of the topic a text is in, 0 to 1, and
    `by_language`: the adjusted mutual information of topics and languages, 0 where they have nothing to do with each
    other.
    """
    grains = find_grains(graph, vectors, seed)
    rows: list[tuple[str, float, int, float, float, float]] = []
    centres: list[Vectors] = []
    refits: list[list[Labels]] = []
    with ThreadPool(os.cpu_count() or 1) as pool:
        samples = _samples(graph, vectors, seed, pool)
        for division in tqdm(_divisions(grains), desc="choosing how many topics", disable=not progress):
            own = _divide(grains, vectors, division, seed)
            if not len(own) or any(np.array_equal(own, known) for known in centres):
                continue
            again = pool.map(partial(_refit, vectors=vectors, division=division, seed=seed), samples)
            groups = nearest_middle(vectors, own)
            shares = np.bincount(groups, minlength=len(own)) / max(1, len(groups))
            agreement = float(np.mean([adjusted_rand(groups, other, len(own)) for other in again]))
            found = float(shares @ stability_of(groups, again, len(own)))
            apart = adjusted_mutual_info_score(languages, groups) if len(set(languages)) > 1 else 0.0
            holds = round((agreement + found) / 2, 4)
            rows.append((division.way, division.at, len(own), _worth(shares), holds, round(float(apart), 4)))
            centres.append(own)
            refits.append(again)
    return Scan(pd.DataFrame(rows, columns=list(TRIED)), centres, refits)


def _refit(sample: _Sample, vectors: Vectors, division: Division, seed: int) -> Labels:
    """All texts divided by what one resample says."""
    own = _divide(sample.grains, vectors[sample.rows], division, seed)
    return nearest_middle(vectors, own).astype(np.int32)


def stability_of(groups: Labels, refits: list[Labels], count: int) -> NDArray[np.float64]:
    """Per group its mean Jaccard index with the group most like it in each refit, 0 to 1 (Hennig 2007)."""
    if not refits or not count:
        return np.full(count, np.nan)
    return np.asarray(np.mean([jaccard(groups, other, count) for other in refits], axis=0))


def _divisions(grains: Grains) -> list[Division]:
    """All divisions to try; heights are those that leave about so many groups."""
    count = grains.between.shape[0]
    heights = grains.merges.heights
    wanted = sorted({*range(3, 12), *(round(one) for one in np.geomspace(12, max(12, count - 1), LINKAGES))})
    linked = [Division("linkage", float(heights[count - one - 1])) for one in wanted if one < count]
    return [*(Division("modularity", one) for one in RESOLUTIONS), *linked]


def _divide(grains: Grains, vectors: Vectors, division: Division, seed: int) -> Vectors:
    if division.way == "linkage":
        return middles(vectors, grains.by_linkage(division.at))
    return middles(vectors, grains.by_modularity(division.at, seed))


def _samples(graph: Any, vectors: Vectors, seed: int, pool: ThreadPool) -> list[_Sample]:
    chance = np.random.default_rng(seed)
    size = len(vectors)
    count = min(_MOST_IN_REFITS, int(_KEPT * size))
    refits = _REFITS if size > _SMALL else _REFITS_SMALL
    drawn = [np.sort(chance.choice(size, count, replace=False)) for _ in range(refits)]

    def draw(rows: NDArray[np.int64]) -> _Sample:
        return _Sample(rows, find_grains(graph[rows][:, rows].tocsr(), vectors[rows], seed))

    return list(pool.map(draw, drawn))


def _worth(shares: NDArray[np.float64]) -> float:
    """How many topics of equal size would tell as much apart."""
    shares = shares[shares > 0]
    return float(np.exp(-(shares * np.log(shares)).sum()))


def _shared(groups: Labels, other: Labels, count: int) -> NDArray[np.float64]:
    """How many texts each group of the first division shares with each of the second."""
    wide = int(other.max(initial=0)) + 1
    return np.bincount(groups * wide + other, minlength=count * wide).reshape(count, wide).astype(np.float64)


def jaccard(groups: Labels, other: Labels, count: int) -> NDArray[np.float64]:
    """Per group of the first division the Jaccard index with the group of the other that is most like it."""
    shared = _shared(groups, other, count)
    union = shared.sum(axis=1)[:, None] + shared.sum(axis=0)[None, :] - shared
    return np.asarray((shared / np.maximum(union, 1)).max(axis=1, initial=0))


def adjusted_rand(groups: Labels, other: Labels, count: int) -> float:
    """Agreement of two divisions, 1 if they are the same and 0 as by chance (Hubert and Arabie 1985, equation 5).

    The same as scikit-learn's, which takes fifty times as long for a small collection.
    """
    shared = _shared(groups, other, count)
    pairs, rows, columns = (
        float((one * (one - 1) / 2).sum()) for one in (shared, shared.sum(axis=1), shared.sum(axis=0))
    )
    expected = rows * columns / max(1.0, len(groups) * (len(groups) - 1) / 2)
    most = (rows + columns) / 2
    return (pairs - expected) / (most - expected) if most != expected else 1.0


def best_division(table: pd.DataFrame) -> int:
    """The row of the division to take: where the plateau of the one that holds best ends.

    Only divisions worth three topics or more are looked at, if there are any. From the one that holds best the way
    goes to finer ones, found alike, as long as they hold nearly as well and do not begin to part the languages.
    """
    worth, holds, apart = (table[name].to_numpy(dtype=float) for name in ("worth", "holds", "by_language"))
    telling = worth >= TELLING if (worth >= TELLING).any() else worth >= 0
    best = int(np.argmax(np.where(telling, holds, -1)))
    alike = (table["way"] == table["way"].iloc[best]).to_numpy() & telling & (worth >= worth[best])
    taken = best
    for row in sorted(np.flatnonzero(alike).tolist(), key=lambda one: (worth[one], one)):
        if holds[row] < NEARLY * holds[best] or apart[row] > max(_MIXED, apart[best]):
            break
        taken = row
    return taken


def neighbour_divisions(table: pd.DataFrame, taken: int) -> tuple[int | None, int | None]:
    """The rows of the best-holding divisions worth half as many topics or fewer, and twice as many or more."""
    worth, holds = table["worth"].to_numpy(dtype=float), table["holds"].to_numpy(dtype=float)
    coarser = (worth <= worth[taken] / 2) & (table["topics"] >= 2).to_numpy()
    return tuple(
        int(np.argmax(np.where(kept, holds, -1))) if kept.any() else None
        for kept in (coarser, worth >= worth[taken] * 2)
    )  # type: ignore[return-value]  # a tuple of two
