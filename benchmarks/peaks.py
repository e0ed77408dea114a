"""How well peaks are found: recall of bursts and false days a year, in simulated years of daily counts.

python benchmarks/peaks.py [YEARS]     twenty years of each kind unless told otherwise; about two minutes

Each day's count is negative binomial around a level with a weekday's habit, a season and a weather of its own that
carries over from day to day; a year holds twelve bursts of one to five days, two to five times the usual number. The
seeds are not those that anything was tuned on. Beside `find_peaks` stand what a user would pick instead:

- Kleinberg's bursts (2002, "Bursty and hierarchical structure in streams", KDD, section 4): two states over batches,
  s = 2, gamma = 1, of the day's number out of twice the largest, as its packages count plain numbers
- a z-score above 3 against the four weeks before
- a negative binomial test at .01 on weekday × 57-day median, its spread from the middle of all days

Where days are missing, these take them for empty, as a table of counts has them. Kleinberg's rates are those of the
whole year, so that any season is a burst.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special, stats

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from workbench.peaks import find_peaks

Counts = NDArray[np.float64]
Flags = NDArray[np.bool_]

DAYS, BURSTS, FIRST_SEED = 365, 12, 8_000_000
WEEK = np.array([1.15, 1.2, 1.2, 1.15, 1.1, 0.65, 0.55])
START = pd.Timestamp("2021-01-04", tz="UTC")


@dataclass(frozen=True)
class Kind:
    """A kind of year: `size` is 1 over the squared spread of a day, `weather` the spread that carries over."""

    name: str
    size: float = 20
    weather: float = 0.15
    carried: float = 0.5
    bursts: int = BURSTS
    shift: float = 1.0
    gaps: int = 0


@dataclass(frozen=True)
class Year:
    """The counts of a year, the number of the burst of each day (0: none), missing days, and the day of the shift."""

    counts: Counts
    burst: NDArray[np.int64]
    missing: Flags
    shift: int


KINDS = (
    Kind("usual"),
    Kind("unsteady", size=12, weather=0.25, carried=0.6),
    Kind("with gaps of two weeks", gaps=3),
    Kind("nothing happens", bursts=0),
)
SHIFTS = (Kind("level × 3", shift=3.0), Kind("level × 1/3", shift=1 / 3), Kind("level × 2", shift=2.0))


def simulate(seed: int, level: float, kind: Kind) -> Year:
    """A year of this kind at so many articles a day."""
    draw = np.random.default_rng(seed)
    at = np.arange(DAYS)
    weather = np.empty(DAYS)
    before = draw.normal(0, kind.weather)
    for day in range(DAYS):
        before = kind.carried * before + draw.normal(0, kind.weather * np.sqrt(1 - kind.carried**2))
        weather[day] = before
    season = 0.3 * np.sin(2 * np.pi * (at / DAYS + draw.random()))
    mean = level * WEEK[at % 7] / WEEK.mean() * np.exp(season + weather)
    shift = int(draw.integers(60, DAYS - 60))
    mean[shift:] *= kind.shift
    burst = np.zeros(DAYS, dtype=np.int64)
    while burst.max() < kind.bursts:
        length, first = int(draw.integers(1, 6)), int(draw.integers(0, DAYS - 5))
        if not burst[max(first - 2, 0) : first + length + 2].any():
            burst[first : first + length] = burst.max() + 1
            mean[first : first + length] *= 2 * 2.5 ** draw.random()
    missing = np.zeros(DAYS, dtype=bool)
    for _ in range(kind.gaps):
        first = int(draw.integers(0, DAYS - 14))
        missing[first : first + 14] = True
    counts = draw.negative_binomial(kind.size, kind.size / (kind.size + mean)).astype(float)
    return Year(np.where(missing, 0.0, counts), burst, missing, shift)


# -- ways to find peaks -----------------------------------------------------------------------------------------


def peaks_of(year: Year) -> pd.DataFrame:
    """What `find_peaks` finds."""
    period = pd.date_range(START, periods=DAYS, freq="D")
    table = pd.DataFrame({"period": period, "articles": year.counts.astype(int), "gap": year.missing})
    return find_peaks(table)


def ours(year: Year) -> Flags:
    """True for the days in bursts that `find_peaks` finds."""
    found = np.zeros(DAYS, dtype=bool)
    bursts = peaks_of(year).query("kind == 'burst'")
    for first, last in zip(bursts["first"], bursts["last"], strict=True):
        found[(first - START).days : (last - START).days + 1] = True
    return found


def kleinberg(year: Year, *, times: float = 2.0, gamma: float = 1.0) -> Flags:
    """True for the days in the burst state: the cheapest way through two states, by the Viterbi algorithm."""
    counts = year.counts
    of = np.full(DAYS, 2 * counts.max() + 1)
    usual = counts.sum() / of.sum()
    rates = (usual, min(times * usual, 0.9999))
    choose = special.gammaln(of + 1) - special.gammaln(counts + 1) - special.gammaln(of - counts + 1)
    costs = np.stack([-(choose + counts * np.log(rate) + (of - counts) * np.log1p(-rate)) for rate in rates])
    dear = gamma * np.log(DAYS)
    best = np.array([costs[0, 0], costs[1, 0] + dear])
    came = np.zeros((2, DAYS), dtype=np.int64)
    for day in range(1, DAYS):
        ways = np.array([[best[0], best[1]], [best[0] + dear, best[1]]])
        came[:, day] = ways.argmin(axis=1)
        best = ways.min(axis=1) + costs[:, day]
    state = np.empty(DAYS, dtype=np.int64)
    state[-1] = best.argmin()
    for day in range(DAYS - 1, 0, -1):
        state[day - 1] = came[state[day], day]
    return np.asarray(state == 1)


def z_score(year: Year, *, window: int = 28, above: float = 3.0) -> Flags:
    """True for days more than three standard deviations above the mean of the four weeks before."""
    counts = pd.Series(year.counts)
    before = counts.shift().rolling(window, min_periods=7)
    return np.asarray(counts > before.mean() + above * before.std())


def weekday_median(year: Year, *, chance: float = 0.01) -> Flags:
    """True for days that are improbable given weekday × 57-day median, with one spread from the middle of all days."""
    counts, weekday = pd.Series(year.counts), np.arange(DAYS) % 7
    middle = counts.rolling(57, center=True, min_periods=15).median()
    factor = (counts / middle.clip(lower=0.5)).groupby(weekday).median().to_numpy()
    mean = np.maximum(middle.to_numpy() * (factor / max(factor.mean(), 0.1))[weekday], 0.1)
    stray = 1.4826 * np.median(np.abs(year.counts - mean) / mean)
    spread = max(stray**2 - float(np.mean(1 / mean)), 0.01)
    return np.asarray(stats.nbinom.sf(year.counts - 1, 1 / spread, 1 / (1 + spread * mean)) < chance)


WAYS: dict[str, Callable[[Year], Flags]] = {
    "find_peaks": ours,
    "weekday × median": weekday_median,
    "z-score, 28 days": z_score,
    "Kleinberg": kleinberg,
}

# -- figures ----------------------------------------------------------------------------------------------------


def measured(years: Iterable[Year], way: Callable[[Year], Flags]) -> tuple[float, float, float]:
    """Recall of bursts, false days a year, and bursts' days found per day of burst."""
    hit = bursts = false = days = found_days = count = 0
    for year in years:
        found, count = way(year) & ~year.missing, count + 1
        numbers = np.unique(year.burst[(year.burst > 0) & ~year.missing])
        hit += sum(bool(found[year.burst == number].any()) for number in numbers)
        bursts += len(numbers)
        false += int((found & (year.burst == 0)).sum())
        found_days += int((found & (year.burst > 0)).sum())
        days += int(((year.burst > 0) & ~year.missing).sum())
    return hit / max(bursts, 1), false / max(count, 1), found_days / max(days, 1)


