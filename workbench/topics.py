"""What a collection is about: topics found on texts, not copies, the same for the same articles every time.

Texts are vectors (`embed`), their nearest texts per language make a graph (`neighbours`), which is divided in many ways
(`communities`); the division that holds best on resamples is taken (`plateaus`), with a coarser and a finer one around
it (`levels`). BERTopic is assembled around the result.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from workbench.articles import WorkbenchError, digest, require, write_csv
from workbench.bertopic_model import assemble_bertopic
from workbench.bundle import read_bundle, write_bundle
from workbench.communities import UNASSIGNED, Labels
from workbench.fitted import Fit, Reading, fit_texts, from_bytes, to_bytes
from workbench.layout import place_texts
from workbench.reprints import find_reprints
from workbench.store import cache_key, keep_bytes, kept_bytes
from workbench.terms import labels, rank_terms, term_counts
from workbench.topictables import central_texts, distinct_texts, placed_articles, topic_hierarchy, topic_sizes
from workbench.wordcounts import readable

GRANULARITIES = ("coarse", "default", "fine")
"""How finely topics are cut: the division that holds best, and the best ones half and twice as fine."""

_KEPT_FROM = 1_000
"""Texts from which a fit is worth keeping in the cache."""

HOLDS = 0.6
"""Clusterwise Jaccard below which a topic is called unstable (Hennig 2007, section 4)."""


@dataclass(frozen=True, repr=False)
class Topics:
    """Topics of a collection, numbered by size (texts, then the first text); nothing in it is ever changed.

    `assigned`: topic per `article_id`, -1 where unassigned. `labels`: by topic. `terms`: topic, language, rank, term,
    weight, texts. `sizes`: by topic: articles, texts, outlets. `stability`: by topic, 0 to 1, missing where too small
    to tell. `hierarchy`: one row per group, coarse to fine: level (1 is the coarsest), group, parent (the group one
    level up, -1 at the top), topic (the topic it is or lies in, -1 where it is coarser), label, articles, texts.
    `levels`: the group of each `article_id` at each level. `representatives`: central texts per topic, of different
    outlets. `layout`: x, y per `article_id`. `candidates`: the divisions tried, how well each holds, and which was
    taken (`plateaus.scan_divisions`).
    """

    assigned: pd.Series
    labels: pd.Series
    terms: pd.DataFrame
    sizes: pd.DataFrame
    stability: pd.Series
    hierarchy: pd.DataFrame
    levels: pd.DataFrame
    representatives: pd.DataFrame
    layout: pd.DataFrame
    candidates: pd.DataFrame
    granularity: str = "default"
    seed: int = 0
    _spoken: pd.Series = field(default_factory=lambda: pd.Series(dtype="int64"), repr=False)
    _texts: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    _fit: Fit | None = field(default=None, repr=False)
    _encoder: Any = field(default=None, repr=False)

    @property
    def table(self) -> pd.DataFrame:
        """One row per topic: label, articles, texts, outlets, share of all texts, stability and whether it holds."""
        whole = self.sizes.join(self.labels).join(self.stability.rename("stability"))
        whole["share_of_texts"] = whole["texts"] / max(1, self.assigned_texts)
        whole["holds"] = whole["stability"] >= HOLDS
        return whole[["label", "articles", "texts", "outlets", "share_of_texts", "stability", "holds"]]

    @property
    def assigned_texts(self) -> int:
        """Texts of the collection, unassigned ones included."""
        return len(self._texts)

    @property
    def unassigned(self) -> int:
        """Articles that fit nowhere: their text shares less than a cosine of .1 with the nearest topic."""
        return int((self.assigned == UNASSIGNED).sum())

    @cached_property
    def model(self) -> Any:
        """A BERTopic over the same texts, vectors and topics, for its own methods and `visualize_*`.

        Raises WorkbenchError when there are fewer than two topics: BERTopic has nothing to compare then.
        """
        fit = self._fitted()
        read = readable(self._texts["title"].tolist(), self._texts["text"].tolist())
        return assemble_bertopic(read, fit.vectors, self._texts["topic"].to_numpy(dtype=np.int64))

    def labels_in(self, language: str) -> pd.Series:
        """One label per topic in this language, or in the topic's largest where it has too little of it."""
        return _labelled(self.terms, self._spoken, self.labels.index, language)

    def assign(self, articles: pd.DataFrame, *, model: Any | None = None, progress: bool = True) -> pd.Series:
        """The topic of each of these articles, new or known, by `article_id`; -1 for one that fits nowhere.

        A copy of a known text (by `text_id`) has that text's topic. Topics do not change: what is new in these
        articles is not found. `model` is needed where the topics were fitted with one that has no name.
        """
        require(articles, "title", "text", "language")
        fit, encoder = self._fitted(), model if model is not None else self._encoder
        if fit.shifts and encoder is None:
            raise WorkbenchError("these topics were fitted with a sentence model; give it: topics.assign(…, model=…)")
        read = readable(articles["title"].tolist(), articles["text"].tolist())
        vectors = fit.place(read, articles["language"].tolist(), encoder, progress=progress)
        found = fit.levels.sort(vectors)[_level(fit, self.granularity)]
        known = self._texts["topic"].reindex(articles.get("text_id", pd.Series(index=articles.index, dtype="str")))
        topics = np.where(known.notna(), known.fillna(UNASSIGNED), found)
        return pd.Series(topics, index=articles.index, dtype="int64", name="topic")

    def save(self, path: str | Path) -> Path:
        """Write these topics to one file, for `load_topics`; the same topics give the same bytes."""
        fit, encoder = self._fitted(), self._encoder if isinstance(self._encoder, str) else ""
        tables = {name: getattr(self, name) for name in _TABLES}
        tables |= {name: getattr(self, name).to_frame(column) for name, column in _COLUMNS.items()}
        tables |= {"texts": self._texts, "spoken": self._spoken.rename("texts").reset_index()}
        told = {"format": _FORMAT, "granularity": self.granularity, "seed": self.seed, "encoder": encoder}
        return write_bundle(Path(path), told, tables, {"fit": to_bytes(fit)})

    def _fitted(self) -> Fit:
        if self._fit is None:
            raise WorkbenchError("these topics hold tables only; fit them anew with fit_topics")
        return self._fit

    def __repr__(self) -> str:
        unstable = int((self.stability < HOLDS).sum())
        head = f"Topics: {len(self.labels)} over {len(self.assigned)} articles ({self.assigned_texts} texts)"
        return f"{head}, {self.unassigned} unassigned, {unstable} unstable; seed {self.seed}"

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>" + self.table.head(20).to_html(escape=True, float_format="{:.2f}".format)


