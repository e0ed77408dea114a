"""One offline HTML file from an executed notebook: the finding, its figures, and the articles behind every mark.

How notebook and report meet. The notebook is run (`workbench.notebook`) with the parameters `collection`, a folder with
the articles given here, and `event`, its name. Its cells are then read in their order: Markdown becomes prose, figures
become figures with title, caption and alt text from `layout.meta` (`workbench.figures` says which keys), tables are
written anew from their cells, printed text stays text, and the code goes to one fold at the end. The first heading
is the report's title unless one is given. Tags: `finding` goes first, `method` goes to the method, `hide` is left out,
`articles` marks the notebook's own list of articles, which the report's table stands for.

How a mark leads to its articles. When the report is written, every mark of every figure is resolved to the articles
behind it, by the figure's rule or its `customdata` (`workbench.figures`), and the places of these articles are packed
into the file. The page looks them up when a mark is clicked, chosen with the keyboard, or picked in the list.

The file asks for nothing from a network. plotly's script is the one that the plotly package carries, packed once; the
page's policy lets only that script and its own run, each by its digest. The same input gives the same bytes.
"""

from __future__ import annotations

import base64
import difflib
import hashlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from math import sqrt
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
from markupsafe import Markup

from workbench import store
from workbench.articles import WorkbenchError, as_articles, digest, require
from workbench.events import Event, about
from workbench.figures import Figure, Listed, as_json, figure_rules, read_figure, stated_ids
from workbench.manifest import (
    FORMAT,
    Difference,
    article_differences,
    article_lines,
    block,
    differences,
    ledger_counts,
    ledger_digest,
    pack,
    read_manifest,
    read_page,
    stated_parameters,
    table_differences,
    unpack,
    versions,
)
from workbench.markup import Cells, is_number, markdown, one_line, plain_text, safe_link, table_cells
from workbench.notebook import Cell, Output, notebook_digest, read_notebook, run_notebook
from workbench.records import FLAGS, amounts, listed_articles, records, span

FEW = 30
"""Below so many texts the report says what they can and cannot tell: half of 30 is 33 % to 67 % at best."""

_SHOWN_WITHOUT_SCRIPT = 200
"""Rows of the table of articles that stand in the page itself; the script lists all."""

