"""Known dates on a chart: numbered lines, and beneath the chart the list of what the numbers mean."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from workbench.articles import WorkbenchError
from workbench.events import Event
from workbench.look import INK, NARROW, plain, safe

Mark = Event | Mapping[str, Event] | Iterable[tuple[Any, str]]
"""An event with known dates, several of them by name, or pairs of date and label."""

MOST_LISTED = 24
"""More known dates than these are named in the hover text only."""


def marked_days(mark: Mark | None) -> list[tuple[pd.Timestamp, str]]:
    """Dates with their labels in order; several labels of one day stand together."""
    if mark is None:
        return []
    if isinstance(mark, Event):
        pairs: list[tuple[Any, str]] = [(known.date, known.label) for known in mark.known]
    elif isinstance(mark, Mapping):
        pairs = [(known.date, known.label) for event in mark.values() for known in event.known]
    else:
        pairs = _pairs(mark)
    days: dict[pd.Timestamp, list[str]] = {}
    for date, label in pairs:
        labels = days.setdefault(_day(date), [])
        labels += [] if label in labels else [label]
    return [(day, "; ".join(labels)) for day, labels in sorted(days.items())]


def _pairs(mark: object) -> list[tuple[Any, str]]:
    try:
        return [(date, str(label)) for date, label in mark]  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        raise WorkbenchError(
            f"mark={plain(mark, most=60)!r} is neither an event nor pairs of date and label; "
            "write mark=[('2022-01-12', 'NATO–Russia Council')]"
        ) from None


def _day(date: str | dt.date) -> pd.Timestamp:
    try:
        day = pd.Timestamp(date)
        return day.tz_localize("UTC") if day.tzinfo is None else day.tz_convert("UTC")
    except (ValueError, TypeError):
        raise WorkbenchError(f"{plain(date, most=60)!r} in mark is not a date; write it as '2022-01-12'") from None


def draw_marks(
    figure: go.Figure, mark: Mark | None, *, first: pd.Timestamp, after: pd.Timestamp
) -> tuple[int, list[str]]:
    """Draw numbered lines; gives the room their numbers need above the plot, and the list of them."""
    marks = marked_days(mark)
    inside = [(day, label) for day, label in marks if first <= day < after]
    # the middle of the day, so that the line stands on the bar of its day
    days = [day + pd.Timedelta(hours=12) for day, _ in inside]
    rows = _rows(days, (after - first) * (20 / (NARROW - 75)))
    for number, (day, row, (date, label)) in enumerate(zip(days, rows, inside, strict=True), start=1):
        figure.add_vline(x=day, line={"color": INK, "width": 1, "dash": "dot"}, opacity=0.55, layer="below")
        figure.add_annotation(
            x=day, y=1, yref="paper", yanchor="bottom", yshift=13 * row, text=str(number), showarrow=False,
            font={"size": 11}, hovertext=f"{date:%d %b %Y}<br>{safe(label, width=50)}",
        )  # fmt: skip
    listed = [f"{number}. {date:%d %b %Y}: {label}" for number, (date, label) in enumerate(inside, start=1)]
    if len(listed) > MOST_LISTED:
        listed = [f"{len(listed)} known dates are numbered; hover over a number to read its label."]
    if outside := len(marks) - len(inside):
        listed.append(f"Not drawn: {outside} of {len(marks)} known dates, outside these periods.")
    return 13 * (max(rows, default=-1) + 1) + 2, listed


def _rows(days: list[pd.Timestamp], apart: pd.Timedelta) -> list[int]:
    """For each day the lowest row in which its number stands clear of the one before it."""
    ends: list[pd.Timestamp] = []
    rows = []
    for day in days:
        row = next((at for at, end in enumerate(ends) if day >= end), len(ends))
        ends[row : row + 1] = [day + apart]
        rows.append(row)
    return rows
