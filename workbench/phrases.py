"""The words by which an article speaks of time, and the words that announce a date, from a small lexicon."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

_MOST = 5
"""Phrases quoted per article: enough to see what kind of evidence the text gives."""


@cache
def _lexicon() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(files("workbench").joinpath("lexicon/phrases.toml").read_text("utf-8"))


@cache
def _relative(language: str) -> re.Pattern[str] | None:
    patterns = _lexicon()["relative"].get(language)
    # A phrase may be broken over two lines where a text is hard-wrapped.
    wrapped = "|".join(patterns or ()).replace(" ", r"\s+")
    return re.compile(rf"\b(?:{wrapped})\b", re.IGNORECASE) if patterns else None


@cache
def _announcement() -> re.Pattern[str]:
    # The longest first, so that "date" does not cut "date of publication" short.
    words = sorted(_lexicon()["announces"]["words"], key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(words)})\b\s*[:,–—-]?\s*", re.IGNORECASE)


def relative(text: str, language: str) -> list[str]:
    """The first five different relative phrases of `text`, as written; none for a language not in the lexicon.

    >>> relative("Il a parlé mercredi. Le mois dernier, rien.", "fr")
    ['mercredi', 'Le mois dernier']
    """
    pattern = _relative(language)
    if pattern is None:
        return []
    found = dict.fromkeys(" ".join(match.group().split()) for match in pattern.finditer(text))
    return list(found)[:_MOST]


def after_announcement(line: str) -> str | None:
    """What follows the word that announces a date at the start of `line`, or None where there is no such word."""
    found = _announcement().match(line.strip(" |·•-–—"))
    return line.strip(" |·•-–—")[found.end() :] if found else None
