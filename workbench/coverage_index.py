"""An index of coverage over outlets, in the manner of the indices of policy uncertainty and of geopolitical risk."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.articles import WorkbenchError, require
from workbench.periods import Day, Times, make_grid

Reals = NDArray[np.float64]

_FEWEST = 6
"""Periods with a share that an outlet needs: of fewer, its deviation has an error of more than a third."""

_RESAMPLES = 999
"""Of outlets, for the interval: the 25th and the 975th of them are its ends at 95 %."""


def coverage_index(
    table: pd.DataFrame,
    *,
    base: tuple[Day, Day] | None = None,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """One row per period: how much the outlets covered something, each measured against itself, on a scale of mean 100.

    `table` is a coverage table by outlet, as of `coverage(…, by="source", every="month")`. The share of each outlet is
    divided by its standard deviation over the periods of `base` (first and last day; by default all), so that a large
    or a political outlet does not drown the others; the outlets are averaged period by period, and the averages scaled
    to a mean of 100 over the base (Baker, Bloom and Davis 2016, "Measuring economic policy uncertainty", section II;
    Caldara and Iacoviello 2022, "Measuring geopolitical risk", whose index has a mean of 100 too). Columns:

    - `period`: first moment, UTC
    - `index`: 100 for the mean of the base; missing where no outlet has a share
    - `index_low`, `index_high`: interval at `level`: percentiles of 999 draws of the outlets with replacement, each
      scaled anew; it says how far the index hangs on which outlets were collected. Missing with fewer than three
      outlets. Within an outlet, chance is that of the periods and stands in the ups and downs of the index itself
    - `outlets`: outlets that have a share in the period; an outlet without a total, or with a `gap`, is left out of it
    - `gap`: True where less than half of the outlets have a share: another index than in the other periods
    - `complete`: as in the table, for the outlets that are in; a period covered only in part is in all the same

    `attrs["outlets"]` lists the outlets that are in, `attrs["set_aside"]` says of the others why: fewer than six
    periods with a share in the base, or no change at all, where there is no deviation to scale by.

    Raises WorkbenchError for a table that is not by outlet and period, and for a base that holds no period.

    >>> months = pd.date_range("2022-01-01", periods=6, freq="MS", tz="UTC").repeat(2)
    >>> shares = [0.1, 0.01, 0.1, 0.01, 0.2, 0.02, 0.1, 0.01, 0.3, 0.03, 0.4, 0.04]
    >>> table = pd.DataFrame({"period": months, "source": ["A", "B"] * 6, "share": shares})
    >>> coverage_index(table.assign(total=1000, complete=True))["index"].tolist()
    [50.0, 50.0, 100.0, 50.0, 150.0, 200.0]
    """
    by = _checked(table, level)
    shares = _shares(table, by)
    inside = _inside(shares.index, base)
    scaled, aside = _scaled(shares, inside)
    values = scaled.to_numpy(dtype=np.float64)
    index = _indexed(values, inside, np.ones((1, values.shape[1])))[0]
    low, high = _interval(values, inside, level, seed)
    present = (~np.isnan(values)).sum(axis=1)
    complete = table[table[by].astype("str").isin(scaled.columns)].groupby("period")["complete"].all()
    found = pd.DataFrame(
        {
            "period": shares.index,
            "index": index,
            "index_low": low,
            "index_high": high,
            "outlets": present.astype(np.int64),
            "gap": present * 2 < values.shape[1],
            "complete": complete.reindex(shares.index, fill_value=False).to_numpy(dtype=bool),
        }
    )
    kept: dict[Hashable, object] = {key: table.attrs.get(key) for key in ("every", "unit", "week_start")}
    found.attrs = {**kept, "by": None, "level": level, "outlets": list(scaled.columns), "set_aside": aside}
    return found


def _checked(table: pd.DataFrame, level: float) -> str:
    """The name of the column of outlets."""
    require(table, "period", "total", "share", "complete")
    by = table.attrs.get("by") or ("source" if "source" in table.columns else None)
    if by is None or by not in table.columns:
        raise WorkbenchError(
            "an index is made over outlets, and the table is not by outlet; count it with coverage(…, by='source')"
        )
    if "event" in table.columns and by != "event":
        raise WorkbenchError("the table compares several events; make an index of each, table[table['event'] == …]")
    if table.duplicated(["period", by]).any():
        raise WorkbenchError(
            f"the table has several rows per period and {by}; take one table of coverage(…, by={by!r})"
        )
    if not 0 < level < 1:
        raise WorkbenchError(f"level={level!r} is not between 0 and 1; write level=0.95 for 95 %")
    return str(by)


def _shares(table: pd.DataFrame, by: str) -> pd.DataFrame:
    """Shares, periods × outlets; missing without a total and in a gap."""
    whole = table["share"].astype("float64")
    if "gap" in table.columns:
        whole = whole.where(~table["gap"].astype(bool))
    rows = table.assign(share_=whole, outlet_=table[by].astype("str"))
    wide = rows.pivot(index="period", columns="outlet_", values="share_")  # noqa: PD010 -- pivot_table drops empty ones
    return wide.sort_index().sort_index(axis=1)


def _inside(periods: pd.Index, base: tuple[Day, Day] | None) -> NDArray[np.bool_]:
    if base is None:
        return np.ones(len(periods), dtype=bool)
    if not isinstance(base, tuple) or len(base) != 2:
        raise WorkbenchError(f"base={base!r} is not a first and a last day; write base=('2021-10-01', '2021-12-31')")
    none = np.zeros(0, dtype=np.int64)
    window = make_grid(Times(none, none, none.astype(bool), none.astype(bool)), None, start=base[0], end=base[1])
    first, after = (pd.Timestamp(int(edge), unit="us", tz="UTC") for edge in window.edges)
    inside = np.asarray((periods >= first) & (periods < after), dtype=bool)
    if len(periods) and not inside.any():
        raise WorkbenchError(
            f"no period of the table begins between {base[0]} and {base[1]}; it reaches from {periods[0].date()} to "
            f"{periods[-1].date()}"
        )
    return inside


def _scaled(shares: pd.DataFrame, inside: NDArray[np.bool_]) -> tuple[pd.DataFrame, dict[str, str]]:
    """Each outlet's shares by their deviation in the base, and why outlets are left out."""
    known = shares[inside].notna().sum()
    spread = shares[inside].std(ddof=1)
    aside = {}
    for outlet in shares.columns:
        if known[outlet] < _FEWEST:
            aside[str(outlet)] = f"a share in {known[outlet]} periods of the base, {_FEWEST} are needed"
        elif not spread[outlet] > 0:
            aside[str(outlet)] = "the same share in every period of the base"
    kept = [outlet for outlet in shares.columns if str(outlet) not in aside]
    return shares[kept] / spread[kept], aside


