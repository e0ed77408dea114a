"""From folders to the table: what counts as one article, what the ledger says, and that no order matters."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench import load, store
from workbench.articles import COLUMNS, INFERRED, WorkbenchError
from workbench.events import load_events
from workbench.load import import_ledger, load_articles, url_key, write_collection


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("WORKBENCH_CACHE", str(folder))
    return folder


def put(folder: Path, **files: str) -> Path:
    """Write the files (`a_csv="…"` is a.csv) into the folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_text(content, encoding="utf-8")
    return folder


def rows(*lines: str, header: str = "title,text,url") -> str:
    return "\n".join([header, *lines]) + "\n"


def counts(ledger: pd.DataFrame) -> dict[str, int]:
    return {str(status): int(number) for status, number in ledger["status"].value_counts().items()}


def test_one_file_is_one_article_with_every_column(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(tmp_path / "news", a_txt="Talks end in Brussels\n\nNo agreement was reached on Wednesday.\n")
    articles = load_articles(tmp_path / "news" / "a.txt", progress=False)
    assert list(articles.columns[: len(COLUMNS)]) == list(COLUMNS)
    assert (articles["file"].iloc[0], articles["record"].iloc[0], articles["collection"].iloc[0]) == (
        "a.txt",
        "page",
        "news",
    )
    assert capsys.readouterr().out == "1 article from 1 file\n"


def test_every_record_is_loaded_merged_or_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(
        tmp_path,
        a_csv=rows("A,one,https://x.example/1", "A,one,http://www.x.example/1/?utm_source=y#z", ",,", "B,two,"),
        b_csv=rows("A,one,https://x.example/1", "B,two,"),
        c_json="[",
        d_txt="",
    )
    articles = load_articles(tmp_path, progress=False)
    ledger = import_ledger(tmp_path, progress=False)
    assert counts(ledger) == {"loaded": 3, "merged": 2, "refused": 2}
    assert len(articles) == 3
    assert "(2 merged, 2 refused; wb.import_ledger(...) says why)" in capsys.readouterr().out
    assert set(ledger.loc[ledger["status"] == "loaded", "article_id"]) == set(articles.index)
    merged = ledger[ledger["status"] == "merged"]
    assert set(merged["article_id"]) <= set(articles.index)
    assert merged["reason"].str.startswith("the same article as ").all()
    assert (ledger.loc[ledger["status"] == "refused", "reason"] != "").all()
    assert (ledger.loc[ledger["status"] == "refused", "article_id"] == "").all()
    assert not ledger.isna().any(axis=None)


def test_the_fullest_copy_of_an_article_is_kept(tmp_path: Path) -> None:
    header = "title,text,url,author"
    put(
        tmp_path,
        a_csv=rows("A,one,https://x.example/1,", header=header),
        b_csv=rows("A,one,https://x.example/1,Eva", header=header),
    )
    articles = load_articles(tmp_path, progress=False)
    assert (articles["author"].tolist(), articles["file"].tolist()) == (["Eva"], ["b.csv"])


def test_the_same_address_with_another_text_is_another_article(tmp_path: Path) -> None:
    put(tmp_path, a_csv=rows("A,one,https://x.example/1", "A,one corrected,https://x.example/1"))
    assert len(load_articles(tmp_path, progress=False)) == 2


def test_copies_without_address_are_merged_only_inside_one_file(tmp_path: Path) -> None:
    put(tmp_path, a_csv=rows("A,one,", "A,one,"), b_csv=rows("A,one,"))
    articles = load_articles(tmp_path, progress=False)
    first, second = articles.index
    assert (second, articles["file"].tolist()) == (f"{first}-2", ["a.csv", "b.csv"])


def test_shuffled_rows_and_renamed_folders_give_the_same_table(tmp_path: Path) -> None:
    lines = [f"Title {n % 17},Text {n % 11},{'https://x.example/' + str(n % 5) if n % 3 else ''}" for n in range(60)]
    shuffled = lines.copy()
    random.Random(1).shuffle(shuffled)
    for name, content, few in (("one/set", lines, lines[:9]), ("two/set", shuffled, lines[8::-1])):
        put(tmp_path / name, a_csv=rows(*content), b_csv=rows(*few))
        write_collection(tmp_path / name, tmp_path / f"out-{name[:3]}", progress=False)
    one, two = ((tmp_path / f"out-{name}" / "articles.parquet").read_bytes() for name in ("one", "two"))
    assert one == two


def test_an_identifier_of_the_record_names_it_where_it_is_unique(tmp_path: Path) -> None:
    put(tmp_path, a_csv=rows("7,A,one", "8,B,two", "8,C,three", header="id,title,text"))
    records = dict(
        zip(*(import_ledger(tmp_path, progress=False)[name] for name in ("position", "record")), strict=True)
    )
    assert records["row 2"] == "7"
    assert len(records["row 3"]) == len(records["row 4"]) == 16


def test_folders_are_collections_and_hidden_files_are_passed_over(tmp_path: Path) -> None:
    put(tmp_path / "all" / "left" / "deep", a_txt="Left text is here.")
    put(tmp_path / "all" / "right", a_txt="Right text is here.")
    put(tmp_path / "all", c_txt="Text at the top.")
    (tmp_path / "all" / ".hidden.txt").write_text("No.")
    (tmp_path / "all" / ".git").mkdir()
    (tmp_path / "all" / ".git" / "x.txt").write_text("No.")
    articles = load_articles(tmp_path / "all", progress=False)
    assert dict(zip(articles["file"], articles["collection"], strict=True)) == {
        "left/deep/a.txt": "left",
        "right/a.txt": "right",
        "c.txt": "all",
    }
    named = load_articles(tmp_path / "all", collection="mine", progress=False)
    assert set(named["collection"]) == {"mine"}
    assert list(named.index) == list(articles.index)


def test_globs_lists_and_doubled_paths_read_each_file_once(tmp_path: Path) -> None:
    put(tmp_path / "one", a_txt="Text of one.", b_md="Text of b.")
    put(tmp_path / "two", a_txt="Text of two.")
    assert set(load_articles(str(tmp_path / "*" / "*.txt"), progress=False)["file"]) == {"one/a.txt", "two/a.txt"}
    both = [tmp_path / "one", tmp_path / "two", tmp_path / "one" / "a.txt"]
    assert set(load_articles(both, progress=False)["file"]) == {"one/a.txt", "two/a.txt", "b.md"}


def test_a_path_that_is_missing_or_empty_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match=r"^no such file or folder: .*nothing$"):
        load_articles(tmp_path / "nothing")
    with pytest.raises(WorkbenchError, match="holds no file"):
        load_articles(tmp_path)
    with pytest.raises(WorkbenchError, match="no such file or folder"):
        load_articles(str(tmp_path / "*.csv"))
    with pytest.raises(WorkbenchError, match="holds no file"):
        load_articles([])
    with pytest.raises(WorkbenchError, match="'headline', which is none of title, text"):
        load_articles(tmp_path, columns={"x": "headline"})


