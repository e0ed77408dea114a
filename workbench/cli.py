"""The `workbench` command: for scripts, and for those who do not write Python.

Exit status 0, or 1 with one clear line on standard error. Tables go to standard output, everything else to standard
error, so that `workbench coverage … --csv > table.csv` holds the table and nothing else.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn, TextIO

import pandas as pd

import workbench as wb
from workbench.articles import WorkbenchError, spreadsheet_safe
from workbench.store import is_collection

Run = Callable[[argparse.Namespace, TextIO], int]
"""What a command does with its arguments; what it was asked for goes to the stream. The exit status."""

Add = Callable[..., argparse.ArgumentParser]
"""Adds a command to the parser."""

PROJECT = Path(__file__).resolve().parent.parent
"""The folder of the clone, which holds `data/` and `notebooks/`; the package is installed in place."""

TALKS_NOTEBOOK = "04_nato_russia_talks.ipynb"

_SHOWN = ("published", "source", "language", "title")
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)")
"""What steers a terminal: colours and movements, and titles of windows."""

_COLLECTION = "an imported collection, or a folder of files as they are"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0, or 1 when it could not be done."""
    out = sys.stdout
    if isinstance(out, io.TextIOWrapper):
        out.reconfigure(encoding=None if out.isatty() else "utf-8", errors="replace")
    try:
        try:
            return _run(arguments, out)
        finally:
            out.flush()
    except BrokenPipeError:
        _discard(out)
        return 0
    except WorkbenchError as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"{error.strerror or error}: {error.filename}" if error.filename else str(error))
    except KeyboardInterrupt:
        return _fail("stopped; nothing that was written before is lost")


def _run(arguments: Sequence[str] | None, out: TextIO) -> int:
    parser = _parser()
    given = parser.parse_args(arguments)
    if "run" not in given:
        parser.print_help(out)
        return 0
    with contextlib.redirect_stdout(sys.stderr):  # what a library prints on the way is no part of the table
        return int(given.run(given, out))


