"""What gaps mean for coverage: articles set aside, and periods marked in which too much was not collected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.articles import WorkbenchError
from workbench.gaps import COLUMNS, KINDS, gaps_of
from workbench.periods import Flags, Grid, Times, Whole, choice

Reals = NDArray[np.float64]

MUCH = 0.05
"""Part of the expected volume whose loss marks a period: one of twenty equal outlets.

What is lost can move a share by as many points as it is per cent of the volume, and does where the lost outlet writes
of little else: a tenth would let the loss of one of ten outlets pass that moves a share of 7 % out of its interval
(benchmarks/gaps.py).
"""

HALF = 0.5
"""Part of a period's days an outlet's own row may lack before it is marked: the rest still stands for the period."""

_DAY = 86_400_000_000


@dataclass(frozen=True)
class Uncollected:
    """The gaps that meet a window, `aside` being the articles inside a gap of their outlet.

    Of each that is no cap: the number of its outlet, its first moment and first moment after, articles missing a day.
    """

    table: pd.DataFrame
    outlet: Whole
    start: Whole
    after: Whole
    rate: Reals
    aside: Flags

    def named(self) -> list[dict[str, Any]]:
        """The gaps as plain values, days as text: what a caption can name and JSON can keep."""
        shown = self.table.assign(**{name: self.table[name].dt.strftime("%Y-%m-%d") for name in ("first", "last")})
        shown = shown.astype(object).where(shown.notna(), None)
        return [{str(name): _plain(value) for name, value in row.items()} for row in shown.to_dict("records")]


def _plain(value: Any) -> Any:
    value = value.item() if isinstance(value, np.generic) else value
    return float(f"{value:.4g}") if isinstance(value, float) else value


def uncollected(
    *,
    gaps: pd.DataFrame | bool,
    times: Times,
    outlet: Whole,
    names: list[str],
    grid: Grid,
) -> Uncollected:
    """The gaps found in these articles (True), given as a table, or none (False), as far as they meet the grid."""
    if isinstance(gaps, pd.DataFrame):
        table = checked(gaps)
    elif isinstance(gaps, bool | np.bool_):
        table = gaps_of(times, outlet if gaps else np.full_like(outlet, -1), names if gaps else [])
    else:
        raise WorkbenchError(f"gaps={gaps!r} is no table; give True, False or what find_gaps gives")
    number = {name: place for place, name in enumerate(names)}
    start, after = (_moment(table[name]) + extra for name, extra in (("first", 0), ("last", _DAY)))
    if len(grid):
        meets = table["source"].isin(number).to_numpy() & (start < grid.edges[-1]) & (after > grid.edges[0])
    else:
        meets = np.zeros(len(table), dtype=bool)
    table, start, after = table[meets].reset_index(drop=True), start[meets], after[meets]
    lost = (table["kind"] != "capped").to_numpy(dtype=bool)
    own = np.array([number[name] for name in table["source"]], dtype=np.int64)[lost]
    start, after = start[lost], after[lost]
    aside = _inside(own, start, after, outlet=outlet, times=times)
    rate = _rates(table[lost], own, outlet[times.dated & ~aside], (after - start) / _DAY, grid)
    return Uncollected(table, own, start, after, rate, aside)


def checked(gaps: pd.DataFrame) -> pd.DataFrame:
    """The table with all columns of `find_gaps`; raises WorkbenchError for what a researcher may have mistyped."""
    absent = [name for name in ("source", "first", "last") if name not in gaps.columns]
    if absent:
        raise WorkbenchError(f"the table of gaps has no column {', '.join(map(repr, absent))}; see wb.find_gaps")
    table = gaps.reindex(columns=list(COLUMNS)).reset_index(drop=True)
    for name in ("first", "last"):
        days = pd.to_datetime(table[name], utc=True, errors="coerce", format="mixed")
        if (wrong := days.isna()).any():
            raise WorkbenchError(f"{name}={table.loc[wrong, name].iloc[0]!r} of a gap is no day; write '2022-01-31'")
        table[name] = days.dt.as_unit("us").dt.floor("D")
    if (wrong := table["first"] > table["last"]).any():
        row = table[wrong].iloc[0]
        raise WorkbenchError(f"a gap of {row['source']!r} begins {row['first']:%Y-%m-%d}, after it ends; swap the days")
    table["source"] = table["source"].astype("str").str.strip()
    table["kind"] = table["kind"].astype(object).where(table["kind"].notna(), "silent")
    for kind in table["kind"].unique():
        choice("kind", kind, KINDS)
    table["days"] = (table["last"] - table["first"]).dt.days + 1
    return table


def _moment(days: pd.Series) -> Whole:
    moments: Whole = days.dt.tz_localize(None).to_numpy(dtype="datetime64[us]").astype(np.int64)
    return moments


def _inside(own: Whole, start: Whole, after: Whole, *, outlet: Whole, times: Times) -> Flags:
    """True for articles whose whole interval lies in a gap of their outlet."""
    aside = np.zeros(len(outlet), dtype=bool)
    if not len(own):
        return aside
    own, start, after = _merged(own, start, after)
    first, end = start // _DAY, after // _DAY
    origin, span = int(first.min()), int(end.max() - first.min()) + 1
    has = np.zeros(int(max(outlet.max(initial=0), own.max())) + 2, dtype=bool)
    has[own] = True  # the last place is that of the unknown outlet, -1
    some = np.flatnonzero(has[outlet] & times.stated)
    day, last = times.low[some] // _DAY, (times.high[some] - 1) // _DAY
    key = outlet[some] * span + np.clip(day - origin, 0, span - 1)
    at = np.maximum(np.searchsorted(own * span + first - origin, key, side="right") - 1, 0)
    aside[some] = (own[at] == outlet[some]) & (first[at] <= day) & (last < end[at])
    return aside


def _merged(own: Whole, start: Whole, after: Whole) -> tuple[Whole, Whole, Whole]:
    """Gaps of one outlet that touch or overlap as one, sorted by outlet and time."""
    order = np.lexsort((start, own))
    kept: list[list[int]] = []
    for outlet, first, end in zip(own[order], start[order], after[order], strict=True):
        if kept and kept[-1][0] == outlet and first <= kept[-1][2]:
            kept[-1][2] = max(kept[-1][2], int(end))
        else:
            kept.append([int(outlet), int(first), int(end)])
    merged = np.array(kept, dtype=np.int64)
    return merged[:, 0], merged[:, 1], merged[:, 2]


def _rates(table: pd.DataFrame, own: Whole, collected: Whole, days: Reals, grid: Grid) -> Reals:
    """Articles a day that each gap lacks: what was expected and not found, else the outlet's mean over the window."""
    if not len(own):
        return np.zeros(0)
    missed = pd.to_numeric(table["expected"]).to_numpy(dtype=np.float64, na_value=np.nan)
    missed = np.maximum(missed - np.nan_to_num(pd.to_numeric(table["found"]).to_numpy(np.float64, na_value=0)), 0)
    window = (grid.edges[-1] - grid.edges[0]) / _DAY
    mean = np.bincount(collected[collected >= 0], minlength=int(own.max()) + 1)[own] / window
    return np.asarray(np.where(np.isnan(missed), mean, missed / days), dtype=np.float64)


