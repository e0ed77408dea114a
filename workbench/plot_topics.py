"""Figures of topics: how large and how stable they are, where their articles lie, how their share moves, their groups.

Drawn from a fitted `Topics` (or anything with the same six parts).
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from workbench.articles import WorkbenchError
from workbench.drawn_topics import HOLDS, UNASSIGNED, TopicsLike
from workbench.look import lead, nothing, plain
from workbench.periods import choice
from workbench.plot_hierarchy import Boxes, boxes_of, plot_hierarchy, topics_within
from workbench.plot_map import plot_map
from workbench.plot_sizes import plot_sizes
from workbench.plot_trends import Told, plot_time

KINDS = ("sizes", "map", "time", "hierarchy")

MOST = {"sizes": 100, "map": 1_000, "time": 20, "hierarchy": 1_000}
"""Topics that a figure of each kind draws unless told otherwise. What does not name every topic can draw more."""


def plot_topics(  # noqa: PLR0913 -- keyword-only, each with its usual value
    topics: TopicsLike,
    *,
    kind: str = "sizes",
    over: pd.DataFrame | None = None,
    trends: pd.DataFrame | None = None,
    words: pd.DataFrame | None = None,
    most: int | None = None,
) -> go.Figure:
    """A figure of the topics, or of the `most` largest of them; its caption says what is left out.

    `kind="sizes"`: articles and distinct texts of each topic, with its stability; 100 topics at the most unless `most`
    says otherwise. `"map"`: every article at its place, the topics named as far as names find room. `"hierarchy"`: the
    groups that topics form, as boxes as large as their texts. `"time"`: the share of each topic in all articles per
    period, which is the table `over=wb.composition(articles, by="topic", every="month")`; the topics beyond the 20
    largest, or the `most` largest, are a last row together. `trends=wb.topic_trends(articles, topics)` marks the topics
    that emerge, fade and merge beside their labels, and `words=wb.topic_words(articles, topics)` says in the hover text
    what they were about in each period. Unstable topics (stability below 0.6) are hatched or hollow and say so.

    Raises WorkbenchError for an unknown kind, when `kind="time"` is asked for without `over`, and for tables of other
    shapes.
    """
    choice("kind", kind, KINDS)
    if most is not None and (isinstance(most, bool) or not isinstance(most, int) or most < 1):
        raise WorkbenchError(f"most={most!r} is not a number of topics; write most=20")
    sizes = topics.sizes[topics.sizes.index != UNASSIGNED]
    # equal sizes go by number, so that the order of rows never shows
    ordered = sizes.sort_index().sort_values("articles", ascending=False, kind="stable")
    largest = ordered.head(most or MOST[kind])
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
    if kind == "hierarchy":
        boxes = boxes_of(topics, [int(topic) for topic in largest.index])
        return lead(plot_hierarchy(topics, boxes), _nested_rule(topics, boxes), _nested_numbers(topics, boxes))
    return lead(plot_sizes(topics, largest), _rule(topics, largest), _numbers(topics, largest))


def _rule(topics: TopicsLike, largest: pd.DataFrame) -> dict[str, Any]:
    """How the marks lead to their articles: the rows of the figure are the topics in their order."""
    groups = topics.assigned.sort_index().groupby(topics.assigned.sort_index()).groups
    members = {str(row): [str(each) for each in groups.get(topic, [])] for row, topic in enumerate(largest.index)}
    return {"group": "y", "of": "all", "members": members}


def _numbers(topics: TopicsLike, largest: pd.DataFrame) -> pd.DataFrame:
    named = [plain(topics.labels.get(topic, topic)) for topic in largest.index]
    counts = largest[["articles", "texts", "outlets"]]
    stable = topics.stability.reindex(largest.index)
    table = counts.assign(stability=stable.round(2), holds=[_holds(each) for each in stable]).reset_index(drop=True)
    table.insert(0, "topic", named)
    return table


def _holds(stable: float) -> str:
    """Whether a topic of this stability holds, in words."""
    return "not measured" if pd.isna(stable) else "unstable" if stable < HOLDS else "yes"


def _nested_rule(topics: TopicsLike, drawn: Boxes) -> dict[str, Any]:
    """How the boxes lead to their articles: each to those of all topics within it."""
    groups = topics.assigned.sort_index().groupby(topics.assigned.sort_index()).groups
    within = topics_within(drawn)
    members = {str(at): [str(each) for topic in own for each in groups.get(topic, [])] for at, own in enumerate(within)}
    return {"each": list(members), "of": "all", "members": members}


def _nested_numbers(topics: TopicsLike, drawn: Boxes) -> pd.DataFrame:
    """A row per box, the groups around it named before it."""
    rows = [
        (box.above, plain(box.group.label), box.group.articles, box.group.texts,
         topics.stability.get(box.group.topic, float("nan")) if box.group.level == drawn.depth else float("nan"))
        for box in drawn.boxes
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["within", "group or topic", "articles", "texts", "stability"]).round(2)
