"""Texts of one language as numbered tokens, and where among them a word shows how it is really written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

CHARACTERS = 800
"""Characters of the text, besides the headline, from which terms come: news says its matter first."""

_BATCH = 2_000
"""Texts cut at a time, so that their tokens are strings only for a moment."""

_MANY = 20_000
"""Texts of a language from which starting processes takes less time than they save."""

# Marks that combine with a letter (accents, Arabic and Indic vowels) belong to its word, though they are no letters.
_MARKS = "\u0300-\u036f\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f\u0981-\u0983\u09bc-\u09cd"
_TOKEN = re.compile(rf"[\w{_MARKS}]+(?:['’ʼ‘\-‑][\w{_MARKS}]+|\.[a-z][\w{_MARKS}]*)*|[^\w\s]|\n")
_ADDRESS = re.compile(r"\w+://\S+|www\.\S+|\S+@\S+|[@#]\w+")
_HIDDEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")

SPACELESS = frozenset({"zh", "ja", "und"})
"""Languages in which each character of a text without spaces is read as a word."""

_SENTENCE_ENDS = frozenset(".!?…\n")
_OPENS = _SENTENCE_ENDS | frozenset(':«"“„‘([—–•|*-;»”')
"""What stands before a word whose capital may be only that of a beginning."""

_LONG = 4
"""Letters from which a word takes a capital in a headline written in capitals."""

_HEADLINE = 0.6
_HEADLINE_GERMAN = 0.85
"""Share of longer words with a capital from which a sentence is written like a headline; German nouns have theirs."""

_HEADLINE_WORDS = 3
"""Longer words from which that can be told; "It was Boris Johnson" is no headline."""


class Tokens(NamedTuple):
    """The tokens of the texts of one language, in order.

    `types` are the different tokens as written; `ids` number them per token; `texts` is the place of the text of
    each token. `running` is True where the writing of a token shows whether it has a capital of its own: not at the
    start of a sentence, not in a headline whose words all have capitals.
    """

    types: list[str]
    ids: NDArray[np.int32]
    texts: NDArray[np.int32]
    running: NDArray[np.bool_]


_Task = tuple[Sequence[str], Sequence[str], str]
_Cut = tuple[list[str], NDArray[np.int32], NDArray[np.int64]]


class _Numbers(dict[str, int]):
    """Numbers strings as they come."""

    def __missing__(self, key: str) -> int:
        self[key] = number = len(self)
        return number


def is_character(word: str) -> bool:
    """Whether this is one character of a writing without spaces."""
    return len(word) == 1 and bool(_HAN.match(word))


def read_tokens(titles: Sequence[str], texts: Sequence[str], language: str) -> Tokens:
    """The tokens of headline and first 800 characters of each text; a word cut in two at the end is left out.

    Many texts are cut by several processes; what is found does not depend on how many.
    """
    tasks = [(titles[at : at + _BATCH], texts[at : at + _BATCH], language) for at in range(0, len(titles), _BATCH)]
    workers = _workers() if len(titles) >= _MANY else 1
    numbers = _Numbers()
    ids, sizes = [np.zeros(0, np.int32)], [np.zeros(0, np.int64)]
    for types, own, lengths in _side_by_side(tasks, workers) if workers > 1 else (_cut(*task) for task in tasks):
        renumbered = np.fromiter(map(numbers.__getitem__, types), np.int32, count=len(types))
        ids.append(renumbered[own])
        sizes.append(lengths)
    known, whole = list(numbers), np.concatenate(ids)
    places = np.repeat(np.arange(len(titles), dtype=np.int32), np.concatenate(sizes))
    return Tokens(known, whole, places, _running(known, whole, language))


def _side_by_side(tasks: list[_Task], workers: int) -> Iterator[_Cut]:
    from joblib import Parallel, delayed

    found: Iterator[_Cut] = Parallel(n_jobs=workers, return_as="generator", max_nbytes=None)(
        delayed(_cut)(*task) for task in tasks
    )
    return found


def _workers() -> int:
    from joblib import cpu_count

    return int(cpu_count())


def _cut(titles: Sequence[str], texts: Sequence[str], language: str) -> _Cut:
    """The different tokens of a batch of texts, their numbers in order, and how many each text has."""
    cut = [_TOKEN.findall(_head(title, text, language)) for title, text in zip(titles, texts, strict=True)]
    sizes = np.array([len(one) for one in cut], dtype=np.int64)
    numbers = _Numbers()
    ids = np.fromiter(map(numbers.__getitem__, chain.from_iterable(cut)), np.int32, count=int(sizes.sum()))
    return list(numbers), ids, sizes


def _head(title: str, text: str, language: str) -> str:
    body = text[:CHARACTERS]
    if len(text) > CHARACTERS and not text[CHARACTERS].isspace():
        body = body.rsplit(maxsplit=1)[0] if " " in body else body
    head = _HIDDEN.sub("", f"{title}\n{body}\n")
    if "@" in head or "://" in head or "www." in head or "#" in head:
        head = _ADDRESS.sub(" | ", head)
    return _HAN.sub(r" \g<0> ", head) if language in SPACELESS else head


def _running(types: list[str], ids: NDArray[np.int32], language: str) -> NDArray[np.bool_]:
    """Where a token's capital, or its want of one, is its own."""
    if not len(ids):
        return np.zeros(0, dtype=bool)
    ends, opens = (_marks(types, marks)[ids] for marks in (_SENTENCE_ENDS, _OPENS))
    long = np.fromiter((len(one) >= _LONG and one[0].isalpha() for one in types), bool, len(types))[ids]
    small = np.fromiter((one[0].islower() for one in types), bool, len(types))[ids]
    sentence = np.cumsum(ends)
    counted = np.bincount(sentence, long)
    capital = np.bincount(sentence, long & ~small)
    most = _HEADLINE_GERMAN if language == "de" else _HEADLINE
    headline = (capital >= most * counted) & (counted >= _HEADLINE_WORDS)
    first = np.concatenate([[True], opens[:-1]])
    # Where no word has a capital, as in an address turned into a headline, the want of one says nothing.
    large = np.fromiter((one[0].isupper() for one in types), bool, len(types))[ids]
    cased = np.bincount(sentence, large) > 0
    running: NDArray[np.bool_] = (small & cased[sentence]) | ~(small | first | headline[sentence])
    return running


def _marks(types: list[str], marks: frozenset[str]) -> NDArray[np.bool_]:
    return np.fromiter((one in marks for one in types), bool, len(types))
