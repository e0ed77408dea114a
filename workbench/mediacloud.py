"""Media Cloud's table of attention over time, `date,count,total_count,ratio`: read, counted as coverage, written.

Media Cloud says per day how many stories of a collection of outlets its query found, and how many there were in all.
Such a table can serve as `totals` for articles of one's own, be drawn as coverage without any article, and be made of
any coverage table.
"""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.articles import WorkbenchError, require, write_csv
from workbench.periods import PERIODS, Day, Times, choice, make_grid
from workbench.shares import share_with_interval
from workbench.totals import TakenOf, as_totals, days_of, numbers_of, totals_per_cell

COLUMNS = ("date", "count", "total_count", "ratio")
"""The columns of the table, in this order; a column of groups stands behind the date."""

_DAY = 86_400_000_000
_NOTE = (
    "Counts and totals are those of a table such as Media Cloud's; the articles are not known, nor which are copies. "
    "The interval takes each to be written by itself (Wilson 1927) and is too narrow where stories are copied."
)
_NONE = "(none)"


def load_media_cloud(source: str | Path | pd.DataFrame) -> pd.DataFrame:
    """Media Cloud's table from a CSV file or a DataFrame, checked, by date: a row per day (and query or outlet).

    Columns: `date` (first moment of the day, UTC), `count` (stories that match; only where the table has it),
    `total_count` (all stories), whole numbers or missing, `ratio` (count / total_count, 0–1, missing without a total),
    then what else the table has. The delimiter may be a comma, a semicolon or a tab.

    Raises WorkbenchError for a file that cannot be read, a table without `date` and `total_count`, dates and numbers
    that are none, a count above its total, and a ratio that is not count / total_count.

    >>> table = pd.DataFrame({"date": ["2022-01-11", "2022-01-10"], "count": [3, 1], "total_count": [10, 8]})
    >>> load_media_cloud(table)[["count", "total_count", "ratio"]]
       count  total_count  ratio
    0      1            8  0.125
    1      3           10  0.300
    """
    where = "the table" if isinstance(source, pd.DataFrame) else str(source)
    table = source.copy() if isinstance(source, pd.DataFrame) else _from_file(Path(source))
    table = table.rename(
        columns=lambda name: str(name).strip().lower() if str(name).strip().lower() in COLUMNS else name
    )
    absent = [name for name in ("date", "total_count") if name not in table.columns]
    if absent:
        has = ", ".join(map(str, table.columns)) or "none"
        raise WorkbenchError(
            f"{where} has no column {', '.join(map(repr, absent))}; it has {has}; "
            "in Media Cloud, download the counts of attention over time, not the list of stories"
        )
    table = table.loc[:, [name for name in table.columns if not str(name).startswith("Unnamed")]]
    days = days_of(table["date"], where).astype("datetime64[us]")
    numbers = {
        name: pd.Series(numbers_of(table[name], where), table.index).astype("Int64")
        for name in COLUMNS[1:3]
        if name in table.columns
    }
    checked = pd.DataFrame({"date": pd.DatetimeIndex(days).tz_localize("UTC"), **numbers}, index=table.index)
    if "count" in checked:
        checked["ratio"] = _ratio(checked, table, where)
    others = [name for name in table.columns if name not in COLUMNS]
    whole = pd.concat([checked, table[others]], axis=1)
    return whole.sort_values(["date", *others], ignore_index=True, kind="stable", key=_sortable)


def _sortable(column: pd.Series) -> pd.Series:
    return column if column.name == "date" else column.astype("str")


