"""How a language speaks of time: the phrases of the lexicon found in a text, each with its meaning."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from workbench.times.meanings import Meaning

_DAY = r"(?P<d>(?:0?[1-9]|[12]\d|3[01])(?!\d))"
_YEAR = r"(?P<y>(?:19|20)\d\d(?!\d))"
_BEFORE, _BEHIND = 70, 50
"""Characters searched around the word that makes a phrase; the longest phrase of the lexicon takes 60."""

_OPTIONAL = re.compile(r"\((?:\?:)?[^()]*\)\?")
_GROUP = re.compile(r"\((?:\?:)?([^()]*)\)(?!\?)")
_SENTENCE_START = re.compile(r"(?:^|[.!?…:;»\"“”„«—–(\[]\s*|\n\s*|\s-\s)[\"'«“„(\[]*$")

_OPENING, _CLOSING = tuple('«"“„'), tuple('»"”“')

Phrase = tuple[re.Match[str], Meaning]


@cache
def _lexicon() -> dict[str, dict[str, Any]]:
    return tomllib.loads(files("workbench").joinpath("lexicon/times.toml").read_text("utf-8"))


LANGUAGES = ("en", "fr", "de", "es", "ru", "uk")
"""The languages of the lexicon."""

_SHORT_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""As mail and feeds write them, in whatever language the rest is."""


@lru_cache(maxsize=8192)
def weekday_of(word: str) -> int | None:
    """The weekday that this word names in one of the languages, Monday being 0; None for any other word."""
    small = word.casefold()
    if small in _SHORT_WEEKDAYS:
        return _SHORT_WEEKDAYS.index(small)
    for language in LANGUAGES:
        for at, pattern in enumerate(_lexicon()[language]["weekdays"]):
            if re.fullmatch(pattern, small):
                return at
    return None


@cache
def idioms(language: str) -> Idioms | None:
    """The phrases of this language, or None where the lexicon has none."""
    return Idioms(language) if language in LANGUAGES else None


