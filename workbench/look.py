"""How every figure looks: one template, colours that the colour-blind can tell apart, text made safe, notes beneath.

Plotly reads a part of HTML in every label. Words that come from articles therefore pass through `safe`.
Sizes are in pixels; whatever is reserved for text suffices on a screen 390 pixels wide.
"""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from workbench.articles import digest

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#332288", "#8C5A2B")
"""Okabe and Ito (2008), "Color universal design"; its yellow, too pale for lines, and its black are replaced."""

GREY = "#8A8A8A"
INK = "#222222"
FAINT = "#E3E3E3"

SHADES = ("#FFFFFF", "#E3EEF9", "#C6DBEF", "#94C4DF", "#4A98C9", "#1764AB", "#08306B")
"""ColorBrewer's Blues (Brewer 2003), from nothing to the most; each prints darker than the one before it."""

DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "5px,2px", "2px,6px")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "star", "triangle-down", "cross")
"""A line differs from every other in dash and marker, so that a grey print can be read."""

NARROW = 390
"""The narrowest screen provided for, in pixels."""

LINE = 15
"""Height of a line of small text."""

MOST_NUMBERS = 300
"""Rows of a figure's own table; see `lead`."""

WRAP = 60
"""Characters of small text that fit the narrowest screen."""

TEMPLATE = go.layout.Template(
    layout={
        "font": {"family": "Source Sans 3, Segoe UI, Helvetica Neue, Arial, sans-serif", "size": 13, "color": INK},
        "title": {"x": 0, "xanchor": "left", "xref": "container", "pad": {"l": 12}, "font": {"size": 16}},
        "paper_bgcolor": "white",
        "plot_bgcolor": "white",
        "colorway": list(PALETTE),
        "hoverlabel": {"align": "left", "bgcolor": "white", "font": {"color": INK}},
        "hovermode": "closest",
        "modebar": {"remove": ["select2d", "lasso2d", "autoScale2d", "zoomIn2d", "zoomOut2d", "pan2d", "zoom2d"]},
        "xaxis": {
            "title": {"font": {"size": 13}},
            "showgrid": False,
            "linecolor": INK,
            "ticks": "outside",
            "tickcolor": GREY,
            "zeroline": False,
        },
        "yaxis": {"gridcolor": FAINT, "zeroline": False, "ticks": "", "title": {"standoff": 8, "font": {"size": 13}}},
        "legend": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "yanchor": "top",
            "font": {"size": 12},
        },
    }
)
"""Font, colours and axes of all figures."""

_NOT_PRINTED = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]+")
_NUMBERED = re.compile(r"-?\d{1,9}")
_NAMELESS = ("-1", "(none)", "unassigned")


