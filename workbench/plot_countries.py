"""Figure of the countries that articles name: a row per country, with the interval of its share."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from workbench.articles import WorkbenchError, require
from workbench.languages import NAMES
from workbench.look import INK, PALETTE, SYMBOLS, colours_of, count, describe, frame, lead, nothing, safe

NEEDED = ("country", "name", "articles", "texts", "outlets", "total", "total_texts", "share", "share_low", "share_high")
"""Columns of a `countries_named` table that are drawn."""

MOST_GROUPS = 6
"""More markers in a row cannot be told apart."""


def plot_countries(table: pd.DataFrame, *, most: int = 25, title: str | None = None) -> go.Figure:
    """A bar per country of a `countries_named` table, the share of texts that name it; its interval is the line.

    The `most` countries named in most texts are drawn; at the right stand the texts (or articles, as the table's unit
    is) of each. A table by outlet, language or another column has a marker per group in each row, of at most six
    groups, those with most texts; their intervals are in the hover text. A table of several periods is not drawn: take
    one of them. There is no map: outlines of countries would have to be fetched from a network.

    Raises WorkbenchError for a table of several periods, or without the columns it needs.
    """
    require(table, *NEEDED)
    periods = set(table["period"]) if "period" in table.columns else set()
    if len(periods) > 1:
        raise WorkbenchError(
            f'the table has {len(periods)} periods; draw one, as in table[table["period"] == table["period"].max()]'
        )
    by = next((str(name) for name in table.columns[: list(table.columns).index("country")] if name != "period"), "")
    unit = str(table.attrs.get("unit", "texts"))
    heading = title or "Countries named" + (f", by {_noun(by)}" if by else "")
    order = (
        table.groupby("country")[[unit, "outlets"]].sum().sort_values([unit, "outlets"], ascending=False, kind="stable")
    )
    chosen = [str(code) for code in order.index[order[unit] > 0][:most]]
    if not chosen:
        return nothing(heading, "No article names a country.")
    shown = table[table["country"].isin(chosen)]
    figure = go.Figure()
    groups = _groups(table, by)
    if by:
        _draw_groups(figure, shown, chosen, by, groups)
    else:
        _draw_bars(figure, shown.set_index("country").loc[chosen], unit)
    notes = [*_said(table, unit, by, groups), *_left_out(table, unit, len(chosen), int((order[unit] > 0).sum()))]
    _draw_names(figure, shown, chosen)
    figure.update_xaxes(title_text=f"share of {unit}, %", tickformat=".0%", rangemode="tozero", showgrid=True, nticks=5)
    names = [safe(_named(group, by), most=40) for group in groups]
    right = 14 if by else 64
    frame(figure, title=heading, notes=notes, names=names, plot_height=30 + 22 * len(chosen), left=132, right=right)
    top = shown[shown["country"] == chosen[0]].iloc[0]
    alt = f"{heading}. Most {unit}: {top['name']}, {count(order[unit].iloc[0])}."
    figure = describe(figure, title=heading, caption=" ".join([f"{heading}.", *notes]), alt=alt)
    rule = {"by": "countries", "holds": True, "each": chosen}
    return lead(figure, rule, _numbers(shown, chosen, by))


def _noun(by: str) -> str:
    return "outlet" if by == "source" else by


def _named(group: object, by: str) -> str:
    return NAMES.get(str(group), str(group)) if by == "language" else str(group)


def _groups(table: pd.DataFrame, by: str) -> list[str]:
    """The groups with most texts that could be read, most first."""
    if not by:
        return []
    sizes = table.groupby(by)["total_texts"].max().sort_index().sort_values(ascending=False, kind="stable")
    return [str(group) for group in sizes.index[:MOST_GROUPS]]


def _draw_bars(figure: go.Figure, rows: pd.DataFrame, unit: str) -> None:
    places = np.arange(len(rows))
    figure.add_bar(
        x=rows["share"], y=places, orientation="h", marker={"color": PALETTE[5], "line": {"color": INK, "width": 0.5}},
        width=0.62, showlegend=False,
        error_x={
            "type": "data", "symmetric": False, "array": rows["share_high"] - rows["share"],
            "arrayminus": rows["share"] - rows["share_low"], "color": INK, "thickness": 1.2, "width": 3,
        },
        customdata=_hover(rows), hovertemplate="%{customdata[0]}<extra></extra>",
    )  # fmt: skip
    for place, number in zip(places, rows[unit], strict=True):
        figure.add_annotation(
            x=1, xref="paper", xanchor="left", xshift=6, y=int(place), showarrow=False, font={"size": 11},
            text=count(number),
        )  # fmt: skip


def _draw_groups(figure: go.Figure, shown: pd.DataFrame, chosen: list[str], by: str, groups: list[str]) -> None:
    colours = colours_of(groups)
    for place, group in enumerate(groups):
        name = safe(_named(group, by), most=40)
        rows = shown[shown[by].astype("str") == group].set_index("country").reindex(chosen)
        figure.add_scatter(
            x=rows["share"], y=np.arange(len(rows)), mode="markers", cliponaxis=False, name=name,
            marker={
                "color": colours[group], "symbol": SYMBOLS[place % len(SYMBOLS)], "size": 9,
                "line": {"color": INK, "width": 0.5},
            },
            customdata=_hover(rows),
            hovertemplate=f"{name}<br>%{{customdata[0]}}<extra></extra>",
            meta={"articles": {"where": {by: group}}},
        )  # fmt: skip


def _hover(rows: pd.DataFrame) -> list[list[str]]:
    return [["no texts to read" if pd.isna(row["share"]) else _row(row)] for row in rows.to_dict("records")]


def _row(row: dict[Any, Any]) -> str:
    return (
        f"<b>{safe(row['name'])}</b><br>{count(row['texts'])} texts of {count(row['total_texts'])}, "
        f"{count(row['articles'])} articles of {count(row['total'])}, {count(row['outlets'])} outlets<br>"
        f"share {row['share']:.1%} ({row['share_low']:.1%} to {row['share_high']:.1%})"
    )


def _draw_names(figure: go.Figure, shown: pd.DataFrame, chosen: list[str]) -> None:
    known = dict(zip(shown["country"], shown["name"], strict=True))
    figure.update_yaxes(
        tickvals=list(range(len(chosen))),
        ticktext=[safe(known[code], most=19) for code in chosen],
        tickfont={"size": 11},
        range=[len(chosen) - 0.4, -0.6],
    )


def _said(table: pd.DataFrame, unit: str, by: str, groups: list[str]) -> list[str]:
    """What is drawn."""
    level = float(table.attrs.get("level", 0.95))
    if not by:
        total = table["total_texts" if unit == "texts" else "total"].max()
        line = f"line: {level:.0%} interval; at right: {unit}."
        return [f"Bar: share of {count(total)} {unit} that name the country; {line}"]
    whole = len(table[by].unique())
    some = f" The {len(groups)} of {whole} with most texts are drawn." if whole > len(groups) else ""
    return [f"Marker: share of the {_noun(by)}'s {unit} that name the country.{some}"]


def _left_out(table: pd.DataFrame, unit: str, drawn: int, named: int) -> list[str]:
    notes = ["A text may name several countries or none. Names of countries only: no adjectives, capitals or peoples."]
    if named > drawn:
        notes.append(f"The {drawn} of {named} countries that most {unit} name are drawn.")
    account = table.attrs.get("account") or {}
    if account.get("unread"):
        notes.append(f"{count(account['unread'])} of {count(account['articles'])} articles are in no known language.")
    return notes


def _numbers(shown: pd.DataFrame, chosen: list[str], by: str) -> pd.DataFrame:
    place = {code: at for at, code in enumerate(chosen)}
    ordered = shown.assign(_place=shown["country"].map(place)).sort_values(
        ["_place", *([by] if by else [])], kind="stable"
    )
    kept = [*([by] if by else []), "country", "name", "articles", "texts", "outlets", "total", "total_texts"]
    shares = {f"{name.replace('share_', '')}, %": ordered[name].mul(100).round(2) for name in NEEDED[-3:]}
    return ordered[kept].assign(**shares).reset_index(drop=True)
