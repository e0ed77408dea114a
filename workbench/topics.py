"""What a collection is about: topics found on texts, not copies, the same for the same articles every time.

Texts are joined to their nearest texts per language (`neighbours`), the graph is cut by the Louvain method
(Blondel, Guillaume, Lambiotte and Lefebvre 2008), the resolution is the one whose topics hold best when a fifth of the
texts is left out, and every topic carries its clusterwise Jaccard stability (Hennig 2007). BERTopic is assembled around
the result. Louvain and not Leiden: scikit-network's Leiden draws from C's rand(), which no seed of ours reaches and
which differs between systems.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse
from tqdm.auto import tqdm

from workbench.articles import WorkbenchError, digest, require, write_csv
from workbench.bertopic_model import assemble_bertopic
from workbench.communities import UNASSIGNED, Cut, Labels, communities, cut_graph, numbered
from workbench.embed import Vectors, model_vectors, readable, traces, word_vectors
from workbench.layout import edges_between, place_texts
from workbench.neighbours import neighbour_graph
from workbench.reprints import find_reprints
from workbench.store import cache_key, keep_bytes, kept_bytes
from workbench.terms import labels, topic_terms

GRANULARITIES = {"coarse": 0.5, "default": 1.0, "fine": 2.0}
"""Words for how finely topics are cut, as factors on the resolution that the data chose."""

_PROGRESS_FROM = 2_000
"""Texts from which finding topics takes over two seconds."""

_KEPT_FROM = 1_000
"""Texts from which a fit is worth keeping in the cache."""

_HOLDS = 0.6
"""Clusterwise Jaccard below which a topic is called unstable (Hennig 2007, section 4)."""


@dataclass(frozen=True, repr=False)
class Topics:
    """Topics of a collection, numbered by size (texts, then the smallest id); nothing in it is ever changed.

    `assigned`: topic per `article_id`, -1 where unassigned. `labels`: by topic. `terms`: topic, language, rank, term,
    weight, texts. `sizes`: by topic: articles, texts, outlets. `stability`: by topic, 0 to 1, missing where too small
    to tell. `hierarchy`: by topic: the coarser topic it belongs to and that one's label. `representatives`: central
    texts per topic, of different outlets. `layout`: x, y per `article_id`.
    """

    assigned: pd.Series
    labels: pd.Series
    terms: pd.DataFrame
    sizes: pd.DataFrame
    stability: pd.Series
    hierarchy: pd.DataFrame
    representatives: pd.DataFrame
    layout: pd.DataFrame
    seed: int = 0
    resolution: float = float("nan")
    _texts: tuple[str, ...] = field(default=(), repr=False)
    _vectors: Vectors = field(default_factory=lambda: np.zeros((0, 1), dtype=np.float32), repr=False)
    _members: Labels = field(default_factory=lambda: np.zeros(0, dtype=np.int64), repr=False)

    @property
    def table(self) -> pd.DataFrame:
        """One row per topic: label, articles, texts, outlets, share of all texts, stability and whether it holds."""
        whole = self.sizes.join(self.labels).join(self.stability.rename("stability"))
        whole["share_of_texts"] = whole["texts"] / max(1, self.assigned_texts)
        whole["holds"] = whole["stability"] >= _HOLDS
        return whole[["label", "articles", "texts", "outlets", "share_of_texts", "stability", "holds"]]

    @property
    def assigned_texts(self) -> int:
        """Texts of the collection, unassigned ones included."""
        return len(self._texts)

    @property
    def unassigned(self) -> int:
        """Articles that fit nowhere."""
        return int((self.assigned == UNASSIGNED).sum())

    @cached_property
    def model(self) -> Any:
        """A BERTopic over the same texts, vectors and topics, for its own methods and `visualize_*`.

        Raises WorkbenchError when there are fewer than two topics: BERTopic has nothing to compare then.
        """
        return assemble_bertopic(self._texts, self._vectors, self._members)

    def __repr__(self) -> str:
        unstable = int((self.stability < _HOLDS).sum())
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
    texts = _distinct(articles, ids)
    read = readable(texts["title"].tolist(), texts["text"].tolist())
    named = model is None or isinstance(model, str)
    key = cache_key("topics", granularity, seed, model, digest([*read, *texts["language"]])) if named else ""
    asked = _Asked(model, GRANULARITIES[granularity], seed)
    vectors, cut = _from_cache(key) or _fit(texts, read, asked, progress=progress)
    if key and len(texts) >= _KEPT_FROM:
        _to_cache(key, vectors, cut)
    return _assemble(_Fitted(articles, ids, texts, read, vectors, progress), cut, seed=seed)


class _Fitted(NamedTuple):
    """What topics are found on: articles and their `text_id`, distinct texts, what is read of them, their vectors."""

    articles: pd.DataFrame
    ids: pd.Series
    texts: pd.DataFrame
    read: list[str]
    vectors: Vectors
    progress: bool


class _Asked(NamedTuple):
    """The sentence model or None, the factor on the resolution, and the seed."""

    model: str | Any | None
    factor: float
    seed: int


def _distinct(articles: pd.DataFrame, ids: pd.Series) -> pd.DataFrame:
    """One article per text: the first published, then the longest; sorted by what they say.

    Later copies with a new head or tail thus change neither what is read of a text nor its place, so they cannot
    move the topic of any other.
    """
    when = articles["published"] if "published" in articles else pd.Series(pd.NaT, index=articles.index)
    table = articles.assign(text_id=ids, _when=when, _size=-articles["text"].str.len(), _id=articles.index)
    first = table.sort_values(["_when", "_size", "text", "title", "_id"]).drop_duplicates("text_id")
    return first.sort_values(["text", "title", "text_id"]).drop(columns=["_when", "_size", "_id"])


def _vectors(read: list[str], languages: list[str], model: str | Any | None, *, seed: int, progress: bool) -> Vectors:
    words = word_vectors(read, languages, seed=seed)
    if model is None or not read:
        return words
    sense = model_vectors(read, model, progress=progress)
    return np.asarray(np.hstack([words, sense]) / np.sqrt(2), dtype=np.float32)


def _fit(texts: pd.DataFrame, read: list[str], asked: _Asked, *, progress: bool) -> tuple[Vectors, Cut]:
    """The vectors of the texts, and their topics numbered by size."""
    languages = texts["language"].tolist()
    with tqdm(total=4, desc="finding topics", unit=" steps", disable=not progress or len(read) < _PROGRESS_FROM) as bar:
        vectors = _vectors(read, languages, asked.model, seed=asked.seed, progress=progress)
        bar.update()
        told = traces(texts["title"].tolist(), texts["text"].tolist(), languages)
        bar.update()
        graph = neighbour_graph(vectors, told, languages)
        bar.update()
        cut = cut_graph(graph, vectors, asked.factor, seed=asked.seed, progress=progress)
        bar.update()
    return vectors, cut


def _to_cache(key: str, vectors: Vectors, cut: Cut) -> None:
    graph = cut.graph.tocsr()
    parts = {"data": graph.data, "indices": graph.indices, "indptr": graph.indptr, "vectors": vectors}
    parts |= {"members": cut.members, "stability": cut.stability, "resolution": np.array(cut.resolution)}
    sink = io.BytesIO()
    np.savez_compressed(sink, allow_pickle=False, **parts)
    keep_bytes("topics", key, sink.getvalue())


def _from_cache(key: str) -> tuple[Vectors, Cut] | None:
    """What was found before for the same texts by the same software, so that a report does not fit them again."""
    kept = kept_bytes("topics", key) if key else None
    if kept is None:
        return None
    try:
        parts = np.load(io.BytesIO(kept), allow_pickle=False)
        size = len(parts["members"])
        graph = sparse.csr_matrix((parts["data"], parts["indices"], parts["indptr"]), shape=(size, size))
        return parts["vectors"], Cut(parts["members"], parts["stability"], float(parts["resolution"]), graph)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None


def _assemble(fitted: _Fitted, cut: Cut, *, seed: int) -> Topics:
    articles, ids, texts, read, vectors, _ = fitted
    by_text = dict(zip(texts["text_id"], cut.members, strict=True))
    assigned = pd.Series([by_text[one] for one in ids], index=articles.index, dtype="int64", name="topic")
    numbers = pd.RangeIndex(len(cut.stability), name="topic")
    terms, named = _named(fitted, cut.members, numbers)
    places = place_texts(vectors, cut.members, cut.graph)
    return Topics(
        assigned=assigned,
        labels=named,
        terms=terms,
        sizes=_sizes(articles, ids, assigned, numbers),
        stability=pd.Series(cut.stability, index=numbers, name="stability", dtype="float64"),
        hierarchy=_hierarchy(cut.graph, cut.members, named, seed),
        representatives=_representatives(texts, cut.members, cut.graph),
        layout=_placed(pd.DataFrame(places, index=texts["text_id"], columns=["x", "y"]), articles, ids),
        seed=seed,
        resolution=cut.resolution,
        _texts=tuple(read),
        _vectors=vectors,
        _members=cut.members,
    )


def _named(fitted: _Fitted, members: Labels, numbers: pd.Index) -> tuple[pd.DataFrame, pd.Series]:
    """The terms of the topics, names of outlets left out, and one label per topic."""
    titles, texts, languages = (fitted.texts[name].tolist() for name in ("title", "text", "language"))
    sources = sorted({str(one) for one in fitted.articles["source"].dropna()})
    quiet = not fitted.progress or len(texts) < _PROGRESS_FROM
    bar = tqdm(texts, desc="naming topics", unit=" texts", disable=quiet)
    terms = topic_terms(titles, bar, languages, members.tolist(), ignored=sources)
    spoken = fitted.texts.assign(topic=members)[members >= 0].groupby(["topic", "language"]).size()
    return terms, labels(terms, spoken) if len(spoken) else pd.Series(dtype="str", index=numbers, name="label")


def _placed(places: pd.DataFrame, articles: pd.DataFrame, ids: pd.Series) -> pd.DataFrame:
    """The place of each article's text, with what a reader wants to know of the article when pointing at it."""
    known = [name for name in ("title", "source", "published") if name in articles.columns]
    return places.reindex(ids).set_axis(articles.index).join(articles[known])