_MOST_REASONS = 12


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the report: `kind` is prose, figure, table or text; `content` what the template shows of it."""

    kind: str
    content: Any


@dataclass(frozen=True, slots=True)
class _Page:
    """All that the template needs, in the order of the report."""

    title: str
    finding: list[Block]
    blocks: list[Block]
    method: list[Block]
    code: list[tuple[int, str]]
    figures: list[Figure] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Setting:
    """What the report was asked for."""

    notebook: Path
    event: Event | None
    parameters: dict[str, Any]
    excerpt_chars: int
    title: str | None
    progress: bool


def write_report(
    path: str | Path,
    *,
    notebook: str | Path,
    articles: pd.DataFrame,
    event: Event | None = None,
    ledger: pd.DataFrame | None = None,
    parameters: Mapping[str, Any] | None = None,
    excerpt_chars: int = 400,
    title: str | None = None,
    progress: bool = True,
) -> Path:
    """The path of the report written to `path`: one HTML file that opens offline and can be mailed.

    `articles` is the whole collection; those `event` is about are the matched ones, all of them without an event.
    `ledger` is what `import_ledger` gave. `parameters` are handed to the notebook, over its own; `collection` and
    `event` are set to the articles and the event given here unless they are among them. `excerpt_chars` is how much
    of an article's text the file may hold at most; 0 gives titles only.

    Raises WorkbenchError where the notebook fails or the file cannot be written; an older file then stays whole.
    """
    path = Path(path)
    if not isinstance(excerpt_chars, int) or excerpt_chars < 0:
        raise WorkbenchError(f"excerpt_chars is {excerpt_chars!r}; give a whole number, 0 for titles only")
    if not path.parent.is_dir():
        raise WorkbenchError(f"there is no folder {str(path.parent)!r} to write the report to; make it first")
    if event is not None and not isinstance(event, Event):
        raise WorkbenchError(f"event is a {type(event).__name__}; take one from wb.load_events")
    setting = _Setting(Path(notebook), event, dict(parameters or {}), excerpt_chars, title, progress)
    _replace(path, _compose(setting, articles, ledger))
    return path


def verify_report(
    path: str | Path, *, against: str | Path, notebook: str | Path | None = None, progress: bool = True
) -> list[Difference]:
    """What is not as the report at `path` says when it is made again from the imported folder `against`.

    Empty where nothing changed. Named are articles that came, went, moved in time or changed, every number of a count
    or figure, every version of a package. The code in the report is never run: the notebook is taken from `notebook`,
    or looked for by its name in notebooks/ and beside the report, and must be the one that the manifest names.

    Raises WorkbenchError where the file is no report, the folder no import, or the notebook cannot be found.
    """
    manifest = read_manifest(path)
    page = read_page(path)
    folder = Path(against)
    if not store.is_collection(folder):
        raise WorkbenchError(f"{str(folder)!r} is no imported collection; make one with workbench import … -o DIR")
    articles, ledger = store.read_tables(folder)
    setting = _Setting(
        notebook=Path(notebook) if notebook else _find_notebook(manifest, Path(path)),
        event=_event(manifest.get("event")),
        parameters={name: value for name, value in manifest["given"].items()},
        excerpt_chars=int(manifest["settings"]["excerpt_chars"]),
        title=manifest["settings"]["title"],
        progress=progress,
    )
    again = _compose(setting, articles, ledger if manifest["inputs"]["ledger"] else None)
    return _compare(page, manifest, again)


# -- making the page ------------------------------------------------------------------------------------------


def _compose(setting: _Setting, articles: pd.DataFrame, ledger: pd.DataFrame | None) -> str:
    """The whole text of the report."""
    require(articles, "title", "text", "published")
    articles = as_articles(articles)
    matched = articles if setting.event is None else about(articles, setting.event)
    cells = _run(setting, articles, ledger)
    listed = _listed(cells, articles, matched)
    page = _page(cells, setting, listed)
    manifest = _manifest(setting, articles, matched, ledger, page)
    return _render(setting, page, listed, manifest, ledger, article_lines(articles))


def _run(setting: _Setting, articles: pd.DataFrame, ledger: pd.DataFrame | None) -> list[Cell]:
    """The cells of the notebook, run on a folder that holds exactly these articles."""
    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        collection = str(Path(folder).resolve() / "collection")
        given = {"collection": collection, **({"event": setting.event.name} if setting.event else {})}
        if "collection" not in setting.parameters:
            empty = pd.DataFrame(columns=list(store.LEDGER_COLUMNS), dtype="str")
            store.write_tables(articles, empty if ledger is None else ledger, Path(collection))
        hidden = {
            collection: "collection",
            str(setting.notebook.resolve().parent) + os.sep: "",
            str(Path.cwd()) + os.sep: "",
            str(Path.home()): "~",
        }
        return run_notebook(
            setting.notebook,
            parameters={**given, **setting.parameters},
            shown_as=hidden,
            progress=setting.progress,
        )


def _listed(cells: Sequence[Cell], articles: pd.DataFrame, matched: pd.DataFrame) -> Listed:
    figures = [output.content for cell in cells for output in cell.outputs if output.kind == "figure"]
    rules = [rule for figure in figures for rule in figure_rules(figure)]
    ids = {name for figure in figures for name in stated_ids(figure)}
    return listed_articles(articles, matched, ids, everything=any(rule.get("of") == "all" for rule in rules))


def _page(cells: Sequence[Cell], setting: _Setting, listed: Listed) -> _Page:
    """The cells sorted into the parts of the report; its title is the one given, or the notebook's first heading."""
    heading, cells = _heading(cells)
    event_title = setting.event.title if setting.event else ""
    page = _Page(setting.title or heading or event_title or "Coverage report", [], [], [], [])
    for number, cell in enumerate(cells, start=1):
        if cell.kind == "code" and "injected-parameters" not in cell.tags:
            page.code.append((number, plain_text(cell.source)))
        if cell.tags & {"hide", "articles", "parameters", "injected-parameters"}:
            continue
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
    from dataclasses import replace

    taken = {each.name for each in before}
    name = figure.name
    while name in taken:
        name = f"{figure.name}-{len(before) + 1}" if name == figure.name else f"{name}x"
    return replace(figure, name=name)


# -- the manifest ---------------------------------------------------------------------------------------------


