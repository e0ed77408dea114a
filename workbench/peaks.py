"""Peaks: days and spans of days with more articles than expected, and lasting shifts of the level.

Spans of one to three days are tested against the expected band (`workbench.baselines`), which knows the weekdays, the
slow level, how far days stray and how much neighbours stray together. Of the days called unusual a set share may be
so by chance (Benjamini and Hochberg 1995, "Controlling the false discovery rate"; it holds for tests that go together
as these do, Benjamini and Yekutieli 2001). The spans are taken by their improbability, as scan statistics take
clusters in time (Naus 1965; Kulldorff 2001); those that touch are one burst.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from workbench.baselines import (
    Baseline,
    check_part,
    counted_days,
    fit_baseline,
    long_enough,
    note_on,
    read_series,
    unit_of,
)
from workbench.deviations import between, tails
from workbench.events import Event
from workbench.known_dates import add_known
from workbench.peak_stories import add_stories
from workbench.shares import Reals

PEAKS = {
    "peak": "int64",
    "kind": "str",
    "first": "datetime64[us, UTC]",
    "last": "datetime64[us, UTC]",
    "days": "int64",
    "top": "datetime64[us, UTC]",
    "articles": "Int64",
    "texts": "Int64",
    "expected": "float64",
    "excess": "float64",
    "excess_low": "float64",
    "excess_high": "float64",
    "q": "float64",
}
"""The columns of every table of peaks and their types."""

LONGEST = 3
"""Days tested together. Longer bursts are found in parts and joined; spans of four days find half as many false days
again and no more bursts (simulated as in benchmarks/peaks.py)."""

STANDS_OUT = 0.01
"""How improbable the first and the last day of a span must be by themselves, so that a burst does not drag the usual
days beside it along; at .02 there are half as many false days again."""

FEWEST_ARTICLES = 3
"""Two articles on a day are no peak, however quiet the months around."""


@dataclass(frozen=True)
class _Span:
    """Days from position `first` up to, not including, `after`, with the share of false days among those like them."""

    first: int
    after: int
    q: float


def find_peaks(  # noqa: PLR0913 -- keyword-only, each with its usual value
    table: pd.DataFrame,
    *,
    event: Event | None = None,
    articles: pd.DataFrame | None = None,
    measure: str | None = None,
    false_share: float = 0.05,
    level: float = 0.95,
    language: str | None = None,
) -> pd.DataFrame:
    """One row per burst of coverage and per lasting shift of its level, in order of time, numbered by `peak`.

    `table` is a `coverage` of days without groups; days covered in part and gaps (column `gap`) are missing, not
    quiet. Where some outlets are missing for four weeks or longer and others are not, their days count: what is found
    there may be the collection's doing, for numbers but not for shares, and `attrs["in_gaps"]` says on how many days.
    End the table where the event's window ends: past it there are no matches, and none is a shift down.
    `measure` is articles or texts (by default the unit of the table), or share: then a peak is more than the
    day's total lets expect, not merely a bigger newspaper. `false_share` is how many of the days found may be usual
    ones. Columns:

    - `kind`: "burst", or "shift up" and "shift down": a new level, at least 1.6 times the old or less, that lasts
      four weeks or longer. A rise in the last four weeks of the table is a burst as yet
    - `first`, `last`, `days`: the days of the burst, UTC; for a shift those of the new level
    - `top`: the day furthest above expectation (ties: the first); the first day of a shift
    - `articles`, `texts`: of these days; a text that ran on several of them counts on each; missing where the table
      does not count them
    - `expected`: articles, or texts, of usual days like these; for a shift at the level before it
    - `excess`, `excess_low`, `excess_high`: how many more, or fewer, there were; the interval at `level` says what
      usual days may bring
    - `q`: the least `false_share` at which it is found. For a shift its chance times the number of days; those above
      .001 are left out

    With `articles` (the matches that were counted, with `story_id`) the columns of `peak_stories.add_stories` follow,
    with `event` those of `known_dates.add_known`; `language` is that of the stories' headlines.
    `attrs["note"]` says why nothing can be found, for fewer than 14 days: the table is then empty.

    Raises WorkbenchError for a table not by days or with groups, an unknown measure, and a share not between 0 and 1.

    >>> days = pd.date_range("2022-01-03", periods=28, tz="UTC")
    >>> counts = [4, 5, 4, 6, 5, 2, 1] * 2 + [4, 5, 30, 18, 5, 2, 1] + [4, 5, 4, 6, 5, 2, 1]
    >>> found = find_peaks(pd.DataFrame({"period": days, "articles": counts}))
    >>> found[["kind", "first", "days", "articles"]]
        kind                     first  days  articles
    0  burst 2022-01-19 00:00:00+00:00     2        48
    """
    check_part("false_share", false_share)
    check_part("level", level)
    series = read_series(table, measure)
    note = note_on(series)
    rows: list[dict[str, object]] = []
    if long_enough(series):
        base = fit_baseline(series)
        rows = [_burst(base, span, level) for span in _bursts(base, false_share)]
        rows += [_shift(base, number, level) for number in range(len(base.shifts))]
    peaks = _counted(pd.DataFrame(rows, columns=[name for name in PEAKS if name not in _COUNTED]), table)
    if articles is not None:
        peaks = add_stories(peaks, articles, unit=measure if measure in _COUNTED else unit_of(table), language=language)
    if event is not None:
        peaks = add_known(peaks, event)
    peaks.attrs = {
        "measure": measure or unit_of(table),
        "level": level,
        "false_share": false_share,
        "days": int(series.known.sum()),
        "missing": int((~series.known).sum()),
        "in_gaps": int(table["gap"].to_numpy(dtype=bool)[counted_days(table)].sum()) if "gap" in table.columns else 0,
        "note": note,
    }
    return peaks


# -- bursts ---------------------------------------------------------------------------------------------------


def _bursts(base: Baseline, false_share: float) -> list[_Span]:
    """The spans found, the most improbable first, those that touch joined; in order of time."""
    spans = _spans(base)
    chance = np.ones(len(base.expected))
    for first, after, own in spans:
        chance[first:after] = np.minimum(chance[first:after], own)
    known = base.series.known
    q = np.ones(len(chance))
    q[known] = stats.false_discovery_control(chance[known])
    found = np.zeros(len(chance), dtype=bool)
    joined: list[_Span] = []
    for first, after, own in sorted(spans, key=lambda span: (span[2], span[1] - span[0], span[0])):
        worst = q[first:after][chance[first:after] <= own].max(initial=0.0)
        if worst <= false_share and not found[first:after].any():
            found[first:after] = True
            joined.append(_Span(first, after, float(worst)))
    return _joined(joined)


def _spans(base: Baseline) -> list[tuple[int, int, float]]:
    """First day, day after and chance of the spans that begin and end on a day that stands out by itself.

    A day belongs to spans of LONGEST lengths, hence the chance is so many times that of one test (Bonferroni).
    """
    count, expected = base.series.count, base.expected
    out = base.series.known & (tails(count, expected, base.spread.of(1))[1] <= STANDS_OUT)
    found, usual, missing = (
        np.concatenate([[0.0], np.cumsum(values)])
        for values in (np.nan_to_num(count), np.nan_to_num(expected), ~base.series.known)
    )
    spans: list[tuple[int, int, float]] = []
    for days in range(1, min(LONGEST, len(count)) + 1):
        first = np.arange(len(count) - days + 1)
        after = first + days
        much = found[after] - found[first]
        chosen = out[first] & out[after - 1] & (missing[first] == missing[after]) & (much >= FEWEST_ARTICLES)
        first, after, much = first[chosen], after[chosen], much[chosen]
        high = tails(much, usual[after] - usual[first], base.spread.of(days))[1] * LONGEST
        spans += zip(first.tolist(), after.tolist(), np.minimum(high, 1.0).tolist(), strict=True)
    return spans


def _joined(spans: list[_Span]) -> list[_Span]:
    whole: list[_Span] = []
    for span in sorted(spans, key=lambda each: each.first):
        if whole and whole[-1].after == span.first:
            span = _Span(whole[-1].first, span.after, min(whole.pop().q, span.q))  # noqa: PLW2901
        whole.append(span)
    return whole


# -- rows -----------------------------------------------------------------------------------------------------

_COUNTED = ("articles", "texts")


def _burst(base: Baseline, span: _Span, level: float) -> dict[str, object]:
    days = slice(span.first, span.after)
    excess = base.series.count[days] - base.expected[days]
    top = span.first + int(np.argmax(excess))
    return _row(base, "burst", days, top, base.expected[days], span.q, level)


def _shift(base: Baseline, number: int, level: float) -> dict[str, object]:
    at = int(base.shifts[number])
    days = base.stretch(at)
    rate = base.expected / base.usual
    before = float(rate[:at][~np.isnan(rate[:at])][-1])
    after = float(rate[at:][~np.isnan(rate[at:])][0])
    kind = "shift up" if after > before else "shift down"
    return _row(base, kind, days, at, before * base.usual[days], float(base.chances[number]), level)


def _row(  # noqa: PLR0913 -- the parts of a row
    base: Baseline, kind: str, days: slice, top: int, expected: Reals, q: float, level: float
) -> dict[str, object]:
    known = base.series.known[days]
    found, usual = float(base.series.count[days][known].sum()), float(expected[known].sum())
    low, high = between(np.array([usual]), base.spread.of(max(int(known.sum()), 1)), level)
    first, last = base.series.days[days.start], base.series.days[days.stop - 1]
    return {
        "kind": kind,
        "first": first,
        "last": last,
        "days": days.stop - days.start,
        "top": base.series.days[top],
        "expected": usual,
        "excess": found - usual,
        "excess_low": found - float(high[0]),
        "excess_high": found - float(low[0]),
        "q": q,
    }


def _counted(rows: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """The rows in order of time, with their number, what the table counts on their known days, and all columns."""
    ordered = rows.sort_values(["first", "last", "kind"], kind="stable", ignore_index=True)
    whole = counted_days(table)
    period = table["period"]
    for name in _COUNTED:
        ordered[name] = pd.array([pd.NA] * len(ordered), dtype="Int64")
        if name in table.columns:
            inside = [
                whole & period.between(first, last)
                for first, last in zip(ordered["first"], ordered["last"], strict=True)
            ]
            ordered[name] = pd.array([int(table.loc[each, name].sum()) for each in inside], dtype="Int64")
    ordered["peak"] = range(1, len(ordered) + 1)
    return ordered[list(PEAKS)].astype(PEAKS)