def _from_file(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise WorkbenchError(f"there is no file {path}; give the path of the CSV that Media Cloud made")
    try:
        text = path.read_text("utf-8-sig")
        delimiter = max(",;\t", key=text.partition("\n")[0].count)
        return pd.read_csv(io.StringIO(text), sep=delimiter, dtype={"date": "str"})
    except (ValueError, pd.errors.ParserError, OSError) as problem:
        raise WorkbenchError(
            f"{path} cannot be read as CSV ({problem}); download it from Media Cloud again, or save it as UTF-8"
        ) from None


def _ratio(checked: pd.DataFrame, table: pd.DataFrame, where: str) -> pd.Series:
    """The share of each row, after a look at whether the table says the same."""
    count, total = (checked[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in ("count", "total_count"))
    if (over := count > total).any():
        at = int(np.flatnonzero(over)[0])
        raise WorkbenchError(
            f"{where} has {int(over.sum())} days with a count above the total_count, for example {count[at]:.0f} of "
            f"{total[at]:.0f} on {checked['date'].iloc[at].date()}; the columns may have changed places"
        )
    ratio = np.divide(count, total, out=np.full(len(count), np.nan), where=total > 0)
    if "ratio" in table.columns:
        said = pd.to_numeric(table["ratio"], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        # A thousandth is what rounding may do; some tools write the ratio in per cent.
        wrong = (np.abs(said - ratio) > 1e-3) & (np.abs(said / 100 - ratio) > 1e-3)
        if wrong.any():
            at = int(np.flatnonzero(wrong)[0])
            raise WorkbenchError(
                f"the ratio of {checked['date'].iloc[at].date()} in {where} is {said[at]:g}, but count / total_count "
                f"is {ratio[at]:.4f}; leave the column out if it is something else"
            )
    return pd.Series(ratio, checked.index)


def media_cloud_coverage(  # noqa: PLR0913 -- keyword-only, each with its usual value
    table: pd.DataFrame,
    *,
    every: str = "day",
    by: str | None = None,
    start: Day | None = None,
    end: Day | None = None,
    level: float = 0.95,
    week_start: str = "monday",
) -> pd.DataFrame:
    """A `coverage` table of Media Cloud's counts, one row per period (and group): it can be drawn without an article.

    Columns as in `coverage`. `texts`, `outlets` and `total_texts` are missing, `possible` is 0: a count says nothing of
    them. A period of which the table leaves out days has neither articles nor a total, and is marked in `gap`. The
    interval is Wilson's of `articles` independent articles, hence too narrow where stories are copied; `attrs` says so.

    Raises WorkbenchError as `load_media_cloud` does, and for a table without counts.
    """
    choice("every", every, PERIODS)
    table = load_media_cloud(table)
    require(table, "count")
    if by is not None and by not in table.columns:
        raise WorkbenchError(f"by={by!r} is no column of the table; it has {', '.join(map(str, table.columns))}")
    totals = as_totals(table, every=every, by=by)
    counts = replace(totals, articles=numbers_of(table["count"], "the table"))
    none = np.zeros(0, dtype=np.int64)
    gathered = TakenOf(totals).reaching(Times(none, none, none.astype(bool), none.astype(bool)))
    grid = make_grid(gathered, every, start=start, end=end, week_start=week_start)
    groups = sorted({name or _NONE for name in totals.group}) if by is not None else [""]
    articles, total = (totals_per_cell(each, grid, groups, none=_NONE) for each in (counts, totals))
    articles, total = (np.where(np.isnan(articles + total), np.nan, each) for each in (articles, total))
    share, low, high = share_with_interval(articles, total, level=level)
    columns: dict[str, object] = {"period": grid.periods.repeat(len(groups))}
    if by is not None:
        columns[by] = pd.array(groups * len(grid), dtype="str")
    unknown = np.full(len(total), np.nan)
    columns |= {"articles": articles, "texts": unknown, "outlets": unknown, "total": total, "total_texts": unknown}
    columns |= {"share": share, "share_low": low, "share_high": high, "certain": articles, "possible": 0}
    found = pd.DataFrame(columns | {"complete": np.repeat(grid.complete, len(groups)), "gap": np.isnan(total)})
    found.attrs = {"every": every, "by": by, "unit": "articles", "level": level, "week_start": week_start}
    found.attrs |= {"share_note": _NOTE, "gathered_by": None}
    return found


def as_media_cloud(table: pd.DataFrame) -> pd.DataFrame:
    """A coverage table as Media Cloud has it: `date`, the groups, `count`, `total_count` and `ratio`.

    One row per row of the table, in its order; the date is the first day of the period, as in 2022-01-31. A missing
    total stays empty; `load_media_cloud` reads it again. Raises WorkbenchError for a table without periods, and for one
    that counts texts: Media Cloud counts every copy.
    """
    require(table, "period", "articles", "total", "share")
    if table.attrs.get("unit", "articles") != "articles":
        raise WorkbenchError(
            "the table's shares are of texts, and Media Cloud counts every copy; count unit='articles'"
        )
    named = [name for name in ("event", table.attrs.get("by")) if name in table.columns]
    whole = {name: pd.Series(table[name]).astype("Float64").astype("Int64") for name in ("articles", "total")}
    columns = {"date": table["period"].dt.strftime("%Y-%m-%d"), **{str(name): table[name] for name in named}}
    columns |= {"count": whole["articles"], "total_count": whole["total"], "ratio": table["share"]}
    return pd.DataFrame(columns).reset_index(drop=True)


def write_media_cloud(table: pd.DataFrame, path: str | Path) -> Path:
    """The path of a coverage table written as Media Cloud's CSV, safe for spreadsheets, whole or not at all."""
    return write_csv(as_media_cloud(table), Path(path))
