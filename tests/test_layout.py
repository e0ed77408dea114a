"""The house keeps its plan: modules import one way only, and stay small enough to read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "workbench"

ORDER = (
    "articles",
    "languages",
    "times",
    "readers",
    "cleaning",
    "clean",
    "dates",
    "copies",
    "translations",
    "reprints",
    "lineage",
    "store",
    "bundle",
    "themes",
    "wordcounts",
    "neighbours",
    "embed",
    "encoder",
    "layout",
    "bertopic_model",
    "vocabulary",
    "terms",
    "communities",
    "plateaus",
    "levels",
    "fitted",
    "topictables",
    "topics",
    "nearness",
    "companions",
    "stories",
    "querytree",
    "query",
    "textindex",
    "search",
    "events",
    "likeness",
    "suggestions",
    "undated",
    "inference",
    "load",
    "periods",
    "groups",
    "baseline",
    "caps",
    "spans",
    "gaps",
    "uncollected",
    "shares",
    "totals",
    "coverage",
    "comparison",
    "mediacloud",
    "coverage_index",
    "deviations",
    "shifts",
    "baselines",
    "peak_stories",
    "known_dates",
    "peaks",
    "period_texts",
    "period_words",
    "merging",
    "trends",
    "who",
    "look",
    "plot_marks",
    "plot_periods",
    "plot_gaps",
    "plot_words",
    "drawn_topics",
    "plot_sizes",
    "plot_map",
    "plot_hierarchy",
    "plot_trends",
    "plot_topics",
    "plot_outlets",
    "plot_peaks",
    "plot_timeline",
    "plot_calendar",
    "plot_panels",
    "plot_lags",
    "plot_who",
    "plot_countries",
    "plot",
    "markup",
    "manifest",
    "marks",
    "figures",
    "excerpts",
    "accuracy",
    "audits",
    "labelling",
    "sentences",
    "timelines",
    "lags",
    "declined",
    "gazetteer",
    "countries",
    "records",
    "notebook",
    "summary",
    "findings",
    "desk",
    "page",
    "report",
    "cli",
)
"""A module imports only from those before it. A folder counts as one, and its files know each other."""

DRAWING = tuple(name for name in ORDER if name.startswith("plot") or name in {"look", "drawn_topics"})
DRAWING_KNOWS = {"articles", "languages", "topics", "events", "periods", "coverage", *DRAWING}
"""Plots draw tables: they know the errors and the shapes of what they draw, but no step that makes the tables."""

BEFORE_THE_TABLE = set(ORDER[1 : ORDER.index("store")]) | {"undated", "inference", "load"}
"""Steps that make the article table. The report starts from the finished one."""

MOST_LINES = 400
MOST_LINES_OF_A_FUNCTION = 40

SOURCES = sorted(PACKAGE.rglob("*.py"))
MODULES = [path for path in SOURCES if path != PACKAGE / "__init__.py"]
any_source = pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
any_module = pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())


def noun(path: Path) -> str:
    """The place of this file in ORDER: its own name, or that of its folder."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """Nouns of `workbench` that this file imports, inside functions and for types too; "" is the package itself."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        for name in names(node):
            first, _, rest = name.partition(".")
            if first == "workbench":
                found.add(rest.partition(".")[0])
    return found


def names(node: ast.AST) -> Iterator[str]:
    """Dotted names that an import statement may stand for; `from workbench import clean` gives workbench.clean."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_the_order_names_every_module_and_nothing_else() -> None:
    assert {noun(path) for path in MODULES} == set(ORDER)


@any_module
def test_a_module_imports_only_from_those_before_it(path: Path) -> None:
    own = noun(path)
    before = set(ORDER[: ORDER.index(own)])
    if path.parent != PACKAGE:
        before.add(own)
    if own == "cli":
        before |= {"", "__version__"}  # the command stands on the whole package
    assert imported(path) <= before


@any_source
def test_imports_are_absolute(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert not [node.lineno for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level]


@pytest.mark.parametrize("exit_", ["plot", "report"])
def test_nothing_before_the_report_leans_on_an_exit(exit_: str) -> None:
    leaning = {noun(path) for path in MODULES if exit_ in imported(path)}
    assert leaning <= {"report", "cli"}


@pytest.mark.parametrize("name", DRAWING)
def test_plots_know_tables_and_no_step_that_makes_them(name: str) -> None:
    assert imported(PACKAGE / f"{name}.py") <= DRAWING_KNOWS


@pytest.mark.parametrize("name", DRAWING)
def test_no_plot_takes_articles(name: str) -> None:
    tree = ast.parse((PACKAGE / f"{name}.py").read_text("utf-8"))
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        arguments = {each.arg for each in (*function.args.args, *function.args.kwonlyargs)}
        assert "articles" not in arguments, function.name


def test_the_report_never_goes_back_to_the_files() -> None:
    assert not imported(PACKAGE / "report.py") & BEFORE_THE_TABLE


@any_source
def test_a_module_is_short_enough_to_read(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) < MOST_LINES


@any_source
def test_a_function_is_short_enough_to_read(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert {node.name: length for node in functions if (length := lines_of_code(node)) > MOST_LINES_OF_A_FUNCTION} == {}


def lines_of_code(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from the `def` to the last one, the docstring not counted."""
    length = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is not None:
        length -= (first.end_lineno or first.lineno) - first.lineno + 1
    return length
