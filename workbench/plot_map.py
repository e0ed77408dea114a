"""The map of topics: where the articles lie, and the names of the topics set so that none covers another."""

from __future__ import annotations

from typing import NamedTuple
from unicodedata import east_asian_width

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from workbench.drawn_topics import (
    UNASSIGNED,
    TopicsLike,
    account,
    darker,
    first_terms,
    label_of,
    stability_of,
    unstable_of,
)
from workbench.look import GREY, NARROW, SYMBOLS, colour_of, count, describe, frame, nothing, safe

MOST_POINTS = 5_000
"""Points a browser moves without delay when each is a shape of its own (gl traces are barred by the page's policy)."""

_FEW = 1_000
"""Points up to which each may be larger without covering others."""

Spot = NDArray[np.float64]

_EDGE = 12
"""Pixels left and right of the plot."""

_TERM = 16
"""Characters of a line in a topic's name on the map."""

_LETTER, _WIDE_LETTER, _LINE, _AROUND = 6.6, 11.5, 14, 6
"""Pixels of a letter of the small font, of a Chinese or Japanese one, of a line, and of the border around a name."""

_ASIDE = (0.0, 0.2, -0.2)
"""How far to the side a name may stand, in its widths: what stands just beside its articles on a narrow screen is far
off on a wide one, so names rather go up and down."""

_FAR = 40
"""Pixels from the edge of a topic's articles beyond which its name would no longer be looked for."""


