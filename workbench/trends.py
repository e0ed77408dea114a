"""Which topics emerge, fade and merge over the time of a collection, and which only seem to."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from workbench.merging import halves, merging_topics, orders
from workbench.period_texts import AssignedTopics, DatedTexts, dated_texts
from workbench.periods import Whole

Reals = NDArray[np.float64]

TRENDS = ("emerging", "growing", "steady", "shrinking", "fading")

LEVEL = 0.05
"""Share of false calls among all calls, and the share of time that an interval misses."""

_MANIFOLD = 3.0
"""A share that is a third of the other is tiny beside it: the topic emerges or fades, and does not only move."""

_FEWEST = 6
"""Periods of which fewer have too few orders (5! = 120) to tell a trend from chance among a few topics."""

_THIN = 0.1
"""A period with fewer texts than this part of the mean was hardly collected."""

_MOST_RUNS = 36
"""More periods are joined into runs: news of one day is that of the next, and days are no independent draws."""


def topic_trends(articles: pd.DataFrame, topics: AssignedTopics, *, every: str = "month") -> pd.DataFrame:
    """One row per topic, in the order of its labels: how its share moved, and which topic it came near.

    Columns, by topic: `label`; `texts`, counted once each where first published, if that is certain; `first`, `last`:
    the periods of the first and last of them; `early_share`, `late_share`, 0–1; `change`, late less early, in points of
    share (0.01 is one in a hundred texts); `low`, `high`: its 95 % interval; `p`, of no trend, corrected for the number
    of topics; `trend`; `merges_with`, `similarity_before`, `similarity_after`, see `merging.merging_topics`.

    What is compared. Periods in part before or after the collection, without texts, or with less than a tenth of the
    mean are left out; more than 36 are joined into runs. The first half of what is left is early, the second late (of
    an odd number the middle one is neither). An outlet that comes or goes is not news: shares are taken within each
    outlet that has texts in both halves, and averaged with weights early × late / all of its texts (Mantel and
    Haenszel 1959; Greenland and Robins 1985, "Estimation of a common effect parameter from sparse follow-up data",
    for the difference of shares). A topic of other outlets only has no share and no trend.

    `trend` is "emerging" where the share grew to three times and more, "growing" where it grew less; "fading" and
    "shrinking" are the reverse; "steady" is all that cannot be told from chance; it is missing where nothing can be
    told: fewer than six periods, no outlet in both halves. To be told, the interval must leave out 0, and p be at most
    0.05. p is from a permutation test: texts of the topic less those expected if every outlet had kept its mean share,
    over their standard deviation with over-dispersion (Breslow 1984, "Extra-Poisson variation in log-linear models"),
    correlated with time and with the two halves, the larger of both against the same with the periods in 9,999 other
    orders (all of up to seven periods); p is corrected over topics (Benjamini and Hochberg 1995). The interval takes
    the period, not the text, as the unit: what one event brings into a month counts as one observation. Chance
    being taken to give any order of the periods alike, slow waves may pass for trends: of simulated topics without one,
    over 24 periods, 1 in 1,000 was called when periods were independent, 1 in 70 when each was like the one before
    with a correlation of 0.5, 1 in 15 with 0.7.

    Raises WorkbenchError for an unknown period and for articles that `topics` does not know.
    """
    dated = dated_texts(articles, topics, every)
    numbers = [int(topic) for topic in topics.labels.index if topic >= 0]
    runs = _runs(dated)
    moved = [_moved(counts, seed=0) for counts in _counts(dated, runs, numbers)]
    found = pd.DataFrame(moved, columns=["early_share", "late_share", "change", "low", "high", "sign", "p"])
    found = found.astype("float64").set_axis(pd.Index(numbers, dtype="int64", name="topic"))
    found[["low", "high"]] = found[["low", "high"]].clip(-1, 1)  # a share cannot change by more
    found["p"] = _corrected(found["p"].to_numpy())
    told = found.assign(trend=_trends(found)).drop(columns="sign")
    label = pd.Series(topics.labels.reindex(numbers).tolist(), index=found.index, dtype="str", name="label")
    found = pd.concat([label, _spans(dated, found.index), told, merging_topics(dated, runs, found.index)], axis=1)
    found.attrs = _attributes(dated, runs, every)
    return found


def _attributes(dated: DatedTexts, runs: Whole, every: str) -> dict[Hashable | None, Any]:
    """What the trends stand on: how many periods were compared, and which ones were left out."""
    tested = np.flatnonzero(runs >= 0)
    periods = [str(period.date()) for period in dated.grid.periods]
    texts = np.bincount(dated.table["period"], minlength=len(periods))
    return {
        "every": every,
        "tested": len(tested),
        "runs": int(runs.max(initial=-1)) + 1,
        "start": periods[tested[0]] if len(tested) else None,
        "end": periods[tested[-1]] if len(tested) else None,
        "left_out": [periods[at] for at in np.flatnonzero((runs < 0) & (texts > 0))],
    }


def _runs(dated: DatedTexts) -> Whole:
    """For each period of the grid the run of periods it is compared in, from 0 on, -1 where it is left out."""
    size = len(dated.grid)
    texts = np.bincount(dated.table["period"], minlength=size)[:size]
    whole = dated.grid.complete & (texts > 0)
    kept = np.flatnonzero(whole & (texts >= _THIN * (texts[whole].mean() if whole.any() else 0)))
    runs = np.full(size, -1, dtype=np.int64)
    runs[kept] = np.arange(len(kept)) * min(len(kept), _MOST_RUNS) // max(1, len(kept))
    return runs


@dataclass(frozen=True)
class _Counts:
    """Texts of a topic and all texts: outlets × runs of periods; only outlets with texts in both halves."""

    own: Reals
    total: Reals


def _counts(dated: DatedTexts, runs: Whole, numbers: list[int]) -> list[_Counts]:
    table = dated.table.assign(run=runs[dated.table["period"]] if len(runs) else -1)
    table = table[table["run"] >= 0]
    size = int(runs.max(initial=-1)) + 1
    outlet, names = pd.factorize(table["source"].fillna(""), sort=True)
    cell = outlet * size + table["run"].to_numpy()
    shape = (len(names), size)
    total = np.bincount(cell, minlength=shape[0] * size).reshape(shape).astype(np.float64)
    early, late = halves(size)
    both = (total[:, early].sum(axis=1) > 0) & (total[:, late].sum(axis=1) > 0)
    topic = table["topic"].to_numpy()
    rows = {number: np.flatnonzero(topic == number) for number in numbers}
    counted = (np.bincount(cell[rows[one]], minlength=shape[0] * size).reshape(shape)[both] for one in numbers)
    return [_Counts(own.astype(np.float64), total[both]) for own in counted]


def _moved(counts: _Counts, *, seed: int) -> tuple[float, ...]:
    """The shares in both halves, their difference with its interval, the direction of the trend and its p."""
    nothing = (np.nan,) * 7
    size = counts.total.shape[1]
    if not counts.own.sum() or size < 2:
        return nothing
    early, late = halves(size)
    sizes = [counts.total[:, half].sum(axis=1) for half in (early, late)]
    weights = sizes[0] * sizes[1] / (sizes[0] + sizes[1])
    weights = weights / weights.sum()
    shares, spreads = zip(
        *(_share(counts.own[:, half], counts.total[:, half], weights) for half in (early, late)), strict=True
    )
    change = shares[1] - shares[0]
    reach = _reach(spreads, size // 2)
    sign, p = _trend(counts, seed=seed)
    return (*shares, change, change - reach, change + reach, sign, p)


def _share(own: Reals, total: Reals, weights: Reals) -> tuple[float, float]:
    """The weighted mean of the outlets' shares and its variance, with the period as the unit (linearised)."""
    share = own.sum(axis=1) / total.sum(axis=1)
    pull = (weights / total.sum(axis=1)) @ (own - share[:, None] * total)
    periods = own.shape[1]
    spread = float((pull**2).sum()) * periods / (periods - 1) if periods > 1 else float("nan")
    return float(weights @ share), spread


