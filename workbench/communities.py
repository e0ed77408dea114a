"""A graph of texts cut into topics: how finely, which text belongs where, and how well each topic holds."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components
from sklearn.metrics import adjusted_rand_score
from sknetwork.clustering import Louvain
from tqdm.auto import tqdm

from workbench.embed import Vectors

UNASSIGNED = -1
"""The topic of an article that fits nowhere."""

FEWEST_TEXTS = 30
"""Below this a collection has no themes that could be told from chance: only texts that share most are grouped."""

_RESOLUTIONS = np.geomspace(0.25, 3.0, 12)
"""Tried in turn: below, news falls into one or two topics; above, into its single stories."""

_PROGRESS_FROM = 2_000
"""Texts from which finding topics takes over two seconds."""

_SCAN_REFITS, _REFITS = 2, 10
_NEARLY_BEST = 0.95
"""Of cuts that hold nearly as well as the best, the coarsest is taken: fewer topics are easier to tell apart."""

_KEPT = 0.8
"""Share of the texts in each refit."""

_LARGEST = 1 / 3
"""A cut whose largest topic holds more of the texts tells too little apart, unless there is no other."""

_SMALLEST = 3
"""Texts a topic needs; the texts of smaller groups are unassigned."""

_ALIKE = 0.35
"""Cosine from which texts of a small collection are grouped."""

Labels = NDArray[np.int64]


class Cut(NamedTuple):
    """The topic of each text, the stability of each topic, and the graph that was cut at this resolution."""

    members: Labels
    stability: NDArray[np.float64]
    resolution: float
    graph: Any


def cut_graph(graph: Any, vectors: Vectors, factor: float, *, seed: int, progress: bool) -> Cut:
    """The topics of the texts, numbered by size; `factor` makes them coarser (below 1) or finer."""
    if len(vectors) < FEWEST_TEXTS:
        members = _small(graph, vectors)
        return Cut(*numbered(members, np.full(members.max(initial=-1) + 1, np.nan)), float("nan"), graph)
    resolution = _resolution(graph, seed, progress=progress) * factor
    members = _without_small(communities(graph, resolution, seed), graph)
    return Cut(*numbered(members, _stability(graph, members, resolution, seed)), resolution, graph)


def communities(graph: Any, resolution: float, seed: int) -> Labels:
    """Texts grouped by the Louvain method; a text without any neighbour stands alone."""
    if not graph.nnz:
        return np.arange(graph.shape[0])
    return np.asarray(Louvain(resolution, random_state=seed).fit_predict(graph), dtype=np.int64)


def _small(graph: Any, vectors: Vectors) -> Labels:
    """Groups of a collection too small for themes: texts joined by a cosine of .35, others unassigned."""
    near = (vectors @ vectors.T) >= _ALIKE
    linked = graph.multiply(near).tocsr() if graph.nnz else graph
    _, groups = connected_components(linked, directed=False)
    counts = np.bincount(groups) if len(groups) else np.zeros(0, dtype=np.int64)
    return np.array([one if counts[one] > 1 else UNASSIGNED for one in groups], dtype=np.int64)


def _resolution(graph: Any, seed: int, *, progress: bool) -> float:
    """The resolution whose topics hold best when a fifth of the texts is left out, among cuts that tell things apart.

    The criterion is the agreement of partitions over subsamples and over neighbouring resolutions (Ben-Hur,
    Elisseeff and Guyon 2002; Arenas, Fernández and Gómez 2008), measured by the adjusted Rand index.
    """
    bar = tqdm(_RESOLUTIONS, desc="choosing how many topics", disable=not progress or graph.shape[0] < _PROGRESS_FROM)
    tried = [(cut := communities(graph, float(one), seed), _agreement(graph, cut, float(one), seed)) for one in bar]
    cuts = [cut for cut, _ in tried]
    beside = [adjusted_rand_score(a, b) for a, b in pairwise(cuts)]
    plateau = [np.mean([*beside[max(0, at - 1) : at], *beside[at : at + 1]]) for at in range(len(cuts))]
    largest = np.array([np.bincount(cut).max() / len(cut) for cut in cuts])
    telling = largest <= max(_LARGEST, largest.min())
    score = np.where(telling, np.array([holds for _, holds in tried]) + plateau, -np.inf)
    return float(_RESOLUTIONS[int(np.argmax(score >= _NEARLY_BEST * score.max()))])


def _agreement(graph: Any, cut: Labels, resolution: float, seed: int) -> float:
    refits = _refits(graph, resolution, seed, _SCAN_REFITS)
    return float(np.mean([adjusted_rand_score(cut[part], again) for part, again in refits]))


def _refits(graph: Any, resolution: float, seed: int, count: int) -> list[tuple[Labels, Labels]]:
    """Subsamples without replacement and their groups."""
    chance = np.random.default_rng(seed)
    size = graph.shape[0]
    parts = [np.sort(chance.choice(size, int(_KEPT * size), replace=False)) for _ in range(count)]
    return [(part, communities(graph[part][:, part], resolution, seed)) for part in parts]


def _without_small(members: Labels, graph: Any) -> Labels:
    """Unassign the texts of groups with fewer than three texts and texts that are near no other."""
    alone = np.asarray(graph.sum(axis=1)).ravel() == 0
    counts = np.bincount(members)
    return np.where(alone | (counts[members] < _SMALLEST), UNASSIGNED, members)


def _stability(graph: Any, members: Labels, resolution: float, seed: int) -> NDArray[np.float64]:
    """Per group the mean over refits of its best Jaccard match (Hennig 2007)."""
    groups = members.max(initial=-1) + 1
    best = np.zeros((_REFITS, groups))
    for at, (part, again) in enumerate(_refits(graph, resolution, seed + 1, _REFITS)):
        own = members[part]
        known = own >= 0
        shared = np.zeros((groups, again.max(initial=-1) + 1))
        np.add.at(shared, (own[known], again[known]), 1)
        union = (
            np.bincount(own[known], minlength=groups)[:, None]
            + np.bincount(again, minlength=shared.shape[1])[None, :]
            - shared
        )
        best[at] = (shared / np.maximum(union, 1)).max(axis=1, initial=0)
    return np.asarray(best.mean(axis=0), dtype=np.float64)


def numbered(members: Labels, stability: NDArray[np.float64]) -> tuple[Labels, NDArray[np.float64]]:
    """Number the groups from the largest down; equal ones by their first text."""
    groups, first, counts = np.unique(members, return_index=True, return_counts=True)
    real = [
        (-int(n), int(at), int(group))
        for group, at, n in zip(groups, first, counts, strict=True)
        if group != UNASSIGNED
    ]
    order = [group for _, _, group in sorted(real)]
    number = {group: at for at, group in enumerate(order)} | {UNASSIGNED: UNASSIGNED}
    return np.array([number[int(one)] for one in members], dtype=np.int64), stability[order] if order else stability[:0]
