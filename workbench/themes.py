"""What the words of an article are about, in any of twelve languages: "tournoi" and "турнира" are both tournament.

Two texts in two languages on one theme share no words, but they share ideas. Those that mark a theme stand in
workbench/lexicon/themes.toml, those that mark an affair (states, offices, acts) in news_words.toml; names go by how
they sound (`copies.anchors`). The lexicons were written from the subject areas of the IPTC Media Topics, not from any
collection.
"""

from __future__ import annotations

import tomllib
from functools import cache, lru_cache
from importlib.resources import files

from workbench.copies.anchors import anchors

_SHORTEST_STEM = 4
_APOSTROPHES = ("’", "ʼ")


def ideas(word: str, language: str) -> tuple[str, ...]:
    """What a word is called in any language: themes begin with "+", ideas with "=", sounds of names with "~".

    Empty for words that say nothing, and for words of an unknown language that sound like no name.

    >>> ideas("tournois", "fr"), ideas("Турнира", "ru"), ideas("война", "ru")
    (('+tournament',), ('+tournament',), ('=war',))
    """
    theme = _theme(word, language)
    named = anchors(word, language)
    if not theme:
        return named
    return (theme, *(one for one in named if one[0] == "="))


@lru_cache(maxsize=400_000)
def _theme(word: str, language: str) -> str:
    """The theme a word marks, by its whole form or its longest known stem; empty if none."""
    whole, stems = _lexicon().get(language, ({}, {}))
    plain = word.casefold()
    for mark in _APOSTROPHES:
        plain = plain.replace(mark, "'")
    forms = (plain, max(plain.split("'"), key=len)) if "'" in plain else (plain,)
    for form in forms:
        if form in whole:
            return whole[form]
        for length in range(len(form), _SHORTEST_STEM - 1, -1):
            if form[:length] in stems:
                return stems[form[:length]]
    return ""


@cache
def _lexicon() -> dict[str, tuple[dict[str, str], dict[str, str]]]:
    """Per language the themes of whole words and of stems; the first line that holds a word has it."""
    lines = tomllib.loads(files("workbench").joinpath("lexicon/themes.toml").read_text("utf-8"))
    found: dict[str, tuple[dict[str, str], dict[str, str]]] = {}
    for section in lines.values():
        for theme, cells in section.items():
            for language, cell in cells.items():
                whole, stems = found.setdefault(language, ({}, {}))
                for entry in cell.casefold().split():
                    held = stems if entry.endswith("*") else whole
                    held.setdefault(entry.rstrip("*"), f"+{theme}")
    return found
