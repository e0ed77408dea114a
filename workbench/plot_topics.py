"""Figures of topics: how large and how stable they are, where their articles lie, and how their share moves.

Drawn from a fitted `Topics` (or anything with the same five parts).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from workbench.articles import WorkbenchError
from workbench.drawn_topics import UNASSIGNED, TopicsLike, account, label_of, label_rows
from workbench.look import colour_of, count, describe, faded, frame, lead, nothing, plain
from workbench.periods import choice
from workbench.plot_map import plot_map
from workbench.plot_trends import Told, plot_time

KINDS = ("sizes", "map", "time")


def plot_topics(  # noqa: PLR0913 -- keyword-only, each with its usual value
    topics: TopicsLike,
    *,
    kind: str = "sizes",
    over: pd.DataFrame | None = None,
    trends: pd.DataFrame | None = None,
    words: pd.DataFrame | None = None,
    most: int = 20,
) -> go.Figure:
    """A figure of the `most` largest topics.

    `kind="sizes"`: articles and distinct texts of each topic, with its stability. `"map"`: every article at its place,
    topics numbered at their middle. `"time"`: the share of each topic in all articles per period, which is the table
    `over=wb.composition(articles, by="topic", every="month")`; the other topics are a last row together.
    `trends=wb.topic_trends(articles, topics)` marks the topics that emerge, fade and merge beside their labels, and
    `words=wb.topic_words(articles, topics)` says in the hover text what they were about in each period.

    Raises WorkbenchError for an unknown kind, when `kind="time"` is asked for without `over`, and for tables of other
    shapes.
    """
    choice("kind", kind, KINDS)
    if isinstance(most, bool) or not isinstance(most, int) or most < 1:
        raise WorkbenchError(f"most={most!r} is not a number of topics; write most=20")
    sizes = topics.sizes[topics.sizes.index != UNASSIGNED]
    # equal sizes go by number, so that the order of rows never shows
    largest = sizes.sort_index().sort_values("articles", ascending=False, kind="stable").head(most)
    if kind == "map":
        drawn = plot_map(topics, [int(topic) for topic in largest.index])
        return lead(drawn, {}, _numbers(topics, largest))
    if largest.empty:
        return nothing("Topics", "There are no topics: too few articles, or none assigned.")
    if kind == "time":
        if over is None or "topic" not in over.columns:
            raise WorkbenchError('kind="time" draws a table; give over=wb.composition(articles, by="topic")')
        figure = plot_time(topics, [int(topic) for topic in largest.index], over, Told(trends, words))
        rule = _rule(topics, largest)
        others = topics.assigned.index[~topics.assigned.isin([*largest.index, UNASSIGNED])]
        rule["members"][str(len(largest))] = sorted(str(each) for each in others)
        return lead(figure, {**rule, "every": over.attrs.get("every", "month")}, None)
    return lead(_plot_sizes(topics, largest), _rule(topics, largest), _numbers(topics, largest))


def _rule(topics: TopicsLike, largest: pd.DataFrame) -> dict[str, Any]:
    """How the marks lead to their articles: the rows of the figure are the topics in their order."""
    groups = topics.assigned.sort_index().groupby(topics.assigned.sort_index()).groups
    members = {str(row): [str(each) for each in groups.get(topic, [])] for row, topic in enumerate(largest.index)}
    return {"group": "y", "of": "all", "members": members}


def _numbers(topics: TopicsLike, largest: pd.DataFrame) -> pd.DataFrame:
    named = [plain(topics.labels.get(topic, topic)) for topic in largest.index]
    counts = largest[["articles", "texts", "outlets"]]
    table = counts.assign(stability=topics.stability.reindex(largest.index).round(2)).reset_index(drop=True)
    table.insert(0, "topic", named)
    return table


def _plot_sizes(topics: TopicsLike, largest: pd.DataFrame) -> go.Figure:
    shown = [int(topic) for topic in largest.index]
    rows = np.arange(len(shown))
    stability = ["–" if pd.isna(value) else f"{value:.2f}" for value in topics.stability.reindex(shown)]
    data = [
        [label_of(topics, topic, width=50), count(row.articles), count(row.texts), count(row.outlets), stable]
        for topic, row, stable in zip(shown, largest.itertuples(), stability, strict=True)
    ]
    hover = (
        "<b>%{customdata[0]}</b><br>%{customdata[1]} articles, %{customdata[2]} texts, %{customdata[3]} outlets<br>"
        "stability %{customdata[4]}<extra></extra>"
    )
    colours = [colour_of(topic) for topic in shown]
    shared = {"y": rows, "orientation": "h", "customdata": data, "hovertemplate": hover}
    light = {"color": [faded(colour, 0.3) for colour in colours], "line": {"color": colours, "width": 1}}
    figure = go.Figure()
    figure.add_bar(x=largest["articles"], name="articles", marker=light, width=0.8, **shared)
    figure.add_bar(x=largest["texts"], name="distinct texts", marker={"color": colours}, width=0.4, **shared)
    _print_stability(figure, stability)
    figure.update_layout(barmode="overlay")
    figure.update_xaxes(title_text="articles and distinct texts", rangemode="tozero")
    label_rows(figure, topics, shown, left=150)
    notes = [
        account(topics),
        "Pale bar: articles; solid bar: distinct texts. Stability: 0 to 1, – where not measured.",
    ]
    if len(shown) < len(topics.sizes.drop(index=UNASSIGNED, errors="ignore")):
        notes.append(f"The {len(shown)} largest topics are drawn.")
    heading = "Topics by size"
    frame(figure, title=heading, notes=notes, plot_height=30 + 34 * len(shown), above=16, left=160, right=62)
    first = plain(topics.labels.get(shown[0], shown[0]))
    alt = f"{heading}. Largest: {first}, {data[0][1]} articles, {data[0][2]} texts."
    return describe(
        figure, title=heading, caption=" ".join(["Articles and distinct texts per topic.", *notes]), alt=alt
    )


def _print_stability(figure: go.Figure, stability: list[str]) -> None:
    """The stability of each row at its right end, under a heading."""
    beside = {"x": 1, "xref": "paper", "xanchor": "left", "showarrow": False, "font": {"size": 11}}
    for row, stable in enumerate(stability):
        figure.add_annotation(xshift=8, y=row, text=stable, **beside)
    figure.add_annotation(xshift=4, y=1, yref="paper", yanchor="bottom", text="stability", **beside)
