"""How a term is written: in the form, and with the capitals, that running text gives it."""

from __future__ import annotations

from collections import defaultdict
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
    "ru": ("ов", "ев", "ей", "ам", "ям", "ами", "ями", "ах", "ях", "ой", "ом", "ем", "ого", "его", "ому", "ему", "ых",
           "их", "ым", "им", "ую", "ю", "у"),
    "uk": ("ів", "їв", "ей", "ам", "ям", "ами", "ями", "ах", "ях", "ою", "єю", "ом", "ем", "ого", "ому", "их", "им",
           "ої", "ій", "ові", "у", "ю"),
}  # fmt: skip
"""Endings that a nominative seldom has."""

_SHOUTED = 5
"""Letters from which a word in capitals is no abbreviation but loud."""


class Spelled(NamedTuple):
    """Per term its basic form, how it is written, and whether it is fit: no end of it needs a capital that it lacks."""

    lemma: list[str]
    written: list[str]
    fit: NDArray[np.bool_]


class _Variant(NamedTuple):
    """A spelling of a term: how often it occurs, how often of it in running text, and the places of one occurrence."""

    term: int
    found: int
    running: int
    first: int
    last: int


class _Speller:
    """Writes out tokens of one language."""

    def __init__(self, tokens: Tokens, forms: Forms, language: str) -> None:
        self.tokens, self.forms, self.language = tokens, forms, language
        self.running = np.bincount(tokens.ids, tokens.running, len(tokens.types))
        self.counts = np.bincount(tokens.ids, minlength=len(tokens.types))
        order = np.argsort(forms.low, kind="stable")
        self._types = order
        self._starts = np.searchsorted(forms.low[order], np.arange(len(forms.lows) + 1))
        self._best: dict[int, str] = {}

    def lemma(self, first: int, last: int) -> str:
        """The basic forms of the words from one place to another."""
        ids = self.tokens.ids[first : last + 1]
        return _joined([self._basic(int(one)) for one in ids])

    def _basic(self, at: int) -> str:
        number = self.forms.lemma[at]
        return str(self.forms.lemmas[number] if number >= 0 else self.forms.lows[self.forms.low[at]])

    def written(self, first: int, last: int) -> str:
        """The words from one place to another as they are written there."""
        parts = [self.tokens.types[at] for at in self.tokens.ids[first : last + 1]]
        return self._trimmed(parts)

    def usual(self, first: int, last: int) -> str:
        """The same words, each with the capital that it has in running text elsewhere."""
        parts, models = [], []
        for at in self.tokens.ids[first : last + 1]:
            parts.append(self.tokens.types[at])
            models.append(self._usual(int(self.forms.low[at])))
        # One name among words with capitals makes a name of them all: Federal Register.
        words = [at for at, one in enumerate(parts) if fold(one) not in self.forms.links]
        whole = len(words) > 1 and all(parts[at][:1].isupper() and not parts[at].isupper() for at in words)
        if not (whole and any(models[at][:1].isupper() for at in words)):
            parts = [_recased(*pair) for pair in zip(parts, models, strict=True)]
        return self._trimmed(parts)

    def _trimmed(self, parts: list[str]) -> str:
        parts[0] = without_article(parts[0], self.language)
        parts[-1] = without_ending(parts[-1], self.language)
        return _joined(parts)

    def _usual(self, low: int) -> str:
        if low not in self._best:
            types = self._types[self._starts[low] : self._starts[low + 1]]
            names = {int(at): self.tokens.types[at] for at in types}
            best = min(names, key=lambda at: (-self.running[at], -self.counts[at], names[at]))
            word = names[best]
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
    if all(is_character(one) for one in parts):
        return "".join(parts)
    return " ".join(parts)


