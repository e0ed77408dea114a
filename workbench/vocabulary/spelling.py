"""How a term is written: in the form, and with the capitals, that running text gives it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.vocabulary.forms import NAME, Forms, fold, without_article, without_ending
from workbench.vocabulary.phrases import Occurrences
from workbench.vocabulary.tokens import Tokens, is_character

CASED = frozenset({"ru", "uk"})
"""Languages in which a term is rather written in the nominative than as it is found most often."""

_SEEN = 0.1
_SEEN_CASED = 0.03
"""Least share of a term's occurrences that a form needs to stand for it; a nominative, being the better, less."""

_OBLIQUE = {
    "ru": re.compile("(?:ов|[её]в|[еоё]й|[ая]ми?|[ыи]ми|[ая]х|[оеё]м|[ое]го|[ое]му|[ыи][хм]|ую|[юу])$"),
    "uk": re.compile("(?:[іїє]в|ей|[ая]ми?|[иі]ми|[ая]х|[оє]ю|[ое]м|ого|ому|[иі][хм]|ої|ій|ові|[юу])$"),
}
"""Endings that a nominative seldom has."""

_MIXED = 0x9E3779B97F4A7C15
"""An odd number whose powers spread a sequence of numbers over 64 bits (2**64 by the golden ratio)."""

_SHOUTED = 5
"""Letters from which a word in capitals is no abbreviation but loud."""


class Spelled(NamedTuple):
    """Per term its basic form, how it is written, and whether it is fit: no end of it needs a capital that it lacks."""

    lemma: list[str]
    written: list[str]
    fit: NDArray[np.bool_]


class _Variant(NamedTuple):
    """A spelling of a term: how often it occurs, how often of it in running text, and the types of its tokens."""

    term: int
    found: int
    running: int
    types: list[int]


class _Speller:
    """Writes out tokens of one language."""

    def __init__(self, tokens: Tokens, forms: Forms, language: str) -> None:
        self.types, self.forms, self.language = tokens.types, forms, language
        self.running = np.bincount(tokens.ids, tokens.running, len(tokens.types))
        self.counts = np.bincount(tokens.ids, minlength=len(tokens.types))
        self._low, self._lemma = forms.low.tolist(), forms.lemma.tolist()
        self._order = np.argsort(forms.low, kind="stable")
        self._starts = np.searchsorted(forms.low[self._order], np.arange(len(forms.lows) + 1))
        self._best: dict[int, str] = {}

    def lemma(self, types: list[int]) -> str:
        """The basic forms of the words."""
        numbers = [self._lemma[at] for at in types]
        known, lows = self.forms.lemmas, self.forms.lows
        return _joined(
            [known[number] if number >= 0 else lows[self._low[at]] for at, number in zip(types, numbers, strict=True)]
        )

    def written(self, types: list[int]) -> str:
        """The words as they are written there."""
        return self._trimmed([self.types[at] for at in types])

    def usual(self, types: list[int]) -> str:
        """The words, each with the capital that it has in running text elsewhere.

        In English headlines one name among words with capitals makes a name of them all: Federal Register.
        """
        parts, models = [self.types[at] for at in types], [self._usual(self._low[at]) for at in types]
        words = [at for at, one in enumerate(parts) if fold(one) not in self.forms.links]
        whole = (
            self.language == "en"
            and len(words) > 1
            and all(parts[at][:1].isupper() and not parts[at].isupper() for at in words)
        )
        if not (whole and any(models[at][:1].isupper() for at in words)):
            parts = [_recased(*pair) for pair in zip(parts, models, strict=True)]
        return self._trimmed(parts)

    def _trimmed(self, parts: list[str]) -> str:
        parts[0] = without_article(parts[0], self.language)
        parts[-1] = without_ending(parts[-1], self.language)
        return _joined(parts)

    def _usual(self, low: int) -> str:
        if low not in self._best:
            same = self._order[self._starts[low] : self._starts[low + 1]].tolist()
            best = min(same, key=lambda at: (-self.running[at], -self.counts[at], self.types[at]))
            word = self.types[best]
            loud = not self.running[best] and word.isupper() and len(word) > _SHOUTED
            self._best[low] = word.capitalize() if loud else word
        return self._best[low]


