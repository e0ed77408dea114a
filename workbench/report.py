"""One offline HTML file from an executed notebook: the finding, its figures, and the articles behind every mark.

How notebook and report meet. The notebook is run (`workbench.notebook`) with the parameters `collection`, a folder with
the articles given here, and `event`, its name. Its cells are then read in their order: Markdown becomes prose, figures
become figures with title, caption and alt text from `layout.meta` (`workbench.figures` says which keys), tables are
written anew from their cells, printed text stays text, and the code goes to one fold at the end. The first heading
is the report's title unless one is given. Tags: `finding` goes first, `method` goes to the method, `hide` is left out,
`articles` marks the notebook's own list of articles, which the report's table stands for.

How a mark leads to its articles. When the report is written, every mark of every figure is resolved to the articles
behind it, by the rule in its `layout.meta["articles"]` or its `customdata` (`workbench.marks`), and the places of these
articles are packed into the file. The page looks them up when a mark is clicked, chosen with the keyboard, or picked.

The file asks for nothing from a network (`workbench.page`). The same input gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
import difflib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from workbench import store
from workbench.articles import WorkbenchError, as_articles, digest, require
from workbench.events import Event, KnownDate, about, find_events, write_event
from workbench.manifest import (
    FORMAT,
    Difference,
    article_differences,
    article_lines,
    block,
    differences,
    ledger_counts,
    ledger_digest,
    read_manifest,
    read_page,
    stated_parameters,
    table_differences,
    unpack,
    versions,
)
from workbench.marks import Listed, figure_rules, stated_ids
from workbench.markup import Cells
from workbench.notebook import Cell, notebook_digest, read_notebook, run_notebook
from workbench.page import Basis, Page, make_page, render_page
from workbench.records import amounts, listed_articles

_OURS = ("collection", "event")
"""The parameters that the report sets for the notebook, from the articles and the event it is about."""


@dataclass(frozen=True, slots=True)
class _Setting:
    """What the report was asked for."""

    notebook: Path
    event: Event | None
    parameters: dict[str, Any]
    excerpt_chars: int
    title: str | None
    progress: bool


def write_report(  # noqa: PLR0913 - each is a plain choice of whoever writes the report
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

    `articles` is the whole collection; those `event` is about are the matched ones. Without `event` it is the one that
    the notebook's cell of parameters names, and all articles where it names none. `ledger` is what `import_ledger`
    gave. `parameters` are handed to the notebook, over its own; `collection` and `event` are set to the articles and
    the event given here unless they are among them. `excerpt_chars` is how much of an article's text the file may hold
    at most; 0 gives titles only.

    Raises WorkbenchError where the notebook fails or the file cannot be written; an older file then stays whole.
    """
    path = Path(path)
    if not isinstance(excerpt_chars, int) or excerpt_chars < 0:
        raise WorkbenchError(f"excerpt_chars is {excerpt_chars!r}; give a whole number, 0 for titles only")
    if not path.parent.is_dir():
        raise WorkbenchError(f"there is no folder {str(path.parent)!r} to write the report to; make it first")
    if event is not None and not isinstance(event, Event):
        raise WorkbenchError(f"event is a {type(event).__name__}; take one from wb.load_events")
    given = dict(parameters or {})
    event = event or _stated_event(Path(notebook), given)
    setting = _Setting(Path(notebook), event, given, excerpt_chars, title, progress)
    _replace(path, _compose(setting, articles, ledger))
    return path


