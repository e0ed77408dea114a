"""How the time and memory of topics grow with a collection.

python benchmarks/topics_scale.py                       the sample collection, grown to 1,000, 3,000 and 10,000 articles
python benchmarks/topics_scale.py --collection DIR      one that `workbench import` wrote: 10,000, 30,000 and 100,000
python benchmarks/topics_scale.py --collection DIR --all                                           and 300,000 too
python benchmarks/topics_scale.py --articles 5000       other sizes; give it again for more

Real texts come first, in an order drawn with the seed. Where they run out, texts are spliced: the first half of the
sentences of one and the second half of another of the same language and the same area (k-means over TF-IDF and SVD),
under the first one's headline, outlet and date. Spliced texts share halves, so they lie nearer to each other than news
does; they serve to measure time and memory and nothing else.

Each article is told to be a text of its own (`text_id`), so that topics alone are measured; finding copies is measured
apart, over the real texts. Each size has a process of its own: seconds from articles to topics; CPU seconds are those
its threads worked, which tell more on a machine that does other things too; memory is the peak, articles included. Per
doubling is by how much the CPU seconds grow when articles double: 2 is linear.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from _topic_sets import Clock, conditions, distinct_texts, in_child, peak, sentences

from tests import gold
from workbench.reprints import find_reprints
from workbench.topics import fit_topics

SMALL, LARGE, ALL = (1_000, 3_000, 10_000), (10_000, 30_000, 100_000), (300_000,)

AREA = 300
"""Real texts of an area on average: about those of one theme in a collection of some ten thousand."""


def grown(real: pd.DataFrame, count: int, seed: int) -> pd.DataFrame:
    """So many articles: the real ones, then spliced ones; the first n are the same whatever the count."""
    random = np.random.default_rng(seed)
    real = real.iloc[random.permutation(len(real))].reset_index(drop=True)
    whole = real if count <= len(real) else pd.concat([real, _spliced(real, count - len(real), random, seed)])
    return whole[:count].set_axis(pd.Index([f"a{at:07}" for at in range(count)], name="article_id"))


def _spliced(real: pd.DataFrame, count: int, random: np.random.Generator, seed: int) -> pd.DataFrame:
    """So many articles that are half of one and half of another."""
    parts = [sentences(text) for text in real["text"]]
    long = np.array([len(part) > 1 for part in parts])
    areas = {area: rows for area, rows in _areas(real, seed).items() if long[rows].sum() > 1}
    homes = {int(row): rows[long[rows]] for rows in areas.values() for row in rows[long[rows]]}
    first = np.array(sorted(homes))
    texts, origins = [], []
    for _ in range(count):
        one = int(random.choice(first))
        others = homes[one]
        other = int(random.choice(others[others != one]))
        head, tail = parts[one], parts[other]
        texts.append(" ".join([*head[: (len(head) + 1) // 2], *tail[len(tail) // 2 :]]))
        origins.append(one)
    return real.iloc[origins].assign(text=texts)


def _areas(real: pd.DataFrame, seed: int) -> dict[tuple[str, int], Any]:
    """The places of the texts of each language and area."""
    from sklearn.cluster import MiniBatchKMeans
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.preprocessing import normalize

    areas: dict[tuple[str, int], Any] = {}
    for language in sorted(set(real["language"])):
        rows = np.flatnonzero(real["language"] == language)
        if len(rows) < 2 * AREA:
            areas[language, 0] = rows
            continue
        read = [
            f"{title} {text[:3_000]}"
            for title, text in zip(real["title"].iloc[rows], real["text"].iloc[rows], strict=True)
        ]
        counted = TfidfVectorizer(sublinear_tf=True, min_df=2, max_df=0.3, max_features=20_000).fit_transform(read)
        places = normalize(TruncatedSVD(50, random_state=seed).fit_transform(counted))
        found = MiniBatchKMeans(len(rows) // AREA, random_state=seed, n_init=1).fit_predict(places)
        areas |= {(language, int(one)): rows[found == one] for one in np.unique(found)}
    return areas


def measure(real: pd.DataFrame, sizes: list[int], asked: argparse.Namespace) -> None:
    """Print a row for each size, and the time that finding copies takes."""
    with tempfile.TemporaryDirectory() as folder:
        grown(real, max(sizes), asked.seed).to_parquet(Path(folder) / "articles.parquet")
        print(f"{len(real):,} real texts, more are spliced (see --help); {conditions()}\n")
        print(
            "| articles | spliced | topics | seconds | CPU seconds | GB | per doubling |\n|--:|--:|--:|--:|--:|--:|--:|"
        )
        before: tuple[int, float] | None = None
        for size in sizes:
            told = in_child(__file__, {"folder": folder, "articles": size, "do": "topics"}, minutes=asked.minutes)
            if "missing" in told:
                print(f"| {size:,} | {told['missing']} | | | | | |", flush=True)
                continue
            growth = (told["work"] / before[1]) ** (1 / np.log2(size / before[0])) if before else float("nan")
            before = size, told["work"]
            cells = f"{told['seconds']:.1f} | {told['work']:.1f} | {told['memory']:.2f} | {growth:.2f}"
            print(
                f"| {size:,} | {max(0, size - len(real)):,} | {told['topics']} | {cells.replace('nan', '')} |",
                flush=True,
            )
        size = min(len(real), max(sizes))
        told = in_child(__file__, {"folder": folder, "articles": size, "do": "copies"}, minutes=asked.minutes)
        spent = (
            "{seconds:.1f} seconds ({work:.1f} CPU), {memory:.2f} GB".format_map(told)
            if "seconds" in told
            else told["missing"]
        )
        print(f"\nfinding copies among the {size:,} real texts, apart: {spent}")


def run_job(path: Path) -> None:
    """Do one job in this process and write what it tells."""
    job: dict[str, Any] = json.loads(path.read_text("utf-8"))
    articles = pd.read_parquet(Path(job["folder"]) / "articles.parquet")[: job["articles"]]
    clock = Clock()
    told: dict[str, Any] = {}
    if job["do"] == "copies":
        find_reprints(articles, progress=False)
    else:
        told["topics"] = len(fit_topics(articles.assign(text_id=articles.index), progress=False).labels)
    told |= clock.read() | {"memory": peak()}
    Path(job["out"]).write_text(json.dumps(told), "utf-8")


def main() -> int:
    """Measure the sizes asked for; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--collection", type=Path, help="a folder that `workbench import` wrote")
    parser.add_argument("--articles", type=int, action="append", help="how many articles; give it again for more sizes")
    parser.add_argument("--all", action="store_true", help="300,000 articles too")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=60, help="after which a run is stopped")
    parser.add_argument("--job", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.job:
        run_job(asked.job)
        return 0
    real = distinct_texts(asked.collection) if asked.collection else gold.sample().drop_duplicates("text_id")
    sizes = asked.articles or [*(LARGE if asked.collection else SMALL), *(ALL if asked.all else ())]
    measure(real.drop(columns="text_id", errors="ignore"), sorted(sizes), asked)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
