"""What the words of a text are called in any language: figures, ideas that news shares, and how names sound.

Two texts in two languages share no words, but they share anchors: "150 000" and "150,000", Krieg and война, Lawrow
and Лавров. The ideas stand in workbench/lexicon/news_words.toml; whatever is not there goes by its consonants
(a phonetic key in the manner of Soundex; Odell and Russell 1918, over the spellings of six languages).
"""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files

from anyascii import anyascii
from stopwordsiso import stopwords

LANGUAGES = ("en", "fr", "de", "es", "ru", "uk")
"""Languages of the columns of news_words.toml; words of any other language go by figures and sounds alone."""

_APOSTROPHE = re.compile("[’ʼ`´]")
_PIECES = re.compile(r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)|\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’ʼ][^\W\d_]+)*")
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,\s]\d{3})+")
_DECIMAL = re.compile(r"\d+[.,]\d+")
_SILENT = re.compile(r"(?<=[aeiou])h(?![aeiouy])")
_REPEATED = re.compile(r"(.)\1+")

_SHORTEST = 3
"""Consonants by which a name is known: fewer are shared by chance."""

_SHORTEST_WORD = 4
"""Consonants by which a word that is no name is known: there are many more of them."""

_LONGEST = 6
_ENDING = 2
"""Consonants that a declined name may end in besides its own: Путиным, Lawrows."""

_ADDED = 2
_MOST_ADDED = {"de": 8}
"""Letters by which an ending may be longer than its stem: стол* is столом, not Столтенберг; German compounds more."""

_SPELLINGS: dict[str, tuple[tuple[str, str], ...]] = {
    "de": (("tsch", "s"), ("sch", "s"), ("ch", "g"), ("j", ""), ("z", "s")),
    "fr": (("tch", "s"), ("dj", "s"), ("ch", "s"), ("j", "s"), ("gn", "n")),
    "es": (("ch", "s"), ("j", "g"), ("ll", "l"), ("ñ", "n")),
}
"""Letters that stand for another sound in one language than in the rest."""

_SOUNDS = (
    *(
        ("dzh", "s"),
        ("shch", "s"),
        ("tch", "s"),
        ("sch", "s"),
        ("kh", "g"),
        ("zh", "s"),
        ("sh", "s"),
        ("ts", "s"),
        ("tz", "s"),
    ),
    *(("ch", "s"), ("ck", "k"), ("ph", "v"), ("th", "t"), ("rh", "r"), ("gh", "g"), ("dz", "s")),
    *(("ce", "se"), ("ci", "si"), ("cy", "si"), ("c", "k"), ("q", "k"), ("x", "ks"), ("w", "v"), ("f", "v")),
    *(("z", "s"), ("j", "s"), ("h", "g")),
)
_VOWELS = str.maketrans("", "", "aeiouy")


def pieces(text: str) -> list[str]:
    """The words and figures of a text in their order.

    >>> pieces("Rund 150 000 Soldaten, 3,5 Prozent")
    ['Rund', '150 000', 'Soldaten', '3,5', 'Prozent']
    """
    return _PIECES.findall(text)


@lru_cache(maxsize=400_000)
def anchors(word: str, language: str) -> tuple[str, ...]:
    """What a word is called in any language; two words that share one may say the same. Empty for what says nothing.

    Figures begin with "#", ideas with "=", sounds with "~".

    >>> anchors("150 000", "ru"), anchors("Krieg", "de"), anchors("Лавровым", "ru")
    (('#150',), ('=war',), ('~lvrvm', '~lvrv', '~lvr'))
    """
    if word[0].isdigit():
        return tuple(f"#{figure}" for figure in _figures(word))
    plain = _APOSTROPHE.sub("'", word).casefold()
    ideas = _ideas(plain, language)
    if ideas:
        return ideas
    if "'" in plain:
        plain = max(plain.split("'"), key=len)
        if ideas := _ideas(plain, language):
            return ideas
    return () if is_stop_word(plain, language) else _sounds(plain, language, name=word[0].isupper())


def is_known(found: tuple[str, ...]) -> bool:
    """Whether these anchors say what a word means, and not only how it sounds."""
    return bool(found) and found[0][0] != "~"


def is_stop_word(word: str, language: str) -> bool:
    """Whether the word is among those too common to say anything; False for a language that is not known."""
    return word.casefold() in _stop_words(language)


def _figures(number: str) -> list[str]:
    """A figure without its separators, thousands left off: 150,000 is 150 thousand."""
    if _THOUSANDS.fullmatch(number):
        number = re.sub(r"\D", "", number)
    if _DECIMAL.fullmatch(number):
        return [number.replace(",", ".").lstrip("0")]
    parts = [part.lstrip("0") for part in re.split(r"\D", number)]
    return [re.sub(r"(?<=\d)(000)+$", "", part) for part in parts if part]


@lru_cache(maxsize=64)
def _stop_words(language: str) -> frozenset[str]:
    try:
        return frozenset(str(word).casefold() for word in stopwords(language))
    except (KeyError, ValueError):
        return frozenset()


@cache
def _dictionary() -> tuple[dict[str, dict[str, tuple[str, ...]]], dict[str, dict[str, tuple[str, ...]]]]:
    """For each language the ideas of its whole words, and of its stems."""
    lines = tomllib.loads(files("workbench").joinpath("lexicon/news_words.toml").read_text("utf-8"))
    whole: dict[str, dict[str, tuple[str, ...]]] = {language: {} for language in LANGUAGES}
    stems: dict[str, dict[str, tuple[str, ...]]] = {language: {} for language in LANGUAGES}
    for section, ideas in lines.items():
        for idea, cells in ideas.items():
            key = f"#{idea}" if section == "numbers" else f"={idea}"
            for language, cell in zip(LANGUAGES, cells, strict=True):
                for entry in _APOSTROPHE.sub("'", cell).casefold().split():
                    held = stems if entry.endswith("*") else whole
                    known = held[language].get(entry.rstrip("*"), ())
                    held[language][entry.rstrip("*")] = tuple(dict.fromkeys((*known, key)))
    return whole, stems


def _ideas(word: str, language: str) -> tuple[str, ...]:
    whole, stems = _dictionary()
    if language not in whole:
        return ()
    if word in whole[language]:
        return whole[language][word]
    least = (len(word) - _MOST_ADDED.get(language, _ADDED) + 1) // 2
    beginnings = (word[:length] for length in range(len(word), max(1, least - 1), -1))
    return next((stems[language][beginning] for beginning in beginnings if beginning in stems[language]), ())


def _sounds(word: str, language: str, *, name: bool) -> tuple[str, ...]:
    """The consonants of a word, and the same with its ending left off; a short name by its first letters."""
    sound = _SILENT.sub("", anyascii(word).casefold().replace("'", ""))
    for written, heard in (*_SPELLINGS.get(language, ()), *_SOUNDS):
        sound = sound.replace(written, heard)
    sound = _REPEATED.sub(r"\1", "".join(letter for letter in sound if letter.isalpha()))
    if not sound:
        return ()
    first = "a" if sound[0] in "aeiouy" else ""
    bones = (first + sound.translate(_VOWELS))[:_LONGEST]
    least = _SHORTEST if name else _SHORTEST_WORD
    if len(bones) < least:
        return (f"~~{sound[:4]}",) if name and len(sound) >= _SHORTEST else ()
    return tuple(f"~{bones[:length]}" for length in range(len(bones), max(least, len(bones) - _ENDING) - 1, -1))
