"""What dates an article, in words a journalist reads: its phrases for time, its copies, siblings and events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

from workbench.articles import INFERRED
from workbench.events import Event
from workbench.times.phrases import Mention
from workbench.undated.clues import Told, likely_months

LONGEST = 600
"""Characters of all the evidence of one article: what fits a cell and is still read."""

_SENTENCE, _TITLE = 80, 60
_MOST = 3
"""Copies, siblings and sentences quoted; more prove no more."""

SEPARATOR = "; "
MEANING = "; that is: "
"""What stands between the words of a text that states no date and what they mean."""

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_SHARE_OF_SEASON = 0.5
_SEASONS = {(11, 0, 1): "in winter", (2, 3, 4): "in spring", (5, 6, 7): "in summer", (8, 9, 10): "in autumn"}


class Dated(NamedTuple):
    """An article that states its date, as evidence for one that does not."""

    source: str
    day: date
    title: str


def of_copies(copies: Sequence[Dated]) -> str:
    """That copies of the same text state their date, at most three of them, the earliest first."""
    listed = ", ".join(f"{one.source} {one.day}" for one in copies[:_MOST])
    return f"copies of the same text are dated: {listed}{_more(copies)}"


def of_siblings(siblings: Sequence[Dated]) -> str:
    """Which dated texts report the same, at most three, the nearest first."""
    listed = ", ".join(f"{one.source} {one.day} “{_cut(one.title, _TITLE)}”" for one in siblings[:_MOST])
    return f"dated texts that report the same: {listed}{_more(siblings)}"


def _more(found: Sequence[object]) -> str:
    return f" and {len(found) - _MOST} more" if len(found) > _MOST else ""


def of_event(event: Event, known: Sequence[Told]) -> str:
    """Which event the article is about, its window, and the known dates that its phrases may mean."""
    labels = dict.fromkeys(f"{_day(each)} {each.happening.label}" for each in known)
    dates = f", known: {'; '.join(list(labels)[:2])}" if labels else ""
    return f"about the event {event.name} ({event.start} to {event.end}){dates}"


def _day(each: Told) -> str:
    return str(np.datetime64(each.happening.day, "D"))


def of_phrases(phrases: Iterable[Mention]) -> list[str]:
    """What the phrases of the text mean, three at most, each with its sentence; none that say nothing of the day."""
    chosen = _distinct(phrases)[:_MOST]
    return [f"{meant(one)}: “{_cut(one.sentence, _SENTENCE, around=one.quote)}”" for one in chosen]


def _distinct(phrases: Iterable[Mention]) -> list[Mention]:
    """The phrases that mean something for the day, each meaning once, in the order of the text."""
    found: dict[str, Mention] = {}
    for one in phrases:
        if not one.quoted and (words := meant(one)):
            found.setdefault(words, one)
    return list(found.values())


def meant(phrase: Mention) -> str:
    """What a phrase says of the day of publication; empty where it says nothing.

    The tense decides between before and after; a phrase that leaves it open is read as one of the past.
    """
    meaning, past = phrase.meaning, phrase.tense != "future"
    year = f" {meaning.year}" if meaning.year else ""
    month = _MONTHS[meaning.month - 1] if meaning.month else ""
    match phrase.kind:
        case "weekday" if not meaning.shift:
            return f"a {_WEEKDAYS[meaning.weekday or 0]} or the days {'after' if past else 'before'}"
        case "weekend" if not meaning.shift:
            return f"the days {'after' if past else 'before'} a weekend"
        case "month-name" if meaning.year_shift is None:
            return f"{'after' if past else 'before'} {month}"
        case "day-month" | "date" if phrase.dateline:
            return f"{meaning.day} {month}{year} or the days after"
        case "day-month" if meaning.year_shift is None:
            return f"{'after' if past else 'before'} {meaning.day} {month}"
        case "date":
            return f"not {'before' if past else 'long before'} {meaning.day} {month}{year}"
        case "month-year" | "calendar-year" if past:
            return f"not before {month}{year}".replace("  ", " ")
        case "month" if meaning.shift == -1:
            return "the month after what it tells"
    return ""


def of_the_unknown(stated: str, phrases: Sequence[Mention]) -> str:
    """What is known of an article that nothing bounds: the note of its undated words, and what these mean."""
    meanings = [meant(one) for one in _distinct(phrases)][:6]
    if season := _season(phrases):
        meanings.append(season)
    bounded = any(one.meaning.year and one.tense != "future" and not one.quoted for one in phrases)
    meanings.append("no day after which it cannot be" if bounded else "year not known")
    return f"{stated.partition(MEANING)[0]}{MEANING}{'; '.join(meanings)}"


def _season(phrases: Sequence[Mention]) -> str:
    """The three months in a row that the months named without a year make likely, if they do."""
    months = likely_months(phrases)
    if months is None:
        return ""
    held = np.array([months[[at, (at + 1) % 12, (at + 2) % 12]].sum() for at in range(12)])
    first = int(held.argmax())
    if held[first] < _SHARE_OF_SEASON:
        return ""
    three = (first, (first + 1) % 12, (first + 2) % 12)
    season = f", {_SEASONS[three]}" if three in _SEASONS else ""
    return f"most likely {_MONTHS[three[0]]} to {_MONTHS[three[2]]}{season}"


def joined(parts: Iterable[str]) -> str:
    """The pieces of evidence as `published_from` has them, marked as inferred and cut where they are too long."""
    return _cut(INFERRED + SEPARATOR.join(part.replace(SEPARATOR, ", ") for part in parts if part), LONGEST)


def _cut(text: str, most: int, around: str = "") -> str:
    """The text on one line, at most so long, `around` among what is left."""
    text = " ".join(text.split()).replace("“", "‘").replace("”", "’") if around else " ".join(text.split())
    if len(text) <= most:
        return text
    at = max(0, text.find(around) + len(around) - most + 1) if around else 0
    start = min(at, len(text) - most)
    piece = text[start : start + most - 1].rstrip()
    return f"{'…' if start else ''}{piece}…"


def explained(row: pd.Series) -> str:
    """What dates this article, in a few lines."""
    told = str(row["published_from"])
    if str(row["published_precision"]) == "unknown" or pd.isna(row["published_low"]):
        return f"No date: {told}. It counts as undated, on no day."
    low, high = row["published_low"], row["published_high"]
    days = -(-(high - low) // pd.Timedelta(days=1))
    span = f"{low:%Y-%m-%d}" if days == 1 else f"{low:%Y-%m-%d} to {high - pd.Timedelta(microseconds=1):%Y-%m-%d}"
    wide = f"{span} ({days} day{'' if days == 1 else 's'}, precision {row['published_precision']})"
    if told.startswith(INFERRED):
        lines = "\n".join(f"- {part}" for part in told.removeprefix(INFERRED).split("; "))
        return f"Inferred, not stated: {wide}. It counts as possible on these days, never as certain.\n{lines}"
    return f"Stated: {wide}, UTC.\n- taken from {told}"
