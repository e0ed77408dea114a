"""How near any two texts are that may report the same happening: pairs of texts with a number, faded by time.

Within a language two texts are as near as the words, names and numbers they share (TF-IDF, cosine); between
languages as the names and numbers that look alike once they are written in Latin letters (character 4-grams), less
what any two texts of that pair of languages share (what Radovanović et al. 2010, "Hubs in space", call hubness).
Nearness fades with time (Miranda et al. 2018, "Multilingual clustering of streaming news", section 4.1;
Saravanakumar et al. 2021, "Event-driven news stream clustering", section 3.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import pandas as pd
from anyascii import anyascii
from numpy.typing import NDArray
from scipy import sparse
from sklearn.preprocessing import normalize
from tqdm.auto import tqdm

LEAD = 2_000
"""Characters of the text that are read: news says what happened first, and the tails are background."""

HEAD = 400
"""Characters of the text that say what happened, before background and quotes."""

_STEM = 6
"""Letters of a word that count: takes off the endings of inflected languages."""

_TITLE = 3
_NAMES = 2.0
_RARE = 1.5
"""Power of the IDF: what few texts mention tells one happening from its like better than plain TF-IDF does."""

_COMMON_WORDS = 0.2
"""Weight of words that are not names between languages: cognates help, a little."""

_FEATURES = 300
"""Strongest features kept per text: the rest adds cost and no evidence."""

_VAGUE_DAYS = 14
PROGRESS_FROM = 3_000
"""Texts from which a progress bar is shown: fewer take under two seconds."""

_WORD = re.compile(r"[^\W_]+")
_SOUNDS = (
    *(("tch", "k"), ("sch", "s"), ("sh", "s"), ("ch", "k"), ("ck", "k"), ("kh", "h"), ("ph", "f"), ("th", "t")),
    *(("ou", "u"), ("oe", "o"), ("ee", "i"), ("w", "v"), ("y", "i"), ("j", "i"), ("c", "k"), ("q", "k"), ("z", "s")),
    ("x", "ks"),
)
"""Letters that languages write differently for about the same sound, so that Zelensky is Selenskyj."""

Matrix = Any
"""A scipy sparse matrix in rows; scipy has no types of its own."""

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]
Pairs = tuple[Places, Places, Numbers]
"""Places of left texts, of right texts, and how near they are."""


@dataclass(frozen=True)
class Texts:
    """Distinct texts sorted by `text_id`, with the middle of their dates in days (NaN where unknown or vague)."""

    ids: list[str]
    languages: NDArray[np.object_]
    day: Numbers
    titles: Matrix
    leads: Matrix
    heads: Matrix
    words: list[str]

    @cached_property
    def stems(self) -> Matrix:
        """A matrix from words to their stems: small letters, endings cut off."""
        return _mapping([(word.casefold()[:_STEM],) for word in self.words])

    @cached_property
    def spelling(self) -> tuple[Places, NDArray[np.bool_], NDArray[np.bool_]]:
        """For each word the number of its lower-case form, whether it has a capital, and whether it is a number."""
        forms: dict[str, int] = {}
        code = np.array([forms.setdefault(word.casefold(), len(forms)) for word in self.words], dtype=np.int64)
        capital = np.array([word[0].isupper() for word in self.words], dtype=bool)
        return code, capital, np.array([word[0].isdigit() for word in self.words], dtype=bool)


def has_words(chosen: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether each row has a word or a number in its title or text."""
    found = [_WORD.search(f"{title} {text}") for title, text in zip(chosen["title"], chosen["text"], strict=True)]
    return np.array([one is not None for one in found], dtype=bool)


def read_texts(chosen: pd.DataFrame, *, progress: bool) -> Texts:
    """The words of every title and lead, counted."""
    vocabulary: dict[str, int] = {}
    bar = tqdm(
        zip(chosen["title"], chosen["text"], strict=True),
        total=len(chosen),
        desc="reading texts",
        unit=" texts",
        disable=not progress or len(chosen) < PROGRESS_FROM,
    )
    titles, leads, heads = [], [], []
    for title, text in bar:
        titles.append([vocabulary.setdefault(word, len(vocabulary)) for word in _WORD.findall(title)])
        leads.append([vocabulary.setdefault(word, len(vocabulary)) for word in _WORD.findall(text[:LEAD])])
        heads.append(leads[-1][: len(_WORD.findall(text[:HEAD]))])
    return Texts(
        ids=chosen["text_id"].tolist(),
        languages=chosen["language"].to_numpy(dtype=object),
        day=_days(chosen),
        titles=_counted(titles, len(vocabulary)),
        leads=_counted(leads, len(vocabulary)),
        heads=_counted(heads, len(vocabulary)),
        words=list(vocabulary),
    )


def _counted(rows: list[list[int]], width: int) -> Matrix:
    starts = np.cumsum([0, *map(len, rows)])
    columns = np.fromiter((column for row in rows for column in row), dtype=np.int64, count=int(starts[-1]))
    counts = sparse.csr_matrix((np.ones(len(columns), dtype=np.float32), columns, starts), shape=(len(rows), width))
    counts.sum_duplicates()
    return counts


def _days(chosen: pd.DataFrame) -> Numbers:
    """The middle of each text's date in days since 1970; NaN where there is none or it spans over two weeks."""
    low = _as_days(chosen["published_low"] if "published_low" in chosen else chosen["published"])
    high = _as_days(chosen["published_high"] if "published_high" in chosen else chosen["published"])
    best = _as_days(chosen["published"])
    middle = np.where(np.isnan(low) | np.isnan(high), best, (low + high) / 2)
    return np.where(np.isnan(best) | (high - low > _VAGUE_DAYS), np.nan, middle)


