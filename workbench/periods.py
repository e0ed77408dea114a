"""Calendar periods: days, weeks, months, quarters and years in UTC, and in which of them an article falls.

An article's time is an interval [low, high). Inside one period it is certain there, when the interval is stated;
meeting several, or inferred, it is possible in each it meets; meeting none it is outside; without an interval it is
undated. Each article is exactly one of these.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.articles import WorkbenchError, is_inferred, require
from workbench.query import period as period_of
from workbench.search import published_interval

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
Day = str | dt.date | pd.Timestamp

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

PERIODS: dict[str, tuple[str, int]] = {
    "day": ("D", 1),
    "week": ("D", 7),
    "month": ("M", 1),
    "quarter": ("M", 3),
    "year": ("M", 12),
}
"""Each period as a number of calendar days or months."""

MOST_PERIODS = 100_000
"""More than 270 years of days: past this a grid comes from a wrong year in the data, not from a question."""

_EPOCH_WEEKDAY = WEEKDAYS.index("thursday")  # 1970-01-01, from which numpy counts days
_DAY = 86_400_000_000


@dataclass(frozen=True)
class Times:
    """The intervals of articles in microseconds since 1970; `low` and `high` mean nothing where not `dated`.

    `stated` is False where there is no interval and where it was inferred: such an article is never certain.
    """

    low: Whole
    high: Whole
    dated: Flags
    stated: Flags


@dataclass(frozen=True)
class Grid:
    """Periods in a row: `starts` are the calendar's, `edges` are cut to the window; `complete` as in `coverage`."""

    edges: Whole
    starts: Whole
    complete: Flags

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def periods(self) -> pd.DatetimeIndex:
        """The first moment of each period of the calendar."""
        return pd.DatetimeIndex(self.starts.astype("datetime64[us]")).tz_localize("UTC")


@dataclass(frozen=True)
class Places:
    """Where articles fall in a grid: `first` and `last` period each meets, and which of the four classes it is."""

    first: Whole
    last: Whole
    certain: Flags
    possible: Flags
    outside: Flags
    undated: Flags

    def account(self, chosen: Flags | None = None) -> dict[str, int]:
        """How many articles are in each class; the four add up to `articles`."""
        pick = np.ones(len(self.first), dtype=bool) if chosen is None else chosen
        classes = {name: int((getattr(self, name) & pick).sum()) for name in CLASSES}
        return {"articles": int(pick.sum()), **classes}


CLASSES = ("certain", "possible", "undated", "outside")


def times_of(articles: pd.DataFrame) -> Times:
    """The interval of each article; raises WorkbenchError when a time column holds no times."""
    require(articles, "published")
    # Without the ids: pandas makes Python strings of them whenever it cuts a column, a second for a million articles.
    columns = [name for name in ("published", "published_low", "published_high") if name in articles.columns]
    try:
        low, high = published_interval(articles[columns].reset_index(drop=True))
    except (ValueError, TypeError) as problem:
        if isinstance(problem, WorkbenchError):
            raise
        raise WorkbenchError(
            f"the times of the table cannot be read ({problem}); make them with pd.to_datetime(…, utc=True)"
        ) from None
    dated = (low.notna() & high.notna()).to_numpy(dtype=bool)
    stated = dated & ~is_inferred(articles).to_numpy(dtype=bool)
    return Times(_microseconds(low), _microseconds(high), dated, stated)


def _microseconds(times: pd.Series) -> Whole:
    moments: Whole = times.dt.tz_localize(None).to_numpy(dtype="datetime64[us]").astype(np.int64)
    return moments


def make_grid(
    times: Times, every: str | None, *, start: Day | None = None, end: Day | None = None, week_start: str = "monday"
) -> Grid:
    """The periods from `start` to `end` (days, both included); by default as far as certain articles reach.

    `every=None` is one period over the whole window. Raises WorkbenchError for a period or weekday that does not
    exist, a start after the end, or a span that only a wrong date can have made.
    """
    if every is not None:
        choice("every", every, PERIODS)
    choice("week_start", week_start, WEEKDAYS)
    given = asked_days(start, end)
    step = PERIODS[every] if every is not None else None
    reach = _extent(times, step, week_start)
    window = _window(given, reach)
    if window is None:
        return Grid(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, bool))
    covered = _extent(times, PERIODS["day"], week_start) or reach or (0, 0)
    whole = np.array(window) if step is None else _edges(*window, step, week_start)
    full = (whole[:-1] >= max(window[0], covered[0])) & (whole[1:] <= min(window[1], covered[1]))
    return Grid(np.clip(whole, *window), whole[:-1], full)


