"""Who covered what: outlets beside stories or topics, and what part of its output each outlet gave to each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

import pandas as pd
from tqdm.auto import tqdm

from workbench.articles import WorkbenchError, require
from workbench.coverage import coverage_by
from workbench.gaps import find_gaps
from workbench.groups import NONE
from workbench.periods import Day, make_grid, place, times_of
from workbench.reprints import find_reprints
from workbench.stories import story_table

OTHER = "(other)"
"""The row of all outlets, stories or topics past the largest; a value of that name is counted in it."""

UNASSIGNED = "-1"
"""The topic of articles that are in none."""

COUNTS = ("articles", "texts", "total", "total_texts", "share", "share_low", "share_high")
"""The columns of `who_covered` after those of the outlet, of the story or topic, and its label."""

PROGRESS_FROM = 100_000
"""Articles from which the bar is shown: fewer take a second or two."""

_GROUP = "group of who_covered"
"""The column of the gathered outlets, beside that of the outlets, by which gaps are told."""

_LABELS = {OTHER: "all others", NONE: "none", UNASSIGNED: "no topic"}
_TOLD = ("title", "text", "published", "source", "language", "text_id")


def who_covered(  # noqa: PLR0913 -- keyword-only, each with its usual value
    articles: pd.DataFrame,
    *,
    what: str = "story_id",
    by: str = "source",
    of: pd.DataFrame | None = None,
    most: int = 12,
    most_by: int = 12,
    labels: Mapping[str, str] | pd.Series | None = None,
    start: Day | None = None,
    end: Day | None = None,
    unit: str = "articles",
    level: float = 0.95,
    gaps: pd.DataFrame | bool = True,
    progress: bool = True,
) -> pd.DataFrame:
    """One row per outlet and story (or topic, with `what="topic"`): how much of its output the outlet gave to it.

    `by` may be any other column (language, section), and so may `what`. Every pair is a row, one without articles has
    zeros. The `most` values of `what` that most outlets carried are named, ties going to those with more texts, then
    articles, then by the alphabet; so are the `most_by` values of `by` with most articles. All others are one row each,
    "(other)", and missing values "(none)", so that the rows add up: the articles of an outlet to those it has in
    `coverage_by`. The largest stand first; "(none)", topic -1 and "(other)" last. Columns:

    - `by` and `what`, as text; `label`: the headline of a story (see `story_table`), or what `labels` says of a value,
      as in `labels=topics.labels`; else the value itself
    - `articles`, `texts`: copies and distinct texts of the outlet on this story
    - `total`, `total_texts`: all articles and distinct texts of the outlet in `of`, by default in `articles`
    - `share`, 0–1: articles / total, or texts / total_texts with `unit="texts"`; missing where there is no total
    - `share_low`, `share_high`: its interval at `level`; see `shares.share_with_interval`

    As in `coverage_by`, articles certain in the window from `start` to `end` (days, both included, UTC) are counted;
    `attrs["account"]` says how many are not; `gaps` is as there. Texts of several outlets do not add up, since they may
    have the same. Without a column `text_id` the copies are found by `find_reprints`.

    Raises WorkbenchError for a column that the articles do not have or that is both `what` and `by`, for articles
    that are not in `of`, and for `most` below 1.

    >>> from workbench.articles import as_articles
    >>> found = pd.DataFrame({"published": "2022-01-10", "source": ["AP", "AP", "DW"], "topic": [3, 4, 4]})
    >>> articles = as_articles(found.assign(text_id=["a", "b", "c"]))
    >>> who_covered(articles, what="topic")[["source", "topic", "articles", "total", "share"]]
      source topic  articles  total  share
    0     AP     4         1      2    0.5
    1     AP     3         1      2    0.5
    2     DW     4         1      1    1.0
    3     DW     3         0      1    0.0
    """
    _check(articles, what, by, most=most, most_by=most_by)
    whole = _with_texts(articles if of is None else of)
    # looked for once, and in the outlets themselves: gathered ones have no gaps of their own
    known = find_gaps(whole) if gaps is True and not whole.attrs.get("gathered_by") else gaps
    counted = partial(coverage_by, start=start, end=end, unit=unit, level=level, gaps=known)
    outlets = counted(articles, of=whole, by=by)
    things = _names(articles[what])
    told = pd.DataFrame({"thing": things, "by": _names(whole[by]).reindex(articles.index)})
    text = whole["text_id"].astype("str").fillna(pd.Series(whole.index, whole.index, dtype="str"))
    told["text"] = text.reindex(articles.index)
    told = told[_certain(whole, start, end).reindex(articles.index)]
    rows = _ordered(outlets.loc[outlets["total"].fillna(0) + outlets["articles"] > 0, by], most_by)
    columns = _ordered(_ranked(told), most)
    whole = whole.assign(**{_GROUP: _gathered(_names(whole[by]), rows)})
    gathered = _gathered(things, columns)
    bar = tqdm(columns, desc="counting", unit=f" {what}", disable=not progress or len(whole) < PROGRESS_FROM)
    parts = [counted(articles[gathered == name], of=whole, by=_GROUP).assign(**{what: name}) for name in bar]
    table = _arranged(parts, what, by, rows, columns)
    table.insert(2, "label", _labels(articles, what, columns, labels).reindex(table[what]).to_numpy())
    table["label"] = table["label"].astype("str")
    kept = ("account", "account_of", "aside", "gaps", "unit", "level", "start", "end", "share_note")
    table.attrs = {key: outlets.attrs.get(key) for key in kept}
    table.attrs |= {"by": by, "what": what, "whole": of is None, "values": told["thing"].nunique()}
    return table


def _check(articles: pd.DataFrame, what: str, by: str, **most: int) -> None:
    if what == "story_id" and isinstance(articles, pd.DataFrame) and what not in articles.columns:
        raise WorkbenchError(
            "the articles have no column 'story_id'; add it with articles.assign(story_id=wb.find_stories(articles)), "
            "or take what='topic'"
        )
    require(articles, what, by)
    if what == by:
        raise WorkbenchError(f"what and by are both {what!r}; take two columns, as in what='topic', by='source'")
    if what in {*COUNTS, "label"}:
        raise WorkbenchError(f"what={what!r} is a name of the result's own columns; rename the column of the articles")
    for name, number in most.items():
        if number < 1:
            raise WorkbenchError(f"{name}={number} names nothing; take 1 or more")


def _with_texts(articles: pd.DataFrame) -> pd.DataFrame:
    return articles if "text_id" in articles.columns else articles.assign(text_id=find_reprints(articles))


def _certain(whole: pd.DataFrame, start: Day | None, end: Day | None) -> pd.Series[bool]:
    times = times_of(whole)
    return pd.Series(place(times, make_grid(times, None, start=start, end=end)).certain, index=whole.index)


def _names(column: pd.Series) -> pd.Series:
    """Each value as the name of its group, as `coverage` writes it: 3.0 as 3, a missing one as "(none)"."""
    try:
        values = column.unique()
    except TypeError:
        raise WorkbenchError(
            f"the column {column.name!r} holds lists or other compound values; give each article one value"
        ) from None
    names = {value: _name(value) for value in values if not pd.isna(value)}
    return column.map(names).astype("str").fillna(NONE)


def _name(value: object) -> str:
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value)) if whole else str(value).strip() or NONE  # type: ignore[call-overload]


def _ranked(told: pd.DataFrame) -> Iterable[str]:
    """The stories or topics: those of most outlets first, then of most texts, most articles, by the alphabet."""
    size = told.groupby("thing", sort=True).agg(
        by=("by", "nunique"), texts=("text", "nunique"), articles=("by", "size")
    )
    return size.sort_values(["by", "texts", "articles"], ascending=False, kind="stable").index


def _ordered(names: Iterable[str], most: int) -> list[str]:
    """The first `most` proper names, then those that stand for no group of their own."""
    every = [str(name) for name in names]
    proper = [name for name in every if name not in _LABELS]
    rest = [OTHER] if len(proper) > most or OTHER in every else []
    return [*proper[:most], *(name for name in (NONE, UNASSIGNED) if name in every), *rest]


def _gathered(names: pd.Series, kept: list[str]) -> pd.Series:
    return names.where(names.isin(kept), OTHER)


def _arranged(parts: list[pd.DataFrame], what: str, by: str, rows: list[str], columns: list[str]) -> pd.DataFrame:
    """The counts of all pairs, outlet by outlet."""
    for part in parts:
        part.attrs = {}
    empty = pd.DataFrame(columns=[by, what, *COUNTS])
    table = pd.concat(parts, ignore_index=True).rename(columns={_GROUP: by}) if parts else empty
    places = {by: {name: at for at, name in enumerate(rows)}, what: {name: at for at, name in enumerate(columns)}}
    table = table[table[by].isin(rows)]
    table = table.sort_values([by, what], key=lambda column: column.map(places[str(column.name)]), ignore_index=True)
    return table[[by, what, *COUNTS]].astype({by: "str", what: "str"})


def _labels(
    articles: pd.DataFrame, what: str, columns: list[str], labels: Mapping[str, str] | pd.Series | None
) -> pd.Series:
    """What each story or topic is called."""
    said: dict[str, str] = {}
    if labels is not None:
        said = {_name(key): str(label) for key, label in dict(labels).items()}
    elif what == "story_id" and set(_TOLD) <= set(articles.columns):
        own = articles[_names(articles[what]).isin(columns)]
        said = {str(story): str(label) for story, label in story_table(own)["label"].items()}
    return pd.Series([_LABELS.get(name) or said.get(name, name) for name in columns], index=columns, dtype="str")
