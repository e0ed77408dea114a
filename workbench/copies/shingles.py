"""Texts as numbers: a hash for each word, a key for each text, and fingerprints that copies have in common.

Everything is counted over whole batches of texts at once, so that 100,000 articles take seconds. A word is a run of
letters, digits and marks in Unicode's sense, compared without case and in composed form (NFC), so that é is é however
it was typed; a character of a script written without spaces (Chinese, Japanese, Thai) is a word of its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint32]
Hashes = NDArray[np.uint64]
Places = NDArray[np.int64]

NUMBER = np.uint32(1)
"""The lowest bit of a word's hash says whether the word begins with a digit."""

PHRASE = 6
"""Words per fingerprinted phrase: long enough that two articles seldom share one by chance, short enough to stand
between edits at every tenth word."""

WINDOW = 8
"""Of this many phrases in a row the one with the least hash is kept: each run of 13 shared words is sure to be seen."""

_BATCH = 200_000
"""Characters hashed at once: so few that the working memory stays in the processor's cache."""

_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # Japanese syllables
    (0x31F0, 0x31FF),
    (0x3400, 0x9FFF),  # Chinese characters
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
"""Scripts written without spaces between words; Korean has them."""

_NOTHING = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
"""Soft hyphens, joiners and byte-order marks: not seen on the page, so not read here."""

_APART, _LETTER, _ALONE, _MARK, _DIGIT, _UNSEEN = 0, 1, 2, 4, 8, 16
"""Kinds of characters, as bits: a digit is a letter too, and a letter or a mark goes on with a word."""

_KINDS = {"L": _LETTER, "M": _MARK, "N": _LETTER | _DIGIT}
"""Kinds by the first letter of Unicode's category."""

_BASE = 0x9E3779B97F4A7C15  # odd, so that it has an inverse modulo 2^64
_NO_PHRASE = np.uint64(2**64 - 1)


@dataclass(frozen=True)
class Hashed:
    """Texts as word hashes: those of text `at` are `words[starts[at] : starts[at + 1]]`; equal texts, equal keys."""

    words: Words
    starts: Places
    keys: Hashes

    def of(self, at: int) -> Words:
        """The words of one text in their order."""
        return self.words[self.starts[at] : self.starts[at + 1]]

    @property
    def lengths(self) -> Places:
        """Words per text."""
        return np.diff(self.starts)


def hashed(texts: Iterable[str]) -> Hashed:
    """The words of each text as 32-bit hashes, and a 128-bit key (two columns) of each text's words in their order.

    A text without words has no hashes and the key 0, 0. Words are told apart by 31 bits: two of a million different
    words share a hash about once in 4,000 words.
    """
    parts = [_hashed_batch(batch) for batch in _batches(texts)]
    if not parts:
        return Hashed(np.empty(0, np.uint32), np.zeros(1, np.int64), np.empty((0, 2), np.uint64))
    lengths = np.concatenate([lengths for _, lengths, _ in parts])
    words, keys = (np.concatenate([part[which] for part in parts]) for which in (0, 2))
    return Hashed(words, np.concatenate([[0], np.cumsum(lengths)]), keys)


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    """The texts in composed form, as many at a time as make a batch."""
    batch, size = [], 0
    for text in texts:
        batch.append(_composed(text))
        size += len(batch[-1]) + 1
        if size > _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _composed(text: str) -> str:
    if text.isascii():
        return text
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def _hashed_batch(texts: list[str]) -> tuple[Words, Places, Hashes]:
    """Word hashes of these texts one after the other, words per text, keys.

    A word's hash is that of a polynomial over its characters: a difference of two prefix sums, brought to the same
    power (Karp and Rabin 1987, section 3, here modulo 2^64).
    """
    kinds, values = _tables()
    codes = _codes(texts)
    kind = kinds[codes]
    if (kind & _UNSEEN).any():
        texts = [_NOTHING.sub("", text) for text in texts]
        codes = _codes(texts)
        kind = kinds[codes]
    starts = np.flatnonzero(_begins(kind))
    ends = np.cumsum([len(text) + 1 for text in texts])
    first = np.searchsorted(starts, np.concatenate([[0], ends]))
    full = _mixed(_sums(values[codes], starts))
    words = (full >> np.uint64(32)).astype(np.uint32) & ~NUMBER
    words |= (kind[starts] & _DIGIT).astype(np.uint32) >> np.uint32(3)
    keys = np.stack([_keys(full, first), _keys(_mixed(full + np.uint64(1)), first)], axis=1)
    return words, np.diff(first), keys


def _codes(texts: list[str]) -> Places:
    """The code points of these texts, a line break after each."""
    return np.frombuffer("\n".join([*texts, ""]).encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.int64)


