"""Topics by size: how many articles and distinct texts each has, and how well it holds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from workbench.drawn_topics import UNASSIGNED, TopicsLike, account, label_of, label_rows, stability_of, unstable_of
from workbench.look import colour_of, count, describe, faded, frame, plain

_LEFT, _RIGHT = 160, 96
"""Pixels for the labels and for the stability."""

_TALL, _LOW = 34, 20
"""Height of a row with two lines of label, and with one."""

_MANY = 30
"""Rows from which each has one line, so that a hundred can be looked through."""


def plot_sizes(topics: TopicsLike, largest: pd.DataFrame) -> go.Figure:
    """A row per topic: a pale bar for its articles, a solid one for its texts, and its stability; unstable: hatched."""
    shown = [int(topic) for topic in largest.index]
    low = len(shown) > _MANY
    figure = go.Figure()
    data = _draw_bars(figure, topics, largest)
    _print_stability(figure, topics, shown)
    figure.update_layout(barmode="overlay")
    figure.update_xaxes(title_text="articles and distinct texts", rangemode="tozero")
    label_rows(figure, topics, shown, left=_LEFT - 10, lines=1 if low else 2)
    notes = [account(topics), *_account_of_bars(topics, shown)]
    heading = "Topics by size"
    room = 30 + (_LOW if low else _TALL) * len(shown)
    frame(figure, title=heading, notes=notes, plot_height=room, above=16, left=_LEFT, right=_RIGHT)
    first = plain(topics.labels.get(shown[0], shown[0]))
    alt = f"{heading}. Largest: {first}, {data[0][1]} articles, {data[0][2]} texts."
    return describe(
        figure, title=heading, caption=" ".join(["Articles and distinct texts per topic.", *notes]), alt=alt
    )


def _account_of_bars(topics: TopicsLike, shown: list[int]) -> list[str]:
    """What the bars mean, and what is not drawn."""
    notes = ["Pale bar: articles; solid bar: distinct texts. Stability: 0 to 1, – where not measured."]
    doubted = len(unstable_of(topics) & set(shown))
    if doubted:
        notes.append(f"Hatched: unstable, stability below 0.6 ({doubted} of {len(shown)} topics).")
    rest = topics.sizes.drop(index=[UNASSIGNED, *shown], errors="ignore")
    if len(rest):
        notes.append(
            f"The {len(shown)} largest topics are drawn; the other {len(rest)} hold {count(rest['articles'].sum())} "
            f"articles, {count(rest['texts'].sum())} texts."
        )
    return notes


def _draw_bars(figure: go.Figure, topics: TopicsLike, largest: pd.DataFrame) -> list[list[str]]:
    """The bars of articles and of texts; gives what the hover text says of each row."""
    shown = [int(topic) for topic in largest.index]
    doubted = unstable_of(topics)
    data = [
        [label_of(topics, topic, width=50), *map(count, row), stability_of(topics, topic)]
        for topic, row in zip(shown, largest[["articles", "texts", "outlets"]].to_numpy(), strict=True)
    ]
    hover = (
        "<b>%{customdata[0]}</b><br>%{customdata[1]} articles, %{customdata[2]} texts, %{customdata[3]} outlets<br>"
        "stability %{customdata[4]}<extra></extra>"
    )
    colours = [colour_of(topic) for topic in shown]
    shared = {"y": np.arange(len(shown)), "orientation": "h", "customdata": data, "hovertemplate": hover}
    hatched = {
        "shape": ["/" if topic in doubted else "" for topic in shown],
        "fgcolor": colours, "bgcolor": "white", "fillmode": "replace", "size": 5, "solidity": 0.25,
    }  # fmt: skip
    pale = {"color": [faded(colour, 0.3) for colour in colours], "line": {"color": colours, "width": 1}}
    solid = {"color": colours, "line": {"color": colours, "width": 1}, "pattern": hatched}
    figure.add_bar(x=largest["articles"], name="articles", marker=pale, width=0.8, **shared)
    figure.add_bar(x=largest["texts"], name="distinct texts", marker=solid, width=0.4, **shared)
    return data


def _print_stability(figure: go.Figure, topics: TopicsLike, shown: list[int]) -> None:
    """The stability of each row at its right end, under a heading."""
    beside = {"x": 1, "xref": "paper", "xanchor": "left", "showarrow": False, "font": {"size": 11}}
    rows = [{"xshift": 8, "y": row, "text": stability_of(topics, topic)} for row, topic in enumerate(shown)]
    heading = {"xshift": 4, "y": 1, "yref": "paper", "yanchor": "bottom", "text": "stability"}
    # all at once: plotly looks through all notes whenever one is added
    figure.update_layout(annotations=[{**beside, **each} for each in (*rows, heading)])