def shifts_found(years: list[Year], kind: Kind) -> tuple[int, float, float]:
    """Shifts found within a week of the true one, others found per year, false days a year."""
    hit = others = 0
    for year in years:
        table = peaks_of(year)
        wanted = "shift up" if kind.shift > 1 else "shift down"
        right = (table["kind"] == wanted) & ((table["first"] - START).dt.days - year.shift).abs().le(7)
        hit += bool(right.any())
        others += int((table["kind"] != "burst").sum() - right.any())
    return hit, others / len(years), measured(years, ours)[1]


def main(arguments: list[str]) -> int:
    """Print the figures; the exit status."""
    count = int(arguments[0]) if arguments else 20
    start = time.perf_counter()
    for at, kind in enumerate(KINDS):
        for level in (2, 20, 200):
            years = [
                simulate(FIRST_SEED + 10_000 * at + 1_000 * level + number, level, kind) for number in range(count)
            ]
            print(f"\n{kind.name}, {level} a day, {count} years")
            for name, way in WAYS.items():
                recall, false, days = measured(years, way)
                known = f"recall {recall:.2f}  days found {days:.2f}  " if kind.bursts else ""
                print(f"  {name:18} {known}false days a year {false:6.2f}")
    print("\nlasting shifts")
    for at, kind in enumerate(SHIFTS):
        for level in (2, 20, 200):
            years = [simulate(1_000_000 + 10_000 * at + 1_000 * level + number, level, kind) for number in range(count)]
            hit, others, false = shifts_found(years, kind)
            print(
                f"  {kind.name:12} {level:4} a day: {hit} of {count} found within a week, "
                f"{others:.2f} others a year, false burst days a year {false:.2f}"
            )
    print(f"\n{time.perf_counter() - start:.0f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
