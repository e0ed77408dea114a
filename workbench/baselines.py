"""The expected band: how many articles a day would have brought without bursts, from the series itself.

The expected number is a slow level, which may shift for good, times a factor of the weekday (times the day's total,
for shares). Days that stand out are set aside while this is estimated, in turns, as outbreak detection in public
health does: Farrington et al. (1996), "A statistical algorithm for the early detection of outbreaks of infectious
disease", and Noufaily et al. (2013), "An improved algorithm for outbreak detection in multiple surveillance systems".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.articles import WorkbenchError, require
from workbench.deviations import LEAST_SPREAD, SET_ASIDE, Spread, between, spread_of, tails
from workbench.periods import Flags, Whole, choice
from workbench.shares import Reals
from workbench.shifts import find_shifts

MEASURES = ("articles", "texts", "share")

FEWEST_DAYS = 14
"""Two of each weekday: with fewer, a Sunday cannot be told from a quiet day."""

HALF_WINDOW = 28
"""Days to either side whose mean is the level of a day: each weekday eight times, and short beside a season of news."""

WINDOW = 2 * HALF_WINDOW + 1

ROUNDS = 8
"""Turns of estimating and setting aside; in simulated years the days set aside hardly change after the sixth."""

STEADY = 2.0
"""Weeks, or articles if those are fewer, without a habit that each weekday starts from: two Sundays are no rule."""

ENOUGH = 3.0
"""Articles a day from which a median says where the level is; below, it is a matter of 1, 2 or 3."""

LONG_GAP = 28
"""Days from which a gap is a level of its own: as long as a shift has to last."""

_PRIOR = 0.5
"""Articles added to those of a level's days, so that days without any leave it above zero (Jeffreys)."""


@dataclass(frozen=True)
class Series:
    """The counts of days in a row, NaN where missing, and what they are counts out of: ones, or the day's total."""

    days: pd.DatetimeIndex
    count: Reals
    size: Reals

    @property
    def known(self) -> Flags:
        """True for days that were counted."""
        return ~np.isnan(self.count)


@dataclass(frozen=True)
class Baseline:
    """What is expected of each day of `series`, and how far days stray from it.

    `usual` is what a level of 1 brings on each day, `kept` are the days that do not stand out. `shifts` are the
    positions of the first days of new levels, `chances` say how probable each is without a shift.
    """

    series: Series
    expected: Reals
    usual: Reals
    spread: Spread
    kept: Flags
    shifts: Whole
    chances: Reals

    def stretch(self, at: int) -> slice:
        """The days from the shift at this position to the next shift."""
        later = self.shifts[self.shifts > at]
        return slice(at, int(later[0]) if len(later) else len(self.expected))


def expected_band(table: pd.DataFrame, *, measure: str | None = None, level: float = 0.95) -> pd.DataFrame:
    """One row per day: what was to be expected of it, and the band in which usual days lie with probability `level`.

    `table` is a `coverage` of days without groups. `measure` is articles or texts (by default the unit of the table),
    or share, for which a day with more articles in all is expected to bring more. Columns:

    - `period`: the day, UTC; every day from the first to the last of the table
    - `value`: what was counted, in the measure; missing where the day was not collected, or only in part
    - `expected`, `low`, `high`: in the measure; for counts `low` and `high` are whole numbers. Missing where nothing is
      known of the day's total, for counts on no day of a series that is long enough
    - `shift`: True for the first day of a lasting new level

    With fewer than 14 known days nothing is expected: the three columns are missing, `attrs["note"]` says why.
    Raises WorkbenchError for a table that is not by days or has groups, and for an unknown measure.

    >>> days = pd.date_range("2022-01-03", periods=28, tz="UTC")
    >>> table = pd.DataFrame({"period": days, "articles": [40, 50, 40, 60, 50, 20, 10] * 4})
    >>> expected_band(table).loc[[21, 27], ["value", "expected", "low", "high"]].round(1)
        value  expected   low  high
    21   40.0      40.0  26.0  56.0
    27   10.0      10.4   4.0  18.0
    """
    check_part("level", level)
    series = read_series(table, measure)
    shares = (measure or unit_of(table)) == "share"
    base = fit_baseline(series) if long_enough(series) else None
    missing = np.full(len(series.days), np.nan)
    expected = missing if base is None else base.expected
    low, high = (missing, missing) if base is None else between(expected, base.spread.of(1), level)
    size = series.size if shares else 1.0
    band = pd.DataFrame({"period": series.days, "value": series.count / size, "expected": expected / size})
    most = 1.0 if shares else np.inf
    band["low"], band["high"] = np.minimum(low / size, most), np.minimum(high / size, most)
    band["shift"] = np.isin(np.arange(len(band)), [] if base is None else base.shifts)
    band.attrs = {"every": "day", "measure": measure or unit_of(table), "level": level, "note": note_on(series)}
    return band


