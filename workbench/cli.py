"""The `workbench` command: for scripts, and for those who do not write Python.

Exit status 0, or 1 with one clear line on standard error. Tables go to standard output, everything else to standard
error, so that `workbench coverage … --csv > table.csv` holds the table and nothing else.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

import workbench as wb
from workbench.articles import WorkbenchError, spreadsheet_safe

Run = Callable[[argparse.Namespace], int]

PROJECT = Path(__file__).resolve().parent.parent
"""The folder of the clone, which holds `data/` and `notebooks/`; the package is installed in place."""

TALKS_NOTEBOOK = "04_nato_russia_talks.ipynb"

_SHOWN = ("published", "source", "language", "title")
_EVENTS_HELP = "file of events; default: events.toml in DIR, else data/events.toml here, else the project's own"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0, or 1 when it could not be done."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if not hasattr(given, "run"):
        parser.print_help()
        return 0
    try:
        with contextlib.redirect_stdout(_Kept()) if given.quiet_stdout else contextlib.nullcontext():
            return int(given.run(given))
    except WorkbenchError as error:
        return _fail(str(error))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _fail(f"{error.strerror or error}: {error.filename}" if error.filename else str(error))
    except KeyboardInterrupt:
        return _fail("stopped; nothing that was written before is lost")


class _Kept:
    """Standard output for commands that print a table: what a library prints on the way goes to standard error."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def _fail(message: str) -> int:
    print(f"workbench: {' '.join(message.split())}", file=sys.stderr)
    return 1


