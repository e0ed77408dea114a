"""How far the figures of an audit can be trusted: how often their intervals hold the truth.

python benchmarks/audits.py [--draws N]     made-up strata of which all is known: about a minute
python benchmarks/audits.py --sample        the sample, audited with the labels of data/truth.csv under many seeds

Printed per scenario: how often the 95 % interval holds the true precision, the true share (corrected) and the true
recall, and how often recall is at least the bound; beside them the error of the share that is merely counted, and that
of the corrected one, both in per cent of the true share (root of the mean square). "wide" is the middle width of the
interval of the corrected share, in per cent of the true share.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests import gold
from workbench.accuracy import FAR, FOUND, figures_of
from workbench.audits import STRATA, allotted, audit

SIZES = [600, 600, 2400, 6400]
RATES = {
    "good query": [0.90, 0.10, 0.010, 0.000],
    "misses some": [0.90, 0.30, 0.050, 0.002],
    "finds too much": [0.60, 0.10, 0.010, 0.001],
    "poor query": [0.60, 0.40, 0.100, 0.010],
    "all over": [0.80, 0.50, 0.300, 0.100],
}
QUERIES = {"narrow": "NATO AND talks", "wide": "NATO OR OTAN OR НАТО", "loose": "Russia OR Russie OR Россия OR Росія"}


def simulated(rates: list[float], n: int, draws: int, seed: int) -> dict[str, float]:
    """What happens over so many audits of strata with these true rates."""
    rng = np.random.default_rng(seed)
    right = np.round(np.array(SIZES) * rates).astype(int)
    drawn = allotted(SIZES, list(STRATA.values()), n)
    sizes, names = np.array(SIZES, dtype=float), np.array(list(STRATA))
    found, far = names == FOUND, names == FAR
    told = []
    for _ in range(draws):
        yes = rng.hypergeometric(right, np.array(SIZES) - right, drawn)
        told.append(figures_of(sizes, yes.astype(float), drawn - yes.astype(float), found=found, far=far))
    total = sum(SIZES)
    truth = {
        "precision": right[0] / SIZES[0],
        "recall": right[0] / right.sum(),
        "share_corrected": right.sum() / total,
        "share_found": SIZES[0] / total,
    }
    return judged(told, truth)


def judged(told: list[dict[str, tuple[float, float, float]]], truth: dict[str, float]) -> dict[str, float]:
    """How often the intervals of these figures hold the truth, and how far the shares are from it."""

    def holds(name: str) -> float:
        rows = np.array([one[name] for one in told if not np.isnan(one[name][0])])
        return float(((rows[:, 1] <= truth[name] + 1e-9) & (truth[name] - 1e-9 <= rows[:, 2])).mean())

    bound = np.array([one["recall_at_least"][0] for one in told])
    corrected = pd.DataFrame([one["share_corrected"] for one in told], columns=["value", "low", "high"])
    error = np.sqrt(((corrected["value"] - truth["share_corrected"]) ** 2).mean())
    return {
        "precision": holds("precision"),
        "share": holds("share_corrected"),
        "recall": holds("recall"),
        "bound": float((bound <= truth["recall"] + 1e-9).mean()),
        "true recall": truth["recall"],
        "middle bound": float(np.median(bound)),
        "counted off %": 100 * abs(truth["share_found"] / truth["share_corrected"] - 1),
        "corrected off %": 100 * error / truth["share_corrected"],
        "wide %": 100 * float((corrected["high"] - corrected["low"]).median()) / truth["share_corrected"],
    }


def simulations(draws: int) -> None:
    """Print one row per scenario and size of the sheet."""
    rows = {
        (name, n): simulated(rates, n, draws, seed=n) for name, rates in RATES.items() for n in (50, 100, 200, 1000)
    }
    print(pd.DataFrame(rows).T.round(2).to_string())


def audited(seeds: int) -> None:
    """Print one row per query: the sample audited again and again, labelled by what is known of it."""
    articles = gold.sample()
    known = gold.aligned(articles)
    articles = articles.loc[known.index].assign(text_id=known["text_group"])
    about = known["theme"] == "nato-russia"
    text_of = known["text_group"]
    right = set(text_of[about])
    rows = {}
    for name, query in QUERIES.items():
        for n in (50, 100):
            told = []
            for seed in range(seeds):
                drawn = audit(articles, query, n=n, seed=seed, progress=False)
                answers = drawn.sheet["article_id"].map(about).map({True: "yes", False: "no"})
                labelled = drawn.sheet.assign(about=answers)
                result = audit(articles, query, n=n, seed=seed, labels=labelled, progress=False)
                rows_ = result.figures[["figure", "value", "low", "high"]].itertuples(index=False)
                told.append({str(figure): (value, low, high) for figure, value, low, high in rows_})
            found = set(text_of[articles.index.isin(known.index) & _found(articles, query)])
            truth = {
                "precision": len(found & right) / len(found),
                "recall": len(found & right) / len(right),
                "share_corrected": len(right) / text_of.nunique(),
                "share_found": len(found) / text_of.nunique(),
            }
            rows[name, n] = {"true precision": truth["precision"], **judged(told, truth)}
    print(pd.DataFrame(rows).T.round(2).to_string())


def _found(articles: pd.DataFrame, query: str) -> pd.Series:
    from workbench.search import matching

    return matching(articles, query)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--sample", action="store_true")
    options = parser.parse_args()
    if options.sample:
        audited(max(1, options.draws // 20))
    else:
        simulations(options.draws)