def fit_topics(
    articles: pd.DataFrame,
    *,
    model: str | Any | None = None,
    granularity: str = "default",
    seed: int = 0,
    progress: bool = True,
) -> Topics:
    """The topics of a collection.

    Fitted on distinct texts: copies get the topic of their text and weigh nothing. `model` is a sentence-transformers
    model (a folder, a hub name or the object), whose vectors are joined to the words'; without it nothing is loaded.
    `granularity` is "coarse", "default" or "fine". The same articles in any order give the same topics.
    """
    require(articles, "title", "text", "language", "source")
    if granularity not in GRANULARITIES:
        raise WorkbenchError(f"granularity {granularity!r} is none of {', '.join(map(repr, GRANULARITIES))}")
    told = "text_id" in articles and articles["text_id"].notna().all()
    ids = articles["text_id"] if told else find_reprints(articles, progress=progress)
    texts = distinct_texts(articles, ids)
    read = readable(texts["title"].tolist(), texts["text"].tolist())
    reading = Reading(read, texts["language"].tolist(), texts["source"].astype("object").fillna("").tolist())
    named = model is None or isinstance(model, str)
    key = cache_key("topics", seed, model, digest([part for parts in reading for part in parts])) if named else ""
    fit = _from_cache(key) or fit_texts(reading, model, seed=seed, progress=progress)
    if key and len(texts) >= _KEPT_FROM:
        keep_bytes("topics", key, to_bytes(fit))
    return _assembled(_Fitted(articles, ids, texts, fit, progress), granularity, model, seed)


class _Fitted(NamedTuple):
    """What topics are made of: articles and their `text_id`, distinct texts, and what was learnt of them."""

    articles: pd.DataFrame
    ids: pd.Series
    texts: pd.DataFrame
    fit: Fit
    progress: bool


def _from_cache(key: str) -> Fit | None:
    """What was learnt before from the same texts by the same software, so that a report does not fit them again."""
    kept = kept_bytes("topics", key) if key else None
    if kept is None:
        return None
    try:
        return from_bytes(kept)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None


def _level(fit: Fit, granularity: str) -> str:
    """The level of this name, or the nearest one there is."""
    return granularity if granularity in fit.levels.names else "default"


