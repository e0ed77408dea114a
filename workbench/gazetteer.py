"""Which countries a text names, as ISO 3166-1 alpha-2 codes, in any language whose names the Unicode CLDR has.

The names are those of the CLDR (through Babel), with the other names and the traps of workbench/lexicon/countries.toml.
They are looked up word by word, the longest name first, with their capitals: того is no Того, us no US. A text without
any capital is read in small letters, without the names that are other words then.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from babel import Locale, UnknownLocaleError

from workbench.declined import forms
from workbench.wordcounts import stop_tokens

_TOKEN = re.compile(r"[^\W_]+")
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_CODE = re.compile(r"[A-Z]{2}")
_LANGUAGE = re.compile(r"(?!und|mul|mis|zxx)[a-z]{2,3}")
_BRACKETS = re.compile(r"\s*[(,].*$")

_OTHERS = "EU EZ UN QO XA XB ZZ AC CP CQ DG EA IC TA AQ BV HM UM"
_NO_COUNTRY = frozenset(_OTHERS.split())
"""Two letters in the CLDR that are no country of ISO 3166-1, or one without any inhabitants to report on."""

_POINTS = (
    *(("U.S.A.", "USA "), ("U.S.", "US "), ("US$", "$"), ("U.K.", "UK "), ("U.A.E.", "UAE "), ("EE. UU.", "EEUU ")),
    *(("EE.UU.", "EEUU "), ("E.U.A.", "EUA "), ("ʼ", "'"), ("ё", "е")),
)
"""Short forms without their points, so that they are words; the sign $ is no country."""

_DOLLARS = ("dollar", "dollars", "долл", "доллар", "дол", "долар", "dólar", "dólares")
_ACCENTED = "ÉÎÁÓÍ"
_ACCENTED_AS = str.maketrans(_ACCENTED, "EIAOI")
_SPACELESS = frozenset({"zh", "ja", "th"})
_CASELESS = frozenset({"ar", "he", "fa", "hi", "ka", "ur", *_SPACELESS})
_HEAD = 30
"""Words in which a text that has capitals shows one."""

Entry = tuple[tuple[str, ...], str, str]
"""The words after the first, the code (empty for what is no country), and the guard (empty for none)."""


@dataclass(frozen=True)
class Gazetteer:
    """Names of one language by their first word, the longest first; `small` the same for texts without capitals."""

    language: str
    names: dict[str, list[Entry]]
    small: dict[str, list[Entry]]

    def find(self, text: str) -> list[str]:
        """The codes of the countries that the text names, sorted, each once.

        >>> gazetteer("en").find("Michael Jordan flew to Amman; Jordan's king met the U.S. envoy. It cost us $5.")
        ['JO', 'US']
        >>> gazetteer("ru").find("Кроме того, цена в долларах США выросла, заявили в Южной Корее.")
        ['KR']
        """
        found = {code for flag in _FLAG.findall(text) if (code := _of_flag(flag)) in codes()}
        for written, meant in _POINTS:
            text = text.replace(written, meant)
        if self.language in _SPACELESS:
            return sorted(found | set(self._within(text)))
        tokens = _TOKEN.findall(text)
        capital = self.language in _CASELESS or any(token[0].isupper() for token in tokens[:_HEAD])
        names = self.names if capital else self.small
        end = 0
        for at in [place for place, token in enumerate(tokens) if token in names]:
            if at < end:
                continue
            for rest, code, guard in names[tokens[at]]:
                after = at + 1 + len(rest)
                if tuple(tokens[at + 1 : after]) == rest:
                    end = after
                    if code and code not in found and _holds(guard, text, tokens, (at, after), self.language):
                        found.add(code)
                    break
        return sorted(found)

    def _within(self, text: str) -> Iterator[str]:
        """The codes of the names in a text without spaces, a longer name taken before one that it holds."""
        for name, own in sorted(self.names.items(), key=lambda one: (-len(one[0]), one[0])):
            if name in text:
                text = text.replace(name, " ")
                yield own[0][1]


@cache
def gazetteer(language: str, ignored: tuple[str, ...] = ()) -> Gazetteer | None:
    """The names of countries in a language (ISO 639-1); None where the CLDR does not know it.

    `ignored` are names that stand for no country though they hold one, such as those of the outlets themselves.
    """
    territories = _territories(language)
    if not territories:
        return None
    lexicon = _lexicon()
    dropped = lexicon["dropped"].get(language, "").split()
    stated = [(_BRACKETS.sub("", name), code) for code, name in sorted(territories.items()) if code not in dropped]
    stated += [(one, code) for code, own in lexicon["names"].get(language, {}).items() for one in _apart(own)]
    guards = _guards(language)
    names: dict[tuple[str, ...], tuple[str, str]] = {}
    for name, code in stated:
        if code in codes() and "о-в" not in name:
            for written in _spellings(name):
                for form in forms(written, language):
                    names.setdefault(form, (code, guards.get(code, "dollars")))
    upper = {
        tuple(word.upper() for word in form): meant
        for form, meant in names.items()
        if sum(map(len, form)) > 3 and meant[1] != "inner"
    }
    decoys = [form for one in _apart(lexicon["decoys"].get(language, "")) for form in forms(one, language)]
    foreign = (*_apart(lexicon["decoys"]["en"]), *ignored)
    decoys += [form for one in foreign if len(form := tuple(_TOKEN.findall(one))) > 1 and form not in names]
    whole = upper | names | dict.fromkeys(decoys, ("", ""))
    small = {
        tuple(word.lower() for word in form): meant
        for form, meant in whole.items()
        if meant[1] in ("", "dollars") and sum(map(len, form)) > 3
    }
    return Gazetteer(language, _by_first(whole), _by_first(small))


def names_in(language: str) -> dict[str, str]:
    """The name of each country in a language, by its code; in English where the CLDR does not know the language."""
    known = _territories(language) or _territories("en")
    short = {"HK": "Hong Kong", "MO": "Macao"} if language == "en" else {}
    return {code: short.get(code) or _BRACKETS.sub("", known.get(code, code)) for code in sorted(codes())}


def _territories(language: str) -> dict[str, str]:
    """The CLDR's names of territories by their codes; empty for a language that it does not know."""
    try:
        known = Locale.parse(language).territories if _LANGUAGE.fullmatch(language) else {}
    except (UnknownLocaleError, ValueError):
        return {}
    return {str(code): str(name) for code, name in known.items()}