def plain(text: object, *, most: int = 300) -> str:
    """The text on one line without control, bidirectional and invisible characters, cut at `most` characters."""
    line = " ".join(_NOT_PRINTED.sub(" ", str(text)).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def safe(text: object, *, most: int = 300, width: int | None = None, lines: int = 9) -> str:
    """The text as plotly shows it letter by letter: no markup, no link, no formula.

    Wrapped at `width` characters into so many `lines` at the most.
    """
    line = plain(text, most=most)
    parts = textwrap.wrap(line, width, max_lines=lines, placeholder="…") if width else [line]
    return "<br>".join(html.escape(each, quote=False).replace("$", "&#36;") for each in parts)


def colour_of(name: object) -> str:
    """The colour of an outlet, language, event or topic: the same in every figure; grey for what has no name."""
    text = str(name)
    if text in _NAMELESS:
        return GREY
    number = int(text) if _NUMBERED.fullmatch(text) else int(digest([text]), 16)
    return PALETTE[number % len(PALETTE)]


def colours_of(names: Iterable[object]) -> dict[str, str]:
    """The colour of each name in one figure.

    Each keeps its own, but where several share one, the later in the alphabet take the next free colour: two lines
    of one colour in one figure are worse than one outlet in two colours across figures.
    """
    chosen: dict[str, str] = {}
    for name in sorted(str(each) for each in names):
        own = colour_of(name)
        at = PALETTE.index(own) if own in PALETTE else None
        turns = [] if at is None else [PALETTE[(at + step) % len(PALETTE)] for step in range(len(PALETTE))]
        chosen[name] = next((colour for colour in turns if colour not in chosen.values()), own)
    return chosen


def faded(colour: str, opacity: float) -> str:
    """The colour with this opacity, 0–1."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def frame(  # noqa: PLR0913 -- the pixels around a plot
    figure: go.Figure,
    *,
    title: str,
    notes: Iterable[str],
    names: Iterable[str] = (),
    plot_height: int = 300,
    above: int = 0,
    left: int = 60,
    right: int = 14,
    below: int = 58,
    legend_last: bool = False,
) -> go.Figure:
    """The figure with its title, a legend under the title, and the notes beneath the axis, at both widths.

    `names` are the entries of the legend, none for no legend; `above` and `below` the room for what stands between
    legend and plot and for the axis; `legend_last` puts a long legend beneath the notes. The height is fixed, so
    that distances in pixels hold at any width.
    """
    heading = safe(title, most=140, width=40)
    lines = [line for note in notes for line in textwrap.wrap(plain(note, most=2000), WRAP)]
    entries = list(names)
    legend = _legend_height(entries)
    top = 16 + 21 * (heading.count("<br>") + 1) + above + 8 + (0 if legend_last else legend)
    bottom = below + LINE * len(lines) + 12 + (legend if legend_last else 0)
    legend_at = -(bottom - legend) if legend_last else plot_height + legend + above
    figure.update_layout(
        template=TEMPLATE,
        title={"text": heading, "y": 1, "yref": "container", "yanchor": "top", "pad": {"t": 12, "l": 12}},
        margin={"l": left, "r": right, "t": top, "b": bottom, "autoexpand": False},
        height=plot_height + top + bottom,
        showlegend=legend > 0,
        legend={"y": legend_at / plot_height, "entrywidth": _entry_width(entries)},
    )
    figure.add_annotation(
        text="<br>".join(safe(line, most=2000) for line in lines),
        x=0, xref="paper", xanchor="left", xshift=12 - left, y=0, yref="paper", yanchor="top", yshift=-below,
        align="left", showarrow=False, font={"size": 11, "color": "#444444"}, name="notes",
    )  # fmt: skip
    return figure


def _legend_height(names: list[str]) -> int:
    """Room for the legend on the narrowest screen."""
    if not names:
        return 0
    columns = max(1, (NARROW - 90) // (_entry_width(names) + 46))
    return 20 * -(-len(names) // columns) + 6


def _entry_width(names: list[str]) -> int:
    """Pixels for the longest name: plotly measures before the font has come and then cuts names off."""
    return 6 + int(6.3 * max(map(len, names), default=0))


def describe(figure: go.Figure, *, title: str, caption: str, alt: str) -> go.Figure:
    """The figure with the words that a page needs around it, in `layout.meta`: plain text, not yet escaped for HTML."""
    words = {"title": title, "caption": caption, "alt": alt}
    figure.update_layout(meta={key: plain(value, most=4000) for key, value in words.items()})
    return figure


def lead(
    figure: go.Figure,
    rule: Mapping[str, Any],
    numbers: pd.DataFrame | None,
    *,
    known: Iterable[str] = (),
    most: int = MOST_NUMBERS,
) -> go.Figure:
    """The figure with a rule that leads from its marks to their articles (`workbench.marks`), and its numbers.

    Both stand in `layout.meta` as `articles` and `table`; `known` says what the numbered lines mark. Without `numbers`,
    or with more than `most` rows of them, a page takes them from what is drawn.
    """
    meta = {**(figure.layout.meta or {}), "articles": dict(rule), "known": [plain(each) for each in known]}
    if numbers is not None and len(numbers) <= most:
        cells = numbers.astype(object).where(numbers.notna(), None)
        meta["table"] = {"columns": [str(name) for name in numbers.columns], "rows": cells.to_numpy().tolist()}
    return figure.update_layout(meta=meta)


def nothing(title: str, reason: str) -> go.Figure:
    """A figure that says why there is nothing to draw."""
    figure = go.Figure()
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    frame(figure, title=title, notes=[reason], plot_height=40, below=10)
    return describe(figure, title=title, caption=reason, alt=reason)


def count(number: Any) -> str:
    """A whole number with its thousands set apart."""
    return f"{int(number):,}"
