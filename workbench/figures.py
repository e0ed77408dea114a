"""A plotly figure as a report needs it: safe to draw, its numbers as a table, and the articles behind each mark.

How a figure says what it is, in `layout.meta`:

    {"name": "talks-by-week", "title": …, "caption": …, "alt": …, "articles": RULE,
     "table": {"columns", "rows"}, "known": ["1  12 Jan 2022  NATO–Russia Council", …]}

All are optional: the title falls back to the figure's own, the table to what is drawn.

`RULE` and how a mark leads to its articles: `workbench.marks`.
"""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.look import LINE
from workbench.marks import (
    Listed,
    Marks,
    as_list,
    as_rule,
    is_packed,
    marks_of,
    missing,
    own_rule,
    period_labels,
)
from workbench.markup import Cells, one_line, plain_text

_TAG = re.compile(r"<(?!/?(?:br|b|i|em|strong|sub|sup|extra)\s*/?>)", re.IGNORECASE)
_NETWORK = re.compile(r"geo|map|choropleth")
_DRAWN_ALONE = ("heatmap", "treemap")
"""Named like maps, and drawn without any outline from a network."""

_UNUSED = ("title", "meta", "images", "updatemenus", "sliders", "width", "newshape", "mapbox", "map", "geo")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: `drawing` is plotly's JSON made safe, `table` its numbers, `marks` the articles behind it.

    `labels` are, per trace and mark, what the mark stands for; `known` says what its numbered lines mark.
    """

    name: str
    title: str
    caption: str
    alt: str
    drawing: dict[str, Any] | None
    table: Cells
    marks: Marks
    labels: list[list[str]]
    known: list[str]

    @property
    def leads(self) -> bool:
        """True where at least one mark has articles."""
        return any(mark for trace in self.marks if trace for mark in trace)


def read_figure(source: Mapping[str, Any], listed: Listed, *, number: int) -> Figure:
    """The figure that plotly's JSON describes; `number` is its place in the report, its name where it has none."""
    layout = dict(source.get("layout") or {})
    meta = as_rule(layout.get("meta"))
    traces = [_decoded(trace) for trace in source.get("data") or []]
    title = one_line(_unmarked(meta.get("title") or _title(layout))) or f"Figure {number}"
    rule = as_rule(meta.get("articles"))
    table = _stated_table(meta.get("table")) or _table(traces, layout, rule)
    return Figure(
        name=re.sub(r"[^a-z0-9]+", "-", str(meta.get("name") or title).lower()).strip("-") or f"figure-{number}",
        title=title,
        caption=plain_text(_unmarked(meta.get("caption") or "")),
        alt=one_line(_unmarked(meta.get("alt") or "")) or _alt(title, traces, table),
        drawing=_drawing(traces, layout),
        table=table,
        marks=marks_of(traces, rule, listed),
        known=[one_line(each) for each in as_list(meta.get("known"))],
        labels=[_mark_labels(trace, layout, rule) for trace in traces],
    )


# -- reading plotly's JSON ------------------------------------------------------------------------------------


def _decoded(trace: Mapping[str, Any]) -> dict[str, Any]:
    """The trace with plain lists in place of packed arrays, so that no reader needs to know of them."""
    return {key: as_list(value) if is_packed(value) else value for key, value in trace.items()}


def _title(layout: Mapping[str, Any]) -> str:
    title = layout.get("title")
    return str(title.get("text") or "") if isinstance(title, dict) else str(title or "")


def _unmarked(text: object) -> str:
    """Plotly's few tags taken out of a title; whatever else looks like one stays as text."""
    return html.unescape(re.sub(r"</?(?:br|b|i|em|strong|sub|sup)\s*/?>", " ", str(text), flags=re.IGNORECASE))


def _alt(title: str, traces: Sequence[Mapping[str, Any]], table: Cells) -> str:
    kind = {
        "bar": "Bar chart",
        "heatmap": "Heat map",
        "treemap": "Tree map",
        "scatter": "Line or point chart",
        "pie": "Pie chart",
    }
    first = kind.get(str(traces[0].get("type", "scatter")), "Chart") if traces else "Empty chart"
    return f"{first}: {title}. Its {len(table.rows)} rows of numbers are in the table below it."


# -- drawing ----------------------------------------------------------------------------------------------------


