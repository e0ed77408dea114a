"""What two texts share: how much of either stands in the other, in how long runs, and whether the numbers agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.copies.shingles import NUMBER, Hashed, Places, Words, phrases

SHINGLE = 3
"""Words per 3-gram, by which two texts are compared: short enough that a light edit leaves most of them whole."""

LEAD = 30
"""Words at the beginning of a text that say what it is about: one or two sentences."""

_OF_LEAD = 0.25
"""Share of a lead that has to be shared: of a lead that is merely reworded a third is, of a new one next to nothing."""

LONG_RUN = 10
"""Words in a row that two articles on one subject seldom share unless one has them from the other."""

_SLOT = 12
"""A gap of at most so many words between two shared passages may be a blank that was filled in anew."""

PARTS, IN_PART = 8, 0.1
"""A text is looked at in so many parts of equal length; a part is shared where a tenth of its 3-grams is."""

_EDGES = np.arange(PARTS + 1)

_NOWHERE = -1
_TABLE_BITS = 22
"""Size of the table of places: four million entries, so that two 3-grams of one text seldom fall on the same."""

_SPARE_BITS = np.uint32(32 - _TABLE_BITS)

Mask = NDArray[np.bool_]
Grams = NDArray[np.uint32]


@dataclass(frozen=True)
class Shared:
    """What a shorter text shares with a longer one.

    `of_shorter` and `of_longer` are the shares of either's 3-grams that stand in the other, 0 to 1; `in_shorter` and
    `in_longer` say which. `lead_of_shorter` is whether the lead of the shorter text stands in the longer one,
    `lead_of_longer` the reverse; `long_runs` is the share of the common words that stand in runs of at least
    LONG_RUN; `over_longer` and `over_shorter` are the shares of parts of either text that are shared, 1 from beginning
    to end. `same_numbers` counts the numbers in shared passages, `other_numbers` those that stand at the same place
    between two shared passages and differ.
    """

    longer: int
    shorter: int
    of_longer: float
    of_shorter: float
    in_longer: Mask
    in_shorter: Mask
    lead_of_longer: bool
    lead_of_shorter: bool
    long_runs: float
    over_longer: float
    over_shorter: float
    same_numbers: int
    other_numbers: int


def compared(texts: Hashed, pairs: Iterable[Sequence[int]], *, least: float = 0.0) -> Iterator[Shared]:
    """What the texts of each pair share, for those whose shorter text stands at least to this share in the longer.

    A pair is the longer text and the shorter one; it goes quickest when sorted by the first. Texts of fewer than three
    words share nothing.
    """
    grams = _grams(texts)
    places = np.full(1 << _TABLE_BITS, _NOWHERE, dtype=np.int32)
    held = -1
    theirs = np.empty(0, np.uint32)
    for longer, shorter in pairs:
        if longer != held:
            places[theirs >> _SPARE_BITS] = _NOWHERE
            held, theirs = longer, _own(grams, texts, longer)
            places[theirs >> _SPARE_BITS] = np.arange(len(theirs), dtype=np.int32)
        own = _own(grams, texts, shorter)
        if not len(own):
            continue
        at = places[own >> _SPARE_BITS]
        at[theirs[at] != own] = _NOWHERE
        if np.count_nonzero(at >= 0) >= least * len(own):
            yield _shared(texts, longer, shorter, at)


def _grams(texts: Hashed) -> Grams:
    """The hash of the 3-gram that begins at each word of the texts."""
    step = 1 << 18  # so many at once stay in the processor's cache
    grams = np.zeros(len(texts.words), dtype=np.uint32)
    for low in range(0, len(grams), step):
        found = phrases(texts.words[low : low + step + SHINGLE - 1], SHINGLE)
        grams[low : low + step] = (found >> np.uint64(32))[: len(grams[low : low + step])]
    return grams


def _own(grams: Grams, texts: Hashed, at: int) -> Grams:
    start, end = texts.starts[at], texts.starts[at + 1]
    return grams[start : max(start, end - SHINGLE + 1)]


def _shared(texts: Hashed, longer: int, shorter: int, at: NDArray[np.int32]) -> Shared:
    """`at` is the place in the longer text of each 3-gram of the shorter one, -1 where it has none."""
    here, there = texts.of(shorter), texts.of(longer)
    in_shorter = at >= 0
    in_longer = np.zeros(len(there) - SHINGLE + 1, dtype=np.bool_)
    in_longer[at[in_shorter]] = True
    goes_on = in_shorter[1:] & in_shorter[:-1] & (at[1:] == at[:-1] + 1)
    first = np.flatnonzero(in_shorter & ~np.concatenate([[False], goes_on]))
    last = np.flatnonzero(in_shorter & ~np.concatenate([goes_on, [False]]))
    lengths = last - first + SHINGLE
    same, other = _numbers(here, there, in_shorter, (first, last, at))
    return Shared(
        longer,
        shorter,
        of_longer=np.count_nonzero(in_longer) / len(in_longer),
        of_shorter=np.count_nonzero(in_shorter) / len(in_shorter),
        in_longer=in_longer,
        in_shorter=in_shorter,
        lead_of_longer=_has_lead(in_longer),
        lead_of_shorter=_has_lead(in_shorter),
        long_runs=float(lengths[lengths >= LONG_RUN].sum() / max(1, lengths.sum())),
        over_longer=_spread(in_longer),
        over_shorter=_spread(in_shorter),
        same_numbers=same,
        other_numbers=other,
    )


def _has_lead(shared: Mask) -> bool:
    head = shared[: LEAD - SHINGLE + 1]
    return bool(np.count_nonzero(head) >= _OF_LEAD * len(head))


def _spread(shared: Mask) -> float:
    """The share of PARTS in which at least IN_PART of the 3-grams is shared; 0 for texts too short to have parts."""
    if len(shared) < PARTS:
        return 0.0
    edges = _EDGES * len(shared) // PARTS
    held = np.add.reduceat(shared.view(np.uint8), edges[:-1], dtype=np.int64)
    return np.count_nonzero(held >= IN_PART * (edges[1:] - edges[:-1])) / PARTS


def _numbers(
    here: Words, there: Words, shared: Mask, runs: tuple[Places, Places, NDArray[np.int32]]
) -> tuple[int, int]:
    """How many numbers stand in shared passages, and how many have another one in their place between two passages."""
    first, last, at = runs
    numbers = np.flatnonzero(here & NUMBER)
    if not len(numbers):
        return 0, 0
    held = np.zeros(len(here), dtype=np.bool_)
    for step in range(SHINGLE):
        held[step : step + len(shared)] |= shared
    loose = numbers[~held[numbers]]
    same = len(numbers) - len(loose)
    start, end = last[:-1] + SHINGLE, first[1:]
    start_there, end_there = at[last[:-1]] + SHINGLE, at[first[1:]]
    other = 0
    for gap in np.unique(np.searchsorted(start, loose, side="right") - 1).tolist():
        if gap < 0 or end[gap] - start[gap] > _SLOT or not 0 < end_there[gap] - start_there[gap] <= _SLOT:
            continue
        one = _numbers_in(here[start[gap] : end[gap]])
        two = _numbers_in(there[start_there[gap] : end_there[gap]])
        other += min(len(one - two), len(two - one))
    return same, other


def _numbers_in(words: Words) -> set[int]:
    return {word for word in words.tolist() if word & 1}
