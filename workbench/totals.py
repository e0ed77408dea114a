"""Totals from a table: how many articles were published at all, where the collection itself cannot say.

A collection that was gathered by a query holds only what the query found. Its own articles are no whole of which a
share could be taken; the whole comes from whoever was asked, day by day, as in a Media Cloud export.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from workbench.articles import WorkbenchError
from workbench.periods import PERIODS, Grid, Times, Whole
from workbench.shares import Counts, Reals

COLUMNS = ("date", "total_count")
"""What a table of totals has, named as Media Cloud names it; the column of the groups may stand beside them."""

_DAY = 86_400_000_000
_QUERY = 200
"""Letters of a query that a note shows; some go on for pages."""
_MADE = "make the column with pd.to_datetime(…)"


@dataclass(frozen=True)
class Totals:
    """One entry per row of the table: first and last moment in microseconds since 1970, group, and articles.

    The last moment is that after the day, or after the period where `days` is False. `grouped` is True where the rows
    are of groups; else each group is "".
    """

    start: Whole
    after: Whole
    group: list[str]
    articles: Reals
    grouped: bool
    days: bool


def as_totals(table: pd.DataFrame, *, every: str | None, by: str | None = None) -> Totals:
    """The checked totals of a table with `date` and `total_count`, by the column `by` where the table has it.

    A row is a day; where no two dates are neighbours, each row is a period and dated to its first day. A missing
    number is a day without a total. Raises WorkbenchError for other columns, for dates and numbers that are none,
    for numbers below 0, and for a day that stands twice.
    """
    if not isinstance(table, pd.DataFrame):
        raise WorkbenchError(f"totals= is a table with {' and '.join(COLUMNS)}, not {type(table).__name__}")
    absent = [name for name in COLUMNS if name not in table.columns]
    if absent:
        has = ", ".join(map(str, table.columns)) or "none"
        raise WorkbenchError(
            f"totals has no column {', '.join(map(repr, absent))}; it has {has}; "
            "rename them to date (a day) and total_count (all articles of that day)"
        )
    start, articles = days_of(table["date"], "totals"), numbers_of(table["total_count"], "totals")
    grouped = by is not None and by in table.columns
    group = [""] * len(table) if not grouped else table[by].astype("str").fillna("").str.strip().tolist()
    _once(start, group, table, by if grouped else None)
    different = np.unique(start)
    days = len(different) < 2 or bool((np.diff(different) == _DAY).any())
    if not days and every in {None, "day"}:
        raise WorkbenchError(
            "totals has no two neighbouring days, so that its rows seem to be of longer periods; count in these "
            "periods (every=), or give a row for each day"
        )
    unit, size = PERIODS["day" if days or every not in PERIODS else str(every)]
    after = (start.astype("datetime64[us]").astype(f"datetime64[{unit}]") + size).astype("datetime64[us]")
    return Totals(start, after.astype(np.int64), group, articles, grouped, days)


def days_of(column: pd.Series, where: str) -> Whole:
    """The first moment of each day of a column, in microseconds since 1970; `where` is named in errors."""
    if pd.api.types.is_numeric_dtype(column) and len(column):
        raise WorkbenchError(f"{column.iloc[0]} in the dates of {where} is not a day as in 2022-01-31; {_MADE}")
    try:
        times = pd.to_datetime(column, utc=True, format=None if column.dtype.kind == "M" else "ISO8601")
    except (ValueError, TypeError):
        times = pd.to_datetime(column.astype("str"), utc=True, format="ISO8601", errors="coerce")
    if times.isna().any():
        example = column[times.isna().to_numpy()].iloc[0]
        raise WorkbenchError(
            f"{str(example)!r} in the dates of {where} is not a day as in 2022-01-31; {_MADE}, and say whether day or "
            "month comes first"
        )
    moments: Whole = times.dt.tz_localize(None).to_numpy(dtype="datetime64[us]").astype(np.int64)
    if (moments % _DAY).any():
        example = column.iloc[int(np.flatnonzero(moments % _DAY)[0])]
        raise WorkbenchError(f"{str(example)!r} in the dates of {where} is a time of day; give one row per day")
    return moments


def numbers_of(column: pd.Series, where: str) -> Reals:
    """The whole numbers of a column, not below 0, missing ones NaN; `where` is named in errors."""
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    empty = column.isna().to_numpy(dtype=bool)
    wrong = ~empty & ~((numbers >= 0) & (numbers == np.floor(numbers)) & np.isfinite(numbers))
    if wrong.any():
        example = column.iloc[int(np.flatnonzero(wrong)[0])]
        raise WorkbenchError(
            f"{int(wrong.sum())} of {len(column)} values of {column.name!r} in {where} are no number of articles, "
            f"for example {str(example)!r}; give whole numbers from 0 on, and leave unknown ones empty"
        )
    return numbers


def _once(start: Whole, group: Sequence[str], table: pd.DataFrame, by: str | None) -> None:
    twice = pd.DataFrame({"start": start, "group": group}).duplicated().to_numpy()
    if not twice.any():
        return
    at = int(np.flatnonzero(twice)[0])
    day = pd.Timestamp(int(start[at]), unit="us").date()
    others = [str(name) for name in table.columns if name not in {*COLUMNS, "count", "ratio", by}]
    split = f", or count by={others[0]!r}, which they have" if by is None and others else ""
    of = "" if by is None else f" of {group[at]!r}"
    raise WorkbenchError(f"totals has several rows for {day}{of}; add them up first{split}")


def totals_per_cell(totals: Totals, grid: Grid, groups: list[str], *, none: str) -> Reals:
    """Articles per period and group, period by period; missing where the table does not cover the whole of it.

    Totals that are not of groups are those of all groups together: each group of a period has the same.
    """
    width = len(groups)
    if not len(grid) or not width:
        return np.zeros(0)
    number = {name: at for at, name in enumerate(groups)}
    columns = width if totals.grouped else 1
    group = np.array([number[name or none] if totals.grouped else 0 for name in totals.group], dtype=np.int64)
    if totals.days:
        period = np.searchsorted(grid.edges, totals.start, side="right") - 1
        needed = np.diff(grid.edges) // _DAY
    else:
        period, needed = _whole_periods(totals, grid), np.ones(len(grid), np.int64)
    inside = (period >= 0) & (period < len(grid)) & ~np.isnan(totals.articles)
    cell = (period * columns + group)[inside]
    size = len(grid) * columns
    found = np.bincount(cell, weights=totals.articles[inside], minlength=size).astype(np.float64)
    covered = np.bincount(cell, minlength=size) == np.repeat(needed, columns)
    per_cell: Reals = np.where(covered, found, np.nan)
    return per_cell if totals.grouped else np.repeat(per_cell, width)


def _whole_periods(totals: Totals, grid: Grid) -> Whole:
    """The period of which each row is the total, -1 where it is outside or the window cuts the period."""
    at = np.clip(np.searchsorted(grid.starts, totals.start, side="right") - 1, 0, len(grid) - 1)
    within = (totals.start >= grid.starts[0]) & (totals.start < grid.edges[-1])
    strange = within & (grid.starts[at] != totals.start)
    if strange.any():
        day = pd.Timestamp(int(totals.start[strange].min()), unit="us").date()
        raise WorkbenchError(
            f"the totals are not given per day, and {day} is not the first day of a period of this table; count in the "
            "periods of the totals (every=), or give totals per day"
        )
    # A total of a whole period is none of the part of it that the window leaves.
    uncut = (grid.edges[at] == totals.start) & (grid.edges[at + 1] == totals.after)
    whole: Whole = np.where(within & uncut, at, -1)
    return whole


def check_totals(table: pd.DataFrame, by: str | None) -> None:
    """Raise WorkbenchError where more articles match than there are in all."""
    over = table[(table["articles"] > table["total"]).to_numpy(dtype=bool)]
    if len(over):
        first = over.iloc[0]
        when = [str(pd.Timestamp(first["period"]).date())] if "period" in over.columns else []
        where = [*when, *([str(first[by])] if by is not None else [])]
        raise WorkbenchError(
            f"{len(over)} rows have more matching articles than the totals have in all, for example "
            f"{first['articles']} of {first['total']:.0f} ({', '.join(where) or 'the whole window'}); these are totals "
            "of another collection, or the column holds the counts of the query"
        )


@dataclass(frozen=True)
class TakenOf:
    """What shares are taken of: the collection itself, `totals`, or nothing where a query gathered the collection."""

    totals: Totals | None = None
    gathered_by: str | None = None

    def reaching(self, times: Times) -> Times:
        """The times with the first and the last day of the totals: over these days articles were counted."""
        if self.totals is None or not len(self.totals.start):
            return times
        ends = np.array([self.totals.start.min(), self.totals.after.max() - _DAY], dtype=np.int64)
        yes = np.ones(2, dtype=bool)
        return Times(
            np.concatenate([times.low, ends]),
            np.concatenate([times.high, ends + _DAY]),
            np.concatenate([times.dated, yes]),
            np.concatenate([times.stated, yes]),
        )

    def groups(self, none: str) -> set[str]:
        """The groups that have totals; `none` is the name of the one without a name."""
        grouped = self.totals is not None and self.totals.grouped
        return {name or none for name in self.totals.group} if self.totals is not None and grouped else set()

    def shared(self, by: str | None) -> bool:
        """Whether each group of a period is measured against the articles of all groups."""
        return by is not None and self.totals is not None and not self.totals.grouped

    def applied(self, counts: Counts, grid: Grid, groups: list[str], *, none: str) -> Counts:
        """The counts with these totals in place of the collection's own; how many texts they are is not known.

        The copies among the matching articles are known, those of the others are not: they are taken to be copied as
        the matching ones are; in a cell where nothing matches, as those of the whole table.
        """
        if self.totals is None and self.gathered_by is None:
            return counts
        unknown = np.full(len(counts.articles), np.nan)
        if self.totals is None:
            return replace(counts, total=unknown, total_texts=unknown)
        total = totals_per_cell(self.totals, grid, groups, none=none)
        alike = counts.squares[0]
        usual = alike.sum() / counts.articles.sum() if alike.any() else 1.0
        often = np.divide(alike, counts.articles, out=np.full(len(total), usual), where=counts.articles > 0)
        unsaid = np.zeros(len(total))  # the largest text of all that were published is not known
        squares = (alike, alike, total * often)
        return replace(counts, total=total, total_texts=unknown, squares=squares, largest=(unsaid, unsaid, unsaid))

    def note(self, table: pd.DataFrame, by: str | None) -> str:
        """What a reader has to know of the shares in plain words; empty where the collection is its own whole."""
        query = " ".join((self.gathered_by or "").split())
        asked = query and f"The collection was gathered by the query “{query[:_QUERY]}{'…' * (len(query) > _QUERY)}”. "
        if self.totals is None:
            no = "It holds only what that found, so that there is no total and no share; totals= gives them."
            return asked and asked + no
        without = int(table["total"].isna().sum())
        missing = f" {without} of {len(table)} rows are not wholly covered by them: no share." if without else ""
        each = " Each group is measured against the articles of all groups." if self.shared(by) else ""
        return (
            f"{asked}Totals are those of a table, not of the collection.{missing}{each} Interval: articles that do not "
            "match are taken to be copied as often as those that do."
        )


ITSELF = TakenOf()
"""The collection holds all of what shares are taken of."""


def taken_of(
    of: pd.DataFrame, every: str | None, by: str | None, totals: pd.DataFrame | None, gathered_by: object
) -> TakenOf:
    """What shares of these articles are taken of; `gathered_by` is as given, else as the collection says in `attrs`."""
    query = getattr(of, "attrs", {}).get("gathered_by") if gathered_by is None else gathered_by
    if query is not None and not (isinstance(query, str) and query.strip()):
        raise WorkbenchError(
            f"gathered_by={query!r} is no query; write the words that were asked for, such as 'NATO AND Russia'"
        )
    return TakenOf(None if totals is None else as_totals(totals, every=every, by=by), query)
