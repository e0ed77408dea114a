"""Dates of articles that state none, worked out from copies, from siblings, from events and from the text's own words.

Every day gets the odds that each piece of evidence gives it (see `workbench.undated.chances`), and the
interval is the shortest run of days that holds enough of them. How much is enough is tried on the collection's own
dated articles, as if they were undated, until the interval holds the stated date of nineteen in twenty (see
`workbench.undated.trials`).
Where nothing bounds the year, nothing is inferred.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, cast

import numpy as np
import pandas as pd
from tqdm.auto import tqdm

from workbench.articles import WorkbenchError, is_inferred, require
from workbench.events import Event
from workbench.undated import clues, evidence
from workbench.undated.chances import KINDS, Case, Ground, case_of, ground_of, weighed
from workbench.undated.siblings import sibling_odds
from workbench.undated.trials import FEWEST_TRIED, UNTRIED, Enough, Tried, enough, interval, month, tried

LEAST_ODDS = 0.05
"""Odds of a sibling that is quoted as evidence."""

_PROGRESS_FROM = 300
"""Articles from which a progress bar is shown: fewer take under two seconds."""

_WORDS = (("day", 1), ("week", 7), ("month", 31), ("quarter", 92), ("year", 366))

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
    unknown = _is_unknown(articles)
    table = articles.copy()
    if not unknown.any():
        return table
    own = pd.Series(articles.index.astype("str"), index=articles.index, dtype="str")
    named = articles.assign(text_id=articles["text_id"].astype("str").fillna(own))
    asked = named[unknown].sort_index()
    ground, texts = ground_of(_stated(named), asked, events or {}, progress=progress)
    collection = _Collection(ground, _tried(ground, texts, progress=progress), few=texts.empty)
    bar = _bar(asked.index, "inferring dates", progress=progress)
    found = pd.DataFrame([_answer(collection, str(name)) for name in bar], index=asked.index)
    for name in found.columns:
        column = pd.to_datetime(found[name], utc=True) if name in _TIMES else found[name]
        table.loc[asked.index, name] = column.astype(table[name].dtype)
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
class _Collection:
    """What answering for one article takes: the evidence, and for each kind tried how wide its intervals have to be."""

    ground: Ground
    enough: dict[str, tuple[Enough, ...]]
    few: bool


def _bar(names: pd.Index, what: str, *, progress: bool) -> Iterable[object]:
    return tqdm(names, desc=what, unit=" articles", disable=not progress or len(names) < _PROGRESS_FROM)


def _tried(ground: Ground, texts: pd.DataFrame, *, progress: bool) -> dict[str, tuple[Enough, ...]]:
    """How wide the intervals of each kind of evidence have to be; a kind met too rarely to be judged is left out."""
    met: dict[str, list[Tried]] = {kind: [] for kind in KINDS}
    for name, day in zip(_bar(texts.index, "trying dates", progress=progress), texts["day"], strict=True):
        found = weighed(case_of(ground, str(name)))
        if found is not None:
            met[found.kind].append(tried(found, int(day) - ground.axis.first))
    return {kind: enough(cases) for kind, cases in met.items() if len(cases) >= FEWEST_TRIED}


def _answer(collection: _Collection, name: str) -> dict[str, object]:
    """The five columns that date one article."""
    ground = collection.ground
    case = case_of(ground, name)
    found = _days(collection, case)
    if found is None:
        said = evidence.of_the_unknown(str(ground.asked.loc[name, "published_from"]), case.phrases)
        return dict(zip(_GIVEN[1:], (pd.NaT, pd.NaT, pd.NaT, "unknown", said), strict=True))
    low, high = (pd.Timestamp(clues.day_of(ground.axis.first + at), tz="UTC") for at in (found.start, found.end))
    width = found.end - found.start
    precision = next(word for word, longest in _WORDS if width <= longest)
    said = evidence.joined(_parts(collection, name, case, found))
    return dict(zip(_GIVEN[1:], (low if width == 1 else pd.NaT, low, high, precision, said), strict=True))


class _Interval(NamedTuple):
    """The interval as places of days, the kind of evidence it rests on, and how it was tried, if it was."""

    start: int
    end: int
    kind: str
    tried: Enough | None


def _days(collection: _Collection, case: Case) -> _Interval | None:
    """The interval of an article, if any can be given."""
    found = weighed(case)
    if found is None:
        return None
    if found.kind == "events" and collection.few:
        days = month(found.odds)
        return _Interval(*days, found.kind, None) if days else None
    known = collection.enough.get(found.kind)
    for asked in (UNTRIED[found.kind],) if known is None else known:
        if days := interval(found, asked):
            return _Interval(*days, found.kind, None if known is None else asked)
    return None


def _parts(collection: _Collection, name: str, case: Case, found: _Interval) -> list[str]:
    """The pieces of evidence in words, the strongest first."""
    start, end, kind = found.start, found.end, found.kind
    ground, parts = collection.ground, []
    if case.copies is not None:
        parts.append(evidence.of_copies(_as_evidence(case.copies.sort_values(["day", "source", "title"]))))
    elif name in ground.siblings and (near := _near(ground, name, start, end)):
        parts.append(evidence.of_siblings(near))
    if kind == "events":
        _, event, known = case.events[0]
        inside = range(ground.axis.first + start, ground.axis.first + end)
        parts.insert(0, evidence.of_event(event, sorted(known, key=lambda each: each.happening.day not in inside)))
    if found.tried:
        parts.append(f"of {found.tried.given} dated texts tried alike {found.tried.held} fall into their interval")
    elif kind != "copies":
        parts.append("the likeliest days, not tried: too few dated texts are alike")
    return [*parts, *evidence.of_phrases(case.phrases)]


def _near(ground: Ground, name: str, start: int, end: int) -> list[evidence.Dated]:
    """The siblings dated within the interval, else those that there are, the likeliest first."""
    place, likeness = ground.siblings[name]
    odds = sibling_odds(likeness, ground.across, ground.odds)
    rows = ground.texts.iloc[place]
    inside = (rows["day"] >= ground.axis.first + start) & (rows["day"] < ground.axis.first + end)
    known = (place >= 0) & (odds > LEAST_ODDS)
    kept = np.flatnonzero(known & inside.to_numpy() if (known & inside).any() else known)
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
    return evidence.explained(cast(pd.Series, articles.loc[article_id]))
