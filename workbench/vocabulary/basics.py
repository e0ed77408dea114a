"""The basic form of words: simplemma's, and for names the nominative that the collection itself holds.

simplemma knows few names, and takes some for words (Лавров for a laurel, Путина for a fishing season), so a word that
is written with a capital is joined only to another one that is.
"""

from __future__ import annotations

import re
from functools import lru_cache

import simplemma

from workbench.vocabulary.wordlists import listed_for_all

LEMMATISED = frozenset({"de", "en", "es", "fr", "it", "nl", "pl", "pt", "ru", "tr", "uk"})

_NOMINATIVE = 0.2
"""A nominative at least so frequent as a form is taken for its own: Путин for Путина, but not Захаров for Захарова."""

_ENDINGS = {
    "ru": "а: у: ом: ым: е: ов: ами: ой:а у:а ы:а е:а и:а ой:ая ую:ая я:й я:ь ю:й ю:ь ем:й ем:ь е:й е:ь и:ь и:я ю:я "
    "ей:я е:я ии:ия ию:ия ией:ия ого:ий ого:ый ого:ой ому:ий ому:ый ом:ий ом:ый им:ий им:ый ых:ый их:ий",
    "uk": "а: у: ом: ові: им: і: ів: ою:а у:а и:а і:а ої:а я:й я:ь ю:й ю:ь єм:й ем:ь і:ь ї:я ю:я єю:я і:я и:ь ії:ія "
    "ію:ія ією:ія ого:ий ому:ий им:ий ім:ий ову:ова ової:ова овою:ова",
    "de": "s:",
}
"""Case endings of names, and what stands in their place in the nominative."""

_INFINITIVES = {
    "fr": re.compile(r"(?:er|ir|re)$"),
    "es": re.compile(r"(?:ar|er|ir)(?:se)?$"),
    "pt": re.compile(r"(?:ar|er|ir)$"),
    "it": re.compile(r"(?:are|ere|ire)$"),
    "pl": re.compile(r"[^ś]ć$"),
    "ru": re.compile(r"(?:[аяеиуоы]ть|ться|тись|йти)$"),
    "uk": re.compile(r"(?:[аяеиуоіїв]ти|тися|тись|йти)$"),
}
_PAST = re.compile(r"(?:л|ла|ло|ли)(?:с[ья])?$")
_ADJECTIVE = re.compile(r"(?:[ыи][йехм]|[ыи]ми|ой|[ая]я|[ое]е|[ое]го|[ое]му|[ую]ю)$")
_NO_PAST = ("s", "ing", "a", "er", "est")

_RULES = {
    language: tuple((end, basic) for end, _, basic in (rule.partition(":") for rule in rules.split()))
    for language, rules in _ENDINGS.items()
}


@lru_cache(maxsize=500_000)
def lemma(word: str, language: str) -> str:
    """The basic form of a word by simplemma, folded; the word itself in a language that it does not know."""
    return simplemma.lemmatize(word, lang=language).casefold() if language in LEMMATISED else word.casefold()


def basic_form(word: str, language: str, names: dict[str, float]) -> str:
    """The basic form of a folded word, where `names` counts the occurrences of those written with a capital.

    >>> basic_form("путина", "ru", {"путин": 40, "путина": 35})
    'путин'
    >>> basic_form("talks", "en", {})
    'talk'
    """
    if word not in names:
        basic = lemma(word, language)
        return word if language == "en" and _keeps_its_form(word, basic) else basic
    if language not in _RULES:
        return word
    # German nouns and verbs are told apart by the capital: der Angriff, angreifen.
    known = lemma(word.capitalize() if language == "de" else word, language)
    if known != word and (language == "de" or known in names):
        return known
    found = [word[: -len(end)] + basic for end, basic in _RULES[language] if word.endswith(end)]
    likely = [one for one in found if len(one) > 2 and names.get(one, 0) >= max(1.0, _NOMINATIVE * names[word])]
    return max(likely, key=lambda one: (names[one], one)) if likely else word


def _keeps_its_form(word: str, basic: str) -> bool:
    """English words that are not one with their basic form: "fighting" is no fight, "voted" no vote."""
    return word != basic and (word.endswith("ing") or _is_past(word, basic))


def _is_past(word: str, basic: str) -> bool:
    """Whether an English form is a past one: not its basic form, and no plural, gerund or comparison."""
    return word != basic and not word.endswith(_NO_PAST) and word not in listed_for_all("nouns")


def is_verb(word: str, basic: str, language: str) -> bool:
    """Whether a form is that of a verb, told by its ending and that of its basic form; nouns in doubt are none.

    >>> is_verb("remporté", "remporter", "fr"), is_verb("policiers", "policier", "fr"), is_verb("sold", "sell", "en")
    (True, False, True)
    >>> is_verb("подписал", "подписать", "ru"), is_verb("области", "область", "ru")
    (True, False)
    """
    if language == "en":
        return _is_past(word, basic)
    if language == "ru" and basic.endswith(("сти", "зти", "чь")):
        return bool(_PAST.search(word))
    endings = _INFINITIVES.get(language)
    if endings is None or basic in listed_for_all("nouns") or not endings.search(basic):
        return False
    return language in ("ru", "uk") or not word.startswith(basic)


def is_modifier(word: str, basic: str, language: str) -> bool:
    """Whether a form is an adjective, which names a matter only together with a noun."""
    if language == "ru":
        return (
            basic.endswith(("ый", "ий", "ой"))
            and basic not in listed_for_all("nouns")
            and bool(_ADJECTIVE.search(word))
        )
    return language == "uk" and basic.endswith("ий") and basic not in listed_for_all("nouns")