@cache
def codes() -> frozenset[str]:
    """The codes of all countries: those of ISO 3166-1 with people who live there, and XK."""
    return frozenset(code for code in _territories("en") if _CODE.fullmatch(code)) - _NO_COUNTRY


@cache
def _lexicon() -> dict[str, Any]:
    return tomllib.loads(files("workbench").joinpath("lexicon/countries.toml").read_text("utf-8"))


def _apart(stated: str) -> list[str]:
    return [name.strip() for name in " ".join(stated.split()).split("|") if name.strip()]


def _guards(language: str) -> dict[str, str]:
    lexicon = _lexicon()
    found = {code: kind for kind in ("inner", "person") for code in lexicon[kind].get(language, "").split()}
    return {**found, **({"GE": "georgia"} if language in lexicon["georgia"] else {}), "US": "us"}


def _spellings(name: str) -> Iterator[str]:
    """A name as it is written: with "and" or &, with an accent on its first capital or without."""
    plain = name.replace("’", "'").replace("ʼ", "'").replace("ё", "е")
    for one in {plain: None, plain.replace("&", "and"): None}:
        yield one
        if one[:1] in _ACCENTED:
            yield one[:1].translate(_ACCENTED_AS) + one[1:]


def _by_first(names: dict[tuple[str, ...], tuple[str, str]]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for form, (code, guard) in sorted(names.items(), key=lambda one: (-len(one[0]), one[0])):
        if form:
            found.setdefault(form[0], []).append((form[1:], code, guard))
    return found


def _of_flag(flag: str) -> str:
    return "".join(chr(ord(letter) - 0x1F1E6 + ord("A")) for letter in flag)


def _holds(guard: str, text: str, tokens: Sequence[str], span: tuple[int, int], language: str) -> bool:
    """Whether a name means its country where it stands."""
    at, after = span
    before, follows = tokens[at - 1] if at else "", tokens[after] if after < len(tokens) else ""
    if follows in _DOLLARS or (guard == "us" and before.lower().startswith(_DOLLARS)):
        return False
    if guard == "us":
        return not (tokens[at] == "US" and before.isupper() and follows.isupper() and len(before) * len(follows) > 1)
    if guard == "georgia":
        return _is_country(tokens)
    if guard in ("person", "inner"):
        start, end = _place(text, at, after)
        if guard == "inner":
            return text[:start].endswith((" ", "\n")) and text[:start].rstrip()[-1:].isalnum()
        named = (
            before[:1].isupper()
            and text[:start].endswith(f"{before} ")
            and before.casefold() not in stop_tokens(language)
        )
        return not named and not (follows[:1].isupper() and text[end : end + 1] == " ")
    return True


def _place(text: str, at: int, after: int) -> tuple[int, int]:
    """Where in the text the words from `at` to before `after` begin and end."""
    spans = [match.span() for place, match in enumerate(_TOKEN.finditer(text)) if at <= place < after]
    return spans[0][0], spans[-1][1]


def _is_country(tokens: Sequence[str]) -> bool:
    lexicon = _lexicon()["georgia"]
    own = set(tokens)
    return len(own & set(lexicon["with"].split())) > len(own & set(lexicon["without"].split()))
