"""Words and phrases among the tokens of one language: which runs of words belong together.

Words are bound that stand side by side, or with one or two words between that join ("conseil de sécurité"), more often
than chance: their normalised pointwise mutual information (Bouma 2009, "Normalized (pointwise) mutual information in
collocation extraction", section 4) is high. Longer phrases are made of shorter ones that overlap. A phrase that mostly
stands inside a longer one is a piece of it and left out, in the sense of the C-value of Frantzi, Ananiadou and Mima
(2000, "Automatic recognition of multi-word terms", section 2.3).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.vocabulary.forms import (
    ALONE,
    EDGE,
    GENERIC,
    MODIFIER,
    NAME,
    NAMED,
    PAST,
    TAIL,
    TITLE,
    Forms,
    Numbers,
)
from workbench.vocabulary.tokens import Tokens

MOST_WORDS = 4
"""Words in a phrase, those that join not counted: enough for most names, and a label stays short."""

BOUND = 0.3
"""Least normalised pointwise mutual information: 1 is for words that only occur together, 0 for chance."""

WHOLE = 0.6
"""Share of its occurrences in one longer phrase from which a word or a phrase is a piece of it."""


class Occurrences(NamedTuple):
    """Where terms stand: per occurrence the number of the `term` and the places of its `first` and `last` token."""

    term: Numbers
    first: Numbers
    last: Numbers


class _Runs(NamedTuple):
    """Runs of as many words: `starting` is, per word, the number of the run that starts there, or -1.

    Per run: `counts`, how often it occurs; `example`, the place of a word at which it starts; `bound`, how firmly.
    """

    starting: Numbers
    counts: NDArray[np.float64]
    example: Numbers
    bound: NDArray[np.float64]


def find_phrases(tokens: Tokens, forms: Forms, *, least: int) -> Occurrences:
    """Every occurrence of a word that may stand alone, and of a bound phrase found at least `least` times."""
    places = np.flatnonzero(forms.lemma[tokens.ids] >= 0)
    words = forms.lemma[tokens.ids[places]]
    flags = forms.flags[words]
    gaps = _gaps(tokens, forms, places, flags)
    levels = [_single(words)]
    levels.append(_pairs(words, gaps, levels[0], least))
    while len(levels) < MOST_WORDS:
        levels.append(_longer(levels[-1], levels[0], len(levels), least))
    return _occurrences(levels, _passing(levels, flags, gaps), places)


def _gaps(tokens: Tokens, forms: Forms, places: Numbers, flags: NDArray[np.uint16]) -> Numbers:
    """What stands between each word and the next: 0 for nothing, a number for words that join, -1 for a break."""
    if len(places) < 2:
        return np.full(len(places), -1, dtype=np.int64)
    link = forms.link[tokens.ids]
    here, there = places[:-1], places[1:]
    distance = there - here
    first = link[here + 1]
    second = link[np.minimum(here + 2, len(link) - 1)]
    capital = forms.capital[tokens.ids[places]]
    base = len(forms.links)
    gap = np.select(
        [distance == 1, (distance == 2) & (first > 0), (distance == 3) & (first > 0) & (second > 0)],
        [0, first * base, first * base + second],
        default=-1,
    )
    # "President | Joe Biden", "Secretary of State | Antony Blinken": the name begins after the title.
    title = flags[:-1] & TITLE > 0
    titled = title | np.append(False, title[:-1] & (gap[:-1] > 0))
    named = titled & (capital[1:] | (flags[1:] & NAMED > 0)) & (gap == 0)
    tail = flags & TAIL > 0
    broken = forms.cuts[tokens.ids[there]] | named | tail[:-1] | (tail[1:] & ((gap != 0) | ~capital[:-1]))
    return np.append(np.where(broken, -1, gap), -1)


def _single(words: Numbers) -> _Runs:
    counts = np.bincount(words).astype(np.float64)
    example = np.zeros(len(counts), dtype=np.int64)
    example[words] = np.arange(len(words))
    return _Runs(words, counts, example, np.ones(len(counts)))


def _runs(keys: Numbers, starts: Numbers, size: int, least: int) -> _Runs:
    """Runs with the same key numbered, those found too seldom left out; `bound` is still to be told."""
    codes, _ = pd.factorize(keys)
    counts = np.bincount(codes)
    numbers = np.where(counts >= least, np.cumsum(counts >= least) - 1, -1)
    own = numbers[codes]
    starting = np.full(size, -1, dtype=np.int64)
    starting[starts] = own
    kept = counts[counts >= least].astype(np.float64)
    example = np.zeros(len(kept), dtype=np.int64)
    example[own[own >= 0]] = starts[own >= 0]
    return _Runs(starting, kept, example, np.zeros(len(kept)))


def _pairs(words: Numbers, gaps: Numbers, single: _Runs, least: int) -> _Runs:
    """Two words with what joins them; that counts as part of either, so that "of" binds nobody."""
    starts = np.flatnonzero(gaps >= 0)
    left, gap, right = words[starts], gaps[starts], words[np.minimum(starts + 1, len(words) - 1)]
    most = int(gap.max(initial=0)) + 1
    before, after = left * most + gap, right * most + gap
    found = _runs(before * len(single.counts) + right, starts, len(words), least)
    joined = found.example
    mine, next_ = words[joined], words[joined + 1]
    whole = len(words)
    plain = _association(found.counts, single.counts[mine], single.counts[next_], whole)
    with_left, with_right = _counted(before, starts, joined), _counted(after, starts, joined)
    linked = np.minimum(
        _association(found.counts, with_left, single.counts[next_], whole),
        _association(found.counts, single.counts[mine], with_right, whole),
    )
    return found._replace(bound=np.where(gaps[joined] == 0, plain, linked))


def _counted(keys: Numbers, starts: Numbers, asked: Numbers) -> NDArray[np.float64]:
    """How often the key occurs that stands at each of the words asked for."""
    codes, _ = pd.factorize(keys)
    return np.bincount(codes).astype(np.float64)[codes[np.searchsorted(starts, asked)]]


def _longer(shorter: _Runs, single: _Runs, size: int, least: int) -> _Runs:
    """Runs of one word more, each of two runs that overlap in all but their ends."""
    after = np.append(shorter.starting[1:], -1)
    starts = np.flatnonzero((shorter.starting >= 0) & (after >= 0))
    keys = shorter.starting[starts] * max(1, len(shorter.counts)) + after[starts]
    found = _runs(keys, starts, len(shorter.starting), least)
    at, whole = found.example, len(shorter.starting)
    head = _association(
        found.counts, shorter.counts[shorter.starting[at]], single.counts[single.starting[at + size]], whole
    )
    tail = _association(found.counts, single.counts[single.starting[at]], shorter.counts[after[at]], whole)
    return found._replace(bound=np.minimum(head, tail))


def _association(
    both: NDArray[np.float64], left: NDArray[np.float64], right: NDArray[np.float64], whole: int
) -> NDArray[np.float64]:
    """Normalised pointwise mutual information from counts; 1 where all is one phrase."""
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.log(both * whole / (left * right)) / np.log(whole / both)
    return np.where(both >= whole, 1.0, value)


def _passing(levels: list[_Runs], flags: NDArray[np.uint16], gaps: Numbers) -> list[NDArray[np.bool_]]:
    """Per level which runs are terms: bound, with ends that may be ends, and no mere piece of a longer one."""
    passing = [flags[levels[0].example] & ALONE > 0]
    for size, runs in enumerate(levels[1:], start=2):
        at = runs.example
        begins = _begins(flags[at], flags[at + 1], gaps[at] == 0)
        if size > 2:
            # "driver Caitlyn Jenner": the name is the term.
            person = (flags[at + 1] & flags[at + 2] & NAMED > 0) & (gaps[at + 1] == 0)
            begins &= ~(person & (gaps[at] == 0) & (flags[at] & NAMED == 0))
        for inner in range(1, size - 1):
            begins &= flags[at + inner] & PAST == 0
        passing.append((runs.bound >= BOUND) & begins & (flags[at + size - 1] & (EDGE | NAME | TAIL) > 0))
    for level in range(len(levels) - 1):
        shorter, longer = levels[level], levels[level + 1]
        most = np.zeros(len(shorter.counts))
        good = longer.example[passing[level + 1]]
        for piece in (shorter.starting[good], shorter.starting[good + 1]):
            np.maximum.at(most, piece, longer.counts[passing[level + 1]])
        passing[level] &= most < WHOLE * shorter.counts
    return passing


def _begins(first: NDArray[np.uint16], second: NDArray[np.uint16], adjacent: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether words may begin a phrase with what follows them."""
    edge = (first & (EDGE | NAME) > 0) & ((first & GENERIC == 0) | adjacent)
    modifies = (first & MODIFIER > 0) | ((first & PAST > 0) & (second & NAMED == 0))
    begins: NDArray[np.bool_] = edge | (modifies & adjacent)
    return begins


def _occurrences(levels: list[_Runs], passing: list[NDArray[np.bool_]], places: Numbers) -> Occurrences:
    terms, firsts, lasts, offset = [], [], [], 0
    for size, (level, kept) in enumerate(zip(levels, passing, strict=True), start=1):
        numbers = np.where(kept, np.cumsum(kept) - 1 + offset, -1)
        own = np.append(numbers, -1)[level.starting]
        starts = np.flatnonzero(own >= 0)  # -1 in `starting` takes the last number, which is -1 too
        terms.append(own[starts])
        firsts.append(places[starts])
        lasts.append(places[starts + size - 1])
        offset += int(kept.sum())
    return Occurrences(np.concatenate(terms), np.concatenate(firsts), np.concatenate(lasts))
