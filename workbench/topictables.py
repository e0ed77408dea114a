"""The tables of a division into topics: how large each is, how they nest, which texts stand for them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.communities import UNASSIGNED, Labels
from workbench.neighbours import Vectors


def distinct_texts(articles: pd.DataFrame, ids: pd.Series) -> pd.DataFrame:
    """One article per text: the first published, then the longest; sorted by what they say.

    Later copies with a new head or tail thus change neither what is read of a text nor its place, so they cannot
    move the topic of any other.
    """
    when = articles["published"] if "published" in articles else pd.Series(pd.NaT, index=articles.index)
    table = articles.assign(text_id=ids, _when=when, _size=-articles["text"].str.len(), _id=articles.index)
    first = table.sort_values(["_when", "_size", "text", "title", "_id"]).drop_duplicates("text_id")
    return first.sort_values(["text", "title", "text_id"]).drop(columns=["_when", "_size", "_id"])


def placed_articles(places: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """The place of each article's text, with what a reader wants to know of the article when pointing at it."""
    known = [name for name in ("title", "source", "published") if name in articles.columns]
    return places.join(articles[known])


def topic_sizes(articles: pd.DataFrame, ids: pd.Series, assigned: pd.Series, numbers: pd.Index) -> pd.DataFrame:
    """Per topic its `articles`, distinct `texts` and `outlets`."""
    counted = pd.DataFrame({"topic": assigned, "text_id": ids, "source": articles["source"]})
    sizes = (
        counted[counted["topic"] >= 0]
        .groupby("topic")
        .agg(articles=("topic", "size"), texts=("text_id", "nunique"), outlets=("source", "nunique"))
    )
    return sizes.reindex(numbers, fill_value=0).astype("int64")


def topic_hierarchy(levels: pd.DataFrame, ids: pd.Series, named: dict[str, pd.Series], at: int) -> pd.DataFrame:
    """One row per group of each level, coarse to fine, nested: each group's articles are those of its parts."""
    rows = []
    for depth, (name, labelled) in enumerate(zip(levels, named.values(), strict=True)):
        known = levels.assign(text_id=ids)[levels[name] >= 0]
        above = known[levels.columns[depth - 1]] if depth else pd.Series(UNASSIGNED, index=known.index)
        own = known[levels.columns[at]] if depth >= at else pd.Series(UNASSIGNED, index=known.index)
        told = pd.DataFrame({"group": known[name], "parent": above, "topic": own, "text_id": known["text_id"]})
        for group, part in told.groupby("group"):
            parent, topic = int(part["parent"].iloc[0]), int(part["topic"].iloc[0])
            label = str(labelled.get(group, f"topic {group}"))
            label = label if depth == at else label.replace(f"topic {group}", f"group {group}")
            rows.append((depth + 1, int(str(group)), parent, topic, label, len(part), part["text_id"].nunique()))
    columns = ["level", "group", "parent", "topic", "label", "articles", "texts"]
    return pd.DataFrame(rows, columns=columns).astype({name: "int64" for name in columns if name != "label"})


def central_texts(texts: pd.DataFrame, members: Labels, vectors: Vectors) -> pd.DataFrame:
    """Up to five texts per topic, those nearest to its middle, each of another outlet.

    Columns: `topic`, `rank`, `article_id`, `title`, `source`.
    """
    rows = []
    for topic in range(int(members.max(initial=-1)) + 1):
        own = np.flatnonzero(members == topic)
        near = np.round(vectors[own] @ vectors[own].sum(axis=0), 4)
        ranked = texts.iloc[own[np.argsort(-near, kind="stable")]]
        for rank, (article_id, row) in enumerate(ranked.drop_duplicates("source").head(5).iterrows(), start=1):
            rows.append((topic, rank, article_id, row["title"], row["source"]))
    return pd.DataFrame(rows, columns=["topic", "rank", "article_id", "title", "source"])
