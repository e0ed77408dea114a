"""The odds of each day on which an article may have been published, from its copies, siblings, events and phrases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.articles import digest
from workbench.events import Event
from workbench.search import matching
from workbench.times.phrases import Mention, mentions
from workbench.undated import clues
from workbench.undated.clues import Axis, Factors, Said, Told
from workbench.undated.siblings import (
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

SURE = 0.9
"""Share of the odds that has to come from evidence that bounds the date, and not from anywhere in the archives."""

LIKELY = 0.5
"""The same for an interval that is so much wider, where the collection's own dated texts show how wide it has to be."""

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

TOO_EARLY = 0.02
"""What is left of the odds of days before the original of a machine translation: a stated date may be wrong."""

COPIES, LATE_COPIES = 0.45, 8.0
"""Days by which copies spread (two-sided geometric): 86 % share a day, 96 % lie a day apart at most, 99 % ten."""

LATE = 7
"""Days after an event's window in which reports of it still come out."""

LEAD = 4_000
"""Characters of a text whose phrases are read: beyond them stands background."""

LONGEST = 5_500
"""Days of the axis: fifteen years before the latest date. A misprinted year must not cost the memory of centuries."""


Row = tuple[NDArray[np.int64], Factors]
"""The places of a text's siblings among the dated texts, and how like it they are."""


@dataclass(frozen=True)
class Ground:
    """The collection as evidence: everything that answering for one article takes."""

    axis: Axis
    asked: pd.DataFrame
    copies: dict[str, pd.DataFrame]
    texts: pd.DataFrame
    siblings: dict[str, Row]
    across: NDArray[np.bool_]
    odds: Odds
    matched: dict[str, list[str]]
    events: dict[str, Event]
    in_window: dict[str, float]


def ground_of(
    stated: pd.DataFrame, asked: pd.DataFrame, events: Mapping[str, Event], *, progress: bool
) -> tuple[Ground, pd.DataFrame]:
    """The evidence for the articles asked, and dated texts to try intervals on: none where they are too few.

    `stated` are articles with their `day` in days since 1970; both tables are sorted by `article_id`.
    """
    texts = texts_of(stated)
    known = stated[stated["text_id"].isin(asked["text_id"])]
    copies = {str(name): rows for name, rows in known.groupby("text_id", sort=True)}
    alone = asked[~asked["text_id"].isin(copies)]
    tried = _tried(texts) if len(texts) >= FEWEST and len(alone) else texts.iloc[:0]
    questions = pd.concat([tried, alone])
    ground = Ground(
        axis=_axis(stated["day"], events),
        asked=questions if len(alone) == len(asked) else pd.concat([questions, asked[~asked.index.isin(alone.index)]]),
        copies=copies,
        texts=texts,
        siblings={},
        across=np.zeros(0, dtype=bool),
        odds=Odds(),
        matched=_matched(questions, events),
        events=dict(events),
        in_window={},
    )
    return _fitted(ground, tried, alone, progress=progress) if len(tried) else (ground, tried)


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
    """For each article the names of the events whose query it, or a copy or translation of it, matches at any date."""
    found: dict[str, list[str]] = {str(name): [] for name in articles.index}
    for name, event in events.items() if len(articles) else ():
        texts = articles.loc[matching(articles, event.query).to_numpy(), "text_id"]
        for article in articles.index[articles["text_id"].isin(texts)]:
            found[str(article)].append(name)
    return found


def _fitted(ground: Ground, tried: pd.DataFrame, alone: pd.DataFrame, *, progress: bool) -> tuple[Ground, pd.DataFrame]:
    """The siblings of every text, odds of likeness that fit some of those tried, and the rest of them."""
    found = find_siblings(ground.texts, pd.concat([tried, alone]), progress=progress)
    names = [*tried.index, *alone.index]
    days = ground.texts["day"].to_numpy(dtype=np.float64)
    fitted = np.arange(len(tried)) % FITTED == 0
    place, likeness = found.place[: len(tried)][fitted], found.likeness[: len(tried)][fitted]
    apart = np.where(place < 0, np.inf, days[place] - tried["day"].to_numpy()[fitted, None])
    odds = fit_odds(replace(found, place=place, likeness=likeness), apart)
    rows = {str(name): (found.place[at], found.likeness[at]) for at, name in enumerate(names)}
    rows |= _shared(alone["text_id"], rows, lambda row: float(sibling_odds(row[1], found.across, odds).sum()))
    windows = {name: _window_odds(tried, ground.matched, event) for name, event in ground.events.items()}
    ready = replace(ground, siblings=rows, across=found.across, odds=odds, in_window=windows)
    return ready, tried[~fitted]


