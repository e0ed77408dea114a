"""Coverage as a calendar: a square per day, weeks beneath one another, three months side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import pandas as pd
import plotly.graph_objects as go

from workbench.articles import WorkbenchError, require
from workbench.look import GREY, INK, SHADES, count, describe, frame, lead, nothing, safe
from workbench.periods import WEEKDAYS, choice
from workbench.plot_gaps import gap_note
from workbench.plot_marks import MOST_LISTED, Mark, marked_days
from workbench.plot_periods import span, timed
from workbench.plot_words import HOVER, NEEDED, account_note, hover_data, numbers, share_note

MEASURES = ("articles", "texts", "outlets", "share")

MOST_MONTHS = 72
"""Six years are four printed pages; more days than that are read as weeks or months."""

_ACROSS = 3
"""Months side by side: on the narrowest screen a day is then as wide as its two digits."""

_BETWEEN = 0.8
"""Days of empty room between two months."""

_HEAD = 1.5
"""Rows for the name of a month."""

_ROW = 19
"""Pixels of a row of days."""

CLEAR = "rgba(255,255,255,0)"

_WORDS = {"articles": "articles", "texts": "distinct texts", "outlets": "outlets", "share": "share of all {unit}"}


class _Look(NamedTuple):
    """How the squares of one entry of the legend are drawn: their fill, their pattern and the ink of their numbers."""

    name: str
    fill: str
    pattern: str = ""
    ink: str = INK


@dataclass(frozen=True)
class _Calendar:
    """The days with `column` and `row`, where each month's name stands, and the words about it."""

    table: pd.DataFrame
    months: list[tuple[float, float, str]]
    measure: str
    rows: float
    week_start: str
    words: str


def plot_calendar(
    table: pd.DataFrame, *, measure: str = "articles", mark: Mark | None = None, title: str | None = None
) -> go.Figure:
    """A calendar of a `coverage` table by day: a square per day, the darker the more, its number the day of the month.

    `measure` is articles, texts, outlets or share; shades are classes, named in the legend, whose bounds grow as the
    square so that quiet days can be told apart beside a peak. A day with nothing is white; a day on which no article
    of the collection is dated is crossed, since nothing can be said of it, and so is one without a share; a day in a
    column `gap`, on which not all was collected, is hatched over its shade. Days outside the table are left out. `mark`
    (an event, several, or pairs of date and label) frames the days of known dates. A table of up to three months is
    one row, a longer one has a row per quarter, at most six years.

    Raises WorkbenchError for an unknown measure, a table that is not by day, and one with several rows per day.
    """
    choice("measure", measure, MEASURES)
    require(table, "period", *NEEDED)
    unit = str(table.attrs.get("unit", "articles"))
    heading = title or f"Coverage by day: {_WORDS[measure].format(unit=unit)}"
    if table.empty:
        return nothing(heading, "There is no article with a certain time in this window.")
    group = _checked(table)
    if table[measure].isna().all():
        return nothing(heading, share_note(table) or "No day of this window has a total: there is no share.")
    calendar = _calendar(table, measure, _WORDS[measure].format(unit=unit))
    figure = go.Figure(layout={"barmode": "overlay", "bargap": 0})
    parts = list(_parts(calendar))
    names = [_draw(figure, look, days) for look, days in parts] + _hatch_gaps(figure, parts)
    listed = _frame_known(figure, calendar, mark)
    names += ["known date"] if any(trace.name == "known date" for trace in figure.data) else []
    _draw_names(figure, calendar)
    notes = [account_note(table), *_notes(calendar, len(table)), gap_note(table)]
    notes += [share_note(table)] if measure == "share" and share_note(table) else []
    frame(
        figure, title=heading, notes=[*notes, *listed], names=names, plot_height=int(_ROW * calendar.rows), above=18,
        left=12, right=12, below=10,
    )  # fmt: skip
    caption = " ".join(
        [f"{calendar.words[:1].upper()}{calendar.words[1:]} per day, {span(calendar.table)}.", *filter(None, notes)]
    )
    describe(figure, title=heading, caption=caption, alt=_alternative(calendar, heading))
    own = ["period", "articles", "texts", "outlets", "total", "possible"]
    own += ["gap"] if "gap" in table.columns else []
    shown = numbers(calendar.table.assign(period=calendar.table["when"]), *own)
    rule = {"every": "day", "of": "all" if table.attrs.get("whole") else "matched", **group}
    return lead(figure, rule, shown, known=listed, most=31 * MOST_MONTHS)