def _reach(spreads: tuple[float, ...], periods: int) -> float:
    """Half the width of the interval of the difference; degrees of freedom by Welch (1947)."""
    whole = sum(spreads)
    if not whole > 0:
        return float("nan")
    freedom = whole**2 / sum(spread**2 / (periods - 1) for spread in spreads)
    return float(stats.t.ppf(1 - LEVEL / 2, freedom) * np.sqrt(whole))


def _trend(counts: _Counts, *, seed: int) -> tuple[float, float]:
    """Whether the topic went up (1) or down (-1), and how often chance goes as far."""
    size = counts.total.shape[1]
    if size < _FEWEST:
        return np.nan, np.nan
    residuals = _residuals(counts)
    time = _in_time(size)
    shuffled = orders(size, seed=seed)
    found = time @ residuals
    by_chance = np.abs(residuals[shuffled] @ time.T).max(axis=1)
    # an order that gives the same sum but for rounding goes as far
    far = int((by_chance >= np.abs(found).max() * (1 - 1e-9)).sum())
    p = far / len(shuffled)
    return float(np.sign(found[np.abs(found).argmax()])), p


def _residuals(counts: _Counts) -> Reals:
    """For each run the texts beyond those expected of the outlets' mean shares, over their standard deviation.

    A text counts by the other half's part of its outlet, which is what it pulls in the difference of the shares: an
    outlet with nearly all of its texts in one half says little.
    """
    early, late = halves(counts.total.shape[1])
    whole = counts.total.sum(axis=1)
    pull = np.full(counts.total.shape, 0.5)
    pull[:, early] = (counts.total[:, late].sum(axis=1) / whole)[:, None]
    pull[:, late] = (counts.total[:, early].sum(axis=1) / whole)[:, None]
    expected = (counts.own.sum(axis=1) / whole)[:, None] * counts.total
    beyond = (pull * (counts.own - expected)).sum(axis=0)
    chance, mean = (pull**2 * expected).sum(axis=0), (pull * expected).sum(axis=0)
    spread = max(0.0, float((beyond**2 - chance).sum() / (mean**2).sum()))
    residuals: Reals = beyond / np.sqrt(chance + spread * mean**2, where=mean > 0, out=np.ones(len(mean)))
    return residuals


