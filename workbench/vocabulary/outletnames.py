"""Names of outlets among the terms: no topic is called by who reports it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from workbench.vocabulary.forms import fold
from workbench.vocabulary.wordlists import listed_for_all, outlet_aliases

Words = tuple[str, ...]

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_DOMAIN = re.compile(r"(?:www\.)?([\w-]+)(?:\.[\w-]+)+")

_LONGEST = 6
"""Words of a name up to which its parts name the outlet too; a longer one is a line of the page."""


@dataclass(frozen=True)
class OutletNames:
    """Names as folded words: `whole` ones; `parts`, ends of at least two words; `bare` ones, without their article.

    "The Kyiv Independent" makes "kyiv independent" a name, and neither "Kyiv" nor "independent"; "The Guardian" makes
    "guardian" a bare one, "Le Monde" makes "monde" one.
    """

    whole: frozenset[Words]
    parts: frozenset[Words]
    bare: frozenset[Words]

    def stand_in(self, written: str, lemma: str) -> bool:
        """Whether a term is an outlet's name, or holds one that is written as a name.

        A bare name is one only alone or at the beginning: the Coupe du monde is not named for Le Monde.
        """
        words, basic = tuple(_WORD.findall(fold(written))), tuple(lemma.split())
        if any(one in known for one in (words, basic) for known in (self.whole, self.parts, self.bare)):
            return True
        shown = written.split()
        if len(shown) != len(words):
            return False
        for start in range(len(words)):
            for end in range(start + 1, len(words) + 1):
                piece = words[start:end]
                known = piece in self.whole or piece in self.parts or (start == 0 and piece in self.bare)
                if known and shown[start][:1].isupper():
                    return True
        return False


def outlet_names(ignored: Iterable[str]) -> OutletNames:
    """The names of these outlets, and of those in the lexicon, under which no term goes; of a domain its own part."""
    whole: set[Words] = set()
    parts: set[Words] = set()
    bare: set[Words] = set()
    for name in (*ignored, *outlet_aliases()):
        domain = _DOMAIN.fullmatch(name.strip())
        shown = _WORD.findall(domain[1] if domain else name)
        words = tuple(map(fold, shown))
        if not words:
            continue
        whole.add(words)
        if words[0] in listed_for_all("articles") and len(words) > 1:
            (bare if len(words) == 2 else whole).add(words[1:])
        if len(words) == 2 and words[1] in listed_for_all("kinds") and shown[0].isupper():
            whole.add(words[:1])
        if len(words) <= _LONGEST:
            parts |= _parts(words)
    return OutletNames(frozenset(whole), frozenset(parts), frozenset(bare))


def _parts(words: Words) -> set[Words]:
    """Ends of a name, of at least two words besides an article: York Times, but not New York, which is a place."""
    ends = {words[start:] for start in range(1, len(words) - 1)}
    return {end for end in ends if sum(word not in listed_for_all("articles") and len(word) > 2 for word in end) > 1}