def verify_report(
    path: str | Path, *, against: str | Path, notebook: str | Path | None = None, progress: bool = True
) -> list[Difference]:
    """What is not as the report at `path` says when it is made again from the imported folder `against`.

    Empty where nothing changed. Named are articles that came, went, moved in time or changed, every number of a count
    or figure, every version of a package. The code in the report is never run: the notebook is taken from `notebook`,
    or looked for by its name in notebooks/, never beside the report, which may have come by mail.

    Raises WorkbenchError where the file is no report, the folder no import, or the notebook cannot be found.
    """
    manifest = read_manifest(path)
    page = read_page(path)
    folder = Path(against)
    if not store.is_collection(folder):
        raise WorkbenchError(f"{str(folder)!r} is no imported collection; make one with workbench import … -o DIR")
    articles, ledger = store.read_tables(folder)
    setting = _Setting(
        notebook=Path(notebook) if notebook else _find_notebook(manifest),
        event=_event(manifest.get("event")),
        parameters={name: value for name, value in manifest["given"].items() if name not in _OURS},
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
    otherwise = setting.event.title if setting.event else "Coverage report"
    page = make_page(cells, listed, title=setting.title, otherwise=otherwise)
    lines = article_lines(articles)
    manifest = _manifest(setting, articles, matched, page)
    manifest["inputs"] = {"articles": digest(part for line in lines for part in line), "ledger": ledger_digest(ledger)}
    manifest["counts"]["ledger"] = ledger_counts(ledger)
    basis = Basis(listed, manifest, lines, setting.event, ledger)
    return render_page(page, basis, progress=setting.progress)


def _run(setting: _Setting, articles: pd.DataFrame, ledger: pd.DataFrame | None) -> list[Cell]:
    """The cells of the notebook, run on a folder that holds exactly these articles."""
    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        collection = str(Path(folder).resolve() / "collection")
        if "collection" in setting.parameters:
            collection = str(Path(str(setting.parameters["collection"])).expanduser().resolve())
        else:
            empty = pd.DataFrame(columns=list(store.LEDGER_COLUMNS), dtype="str")
            store.write_tables(articles, empty if ledger is None else ledger, Path(collection))
            if setting.event is not None:  # the notebook asks for this one, whatever a file of that name says
                write_event(setting.event, Path(collection) / "events.toml")
        event = {"event": setting.event.name} if setting.event else {}
        hidden = {
            collection: Path(collection).name,
            str(setting.notebook.resolve().parent) + os.sep: "",
            str(Path.cwd()) + os.sep: "",
            str(Path.home()) + os.sep: "~/",
        }
        return run_notebook(
            setting.notebook,
            parameters={**event, **setting.parameters, "collection": collection},
            shown_as=hidden,
            progress=setting.progress,
        )


def _listed(cells: Sequence[Cell], articles: pd.DataFrame, matched: pd.DataFrame) -> Listed:
    figures = [output.content for cell in cells for output in cell.outputs if output.kind == "figure"]
    rules = [rule for figure in figures for rule in figure_rules(figure)]
    ids = {name for figure in figures for name in stated_ids(figure)}
    return listed_articles(articles, matched, ids, everything=any(rule.get("of") == "all" for rule in rules))


# -- the manifest ---------------------------------------------------------------------------------------------


def _manifest(setting: _Setting, articles: pd.DataFrame, matched: pd.DataFrame, page: Page) -> dict[str, Any]:
    given = {name: _portable(name, value) for name, value in setting.parameters.items()}
    return {
        "format": FORMAT,
        "notebook": {"name": setting.notebook.name, "digest": notebook_digest(setting.notebook)},
        "event": _event_facts(setting.event),
        "parameters": {**_defaults(setting.notebook), **given},
        "given": given,
        "settings": {"excerpt_chars": setting.excerpt_chars, "title": setting.title},
        "counts": amounts(articles, matched),
        "figures": [{"name": each.name, "title": each.title} for each in page.figures],
        "printed": page.printed,
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
    return {name: _portable(name, value) for name, value in found.items() if name not in _OURS}


def _stated_event(notebook: Path, given: Mapping[str, Any]) -> Event | None:
    """The event that the parameters name, those given before those of the notebook; None where there is no such one."""
    cells = [cell for cell in read_notebook(notebook).cells if "parameters" in cell.metadata.get("tags", [])]
    stated = (stated_parameters(cells[0].source) if cells else {}) | dict(given)
    name, events_file = stated.get("event"), stated.get("events_file")
    if not isinstance(name, str):
        return None
    events = find_events(str(stated.get("collection") or "."), events_file if isinstance(events_file, str) else None)
    return events.get(name)


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
    if not facts:
        return None
    known = tuple(KnownDate(dt.date.fromisoformat(date), label, url) for date, label, url in facts["known"])
    return Event(**{**facts, "known": known})


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


def _find_notebook(manifest: Mapping[str, Any]) -> Path:
    name = Path(str(manifest["notebook"]["name"])).name
    for place in (Path("notebooks"), Path(__file__).resolve().parents[1] / "notebooks"):
        if (place / name).is_file():
            return place / name
    raise WorkbenchError(f"the notebook {name!r} of this report is not in notebooks/; name it with notebook=…")


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
