"""Topics over time: how the share of each in all articles moves, and which emerge, fade and merge."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from workbench.articles import require
from workbench.drawn_topics import UNASSIGNED, TopicsLike, account, label_of, unstable_of
from workbench.look import FAINT, INK, SHADES, count, describe, faded, frame, nothing, safe

Reals = NDArray[np.float64]

MARKS = {"emerging": "▲", "growing": "△", "shrinking": "▽", "fading": "▼"}
"""What stands beside the label of a topic with a trend."""

MERGING, UNSTABLE = "⇄", "≈"

_TALL, _LOW = 32, 17
"""Height of a row with two lines of label, and with one."""

_MANY = 30
"""Rows from which each has one line: a hundred of two would not fit a printed page."""

_LEFT, _LEFT_OF_MANY = 150, 200
"""Pixels for labels of two lines, and of one."""

_LETTER = 6.4
"""Pixels of a letter of a label."""


class Told(NamedTuple):
    """Tables of `topic_trends` and `topic_words`, each where it was given."""

    trends: pd.DataFrame | None = None
    words: pd.DataFrame | None = None


class _Call(NamedTuple):
    """What was found of a topic: its trend, and the topic it merges with."""

    trend: str = ""
    merges_with: int | None = None

    @property
    def marks(self) -> str:
        """What stands beside the label."""
        return MARKS.get(self.trend, "") + MERGING * (self.merges_with is not None)


class _Grid(NamedTuple):
    """The numbers of the cells, topics × periods: how many of the articles, and the interval of the share."""

    periods: pd.DatetimeIndex
    articles: Reals
    total: Reals
    low: Reals
    high: Reals


def plot_time(topics: TopicsLike, shown: list[int], table: pd.DataFrame, told: Told) -> go.Figure:
    """The share of each topic in all articles per period, from a table by `composition`, as a heat map.

    The topics that are not `shown` are the last row together. `told` adds marks beside the labels and words to the
    hover text.
    """
    every = str(table.attrs.get("every", "month"))
    heading = f"Share of each topic in all articles per {every}"
    if table.empty:
        return nothing(heading, "There is no article with a certain time.")
    if told.trends is not None:
        require(told.trends, "trend", "merges_with")
    if told.words is not None:
        require(told.words, "topic", "period", "rank", "term")
    grid, others = _grid(table, shown), _others(table, shown)
    cut = set(table.loc[~table["complete"], "period"])
    written = [_written(period, every) + "*" * (period in cut) for period in grid.periods]
    figure = go.Figure()
    _draw_topics(figure, written, grid, _hover(topics, shown, grid, told))
    whole = ~grid.periods.isin(list(cut))
    figure.update_traces(zmax=_largest(grid, whole))
    rest = int((~topics.sizes.index.isin([*shown, UNASSIGNED])).sum())
    if rest:
        _draw_others(figure, written, others, len(shown))
    _label(figure, topics, shown, rest, told)
    figure.update_xaxes(type="category", title_text=f"{every} (UTC)", tickangle=-60, nticks=min(len(written), 8))
    notes = [
        account(topics),
        *_notes(topics, shown, rest, told),
        *([f"* {every} covered only in part."] if cut else []),
    ]
    height = 30 + (_TALL if len(shown) <= _MANY else _LOW) * (len(shown) + bool(rest))
    figure.update_traces(colorbar_len=min(260, height - 20), selector={"showscale": None})
    frame(figure, title=heading, notes=notes, plot_height=height, left=_left(len(shown)) + 10, right=62, below=96)
    alt = f"{heading}: {len(shown)} topics over {len(written)} periods as a heat map."
    return describe(figure, title=heading, caption=" ".join([f"{heading}, %.", *notes]), alt=alt)


# -- cells --------------------------------------------------------------------------------------------------------


def _grid(table: pd.DataFrame, shown: list[int]) -> _Grid:
    wide = table.pivot_table(
        index="topic", columns="period", values=["articles", "total", "share_low", "share_high"], dropna=False
    )
    rows = [str(topic) for topic in shown]
    parts = (
        wide[name].reindex(rows).to_numpy(dtype=float) for name in ("articles", "total", "share_low", "share_high")
    )
    return _Grid(pd.DatetimeIndex(wide["total"].columns), *parts)


def _others(table: pd.DataFrame, shown: list[int]) -> pd.DataFrame:
    """Articles of the topics that are not shown, and all articles, by period."""
    beside = ~table["topic"].isin([*map(str, shown), str(UNASSIGNED), "(none)"])
    own = table["articles"].where(beside, 0).groupby(table["period"]).sum()
    return pd.DataFrame({"articles": own, "total": table.groupby("period")["total"].first()})


def _written(period: pd.Timestamp, every: str) -> str:
    return period.strftime("%Y-%m" if every in {"month", "quarter"} else "%Y-%m-%d")


def _shares(own: Reals, total: Reals) -> Reals:
    shares: Reals = np.divide(own, total, out=np.full(own.shape, np.nan), where=total > 0)
    return shares


def _largest(grid: _Grid, whole: NDArray[np.bool_]) -> float | None:
    """The end of the scale: a period that has begun with one article would take the whole of it."""
    shares = _shares(grid.articles, grid.total)[:, whole]
    return float(np.nanmax(shares)) if np.isfinite(shares).any() and np.nanmax(shares) > 0 else None


def _draw_topics(figure: go.Figure, written: list[str], grid: _Grid, hover: list[list[str]]) -> None:
    # shades go by the root of the share: among a hundred topics most have less than a tenth of the largest
    scale = [[(step / (len(SHADES) - 1)) ** 2, shade] for step, shade in enumerate(SHADES)]
    figure.add_heatmap(
        x=written, y=list(range(len(hover))), z=_shares(grid.articles, grid.total),
        text=hover, hovertemplate="%{x}<br>%{text}<extra></extra>", colorscale=scale, zmin=0, xgap=1, ygap=1,
        colorbar={"tickformat": "~%", "thickness": 10, "x": 1.01, "xpad": 2, "lenmode": "pixels", "y": 1,
                  "yanchor": "top", "outlinewidth": 1, "outlinecolor": FAINT},
    )  # fmt: skip


def _draw_others(figure: go.Figure, written: list[str], others: pd.DataFrame, row: int) -> None:
    """The share of all topics that are not shown, in grey and on a scale of its own."""
    articles, total = (others[name].to_numpy(dtype=float) for name in ("articles", "total"))
    hover = [f"<b>other topics</b><br>{_counted(own, of)}" for own, of in zip(articles, total, strict=True)]
    figure.add_heatmap(
        x=written, y=[row], z=_shares(articles, total)[None], text=[hover],
        hovertemplate="%{x}<br>%{text}<extra></extra>", colorscale=[[0, "#FFFFFF"], [1, faded(INK, 0.6)]],
        zmin=0, zmax=1, xgap=1, ygap=1, showscale=False,
    )  # fmt: skip


# -- hover text ---------------------------------------------------------------------------------------------------


def _hover(topics: TopicsLike, shown: list[int], grid: _Grid, told: Told) -> list[list[str]]:
    words, calls = _words(told.words), _calls(told.trends)
    rows = []
    for row, topic in enumerate(shown):
        head = f"<b>{label_of(topics, topic, width=50)}</b>"
        trend = _trend_of(topics, calls.get(topic, _Call()))
        cells = []
        for column, period in enumerate(grid.periods):
            numbers = (float(part[row, column]) for part in (grid.articles, grid.total, grid.low, grid.high))
            cells.append("<br>".join([head, _cell(*numbers), *words.get((topic, period), []), *trend]))
        rows.append(cells)
    return rows


def _counted(own: float, total: float) -> str:
    if not total > 0:
        return "no articles collected"
    return f"{count(own)} of {count(total)} articles, {own / total:.1%}"


def _cell(own: float, total: float, low: float, high: float) -> str:
    said = _counted(own, total)
    return f"{said} ({low:.1%} to {high:.1%})" if total > 0 else said


def _words(words: pd.DataFrame | None) -> dict[tuple[int, pd.Timestamp], list[str]]:
    """What a topic's articles of a period said, as a line of the hover text, by topic and period."""
    if words is None:
        return {}
    listed: dict[tuple[int, pd.Timestamp], list[str]] = {}
    for topic, period, _, term in sorted(words[["topic", "period", "rank", "term"]].itertuples(index=False, name=None)):
        listed.setdefault((int(topic), period), []).append(str(term))
    return {key: [f"<i>{safe(', '.join(terms), width=50)}</i>"] for key, terms in listed.items()}


