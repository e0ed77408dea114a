"""A plotly figure as a report needs it: safe to draw, its numbers as a table, and the articles behind each mark.

How a figure says what it is, in `layout.meta`:

    {"name": "talks-by-week", "title": …, "caption": …, "alt": …, "articles": RULE, "table": {"columns", "rows"}}

All are optional: the title falls back to the figure's own, the table to what is drawn.

How a mark leads to articles. A mark stands for a period, a group, or both, and RULE says where they are read:

    {"every": "week",        the mark's period: day, week, month, quarter or year; None or absent for no period
     "week_start": "monday", the day on which weeks begin
     "period": "x",          where a moment of the period stands: x (default) or y
     "by": "source",         the column of the article table that the groups are values of; None for no groups
     "group": "trace",       where the group stands: trace (its name, default), x or y
     "is": "Rest",           the group of the whole trace, where it is not what is shown; a list means any of them
     "each": [...],          the group of each mark, where it is not what is shown
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
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.articles import WorkbenchError
from workbench.markup import Cells, one_line, plain_text
from workbench.periods import WEEKDAYS
from workbench.search import published_interval

Marks = list[list[list[int]] | None]
"""Per trace, per mark, the places of its articles; a possible one as -1 - place. None: the trace leads nowhere."""

_TAG = re.compile(r"<(?!/?(?:br|b|i|em|strong|sub|sup|extra)\s*/?>)", re.IGNORECASE)
_FREQUENCY = {"day": "D", "week": "W", "month": "M", "quarter": "Q", "year": "Y"}
_LAST_DAY = dict(zip(WEEKDAYS, ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), strict=True))
"""pandas names a week by its last day."""
_NETWORK = re.compile(r"geo|map|choropleth")
_UNUSED = ("title", "meta", "images", "updatemenus", "sliders", "width", "newshape", "mapbox", "map", "geo")
NONE = "(none)"
"""How coverage names the group of articles whose value is missing."""

_MOST_POSSIBLE = 50_000
"""Entries of a figure beyond which its possible articles are not listed: years without a month, at 20,000 articles."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: `drawing` is plotly's JSON made safe, `table` its numbers, `marks` the articles behind it."""

    name: str
    title: str
    caption: str
    alt: str
    drawing: dict[str, Any] | None
    table: Cells
    marks: Marks
    rule: Mapping[str, Any]

    @property
    def leads(self) -> bool:
        """True where at least one mark has articles."""
        return any(mark for trace in self.marks if trace for mark in trace)


@dataclass(frozen=True, slots=True)
class Listed:
    """The articles a report can list: `table` in the order of their places, the first `matched` are matched ones."""

    table: pd.DataFrame
    matched: int


def read_figure(source: Mapping[str, Any], listed: Listed, *, number: int) -> Figure:
    """The figure that plotly's JSON describes; `number` is its place in the report and names it where it has no name."""
    layout = dict(source.get("layout") or {})
    meta = layout.get("meta") if isinstance(layout.get("meta"), dict) else {}
    assert isinstance(meta, dict)
    traces = [_decoded(trace) for trace in source.get("data") or []]
    title = one_line(_unmarked(meta.get("title") or _title(layout))) or f"Figure {number}"
    table = _stated_table(meta.get("table")) or _table(traces, layout)
    return Figure(
        name=re.sub(r"[^a-z0-9]+", "-", str(meta.get("name") or title).lower()).strip("-") or f"figure-{number}",
        title=title,
        caption=plain_text(_unmarked(meta.get("caption") or "")),
        alt=one_line(_unmarked(meta.get("alt") or "")) or _alt(title, traces, table),
        drawing=_drawing(traces, layout),
        table=table,
        marks=_marks(traces, _rule(meta.get("articles")), listed),
        rule=_rule(meta.get("articles")),
    )


