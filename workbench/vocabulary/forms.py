"""The words behind the tokens of one language: what each may do in a term, and which of them are one word."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from workbench.vocabulary.basics import basic_form, is_modifier, is_verb, lemma
from workbench.vocabulary.tokens import Tokens, is_character
from workbench.vocabulary.wordlists import Wordlists

Numbers = NDArray[np.int64]

ALONE, EDGE, NAME, TAIL, TITLE, GENERIC, MODIFIER, PAST, NAMED = (1 << bit for bit in range(9))
"""What a word may do, one bit each.

ALONE: be a term by itself. EDGE: begin or end a phrase. NAME: do so where all of the phrase has capitals. TAIL: end
one, being a number. TITLE: stand inside. GENERIC: not begin one with a word that joins after it. MODIFIER: begin one,
with a noun right after it. PAST: so too, but with no name. NAMED marks words written with a capital.
"""

_NAMED = 0.75
"""Share of its running occurrences that a word has a capital in, from which it is a name."""

_ELIDED = re.compile(r"^(?:[dl]|(?:de|da|a|ne|su)ll)['’](?=\w)", re.IGNORECASE)
_CUTTING = re.compile(r"^(?:[nmtcsj]|qu|lorsqu|puisqu|jusqu|quoiqu|un|quest)['’](?=\w)", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’‘][sS]$")
_SUFFIXED = re.compile(r"['’].*$")
_CONTRACTED = re.compile(r"(?:n't|'(?:re|ve|ll|d|m))$")
_WORD = re.compile(r"[^\W\d_]+(?:[-'’ʼ‘‑][^\W\d_]+)*")
_CODE = re.compile(r"[^\W\d_]*[A-ZА-ЯЁІЇ]-?\d{1,3}|[^\W\d_]{3,}-\d{1,3}|\d[A-Z]")
_INVERTED = re.compile(r"^[a-zéêèà].*-(?:t-)?(?:ils?|elles?|on|je|tu|nous|vous|ce|là|ci|lui|leur|moi|y|en)$")
_TAIL = re.compile(r"[1-9]\d?")
_PLACES = ("ской", "ская", "ское", "ские", "ских", "ском", "цкой", "цкая", "цких", "цком")
_FOLDED = str.maketrans("’ʼ‘‑", "'''-")
_LONGEST = 40


class Forms(NamedTuple):
    """What stands behind the types of `Tokens`.

    Per type: `low`, the number of its spelling in `lows`; `lemma`, the number of its word in `lemmas`, -1 where it
    stands in no term; `link`, that of the word in `links` if it may only stand inside a phrase, else 0; `cuts`, whether
    no phrase goes over its beginning; `capital`, whether it begins with one. Per lemma: `flags`, what it may do.
    """

    low: Numbers
    lows: list[str]
    lemma: Numbers
    lemmas: list[str]
    link: Numbers
    links: list[str]
    cuts: NDArray[np.bool_]
    capital: NDArray[np.bool_]
    flags: NDArray[np.uint16]


def fold(word: str) -> str:
    """A word in lower case with plain apostrophes and hyphens."""
    return word.casefold() if word.isalpha() else word.casefold().translate(_FOLDED)


def bare(written: str, language: str) -> str:
    """The word within a token: l'Otan is Otan, Putin's is Putin.

    >>> bare("l’Otan", "fr"), bare("Putin's", "en"), bare("Putin'in", "tr"), bare("п'ять", "uk")
    ('Otan', 'Putin', 'Putin', "п'ять")
    """
    return written if written.isalpha() else without_ending(without_article(written, language), language)


def without_article(written: str, language: str) -> str:
    """A token as the first of a term is written: without an elided article."""
    if language not in ("fr", "it") or written.isalpha():
        return written
    return _CUTTING.sub("", _ELIDED.sub("", written))


def without_ending(written: str, language: str) -> str:
    """A token as the last of a term is written: without the ending of a possessive."""
    if written.isalpha() or language == "uk":
        return written
    return (_SUFFIXED if language == "tr" else _POSSESSIVE).sub("", written)


def find_forms(tokens: Tokens, language: str, lists: Wordlists, *, least: int) -> Forms:
    """The forms of the tokens of one language; a spelling found fewer than `least` times stands in no term."""
    cores = [bare(one, language) for one in tokens.types]
    numbers: dict[str, int] = {}
    low = np.array([numbers.setdefault(fold(one), len(numbers)) for one in cores], dtype=np.int64)
    lows = list(numbers)
    capital = np.array([one[:1].isupper() for one in cores], dtype=bool)
    frequent = np.bincount(low[tokens.ids], minlength=len(lows))
    own = [
        _may(written, lows[at], lists) if frequent[at] >= least else 0 for written, at in zip(cores, low, strict=True)
    ]
    may = np.array(own, dtype=np.uint16)
    links = ["", *sorted(lists.links)]
    places = {word: at for at, word in enumerate(links)}
    link = np.where(may == 0, np.array([places.get(lows[at], 0) for at in low], dtype=np.int64), 0)
    known = np.flatnonzero(np.bincount(low, may > 0, len(lows)))
    seen = _seen(tokens, low, lows, capital)
    basic = {int(at): basic_form(lows[at], language, seen.names) for at in known}
    kept, added = np.zeros((2, len(lows)), dtype=np.uint16)
    for one, word in basic.items():
        left, more = _by_speech(lows[one], word, language, seen)
        if lows[one] in seen.names and lemma(lows[one], language) in lists.own and lows[one] not in lists.names:
            left = more = 0
        kept[one], added[one] = left & 0xFFFF, more
    may = np.where(may > 0, (may & kept[low]) | added[low], 0).astype(np.uint16)
    cuts = np.array([language in ("fr", "it") and bool(_CUTTING.match(one)) for one in tokens.types], dtype=bool)
    words, lemmas, flags = _numbered(basic, low, may, lists)
    return Forms(low, lows, words, lemmas, link, links, cuts, capital, flags)


def _may(written: str, low: str, lists: Wordlists) -> int:
    """What a token may do in a term by its own spelling; 0 if nothing."""
    if _TAIL.fullmatch(written):
        return TAIL
    if low in lists.barred:
        named = written[0].isupper() and (low in lists.names or (low in lists.foreign and len(low) > 2))
        return NAME if named else 0
    if is_character(written):
        return EDGE
    if len(written) > _LONGEST or not (_WORD.fullmatch(written) or _CODE.fullmatch(written)):
        return 0
    if (_CONTRACTED.search(low) or _INVERTED.search(written)) or (
        len(written) < 3 and not (written[0].isupper() and len(written) > 1)
    ):
        return 0
    if low in lists.titles:
        return TITLE
    if low in lists.generic:
        return EDGE | GENERIC
    return ALONE | EDGE if len(written) > 2 or written[1].isupper() or written[1].isdigit() else EDGE


class _Seen(NamedTuple):
    """Spellings by how running text writes them: `names`, with a capital, and how often they occur; `small` ones."""

    names: dict[str, float]
    small: frozenset[str]


def _seen(tokens: Tokens, low: Numbers, lows: list[str], capital: NDArray[np.bool_]) -> _Seen:
    at = low[tokens.ids]
    shown = np.bincount(at, tokens.running, len(lows))
    named = np.bincount(at, tokens.running & capital[tokens.ids], len(lows))
    whole = np.bincount(at, minlength=len(lows))
    is_name = (named > 0) & (named >= _NAMED * shown)
    names = {lows[one]: float(whole[one]) for one in np.flatnonzero(is_name)}
    return _Seen(names, frozenset(lows[one] for one in np.flatnonzero(~is_name & (shown > 0))))


def _by_speech(low: str, basic: str, language: str, seen: _Seen) -> tuple[int, int]:
    """What a part of speech leaves of what a word may do, and what it adds."""
    if low in seen.names:
        return (~ALONE if language == "ru" and low.endswith(_PLACES) else ~0), NAMED
    if is_verb(low, lemma(low, language), language):
        return 0, PAST if language == "en" else 0
    if low in seen.small and ((language == "de" and low.isalpha()) or is_modifier(low, basic, language)):
        return 0, MODIFIER
    return ~0, 0


def _numbered(
    basic: dict[int, str], low: Numbers, may: NDArray[np.uint16], lists: Wordlists
) -> tuple[Numbers, list[str], NDArray[np.uint16]]:
    """Per type the number of its word, the words, and what each may do: only what all its spellings may.

    A word whose basic form is a stop word or a word of speech is none, whatever the spelling.
    """
    numbers: dict[str, int] = {}
    of_low = np.full(int(low.max(initial=-1)) + 1, -1, dtype=np.int64)
    for at, word in basic.items():
        of_low[at] = numbers.setdefault(word, len(numbers))
    lemmas = list(numbers)
    words = np.where(may > 0, of_low[low], -1) if len(low) else low
    flags = np.full(len(lemmas), 0xFFFF, dtype=np.uint16)
    np.bitwise_and.at(flags, words[words >= 0], may[words >= 0])
    barred = np.array([word in lists.own and not flags[at] & NAME for word, at in numbers.items()], dtype=bool)
    generic = np.array([word in lists.generic for word in lemmas], dtype=bool)
    flags[generic] = (flags[generic] & ~np.uint16(ALONE)) | GENERIC
    flags[np.array([word in lists.titles for word in lemmas], dtype=bool)] = TITLE
    if lemmas:
        words = np.where((words >= 0) & barred[words], -1, words)
    return words, lemmas, flags
