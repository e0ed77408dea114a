"""How well `like` finds the rest of a story or a theme from a few examples, beside the cosine of TF-IDF.

python benchmarks/likeness.py                 the sample, against data/truth.csv: a minute or two
python benchmarks/likeness.py --collection DIR [--examples N]    seconds to rank a collection of `workbench import`

Three examples (or one) are drawn with a seed from each story of at least 5 texts and each theme of at least 6, four
times over; precision is over the first k texts found, k being 10 or as many as there are to find; their copies and
translations count as examples, not as finds. "other languages" ranks only texts in languages without an example.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests import gold
from workbench.likeness import Scores, distinct_texts, like, likeness, text_vectors
from workbench.wordcounts import readable

MOST = 10
DRAWINGS = 4
Flags = NDArray[np.bool_]
Ranker = Callable[[list[str]], list[str]]


def labelled() -> tuple[pd.DataFrame, pd.DataFrame]:
    """The sample's articles with the true `text_id`, and what is known of them."""
    articles = gold.sample()
    known = gold.aligned(articles)
    return articles.loc[known.index].assign(text_id=known["text_group"]), known


def tasks(known: pd.DataFrame, by: str, least: int, examples: int, seed: int) -> list[tuple[str, list[str]]]:
    """Each a value of the column and the ids of its examples, one of each drawn text."""
    rng, found = np.random.default_rng(seed), []
    for value, rows in known[known[by] != ""].groupby(by):
        texts = rows.sort_index().groupby("text_group").head(1)
        drawn = (rng.choice(sorted(texts.index), examples, replace=False).tolist() for _ in range(DRAWINGS))
        found += [(str(value), ids) for ids in drawn] if len(texts) >= least else []
    return found


def ours(articles: pd.DataFrame) -> Ranker:
    """The ranking of `like`, all of it and without its table."""
    texts = distinct_texts(articles)
    _, vectors = text_vectors(texts, progress=False)
    return _ranker(articles, texts, lambda given: likeness(vectors, vectors[given]))


def by_words(articles: pd.DataFrame) -> Ranker:
    """What a user would write: TF-IDF over all texts, ranked by the cosine with the middle of the examples."""
    texts = distinct_texts(articles)
    matrix = TfidfVectorizer(sublinear_tf=True).fit_transform(readable(texts["title"].tolist(), texts["text"].tolist()))
    return _ranker(articles, texts, lambda given: np.asarray(matrix @ np.asarray(matrix[given].mean(axis=0)).T).ravel())


def _ranker(articles: pd.DataFrame, texts: pd.DataFrame, scored: Callable[[Flags], Scores]) -> Ranker:
    text_of, ids = articles["text_id"].to_dict(), texts["article_id"].to_numpy(object)

    def ranked(examples: list[str]) -> list[str]:
        given = texts["text_id"].isin({text_of[one] for one in examples}).to_numpy()
        order = np.argsort(-scored(given), kind="stable")
        return [ids[at] for at in order if not given[at]]

    return ranked


def precision(ranked: Ranker, known: pd.DataFrame, by: str, wanted: list[tuple[str, list[str]]]) -> dict[str, float]:
    """The mean precision over all texts, over those in other languages, and by language of the text."""
    rows = []
    for value, examples in wanted:
        given = set(known.loc[examples, "text_group"])
        spoken = set(known.loc[known["text_group"].isin(given), "language"])
        order = known.loc[ranked(examples)]
        order = order[~order["text_group"].isin(given)]
        right = known[(known[by] == value) & ~known["text_group"].isin(given)]
        row = {"all": _share(order, right, by, value)}
        row["other languages"] = _share(_but(order, spoken), _but(right, spoken), by, value)
        for language in sorted(set(known["language"])):
            of = [rows_[rows_["language"] == language] for rows_ in (order, right)]
            row[language] = _share(of[0], of[1], by, value)
        rows.append(row)
    return pd.DataFrame(rows).mean().to_dict()


def _but(rows: pd.DataFrame, spoken: set[str]) -> pd.DataFrame:
    return rows[~rows["language"].isin(spoken)]


def _share(order: pd.DataFrame, right: pd.DataFrame, by: str, value: str) -> float:
    count = min(MOST, right["text_group"].nunique())
    first = order.drop_duplicates("text_group").head(count)
    return float((first[by] == value).sum() / count) if count else np.nan


def quality() -> None:
    """Print precision for stories and themes, one and three examples."""
    articles, known = labelled()
    rows = {"like": ours(articles), "TF-IDF cosine": by_words(articles)}

    for by, least in (("story", 5), ("theme", 6)):
        for examples in (1, 3):
            wanted = tasks(known, by, least, examples, seed=1)
            print(f"\n{by}, {examples} example(s): precision@{MOST} over {len(wanted)} drawings")
            table = pd.DataFrame({name: precision(rank, known, by, wanted) for name, rank in rows.items()}).T
            print(table.round(2).to_string())


def speed(folder: Path, examples: int) -> None:
    """Print the seconds to rank a collection, and to rank it again."""
    articles = pd.read_parquet(folder / "articles.parquet" if folder.is_dir() else folder)
    ids = articles.index[:: max(1, len(articles) // examples)][:examples].tolist()
    for what in ("first time", "again"):
        start, worked = time.perf_counter(), time.process_time()
        found = like(articles, ids, progress=False)
        spent, worked = time.perf_counter() - start, time.process_time() - worked
        print(f"{what}: {len(articles)} articles ranked in {spent:.1f} s ({worked:.1f} s of CPU), {len(found)} shown")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--collection", type=Path)
    parser.add_argument("--examples", type=int, default=3)
    options = parser.parse_args()
    if options.collection:
        speed(options.collection, options.examples)
    else:
        quality()
