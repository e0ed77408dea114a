"""Periods as figures draw them: where each begins, ends and has its middle, how it is written, and unbroken bands."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from workbench.look import faded

OFFSETS: dict[object, pd.DateOffset] = {
    "day": pd.DateOffset(days=1),
    "week": pd.DateOffset(weeks=1),
    "month": pd.DateOffset(months=1),
    "quarter": pd.DateOffset(months=3),
    "year": pd.DateOffset(years=1),
}
"""How long each calendar period is."""

_WRITTEN = {"month": "%B %Y", "year": "%Y"}


def timed(table: pd.DataFrame, every: str) -> pd.DataFrame:
    """The table with `after`, the end of each period, `x`, its middle, and `when`, the period as it is written.

    Rows are numbered anew; a period covered only in part says so.
    """
    drawn = table.reset_index(drop=True)
    drawn["after"] = drawn["period"] + OFFSETS.get(every, pd.DateOffset(days=1))
    drawn["x"] = drawn["period"] + (drawn["after"] - drawn["period"]) / 2
    drawn["when"] = _written(drawn, every)
    return drawn


def _written(table: pd.DataFrame, every: str) -> pd.Series[str]:
    if every == "quarter":
        first = [f"{period.year} Q{period.quarter}" for period in table["period"]]
    else:
        first = list(table["period"].dt.strftime(_WRITTEN.get(every, "%a %d %b %Y")))
    parts = np.where(table["complete"], "", " (covered in part)")
    return pd.Series([f"{start}{part}" for start, part in zip(first, parts, strict=True)], table.index, dtype="str")


def span(table: pd.DataFrame) -> str:
    """First and last day of a table by `timed`."""
    last = table["after"].max() - pd.Timedelta(days=1)
    return f"{table['period'].min():%d %b %Y} to {last:%d %b %Y}"


BELOW = 70
"""Pixels beneath the plot for two lines of dates and the title of the axis."""


def draw_time(figure: go.Figure, table: pd.DataFrame, every: str) -> None:
    """The axis of time over a table by `timed`; its dates lie flat, months above their years, so that they fit."""
    figure.update_xaxes(
        type="date", range=[table["period"].min(), table["after"].max()], nticks=6, tickangle=0,
        title={"text": f"{every} (UTC)", "standoff": 4},
        tickformatstops=[{"dtickrange": ["M1", "M12"], "value": "%b\n%Y"}],
    )  # fmt: skip


def draw_band(figure: go.Figure, table: pd.DataFrame, colour: str, *, yaxis: str = "y") -> None:
    """The interval of the share, once for each unbroken run of periods that have one."""
    for run in _runs(table):
        figure.add_scatter(
            x=[*run["x"], *run["x"][::-1]], y=[*run["share_high"], *run["share_low"][::-1]], mode="lines",
            fill="toself", fillcolor=faded(colour, 0.18), hoverinfo="skip", showlegend=False, yaxis=yaxis,
            line={"width": 0 if len(run) > 1 else 4, "color": faded(colour, 0.3)},
        )  # fmt: skip


def _runs(table: pd.DataFrame) -> Iterator[pd.DataFrame]:
    known = table["share"].notna()
    for _, run in table[known].groupby((~known).cumsum()[known]):
        yield run
