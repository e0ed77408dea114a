"""Topics over time: how the share of each in all articles moves."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from workbench.drawn_topics import TopicsLike, account, label_of, label_rows
from workbench.look import count, describe, frame, nothing


def plot_time(topics: TopicsLike, largest: pd.DataFrame, table: pd.DataFrame) -> go.Figure:
    """The share of each topic in all articles per period, from a table by `composition`, as a heat map."""
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
    label_rows(figure, topics, shown, left=150)
    notes = [
        account(topics),
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
    names = [label_of(topics, topic, width=50) for topic in shown]
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