def _checked(table: pd.DataFrame) -> dict[str, Any]:
    """What all articles of the table have in common, as a rule; raises where the rows are not days."""
    every, by = table.attrs.get("every", "day"), table.attrs.get("by")
    if every != "day":
        raise WorkbenchError(f"a calendar shows days, the table is by {every}; count with coverage(…, every='day')")
    if table["period"].duplicated().any():
        column = by or ("event" if "event" in table.columns else "source")
        raise WorkbenchError(
            f"the table has several rows per day; draw one group, as in table[table[{column!r}] == …], "
            "or draw all with plot_panels"
        )
    return {"where": {by: str(table[by].iloc[0])}} if by in table.columns else {}


# -- where the days stand -----------------------------------------------------------------------------------------


def _calendar(table: pd.DataFrame, measure: str, words: str) -> _Calendar:
    days = timed(table.sort_values("period"), "day").assign(group="")
    bare = days["period"].dt.tz_localize(None)
    number = bare.dt.year * 12 + bare.dt.month - 1
    first = int(number.min())
    # a long table has a quarter per row, so that a month stands in the same place every year
    start = first - first % _ACROSS if int(number.max()) - first >= _ACROSS else first
    days["slot"] = number - start
    days = days[number < first + MOST_MONTHS]
    bare = bare[days.index]
    week_start = str(table.attrs.get("week_start", "monday"))
    weekday = (bare.dt.day_of_week - WEEKDAYS.index(week_start)) % 7
    before = (weekday - (bare.dt.day - 1)) % 7
    days["column"] = days["slot"] % _ACROSS * (7 + _BETWEEN) + weekday
    days["week"] = (bare.dt.day - 1 + before) // 7
    days["line"] = days["slot"] // _ACROSS
    tops, rows = _tops(days)
    days["row"] = days["line"].map(tops) + _HEAD + days["week"]
    first_of = days.assign(month=bare.dt.strftime("%b %Y")).drop_duplicates("slot")
    months = [
        (slot % _ACROSS * (7 + _BETWEEN), tops[line], month)
        for slot, line, month in zip(first_of["slot"], first_of["line"], first_of["month"], strict=True)
    ]
    return _Calendar(days, months, measure, rows, week_start, words)


def _tops(days: pd.DataFrame) -> tuple[dict[int, float], float]:
    """Where each line of months begins, in rows, and where the last one ends."""
    tops, at = {}, 0.0
    for line, weeks in days.groupby("line")["week"].max().items():
        tops[int(str(line))] = at
        at += _HEAD + int(weeks) + 1 + _BETWEEN / 2
    return tops, at


# -- how they look ------------------------------------------------------------------------------------------------


def _parts(calendar: _Calendar) -> Iterator[tuple[_Look, pd.DataFrame]]:
    """The days of each entry of the legend: nothing, the classes, not collected."""
    table, measure = calendar.table, calendar.measure
    unknown = _unknown(table, measure)
    known = table[~unknown]
    none = "0" if measure != "share" else "0%"
    parts = [(_Look(none, CLEAR), known[known[measure] == 0])]
    for low, high, name, shade in _classes(known.loc[known[measure] > 0, measure], measure):
        light = shade in SHADES[:5]
        inside = known[(known[measure] > low) & (known[measure] <= high)]
        parts.append((_Look(name, shade, ink=INK if light else "#FFFFFF"), inside))
    parts.append((_Look("none collected" if measure != "share" else "no total", GREY, "x"), table[unknown]))
    return ((look, days) for look, days in parts if len(days))


def _unknown(table: pd.DataFrame, measure: str) -> pd.Series[bool]:
    """True for days of which nothing can be said."""
    return ((table["total"] == 0) & (table["articles"] == 0)) | table[measure].isna()


def _classes(values: pd.Series, measure: str) -> Iterator[tuple[float, float, str, str]]:
    """Low bound (out), high bound (in), name and shade of up to five classes that grow as the square."""
    if values.empty:
        return
    top = float(values.max())
    steps = [float(f"{top * (step / 5) ** 2:.1g}") for step in range(1, 5)]
    counts = measure != "share"
    bounds = [0.0, *sorted({max(1.0, round(step)) if counts else step for step in steps} - {top}), top]
    bounds = [bound for bound in bounds if bound <= top]
    last = len(bounds) - 2
    shades = [SHADES[2 + round(4 * place / last)] for place in range(last + 1)] if last else [SHADES[4]]
    for (low, high), shade in zip(pairwise(bounds), shades, strict=True):
        if not counts:
            name = f"up to {100 * high:.2g}%" if low == 0 else f"{100 * low:.2g}–{100 * high:.2g}%"
        else:
            name = count(high) if high - low == 1 else f"{count(low + 1)}–{count(high)}"
        yield low, high, name, shade


