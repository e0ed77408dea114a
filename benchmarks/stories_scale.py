"""How the time and memory of stories grow with a collection, and what it costs to add a day to it.

python benchmarks/stories_scale.py                      the sample collection, grown to 1,000, 3,000 and 10,000 articles
python benchmarks/stories_scale.py --collection DIR     one that `workbench import` wrote: 10,000, 30,000 and 100,000
python benchmarks/stories_scale.py --articles 5000      other sizes; give it again for more

Beyond the real texts they are spliced, as `topics_scale.py` explains: under one headline and day stand several, so
that there are more and nearer pairs than among news. Each article is told to be a text of its own. Each size has a
process of its own; CPU seconds are those its threads worked; memory is the peak, articles included. Per doubling is
by how much the CPU seconds grow when articles double: 2 is linear. Then the latest articles, a fiftieth of them, are
added to the stories of all others, and none of these may change. Beside it the cosines of all pairs that plain
TF-IDF and average linkage would have to hold, in GB.
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

from _topic_sets import Clock, conditions, distinct_texts, in_child, peak
from topics_scale import grown

from tests import gold
from workbench.stories import find_stories

SMALL, LARGE = (1_000, 3_000, 10_000), (10_000, 30_000, 100_000)


def measure(real: pd.DataFrame, sizes: list[int], asked: argparse.Namespace) -> None:
    """Print a row for each size."""
    print(f"{len(real):,} real texts, more are spliced; {conditions()}\n")
    print("| articles | stories | seconds | CPU seconds | GB | per doubling | added | seconds | pairs, GB |")
    print("|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    before: tuple[int, float] | None = None
    with tempfile.TemporaryDirectory() as folder:
        grown(real, max(sizes), asked.seed).to_parquet(Path(folder) / "articles.parquet")
        for size in sizes:
            told = in_child(__file__, {"folder": folder, "articles": size}, minutes=asked.minutes)
            if "missing" in told:
                print(f"| {size:,} | {told['missing']} | | | | | | | |", flush=True)
                continue
            growth = f"{(told['work'] / before[1]) ** (1 / np.log2(size / before[0])):.2f}" if before else ""
            before = size, told["work"]
            cells = (
                f"{told['stories']:,} | {told['seconds']:.1f} | {told['work']:.1f} | {told['memory']:.2f} | {growth}"
            )
            adding = f"{told['added']:,} | {told['adding']:.1f} | {size**2 * 4 / 1e9:.1f}"
            print(f"| {size:,} | {cells} | {adding} |", flush=True)


def run_job(path: Path) -> None:
    """Do one job in this process and write what it tells."""
    job: dict[str, Any] = json.loads(path.read_text("utf-8"))
    articles = pd.read_parquet(Path(job["folder"]) / "articles.parquet")[: job["articles"]]
    articles = articles.assign(text_id=articles.index).sort_values("published", na_position="first", kind="stable")
    clock = Clock()
    stories = find_stories(articles, progress=False)
    told = clock.read() | {"memory": peak(), "stories": stories.nunique(), "added": len(articles) // 50}
    old = stories.iloc[: -told["added"]]
    clock = Clock()
    again = find_stories(articles, known=old, progress=False)
    told["adding"] = clock.read()["seconds"]
    assert again.loc[old.index].equals(old)
    Path(job["out"]).write_text(json.dumps(told), "utf-8")


def main() -> int:
    """Measure the sizes asked for; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--collection", type=Path, help="a folder that `workbench import` wrote")
    parser.add_argument("--articles", type=int, action="append", help="how many articles; give it again for more sizes")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=60, help="after which a run is stopped")
    parser.add_argument("--job", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.job:
        run_job(asked.job)
        return 0
    real = distinct_texts(asked.collection) if asked.collection else gold.sample().drop_duplicates("text_id")
    sizes = sorted(asked.articles or (LARGE if asked.collection else SMALL))
    measure(real.drop(columns="text_id", errors="ignore"), sizes, asked)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
