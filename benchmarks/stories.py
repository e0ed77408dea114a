"""How well stories are found: B-cubed precision, recall and F1 against labels made by people.

python benchmarks/stories.py FOLDER     the JSON files of Giveme5W1H's news clusters (newsCluster.EventId is the label)
python benchmarks/stories.py            data/sample against data/truth.csv

B-cubed (Bagga and Baldwin 1998) averages over articles; pairs between languages are counted apart.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests import gold
from workbench.articles import as_articles
from workbench.reprints import find_reprints
from workbench.stories import find_stories

ROOT = Path(__file__).resolve().parent.parent


def b_cubed(gold: pd.Series, found: pd.Series) -> tuple[float, float, float]:
    """Precision, recall and F1, each article counting once; the two Series share their index."""
    both = pd.crosstab(gold.to_numpy(), found.reindex(gold.index).to_numpy()).to_numpy().astype(float)
    precision = float((both**2 / both.sum(axis=0)).sum() / both.sum())
    recall = float((both**2 / both.sum(axis=1, keepdims=True)).sum() / both.sum())
    return precision, recall, 2 * precision * recall / (precision + recall)


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
    """The articles of a folder of news-please JSON files and their labels; files that are not JSON are named."""
    rows = []
    for file in sorted(folder.rglob("*.json")):
        try:
            record = json.loads(file.read_text("utf-8"))
        except ValueError:
            print(f"not JSON: {file.name}")
            continue
        rows.append(
            {
                "article_id": file.stem,
                "title": record.get("title") or "",
                "text": record.get("text") or "",
                "published": pd.to_datetime(record.get("date_publish"), utc=True),
                "source": record.get("source_domain"),
                "language": "en",
                "label": str(record["newsCluster"]["EventId"]),
            }
        )
    articles = as_articles(pd.DataFrame(rows).set_index("article_id"))
    articles["text_id"] = find_reprints(articles, progress=False)
    return articles, articles["label"]


def sample() -> tuple[pd.DataFrame, pd.Series]:
    """The sample collection and the story of each article, where the truth names one."""
    articles = gold.sample()
    labels = gold.aligned(articles)["story"].replace("none", None).dropna()
    return articles, labels.astype("str")


def report(name: str, articles: pd.DataFrame, labels: pd.Series) -> None:
    """Print the figures of one collection."""
    start = time.perf_counter()
    found = find_stories(articles, progress=False)
    seconds = time.perf_counter() - start
    print(
        f"{name}: {len(articles)} articles, {articles['text_id'].nunique()} texts, {labels.nunique()} labelled stories"
    )
    print("  B-cubed   precision {:.3f}  recall {:.3f}  F1 {:.3f}".format(*b_cubed(labels, found)), f" {seconds:.1f} s")
    language = articles["language"].reindex(labels.index)
    if len(set(language)) > 1:
        print("  languages precision {:.3f}  recall {:.3f}  F1 {:.3f}".format(*pairs_across(labels, found, language)))


def main(arguments: list[str]) -> int:
    """Measure the folder given, or the sample collection; the exit status."""
    if arguments:
        report(arguments[0], *giveme5w1h(Path(arguments[0])))
        return 0
    if not (ROOT / "data" / "truth.csv").exists():
        print("data/truth.csv is not there; give a folder of labelled JSON files", file=sys.stderr)
        return 1
    report("data/sample", *sample())
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