def _draw(figure: go.Figure, look: _Look, days: pd.DataFrame) -> str:
    pattern = {"shape": look.pattern, "fgcolor": GREY, "bgcolor": "white", "size": 5, "solidity": 0.25}
    figure.add_bar(
        x=days["column"] + 0.5, base=days["row"], y=[0.92] * len(days), width=0.92, name=look.name,
        marker={"color": look.fill, "line": {"color": GREY, "width": 0.5}, "pattern": pattern if look.pattern else {}},
        text=days["period"].dt.day.astype("str"), textposition="inside", insidetextanchor="middle", textangle=0,
        constraintext="none", textfont={"size": 8.5, "color": look.ink},
        customdata=hover_data(days), hovertemplate=HOVER,
        meta={"articles": {"when": days["period"].dt.strftime("%Y-%m-%d").tolist()}},
    )  # fmt: skip
    return look.name


def _hatch_gaps(figure: go.Figure, parts: list[tuple[_Look, pd.DataFrame]]) -> list[str]:
    """Hatching over the days of a gap, in an ink that their shade lets through; gives its entry of the legend."""
    names: list[str] = []
    for look, days in parts:
        if look.pattern or "gap" not in days.columns or not days["gap"].any():
            continue
        pattern = {"shape": "/", "fgcolor": look.ink, "bgcolor": CLEAR, "size": 6, "solidity": 0.12}
        style = {"color": look.ink, "line": {"width": 0}, "pattern": pattern}
        _add_overlay(figure, days[days["gap"].astype(bool)], "part missing", style, listed=not names)
        names = ["part missing"]
    return names


def _add_overlay(
    figure: go.Figure, days: pd.DataFrame, name: str, look: dict[str, Any], *, listed: bool = True
) -> None:
    figure.add_bar(
        x=days["column"] + 0.5, base=days["row"], y=[0.92] * len(days), width=0.92, name=name, marker=look,
        hoverinfo="skip", showlegend=listed,
    )  # fmt: skip


def _frame_known(figure: go.Figure, calendar: _Calendar, mark: Mark | None) -> list[str]:
    """Frames around the days of known dates; gives the list of what they are."""
    marks = marked_days(mark)
    days = calendar.table.set_index("period")
    inside = [(day.normalize(), label) for day, label in marks if day.normalize() in days.index]
    if inside:
        framed = days.loc[[day for day, _ in inside]]
        _add_overlay(figure, framed, "known date", {"color": CLEAR, "line": {"color": INK, "width": 2}})
    listed = [f"{day:%d %b %Y}: {label}" for day, label in inside]
    if len(listed) > MOST_LISTED:
        listed = [f"{len(listed)} known dates are framed."]
    if outside := len(marks) - len(inside):
        listed.append(f"Not framed: {outside} of {len(marks)} known dates, outside these days.")
    return listed


def _draw_names(figure: go.Figure, calendar: _Calendar) -> None:
    """The months above their weeks, the days of the week above all."""
    figure.update_layout(
        annotations=[
            {"x": x, "y": y + 0.4, "text": f"<b>{safe(month)}</b>", "xanchor": "left", "yanchor": "top",
             "showarrow": False, "font": {"size": 12}, "borderpad": 0}
            for x, y, month in calendar.months
        ]
    )  # fmt: skip
    at = WEEKDAYS.index(calendar.week_start)
    letters = [day[0].upper() for day in (*WEEKDAYS[at:], *WEEKDAYS[:at])]
    blocks = len({x for x, _, _ in calendar.months})
    starts = [block * (7 + _BETWEEN) for block in range(blocks)]
    figure.update_xaxes(
        side="top", tickvals=[start + day + 0.5 for start in starts for day in range(7)], ticktext=letters * blocks,
        tickfont={"size": 10}, ticks="", showline=False, tickangle=0, fixedrange=True,
        range=[0, _ACROSS * 7 + (_ACROSS - 1) * _BETWEEN],
    )  # fmt: skip
    figure.update_yaxes(visible=False, range=[calendar.rows, 0], fixedrange=True)


# -- words --------------------------------------------------------------------------------------------------------


def _notes(calendar: _Calendar, all_days: int) -> list[str]:
    notes = [f"A square is a day (UTC), its shade the {calendar.words}, its number the day of the month."]
    if len(calendar.table) < all_days:
        notes.append(f"The first {MOST_MONTHS} months are drawn, {count(all_days - len(calendar.table))} days are not.")
    return notes


def _alternative(calendar: _Calendar, heading: str) -> str:
    known = calendar.table.dropna(subset=[calendar.measure])
    if known.empty:
        return f"{heading}. No day has a value."
    peak = known.iloc[int(known[calendar.measure].argmax())]
    value = f"{peak['share']:.1%}" if calendar.measure == "share" else count(peak[calendar.measure])
    return f"{heading}, as a calendar, {span(calendar.table)}. Highest: {value} on {peak['when']}."