def _manifest(
    setting: _Setting, articles: pd.DataFrame, matched: pd.DataFrame, ledger: pd.DataFrame | None, page: _Page
) -> dict[str, Any]:
    given = {name: _portable(name, value) for name, value in setting.parameters.items()}
    return {
        "format": FORMAT,
        "notebook": {"name": setting.notebook.name, "digest": notebook_digest(setting.notebook)},
        "event": _event_facts(setting.event),
        "parameters": {**_defaults(setting.notebook), **given},
        "given": given,
        "settings": {"excerpt_chars": setting.excerpt_chars, "title": setting.title},
        "inputs": {"articles": digest(part for line in article_lines(articles) for part in line),
                   "ledger": ledger_digest(ledger)},
        "counts": {**amounts(articles, matched), "ledger": ledger_counts(ledger)},
        "figures": [{"name": each.name, "title": each.title} for each in page.figures],
        "printed": _printed(page),
        "versions": versions(),
    }


def _portable(name: str, value: Any) -> Any:
    """A parameter as the report shows it: of a folder of this machine only the name."""
    if isinstance(value, str) and Path(value).is_absolute():
        return Path(value).name
    if isinstance(value, os.PathLike):
        raise WorkbenchError(f"parameter {name!r} is a path; give it as text with str(…)")
    return value


def _defaults(notebook: Path) -> dict[str, Any]:
    cells = [cell for cell in read_notebook(notebook).cells if "parameters" in cell.metadata.get("tags", [])]
    found = stated_parameters(cells[0].source) if cells else {}
    return {name: _portable(name, value) for name, value in found.items() if name not in ("collection", "event")}


def _event_facts(event: Event | None) -> dict[str, Any] | None:
    if event is None:
        return None
    known = [[str(each.date), each.label, each.url] for each in event.known]
    return {
        "name": event.name,
        "title": event.title,
        "query": event.query,
        "start": str(event.start),
        "end": str(event.end),
        "known": known,
        "note": event.note,
        "written": event.written,
    }


def _event(facts: Mapping[str, Any] | None) -> Event | None:
    from workbench.events import KnownDate, _day

    if not facts:
        return None
    known = tuple(KnownDate(_day(date, "known date"), label, url) for date, label, url in facts["known"])
    return Event(**{**facts, "known": known})


def _printed(page: _Page) -> list[str]:
    """What the notebook printed in words and tables, for comparison."""
    shown = [each for part in (page.finding, page.blocks, page.method) for each in part if each.kind != "figure"]
    return [as_json(each.content) if each.kind == "table" else str(each.content) for each in shown]


# -- writing the page -----------------------------------------------------------------------------------------


def _render(
    setting: _Setting,
    page: _Page,
    listed: Listed,
    manifest: dict[str, Any],
    ledger: pd.DataFrame | None,
    lines: list[list[str]],
) -> str:
    query = setting.event.query if setting.event else None
    rows = records(listed, query=query, excerpt_chars=setting.excerpt_chars, progress=setting.progress)
    content = {
        "articles": rows,
        "matched": listed.matched,
        "figures": [{"drawing": each.drawing, "marks": each.marks, "name": each.name} for each in page.figures],
    }
    numbers = [[each.name, each.table.head, each.table.rows] for each in page.figures]
    own = _asset("report.js")
    library = _library()
    counts = manifest["counts"]
    return _template().render(
        page=page,
        event=setting.event,
        manifest=manifest,
        manifest_json=Markup(as_json(manifest).replace("<", "\\u003c")),  # noqa: S704 - no < is left to open a tag
        content=pack(as_json(content)),
        inputs=pack(as_json({"articles": lines, "numbers": numbers})),
        library=pack(library) if page.figures else "",
        policy=_policy(own, library),
        script=Markup(own),  # noqa: S704 - a file of this package
        style=Markup(_asset("report.css")),  # noqa: S704 - a file of this package
        counts=counts,
        span=span(listed.table.iloc[: listed.matched]),
        few=_few(counts["texts"]) if counts["texts"] < FEW else None,
        rows=rows,
        shown=min(listed.matched, _SHOWN_WITHOUT_SCRIPT),
        reasons=_reasons(ledger),
        flags=FLAGS,
    )


