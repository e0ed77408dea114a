"""Which texts are near each other: a graph in which neighbours are taken per language.

Plain neighbours in a mixed collection are always of one's own language, and topics become languages. Here every text
has its nearest texts in its own language by words, and in each other language by traces, where only mutual nearest
neighbours count and what makes a text near to everything (hubness; Radovanović et al. 2010) is taken off.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.neighbors import NearestNeighbors

from workbench.embed import Vectors

OWN, OTHER = 15, 5
"""Neighbours per text in its own language and in each other one."""

_ROWS = 2_000
"""Texts compared at a time, so that memory does not grow with the square of the collection."""

Edges = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]


def neighbour_graph(words: Vectors, traces: Any, languages: Sequence[str]) -> Any:
    """A symmetric sparse matrix of weights in (0, 1], shape (texts, texts); an empty row is a text like no other.

    Ties go to the text that comes first, so the same texts in the same order give the same graph. Edges between
    languages weigh together as much as those within, per language, so that neither view drowns the other.
    """
    labels = np.array(languages)
    size = len(labels)
    own = [_own(words, np.flatnonzero(labels == one)) for one in sorted(set(languages))]
    within = _matrix(own, size)
    pairs = [(a, b) for a in sorted(set(languages)) for b in sorted(set(languages)) if a < b]
    across = _matrix(
        [_mutual(traces, np.flatnonzero(labels == a), np.flatnonzero(labels == b)) for a, b in pairs], size
    )
    if across.nnz:
        across = across * (within.sum() / across.sum()) if within.nnz else across
    whole = within + across
    return whole / whole.max() if whole.nnz else whole


def _matrix(edges: list[Edges], size: int) -> Any:
    if not edges:
        return sparse.csr_matrix((size, size))
    rows, columns, weights = (np.concatenate(part) for part in zip(*edges, strict=True))
    one_way = sparse.csr_matrix((weights, (rows, columns)), shape=(size, size))
    return one_way.maximum(one_way.T)


def _own(words: Vectors, members: NDArray[np.int64]) -> Edges:
    """Nearest texts of one language by cosine of their word vectors."""
    count = min(OWN + 1, len(members))
    if count < 2:
        return _none()
    near, place = (
        NearestNeighbors(n_neighbors=count, metric="cosine", algorithm="brute")
        .fit(words[members])
        .kneighbors(words[members])
    )
    rows = np.repeat(members, count)
    columns = members[place.ravel()]
    weights = 1.0 - near.ravel().astype(np.float64)
    keep = (rows != columns) & (weights > 1e-6)
    return rows[keep], columns[keep], weights[keep]


def _none() -> Edges:
    return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float64)


def _mutual(traces: Any, left: NDArray[np.int64], right: NDArray[np.int64]) -> Edges:
    """Pairs of two languages of which each is among the other's nearest by traces."""
    forth = _nearest(traces[left], traces[right])
    back = _nearest(traces[right], traces[left])
    both = sorted((a, b) for (a, b) in forth if (b, a) in back)
    if not both:
        return _none()
    places = np.array(both)
    return left[places[:, 0]], right[places[:, 1]], np.array([forth[pair] for pair in both])


def _nearest(from_: Any, to: Any) -> dict[tuple[int, int], float]:
    """For each row the nearest rows of `to` with their similarity, less what each side has in common with all."""
    count = min(OTHER, to.shape[0])
    mean_to = np.asarray(to.mean(axis=0), dtype=np.float32).ravel()
    mean_from = np.asarray(from_.mean(axis=0), dtype=np.float32).ravel()
    hub_to = to @ mean_from - mean_from @ mean_to
    other = to.T.tocsr()
    found: dict[tuple[int, int], float] = {}
    for start in range(0, from_.shape[0], _ROWS):
        block = from_[start : start + _ROWS]
        similar = (block @ other).toarray()
        similar -= (block @ mean_to)[:, None] + hub_to[None, :]
        best = np.sort(np.argpartition(similar, similar.shape[1] - count, axis=1)[:, -count:], axis=1)
        for row, columns in enumerate(best):
            found |= {
                (start + row, int(column)): float(similar[row, column])
                for column in columns
                if similar[row, column] > 0
            }
    return found
