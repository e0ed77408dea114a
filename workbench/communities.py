"""Texts divided into groups: grains by the Louvain method, joined in two ways, every text sent to its nearest group.

Grains are small communities of the graph of near texts (Blondel, Guillaume, Lambiotte and Lefebvre 2008). They are
joined by modularity at a resolution (Reichardt and Bornholdt 2006), which finds themes of like size, or by average
linkage (Sokal and Michener 1958), which also finds one theme that is half of the news among many small ones. Last,
each text goes to the group whose middle is nearest, a few times (spherical k-means; Dhillon and Modha 2001).
Louvain and not Leiden: scikit-network's Leiden draws from C's rand(), which no seed of ours reaches.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sknetwork.clustering import Louvain

from workbench.neighbours import Vectors

UNASSIGNED = -1
"""The topic of an article that fits nowhere."""

SMALLEST = 3
"""Texts a topic needs."""

_GRAINS = 6.0
"""Resolution of the grains: some dozens in a small collection, some hundreds in a large one."""

_ROUNDS = 6
"""Times the texts are sent to the nearest group: few move after the fifth."""

Labels = NDArray[np.int64]


class Merges(NamedTuple):
    """An average linkage of grains: per merge the mean cosine at which it was made, the grain kept and the one lost."""

    heights: NDArray[np.float64]
    kept: Labels
    lost: Labels


class Grains(NamedTuple):
    """The grain of each text, how grains are tied, and in which order they are alike."""

    members: Labels
    between: Any
    merges: Merges

    def by_modularity(self, resolution: float, seed: int) -> Labels:
        """The grains of each text joined at this resolution."""
        return louvain(self.between, resolution, seed)[self.members]

    def by_linkage(self, height: float) -> Labels:
        """The grains of each text joined as long as their texts are this alike on average."""
        group = np.arange(self.between.shape[0])
        for at, kept, lost in zip(*self.merges, strict=True):
            if at < height:
                break
            group[group == lost] = kept
        return group[self.members]


def louvain(graph: Any, resolution: float, seed: int) -> Labels:
    """Nodes grouped by modularity; a node without any edge stands alone."""
    if not graph.nnz:
        return np.arange(graph.shape[0])
    return np.asarray(Louvain(resolution, random_state=seed).fit_predict(graph), dtype=np.int64)


def find_grains(graph: Any, vectors: Vectors, seed: int) -> Grains:
    """Small communities of a graph of texts, and how they join."""
    members = np.unique(louvain(graph, _GRAINS, seed), return_inverse=True)[1]
    belongs = _belongs(members)
    between = (belongs.T @ graph @ belongs).tocsr()
    return Grains(members, between, _average_linkage(np.asarray(belongs.T @ vectors), np.bincount(members)))


def _belongs(members: Labels) -> Any:
    size = int(members.max(initial=-1)) + 1
    return sparse.csr_matrix((np.ones(len(members)), (np.arange(len(members)), members)), shape=(len(members), size))


def _average_linkage(sums: NDArray[np.float64], sizes: Labels) -> Merges:
    """Merges of groups by the mean cosine of their texts, which is the product of the groups' means."""
    sums, counts = sums.astype(np.float64).copy(), sizes.astype(np.float64)
    means = sums / np.maximum(counts, 1)[:, None]
    similar = means @ means.T
    np.fill_diagonal(similar, -np.inf)
    best, value = similar.argmax(axis=1), similar.max(axis=1, initial=-np.inf)
    heights: list[float] = []
    kept: list[int] = []
    lost: list[int] = []
    for _ in range(len(counts) - 1):
        one = int(np.argmax(value))
        first, second = sorted((one, int(best[one])))
        heights.append(min(float(value[one]), heights[-1] if heights else np.inf))
        kept.append(first)
        lost.append(second)
        sums[first] += sums[second]
        counts[first] += counts[second]
        similar[second], similar[:, second], value[second] = -np.inf, -np.inf, -np.inf
        row = (sums @ sums[first]) / (np.maximum(counts, 1) * counts[first])
        row[[first, *lost]] = -np.inf
        similar[first], similar[:, first] = row, row
        stale = np.flatnonzero((value > -np.inf) & np.isin(best, (first, second)))
        for at in {first, *stale.tolist()} - {second}:
            best[at], value[at] = int(similar[at].argmax()), float(similar[at].max())
        nearer = np.flatnonzero(row > value)
        best[nearer], value[nearer] = first, row[nearer]
    return Merges(np.array(heights), np.array(kept, dtype=np.int64), np.array(lost, dtype=np.int64))


def middles(vectors: Vectors, groups: Labels, least: int = SMALLEST) -> Vectors:
    """The middle of each group of at least so many texts, after every text has gone to the nearest one.

    Shape (groups left, dimensions), rows of length 1, in the order of the groups given.
    """
    centres = _middles(vectors, np.unique(groups, return_inverse=True)[1], least)
    for _ in range(_ROUNDS):
        moved = _middles(vectors, nearest_middle(vectors, centres), least)
        if moved.shape == centres.shape and np.abs(moved - centres).max(initial=0) < 1e-6:
            return moved
        if not len(moved):
            return centres
        centres = moved
    return centres


def _middles(vectors: Vectors, groups: Labels, least: int) -> Vectors:
    sizes = np.bincount(groups)
    held = np.flatnonzero(sizes)
    order = np.argsort(groups, kind="stable")
    starts = np.concatenate([[0], np.cumsum(sizes[held])[:-1]]) if len(held) else np.zeros(0, dtype=np.int64)
    sums = (
        np.add.reduceat(vectors[order], starts.astype(np.int64), axis=0)[sizes[held] >= least]
        if len(held)
        else vectors[:0]
    )
    lengths = np.sqrt((sums * sums).sum(axis=1, keepdims=True))
    return np.asarray(sums / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def nearest_middle(vectors: Vectors, centres: Vectors) -> Labels:
    """The group whose middle is nearest to each text; ties go to the first."""
    if not len(centres):
        return np.zeros(len(vectors), dtype=np.int64)
    return np.asarray(np.round(vectors @ centres.T, 5).argmax(axis=1), dtype=np.int64)
