"""Gaps in figures of coverage: hatched where too much was not collected, and named in the note beneath."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from workbench.look import GREY, SYMBOLS, count, faded, plain

MOST_OUTLETS = 6
MOST_SPANS = 3
"""Outlets named in a note, and spans of each: the rest is counted. All stand in `attrs["gaps"]` of the table."""

LANE = 0.045
"""Part of the plot's height for the strip of one group: at 300 pixels the hatching can still be told from a line."""


def has_gaps(table: pd.DataFrame) -> bool:
    """Whether any row of the table is marked as a gap."""
    return "gap" in table.columns and bool(table["gap"].astype(bool).any())


def broken_at_gaps(table: pd.DataFrame, measure: str) -> pd.DataFrame:
    """The table without values to draw where an outlet's own row lies in a gap: a line breaks there."""
    if not has_gaps(table):
        return table
    gap = table["gap"].astype(bool)
    hidden = dict.fromkeys((measure, "share", "share_low", "share_high"))
    return table.assign(**{name: table[name].astype("float64").mask(gap) for name in hidden})


def draw_ground(figure: go.Figure, table: pd.DataFrame) -> str:
    """Hatch the whole height of the periods that are gaps; gives the note. The table has `after`, see `timed`."""
    bars = _bars(table[table["gap"].astype(bool)])
    figure.add_bar(**bars, y=[1] * len(bars["x"]), yaxis="y2", marker=_hatched(GREY, ink=0.45))
    hidden = {"visible": False, "range": [0, 1], "fixedrange": True}
    figure.update_layout(yaxis2=hidden, yaxis={"overlaying": "y2", "tickmode": "auto"})  # counts stand in front
    marked, of = (rows["period"].nunique() for rows in (table[table["gap"].astype(bool)], table))
    where = f"Hatched ground, {count(marked)} of {count(of)} periods"
    if table["texts"].isna().all():
        return f"{where}: the table of counts leaves out days."
    return f"{where}: outlets that should give a twentieth of the articles or more were not collected, or only in part."


def draw_lanes(figure: go.Figure, table: pd.DataFrame, shown: Sequence[str], colours: Mapping[str, str]) -> str:
    """A hatched strip beneath the plot for each group of `shown` that has gaps, with the marker of its line."""
    gapped = [name for name in shown if table.loc[table["group"] == name, "gap"].any()]
    if not gapped:
        return ""
    for lane, name in enumerate(reversed(gapped)):
        part = table[(table["group"] == name) & table["gap"].astype(bool)]
        bars = _bars(part)
        symbol = SYMBOLS[list(shown).index(name) % len(SYMBOLS)]
        figure.add_bar(
            **bars, y=[0.8] * len(bars["x"]), base=[lane + 0.1] * len(bars["x"]), yaxis="y2",
            marker=_hatched(colours[name]),
        )  # fmt: skip
        figure.add_scatter(
            x=[part["period"].iloc[0]], y=[lane + 0.5], mode="markers", yaxis="y2", cliponaxis=False,
            marker={"symbol": symbol, "color": colours[name], "size": 7}, hoverinfo="skip", showlegend=False,
        )  # fmt: skip
    height = LANE * len(gapped)
    lanes = {"visible": False, "range": [0, len(gapped)], "fixedrange": True, "domain": [0, height]}
    figure.update_layout(yaxis2=lanes, yaxis={"domain": [height + 0.02, 1]}, xaxis={"anchor": "y2"}, barmode="overlay")
    return "Hatched strips: not collected, or only in part, on half of the period or more; marker as that of the line."


def _hatched(colour: str, ink: float = 0.75) -> dict[str, Any]:
    pattern = {"shape": "/", "fgcolor": faded(colour, ink), "bgcolor": faded(colour, 0.08), "size": 7, "solidity": 0.2}
    return {"color": colour, "line": {"width": 0}, "pattern": pattern}


def _bars(gaps: pd.DataFrame) -> dict[str, Any]:
    """Neighbouring periods as one bar, so that the hatching goes on across them."""
    periods = gaps.drop_duplicates("period").sort_values("period")
    new = (periods["period"] != periods["after"].shift()).cumsum()
    runs = periods.groupby(new).agg(first=("period", "first"), after=("after", "last"))
    width = (runs["after"] - runs["first"]).dt.total_seconds() * 1000
    return {"x": runs["first"], "width": width, "offset": 0, "hoverinfo": "skip", "showlegend": False}


def gap_note(table: pd.DataFrame) -> str:
    """The gaps and caps of the window by outlet, those with most articles missing first; empty where there are none."""
    gaps: list[Mapping[str, Any]] = list(table.attrs.get("gaps") or [])
    by_outlet: dict[str, list[Mapping[str, Any]]] = {}
    for gap in gaps:
        by_outlet.setdefault(str(gap["source"]), []).append(gap)
    ranked = sorted(by_outlet, key=lambda name: (-max(map(_missing, by_outlet[name])), name))
    named = [f"{plain(name, most=40)}: {'; '.join(_spans(by_outlet[name]))}." for name in ranked[:MOST_OUTLETS]]
    rest = len(ranked) - MOST_OUTLETS
    more = [f"{rest} more outlet{'s' * (rest > 1)} with gaps or caps."] if rest > 0 else []
    aside = (table.attrs.get("aside") or {}).get("of", 0)
    left = [f"{count(aside)} article{'s' * (aside != 1)} in gaps left out."] if aside else []
    return " ".join([*named, *more, *left])


def _missing(gap: Mapping[str, Any]) -> float:
    expected = gap.get("expected")
    return -1.0 if expected is None else float(expected) - float(gap.get("found") or 0)


def _spans(gaps: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What happened to one outlet, caps first."""
    caps = [f"at {gap['cap']} a day ({_days(gap)})" for gap in gaps if gap["kind"] == "capped"]
    if caps:
        yield "capped " + ", ".join(caps[:MOST_SPANS])
    for kind, words in (("before", "not collected before {}"), ("after", "not collected after {}")):
        for gap in (each for each in gaps if each["kind"] == kind):
            edge = pd.Timestamp(gap["last"] if kind == "before" else gap["first"])
            step = pd.Timedelta(days=1 if kind == "before" else -1)
            yield words.format(_day(edge + step))
    for kind, words in (("silent", "nothing collected"), ("thin", "only part collected")):
        spans = [gap for gap in gaps if gap["kind"] == kind]
        if spans:
            named = ", ".join(_days(gap) for gap in sorted(spans, key=_missing, reverse=True)[:MOST_SPANS])
            rest = len(spans) - MOST_SPANS
            yield f"{words} {named}" + (f" and {rest} more time{'s' * (rest > 1)}" if rest > 0 else "")


def _day(day: pd.Timestamp) -> str:
    return f"{day.day} {day:%b %Y}"


def _days(gap: Mapping[str, Any]) -> str:
    """1–15 Mar 2022, 28 Feb to 3 Mar 2022, 1 Mar 2022."""
    first, last = pd.Timestamp(gap["first"]), pd.Timestamp(gap["last"])
    if first == last:
        return _day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{_day(last)}"
    return f"{first.day} {first:%b} to {_day(last)}" if first.year == last.year else f"{_day(first)} to {_day(last)}"
