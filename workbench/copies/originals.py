"""Which texts in another language are likely originals of a text: the nearest by the anchors they share.

Every text is a row of its anchors, weighed by their rarity in its own language, so that no language's spelling sets
the scale. What makes a text near to everything is taken off (Radovanović et al. 2010, "Hubs in space", section 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.preprocessing import normalize
from tqdm.auto import tqdm

from workbench.copies.anchors import is_stop_word, pieces
from workbench.copies.glossary import Glossary, stem
from workbench.copies.pools import WINDOW, Reach

LEAD = 2_000
"""Characters of a text that are read here."""

NEAREST = 3
"""Likely originals per text and language."""

_PRIOR = 20
"""Texts that stand for the press at large when rarity is weighed, so that two texts can be compared alone."""

_BLOCK = 250
"""Texts compared at a time, so that memory stays small where many are undated."""

_PROGRESS_FROM = 3_000

Matrix = Any
"""A scipy sparse matrix in rows; scipy has no types of its own."""

Places = NDArray[np.int64]
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Anchored:
    """Texts by their anchors: rows of length 1, which of the figures and ideas each holds, and of these and sounds."""

    vectors: Matrix
    known: Matrix
    held: Matrix

    def overlap(self, left: Places, right: Places) -> Numbers:
        """For each pair the share of figures and ideas that both hold (Dice), 0 to 1, and 0 where neither has any."""
        count = np.asarray(self.known.sum(axis=1)).ravel()
        both = np.asarray(self.known[left].multiply(self.known[right]).sum(axis=1)).ravel()
        return np.asarray(2 * both / np.maximum(1, count[left] + count[right]))

    def shared(self, left: Places, right: Places) -> Numbers:
        """For each pair about how many words of either say what a word of the other says, or sound like it."""
        return np.asarray(self.held[left].multiply(self.held[right]).sum(axis=1)).ravel()


def read_anchors(texts: Sequence[str], languages: Sequence[str], glossary: Glossary, *, progress: bool) -> Anchored:
    """The anchors of every text, one row each in the given order."""
    features: dict[str, int] = {}
    blocks, order = [], []
    spoken = np.array(languages, dtype=object)
    for language in sorted(set(languages)):
        rows = np.flatnonzero(spoken == language)
        blocks.append(_counted([texts[at] for at in rows.tolist()], language, glossary, features, progress=progress))
        order.append(rows)
    back = np.argsort(np.concatenate(order))
    for block in blocks:
        block.resize(block.shape[0], len(features))
    weighed = [normalize(block @ sparse.diags(_rarity(block))) for block in blocks]
    held = _only(sparse.vstack(blocks, format="csr")[back], [" " not in key for key in features])
    known = _only(held, [key[0] != "~" for key in features])
    known.data[:] = 1.0
    # A name of three sounds is a third in each of them: by square roots two equal names come to one word.
    held.data = np.sqrt(held.data)
    return Anchored(sparse.vstack(weighed, format="csr")[back].astype(np.float32), known, held)


def _only(matrix: Matrix, kept: list[bool]) -> Matrix:
    chosen = (matrix @ sparse.diags(np.array(kept, dtype=np.float64))).tocsr()
    chosen.eliminate_zeros()
    return chosen


def _counted(
    texts: list[str], language: str, glossary: Glossary, features: dict[str, int], *, progress: bool
) -> Matrix:
    """For each text its anchors, 1 where a word has but one, a share of it where the word may mean several things."""
    words: dict[str, int] = {}
    bar = tqdm(
        texts, desc=f"reading texts ({language})", unit=" texts", disable=not progress or len(texts) < _PROGRESS_FROM
    )
    held = [sorted({words.setdefault(word, len(words)) for word in pieces(text)}) for text in bar]
    meant = [_meant(word, language, glossary) for word in words]
    named = [[(features.setdefault(key, len(features)), 1 / len(keys)) for key in keys] for keys in meant]
    counted = _rows([[(at, 1.0) for at in one] for one in held], len(words)) @ _rows(named, len(features))
    counted.data = np.minimum(counted.data, 1.0)
    return counted


def _meant(word: str, language: str, glossary: Glossary) -> tuple[str, ...]:
    """The anchors of a word; a word without any goes by its stem, which no other language has."""
    found = glossary.call(word, language)
    return found or (() if is_stop_word(word, language) else (f"{language} {stem(word)}",))


def _rows(entries: list[list[tuple[int, float]]], width: int) -> Matrix:
    starts = np.cumsum([0, *map(len, entries)])
    columns = np.fromiter((at for row in entries for at, _ in row), dtype=np.int64, count=int(starts[-1]))
    values = np.fromiter((value for row in entries for _, value in row), dtype=np.float64, count=int(starts[-1]))
    matrix = sparse.csr_matrix((values, columns, starts), shape=(len(entries), width))
    matrix.sum_duplicates()
    return matrix


def _rarity(counted: Matrix) -> Numbers:
    held = np.bincount(counted.indices, minlength=counted.shape[1])
    return np.asarray(np.log((counted.shape[0] + _PRIOR) / (held + 1)))


def nearest(vectors: Matrix, ours: Places, theirs: Places, reach: Reach) -> tuple[Places, Numbers]:
    """For each of `ours` its nearest of `theirs`, best first, and how near: -1 and 0 where there is none within reach.

    Both arrays have one row per text of `ours` and up to three columns. Ties go to the text that stands first.
    """
    width = min(NEAREST, len(theirs))
    places = np.full((len(ours), width), -1, dtype=np.int64)
    near = np.zeros((len(ours), width))
    hub = vectors[theirs] @ np.asarray(vectors[ours].mean(axis=0)).ravel()
    order = np.argsort(reach.low[ours], kind="stable")
    for start in range(0, len(ours), _BLOCK):
        rows = order[start : start + _BLOCK]
        met = np.flatnonzero(_met(reach, ours[rows], theirs))
        if not len(met):
            continue
        cosine = (vectors[ours[rows]] @ vectors[theirs[met]].T).toarray()
        ranked = np.where(reach.within(ours[rows], theirs[met]) & (cosine > 0), cosine - hub[met], -np.inf)
        best = np.argsort(-ranked, axis=1, kind="stable")[:, :width]
        found = np.take_along_axis(ranked, best, axis=1) > -np.inf
        places[rows, : best.shape[1]] = np.where(found, theirs[met[best]], -1)
        near[rows, : best.shape[1]] = np.where(found, np.take_along_axis(cosine, best, axis=1), 0.0)
    return places, near


def _met(reach: Reach, ours: Places, theirs: Places) -> NDArray[np.bool_]:
    """Whether each of `theirs` may be within reach of any of `ours`; undated ones always are."""
    early, late = np.min(reach.low[ours]) - WINDOW, np.max(reach.high[ours]) + WINDOW
    return np.asarray(~((reach.high[theirs] < early) | (reach.low[theirs] > late)))
