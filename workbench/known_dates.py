"""Known dates of an event beside the peaks of its coverage: which meet, which day was quiet, which peak is unknown."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbench.articles import WorkbenchError, require
from workbench.baselines import expected_band
from workbench.events import Event, KnownDate

WITHIN = 1
"""Days between a known date and a peak that meets it: a summit is announced the day before, and what happens in the
evening stands in the next day's papers."""

MATCHED = {
    "date": "datetime64[us, UTC]",
    "label": "str",
    "outcome": "str",
    "peak": "Int64",
    "lag": "Int64",
    "value": "float64",
    "expected": "float64",
    "low": "float64",
    "high": "float64",
}
"""The columns of `match_known_dates` and their types."""


def add_known(peaks: pd.DataFrame, event: Event, *, within: int = WITHIN) -> pd.DataFrame:
    """The peaks with the known dates they meet, in columns at the end.

    - `known`: what is known to have happened from a day before the peak to a day after it, in order of time with "; "
      between; of a shift, around its first day. Empty where nothing is
    - `known_date`: the one nearest to the peak's top, of two equally near the earlier; NaT where there is none
    - `lag`: days from that date to the top; below zero where the top came first
    """
    met = [_met(peak, event, within) for peak in _rows(peaks)]
    nearest = [_nearest(known, peak.top) for known, peak in zip(met, _rows(peaks), strict=True)]
    dates = pd.to_datetime(pd.Series([_day(each) if each else pd.NaT for each in nearest], index=peaks.index), utc=True)
    lag = (peaks["top"] - dates.astype("datetime64[us, UTC]")).dt.days
    return peaks.assign(
        known=pd.array(["; ".join(each.label for each in known) for known in met], dtype="str"),
        known_date=dates.astype("datetime64[us, UTC]"),
        lag=lag.astype("Int64"),
    )


def _rows(peaks: pd.DataFrame) -> list[Any]:
    return list(peaks.itertuples())


def _met(peak: Any, event: Event, within: int) -> list[KnownDate]:
    last = peak.last if peak.kind == "burst" else peak.first
    around = pd.Timedelta(days=within)
    return [each for each in event.known if peak.first - around <= _day(each) <= last + around]


def _nearest(known: list[KnownDate], top: pd.Timestamp) -> KnownDate | None:
    return min(known, key=lambda each: (abs(_day(each) - top), each.date), default=None)


def _day(known: KnownDate) -> pd.Timestamp:
    return pd.Timestamp(known.date, tz="UTC")


def match_known_dates(peaks: pd.DataFrame, event: Event, *, table: pd.DataFrame, within: int = WITHIN) -> pd.DataFrame:
    """One row per known date of the event, and per peak that meets none, in order of time.

    `table` is the coverage that `find_peaks` found the peaks in, `within` the days by which a known date may lie
    before or after the peak that meets it. Columns:

    - `date`, `label`: the known date; for a peak that meets none its top, and its story where the peaks have one
    - `outcome`: "met", "missed", "not collected" (the day is missing from the table, or known in part), or
      "unknown peak" for a peak without a known date
    - `peak`: the number of the peak, of several the one whose top is nearest; missing where the date was missed
    - `lag`: days from the date to the top of the peak
    - `value`, `expected`, `low`, `high`: of that day, as in `expected_band`

    A known date without a peak is as telling as a peak without a known date. Raises WorkbenchError where `peaks` is not
    a table of peaks, and for `within` below zero.
    """
    require(peaks, "peak", "kind", "first", "last", "top")
    if isinstance(within, bool) or not isinstance(within, int) or within < 0:
        raise WorkbenchError(f"within={within!r} is not a number of days; write within=1")
    band = expected_band(table, measure=peaks.attrs.get("measure"), level=float(peaks.attrs.get("level", 0.95)))
    days = band.set_index("period")[["value", "expected", "low", "high"]]
    rows = [_known_row(each, peaks, event, within, days) for each in event.known]
    rows += [
        {
            "date": peak.top,
            "label": str(getattr(peak, "story", "")),
            "outcome": "unknown peak",
            "peak": peak.peak,
            "lag": 0,
        }
        for peak in _rows(peaks)
        if not _met(peak, event, within)
    ]
    matched = pd.DataFrame(rows, columns=["date", "label", "outcome", "peak", "lag"])
    numbers = days.reindex(pd.DatetimeIndex(pd.to_datetime(matched["date"], utc=True))).reset_index(drop=True)
    matched = pd.concat([matched, numbers], axis=1).astype(MATCHED)
    return matched.sort_values(["date", "outcome", "label"], kind="stable", ignore_index=True)


def _known_row(
    known: KnownDate, peaks: pd.DataFrame, event: Event, within: int, days: pd.DataFrame
) -> dict[str, object]:
    date = _day(known)
    meeting = [peak for peak in _rows(peaks) if known in _met(peak, event, within)]
    best = min(meeting, key=lambda peak: (abs(peak.top - date), peak.peak), default=None)
    row: dict[str, object] = {"date": date, "label": known.label}
    if best is not None:
        return {**row, "outcome": "met", "peak": best.peak, "lag": (best.top - date).days}
    collected = bool(days["value"].reindex([date]).notna().all())
    return {**row, "outcome": "missed" if collected else "not collected", "peak": pd.NA, "lag": pd.NA}