def _print(text: str) -> None:
    """Print to the real standard output, also while it is kept for a table."""
    (sys.__stdout__ or sys.stdout).write(text if text.endswith("\n") else f"{text}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="workbench",
        description="From a folder of untidy article copies to a coverage chart you can defend.",
        epilog="example: workbench import data/sample -o out && workbench report out --event nato-russia-talks -o talks.html",
    )
    parser.add_argument("--version", action="version", version=f"workbench {wb.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for add in (_import_command, _topics_command, _search_command, _coverage_command, _report_command, _verify_command, _lab_command):
        add(commands)
    return parser


def _command(commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, run: Run, *, help: str, example: str) -> argparse.ArgumentParser:
    one = commands.add_parser(name, help=help, description=help, epilog=f"example: workbench {example}")
    one.set_defaults(run=run, quiet_stdout=True)
    return one


def _import_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    one = _command(commands, "import", _import, help="read any mix of files into one table", example="import data/sample -o out")
    one.add_argument("paths", nargs="+", metavar="PATH", help="a file, a folder or a pattern")
    one.add_argument("-o", "--output", required=True, metavar="DIR", help="folder for articles.parquet, ledger.csv and removed.parquet")
    one.add_argument("--collection", help="name of the collection; default: the folder a file lies in")
    one.add_argument("--no-cache", action="store_true", help="read everything anew")


def _topics_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    one = _command(commands, "topics", _topics, help="find what a collection is about", example="topics out")
    one.add_argument("directory", metavar="DIR", help="an imported collection")
    one.add_argument("-o", "--output", metavar="DIR", help="folder for topics.csv and assignments.csv; default: DIR itself")
    one.add_argument("--granularity", default="default", help="coarse, default or fine")
    one.add_argument("--model", help="a sentence-transformers model: a folder, or a hub name (which needs a network)")
    one.add_argument("--seed", type=int, default=0)


def _search_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    example = """search out '(NATO OR OTAN) AND "security guarantees"~5 AND language:fr'"""
    one = _command(commands, "search", _search, help="find articles by a query", example=example)
    one.add_argument("directory", metavar="DIR", help="an imported collection")
    one.add_argument("query", metavar="QUERY", help='words, "phrases", AND OR NOT, field:value, wild*cards, "near words"~5')
    one.add_argument("--limit", type=int, default=20, metavar="N", help="articles shown; default 20, 0 for all")
    one.add_argument("--csv", action="store_true", help="all columns as CSV")


def _coverage_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    example = "coverage out --event nato-russia-talks --every week --by language --csv"
    one = _command(commands, "coverage", _coverage, help="count coverage per period, out of how much", example=example)
    one.add_argument("directory", metavar="DIR", help="an imported collection")
    what = one.add_mutually_exclusive_group(required=True)
    what.add_argument("--event", metavar="NAME", help="an event of the events file")
    what.add_argument("--query", metavar="Q", help="a query, as for search")
    one.add_argument("--every", default="week", help="day, week, month, quarter or year; default week")
    one.add_argument("--by", help="a column to split by, such as source or language")
    one.add_argument("--events", metavar="FILE", help=_EVENTS_HELP)
    one.add_argument("--csv", action="store_true", help="as CSV")


def _report_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    example = "report out --event nato-russia-talks -o talks.html"
    one = _command(commands, "report", _report, help="write one HTML file that answers for an event", example=example)
    one.add_argument("directory", metavar="DIR", help="an imported collection")
    one.add_argument("--event", required=True, metavar="NAME", help="an event of the events file")
    one.add_argument("-o", "--output", required=True, metavar="FILE.html")
    one.add_argument("--notebook", metavar="FILE.ipynb", help="the notebook to run; default: the project's talks notebook")
    one.add_argument("--events", metavar="FILE", help=_EVENTS_HELP)
    one.add_argument("--excerpt-chars", type=int, default=400, metavar="N", help="characters of a text shown at most; 0 for titles only")


def _verify_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    one = _command(commands, "verify", _verify, help="recompute a report and name what changed", example="verify talks.html --against out")
    one.add_argument("report", metavar="FILE.html")
    one.add_argument("--against", required=True, metavar="DIR", help="the imported collection")


def _lab_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    one = _command(commands, "lab", _lab, help="open the notebooks in JupyterLab", example="lab")
    one.add_argument("options", nargs="*", metavar="OPTION", help="handed on to JupyterLab, after --")
    one.set_defaults(quiet_stdout=False)


def _import(given: argparse.Namespace) -> int:
    articles, ledger = wb.write_collection(given.paths, given.output, collection=given.collection, cache=not given.no_cache)
    counts = ledger["status"].value_counts()
    parts = ", ".join(f"{int(counts.get(one, 0)):,} {one}" for one in ("loaded", "merged", "refused"))
    _print(f"{len(articles):,} articles in {given.output} ({len(ledger):,} seen: {parts}; why: {Path(given.output) / 'ledger.csv'})")
    return 0


def _opened(directory: str) -> pd.DataFrame:
    return wb.load_articles(directory)


def _topics(given: argparse.Namespace) -> int:
    found = wb.fit_topics(_opened(given.directory), model=given.model, granularity=given.granularity, seed=given.seed)
    written = wb.write_topics(found, given.output or given.directory)
    _print(_plain_table(found.table.reset_index()) + f"\n{found}\n{written[0]}\n{written[1]}")
    return 0


def _search(given: argparse.Namespace) -> int:
    if given.limit < 0:
        raise WorkbenchError(f"--limit {given.limit} is below 0; give how many articles to show, or 0 for all")
    found = wb.search(_opened(given.directory), given.query)
    shown = found if given.limit == 0 else found.head(given.limit)
    if given.csv:
        _print(_csv(shown.reset_index()))
    else:
        _print(_plain_table(shown.reset_index()[["article_id", *_SHOWN]]))
        print(f"{len(shown):,} of {len(found):,} articles that match", file=sys.stderr)
    return 0


def _coverage(given: argparse.Namespace) -> int:
    articles = _opened(given.directory)
    asked = _events(given)[given.event] if given.event else given.query
    start, end = (asked.start, asked.end) if isinstance(asked, wb.Event) else (None, None)
    table = wb.coverage(wb.about(articles, asked), of=articles, every=given.every, by=given.by, start=start, end=end)
    _print(_csv(table) if given.csv else _plain_table(table))
    counted = table.attrs["account"]
    print("; ".join(f"{name} {count:,}" for name, count in counted.items()), file=sys.stderr)
    return 0


def _report(given: argparse.Namespace) -> int:
    event = _events(given)[given.event]
    articles = _opened(given.directory)
    ledger = wb.import_ledger(given.directory)
    notebook = Path(given.notebook) if given.notebook else PROJECT / "notebooks" / TALKS_NOTEBOOK
    if given.excerpt_chars < 0:
        raise WorkbenchError(f"--excerpt-chars {given.excerpt_chars} is below 0; give a number of characters, 0 for titles only")
    path = wb.write_report(given.output, notebook=notebook, articles=articles, event=event, ledger=ledger, excerpt_chars=given.excerpt_chars)
    _print(str(path))
    return 0


def _verify(given: argparse.Namespace) -> int:
    changed = wb.verify_report(given.report, against=given.against)
    for one in changed:
        _print(str(one))
    if changed:
        return _fail(f"{len(changed)} of the report's facts no longer hold for {given.against}")
    _print(f"{given.report}: every number was recomputed from {given.against} and is the same")
    return 0


def _lab(given: argparse.Namespace) -> int:
    notebooks = PROJECT / "notebooks"
    if not notebooks.is_dir():
        raise WorkbenchError(f"no folder {notebooks}; run `workbench lab` from a clone of the project")
    command = [sys.executable, "-m", "jupyterlab", f"--notebook-dir={PROJECT}", "--LabApp.default_url=/lab/tree/notebooks/README.md", *given.options]
    return subprocess.call(command)


def _events(given: argparse.Namespace) -> wb.Events:
    """The events of the file given, of the collection's folder, of this folder, or of the project."""
    places = [Path(given.directory) / "events.toml", Path("data/events.toml"), PROJECT / "data" / "events.toml"]
    path = Path(given.events) if given.events else next((one for one in places if one.is_file()), places[-1])
    return wb.load_events(path)


def _csv(table: pd.DataFrame) -> str:
    return str(spreadsheet_safe(table).to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%dT%H:%M:%SZ"))


def _plain_table(table: pd.DataFrame) -> str:
    """A table for the terminal: control characters taken out, so that a title cannot steer the screen."""
    shown = table.copy()
    for name in shown.columns:
        if isinstance(shown[name].dtype, pd.DatetimeTZDtype):
            shown[name] = shown[name].dt.strftime("%Y-%m-%d").fillna("undated")
        elif not pd.api.types.is_numeric_dtype(shown[name]):
            shown[name] = ["" if pd.isna(cell) else _printable(str(cell)) for cell in shown[name]]
    return str(shown.to_string(index=False, max_colwidth=90, na_rep="", float_format="{:.3f}".format)) if len(shown) else "no rows"


def _printable(cell: str) -> str:
    return "".join(letter for letter in " ".join(cell.split()) if letter.isprintable())


if __name__ == "__main__":
    sys.exit(main())
