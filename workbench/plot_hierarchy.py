"""Topics within topics: the groups they form and the parts they fall into, as boxes within boxes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd
import plotly.graph_objects as go

from workbench.drawn_topics import UNASSIGNED, TopicsLike, account, first_terms, stability_of, unstable_of
from workbench.look import INK, colour_of, count, describe, frame, nothing, plain, safe

_HEADING = "Topics within topics"

_WIDTH, _LETTER = 520, 6.4
"""Pixels of a plot between a narrow and a wide screen, for which names are cut, and of a small letter."""

_PALE = 0.3
"""Share of the topic's colour in that of its box; the rest is white, so that small text can be read on it."""

_GROUP = "#F1F1F1"
"""Colour of groups of topics."""

_TITLE = 34
"""Characters of a group's heading."""

Key = tuple[int, int]
"""Level and group."""

_ALL = "all topics"


class Group(NamedTuple):
    """A row of the hierarchy."""

    level: int
    group: int
    parent: int
    topic: int
    label: str
    articles: int
    texts: int


class Box(NamedTuple):
    """A group as it is drawn: with a name unlike any other, and the name of the box around it."""

    group: Group
    name: str
    above: str


class Boxes(NamedTuple):
    """What is drawn, coarse to fine; the level of the topics; how many boxes of groups lie around one at the most."""

    boxes: list[Box]
    depth: int
    nested: int


def boxes_of(topics: TopicsLike, shown: list[int]) -> Boxes:
    """The groups of the hierarchy that hold a shown topic, or lie in one.

    A group of one topic is that topic. Without a hierarchy the topics stand side by side.
    """
    table = topics.hierarchy if len(topics.hierarchy) else _flat(topics)
    columns = [table[name].tolist() for name in Group._fields]
    groups = {(each[0], each[1]): Group(*each) for each in zip(*columns, strict=True)}
    depth = min((each.level for each in groups.values() if each.topic >= 0), default=1)
    within = {key: _around(groups, key) for key, each in groups.items() if each.topic in shown}
    wanted = set(within) | {key for around in within.values() for key in around}
    parts = Counter((level - 1, groups[level, group].parent) for level, group in wanted)
    kept = {key: each for key, each in groups.items() if key in wanted and (each.level >= depth or parts[key] > 1)}
    around = {key: [each for each in _around(groups, key) if each in kept] for key in kept}
    names = _names(kept, depth)
    boxes = [Box(each, names[key], names[around[key][0]] if around[key] else _ALL) for key, each in kept.items()]
    return Boxes(boxes, depth, max((len(each) for key, each in around.items() if key[0] == depth), default=0))


def _flat(topics: TopicsLike) -> pd.DataFrame:
    """A hierarchy of one level, for topics that have none."""
    sizes = topics.sizes[topics.sizes.index != UNASSIGNED]
    numbers = [int(topic) for topic in sizes.index.tolist()]
    table = pd.DataFrame({"level": 1, "group": numbers, "parent": -1, "topic": numbers})
    table["label"] = pd.Series([str(topics.labels.get(topic, topic)) for topic in numbers], dtype="object")
    return table.assign(articles=sizes["articles"].to_numpy(), texts=sizes["texts"].to_numpy())


def _around(groups: Mapping[Key, Group], key: Key) -> list[Key]:
    """The groups around a group, from the nearest outwards."""
    found = []
    while (key := (key[0] - 1, groups[key].parent)) in groups:
        found.append(key)
    return found


def _names(groups: Mapping[Key, Group], depth: int) -> dict[Key, str]:
    """The label of each box as plain text, for groups with their texts; plotly tells boxes apart by name alone."""
    names: dict[Key, str] = {}
    taken = Counter({_ALL: 1})
    for key, each in groups.items():
        coarse = each.level < depth
        name = f"{plain(each.label, most=_TITLE)} · {count(each.texts)}" if coarse else plain(each.label, most=120)
        while taken[name]:
            taken[name] += 1
            name = f"{name} ({taken[name]})"
        taken[name] += 1
        names[key] = name
    return names


def topics_within(drawn: Boxes) -> list[list[int]]:
    """The topics that each box holds, in the order in which plotly counts the boxes: the one around all first.

    None for that one, and none for the parts of a topic: the hierarchy does not say which articles these hold.
    """
    above = {box.name: box.above for box in drawn.boxes}
    found: dict[str, list[int]] = {box.name: [] for box in drawn.boxes}
    for box in drawn.boxes:
        name = box.name if box.group.level == drawn.depth else _ALL
        while name in found:
            found[name].append(box.group.topic)
            name = above[name]
    return [[], *found.values()]


