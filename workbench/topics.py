"""What a collection is about: topics found on texts, not copies, the same for the same articles every time.

Texts are joined to their nearest texts per language (`neighbours`), the graph is cut by the Leiden algorithm (Traag,
Waltman and van Eck 2019), the resolution is the one whose topics hold best when a fifth of the texts is left out, and
every topic carries its clusterwise Jaccard stability (Hennig 2007). BERTopic is assembled around the result.
"""

from __future__ import annotations

import ctypes
import sys
from dataclasses import dataclass, field
from functools import cache, cached_property
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components
from sklearn.metrics import adjusted_rand_score
from sknetwork.clustering import Leiden
from tqdm.auto import tqdm

from workbench.articles import WorkbenchError, require, write_csv
from workbench.bertopic_model import assemble_bertopic
from workbench.embed import Vectors, model_vectors, readable, traces, word_vectors
from workbench.layout import edges_between, place_texts
from workbench.neighbours import neighbour_graph
from workbench.reprints import find_reprints
from workbench.terms import labels, topic_terms

UNASSIGNED = -1
"""The topic of an article that fits nowhere."""

GRANULARITIES = {"coarse": 0.5, "default": 1.0, "fine": 2.0}
"""Words for how finely topics are cut, as factors on the resolution that the data chose."""

FEWEST_TEXTS = 30
"""Below this a collection has no themes that could be told from chance: only texts that share most are grouped."""

_RESOLUTIONS = np.geomspace(0.25, 3.0, 12)
"""Tried in turn: below, news falls into one or two topics; above, into its single stories."""

_PROGRESS_FROM = 2_000
"""Texts from which choosing takes over two seconds."""

_SCAN_REFITS, _REFITS = 2, 10
_NEARLY_BEST = 0.95
"""Of cuts that hold nearly as well as the best, the coarsest is taken: fewer topics are easier to tell apart."""

_KEPT = 0.8
"""Share of the texts in each refit."""

_LARGEST = 1 / 3
"""A cut whose largest topic holds more of the texts tells too little apart, unless there is no other."""

_SMALLEST = 3
"""Texts a topic needs; the texts of smaller groups are unassigned."""

_HOLDS = 0.6
"""Clusterwise Jaccard below which a topic is called unstable (Hennig 2007, section 4)."""

_ALIKE = 0.35
"""Cosine from which texts of a small collection are grouped."""

Labels = NDArray[np.int64]


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
    vectors = _vectors(read, texts["language"].tolist(), model, seed=seed, progress=progress)
    cut = _cut(texts, vectors, GRANULARITIES[granularity], seed=seed, progress=progress)
    return _assemble(_Fitted(articles, ids, texts, read, vectors), cut, seed=seed)


class _Fitted(NamedTuple):
    """What topics are found on: articles and their `text_id`, distinct texts, what is read of them, their vectors."""

    articles: pd.DataFrame
    ids: pd.Series
    texts: pd.DataFrame
    read: list[str]
    vectors: Vectors


class _Cut(NamedTuple):
    """The topic of each text, the stability of each topic, and the graph that was cut at this resolution."""

    members: Labels
    stability: NDArray[np.float64]
    resolution: float
    graph: Any


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


def _cut(texts: pd.DataFrame, vectors: Vectors, factor: float, *, seed: int, progress: bool) -> _Cut:
    """The topics of the texts, numbered by size."""
    languages = texts["language"].tolist()
    graph = neighbour_graph(vectors, traces(texts["title"].tolist(), texts["text"].tolist(), languages), languages)
    if len(texts) < FEWEST_TEXTS:
        members = _small(graph, vectors)
        return _Cut(*_ordered(members, np.full(members.max(initial=-1) + 1, np.nan)), float("nan"), graph)
    resolution = _resolution(graph, seed, progress=progress) * factor
    members = _without_small(_leiden(graph, resolution, seed), graph)
    return _Cut(*_ordered(members, _stability(graph, members, resolution, seed)), resolution, graph)


@cache
def _c_library() -> Any:
    return ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None)


def _leiden(graph: Any, resolution: float, seed: int) -> Labels:
    # The library's refinement draws from C's rand() and leaves its own random_state aside: without a seed here the
    # second call of a process gives other topics than the first.
    if not graph.nnz:
        return np.arange(graph.shape[0])
    _c_library().srand(seed & 0x7FFFFFFF)
    return np.asarray(Leiden(resolution, random_state=seed).fit_predict(graph), dtype=np.int64)