def place(times: Times, grid: Grid) -> Places:
    """Where each article falls."""
    size = len(grid)
    if not size:
        none = np.zeros(len(times.dated), dtype=bool)
        nowhere = np.full(len(times.dated), -1, dtype=np.int64)
        return Places(nowhere, nowhere, none, none, times.dated, ~times.dated)
    first = np.searchsorted(grid.edges, times.low, side="right") - 1
    last = np.searchsorted(grid.edges, times.high, side="left") - 1
    outside = times.dated & ((last < 0) | (first >= size))
    certain = times.stated & ~outside & (first == last)
    possible = times.dated & ~outside & ~certain
    return Places(np.maximum(first, 0), np.minimum(last, size - 1), certain, possible, outside, ~times.dated)


def choice(name: str, value: object, options: Iterable[str]) -> None:
    """Raise WorkbenchError unless `value` is one of the options; names the closest one."""
    known = list(options)
    if value not in known:
        close = difflib.get_close_matches(str(value), known, n=1, cutoff=0.5)
        hint = f"; did you mean {close[0]!r}?" if close else ";"
        raise WorkbenchError(f"{name}={value!r} is not known{hint} choose from {', '.join(known)}")


def asked_days(start: Day | None, end: Day | None) -> tuple[int | None, int | None]:
    """Where a window of days begins and where it ends, in microseconds since 1970; None where it is open."""
    low = None if start is None else _days(start, "start")[0]
    high = None if end is None else _days(end, "end")[1]
    if low is not None and high is not None and low >= high:
        raise WorkbenchError(f"start {start} comes after end {end}; swap them")
    return low, high


def _days(value: Day, name: str) -> tuple[int, int]:
    """The days that `value` names, as microseconds: 2022-01 as a start is its first day, as an end its last."""
    if isinstance(value, str):
        low, high = period_of(value)
    elif isinstance(value, dt.date) and not pd.isna(value):
        low = pd.Timestamp(value)
        low = low.tz_localize("UTC") if low.tzinfo is None else low.tz_convert("UTC")
        high = low + pd.Timedelta(microseconds=1)
    else:
        raise WorkbenchError(f"{name}={value!r} is not a date; write it as in {name}='2022-01-31'")
    first, last = (int(np.datetime64(each.tz_localize(None), "us").astype(np.int64)) for each in (low, high))
    return first // _DAY * _DAY, -(-last // _DAY) * _DAY


def _extent(times: Times, step: tuple[str, int] | None, week_start: str) -> tuple[int, int] | None:
    """From the first day to after the last day of the articles stated to fall inside one calendar period."""
    low, last = times.low[times.stated], times.high[times.stated] - 1
    if step is not None:
        inside = _number(low, step, week_start) == _number(last, step, week_start)
        low, last = low[inside], last[inside]
    if not len(low):
        return None
    return int(low.min()) // _DAY * _DAY, (int(last.max()) // _DAY + 1) * _DAY


def _window(given: tuple[int | None, int | None], reach: tuple[int, int] | None) -> tuple[int, int] | None:
    low = given[0] if given[0] is not None else reach and reach[0]
    high = given[1] if given[1] is not None else reach and reach[1]
    return None if low is None or high is None or low >= high else (low, high)


def _number(moments: Whole, step: tuple[str, int], week_start: str) -> Whole:
    """The running number of the period in which each moment lies."""
    unit, size = step
    count = moments.astype("datetime64[us]").astype(f"datetime64[{unit}]").astype(np.int64)
    number: Whole = (count - _shift(step, week_start)) // size
    return number


def _shift(step: tuple[str, int], week_start: str) -> int:
    return WEEKDAYS.index(week_start) - _EPOCH_WEEKDAY if step == PERIODS["week"] else 0


def _edges(low: int, high: int, step: tuple[str, int], week_start: str) -> Whole:
    """The calendar's period starts from the one that holds `low` to the first one not before `high`."""
    first, last = (int(each) for each in _number(np.array([low, high - 1]), step, week_start))
    if last - first >= MOST_PERIODS:
        began = np.datetime64(low, "us").astype("datetime64[D]")
        raise WorkbenchError(
            f"{last - first + 1:,} periods from {began} on are too many; give start= and end=, or look for wrong dates"
        )
    unit, size = step
    counts = np.arange(first, last + 2) * size + _shift(step, week_start)
    edges: Whole = counts.astype(f"datetime64[{unit}]").astype("datetime64[us]").astype(np.int64)
    return edges
