"""Gaps: when an outlet that usually publishes was not collected, or only in part, or up to a number a day.

Nothing in a collection says what is not in it. It shows in the counts: an outlet that brings twenty articles a day
and none for a fortnight was not silent, it was not collected.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.articles import WorkbenchError, require
from workbench.baseline import fill, usual
from workbench.caps import find_caps
from workbench.groups import factorized, named
from workbench.periods import Day, Times, Whole, asked_days, times_of
from workbench.spans import Search, find_spans

KINDS = ("silent", "thin", "before", "after", "capped")
COLUMNS = ("source", "kind", "first", "last", "days", "found", "expected", "chance", "cap")

MOST_CHANCE = 0.05
"""One false gap in twenty collections, were the news to scatter as the baseline has it (see benchmarks/gaps.py)."""

LEAST_ARTICLES = 30
LEAST_DAYS = 10
"""An outlet with fewer articles, or articles on fewer days, says too little about what is usual for it."""

_DAY = 86_400_000_000
_MONDAY = 4
"""1970-01-05, from whose week on days are numbered here, was a Monday."""

_MOST_CELLS = 1_000_000
"""Outlets times days weighed at a time; each costs some 300 bytes on the way."""


def find_gaps(articles: pd.DataFrame, *, by: str = "source", most_chance: float = MOST_CHANCE) -> pd.DataFrame:
    """One row per gap: an outlet, and the days on which it was not collected as its own usual volume has it.

    The baseline of an outlet is the lower of two levels, the medians of eight weeks before and after the span, times
    the usual share of each weekday. A span is a gap when so few articles are improbable under a negative binomial
    distribution with the scatter of the outlet's other days and weeks. Only articles whose day is certain count.
    Columns:

    - `source` (or the column `by`): the outlet, as text
    - `kind`: "silent" (nothing found), "thin" (up to 40 % of what was expected, for 3 days to two months), "before" and
      "after" (the rest of the collection goes on, the outlet has not begun or has ended, but for a few strays) or
      "capped"
    - `first`, `last`: its days, both included, as UTC midnights; `days`: their number
    - `found`, `expected`: articles; `expected` is missing for caps: what lies above a cap is not known
    - `chance`: how many such spans chance alone would bring in the whole collection: the probability times the outlets
      and days at which a span can begin (Bonferroni), at most 1. None above `most_chance` is listed.
    - `cap`: for "capped" the articles a day that are hit too often to be chance, else missing

    Rows are sorted by outlet and day. `attrs["too_few"]` names the outlets about which nothing is said: those with
    fewer than 30 articles of a certain day, or articles on fewer than 10 days. Counts cannot tell whether an outlet was
    not collected or did not publish (a strike, a holiday), nor show losses of half or less. Look at the table, take
    rows out or put rows in, and hand it to `coverage(…, gaps=table)`.

    Raises WorkbenchError for a column that is not there and a `most_chance` outside 0 to 1.

    >>> from workbench.articles import as_articles
    >>> days = pd.date_range("2022-01-03", "2022-03-27").drop(pd.date_range("2022-02-07", "2022-02-20"))
    >>> articles = as_articles(pd.DataFrame({"published": [*days] * 4, "source": "AP"}))
    >>> gap = find_gaps(articles).iloc[0]
    >>> gap["kind"], str(gap["first"].date()), str(gap["last"].date()), int(gap["found"]), round(gap["expected"])
    ('silent', '2022-02-07', '2022-02-20', 0, 56)
    """
    require(articles, "published", by)
    if isinstance(most_chance, bool) or not isinstance(most_chance, int | float) or not 0 < most_chance < 1:
        raise WorkbenchError(f"most_chance={most_chance!r} is not between 0 and 1; write most_chance=0.05")
    outlet, names = named(*factorized(articles[by]))
    found = gaps_of(times_of(articles), outlet, names, most_chance)
    return found.rename(columns={"source": by})


class _Days(NamedTuple):
    """Articles per outlet (row) and day (column), the day of the first column, and the outlets' names."""

    counts: NDArray[np.float64]
    start: int
    names: list[str]


def gaps_of(times: Times, outlet: Whole, names: list[str], most_chance: float = MOST_CHANCE) -> pd.DataFrame:
    """As `find_gaps`, from the times and the outlets of the articles as numbers; -1 is an unknown outlet."""
    days = _counted(times, outlet, names)
    found = _rows(days, most_chance)
    table = pd.DataFrame(found, columns=list(COLUMNS))
    for name in ("first", "last"):
        table[name] = pd.to_datetime(table[name].to_numpy("datetime64[D]").astype("datetime64[us]"), utc=True)
    kinds = {"source": "str", "kind": "str", "days": "int64", "found": "int64", "expected": "float64"}
    table = table.astype({**kinds, "chance": "float64", "cap": "Int64"})
    table = table.sort_values(["source", "first", "kind", "last"], ignore_index=True)
    table.attrs = {"too_few": [name for name in names if name not in set(days.names)], "most_chance": most_chance}
    return table