def plot_hierarchy(topics: TopicsLike, drawn: Boxes) -> go.Figure:
    """Boxes as large as their texts; groups of topics grey, topics in their colour, the finer parts under a click."""
    boxes, depth, nested = drawn
    if not boxes:
        return nothing(_HEADING, "There are no topics: too few articles, or none assigned.")
    figure = go.Figure()
    # the sums of boxes come from their finest parts, which cannot contradict them
    values = [0 if name in {box.above for box in boxes} else group.texts for group, name, _ in boxes]
    whole = f"<b>{_ALL}</b><br>{count(sum(values))} texts"
    shown = sum(box.group.level == depth for box in boxes)
    a_text = _WIDTH * _height(shown) / max(sum(values), 1)
    figure.add_treemap(
        labels=[_ALL, *(safe(box.name) for box in boxes)], parents=["", *(safe(box.above) for box in boxes)],
        values=[0, *values], branchvalues="remainder", textinfo="text", hoverinfo="text",
        text=["", *(_written(topics, box.group, depth, box.group.texts * a_text) for box in boxes)],
        hovertext=[whole, *(_hover(topics, box.group, depth) for box in boxes)],
        marker=_looks(topics, boxes, depth), textfont={"color": INK, "size": 11}, maxdepth=nested + 2,
        tiling={"packing": "squarify", "pad": 2}, pathbar={"visible": False}, sort=True,
    )  # fmt: skip
    figure.update_layout(uniformtext={"minsize": 9, "mode": "hide"})
    notes = _account_of_boxes(topics, drawn)
    frame(figure, title=_HEADING, notes=notes, plot_height=_height(shown), left=12, right=12, below=12)
    alt = f"{_HEADING}: {shown} topics, in groups where these are known. Largest box: {boxes[0].name}."
    return describe(figure, title=_HEADING, caption=" ".join([f"{_HEADING}.", *notes]), alt=alt)


def _height(shown: int) -> int:
    """Pixels in which a box of mean size takes two lines of text on a narrow screen."""
    return min(380 + 6 * shown, 1_100)


def _account_of_boxes(topics: TopicsLike, drawn: Boxes) -> list[str]:
    boxes, depth, nested = drawn
    own = [box.group.topic for box in boxes if box.group.level == depth]
    notes = [account(topics), "A box is as large as its distinct texts; its number counts them."]
    if nested:
        notes.append("Grey: groups of topics.")
    doubted = len(unstable_of(topics) & set(own))
    if doubted:
        notes.append(f"Hatched, ≈: unstable, stability below 0.6 ({doubted} of {len(own)} topics).")
    if any(box.group.level > depth for box in boxes):
        notes.append("A click on a topic opens its parts, a click on the uppermost heading closes them.")
    notes.append("Names that find no room are in the hover text.")
    rest = topics.sizes.drop(index=[UNASSIGNED, *own], errors="ignore")
    if len(rest):
        left_out = f"the other {len(rest)} hold {count(rest['texts'].sum())} texts"
        notes.append(f"The {len(own)} largest topics are drawn; {left_out}.")
    return notes


def _written(topics: TopicsLike, group: Group, depth: int, area: float) -> str:
    """What stands in the box of a topic, in so many square pixels: its name on one or two lines, its texts beneath."""
    doubted = group.level == depth and group.topic in unstable_of(topics)
    width = min(max(int(area**0.5 / _LETTER) - 1 - 2 * doubted, 6), 18)
    name = "<br>".join(safe(line) for line in first_terms(group.label, width=width))
    return f"{f'<i>≈ {name}</i>' if doubted else name}<br>{count(group.texts)}"


def _hover(topics: TopicsLike, group: Group, depth: int) -> str:
    said = f"<b>{safe(group.label, width=50)}</b><br>{count(group.articles)} articles, {count(group.texts)} texts"
    return f"{said}<br>stability {stability_of(topics, group.topic)}" if group.level == depth else said


def _looks(topics: TopicsLike, boxes: list[Box], depth: int) -> dict[str, Any]:
    """Fill, border and hatching of the boxes, the one around all first."""
    doubted = unstable_of(topics)
    groups = [box.group for box in boxes]
    fills = ["white", *(_GROUP if each.level < depth else paler(colour_of(each.topic)) for each in groups)]
    hatched = {
        "shape": ["", *("/" if each.level == depth and each.topic in doubted else "" for each in groups)],
        "fgcolor": "white", "bgcolor": fills, "fillmode": "replace", "size": 7, "solidity": 0.3,
    }  # fmt: skip
    room = {"t": 22, "l": 3, "r": 3, "b": 3}
    return {"colors": fills, "line": {"color": "white", "width": 1}, "pattern": hatched, "pad": room}


def paler(colour: str) -> str:
    """The colour mixed with white, opaque, so that it is the same on a light and on a dark page."""
    red, green, blue = (round(255 - _PALE * (255 - int(colour[at : at + 2], 16))) for at in (1, 3, 5))
    return f"#{red:02X}{green:02X}{blue:02X}"
