"""Which articles carry the same text: exact copies, light edits, local heads on agency copy, excerpts.

Two texts are the same when the shorter one's word 3-grams stand at least half in the longer one (containment, not
similarity: a reprint with a new head and a cut tail shares only about a third of all 3-grams with its original).
Candidates are found by bottom-k sketches (Broder 1997, "On the resemblance and containment of documents",
section 2; Cohen and Kaplan 2007), so that time grows in step with the collection.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tqdm.auto import tqdm

from workbench.articles import digest, require

SHINGLE = 3
"""Words per 3-gram: short enough that a light edit leaves most of them whole."""

SKETCH = 24
"""Hashes kept per text; recall .998 on planted edits of 100,000 texts."""

CONTAINED = 0.5
"""Share of the shorter text's 3-grams that has to stand in the longer one."""

FEWEST_WORDS = 30
"""Texts with fewer words are the same only when they are equal: stock phrases make up too much of them."""

_NEIGHBOURS = 3
"""Texts after each one in a hash's list it is compared with: a stock sentence must not cost the square."""

STOCK_TEXTS, STOCK_DAYS = 5, 45
"""A 3-gram that comes back in more than five texts over more than 45 days is a stock phrase and is not counted:
copies of one text come out within days of each other."""

APART_DAYS = 21
"""Texts published further apart than this are the same only when all but equal: forms that are filled in anew
(proclamations, bulletins, weather) come back, copies do not."""

ALMOST_ALL = 0.9
"""Share of either text's 3-grams that has to stand in the other when they are that far apart."""

_ENOUGH_LEFT = 0.3
"""A text that is nearly all stock phrases is compared by all of its 3-grams."""

_PROGRESS_FROM = 5_000

_WORD = re.compile(r"\w+")

Hashes = NDArray[np.uint64]
Days = NDArray[np.float64]


def find_reprints(articles: pd.DataFrame, *, progress: bool = True) -> pd.Series:
    """The `text_id` of each article: articles with the same one are copies of one text.

    A Series aligned on `article_id`, type str, never missing. The id is a digest of the group's own words, so that
    more copies of an article change no other article's id, and the order of rows never matters. `published`, where
    the table has it, tells copies from forms that come back week after week.
    """
    require(articles, "title", "text")
    plain = pd.Series(
        [_plain(title, text) for title, text in zip(articles["title"], articles["text"], strict=True)],
        index=articles.index,
        dtype="str",
    )
    days = _days(articles).groupby(plain.to_numpy()).min().sort_index()
    texts = days.index.tolist()
    names = ["t" + digest([text]) for text in texts]
    group = _group(texts, days.to_numpy(), progress=progress)
    first: dict[int, str] = {}
    for name, root in zip(names, group, strict=True):
        first[root] = min(first.get(root, name), name)
    same = {text: first[root] for text, root in zip(texts, group, strict=True)}
    return pd.Series([same[text] for text in plain], index=articles.index, dtype="str", name="text_id")


def _days(articles: pd.DataFrame) -> pd.Series:
    """Days since 1970 on which each article was published; missing where unknown."""
    if "published" not in articles:
        return pd.Series(np.nan, index=articles.index)
    return (articles["published"] - pd.Timestamp(0, tz="UTC")).dt.total_seconds() // 86_400


def _plain(title: str, text: str) -> str:
    """The words of the text in order; of a short text those of title and text as one word, which has no 3-grams."""
    words = _WORD.findall(text.casefold())
    return " ".join(words) if len(words) >= FEWEST_WORDS else "·".join(_WORD.findall(f"{title} {text}".casefold()))


def _group(texts: list[str], days: Days, *, progress: bool) -> list[int]:
    """For each text the number of its group, by joining every verified pair."""
    shingles = _shingled(texts, days, progress=progress)
    parent = list(range(len(texts)))
    for left, right in _candidates(shingles):
        a, b = _root(parent, left), _root(parent, right)
        if a != b and _same_text(shingles[left], shingles[right], abs(days[left] - days[right])):
            parent[max(a, b)] = min(a, b)
    return [_root(parent, one) for one in range(len(texts))]


def _same_text(left: Hashes, right: Hashes, apart: float) -> bool:
    """Whether one text stands in the other; `apart` is in days, NaN where one is undated."""
    shared = len(np.intersect1d(left, right, assume_unique=True))
    if apart > APART_DAYS:
        return shared >= ALMOST_ALL * max(len(left), len(right))
    return shared >= CONTAINED * min(len(left), len(right))


