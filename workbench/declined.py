"""The cases of Russian, Ukrainian and German names of places, formed from the nominative.

More forms come out than a name has (it is not asked whether Самоа is declined, or which gender Беларусь has): what no
text holds does no harm, and a form that is another word is looked after where names are looked up.
"""

from __future__ import annotations

import re
from itertools import product

_RULES: dict[str, tuple[tuple[str, str], ...]] = {
    "ru": (
        ("оа", "оа"),
        ("ия", "ии ию ией иею"),
        ("ая", "ой ую ою"),
        ("яя", "ей юю"),
        ("ово", "ова ову овом ове"),
        ("ое", "ого ому им ым ом"),
        ("ий", "ого ому им ом его ему ем ия ию ием ии"),
        ("ый", "ого ому ым ом"),
        ("ые", "ых ым ыми"),
        ("ие", "их им ими"),
        ("овы", "овых овым овыми"),
        ("ет", "та ту том те ета ету етом ете"),
        ("а", "ы и е у ой ою ей"),
        ("я", "и е ю ей ею"),
        ("ь", "и ью я ю ем е"),
        ("й", "я ю ем е"),
        ("ы", "ов ам ами ах +"),
        ("о", "а у ом е"),
    ),
    "uk": (
        ("оа", "оа"),
        ("ія", "ії ію ією"),
        ("ея", "еї ею еєю"),
        ("ово", "ова ову овом ові"),
        ("ий", "ого ому им ім"),
        ("ка", "ки ці ку кою кої кій"),
        ("га", "ги зі гу гою гої гій"),
        ("ха", "хи сі ху хою"),
        ("ет", "ту та том ті етові ету ета етом еті"),
        ("а", "и і у ою ої ій ею"),
        ("я", "і ї ю ею єю"),
        ("сь", "сі ссю"),
        ("ь", "і ю я ем еві"),
        ("й", "ю я єм ї єві"),
        ("і", "их им ими"),
        ("и", "ів ам ами ах +"),
        ("о", "а у ом і"),
    ),
}
"""Endings of the nominative and what stands in their place, the first that fits; + for none at all."""

_AFTER_CONSONANT = {"ru": "а у ом ем е", "uk": "у а ом ем ові еві і"}
_VOWELS = "аеёиоуыэюяіїєь"
_WORD = re.compile(r"[^\W_]+")
_LINKS = ("и", "і", "та", "й", "де", "ла", "да", "ди", "д")


def forms(name: str, language: str) -> list[tuple[str, ...]]:
    """The name in its cases, each as its words, sorted; the name alone in a language without rules here.

    >>> [" ".join(form) for form in forms("Польша", "ru")][:4]
    ['Польша', 'Польше', 'Польшей', 'Польши']
    >>> ("Південної", "Кореї") in forms("Південна Корея", "uk"), ("Шри", "Ланку") in forms("Шри-Ланка", "ru")
    (True, True)
    >>> forms("Saudi-Arabien", "de")
    [('Saudi', 'Arabien'), ('Saudi', 'Arabiens')]
    """
    words = _WORD.findall(name)
    if language == "de":
        return sorted(set(product(*(_german(word, last=at == len(words)) for at, word in enumerate(words, start=1)))))
    if language in _RULES:
        return sorted(set(product(*(_of_word(word, language) for word in words))))
    return [tuple(words)]


def _german(word: str, *, last: bool) -> list[str]:
    """A German word as in the genitive at the end of a name, as an adjective before."""
    if word.endswith("es") and not last:
        return [word, *(word[:-1] + ending for ending in ("n", "m", ""))]
    if word.endswith("e"):
        return [word, f"{word}n", *([f"{word}s"] if last else [])]
    return [word, f"{word}s"] if last and not word.endswith(("s", "z", "x")) else [word]


def _of_word(word: str, language: str) -> list[str]:
    """A word in its cases; short ones that link others, capitals and words of foreign endings are left as they are."""
    if word in _LINKS or word.isupper() or not word[-1:].isalpha():
        return [word]
    for ending, others in _RULES[language]:
        if word.endswith(ending):
            stem = word[: -len(ending)]
            return [word, *(stem + other.replace("+", "") for other in others.split())]
    if word[-1] in _VOWELS:
        return [word]
    return [word, *(word + other for other in _AFTER_CONSONANT[language].split())]