def _calls(trends: pd.DataFrame | None) -> dict[int, _Call]:
    """What was found of each topic."""
    if trends is None:
        return {}
    rows = zip(trends.index, trends["trend"], trends["merges_with"], strict=True)
    return {int(topic): _Call(str(trend), None if pd.isna(other) else int(other)) for topic, trend, other in rows}


def _trend_of(topics: TopicsLike, call: _Call) -> list[str]:
    """The marks of a topic in words."""
    said = [f"{MARKS[call.trend]} {call.trend}"] if call.trend in MARKS else []
    if call.merges_with is not None:
        said.append(f"{MERGING} merging with {label_of(topics, call.merges_with, most=46)}")
    return said


# -- labels and notes ---------------------------------------------------------------------------------------------


def _left(rows: int) -> int:
    return _LEFT if rows <= _MANY else _LEFT_OF_MANY


def _label(figure: go.Figure, topics: TopicsLike, shown: list[int], rest: int, told: Told) -> None:
    """The topics down the left, unstable ones led by ≈, their trends in a column between label and cells."""
    calls = _calls(told.trends)
    marks = [calls.get(topic, _Call()).marks for topic in shown]
    room = 6 + 11 * max(map(len, marks), default=-1)
    letters = int((_left(len(shown)) - room) / _LETTER)
    names = [_name(topics, topic, letters, one_line=len(shown) > _MANY) for topic in shown]
    names += [f"other topics ({rest})"] if rest else []
    figure.update_yaxes(tickvals=list(range(len(names))), ticktext=names, range=[len(names) - 0.4, -0.6])
    figure.update_yaxes(tickfont_size=11, showgrid=False, ticklabelstandoff=room)
    for row, mark in enumerate(marks):
        if mark:
            figure.add_annotation(
                x=0, xref="paper", xanchor="right", xshift=-4, y=row, text=mark, showarrow=False, font={"size": 11}
            )


