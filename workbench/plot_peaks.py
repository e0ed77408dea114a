"""Peaks on a chart of coverage: numbered marks above it, the band that usual days lie in, and what the numbers mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from workbench.articles import WorkbenchError, require
from workbench.look import GREY, INK, NARROW, count, faded, plain, safe
from workbench.plot_marks import MOST_LISTED

HEIGHT = 300
"""Pixels of the plot (`look.frame`)."""

ROW = 14
"""Pixels that a mark is high; it stands this far above the bar, or as far as it must to stand clear of others."""

_SIGNS = {"burst": "", "shift up": "↑", "shift down": "↓"}
_NEEDED = ("peak", "kind", "first", "last", "top", "articles", "texts", "expected")


@dataclass(frozen=True)
class Label:
    """A mark: where it points, and how many pixels above the axis its text stands."""

    peak: Any
    x: pd.Timestamp
    value: float
    pixels: float


def draw_peaks(
    figure: go.Figure, peaks: pd.DataFrame | None, table: pd.DataFrame, heights: pd.Series, *, unit: str
) -> list[str]:
    """Draw a mark P1, P2 … above the top of each peak; gives what they mean.

    `table` is one by `plot_periods.timed`, without groups; `heights` is how high each of its rows is drawn. `unit` is
    what the peaks count. No two marks overlap from 390 pixels on. Raises WorkbenchError for what is no table of peaks.
    """
    if peaks is None:
        return []
    require(peaks, *_NEEDED)
    if table["period"].duplicated().any():
        raise WorkbenchError("peaks= is for a chart of one series; draw a coverage counted without by=")
    inside = peaks[(peaks["top"] >= table["period"].min()) & (peaks["top"] < table["after"].max())]
    most = float(heights.max()) or 1.0
    labels, top = _placed(inside, table, heights, most)
    for label in labels:
        _draw(figure, label, HEIGHT / top, unit)
    if labels:
        figure.update_yaxes(range=[0, top])
    return _listed(labels, len(peaks), unit)


def _placed(peaks: pd.DataFrame, table: pd.DataFrame, heights: pd.Series, most: float) -> tuple[list[Label], float]:
    """The marks, each above what is drawn beneath it and clear of those before it, and the value at the plot's top."""
    top = most * 1.05
    labels: list[Label] = []
    for _ in range(3):  # the higher marks stand, the smaller the scale; three rounds settle it
        labels = list(_stacked(peaks, table, heights, HEIGHT / top))
        needed = max((label.pixels + ROW for label in labels), default=0.0)
        if needed <= HEIGHT:
            break
        top *= needed / HEIGHT
    return labels, top


def _stacked(peaks: pd.DataFrame, table: pd.DataFrame, heights: pd.Series, scale: float) -> Iterator[Label]:
    span = table["after"].max() - table["period"].min()
    pixel = span / (NARROW - 75)
    placed: list[tuple[pd.Timestamp, pd.Timestamp, float]] = []
    for peak in list[Any](peaks.sort_values(["top", "peak"]).itertuples()):
        row = int(table["period"].searchsorted(peak.top, side="right")) - 1
        middle = table["x"].iloc[row]
        half = pixel * _width(peak) / 2
        under = heights[(table["after"] > middle - half) & (table["period"] < middle + half)]
        pixels = max(float(under.max()), 0.0) * scale + 8
        for start, end, other in sorted(placed, key=lambda each: each[2]):
            if start < middle + half and middle - half < end and abs(other - pixels) < ROW:
                pixels = other + ROW
        placed.append((middle - half, middle + half, pixels))
        yield Label(peak, middle, max(float(np.nan_to_num(heights.iloc[row])), 0.0), pixels)


def _text(peak: Any) -> str:
    return f"P{peak.peak}{_SIGNS.get(peak.kind, '')}"


def _width(peak: Any) -> float:
    """Pixels of the mark at its font size, and a little air."""
    return 7.5 * len(_text(peak)) + 3


def _draw(figure: go.Figure, label: Label, scale: float, unit: str) -> None:
    figure.add_annotation(
        x=label.x, y=label.value, text=f"<b>{_text(label.peak)}</b>", showarrow=True, arrowhead=0, arrowwidth=1,
        arrowcolor=INK, standoff=1, ax=0, ay=-(label.pixels - label.value * scale), yanchor="bottom",
        font={"size": 11, "color": INK}, borderpad=0, hovertext=safe(_said(label.peak, unit), most=400, width=50),
    )  # fmt: skip


def _said(peak: Any, unit: str) -> str:
    """The peak in words: days, kind, number and expectation, and its story where it has one."""
    first, last = f"{peak.first:%d %b %Y}", f"{peak.last:%d %b %Y}"
    if peak.kind != "burst":
        when = f"{first}: lasting {peak.kind}, to {last}"
    else:
        when = first if first == last else f"{first} to {last}"
    number = getattr(peak, unit)
    counted = f"{count(number)} {unit}" if pd.notna(number) else unit
    story = plain(getattr(peak, "story", ""), most=80)
    return f"{when}, {counted}, {peak.expected:.1f} expected" + (f": {story}" if story else "")


def _listed(labels: list[Label], peaks: int, unit: str) -> list[str]:
    said = [f"P{label.peak.peak}. {_said(label.peak, unit)}" for label in labels]
    listed = [each if each.endswith((".", "…", "!", "?")) else f"{each}." for each in said]
    if len(listed) > MOST_LISTED:
        listed = [f"{len(listed)} peaks are numbered; hover over a number to read what it was."]
    if outside := peaks - len(labels):
        listed.append(f"Not drawn: {outside} of {peaks} peaks, outside these periods.")
    return listed


def draw_expected(figure: go.Figure, band: pd.DataFrame | None, *, measure: str, every: str) -> list[str]:
    """Draw the band of `baselines.expected_band` in grey, its expectation as a dotted line; gives the note on it."""
    if band is None:
        return []
    require(band, "period", "expected", "low", "high")
    if every != "day" or band.attrs.get("measure", measure) != measure:
        raise WorkbenchError(
            f"expected= is a band of {band.attrs.get('measure')} per day, the chart shows {measure} per {every}; "
            f"draw days, and make it with expected_band(table, measure={measure!r})"
        )
    known = band["expected"].notna()
    if not known.any():
        return [plain(band.attrs.get("note", "")) or "Nothing could be expected of these days."]
    for _, run in band[known].groupby((~known).cumsum()[known]):
        middle = run["period"] + pd.Timedelta(hours=12)
        figure.add_scatter(
            x=[*middle, *middle[::-1]], y=[*run["high"], *run["low"][::-1]], mode="lines", fill="toself",
            fillcolor=faded(GREY, 0.3), line={"width": 0}, hoverinfo="skip", showlegend=False, zorder=-1,
        )  # fmt: skip
        figure.add_scatter(
            x=middle, y=run["expected"], mode="lines", line={"color": INK, "width": 1, "dash": "dot"},
            hoverinfo="skip", showlegend=False,
        )  # fmt: skip
    level = float(band.attrs.get("level", 0.95))
    return [f"Grey band: {level:.0%} of usual days lie in it; dotted: what was to be expected."]
