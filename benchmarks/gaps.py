"""How well gaps are found: days of one outlet are taken out of a made-up collection, and looked for.

python benchmarks/gaps.py                what is flagged, how exactly, and how often where nothing is missing
python benchmarks/gaps.py COLLECTION     the gaps of a folder or an articles.parquet, and the share of the talks by week

A year of ten outlets; articles per day are negative binomial with a scatter of the day and one of the week, with
quiet weekends, one outlet without Sundays. Beside `find_gaps` stands what a user would do: the days on which the
rolling seven-day mean lies below a fifth of the outlet's median.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from workbench.articles import as_articles
from workbench.coverage import coverage
from workbench.events import about, load_events
from workbench.gaps import find_gaps
from workbench.load import load_articles

ROOT = Path(__file__).resolve().parent.parent
SEED = 20_220_112
OUTLETS = 10
DAYS = 365
START = pd.Timestamp("2021-10-01", tz="UTC")
REPEATS = 6
VOLUMES = (2, 10, 50)
WEEK = np.array([1.1, 1.2, 1.2, 1.2, 1.1, 0.6, 0.6])

Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]


def made(random: np.random.Generator, volume: float, drift: float = 1.0) -> Counts:
    """Articles per outlet and day; the volume of every outlet ends `drift` times as high as it began."""
    days = np.arange(DAYS)
    rhythm = np.tile(WEEK[(days + START.weekday()) % 7], (OUTLETS, 1))
    rhythm[0, (days + START.weekday()) % 7 == 6] = 0
    level = volume * rhythm * drift ** (days / DAYS - 0.5)
    week = random.gamma(20, 1 / 20, (OUTLETS, DAYS // 7 + 1)).repeat(7, axis=1)[:, :DAYS]
    day = random.gamma(10, 1 / 10, (OUTLETS, DAYS))
    return random.poisson(level * week * day).astype(np.int64)


def articles_of(counts: Counts, match: Counts | None = None) -> pd.DataFrame:
    """A table of articles with these counts; the first `match` of each outlet's day are about the event."""
    outlet, day = np.nonzero(counts)
    many = counts[outlet, day]
    outlet, day = outlet.repeat(many), day.repeat(many)
    number = np.arange(len(outlet)) - (np.cumsum(many) - many).repeat(many)
    table = pd.DataFrame(
        {
            "published": START + pd.to_timedelta(day, unit="D"),
            "source": np.array([f"outlet {at}" for at in range(OUTLETS)])[outlet],
            "text_id": [f"t{at}" for at in range(len(outlet))],
        }
    )
    articles = as_articles(table)
    hits = np.zeros(len(outlet), dtype=bool) if match is None else number < match[outlet, day]
    return articles.assign(match=hits)


def found(counts: Counts) -> list[tuple[int, int, int]]:
    """Outlet, first and last day of each gap that is no cap."""
    gaps = find_gaps(articles_of(counts))
    gaps = gaps[gaps["kind"] != "capped"]
    days = [((gaps[name] - START).dt.days) for name in ("first", "last")]
    return list(zip(gaps["source"].str.removeprefix("outlet ").astype(int), *days, strict=True))


def rolling(counts: Counts) -> list[tuple[int, int, int]]:
    """The same by the rule of thumb: the seven-day mean below a fifth of the median."""
    spans = []
    for outlet, row in enumerate(counts):
        mean = pd.Series(row).rolling(7, center=True, min_periods=4).mean()
        low = (mean < 0.2 * mean.median()).to_numpy()
        edge = np.diff(np.concatenate([[0], low.astype(int), [0]]))
        spans += [(outlet, a, b - 1) for a, b in zip(np.flatnonzero(edge == 1), np.flatnonzero(edge == -1), strict=True)]
    return spans


RULES: dict[str, Callable[[Counts], list[tuple[int, int, int]]]] = {"find_gaps": found, "7-day mean": rolling}

Case = tuple[str, int, float, float]
"""A name, the days taken out, the part of the articles left, the drift over the year."""

CASES: tuple[Case, ...] = (
    ("nothing missing", 0, 1.0, 1.0),
    ("nothing missing, volume falls to a third", 0, 1.0, 1 / 3),
    ("a fortnight missing", 14, 0.0, 1.0),
    ("a fortnight missing, volume falls to a third", 14, 0.0, 1 / 3),
    ("a fortnight at 10 %", 14, 0.1, 1.0),
    ("a fortnight at 20 %", 14, 0.2, 1.0),
    ("a fortnight at 30 %", 14, 0.3, 1.0),
    ("a week at 20 %", 7, 0.2, 1.0),
    ("two months missing", 61, 0.0, 1.0),
)


def measured(volume: float, case: Case, repeats: int) -> None:
    """One line per rule: flagged, error of the first and last day, part of the days, false gaps per outlet-year."""
    name, length, left, drift = case
    random = np.random.default_rng(SEED)
    seen: dict[str, list[list[float]]] = {rule: [] for rule in RULES}
    for _ in range(repeats):
        counts = made(random, volume, drift)
        outlet, first = int(random.integers(OUTLETS)), int(random.integers(30, DAYS - 30 - length))
        last = first + length - 1
        counts[outlet, first : last + 1] = random.binomial(counts[outlet, first : last + 1], left)
        for rule, find in RULES.items():
            spans = find(counts)
            mine = [span for span in spans if length and span[0] == outlet and span[1] <= last and span[2] >= first]
            false = len(spans) - len(mine)
            if mine:
                errors = [abs(mine[0][1] - first), abs(mine[-1][2] - last)]
                held = sum(min(b, last) - max(a, first) + 1 for _, a, b in mine) / length
                seen[rule].append([1, false, *errors, held])
            else:
                seen[rule].append([0, false, np.nan, np.nan, np.nan])
    for rule, rows in seen.items():
        table = np.array(rows)
        flagged = "      –" if not length else f"{table[:, 0].mean():7.0%}"
        where = " " * 25
        if length and table[:, 0].any():
            first_off, last_off, part = np.nanmean(table[:, 2:], axis=0)
            where = f"{first_off:7.1f} {last_off:7.1f} {part:9.0%}"
        print(f"  {name:<46} {volume:>3} {rule:<11} {flagged} {where} {table[:, 1].mean() / OUTLETS:10.3f}")


def simulation() -> None:
    """Every case at every volume."""
    print(f"{OUTLETS} outlets, {DAYS} days, {REPEATS} collections per line, seed {SEED}")
    print(f"  {'case':<46} a day rule        flagged   first    last  days held  false gaps/outlet-year")
    for case in CASES:
        for volume in VOLUMES:
            measured(volume, case, REPEATS)


if __name__ == "__main__":
    simulation()