def _small(graph: Any, vectors: Vectors) -> Labels:
    """Groups of a collection too small for themes: texts joined by a cosine of .35, others unassigned."""
    near = (vectors @ vectors.T) >= _ALIKE
    linked = graph.multiply(near).tocsr() if graph.nnz else graph
    _, groups = connected_components(linked, directed=False)
    counts = np.bincount(groups) if len(groups) else np.zeros(0, dtype=np.int64)
    return np.array([one if counts[one] > 1 else UNASSIGNED for one in groups], dtype=np.int64)


def _resolution(graph: Any, seed: int, *, progress: bool) -> float:
    """The resolution whose topics hold best when a fifth of the texts is left out, among cuts that tell things apart.

    The criterion is the agreement of partitions over subsamples and over neighbouring resolutions (Ben-Hur,
    Elisseeff and Guyon 2002; Arenas, Fernández and Gómez 2008), measured by the adjusted Rand index.
    """
    bar = tqdm(_RESOLUTIONS, desc="choosing how many topics", disable=not progress or graph.shape[0] < _PROGRESS_FROM)
    tried = [(cut := _leiden(graph, float(one), seed), _agreement(graph, cut, float(one), seed)) for one in bar]
    cuts = [cut for cut, _ in tried]
    beside = [adjusted_rand_score(a, b) for a, b in pairwise(cuts)]
    plateau = [np.mean([*beside[max(0, at - 1) : at], *beside[at : at + 1]]) for at in range(len(cuts))]
    largest = np.array([np.bincount(cut).max() / len(cut) for cut in cuts])
    telling = largest <= max(_LARGEST, largest.min())
    score = np.where(telling, np.array([holds for _, holds in tried]) + plateau, -np.inf)
    return float(_RESOLUTIONS[int(np.argmax(score >= _NEARLY_BEST * score.max()))])


def _agreement(graph: Any, cut: Labels, resolution: float, seed: int) -> float:
    refits = _refits(graph, resolution, seed, _SCAN_REFITS)
    return float(np.mean([adjusted_rand_score(cut[part], again) for part, again in refits]))


def _refits(graph: Any, resolution: float, seed: int, count: int) -> list[tuple[Labels, Labels]]:
    """Subsamples without replacement and their groups."""
    chance = np.random.default_rng(seed)
    size = graph.shape[0]
    parts = [np.sort(chance.choice(size, int(_KEPT * size), replace=False)) for _ in range(count)]
    return [(part, _leiden(graph[part][:, part], resolution, seed)) for part in parts]


def _without_small(members: Labels, graph: Any) -> Labels:
    """Unassign the texts of groups with fewer than three texts and texts that are near no other."""
    alone = np.asarray(graph.sum(axis=1)).ravel() == 0
    counts = np.bincount(members)
    return np.where(alone | (counts[members] < _SMALLEST), UNASSIGNED, members)


def _stability(graph: Any, members: Labels, resolution: float, seed: int) -> NDArray[np.float64]:
    """Per group the mean over refits of its best Jaccard match (Hennig 2007)."""
    groups = members.max(initial=-1) + 1
    best = np.zeros((_REFITS, groups))
    for at, (part, again) in enumerate(_refits(graph, resolution, seed + 1, _REFITS)):
        own = members[part]
        known = own >= 0
        shared = np.zeros((groups, again.max(initial=-1) + 1))
        np.add.at(shared, (own[known], again[known]), 1)
        union = (
            np.bincount(own[known], minlength=groups)[:, None]
            + np.bincount(again, minlength=shared.shape[1])[None, :]
            - shared
        )
        best[at] = (shared / np.maximum(union, 1)).max(axis=1, initial=0)
    return np.asarray(best.mean(axis=0), dtype=np.float64)


def _ordered(members: Labels, stability: NDArray[np.float64]) -> tuple[Labels, NDArray[np.float64]]:
    """Number the groups from the largest down; equal ones by their first text."""
    groups, first, counts = np.unique(members, return_index=True, return_counts=True)
    real = [
        (-int(n), int(at), int(group))
        for group, at, n in zip(groups, first, counts, strict=True)
        if group != UNASSIGNED
    ]
    order = [group for _, _, group in sorted(real)]
    number = {group: at for at, group in enumerate(order)} | {UNASSIGNED: UNASSIGNED}
    return np.array([number[int(one)] for one in members], dtype=np.int64), stability[order] if order else stability[:0]


def _assemble(fitted: _Fitted, cut: _Cut, *, seed: int) -> Topics:
    articles, ids, texts, read, vectors = fitted
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
    terms = topic_terms(titles, texts, languages, members.tolist(), ignored=sources)
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
    broader = _leiden(between, 1.0, seed) if between.nnz else np.arange(size)
    broader, _ = _ordered(broader, np.zeros(broader.max() + 1))
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