def _name(topics: TopicsLike, topic: int, letters: int, *, one_line: bool) -> str:
    lead = f"{UNSTABLE} " * (topic in unstable_of(topics))
    if one_line:
        return lead + label_of(topics, topic, most=letters - len(lead))
    return lead + label_of(topics, topic, width=letters - len(lead), lines=2)


def _notes(topics: TopicsLike, shown: list[int], rest: int, told: Told) -> Iterable[str]:
    yield (
        "Darker: larger share; the scale ends at the largest of a complete period. "
        "Hover text: articles, total, 95% interval. Blank: no total."
    )
    if rest:
        yield f"Drawn: the {len(shown)} largest topics; the other {rest} are the last row, with a scale from 0 to 100%."
    if doubted := len(unstable_of(topics) & set(shown)):
        yield f"{UNSTABLE}: {doubted} unstable topic{'s' * (doubted > 1)} (stability below 0.6)."
    if told.words is not None:
        yield "In italics: words of the period, from articles up to its end."
    if told.trends is not None:
        yield from _legend(shown, told.trends)


def _legend(shown: list[int], trends: pd.DataFrame) -> Iterable[str]:
    """What the marks of the drawn topics mean, and what they stand on."""
    own = trends[trends.index.isin(shown)]
    said = [f"{mark} {name} ({number})" for name, mark in MARKS.items() if (number := int(own["trend"].eq(name).sum()))]
    if merging := int(own["merges_with"].notna().sum()):
        said.append(f"{MERGING} coming to use the words of another topic ({merging})")
    every, tested = trends.attrs.get("every", "period"), trends.attrs.get("tested")
    if len(own) and not said and own["trend"].isna().all():
        yield f"Too few complete {every}s ({tested or 0}) to tell trends."
        return
    basis = f" Tested on {tested} complete {every}s, within outlets." if tested else ""
    yield f"{', '.join(said) or 'No topic emerges, fades or merges'}.{basis}"
