"""What the lexicon says of words: which are no terms, which stand only inside a phrase, which join one."""

from __future__ import annotations

import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from workbench.wordcounts import stop_words

UNKNOWN = "und"


class Wordlists(NamedTuple):
    """The words of one language in a collection, folded to lower case.

    `barred` stand in no term; `foreign` are those of them that are stop words of other languages only, and may be
    names in this one (Kim is "who" in Turkish); `own` are those that belong to this language, whose inflections are
    barred too. `generic` and `titles` stand in no term alone, titles at no end of a phrase either. `links` may stand
    inside a phrase, `names` at the ends of one that is written with capitals. `phrases` are no terms as a whole.
    """

    barred: frozenset[str]
    foreign: frozenset[str]
    own: frozenset[str]
    generic: frozenset[str]
    titles: frozenset[str]
    links: frozenset[str]
    names: frozenset[str]
    phrases: frozenset[str]


@cache
def _lexicon() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(files("workbench").joinpath("lexicon/labels.toml").read_text("utf-8"))


def _listed(name: str, languages: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for language in languages for word in _lexicon().get(language, {}).get(name, []))


@lru_cache(maxsize=256)
def wordlists(language: str, spoken: frozenset[str]) -> Wordlists:
    """The lists for texts in `language` of a collection in which the languages `spoken` are found.

    Stop words of all of them are barred, since a language is not always told right; for a language that is not
    known, those of every language of the lexicon.
    """
    every = tuple(sorted(_lexicon()))
    ours = every if language == UNKNOWN else ("all", language)
    around = tuple(sorted(spoken | ({*every} if language == UNKNOWN else {language})))
    stops = frozenset(word for one in ours for word in stop_words(one)) | _listed("stops", ours)
    listed = frozenset().union(*(_listed(name, ours) for name in ("calendar", "speech", "furniture")))
    others = frozenset(word for one in around for word in stop_words(one)) | _listed("stops", around)
    ours_alone = listed | stops | _listed("function", every)
    return Wordlists(
        barred=ours_alone | others,
        foreign=others - ours_alone,
        # The English list holds words of the news ("computer", "fire"): only as they are spelled there.
        own=listed if language == "en" else listed | stops,
        generic=_listed("generic", ours),
        titles=_listed("titles", ours),
        links=_listed("links", ours),
        names=_listed("names", ours),
        phrases=_listed("phrases", ours),
    )


@cache
def kin() -> dict[str, str]:
    """Words of one root that do not begin alike, each with the word that stands for them: french for France."""
    rows = [line.split() for line in _lexicon()["all"]["kin"]]
    return {word: first for first, *others in rows for word in (first, *others)}


@cache
def listed_for_all(name: str) -> frozenset[str]:
    """A list of the lexicon that is the same in all languages."""
    return _listed(name, ("all",))


@cache
def outlet_aliases() -> tuple[str, ...]:
    """Names and other names of the outlets in the lexicon; no topic is called by one of them."""
    table = tomllib.loads(files("workbench").joinpath("lexicon/outlets.toml").read_text("utf-8"))
    return tuple(sorted({alias for name, aliases in table.items() for alias in (name, *aliases)}))