def _indexed(values: Reals, inside: NDArray[np.bool_], weights: Reals) -> Reals:
    """The index for each row of weights of the outlets: mean over those that have a share, 100 over the base."""
    known = ~np.isnan(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (weights @ np.where(known, values, 0).T) / (weights @ known.T)
        level = np.where(inside & np.isfinite(mean), mean, 0).sum(axis=1)
        level /= (inside & np.isfinite(mean)).sum(axis=1)
        indexed: Reals = 100 * mean / level[:, None]
    return indexed


def _interval(values: Reals, inside: NDArray[np.bool_], level: float, seed: int) -> tuple[Reals, Reals]:
    """Percentiles of the index over draws of the outlets."""
    outlets = values.shape[1]
    nothing = np.full(len(values), np.nan)
    if outlets < 3 or not len(values):
        return nothing, nothing
    weights = np.random.default_rng(seed).multinomial(outlets, np.full(outlets, 1 / outlets), _RESAMPLES)
    drawn = _indexed(values, inside, weights.astype(np.float64))
    found = np.array([nothing, nothing])
    some = (~np.isnan(values)).sum(axis=1) >= 3
    if some.any():
        found[:, some] = np.nanquantile(drawn[:, some], [(1 - level) / 2, (1 + level) / 2], axis=0)
    own = _indexed(values, inside, np.ones((1, outlets)))[0]
    return np.fmin(found[0], np.where(some, own, np.nan)), np.fmax(found[1], np.where(some, own, np.nan))