def spell(tokens: Tokens, forms: Forms, found: Occurrences, size: int, language: str) -> Spelled:
    """How the terms numbered below `size` are written.

    The form is the one found most often, in Russian and Ukrainian rather the nominative where it is found at all;
    its capitals are those of running text, and where there is none, those that its words have elsewhere.
    """
    variants = _variants(tokens, found, size, _SEEN_CASED if language in CASED else _SEEN)
    speller = _Speller(tokens, forms, language)
    groups: dict[int, list[_Variant]] = defaultdict(list)
    for term, *one in zip(*(variants[name].tolist() for name in _Variant._fields), strict=True):
        groups[term].append(_Variant(term, *one))
    lemmas, written, fit = [], [], np.ones(size, dtype=bool)
    for term in range(size):
        first, last = groups[term][0].first, groups[term][0].last
        lemma = speller.lemma(first, last)
        chosen, shown = _chosen(groups[term], lemma, speller)
        lemmas.append(lemma)
        written.append(chosen)
        if _needs_capitals(first, last, tokens, forms):
            fit[term] = shown and all(word[:1].isupper() for word in chosen.split() if fold(word) not in forms.links)
    return Spelled(lemmas, written, fit)


def _needs_capitals(first: int, last: int, tokens: Tokens, forms: Forms) -> bool:
    ends = forms.lemma[tokens.ids[[first, last]]]
    return bool((forms.flags[ends] & NAME).any())


def _variants(tokens: Tokens, found: Occurrences, size: int, least: float) -> pd.DataFrame:
    """The spellings of each term, a column for each field of `_Variant`; but those too rare to stand for it."""
    sequence = np.zeros(len(found.term), dtype=np.uint64)
    longest = int((found.last - found.first).max(initial=-1)) + 1
    with np.errstate(over="ignore"):
        for step in range(longest):
            at = np.minimum(found.first + step, len(tokens.ids) - 1)
            within = found.first + step <= found.last
            mixed = sequence * np.uint64(0x9E3779B97F4A7C15) + tokens.ids[at].astype(np.uint64) + np.uint64(1)
            sequence = np.where(within, mixed, sequence)
        sequence = sequence * np.uint64(0xC2B2AE3D27D4EB4F) + found.term.astype(np.uint64)
    codes, _ = pd.factorize(sequence)
    counts = np.bincount(codes) if len(codes) else np.zeros(0, dtype=np.int64)
    running = np.bincount(codes, tokens.running[found.first], len(counts)).astype(np.int64)
    example = np.zeros(len(counts), dtype=np.int64)
    example[codes] = np.arange(len(codes))
    term = found.term[example]
    whole = np.bincount(found.term, minlength=size)
    most = np.zeros(size, dtype=np.int64)
    np.maximum.at(most, term, counts)
    rows: NDArray[np.int64] = np.flatnonzero((counts >= least * whole[term]) | (counts == most[term]))
    columns = (term, counts, running, found.first[example], found.last[example])
    return pd.DataFrame({name: values[rows] for name, values in zip(_Variant._fields, columns, strict=True)})


def _chosen(variants: list[_Variant], lemma: str, speller: _Speller) -> tuple[str, bool]:
    """The written form of a term, and whether running text shows it."""
    forms: dict[str, int] = defaultdict(int)
    cases: dict[str, dict[str, tuple[int, int, int, int]]] = defaultdict(dict)
    for _, count, running, first, last in variants:
        text = speller.written(first, last)
        low = fold(text)
        forms[low] += count
        before = cases[low].get(text, (0, 0, first, last))
        cases[low][text] = (before[0] + running, before[1] + count, before[2], before[3])
    best = max(forms, key=lambda low: (*_nominative(low, lemma, speller.language), forms[low], low))
    own = cases[best]
    text = min(own, key=lambda one: (-own[one][0], -own[one][1], one))
    running, _, first, last = own[text]
    return (text, True) if running else (speller.usual(first, last), False)


def _nominative(low: str, lemma: str, language: str) -> tuple[int, bool]:
    """How like a nominative a form looks: words in their basic form, and a first word without an oblique ending."""
    if language not in CASED:
        return 0, True
    words = low.split()
    basic = sum(mine == other for mine, other in zip(words, lemma.split(), strict=False))
    return basic, not words[0].endswith(_OBLIQUE[language])
