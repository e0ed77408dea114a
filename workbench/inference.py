"""Dates of articles that state none, worked out from copies, from siblings, from events and from the text's own words.

Every day gets the odds that each piece of evidence gives it (see `workbench.siblings` and `workbench.clues`), and the
interval is the shortest run of days that holds enough of them. How much is enough is tried on the collection's own
dated articles, as if they were undated, until the interval holds the stated date of nineteen in twenty (split
conformal prediction, by kind of evidence: Vovk, Gammerman and Shafer 2005, "Algorithmic Learning in a Random World",
section 4.5; Angelopoulos and Bates 2021, "A gentle introduction to conformal prediction", sections 1 and 4.1).
Where nothing bounds the year, nothing is inferred.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench import clues, evidence
from workbench.articles import WorkbenchError, digest, is_inferred, require
from workbench.clues import Axis, Factors, Said, Told
from workbench.events import Event
from workbench.phrases import Mention, mentions
from workbench.search import matching
from workbench.siblings import (
    ELSEWHERE,
    Odds,
    find_siblings,
    fit_odds,
    geometric,
    sibling_days,
    sibling_odds,
    texts_of,
)

KINDS = ("copies", "siblings", "events")
"""What bounds the date, the strongest first; each is tried by itself."""

WIDEST = 366
"""Days: what is wider than a year has no word of precision and says nothing."""

HELD = (0.975, 0.95)
"""Share of intervals that have to hold the stated date when tried: the first that can be reached. Nineteen in twenty
are promised; half of the misses is left for articles without a date, of which more are features, where that can be."""

ENOUGH = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.925, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998, 0.999)
"""Shares of the odds that an interval may be asked to hold."""

SURE = 0.9
"""Share of the odds that has to come from evidence that bounds the date, and not from anywhere in the archives."""

TRIED = 1_600
"""Dated texts on which the collection is tried: where one in ten gets an interval, 120 of three quarters of them."""

FITTED = 4
"""One in four of them fits the odds of likeness, the others count hits and misses."""

FEWEST = 40
"""Dated texts below which likeness is not judged: what is rare among so few is rare by chance."""

ANOTHER_TIME = 0.1
"""Odds that an undated article is of another time than the collection; most collections are made for a time."""

COPY_ODDS, EVENT_ODDS = 300.0, 3.0
"""Of 4,493 dated copies 99.6 % came out within 30 days of another; a query alone matches texts of other years too."""

UNTRIED = {"copies": 0.97, "siblings": 0.99, "events": 0.95}
"""What an interval has to hold where it cannot be tried. Copies never are: that of 4,493 held in 97 of 100."""

FEWEST_TRIED = 19
"""Nineteen intervals that all hold are the fewest that speak for 95 of 100."""

COPIES, LATE_COPIES = 0.45, 8.0
"""Days by which copies spread (two-sided geometric): 86 % share a day, 96 % lie a day apart at most, 99 % ten."""

LEAST_ODDS = 0.05
"""Odds of a sibling that is quoted as evidence."""

HALF = 0.5
LATE = 7
"""Days after an event's window in which reports of it still come out."""

_WORDS = (("day", 1), ("week", 7), ("month", 31), ("quarter", 92), ("year", 366))

MONTH = 31
LEAD = 4_000
"""Characters of a text whose phrases are read: beyond them stands background."""

LONGEST = 5_500
"""Days of the axis: fifteen years before the latest date. A misprinted year must not cost the memory of centuries."""


_GIVEN = ("source", "published", "published_low", "published_high", "published_precision", "published_from")
_DAY = pd.Timedelta(days=1)