def _in_time(size: int) -> Reals:
    """Two courses over time, of mean 0 and length 1: a straight line, and a step between the halves."""
    step = np.zeros(size)
    early, late = halves(size)
    step[early], step[late] = -1, 1
    line = np.arange(size) - (size - 1) / 2
    courses: Reals = np.stack([line / np.linalg.norm(line), step / np.linalg.norm(step)])
    return courses


def _corrected(values: Reals) -> Reals:
    """The p of each topic after the correction for many tests; a missing one stays so and counts for none."""
    corrected = values.copy()
    known = ~np.isnan(values)
    if known.any():
        corrected[known] = stats.false_discovery_control(values[known])
    return corrected


def _trends(found: pd.DataFrame) -> pd.Series:
    told = found["p"].le(LEVEL)
    up = told & found["low"].gt(0) & found["sign"].gt(0)
    down = told & found["high"].lt(0) & found["sign"].lt(0)
    early, late = found["early_share"], found["late_share"]
    trend = pd.Series("steady", index=found.index, dtype="str").where(found["p"].notna())
    trend[up] = np.where(late[up] >= _MANIFOLD * early[up], "emerging", "growing")
    trend[down] = np.where(early[down] >= _MANIFOLD * late[down], "fading", "shrinking")
    return trend


def _spans(dated: DatedTexts, numbers: pd.Index) -> pd.DataFrame:
    """Texts, and the first and last period with one."""
    own = dated.table.groupby("topic")["period"].agg(["size", "min", "max"]).reindex(numbers)
    periods = dated.grid.periods
    spans = pd.DataFrame({"texts": own["size"].fillna(0).astype("int64")}, index=numbers)
    for name, side in (("first", "min"), ("last", "max")):
        at = own[side].fillna(-1).astype("int64").to_numpy()
        spans[name] = periods.append(pd.DatetimeIndex([pd.NaT], tz="UTC"))[at]
    return spans