def _recased(written: str, model: str) -> str:
    """A word with the capitals of another spelling of it, whatever article or ending either carries."""
    core, other = fold(written), fold(model)
    at = core.find(other)
    if at >= 0 and len(core) == len(written):
        return written[:at] + model + written[at + len(model) :]
    return written.lower() if model.islower() else written


def _joined(parts: list[str]) -> str:
    return "".join(parts) if all(map(is_character, parts)) else " ".join(parts)


def spell(tokens: Tokens, forms: Forms, found: Occurrences, size: int, language: str) -> Spelled:
    """How the terms numbered below `size` are written.

    The form is the one found most often, in Russian and Ukrainian rather the nominative where it is found at all;
    its capitals are those of running text, and where there is none, those that its words have elsewhere.
    """
    speller = _Speller(tokens, forms, language)
    may_name = np.append(forms.flags & NAME > 0, False)[forms.lemma].tolist()
    lemmas, written, fit = [""] * size, [""] * size, np.ones(size, dtype=bool)
    least = _SEEN_CASED if language in CASED else _SEEN
    for term, group in groupby(_variants(tokens, found, size, least), key=lambda one: one.term):
        variants = list(group)
        types = variants[0].types
        lemmas[term] = speller.lemma(types)
        written[term], shown = _chosen(variants, lemmas[term], speller)
        if may_name[types[0]] or may_name[types[-1]]:
            words = [word for word in written[term].split() if fold(word) not in forms.links]
            fit[term] = shown and all(word[:1].isupper() for word in words)
    return Spelled(lemmas, written, fit)


def _variants(tokens: Tokens, found: Occurrences, size: int, least: float) -> Iterator[_Variant]:
    """The spellings of each term, by term; but those too rare to stand for it."""
    width = found.last - found.first + 1
    steps = np.arange(int(width.max(initial=0)))
    sequence = found.term.astype(np.uint64)
    with np.errstate(over="ignore"):
        for step in steps:
            at = np.minimum(found.first + step, len(tokens.ids) - 1)
            mixed = sequence * np.uint64(_MIXED) + tokens.ids[at].astype(np.uint64) + np.uint64(1)
            sequence = np.where(step < width, mixed, sequence)
    codes, _ = pd.factorize(sequence)
    counts = np.bincount(codes)
    running = np.bincount(codes, tokens.running[found.first]).astype(np.int64)
    example = np.zeros(len(counts), dtype=np.int64)
    example[codes] = np.arange(len(codes))
    term = found.term[example]
    most = np.zeros(size, dtype=np.int64)
    np.maximum.at(most, term, counts)
    rows = np.flatnonzero((counts >= least * np.bincount(found.term, minlength=size)[term]) | (counts == most[term]))
    rows = rows[np.argsort(term[rows], kind="stable")]
    places = np.minimum(found.first[example[rows]][:, None] + steps, len(tokens.ids) - 1)
    columns = (term[rows], counts[rows], running[rows], tokens.ids[places], width[example[rows]])
    for own, number, shown, types, size_ in zip(*(column.tolist() for column in columns), strict=True):
        yield _Variant(own, number, shown, types[:size_])


def _chosen(variants: list[_Variant], lemma: str, speller: _Speller) -> tuple[str, bool]:
    """The written form of a term, and whether running text shows it."""
    found: dict[str, int] = defaultdict(int)
    cases: dict[str, dict[str, tuple[int, int, list[int]]]] = defaultdict(dict)
    for one in variants:
        text = speller.written(one.types)
        low = fold(text)
        found[low] += one.found
        shown, number, types = cases[low].get(text, (0, 0, one.types))
        cases[low][text] = (shown + one.running, number + one.found, types)
    best = max(found, key=lambda low: (*_nominative(low, lemma, speller.language), found[low], low))
    own = cases[best]
    text = min(own, key=lambda one: (-own[one][0], -own[one][1], one))
    return (text, True) if own[text][0] else (speller.usual(own[text][2]), False)


def _nominative(low: str, lemma: str, language: str) -> tuple[int, bool]:
    """How like a nominative a form looks: words in their basic form, and a first word without an oblique ending."""
    if language not in CASED:
        return 0, True
    words = low.split()
    basic = sum(mine == other for mine, other in zip(words, lemma.split(), strict=False))
    return basic, not _OBLIQUE[language].search(words[0])
