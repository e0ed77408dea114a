"""Coverage of many outlets or languages: a panel for each, all on one scale and over the same time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from workbench.articles import WorkbenchError, require
from workbench.languages import NAMES
from workbench.look import FAINT, GREY, colours_of, count, describe, frame, lead, nothing, plain, safe
from workbench.periods import choice
from workbench.plot_gaps import gap_note
from workbench.plot_marks import Mark, draw_marks
from workbench.plot_periods import BELOW, OFFSETS, draw_band, draw_time, span, timed
from workbench.plot_words import HOVER, NEEDED, account_note, hover_data, numbers, share_note

MEASURES = ("articles", "texts", "outlets", "share")

MOST_PANELS = 12
"""As many as fit a printed page."""

_HIGH, _LABEL = 58, 22
"""Pixels of a panel, and of the line with its name above it."""

_WORDS = {"articles": "articles", "texts": "distinct texts", "outlets": "outlets"}
_MOST_NAMES = 300
"""Letters of the names that are not drawn; more is no longer read."""


@dataclass(frozen=True)
class _Panels:
    """The table by `timed` with `group`, the groups from the largest on, and the words about them."""

    table: pd.DataFrame
    measure: str
    by: str
    every: str
    shown: list[str]
    rest: list[str]
    words: str
    top: float

    def called(self, name: str) -> str:
        """A group as people call it."""
        return NAMES.get(name, name) if self.by == "language" else name


def plot_panels(
    table: pd.DataFrame,
    *,
    measure: str = "articles",
    mark: Mark | None = None,
    title: str | None = None,
    most: int = 12,
) -> go.Figure:
    """A small panel per group of a `coverage` table with `by=`, or per event of a `compare` table, the largest first.

    All panels have one scale and one axis of time, so that heights and moments can be compared down the page.
    `measure` is articles, texts, outlets (bars) or share (a line with its interval as a band, broken where there is no
    total). Bars and markers of periods covered only in part are hollow. Periods of a column `gap` are hatched;
    periods in which a group has no article at all, of whatever matter, are crossed: they are no quiet ones. `mark`
    (an event, several, or pairs of date and label) draws numbered lines through all panels. The `most` groups with
    most articles are drawn, twelve at the most; the note names the others.

    Raises WorkbenchError for an unknown measure, and for a table without groups or periods.
    """
    choice("measure", measure, MEASURES)
    require(table, "period", *NEEDED)
    if not 1 <= most <= MOST_PANELS:
        raise WorkbenchError(f"most={most} panels cannot be drawn; take 1 to {MOST_PANELS}")
    by = _grouping(table)
    unit, every = str(table.attrs.get("unit", "articles")), str(table.attrs.get("every") or "period")
    of = f"all {unit}" if table.attrs.get("whole") or by == "event" else f"each {by}'s {unit}"
    words = f"{_WORDS.get(measure, f'share of {of}')} per {every}"
    heading = title or f"{words[:1].upper()}{words[1:]}, by {by}"
    if table.empty or table[measure].isna().all():
        none = "There is nothing to draw: no group has an article with a certain time here."
        return nothing(heading, (share_note(table) if measure == "share" else "") or none)
    panels = _panels(table, measure, by, every, most, words)
    figure = go.Figure(layout={"barmode": "overlay"})
    for place, name in enumerate(panels.shown):
        _draw_panel(figure, panels, name, place)
    return _finished(figure, panels, table, heading, mark)


def _grouping(table: pd.DataFrame) -> str:
    by = table.attrs.get("by") or ("event" if "event" in table.columns else None)
    if by not in table.columns:
        raise WorkbenchError("the table has no groups; count with coverage(…, by='source') or by='language'")
    if table.duplicated(["period", by]).any():
        raise WorkbenchError(
            f"the table has several rows per period and {by}; draw one event, as in table[table['event'] == …]"
        )
    return str(by)


def _panels(table: pd.DataFrame, measure: str, by: str, every: str, most: int, words: str) -> _Panels:  # noqa: PLR0913 -- the parts of the result
    drawn = timed(table.sort_values(["period", by], kind="stable"), every)
    drawn["group"] = drawn[by].astype("str")
    size = drawn.groupby("group", sort=True)[["articles", "total"]].sum()
    ranked = list(size.sort_values(["articles", "total"], ascending=False, kind="stable").index)
    shown = ranked[:most]
    inside = drawn[drawn["group"].isin(shown)]
    high = inside["share_high"] if measure == "share" else inside[measure]
    # a share of one article in two has an interval to 90 %: the line decides on the scale, the bands half as much again
    top = min(float(high.max()), 1.5 * float(inside[measure].max()) or float(high.max()))
    return _Panels(drawn, measure, by, every, shown, ranked[most:], words, top * 1.06 or 1.0)


def _finished(figure: go.Figure, panels: _Panels, table: pd.DataFrame, heading: str, mark: Mark | None) -> go.Figure:
    first, after = panels.table["period"].min(), panels.table["after"].max()
    above, listed = draw_marks(figure, mark, first=first, after=after)
    figure.update_shapes(yref="paper", y0=0, y1=1)
    last = f"y{len(panels.shown)}" if len(panels.shown) > 1 else "y"
    draw_time(figure, panels.table, panels.every)
    figure.update_xaxes(anchor=last)
    notes = [account_note(table), *_notes(panels, table), gap_note(table)]
    height = (_HIGH + _LABEL) * len(panels.shown)
    frame(figure, title=heading, notes=[*notes, *listed], plot_height=height, above=above, left=44, below=BELOW)
    caption = " ".join([f"{heading}, {span(panels.table)}.", *filter(None, notes)])
    describe(figure, title=heading, caption=caption, alt=_alternative(panels, heading))
    rule = {"by": panels.by, "of": "all" if table.attrs.get("whole") else "matched"}
    if panels.every in OFFSETS:
        rule |= {"every": panels.every, "week_start": str(table.attrs.get("week_start", "monday"))}
    own = ["period", panels.by, "articles", "texts", "outlets", "total", "possible"]
    own += ["gap"] if "gap" in table.columns else []
    return lead(figure, rule, numbers(panels.table.assign(period=panels.table["when"]), *own), known=listed)


# -- a panel ------------------------------------------------------------------------------------------------------


def _draw_panel(figure: go.Figure, panels: _Panels, name: str, place: int) -> None:
    """The panel of one group under its name; `place` counts from above."""
    rows = panels.table[panels.table["group"] == name]
    axis = f"y{place + 1}" if place else "y"
    each = 1 / len(panels.shown)
    bottom, height = 1 - (place + 1) * each, each * _HIGH / (_HIGH + _LABEL)
    figure.update_layout(
        {
            f"yaxis{place + 1 if place else ''}": {
                "domain": [bottom, bottom + height], "range": [0, panels.top], "anchor": "x", "nticks": 4,
                "tickformat": "~%" if panels.measure == "share" else "", "tickfont": {"size": 10},
                "gridcolor": FAINT, "zeroline": True, "zerolinecolor": GREY, "zerolinewidth": 1,
            }
        }
    )  # fmt: skip
    of = f" of {count(rows['total'].sum())}" if rows["total"].notna().any() else ""
    figure.add_annotation(
        text=f"<b>{safe(panels.called(name), most=30)}</b>  {count(rows['articles'].sum())}{of} articles",
        x=0, xref="paper", xanchor="left",
        y=bottom + height, yref="paper", yanchor="bottom", showarrow=False, font={"size": 11}, borderpad=0,
        bgcolor="white",
    )  # fmt: skip
    gap = rows["gap"].astype(bool) if "gap" in rows.columns else pd.Series(data=False, index=rows.index)
    empty = ~gap & (rows["total"] == 0) & (rows["articles"] == 0)
    for part, shape in ((rows[gap], "/"), (rows[empty], "x")):
        _draw_ground(figure, part, shape, panels.top, axis)
    colour = colours_of(panels.shown)[name]
    draw = _draw_line if panels.measure == "share" else _draw_bars
    draw(figure, panels, rows, colour, axis)


def _draw_ground(figure: go.Figure, part: pd.DataFrame, shape: str, top: float, axis: str) -> None:
    if part.empty:
        return
    pattern = {"shape": shape, "fgcolor": "#B5B5B5", "bgcolor": "rgba(255,255,255,0)", "size": 6, "solidity": 0.15}
    figure.add_bar(
        x=part["period"], y=[top] * len(part), width=_width(part), offset=0, yaxis=axis, hoverinfo="skip",
        marker={"color": GREY, "line": {"width": 0}, "pattern": pattern}, showlegend=False,
    )  # fmt: skip


def _width(part: pd.DataFrame) -> pd.Series[float]:
    return (part["after"] - part["period"]).dt.total_seconds() * 1000


def _draw_bars(figure: go.Figure, panels: _Panels, rows: pd.DataFrame, colour: str, axis: str) -> None:
    complete = rows["complete"].astype(bool)
    fill = [colour if whole else "rgba(255,255,255,0)" for whole in complete]
    figure.add_bar(
        x=rows["period"], y=rows[panels.measure], width=_width(rows) * 0.86, offset=_width(rows) * 0.07, yaxis=axis,
        marker={"color": fill, "line": {"color": colour, "width": [0 if whole else 1 for whole in complete]}},
        **_said(panels, rows),
    )  # fmt: skip


def _draw_line(figure: go.Figure, panels: _Panels, rows: pd.DataFrame, colour: str, axis: str) -> None:
    draw_band(figure, rows, colour, yaxis=axis)
    crowded = len(rows) > 60
    figure.add_scatter(
        x=rows["x"], y=rows["share"], mode="lines+markers", yaxis=axis,
        line={"color": colour, "width": 1 if crowded else 1.5},
        marker={"size": 3 if crowded else 5, "symbol": np.where(rows["complete"], "circle", "circle-open")},
        **_said(panels, rows),
    )  # fmt: skip


def _said(panels: _Panels, rows: pd.DataFrame) -> dict[str, Any]:
    """Name, hover text and rule of the marks of a panel."""
    name = str(rows["group"].iloc[0])
    called = safe(panels.called(name), most=40)
    return {
        "name": called,
        "customdata": hover_data(rows),
        "hovertemplate": f"<b>%{{customdata[0]}}</b><br>{HOVER}",
        "meta": {"articles": {"is": name}},
    }


# -- words --------------------------------------------------------------------------------------------------------


def _notes(panels: _Panels, table: pd.DataFrame) -> list[str]:
    drawn = panels.table[panels.table["group"].isin(panels.shown)]
    notes = [f"Each panel: {panels.words}; one scale for all. Above it: its articles of all it has here."]
    if panels.measure == "share":
        notes.append(f"Band: {table.attrs.get('level', 0.95):.0%} interval, cut where it leaves the panel.")
        notes += [share_note(table)] if share_note(table) else []
    if panels.rest:
        names = plain(", ".join(panels.called(name) for name in panels.rest), most=_MOST_NAMES)
        notes.append(f"Not drawn, with fewer articles: {len(panels.rest)} ({names}).")
    if not drawn["complete"].astype(bool).all():
        notes.append(f"Hollow: {panels.every} covered only in part.")
    if "gap" in drawn.columns and drawn["gap"].any():
        notes.append("Hatched: not collected as expected.")
    if ((drawn["total"] == 0) & (drawn["articles"] == 0)).any():
        notes.append("Crossed: nothing of it collected, on whatever matter.")
    return notes


def _alternative(panels: _Panels, heading: str) -> str:
    known = panels.table[panels.table["group"].isin(panels.shown)].dropna(subset=[panels.measure])
    peak = known.iloc[int(known[panels.measure].argmax())]
    value = f"{peak['share']:.1%}" if panels.measure == "share" else count(peak[panels.measure])
    return (
        f"{heading}: {len(panels.shown)} panels, {span(panels.table)}. "
        f"Highest: {value} in {peak['when']} ({panels.called(str(peak['group']))})."
    )
