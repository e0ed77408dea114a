"""The words by which an article speaks of time, and the words that announce a date, from two small lexicons."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from workbench.meanings import Days, Meaning

_MOST = 5
"""Phrases quoted per article: enough to see what kind of evidence the text gives."""

_LONGEST_SENTENCE = 300
_DATELINE_WITHIN = 200
"""Characters in which a dateline has begun and ended; the longest met was 90."""

_DAY = r"(?P<d>(?:0?[1-9]|[12]\d|3[01])(?!\d))"
_YEAR = r"(?P<y>(?:19|20)\d\d(?!\d))"
_UPPER = "A-ZÀ-ÖØ-ÞА-ЯЁІЇЄҐ"
_OPENERS = r"[\s«»\"“”„'‘’(\[—–*#-]*"
_SHORT = (
    r"(?<!\D\d)(?<!\D\d\d)(?<![.\s]\w)(?<!\b(?:Mr|Dr|St|No|Nr|Ms|ул|им|ст|гг))"
    r"(?<!\b(?:Mrs|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec|bzw|тыс|млн|руб))"
)
_SENTENCE_END = re.compile(rf"(?:{_SHORT}[.]|[!?…])[\"»”’)\]]*\s+(?={_OPENERS}[{_UPPER}¿¡0-9])|\n\s*\n")
_AT_START = re.compile(r"(?:^|[.!?…:;»\"“”„«—–(\[]\s*|\n\s*|\s-\s)[\"'«“„(\[]*$")
_QUOTED = re.compile(
    r"«[^»]{1,1500}»|“[^”“]{1,1500}[”“]|„[^“”]{1,1500}[“”]|(?<![\w\"])\"(?=\S)(?:(?!\n\s*\n)[^\"]){1,1500}(?<=\S)\"(?!\w)"
)
_PLACE = re.compile(rf"^[\s*_«\"(]*[{_UPPER}][^\n!?;:—]{{1,70}}[,.(/]\s*$|^[\s*_(]*$")
_AFTER_DATELINE = re.compile(
    r"^[\s,.]*(?:(?:19|20)\d\d[\s,.]*(?:г(?:ода|\.)?|року|р\.)?)?[\s.,)]*"
    r"(?:[-–—]{1,2}\s|[(/][^()/\n]{2,40}[)/]|[A-ZА-ЯІЇЄҐ][\w.]{2,20}[\s.]*(?:[-–—]{1,2}\s|/))"
)


@dataclass(frozen=True)
class Mention:
    """A phrase by which a text speaks of time.

    `quote` is the phrase as written, white space squeezed, `sentence` the one it stands in (at most 300 characters)
    and `start` its place in the text. `kind` is date, day-month, month-year, calendar-year, weekday, weekend, day,
    week, month, month-name or year. `tense` is past, future or open: what the phrase itself says, else the verb beside
    it. `dateline` tells the line with place and day before the first sentence, `quoted` what stands in somebody's
    words, whose "yesterday" is not that of the article.
    """

    quote: str
    sentence: str
    start: int
    kind: str
    tense: str
    dateline: bool
    quoted: bool
    meaning: Meaning = field(repr=False)

    def refers_to(self, published: date) -> list[Days]:
        """Half-open intervals of days that the phrase may name in an article published on that day.

        Usually one; two where it may be the last (today included) or the next such day, month or year; none where
        the phrase fits no such day, as 30 February or a weekday beside a day on which it does not fall.
        """
        return self.meaning.days(published, self.tense)


@cache
def _lexicon(name: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads(files("workbench").joinpath(f"lexicon/{name}.toml").read_text("utf-8"))


class _Language:
    """The patterns of one language, compiled."""

    def __init__(self, name: str) -> None:
        words = _lexicon("times")[name]
        self.tables = {
            kind: [re.compile(one, re.IGNORECASE) for one in words[f"{kind}s"]]
            for kind in ("weekday", "month", "number")
        }
        self.parts = {part: re.compile(one, re.IGNORECASE) for part, one in words["parts"].items()}
        self.small, self.capital = words["small"], words["capital"]
        self.macros = {
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
        listed = [*words["phrases"], *_lexicon("times")["common"]["phrases"]]
        self.phrases = [(meaning, self._compiled(one)) for meaning, one in listed]
        self.excluded = self._compiled("|".join(words["not"]), once=False)
        past, future = "|".join(words["past"]), "|".join(words["future"])
        self.verbs = re.compile(rf"(?<!\w)(?:(?P<future>{future})|(?P<past>{past}))(?!\w)", re.IGNORECASE)
        self.until = re.compile(rf"(?:{words['until']})(?!\w)", re.IGNORECASE)
        self.since = re.compile(rf"(?:{words['since']})(?!\w)", re.IGNORECASE)

    def _compiled(self, pattern: str, *, once: bool = True) -> re.Pattern[str]:
        for macro, own in self.macros.items():
            pattern = pattern.replace(macro, own if once else re.sub(r"\?P<\w+>", "?:", own))
        pattern = re.sub(r" (?![?*])", r"\\s+", pattern).replace(" ?", r"\s*")
        return re.compile(rf"(?<![\w@#/])(?:{pattern})(?!\w)", re.IGNORECASE)


def _any(group: str, patterns: list[str]) -> str:
    return rf"(?P<{group}>{'|'.join(patterns)})"


@cache
def _language(name: str) -> _Language | None:
    return _Language(name) if name in _lexicon("times") and name != "common" else None


def mentions(text: str, language: str) -> list[Mention]:
    """The phrases by which `text` speaks of time, in its order; none for a language not in the lexicon.

    Of phrases that overlap the longest is taken. Names that only hold such a word (an outlet, a feast) and habits
    ("every Wednesday") are left out.

    >>> [(one.quote, one.kind, one.tense) for one in mentions("Il a parlé mercredi. En novembre, rien.", "fr")]
    [('mercredi', 'weekday', 'past'), ('En novembre', 'month-name', 'open')]
    """
    own = _language(language)
    found = _chosen(text, own) if own else []
    if own is None or not found:
        return []
    ends = [0, *(one.end() for one in _SENTENCE_END.finditer(text)), len(text)]
    spoken = [one.span() for one in _QUOTED.finditer(text)]
    return [_mention(text, one, own, ends, spoken) for one in found]


_Found = tuple[re.Match[str], Meaning]


def _chosen(text: str, own: _Language) -> list[_Found]:
    """Matches that do not overlap, the longest first; sorted by their place."""
    candidates = [(one, meaning) for meaning, pattern in own.phrases for one in pattern.finditer(text)]
    candidates = [found for found in candidates if _is_written_so(text, found[0], own)]
    if not candidates:
        return []
    candidates += [(one, "") for one in own.excluded.finditer(text)]
    # Of two of one length a phrase that is none goes first: "every Wednesday" before "Wednesday" either way.
    candidates.sort(key=lambda found: (found[0].start() - found[0].end(), found[1] != "", found[0].start()))
    taken = bytearray(len(text))
    chosen = []
    for one, meaning in candidates:
        if not any(taken[one.start() : one.end()]):
            taken[one.start() : one.end()] = b"\1" * (one.end() - one.start())
            chosen += [(one, _meaning(meaning, one, own))] if meaning else []
    return sorted(chosen, key=lambda found: found[0].start())


def _is_written_so(text: str, one: re.Match[str], own: _Language) -> bool:
    """Whether capitals stand as the language sets them; "Today" and "May" within a sentence are names or verbs."""
    groups = one.groupdict()
    named = False
    for kind in ("weekday", "month"):
        for group in (kind, f"{kind}2", f"{kind}3"):
            if not (word := groups.get(group)):
                continue
            named = True
            if kind in own.capital and word[0].islower():
                return False
            inside = one.start(group) > one.start() or not _AT_START.search(
                text[max(0, one.start() - 12) : one.start()]
            )
            if kind in own.small and word.istitle() and inside:
                return False
    word = one.group().split()[0]
    return named or not (word.istitle() and not _AT_START.search(text[max(0, one.start() - 12) : one.start()]))


def _meaning(notation: str, one: re.Match[str], own: _Language) -> Meaning:
    """The meaning that the lexicon notes for a phrase, with the numbers and names of this match."""
    kind, *marks = notation.split()
    groups = {name.rstrip("23"): " ".join(value.split()) for name, value in one.groupdict().items() if value}
    place = {
        table: next((at for at, each in enumerate(own.tables[table]) if each.fullmatch(groups[table])), None)
        for table in ("weekday", "month")
        if table in groups
    }
    shift = next((mark for mark in marks if mark[0] in "+-0"), None)
    year = next((int(mark[1:]) for mark in marks if mark[0] == "@"), None)
    part = groups.get("part", "")
    named = place.get("month")
    month = int(groups["m"]) if "m" in groups else named + 1 if named is not None else None
    return Meaning(
        kind,
        shift=_shift(shift, groups.get("n", ""), own) if shift else None,
        unsure=bool(shift and shift.endswith("?")),
        part=next((name for name, each in own.parts.items() if each.fullmatch(part)), ""),
        width=next((int(mark[1:]) for mark in marks if mark[0] == "x"), 1),
        weekday=place.get("weekday"),
        day=int(groups["d"]) if "d" in groups else None,
        month=month,
        year=int(groups["y"]) if "y" in groups else None,
        year_shift=year,
    )


def _shift(mark: str, number: str, own: _Language) -> int:
    mark = mark.rstrip("?")
    if not mark.endswith("n"):
        return int(mark)
    numbers = own.tables["number"]
    n = int(number) if number.isdigit() else 1 + next(at for at, each in enumerate(numbers) if each.fullmatch(number))
    return -n if mark[0] == "-" else n


def _mention(text: str, found: _Found, own: _Language, ends: list[int], spoken: list[tuple[int, int]]) -> Mention:
    one, meaning = found
    at = bisect_right(ends, one.start())
    low, high = ends[at - 1], ends[min(at, len(ends) - 1)]
    dateline = _is_dateline(text, one)
    return Mention(
        quote=" ".join(one.group().split()),
        sentence=_sentence(text, low, high, one),
        start=one.start(),
        kind=meaning.kind,
        tense="past" if dateline else _tense(text[low:high], one.start() - low, one.end() - low, (own, meaning)),
        dateline=dateline,
        quoted=any(first < one.start() and one.end() < last for first, last in spoken),
        meaning=meaning,
    )


def _sentence(text: str, low: int, high: int, one: re.Match[str]) -> str:
    """The sentence, or the part of it around the phrase where it is too long to quote."""
    whole = " ".join(text[low:high].split())
    if len(whole) <= _LONGEST_SENTENCE:
        return whole
    middle = (one.start() + one.end()) // 2
    low = max(low, min(middle - _LONGEST_SENTENCE // 2, high - _LONGEST_SENTENCE))
    return " ".join(text[low : low + _LONGEST_SENTENCE].split())


def _tense(sentence: str, start: int, end: int, known: tuple[_Language, Meaning]) -> str:
    """Whether the phrase looks back: by itself, else by the last verb before it, else by the first one behind it."""
    own, meaning = known
    by_itself = meaning.shift if meaning.shift is not None else meaning.year_shift
    if by_itself or meaning.part in ("before", "after"):
        return "past" if (by_itself or 0) < 0 or meaning.part == "before" else "future"
    if own.since.match(sentence, start):
        return "past"
    verbs = [(one.start(), one.lastgroup or "open") for one in own.verbs.finditer(sentence)]
    before = [tense for place, tense in verbs if place < start]
    behind = [tense for place, tense in verbs if place >= end]
    if before or behind:
        return before[-1] if before else behind[0]
    return "future" if own.until.match(sentence, start) else "open"


def _is_dateline(text: str, one: re.Match[str]) -> bool:
    """Whether the phrase stands in a line such as "BRUSSELS, Jan 12 (Agency) -" before the first sentence."""
    if one.end() > _DATELINE_WITHIN:
        return False
    line = text.rfind("\n\n", 0, one.start()) + 1
    return bool(_PLACE.match(text[line : one.start()]) and _AFTER_DATELINE.match(text[one.end() : one.end() + 60]))


def relative(text: str, language: str) -> list[str]:
    """The first five different phrases by which `text` speaks of time without a year, as written.

    >>> relative("Il a parlé mercredi. Le mois dernier, rien.", "fr")
    ['mercredi', 'Le mois dernier']
    """
    found = (one.quote for one in mentions(text, language) if one.meaning.year is None)
    return list(dict.fromkeys(found))[:_MOST]


@cache
def _announcement() -> re.Pattern[str]:
    # The longest first, so that "date" does not cut "date of publication" short.
    words = sorted(_lexicon("phrases")["announces"]["words"], key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(words)})\b\s*[:,–—-]?\s*", re.IGNORECASE)


def after_announcement(line: str) -> str | None:
    """What follows the word that announces a date at the start of `line`, or None where there is no such word."""
    found = _announcement().match(line.strip(" |·•-–—"))
    return line.strip(" |·•-–—")[found.end() :] if found else None
