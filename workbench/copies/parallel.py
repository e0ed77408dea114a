"""How far two texts in two languages say the same things in the same order, sentence by sentence.

Sentences are aligned by dynamic programming over their lengths (Gale and Church 1993, "A program for aligning
sentences in bilingual corpora", sections 3 and 4) and over the anchors they share (Simard, Foster and Isabelle 1992,
"Using cognates to align sentences"). Independent articles on one happening share names and figures too, but in
other places, and each leaves out half of what the other says.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from workbench.copies.anchors import pieces

READ = 6_000
"""Characters of a text that are compared: some forty sentences settle the question."""

MOST_SENTENCES = 45

_SENTENCE = re.compile(r"(?<=[.!?…])[\"»”“’)\]]*\s+(?=[\"«“„—–(¿¡-]?\s?[A-ZÀ-ÞА-ЯЁІЇЄҐ\d])|\n+")

_SKIPPED = -0.5
"""What a sentence without a counterpart costs; a sentence that became two costs a little more."""

_MERGED = -0.7

_SPREAD, _CHANCE = 0.22, 0.75
"""Standard deviation of the log ratio of the lengths of a sentence and its translation, and of any two sentences."""

_UNLIKE = -3.0
"""However unlike two lengths are, they count no more than this against two sentences."""

_EVEN, _UNEVEN = 0.1, 2.0
"""Spread of the log ratios of lengths that translations have anyway, and how fast more of it counts against a pair."""

_WEIGHTS = {"#": 1.3, "=": 1.0, "~": 1.0}
"""Figures are told apart best."""

Numbers = NDArray[np.float64]
Key = str
Call = Callable[[str], tuple[Key, ...]]


@dataclass(frozen=True)
class Sentences:
    """A text as read for comparison: for each sentence its length in characters and the anchors of its words."""

    lengths: Numbers
    words: tuple[tuple[tuple[Key, ...], ...], ...]

    @cached_property
    def keys(self) -> frozenset[Key]:
        """Every anchor of the text."""
        return frozenset(key for sentence in self.words for word in sentence for key in word)


@dataclass(frozen=True)
class Comparison:
    """What two texts have in common, each 0 to 1, and the weight of it all.

    `agreement` is the share of what either says that stands in facing sentences, `order` the share of what both say,
    wherever it stands, and `rhythm` how evenly the lengths of facing sentences follow each other.
    """

    agreement: float
    order: float
    rhythm: float
    evidence: float

    @property
    def score(self) -> float:
        """How far the two are the same text, 0 to 1."""
        return self.agreement * self.order * self.rhythm


_NOTHING = Comparison(0.0, 0.0, 0.0, 0.0)


def read_sentences(title: str, text: str, call: Call) -> Sentences:
    """The headline and the head of the text, cut into sentences; `call` gives the anchors of a word."""
    cut = [title, *_SENTENCE.split(text[:READ])]
    stripped = [one.strip() for one in cut if one and one.strip()][:MOST_SENTENCES]
    words = tuple(tuple(found for piece in pieces(one) if (found := call(piece))) for one in stripped)
    return Sentences(np.array([len(one) for one in stripped], dtype=np.float64), words)


def compare(left: Sentences, right: Sentences) -> Comparison:
    """How far the two agree; symmetrical, all zero where they share no anchor."""
    shared = left.keys & right.keys
    ours, theirs = _said(left, shared), _said(right, shared)
    weights = _weights(ours, theirs)
    value = np.array(list(weights.values()))
    known = np.array([key[0] != "~" for key in weights], dtype=bool)
    one, two = _matrix(ours, weights), _matrix(theirs, weights)
    whole = float((one @ (value * known)).sum() + (two @ (value * known)).sum())
    anywhere = float(np.minimum(one.sum(axis=0), two.sum(axis=0)) @ value)
    if not whole or not anywhere:
        return _NOTHING
    beads = _aligned(_Side(left.lengths, one), _Side(right.lengths, two), value)
    aligned = sum(bead.weight for bead in beads)
    if not aligned:
        return _NOTHING
    return Comparison(min(1.0, 2 * aligned / whole), min(1.0, aligned / anywhere), _rhythm(beads), aligned)


def _said(text: Sentences, shared: frozenset[Key]) -> list[set[Key]]:
    """The anchors of each sentence, each word once: by the shortest sound that both texts know."""
    return [{key for word in sentence for key in _called(word, shared)} for sentence in text.words]


def _called(word: tuple[Key, ...], shared: frozenset[Key]) -> tuple[Key, ...]:
    if word[0][0] != "~":
        return word
    return (next((key for key in reversed(word) if key in shared), word[-1]),)


def _weights(ours: list[set[Key]], theirs: list[set[Key]]) -> dict[Key, float]:
    """Each anchor's weight: what stands in every other sentence tells no place."""
    held = Counter(key for sentence in (*ours, *theirs) for key in sentence)
    whole = len(ours) + len(theirs)
    return {key: math.log((whole + 2) / max(2, held[key])) * _WEIGHTS[key[0]] for key in sorted(held)}


