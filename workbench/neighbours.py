"""Which texts are near each other: exact nearest neighbours, and a graph in which they are taken per language.

Plain neighbours in a mixed collection are mostly of one's own language, and topics become languages. Here every text
has its nearest texts in each language.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from multiprocessing.pool import ThreadPool
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Vectors = NDArray[np.float32]

NEAREST = 15
"""Neighbours per text, over all languages; 10 to 30 give the same topics on labelled news."""

_BLOCK = 512
"""Texts compared at a time. Blocks are always cut alike, so that the number of cores changes no last digit."""

_DIGITS = 5
"""Decimals of a similarity that count: beyond them two machines may differ."""


def nearest(texts: Vectors, among: Vectors, count: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """For each text the places of its `count` nearest `among` others and their cosines, nearest first.

    Both are rows of length 1. Of equally near ones the first goes first. A text that is itself among them is its own
    nearest. The linear algebra must run on one thread (threadpoolctl); blocks of texts then share the cores.
    """
    count = min(count, len(among))
    place = np.zeros((len(texts), count), dtype=np.int64)
    near = np.zeros((len(texts), count), dtype=np.float32)
    if count == 0:
        return place, near
    other = np.ascontiguousarray(among.T)

    def compare(start: int) -> None:
        rows = slice(start, start + _BLOCK)
        similar = np.round(texts[rows] @ other, _DIGITS)
        best = np.sort(np.argpartition(-similar, count - 1, axis=1)[:, :count], axis=1)
        found = np.take_along_axis(similar, best, axis=1)
        order = np.argsort(-found, axis=1, kind="stable")
        place[rows] = np.take_along_axis(best, order, axis=1)
        near[rows] = np.take_along_axis(found, order, axis=1)

    with ThreadPool(os.cpu_count() or 1) as pool:
        pool.map(compare, range(0, len(texts), _BLOCK))
    return place, near


def neighbour_graph(vectors: Vectors, languages: Sequence[str]) -> Any:
    """A symmetric sparse matrix of cosines in (0, 1], shape (texts, texts); an empty row is a text like no other.

    Each text has 15 neighbours, shared out over the languages of the collection: as many in a large language as in a
    small one, but no more than a quarter of the small one's texts.
    """
    spoken = np.asarray(languages, dtype=object)
    members = {language: np.flatnonzero(spoken == language) for language in sorted(set(languages))}
    rows, columns, weights = [], [], []
    each = max(1, round(_enough(len(vectors)) / max(1, len(members))))
    for own in members.values():
        for others in members.values():
            count = each if len(members) == 1 else min(each, len(others) // 4)
            if count < 1:
                continue
            place, near = nearest(vectors[own], vectors[others], count + 1)
            rows.append(np.repeat(own, place.shape[1]))
            columns.append(others[place.ravel()])
            weights.append(near.ravel().astype(np.float64))
    if not rows:
        return sparse.csr_matrix((len(vectors), len(vectors)))
    row, column, weight = (np.concatenate(part) for part in (rows, columns, weights))
    keep = (row != column) & (weight > 0)
    one_way = sparse.csr_matrix((weight[keep], (row[keep], column[keep])), shape=(len(vectors), len(vectors)))
    return one_way.maximum(one_way.T).tocsr()


def _enough(texts: int) -> int:
    """Neighbours for a collection of this size: fewer where 15 would be a good part of it."""
    return max(5, min(NEAREST, texts // 40))