class Idioms:
    """The lexicon of one language, compiled."""

    def __init__(self, language: str) -> None:
        words = _lexicon()[language]
        self._tables = {
            kind: [re.compile(one, re.IGNORECASE) for one in words[f"{kind}s"]]
            for kind in ("weekday", "month", "number")
        }
        self._parts = {part: re.compile(one, re.IGNORECASE) for part, one in words["parts"].items()}
        self._small, self._capital = words["small"], words["capital"]
        self._macros = _macros(words)
        self._triggers = {
            "{weekday": _trigger(words["weekdays"]),
            "{month": _trigger(words["months"]),
            "{y}": re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)"),
            "": _trigger(words["keys"]),
        }
        self._phrases: dict[str, list[tuple[str, re.Pattern[str]]]] = {trigger: [] for trigger in self._triggers}
        for meaning, pattern in [*words["phrases"], *_lexicon()["common"]["phrases"]]:
            self._phrases[_needs(pattern)].append((meaning, self._compiled(pattern)))
        self._no_time = self._compiled("|".join(words["not"]), once=False)
        past, future = "|".join(words["past"]), "|".join(words["future"])
        self.verbs = re.compile(rf"(?<!\w)(?:(?P<future>{future})|(?P<past>{past}))(?!\w)", re.IGNORECASE)
        self.until = re.compile(rf"(?:{words['until']})(?!\w)", re.IGNORECASE)
        self.since = re.compile(rf"(?:{words['since']})(?!\w)", re.IGNORECASE)

    def _compiled(self, pattern: str, *, once: bool = True) -> re.Pattern[str]:
        for macro, own in self._macros.items():
            pattern = pattern.replace(macro, own if once else re.sub(r"\?P<\w+>", "?:", own))
        pattern = re.sub(r" (?![?*])", r"\\s+", pattern).replace(" ?", r"\s*")
        return re.compile(rf"(?<![\w@#/])(?:{pattern})(?!\w)", re.IGNORECASE)

    def find(self, text: str) -> list[Phrase]:
        """Phrases that do not overlap, the longest first taken; in the order of the text."""
        candidates = [found for found in self._candidates(text) if self._is_written_so(text, found[0])]
        if not candidates:
            return []
        near = [(one.start(), one.end()) for one, _ in candidates]
        candidates += [
            (one, "") for low, high in _windows(near, text) for one in self._no_time.finditer(text, low, high)
        ]
        # Of two of one length that which names no time goes first.
        candidates.sort(key=lambda found: (found[0].start() - found[0].end(), found[1] != "", found[0].start()))
        taken = bytearray(len(text))
        chosen = []
        for one, meaning in candidates:
            if not any(taken[one.start() : one.end()]):
                taken[one.start() : one.end()] = b"\1" * (one.end() - one.start())
                chosen += [(one, self._meaning(meaning, one))] if meaning else []
        return sorted(chosen, key=lambda found: found[0].start())

    def _candidates(self, text: str) -> Iterator[tuple[re.Match[str], str]]:
        """Every match of every phrase. A phrase is only tried near a word that it needs, for speed."""
        for name, trigger in self._triggers.items():
            for low, high in _windows([one.span() for one in trigger.finditer(text)], text):
                for meaning, pattern in self._phrases[name]:
                    yield from ((one, meaning) for one in pattern.finditer(text, low, high))

    def _is_written_so(self, text: str, one: re.Match[str]) -> bool:
        """Whether capitals stand as the language sets them; "Today" and "May" within a sentence are names or verbs."""
        if text[one.start() - 1 : one.start()] in _OPENING and text[one.end() : one.end() + 1] in _CLOSING:
            return False  # An outlet: «Сегодня».
        opens = bool(_SENTENCE_START.search(text[max(0, one.start() - 12) : one.start()]))
        names = [(group.rstrip("23"), group) for group, word in one.groupdict().items() if word]
        names = [(kind, group) for kind, group in names if kind in self._tables]
        for kind, group in names:
            word = one.group(group)
            if kind in self._capital and word[0].islower():
                return False
            if kind in self._small and word.istitle() and not (opens and one.start(group) == one.start()):
                return False
        return opens or any(kind != "number" for kind, _ in names) or not one.group().split()[0].istitle()

    def _meaning(self, notation: str, one: re.Match[str]) -> Meaning:
        """The meaning that the lexicon notes for a phrase, with the numbers and names of this match."""
        kind, *marks = notation.split()
        said = {name.rstrip("23"): " ".join(value.split()) for name, value in one.groupdict().items() if value}
        shift = next((mark for mark in marks if mark[0] in "+-0"), "")
        month = self._place("month", said)
        return Meaning(
            kind,
            shift=self._shift(shift.rstrip("?"), said) if shift else None,
            unsure=shift.endswith("?"),
            part=next((name for name, each in self._parts.items() if each.fullmatch(said.get("part", ""))), ""),
            width=next((int(mark[1:]) for mark in marks if mark[0] == "x"), 1),
            weekday=self._place("weekday", said),
            day=int(said["d"]) if "d" in said else None,
            month=int(said["m"]) if "m" in said else month + 1 if month is not None else None,
            year=int(said["y"]) if "y" in said else None,
            year_shift=next((int(mark[1:]) for mark in marks if mark[0] == "@"), None),
        )

    def _place(self, table: str, said: dict[str, str]) -> int | None:
        if table not in said:
            return None
        return next(at for at, each in enumerate(self._tables[table]) if each.fullmatch(said[table]))

    def _shift(self, mark: str, said: dict[str, str]) -> int:
        if not mark.endswith("n"):
            return int(mark)
        number = said.get("n") or "1"
        count = int(number) if number.isdigit() else (self._place("number", {"number": number}) or 0) + 1
        return -count if mark[0] == "-" else count


def _any(group: str, patterns: list[str]) -> str:
    return rf"(?P<{group}>{'|'.join(patterns)})"


def _macros(words: dict[str, Any]) -> dict[str, str]:
    """What the braces of the lexicon stand for; figures behind a name tell two of one kind in a phrase apart."""
    return {
        "{weekday}": _any("weekday", words["weekdays"]),
        "{weekday2}": _any("weekday2", words["weekdays"]),
        "{weekday3}": _any("weekday3", words["weekdays"]),
        "{month}": _any("month", words["months"]),
        "{month2}": _any("month2", words["months"]),
        "{n}": _any("n", [r"\d{1,2}", *words["numbers"]]),
        "{part}": _any("part", list(words["parts"].values())),
        "{hour}": words["hour"],
        "{d}": _DAY,
        "{d2}": _DAY.replace("<d>", "<d2>"),
        "{y}": _YEAR,
    }


def _trigger(words: list[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})", re.IGNORECASE)


def _needs(pattern: str) -> str:
    """What no match of this pattern can be without: a year, a month, a weekday, or one of the language's key words."""
    bare = pattern.replace(r"\(", "").replace(r"\)", "")
    while (less := _GROUP.sub(r"\1", _OPTIONAL.sub("", bare))) != bare:
        bare = less
    return next((trigger for trigger in ("{y}", "{month", "{weekday") if trigger in bare), "")


def _windows(spans: list[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    """Stretches around these places, those that touch made one, and none ending within a word."""
    windows: list[tuple[int, int]] = []
    for first, last in spans:
        low, high = max(0, first - _BEFORE), min(len(text), last + _BEHIND)
        while high < len(text) and text[high].isalnum():
            high += 1
        if windows and low <= windows[-1][1]:
            windows[-1] = windows[-1][0], max(high, windows[-1][1])
        else:
            windows.append((low, high))
    return windows
