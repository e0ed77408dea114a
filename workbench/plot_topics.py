"""Figures of topics: how large and how stable they are, where their articles lie, and how their share moves.

Drawn from a fitted `Topics` (or anything with the same five parts); colours go by the topic's number, so that one
topic has one colour in all figures.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from workbench.articles import WorkbenchError
from workbench.look import (
    GREY,
    INK,
    NARROW,
    SYMBOLS,
    colour_of,
    count,
    describe,
    faded,
    frame,
    lead,
    nothing,
    plain,
    safe,
)
from workbench.periods import choice

KINDS = ("sizes", "map", "time")

UNASSIGNED = -1

MOST_POINTS = 5_000
"""Points a browser moves without delay when each is a shape of its own (gl traces are barred by the page's policy)."""

Spot = NDArray[np.float64]

_MAP_HEIGHT = 420


class TopicsLike(Protocol):
    """What is drawn: per article its topic (-1: none) and place; per topic its label, sizes and stability."""

    @property
    def assigned(self) -> pd.Series:
        """Topic of each article."""

    @property
    def labels(self) -> pd.Series:
        """Label of each topic."""

    @property
    def sizes(self) -> pd.DataFrame:
        """Articles, texts and outlets of each topic."""

    @property
    def stability(self) -> pd.Series:
        """Stability of each topic, 0–1."""

    @property
    def layout(self) -> pd.DataFrame:
        """Columns x and y of each article; title, source and published are shown where they are there."""


def plot_topics(
    topics: TopicsLike,
    *,
    kind: str = "sizes",
    over: pd.DataFrame | None = None,
    most: int = 20,
) -> go.Figure:
    """A figure of the `most` largest topics.

    `kind="sizes"`: articles and distinct texts of each topic, with its stability. `"map"`: every article at its place,
    topics numbered at their middle. `"time"`: the share of each topic in all articles per period, which is the table
    `over=wb.composition(articles, by="topic", every="month")`.

    Raises WorkbenchError for an unknown kind, and when `kind="time"` is asked for without `over`.
    """
    choice("kind", kind, KINDS)
    if isinstance(most, bool) or not isinstance(most, int) or most < 1:
        raise WorkbenchError(f"most={most!r} is not a number of topics; write most=20")
    sizes = topics.sizes[topics.sizes.index != UNASSIGNED]
    # equal sizes go by number, so that the order of rows never shows
    largest = sizes.sort_index().sort_values("articles", ascending=False, kind="stable").head(most)
    if kind == "map":
        drawn = _plot_map(topics, [int(topic) for topic in largest.index])
        return lead(drawn, {}, _numbers(topics, largest))
    if largest.empty:
        return nothing("Topics", "There are no topics: too few articles, or none assigned.")
    if kind == "time":
        if over is None or "topic" not in over.columns:
            raise WorkbenchError('kind="time" draws a table; give over=wb.composition(articles, by="topic")')
        figure = _plot_time(topics, largest, over)
        return lead(figure, {**_rule(topics, largest), "every": over.attrs.get("every", "month")}, None)
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


def _label(topics: TopicsLike, topic: int, *, most: int = 80, width: int | None = None, lines: int = 9) -> str:
    return safe(topics.labels.get(topic, topic), most=most, width=width, lines=lines)


def _account(topics: TopicsLike) -> str:
    every = len(topics.assigned)
    without = int((topics.assigned == UNASSIGNED).sum())
    number = len(topics.sizes.drop(index=UNASSIGNED, errors="ignore"))
    return f"{count(every)} articles, {count(without)} of them in no topic; {number} topics."


def _ticks(figure: go.Figure, topics: TopicsLike, shown: list[int], *, left: int) -> None:
    names = [_label(topics, topic, width=left // 6, lines=2) for topic in shown]
    figure.update_yaxes(tickvals=list(range(len(shown))), ticktext=names, range=[len(shown) - 0.4, -0.6])
    figure.update_yaxes(tickfont_size=11, showgrid=False)


def _plot_sizes(topics: TopicsLike, largest: pd.DataFrame) -> go.Figure:
    shown = [int(topic) for topic in largest.index]
    rows = np.arange(len(shown))
    stability = ["–" if pd.isna(value) else f"{value:.2f}" for value in topics.stability.reindex(shown)]
    data = [
        [_label(topics, topic, width=50), count(row.articles), count(row.texts), count(row.outlets), stable]
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
    _ticks(figure, topics, shown, left=150)
    notes = [
        _account(topics),
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


def _plot_map(topics: TopicsLike, shown: list[int]) -> go.Figure:
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
    notes = [_account(topics), "Near articles use similar words; the axes have no unit."]
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
        groups.append((f"{number}  {_label(topics, each, most=38)}", topic == each, colour_of(each), each))
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
            hovertext=_label(topics, int(topic), width=50),
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


def _plot_time(topics: TopicsLike, largest: pd.DataFrame, table: pd.DataFrame) -> go.Figure:
    every = str(table.attrs.get("every", "month"))
    heading = f"Share of each topic in all articles per {every}"
    if table.empty:
        return nothing(heading, "There is no article with a certain time.")
    shown = [int(topic) for topic in largest.index]
    wide = {
        name: table.pivot_table(index="topic", columns="period", values=name, dropna=False).reindex(
            [str(topic) for topic in shown]
        )
        for name in ("share", "articles", "total", "share_low", "share_high")
    }
    shape = "%Y-%m" if every in {"month", "quarter"} else "%Y-%m-%d"
    cut = set(table.loc[~table["complete"], "period"])
    columns = pd.DatetimeIndex(wide["share"].columns)
    periods = [period.strftime(shape) + "*" * (period in cut) for period in columns]
    figure = go.Figure()
    _draw_heat(figure, topics, shown, periods, wide)
    drawn = table[table["topic"].isin([str(topic) for topic in shown])]
    # a period that has begun with one article would take the whole scale
    figure.update_traces(zmax=drawn.loc[drawn["complete"], "share"].max() if drawn["complete"].any() else None)
    _ticks(figure, topics, shown, left=150)
    notes = [
        _account(topics),
        (
            "Darker: larger share; the scale ends at the largest of a complete period. "
            "Hover text: articles, total, 95% interval. Blank: no total."
        ),
    ]
    notes += [f"* {every} covered only in part."] if cut else []
    figure.update_xaxes(type="category", title_text=f"{every} (UTC)", tickangle=-60, nticks=min(len(periods), 14))
    frame(figure, title=heading, notes=notes, plot_height=30 + 32 * len(shown), left=160, right=62, below=96)
    alt = f"{heading}: {len(shown)} topics over {len(periods)} periods as a heat map."
    return describe(figure, title=heading, caption=" ".join([f"{heading}, %.", *notes]), alt=alt)


def _draw_heat(
    figure: go.Figure, topics: TopicsLike, shown: list[int], periods: list[str], wide: dict[str, pd.DataFrame]
) -> None:
    names = [_label(topics, topic, width=50) for topic in shown]
    parts = [wide[name].to_numpy(dtype=float) for name in ("articles", "total", "share_low", "share_high")]
    words = [
        [f"<b>{name}</b><br>" + _cell(*(float(part[row, column]) for part in parts)) for column in range(len(periods))]
        for row, name in enumerate(names)
    ]
    figure.add_heatmap(
        x=periods, y=list(range(len(shown))), z=wide["share"].to_numpy(),
        text=words, hovertemplate="%{x}<br>%{text}<extra></extra>", colorscale="Blues", zmin=0, xgap=1, ygap=1,
        colorbar={"tickformat": "~%", "thickness": 10, "x": 1.01, "xpad": 2, "len": 1},
    )  # fmt: skip


def _cell(own: float, total: float, low: float, high: float) -> str:
    if not total > 0:
        return "no articles collected"
    return f"{count(own)} of {count(total)} articles<br>{own / total:.1%} ({low:.1%} to {high:.1%})"
