"""The texts of a collection by period: each once, where it was first published, with its topic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from workbench.articles import WorkbenchError, require
from workbench.periods import PERIODS, Grid, Whole, choice, make_grid, place, times_of
from workbench.reprints import find_reprints


class AssignedTopics(Protocol):
    """What is read of a fitted `Topics`: the topic of each article (-1: none), and the label of each topic."""

    @property
    def assigned(self) -> pd.Series:
        """Topic of each article."""

    @property
    def labels(self) -> pd.Series:
        """Label of each topic."""


@dataclass(frozen=True)
class DatedTexts:
    """`table`: article_id, title, text, language, source, topic and period (its place in `grid`), by time and id."""

    table: pd.DataFrame
    grid: Grid


def dated_texts(articles: pd.DataFrame, topics: AssignedTopics, every: str) -> DatedTexts:
    """The texts of which a copy lies for certain in one period: each once, as its first such copy has it.

    Raises WorkbenchError for an unknown period and for articles without a topic.
    """
    choice("every", every, PERIODS)
    require(articles, "title", "text", "language", "source", "published")
    topic = _topics_of(articles, topics.assigned)
    times = times_of(articles)
    grid = make_grid(times, every)
    places = place(times, grid)
    said = articles[["title", "text", "language", "source"]].fillna({"title": "", "text": "", "language": "und"})
    table = said.assign(
        article_id=articles.index.astype("str"),
        topic=topic,
        period=places.first,
        low=times.low,
        text_id=_text_ids(articles),
    )
    first = table[places.certain].reset_index(drop=True).sort_values(["low", "article_id"]).drop_duplicates("text_id")
    return DatedTexts(first.drop(columns=["low", "text_id"]).reset_index(drop=True), grid)


def _topics_of(articles: pd.DataFrame, assigned: pd.Series) -> Whole:
    if not articles.index.is_unique:
        twice = articles.index[articles.index.duplicated()]
        raise WorkbenchError(
            f"{len(twice)} articles stand twice in the table, the first is {twice[0]!r}; "
            "drop them with articles[~articles.index.duplicated()]"
        )
    known = assigned.reindex(articles.index)
    if (without := known.isna()).any():
        raise WorkbenchError(
            f"{int(without.sum())} of {len(articles)} articles are in no row of topics.assigned, for example "
            f"{articles.index[without][0]!r}; give the articles the topics were fitted on"
        )
    return known.to_numpy(dtype=np.int64)


def _text_ids(articles: pd.DataFrame) -> pd.Series:
    """The text of each article; without `text_id` copies are found, and one that has none is a text of its own."""
    if "text_id" not in articles or (len(articles) and articles["text_id"].isna().all()):
        return find_reprints(articles, progress=False)
    return articles["text_id"].astype("object").where(articles["text_id"].notna(), articles.index.to_series())
