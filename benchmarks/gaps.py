"""How well gaps are found: days of one outlet are taken out of a made-up collection, and looked for.

python benchmarks/gaps.py                what is flagged, how exactly, and how often where nothing is missing
python benchmarks/gaps.py COLLECTION     the gaps of a folder or an articles.parquet, and the share of the talks by week
                                         with and without them (`--event` names another event of data/events.toml)

A year of ten outlets; articles per day are negative binomial with a scatter of the day and one of the week, with
quiet weekends, one outlet without Sundays. Beside `find_gaps` stands what a user would do: the days on which the
rolling seven-day mean lies below a fifth of the outlet's median.
"""

from __future__ import annotations

import argparse
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
from workbench.gaps import collected_throughout, find_gaps
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
    hits = np.zeros(len(outlet), dtype=bool) if match is None else number < match[outlet, day]
    table = pd.DataFrame(
        {
            "match": hits,
            "published": START + pd.to_timedelta(day, unit="D"),
            "source": np.array([f"outlet {at}" for at in range(OUTLETS)])[outlet],
            "text_id": [f"t{at}" for at in range(len(outlet))],
        }
    )
    return as_articles(table)


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
        spans += [
            (outlet, int(a), int(b) - 1)
            for a, b in zip(np.flatnonzero(edge == 1), np.flatnonzero(edge == -1), strict=True)
        ]
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
    """Every case at every volume, then what a gap does to shares, then the time."""
    print(f"{OUTLETS} outlets, {DAYS} days, {REPEATS} collections per line, seed {SEED}")
    print(f"  {'case':<46} a day rule        flagged   first    last  days held  false gaps/outlet-year")
    for case in CASES:
        for volume in VOLUMES:
            measured(volume, case, REPEATS)
    print("\nshares by week where one outlet with five times the share of the others lacks a fortnight")
    print(
        "  a day  gaps=  weeks whose share stays in the interval it has with nothing missing: outside, in the fortnight"
    )
    for volume in VOLUMES:
        moved(volume)
    speed()


def moved(volume: float) -> None:
    """How often the share of a week stays inside the interval of the whole collection when a fortnight is lost."""
    random = np.random.default_rng(SEED)
    inside: dict[bool, list[bool]] = {True: [], False: []}
    outside: dict[bool, list[bool]] = {True: [], False: []}
    for _ in range(REPEATS):
        counts = made(random, volume)
        match = random.binomial(counts, np.where(np.arange(OUTLETS) == 1, 0.25, 0.05)[:, None])
        whole = articles_of(counts, match)
        lost = np.zeros_like(counts, dtype=bool)
        lost[1, 151:165] = True  # a Tuesday, so that two weeks are lost in part
        kept = articles_of(np.where(lost, 0, counts), np.where(lost, 0, match))
        full = coverage(whole[whole["match"]], of=whole, every="week", gaps=False)
        weeks = (full["period"] < START + pd.Timedelta(days=165)) & (
            full["period"] + pd.Timedelta(days=7) > START + pd.Timedelta(days=151)
        )
        for gaps in (False, True):
            part = coverage(kept[kept["match"]], of=kept, every="week", gaps=gaps)
            holds = part["share"].between(full["share_low"], full["share_high"])
            outside[gaps] += holds[~weeks].tolist()
            inside[gaps] += (holds | part["gap"])[weeks].tolist()
    for gaps in (False, True):
        out, within = outside[gaps], inside[gaps]
        print(
            f"  {volume:>5}  {gaps!s:<6} {sum(out):>6} of {len(out):<6} {sum(within):>6} of {len(within)} "
            f"{'in the interval or marked' if gaps else 'in the interval'}"
        )


def speed() -> None:
    """A million articles of a hundred outlets over a year: what looking for gaps adds to counting."""
    random = np.random.default_rng(SEED)
    days = START + pd.to_timedelta(random.integers(0, DAYS, 1_000_000), unit="D")
    outlets = np.array([f"outlet {at}" for at in range(100)])[random.integers(0, 100, 1_000_000)]
    table = pd.DataFrame({"published": days, "source": outlets, "text_id": random.integers(0, 700_000, 1_000_000)})
    articles = as_articles(table)
    print("\n1,000,000 articles, 100 outlets, by week and outlet, seconds of processor time")
    for name, gaps in (("gaps=False", False), ("gaps=True", True)):
        taken = []
        for _ in range(3):
            begun = time.process_time()
            coverage(articles.iloc[::17], of=articles, every="week", by="source", gaps=gaps)
            taken.append(time.process_time() - begun)
        print(f"  coverage {name:<11} {min(taken):.2f}")


def collection(path: Path, event: str) -> None:
    """The gaps of a real collection, and the share of an event by week beside that without regard to gaps."""
    articles = pd.read_parquet(path) if path.suffix == ".parquet" else load_articles(path)
    gaps = find_gaps(articles)
    shown = gaps.assign(first=gaps["first"].dt.date, last=gaps["last"].dt.date)
    print(shown.round({"expected": 0}).to_string(index=False))
    print("too few articles to tell:", ", ".join(gaps.attrs["too_few"]) or "none")
    asked = load_events(ROOT / "data" / "events.toml")[event]
    matches = about(articles, asked)
    ignored, left_out = (coverage(matches, of=articles, every="week", gaps=use) for use in (False, True))
    reported = ignored.loc[ignored["articles"] > 0, "period"]
    first, last = reported.min(), reported.max() + pd.Timedelta(days=6)
    steady = collected_throughout(articles, start=first, end=last, gaps=gaps)
    own = coverage(about(steady, asked), of=steady, every="week", gaps=gaps).set_index("period")
    print(f"\nnot collected throughout {first.date()} to {last.date()}, days: {steady.attrs['outlets_left_out']}")
    print(f"\n{event}: {len(matches)} articles; share in % by week: gaps ignored, left out, and of the steady outlets")
    table = ignored[["period", "articles", "total"]].assign(
        period=ignored["period"].dt.date,
        ignored=(ignored["share"] * 100).round(2),
        left_out=(left_out["share"] * 100).round(2),
        total_left=left_out["total"],
        gap=left_out["gap"],
        steady=(own["share"].reindex(ignored["period"]).to_numpy() * 100).round(2),
        total_steady=own["total"].reindex(ignored["period"]).to_numpy(),
    )
    print(table[table["articles"] > 0].to_string(index=False))


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("collection", nargs="?", type=Path)
    options.add_argument("--event", default="nato-russia-talks")
    given = options.parse_args()
    if given.collection is None:
        simulation()
    else:
        collection(given.collection, given.event)