def infer_dates(
    articles: pd.DataFrame, *, events: Mapping[str, Event] | None = None, progress: bool = True
) -> pd.DataFrame:
    """The same rows; articles without a date get an interval where copies, siblings or events bound it.

    For an article of precision `unknown` that evidence bounds: `published_low` and `published_high` (whole UTC days,
    half open), `published_precision` (the finest word not narrower than the interval), `published` (only where that is
    a day) and `published_from`, which begins with "inferred: " and quotes the evidence. The interval is meant to hold
    the true day in 95 of 100 cases. All other articles without a date stay `unknown`; their `published_from` says what
    is known. Articles that have a date, stated or inferred, are given back as they are.

    `events` are those of `load_events`: an article without a date that matches the query of one is taken to be of its
    time. The order of rows, and further copies of a dated article, change the interval of no article of another text.

    Raises WorkbenchError for a table without the columns it needs.
    """
    require(articles, "title", "text", "language", "text_id", "translated_from", *_GIVEN)
    asked = articles[_is_unknown(articles)].sort_index()
    if asked.empty:
        return articles.copy()
    ground = _ground(_stated(articles), asked, dict(events or {}), progress=progress)
    found = pd.DataFrame([_answer(ground, name) for name in asked.index], index=asked.index)
    table = articles.copy()
    for name in found.columns:
        own = pd.to_datetime(found[name], utc=True) if name in _TIMES else found[name]
        table.loc[asked.index, name] = own.astype(table[name].dtype)
    return table


_TIMES = ("published", "published_low", "published_high")


def _is_unknown(articles: pd.DataFrame) -> pd.Series:
    precise = articles["published_precision"].fillna("unknown") != "unknown"
    return ~precise & articles["published_low"].isna() & articles["published_high"].isna()