def test_names_of_ones_own_are_mapped_by_columns(tmp_path: Path) -> None:
    put(tmp_path, a_csv=rows("A long text of its own,K", header="stuk,kop"))
    assert counts(import_ledger(tmp_path, progress=False)) == {"refused": 1}
    [row] = load_articles(tmp_path, columns={"Kop": "title", "stuk": "text"}, progress=False).itertuples()
    assert (row.title, row.text) == ("K", "A long text of its own")


def test_a_folder_where_nothing_can_be_read_gives_an_empty_table(tmp_path: Path) -> None:
    put(tmp_path, a_txt="", b_csv="title,text\n")
    articles, ledger = write_collection(tmp_path, tmp_path / "out", progress=False)
    assert (len(articles), list(articles.columns)) == (0, list(COLUMNS))
    assert counts(ledger) == {"refused": 2}
    assert len(load_articles(tmp_path / "out")) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_links_are_refused_in_the_ledger(tmp_path: Path) -> None:
    put(tmp_path / "in", a_txt="Text inside.")
    put(tmp_path / "out", b_txt="Text outside.")
    (tmp_path / "in" / "away.txt").symlink_to(tmp_path / "out" / "b.txt")
    (tmp_path / "in" / "folder").symlink_to(tmp_path / "out")
    (tmp_path / "in" / "round").symlink_to(tmp_path / "in")
    ledger = import_ledger(tmp_path / "in", progress=False)
    reasons = dict(zip(ledger["file"], ledger["reason"], strict=True))
    assert reasons == {
        "a.txt": "",
        "away.txt": "it is a link that leads out of the folder",
        "folder": "it is a link that leads out of the folder",
        "round": "it is a link to something in the same folder, which is read where it lies",
    }


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_a_pipe_is_refused_and_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert import_ledger(tmp_path, progress=False)["reason"].tolist() == ["it is a device or a pipe, not a file"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may open every file")
def test_a_locked_file_is_refused_with_the_reason(tmp_path: Path) -> None:
    put(tmp_path, a_txt="Text.", b_txt="Other text.")
    (tmp_path / "a.txt").chmod(0)
    ledger = import_ledger(tmp_path, progress=False)
    assert "cannot be opened" in "".join(ledger.loc[ledger["file"] == "a.txt", "reason"])


def test_a_written_collection_opens_as_it_was(tmp_path: Path) -> None:
    put(tmp_path / "in", a_csv=rows("A,one,https://x.example/1", ",,", "B,two,"), b_txt="Title\n\nShare this\n\nText.")
    articles, ledger = write_collection(tmp_path / "in", tmp_path / "out", progress=False)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "articles.parquet",
        "ledger.csv",
        "removed.parquet",
    ]
    pd.testing.assert_frame_equal(load_articles(tmp_path / "out"), articles)
    pd.testing.assert_frame_equal(import_ledger(tmp_path / "out"), ledger, check_dtype=False)