def _discard(out: TextIO) -> None:
    """Let go what is left to print: nobody reads it, as after `| head`, and Python would complain of it at its end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())


def _fail(message: str) -> int:
    print(f"workbench: {_printable(message)}", file=sys.stderr)
    return 1


class _Parser(argparse.ArgumentParser):
    """A parser that fails as everything else here does: with one line."""

    def error(self, message: str) -> NoReturn:
        raise WorkbenchError(f"{message}; `{self.prog} --help` says what can be given")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="workbench",
        description="From a folder of untidy article copies to a coverage chart you can defend.",
        epilog="example:\n  workbench import data/sample -o out\n"
        "  workbench report out --event nato-russia-talks -o talks.html",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"workbench {wb.__version__}")
    add = parser.add_subparsers(title="commands", metavar="COMMAND").add_parser
    _import_command(add)
    _topics_command(add)
    _search_command(add)
    _coverage_command(add)
    _report_command(add)
    _verify_command(add)
    _lab_command(add)
    return parser


def _command(add: Add, name: str, run: Run, *, gives: str, example: str) -> argparse.ArgumentParser:
    one = add(
        name,
        help=gives,
        description=f"{gives[0].upper()}{gives[1:]}.",
        epilog=f"example:\n  workbench {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    one.set_defaults(run=run)
    return one


def _events_option(one: argparse.ArgumentParser) -> None:
    one.add_argument(
        "--events",
        metavar="FILE",
        help="file of events; default: events.toml in DIR, else data/events.toml here, else the project's own",
    )


def _import_command(add: Add) -> None:
    gives = "read any mix of files into one table"
    one = _command(add, "import", _import, gives=gives, example="import data/sample -o out")
    one.add_argument("paths", nargs="+", metavar="PATH", help="a file, a folder or a pattern")
    wanted = "folder for articles.parquet, ledger.csv and removed.parquet"
    one.add_argument("-o", "--output", required=True, metavar="DIR", help=wanted)
    one.add_argument("--collection", metavar="NAME", help="name of it all; default: the folder a file lies in")
    dates = "file of events whose known dates help to date articles that state none; default: none"
    one.add_argument("--events", metavar="FILE", help=dates)
    one.add_argument("--no-cache", action="store_true", help="read everything anew")


def _topics_command(add: Add) -> None:
    one = _command(add, "topics", _topics, gives="find what a collection is about", example="topics out")
    one.add_argument("directory", metavar="DIR", help=_COLLECTION)
    wanted = "folder for topics.csv and assignments.csv; default: DIR itself"
    one.add_argument("-o", "--output", metavar="DIR", help=wanted)
    one.add_argument("--granularity", default="default", metavar="HOW", help="coarse, default or fine")
    model = "a sentence-transformers model: a folder, or a hub name (which needs a network)"
    one.add_argument("--model", metavar="MODEL", help=model)
    one.add_argument("--seed", type=int, default=0, metavar="N", help="of everything random; default 0")


def _search_command(add: Add) -> None:
    example = """search out '(NATO OR OTAN) AND "security guarantees"~5 AND language:fr'"""
    one = _command(add, "search", _search, gives="find articles by a query", example=example)
    one.add_argument("directory", metavar="DIR", help=_COLLECTION)
    syntax = 'words, "phrases", AND OR NOT, field:value, wild*cards, "near words"~5'
    one.add_argument("query", metavar="QUERY", help=syntax)
    one.add_argument("--limit", type=int, default=20, metavar="N", help="articles shown; default 20, 0 for all")
    one.add_argument("--csv", action="store_true", help="all columns as CSV")


def _coverage_command(add: Add) -> None:
    example = "coverage out --event nato-russia-talks --every week --by language --csv"
    gives = "count coverage per period, out of how much"
    one = _command(add, "coverage", _coverage, gives=gives, example=example)
    one.add_argument("directory", metavar="DIR", help=_COLLECTION)
    what = one.add_mutually_exclusive_group(required=True)
    what.add_argument("--event", metavar="NAME", help="an event of the events file")
    what.add_argument("--query", metavar="Q", help="a query, as for search")
    one.add_argument("--every", default="week", metavar="PERIOD", help="day, week, month, quarter, year; default week")
    one.add_argument("--by", metavar="COLUMN", help="a column to split by, such as source or language")
    wanted = "table of all articles per day, date and total_count, as of Media Cloud, where DIR was gathered by a query"
    one.add_argument("--totals", metavar="FILE.csv", help=wanted)
    _events_option(one)
    one.add_argument("--csv", action="store_true", help="as CSV")


def _report_command(add: Add) -> None:
    example = "report out --event nato-russia-talks -o talks.html"
    gives = "write one HTML file that answers for an event"
    one = _command(add, "report", _report, gives=gives, example=example)
    one.add_argument("directory", metavar="DIR", help=_COLLECTION)
    one.add_argument("--event", required=True, metavar="NAME", help="an event of the events file")
    one.add_argument("-o", "--output", required=True, metavar="FILE.html", help="the file to write")
    wanted = "the notebook to run; default: the project's talks notebook"
    one.add_argument("--notebook", metavar="FILE.ipynb", help=wanted)
    _events_option(one)
    shown = "characters of a text shown at most; default 400, 0 for titles only"
    one.add_argument("--excerpt-chars", type=int, default=400, metavar="N", help=shown)


def _verify_command(add: Add) -> None:
    gives = "recompute a report and name what changed"
    one = _command(add, "verify", _verify, gives=gives, example="verify talks.html --against out")
    one.add_argument("report", metavar="FILE.html", help="the report")
    one.add_argument("--against", required=True, metavar="DIR", help="the imported collection")
    wanted = "the notebook it was made with; default: the one of its name in notebooks/"
    one.add_argument("--notebook", metavar="FILE.ipynb", help=wanted)


def _lab_command(add: Add) -> None:
    gives = "open the notebooks in JupyterLab"
    one = _command(add, "lab", _lab, gives=gives, example="lab -- --no-browser")
    one.add_argument("options", nargs="*", metavar="OPTION", help="handed on to JupyterLab, after --")


def _import(given: argparse.Namespace, out: TextIO) -> int:
    options = {"collection": given.collection, "events": given.events, "cache": not given.no_cache}
    _, ledger = wb.write_collection(given.paths, given.output, **options)
    counts = ledger["status"].value_counts()
    loaded, merged, refused = (int(counts.get(one, 0)) for one in ("loaded", "merged", "refused"))
    articles = f"{loaded:,} article{'' if loaded == 1 else 's'}"
    seen = f"{len(ledger):,} seen: {loaded:,} loaded, {merged:,} merged, {refused:,} refused"
    _say(f"{articles} in {given.output} ({seen}; why: {Path(given.output) / 'ledger.csv'})", out)
    return 0


def _topics(given: argparse.Namespace, out: TextIO) -> int:
    folder = Path(given.output or given.directory)
    if given.output is None and not is_collection(folder):
        raise WorkbenchError(
            f"{given.directory} is no imported collection, so topics.csv would lie among your files; "
            "name another folder with -o DIR"
        )
    found = wb.fit_topics(
        wb.load_articles(given.directory), model=given.model, granularity=given.granularity, seed=given.seed
    )
    written = wb.write_topics(found, folder)
    out.write(_plain_table(found.table.reset_index()))
    for line in (found, *written):
        _say(str(line), out)
    return 0


def _search(given: argparse.Namespace, out: TextIO) -> int:
    if given.limit < 0:
        raise WorkbenchError(f"--limit {given.limit} is below 0; give how many articles to show, or 0 for all")
    found = wb.search(wb.load_articles(given.directory), given.query)
    shown = (found if given.limit == 0 else found.head(given.limit)).reset_index()
    out.write(_csv(shown) if given.csv else _plain_table(shown[["article_id", *_SHOWN]]))
    _say(f"{len(shown):,} of {len(found):,} articles that match", sys.stderr)
    return 0


def _coverage(given: argparse.Namespace, out: TextIO) -> int:
    asked = _event(given) if given.event is not None else given.query
    articles = wb.load_articles(given.directory)
    start, end = (asked.start, asked.end) if isinstance(asked, wb.Event) else (None, None)
    found = wb.about(articles, asked)
    totals = None if given.totals is None else wb.load_media_cloud(given.totals)
    options = {"every": given.every, "by": given.by, "start": start, "end": end, "totals": totals}
    table = wb.coverage(found, of=articles, **options)
    whole = table.astype({"total": "Int64", "total_texts": "Int64"})  # a missing total makes fractions of the others
    out.write(_csv(whole) if given.csv else _plain_table(whole))
    classes = ", ".join(f"{count:,} {name}" for name, count in table.attrs["account"].items() if name != "articles")
    _say(f"{len(found):,} of {len(articles):,} articles match: {classes}", sys.stderr)
    if table.attrs["share_note"]:
        _say(table.attrs["share_note"], sys.stderr)
    return 0


def _report(given: argparse.Namespace, out: TextIO) -> int:
    if given.excerpt_chars < 0:
        raise WorkbenchError(f"--excerpt-chars {given.excerpt_chars} is below 0; give a number, 0 for titles only")
    if Path(given.output).is_dir():
        raise WorkbenchError(f"{given.output} is a folder; name the file to write, such as {given.output}/talks.html")
    event = _event(given)
    written = wb.write_report(
        given.output,
        notebook=given.notebook or PROJECT / "notebooks" / TALKS_NOTEBOOK,
        articles=wb.load_articles(given.directory),
        event=event,
        ledger=wb.import_ledger(given.directory),
        excerpt_chars=given.excerpt_chars,
    )
    _say(str(written), out)
    return 0


def _verify(given: argparse.Namespace, out: TextIO) -> int:
    changed = wb.verify_report(given.report, against=given.against, notebook=given.notebook)
    for one in changed:
        _say(str(one), out)
    if changed:
        facts = "fact of the report no longer holds" if len(changed) == 1 else "facts of the report no longer hold"
        return _fail(f"{len(changed):,} {facts} for {given.against}")
    _say(f"{given.report}: every number was recomputed from {given.against} and is the same", out)
    return 0


def _lab(given: argparse.Namespace, out: TextIO) -> int:  # noqa: ARG001 - JupyterLab writes for itself
    if not (PROJECT / "notebooks").is_dir():
        raise WorkbenchError("the notebooks are not beside the package; install it from a clone with make lab")
    start = "--LabApp.default_url=/lab/tree/notebooks/README.md"
    # Defaults that a user's own settings override: the index is shown as a page, and no news is asked of a network.
    settings = f"--LabApp.app_settings_dir={Path(__file__).resolve().parent / 'lab'}"
    command = [sys.executable, "-m", "jupyterlab", f"--notebook-dir={PROJECT}", start, settings, *given.options]
    return 0 if subprocess.call(command) == 0 else 1  # noqa: S603 - the researcher's own words, and no shell


def _event(given: argparse.Namespace) -> wb.Event:
    return wb.find_events(given.directory, given.events)[given.event]


def _csv(table: pd.DataFrame) -> str:
    return str(spreadsheet_safe(table).to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%dT%H:%M:%SZ"))


def _plain_table(table: pd.DataFrame) -> str:
    """A table for the terminal, one line per row."""
    if table.empty:
        return "no rows\n"
    shown = table.copy()
    for name in shown.columns:
        if isinstance(shown[name].dtype, pd.DatetimeTZDtype):
            shown[name] = shown[name].dt.strftime("%Y-%m-%d").fillna("undated")
        elif not pd.api.types.is_numeric_dtype(shown[name]):
            shown[name] = ["" if pd.isna(cell) else _printable(str(cell)) for cell in shown[name]]
    return f"{shown.to_string(index=False, max_colwidth=90, na_rep='', float_format='{:.3f}'.format)}\n"


def _say(line: str, stream: TextIO) -> None:
    stream.write(f"{_printable(line)}\n")


def _printable(words: str) -> str:
    """One line without control characters, so that a title or a file's name cannot steer the screen."""
    line = " ".join(_ESCAPES.sub("", words).split())
    return "".join(letter for letter in line if letter.isprintable())


if __name__ == "__main__":
    sys.exit(main())
