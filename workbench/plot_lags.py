"""Figures of who was first with a story, and how late the others were."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from workbench.articles import require
from workbench.languages import NAMES
from workbench.look import GREY, INK, PALETTE, count, describe, frame, lead, nothing, safe
from workbench.periods import choice

MEASURES = ("first", "lag")

MOST_ROWS = 40
"""Groups that fit a page as rows, those with most stories."""

MOST_SQUARE = 9
"""Groups that fit the narrowest screen as columns of a square."""

_SHADES = [[0, "#FFFFFF"], [1, "#5A7FA6"]]
"""Light enough throughout for black numbers, in print too."""


def plot_lags(table: pd.DataFrame, *, measure: str = "first", title: str | None = None) -> go.Figure:
    """A row per group of a `lags` table, or a square of a `lag_pairs` table: who had stories before whom.

    With `measure="first"` the dot is the share of its stories that a group was first with, the line its interval, the
    upright stroke what would be expected of chance; with "lag" the dot is the median lag in hours with its interval. A
    square has in each cell how often the group of the row was certainly before that of the column, and after it; the
    darker, the more often before. At most 40 rows are drawn, and a square of the 9 groups with most stories in common.

    Raises WorkbenchError for an unknown measure and a table that is none of the two.
    """
    choice("measure", measure, MEASURES)
    if "left" in getattr(table, "columns", ()):
        return _square(table, title)
    require(table, "stories", "first", "share_first", "expected", "lag", "lag_low", "lag_high")
    by = str(table.attrs.get("by") or table.columns[0])
    subject = "Who was first with a story" if measure == "first" else "How late others came to a story"
    heading = title or f"{subject}, by {_noun(by)}"
    shown = table[table["lag"].notna()] if measure == "lag" else table
    shown = shown.head(MOST_ROWS)
    if shown.empty:
        return nothing(heading, f"No story is one of two {_noun(by)}s with a time that is certain enough.")
    figure = go.Figure()
    drawn = _draw_shares if measure == "first" else _draw_lags
    notes = [*drawn(figure, shown, float(table.attrs.get("level", 0.95))), *_account(table, shown, by)]
    _draw_names(figure, shown, by)
    frame(figure, title=heading, notes=notes, plot_height=30 + 24 * len(shown), left=150, right=92)
    figure = describe(
        figure, title=heading, caption=" ".join([f"{heading}.", *notes]), alt=_alternative(shown, by, heading)
    )
    named = {name: shown[name].round(4) for name in shown.columns if name != by}
    numbers = pd.DataFrame({by: shown[by].astype("str"), **named})
    return lead(figure, {"by": by, "each": [str(name) for name in shown[by]]}, numbers)


def _noun(by: str) -> str:
    return "outlet" if by == "source" else by


def _draw_shares(figure: go.Figure, shown: pd.DataFrame, level: float) -> list[str]:
    rows = np.arange(len(shown))
    figure.add_scatter(
        x=shown["expected"], y=rows, mode="markers", showlegend=False, hoverinfo="skip",
        marker={"symbol": "line-ns", "size": 13, "line": {"width": 2, "color": GREY}},
    )  # fmt: skip
    ends = (shown["share_low"], shown["share_high"])
    _draw_dots(figure, shown["share_first"], ends, [
        f"first with {first:.1f} of {count(stories)} stories ({share:.0%}; by chance {expected:.0%})"
        for first, stories, share, expected in zip(
            shown["first"], shown["stories"], shown["share_first"], shown["expected"], strict=True)
    ])  # fmt: skip
    for row, first, stories in zip(rows, shown["first"], shown["stories"], strict=True):
        _beside(figure, int(row), f"{first:.1f} of {count(stories)}")
    figure.update_xaxes(
        title_text="share of its stories, %", tickformat=".0%", range=[-0.03, 1.03], showgrid=True, tickvals=[0, 0.5, 1]
    )
    said = (
        f"Dot: share of a row's stories that it was first with; line: {level:.0%} interval; upright stroke: what "
        "chance would give. At right: first of all its stories, a tie of two counted as half."
    )
    return [said]


def _draw_lags(figure: go.Figure, shown: pd.DataFrame, level: float) -> list[str]:
    ends = (shown["lag_low"], shown["lag_high"])
    behind = shown["tied"] + shown["later"]
    _draw_dots(figure, shown["lag"], ends, [
        f"median {lag:.1f} hours after the first ({_between(low, high)}), {count(number)} stories"
        for lag, low, high, number in zip(shown["lag"], *ends, behind, strict=True)
    ])  # fmt: skip
    for row, (number, exact) in enumerate(zip(behind, shown["exact"], strict=True)):
        _beside(figure, row, f"{count(number)}, {count(exact)} exact")
    figure.update_xaxes(title_text="hours after the first", rangemode="tozero", showgrid=True)
    said = (
        f"Dot: median hours after the story's first article, where the row was not alone the first; line: {level:.0%} "
        "interval, with what day-only dates leave open (none under 6 stories). At right: stories, and how many of "
        "their lags are known to the hour."
    )
    return [said]


def _between(low: float, high: float) -> str:
    return "too few stories for an interval" if np.isnan(low) else f"{low:.1f} to {high:.1f}"


def _draw_dots(figure: go.Figure, middle: pd.Series, ends: tuple[pd.Series, pd.Series], hover: list[str]) -> None:
    low, high = ends
    figure.add_scatter(
        x=middle, y=np.arange(len(middle)), mode="markers", showlegend=False, marker={"color": PALETTE[0], "size": 9},
        error_x={
            "type": "data", "symmetric": False, "array": (high - middle).fillna(0),
            "arrayminus": (middle - low).fillna(0), "color": INK, "thickness": 1.5, "width": 4,
        },
        customdata=[[each] for each in hover], hovertemplate="%{customdata[0]}<extra></extra>",
    )  # fmt: skip


def _beside(figure: go.Figure, row: int, text: str) -> None:
    figure.add_annotation(
        x=1, xref="paper", xanchor="left", xshift=8, y=row, showarrow=False, font={"size": 11}, text=text
    )


def _draw_names(figure: go.Figure, shown: pd.DataFrame, by: str) -> None:
    figure.update_yaxes(
        tickvals=list(range(len(shown))),
        ticktext=[safe(_named(name, by), most=21) for name in shown[by]],
        tickfont={"size": 11},
        range=[len(shown) - 0.4, -0.6],
    )


def _named(name: Any, by: str) -> str:
    return NAMES.get(str(name), str(name)) if by == "language" else str(name)


def _account(table: pd.DataFrame, shown: pd.DataFrame, by: str) -> list[str]:
    """What the numbers rest on: the articles used, those set aside and why, and the rows that are not drawn."""
    notes = []
    if account := table.attrs.get("account"):
        words = {
            "undated": "undated", "inferred": "with an inferred date", "vague": "dated no closer than a week or month",
            "carried": "dated by an aggregator", "nameless": "of no known group or story",
            "uncollected": "of stories that began while the group was not collected",
        }  # fmt: skip
        left = [f"{count(account[name])} {said}" for name, said in words.items() if account.get(name)]
        rest = f" Set aside: {', '.join(left)}." if left else ""
        notes.append(
            f"{count(table.attrs.get('stories', 0))} stories of two or more {_noun(by)}s; {count(account['used'])} of "
            f"{count(account['articles'])} articles are used.{rest}"
        )
    zones = list(table.attrs.get("zones") or (0, 0))
    if not any(zones):
        notes.append("Dates without a time of day are taken as days in UTC.")
    if "left" not in table.columns and len(table) > len(shown):
        notes.append(f"{len(shown)} of {len(table)} {_noun(by)}s are drawn.")
    return notes


def _alternative(shown: pd.DataFrame, by: str, heading: str) -> str:
    top = shown.iloc[0]
    return f"{heading}. Most stories: {_named(top[by], by)}, first with {top['first']:.1f} of {count(top['stories'])}."


def _square(table: pd.DataFrame, title: str | None) -> go.Figure:
    require(table, "left", "right", "stories", "before", "after", "tied", "share_before", "q")
    by = str(table.attrs.get("by", "source"))
    heading = title or f"Who had stories before whom, by {_noun(by)}"
    sizes = table.groupby("left")["stories"].sum()
    groups = sizes.sort_index().sort_values(ascending=False, kind="stable").index[:MOST_SQUARE].tolist()
    if not groups:
        return nothing(heading, f"No two {_noun(by)}s have a story in common with times that are certain enough.")
    cells = table.set_index(["left", "right"])
    figure = go.Figure()
    _draw_square(figure, cells, groups, by)
    firm = int((table["q"] <= 0.05).sum()) // 2
    said = (
        "Cell: stories that the row had certainly before the column – and after it (of 100 and more the share before); "
        "the darker, the more often before. Stories whose times leave it open are in the hover text."
    )
    notes = [
        said,
        f"{firm} of {len(table) // 2} pairs differ from an even chance (sign test, false discoveries under 5%).",
        *_account(table, table, by),
    ]
    if len(sizes) > len(groups):
        notes.append(f"The {len(groups)} {_noun(by)}s with most stories in common, of {len(sizes)}, are drawn.")
    frame(figure, title=heading, notes=notes, plot_height=26 * len(groups), above=24, left=128, right=8, below=12)
    alt = f"{heading}: a square of {len(groups)} {_noun(by)}s. {notes[1]}"
    figure = describe(figure, title=heading, caption=" ".join([f"{heading}.", *notes]), alt=alt)
    numbers = table.assign(
        **{name: table[name].round(4) for name in ("share_before", "lag", "p", "q") if name in table}
    )
    kept = [name for name in numbers.columns if name not in ("share_low", "share_high", "p")]
    return lead(figure, {"by": by, "each": [left for left in groups for _ in groups]}, numbers[kept])


def _draw_square(figure: go.Figure, cells: pd.DataFrame, groups: list[str], by: str) -> None:
    rows = [[_cell(cells, left, right) for right in groups] for left in groups]
    shade = [[None if each is None else each["share_before"] for each in row] for row in rows]
    text = [["" if each is None else _counts(each) for each in row] for row in rows]
    hover = [
        [_pair(each, left, right, by) for each, right in zip(row, groups, strict=True)]
        for row, left in zip(rows, groups, strict=True)
    ]
    names = [safe(group) for group in groups]
    figure.add_heatmap(
        x=names, y=names, z=shade, text=text, texttemplate="%{text}", textfont={"color": INK, "size": 10},
        xgap=1, ygap=1, zmin=0, zmax=1, colorscale=_SHADES, showscale=False, customdata=hover,
        hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip
    numbers = list(range(1, len(groups) + 1))
    shown = [safe(f"{number}  {_named(group, by)}", most=18) for number, group in zip(numbers, groups, strict=True)]
    figure.update_xaxes(tickvals=names, ticktext=numbers, side="top", type="category", ticks="", linewidth=0)
    figure.update_yaxes(
        tickvals=names, ticktext=shown, type="category", autorange="reversed", tickfont={"size": 11}, showgrid=False
    )


def _cell(cells: pd.DataFrame, left: str, right: str) -> dict[Any, Any] | None:
    return cells.loc[[(left, right)]].to_dict("records")[0] if (left, right) in cells.index else None


def _counts(cell: dict[Any, Any]) -> str:
    decided = cell["before"] + cell["after"]
    return f"{cell['share_before']:.0%}" if decided >= 100 else f"{count(cell['before'])}–{count(cell['after'])}"


def _pair(row: dict[Any, Any] | None, left: str, right: str, by: str) -> str:
    names = f"{safe(_named(left, by), most=60)} – {safe(_named(right, by), most=60)}"
    if row is None:
        return f"{names}<br>no story in common"
    return (
        f"{names}<br>before {count(row['before'])}, after {count(row['after'])}, left open {count(row['tied'])} "
        f"of {count(row['stories'])}"
    )
