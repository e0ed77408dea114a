"""How well translated copies are joined to their originals, offline and without a model.

python benchmarks/translations.py                 data/sample against data/truth.csv, flags kept and flags taken off
python benchmarks/translations.py TITLES.json     headlines (r) beside their machine translation (t), with dates (d)
python benchmarks/translations.py COLLECTION      any collection: what is joined in it, to be read by eye

A pair is two texts in two languages; precision and recall are over such pairs.
"""

from __future__ import annotations

import json
import sys
import time
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests import gold
from workbench.articles import as_articles
from workbench.load import load_articles
from workbench.translations import find_translations

ROOT = Path(__file__).resolve().parent.parent

Same = dict[str, frozenset[str]]
"""For each article what it is called in either language: two that share a name say the same."""


def of_sample(articles: pd.DataFrame, known: pd.DataFrame) -> tuple[float, float]:
    """Precision over the pairs found, and recall over pairs of languages per text, of the sample collection."""
    found = find_translations(articles, progress=False)
    group, language = known["text_group"], known["language"]
    there = {
        frozenset({(name, one), (name, two)})
        for name, rows in known.groupby("text_group")
        for one, two in combinations(sorted(set(rows["language"])), 2)
    }
    pairs = [
        frozenset({(group[one], language[one]) for one in (left, right)})
        for left, right in zip(found["left"], found["right"], strict=True)
        if left in known.index and right in known.index
    ]
    hits = [pair for pair in pairs if pair in there]
    return len(hits) / max(1, len(pairs)), len(set(hits)) / max(1, len(there))


def headlines(path: Path, *, told_by: str | None, most: int | None = None, seed: int = 0) -> tuple[pd.DataFrame, Same]:
    """Originals and translations as articles without text, and what each is called; half of them have no partner.

    `told_by` is what the translations say they were translated from. With `most`, only the first that many by date.
    """
    records = [one for one in json.loads(path.read_text("utf-8")) if one.get("r") and one.get("t")]
    records = sorted(records, key=lambda one: (one["d"], one["r"], one["t"]))[:most]
    chance = np.random.default_rng(seed)
    rows, same = [], {}
    for at, (record, drawn) in enumerate(zip(records, chance.random(len(records)), strict=True)):
        sides = {"ru": record["r"], "en": record["t"]}
        for language in ["ru", "en"] if drawn < 0.5 else ["ru"] if drawn < 0.75 else ["en"]:
            name = f"{language}{at:05}"
            told = told_by if language == "en" else None
            rows.append((name, sides[language], "", record["d"], language, told))
            same[name] = frozenset(sides.values())
    names = ["article_id", "title", "text", "published", "language", "translated_from"]
    table = pd.DataFrame(rows, columns=names).set_index("article_id")
    low = pd.to_datetime(table["published"], utc=True)
    table = table.assign(published=low, published_low=low, published_high=low + pd.Timedelta(days=1))
    return as_articles(table), same


def of_headlines(articles: pd.DataFrame, same: Same) -> tuple[float, float]:
    """Precision and recall over distinct headlines that have a partner in the table."""
    found = find_translations(articles, progress=False)
    right = [(one, two) for one, two in zip(found["left"], found["right"], strict=True) if same[one] & same[two]]
    russian = articles[articles["language"] == "ru"]
    partners = {name for one in articles.index[articles["language"] == "en"] for name in same[one]}
    there = {title for title in russian["title"] if title in partners}
    met = {articles["title"][name] for pair in right for name in pair} & there
    return len(right) / max(1, len(found)), len(met) / max(1, len(there))


def report_sample() -> None:
    """Print the figures of the sample collection."""
    articles = gold.sample()
    known = gold.aligned(articles)
    plain = articles.assign(translated_from=pd.Series(None, index=articles.index, dtype="str"))
    for name, table in (("flagged", articles), ("flags taken off", plain)):
        start = time.perf_counter()
        precision, recall = of_sample(table, known)
        print(
            f"data/sample, {name}: precision {precision:.3f}  recall {recall:.3f}  {time.perf_counter() - start:.1f} s"
        )


def report_headlines(path: Path) -> None:
    """Print the figures of headlines beside their machine translation."""
    for told_by in (None, "ru"):
        articles, same = headlines(path, told_by=told_by)
        start = time.perf_counter()
        precision, recall = of_headlines(articles, same)
        print(
            f"{path.name}, {len(articles)} headlines, half without a partner, "
            f"{'flagged' if told_by else 'not flagged'}: "
            f"precision {precision:.3f}  recall {recall:.3f}  {time.perf_counter() - start:.1f} s"
        )


def report_collection(path: Path) -> None:
    """Print every pair that is joined in a collection."""
    articles = load_articles(path, progress=False)
    start = time.perf_counter()
    found = find_translations(articles, progress=False)
    print(f"{path}: {len(articles)} articles, {len(found)} pairs, {time.perf_counter() - start:.1f} s")
    for left, right, score, flagged in found.sort_values("score").itertuples(index=False):
        one, two = articles.loc[left], articles.loc[right]
        print(f"  {score:.2f} {'flagged' if flagged else '       '} {one['language']} {one['source']}: {one['title']}")
        print(f"               {two['language']} {two['source']}: {two['title']}")


def main(arguments: list[str]) -> int:
    """Measure the file or folder given, or the sample collection; the exit status."""
    if arguments:
        path = Path(arguments[0])
        if path.suffix == ".json":
            report_headlines(path)
        else:
            report_collection(path)
        return 0
    if not (ROOT / "data" / "truth.csv").exists():
        print("data/truth.csv is not there; give a file of headlines or a collection", file=sys.stderr)
        return 1
    report_sample()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
