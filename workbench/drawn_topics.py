"""What the figures of topics share: the part of a fitted `Topics` they draw, a topic's label, and the account beneath.

Colours go by the topic's number, so that one topic has one colour in all figures.
"""

from __future__ import annotations

from typing import Protocol

import pandas as pd
import plotly.graph_objects as go

from workbench.look import count, plain, safe

UNASSIGNED = -1

HOLDS = 0.6
"""Stability below which a topic is called unstable (Hennig 2007, section 4)."""


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

    @property
    def hierarchy(self) -> pd.DataFrame:
        """Groups of topics and of their texts, coarse to fine: level, group, parent, topic, label, articles, texts."""


def label_of(topics: TopicsLike, topic: int, *, most: int = 80, width: int | None = None, lines: int = 9) -> str:
    """The topic's label as plotly shows it letter by letter, its number where it has none."""
    return safe(topics.labels.get(topic, topic), most=most, width=width, lines=lines)


def account(topics: TopicsLike) -> str:
    """How many articles and topics there are, and how many articles are in none."""
    every = len(topics.assigned)
    without = int((topics.assigned == UNASSIGNED).sum())
    number = len(topics.sizes.drop(index=UNASSIGNED, errors="ignore"))
    return f"{count(every)} articles, {count(without)} of them in no topic; {number} topics."


def label_rows(figure: go.Figure, topics: TopicsLike, shown: list[int], *, left: int, lines: int = 2) -> None:
    """Name row 0, 1 … of the figure after the topics, from the top down, in `left` pixels and so many lines."""
    names = [label_of(topics, topic, width=int(left / 6.6), lines=lines) for topic in shown]
    figure.update_yaxes(tickvals=list(range(len(shown))), ticktext=names, range=[len(shown) - 0.4, -0.6])
    figure.update_yaxes(tickfont_size=11, showgrid=False)


def unstable_of(topics: TopicsLike) -> set[int]:
    """The topics whose stability was measured and lies below 0.6."""
    return {int(topic) for topic in topics.stability.index[topics.stability < HOLDS]}


def stability_of(topics: TopicsLike, topic: int) -> str:
    """The topic's stability as figures print it: two digits, whether it is unstable, – where it was not measured."""
    stable = topics.stability.get(topic)
    if stable is None or pd.isna(stable):
        return "–"
    # 0.596 is not printed as 0.60, from which topics count as stable
    return f"{min(stable, HOLDS - 0.01):.2f} unstable" if stable < HOLDS else f"{stable:.2f}"


def first_terms(label: object, *, width: int) -> list[str]:
    """The first two terms of a label as one line of so many characters, or as two, each cut to fit; plain text."""
    first = [plain(term, most=width) for term in plain(label).split(", ")[:2]]
    whole = ", ".join(first)
    return [whole] if len(whole) <= width or len(first) < 2 else [first[0], first[1]]


def darker(colour: str) -> str:
    """The colour dark enough for small text on white: three fifths of its light, contrast 5:1 and more."""
    red, green, blue = (int(int(colour[at : at + 2], 16) * 0.6) for at in (1, 3, 5))
    return f"#{red:02X}{green:02X}{blue:02X}"
