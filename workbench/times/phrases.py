"""The words by which an article speaks of time, and the words that announce a date, from two small lexicons."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files

from workbench.times.idioms import Idioms, Phrase, idioms
from workbench.times.meanings import Days, Meaning

_MOST = 5
"""Phrases quoted per article: enough to see what kind of evidence the text gives."""

_HEAD = 2000
"""Characters from which they are quoted; a long text costs no more than a short one."""

_LONGEST_SENTENCE = 300
_DATELINE_WITHIN = 200
"""Characters in which a dateline has begun and ended; the longest met was 90."""

_UPPER = "A-ZÀ-ÖØ-ÞА-ЯЁІЇЄҐ"
_OPENERS = r"[\s«»\"“”„'‘’(\[—–*#-]{0,10}"
_SHORT = (
    r"(?<!\D\d)(?<!\D\d\d)(?<![.\s]\w)(?<!\b(?:Mr|Dr|St|No|Nr|Ms|ул|им|ст|гг))"
    r"(?<!\b(?:Mrs|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec|bzw|тыс|млн|руб))"
)
_SENTENCE_END = re.compile(
    rf"(?:{_SHORT}[.]|[!?…])[\"»”’)\]]{{0,4}}\s{{1,40}}(?={_OPENERS}[{_UPPER}¿¡0-9])|\n[^\S\n]{{0,40}}\n"
)
"""Counts are bounded, here and below, so that a page of blanks or quotation marks takes no longer than one of words."""

_QUOTED = re.compile(
    r"«[^»]{1,1500}»|“[^”“]{1,1500}[”“]|„[^“”]{1,1500}[“”]|(?<![\w\"])\"(?=\S)(?:(?!\n\s*\n)[^\"]){1,1500}(?<=\S)\"(?!\w)"
)
_PLACE = re.compile(
    rf"^[\s*_«\"]*[{_UPPER}][\w.'’-]*(?:[ ,/]+(?:[{_UPPER}][\w.'’-]*|[a-zß-öø-ÿа-яёіїєґ]{{1,3}}))*\s*[,./]\s*$"
)
_AFTER_DATELINE = re.compile(
    r"^[\s,.]*(?:(?:19|20)\d\d[\s,.]*(?:г(?:ода|\.)?|року|р\.)?)?[\s.,)]*"
    r"(?:[-–—]{1,2}\s|[(/][^()/\n]{2,40}[)/]|[A-ZА-ЯІЇЄҐ][\w.]{2,20}[\s.]*(?:[-–—]{1,2}\s|/))"
)

_CAPITAL_PLACE = re.compile(rf"[\s*_«\"]*[{_UPPER}]{{3,}}[\s,.]")
_AFTER_DATE = re.compile(rf"[\s,.]*(?:г(?:ода|\.)?|року|р\.)?[\s.,]*(?:[{_UPPER}«\"“„(/–—-]|$)")
"""Where the agency's tag was taken off, a place in capitals and a full date tell a dateline."""


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


def mentions(text: str, language: str) -> list[Mention]:
    """The phrases by which `text` speaks of time, in its order; none for a language not in the lexicon.

    Of phrases that overlap the longest is taken. Names that only hold such a word (an outlet, a feast) and habits
    ("every Wednesday") are left out.

    >>> [(one.quote, one.kind, one.tense) for one in mentions("Il a parlé mercredi. En novembre, rien.", "fr")]
    [('mercredi', 'weekday', 'past'), ('En novembre', 'month-name', 'open')]
    """
    own = idioms(language)
    found = own.find(text) if own else []
    if own is None or not found:
        return []
    ends = [0, *(one.end() for one in _SENTENCE_END.finditer(text)), len(text)]
    spoken = [(-1, -1), *(one.span() for one in _QUOTED.finditer(text))]
    return [_mention(text, one, own, ends, spoken) for one in found]


def _mention(text: str, found: Phrase, own: Idioms, ends: list[int], spoken: list[tuple[int, int]]) -> Mention:
    one, meaning = found
    at = bisect_right(ends, one.start())
    # No verb further off is that of the phrase.
    low = max(ends[at - 1], one.start() - _LONGEST_SENTENCE)
    high = min(ends[min(at, len(ends) - 1)], one.end() + _LONGEST_SENTENCE)
    dateline = _is_dateline(text, one, meaning.kind)
    return Mention(
        quote=" ".join(one.group().split()),
        sentence=_sentence(text, low, high, one),
        start=one.start(),
        kind=meaning.kind,
        tense="past" if dateline else _tense(text[low:high], one.start() - low, one.end() - low, (own, meaning)),
        dateline=dateline,
        quoted=spoken[bisect_right(spoken, (one.start(), 0)) - 1][1] > one.end(),
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


def _tense(sentence: str, start: int, end: int, known: tuple[Idioms, Meaning]) -> str:
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
    tense = before[-1] if before else behind[0] if behind else "open"
    if own.until.match(sentence, start):  # "was suspended until Wednesday" looks ahead, "lasted until Wednesday" back
        return "open" if tense == "past" else "future"
    return tense


def _is_dateline(text: str, one: re.Match[str], kind: str) -> bool:
    """Whether the phrase stands in a line such as "BRUSSELS, Jan 12 (Agency) -" before the first sentence."""
    if one.end() > _DATELINE_WITHIN or kind not in ("date", "day-month", "weekday"):
        return False
    place, behind = text[text.rfind("\n", 0, one.start()) + 1 : one.start()], text[one.end() : one.end() + 60]
    if kind == "date" and _PLACE.match(place) and _CAPITAL_PLACE.match(place) and _AFTER_DATE.match(behind):
        return True
    return bool(_PLACE.match(place) and _AFTER_DATELINE.match(behind))


def relative(text: str, language: str) -> list[str]:
    """The first five different phrases by which the head of `text` speaks of time without a year, as written.

    >>> relative("Il a parlé mercredi. Le mois dernier, rien.", "fr")
    ['mercredi', 'Le mois dernier']
    """
    found = (one.quote for one in mentions(text[:_HEAD], language) if one.meaning.year is None)
    return list(dict.fromkeys(found))[:_MOST]


@cache
def _announcements() -> list[re.Pattern[str]]:
    lexicon = tomllib.loads(files("workbench").joinpath("lexicon/phrases.toml").read_text("utf-8"))
    words = [word for listed in lexicon["announces"].values() for word in listed]
    return [re.compile(rf"(?:{word})(?![^\W\d])\s*[:：,–—-]?\s*", re.IGNORECASE) for word in words]


def after_announcement(line: str) -> str | None:
    """What follows the word that announces a date at the start of `line`, or None where there is no such word."""
    bare = line.strip(" |·•-–—")
    # The longest, so that "date" does not cut "date of publication" short.
    end = max((found.end() for one in _announcements() if (found := one.match(bare))), default=0)
    return bare[end:] if end else None