def plot_map(topics: TopicsLike, shown: list[int]) -> go.Figure:
    """Every article at its place, the largest topics named beside their middle as far as names find room."""
    heading = "Map of the articles by topic"
    placed = topics.layout.dropna(subset=["x", "y"]).sort_index()
    if placed.empty:
        return nothing(heading, "There is no article to place.")
    every = -(-len(placed) // MOST_POINTS)
    drawn = placed.iloc[::every]
    plane = _plane(placed, len(shown))
    figure = go.Figure()
    _draw_topics(figure, topics, shown, drawn)
    figure.update_traces(marker_size=5 if len(drawn) > _FEW else 7)
    named = _draw_names(figure, topics, _names(topics, shown, placed, plane), plane)
    figure.update_xaxes(visible=False, range=[plane.low[0], plane.low[0] + plane.spread[0]])
    figure.update_yaxes(visible=False, range=[plane.low[1], plane.low[1] + plane.spread[1]])
    notes = [account(topics), *_account_of_marks(topics, shown, named)]
    notes.append("Near articles use similar words; the axes have no unit.")
    if every > 1:
        notes.append(f"Drawn: {count(len(drawn))} of {count(len(placed))} articles, one in {every} by id.")
    frame(figure, title=heading, notes=notes, plot_height=plane.height, left=_EDGE, right=_EDGE, below=12)
    alt = f"{heading}: {count(len(placed))} articles, {len(shown)} topics, {named} of them named."
    return describe(figure, title=heading, caption=" ".join([f"{heading}.", *notes]), alt=alt)


def _account_of_marks(topics: TopicsLike, shown: list[int], named: int) -> list[str]:
    """What the marks mean that not every map has."""
    doubted = len(unstable_of(topics) & set(shown))
    said = []
    if doubted:
        said.append(f"Hollow, ≈: {doubted} unstable topic{'s' if doubted > 1 else ''} (stability below 0.6).")
    if named < len(shown):
        said.append(f"Named: {named} of {len(shown)} topics drawn, the largest that find room; hover for the others.")
    if len(shown) < len(topics.sizes.drop(index=UNASSIGNED, errors="ignore")):
        said.append(f"Grey: articles beyond the {len(shown)} largest topics, or of none.")
    elif (topics.assigned == UNASSIGNED).any():
        said.append("Grey: articles of no topic.")
    return said


# -- articles ---------------------------------------------------------------------------------------------------


def _draw_topics(figure: go.Figure, topics: TopicsLike, shown: list[int], drawn: pd.DataFrame) -> None:
    """The points of each topic, those of no shown topic first and in grey."""
    topic = topics.assigned.reindex(drawn.index).fillna(UNASSIGNED).astype(int)
    hover = pd.Series(_article_hover(drawn), index=drawn.index, dtype="object")
    doubted = unstable_of(topics)
    traces = []
    looks = [(UNASSIGNED, "other or no topic", ~topic.isin(shown))]
    looks += [(each, label_of(topics, each, most=60, width=40), topic == each) for each in shown]
    for each, name, own in looks:
        if own.any():
            traces.append(_points(drawn[own], hover[own].tolist(), name=name, topic=each, hollow=each in doubted))
    figure.add_traces(traces)


def _points(points: pd.DataFrame, hover: list[str], *, name: str, topic: int, hollow: bool) -> go.Scatter:
    symbol = "circle" if topic == UNASSIGNED else SYMBOLS[topic // 8 % len(SYMBOLS)]
    marker = {
        "color": GREY if topic == UNASSIGNED else colour_of(topic),
        "symbol": f"{symbol}-open" if hollow else symbol,
        "opacity": 0.4 if topic == UNASSIGNED else 0.7,
    }
    return go.Scatter(
        x=points["x"], y=points["y"], mode="markers", name=name, text=hover, marker=marker,
        hovertemplate="%{text}<extra>%{fullData.name}</extra>",
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


# -- names ------------------------------------------------------------------------------------------------------


class _Plane(NamedTuple):
    """The drawn part of the map, and its size in pixels on the narrowest screen.

    A wider screen only moves names apart from left to right: what does not overlap there overlaps nowhere.
    """

    low: Spot
    spread: Spot
    height: int

    @property
    def pixels(self) -> Spot:
        return np.array([NARROW - 2 * _EDGE, self.height], dtype=np.float64)

    def on_screen(self, spots: Spot) -> Spot:
        """Pixels from the lower left corner."""
        return np.asarray((spots - self.low) / self.spread * self.pixels)

    def on_map(self, pixels: Spot) -> Spot:
        """The place on the map of what stands at these pixels."""
        return np.asarray(self.low + pixels / self.pixels * self.spread)


class _Name(NamedTuple):
    """A topic's name: its lines, its size, where it stands, and the middle of its articles, in pixels.

    `beside` says that it stands above or below these, not on them.
    """

    topic: int
    lines: list[str]
    box: Spot
    spot: Spot
    middle: Spot
    beside: bool


def _plane(placed: pd.DataFrame, topics: int) -> _Plane:
    spots = placed[["x", "y"]].to_numpy(dtype=np.float64)
    low, spread = spots.min(axis=0), np.maximum(np.ptp(spots, axis=0), 1e-3)
    room = np.array([0.03, 0.05]) * spread  # points at the edge stay whole
    return _Plane(low - room, spread + 2 * room, int(np.clip(380 + 4 * topics, 400, 780)))


def _names(topics: TopicsLike, shown: list[int], placed: pd.DataFrame, plane: _Plane) -> list[_Name]:
    """The names that find room, the largest topics first."""
    points = plane.on_screen(placed[["x", "y"]].to_numpy(dtype=np.float64))
    own = topics.assigned.reindex(placed.index).to_numpy()
    names: list[_Name] = []
    for topic in shown:
        lines = first_terms(topics.labels.get(topic, topic), width=_TERM)
        inside = own == topic
        if inside.any() and (spot := _free(points, inside, _box(lines), names, plane)) is not None:
            middle = np.median(points[inside], axis=0)
            beside = bool(abs(spot[1] - middle[1]) > _reach(points[inside])[1])
            names.append(_Name(topic, lines, _box(lines), spot, middle, beside))
    return names


def _box(lines: list[str]) -> Spot:
    """Width and height of these lines in pixels."""
    wide = [sum(_WIDE_LETTER if east_asian_width(letter) in "WF" else _LETTER for letter in line) for line in lines]
    return np.array([max(wide) + _LETTER + _AROUND, _LINE * len(lines) + _AROUND])


def _free(points: Spot, inside: NDArray[np.bool_], box: Spot, names: list[_Name], plane: _Plane) -> Spot | None:
    """The place near a topic's points at which its name covers the fewest points and no other name, if there is one."""
    own, others = points[inside], points[~inside]
    middle = np.median(own, axis=0)
    edge = float(_reach(own)[1] + box[1] / 2 + 2)
    rises = (0.0, *(step * sign for step in (edge, edge + box[1], box[1], 2 * box[1]) for sign in (1, -1)))
    best: tuple[float, Spot] | None = None
    for rise, aside in ((rise, aside) for rise in rises for aside in _ASIDE):
        moved = middle + np.array([aside * box[0], rise])
        spot = np.clip(moved, box / 2, plane.pixels - box / 2)
        away = float(np.hypot(*(spot - middle)))
        if away > edge + _FAR or any((np.abs(spot - name.spot) < (box + name.box) / 2).all() for name in names):
            continue
        # all its own articles covered is as bad as half as many others, or a name twice as far off as may be
        cost = _covered(own, spot, box) / len(own) + 2 * _covered(others, spot, box) / len(own) + away / _FAR / 4
        if best is None or cost < best[0] - 1e-9:
            best = cost, spot
    return None if best is None else best[1]


def _reach(own: Spot) -> Spot:
    """How far a topic's articles go from their middle, but for the outermost tenth."""
    return np.asarray(np.quantile(np.abs(own - np.median(own, axis=0)), 0.9, axis=0))


def _covered(points: Spot, spot: Spot, box: Spot) -> int:
    return int((np.abs(points - spot) < box / 2).all(axis=1).sum())


def _draw_names(figure: go.Figure, topics: TopicsLike, names: list[_Name], plane: _Plane) -> int:
    """Write the names, with a line to their articles where they stand above or below; gives their number."""
    doubted = unstable_of(topics)
    notes, lines = [], []
    for name in names:
        text = "<br>".join(safe(line) for line in name.lines)
        x, y = plane.on_map(name.spot)
        ink = darker(colour_of(name.topic))
        notes.append({
            "x": x, "y": y, "text": f"<i>≈ {text}</i>" if name.topic in doubted else text, "showarrow": False,
            "font": {"size": 11, "color": ink}, "bgcolor": "rgba(255,255,255,0.8)", "borderpad": 1,
            "hovertext": _name_hover(topics, name.topic),
        })  # fmt: skip
        if name.beside:
            edge = plane.on_map(name.spot - np.sign(name.spot - name.middle) * name.box / 2)[1]
            middle = plane.on_map(name.middle)
            ends = {"x0": x, "y0": edge, "x1": middle[0], "y1": middle[1]}
            lines.append({"type": "line", **ends, "line": {"color": ink, "width": 0.8}})
    # all at once: plotly looks through all notes whenever one is added
    figure.update_layout(annotations=notes, shapes=lines)
    return len(names)


def _name_hover(topics: TopicsLike, topic: int) -> str:
    size = topics.sizes.loc[topic]
    counted = f"{count(size['articles'])} articles, {count(size['texts'])} texts"
    return f"<b>{label_of(topics, topic, width=50)}</b><br>{counted}<br>stability {stability_of(topics, topic)}"