def _assembled(fitted: _Fitted, granularity: str, model: Any, seed: int) -> Topics:
    articles, ids, texts, fit, _ = fitted
    groups = fit.levels.sort(fit.vectors)
    level = _level(fit, granularity)
    members = groups[level]
    at = list(groups).index(level)
    numbers = pd.RangeIndex(len(fit.levels.stability[at]), name="topic")
    rows = pd.Index(texts["text_id"]).get_indexer(ids)
    levels = pd.DataFrame(
        {f"level_{depth}": own[rows] for depth, own in enumerate(groups.values(), start=1)}, index=articles.index
    )
    assigned = pd.Series(members[rows], index=articles.index, dtype="int64", name="topic")
    terms, spoken = _terms(fitted, groups)
    named = {name: _labelled(terms[name], spoken[name], None, "en") for name in groups}
    places = place_texts(fit.vectors, members, fit.graph, seed=seed)
    return Topics(
        assigned=assigned,
        labels=named[level].reindex(numbers),
        terms=terms[level],
        sizes=topic_sizes(articles, ids, assigned, numbers),
        stability=pd.Series(fit.levels.stability[at], index=numbers, name="stability", dtype="float64"),
        hierarchy=topic_hierarchy(levels, ids, named, at),
        levels=levels,
        representatives=central_texts(texts, members, fit.vectors),
        layout=placed_articles(pd.DataFrame(places[rows], index=articles.index, columns=["x", "y"]), articles),
        candidates=fit.levels.tried.assign(taken=fit.levels.tried.index == fit.levels.taken),
        granularity=granularity,
        seed=seed,
        _spoken=spoken[level],
        _texts=texts[["text_id", "title", "text"]].assign(topic=members).set_index("text_id"),
        _fit=fit,
        _encoder=model,
    )


def _terms(fitted: _Fitted, groups: dict[str, Labels]) -> tuple[dict[str, pd.DataFrame], dict[str, pd.Series]]:
    """Per level the terms of its groups, names of outlets left out, and their texts per language."""
    titles, texts, languages = (fitted.texts[name].tolist() for name in ("title", "text", "language"))
    sources = sorted({str(one) for one in fitted.articles["source"].dropna()})
    counts = term_counts(titles, texts, languages, ignored=sources)
    terms, spoken = {}, {}
    for name, members in groups.items():
        terms[name] = rank_terms(counts, members)
        known = pd.DataFrame({"topic": members, "language": languages})
        spoken[name] = known[known["topic"] >= 0].groupby(["topic", "language"]).size()
    return terms, spoken


def _labelled(terms: pd.DataFrame, spoken: pd.Series, numbers: pd.Index | None, language: str) -> pd.Series:
    found = labels(terms, spoken, language=language) if len(spoken) else pd.Series(dtype="str", name="label")
    found = found.rename_axis("topic")
    return found if numbers is None else found.reindex(numbers)


def write_topics(topics: Topics, directory: str | Path) -> tuple[Path, Path]:
    """Write `topics.csv` (one row per topic) and `assignments.csv` (one per article); return their paths.

    The same topics give the same bytes. Cells that a spreadsheet would take for a formula are disarmed.
    """
    folder = Path(directory)
    table = topics.table
    own = topics.hierarchy[topics.hierarchy["topic"] == topics.hierarchy["group"]]
    table["broader"] = own.drop_duplicates("topic").set_index("topic")["parent"].reindex(table.index)
    terms = topics.terms.assign(said=topics.terms["language"] + ": " + topics.terms["term"])
    top = terms[terms["rank"] <= 5].groupby("topic")["said"].agg("; ".join)
    table["terms"] = top.reindex(table.index).astype("str").fillna("")
    assignments = topics.assigned.sort_index().to_frame()
    assignments["label"] = assignments["topic"].map(topics.labels.astype("object")).astype("str").fillna("(unassigned)")
    return (
        write_csv(table.round(6).reset_index(), folder / "topics.csv"),
        write_csv(assignments.reset_index(), folder / "assignments.csv"),
    )


_TABLES = ("terms", "sizes", "hierarchy", "levels", "representatives", "layout", "candidates")
_COLUMNS = {"assigned": "topic", "labels": "label", "stability": "stability"}
_FORMAT = 1


def load_topics(path: str | Path) -> Topics:
    """The topics that `Topics.save` wrote; raises WorkbenchError for a file that is none of them."""
    told, tables, blobs = read_bundle(Path(path))
    if told.get("format") != _FORMAT:
        raise WorkbenchError(f"{path} was not written by Topics.save of this version; fit the topics anew")
    parts: dict[str, Any] = {name: tables[name] for name in _TABLES}
    parts |= {name: tables[name][column] for name, column in _COLUMNS.items()}
    return Topics(
        **parts,
        granularity=told["granularity"],
        seed=told["seed"],
        _spoken=tables["spoken"].set_index(["topic", "language"])["texts"],
        _texts=tables["texts"],
        _fit=from_bytes(blobs["fit"]),
        _encoder=told["encoder"] or None,
    )
