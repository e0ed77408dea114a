"""The article table: every column with its type whatever comes in, ids that depend on content alone, safe exports."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.articles import (
    COLUMNS,
    WorkbenchError,
    as_articles,
    digest,
    empty_articles,
    require,
    spreadsheet_safe,
    write_csv,
)

cells = st.none() | st.text(max_size=10)
tables = st.lists(st.tuples(cells, cells, cells), max_size=5).map(
    lambda rows: pd.DataFrame(
        rows, columns=["title", "source", "beat"], index=pd.Index([f"i{at}" for at in range(len(rows))])
    )
)


def test_an_empty_table_has_every_column_and_its_type() -> None:
    assert {name: str(kind) for name, kind in empty_articles().dtypes.items()} == COLUMNS
    assert empty_articles().index.name == "article_id"


@given(tables)
@settings(max_examples=60, deadline=None)
def test_any_rows_become_articles_and_own_columns_stay(rows: pd.DataFrame) -> None:
    table = as_articles(rows)
    assert list(table.columns) == [*COLUMNS, "beat"]
    assert {name: str(table[name].dtype) for name in COLUMNS} == COLUMNS
    assert table["title"].notna().all() and table["text"].notna().all()
    pd.testing.assert_frame_equal(as_articles(table), table)
    pd.testing.assert_frame_equal(as_articles(rows.iloc[::-1]), table)


def test_the_rows_given_are_left_as_they_were() -> None:
    rows = pd.DataFrame({"title": [None], "published": ["2022-01-12"]}, index=["a"])
    before = rows.copy(deep=True)
    assert as_articles(rows)["published"].iloc[0] == pd.Timestamp("2022-01-12", tz="UTC")
    pd.testing.assert_frame_equal(rows, before)


def test_an_id_on_two_rows_is_refused_with_the_way_out() -> None:
    with pytest.raises(WorkbenchError, match=r"'a'.*drop them with"):
        as_articles(pd.DataFrame({"title": ["x", "y"]}, index=["a", "a"]))


def test_a_missing_column_or_a_wrong_thing_is_named() -> None:
    with pytest.raises(WorkbenchError, match="'mood'"):
        require(empty_articles(), "title", "mood")
    with pytest.raises(WorkbenchError, match="list"):
        require([], "title")  # type: ignore[arg-type]  # what a beginner might pass


@given(st.lists(st.text(max_size=8), max_size=5), st.lists(st.text(max_size=8), max_size=5))
def test_different_parts_have_different_digests(left: list[str], right: list[str]) -> None:
    assert (digest(left) == digest(right)) == (left == right)


def test_where_one_part_ends_and_the_next_begins_matters() -> None:
    assert digest(["ab", "c"]) != digest(["a", "bc"])
    assert len(digest(["ab"], length=32)) == 32
    assert digest(["ab"]) == digest(iter(["ab"]))


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x"])
def test_a_cell_that_a_spreadsheet_would_run_is_led_by_an_apostrophe(cell: str) -> None:
    assert spreadsheet_safe(pd.DataFrame({"title": [cell]}))["title"].tolist() == [f"'{cell}"]
    assert spreadsheet_safe(pd.DataFrame({cell: ["x"]})).columns.tolist() == [f"'{cell}"]


def test_numbers_times_and_plain_words_stay_as_they_are() -> None:
    table = pd.DataFrame({"change": [-1.5], "day": pd.to_datetime(["2022-01-12"]), "title": ["Talks - stalled"]})
    pd.testing.assert_frame_equal(spreadsheet_safe(table), table)


def test_a_csv_is_read_back_as_it_was_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    rows = [['He said "no", twice', "Переговоры\nсорваны"], ["=1", ""]]
    path = write_csv(pd.DataFrame(rows, columns=["title", "text"]), tmp_path / "new folder" / "articles.csv")
    with path.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [["title", "text"], rows[0], ["'=1", ""]]
    assert [one.name for one in path.parent.iterdir()] == ["articles.csv"]