def unit_of(table: pd.DataFrame) -> str:
    """What the shares of the table count: articles or texts."""
    return str(table.attrs.get("unit") or "articles")


def check_part(name: str, value: object) -> None:
    """Raise WorkbenchError unless the value lies between 0 and 1."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1:
        raise WorkbenchError(f"{name}={value!r} is not between 0 and 1; write {name}=0.05 for 5 %")


def long_enough(series: Series) -> bool:
    """True where the series has days enough to expect anything."""
    return int(series.known.sum()) >= FEWEST_DAYS


def note_on(series: Series) -> str:
    """Why nothing can be said of the series, empty where something can."""
    known = int(series.known.sum())
    days = f"{known} day{'s' * (known != 1)}"
    return (
        "" if long_enough(series) else f"{days} collected in full: fewer than {FEWEST_DAYS} say nothing of usual days"
    )


def read_series(table: pd.DataFrame, measure: str | None = None) -> Series:
    """The days of a coverage table in a row; incomplete ones, gaps and days that are not there are missing."""
    unit = unit_of(table)
    chosen = unit if measure is None else measure
    choice("measure", chosen, MEASURES)
    counted = unit if chosen == "share" else chosen
    of = {"articles": "total", "texts": "total_texts"}[counted] if chosen == "share" else None
    require(table, "period", counted, *([of] if of else []))
    _check_days(table)
    known = counted_days(table)
    size = table[of].to_numpy(dtype=float) if of else np.ones(len(table))
    whole = pd.DataFrame(
        {"count": np.where(known & (size > 0), table[counted].to_numpy(dtype=float), np.nan), "size": size},
        index=pd.DatetimeIndex(table["period"], name="period"),
    )
    if len(whole):
        whole = whole.reindex(pd.date_range(whole.index.min(), whole.index.max(), freq="D"))
    sizes = whole["size"].where(whole["size"] > 0).to_numpy() if of else np.ones(len(whole))
    return Series(pd.DatetimeIndex(whole.index), whole["count"].to_numpy(dtype=float), sizes)


def counted_days(table: pd.DataFrame) -> Flags:
    """True for each row whose day was collected: in full, and in no gap shorter than LONG_GAP or with nothing in it.

    Part of the outlets missing for months is another level of collection, as shifts of level are; taken out, such
    days would leave nothing of a collection whose outlets came one after another.
    """
    known = np.ones(len(table), dtype=bool)
    if "complete" in table.columns:
        known &= table["complete"].to_numpy(dtype=bool)
    if "gap" not in table.columns:
        return known
    ordered = table[["period", "gap"]].sort_values("period", kind="stable")
    gap = ordered["gap"].astype(bool)
    length = gap.groupby((gap != gap.shift()).cumsum()).transform("size").reindex(table.index)
    held = table["total"].to_numpy(dtype=float) > 0 if "total" in table.columns else np.zeros(len(table), dtype=bool)
    return known & (~table["gap"].to_numpy(dtype=bool) | ((length.to_numpy() >= LONG_GAP) & held))


def _check_days(table: pd.DataFrame) -> None:
    if (every := table.attrs.get("every")) not in {None, "day"}:
        raise WorkbenchError(f"the table counts by {every}; for peaks count days, with coverage(…, every='day')")
    if table["period"].duplicated().any():
        raise WorkbenchError("the table has several rows per day; peaks need one counted without by=")


def fit_baseline(series: Series) -> Baseline:
    """What is expected of each day, from at least one known day; see the top of the module."""
    weekday = np.asarray(series.days.day_of_week, dtype=np.int64)
    factor, kept, day = _start(series, weekday)
    usual, long = series.size * factor[weekday], 2 * day
    for _ in range(ROUNDS):
        shifts, chances = find_shifts(series.count, usual, kept, long)
        factor = _factors(series, weekday, kept, _level(series, usual, kept, shifts))
        usual = series.size * factor[weekday]
        expected = _level(series, usual, kept, shifts) * usual
        spread = spread_of(series.count, expected, kept, day, window=WINDOW)
        day, long = spread.day, spread.long
        kept = _usual_days(series, weekday, expected, day)
    return Baseline(series, expected, usual, spread, kept, shifts, chances)


def _start(series: Series, weekday: Whole) -> tuple[Reals, Flags, float]:
    """A first look by medians, which bursts do not move: weekdays' factors, days that fit, and their spread."""
    typical = float(np.nanmean(series.size))
    rate = series.count / series.size
    middle, mean = _middles(rate, 1 / typical)
    many = middle * typical >= ENOUGH
    level = np.maximum(np.where(many, middle, mean), _PRIOR / WINDOW / typical)
    ratio = pd.Series(np.where(many, rate, np.minimum(rate, 3 * (middle + 1 / typical))) / level).groupby(weekday)
    own = ratio.median() if many.mean() > 0.5 else ratio.mean()
    weeks = ratio.count().reindex(range(7), fill_value=0).to_numpy()
    start = _steady(float(np.nanmean(series.count)))
    factor = (weeks * own.reindex(range(7)).fillna(1.0).to_numpy() + start) / (weeks + start)
    expected = level * series.size * factor[weekday]
    spread = _lower_spread(series.count, expected)
    return factor, _usual_days(series, weekday, expected, spread), spread


