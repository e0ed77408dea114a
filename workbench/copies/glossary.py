"""Words of two languages that translate each other, learnt from headlines that are known to be translations.

Two words belong together when the headlines that hold the one are mostly those whose translations hold the other
(Dice's coefficient; Smadja, McKeown and Hatzivassiloglou 1996, "Translating collocations for bilingual lexicons").
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from workbench.copies.anchors import anchors, is_known, is_stop_word, pieces

STEM = 6
"""Letters of a word that count: takes off the endings of inflected languages."""

SEEN = 3
"""Headlines in which two words have to meet: twice happens by chance."""

TOGETHER = 0.4
"""Share of the headlines with either word in which they have to meet (Dice)."""

_MOST = 2
"""Translations kept per word: the best ones."""

Word = tuple[str, str]
"""A language and the stem of a word in it."""


@dataclass(frozen=True)
class Glossary:
    """What was learnt: for each word the anchors it shares with its translations. An empty one knows nothing."""

    entries: dict[Word, tuple[str, ...]] = field(default_factory=dict)

    def call(self, word: str, language: str) -> tuple[str, ...]:
        """The anchors of a word: as learnt, where nothing surer is known of it."""
        found = anchors(word, language)
        return found if is_known(found) else self.entries.get((language, stem(word)), found)


Headline = tuple[str, str]
"""A language and a headline in it."""


def learn_glossary(pairs: Iterable[tuple[Headline, Headline]]) -> Glossary:
    """The words that translate each other in these pairs of headlines; the order of pairs does not matter."""
    alone: Counter[tuple[str, Word]] = Counter()
    together: Counter[tuple[Word, Word]] = Counter()
    for left, right in pairs:
        one, two = sorted((left, right))
        ours, theirs = _words(one), _words(two)
        alone.update((two[0], word) for word in ours)
        alone.update((one[0], word) for word in theirs)
        together.update((mine, yours) for mine in ours for yours in theirs)
    found = []
    for (mine, yours), count in together.items():
        share = 2 * count / (alone[yours[0], mine] + alone[mine[0], yours])
        if count >= SEEN and share >= TOGETHER:
            found.append((-share, mine, yours))
    entries: dict[Word, tuple[str, ...]] = {}
    held: Counter[tuple[str, Word]] = Counter()
    for _, mine, yours in sorted(found):
        if held[yours[0], mine] < _MOST and held[mine[0], yours] < _MOST:
            held.update([(yours[0], mine), (mine[0], yours)])
            key = f"={mine[1]}:{yours[1]}"
            entries[mine] = (*entries.get(mine, ()), key)
            entries[yours] = (*entries.get(yours, ()), key)
    return Glossary(entries)


def stem(word: str) -> str:
    """The first letters of a word, in lower case."""
    return word.casefold()[:STEM]


def _words(headline: Headline) -> set[Word]:
    language, title = headline
    return {
        (language, stem(word))
        for word in pieces(title)
        if not is_stop_word(word, language) and not is_known(anchors(word, language))
    }