def _drawing(traces: Sequence[Mapping[str, Any]], layout: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the page gives to plotly, or None for a figure that would need a network or an evaluated script."""
    if any(_NETWORK.search(str(trace.get("type", ""))) and trace["type"] not in _DRAWN_ALONE for trace in traces):
        return None
    kept = {key: value for key, value in _bare(layout).items() if key not in _UNUSED}
    return {"data": [_safe_trace(trace) for trace in traces], "layout": _safe(kept)}


def _bare(layout: Mapping[str, Any]) -> dict[str, Any]:
    """The layout without the room for title and notes (`workbench.look.frame`): the page prints both itself."""
    notes = [each for each in layout.get("annotations") or [] if each.get("name") == "notes"]
    margin = dict(layout.get("margin") or {})
    if not notes or not layout.get("height") or not {"t", "b"} <= set(margin):
        return dict(layout)
    plot_height = layout["height"] - margin["t"] - margin["b"]
    lines = [str(text).count("<br>") + 1 for text in (_title(layout), notes[0].get("text", ""))]
    saved = {"t": 16 + 21 * lines[0], "b": LINE * lines[1] + 8}
    legend = dict(layout.get("legend") or {})
    if legend.get("y", 0) < 0:
        legend["y"] += saved["b"] / plot_height
    others = [each for each in layout["annotations"] if each.get("name") != "notes"]
    for side, pixels in saved.items():
        margin[side] -= pixels
    height = layout["height"] - sum(saved.values())
    return {**layout, "annotations": others, "margin": margin, "legend": legend, "height": height}


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


def _table(traces: Sequence[Mapping[str, Any]], layout: Mapping[str, Any], rule: Mapping[str, Any]) -> Cells:
    """What is drawn, one row per place on the axis of places and one column per trace."""
    grids = [trace for trace in traces if trace.get("type") == "heatmap"]
    if grids:
        return _grid_table(grids[0], layout, rule)
    across = any(trace.get("orientation") == "h" for trace in traces)
    places, values = ("y", "x") if across else ("x", "y")
    shown = [trace for trace in traces if as_list(trace.get(values)) and trace.get("hoverinfo") != "skip"]
    names = _distinct([one_line(_unmarked(trace.get("name") or _axis(layout, values) or "value")) for trace in shown])
    percent = "%" in str((layout.get(f"{values}axis") or {}).get("tickformat", ""))
    columns = {
        name: dict(zip(_labels(trace, layout, rule, places), _numbers(trace[values], percent=percent), strict=False))
        for name, trace in zip(names, shown, strict=True)
    }
    order = list(dict.fromkeys(label for column in columns.values() for label in column))
    labels = sorted(order) if all(re.match(r"\d{4}(?:$|-\d\d| Q)", label) for label in order) else order
    rows = tuple((label, *(columns[name].get(label, "") for name in names)) for label in labels)
    return Cells((_axis(layout, places) or ("period" if places == "x" else "group"), *names), rows)


def _grid_table(trace: Mapping[str, Any], layout: Mapping[str, Any], rule: Mapping[str, Any]) -> Cells:
    percent = "%" in str((trace.get("colorbar") or {}).get("tickformat", ""))
    down = _labels(trace, layout, rule, "y")
    rows = [(label, *_numbers(row, percent=percent)) for label, row in zip(down, as_list(trace.get("z")), strict=False)]
    return Cells((_axis(layout, "y") or "", *_labels(trace, layout, rule, "x")), tuple(rows))


def _numbers(values: Any, *, percent: bool) -> list[str]:
    return [_shown(value, percent=percent) for value in as_list(values)]


def _labels(trace: Mapping[str, Any], layout: Mapping[str, Any], rule: Mapping[str, Any], axis: str) -> list[str]:
    """What stands at each place of the axis: the text of its tick, the period, or the value itself."""
    values = as_list(trace.get(axis)) or list(range(len(as_list(trace.get("x" if axis == "y" else "y")))))
    settings = layout.get(f"{axis}axis") or {}
    texts = dict(zip(map(str, as_list(settings.get("tickvals"))), as_list(settings.get("ticktext")), strict=False))
    if texts:
        return [one_line(_unmarked(texts.get(str(value), _shown(value)))) for value in values]
    if rule.get("every") and axis == rule.get("period", "x"):
        return period_labels(values, rule)
    return [_shown(value) for value in values]


def _mark_labels(trace: Mapping[str, Any], layout: Mapping[str, Any], rule: Mapping[str, Any]) -> list[str]:
    """What each mark of the trace is called, in the order of its marks."""
    if as_list(trace.get("labels")):
        return [_shown(label) for label in as_list(trace["labels"])]
    rule = {**rule, **(own_rule(trace) or {})}
    if rule.get("every") and "when" in rule:
        return period_labels(rule["when"], rule)
    x, y = (_labels(trace, layout, rule, axis) for axis in ("x", "y"))
    if "with" in rule:
        return [f"{down}, {across}" for across, down in zip(x, y, strict=False)]
    if trace.get("type") == "heatmap":
        return [f"{down}, {across}" for down in y for across in x]
    return y if trace.get("orientation") == "h" or rule.get("group") == "y" or "each" in rule else x


def _axis(layout: Mapping[str, Any], name: str) -> str:
    return one_line(_unmarked(_title(layout.get(f"{name}axis") or {})))


def _distinct(names: list[str]) -> list[str]:
    return [name if names.index(name) == place else f"{name} ({place + 1})" for place, name in enumerate(names)]


def _shown(value: Any, *, percent: bool = False) -> str:
    """A value as the table prints it: whole numbers with commas, others to four figures, days without midnight."""
    if missing(value):
        return ""
    if isinstance(value, bool | str):
        return re.sub(r"T00:00:00(?:\.0+)?(?:Z|\+00:00)?$", "", one_line(_unmarked(value)))
    number = float(value)
    if percent:
        return f"{number:.1%}"
    return f"{number:,.0f}" if number.is_integer() else f"{number:,.4g}"


def as_json(value: Any) -> str:
    """`value` as the shortest JSON text with its keys in order; a number that is none becomes null."""
    return json.dumps(_finite(value), ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return {key: _finite(each) for key, each in value.items()} if isinstance(value, dict) else value
