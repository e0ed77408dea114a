"""Figure of who covered what: a row per outlet, language or any other group."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from workbench.articles import require
from workbench.languages import NAMES
from workbench.look import GREY, colour_of, count, describe, frame, lead, nothing, safe
from workbench.plot_words import NEEDED, account_note, hover_data, share_note

MOST_ROWS = 40
"""Rows that fit a page."""

_HOVER_ROW = (
    "%{customdata[2]} articles of %{customdata[5]}<br>%{customdata[3]} texts<br>share %{customdata[6]}<extra></extra>"
)


def plot_outlets(table: pd.DataFrame, *, title: str | None = None) -> go.Figure:
    """A row per group of a `coverage_by` table: its share with the interval, and in words matching articles of total.

    Serves outlets, languages and any other column; the rows keep the order of the table, at most forty are drawn.
    """
    require(table, *NEEDED)
    by = str(table.attrs.get("by") or table.columns[0])
    unit, level = str(table.attrs.get("unit", "articles")), float(table.attrs.get("level", 0.95))
    heading = title or f"Share of {unit} by {by}"
    shown = table.head(MOST_ROWS)
    if shown.empty:
        return nothing(heading, "There is no group to draw.")
    figure = go.Figure()
    _draw_rows(figure, shown, by, unit)
    notes = [
        account_note(table),
        f"Dot: share of all {unit} of the {by}; line: {level:.0%} interval. At right: matching of all.",
    ]
    notes += [said] if (said := share_note(table)) else []
    if len(table) > len(shown):
        notes.append(f"The {len(shown)} largest of {len(table)} are drawn.")
    figure.update_xaxes(title_text=f"share of its {unit}, %", tickformat="~%", rangemode="tozero", showgrid=True)
    frame(figure, title=heading, notes=notes, plot_height=30 + 24 * len(shown), left=172, right=104)
    top = shown.iloc[0]
    of = "" if pd.isna(top["total"]) else f" of {count(top['total'])}"
    alt = f"{heading}. Most articles: {top[by]}, {count(top['articles'])}{of}."
    figure = describe(figure, title=heading, caption=" ".join([f"{heading}.", *filter(None, notes)]), alt=alt)
    columns = [by, "articles", "texts", "outlets", "total"]
    named = {"share, %": "share", "low, %": "share_low", "high, %": "share_high"}
    shares = {shown_as: shown[name].mul(100).round(2) for shown_as, name in named.items()}
    return lead(figure, {"by": by, "each": [str(name) for name in shown[by]]}, shown[columns].assign(**shares))


def _draw_rows(figure: go.Figure, shown: pd.DataFrame, by: str, unit: str) -> None:
    rows = np.arange(len(shown))
    table = shown.assign(group=shown[by].astype("str"), when="whole window")
    matched, whole = (shown["texts"], shown["total_texts"]) if unit == "texts" else (shown["articles"], shown["total"])
    figure.add_scatter(
        x=shown["share"], y=rows, mode="markers",
        marker={"color": [colour_of(name) for name in table["group"]], "size": 9},
        error_x={
            "type": "data", "symmetric": False, "array": shown["share_high"] - shown["share"],
            "arrayminus": shown["share"] - shown["share_low"], "color": GREY, "thickness": 1.5, "width": 4,
        },
        customdata=hover_data(table), hovertemplate="<b>%{customdata[0]}</b><br>" + _HOVER_ROW,
    )  # fmt: skip
    for row, part, all_of in zip(rows, matched, whole, strict=True):
        figure.add_annotation(
            x=1, xref="paper", xanchor="left", xshift=8, y=row, showarrow=False, font={"size": 11},
            text=count(part) if pd.isna(all_of) else f"{count(part)} of {count(all_of)}",
        )  # fmt: skip
    figure.update_yaxes(
        tickvals=rows,
        ticktext=[safe(NAMES.get(name, name) if by == "language" else name, most=24) for name in table["group"]],
        tickfont={"size": 11},
        range=[len(shown) - 0.4, -0.6],
    )
