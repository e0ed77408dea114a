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
from functools import lru_cache
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

FAR = 0.4
"""What is left of the nearness of two texts that are weeks apart: a wrong date must not tear a story apart."""

UNDATED = 0.6
"""What is left of it when either has no date: such a text joins on strong evidence only."""

_STEM = 6
"""Letters of a word that count: takes off the endings of inflected languages."""

_TITLE = 3
_NAMES = 2.0
_RARE = 1.5
"""Power of the IDF: what few texts mention tells one happening from its like better than plain TF-IDF does."""

_COMMON_WORDS = 0.2
"""Weight of words that are not names between languages: cognates help, a little."""

_ACROSS = 1.3
"""Brings the nearness between languages to the scale of that within one."""

_NEAREST = 60
_FEATURES = 300
"""Strongest features kept per text: the rest adds cost and no evidence."""

_TELLING = 20
"""Strongest features by which texts far apart in time find each other."""

_LEAST = 0.03
"""Pairs less near than this say nothing."""

_VAGUE_DAYS = 14
_BLOCK = 1_000
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
    words: list[str]


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
    titles, leads = [], []
    for title, text in bar:
        titles.append([vocabulary.setdefault(word, len(vocabulary)) for word in _WORD.findall(title)])
        leads.append([vocabulary.setdefault(word, len(vocabulary)) for word in _WORD.findall(text[:LEAD])])
    return Texts(
        ids=chosen["text_id"].tolist(),
        languages=chosen["language"].to_numpy(dtype=object),
        day=_days(chosen),
        titles=_counted(titles, len(vocabulary)),
        leads=_counted(leads, len(vocabulary)),
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


def _name_weights(leads: Matrix, words: list[str]) -> Places:
    """1 for a word that is capitalised nearly wherever it stands in these texts, 2 for a number, else 0."""
    folded, code = np.unique([word.casefold() for word in words], return_inverse=True)
    counts = np.asarray(leads.sum(axis=0)).ravel()
    capital = np.array([word[0].isupper() for word in words], dtype=bool)
    total = np.bincount(code, weights=counts, minlength=len(folded))
    upper = np.bincount(code, weights=counts * capital, minlength=len(folded))
    kind = (upper > 0.8 * np.maximum(total, 1e-9)).astype(np.int64)[code]
    kind[[word[0].isdigit() for word in words]] = 2
    return kind


def _mapping(parts: list[tuple[str, ...]]) -> Matrix:
    """A matrix from words to their parts."""
    vocabulary: dict[str, int] = {}
    columns = [[vocabulary.setdefault(part, len(vocabulary)) for part in own] for own in parts]
    return _counted(columns, len(vocabulary))


def within_features(texts: Texts, rows: Places) -> Matrix:
    """TF-IDF of stems in these texts of one language; names and numbers weigh double, titles threefold."""
    titles, leads = texts.titles[rows], texts.leads[rows]
    kind = _name_weights(leads, texts.words)
    weight = np.where(kind > 0, _NAMES, 1.0)
    stems = _mapping([(word.casefold()[:_STEM],) for word in texts.words])
    counts = (titles * _TITLE + leads) @ sparse.diags(weight) @ stems
    return _weighed(counts.tocsr(), power=_RARE, prior=0.0)


def across_features(texts: Texts) -> Matrix:
    """TF-IDF, per language, of 4-grams of the names and of the numbers in every text, in Latin letters."""
    grams = _mapping([_grams(word) for word in texts.words])
    blocks, order = [], []
    for _, rows in by_language(texts):
        kind = _name_weights(texts.leads[rows], texts.words)
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
    return normalize(_strongest(normalize(counts @ sparse.diags(rarity)).tocsr(), _FEATURES))


def _strongest(features: Matrix, most: int) -> Matrix:
    """Each row's `most` largest entries, ties broken by column."""
    rows = np.repeat(np.arange(features.shape[0]), np.diff(features.indptr))
    order = np.lexsort((features.indices, -np.abs(features.data), rows))
    rank = np.arange(len(order)) - features.indptr[rows[order]]
    kept = np.sort(order[rank < most])
    shape = features.shape
    return sparse.csr_matrix((features.data[kept], (rows[kept], features.indices[kept])), shape=shape)


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


def near_pairs(texts: Texts, days: float, *, progress: bool) -> Iterator[Pairs]:
    """Pairs of texts (left < right) and how near they are, faded by time; each pair once."""
    for _, rows in by_language(texts):
        yield from _pairs_within(texts, rows, days, progress=progress)
    if len(set(texts.languages)) > 1:
        yield from _pairs_across(texts, days, progress=progress)


def _pairs_within(texts: Texts, rows: Places, days: float, *, progress: bool) -> Iterator[Pairs]:
    """Pairs of texts in one language: all in a window of time, and beyond it those that share what is telling."""
    features = within_features(texts, rows)
    day = texts.day[rows]
    window = 3 * days
    for left, right, near in _windowed(features, day, window, progress=progress):
        yield _nearest(rows[left], rows[right], near * _fade(day[left], day[right], days))
    telling = _strongest(features, _TELLING)
    for start in range(0, len(rows), _BLOCK):
        found = (telling[start : start + _BLOCK] @ telling.T).tocoo()
        left, right = found.row.astype(np.int64) + start, found.col.astype(np.int64)
        apart = ~(np.abs(day[left] - day[right]) <= window)
        left, right = left[apart & (left < right)], right[apart & (left < right)]
        exact = np.asarray(features[left].multiply(features[right]).sum(axis=1)).ravel()
        yield _nearest(rows[left], rows[right], exact * _fade(day[left], day[right], days))


def _pairs_across(texts: Texts, days: float, *, progress: bool) -> Iterator[Pairs]:
    """Pairs of texts in two languages; what either shares with the other's language as a whole is taken off."""
    features = across_features(texts)
    expected, code = hubness(texts, features)
    overall = hubness_between(expected, code)
    for one, two, shared in _windowed(features, texts.day, days, progress=progress, undated=True):
        other = code[one] != code[two]
        left, right = one[other], two[other]
        means = expected[left, code[right]] + expected[right, code[left]] - overall[code[left], code[right]]
        near = (shared[other] - means) * _ACROSS
        yield _nearest(left, right, near * _fade(texts.day[left], texts.day[right], days / 2))


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


def _fade(left: Numbers, right: Numbers, days: float) -> Numbers:
    apart = np.abs(left - right)
    return np.where(np.isnan(apart), UNDATED, FAR + (1 - FAR) * np.exp(-np.nan_to_num(apart) / days))


def _windowed(
    features: Matrix, day: Numbers, window: float, *, progress: bool, undated: bool = False
) -> Iterator[Pairs]:
    """Nearness of each two rows (left < right) at most `window` days apart; with `undated`, of these with every row."""
    dated = np.flatnonzero(~np.isnan(day))
    order = dated[np.lexsort((dated, day[dated]))]
    when = day[order]
    bar = tqdm(
        range(0, len(order), _BLOCK),
        desc="comparing texts",
        unit_scale=_BLOCK,
        unit=" texts",
        disable=not progress or len(order) < PROGRESS_FROM,
    )
    for start in bar:
        block = order[start : start + _BLOCK]
        last = np.searchsorted(when, day[block[-1]] + window, side="right")
        yield _product(features, block, order[start:last], day, window)
    without = np.flatnonzero(np.isnan(day))
    for start in range(0, len(without) if undated else 0, _BLOCK):
        yield _product(features, without[start : start + _BLOCK], np.arange(len(day)), day, np.inf)


def _product(features: Matrix, ours: Places, theirs: Places, day: Numbers, window: float) -> Pairs:
    found = (features[ours] @ features[theirs].T).tocoo()
    one, two, near = ours[found.row], theirs[found.col], found.data
    apart = np.abs(day[one] - day[two])
    # A pair inside the block is met from both sides; one that reaches out of it is met once.
    twice = np.isin(two, ours)
    kept = (one != two) & (near > _LEAST) & ~(apart > window) & (~twice | (one < two))
    return np.minimum(one, two)[kept], np.maximum(one, two)[kept], near[kept]


def _nearest(left: Places, right: Places, near: Numbers) -> Pairs:
    """The pairs that say something, at most `_NEAREST` for each text on the left."""
    kept = near > _LEAST
    left, right, near = left[kept], right[kept], near[kept]
    order = np.lexsort((right, -near, left))
    left, right, near = left[order], right[order], near[order]
    starts = np.r_[0, np.flatnonzero(np.diff(left)) + 1] if len(left) else np.zeros(0, dtype=np.int64)
    rank = np.arange(len(left)) - np.repeat(starts, np.diff(np.r_[starts, len(left)]))
    return left[rank < _NEAREST], right[rank < _NEAREST], near[rank < _NEAREST]
