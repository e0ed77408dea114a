"""The articles of a report as the page shows them: which are listed, in what words, and what the whole amounts to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from workbench.articles import is_inferred
from workbench.excerpts import excerpts
from workbench.languages import NAMES
from workbench.marks import Listed, missing
from workbench.markup import one_line, safe_link

FLAGS = {
    "u": "without a certain day",
    "i": "with an inferred date",
    "t": "machine-translated",
    "r": "copies of a listed text",
    "n": "without a topic",
}
"""What to know of an article before counting on it: a letter, and its words on the page."""

_FORMATS = {"year": 4, "month": 7, "day": 10, "hour": 16, "minute": 16, "second": 16}
"""How much of an ISO time each precision carries; a week or quarter is shown by its first and last day."""


_LAST = "9999"
"""Sorts undated articles behind all others."""


def listed_articles(articles: pd.DataFrame, matched: pd.DataFrame, ids: Iterable[str], *, everything: bool) -> Listed:
    """The matched articles, latest last, then those that only figures lead to: `ids`, or `everything`."""
    first = _by_time(matched)
    rest = articles[~articles.index.isin(matched.index)]
    if not everything:
        rest = rest[rest.index.isin(set(ids))]
    return Listed(pd.concat([first, _by_time(rest)]) if len(rest) else first, len(first))


def _by_time(articles: pd.DataFrame) -> pd.DataFrame:
    return (
        articles.assign(id_=articles.index)
        .sort_values(["published_low", "id_"], na_position="last")
        .drop(columns="id_")
    )


def records(listed: Listed, *, query: str | None, excerpt_chars: int, progress: bool) -> dict[str, list[Any]]:
    """Column by column what the page lists of each article; flags are letters of FLAGS."""
    table = listed.table
    sentence = excerpts(table.iloc[: listed.matched], query=query, characters=excerpt_chars, progress=progress)
    rest = [""] * (len(table) - listed.matched)
    columns: dict[str, list[Any]] = {
        "title": [one_line(title) or "(no title)" for title in table["title"]],
        "source": _lines(table["source"]),
        "published": when(table),
        "sort": [_iso(low, 19) or _LAST for low in table["published_low"]],
        "evidence": _lines(table["published_from"]),
        "language": [NAMES.get(code, code) for code in _lines(table["language"])],
        "url": [safe_link(url) for url in table["url"]],
        "sentence": [*sentence, *rest],
        "flags": flags(table),
    }
    if "topic" in table.columns:
        columns["topic"] = ["" if _unassigned(topic) else one_line(topic) for topic in table["topic"]]
    return columns


def _lines(column: pd.Series) -> list[str]:
    return [one_line(value) if isinstance(value, str) else "" for value in column]


def when(articles: pd.DataFrame) -> list[str]:
    """When each article was published, no finer than is known: `2022-01-12`, `2022-01`, `2022-01-10 to 2022-01-16`.

    A date that was worked out and not stated says so: `2022-01-12 to 2022-01-18 (inferred)`.
    """
    parts = zip(
        articles["published"],
        articles["published_low"],
        articles["published_high"],
        articles["published_precision"],
        strict=True,
    )
    worked_out = is_inferred(articles)
    return [_when(*row) + (" (inferred)" if one else "") for row, one in zip(parts, worked_out, strict=True)]


def _when(published: Any, low: Any, high: Any, precision: Any) -> str:
    if low is pd.NaT or high is pd.NaT:
        return _iso(published, 10) or "undated"
    last = high - pd.Timedelta(microseconds=1)
    size = _FORMATS.get(str(precision), 0)
    if size and _iso(low, min(size, 10)) == _iso(last, min(size, 10)):
        return _iso(low, size).replace("T", " ")
    return _iso(low, 10) if low.date() == last.date() else f"{_iso(low, 10)} to {_iso(last, 10)}"


def _iso(time: Any, length: int) -> str:
    return "" if time is pd.NaT else str(time.isoformat())[:length]


def _unassigned(topic: Any) -> bool:
    return missing(topic) or str(topic) in ("-1", "-1.0", "")


def flags(articles: pd.DataFrame) -> list[str]:
    """For each article the letters of what to know about it before counting on it."""
    inferred = is_inferred(articles).to_numpy(dtype=bool)
    undated = articles["published"].isna().to_numpy(dtype=bool) & ~inferred
    translated = articles["translated_from"].notna().to_numpy(dtype=bool)
    again = (articles["text_id"].notna() & articles["text_id"].duplicated()).to_numpy(dtype=bool)
    topics = articles["topic"] if "topic" in articles.columns else [0] * len(articles)
    loose = np.array([_unassigned(topic) for topic in topics], dtype=bool)
    named = (("u", undated), ("i", inferred), ("t", translated), ("r", again), ("n", loose))
    return ["".join(letter for letter, which in named if which[row]) for row in range(len(articles))]


def amounts(articles: pd.DataFrame, matched: pd.DataFrame) -> dict[str, int]:
    """What the report counts: of the matched articles, and `collected` and `collected_texts` of the whole."""
    letters = "".join(flags(matched))
    return {
        "collected": len(articles),
        "collected_texts": texts(articles),
        "matched": len(matched),
        "texts": texts(matched),
        "outlets": int(matched["source"].nunique()),
        "languages": int(matched["language"].nunique()),
        "undated": letters.count("u"),
        "inferred": letters.count("i"),
        "machine_translated": letters.count("t"),
        "unassigned": letters.count("n"),
    }


def texts(articles: pd.DataFrame) -> int:
    """Distinct texts; an article whose text group is not known counts as one of its own."""
    return int(articles["text_id"].nunique() + articles["text_id"].isna().sum())


def span(matched: pd.DataFrame) -> tuple[str, str]:
    """First and last day on which a matched article may have been published; empty strings where none is dated."""
    low, high = matched["published_low"].min(), matched["published_high"].max()
    return _iso(low, 10), _iso(high if high is pd.NaT else high - pd.Timedelta(microseconds=1), 10)