def _sizes(articles: pd.DataFrame, ids: pd.Series, assigned: pd.Series, numbers: pd.Index) -> pd.DataFrame:
    counted = pd.DataFrame({"topic": assigned, "text_id": ids, "source": articles["source"]})
    sizes = (
        counted[counted["topic"] >= 0]
        .groupby("topic")
        .agg(articles=("topic", "size"), texts=("text_id", "nunique"), outlets=("source", "nunique"))
    )
    return sizes.reindex(numbers, fill_value=0).astype("int64")


def _hierarchy(graph: Any, members: Labels, named: pd.Series, seed: int) -> pd.DataFrame:
    """Topics joined into coarser ones by the edges between them; a topic that joins none stands for itself."""
    size = len(named)
    if size == 0:
        return pd.DataFrame({"broader": pd.Series(dtype="int64"), "label": pd.Series(dtype="str")}, index=named.index)
    between = edges_between(graph, members, size)
    broader = communities(between, 1.0, seed) if between.nnz else np.arange(size)
    broader, _ = numbered(broader, np.zeros(broader.max() + 1))
    heads = {group: f"{named.iloc[at]} …" for group, at in zip(*np.unique(broader, return_index=True), strict=True)}
    return pd.DataFrame({"broader": broader, "label": [heads[one] for one in broader]}, index=named.index)