def _matrix(said: list[set[Key]], weights: dict[Key, float]) -> Numbers:
    place = {key: at for at, key in enumerate(weights)}
    matrix = np.zeros((len(said), len(weights)))
    for row, sentence in enumerate(said):
        matrix[row, [place[key] for key in sentence]] = 1.0
    return matrix


@dataclass(frozen=True)
class _Side:
    """One of the two texts: for each sentence its length and which anchors it holds."""

    lengths: Numbers
    held: Numbers

    @property
    def doubled(self) -> _Side:
        """Each two neighbouring sentences taken as one."""
        return _Side(self.lengths[:-1] + self.lengths[1:], np.maximum(self.held[:-1], self.held[1:]))


@dataclass(frozen=True)
class _Bead:
    """Sentences that face each other: the weight of the anchors they share, and the length of either side."""

    weight: float
    left: float
    right: float


def _aligned(left: _Side, right: _Side, value: Numbers) -> list[_Bead]:
    """The best alignment: the runs of one or two sentences that face each other, in their order."""
    moves = [
        (1, 1, *_bead(left, right, value, cost=0.0)),
        (1, 2, *_bead(left, right.doubled, value, cost=_MERGED)),
        (2, 1, *_bead(left.doubled, right, value, cost=_MERGED)),
    ]
    rows, columns = len(left.lengths), len(right.lengths)
    best = [[(0.0, 0, 0)] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows + 1):
        for j in range(columns + 1):
            ways = [(0.0, 0, 0)] if i == j == 0 else []
            if i:
                ways.append((best[i - 1][j][0] + _SKIPPED, 1, 0))
            if j:
                ways.append((best[i][j - 1][0] + _SKIPPED, 0, 1))
            for down, along, score, _ in moves:
                if i >= down and j >= along:
                    a, b = i - down, j - along
                    ways.append((best[a][b][0] + score[a][b], down, along))
            best[i][j] = max(ways)
    weights = {(down, along): weight for down, along, _, weight in moves}
    found, i, j = [], rows, columns
    while i or j:
        _, down, along = best[i][j]
        i, j = i - down, j - along
        if down and along:
            lengths = left.lengths[i : i + down].sum(), right.lengths[j : j + along].sum()
            found.append(_Bead(weights[down, along][i][j], *map(float, lengths)))
    return found[::-1]


def _rhythm(beads: list[_Bead]) -> float:
    """How evenly the lengths of the sentences follow each other, 0 to 1: translators do not change the subject."""
    ratios = np.array([math.log((bead.right + 1) / (bead.left + 1)) for bead in beads])
    lengths = np.array([bead.left + bead.right for bead in beads])
    mean = float(np.average(ratios, weights=lengths))
    spread = math.sqrt(float(np.average((ratios - mean) ** 2, weights=lengths)))
    return math.exp(-_UNEVEN * max(0.0, spread - _EVEN))


def _bead(left: _Side, right: _Side, value: Numbers, *, cost: float) -> tuple[list[list[float]], list[list[float]]]:
    """For each two sentences how well they face each other, and the weight of the anchors they share."""
    weight = (left.held * value) @ right.held.T
    apart = np.log((right.lengths[None, :] + 1) / (left.lengths[:, None] + 1)) ** 2
    likely = math.log(_CHANCE / _SPREAD) - apart / (2 * _SPREAD**2) + apart / (2 * _CHANCE**2)
    likely = np.maximum(likely, _UNLIKE)
    # Like lengths alone say nothing: any two short sentences have them.
    return (weight + np.where(weight > 0, likely, np.minimum(likely, 0)) + cost).tolist(), weight.tolist()