def _stated(articles: pd.DataFrame) -> pd.DataFrame:
    """The articles that state their day, with the column `day` in days since 1970; sorted by `article_id`."""
    low, high = articles["published_low"], articles["published_high"]
    exact = low.notna() & (high - low <= _DAY) & ~is_inferred(articles)
    own = articles[exact].sort_index()
    return own.assign(day=(own["published_low"] - pd.Timestamp(0, tz="UTC")) // _DAY)


@dataclass(frozen=True)
class _Ground:
    """The collection as evidence: everything that answering for one article takes."""

    axis: Axis
    asked: pd.DataFrame
    copies: dict[str, pd.DataFrame]
    texts: pd.DataFrame
    siblings: dict[str, tuple[NDArray[np.int64], Factors]]
    across: NDArray[np.bool_]
    odds: Odds
    matched: dict[str, list[str]]
    events: dict[str, Event]
    in_window: dict[str, float] = field(default_factory=dict)
    enough: dict[str, float | None] = field(default_factory=dict)
    tried: dict[str, tuple[int, int]] = field(default_factory=dict)


def _ground(stated: pd.DataFrame, asked: pd.DataFrame, events: dict[str, Event], *, progress: bool) -> _Ground:
    """Likeness fitted and intervals tried on the dated texts, none of which is asked."""
    texts = texts_of(stated)
    known = stated[stated["text_id"].isin(asked["text_id"])]
    copies = {str(name): rows for name, rows in known.groupby("text_id", sort=True)}
    alone = asked[~asked["text_id"].isin(copies)]
    tried = _tried(texts) if len(texts) >= FEWEST and len(alone) else texts.iloc[:0]
    questions = pd.concat([tried, alone])
    ground = _Ground(
        axis=_axis(stated["day"], events),
        asked=questions if len(alone) == len(asked) else pd.concat([questions, asked[~asked.index.isin(alone.index)]]),
        copies=copies,
        texts=texts,
        siblings={},
        across=np.zeros(0, dtype=bool),
        odds=Odds(),
        matched=_matched(questions, events),
        events=events,
    )
    return _calibrated(ground, tried, alone, progress=progress) if len(tried) else ground


def _tried(texts: pd.DataFrame) -> pd.DataFrame:
    """Texts drawn by a digest of their names: the same whatever else is in the collection."""
    order = [digest([text, language]) for text, language in zip(texts["text_id"], texts["language"], strict=True)]
    return texts.iloc[np.argsort(np.array(order), kind="stable")[:TRIED]]


def _axis(days: pd.Series, events: Mapping[str, Event]) -> Axis:
    """The days from a week before the first that is known of to a week after the last."""
    ends = [clues.number(day) for event in events.values() for day in (event.start, event.end)]
    every = [*ends, *days.tolist()] or [0]
    return Axis(max(min(every) - 7, max(every) - LONGEST), max(every) + 8)


def _matched(articles: pd.DataFrame, events: Mapping[str, Event]) -> dict[str, list[str]]:
    """For each article the names of the events whose query it matches, whatever its date."""
    found: dict[str, list[str]] = {str(name): [] for name in articles.index}
    for name, event in events.items() if len(articles) else ():
        for article in articles.index[matching(articles, event.query).to_numpy()]:
            found[str(article)].append(name)
    return found


def _calibrated(ground: _Ground, tried: pd.DataFrame, alone: pd.DataFrame, *, progress: bool) -> _Ground:
    """Some of the texts tried fit the odds of likeness; the others say how much of the odds is enough."""
    found = find_siblings(ground.texts, pd.concat([tried, alone]), progress=progress)
    names = [*tried.index, *alone.index]
    days = ground.texts["day"].to_numpy(dtype=np.float64)
    fitted = np.arange(len(tried)) % FITTED == 0
    place, likeness = found.place[: len(tried)][fitted], found.likeness[: len(tried)][fitted]
    apart = np.where(place < 0, np.inf, days[place] - tried["day"].to_numpy()[fitted, None])
    odds = fit_odds(replace(found, place=place, likeness=likeness), apart)
    rows = {str(name): (found.place[at], found.likeness[at]) for at, name in enumerate(names)}
    windows = {name: _window_odds(tried, ground.matched, event) for name, event in ground.events.items()}
    ready = replace(ground, siblings=rows, across=found.across, odds=odds, in_window=windows)
    enough, counts = _enough(ready, tried[~fitted])
    return replace(ready, enough=enough, tried=counts)


def _window_odds(tried: pd.DataFrame, matched: dict[str, list[str]], event: Event) -> float:
    """Of dated texts that match the event's query, how many are of its window to how many are not; three to one at first."""
    days = np.array([day for name, day in tried["day"].items() if event.name in matched[str(name)]], dtype=np.int64)
    inside = int(((days >= clues.number(event.start)) & (days <= clues.number(event.end) + LATE)).sum())
    return (EVENT_ODDS + inside) / (1 + len(days) - inside)


@dataclass(frozen=True)
class _Case:
    """What is known of one article: the odds per day that each kind of evidence gives, and where they come from."""

    odds: dict[str, Factors]
    said: Said
    phrases: list[Mention]
    copies: pd.DataFrame | None
    events: list[tuple[float, Event, list[Told]]]


def _case(ground: _Ground, name: str) -> _Case:
    row = ground.asked.loc[name]
    language = str(row["language"])
    phrases = [*mentions(str(row["title"]), language), *mentions(str(row["text"])[:LEAD], language)]
    copies = ground.copies.get(str(row["text_id"])) if name not in ground.siblings else None
    about = [_about(ground, each, phrases, language) for each in ground.matched.get(name, [])]
    weights = sum(weight for weight, *_ in about)
    odds = {
        "copies": _copy_days(row, copies, ground.axis),
        "siblings": _sibling_days(ground, name),
        "events": sum((days * odds / weights for _, odds, days, *_ in about), np.zeros(len(ground.axis.days))),
    }
    events = [(weight * odds, event, known) for weight, odds, _, event, known in about]
    return _Case(odds, clues.said(phrases, ground.axis), phrases, copies, sorted(events, key=lambda one: -one[0]))


def _about(
    ground: _Ground, name: str, phrases: list[Mention], language: str
) -> tuple[float, float, Factors, Event, list[Told]]:
    """How well an event explains the phrases, its odds, their days, and the known dates that the phrases may mean."""
    event = ground.events[name]
    known = clues.told(phrases, language, clues.happenings(event))
    days = clues.event_days(event, ground.axis) * np.exp(clues.known_days(known, ground.axis))
    return float(days.sum()), ground.in_window.get(name, EVENT_ODDS), days, event, known


def _sibling_days(ground: _Ground, name: str) -> Factors:
    if name not in ground.siblings:
        return np.zeros(len(ground.axis.days))
    place, likeness = ground.siblings[name]
    days = ground.texts["day"].to_numpy(dtype=np.float64)[place]
    return sibling_days(likeness, days, ground.across, ground.odds, ground.axis.days)


def _copy_days(row: pd.Series, copies: pd.DataFrame | None, axis: Axis) -> Factors:
    """The odds of each day from the dated copies; a machine translation does not come before its original."""
    total = np.zeros(len(axis.days))
    if copies is None:
        return total
    spread = copies.drop_duplicates(["day", "translated_from"])
    translated = pd.notna(row["translated_from"])
    for day, other in zip(spread["day"], pd.notna(spread["translated_from"]), strict=True):
        apart = axis.days - day
        share = 0.95 * geometric(apart, COPIES) + 0.05 * geometric(apart, LATE_COPIES)
        wrong = (translated & ~other & (apart < 0)) | (~translated & other & (apart > 0))
        total += share * np.where(wrong, clues.MISREAD, 1.0)
    return total * COPY_ODDS / len(spread)


class _Weighed(NamedTuple):
    """The kind of evidence that bounds the date, and the odds of each day."""

    kind: str
    odds: Factors


def _weighed(case: _Case) -> _Weighed | None:
    """The first kind of evidence that, with those before it, outweighs that the article is of any other time."""
    factor = np.exp(case.said.inside)
    elsewhere = ELSEWHERE * factor
    doubt = float(elsewhere.sum()) + ANOTHER_TIME * np.exp(case.said.outside)
    held = np.zeros(len(factor))
    for each in KINDS:
        held = held + case.odds[each] * factor
        if held.sum() >= SURE * (held.sum() + doubt):
            return _Weighed(each, held + elsewhere)
    return None


def shortest(odds: Factors, share: float) -> tuple[int, int]:
    """The shortest run of places, [start, end), that holds such a share of the odds; the first of equal ones."""
    sums = np.concatenate([[0.0], np.cumsum(odds)])
    ends = np.searchsorted(sums, sums[:-1] + share * sums[-1] * (1 - 1e-9), side="left")
    length = np.where(ends < len(sums), ends - np.arange(len(odds)), len(sums))
    start = int(length.argmin())
    return start, start + int(length[start])


def _enough(ground: _Ground, tried: pd.DataFrame) -> tuple[dict[str, float | None], dict[str, tuple[int, int]]]:
    """For each kind of evidence the least share of the odds whose intervals hold, None where none does; and the tries.

    A kind met too rarely to be judged is left out.
    """
    hits: dict[str, list[list[bool | None]]] = {kind: [] for kind in KINDS}
    for name, day in zip(tried.index, tried["day"], strict=True):
        weighed = _weighed(_case(ground, str(name)))
        if weighed is not None:
            at = int(day) - ground.axis.first
            hits[weighed.kind].append([_hit(weighed, share, at) for share in ENOUGH])
    enough: dict[str, float | None] = {}
    counts: dict[str, tuple[int, int]] = {}
    for kind, rows in hits.items():
        if len(rows) >= FEWEST_TRIED:
            enough[kind], counts[kind] = _least(rows)
    return enough, counts


def _hit(weighed: _Weighed, share: float, at: int) -> bool | None:
    """Whether the interval holds the place; None where it would be too wide to be given."""
    start, end = shortest(weighed.odds, share)
    return start <= at < end if end - start <= WIDEST else None


def _least(rows: list[list[bool | None]]) -> tuple[float | None, tuple[int, int]]:
    """The least share from which on intervals hold often enough, with how many held of how many given."""
    for held in HELD:
        best: tuple[float, tuple[int, int]] | None = None
        for place in range(len(ENOUGH) - 1, -1, -1):
            given = [row[place] for row in rows if row[place] is not None]
            missed = given.count(False)
            # One miss is added, as the article that is asked may be one (Angelopoulos and Bates 2021, section 1).
            if (missed + 1) / (len(given) + 1) > 1 - held:
                break
            best = ENOUGH[place], (len(given) - missed, len(given))
        if best is not None:
            return best
    return None, (0, 0)


def _interval(ground: _Ground, weighed: _Weighed) -> tuple[int, int] | None:
    """The days from and up to which the article was published; None where the collection shows that it cannot tell."""
    kind = weighed.kind
    if kind == "events" and not ground.siblings:
        return _month(weighed.odds)
    share = ground.enough.get(kind, UNTRIED[kind])
    if share is None:
        return None
    start, end = shortest(weighed.odds, share)
    return (start, end) if end - start <= WIDEST else None


def _month(odds: Factors) -> tuple[int, int] | None:
    """Where nothing can be tried: the interval of 95 %, or where that is longer the month that holds most, if half."""
    start, end = shortest(odds, UNTRIED["events"])
    if end - start <= MONTH:
        return start, end
    sums = np.concatenate([[0.0], np.cumsum(odds)])
    month = sums[MONTH:] - sums[:-MONTH]
    best = int(month.argmax())
    if month[best] >= HALF * sums[-1]:
        return best, best + MONTH
    return (start, end) if end - start <= WIDEST else None


def _answer(ground: _Ground, name: str) -> dict[str, object]:
    """The five columns that date one article."""
    case = _case(ground, name)
    weighed = _weighed(case)
    days = _interval(ground, weighed) if weighed else None
    stated = str(ground.asked.loc[name, "published_from"])
    if weighed is None or days is None:
        said = evidence.of_the_unknown(stated, case.phrases)
        return dict(zip(_GIVEN[1:], (pd.NaT, pd.NaT, pd.NaT, "unknown", said), strict=True))
    low, high = (pd.Timestamp(clues.day_of(ground.axis.first + place), tz="UTC") for place in days)
    width = days[1] - days[0]
    precision = next(word for word, longest in _WORDS if width <= longest)
    said = evidence.joined(_parts(ground, name, case, (weighed.kind, *days)))
    return dict(zip(_GIVEN[1:], (low if width == 1 else pd.NaT, low, high, precision, said), strict=True))


def _parts(ground: _Ground, name: str, case: _Case, found: tuple[str, int, int]) -> list[str]:
    """The pieces of evidence in words, the strongest first."""
    kind, start, end = found
    parts = []
    if case.copies is not None:
        parts.append(evidence.of_copies(_as_evidence(case.copies.sort_values(["day", "source", "title"]))))
    elif name in ground.siblings and (near := _near(ground, name, start, end)):
        parts.append(evidence.of_siblings(near))
    if case.events and kind == "events":
        parts.append(evidence.of_event(case.events[0][1], case.events[0][2]))
    parts.append(evidence.of_phrases(case.phrases))
    if kind in ground.tried and ground.tried[kind][1]:
        held, given = ground.tried[kind]
        parts.insert(1, f"so dated, {held} of {given} dated texts fall into their interval")
    elif kind == "events":
        parts.insert(1, "not tried on dated texts, of which there are too few")
    return parts


def _near(ground: _Ground, name: str, start: int, end: int) -> list[evidence.Dated]:
    """The siblings dated within the interval, the likeliest first."""
    place, likeness = ground.siblings[name]
    odds = sibling_odds(likeness, ground.across, ground.odds)
    rows = ground.texts.iloc[place]
    inside = (rows["day"] >= ground.axis.first + start) & (rows["day"] < ground.axis.first + end)
    kept = np.flatnonzero(inside.to_numpy() & (place >= 0) & (odds > LEAST_ODDS))
    order = kept[np.argsort(-odds[kept], kind="stable")]
    return _as_evidence(rows.iloc[order].drop_duplicates("text_id"))


def _as_evidence(rows: pd.DataFrame) -> list[evidence.Dated]:
    return [
        evidence.Dated(str(source) if pd.notna(source) else "an unnamed outlet", clues.day_of(day), str(title))
        for source, day, title in zip(rows["source"], rows["day"], rows["title"], strict=True)
    ]


def explain_date(articles: pd.DataFrame, article_id: str) -> str:
    """Why an article has the date it has, in words: stated or inferred, how wide, from which evidence.

    A few lines of text. Raises WorkbenchError for an id that is not in the table.
    """
    require(articles, *_GIVEN)
    if article_id not in articles.index:
        raise WorkbenchError(
            f"there is no article {article_id!r} among these {len(articles):,}; articles.index lists their ids"
        )
    row = articles.loc[article_id]
    return evidence.explained(row)
