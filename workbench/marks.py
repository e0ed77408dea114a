"""The articles behind each mark of a figure, found by a rule that the figure carries in `layout.meta["articles"]`.

A mark stands for a period, a group, or both, and RULE says where they are read:

    {"every": "week",        the mark's period: day, week, month, quarter or year; None or absent for no period
     "week_start": "monday", the day on which weeks begin
     "period": "x",          where a moment of the period stands: x (default) or y
     "when": [...],          a moment of each mark's period, where no axis shows it; a missing one leads nowhere
     "by": "source",         the column of the article table that the groups are values of; None for no groups
     "holds": true,          where the column holds several values in one text, with spaces between
     "group": "trace",       where the group stands: trace (its name, default), x or y
     "is": "Rest",           the group of the whole trace, where it is not what is shown; a list means any of them
     "each": [...],          the group of each mark, where it is not what is shown
     "rest": {"(other)": [...]},  a group that stands for all values but these
     "with": {"by": "story_id", …},  a second group, whose articles the mark's must be too: by, group, is, each, rest
     "members": {"3": [...]},  the article_ids of each group, where no column of the articles holds the groups
     "where": {"language": "fr"},   what all articles of the figure have in common
     "only": "possible",     where the marks stand for the possible articles alone
     "of": "matched"}        the articles that the event is about (default), or `all` of the collection

A trace may carry a rule of its own, laid over that of the figure, in `trace.meta["articles"]`; False there, or
`hoverinfo` "skip", says that its marks lead nowhere (bands, marks of known dates). Where a rule cannot say it, a
trace's `customdata` holds for each mark the article_ids, as a list or in one string with commas, and goes first.
An article whose interval lies within the period is listed; one whose interval only meets it, as possible. A rule by a
column that the articles do not have leads nowhere.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.articles import WorkbenchError, is_inferred
from workbench.periods import WEEKDAYS
from workbench.search import published_interval

Marks = list[list[list[int]] | None]
"""Per trace, per mark, the places of its articles; a possible one as -1 - place. None: the trace leads nowhere."""

_FREQUENCY = {"day": "D", "week": "W", "month": "M", "quarter": "Q", "year": "Y"}
_LAST_DAY = dict(zip(WEEKDAYS, ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), strict=True))
"""pandas names a week by its last day."""
NONE = "(none)"
"""How coverage names the group of articles whose value is missing."""

_MOST_POSSIBLE = 50_000
"""Entries of a figure beyond which its possible articles are not listed: years without a month, at 20,000 articles."""


@dataclass(frozen=True, slots=True)
class Listed:
    """The articles a report can list: `table` in the order of their places, the first `matched` are matched ones."""

    table: pd.DataFrame
    matched: int


def figure_rules(source: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The rules of the figure and its traces: what `read_figure` will look for."""
    meta = (source.get("layout") or {}).get("meta")
    rules = [as_rule(meta.get("articles"))] if isinstance(meta, dict) else []
    return rules + [own_rule(trace) or {} for trace in source.get("data") or []]


def stated_ids(source: Mapping[str, Any]) -> set[str]:
    """Every text in the `customdata` and the rules of the figure that may be an article_id."""
    marks = [mark for trace in source.get("data") or [] for mark in as_list(trace.get("customdata"))]
    members = [ids for rule in figure_rules(source) for ids in as_rule(rule.get("members")).values()]
    return {part for stated in (*marks, *members) for part in _parts(stated)}


# -- plotly's arrays --------------------------------------------------------------------------------------------


def missing(value: Any) -> bool:
    """True for None and whatever stands for a missing number or time."""
    return value is None or (not isinstance(value, list | tuple | dict | str) and bool(pd.isna(value)))


def is_packed(value: object) -> bool:
    """True for an array in plotly's packed form."""
    return isinstance(value, dict) and {"dtype", "bdata"} <= set(value)


def as_list(value: Any) -> list[Any]:
    """The values of a list or packed array, missing ones as None; empty for anything else."""
    if is_packed(value):
        array = np.frombuffer(base64.b64decode(value["bdata"]), dtype=np.dtype(value["dtype"]))
        shape = [int(size) for size in str(value.get("shape", len(array))).split(",")]
        return [None if missing(each) else each for each in array.tolist()] if len(shape) == 1 else _rows(array, shape)
    return list(value) if isinstance(value, list | tuple) else []


def _rows(array: NDArray[Any], shape: list[int]) -> list[Any]:
    rows = array.reshape(shape).tolist()
    return [[None if missing(each) else each for each in row] for row in rows]


# -- the articles behind the marks --------------------------------------------------------------------------


def as_rule(stated: Any) -> dict[str, Any]:
    """`stated` where it is a rule, or part of one, else the empty one."""
    return dict(stated) if isinstance(stated, dict) else {}


