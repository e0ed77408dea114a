"""Where each text stands on the map of topics: islands of topics, the same place for the same texts every time."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.decomposition import PCA

from workbench.embed import Vectors

Labels = NDArray[np.int64]


def edges_between(graph: Any, members: Labels, size: int) -> Any:
    """How much the edges between each two topics weigh: a sparse matrix, shape (size, size)."""
    known = np.flatnonzero(members >= 0)
    belongs = sparse.csr_matrix((np.ones(len(known)), (known, members[known])), shape=(len(members), size))
    return (belongs.T @ graph @ belongs).tocsr()


def place_texts(vectors: Vectors, members: Labels, graph: Any) -> NDArray[np.float64]:
    """A place for each text: topics as islands set by the edges between them, texts around a centre by their words."""
    places = np.zeros((len(vectors), 2))
    size = int(members.max(initial=-1)) + 1
    if size == 0 or len(vectors) == 0:
        return places
    centres = _centres(edges_between(graph, members, size))
    for topic in range(-1, size):
        own = np.flatnonzero(members == topic)
        if len(own) == 0:
            continue
        spread = _flat(vectors[own])
        radius = 0.5 * np.sqrt(len(own) / len(vectors)) + 0.05
        places[own] = (centres[topic] if topic >= 0 else np.zeros(2)) + spread * radius
    return np.round(places, 4)


def _centres(between: Any) -> NDArray[np.float64]:
    """Topics on a ring of rings, each beside the topics it shares most edges with (spectral order; Fiedler 1973)."""
    size = between.shape[0]
    if size == 1:
        return np.zeros((1, 2))
    weights = between.toarray()
    np.fill_diagonal(weights, 0.0)
    weights = weights / np.sqrt(np.outer(weights.sum(1) + 1e-9, weights.sum(0) + 1e-9))
    laplacian = np.diag(weights.sum(axis=1)) - weights
    _, vectors = np.linalg.eigh(laplacian)
    order = np.argsort(
        np.round(np.abs(vectors[:, 1]) * np.sign(vectors[:, 1]) * np.sign(vectors[0, 1] or 1), 9), kind="stable"
    )
    turn = np.empty(size)
    turn[order] = np.arange(size) * 2.399963  # the golden angle spreads any number of islands evenly
    ring = np.empty(size)
    ring[order] = np.sqrt(np.arange(size) + 0.5)
    return np.column_stack([ring * np.cos(turn), ring * np.sin(turn)]) * 0.75


def _flat(vectors: Vectors) -> NDArray[np.float64]:
    """Two dimensions within the unit disc, with a sign that does not depend on the library."""
    if len(vectors) < 3:
        return np.array([[-0.5, 0.0], [0.5, 0.0]])[: len(vectors)] if len(vectors) > 1 else np.zeros((len(vectors), 2))
    if np.var(vectors.astype(np.float64), axis=0).sum() < 1e-12:
        return np.zeros((len(vectors), 2))
    flat = PCA(2, svd_solver="full").fit_transform(vectors.astype(np.float64))
    for axis in range(2):
        flat[:, axis] *= np.sign(flat[np.argmax(np.abs(flat[:, axis])), axis]) or 1
    return np.asarray(flat / (np.abs(flat).max() or 1.0))
