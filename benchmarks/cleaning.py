"""What cleaning takes off a collection, for reading: the most frequent lines, and a random sample with what is around.

python benchmarks/cleaning.py [PATH] [--lines 50] [--sample 100] [--seed 1]

Without a path it runs on data/sample. Whether a removal was right only a reader can tell: `>>>` and `<<<` stand around
what was taken off. The times are those of reading and of cleaning; the last check cleans what is clean once more.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from workbench.articles import RAW_COLUMNS
from workbench.clean import clean_articles, original, removed, removed_lines
from workbench.load import load_articles

ROOT = Path(__file__).resolve().parent.parent
AROUND = 90
"""Characters shown on each side of a removal: about a line."""


def main() -> int:
    """Print what was removed and how long it took; the exit status, 1 where a text does not come back."""
    options = _options()
    start = time.perf_counter()
    articles = load_articles(options.path, cache=False)
    print(f"imported in {time.perf_counter() - start:.1f} s")
    counted = removed(articles)
    print(f"\n| removals | of rule |\n|--:|---|\n{_rules(counted)}")
    print(f"\n| articles | rule | the {options.lines} lines most often removed |\n|--:|---|---|")
    for line in counted.head(options.lines).itertuples():
        print(f"| {line.articles} | {line.rule} | {_short(str(line.line), 160)} |")
    _print_sample(articles, options.sample, options.seed)
    return _print_check(articles)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", nargs="?", default=str(ROOT / "data" / "sample"))
    parser.add_argument("--lines", type=int, default=50)
    parser.add_argument("--sample", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _rules(counted: pd.DataFrame) -> str:
    sums = counted.groupby("rule")["articles"].sum().sort_values(ascending=False)
    return "\n".join(f"| {number} | {rule} |" for rule, number in sums.items())


def _print_sample(articles: pd.DataFrame, size: int, seed: int) -> None:
    """Print removals drawn at random, each with the line before and behind it."""
    edits = removed_lines(articles)
    edits = edits[~edits["rule"].isin(["space", "encoding"]) & (edits["original"].str.strip() != "")]
    drawn = edits.sample(n=min(size, len(edits)), random_state=seed).sort_index()
    print(f"\n{len(drawn)} of {len(edits)} removals, seed {seed}:")
    for number, (_, edit) in enumerate(drawn.iterrows(), start=1):
        text = str(articles.loc[edit["article_id"], edit["part"]])
        start, end = int(edit["start"]), int(edit["start"]) + int(edit["length"])
        before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
        taken = _short(edit["original"], 240)
        print(f"{number:4} {edit['rule']} ({edit['part']}): {_flat(before)} >>>{taken}<<< {_flat(after)}")


def _print_check(articles: pd.DataFrame) -> int:
    """Clean the clean articles once more, and put every text together again."""
    raw = articles.reindex(columns=list(RAW_COLUMNS))
    start = time.perf_counter()
    again = clean_articles(raw, progress=False)
    seconds = time.perf_counter() - start
    changed = int(((again["title"] != articles["title"]) | (again["text"] != articles["text"])).sum())
    lost = sum(
        original(again, name) != {"title": title, "text": text}
        for name, title, text in zip(articles.index, articles["title"], articles["text"], strict=True)
    )
    print(f"\ncleaned once more in {seconds:.1f} s: {changed} articles changed, {lost} not restored")
    return int(lost > 0)


def _short(text: str, most: int) -> str:
    flat = _flat(text)
    return flat if len(flat) <= most else f"{flat[:most]}…"


def _flat(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    raise SystemExit(main())
