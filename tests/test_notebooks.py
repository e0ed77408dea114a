"""The notebooks are good to read and run from top to bottom: on the sample, on another event, on hardly anything."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import nbformat
import pytest

import workbench as wb
from workbench.notebook import Cell, read_notebook, run_notebook
from workbench.store import read_tables, write_tables

PROJECT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((PROJECT / "notebooks").glob("*.ipynb"))
TALKS = PROJECT / "notebooks" / "04_nato_russia_talks.ipynb"

MOST_LINES = 5
"""A cell of code is a sentence or two."""

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def tags(cell: nbformat.NotebookNode) -> list[str]:
    return list(cell.metadata.get("tags", []))


def finding(cells: list[Cell]) -> str:
    """What the cell tagged `finding` shows."""
    found = [output for cell in cells if "finding" in cell.tags for output in cell.outputs]
    assert [output.kind for output in found] == ["markdown"]
    return str(found[0].content)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, imported once."""
    folder = tmp_path_factory.mktemp("imported") / "sample"
    wb.write_collection(PROJECT / "data" / "sample", folder, progress=False)
    return folder


def test_there_are_eight_in_reading_order_and_the_index_names_them_so() -> None:
    assert [path.name[:2] for path in NOTEBOOKS] == [f"{number:02}" for number in range(1, 9)]
    index = (PROJECT / "notebooks" / "README.md").read_text("utf-8")
    places = [index.find(f"({path.name})") for path in NOTEBOOKS]
    assert -1 not in places
    assert places == sorted(places)


@each_notebook
def test_the_question_is_the_title_and_the_limits_come_last(path: Path) -> None:
    prose = [cell.source for cell in read_notebook(path).cells if cell.cell_type == "markdown"]
    title = prose[0].splitlines()[0]
    assert title.startswith("# ")
    assert title.endswith("?")
    assert "limits" in prose[-1].lower() or "cannot tell" in prose[-1]
    index = (PROJECT / "notebooks" / "README.md").read_text("utf-8")
    assert f"| {title.removeprefix('# ')} |" in index


@each_notebook
def test_the_answer_stands_before_the_first_section(path: Path) -> None:
    cells = read_notebook(path).cells
    answers = [place for place, cell in enumerate(cells) if "finding" in tags(cell)]
    sections = [place for place, cell in enumerate(cells) if cell.source.startswith("## ")]
    assert len(answers) == 1
    assert answers[0] < sections[0]


@each_notebook
def test_it_takes_another_folder_as_a_parameter(path: Path) -> None:
    stated = [cell.source for cell in read_notebook(path).cells if "parameters" in tags(cell)]
    assert len(stated) == 1
    assert 'collection = "../data/sample"' in stated[0]


@each_notebook
def test_cells_are_short_and_half_is_prose(path: Path) -> None:
    cells = read_notebook(path).cells
    lengths = [len(cell.source.splitlines()) for cell in cells if cell.cell_type == "code"]
    assert max(lengths) <= MOST_LINES
    words = sum(len(cell.source.split()) for cell in cells if cell.cell_type == "markdown")
    assert words >= sum(len(cell.source.split()) for cell in cells if cell.cell_type == "code")


@each_notebook
def test_outputs_are_stripped_and_any_python_runs_it(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    assert notebook.metadata.kernelspec.name == "python3"
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert notebook.metadata.language_info == {"name": "python"}


@pytest.mark.notebook
@each_notebook
def test_it_runs_on_the_sample_and_its_answer_holds_numbers(path: Path, sample: Path) -> None:
    cells = run_notebook(path, parameters={"collection": str(sample)}, progress=False)
    assert any(letter.isdigit() for letter in finding(cells))
    shown = [output for cell in cells if cell.kind == "code" for output in cell.outputs]
    assert {"figure", "table"} & {output.kind for output in shown}
    assert not [output.content for output in shown if "nan" in str(output.content).lower().split()]


@pytest.mark.notebook
@pytest.mark.parametrize("number", [0, 9])
def test_the_talks_notebook_runs_on_hardly_any_articles(number: int, sample: Path, tmp_path: Path) -> None:
    articles, ledger = read_tables(sample)
    few = articles.sample(number, random_state=number)
    write_tables(few, ledger[ledger["article_id"].isin(few.index)], tmp_path / "few")
    answer = finding(run_notebook(TALKS, parameters={"collection": str(tmp_path / "few")}, progress=False))
    assert "holds no article" in answer if number == 0 else f"of {number} article" in answer


@pytest.mark.notebook
def test_the_talks_notebook_answers_for_another_event_of_another_file(sample: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        '[harvest]\ntitle = "Grain"\nquery = "wheat OR grain OR blé OR Weizen"\nstart = 2021-10-01\nend = 2022-03-31\n',
        encoding="utf-8",
    )
    articles, ledger = read_tables(sample)
    write_tables(wb.search(articles, "wheat OR bank"), ledger, tmp_path / "some")
    asked = {
        "collection": str(tmp_path / "some"),
        "event": "harvest",
        "events_file": str(tmp_path / "mine.toml"),
        "every": "month",
    }
    answer = finding(run_notebook(TALKS, parameters=asked, progress=False))
    assert "about *Grain*" in answer


@pytest.mark.notebook
def test_the_report_is_about_the_event_it_was_given_though_no_file_names_it(sample: Path, tmp_path: Path) -> None:
    articles, _ = read_tables(sample)
    event = wb.Event("mine", 'What "I" ask', "NATO OR НАТО", dt.date(2021, 10, 1), dt.date(2022, 3, 31))
    report = tmp_path / "report.html"
    wb.write_report(report, notebook=TALKS, articles=articles.head(5), event=event, progress=False)
    assert "of 5 articles" in report.read_text("utf-8")
