"""Texts as vectors, learnt from the collection itself, so that nothing is downloaded.

In one language a text is its words (TF-IDF and a truncated SVD; Deerwester et al. 1990, "Indexing by latent semantic
analysis"). In several, it is what its words mean in any of them (`themes`), averaged with the texts nearest to it in
its own language: single articles hold too few known words to be compared across languages, neighbourhoods do. Last,
each language is moved so that all have the same middle. A sentence-transformers model joins these where one is given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.preprocessing import normalize
from sklearn.utils.extmath import randomized_svd

from workbench.neighbours import NEAREST, Vectors, nearest
from workbench.themes import ideas
from workbench.wordcounts import WordCounts, count_words, stop_tokens

DIMENSIONS = 100
"""Of the SVD; 50 to 200 give the same topics on labelled news."""

LEARNT = 20_000
"""Texts from which the vectors and the topics are learnt, drawn evenly; the others are placed among them."""

MOST_WORDS = 40_000
"""Words of a language that count, the most frequent ones."""

FEW = 10
"""Texts of a language whose middle is as good as unknown: it moves by n / (n + 10)."""


_ITS_OWN, _OFTEN, _MANY_TEXTS = 0.9, 0.005, 15
"""A word is an outlet's manner if nine in ten texts with it are that outlet's, one in 200 of its texts, and so many."""

_MOST_OF_A_LANGUAGE = 0.6


@dataclass(frozen=True)
class Weights:
    """How words or ideas become numbers: each one's rarity, and its part in each dimension."""

    names: tuple[str, ...]
    rarity: NDArray[np.float32]
    parts: Vectors

    def project(self, counts: Any) -> Vectors:
        """Rows of length 1 (or 0 where nothing is known) for texts × names."""
        return _unit(np.asarray(_weighted(counts, self.rarity) @ self.parts))


@dataclass(frozen=True)
class Tongue:
    """What was learnt of one language: its words, and where its learnt texts stand by words and by ideas."""

    words: Weights
    by_words: Vectors
    by_ideas: Vectors
    shift: Vectors


@dataclass(frozen=True)
class Space:
    """Where texts stand; `place` gives the vector of any text, of the collection or new."""

    tongues: dict[str, Tongue]
    ideas: dict[str, Weights]

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        known = list(self.ideas.values()) or [one.words for one in self.tongues.values()]
        return known[0].parts.shape[1] if known else 1

    def place(self, read: Sequence[str], languages: Sequence[str]) -> Vectors:
        """One row of length 1 per text; all zero where nothing of it is known."""
        return _placed(self, count_words(read, languages), len(read))


def learn_space(
    read: Sequence[str], languages: Sequence[str], *, outlets: Sequence[str] | None = None, seed: int = 0
) -> tuple[Space, Vectors]:
    """The space of a collection and the place of each of its texts in it.

    Shape (texts, up to 100). Words of one text only say nothing, and neither do those that one of the `outlets` has
    to itself and uses all the time: rubrics, bylines, forms. Raises nothing on 0, 1 or 2 texts.
    """
    counted = count_words(read, languages)
    told = np.asarray(outlets if outlets is not None else [""] * len(read), dtype=object)
    tongues = {language: _learn_tongue(own, language, told, seed) for language, own in counted.items()}
    space = Space(tongues, {})
    if len(counted) > 1:
        space = _learn_ideas(space, counted, told, seed)
    return space, _placed(space, counted, len(read))


def _learn_tongue(counted: WordCounts, language: str, outlets: NDArray[np.object_], seed: int) -> Tongue:
    folded, words = _folded(counted.counts, _fold_words(counted.words, language))
    known = np.asarray((folded > 0).sum(axis=0)).ravel()
    least = 2 if len(counted.rows) >= 10 else 1
    kept = np.flatnonzero(known >= least)
    kept = np.sort(kept[np.argsort(-known[kept], kind="stable")][:MOST_WORDS])
    rows = learnt_rows(len(counted.rows), len(outlets))
    learnt = folded[:, kept][rows]
    rarity = _rarity(learnt, outlets[counted.rows[rows]])
    weights = Weights(tuple(words[at] for at in kept), rarity, _learn_parts(_weighted(learnt, rarity), seed))
    by_words = weights.project(learnt)
    nothing = np.zeros((len(by_words), 0), dtype=np.float32)
    return Tongue(weights, by_words, nothing, np.zeros(0, dtype=np.float32))


