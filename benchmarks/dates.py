"""How well dates are inferred: stated dates are taken away and worked out again, and what states none is compared.

python benchmarks/dates.py FOLDER       500 dated articles of it with phrases such as "on Wednesday", a quarter at most
python benchmarks/dates.py              data/sample against data/truth.csv

FOLDER is anything that load_articles reads. An interval counts as a hit when it holds the stated day; an article that
stays without a date is neither a hit nor a miss, and is counted apart.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests import gold
from workbench.articles import is_inferred
from workbench.events import Events, load_events
from workbench.inference import infer_dates
from workbench.load import load_articles
from workbench.times.phrases import relative

ROOT = Path(__file__).resolve().parent.parent
SEED = 20_220_112
TAKEN = 500


def without_dates(articles: pd.DataFrame, chosen: pd.Index) -> pd.DataFrame:
    """The same articles with the dates of these taken away; their copies keep theirs."""
    bare = articles.copy()
    bare.loc[chosen, ["published", "published_low", "published_high"]] = pd.NaT
    bare.loc[chosen, "published_precision"] = "unknown"
    bare.loc[chosen, "published_from"] = "no date is stated"
    return bare


def chosen(articles: pd.DataFrame) -> pd.Index:
    """Articles with a stated day and a phrase for time in their text, drawn with a seed."""
    dated = articles[articles["published_low"].notna() & ~is_inferred(articles)].sort_index()
    order = np.random.default_rng(SEED).permutation(len(dated))
    found: list[str] = []
    for at in order:
        row = dated.iloc[at]
        if relative(str(row["text"]), str(row["language"])):
            found.append(str(dated.index[at]))
        if len(found) >= min(TAKEN, len(dated) // 4):
            break
    return pd.Index(sorted(found))


def report(name: str, found: pd.DataFrame, held: pd.Series) -> None:
    """One line of figures on these articles."""
    given = found["published_low"].notna()
    days = (found["published_high"] - found["published_low"])[given].dt.days
    if not len(found):
        return
    line = f"| {name} | {len(found)} | {given.mean():.3f} | {held[given].mean():.3f} | {held.mean():.3f} |"
    print(line + (f" {days.median():.0f} | {days.quantile(0.9):.0f} |" if len(days) else " | |"))


def measure(articles: pd.DataFrame, asked: pd.Index, moment: pd.Series, events: Events | None) -> None:
    """Infer the dates of these articles and print the figures by kind of evidence."""
    start = time.perf_counter()
    found = infer_dates(articles, events=events, progress=False).loc[asked]
    seconds = time.perf_counter() - start
    held = (found["published_low"] <= moment) & (moment < found["published_high"])
    told = found["published_from"].astype("str")
    kinds = {"copies": "copies of the same text", "siblings": "dated texts that report", "events": "about the event"}
    print("| evidence | articles | given | of these held | of all held | median days | 90 % |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    report("all", found, held)
    for kind, words in kinds.items():
        rows = told.str.startswith(f"inferred: {words}")
        report(kind, found[rows], held[rows])
    own = articles[articles["published_low"].notna()]
    copied = found["text_id"].isin(own["text_id"])
    report("with dated copies", found[copied], held[copied])
    report("without dated copies", found[~copied], held[~copied])
    print(f"{seconds:.1f} s\n")


def main(arguments: list[str]) -> int:
    """Measure the collection given, or the sample, without events and with those of the project; the exit status."""
    if arguments:
        articles = load_articles(arguments[0])
        asked = chosen(articles)
        moment = articles.loc[asked, "published_low"]
    else:
        articles = gold.sample()
        known = gold.aligned(articles)
        asked = known.index[known["dated"] == "no"].sort_values()
        moment = pd.to_datetime(known.loc[asked, "published"], utc=True, format="ISO8601")
    articles = without_dates(articles, asked)
    for name, events in (("without events", None), ("with data/events.toml", load_events(ROOT / "data/events.toml"))):
        print(name)
        measure(articles, asked, moment, events)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
