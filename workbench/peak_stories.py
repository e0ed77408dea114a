"""The stories that made each peak: which happenings its articles report, and how much of the peak they are."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbench.articles import WorkbenchError, require
from workbench.periods import make_grid, place, times_of
from workbench.stories import story_table

MOST_STORIES = 3
"""Stories named per peak: the burst of one happening needs one, that of a summit with its sideshows three."""

OPENING = 7
"""Days of a shift whose stories are looked at: what the new level began with, not all that it went on with."""


def add_stories(
    peaks: pd.DataFrame, articles: pd.DataFrame, *, unit: str = "articles", language: str | None = None
) -> pd.DataFrame:
    """The peaks with the stories that made them, in columns at the end.

    - `story`: the headline of the largest story (`stories.story_table`), in `language` where it has one there;
      empty where no article lies in the peak
    - `story_ids`: the largest stories, at most three and each of at least two articles or texts, with a space between;
      the largest alone where none has two
    - `story_share`: which part of the peak's articles (texts, for `unit="texts"`) these stories are, 0–1

    `articles` are those that the peaks were counted from; they need `story_id`, and for texts `text_id`. Only articles
    certain to lie within the peak's days count; of a shift, within its first seven days.
    """
    if "story_id" not in articles.columns:
        raise WorkbenchError(
            "the articles have no story_id; add it: articles.assign(story_id=wb.find_stories(articles))"
        )
    require(articles, "published", "text_id")
    day = _days(peaks, articles)
    parts = [_main(articles[_within(peak, day)], unit) for peak in peaks.itertuples()]
    named = {story for stories, _ in parts for story in stories[:1]}
    told = articles[articles["story_id"].isin(named)]
    label = story_table(told, language=language)["label"] if len(told) else pd.Series(dtype="str")
    return peaks.assign(
        story=pd.array([label[stories[0]] if stories else "" for stories, _ in parts], dtype="str"),
        story_ids=pd.array([" ".join(stories) for stories, _ in parts], dtype="str"),
        story_share=pd.array([share for _, share in parts], dtype="float64"),
    )


def _days(peaks: pd.DataFrame, articles: pd.DataFrame) -> pd.Series:
    """The day on which each article certainly appeared, NaT for the others."""
    days = pd.Series(pd.NaT, index=articles.index, dtype="datetime64[us, UTC]")
    if peaks.empty:
        return days
    times = times_of(articles)
    grid = make_grid(times, "day", start=peaks["first"].min(), end=peaks["last"].max())
    places = place(times, grid)
    days[places.certain] = grid.periods.take(places.first[places.certain])
    return days


def _within(peak: Any, day: pd.Series) -> pd.Series:
    first, last = peak.first, peak.last
    if peak.kind != "burst":
        last = min(last, first + pd.Timedelta(days=OPENING - 1))
    return day.between(first, last)


def _main(found: pd.DataFrame, unit: str) -> tuple[list[str], float]:
    """The largest stories of these articles, and which part of them they are; ties go to the smaller id."""
    if unit == "texts":
        own = pd.Series(found.index.astype("str"), index=found.index, dtype="str")
        found = found.assign(text_id=found["text_id"].astype("str").fillna(own)).drop_duplicates(
            ["story_id", "text_id"]
        )
    sizes = found.groupby("story_id", sort=True).size().sort_values(ascending=False, kind="stable")
    if sizes.empty:
        return [], float("nan")
    main = sizes[: max(1, int((sizes[:MOST_STORIES] > 1).sum()))]
    return [str(story) for story in main.index], float(main.sum() / len(found))