@cache
def _library() -> str:
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs())


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
    """How unsure half of `count` texts is: Wilson's interval at 95 %."""
    if count == 0:
        return {"count": 0}
    size, z = float(count), 1.96
    half = z / (1 + z**2 / size) * sqrt(0.25 / size + z**2 / (4 * size**2))
    return {"count": count, "low": f"{0.5 - half:.0%}", "high": f"{0.5 + half:.0%}"}


def _reasons(ledger: pd.DataFrame | None) -> list[tuple[str, str, int, str]]:
    """Status, reason, count and an example of what was not loaded, most frequent first."""
    if ledger is None or not {"status", "reason", "file"} <= set(ledger.columns):
        return []
    rest = ledger[ledger["status"] != "loaded"]
    reason = rest["reason"].str.replace(r"^the same article as .*", "the same article stands elsewhere", regex=True)
    groups = rest.assign(reason=reason).groupby(["status", "reason"])["file"].agg(["size", "min"]).reset_index()
    groups = groups.sort_values(["size", "status", "reason"], ascending=[False, True, True]).head(_MOST_REASONS)
    return [
        (one_line(row.status), one_line(row.reason), int(row.size_), one_line(row.min_))
        for row in groups.rename(columns={"size": "size_", "min": "min_"}).itertuples()
    ]


def _replace(path: Path, text: str) -> None:
    """Write `text` beside `path` and move it there whole."""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-", suffix=".part")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="\n") as file:
                file.write(text)
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as problem:
        raise WorkbenchError(f"cannot write {path}: {problem.strerror or problem}; choose another place") from None


# -- verifying --------------------------------------------------------------------------------------------------


def _find_notebook(manifest: Mapping[str, Any], report: Path) -> Path:
    name = Path(str(manifest["notebook"]["name"])).name
    places = [Path("notebooks"), Path(), report.parent, Path(__file__).resolve().parents[1] / "notebooks"]
    for place in places:
        if (place / name).is_file():
            return place / name
    raise WorkbenchError(f"the notebook {name!r} of this report is not in notebooks/ nor beside it; name it")


def _compare(page: str, manifest: Mapping[str, Any], again: str) -> list[Difference]:
    now = _parts(again)
    was = _parts(page)
    found = article_differences(was["inputs"]["articles"], now["inputs"]["articles"])
    found += differences(manifest, now["manifest"])
    found += _figure_differences(was, now)
    found += _printed_differences(manifest["printed"], now["manifest"]["printed"])
    if not found and was != now:
        found.append(Difference("the file", "edited after it was written", "as its input gives it"))
    return found


def _parts(page: str) -> dict[str, Any]:
    """The page taken apart: what is packed in it unpacked, so that another packer is no difference."""
    import json

    try:
        packed = {name: block(page, name) for name in ("content", "inputs", "library")}
        whole = {name: json.loads(unpack(packed[name])) for name in ("content", "inputs")}
        rest = page
        for letters in packed.values():
            rest = rest.replace(letters, "") if letters else rest
        library = digest([unpack(packed["library"])]) if packed["library"] else ""
        return {**whole, "library": library, "manifest": json.loads(block(page, "manifest")), "page": rest}
    except ValueError as problem:
        raise WorkbenchError(f"the report is damaged ({problem}); write it again") from None


def _figure_differences(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[Difference]:
    old, new = ({name: _cells(*rest) for name, *rest in side["inputs"]["numbers"]} for side in (was, now))
    gone = [Difference(f"figure {name}", "drawn", "") for name in old if name not in new]
    come = [Difference(f"figure {name}", "", "drawn") for name in new if name not in old]
    both = [name for name in old if name in new]
    return gone + come + [each for name in both for each in table_differences(f"figure {name}", old[name], new[name])]


def _cells(head: list[str], rows: list[list[str]]) -> Cells:
    return Cells(tuple(head), tuple(map(tuple, rows)))


def _printed_differences(was: Sequence[str], now: Sequence[str]) -> list[Difference]:
    """The lines of prose and printed tables that differ."""
    lines = difflib.ndiff(_lines(was), _lines(now))
    changed = [line for line in lines if line[:2] in ("- ", "+ ")]
    return [
        Difference("printed in the notebook", line[2:] if line[0] == "-" else "", line[2:] if line[0] == "+" else "")
        for line in changed[:20]
    ]


def _lines(texts: Sequence[str]) -> list[str]:
    return [line for text in texts for line in str(text).splitlines() if line.strip()]