def figure_rules(source: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The rules of the figure and its traces: what `read_figure` will look for."""
    meta = (source.get("layout") or {}).get("meta")
    rules = [_rule(meta.get("articles"))] if isinstance(meta, dict) else []
    return rules + [_own_rule(trace) or {} for trace in source.get("data") or []]


def stated_ids(source: Mapping[str, Any]) -> set[str]:
    """Every text in the `customdata` and the rules of the figure that may be an article_id."""
    marks = [mark for trace in source.get("data") or [] for mark in _list(trace.get("customdata"))]
    members = [ids for rule in figure_rules(source) for ids in _rule(rule.get("members")).values()]
    return {part for stated in (*marks, *members) for part in _parts(stated)}


# -- reading plotly's JSON ------------------------------------------------------------------------------------


def _decoded(trace: Mapping[str, Any]) -> dict[str, Any]:
    """The trace with plain lists in place of packed arrays, so that no reader needs to know of them."""
    return {key: _list(value) if _is_packed(value) else value for key, value in trace.items()}


def _is_packed(value: object) -> bool:
    return isinstance(value, dict) and {"dtype", "bdata"} <= set(value)


def _list(value: Any) -> list[Any]:
    if _is_packed(value):
        array = np.frombuffer(base64.b64decode(value["bdata"]), dtype=np.dtype(value["dtype"]))
        shape = [int(size) for size in str(value.get("shape", len(array))).split(",")]
        return [None if each != each else each for each in array.tolist()] if len(shape) == 1 else _rows(array, shape)
    return list(value) if isinstance(value, list | tuple) else []


def _rows(array: np.ndarray[Any, Any], shape: list[int]) -> list[Any]:
    rows = array.reshape(shape).tolist()
    return [[None if each != each else each for each in row] for row in rows]


def _title(layout: Mapping[str, Any]) -> str:
    title = layout.get("title")
    return str(title.get("text") or "") if isinstance(title, dict) else str(title or "")


def _unmarked(text: object) -> str:
    """Plotly's few tags taken out of a title; whatever else looks like one stays as text."""
    return html.unescape(re.sub(r"</?(?:br|b|i|em|strong|sub|sup)\s*/?>", " ", str(text), flags=re.IGNORECASE))


def _alt(title: str, traces: Sequence[Mapping[str, Any]], table: Cells) -> str:
    kind = {"bar": "Bar chart", "heatmap": "Heat map", "scatter": "Line or point chart", "pie": "Pie chart"}
    first = kind.get(str(traces[0].get("type", "scatter")), "Chart") if traces else "Empty chart"
    return f"{first}: {title}. Its {len(table.rows)} rows of numbers are in the table below it."


# -- drawing ----------------------------------------------------------------------------------------------------


def _drawing(traces: Sequence[Mapping[str, Any]], layout: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the page gives to plotly, or None for a figure that would need a network or an evaluated script."""
    if any(_NETWORK.search(str(trace.get("type", ""))) and trace["type"] != "heatmap" for trace in traces):
        return None
    kept = {key: value for key, value in _bare(layout).items() if key not in _UNUSED}
    return {"data": [_safe_trace(trace) for trace in traces], "layout": _safe(kept)}


def _bare(layout: Mapping[str, Any]) -> dict[str, Any]:
    """The layout without the room for title and notes (`workbench.look.frame`): the page prints both itself."""
    notes = [each for each in layout.get("annotations") or [] if each.get("name") == "notes"]
    margin = dict(layout.get("margin") or {})
    if not notes or not layout.get("height") or not {"t", "b"} <= set(margin):
        return dict(layout)
    lines = _title(layout).count("<br>") + 1
    saved = {"t": 16 + 21 * lines, "b": margin["b"] + notes[0].get("yshift", 0) - 4}
    others = [each for each in layout["annotations"] if each.get("name") != "notes"]
    for side, pixels in saved.items():
        margin[side] -= pixels
    return {**layout, "annotations": others, "margin": margin, "height": layout["height"] - sum(saved.values())}


def _safe_trace(trace: Mapping[str, Any]) -> dict[str, Any]:
    """The trace with names and categories as text; plotly reads a few tags in them otherwise."""
    drawn = {key: value for key, value in trace.items() if key not in ("customdata", "meta", "ids", "uid")}
    drawn["type"] = str(drawn.get("type", "scatter")).removesuffix("gl")  # WebGL traces evaluate generated code
    if _uses_customdata(drawn):
        drawn["customdata"] = trace.get("customdata")
    safe = {key: _safe(value) for key, value in drawn.items()}
    for key in ("name", "x", "y", "labels", "parents"):
        if key in safe:
            safe[key] = _escaped(drawn[key])
    return safe


def _uses_customdata(trace: Mapping[str, Any]) -> bool:
    return any("customdata" in str(trace.get(key, "")) for key in ("hovertemplate", "texttemplate"))


def _escaped(value: Any) -> Any:
    if isinstance(value, str):
        return plain_text(value).replace("<", "&lt;")  # an & stays: who escaped the name already meant it so
    return [_escaped(each) for each in value] if isinstance(value, list) else value


def _safe(value: Any) -> Any:
    """The same JSON whose texts hold none but plotly's harmless tags, and no hidden direction marks."""
    if isinstance(value, str):
        return _TAG.sub("&lt;", plain_text(value))
    if isinstance(value, list):
        return [_safe(each) for each in value]
    if isinstance(value, dict):
        return {str(key): _safe(each) for key, each in value.items()}
    return value


# -- numbers ----------------------------------------------------------------------------------------------------


def _stated_table(table: Any) -> Cells | None:
    if not isinstance(table, dict) or not table.get("rows"):
        return None
    rows = [tuple(_shown(value) for value in row) for row in table["rows"]]
    return Cells(tuple(one_line(name) for name in table.get("columns", ())), tuple(rows))


def _table(traces: Sequence[Mapping[str, Any]], layout: Mapping[str, Any]) -> Cells:
    """What is drawn, one row per place on the axis of places and one column per trace."""
    grids = [trace for trace in traces if trace.get("type") == "heatmap"]
    if grids:
        return _grid_table(grids[0], layout)
    across = any(trace.get("orientation") == "h" for trace in traces)
    places, values = ("y", "x") if across else ("x", "y")
    shown = [trace for trace in traces if _list(trace.get(values)) and trace.get("hoverinfo") != "skip"]
    names = _distinct([one_line(_unmarked(trace.get("name") or _axis(layout, values) or "value")) for trace in shown])
    percent = "%" in str((layout.get(f"{values}axis") or {}).get("tickformat", ""))
    columns: dict[str, dict[str, str]] = {}
    order: dict[str, None] = {}
    for name, trace in zip(names, shown, strict=True):
        points = _list(trace.get(places)) or list(range(len(_list(trace[values]))))
        column = {_shown(at): _shown(value, percent) for at, value in zip(points, _list(trace[values]), strict=False)}
        columns[name] = column
        order.update(dict.fromkeys(column))
    labels = sorted(order) if all(re.match(r"\d{4}-\d\d", label) for label in order) else list(order)
    rows = tuple((label, *(columns[name].get(label, "") for name in names)) for label in labels)
    return Cells((_axis(layout, places) or ("period" if places == "x" else "group"), *names), rows)


def _grid_table(trace: Mapping[str, Any], layout: Mapping[str, Any]) -> Cells:
    percent = "%" in str((trace.get("colorbar") or {}).get("tickformat", ""))
    across = [_shown(value) for value in _list(trace.get("x"))]
    down = [_shown(value) for value in _list(trace.get("y"))]
    cells = [_list(row) for row in _list(trace.get("z"))]
    rows = [(label, *(_shown(value, percent) for value in row)) for label, row in zip(down, cells, strict=False)]
    return Cells((_axis(layout, "y") or "", *across), tuple(rows))


def _axis(layout: Mapping[str, Any], name: str) -> str:
    return one_line(_unmarked(_title(layout.get(f"{name}axis") or {})))


def _distinct(names: list[str]) -> list[str]:
    return [name if names.index(name) == place else f"{name} ({place + 1})" for place, name in enumerate(names)]


def _shown(value: Any, percent: bool = False) -> str:
    """A value as the table prints it: whole numbers with commas, others to four figures, days without midnight."""
    if value is None or value != value:
        return ""
    if isinstance(value, bool | str):
        return re.sub(r"T00:00:00(?:\.0+)?(?:Z|\+00:00)?$", "", one_line(_unmarked(value)))
    number = float(value)
    if percent:
        return f"{number:.1%}"
    return f"{number:,.0f}" if number.is_integer() else f"{number:,.4g}"


# -- the articles behind the marks --------------------------------------------------------------------------


def _rule(stated: Any) -> dict[str, Any]:
    return dict(stated) if isinstance(stated, dict) else {}


def _own_rule(trace: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the trace adds to the rule of its figure; None where its marks lead nowhere."""
    meta = trace.get("meta")
    stated = meta.get("articles", {}) if isinstance(meta, dict) else {}
    if stated is False or trace.get("hoverinfo") == "skip":
        return None
    return _rule(stated)


def _marks(traces: Sequence[Mapping[str, Any]], rule: Mapping[str, Any], listed: Listed) -> Marks:
    ids = {str(name): place for place, name in enumerate(listed.table.index)}
    found = [_trace_marks(trace, rule, listed, ids) for trace in traces]
    possible = sum(place < 0 for trace in found if trace for mark in trace for place in mark)
    if possible > _MOST_POSSIBLE:
        return [trace and [[place for place in mark if place >= 0] for mark in trace] for trace in found]
    return found


def _trace_marks(
    trace: Mapping[str, Any], rule: Mapping[str, Any], listed: Listed, ids: Mapping[str, int]
) -> list[list[int]] | None:
    own = _own_rule(trace)
    if own is None:
        return None
    stated = _flat(_list(trace.get("customdata")), grid="z" in trace)
    named = [[ids[part] for part in _parts(mark) if part in ids] for mark in stated]
    if any(named):
        return named
    whole = {**rule, **own}
    return _by_rule(trace, whole, listed, ids) if _leads(whole, listed) else None


def _leads(rule: Mapping[str, Any], listed: Listed) -> bool:
    columns = [*_rule(rule.get("where")), *([rule["by"]] if rule.get("by") and "members" not in rule else [])]
    stated = rule.get("every") or rule.get("by") or rule.get("members")
    return bool(stated) and all(name in listed.table.columns for name in columns)


def _flat(marks: list[Any], *, grid: bool) -> list[Any]:
    return [mark for row in marks for mark in _list(row)] if grid else marks


def _parts(mark: Any) -> Iterable[str]:
    if isinstance(mark, str):
        return [part.strip() for part in mark.split(",")]
    return [part for each in mark for part in _parts(each)] if isinstance(mark, list | tuple) else []


def _by_rule(
    trace: Mapping[str, Any], rule: Mapping[str, Any], listed: Listed, ids: Mapping[str, int]
) -> list[list[int]]:
    pool = _pool(listed, rule)
    points = _points(trace)
    groups = _groups(trace, points, rule)
    rows_of = {group: _rows_of(pool, rule, group, ids) for group in dict.fromkeys(groups)}
    low, high = (each.dt.tz_localize(None).to_numpy() for each in published_interval(pool))
    place = pool["place"].to_numpy(dtype=np.intp)
    periods = _periods(points, rule)
    found = [_within(period, rows_of[group], low, high, place) for period, group in zip(periods, groups, strict=True)]
    return [[at for at in mark if at < 0] for mark in found] if rule.get("only") == "possible" else found


def _pool(listed: Listed, rule: Mapping[str, Any]) -> pd.DataFrame:
    table = listed.table.assign(place=np.arange(len(listed.table)))
    table = table if rule.get("of") == "all" or rule.get("members") else table.iloc[: listed.matched]
    for name, value in _rule(rule.get("where")).items():
        table = table[_equals(table[name], value)]
    return table


def _equals(column: pd.Series, value: Any) -> np.ndarray[Any, np.dtype[np.bool_]]:
    wanted = {_key(each) for each in (value if isinstance(value, list) else [value])}
    return np.array([_key(each) in wanted for each in column], dtype=np.bool_)


def _key(value: Any) -> str:
    """A value for comparison: 3 and 3.0 are one topic, a missing value is the empty string."""
    if value is None or value is pd.NA or value is pd.NaT or value != value or value == NONE:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _points(trace: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """(x, y) of each mark in the order in which plotly numbers them; a heat map row by row."""
    x, y = _list(trace.get("x")), _list(trace.get("y"))
    if trace.get("type") == "heatmap":
        return [(across, down) for down in y for across in x]
    labels = _list(trace.get("labels"))
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
    moments = pd.to_datetime([point[axis] for point in points], utc=True, errors="coerce").tz_localize(None)
    last = _LAST_DAY.get(str(rule.get("week_start", "monday")), "SUN")
    periods = moments.to_period(f"W-{last}" if every == "week" else _FREQUENCY[every])
    starts, ends = periods.start_time.to_numpy(), (periods + 1).start_time.to_numpy()
    return list(zip(starts, ends, strict=True))


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


def _rows_of(
    pool: pd.DataFrame, rule: Mapping[str, Any], group: Any, ids: Mapping[str, int]
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    if group is None:
        return np.ones(len(pool), dtype=np.bool_)
    values = list(group) if isinstance(group, tuple) else [group]
    if not rule.get("members"):
        return _equals(pool[str(rule["by"])], values)
    members = {ids[name] for value in values for name in rule["members"].get(value, []) if name in ids}
    return np.isin(pool["place"].to_numpy(), list(members))


def _within(
    period: tuple[Any, Any] | None,
    rows: np.ndarray[Any, np.dtype[np.bool_]],
    low: np.ndarray[Any, Any],
    high: np.ndarray[Any, Any],
    place: np.ndarray[Any, np.dtype[np.intp]],
) -> list[int]:
    if period is None:
        return [int(each) for each in place[rows]]
    start, end = period
    meets = rows & (low < end) & (high > start)
    certain = meets & (low >= start) & (high <= end)
    return [*map(int, place[certain]), *(-1 - int(each) for each in place[meets & ~certain])]


def as_json(value: Any) -> str:
    """`value` as the shortest JSON text with its keys in order; a number that is none becomes null."""
    return json.dumps(_finite(value), ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return {key: _finite(each) for key, each in value.items()} if isinstance(value, dict) else value
