"""The report: one file from a notebook, the same for the same input, honest with few articles, safe with bad ones."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest

from workbench import store
from workbench.articles import WorkbenchError, as_articles
from workbench.events import Event, KnownDate
from workbench.excerpts import excerpts
from workbench.figures import read_figure
from workbench.manifest import block, read_manifest, unpack
from workbench.marks import Listed
from workbench.markup import markdown, plain_text, safe_link, spreadsheet_safe, table_cells
from workbench.records import when
from workbench.report import verify_report, write_report

NOTEBOOK = Path(__file__).parent / "cases/report.ipynb"
OUTLETS = ("Northern Courier", "Le Fanal", "Morgenblatt")
TALKS = Event(
    "talks",
    "NATO–Russia talks",
    'talks OR "security guarantees"',
    dt.date(2021, 12, 1),
    dt.date(2022, 2, 28),
    (KnownDate(dt.date(2022, 1, 12), "NATO–Russia Council", "https://www.nato.int/"),),
)

HOSTILE = (
    "<script>document.title='owned'</script>",
    "</script><img src=x onerror=\"document.title='owned'\">",
    "{{ 7 * 7 }} {% raw %} ${7*7}",
    "invoice\u202efdp.exe talks",
    "&lt;b&gt; entities &amp; <b>bold</b>",
    '=HYPERLINK("http://203.0.113.1/","talks")',
)


def collection(count: int, **columns: list[Any]) -> pd.DataFrame:
    """`count` articles on the talks, one a day, the fifth of each five undated, the third a copy of the second."""
    rows = []
    for number in range(count):
        day = pd.Timestamp("2022-01-03", tz="UTC") + pd.Timedelta(days=number % 40)
        dated = number % 5 != 4
        rows.append(
            {
                "title": f"Talks, day {number}",
                "text": f"Envoys met in Geneva. Their talks on day {number} were short. Gas was cheap.",
                "published": day if dated else pd.NaT,
                "published_low": day if dated else pd.NaT,
                "published_high": day + pd.Timedelta(days=1) if dated else pd.NaT,
                "published_precision": "day" if dated else "unknown",
                "published_from": "field date" if dated else None,
                "source": OUTLETS[number % 3],
                "language": ("en", "fr", "de")[number % 3],
                "url": f"https://example.org/{number}",
                "text_id": f"t{1 if number == 2 else number}",
            }
        )
    table = pd.DataFrame(rows, index=pd.Index([f"{number:016x}" for number in range(count)], dtype="str"))
    return as_articles(table.assign(**columns))


def ledger_of(articles: pd.DataFrame) -> pd.DataFrame:
    rows = [("made.csv", str(at), str(at), "loaded", "", name, "csv") for at, name in enumerate(articles.index)]
    rows.append(("empty.txt", "", "", "refused", "the file is empty", "", "txt"))
    return pd.DataFrame(rows, columns=list(store.LEDGER_COLUMNS), dtype="str")


def write(path: Path, articles: pd.DataFrame, **options: Any) -> str:
    given: dict[str, Any] = {"event": TALKS, "ledger": ledger_of(articles), "progress": False, **options}
    return write_report(path, notebook=NOTEBOOK, articles=articles, **given).read_text("utf-8")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write(tmp_path_factory.mktemp("report") / "talks.html", collection(40))


def content(page: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(unpack(block(page, "content")))
    return found


@pytest.mark.notebook
def test_the_finding_comes_first_then_figures_then_articles_then_method(page: str) -> None:
    order = [
        page.index(part)
        for part in (
            "<b>40</b>" if "<b>40</b>" in page else "<strong>40</strong>",
            'id="figure-by-week"',
            'id="articles"',
            'id="set-aside"',
            'id="method"',
        )
    ]
    assert order == sorted(order)


@pytest.mark.notebook
def test_the_file_names_no_address_that_a_browser_would_fetch(page: str) -> None:
    head = page[: page.index('<script type="application/json"')]
    for fetching in ("<link", "<img", "<iframe", "src=", "@import", "url("):
        assert fetching not in head


@pytest.mark.notebook
def test_the_same_input_gives_the_same_bytes_in_any_order_of_rows(tmp_path: Path, page: str) -> None:
    shuffled = collection(40).sample(frac=1, random_state=1)
    assert write(tmp_path / "again.html", shuffled, ledger=ledger_of(collection(40))) == page


@pytest.mark.notebook
def test_no_folder_and_no_time_of_this_machine_is_in_the_file(page: str) -> None:
    plain = page.replace(block(page, "library"), "") + unpack(block(page, "content")) + unpack(block(page, "inputs"))
    for place in (str(Path(__file__).parents[1]), str(Path.home()) + "/", "/tmp/", str(dt.datetime.now(dt.UTC).date())):
        assert place not in plain


@pytest.mark.notebook
def test_every_mark_lists_as_many_articles_as_it_shows(page: str) -> None:
    figures = {figure["name"]: figure for figure in content(page)["figures"]}
    for name, values in (("by-week", "y"), ("by-outlet", "y"), ("by-language", "x")):
        figure = figures[name]
        for trace, marks in zip(figure["drawing"]["data"], figure["marks"], strict=True):
            assert [sum(place >= 0 for place in mark) for mark in marks] == trace[values]


@pytest.mark.notebook
@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "No article matches"),
        (1, "One text: what it can"),
        (2, "2 texts: what they can"),
        (5, "texts: what they can"),
    ],
)
def test_few_articles_give_a_report_that_says_what_they_can_tell(tmp_path: Path, count: int, words: str) -> None:
    assert words in write(tmp_path / "few.html", collection(count))


@pytest.mark.notebook
def test_excerpts_leave_the_building_only_as_far_as_allowed(tmp_path: Path, page: str) -> None:
    assert "Their talks on day 3 were short." in content(page)["articles"]["sentence"]
    none = content(write(tmp_path / "titles.html", collection(5), excerpt_chars=0))
    assert set(none["articles"]["sentence"]) == {""}
    assert "Envoys" not in json.dumps(none)


@pytest.mark.notebook
def test_a_hostile_article_stands_in_the_page_as_text_only(tmp_path: Path) -> None:
    titles = [HOSTILE[number % len(HOSTILE)] for number in range(6)]
    urls = [
        "javascript:alert(1)",
        "data:text/html,x",
        "https://user@example.org/",
        "//example.org",
        "ftp://x",
        " java\tscript:1",
    ]
    page = write(tmp_path / "hostile.html", collection(6, title=titles, source=titles, url=urls))
    shown = page[: page.index('<script type="application/json"')]
    assert "<script>document" not in shown and "<img" not in shown
    assert "javascript:" not in shown and "\u202e" not in shown
    assert "{{ 7 * 7 }} {% raw %}" in shown and "⟨U+202E⟩" in shown
    assert page.count("</script>") == 5
    assert content(page)["articles"]["url"] == [""] * 6


@pytest.mark.notebook
def test_an_older_report_survives_a_notebook_that_fails(tmp_path: Path) -> None:
    cells = [nbformat.v4.new_markdown_cell("# Fails"), nbformat.v4.new_code_cell("1 / 0")]
    notebook = tmp_path / "fails.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), notebook)
    report = tmp_path / "report.html"
    report.write_text("older")
    with pytest.raises(WorkbenchError, match=r"cell 3 of .*ZeroDivisionError: division by zero"):
        write_report(report, notebook=notebook, articles=collection(2), progress=False)
    assert report.read_text() == "older"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fails.ipynb", "report.html"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"notebook": "nowhere.ipynb"}, "there is no notebook 'nowhere.ipynb'"),
        ({"excerpt_chars": -1}, "whole number"),
        ({"event": "talks"}, "take one from wb.load_events"),
    ],
)
def test_a_wrong_argument_is_named(tmp_path: Path, options: dict[str, Any], words: str) -> None:
    given: dict[str, Any] = {"notebook": NOTEBOOK, "articles": collection(1), "progress": False, **options}
    with pytest.raises(WorkbenchError, match=words):
        write_report(tmp_path / "x.html", **given)


# -- verify ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pd.DataFrame]:
    folder, articles = tmp_path_factory.mktemp("verify"), collection(12)
    store.write_tables(articles, ledger_of(articles), folder / "collection")
    articles, ledger = store.read_tables(folder / "collection")
    write(folder / "report.html", articles, ledger=ledger)
    return folder / "report.html", articles


def verify(report: Path, folder: Path) -> str:
    found = verify_report(report, against=folder, notebook=NOTEBOOK, progress=False)
    return "\n".join(map(str, found))


@pytest.mark.notebook
def test_verify_finds_nothing_where_nothing_changed(written: tuple[Path, pd.DataFrame]) -> None:
    assert verify(written[0], written[0].parent / "collection") == ""


@pytest.mark.notebook
def test_verify_names_the_article_and_the_numbers_that_left(tmp_path: Path, written: tuple[Path, pd.DataFrame]) -> None:
    report, articles = written
    fewer = articles.iloc[1:]
    store.write_tables(fewer, ledger_of(fewer), tmp_path)
    found = verify(report, tmp_path)
    assert f"article {articles.index[0]} “Talks, day 0”: in the collection in the report, nothing now" in found
    assert "counts matched: 12 in the report, 11 now" in found
    assert "figure by-week, 2022-01-03, articles: 6 in the report, 5 now" in found


@pytest.mark.notebook
def test_verify_names_a_date_that_moved(tmp_path: Path, written: tuple[Path, pd.DataFrame]) -> None:
    report, articles = written
    week = pd.Timedelta(days=7)
    moved = articles.copy()
    for name in ("published", "published_low", "published_high"):
        moved.loc[moved.index[0], name] += week
    store.write_tables(moved, ledger_of(moved), tmp_path)
    assert f"date of article {articles.index[0]} “Talks, day 0”: 2022-01-03" in verify(report, tmp_path)


@pytest.mark.notebook
def test_verify_names_a_package_of_another_version_and_an_edited_file(
    tmp_path: Path, written: tuple[Path, pd.DataFrame]
) -> None:
    report = written[0]
    page = report.read_text("utf-8")
    version = read_manifest(report)["versions"]["pandas"]
    other, edited = tmp_path / "other.html", tmp_path / "edited.html"
    other.write_text(page.replace(f'"pandas":"{version}"', '"pandas":"2.9"'), "utf-8")
    edited.write_text(page.replace("What was set aside", "What was kept"), "utf-8")
    assert f"versions pandas: 2.9 in the report, {version} now" in verify(other, report.parent / "collection")
    assert "the file: edited after it was written" in verify(edited, report.parent / "collection")


def test_verify_says_what_is_no_report_and_what_is_no_collection(tmp_path: Path) -> None:
    (tmp_path / "x.html").write_text("<p>hello")
    with pytest.raises(WorkbenchError, match="holds no manifest"):
        verify_report(tmp_path / "x.html", against=tmp_path)
    with pytest.raises(WorkbenchError, match="there is no report"):
        verify_report(tmp_path / "y.html", against=tmp_path)


# -- pieces ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "shown", "hidden"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;", "<script"),
        ("[a](javascript:alert(1))", "a", "javascript"),
        ("[a](JaVaScRiPt&#58;alert(1))", "a", "href"),
        ("![a](https://203.0.113.1/x.png)", "[a]", "203.0.113.1"),
        ("[a](https://example.org)", 'rel="noopener noreferrer nofollow"', "target"),
        ("<img src=x onerror=alert(1)>", "&lt;img", "<img"),
        ("a\u202eb", "⟨U+202E⟩", "\u202e"),
    ],
)
def test_markdown_gives_no_markup_but_its_own(source: str, shown: str, hidden: str) -> None:
    assert shown in markdown(source) and hidden not in markdown(source)


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://example.org/a?b=1#c", True),
        ("HTTP://example.org", True),
        ("javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("data:text/html,<script>", False),
        ("https://bank.example@evil.example/", False),
        ("https:\\\\example.org", False),
        ("https://[bad", False),
        ("", False),
    ],
)
def test_only_addresses_of_the_web_become_links(address: str, *, safe: bool) -> None:
    assert bool(safe_link(address)) is safe


def test_a_table_is_read_for_its_text_alone() -> None:
    frame = pd.DataFrame({"n": [1]}, index=pd.Index(["<b onclick=x>Le Fanal</b>"], name="source"))
    assert table_cells(frame.to_html()) == (("source", "n"), (("<b onclick=x>Le Fanal</b>", "1"),))
    assert table_cells("<p>no table</p>") is None


def test_formulas_are_kept_from_spreadsheets_and_numbers_are_not() -> None:
    assert [spreadsheet_safe(text) for text in ("=1+1", "-3.5", "@x", "plain")] == ["'=1+1", "-3.5", "'@x", "plain"]
    assert plain_text("a\x00b\ud800") == "a b\ufffd"


def test_a_date_is_shown_no_finer_than_it_is_known() -> None:
    spans = [
        ("2022-01-12", "2022-01-13", "day"),
        ("2022-01-01", "2022-02-01", "month"),
        ("2022-01-10", "2022-01-17", "week"),
    ]
    rows = [
        {
            "published_low": pd.Timestamp(low, tz="UTC"),
            "published_high": pd.Timestamp(high, tz="UTC"),
            "published_precision": kind,
        }
        for low, high, kind in spans
    ]
    assert when(as_articles(pd.DataFrame(rows))) == ["2022-01-12", "2022-01", "2022-01-10 to 2022-01-16"]


def test_the_sentence_chosen_is_the_one_that_says_most_of_the_query() -> None:
    text = "It rained on the whole day in Geneva. The talks began. The talks on guarantees went on. All went home."
    table = as_articles(pd.DataFrame({"title": ["x"], "text": [text]}, index=["a"]))
    assert list(excerpts(table, query="talks AND guarantees")) == ["The talks on guarantees went on."]
    assert len(excerpts(table, query="talks", characters=12).iloc[0]) <= 12
    assert list(excerpts(table)) == ["It rained on the whole day in Geneva."]


def listed(count: int) -> Listed:
    return Listed(collection(count), count)


def figure(trace: dict[str, Any], rule: dict[str, Any]) -> list[list[int]] | None:
    return read_figure({"data": [trace], "layout": {"meta": {"articles": rule}}}, listed(10), number=1).marks[0]


def test_a_period_may_be_marked_by_any_of_its_moments() -> None:
    for moment in ("2022-01-03", "2022-01-06T12:00:00"):
        assert figure({"x": [moment], "y": [1]}, {"every": "week"}) == [[0, 1, 2, 3, 5, 6]]


def test_an_article_that_may_lie_in_several_periods_is_possible_in_each() -> None:
    articles = listed(1)
    articles.table["published_high"] += pd.Timedelta(days=3)
    drawn = {
        "data": [{"x": ["2022-01-03", "2022-01-05", "2022-01-09"], "y": [0, 0, 0]}],
        "layout": {"meta": {"articles": {"every": "day"}}},
    }
    assert read_figure(drawn, articles, number=1).marks == [[[-1], [-1], []]]


def test_groups_are_read_from_names_axes_and_rules() -> None:
    bars = {"type": "bar", "orientation": "h", "y": ["Le Fanal", "Morgenblatt"], "x": [3, 3]}
    assert figure(bars, {"by": "source", "group": "y"}) == [[1, 4, 7], [2, 5, 8]]
    assert figure({"x": [1], "y": [1], "name": "rest"}, {"by": "source", "is": ["Le Fanal", "Morgenblatt"]}) == [
        [1, 2, 4, 5, 7, 8]
    ]
    assert figure({"x": [1, 2], "y": [0, 1]}, {"by": "language", "each": ["en", "xx"]}) == [[0, 3, 6, 9], []]
    members = {"members": {"3": [f"{4:016x}", "unknown"]}, "group": "y"}
    assert figure({"x": [1], "y": ["3"]}, members) == [[4]]
    assert figure({"x": [1], "y": [1], "hoverinfo": "skip"}, {"every": "week"}) is None
    assert figure({"x": [1], "y": [1]}, {"by": "topic"}) is None


def test_packed_arrays_and_missing_values_are_read() -> None:
    import base64

    packed = {"dtype": "f8", "bdata": base64.b64encode(np.array([1.0, np.nan, 0.25]).tobytes()).decode()}
    drawn = {
        "data": [{"x": ["2022-01-01", "2022-01-02", "2022-01-03"], "y": packed, "name": "share"}],
        "layout": {"yaxis": {"tickformat": ".0%"}},
    }
    assert read_figure(drawn, listed(1), number=1).table.rows == (
        ("2022-01-01", "100.0%"),
        ("2022-01-02", ""),
        ("2022-01-03", "25.0%"),
    )