def learnt_rows(own: int, size: int) -> NDArray[np.int64]:
    """Which of the `own` texts of a part are learnt from, in a collection of `size`: evenly drawn over their order."""
    share = min(1.0, LEARNT / max(1, size))
    count = max(min(own, 1), round(own * share))
    return np.unique(np.linspace(0, max(0, own - 1), count).round().astype(np.int64)) if own else np.zeros(0, np.int64)


def _rarity(counts: Any, outlets: NDArray[np.object_]) -> NDArray[np.float32]:
    """The weight of each word by how few texts hold it; 0 for what is an outlet's manner and not its matter."""
    within = np.asarray((counts > 0).sum(axis=0)).ravel()
    rarity = np.log((1 + counts.shape[0]) / (1 + within)) + 1
    return np.where(_mannered(counts, within, outlets), 0, rarity).astype(np.float32)


def _mannered(counts: Any, within: NDArray[np.int64], outlets: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Words that nearly only one outlet uses, and it often: a matter that matters is in other outlets too.

    An outlet that is most of a language by itself cannot be told from the language, so its words stay.
    """
    found = np.zeros(counts.shape[1], dtype=bool)
    for outlet in sorted(set(outlets.tolist())):
        rows = np.flatnonzero(outlets == outlet)
        if outlet and len(rows) <= _MOST_OF_A_LANGUAGE * counts.shape[0]:
            own = np.asarray((counts[rows] > 0).sum(axis=0)).ravel()
            found |= (own >= _ITS_OWN * within) & (own >= np.maximum(_OFTEN * len(rows), _MANY_TEXTS))
    return found


def _learn_parts(weighted: Any, seed: int) -> Vectors:
    """What each word is in each dimension, by a randomised SVD (Halko, Martinsson and Tropp 2011)."""
    dimensions = min(DIMENSIONS, min(weighted.shape) - 1)
    if dimensions < 2:
        return np.eye(weighted.shape[1], DIMENSIONS, dtype=np.float32)
    _, _, right = randomized_svd(weighted, dimensions, n_iter=4, random_state=seed)
    parts = np.zeros((weighted.shape[1], DIMENSIONS), dtype=np.float32)
    parts[:, :dimensions] = right.T
    return parts


def _weighted(counts: Any, rarity: NDArray[np.float32]) -> Any:
    weighted = counts.tocsr().astype(np.float32)
    if not weighted.nnz:
        return weighted
    weighted.data = 1 + np.log(weighted.data)
    return normalize(weighted @ sparse.diags(rarity).tocsr())


def _unit(rows: NDArray[Any]) -> Vectors:
    """The rows at length 1, those of zeros as they are."""
    lengths = np.sqrt((rows * rows).sum(axis=1, keepdims=True))
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def _learn_ideas(space: Space, counted: dict[str, WordCounts], outlets: NDArray[np.object_], seed: int) -> Space:
    """The shared view: ideas of at least two languages, each weighted by its rarity within the text's own."""
    told = {language: _folded(own.counts, _fold_ideas(own.words, language)) for language, own in counted.items()}
    spoken: dict[str, int] = {}
    for counts, names in told.values():
        within = np.asarray((counts > 0).sum(axis=0)).ravel()
        for name, texts in zip(names, within, strict=True):
            spoken[name] = spoken.get(name, 0) + int(texts >= min(2, counts.shape[0]))
    shared = tuple(sorted(name for name, languages in spoken.items() if languages >= 2))
    rows = {language: learnt_rows(len(own.rows), len(outlets)) for language, own in counted.items()}
    learnt = {language: _columns(*told[language], shared)[rows[language]] for language in counted}
    rarity = {
        language: _rarity(own, outlets[counted[language].rows[rows[language]]]) for language, own in learnt.items()
    }
    weighted = sparse.vstack([_weighted(own, rarity[language]) for language, own in learnt.items()], format="csr")
    if min(weighted.shape) < 3:
        return space
    parts = _learn_parts(weighted, seed)
    weights = {language: Weights(shared, rarity[language], parts) for language in counted}
    return Space(_aligned(space, weights, learnt), weights)


def _aligned(space: Space, weights: dict[str, Weights], learnt: dict[str, Any]) -> dict[str, Tongue]:
    """The languages with their learnt texts placed by ideas, and how far each has to move to share one middle."""
    by_ideas = {language: weights[language].project(own) for language, own in learnt.items()}
    near = {
        language: _with_neighbours(by_ideas[language], one.by_words, by_ideas[language], one.by_words)
        for language, one in space.tongues.items()
    }
    middle = np.mean(np.concatenate(list(near.values())), axis=0)
    moved = {}
    for language, one in space.tongues.items():
        size = len(near[language])
        trust = size / (size + FEW)
        shift = ((near[language].mean(axis=0) - middle) * trust).astype(np.float32)
        moved[language] = Tongue(one.words, one.by_words, by_ideas[language], shift)
    return moved


def _with_neighbours(ideas_of: Vectors, words_of: Vectors, learnt_ideas: Vectors, learnt_words: Vectors) -> Vectors:
    """Each text averaged with the learnt texts of its language whose words are nearest, weighted by their cosine."""
    count = min(NEAREST, len(learnt_words) // 20) + 1  # the nearest of a learnt text is itself
    place, near = nearest(words_of, learnt_words, count)
    weights = np.maximum(near, 0)
    total = 1 + weights.sum(axis=1, keepdims=True)
    mixed = ideas_of + np.einsum("tn,tnd->td", weights, learnt_ideas[place])
    return np.asarray(mixed / total, dtype=np.float32)


def _placed(space: Space, counted: dict[str, WordCounts], size: int) -> Vectors:
    vectors = np.zeros((size, space.dimensions), dtype=np.float32)
    for language, own in counted.items():
        tongue = space.tongues.get(language)
        by_words = (
            tongue.words.project(_columns(*_folded(own.counts, _fold_words(own.words, language)), tongue.words.names))
            if tongue
            else np.zeros((len(own.rows), DIMENSIONS), dtype=np.float32)
        )
        if not space.ideas:
            vectors[own.rows] = by_words[:, : vectors.shape[1]]
            continue
        weights = space.ideas.get(language) or next(iter(space.ideas.values()))
        told = weights.project(_columns(*_folded(own.counts, _fold_ideas(own.words, language)), weights.names))
        if tongue:
            told = _with_neighbours(told, by_words, tongue.by_ideas, tongue.by_words) - tongue.shift
        vectors[own.rows] = _unit(told)
    return vectors


Fold = Callable[[str], tuple[str, ...]]


def _fold_words(words: Sequence[str], language: str) -> list[tuple[str, ...]]:
    """Each word as it counts: in lower case, or nothing for stop words."""
    stops = stop_tokens(language)
    folded = (word.casefold() for word in words)
    return [() if word in stops else (word,) for word in folded]


def _fold_ideas(words: Sequence[str], language: str) -> list[tuple[str, ...]]:
    return [ideas(word, language) for word in words]


def _folded(counts: Any, names: Sequence[tuple[str, ...]]) -> tuple[Any, list[str]]:
    """Texts × names from texts × words, where each word has any number of names; names are sorted."""
    known = sorted({name for own in names for name in own})
    place = {name: at for at, name in enumerate(known)}
    rows = [at for at, own in enumerate(names) for _ in own]
    columns = [place[name] for own in names for name in own]
    joins = sparse.csr_matrix((np.ones(len(rows), dtype=np.int32), (rows, columns)), shape=(len(names), len(known)))
    return (counts @ joins).tocsr(), known


def _columns(counts: Any, names: Sequence[str], wanted: Sequence[str]) -> Any:
    """The wanted columns of texts × names; zeros for those that are not there."""
    place = {name: at for at, name in enumerate(wanted)}
    held = [(at, place[name]) for at, name in enumerate(names) if name in place]
    rows, columns = zip(*held, strict=True) if held else ((), ())
    picks = sparse.csr_matrix((np.ones(len(rows), dtype=np.int32), (rows, columns)), shape=(len(names), len(wanted)))
    return (counts @ picks).tocsr()
