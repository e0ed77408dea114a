"""The words of topics, period by period, from nothing but what had been published by then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pandas as pd

from workbench.articles import WorkbenchError
from workbench.period_texts import AssignedTopics, dated_texts
from workbench.terms import rank_terms, term_counts

READ = 1_000
"""Texts that are read for a period at the least: from fewer no phrase, and no common word, can be told."""

COLUMNS = {"topic": "int64", "period": "int64", "rank": "int64", "language": "str", "term": "str"}
COLUMNS |= {"weight": "float64", "texts": "int64"}


def topic_words(
    articles: pd.DataFrame,
    topics: AssignedTopics,
    *,
    every: str = "month",
    most: int = 5,
    language: str | None = None,
) -> pd.DataFrame:
    """The words that tell a topic's texts of a period apart: one row per topic, period and rank.

    Columns: `topic`; `period`, the first moment of the calendar bin, UTC; `rank`, 1 is the most telling; `language`;
    `term`; `weight` (`terms.rank_terms`); `texts`, how many of the topic's texts of the period hold it, at least two. A
    text counts once, in the period of its first publication, and only where that lies in one period for certain.
    Topics and periods without two texts that share a word have no row.

    Nothing looks ahead: for each period the words and phrases, how they are written and how telling they are come from
    the texts of that period and those just before it, a thousand together where the period has fewer. A topic's texts
    of the period are set against those of the other topics and against all earlier ones, its own too: new words go
    first. So articles that come later change no row of an earlier period. Which articles are in a topic is, however,
    known from the whole collection: these are the words by which its articles could have been told then.

    `language` keeps the terms of one language; by default, of the languages in which the topic has words in the period,
    it is the one in which it has had the most texts by then. Names of outlets seen by then are no terms.

    Raises WorkbenchError for an unknown period, for `most` below 1 and for articles that `topics` does not know.

    >>> from types import SimpleNamespace
    >>> from workbench.articles import as_articles
    >>> found = pd.DataFrame({"title": ["Gas pipeline shut", "Gas pipeline opened", "Vote today"], "text": "",
    ...     "published": pd.to_datetime(["2022-01-10", "2022-01-12", "2022-01-13"], utc=True), "source": "AP",
    ...     "language": "en", "text_id": ["a", "b", "c"]}, index=["a", "b", "c"])
    >>> topics = SimpleNamespace(assigned=pd.Series([0, 0, 1], index=found.index), labels=pd.Series(["gas", "vote"]))
    >>> topic_words(as_articles(found), topics)[["topic", "term", "texts"]]
       topic          term  texts
    0      0  Gas pipeline      2
    """
    if isinstance(most, bool) or not isinstance(most, int) or most < 1:
        raise WorkbenchError(f"most={most!r} is not a number of words; write most=5")
    dated = dated_texts(articles, topics, every)
    parts = [_chosen(ranked, had, language) for ranked, had in _by_period(dated.table, most)]
    found = pd.concat(parts)[[*COLUMNS]] if parts else pd.DataFrame(columns=[*COLUMNS])
    found = found.astype(COLUMNS).sort_values(["topic", "period", "rank"], ignore_index=True)
    found["period"] = dated.grid.periods.take(found["period"].to_numpy())
    found.attrs = {"every": every, "most": most, "language": language}
    return found


def _by_period(table: pd.DataFrame, most: int) -> Iterator[tuple[pd.DataFrame, Counter[tuple[int, str]]]]:
    """The terms of each period's topics by language, and how many texts each topic has had in it by then."""
    had: Counter[tuple[int, str]] = Counter()
    outlets: set[str] = set()
    # the table goes by time: a period's texts stand together, and those before them were the last before
    periods, starts, sizes = np.unique(table["period"], return_index=True, return_counts=True)
    for period, start, end in zip(periods, starts, starts + sizes, strict=True):
        own = table.iloc[start:end]
        had.update(zip(own["topic"].tolist(), own["language"].tolist(), strict=True))
        outlets |= {str(name) for name in own["source"].dropna()}
        read = table.iloc[max(0, min(start, end - READ)) : end]
        said = [read[name].tolist() for name in ("title", "text", "language")]
        counts = term_counts(*said, ignored=sorted(outlets))
        earlier = int(read["topic"].max()) + 1
        groups = np.where(read["period"] == period, read["topic"].where(read["topic"] >= 0, earlier + 1), earlier)
        ranked = rank_terms(counts, groups.astype(np.int64), most=most)
        yield ranked[ranked["topic"] < earlier].assign(period=period), had


def _chosen(ranked: pd.DataFrame, had: Counter[tuple[int, str]], language: str | None) -> pd.DataFrame:
    """The rows in `language`, or of each topic in that of most of its texts so far; ties go by the alphabet."""
    if language is not None:
        return ranked[ranked["language"] == language]
    pairs = ranked[["topic", "language"]].drop_duplicates()
    pairs["had"] = [-had[pair] for pair in zip(pairs["topic"], pairs["language"], strict=True)]
    main = pairs.sort_values(["topic", "had", "language"]).drop_duplicates("topic")
    return ranked.merge(main[["topic", "language"]])