def _representatives(texts: pd.DataFrame, members: Labels, graph: Any) -> pd.DataFrame:
    """Up to five central texts per topic, each of another outlet: `topic`, `rank`, `article_id`, `title`, `source`."""
    rows = []
    for topic in range(members.max(initial=-1) + 1):
        own = np.flatnonzero(members == topic)
        centre = np.asarray(graph[own][:, own].sum(axis=1)).ravel()
        ranked = texts.iloc[own[np.argsort(-np.round(centre, 9), kind="stable")]]
        for rank, (article_id, row) in enumerate(ranked.drop_duplicates("source").head(5).iterrows(), start=1):
            rows.append((topic, rank, article_id, row["title"], row["source"]))
    return pd.DataFrame(rows, columns=["topic", "rank", "article_id", "title", "source"])


def write_topics(topics: Topics, directory: str | Path) -> tuple[Path, Path]:
    """Write `topics.csv` (one row per topic) and `assignments.csv` (one per article); return their paths.

    The same topics give the same bytes. Cells that a spreadsheet would take for a formula are disarmed.
    """
    folder = Path(directory)
    table = topics.table.join(topics.hierarchy["broader"])
    terms = topics.terms.assign(said=topics.terms["language"] + ": " + topics.terms["term"])
    top = terms[terms["rank"] <= 5].groupby("topic")["said"].agg("; ".join)
    table["terms"] = top.reindex(table.index).astype("str").fillna("")
    assignments = topics.assigned.sort_index().to_frame()
    assignments["label"] = assignments["topic"].map(topics.labels.astype("object")).astype("str").fillna("(unassigned)")
    return (
        write_csv(table.round(6).reset_index(), folder / "topics.csv"),
        write_csv(assignments.reset_index(), folder / "assignments.csv"),
    )
