"""How well stories are found: B-cubed precision, recall and F1 against labels made by people.

python benchmarks/stories.py            the sample, and reports of happenings that resemble each other (tests/cases)
python benchmarks/stories.py FOLDER     the JSON files of Giveme5W1H's news clusters (newsCluster.EventId is the label)

B-cubed (Bagga and Baldwin 1998) averages over articles; pairs between languages are counted apart. Beside it stands
what one would do instead: TF-IDF of title and text with average linkage, at a fixed threshold and at the one that is
best for these very labels, which nobody can know beforehand. It knows no language but the words'. "Undated" are the
same texts without their dates.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.feature_extraction.text import TfidfVectorizer

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests import gold
from workbench.load import load_articles
from workbench.stories import find_stories


def pairs_across(gold: pd.Series, found: pd.Series, language: pd.Series) -> tuple[float, float, float]:
    """Precision, recall and F1 over the pairs of articles of different languages."""
    other = np.triu(_differ(language), 1)
    same_gold, same_found = ~_differ(gold)[other], ~_differ(found.reindex(gold.index))[other]
    hits = float((same_gold & same_found).sum())
    precision, recall = hits / max(1, same_found.sum()), hits / max(1, same_gold.sum())
    return precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0


def _differ(values: pd.Series) -> np.ndarray[Any, np.dtype[np.bool_]]:
    code = pd.factorize(values.to_numpy(dtype=object))[0]
    return np.asarray(code[:, None] != code[None, :], dtype=bool)


def giveme5w1h(folder: Path) -> tuple[pd.DataFrame, pd.Series]:
    """The articles of a folder of news-please JSON files, as the workbench loads them, and their labels.

    Where the same file lies there twice, in `data` and in `data_raw`, the raw one is read.
    """
    if (folder / "data_raw").is_dir():
        folder = folder / "data_raw"
    articles = load_articles(folder, cache=False, progress=False)
    return articles, articles["newscluster.eventid"].dropna().astype("str")


def sample() -> tuple[pd.DataFrame, pd.Series]:
    """The sample collection and the story of each article, where the truth names one."""
    articles = gold.sample()
    labels = gold.aligned(articles)["story"].replace("none", None).dropna()
    return articles, labels.astype("str")


def plain(articles: pd.DataFrame, labels: pd.Series) -> tuple[float, float]:
    """B-cubed F1 of TF-IDF and average linkage, at a cosine of .2 and at the best threshold."""
    read = articles["title"].fillna("") + " " + articles["text"].fillna("")
    vectors = TfidfVectorizer(sublinear_tf=True, stop_words="english").fit_transform(read)
    apart = np.clip(1 - (vectors @ vectors.T).toarray(), 0, None)
    tree = linkage(apart[np.triu_indices(len(articles), 1)], "average")

    def score(threshold: float) -> float:
        found = pd.Series(fcluster(tree, threshold, "distance"), index=articles.index)
        return gold.b_cubed(labels, found)[2]

    return score(0.8), max(score(threshold) for threshold in np.arange(0.6, 0.99, 0.01))


def report(name: str, articles: pd.DataFrame, labels: pd.Series) -> None:
    """Print the figures of one collection."""
    start = time.perf_counter()
    found = find_stories(articles, progress=False)
    seconds = time.perf_counter() - start
    texts, stories = articles["text_id"].nunique(), labels.nunique()
    print(f"\n{name}: {len(articles)} articles, {texts} texts, {stories} labelled stories")
    print(
        "  B-cubed   precision {:.3f}  recall {:.3f}  F1 {:.3f}".format(*gold.b_cubed(labels, found)),
        f" {seconds:.1f} s",
    )
    print("  TF-IDF and average linkage  F1 {:.3f}, at its best threshold {:.3f}".format(*plain(articles, labels)))
    language = articles["language"].reindex(labels.index)
    if len(set(language)) > 1:
        print("  languages precision {:.3f}  recall {:.3f}  F1 {:.3f}".format(*pairs_across(labels, found, language)))


def main(arguments: list[str]) -> int:
    """Measure the folder given, or what the project holds; the exit status."""
    if arguments:
        report(arguments[0], *giveme5w1h(Path(arguments[0])))
        return 0
    report("data/sample", *sample())
    for name in ("near_misses", "near_misses_in_six_languages"):
        articles = gold.happenings(name)
        report(name, articles, articles["label"])
        report(f"{name}, undated", gold.without_dates(articles), articles["label"])
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