def marked(gaps: Uncollected, grid: Grid, groups: tuple[Whole, int], outlet: Whole, total: Whole | Reals) -> Flags:
    """For each period and group whether outlets that should give a twentieth of its articles were not collected.

    `groups` are the group of each article, -1 for none, and their number; `total` what was counted per period and
    group. An outlet gives to a group what it gives to it over the whole collection; the volume expected of the others
    is what was found, or the group's mean where that is more, so that a quiet day does not look like a loss.
    """
    group, width = groups
    if not len(gaps.outlet) or not width:
        return np.zeros(len(grid) * width, dtype=bool)
    owners, own = np.unique(gaps.outlet, return_inverse=True)
    lost = np.zeros((len(grid), len(owners)))
    np.add.at(lost.T, own, _days(gaps, grid) * gaps.rate[:, None])
    gives = _given(owners, outlet, group, width)
    found = np.nan_to_num(total.reshape(len(grid), width).astype(np.float64))  # totals from a table may be missing
    days = np.diff(grid.edges)[:, None] / _DAY
    usual = found.sum(axis=0) / days.sum() * days
    missing = lost @ gives
    return np.asarray((missing > 0) & (missing >= MUCH * (missing + np.maximum(found, usual))), dtype=bool).ravel()


def marked_outlets(gaps: Uncollected, grid: Grid, names: list[str], groups: list[str]) -> Flags:
    """For each period and outlet whether half of the period's days or more lie in its gaps."""
    lacking = np.zeros((len(groups), len(grid)))
    row = {name: place for place, name in enumerate(groups)}
    if len(gaps.outlet):
        own, start, after = _merged(gaps.outlet, gaps.start, gaps.after)
        days = _overlap(start, after, grid)
        for place, outlet in enumerate(own):
            if names[outlet] in row:
                lacking[row[names[outlet]]] += days[place]
    whole = np.diff(grid.edges) / _DAY
    return np.asarray((lacking > 0) & (lacking >= HALF * whole), dtype=bool).T.ravel()


def _given(owners: Whole, outlet: Whole, group: Whole, width: int) -> Reals:
    """The part of each outlet's articles that belongs to each group."""
    place = np.full(max(int(outlet.max(initial=0)), int(owners.max())) + 2, -1, dtype=np.int64)
    place[owners] = np.arange(len(owners))
    own = place[outlet]
    both = (own >= 0) & (group >= 0)
    count = np.bincount(own[both] * width + group[both], minlength=len(owners) * width).reshape(-1, width)
    return np.asarray(count / np.maximum(np.bincount(own[own >= 0], minlength=len(owners)), 1)[:, None])


def _days(gaps: Uncollected, grid: Grid) -> Reals:
    return _overlap(gaps.start, gaps.after, grid)


def _overlap(start: Whole, after: Whole, grid: Grid) -> Reals:
    """Days of each gap (row) in each period (column)."""
    low = np.maximum(start[:, None], grid.edges[None, :-1])
    high = np.minimum(after[:, None], grid.edges[None, 1:])
    return np.asarray(np.maximum(high - low, 0) / _DAY, dtype=np.float64)