def own_rule(trace: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the trace adds to the rule of its figure; None where its marks lead nowhere."""
    meta = trace.get("meta")
    stated = meta.get("articles", {}) if isinstance(meta, dict) else {}
    if stated is False or trace.get("hoverinfo") == "skip":
        return None
    return as_rule(stated)


def marks_of(traces: Sequence[Mapping[str, Any]], rule: Mapping[str, Any], listed: Listed) -> Marks:
    """For each trace and mark the places of its articles in `listed`, by the rules of the figure and the trace."""
    ids = {str(name): place for place, name in enumerate(listed.table.index)}
    found = [_trace_marks(trace, rule, listed, ids) for trace in traces]
    possible = sum(place < 0 for trace in found if trace for mark in trace for place in mark)
    if possible > _MOST_POSSIBLE:
        return [trace and [[place for place in mark if place >= 0] for mark in trace] for trace in found]
    return found


def _trace_marks(
    trace: Mapping[str, Any], rule: Mapping[str, Any], listed: Listed, ids: Mapping[str, int]
) -> list[list[int]] | None:
    own = own_rule(trace)
    if own is None:
        return None
    stated = _flat(as_list(trace.get("customdata")), grid="z" in trace)
    named = [[ids[part] for part in _parts(mark) if part in ids] for mark in stated]
    if any(named):
        return named
    whole = {**rule, **own}
    return _by_rule(trace, whole, listed, ids) if _leads(whole, listed) else None


def _leads(rule: Mapping[str, Any], listed: Listed) -> bool:
    columns = [*as_rule(rule.get("where")), *([rule["by"]] if rule.get("by") and "members" not in rule else [])]
    columns += [second["by"]] if (second := as_rule(rule.get("with"))) else []
    stated = rule.get("every") or rule.get("by") or rule.get("members")
    return bool(stated) and all(name in listed.table.columns for name in columns)


def _flat(marks: list[Any], *, grid: bool) -> list[Any]:
    return [mark for row in marks for mark in as_list(row)] if grid else marks


def _parts(mark: Any) -> Iterable[str]:
    if isinstance(mark, str):
        return [part.strip() for part in mark.split(",")]
    return [part for each in mark for part in _parts(each)] if isinstance(mark, list | tuple) else []


def _by_rule(
    trace: Mapping[str, Any], rule: Mapping[str, Any], listed: Listed, ids: Mapping[str, int]
) -> list[list[int]]:
    pool = _pool(listed, rule)
    points = _points(trace)
    rows = _rows_behind(trace, points, pool, rule, ids)
    if second := as_rule(rule.get("with")):
        rows = [one & two for one, two in zip(rows, _rows_behind(trace, points, pool, second, ids), strict=True)]
    low, high = (each.dt.tz_localize(None).to_numpy() for each in published_interval(pool))
    spans = _Spans(low, high, ~is_inferred(pool).to_numpy(dtype=bool))
    place = pool["place"].to_numpy(dtype=np.intp)
    periods = _periods(points, rule)
    found = [_within(period, own, spans, place) for period, own in zip(periods, rows, strict=True)]
    return [[at for at in mark if at < 0] for mark in found] if rule.get("only") == "possible" else found


def _pool(listed: Listed, rule: Mapping[str, Any]) -> pd.DataFrame:
    table = listed.table.assign(place=np.arange(len(listed.table)))
    table = table if rule.get("of") == "all" or rule.get("members") else table.iloc[: listed.matched]
    for name, value in as_rule(rule.get("where")).items():
        table = table[_equals(table[name], value)]
    return table


def _equals(column: pd.Series, value: Any) -> NDArray[np.bool_]:
    wanted = {_key(each) for each in (value if isinstance(value, list) else [value])}
    return np.array([_key(each) in wanted for each in column], dtype=np.bool_)


def _key(value: Any) -> str:
    """A value for comparison: 3 and 3.0 are one topic, a missing value is the empty string."""
    if missing(value) or value == NONE:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _points(trace: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """(x, y) of each mark in the order in which plotly numbers them; a heat map row by row."""
    x, y = as_list(trace.get("x")), as_list(trace.get("y"))
    if trace.get("type") == "heatmap":
        return [(across, down) for down in y for across in x]
    labels = as_list(trace.get("labels"))
    if labels:
        return [(label, label) for label in labels]
    count = max(len(x), len(y))
    return list(zip(x or range(count), y or range(count), strict=False))


def _periods(points: Sequence[tuple[Any, Any]], rule: Mapping[str, Any]) -> list[tuple[Any, Any] | None]:
    """First moment of each mark's period and of the next one; None for a figure without periods."""
    every = rule.get("every")
    if every is None:
        return [None] * len(points)
    if every not in _FREQUENCY:
        raise WorkbenchError(f"a figure's rule has every={every!r}; it is one of {', '.join(_FREQUENCY)}")
    axis = 1 if rule.get("period") == "y" else 0
    moments = rule["when"][: len(points)] if "when" in rule else [point[axis] for point in points]
    periods = _calendar(moments, rule)
    starts, ends = periods.start_time.to_numpy(), (periods + 1).start_time.to_numpy()
    return list(zip(starts, ends, strict=True))


def _calendar(moments: Sequence[Any], rule: Mapping[str, Any]) -> pd.PeriodIndex:
    """The period of the rule in which each moment lies."""
    times = pd.DatetimeIndex(
        pd.to_datetime([_bare_time(each) for each in moments], utc=True, errors="coerce", format="ISO8601")
    )
    last = _LAST_DAY.get(str(rule.get("week_start", "monday")), "SUN")
    every = str(rule["every"])
    return times.tz_localize(None).to_period(f"W-{last}" if every == "week" else _FREQUENCY[every])


def _bare_time(moment: Any) -> Any:
    """The moment without the star of a period covered in part; None for what is no written time."""
    return moment.rstrip("* ") if isinstance(moment, str) else None


def period_labels(moments: Sequence[Any], rule: Mapping[str, Any]) -> list[str]:
    """The period of each moment as text that sorts by time: its first day, `2022-01`, `2022 Q1` or `2022`."""
    every = str(rule["every"])
    shape = {"month": "%Y-%m", "quarter": "%Y Q%q", "year": "%Y"}.get(every, "%Y-%m-%d")
    periods = _calendar(moments, rule)
    written = periods.start_time if every == "week" else periods
    return ["" if missing(each) else str(each.strftime(shape)) for each in written]


def _groups(trace: Mapping[str, Any], points: Sequence[tuple[Any, Any]], rule: Mapping[str, Any]) -> list[Any]:
    """The group of each mark: a text, several of them, or None where the figure has no groups."""
    if not (rule.get("by") or rule.get("members")):
        return [None] * len(points)
    if "each" in rule:
        return [str(group) for group in rule["each"]][: len(points)]
    if "is" in rule:
        return [tuple(rule["is"]) if isinstance(rule["is"], list) else str(rule["is"])] * len(points)
    axis = {"x": 0, "y": 1}.get(str(rule.get("group", "trace")))
    shown = [trace.get("name") if axis is None else point[axis] for point in points]
    return [html.unescape(str(each)) for each in shown]


def _rows_behind(
    trace: Mapping[str, Any],
    points: Sequence[tuple[Any, Any]],
    pool: pd.DataFrame,
    rule: Mapping[str, Any],
    ids: Mapping[str, int],
) -> list[NDArray[np.bool_]]:
    """For each mark which articles of the pool are of its group."""
    groups, rest = _groups(trace, points, rule), as_rule(rule.get("rest"))
    rows_of = {
        group: ~_equals(pool[str(rule["by"])], rest[group]) if group in rest else _rows_of(pool, rule, group, ids)
        for group in dict.fromkeys(groups)
    }
    return [rows_of[group] for group in groups]


def _rows_of(pool: pd.DataFrame, rule: Mapping[str, Any], group: Any, ids: Mapping[str, int]) -> NDArray[np.bool_]:
    if group is None:
        return np.ones(len(pool), dtype=np.bool_)
    values = list(group) if isinstance(group, tuple) else [group]
    if rule.get("holds"):
        wanted = {str(value) for value in values}
        return np.array([not wanted.isdisjoint(_words(each)) for each in pool[str(rule["by"])]], dtype=np.bool_)
    if not rule.get("members"):
        return _equals(pool[str(rule["by"])], values)
    members = {ids[name] for value in values for name in rule["members"].get(value, []) if name in ids}
    return np.isin(pool["place"].to_numpy(), list(members))


def _words(value: Any) -> list[str]:
    return value.split() if isinstance(value, str) else []


class _Spans(NamedTuple):
    """When articles were published: [low, high), and whether that is stated or was inferred."""

    low: NDArray[Any]
    high: NDArray[Any]
    stated: NDArray[np.bool_]


def _within(
    period: tuple[Any, Any] | None, rows: NDArray[np.bool_], spans: _Spans, place: NDArray[np.intp]
) -> list[int]:
    """Places of the articles in the period; those that only may be in it as -1 - place."""
    if period is None:
        return [int(each) for each in place[rows]]
    start, end = period
    meets = rows & (spans.low < end) & (spans.high > start)
    certain = meets & spans.stated & (spans.low >= start) & (spans.high <= end)
    return [*map(int, place[certain]), *(-1 - int(each) for each in place[meets & ~certain])]
