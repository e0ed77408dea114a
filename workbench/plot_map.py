"""The map of topics: where the articles lie."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from workbench.drawn_topics import UNASSIGNED, TopicsLike, account, label_of
from workbench.look import GREY, INK, NARROW, SYMBOLS, colour_of, count, describe, frame, nothing, plain, safe

MOST_POINTS = 5_000
"""Points a browser moves without delay when each is a shape of its own (gl traces are barred by the page's policy)."""

Spot = NDArray[np.float64]

_MAP_HEIGHT = 420


def plot_map(topics: TopicsLike, shown: list[int]) -> go.Figure:
    """Every article at its place, the topics numbered at their middle."""
    heading = "Map of the articles by topic"
    placed = topics.layout.dropna(subset=["x", "y"]).sort_index()
    if placed.empty:
        return nothing(heading, "There is no article to place.")
    every = -(-len(placed) // MOST_POINTS)
    drawn = placed.iloc[::every]
    figure = go.Figure()
    names = _draw_topics(figure, topics, shown, drawn)
    _draw_numbers(figure, placed, topics, shown)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    notes = [account(topics), "Near articles use similar words; the axes have no unit."]
    if every > 1:
        notes.append(f"Drawn: {count(len(drawn))} of {count(len(placed))} articles, one in {every} by id.")
    edges = {"left": 12, "right": 12, "below": 12}
    frame(figure, title=heading, notes=notes, names=names, plot_height=_MAP_HEIGHT, legend_last=True, **edges)
    alt = f"{heading}: {count(len(placed))} articles, {len(shown)} topics numbered at their middle."
    return describe(figure, title=heading, caption=" ".join([f"{heading}.", *notes]), alt=alt)


def _draw_topics(figure: go.Figure, topics: TopicsLike, shown: list[int], drawn: pd.DataFrame) -> list[str]:
    """The points of each topic, those of no shown topic first and in grey; gives the names in the legend."""
    topic = topics.assigned.reindex(drawn.index).fillna(UNASSIGNED).astype(int)
    hover = pd.Series(_article_hover(drawn), index=drawn.index)
    groups = [("other or no topic", ~topic.isin(shown), GREY, 0)]
    for number, each in enumerate(shown, start=1):
        groups.append((f"{number}  {label_of(topics, each, most=38)}", topic == each, colour_of(each), each))
    drawn_groups = [group for group in groups if group[1].any() or group[3:] != (0,)]
    for name, own, colour, each in drawn_groups:
        _draw_points(figure, drawn[own], hover[own].tolist(), name=name, colour=colour, topic=each)
    return [plain(name) for name, *_ in drawn_groups]


def _draw_points(  # noqa: PLR0913 -- how the points look
    figure: go.Figure, points: pd.DataFrame, hover: list[str], *, name: str, colour: str, topic: int
) -> None:
    symbol = SYMBOLS[topic // 8 % len(SYMBOLS)]
    figure.add_scatter(
        x=points["x"], y=points["y"], mode="markers", name=name, text=hover,
        hovertemplate="%{text}<extra>%{fullData.name}</extra>",
        marker={"color": colour, "symbol": symbol, "size": 5, "opacity": 0.6},
        customdata=[str(each) for each in points.index],  # each point leads to its article
    )  # fmt: skip


def _article_hover(drawn: pd.DataFrame) -> list[str]:
    """Title, outlet and date of each point where the layout holds them, else its id."""
    if not {"title", "source", "published"} <= set(drawn.columns):
        return [safe(each, most=40) for each in drawn.index]
    rows = zip(drawn["title"].fillna(""), drawn["source"].fillna(""), drawn["published"], strict=True)
    return [
        f"<b>{safe(title, most=160, width=50)}</b><br>{safe(source, most=50)}, "
        + ("undated" if pd.isna(published) else f"{published:%d %b %Y}")
        for title, source, published in rows
    ]


def _draw_numbers(figure: go.Figure, placed: pd.DataFrame, topics: TopicsLike, shown: list[int]) -> None:
    """Each topic's number at the middle of its articles, moved aside where another stands there."""
    groups = placed.groupby(topics.assigned.reindex(placed.index))
    middle = groups[["x", "y"]].median().reindex(shown).dropna()
    spots = placed[["x", "y"]].to_numpy(dtype=float)
    spread = np.maximum(spots.max(axis=0) - spots.min(axis=0), 1e-9)
    # one number takes this part of the narrowest plot
    box = np.array([22 / (NARROW - 24), 18 / _MAP_HEIGHT]) * spread
    taken: list[Spot] = []
    for topic, x, y in zip(middle.index, middle["x"], middle["y"], strict=True):
        spot = _free(np.array([x, y]), box, taken)
        taken.append(spot)
        figure.add_annotation(
            x=spot[0], y=spot[1], text=f"<b>{shown.index(int(topic)) + 1}</b>", showarrow=False, borderpad=1,
            font={"size": 12, "color": INK}, bgcolor="rgba(255,255,255,0.8)", bordercolor=colour_of(int(topic)),
            hovertext=label_of(topics, int(topic), width=50),
        )  # fmt: skip


def _free(spot: Spot, box: Spot, taken: list[Spot]) -> Spot:
    """The nearest place, on rings around `spot`, at which a box of this size covers no other."""
    for ring in range(60):
        for turn in range(max(1, 6 * ring)):
            angle = 2 * np.pi * turn / max(1, 6 * ring)
            tried: Spot = spot + box * ring * 0.6 * np.array([np.cos(angle), np.sin(angle)])
            if all((np.abs(tried - other) >= box).any() for other in taken):
                return tried
    return spot