def _counted(times: Times, outlet: Whole, names: list[str]) -> _Days:
    day = times.low // _DAY
    chosen = np.flatnonzero(times.stated & (outlet >= 0) & (day == (times.high - 1) // _DAY))
    day, outlet = day[chosen], outlet[chosen]
    many = np.bincount(outlet, minlength=len(names)) >= LEAST_ARTICLES
    kept = many[outlet]
    day, outlet = day[kept], (np.cumsum(many) - 1)[outlet[kept]]
    if not len(day):
        return _Days(np.zeros((0, 0)), 0, [])
    start, width = _reach(day)
    inside = (day >= start) & (day < start + width)
    cell = outlet[inside] * width + day[inside] - start
    counts = np.bincount(cell, minlength=int(many.sum()) * width).reshape(-1, width)
    told = ((counts > 0).sum(axis=1) >= LEAST_DAYS) & (counts.sum(axis=1) >= LEAST_ARTICLES)
    told_names = [names[place] for place in np.flatnonzero(many)[told]]
    return _Days(counts[told].astype(np.float64), start, told_names)


def _reach(day: Whole) -> tuple[int, int]:
    """First day and number of days of the collection; a few wrong dates do not make it one of decades."""
    first, last = int(day.min()), int(day.max())
    low, high = (int(each) for each in np.quantile(day, [0.001, 0.999], method="nearest"))
    if high - low + 1 < (last - first + 1) / 2:
        first, last = low, high
    return first, last - first + 1


def _rows(days: _Days, most_chance: float) -> list[tuple[object, ...]]:
    outlets, width = days.counts.shape
    if not outlets:
        return []
    trials = outlets * width
    rows: list[tuple[object, ...]] = []
    seen = days.counts > 0
    begins = np.argmax(seen, axis=1)
    ends = width - 1 - np.argmax(seen[:, ::-1], axis=1)
    collected = fill(days.counts.shape, np.arange(outlets), begins, ends)
    baseline = usual(days.counts, collected, weekday=(days.start - _MONDAY) % 7)
    for span in find_spans(Search(baseline, collected, trials, most_chance)):
        first, last = days.start + span.first, days.start + span.last
        chance = span.chance
        rows.append(
            (
                days.names[span.outlet],
                span.kind,
                first,
                last,
                last - first + 1,
                span.found,
                span.expected,
                chance,
                pd.NA,
            )
        )
    for cap in find_caps(days.counts):
        first, last, chance = days.start + cap.first, days.start + cap.last, min(1.0, cap.chance * trials)
        if chance <= most_chance:
            name = days.names[cap.outlet]
            rows.append((name, "capped", first, last, last - first + 1, cap.found, np.nan, chance, cap.cap))
    return rows


def collected_throughout(
    articles: pd.DataFrame,
    *,
    start: Day,
    end: Day,
    gaps: pd.DataFrame | None = None,
    least: float = 0.95,
) -> pd.DataFrame:
    """The articles of the outlets that were collected from `start` to `end`, on `least` of the days or more.

    A share over all outlets moves when an outlet enters the collection or leaves it, whatever the news. Counted among
    these alone it cannot: coverage(wb.about(steady, event), of=steady). Articles of other times stay. `gaps` is the
    table of `find_gaps`, found anew where none is given; caps do not count. `start` and `end` are days, both included.

    `attrs["outlets_left_out"]` gives for each outlet that is left out the days it was not collected in the window.
    Outlets with too few articles to tell, and articles without an outlet, stay.

    Raises WorkbenchError for a window that ends before it starts and for `least` outside 0 to 1.

    >>> from workbench.articles import as_articles
    >>> days = pd.date_range("2022-01-03", "2022-03-27")
    >>> found = pd.DataFrame({"published": [*days, *days[28:]] * 4, "source": (["AP"] * 84 + ["dpa"] * 56) * 4})
    >>> steady = collected_throughout(as_articles(found), start="2022-01-03", end="2022-03-27")
    >>> sorted(set(steady["source"])), steady.attrs["outlets_left_out"]
    (['AP'], {'dpa': 28})
    """
    require(articles, "published", "source")
    if isinstance(least, bool) or not isinstance(least, int | float) or not 0 <= least <= 1:
        raise WorkbenchError(f"least={least!r} is not between 0 and 1; write least=0.95")
    low, high = _window(start, end)
    known = find_gaps(articles) if gaps is None else gaps
    known = known[known["kind"] != "capped"]
    begins, ends = known["first"].where(known["first"] >= low, low), known["last"].where(known["last"] <= high, high)
    days = (ends - begins).dt.days + 1
    missed = days.clip(lower=0).groupby(known["source"]).sum()
    out = {str(name): int(count) for name, count in missed.items() if count > (1 - least) * ((high - low).days + 1)}
    steady = articles[~articles["source"].isin(list(out))]
    steady.attrs = {**articles.attrs, "outlets_left_out": out}
    return steady


def _window(start: Day, end: Day) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First and last day as UTC midnights."""
    first, after = asked_days(start, end)
    if first is None or after is None or first >= after:
        raise WorkbenchError(f"start={start!r} and end={end!r} are no window; give days, the first one first")
    return pd.Timestamp(first, unit="us", tz="UTC"), pd.Timestamp(after, unit="us", tz="UTC") - pd.Timedelta(days=1)
