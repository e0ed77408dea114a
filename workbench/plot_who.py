"""Figure of who covered what: outlets across, stories or topics down, a square for each pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from workbench.articles import WorkbenchError, require
from workbench.languages import NAMES
from workbench.look import FAINT, INK, SHADES, count, describe, frame, lead, nothing, plain, safe
from workbench.plot_gaps import gap_note
from workbench.plot_words import account_note, numbers, share_note

NEEDED = ("label", "articles", "texts", "total", "total_texts", "share", "share_low", "share_high")
"""Columns of a table by `who_covered` besides the two of the groups."""

MOST_ACROSS, MOST_DOWN = 15, 40
"""Columns that can be told apart on the narrowest screen, and rows that fit a page."""

GATHERED = ("(other)", "(none)", "-1", "unassigned")
"""Groups that are no outlet, story or topic of their own: drawn hollow, and not on the scale."""

_LEFT, _LETTERS = 158, 23
"""Pixels for the labels of stories, and letters of a line of them."""

_ROW, _SQUARE = 38, 16
"""Pixels of a row, and of the square of the largest share."""

_ABOVE, _MOST_LETTERS = 112, 18
"""Pixels for the names of outlets on end, and their letters."""

_BENEATH = 0.35
"""Where a number stands under its square, in rows."""


@dataclass(frozen=True)
class _Matrix:
    """The cells with `column` and `row`; the outlets across and the stories down in the order of the table."""

    cells: pd.DataFrame
    by: str
    what: str
    across: list[str]
    down: pd.Series
    unit: str
    largest: float


def plot_who(table: pd.DataFrame, *, title: str | None = None) -> go.Figure:
    """A table by `who_covered` as a matrix: outlets across, stories or topics down.

    The area and the shade of a square are the share of the outlet's articles (or texts) on the story; the number under
    it is how many articles (texts) that is; a dot stands for none and × for an outlet without a total. Rows and columns
    that gather several groups have hollow squares of one size, so that they do not take the scale from the others.
    Every square leads to its articles. At most fifteen columns and forty rows are drawn; the note says what is not.

    Raises WorkbenchError for a table that is not one of `who_covered`.
    """
    require(table, *NEEDED)
    by, what = (str(table.attrs.get(key) or table.columns[place]) for place, key in enumerate(("by", "what")))
    if by not in table.columns or what not in table.columns or table.duplicated([by, what]).any():
        raise WorkbenchError("the table is not one row per pair of groups; make it with who_covered(articles, …)")
    unit = str(table.attrs.get("unit", "articles"))
    thing = {"story_id": "story"}.get(what, what)
    heading = title or f"Who covered which {thing}: share of each {by}'s {unit}"
    if table.empty:
        return nothing(heading, "There is no article with a certain time, and so nothing to draw.")
    matrix = _matrix(table, by, what, unit)
    figure = go.Figure()
    _draw_squares(figure, matrix)
    _write_numbers(figure, matrix)
    _name_axes(figure, matrix)
    notes = [account_note(table), *_notes(table, matrix, thing), gap_note(table)]
    notes += [share_note(table)] if share_note(table) else []
    frame(
        figure, title=heading, notes=notes, plot_height=_ROW * len(matrix.down), above=_ABOVE, left=_LEFT, right=8,
        below=14,
    )  # fmt: skip
    caption = " ".join([f"{heading}.", *filter(None, notes)])
    describe(figure, title=heading, caption=caption, alt=_alternative(matrix, heading))
    shown = numbers(table, *dict.fromkeys([by, "label", "articles", "texts", "total"]))
    return lead(figure, _rule(table, matrix), shown, most=MOST_ACROSS * MOST_DOWN)


def _matrix(table: pd.DataFrame, by: str, what: str, unit: str) -> _Matrix:
    across = list(table[by].drop_duplicates().astype("str"))[:MOST_ACROSS]
    down = table.drop_duplicates(what).set_index(what)["label"].head(MOST_DOWN)
    cells = table[table[by].isin(across) & table[what].isin(down.index)].reset_index(drop=True)
    cells["column"] = cells[by].map({name: at for at, name in enumerate(across)})
    cells["row"] = cells[what].map({name: at for at, name in enumerate(down.index)})
    cells["gathered"] = cells[by].isin(GATHERED) | cells[what].isin(GATHERED)
    cells["number"] = cells["texts" if unit == "texts" else "articles"]
    scaled = cells.loc[~cells["gathered"], "share"].max()
    return _Matrix(cells, by, what, across, down, unit, float(scaled) if scaled > 0 else 1.0)


def _called(name: str, by: str) -> str:
    return NAMES.get(name, name) if by == "language" else {"(other)": "all others", "(none)": "none"}.get(name, name)


# -- drawing ------------------------------------------------------------------------------------------------------


def _draw_squares(figure: go.Figure, matrix: _Matrix) -> None:
    cells = _led(matrix)
    part = (cells["share"] / matrix.largest).fillna(0).clip(0, 1)
    # no square is smaller than what can be pointed at
    size = (_SQUARE * part**0.5).clip(lower=4).where(~cells["gathered"], 8)
    shades = [SHADES[2 + round(4 * each**0.5)] for each in part]
    hollow = "rgba(255,255,255,0)"
    fill = [hollow if gathered else shade for gathered, shade in zip(cells["gathered"], shades, strict=True)]
    figure.add_scatter(
        x=cells["column"], y=cells["row"], mode="markers", name="",
        marker={"symbol": "square", "size": size, "color": fill, "opacity": 1, "line": {"color": INK, "width": 0.7}},
        customdata=_hover_data(cells, matrix),
        hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<br>%{customdata[2]}<extra></extra>",
    )  # fmt: skip


def _led(matrix: _Matrix) -> pd.DataFrame:
    """The cells that have a square."""
    return matrix.cells[matrix.cells["articles"] > 0]


def _hover_data(cells: pd.DataFrame, matrix: _Matrix) -> list[list[str]]:
    of = cells["total_texts" if matrix.unit == "texts" else "total"]
    columns = (cells[name] for name in (matrix.by, "label", "number", "share", "share_low", "share_high"))
    return [
        [
            safe(_called(name, matrix.by), most=80, width=50),
            safe(label, width=50),
            f"{count(number)} of {count(total)} {matrix.unit}, {share:.1%} ({low:.1%} to {high:.1%})"
            if total > 0
            else f"{count(number)} {matrix.unit}, no total",
        ]
        for name, label, number, share, low, high, total in zip(*columns, of, strict=True)
    ]


def _write_numbers(figure: go.Figure, matrix: _Matrix) -> None:
    cells = matrix.cells
    known = (cells["total"] > 0) | (cells["number"] > 0)
    written = [_short(number) if told else "×" for number, told in zip(cells["number"], known, strict=True)]
    figure.add_scatter(
        x=cells["column"], y=[row + (_BENEATH if number else 0) for row, number in cells[["row", "number"]].to_numpy()],
        mode="text", text=written, textfont={"size": 8, "color": INK}, hoverinfo="skip", showlegend=False,
    )  # fmt: skip


def _short(number: float) -> str:
    """A number that fits under a square: a dot for none, thousands as 12k."""
    if number >= 1000:
        return f"{number / 1000:.0f}k"
    return str(int(number)) if number else "·"


def _name_axes(figure: go.Figure, matrix: _Matrix) -> None:
    outlets = [safe(_called(name, matrix.by), most=_MOST_LETTERS) for name in matrix.across]
    figure.update_xaxes(
        side="top", tickvals=list(range(len(outlets))), ticktext=outlets, tickangle=-90, tickfont={"size": 11},
        ticks="", showline=False, range=[-0.6, len(outlets) - 0.4], fixedrange=True,
    )  # fmt: skip
    things = [safe(label, most=2 * _LETTERS - 2, width=_LETTERS, lines=2) for label in matrix.down]
    figure.update_yaxes(
        tickvals=list(range(len(things))), ticktext=things, tickfont={"size": 11}, showgrid=False, showline=False,
        fixedrange=True, range=[len(things) - 0.5, -0.5],
    )  # fmt: skip
    between = [row - 0.5 for row in range(1, len(things))]
    # a flat box, since a page gives lines, which mark known dates elsewhere, the ink of its text
    line = {"type": "rect", "xref": "paper", "x0": 0, "x1": 1, "layer": "below", "line": {"color": FAINT, "width": 1}}
    figure.update_layout(shapes=[{**line, "y0": at, "y1": at} for at in between])


# -- words --------------------------------------------------------------------------------------------------------


def _rule(table: pd.DataFrame, matrix: _Matrix) -> dict[str, Any]:
    """Each square leads to the articles of its outlet on its story; "(other)" to those of all that have no row."""
    cells = _led(matrix)
    ways = []
    for column in (matrix.by, matrix.what):
        named = sorted(set(table[column]) - {"(other)"})
        rest = {"rest": {"(other)": named}} if "(other)" in set(cells[column]) else {}
        ways.append({"by": column, "each": cells[column].astype("str").tolist(), **rest})
    return {**ways[0], "with": ways[1], "of": "all" if table.attrs.get("whole") else "matched"}


def _notes(table: pd.DataFrame, matrix: _Matrix, thing: str) -> list[str]:
    cells = matrix.cells
    square = f"Square: share of all {matrix.unit} of the {matrix.by} by area and shade"
    notes = [f"{square}, the largest {100 * matrix.largest:.2g}%. Number: {matrix.unit}; dot: none."]
    if cells["gathered"].any():
        notes.append("Hollow squares: several together, or none; not on the scale.")
    if ((cells["total"] == 0) & (cells["number"] == 0)).any():
        notes.append(f"×: the {matrix.by} has no article here at all.")
    for column, shown, name in ((matrix.by, matrix.across, matrix.by), (matrix.what, matrix.down, thing)):
        if len(shown) < (number := table[column].nunique()):
            notes.append(f"The first {len(shown)} of {number} by {name} are drawn.")
    return notes


def _alternative(matrix: _Matrix, heading: str) -> str:
    own = matrix.cells[~matrix.cells["gathered"] & matrix.cells["share"].notna()]
    size = f"{len(matrix.down)} rows, {len(matrix.across)} columns"
    if own.empty:
        return f"{heading}: {size}."
    top = own.iloc[int(own["share"].argmax())]
    return (
        f"{heading}: {size}. Largest share: {top['share']:.1%}, {count(top['number'])} {matrix.unit} by "
        f"{_called(str(top[matrix.by]), matrix.by)} on {plain(top['label'], most=80)}."
    )
