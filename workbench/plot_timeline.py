"""Figure of what happened when: a line per story over time, a dot per day, and beside it what the story is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from workbench.articles import require
from workbench.look import FAINT, GREY, INK, count, describe, frame, lead, nothing, plain, safe

NEEDED = ("label", "first", "top", "last", "articles", "texts", "outlets")
"""Columns of a `story_timeline` table that are drawn."""

MOST_STORIES = 40
"""Stories that fit a page."""

_LABEL = 52
"""Characters of a label's line that fit the narrowest screen beside the margins."""

_LINES = 2
_LINE = 15
_STRIP = 24
"""Pixels of the strip beneath a label in which the dots stand."""

_DOTS = (6, 16)
"""Pixels across of the smallest and the largest dot; the largest fits its strip."""

_STEPS = {"day": 1, "week": 7}
_AFTER = {"month": 1, "quarter": 3, "year": 12}


class _Row(NamedTuple):
    """A story as drawn: its key, the lines of its label, the pixels from the top to them and to its strip."""

    story: str
    label: list[str]
    top: float
    strip: float


def plot_timeline(table: pd.DataFrame, *, title: str | None = None) -> go.Figure:
    """A strip per story of a `story_timeline` table, in its order: a line from first to last, a dot per day.

    The larger the dot the more distinct texts that day (week, month …); the fullest is black. Above each strip stand
    the day of the fullest dot, the story's label and how many texts and outlets it has. A table whose attrs were lost
    on the way has only the dots of the first, fullest and last day, all of one size. At most 40 stories are drawn; the
    note counts those without a certain date.

    Raises WorkbenchError for a table without the columns it needs.
    """
    require(table, *NEEDED)
    every = str(table.attrs.get("every", "day"))
    heading = title or "What happened when"
    dated = table[table["top"].notna()].head(MOST_STORIES)
    if dated.empty:
        return nothing(heading, "There is no story with a certain date to draw.")
    rows = list(_rows(dated, every))
    height = rows[-1].strip + _STRIP / 2
    figure = go.Figure()
    _draw_spans(figure, dated, rows)
    dots = _dots(dated, rows)
    _draw_dots(figure, dots, every)
    _draw_labels(figure, rows)
    notes = _notes(table, dated, every, sized=bool(dots["texts"].notna().all()))
    first, after = dated["first"].min(), _end(dated["last"].max(), every)
    edge = max((after - first) * 0.02, pd.Timedelta(hours=12))
    figure.update_xaxes(range=[_bare(first - edge), _bare(after + edge)], showgrid=True, gridcolor=FAINT, type="date")
    figure.update_yaxes(range=[height, 0], visible=False, fixedrange=True)
    frame(figure, title=heading, notes=notes, plot_height=int(height), left=14, right=14, below=48)
    figure = describe(
        figure, title=heading, caption=" ".join([f"{heading}.", *notes]), alt=_alternative(dated, heading)
    )
    rule = {"every": every, "each": dots["story"].tolist(), **_behind(dated)}
    return lead(figure, rule, _numbers(dated))


def _behind(dated: pd.DataFrame) -> dict[str, Any]:
    """The part of the rule that says which articles a story has; by the column where the table has lost them."""
    articles = dated.attrs.get("articles") or {}
    known = all(story in articles for story in dated.index)
    return {"members": {story: articles[story] for story in dated.index}} if known else {"by": "story_id"}


def _rows(dated: pd.DataFrame, every: str) -> Iterator[_Row]:
    """The stories from the top down; each takes as much room as its label has lines."""
    at = 4.0
    for story, row in dated.iterrows():
        written = f"{_written(row['top'], every)}: {plain(row['label'])}"
        sizes = f"{count(row['texts'])} texts, {count(row['outlets'])} outlets"
        label = safe(written, width=_LABEL, lines=_LINES).split("<br>")
        fits = len(label[-1]) + len(sizes) + 3 <= _LABEL
        label = [*label[:-1], f"{label[-1]} · {sizes}"] if fits else [*label, sizes]
        strip = at + _LINE * len(label) + _STRIP / 2
        yield _Row(str(story), label, at, strip)
        at = strip + _STRIP / 2 + 6


def _draw_spans(figure: go.Figure, dated: pd.DataFrame, rows: list[_Row]) -> None:
    for row, (first, last) in zip(rows, zip(dated["first"], dated["last"], strict=True), strict=True):
        figure.add_shape(
            type="line", x0=0, x1=1, xref="paper", y0=row.strip, y1=row.strip, layer="below",
            line={"color": FAINT, "width": 1},
        )  # fmt: skip
        figure.add_shape(
            type="line", x0=_bare(first), x1=_bare(last), y0=row.strip, y1=row.strip, layer="below",
            line={"color": GREY, "width": 3},
        )  # fmt: skip


