"""Figures: each takes a table of `coverage` (or the topics) and gives back a plotly Figure; nothing is counted here.

Every figure can be read in print and without colour, on 390 and 1,200 pixels, carries its totals and what was left
out in a note beneath, and in `layout.meta` a title, a caption and an alternative text for the page around it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from workbench.articles import WorkbenchError, require
from workbench.languages import NAMES
from workbench.look import (
    DASHES,
    GREY,
    PALETTE,
    SYMBOLS,
    TEMPLATE,
    colour_of,
    colours_of,
    count,
    describe,
    faded,
    frame,
    lead,
    nothing,
    plain,
    safe,
)
from workbench.periods import choice
from workbench.plot_gaps import broken_at_gaps, draw_ground, draw_lanes, gap_note, has_gaps
from workbench.plot_marks import Mark, draw_marks
from workbench.plot_outlets import plot_outlets
from workbench.plot_peaks import draw_expected, draw_peaks
from workbench.plot_periods import BELOW, OFFSETS, draw_band, draw_time, span, timed
from workbench.plot_topics import plot_topics
from workbench.plot_words import NEEDED, account_note, hover_data, share_note

__all__ = ["TEMPLATE", "colour_of", "plot_coverage", "plot_outlets", "plot_topics"]

MEASURES = ("articles", "texts", "outlets", "share")

MOST_LINES = 8
"""More lines in one chart cannot be followed; the rest is gathered or drawn thin."""

MOST_BANDS = 3
"""More bands over one another hide what they show; intervals then stand in the hover text."""

_WORDS = {"articles": "articles", "texts": "distinct texts", "outlets": "outlets"}


@dataclass(frozen=True)
class _Chart:
    """What is drawn: the table with `x` (middle), `after` (end) and `when` (written), and the words about it."""

    table: pd.DataFrame
    measure: str
    by: str | None
    every: str
    unit: str
    level: float
    whole: bool

    def called(self, name: str) -> str:
        """A group as people call it."""
        return NAMES.get(name, name) if self.by == "language" else name

    @property
    def axis(self) -> str:
        if self.measure != "share":
            return f"{_WORDS[self.measure]} per {self.every}"
        own = self.by not in {None, "event"} and not self.whole
        of = f"each {self.by}'s {self.unit}" if own else f"all {self.unit}"
        return f"share of {of} per {self.every}, %"


def plot_coverage(  # noqa: PLR0913 -- keyword-only, each with its usual value
    table: pd.DataFrame,
    *,
    measure: str = "articles",
    mark: Mark | None = None,
    title: str | None = None,
    gaps: bool = True,
    peaks: pd.DataFrame | None = None,
    expected: pd.DataFrame | None = None,
) -> go.Figure:
    """A chart of a `coverage` or `compare` table over time: bars for one series of counts, else a line per group.

    `measure` is articles, texts, outlets or share. Articles that may lie in several periods stand lighter on top of
    single bars. Periods covered only in part are hatched, or have hollow markers. Shares have their interval as a
    band for up to three lines, and always in the hover text, with the total. At most eight groups are drawn in
    colour: the rest is added up as "other" for articles and drawn thin and grey for the other measures, whose groups
    cannot be added. `mark` (an event, several, or pairs of date and label) draws numbered lines at known dates.
    Where too much was not collected (column `gap`), a single series has hatched ground; of several, each has a hatched
    strip beneath the plot, and the line of an outlet breaks. The note names the outlets and their days, from
    `attrs["gaps"]`. `gaps=False` leaves all this out.
    `peaks` (of `find_peaks`) draws a mark P1, P2 … above each peak and lists what they are, with their
    stories; `expected` (of `expected_band`) the band in which usual days lie. Both are for a single series.

    Raises WorkbenchError for an unknown measure and a table that is no coverage over time.
    """
    choice("measure", measure, MEASURES)
    chart = _chart(table, measure)
    heading = title or f"Coverage: {chart.axis.removesuffix(', %')}"
    if chart.table.empty:
        return nothing(heading, "There is no article with a certain time in this window.")
    if chart.table[measure].isna().all():
        empty = f"No {chart.every} of this window holds any {chart.unit.rstrip('s')}: there is no share."
        return nothing(heading, share_note(table) or empty)
    figure = go.Figure()
    names, notes = _draw(figure, chart, gaps=gaps)
    if gaps:
        notes.append(gap_note(table))
    notes += _partial_note(chart, bars=chart.by is None and measure != "share")
    above, listed = draw_marks(figure, mark, first=chart.table["period"].min(), after=chart.table["after"].max())
    draw_time(figure, chart.table, chart.every)
    figure.update_yaxes(title_text=chart.axis, rangemode="tozero")
    if measure == "share":
        figure.update_yaxes(tickformat="~%")
    notes += draw_expected(figure, expected, measure=measure, every=chart.every)
    listed += draw_peaks(figure, peaks, chart.table, _heights(chart), unit=_counted(chart, peaks))
    notes = [account_note(table), *notes, *([share_note(table)] if measure == "share" else [])]
    frame(figure, title=heading, notes=[*notes, *listed], names=names, above=above, below=BELOW)
    figure = describe(figure, title=heading, caption=_caption(chart, notes), alt=_alternative(chart, heading))
    return lead(figure, _rule(chart, str(table.attrs.get("week_start", "monday"))), _numbers(chart), known=listed)


def _heights(chart: _Chart) -> pd.Series:
    """How high each period is drawn: bars with what is possible on top, a share with its band."""
    if chart.measure == "share":
        return chart.table[["share", "share_high"]].max(axis=1)
    return chart.table[chart.measure] + (chart.table["possible"] if chart.measure == "articles" else 0)


def _counted(chart: _Chart, peaks: pd.DataFrame | None) -> str:
    """What the peaks count: articles or texts; where they were found in shares, what the shares are of."""
    found = "share" if peaks is None else str(peaks.attrs.get("measure", chart.measure))
    return found if found in {"articles", "texts"} else chart.unit


def _rule(chart: _Chart, week_start: str) -> dict[str, Any]:
    """How the marks lead to their articles: by their period, and by their group where there is one."""
    if chart.every not in OFFSETS:
        return {}
    rule = {"every": chart.every, "week_start": week_start, "by": chart.by, "of": "all" if chart.whole else "matched"}
    return {key: value for key, value in rule.items() if value is not None}


def _numbers(chart: _Chart) -> pd.DataFrame:
    """The table behind the figure as a reader takes it: shares in %."""
    table = chart.table.assign(period=chart.table["when"])
    named = {"share, %": "share", "low, %": "share_low", "high, %": "share_high"}
    shares = {shown_as: table[name].mul(100).round(2) for shown_as, name in named.items()}
    own = ["period", *([chart.by] if chart.by else []), "articles", "texts", "outlets", "total", "possible"]
    marked = {"gap": np.where(table["gap"].astype(bool), "yes", "")} if has_gaps(table) else {}
    return table[own].assign(**shares, **marked)


def _chart(table: pd.DataFrame, measure: str) -> _Chart:
    require(table, "period", *NEEDED)
    attrs = table.attrs
    by = _grouping(table)
    if by is None and table["period"].duplicated().any():
        raise WorkbenchError("the table has several rows per period but does not say by what; set table.attrs['by']")
    every = str(attrs.get("every") or "period")
    drawn = timed(table, every)
    drawn["group"] = "" if by is None else drawn[by].astype("str")
    unit, level = str(attrs.get("unit", "articles")), float(attrs.get("level", 0.95))
    return _Chart(drawn, measure, by, every, unit, level, bool(attrs.get("whole")))


def _grouping(table: pd.DataFrame) -> str | None:
    """The column that tells the lines apart, none for a single line."""
    by: str | None = table.attrs.get("by")
    if "event" not in table.columns or (by is not None and len(table["event"].unique()) == 1):
        return by
    if by not in {None, "event"}:
        raise WorkbenchError(
            f"the table compares events and has groups by {by!r}; draw one event, table[table['event'] == …]"
        )
    return "event"


def _draw(figure: go.Figure, chart: _Chart, *, gaps: bool) -> tuple[list[str], list[str]]:
    """Draw the series; gives the entries of the legend and notes on what is drawn how."""
    gaps = gaps and has_gaps(chart.table)
    ground = [draw_ground(figure, chart.table)] if gaps and chart.by in {None, "event"} else []
    if chart.by is None and chart.measure != "share":
        names, notes = _draw_bars(figure, chart)
        return names, [*notes, *ground]
    if gaps and chart.by == "source":
        chart = replace(chart, table=broken_at_gaps(chart.table, chart.measure))
    ranked = chart.table.groupby("group", sort=True)["articles"].sum().sort_values(ascending=False, kind="stable")
    shown, rest = list(ranked.index[:MOST_LINES]), list(ranked.index[MOST_LINES:])
    colours = colours_of(shown) if chart.by is not None else {"": PALETTE[0]}
    names = [plain(chart.called(name), most=40) for name in shown] if chart.by is not None else []
    notes = ground or ([draw_lanes(figure, chart.table, shown, colours)] if gaps else [])
    if rest:
        names.append(_draw_rest(figure, chart, rest))
        how = "added up as" if chart.measure == "articles" else "thin and grey as"
        notes.append(
            f"The {MOST_LINES} largest of {len(ranked)} by {chart.by} are drawn, the others {how} “{names[-1]}”."
        )
    if chart.measure == "share":
        notes.append(_interval_note(chart, len(shown)))
        if len(shown) <= MOST_BANDS:
            for name in shown:
                draw_band(figure, chart.table[chart.table["group"] == name], colours[name])
    for place, name in enumerate(shown):
        _draw_line(figure, chart, name, colours[name], place)
    return names, notes


def _draw_bars(figure: go.Figure, chart: _Chart) -> tuple[list[str], list[str]]:
    complete = chart.table["complete"].astype(bool)
    colour = PALETTE[0]
    hatched = {"color": colour, "line": {"width": 0}, "pattern": {"shape": "/", "fgcolor": colour, "bgcolor": "white"}}
    pale = {"color": faded(colour, 0.25), "line": {"color": colour, "width": 0.5}}
    maybe = chart.table[(chart.table["possible"] > 0) & (chart.measure == "articles")]
    figure.update_layout(barmode="stack")
    names = [
        _add_bars(figure, chart, part, measure, name=name, look=look)
        for part, measure, name, look in (
            (chart.table[complete], chart.measure, _WORDS[chart.measure], {"color": colour, "line": {"width": 0}}),
            (chart.table[~complete], chart.measure, "period covered in part", hatched),
            (maybe, "possible", "possible", pale),
        )
        if len(part)
    ]
    note = f"Pale: articles that may lie in this or another {chart.every}, drawn in each of them."
    return names if len(names) > 1 else [], [note] if len(maybe) else []


def _add_bars(  # noqa: PLR0913 -- what is drawn and how it looks
    figure: go.Figure, chart: _Chart, part: pd.DataFrame, measure: str, *, name: str, look: dict[str, Any]
) -> str:
    width = (part["after"] - part["period"]).dt.total_seconds() * 1000
    figure.add_bar(
        x=part["period"], y=part[measure], width=width * 0.9, offset=width * 0.05, marker=look, name=name,
        customdata=hover_data(part), hovertemplate=_hover(chart),
        meta={"articles": {"only": "possible"}} if measure == "possible" else None,
    )  # fmt: skip
    return name


def _draw_line(figure: go.Figure, chart: _Chart, name: str, colour: str, place: int) -> None:
    table = chart.table[chart.table["group"] == name]
    symbol = SYMBOLS[place % len(SYMBOLS)]
    hollow = np.where(table["complete"], symbol, f"{symbol}-open")
    crowded = len(table) > 60
    figure.add_scatter(
        x=table["x"], y=table[chart.measure], mode="lines+markers", name=safe(chart.called(name), most=40),
        line={"color": colour, "dash": DASHES[place % len(DASHES)], "width": 1.5 if crowded else 2},
        marker={"symbol": hollow, "size": 4 if crowded else 7}, customdata=hover_data(table),
        hovertemplate=_hover(chart), meta={"articles": {"is": name}},
    )  # fmt: skip


def _draw_rest(figure: go.Figure, chart: _Chart, rest: list[str]) -> str:
    """Draw the groups past the largest; gives their name in the legend."""
    name = f"other ({len(rest)})"
    table = chart.table[chart.table["group"].isin(rest)]
    if chart.measure == "articles":
        keys = ["period", "x", "when", "complete"]
        table = table.groupby(keys, as_index=False)[["articles", "total", "possible"]].sum()
        # the texts, outlets and intervals of several groups together are not known from the groups' own
        table = table.assign(
            group=name, texts=np.nan, outlets=np.nan, share=np.nan, share_low=np.nan, share_high=np.nan
        )
    parts = [_broken(part, chart.measure) for _, part in table.groupby("group", sort=True)]
    drawn = pd.concat(parts, ignore_index=True)
    figure.add_scatter(
        x=drawn["x"], y=drawn[chart.measure], mode="lines", name=name, legendrank=2000,
        line={"color": faded(GREY, 0.8), "width": 1},
        customdata=hover_data(drawn), hovertemplate=_hover(chart),
        meta={"articles": {"is": rest} if chart.measure == "articles" else False},
    )  # fmt: skip
    return name


def _broken(part: pd.DataFrame, measure: str) -> pd.DataFrame:
    """The rows with an empty one after them, where a line that holds several groups is to break."""
    last = part.iloc[[-1]].copy()
    last[measure] = np.nan
    return pd.concat([part, last.astype(part.dtypes.to_dict() | {measure: float})], ignore_index=True)


def _hover(chart: _Chart) -> str:
    group = "" if chart.by is None else "<b>%{customdata[0]}</b><br>"
    return (
        group + "%{customdata[1]}<br>%{customdata[2]} articles of %{customdata[5]}<br>%{customdata[3]} texts, "
        "%{customdata[4]} outlets<br>share %{customdata[6]}<extra></extra>"
    )


def _interval_note(chart: _Chart, lines: int) -> str:
    where = "Band" if lines <= MOST_BANDS else "Hover text"
    known = chart.unit == "articles" and chart.table["texts"].notna().any()  # a table of counts knows of no copies
    clustered = ", copies of one text counted as one observation" if known else ""
    return f"{where}: {chart.level:.0%} interval{clustered}. No share where there is no total."


def _partial_note(chart: _Chart, *, bars: bool) -> list[str]:
    partial = chart.table.loc[~chart.table["complete"].astype(bool), "period"].nunique()
    drawn = "Hatched" if bars else "Hollow"
    return [f"{drawn}: {partial} {chart.every}{'s' * (partial != 1)} covered only in part."] if partial else []


def _caption(chart: _Chart, notes: list[str]) -> str:
    axis = chart.axis[:1].upper() + chart.axis[1:]
    by = "" if chart.by is None else f" by {chart.by}"
    return " ".join([f"{axis}{by}, {span(chart.table)}.", *filter(None, notes)])


def _alternative(chart: _Chart, heading: str) -> str:
    known = chart.table.dropna(subset=[chart.measure])
    if known.empty:
        return f"{heading}. No period has a value."
    peak = known.iloc[int(known[chart.measure].argmax())]
    value = f"{peak[chart.measure]:.1%}" if chart.measure == "share" else count(peak[chart.measure])
    group = f" ({peak['group']})" if chart.by is not None else ""
    return f"{heading}, {span(chart.table)}. Highest: {value} in {peak['when']}{group}."
