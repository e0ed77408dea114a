"""How fast a million articles become a table of coverage, in how much memory, beside a plain group-by in pandas.

python benchmarks/coverage.py                   1,000,000 articles by week and outlet, by day, and by text
python benchmarks/coverage.py --articles 100000
python benchmarks/coverage.py --profile         where the time goes, by week and outlet

The articles are made up: 100 outlets of very different size over a year, half of the articles copies of others, dates
to the day, one in fifty without a date, a tenth about the event. Texts are known (`text_id`), as after an import. The
plain way counts the rows per week and outlet and divides: no distinct texts, no quiet weeks, no interval, no account of
the undated. Each is run three times, the best is printed: in seconds, and in those that the processor worked for it,
which tell more on a machine that does other things too. Memory is what Python and numpy allocate beyond the articles.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from workbench.coverage import coverage, coverage_by

OUTLETS, DAYS = 100, 365

WAYS: dict[str, dict[str, str]] = {
    "by week and outlet": {"every": "week", "by": "source"},
    "by week and outlet, texts": {"every": "week", "by": "source", "unit": "texts"},
    "by day and outlet": {"every": "day", "by": "source"},
    "by day": {"every": "day"},
    "by week": {"every": "week"},
    "by month and language": {"every": "month", "by": "language"},
}


def made(count: int, seed: int = 0) -> pd.DataFrame:
    """So many articles of a year, the table as an import leaves it."""
    random = np.random.default_rng(seed)
    weight = 1 / np.arange(1, OUTLETS + 1)
    outlet = random.choice(OUTLETS, count, p=weight / weight.sum())
    text = np.where(random.random(count) < 0.5, np.arange(count), random.integers(0, max(1, count // 10), count))
    low = pd.Series(np.datetime64("2021-01-01", "us") + random.integers(0, DAYS, count) * np.timedelta64(1, "D"))
    low = low.mask(random.random(count) < 0.02).dt.tz_localize("UTC")
    table = {
        "published": low,
        "published_low": low,
        "published_high": low + pd.Timedelta(days=1),
        "published_from": pd.Series(np.where(random.random(count) < 0.03, "inferred: a copy", "field"), dtype="str"),
        "source": pd.Series(np.array([f"outlet {number}" for number in range(OUTLETS)])[outlet], dtype="str"),
        "language": pd.Series(np.array(["en", "fr", "de", "ru", "es", "uk"])[outlet % 6], dtype="str"),
        "text_id": pd.Series([f"{number:016x}" for number in text], dtype="str"),
    }
    return pd.DataFrame(table).set_axis(pd.Index([f"{n:016x}" for n in range(count)], name="article_id", dtype="str"))


def plain(matches: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """What one writes without the workbench."""
    week = pd.Grouper(key="published", freq="W-MON", label="left", closed="left")
    total = articles.groupby([week, "source"]).size().rename("total")
    table = total.to_frame().assign(articles=matches.groupby([week, "source"]).size()).fillna(0)
    return table.assign(share=table["articles"] / table["total"])


def measured(name: str, run: Callable[[], pd.DataFrame], *, beside: float | None = None) -> float:
    """Print seconds, processor seconds, megabytes at the peak and rows; gives the processor seconds."""
    seconds, worked = [], []
    for _ in range(3):
        start, at_work = time.perf_counter(), time.process_time()
        rows = len(run())
        seconds.append(time.perf_counter() - start)
        worked.append(time.process_time() - at_work)
    tracemalloc.start()
    run()
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    times = "" if beside is None else f"{min(worked) / beside:8.1f}×"
    print(f"{name:30} {min(seconds):8.2f} {min(worked):8.2f} {peak:6.0f} {rows:8,} {times}", flush=True)
    return min(worked)


def main() -> None:
    """Print a line per table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=1_000_000, help="how many; default 1,000,000")
    parser.add_argument("--profile", action="store_true", help="print where the time goes")
    given = parser.parse_args()
    articles = made(given.articles)
    matches = articles[np.random.default_rng(1).random(len(articles)) < 0.1]
    if given.profile:
        profile = cProfile.Profile()
        profile.runcall(coverage, matches, of=articles, every="week", by="source")
        pstats.Stats(profile).sort_stats("cumulative").print_stats(30)
        return
    print(f"{len(articles):,} articles{'':12} {'seconds':>8} {'worked':>8} {'MB':>6} {'rows':>8} {'of plain':>9}")
    beside = measured("plain, by week and outlet", lambda: plain(matches, articles))
    for name, options in WAYS.items():
        measured(name, lambda options=options: coverage(matches, of=articles, **options), beside=beside)
    measured("coverage_by outlet", lambda: coverage_by(matches, of=articles), beside=beside)


if __name__ == "__main__":
    main()