def _dots(dated: pd.DataFrame, rows: list[_Row]) -> pd.DataFrame:
    """One row per dot: story, its place, the moment, texts (missing where the table has lost them), whether fullest."""
    known = dated.attrs.get("texts") or {}
    found: list[tuple[str, float, pd.Timestamp, float, bool]] = []
    for row, (_, story) in zip(rows, dated.iterrows(), strict=True):
        own = known.get(row.story) or dict.fromkeys(str(story[name].date()) for name in ("first", "top", "last"))
        top = str(story["top"].date())
        for day, texts in sorted(own.items()):
            found.append((row.story, row.strip, pd.Timestamp(day), np.nan if texts is None else texts, day == top))
    dots = pd.DataFrame(found, columns=["story", "y", "x", "texts", "top"])
    return dots.sort_values("top", kind="stable", ignore_index=True)  # what is drawn last covers the rest


def _draw_dots(figure: go.Figure, dots: pd.DataFrame, every: str) -> None:
    largest = dots["texts"].max()
    # the area says how many texts
    share = np.sqrt(dots["texts"] / largest) if largest > 0 else pd.Series(0.5, index=dots.index)
    size = _DOTS[0] + (_DOTS[1] - _DOTS[0]) * share.fillna(0.5)
    hover = [
        [_written(x, every), "" if pd.isna(texts) else f"<br>{count(texts)} text{'s' * (texts != 1)}"]
        for x, texts in zip(dots["x"], dots["texts"], strict=True)
    ]
    figure.add_scatter(
        x=dots["x"], y=dots["y"], mode="markers", showlegend=False, cliponaxis=False, customdata=hover,
        marker={
            "size": size, "color": np.where(dots["top"], INK, "white"), "line": {"color": INK, "width": 1.2},
            "opacity": 1,
        },
        hovertemplate="%{customdata[0]}%{customdata[1]}<extra></extra>",
    )  # fmt: skip


def _draw_labels(figure: go.Figure, rows: list[_Row]) -> None:
    for row in rows:
        figure.add_annotation(
            text="<br>".join(row.label), x=0, xref="paper", xanchor="left", y=row.top, yanchor="top", align="left",
            showarrow=False, font={"size": 12}, borderpad=0,
        )  # fmt: skip


def _notes(table: pd.DataFrame, dated: pd.DataFrame, every: str, *, sized: bool) -> list[str]:
    """What is drawn, what is not, and how many articles no dot stands for."""
    whole = int(table.attrs.get("stories", len(table)))
    size = f"Dot: a {every} with articles; the larger, the more distinct texts." if sized else f"Dots: {every}s."
    notes = [f"{size} Black: the {every} with most texts, named above the line."]
    notes.append(f"{len(dated)} of {count(whole)} stories are drawn, those that most outlets carried.")
    if without := int(table["top"].isna().sum()):
        notes.append(f"Not drawn: {without} without a certain date.")
    if {"possible", "undated"} <= set(table.columns):
        loose = [int(dated[name].sum()) for name in ("possible", "undated")]
        articles = count(dated["articles"].sum())
        notes.append(f"Of their {articles} articles {loose[0]} may lie in several {every}s, {loose[1]} are undated.")
    return notes


def _alternative(dated: pd.DataFrame, heading: str) -> str:
    most = dated.sort_values(["outlets", "texts"], ascending=False, kind="stable").iloc[0]
    return (
        f"{heading}: {len(dated)} stories from {dated['first'].min():%d %b %Y} to {dated['last'].max():%d %b %Y}. "
        f"Most outlets: {plain(most['label'], most=120)}, {count(most['outlets'])}."
    )


def _numbers(dated: pd.DataFrame) -> pd.DataFrame:
    days = {name: dated[name].dt.strftime("%Y-%m-%d") for name in ("first", "top", "last")}
    kept = ["label", *(["key_sentence"] if "key_sentence" in dated else []), "articles", "texts", "outlets"]
    return pd.DataFrame({**days, **{name: dated[name] for name in kept}}).reset_index(drop=True)


def _end(start: pd.Timestamp, every: str) -> pd.Timestamp:
    """The first moment after the period."""
    months = _AFTER.get(every)
    return start + pd.DateOffset(months=months) if months else start + pd.Timedelta(days=_STEPS.get(every, 1))


def _written(moment: pd.Timestamp, every: str) -> str:
    shape = {"month": "%B %Y", "year": "%Y"}.get(every, "%d %b %Y")
    return f"Q{moment.quarter} {moment.year}" if every == "quarter" else f"{moment:{shape}}"


def _bare(moment: pd.Timestamp) -> Any:
    """The moment as plotly's axis takes it: UTC without saying so."""
    return moment.tz_localize(None) if moment.tzinfo is not None else moment
