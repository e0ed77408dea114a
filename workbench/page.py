"""The page of a report: what the cells of a notebook become in it, and the HTML that is written of it.

The template and its style and script lie in `workbench/templates`; the template escapes all text, and the script adds
text to the page only as text. plotly's script is the one that the plotly package carries, packed once; the page's
policy lets only that script and its own run, each by its digest.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from math import sqrt
from typing import Any

import jinja2
import pandas as pd
from markupsafe import Markup

from workbench.events import Event
from workbench.figures import Figure, as_json, read_figure
from workbench.manifest import pack
from workbench.marks import Listed
from workbench.markup import is_number, markdown, one_line, plain_text, safe_link, table_cells
from workbench.notebook import Cell, Output
from workbench.records import FLAGS, records, span

FEW = 30
"""Below so many texts the report says what they can and cannot tell: half of 30 is 33 % to 67 % at best."""

_SHOWN_WITHOUT_SCRIPT = 200
"""Rows of the table of articles that stand in the page itself; the script lists all."""

_MOST_REASONS = 12

_NOT_SHOWN = {"hide", "articles", "parameters", "injected-parameters"}


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the report: `kind` is prose, figure, table or text; `content` what the template shows of it."""

    kind: str
    content: Any


@dataclass(frozen=True, slots=True)
class Basis:
    """What a page is made from besides the notebook; `lines` are those of `manifest.article_lines`, for `verify`."""

    listed: Listed
    manifest: dict[str, Any]
    lines: list[list[str]]
    event: Event | None
    ledger: pd.DataFrame | None


@dataclass(frozen=True, slots=True)
class Page:
    """The parts of the report in their order; `code` are the sources of the code cells with their numbers."""

    title: str
    finding: list[Block] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    method: list[Block] = field(default_factory=list)
    code: list[tuple[int, str]] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)

    @property
    def printed(self) -> list[str]:
        """What the notebook said in words and tables."""
        shown = [each for part in (self.finding, self.blocks, self.method) for each in part if each.kind != "figure"]
        return [as_json(each.content) if each.kind == "table" else str(each.content) for each in shown]


def make_page(cells: Sequence[Cell], listed: Listed, *, title: str | None, otherwise: str) -> Page:
    """The cells sorted into the parts of the report.

    Its title is the one given, else the notebook's first heading, which then does not stand in the prose, else
    `otherwise`.
    """
    heading, cells = _heading(cells)
    page = Page(title or heading or otherwise)
    for number, cell in enumerate(cells, start=1):
        if cell.kind == "code" and "injected-parameters" not in cell.tags:
            page.code.append((number, plain_text(cell.source)))
        if not cell.tags & _NOT_SHOWN:
            part = page.finding if "finding" in cell.tags else page.method if "method" in cell.tags else page.blocks
            part.extend(_blocks(cell, page.figures, listed))
    return page


def _heading(cells: Sequence[Cell]) -> tuple[str, list[Cell]]:
    """The text of the first heading, and the cells without it."""
    for place, cell in enumerate(cells):
        first, _, rest = cell.source.lstrip().partition("\n")
        if cell.kind == "markdown" and first.startswith("# "):
            kept = [Cell(cell.kind, rest, cell.tags)] if rest.strip() else []
            return one_line(first[2:].strip(" #*_")), [*cells[:place], *kept, *cells[place + 1 :]]
    return "", list(cells)


def _blocks(cell: Cell, figures: list[Figure], listed: Listed) -> list[Block]:
    if cell.kind == "markdown":
        return [Block("prose", markdown(cell.source))]
    return [_block(output, figures, listed) for output in cell.outputs]


def _block(output: Output, figures: list[Figure], listed: Listed) -> Block:
    if output.kind == "figure":
        figures.append(_named(read_figure(output.content, listed, number=len(figures) + 1), figures))
        return Block("figure", len(figures) - 1)
    if output.kind == "markdown":
        return Block("prose", markdown(output.content))
    cells = table_cells(output.content) if output.kind == "table" else None
    return Block("table", cells) if cells else Block("text", plain_text(output.content))


def _named(figure: Figure, before: Sequence[Figure]) -> Figure:
    """The figure under a name that no earlier one has: names are the anchors of the page."""
    taken = {each.name for each in before}
    return replace(figure, name=f"{figure.name}-{len(before) + 1}") if figure.name in taken else figure


