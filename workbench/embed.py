"""Texts as vectors, learnt from the collection itself, so that nothing is downloaded.

Two views of a text: its words (TF-IDF and a truncated SVD; Deerwester et al. 1990), which say what it is about
within a language; and its traces (names, numbers and loan words in Latin letters), which also hold across languages.
A sentence-transformers model takes the place of the first view where one is given.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from anyascii import anyascii
from numpy.typing import NDArray
from scipy import sparse
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfTransformer, TfidfVectorizer
from sklearn.preprocessing import normalize
from stopwordsiso import stopwords

from workbench.articles import WorkbenchError, digest

Vectors = NDArray[np.float32]

CHARACTERS = 3_000
"""Characters of a text that are read: more change the topics of news no further."""

DIMENSIONS = 100
"""Of the SVD; 50 to 200 give the same topics on labelled news."""

TRACED = 1_000
"""Characters of a text in which traces are looked for: who and where stand at the head of news."""

MOST_WORDS = 60_000
TITLE_WEIGHT = 2
"""Times the headline is read: it names the matter, the text also its surroundings."""

_WORD = r"(?u)\b[^\W\d_]{2,}(?:['’-][^\W\d_]{2,})*\b"
_NUMBER = re.compile(r"(?<!\w)\d[\d.,]*\d|\d")
_NAME = re.compile(r"(?<![.!?…»\"“”:—–]\s)(?<!^)(?<!\n)\b[A-ZÀ-ÞА-ЯЁІЇЄҐ][\w’'-]+")
_TOKEN = re.compile(r"[^\W\d_]{3,}")


@lru_cache(maxsize=64)
def stop_words(language: str) -> frozenset[str]:
    """Words that say nothing of a topic, in lower case; empty for a language that is not known."""
    try:
        return frozenset(str(word).casefold() for word in stopwords(language))
    except (KeyError, ValueError):
        return frozenset()


def readable(titles: Sequence[str], texts: Sequence[str]) -> list[str]:
    """What is read of each text: the headline twice, then the first 3,000 characters."""
    return [f"{(title + '. ') * TITLE_WEIGHT}{text[:CHARACTERS]}" for title, text in zip(titles, texts, strict=True)]


def word_vectors(texts: Sequence[str], languages: Sequence[str], *, seed: int = 0) -> Vectors:
    """One row of length 1 per text from the words of the collection; all zero where no word is shared.

    Shape (texts, up to 100). Words of one text only and words in more than three of ten texts of a language say
    nothing. Raises nothing on 0, 1 or 2 texts.
    """
    counted = _counted_words(texts, languages)
    if counted is None:
        return np.zeros((len(texts), 1), dtype=np.float32)
    weighted = TfidfTransformer(sublinear_tf=True).fit_transform(counted)
    size = min(DIMENSIONS, min(weighted.shape) - 1)
    if size < 2:
        return np.asarray(normalize(weighted.toarray()), dtype=np.float32)
    # Equal texts have no variance, by which the library divides for a figure that nobody reads here.
    with np.errstate(divide="ignore", invalid="ignore"):
        reduced = TruncatedSVD(size, random_state=seed, n_iter=5).fit_transform(weighted)
    return np.asarray(normalize(reduced), dtype=np.float32)


def _counted_words(texts: Sequence[str], languages: Sequence[str]) -> Any:
    """Counts of words per text, a word of each language apart, or None where no word is left."""
    blocks = []
    for language in sorted(set(languages)):
        rows = [at for at, one in enumerate(languages) if one == language]
        block = _counted([texts[at] for at in rows], language)
        if block is not None:
            place = sparse.csr_matrix((np.ones(len(rows)), (rows, range(len(rows)))), shape=(len(texts), len(rows)))
            blocks.append(place @ block)
    return sparse.hstack(blocks, format="csr") if blocks else None


@lru_cache(maxsize=64)
def _stop_tokens(language: str) -> list[str] | None:
    """Stop words as the vectorizer cuts them: "c'mon" gives "mon"."""
    return sorted({token for word in stop_words(language) for token in re.findall(_WORD, word)}) or None


def _counted(texts: list[str], language: str) -> Any:
    few = len(texts) < 10
    vectorizer = TfidfVectorizer(
        token_pattern=_WORD,
        preprocessor=str.casefold,
        stop_words=_stop_tokens(language),
        min_df=1 if few else 2,
        max_df=1.0 if few else 0.3,
        max_features=MOST_WORDS,
        use_idf=False,
        norm=None,
    )
    try:
        return vectorizer.fit_transform(texts)
    except ValueError:
        return None


def traces(titles: Sequence[str], texts: Sequence[str], languages: Sequence[str]) -> Any:
    """A sparse row of length 1 per text that texts in other languages share: names, numbers, loan words.

    Every word is written in Latin letters and cut into its 4-grams; names count three times. Weights are by the
    rarity within the text's own language, so that no language's spelling sets the scale.
    """
    bags = [_trace(title, text) for title, text in zip(titles, texts, strict=True)]
    vectorizer = TfidfVectorizer(analyzer=lambda bag: bag, min_df=2, use_idf=False, norm=None, sublinear_tf=True)
    try:
        counted = vectorizer.fit_transform(bags)
    except ValueError:
        return sparse.csr_matrix((len(bags), 1))
    return normalize(_by_rarity(counted, languages)).astype(np.float32)


def _trace(title: str, text: str) -> list[str]:
    head = f"{title}\n{text[:TRACED]}"
    names = _NAME.findall(head)
    found = [f"#{number}" for number in _NUMBER.findall(head) if len(number) > 1]
    for word in _TOKEN.findall(head):
        found += _pieces(_latin(word))
    for name in names:
        found += _pieces(_latin(name)) * 3
    return found


@lru_cache(maxsize=200_000)
def _latin(word: str) -> str:
    return re.sub(r"[^a-z]", "", anyascii(word).casefold())


def _pieces(word: str) -> list[str]:
    padded = f"_{word}"
    return [padded[at : at + 4] for at in range(max(1, len(padded) - 3))] if word else []


def _by_rarity(counted: Any, languages: Sequence[str]) -> Any:
    """Each language's rows weighted by that language's own inverse document frequency."""
    labels = np.array(languages)
    parts, order = [], []
    for language in sorted(set(languages)):
        rows = np.flatnonzero(labels == language)
        parts.append(TfidfTransformer(norm="l2").fit_transform(counted[rows]))
        order.append(rows)
    return sparse.vstack(parts, format="csr")[np.argsort(np.concatenate(order))]


def model_vectors(texts: Sequence[str], model: str | Any, *, progress: bool = True) -> Vectors:
    """One row of length 1 per text from a sentence-transformers model: a folder, a hub name, or the model itself.

    Rows are kept in the cache by content and model, so that a changed text embeds only itself.
    Raises WorkbenchError where the model cannot be loaded.
    """
    name = model if isinstance(model, str) else _name_of(model)
    store = _Store(name) if name else None
    keys = [digest([text], length=32) for text in texts]
    known = store.read() if store else {}
    fresh = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    if fresh:
        encoder = _load_model(model) if isinstance(model, str) else model
        rows = encoder.encode(
            list(fresh.values()), show_progress_bar=progress and len(fresh) > 50, normalize_embeddings=True
        )
        known |= dict(zip(fresh, np.asarray(rows, dtype=np.float32), strict=True))
        if store:
            store.write(known)
    return np.array([known[key] for key in keys], dtype=np.float32)


def _name_of(model: Any) -> str:
    """What a model says it was made from; empty where it does not say."""
    card = getattr(model, "model_card_data", None)
    return str(getattr(card, "base_model", None) or "")


def _load_model(name: str) -> Any:
    from sentence_transformers import SentenceTransformer

    try:
        return SentenceTransformer(name)
    except Exception as error:
        why = (str(error).splitlines() or [type(error).__name__])[0][:120]
        raise WorkbenchError(
            f"the sentence model {name!r} cannot be loaded ({why}); give a folder that holds one, "
            "or leave `model` out to learn from the collection"
        ) from error


class _Store:
    """Vectors of one model on disk, by digest of the text."""

    def __init__(self, model: str) -> None:
        base = (
            os.environ.get("WORKBENCH_CACHE")
            or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "workbench"
        )
        self.path = Path(base) / "vectors" / f"{digest([model])}.parquet"

    def read(self) -> dict[str, Vectors]:
        if not self.path.exists():
            return {}
        kept = pd.read_parquet(self.path)
        return dict(zip(kept["key"], (np.asarray(row, dtype=np.float32) for row in kept["vector"]), strict=True))

    def write(self, vectors: dict[str, Vectors]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_suffix(f".{os.getpid()}.part")
        pd.DataFrame({"key": list(vectors), "vector": [row.tolist() for row in vectors.values()]}).to_parquet(part)
        part.replace(self.path)
