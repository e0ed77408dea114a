"""Figures of topics: names on the map, unstable topics told without colour, boxes within boxes, their articles."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from workbench.figures import read_figure
from workbench.look import NARROW
from workbench.marks import Listed
from workbench.plot_topics import plot_topics

HOSTILE = '<img src=x onerror=alert(1)> <a href="javascript:alert(2)">a</a>\u202e, %{customdata} $x$, ' + "long " * 70
COLUMNS = ["level", "group", "parent", "topic", "label", "articles", "texts"]


@dataclass(frozen=True)
class Fitted:
    """As much of fitted topics as is drawn."""

    assigned: pd.Series
    labels: pd.Series
    sizes: pd.DataFrame
    stability: pd.Series
    layout: pd.DataFrame
    hierarchy: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=COLUMNS))


def fitted(topics: int, *, label: str = "gas {0}, pipeline {0}, envoy", nested: bool = True) -> Fitted:
    """The last topic has 3 articles, each before it one more, two of one text; every third is unstable, 0 unknown."""
    sizes = [topic + 3 for topic in reversed(range(topics))]
    assigned = np.repeat(np.arange(topics), sizes) if topics else np.zeros(0, dtype=int)
    ids = pd.Index([f"id{number:05}" for number in range(len(assigned))], name="article_id")
    numbers = pd.RangeIndex(topics, name="topic")
    counts = pd.DataFrame({"articles": sizes, "texts": [size - 1 for size in sizes], "outlets": 1}, index=numbers)
    chance = np.random.default_rng(topics)
    middle = chance.uniform(0, 10, (topics, 2))
    places = middle[assigned] + chance.uniform(-0.3, 0.3, (len(ids), 2))
    layout = pd.DataFrame(places, index=ids, columns=["x", "y"])
    layout = layout.assign(title=label, source=label, published=pd.Timestamp("2022-01-01", tz="UTC"))
    labels = pd.Series([label.replace("{0}", str(topic)) for topic in range(topics)], index=numbers, dtype="str")
    stability = pd.Series([0.5 if topic % 3 == 1 else 0.9 for topic in range(topics)], index=numbers, dtype=float)
    stability[:1] = np.nan
    done = Fitted(pd.Series(assigned, index=ids), labels, counts, stability, layout)
    return Fitted(done.assigned, labels, counts, stability, layout, hierarchy_of(done) if nested else done.hierarchy)


@cache
def map_of(number: int) -> go.Figure:
    return plot_topics(fitted(number), kind="map")


def hierarchy_of(topics: Fitted) -> pd.DataFrame:
    """Groups of four topics, the last one of what is left, and each topic in two parts."""
    rows: list[tuple[Any, ...]] = []
    labels, counts = topics.labels.tolist(), topics.sizes[["articles", "texts"]].to_numpy()
    four = [(first, counts[first : first + 4].sum(axis=0)) for first in range(0, len(labels), 4)]
    rows += [(1, first // 4, -1, -1, labels[first], *summed) for first, summed in four]
    rows += [(2, topic, topic // 4, topic, label, *counts[topic]) for topic, label in enumerate(labels)]
    for topic, (articles, texts) in enumerate(counts):
        rows.append((3, 2 * topic, topic, topic, labels[topic], 2, 1))
        rows.append((3, 2 * topic + 1, topic, topic, labels[topic], articles - 2, texts - 1))
    return pd.DataFrame(rows, columns=COLUMNS)


def words(figure: go.Figure) -> str:
    """All that plotly writes into the figure, without what a page prints around it."""
    content = json.loads(figure.to_json())
    for part in (content["layout"], *content["data"]):
        part.pop("meta", None)
    content["layout"].pop("template")
    return json.dumps(content, ensure_ascii=False)


def behind(topics: Fitted, figure: go.Figure) -> list[list[int]]:
    """How many articles a report finds behind each mark, per trace."""
    never = pd.Series(pd.NaT, index=topics.assigned.index, dtype="datetime64[us, UTC]")
    table = pd.DataFrame({"published": never, "published_low": never, "published_high": never})
    read = read_figure(json.loads(figure.to_json()), Listed(table, len(table)), number=1)
    return [[len(mark) for mark in trace or []] for trace in read.marks]


@pytest.mark.parametrize("kind", ["sizes", "map", "hierarchy"])
@pytest.mark.parametrize("number", [0, 1, 2, 5, 100])
def test_any_number_of_topics_gives_a_figure_that_describes_itself(kind: Any, number: Any) -> None:
    for nested in (True, False):
        figure = plot_topics(fitted(number, nested=nested), kind=kind)
        assert all(figure.layout.meta[key] for key in ("title", "caption", "alt"))


@pytest.mark.parametrize("kind", ["sizes", "map", "hierarchy"])
def test_hostile_labels_and_titles_stay_text(kind: Any) -> None:
    figure = plot_topics(fitted(9, label=HOSTILE), kind=kind)
    said = words(figure)
    assert not any(each in said for each in ("<img", "<a ", "\u202e"))
    assert "%{customdata}" not in "".join(str(trace.hovertemplate) for trace in figure.data)
    assert "$x$" not in said


@pytest.mark.parametrize("number", [5, 100])
@pytest.mark.parametrize("width", [NARROW, 700, 1100])
def test_no_name_on_the_map_covers_another_or_leaves_it(number: Any, width: Any) -> None:
    figure = map_of(number)
    boxes = []
    for note in figure.layout.annotations:
        if note.name == "notes":
            continue
        lines = note.text.replace("<i>", "").replace("</i>", "").split("<br>")
        x = (note.x - figure.layout.xaxis.range[0]) / np.diff(figure.layout.xaxis.range)[0] * (width - 24)
        margin = figure.layout.margin
        y = (note.y - figure.layout.yaxis.range[0]) / np.diff(figure.layout.yaxis.range)[0]
        y *= figure.layout.height - margin.t - margin.b
        wide, high = 6 * max(map(len, lines)) / 2, 14 * len(lines) / 2
        assert wide <= x <= width - 24 - wide
        boxes.append((x, y, wide, high))
    assert len(boxes) >= min(number, 12)
    for (x, y, wide, high), (u, v, broad, tall) in combinations(boxes, 2):
        assert abs(x - u) >= wide + broad or abs(y - v) >= high + tall


def test_the_map_names_the_largest_first_and_says_how_many_it_left_out() -> None:
    topics = fitted(100)
    figure = map_of(100)
    named = [note.text for note in figure.layout.annotations if note.name != "notes"]
    assert named[0].startswith("gas 0")
    assert f"Named: {len(named)} of 100 topics" in figure.layout.meta["caption"]
    assert sum(len(trace.x) for trace in figure.data) == len(topics.assigned) / 2
    assert "one in 2 by id" in figure.layout.meta["caption"]


def test_unstable_topics_can_be_told_without_colour_in_every_figure() -> None:
    topics = fitted(8)
    bars = plot_topics(topics)
    assert list(bars.data[1].marker.pattern.shape) == ["/" if topic % 3 == 1 else "" for topic in range(8)]
    assert [note.text for note in bars.layout.annotations[:3]] == ["–", "0.50 unstable", "0.90"]
    places = plot_topics(topics, kind="map")
    assert [str(trace.marker.symbol).endswith("-open") for trace in places.data] == [t % 3 == 1 for t in range(8)]
    assert sum("≈" in str(note.text) for note in places.layout.annotations if note.name != "notes") == 3
    boxes = plot_topics(topics, kind="hierarchy").data[0]
    assert sum(shape == "/" for shape in boxes.marker.pattern.shape) == 3
    for figure in (bars, places, plot_topics(topics, kind="hierarchy")):
        assert "nstable" in figure.layout.meta["caption"]
        assert [row[-2:] for row in bars.layout.meta["table"]["rows"]][:2] == [
            [None, "not measured"],
            [0.5, "unstable"],
        ]


def test_a_stability_just_below_the_limit_is_not_printed_as_the_limit() -> None:
    topics = fitted(3)
    topics.stability[1] = 0.598
    assert "0.59 unstable" in words(plot_topics(topics))


def test_rows_of_a_hundred_topics_are_lower_and_those_beyond_are_counted() -> None:
    few, many = plot_topics(fitted(5)), plot_topics(fitted(110))
    assert len(many.layout.yaxis.ticktext) == 100
    assert not any("<br>" in text for text in many.layout.yaxis.ticktext)
    assert many.layout.height / 100 < few.layout.height / 5 / 2
    left_out = sum(topic + 3 for topic in range(10))
    assert f"the other 10 hold {left_out} articles, {left_out - 10} texts" in many.layout.meta["caption"]
    assert len(plot_topics(fitted(110), most=7).layout.yaxis.ticktext) == 7


def test_boxes_hold_the_texts_of_what_lies_in_them() -> None:
    topics = fitted(9)
    boxes = plot_topics(topics, kind="hierarchy").data[0]
    inside = dict.fromkeys(boxes.labels, 0)
    above = dict(zip(boxes.labels, boxes.parents, strict=True))
    for name, texts in zip(boxes.labels, boxes["values"], strict=True):
        box = name
        while box:
            inside[box] += texts
            box = above[box]
    assert len(inside) == len(boxes.labels)
    assert inside["all topics"] == topics.sizes["texts"].sum()
    for group in (0, 1):
        texts = topics.sizes["texts"].iloc[4 * group : 4 * group + 4].sum()
        (name,) = [each for each in inside if each.endswith(f" · {texts}")]
        assert inside[name] == texts


def test_a_group_of_one_topic_is_drawn_as_that_topic() -> None:
    boxes = plot_topics(fitted(9), kind="hierarchy").data[0]
    above = dict(zip(boxes.labels, boxes.parents, strict=True))
    assert above["gas 8, pipeline 8, envoy"] == "all topics"
    assert sum(name == "all topics" for name in boxes.parents) == 3


def test_boxes_of_one_name_are_told_apart() -> None:
    boxes = plot_topics(fitted(9, label="gas"), kind="hierarchy").data[0]
    assert len(set(boxes.labels)) == len(boxes.labels) == 1 + 2 + 9 + 18


def test_marks_lead_to_the_articles_of_their_topics() -> None:
    topics = fitted(6)
    each = topics.sizes["articles"].tolist()
    assert behind(topics, plot_topics(topics)) == [each, each]
    assert behind(topics, plot_topics(topics, kind="map")) == [[1] * number for number in each]
    groups = [sum(each[:4]), sum(each[4:])]
    assert behind(topics, plot_topics(topics, kind="hierarchy")) == [[0, *groups, *each, *[0] * 12]]
    some = behind(topics, plot_topics(topics, kind="hierarchy", most=5))
    assert some == [[0, groups[0], *each[:5], *[0] * 10]]


def test_a_figure_of_some_topics_says_what_the_others_hold() -> None:
    topics = fitted(6)
    boxes = plot_topics(topics, kind="hierarchy", most=4)
    assert "The 4 largest topics are drawn; the other 2 hold 5 texts" in boxes.layout.meta["caption"]
    places = plot_topics(topics, kind="map", most=4)
    assert "Grey: articles beyond the 4 largest topics" in places.layout.meta["caption"]
    assert len(places.data[0].x) == topics.sizes["articles"].iloc[4:].sum()