def _root(parent: list[int], one: int) -> int:
    while parent[one] != one:
        parent[one] = parent[parent[one]]
        one = parent[one]
    return one


def _shingled(texts: list[str], days: Days, *, progress: bool) -> list[Hashes]:
    """The sorted hashes of each text's 3-grams without stock phrases; none for short texts."""
    bar = tqdm(texts, desc="comparing texts", unit=" texts", disable=not progress or len(texts) < _PROGRESS_FROM)
    hashed = [_hashes(text.split()) for text in bar]
    stock = _stock(hashed, days)
    kept = [own[~_among(own, stock)] for own in hashed] if len(stock) else hashed
    return [few if len(few) >= _ENOUGH_LEFT * len(own) else own for few, own in zip(kept, hashed, strict=True)]


def _among(own: Hashes, stock: Hashes) -> NDArray[np.bool_]:
    """True for each of `own` that is in `stock`, which is sorted: `np.isin` would sort it anew for every text."""
    places = np.minimum(np.searchsorted(stock, own), len(stock) - 1)
    return np.asarray(stock[places] == own, dtype=np.bool_)


def _stock(hashed: list[Hashes], days: Days) -> Hashes:
    """The 3-grams that come back in many texts over a long time; undated texts say nothing here."""
    dated = [at for at, own in enumerate(hashed) if len(own) and not np.isnan(days[at])]
    if len(dated) <= STOCK_TEXTS:
        return np.empty(0, dtype=np.uint64)
    every = np.concatenate([hashed[at] for at in dated])
    day = np.concatenate([np.full(len(hashed[at]), days[at], dtype=np.int32) for at in dated])
    order = np.argsort(every, kind="stable")
    every, day = every[order], day[order]
    starts = np.flatnonzero(np.r_[True, every[1:] != every[:-1]])
    counts = np.diff(np.r_[starts, len(every)])
    span = np.maximum.reduceat(day, starts) - np.minimum.reduceat(day, starts)
    return np.asarray(every[starts][(counts > STOCK_TEXTS) & (span > STOCK_DAYS)], dtype=np.uint64)


_POWERS = np.array([1, 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F], dtype=np.uint64)


def _hashes(words: list[str]) -> Hashes:
    if len(words) < FEWEST_WORDS:
        return np.empty(0, dtype=np.uint64)
    single = pd.util.hash_array(np.array(words, dtype=object), categorize=False)
    with np.errstate(over="ignore"):
        tripled = sum(
            (single[at : len(single) - SHINGLE + 1 + at] * _POWERS[at] for at in range(SHINGLE)), start=np.uint64(0)
        )
        mixed = (tripled ^ (tripled >> np.uint64(29))) * _POWERS[1]
    return np.unique(mixed ^ (mixed >> np.uint64(32)))


def _candidates(shingles: list[Hashes]) -> Iterator[tuple[int, int]]:
    """Pairs of texts whose sketches share a hash: neighbours in its list, and each with the list's first."""
    owners = (
        np.concatenate([np.full(min(len(own), SKETCH), at) for at, own in enumerate(shingles)])
        if shingles
        else np.empty(0)
    )
    if not len(owners):
        return
    sketch = np.concatenate([own[:SKETCH] for own in shingles])
    order = np.lexsort((owners, sketch))
    sketch, owners = sketch[order], owners[order]
    starts = np.flatnonzero(np.r_[True, sketch[1:] != sketch[:-1]])
    ends = np.r_[starts[1:], len(sketch)]
    pairs: set[tuple[int, int]] = set()
    for start, end in zip(starts[ends - starts > 1], ends[ends - starts > 1], strict=True):
        held = owners[start:end].tolist()
        first = ((held[0], other) for other in held[1:])
        near = ((held[i], held[j]) for i in range(len(held)) for j in range(i + 1, min(i + 1 + _NEIGHBOURS, len(held))))
        pairs.update(chain(first, near))
    yield from sorted(pairs)


def containment(left: Hashes, right: Hashes) -> float:
    """The share of the shorter text's 3-grams that stand in the longer one, 0 to 1; 0 where one has none."""
    least = min(len(left), len(right))
    return len(np.intersect1d(left, right, assume_unique=True)) / least if least else 0.0