# -- HTML -----------------------------------------------------------------------------------------------------


def render_page(page: Page, basis: Basis, *, progress: bool = True) -> str:
    """The text of the HTML file."""
    listed, counts = basis.listed, basis.manifest["counts"]
    rows = records(
        listed,
        query=basis.event.query if basis.event else None,
        excerpt_chars=basis.manifest["settings"]["excerpt_chars"],
        progress=progress,
    )
    return _template().render(
        page=page,
        event=basis.event,
        manifest=basis.manifest,
        counts=counts,
        rows=rows,
        flags=_flags_of(rows, listed),
        shown=min(listed.matched, _SHOWN_WITHOUT_SCRIPT),
        span=span(listed.table.iloc[: listed.matched]),
        few=_few(counts["texts"]) if counts["texts"] < FEW else None,
        reasons=_reasons(basis.ledger),
        **_packed(page, basis, rows),
    )


def _packed(page: Page, basis: Basis, rows: dict[str, list[Any]]) -> dict[str, Any]:
    """What the page's script and `verify` read, and the policy that lets only this script and plotly's run."""
    own, library = _asset("report.js"), _library()
    figures = [
        {"drawing": each.drawing, "marks": each.marks, "labels": each.labels, "name": each.name}
        for each in page.figures
    ]
    numbers = [[each.name, each.table.head, each.table.rows] for each in page.figures]
    manifest = as_json(basis.manifest).replace("<", "\\u003c")
    return {
        "manifest_json": Markup(manifest),  # noqa: S704 - no < is left to open a tag
        "content": pack(as_json({"articles": rows, "matched": basis.listed.matched, "figures": figures})),
        "inputs": pack(as_json({"articles": basis.lines, "numbers": numbers})),
        "library": _packed_library() if figures else "",
        "policy": _policy(own, library),
        "script": Markup(own),  # noqa: S704 - a file of this package
        "style": Markup(_asset("report.css")),  # noqa: S704 - a file of this package
    }


def _flags_of(rows: dict[str, list[Any]], listed: Listed) -> dict[str, str]:
    """The letters that occur among the matched articles, with their words."""
    found = set("".join(rows["flags"][: listed.matched]))
    return {letter: words for letter, words in FLAGS.items() if letter in found}


@cache
def _library() -> str:
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs())


@cache
def _packed_library() -> str:
    return pack(_library())


def _asset(name: str) -> str:
    return files("workbench").joinpath(f"templates/{name}").read_text("utf-8")


def _policy(*scripts: str) -> str:
    """The page's Content-Security-Policy: these scripts by their digests, no address at all.

    plotly writes style rules of its own, therefore 'unsafe-inline' for styles; a style can load nothing here.
    """
    allowed = " ".join(f"'sha256-{_sha256(script)}'" for script in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )


def _sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("workbench", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(plain=plain_text, link=safe_link, thousands=lambda number: f"{number:,}")
    environment.tests["number"] = is_number
    return environment.get_template("report.html.j2")


def _few(count: int) -> dict[str, Any]:
    """How unsure a half of `count` texts is: the interval of Wilson (1927) at 95 %."""
    if count == 0:
        return {"count": 0}
    z = 1.96  # 95 % of a normal distribution lie within so many standard deviations
    half = z / (1 + z**2 / count) * sqrt(0.25 / count + z**2 / (4 * count**2))
    return {"count": count, "low": f"{0.5 - half:.0%}", "high": f"{0.5 + half:.0%}"}


def _reasons(ledger: pd.DataFrame | None) -> list[tuple[str, str, int, str]]:
    """Status, reason, count and an example of what was not loaded, most frequent first."""
    if ledger is None or not {"status", "reason", "file"} <= set(ledger.columns):
        return []
    rest = ledger[ledger["status"] != "loaded"]
    reason = rest["reason"].str.replace(r"^the same article as .*", "the same article stands elsewhere", regex=True)
    table = (
        rest.assign(reason=reason)
        .groupby(["status", "reason"], as_index=False)
        .agg(records=("file", "size"), example=("file", "min"))
    )
    table = table.sort_values(["records", "status", "reason"], ascending=[False, True, True]).head(_MOST_REASONS)
    columns = zip(table["status"], table["reason"], table["records"], table["example"], strict=True)
    return [(one_line(status), one_line(why), int(number), one_line(file)) for status, why, number, file in columns]
