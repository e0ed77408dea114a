"""How often each word stands in each text, counted once for everything that is learnt from words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer
from stopwordsiso import stopwords

CHARACTERS = 3_000
"""Characters of a text that are read: more change the topics of news no further."""

TITLE_WEIGHT = 2
"""Times the headline is read: it names the matter, the text also its surroundings."""

_WORD = r"(?u)\b[^\W\d_]{2,}(?:['’-][^\W\d_]{2,})*\b"

_CHUNK = 2_500
"""Texts counted at a time."""

_PARALLEL_FROM = 10_000
"""Texts from which starting other processes pays."""


class WordCounts(NamedTuple):
    """The texts of one language: their places in the collection, and texts × words as written, words sorted."""

    rows: NDArray[np.int64]
    counts: Any
    words: list[str]


@lru_cache(maxsize=64)
def stop_words(language: str) -> frozenset[str]:
    """Words that say nothing of a topic, in lower case; empty for a language that is not known."""
    try:
        return frozenset(str(word).casefold() for word in stopwords(language))
    except (KeyError, ValueError):
        return frozenset()


@lru_cache(maxsize=64)
def stop_tokens(language: str) -> frozenset[str]:
    """Stop words as they are cut here: "c'mon" gives "mon"."""
    return frozenset(token for word in stop_words(language) for token in re.findall(_WORD, word))


def readable(titles: Sequence[str], texts: Sequence[str]) -> list[str]:
    """What is read of each text: the headline twice, then the first 3,000 characters."""
    return [f"{(title + '. ') * TITLE_WEIGHT}{text[:CHARACTERS]}" for title, text in zip(titles, texts, strict=True)]


def count_words(read: Sequence[str], languages: Sequence[str]) -> dict[str, WordCounts]:
    """The counts of the texts of each language, languages in alphabetical order; the same for any number of cores."""
    found = {}
    spoken = np.asarray(languages, dtype=object)
    for language in sorted(set(languages)):
        rows = np.flatnonzero(spoken == language)
        texts = [read[at] for at in rows.tolist()]
        chunks = [texts[at : at + _CHUNK] for at in range(0, len(texts), _CHUNK)]
        jobs = -1 if len(texts) >= _PARALLEL_FROM else 1
        counted = Parallel(n_jobs=jobs)(delayed(_count)(chunk) for chunk in chunks)
        found[language] = WordCounts(rows, *_joined(counted))
    return found


def _count(texts: list[str]) -> tuple[Any, list[str]]:
    """Texts × words of a part of the texts; nothing where they hold no word."""
    vectorizer = CountVectorizer(token_pattern=_WORD, lowercase=False, dtype=np.int32)
    try:
        counts = vectorizer.fit_transform(texts)
    except ValueError:
        return sparse.csr_matrix((len(texts), 0), dtype=np.int32), []
    return counts, vectorizer.get_feature_names_out().tolist()


def _joined(parts: list[tuple[Any, list[str]]]) -> tuple[Any, list[str]]:
    words = sorted({word for _, own in parts for word in own})
    place = {word: at for at, word in enumerate(words)}
    moved = []
    for counts, own in parts:
        columns = np.array([place[word] for word in own], dtype=np.int32)
        indices = columns[counts.indices] if len(own) else counts.indices
        moved.append(sparse.csr_matrix((counts.data, indices, counts.indptr), shape=(counts.shape[0], len(words))))
    return sparse.vstack(moved, format="csr"), words
