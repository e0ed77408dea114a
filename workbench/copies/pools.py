"""Which texts may be translations of each other by what is known of them before a word is read: dates and languages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.articles import digest

WINDOW = 3.0
"""Days between the dates of two texts: translations follow within hours, portals within days."""

SLACK = 1.0
"""Days by which a copy may seem older than its original: time zones, and days without a time."""

VAGUE = 7.0
"""Days over which a date may spread before the article counts as undated."""

Places = NDArray[np.int64]
Numbers = NDArray[np.float64]
Marks = NDArray[np.bool_]


def distinct_texts(articles: pd.DataFrame, text_ids: pd.Series | None) -> pd.DataFrame:
    """One row per text and language, in an order that hangs on nothing but the words."""
    told = (
        articles["translated_from"] if "translated_from" in articles else pd.Series(None, articles.index, dtype="str")
    )
    low, high = _interval(articles)
    rows = pd.DataFrame(
        {
            "title": articles["title"].fillna(""),
            "text": articles["text"].fillna(""),
            "language": articles["language"],
            "told": told,
            "flagged": told.notna(),
            "low": low,
            "high": high,
        },
        index=articles.index,
    )
    rows = rows[(rows["title"] + rows["text"]).str.strip() != ""].copy()
    rows["words"] = [digest([title, text]) for title, text in zip(rows["title"], rows["text"], strict=True)]
    rows["copy_of"] = rows["words"] if text_ids is None else text_ids.reindex(rows.index).fillna(rows["words"])
    rows["length"] = -rows["text"].str.len()
    rows["id"] = rows.index.astype("str")
    rows = rows.sort_values(["low", "length", "id"], na_position="last")
    group = rows.groupby(["copy_of", "language"])
    rows["flagged"] = group["flagged"].transform("any")
    rows["told"] = group["told"].transform("first")
    return rows[~group.cumcount().astype(bool)].sort_values(["words", "language"])


def _interval(articles: pd.DataFrame) -> tuple[Numbers, Numbers]:
    """First and last day of publication since 1970; NaN where there is none or it is too vague to narrow the pool."""
    if not {"published_low", "published"} & set(articles.columns):
        nothing = np.full(len(articles), np.nan)
        return nothing, nothing
    best = articles["published"] if "published" in articles else articles["published_low"]
    low = articles["published_low"].fillna(best) if "published_low" in articles else best
    high = articles["published_high"].fillna(low) if "published_high" in articles else low
    first, last = (
        ((times - pd.Timestamp(0, tz="UTC")).dt.total_seconds() / 86_400).to_numpy(float) for times in (low, high)
    )
    vague = ~(last - first <= VAGUE)
    return np.where(vague, np.nan, first), np.where(vague, np.nan, last)


def has_company(texts: pd.DataFrame) -> Marks:
    """Whether each text has one in another language within reach of its date, so that the rest is not even read."""
    low, high = texts["low"].to_numpy(float), texts["high"].to_numpy(float)
    languages = texts["language"].to_numpy(dtype=object)
    met = np.isnan(low)
    for language in sorted(set(languages)):
        own = languages == language
        others = ~own
        if np.isnan(low[others]).any():
            met |= own
            continue
        starts, ends = np.sort(low[others]), np.sort(high[others])
        begun = np.searchsorted(starts, high[own] + WINDOW, side="right")
        over = np.searchsorted(ends, low[own] - WINDOW, side="left")
        met[own] |= begun > over
    return np.asarray(met, dtype=np.bool_)


@dataclass(frozen=True)
class Reach:
    """Which texts may be translations of each other by what is known of them besides their words."""

    languages: NDArray[np.object_]
    low: Numbers
    high: Numbers
    flagged: Marks
    told: NDArray[np.object_]

    @classmethod
    def of(cls, texts: pd.DataFrame) -> Reach:
        """The reach of the texts of such a table, in its order; "und" names no language."""
        return cls(
            texts["language"].to_numpy(dtype=object),
            texts["low"].to_numpy(float),
            texts["high"].to_numpy(float),
            texts["flagged"].to_numpy(bool),
            texts["told"].fillna("").replace("und", "").to_numpy(dtype=object),
        )

    def of_rows(self, rows: Places) -> Reach:
        """The same for some of the texts."""
        return Reach(self.languages[rows], self.low[rows], self.high[rows], self.flagged[rows], self.told[rows])

    def within(self, ours: Places, theirs: Places) -> Marks:
        """For each of `ours` and each of `theirs` whether dates and stated languages allow the pair."""
        a, b = ours[:, None], theirs[None, :]
        ahead = self.low[a] - self.high[b]
        behind = self.low[b] - self.high[a]
        # A copy comes after its original; where both or neither is a copy, either may be the earlier.
        most_ahead = np.where(self.flagged[b] & ~self.flagged[a], SLACK, WINDOW)
        most_behind = np.where(self.flagged[a] & ~self.flagged[b], SLACK, WINDOW)
        near = ~(ahead > most_ahead) & ~(behind > most_behind)
        return np.asarray(near & self._may_come(a, b) & self._may_come(b, a), dtype=np.bool_)

    def _may_come(self, copy: Places, original: Places) -> Marks:
        """Whether what a copy says of its language allows the original, or a sister copy."""
        named = self.told[copy]
        return np.asarray((named == "") | (named == self.languages[original]) | self.flagged[original], dtype=np.bool_)