def _begins(kind: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Whether a word begins at each character."""
    before = np.concatenate([np.zeros(1, kind.dtype), kind[:-1]])
    goes_on = before & (_LETTER | _MARK) != 0
    return np.asarray(
        (kind & _ALONE != 0) | ((kind & _LETTER != 0) & ~goes_on) | ((kind & _MARK != 0) & (before == _APART))
    )


def _sums(values: Hashes, starts: Places) -> Hashes:
    """For each word the sum of its characters' values times powers that count from the word's first character."""
    powers, inverse = _powers(len(values))
    total = np.concatenate([np.zeros(1, np.uint64), np.cumsum(values * powers[: len(values)])])
    ends = np.concatenate([starts[1:], [len(values)]])
    return np.asarray((total[ends] - total[starts]) * inverse[starts], dtype=np.uint64)


def _keys(words: Hashes, first: Places) -> Hashes:
    """For each text the sum of its words times powers that count from the text's first word."""
    powers, inverse = _powers(len(words) + 1)
    total = np.concatenate([np.zeros(1, np.uint64), np.cumsum(words * powers[: len(words)])])
    return np.asarray((total[first[1:]] - total[first[:-1]]) * inverse[first[:-1]], dtype=np.uint64)


_POWERS: list[tuple[Hashes, Hashes]] = []


def _powers(least: int) -> tuple[Hashes, Hashes]:
    """At least so many powers of the base modulo 2^64, and of its inverse; kept, and grown when more are needed."""
    if not _POWERS or len(_POWERS[0][0]) < least:
        count = max(least, 1 << 16)
        _POWERS[:] = [(_products(_BASE, count), _products(pow(_BASE, -1, 2**64), count))]
    return _POWERS[0]


def _products(base: int, count: int) -> Hashes:
    factors = np.full(count, base, dtype=np.uint64)
    factors[0] = 1
    return np.multiply.accumulate(factors)


@lru_cache(maxsize=1)
def _tables() -> tuple[NDArray[np.uint8], Hashes]:
    """By code point: what kind of character it is, and its value, the same for either case and 0 between words."""
    kinds = np.zeros(0x110000, dtype=np.uint8)
    folded = np.arange(0x110000, dtype=np.uint64)
    for code in range(0x20000):  # beyond these are only Chinese characters and nothing that is read
        character = chr(code)
        kinds[code] = _KINDS.get(unicodedata.category(character)[0], _APART)
        fold = character.casefold()
        folded[code] = ord(fold) if len(fold) == 1 else code
    for low, high in _UNSPACED:
        spaceless = kinds[low : high + 1]
        spaceless[(spaceless == _LETTER) | (low >= 0x20000)] = _ALONE
    values = np.where(kinds == _APART, np.uint64(0), _mixed(folded))
    kinds[[code for code in range(0x10000) if _NOTHING.match(chr(code))]] = _UNSEEN
    return kinds, values


def _mixed(values: Hashes) -> Hashes:
    """Each value scattered over 64 bits (Steele, Lea and Flood 2014, SplitMix, figure 17)."""
    mixed = values + np.uint64(_BASE)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


_TEXT_BITS = np.uint64(24)
"""Bits for the number of a text beside a fingerprint in 64: 16 million texts, and 40 bits that tell phrases apart."""


def fingerprints(texts: Hashed, turns: Places) -> tuple[Hashes, Places]:
    """Fingerprints and the turn of the text that has each, sorted by fingerprint, then turn.

    `turns` is a number for each text, under 16 million; texts with a negative one are left out. A fingerprint is the
    hash of a phrase of PHRASE words; of each WINDOW phrases in a row the least is kept (winnowing: Schleimer,
    Wilkerson and Aiken 2003, "Winnowing: local algorithms for document fingerprinting", section 3). About 2 in 9
    phrases are kept; a text with fewer than PHRASE + WINDOW - 1 words has none.
    """
    packed = [_packed(texts, turns, low, high) for low, high in _stretches(texts.starts)]
    every = distinct(np.concatenate(packed)) if packed else np.empty(0, np.uint64)
    return every >> _TEXT_BITS, (every & ((np.uint64(1) << _TEXT_BITS) - np.uint64(1))).astype(np.int64)


def _stretches(starts: Places) -> Iterator[tuple[int, int]]:
    """Texts from `low` up to `high` that together have about half a batch of words."""
    low = 0
    while low < len(starts) - 1:
        high = max(low + 1, int(np.searchsorted(starts, starts[low] + _BATCH // 2)))
        high = min(high, len(starts) - 1)
        yield low, high
        low = high


def _packed(texts: Hashed, turns: Places, low: int, high: int) -> Hashes:
    """Fingerprint and turn of the text in one integer, for those of these texts that have a turn."""
    lengths = np.diff(texts.starts[low : high + 1])
    owner = np.repeat(turns[low:high], lengths)
    left = np.repeat(texts.starts[low + 1 : high + 1], lengths) - np.arange(texts.starts[low], texts.starts[high])
    least = phrases(texts.words[texts.starts[low] : texts.starts[high]], PHRASE)
    for step in (1, 2, 4):  # doubling: the least of 2, of 4, of 8 phrases
        least[:-step] = np.minimum(least[:-step], least[step:])
    whole = (left >= PHRASE + WINDOW - 1) & (owner >= 0)
    least, owner = least[whole], owner[whole].astype(np.uint64)
    new = np.ones(len(least), dtype=np.bool_)
    new[1:] = (least[1:] != least[:-1]) | (owner[1:] != owner[:-1])
    return np.asarray(least[new] >> _TEXT_BITS << _TEXT_BITS | owner[new], dtype=np.uint64)


def distinct(values: Hashes) -> Hashes:
    """The different values, sorted: faster than `np.unique`, which looks each up in a table."""
    ordered = np.sort(values)
    return np.asarray(ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])[: len(ordered)]], dtype=np.uint64)


def phrases(words: Words, size: int) -> Hashes:
    """The hash of the phrase of `size` words that begins at each word; the largest hash where fewer are left."""
    powers, _ = _powers(size)
    found = np.full(len(words), _NO_PHRASE, dtype=np.uint64)
    count = len(words) - size + 1
    if count > 0:
        wide = words.astype(np.uint64) + np.uint64(1)
        found[:count] = wide[:count]
        for at in range(1, size):
            found[:count] += wide[at : at + count] * powers[at]
        found[:count] = _mixed(found[:count])
    return found
