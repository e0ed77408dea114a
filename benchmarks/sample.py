"""How well the sample collection is read, cleaned, dated, told apart and sorted, against what is known of it.

python benchmarks/sample.py
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import pandas as pd

from tests import gold
from workbench.events import load_events
from workbench.inference import infer_dates
from workbench.topics import GRANULARITIES, fit_topics


def main() -> int:
    """Print every figure and how long each step took; the exit status."""
    start = time.perf_counter()
    articles = gold.sample()
    known = gold.aligned(articles)
    print(f"read in {time.perf_counter() - start:.1f} s\n")
    print("| figure | measured |\n|---|--:|")
    figures = gold.shares(articles, known) | _dates_by_events(articles, known)
    pairs = {"reprint": gold.reprint_pairs(articles, known), "translation": gold.translation_pairs(articles, known)}
    for name, (found, there) in pairs.items():
        precision, recall = gold.precision_and_recall(found, there)
        figures |= {f"{name} pairs, precision": precision, f"{name} pairs, recall": recall}
    figures |= gold.cleaning(articles, known)
    by_kind, by_language = gold.cleaning_by_kind(articles, known), gold.cleaning_by_language(articles, known)
    figures |= {f"removed, {kind}": float(share) for kind, share in by_kind["removed"].items()}
    for figure, shares in by_language.items():
        figures |= {f"{figure}, {language}": float(share) for language, share in shares.items()}
    for granularity in GRANULARITIES:
        start = time.perf_counter()
        topics = fit_topics(articles, granularity=granularity, progress=False)
        figures |= {f"{name}, {granularity}": value for name, value in gold.agreement(topics, known).items()}
        figures |= {
            f"topics, {granularity}": len(topics.labels),
            f"seconds, {granularity}": time.perf_counter() - start,
        }
    for name, value in figures.items():
        print(f"| {name} | {value:.3f} |")
    return 0


def _dates_by_events(articles: pd.DataFrame, known: pd.DataFrame) -> dict[str, float]:
    """How wide inferred intervals are, and how the rest is dated with the known events."""
    figures = {"inferred intervals, median days": float(gold.widths(articles, known).median())}
    figures |= {"inferred intervals, most days": float(gold.widths(articles, known).max())}
    more = infer_dates(articles, events=load_events(gold.DATA / "events.toml"), progress=False)
    shares, days = gold.shares(more, known), gold.widths(more, known)
    for name in ("undated articles with an inferred interval", "inferred intervals hold the truth"):
        figures |= {f"{name}, with events": shares[name]}
    return figures | {"inferred intervals, median days, with events": float(days.median())}


if __name__ == "__main__":
    raise SystemExit(main())
