"""The `workbench` command: its words are a contract, its table is clean, its failures are one line."""

from __future__ import annotations

import csv
import io
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest

import workbench as wb
from workbench import load
from workbench.cli import main
from workbench.store import OUTPUTS

PROJECT = Path(__file__).resolve().parents[1]
SAMPLE = PROJECT / "data" / "sample"
SEED = PROJECT.parent / "shared" / "data" / "seed"
NOTEBOOK = PROJECT / "tests" / "cases" / "report.ipynb"
TALKS = "nato-russia-talks"
VERBS = ("import", "topics", "search", "coverage", "report", "verify", "lab")

HOSTILE = '\x1b[31mTalks\x1b]0;owned\x07 in "Geneva"\n\u202egnikool\u2066 =1+1'


class Said(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def table(self) -> pd.DataFrame:
        return pd.read_csv(io.StringIO(self.out))


Workbench = Callable[..., Said]


@pytest.fixture
def workbench(capsys: pytest.CaptureFixture[str]) -> Workbench:
    """Runs a command in this process."""

    def run(*arguments: str | Path | int) -> Said:
        capsys.readouterr()
        status = main([str(one) for one in arguments])
        return Said(status, *capsys.readouterr())

    return run


def shell(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*map(str, arguments)], capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, imported once, with its topics."""
    folder = tmp_path_factory.mktemp("imported") / "sample"
    assert main(["import", str(SAMPLE), "-o", str(folder)]) == 0
    assert main(["topics", str(folder)]) == 0
    return folder


SUBJECTS = (
    ("Envoys meet in Geneva", "NATO and Russia held talks on security guarantees in Geneva, and agreed on little"),
    ("Gas is dear again", "The price of gas rose in Europe as stores ran low, and traders look to the weather"),
    ("A harvest to remember", "Farmers in the valley brought in more grain than in any year since records began"),
)


def written(folder: Path, count: int, **changed: str) -> Path:
    """A folder with one CSV of `count` articles, no two alike; `changed` columns have one value throughout."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "news.csv").open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, ["title", "text", "date", "source", "language"])
        table.writeheader()
        for number in range(count):
            title, text = SUBJECTS[number % 3]
            table.writerow(
                {
                    "title": f"{title}, part {number}",
                    "text": f"{text}. Witness {number} saw {number * 7 + 3} cars from {number * 11 + 5} towns. " * 2,
                    "date": f"2022-01-{number % 28 + 1:02}",
                    "source": ("Northern Courier", "Le Fanal")[number % 2],
                    "language": "en",
                    **changed,
                }
            )
    return folder


@pytest.fixture(scope="session")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine articles, imported."""
    folder = tmp_path_factory.mktemp("few")
    assert main(["import", str(written(folder / "news", 9)), "-o", str(folder / "out")]) == 0
    return folder / "out"


# -- every verb -------------------------------------------------------------------------------------------------


def test_import_writes_the_table_and_a_ledger_that_adds_up(workbench: Workbench, sample: Path, tmp_path: Path) -> None:
    said = workbench("import", SAMPLE, "-o", tmp_path / "out")
    assert said.status == 0
    ledger = pd.read_csv(tmp_path / "out" / "ledger.csv", dtype="str", keep_default_na=False)
    articles = pd.read_parquet(tmp_path / "out" / "articles.parquet")
    counts = ledger["status"].value_counts()
    assert counts["loaded"] == len(articles) >= 300
    assert int(counts.sum()) == len(ledger)
    assert counts["refused"] >= 2
    assert set(counts.index) <= {"loaded", "merged", "refused"}
    assert f"{len(ledger):,} seen: {counts['loaded']:,} loaded" in said.out
    assert (tmp_path / "out" / "removed.parquet").is_file()


def test_topics_prints_a_table_and_writes_two(workbench: Workbench, sample: Path, tmp_path: Path) -> None:
    said = workbench("topics", sample, "-o", tmp_path / "new" / "folder")
    assert said.status == 0
    assert "article_id,topic,label" in (tmp_path / "new/folder/assignments.csv").read_text("utf-8")
    for name in ("topics.csv", "assignments.csv"):
        assert (tmp_path / "new/folder" / name).read_bytes() == (sample / name).read_bytes()
    assert "Topics: " in said.out


def test_search_shows_a_table_and_says_how_many_match(workbench: Workbench, sample: Path) -> None:
    said = workbench("search", sample, "(NATO OR OTAN OR НАТО) AND published:2022-01", "--limit", 3)
    assert said.status == 0
    assert len(said.out.splitlines()) == 4
    assert re.search(r"^3 of \d+ articles that match$", said.err, re.MULTILINE)


def test_a_table_as_csv_is_all_there_is_on_standard_output(workbench: Workbench, sample: Path) -> None:
    said = workbench("search", sample, "language:fr", "--csv", "--limit", 0)
    assert said.status == 0
    assert set(said.table["language"]) == {"fr"}
    assert f"{len(said.table)} of {len(said.table)} articles" in said.err
    none = workbench("search", sample, "Quetzalcoatl", "--csv")
    assert list(none.table.columns) == list(said.table.columns) and none.table.empty


@pytest.mark.parametrize("what", [("--event", TALKS), ("--query", "NATO OR OTAN OR НАТО")])
def test_coverage_counts_per_week_and_language(workbench: Workbench, sample: Path, what: tuple[str, str]) -> None:
    said = workbench("coverage", sample, *what, "--every", "week", "--by", "language", "--csv")
    assert said.status == 0
    table = said.table
    assert {"period", "language", "articles", "texts", "outlets", "total", "share", "possible"} <= set(table.columns)
    assert pd.to_datetime(table["period"]).dt.day_of_week.eq(0).all()
    assert table["articles"].sum() > 0
    assert (table["articles"] <= table["total"]).all()
    found = re.search(r"([\d,]+) of [\d,]+ articles match: ([\d,]+) certain", said.err)
    assert found is not None and int(found[2].replace(",", "")) == table["articles"].sum()
    weekly = workbench("coverage", sample, *what).out
    assert "share_low" in weekly.splitlines()[0]


def test_coverage_takes_its_totals_from_a_file(workbench: Workbench, sample: Path, tmp_path: Path) -> None:
    days = pd.date_range("2022-01-03", "2022-01-16").strftime("%Y-%m-%d")
    pd.DataFrame({"date": days, "count": 1, "total_count": 1000}).to_csv(tmp_path / "totals.csv", index=False)
    said = workbench("coverage", sample, "--query", "NATO", "--totals", tmp_path / "totals.csv", "--csv")
    totals = said.table.set_index("period")["total"]
    assert totals.dropna().to_dict() == {"2022-01-03T00:00:00Z": 7000, "2022-01-10T00:00:00Z": 7000}
    assert len(totals) > 2 and "7000.0" not in said.out
    assert "Totals are those of a table" in said.err
    assert "7000" in workbench("coverage", sample, "--query", "NATO", "--totals", tmp_path / "totals.csv").out


@pytest.mark.notebook
def test_a_report_is_verified_until_an_article_leaves(workbench: Workbench, few: Path, tmp_path: Path) -> None:
    report = tmp_path / "talks.html"
    said = workbench("report", few, "--event", TALKS, "-o", report, "--notebook", NOTEBOOK)
    assert (said.status, said.out) == (0, f"{report}\n")
    again = ("verify", report, "--notebook", NOTEBOOK, "--against")
    unchanged = workbench(*again, few)
    assert unchanged.status == 0
    assert "every number" in unchanged.out
    assert workbench("import", written(tmp_path / "news", 8), "-o", tmp_path / "less").status == 0
    changed = workbench(*again, tmp_path / "less")
    assert changed.status == 1
    assert "“A harvest to remember, part 8”: in the collection in the report, nothing now" in changed.out
    assert re.search(r"^workbench: \d+ facts of the report no longer hold for ", changed.err, re.MULTILINE)


@pytest.mark.notebook
def test_the_report_is_made_from_the_talks_notebook(workbench: Workbench, sample: Path, tmp_path: Path) -> None:
    said = workbench("report", sample, "--event", TALKS, "-o", tmp_path / "talks.html")
    assert said.status == 0
    assert "04_nato_russia_talks.ipynb" in (tmp_path / "talks.html").read_text("utf-8")


@pytest.mark.parametrize(("code", "status"), [(0, 0), (1, 1), (130, 1), (-2, 1)])
def test_lab_starts_jupyterlab_in_the_clone(
    workbench: Workbench, monkeypatch: pytest.MonkeyPatch, code: int, status: int
) -> None:
    called: list[list[str]] = []

    def call(command: list[str]) -> int:
        called.append(command)
        return code

    monkeypatch.setattr(subprocess, "call", call)
    assert workbench("lab", "--", "--no-browser").status == status
    assert called[0][:3] == [sys.executable, "-m", "jupyterlab"]
    assert f"--notebook-dir={PROJECT}" in called[0] and called[0][-1] == "--no-browser"


# -- any number of articles -------------------------------------------------------------------------------------


@pytest.mark.notebook
@pytest.mark.parametrize("count", [0, 1, 2, 5, 9, 12, 30])
def test_any_number_of_articles_goes_all_the_way(workbench: Workbench, tmp_path: Path, count: int) -> None:
    out = tmp_path / "out"
    said = workbench("import", written(tmp_path / "news", count), "-o", out)
    assert said.status == 0
    assert said.out.startswith(f"{count} article{'' if count == 1 else 's'} in ")
    assert workbench("topics", out).status == 0
    assert len(pd.read_csv(out / "assignments.csv")) == count
    assert len(workbench("search", out, "*", "--limit", 0, "--csv").table) == count
    covered = workbench("coverage", out, "--event", TALKS, "--by", "language", "--csv")
    assert covered.status == 0
    assert covered.table["total"].sum() == count
    assert workbench("coverage", out, "--query", "talks").status == 0
    report = ("report", out, "--event", TALKS, "-o", tmp_path / "talks.html", "--notebook", NOTEBOOK)
    assert workbench(*report).status == 0


def test_a_folder_of_which_all_is_refused_is_a_collection_of_none(workbench: Workbench, tmp_path: Path) -> None:
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "empty.txt").write_text("")
    said = workbench("import", tmp_path / "news", "-o", tmp_path / "out")
    assert said.status == 0
    assert "0 articles" in said.out and "1 refused" in said.out
    assert "empty" in (tmp_path / "out" / "ledger.csv").read_text("utf-8")
    assert workbench("topics", tmp_path / "out").status == 0
    assert workbench("coverage", tmp_path / "out", "--event", TALKS, "--by", "source").status == 0
    assert workbench("search", tmp_path / "out", "NATO").out == "no rows\n"


# -- the same input gives the same bytes ------------------------------------------------------------------------


def _shuffled(path: Path) -> None:
    """Put the rows of a CSV in another order; Latin-1 leaves the bytes of any encoding as they are."""
    delimiter = "\t" if path.suffix == ".tsv" else max(",;|", key=path.read_text("latin-1").splitlines()[0].count)
    with path.open(encoding="latin-1", newline="") as stream:
        head, *rows = csv.reader(stream, delimiter=delimiter)
    random.Random(7).shuffle(rows)
    with path.open("w", encoding="latin-1", newline="") as stream:
        csv.writer(stream, delimiter=delimiter).writerows([head, *rows])


def test_neither_place_nor_order_of_files_and_rows_changes_a_byte(
    workbench: Workbench, sample: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "elsewhere" / "sample"
    copy.mkdir(parents=True)
    for path in sorted(SAMPLE.iterdir(), reverse=True):
        shutil.copytree(path, copy / path.name) if path.is_dir() else shutil.copy(path, copy / path.name)
    tables = [path for path in copy.rglob("*") if path.suffix in (".csv", ".tsv")]
    assert tables
    for path in tables:
        _shuffled(path)
    out = tmp_path / "out"
    assert workbench("import", copy, "-o", out, "--no-cache").status == 0
    assert workbench("topics", out).status == 0
    for name in ("articles.parquet", "topics.csv", "assignments.csv"):
        assert (out / name).read_bytes() == (sample / name).read_bytes(), name
    counted = ("--event", TALKS, "--every", "day", "--by", "source", "--csv")
    assert workbench("coverage", out, *counted).out == workbench("coverage", sample, *counted).out


def test_files_may_be_named_in_any_order(workbench: Workbench, tmp_path: Path) -> None:
    for name in "abc":
        written(tmp_path / name, 3, source=f"Courier {name}")
    for out, order in (("one", "abc"), ("two", "cab")):
        paths = [tmp_path / name / "news.csv" for name in order]
        assert workbench("import", *paths, "-o", tmp_path / out, "--no-cache").status == 0
    for name in ("articles.parquet", "ledger.csv", "removed.parquet"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_second_import_is_served_from_the_cache(
    workbench: Workbench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    news = written(tmp_path / "news", 4)
    assert workbench("import", news, "-o", tmp_path / "one").status == 0
    with monkeypatch.context() as patch:
        patch.setattr(load, "read_files", lambda *_, **__: pytest.fail("read again"))
        assert workbench("import", news, "-o", tmp_path / "two").status == 0
    for name in ("articles.parquet", "ledger.csv", "removed.parquet"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


# -- folders of many kinds --------------------------------------------------------------------------------------


def test_a_folder_of_raw_files_serves_as_a_collection(workbench: Workbench, tmp_path: Path) -> None:
    news = written(tmp_path / "news", 6)
    assert "Envoys" in workbench("search", news, "Geneva").out
    assert workbench("coverage", news, "--event", TALKS, "--csv").table["articles"].sum() == 2
    said = workbench("topics", news)
    assert said.status == 1
    assert "-o DIR" in said.err
    assert workbench("topics", news, "-o", tmp_path / "topics").status == 0
    assert [path.name for path in news.iterdir()] == ["news.csv"]


def test_what_an_import_wrote_among_the_files_is_not_read_as_articles(workbench: Workbench, tmp_path: Path) -> None:
    news = written(tmp_path / "news", 4)
    for _ in range(2):
        said = workbench("import", news, "-o", news / "out")
        assert said.out.startswith("4 articles in ")
        assert workbench("topics", news / "out").status == 0
    ledger = pd.read_csv(news / "out" / "ledger.csv", dtype="str", keep_default_na=False)
    refused = ledger[ledger["status"] == "refused"]
    assert set(refused["file"]) == {f"out/{name}" for name in OUTPUTS}
    assert refused["reason"].str.startswith("the workbench wrote it").all()


def test_two_imported_collections_are_read_as_one(workbench: Workbench, few: Path, tmp_path: Path) -> None:
    other = written(tmp_path / "other", 2, source="Morgenblatt")
    assert workbench("import", other, "-o", tmp_path / "imported").status == 0
    assert workbench("import", few, tmp_path / "imported", "-o", tmp_path / "both").out.startswith("11 articles in ")


# -- failures ---------------------------------------------------------------------------------------------------

FAILURES = [
    (["import", "{tmp}/nowhere", "-o", "{tmp}/out"], "no such file or folder"),
    (["import", "{tmp}/empty", "-o", "{tmp}/out"], "holds no file"),
    (["import", "{tmp}/news", "-o", "{tmp}/news/news.csv"], "it is a file; choose a folder"),
    (["import", "{tmp}/news", "-o", "{tmp}/news"], "choose another folder"),
    (["import", "", "-o", "{tmp}/out"], "the path is empty"),
    (["import", "{tmp}/news"], "required: -o/--output"),
    (["topics", "{few}", "--granularity", "fin"], "'coarse', 'default', 'fine'"),
    (["topics", "{few}", "--seed", "x"], "invalid int value: 'x'"),
    (["topics", "{few}", "-o", "{tmp}/news/news.csv"], "news.csv"),
    (["search", "{few}", "NATO AND ("], "the query ends where a term is missing"),
    (["search", "{few}", "(" * 3000], "write it flatter"),
    (["search", "{few}", "sauce:AP"], "sauce"),
    (["search", "{few}", "*", "--limit", "-1"], "--limit -1 is below 0"),
    (["search", "{tmp}/nowhere", "*"], "no such file or folder"),
    (["search", "{tmp}/damaged", "*"], "import it again"),
    (["coverage", "{few}", "--event", "nato-russia-talk"], "did you mean 'nato-russia-talks'?"),
    (["coverage", "{few}", "--event", ""], "there is no event"),
    (["coverage", "{few}", "--query", ""], "quer"),
    (["coverage", "{few}", "--query", "*", "--every", "fortnight"], "fortnight"),
    (["coverage", "{few}", "--query", "*", "--by", "outlet"], "by='outlet' is no column"),
    (["coverage", "{few}"], "--event --query is required"),
    (["coverage", "{few}", "--query", "*", "--totals", "{tmp}/nowhere.csv"], "there is no file"),
    (["coverage", "{few}", "--event", TALKS, "--events", "{tmp}/broken.toml"], "is not valid TOML"),
    (["coverage", "{few}", "--event", TALKS, "--events", "{tmp}/nowhere.toml"], "there is no file"),
    (["report", "{few}", "--event", TALKS, "-o", "{tmp}"], "is a folder; name the file"),
    (["report", "{few}", "--event", TALKS, "-o", "{tmp}/nowhere/talks.html"], "there is no folder"),
    (["report", "{few}", "--event", TALKS, "-o", "{tmp}/t.html", "--notebook", "{tmp}/no.ipynb"], "no notebook"),
    (["report", "{few}", "--event", TALKS, "-o", "{tmp}/t.html", "--excerpt-chars", "-1"], "is below 0"),
    (["verify", "{tmp}/news/news.csv", "--against", "{few}"], "is no report of this workbench"),
    (["verify", "{tmp}/nowhere.html", "--against", "{few}"], "there is no report"),
    (["verify", "{tmp}", "--against", "{few}"], "cannot be read as a report"),
    (["dance"], "invalid choice: 'dance'"),
]


@pytest.mark.parametrize(("arguments", "reason"), FAILURES, ids=lambda value: " ".join(value)[:60])
def test_a_failure_is_one_clear_line(
    workbench: Workbench, few: Path, tmp_path: Path, arguments: list[str], reason: str
) -> None:
    written(tmp_path / "news", 2)
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.toml").write_text("[talks\n")
    shutil.copytree(few, tmp_path / "damaged")
    (tmp_path / "damaged" / "ledger.csv").write_text("")
    said = workbench(*(one.replace("{tmp}", str(tmp_path)).replace("{few}", str(few)) for one in arguments))
    own = [line for line in said.err.splitlines() if line.startswith("workbench: ")]
    assert (said.status, said.out, len(own)) == (1, "", 1)
    assert said.err.endswith(f"{own[0]}\n")
    assert reason in own[0]
    assert "Traceback" not in said.err


def test_a_file_that_may_not_be_read_is_named(
    workbench: Workbench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    locked = written(tmp_path / "news", 1) / "news.csv"
    if os.geteuid() == 0:  # no file is closed to root
        monkeypatch.setattr(os, "access", lambda _, how: how == os.F_OK)
    else:
        locked.chmod(0)
    said = workbench("import", locked, "-o", tmp_path / "out")
    assert said.status == 1
    assert "news.csv cannot be opened: no permission to read it" in said.err
    assert not (tmp_path / "out").exists()


def test_being_stopped_is_no_traceback(workbench: Workbench, monkeypatch: pytest.MonkeyPatch, few: Path) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(wb, "search", stop)
    assert workbench("search", few, "*") == Said(1, "", workbench("search", few, "*").err)
    assert workbench("search", few, "*").err.endswith("workbench: stopped; nothing that was written before is lost\n")


# -- what is printed --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", VERBS)
def test_help_has_an_example(capsys: pytest.CaptureFixture[str], verb: str) -> None:
    with pytest.raises(SystemExit) as end:
        main([verb, "--help"])
    assert end.value.code == 0
    assert f"example:\n  workbench {verb}" in capsys.readouterr().out


def test_no_arguments_give_the_help(workbench: Workbench) -> None:
    said = workbench()
    assert (said.status, said.err) == (0, "")
    assert all(re.search(rf"^ +{verb} ", said.out, re.MULTILINE) for verb in VERBS)


def test_a_hostile_title_stays_on_its_line(workbench: Workbench, tmp_path: Path) -> None:
    news = written(tmp_path / "news", 1, title=HOSTILE, source='=HYPERLINK("http://203.0.113.1/")')
    said = workbench("search", news, "*")
    assert len(said.out.splitlines()) == 2
    assert all(letter.isprintable() for line in (said.out + said.err).splitlines() for letter in line)
    assert "owned" not in said.out
    table = workbench("search", news, "*", "--csv").table
    assert table["source"].tolist() == ['\'=HYPERLINK("http://203.0.113.1/")']


def test_a_library_that_prints_does_not_spoil_the_table(
    workbench: Workbench, monkeypatch: pytest.MonkeyPatch, few: Path
) -> None:
    found = wb.search

    def noisy(articles: pd.DataFrame, query: str) -> pd.DataFrame:
        print("loading the model")  # noqa: T201 - as a library would
        return found(articles, query)

    monkeypatch.setattr(wb, "search", noisy)
    said = workbench("search", few, "*", "--csv")
    assert len(said.table) == 9
    assert "loading the model" in said.err


# -- as a real command ------------------------------------------------------------------------------------------


def test_the_installed_command_writes_utf8_and_nothing_else_to_a_pipe(sample: Path) -> None:
    command = Path(sys.executable).with_name("workbench")
    done = subprocess.run(
        [command, "search", sample, "language:uk", "--csv"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        check=False,
    )
    assert done.returncode == 0
    table = pd.read_csv(io.BytesIO(done.stdout), encoding="utf-8")
    assert len(table) == 20 and table["title"].str.contains("[а-яії]").any()


def test_a_reader_that_leaves_early_is_no_error(sample: Path) -> None:
    command = f"'{sys.executable}' -m workbench.cli search '{sample}' '*' --csv --limit 0"
    done = shell("bash", "-c", f"{command} | head -1; exit ${{PIPESTATUS[0]}}")
    assert done.returncode == 0
    assert done.stdout.startswith("article_id,title")
    assert "Broken" not in done.stderr and "Traceback" not in done.stderr
    helped = shell("bash", "-c", f"'{sys.executable}' -m workbench.cli --help | true; exit ${{PIPESTATUS[0]}}")
    assert "Broken" not in helped.stderr


def test_a_module_run_fails_with_status_one(tmp_path: Path) -> None:
    done = shell(sys.executable, "-m", "workbench.cli", "search", tmp_path / "nowhere", "*")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"workbench: no such file or folder: {tmp_path / 'nowhere'}\n"


# -- one article ------------------------------------------------------------------------------------------------


@pytest.mark.notebook
@pytest.mark.skipif(not SEED.is_dir(), reason="the seed article is not part of the project and not on this machine")
def test_one_translated_article_with_menus_goes_all_the_way(workbench: Workbench, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert workbench("import", SEED, "-o", out).out.startswith("1 article in ")
    article = pd.read_parquet(out / "articles.parquet").iloc[0]
    assert article["title"] == "Les relations Russie-OTAN à un niveau critique, avertit Moscou"
    assert (article["language"], article["source"]) == ("fr", "RT")
    assert article[["carried_by", "translated_from"]].notna().all()
    lines = article["text"].casefold().splitlines()
    for menu in ("accueil", "partager", "s'abonner", "traduction automatique", "cookies", "newsletter"):
        assert not any(line.strip().startswith(menu) for line in lines), menu
    removed = pd.read_parquet(out / "removed.parquet")
    assert removed["removed"].str.len().iloc[0] > 100
    assert workbench("topics", out).status == 0
    assert workbench("coverage", out, "--event", TALKS).status == 0
    assert workbench("report", out, "--event", TALKS, "-o", tmp_path / "talks.html").status == 0
    assert "Les relations Russie-OTAN" in (tmp_path / "talks.html").read_text("utf-8")
