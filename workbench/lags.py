"""Who was first with a story, and how many hours later the others came: outlets, languages, any group of articles.

A time that is known only to the day is an interval, and so is every lag worked out from it: what cannot be told from
the stated times is counted as tied and widens the intervals, and no hour is made up.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from workbench.articles import WorkbenchError, require
from workbench.periods import times_of

LAG_COLUMNS = (
    *("stories", "alone", "tied", "later", "first", "share_first", "share_low", "share_high", "expected"),
    *("lag", "lag_low", "lag_high", "exact"),
)
"""The columns of `lags` after that of the group."""

PAIR_COLUMNS = (
    *("left", "right", "stories", "before", "tied", "after", "share_before", "share_low", "share_high"),
    *("lag", "lag_low", "lag_high", "p", "q"),
)
"""The columns of `lag_pairs`."""

SET_ASIDE = ("undated", "inferred", "vague", "carried", "nameless")
"""Why an article is no publication here; with `used` and `uncollected` these add up to all articles."""

_HOUR = 3_600_000_000
_VAGUEST = 25 * _HOUR
"""A day, and the hour more that one has when summer time ends: of a week or a month nothing about lags follows."""

Hours = NDArray[np.float64]
Zones = tuple[float, float]


@dataclass(frozen=True)
class _Firsts:
    """Per story (row) and group (column) the interval in which its first article appeared, in hours; NaN where none."""

    low: Hours
    high: Hours
    groups: list[str]
    account: dict[str, int]


class _Lag(NamedTuple):
    """A median lag in hours, and its interval; missing where there is nothing, or too little for an interval."""

    middle: float
    low: float
    high: float


def lags(  # noqa: PLR0913 -- keyword-only, each with its usual value
    articles: pd.DataFrame,
    *,
    by: str = "source",
    of: pd.DataFrame | None = None,
    gaps: pd.DataFrame | None = None,
    zones: Zones = (0.0, 0.0),
    level: float = 0.95,
) -> pd.DataFrame:
    """One row per group (an outlet, a language …): how often it was first with a story, and how late else.

    Compared are the stories (column `story_id`) that two or more groups have, each by its earliest article; a reprint
    counts as a publication of the outlet that printed it. Rows with most stories come first. Columns after `by`:

    - `stories`: stories of the group that another one has too
    - `alone`, `tied`, `later`: of these, where it was certainly first, where it may have been (the stated times leave
      it open, as with two articles of one day), and where another was certainly before it; they add up to `stories`
    - `first`: stories in which it was first, a tie of n groups counted as 1/n for each; the sum over the rows is the
      number of stories compared
    - `share_first`: first / stories, 0–1, with `share_low`, `share_high` (Clopper and Pearson 1934; wider than need be,
      as ties spread less than yes and no)
    - `expected`: what `share_first` would be if each group of a story were equally likely to be first
    - `lag`: median hours after the first article of the story, over its `tied` and `later` stories, each lag at the
      middle of what the times allow; `lag_low`, `lag_high`: what is open about the times and what is chance together.
      They are the order statistics of the median (Conover 1999, "Practical Nonparametric Statistics", section 3.2), the
      low one of the smallest lags possible, the high one of the largest; missing for fewer than 6 stories at 95 %
    - `exact`: of the `tied` and `later` lags those known to the hour

    Articles without a date, with an inferred one, with one wider than a day, carried by an aggregator (whose date is
    not the outlet's; for `by="source"` only) and without a group or story are set aside; `attrs["account"]` counts
    them. `of` is the collection the articles come from: a story that began before a group's first or after its last
    article in it is no story of that group, which was not collected then; nor is one that began in one of its `gaps`
    (a table of `find_gaps`, all kinds but "capped"). `attrs["account"]["uncollected"]` counts the articles of these.

    A day is taken as a day in UTC. Where outlets date by their own days, give the `zones` they lie in, as the least and
    the greatest hours ahead of UTC: (-5, 3) for New York to Moscow makes two neighbouring days a tie.

    Raises WorkbenchError for missing columns, a table of gaps with another `by`, a level or zones that cannot be.

    >>> told = pd.DataFrame({"story_id": "s", "source": ["AP", "AFP", "dpa"], "published_precision": "minute",
    ...     "published": pd.to_datetime(["2022-01-12 10:00", "2022-01-12 12:00", "2022-01-12 15:30"], utc=True)})
    >>> lags(told)[["source", "stories", "first", "lag"]]
      source  stories  first  lag
    0    AFP        1    0.0  2.0
    1     AP        1    1.0  NaN
    2    dpa        1    0.0  5.5
    """
    found = _firsts(articles, by, _Ground(of, gaps, zones), level)
    low, high = found.low, found.high
    has = ~np.isnan(low)
    maybe = _maybe_first(low, high)
    sharing = maybe.sum(axis=1, keepdims=True)
    alone, tied = maybe & (sharing == 1), maybe & (sharing > 1)
    credit = np.where(maybe, 1 / np.maximum(sharing, 1), 0.0).sum(axis=0)
    stories = has.sum(axis=0)
    behind = has & ~alone
    least, most = _behind(low, high)
    medians = [_median(least[rows, at], most[rows, at], level) for at, rows in enumerate(behind.T)]
    share, share_low, share_high = _share(credit, stories, level)
    expected = np.where(has, 1 / np.maximum(has.sum(axis=1, keepdims=True), 1), 0.0).sum(axis=0)
    table = pd.DataFrame(
        {
            by: pd.array(found.groups, dtype="str"), "stories": stories, "alone": alone.sum(axis=0),
            "tied": tied.sum(axis=0), "later": (has & ~maybe).sum(axis=0), "first": credit, "share_first": share,
            "share_low": share_low, "share_high": share_high, "expected": expected / np.maximum(stories, 1),
            **{name: [getattr(each, part) for each in medians] for name, part in _PARTS.items()},
            "exact": (behind & (most - least <= 1)).sum(axis=0),
        }
    ).astype(dict.fromkeys(_PARTS, "float64"))  # fmt: skip
    ordered = table.sort_values(["stories", by], ascending=[False, True], ignore_index=True)
    ordered.attrs = {"by": by, "level": level, "stories": len(low), "account": found.account, "zones": list(zones)}
    return ordered


_PARTS = {"lag": "middle", "lag_low": "low", "lag_high": "high"}


def lag_pairs(  # noqa: PLR0913 -- keyword-only, each with its usual value
    articles: pd.DataFrame,
    *,
    by: str = "source",
    of: pd.DataFrame | None = None,
    gaps: pd.DataFrame | None = None,
    zones: Zones = (0.0, 0.0),
    level: float = 0.95,
) -> pd.DataFrame:
    """One row per ordered pair of groups with a story in common: how often the left one had it before the right one.

    Options, and the articles set aside, as in `lags`. Sorted by `left`, then `right`; each pair stands twice, mirrored.
    Columns:

    - `left`, `right`, `stories`: two groups and the stories that both have
    - `before`, `tied`, `after`: of these, where the left was certainly first, where the times leave it open, and where
      the right was; they add up to `stories`
    - `share_before`: before / (before + after), 0–1, with `share_low`, `share_high` (Clopper and Pearson 1934); missing
      where none is certain
    - `lag`: median hours by which the right was later, below zero where it was earlier, over all stories of the pair;
      `lag_low`, `lag_high` as in `lags`
    - `p`: of the sign test (Conover 1999, section 3.4): how likely a share so far from one half is where neither tends
      to be first; `q`: p adjusted for the number of pairs, which may depend on each other in any way (Benjamini and
      Yekutieli 2001, "The control of the false discovery rate in multiple testing under dependency")
    """
    found = _firsts(articles, by, _Ground(of, gaps, zones), level)
    rows = [
        (found.groups[one], found.groups[two], *_compared(found, one, two, level))
        for one, two in combinations(range(len(found.groups)), 2)
        if (~np.isnan(found.low[:, one]) & ~np.isnan(found.low[:, two])).any()
    ]
    table = pd.DataFrame(rows, columns=list(PAIR_COLUMNS[:-1]))
    table = table.astype({name: _KINDS.get(name, "float64") for name in table.columns})
    tested = table["p"].notna()
    table["q"] = np.nan
    if tested.any():
        table.loc[tested, "q"] = stats.false_discovery_control(table.loc[tested, "p"].to_numpy(), method="by")
    both = pd.concat([table, _mirrored(table)]).sort_values(["left", "right"], ignore_index=True)
    both.attrs = {"by": by, "level": level, "account": found.account, "stories": len(found.low), "zones": list(zones)}
    return both[list(PAIR_COLUMNS)]


_KINDS = {"left": "str", "right": "str", "stories": "int64", "before": "int64", "tied": "int64", "after": "int64"}


class _Ground(NamedTuple):
    """What is known of the collection: its articles, its gaps, and the zones of its days."""

    of: pd.DataFrame | None
    gaps: pd.DataFrame | None
    zones: Zones


def _firsts(articles: pd.DataFrame, by: str, ground: _Ground, level: float) -> _Firsts:
    require(articles, "published", "story_id", by)
    if not 0 < level < 1:
        raise WorkbenchError(f"level={level!r} is no share between 0 and 1; write level=0.95")
    least, most = ground.zones
    if not -14 <= least <= most <= 14:
        raise WorkbenchError(f"zones={ground.zones!r} are no hours ahead of UTC, the least first; write zones=(-5, 3)")
    table, account = _publications(articles, by, ground.zones)
    firsts = table.groupby(["story", "group"], sort=True)[["low", "high"]].min().reset_index()
    firsts["articles"] = table.groupby(["story", "group"], sort=True).size().to_numpy()
    collected = _collected(firsts, by, ground)
    account = {**account, "uncollected": int(firsts.loc[~collected, "articles"].sum())}
    account["used"] -= account["uncollected"]
    firsts = firsts[collected]
    firsts = firsts[firsts.groupby("story")["group"].transform("size") > 1]
    stories, groups = sorted(set(firsts["story"])), sorted(set(firsts["group"]))
    at = (np.searchsorted(stories, firsts["story"].tolist()), np.searchsorted(groups, firsts["group"].tolist()))
    low, high = np.full((2, len(stories), len(groups)), np.nan)
    low[at], high[at] = firsts["low"] / _HOUR, firsts["high"] / _HOUR
    return _Firsts(low, high, groups, account)


def _publications(articles: pd.DataFrame, by: str, zones: Zones) -> tuple[pd.DataFrame, dict[str, int]]:
    """Story, group and interval (microseconds since 1970) of the articles used; and how many are not, and why."""
    times = times_of(articles)
    width = times.high - times.low
    carried = articles["carried_by"].notna() if by == "source" and "carried_by" in articles else None
    nameless = (articles[by].isna() | articles["story_id"].isna()).to_numpy(dtype=bool)
    reasons = (
        ~times.dated,
        times.dated & ~times.stated,
        times.dated & (width > _VAGUEST),
        np.zeros(len(articles), dtype=bool) if carried is None else carried.to_numpy(dtype=bool),
        nameless,
    )
    left = np.ones(len(articles), dtype=bool)
    account = {"articles": len(articles)}
    for name, reason in zip(SET_ASIDE, reasons, strict=True):
        account[name] = int((left & reason).sum())
        left &= ~reason
    # a time of day is one moment the world over; a day is one of its own place
    daily = width > _HOUR
    low = times.low - np.where(daily, int(zones[1] * _HOUR), 0)
    high = times.high - np.where(daily, int(zones[0] * _HOUR), 0)
    own = articles[left]
    columns = {"story": own["story_id"].astype("str"), "group": own[by].astype("str")}
    return pd.DataFrame({**columns, "low": low[left], "high": high[left]}), {**account, "used": len(own)}


def _collected(firsts: pd.DataFrame, by: str, ground: _Ground) -> NDArray[np.bool_]:
    """For each group's first article whether the group was being collected when the story began."""
    began = pd.to_datetime(firsts.groupby("story")["low"].transform("min"), unit="us", utc=True).dt.floor("D")
    kept = np.ones(len(firsts), dtype=bool)
    if ground.of is not None:
        require(ground.of, "published", by)
        times = times_of(ground.of)
        spans = pd.DataFrame({"group": ground.of[by].astype("str"), "low": times.low, "high": times.high - 1})
        reach = spans[times.stated & ground.of[by].notna().to_numpy(dtype=bool)].groupby("group")
        day = pd.Timedelta(days=1) // pd.Timedelta(microseconds=1)
        first = firsts["group"].map(reach["low"].min() // day).to_numpy(dtype=np.float64)
        last = firsts["group"].map(reach["high"].max() // day).to_numpy(dtype=np.float64)
        at = (began.to_numpy(dtype="datetime64[us]").astype(np.int64) // day).astype(np.float64)
        kept &= ~((at < first) | (at > last))
    if ground.gaps is not None:
        kept &= ~_in_gap(firsts["group"], began, by, ground.gaps)
    return kept


def _in_gap(groups: pd.Series, began: pd.Series, by: str, gaps: pd.DataFrame) -> NDArray[np.bool_]:
    require(gaps, "kind", "first", "last")
    if by not in gaps.columns:
        raise WorkbenchError(f"the gaps are not those of {by!r}; find them with find_gaps(articles, by={by!r})")
    inside = np.zeros(len(groups), dtype=bool)
    for one in gaps[gaps["kind"] != "capped"].itertuples():
        meant = groups == str(getattr(one, by))
        inside |= (meant & (began >= one.first) & (began <= one.last)).to_numpy(dtype=bool)
    return inside


def _maybe_first(low: Hours, high: Hours) -> NDArray[np.bool_]:
    """Which groups of each story may have been first: those that began before any other had certainly begun."""
    return np.asarray(low < _least_of_others(high))


def _least_of_others(values: Hours) -> Hours:
    """For each cell the smallest value of the other cells of its row; infinite where there is none."""
    whole = np.where(np.isnan(values), np.inf, values)
    if whole.shape[1] < 2:
        return np.full_like(whole, np.inf)
    lowest = np.sort(whole, axis=1)[:, :2]
    own = np.argmin(whole, axis=1)[:, None] == np.arange(whole.shape[1])[None, :]
    return np.where(own, lowest[:, 1:2], lowest[:, 0:1])


def _behind(low: Hours, high: Hours) -> tuple[Hours, Hours]:
    """The smallest and the largest number of hours that each group can be after the first one of the story."""
    earliest = np.where(np.isnan(low), np.inf, low).min(axis=1, keepdims=True, initial=np.inf)
    return np.maximum(low - _least_of_others(high), 0.0), high - earliest


def _median(least: Hours, most: Hours, level: float) -> _Lag:
    """The median of numbers known to lie between these, and its interval from their order statistics."""
    if not len(least):
        return _Lag(np.nan, np.nan, np.nan)
    middle = round(float(np.median((least + most) / 2)), 6)
    rank = int(stats.binom.ppf((1 - level) / 2, len(least), 0.5))
    if not rank:
        return _Lag(middle, np.nan, np.nan)
    return _Lag(middle, round(float(np.sort(least)[rank - 1]), 6), round(float(np.sort(most)[-rank]), 6))


def _share(part: Any, whole: Any, level: float) -> tuple[Hours, Hours, Hours]:
    """The share part / whole and its interval by Clopper and Pearson, who serve parts that are no whole numbers too."""
    part, whole = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    tail = (1 - level) / 2
    rest = whole - part
    # a beta distribution needs positive numbers; at the ends the interval ends at 0 or 1
    low = np.where(part > 0, stats.beta.ppf(tail, np.where(part > 0, part, 1), rest + 1), 0.0)
    high = np.where(rest > 0, stats.beta.ppf(1 - tail, part + 1, np.where(rest > 0, rest, 1)), 1.0)
    known = whole > 0
    share = np.where(known, part / np.where(known, whole, 1), np.nan)
    return share, np.where(known, low, np.nan), np.where(known, high, np.nan)


def _compared(found: _Firsts, one: int, two: int, level: float) -> tuple[float, ...]:
    """Two groups over the stories that both have; the numbers of `lag_pairs` from `stories` to `p`."""
    low, high = found.low[:, [one, two]], found.high[:, [one, two]]
    both = ~np.isnan(low).any(axis=1)
    low, high = low[both], high[both]
    before, after = int((high[:, 0] <= low[:, 1]).sum()), int((high[:, 1] <= low[:, 0]).sum())
    decided = before + after
    share = (float(each) for each in _share(before, decided, level))
    lag = _median(low[:, 1] - high[:, 0], high[:, 1] - low[:, 0], level)
    chance = float(stats.binomtest(before, decided).pvalue) if decided else np.nan
    return (len(low), before, len(low) - decided, after, *share, *lag, chance)


def _mirrored(table: pd.DataFrame) -> pd.DataFrame:
    """The same pairs seen from the right."""
    turned = {"left": "right", "right": "left", "before": "after", "after": "before"}
    mirrored = table.rename(columns=turned)
    return mirrored.assign(
        share_before=1 - table["share_before"], share_low=1 - table["share_high"], share_high=1 - table["share_low"],
        lag=0 - table["lag"], lag_low=0 - table["lag_high"], lag_high=0 - table["lag_low"],
    )  # fmt: skip