def _middles(rate: Reals, one: float) -> tuple[Reals, Reals]:
    """Of each day the median of the rates around it, and their mean where none counts for more than thrice the median.

    `one` is the rate of one article, added to the median: where half of the days are empty, the mean still counts.
    """
    padded = np.concatenate([np.full(HALF_WINDOW, np.nan), rate, np.full(HALF_WINDOW, np.nan)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)
    empty = np.isnan(windows).all(axis=1)
    middle, mean = np.full(len(rate), np.nan), np.full(len(rate), np.nan)
    middle[~empty] = np.nanmedian(windows[~empty], axis=1)
    mean[~empty] = np.nanmean(np.minimum(windows[~empty], 3 * (middle[~empty, None] + one)), axis=1)
    filled = pd.DataFrame({"middle": middle, "mean": mean}).ffill().bfill()
    return filled["middle"].to_numpy(), filled["mean"].to_numpy()


def _lower_spread(count: Reals, expected: Reals) -> float:
    """The squared relative spread of a day from the days below expectation: no burst is among them."""
    known = ~np.isnan(count) & ~np.isnan(expected)
    below = known & (count < expected)
    excess = 2 * ((count - expected)[below] ** 2).sum() - expected[known].sum()
    return max(float(excess / (expected[known] ** 2).sum()), LEAST_SPREAD)


def _steady(daily: float) -> float:
    """The even weeks that a weekday's factor starts from: STEADY, or where there are many, STEADY articles."""
    return min(STEADY, STEADY / max(daily, 1e-9))


def _usual_days(series: Series, weekday: Whole, expected: Reals, spread: float) -> Flags:
    """True for the days that do not stand out. Where most of a weekday do, its factor is at fault, and all are kept."""
    fits = series.known & (np.minimum(*tails(series.count, expected, spread)) > SET_ASIDE)
    most = 2 * np.bincount(weekday[fits], minlength=7) >= np.bincount(weekday[series.known], minlength=7)
    return fits | (series.known & ~most[weekday])


def _factors(series: Series, weekday: Whole, kept: Flags, level: Reals) -> Reals:
    """How much of an average day each weekday brings, over the days kept."""
    found = np.bincount(weekday[kept], series.count[kept], 7)
    even = np.bincount(weekday[kept], (level * series.size)[kept], 7)
    daily = float(even.sum()) / max(int(kept.sum()), 1)
    start = _steady(daily) * daily + 1e-9
    factor = (found + start) / (even + start)
    scaled: Reals = factor / factor.mean()
    return scaled


def _level(series: Series, usual: Reals, kept: Flags, shifts: Whole) -> Reals:
    """Of each day the mean rate of the days kept around it, within its own stretch between shifts."""
    at = np.arange(len(usual))
    edges = np.concatenate([[0], shifts, [len(usual)]])
    stretch = np.searchsorted(shifts, at, side="right")
    found, of = (np.concatenate([[0.0], np.cumsum(np.where(kept, values, 0.0))]) for values in (series.count, usual))
    near = np.maximum(at - HALF_WINDOW, edges[stretch]), np.minimum(at + HALF_WINDOW + 1, edges[stretch + 1])
    stretches = edges[stretch], edges[stretch + 1]
    whole = np.zeros(len(at), np.int64), np.full(len(at), len(at))
    level = np.full(len(at), np.nan)
    # where no day around is kept, the stretch says what is usual, and where none of the stretch is, all days do
    for first, after in (near, stretches, whole):
        days = of[after] - of[first]
        fills = np.isnan(level) & (days > 0)
        level[fills] = (found[after] - found[first] + _PRIOR)[fills] / days[fills]
    return level