def test_the_ledger_cannot_run_a_formula_and_still_reads_back(tmp_path: Path) -> None:
    folder = put(tmp_path / "in")
    for name in ("=cmd.csv", "'=quoted.csv", "@at.csv"):
        (folder / name).write_text("title\nA text\n")
    _, ledger = write_collection(folder, tmp_path / "out", progress=False)
    cells = (tmp_path / "out" / "ledger.csv").read_text().splitlines()[1:]
    assert sorted(cell.split(",")[0] for cell in cells) == ["''=quoted.csv", "'=cmd.csv", "'@at.csv"]
    assert import_ledger(tmp_path / "out")["file"].tolist() == ledger["file"].tolist()


def test_a_second_import_does_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_cache: Path) -> None:
    put(tmp_path, a_csv=rows("A,one,https://x.example/1"))
    first = load_articles(tmp_path, progress=False)
    with monkeypatch.context() as patched:
        patched.setattr(load, "read_files", lambda *_, **__: pytest.fail("read again"))
        pd.testing.assert_frame_equal(load_articles(tmp_path, progress=False), first)
    put(tmp_path, a_csv=rows("A,changed,https://x.example/1"))
    assert load_articles(tmp_path, progress=False)["text"].tolist() == ["changed"]
    assert len(list(own_cache.iterdir())) == 2


def test_known_events_date_what_states_no_date_and_the_ledger_is_not_read_again_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = put(tmp_path / "in", a_csv=rows("Talks on grain,The grain talks opened in Geneva on Wednesday.,"))
    known = tmp_path / "events.toml"
    known.write_text(
        '[grain]\ntitle = "Grain talks"\nquery = "grain AND talks"\nstart = 2021-11-01\nend = 2021-11-30\n'
        'known = [{date = 2021-11-10, label = "Talks open in Geneva"}]\n'
    )
    assert load_articles(folder, progress=False)["published_precision"].tolist() == ["unknown"]
    dated = load_articles(folder, events=known, progress=False).iloc[0]
    assert dated["published_from"].startswith(INFERRED)
    assert dated["published_low"] <= pd.Timestamp("2021-11-10", tz="UTC") < dated["published_high"]
    monkeypatch.setattr(load, "read_files", lambda *_, **__: pytest.fail("read again"))
    assert counts(import_ledger(folder, progress=False)) == {"loaded": 1}
    assert load_articles(folder, events=load_events(known), progress=False)["published_low"].notna().all()


def test_a_damaged_or_forbidden_cache_only_costs_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_cache: Path
) -> None:
    put(tmp_path / "in", a_csv=rows("A,one,"))
    first = load_articles(tmp_path / "in", progress=False)
    for path in own_cache.rglob("*.parquet"):
        path.write_bytes(b"PAR1 rubbish")
    pd.testing.assert_frame_equal(load_articles(tmp_path / "in", progress=False), first)
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "in" / "a.csv"))
    pd.testing.assert_frame_equal(load_articles(tmp_path / "in", progress=False), first)


def test_the_oldest_entries_leave_a_full_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_cache: Path
) -> None:
    monkeypatch.setattr(store, "_CACHE_BYTES", 1)
    for name in ("one", "two"):
        load_articles(put(tmp_path / name, a_txt=f"Text of {name}."), progress=False)
    assert len(list(own_cache.iterdir())) == 1


def test_many_files_are_read_side_by_side_from_a_plain_script(tmp_path: Path) -> None:
    for number in range(60):
        put(tmp_path / "many", **{f"n{number}_txt": f"Text number {number} of a collection."})
    script = (
        f"import workbench.load as load\nprint(len(load.load_articles({str(tmp_path / 'many')!r}, progress=False)))\n"
    )
    (tmp_path / "script.py").write_text(script)
    environment = {**os.environ, "PYTHONPATH": str(Path(load.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines() == ["60 articles from 60 files", "60"], done.stderr


def test_addresses_of_one_page_are_one_key() -> None:
    same = ["https://www.x.example/a/?utm_source=b&fbclid=c", "http://x.example/a#top", "https://X.example/a/"]
    assert {url_key(url) for url in same} == {"x.example/a"}
    assert url_key("https://x.example/?id=1") != url_key("https://x.example/?id=2")
    assert url_key("http://[broken") == "http://[broken"


names = st.sampled_from(["a.txt", "b.csv", "c.json", "d.zip", "e.html", "f"])
texts = st.text(max_size=60).map(str.encode) | st.binary(max_size=60)
tables = st.lists(
    st.sampled_from(["A,one,https://x.example/1", "A,one,", ",,", "B,two,http://x.example/1/"]), max_size=6
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(st.dictionaries(names, texts, max_size=4), tables)
def test_any_files_give_a_ledger_that_adds_up(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes], table: list[str]
) -> None:
    folder = put(
        tmp_path_factory.mktemp("any"), t_csv=rows(*table), u_json=json.dumps([{"title": line} for line in table])
    )
    for name, content in files.items():
        (folder / name).write_bytes(content)
    articles, ledger = load._import(folder, load._Options(None, None, None, cache=False, progress=False))
    status = counts(ledger)
    assert sum(status.values()) == len(ledger)
    assert set(status) <= {"loaded", "merged", "refused"}
    assert status.get("loaded", 0) == len(articles)
    assert {path.name for path in folder.iterdir()} == set(ledger["file"].str.split("!").str[0])