def _shared(texts: pd.Series, rows: dict[str, Row], odds: Callable[[Row], float]) -> dict[str, Row]:
    """For each article without a date the siblings of that copy or translation of it which has the likeliest ones."""
    best: dict[str, Row] = {}
    for name, text in texts.items():
        best[text] = max(best.get(text, rows[str(name)]), rows[str(name)], key=odds)
    return {str(name): best[text] for name, text in texts.items()}


def _window_odds(tried: pd.DataFrame, matched: dict[str, list[str]], event: Event) -> float:
    """Of dated texts that match the event's query, how many are of its window to how many are not.

    Three to one are added, as long as few texts tell.
    """
    days = np.array([day for name, day in tried["day"].items() if event.name in matched[str(name)]], dtype=np.int64)
    inside = int(((days >= clues.number(event.start)) & (days <= clues.number(event.end) + LATE)).sum())
    return (EVENT_ODDS + inside) / (1 + len(days) - inside)


@dataclass(frozen=True)
class Case:
    """What is known of one article: the odds per day that each kind of evidence gives, and where they come from."""

    odds: dict[str, Factors]
    said: Said
    phrases: list[Mention]
    copies: pd.DataFrame | None
    events: list[tuple[float, Event, list[Told]]]


def case_of(ground: Ground, name: str) -> Case:
    """What is known of an article that was asked or tried; copies count only where it is asked."""
    row = cast(pd.Series, ground.asked.loc[name])
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
    return Case(odds, clues.said(phrases, ground.axis), phrases, copies, sorted(events, key=lambda one: -one[0]))


def _about(
    ground: Ground, name: str, phrases: list[Mention], language: str
) -> tuple[float, float, Factors, Event, list[Told]]:
    """How well an event explains the phrases, its odds, their days, and the known dates that the phrases may mean."""
    event = ground.events[name]
    known = clues.told(phrases, language, clues.happenings(event))
    days = clues.event_days(event, ground.axis) * np.exp(clues.known_days(known, ground.axis))
    return float(days.sum()), ground.in_window.get(name, EVENT_ODDS), days, event, known


def _sibling_days(ground: Ground, name: str) -> Factors:
    if name not in ground.siblings:
        return np.zeros(len(ground.axis.days))
    place, likeness = ground.siblings[name]
    days = ground.texts["day"].to_numpy(dtype=np.float64)[place]
    return sibling_days(likeness, days, ground.across, ground.odds, ground.axis.days.astype(np.float64))


def _copy_days(row: pd.Series, copies: pd.DataFrame | None, axis: Axis) -> Factors:
    """The odds of each day from the dated copies; a machine translation does not come before its original."""
    total = np.zeros(len(axis.days))
    if copies is None:
        return total
    spread = copies.drop_duplicates(["day", "translated_from"])
    translated = np.bool_(pd.notna(row["translated_from"]))
    for day, other in zip(spread["day"], pd.notna(spread["translated_from"]), strict=True):
        apart = axis.days - day
        share = 0.95 * geometric(apart, COPIES) + 0.05 * geometric(apart, LATE_COPIES)
        wrong = (translated & ~other & (apart < 0)) | (~translated & other & (apart > 0))
        total += share * np.where(wrong, TOO_EARLY, 1.0)
    return total * COPY_ODDS / len(spread)


class Weighed(NamedTuple):
    """The kind of evidence that bounds the date, the odds of each day, and the share of them that it makes up."""

    kind: str
    odds: Factors
    sure: float


def weighed(case: Case) -> Weighed | None:
    """The first kind of evidence that, with those before it, outweighs that the article is of any other time.

    Where none does but all together are likely: that which says most.
    """
    factor = np.exp(case.said.inside)
    elsewhere = ELSEWHERE * factor
    doubt = float(elsewhere.sum()) + ANOTHER_TIME * np.exp(case.said.outside)
    held = np.zeros(len(factor))
    for each in KINDS:
        held = held + case.odds[each] * factor
        sure = float(held.sum() / (held.sum() + doubt))
        if sure >= SURE:
            return Weighed(each, held + elsewhere, sure)
    most = max(KINDS, key=lambda each: float((case.odds[each] * factor).sum()))
    return Weighed(most, held + elsewhere, sure) if sure >= LIKELY else None