def _as_days(times: pd.Series) -> Numbers:
    since = pd.to_datetime(times, utc=True) - pd.Timestamp(0, tz="UTC")
    return np.asarray(since.dt.total_seconds() / 86_400, dtype=np.float64)


def name_weights(leads: Matrix, texts: Texts) -> Places:
    """1 for a word that is capitalised nearly wherever it stands in these texts, 2 for a number, else 0."""
    code, capital, number = texts.spelling
    counts = np.asarray(leads.sum(axis=0)).ravel()
    total = np.bincount(code, weights=counts)
    upper = np.bincount(code, weights=counts * capital, minlength=len(total))
    kind = (upper > 0.8 * np.maximum(total, 1e-9)).astype(np.int64)[code]
    kind[number] = 2
    return kind


def _mapping(parts: list[tuple[str, ...]]) -> Matrix:
    """A matrix from words to their parts."""
    vocabulary: dict[str, int] = {}
    columns = [[vocabulary.setdefault(part, len(vocabulary)) for part in own] for own in parts]
    return _counted(columns, len(vocabulary))


def within_features(texts: Texts, rows: Places) -> Matrix:
    """TF-IDF of stems in these texts of one language; names and numbers weigh double, titles threefold."""
    titles, leads = texts.titles[rows], texts.leads[rows]
    kind = name_weights(leads, texts)
    weight = np.where(kind > 0, _NAMES, 1.0)
    counts = (titles * _TITLE + leads) @ sparse.diags(weight) @ texts.stems
    return _weighed(counts.tocsr(), power=_RARE, prior=0.0)


def across_features(texts: Texts) -> Matrix:
    """TF-IDF, per language, of 4-grams of the names and of the numbers in every text, in Latin letters."""
    grams = _mapping([_grams(word) for word in texts.words])
    blocks, order = [], []
    for _, rows in by_language(texts):
        kind = name_weights(texts.leads[rows], texts)
        weight = np.array([_COMMON_WORDS, 1.0, 3.0])[kind]
        counts = (texts.titles[rows] * 2 + texts.leads[rows]) @ sparse.diags(weight) @ grams
        blocks.append(_weighed(counts.tocsr(), power=1.25, prior=1.0))
        order.append(rows)
    back = np.argsort(np.concatenate(order), kind="stable")
    return sparse.vstack(blocks).tocsr()[back]


def by_language(texts: Texts) -> Iterator[tuple[str, Places]]:
    """Each language and the places of its texts, languages in the order of their codes."""
    for language in sorted(set(texts.languages)):
        yield language, np.flatnonzero(texts.languages == language)


def _weighed(counts: Matrix, *, power: float, prior: float) -> Matrix:
    held = np.bincount(counts.indices, minlength=counts.shape[1])
    rarity = np.log((1 + prior + counts.shape[0]) / np.maximum(held + prior, 1e-9 + 0.5)) ** power
    counts.data = np.log1p(counts.data)
    return normalize(strongest(normalize(counts @ sparse.diags(rarity)).tocsr(), _FEATURES))


def strongest(features: Matrix, most: int) -> Matrix:
    """Each row's `most` largest entries, ties broken by column."""
    features.sort_indices()
    entries = np.diff(features.indptr)
    rows = np.repeat(np.arange(features.shape[0]), entries)
    full = np.flatnonzero(entries[rows] > most)
    # Within a row the sizes lie between 0 and 1 of the largest, so that one sort by row less size serves for both.
    size = np.abs(features.data[full]).astype(np.float64)
    order = full[np.argsort(rows[full] - size / (2 * size.max(initial=1e-9)), kind="stable")]
    starts = np.flatnonzero(np.diff(rows[order], prepend=-1))
    rank = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    kept = np.ones(len(rows), dtype=bool)
    kept[order[rank >= most]] = False
    counts = np.bincount(rows[kept], minlength=features.shape[0])
    starts_kept = np.concatenate([[0], np.cumsum(counts)])
    return sparse.csr_matrix((features.data[kept], features.indices[kept], starts_kept), shape=features.shape)


@lru_cache(maxsize=200_000)
def _grams(word: str) -> tuple[str, ...]:
    """The 4-grams of a word as it sounds in Latin letters, its ending left open; a number whole; none for short ones.

    >>> _grams("Лавров")
    ('^lav', 'lavr', 'avro', 'vrov')
    """
    if word.isdigit():
        return (f"#{word}",) if len(word) > 1 else ()
    sound = anyascii(word).casefold().replace("'", "")
    for written, heard in _SOUNDS:
        sound = sound.replace(written, heard)
    sound = re.sub(r"(.)\1+", r"\1", sound)
    if len(sound) < 3:
        return ()
    marked = f"^{sound}" if len(sound) > 4 else f"^{sound}$"
    return tuple(marked[at : at + 4] for at in range(len(marked) - 3))


def hubness(texts: Texts, features: Matrix) -> tuple[Numbers, Places]:
    """What each text shares with the average text of each language, and each text's language by number."""
    languages, code = np.unique(texts.languages.astype(str), return_inverse=True)
    means = []
    for at in range(len(languages)):
        rows = np.flatnonzero(code == at)
        means.append(np.asarray(features[rows].sum(axis=0)).ravel() / (len(rows) + 5))
    return np.asarray(features @ np.array(means).T), code


def hubness_between(expected: Numbers, code: Places) -> Numbers:
    """What the average texts of two languages share, from the outcome of `hubness`; square, symmetric."""
    sums = np.array([expected[code == at].sum(axis=0) / ((code == at).sum() + 5) for at in range(expected.shape[1])])
    return np.asarray((sums + sums.T) / 2)
