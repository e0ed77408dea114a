"""Media Cloud's table goes in and comes out, and says nothing that it does not know."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from scipy import stats

from workbench.articles import WorkbenchError, as_articles
from workbench.coverage import coverage
from workbench.mediacloud import as_media_cloud, load_media_cloud, media_cloud_coverage, write_media_cloud
from workbench.plot import plot_coverage


def exported(first: str = "2022-01-03", days: int = 14, **columns: Any) -> pd.DataFrame:
    """As Media Cloud exports it: ten stories a day of a hundred."""
    dates = pd.date_range(first, periods=days).strftime("%Y-%m-%d")
    table = pd.DataFrame({"date": dates, "count": 10, "total_count": 100, "ratio": 0.1})
    return table.assign(**columns)


def written(table: pd.DataFrame, path: Path, **options: Any) -> Path:
    table.to_csv(path, index=False, **options)
    return path


@pytest.mark.parametrize(
    "options", [{}, {"sep": ";"}, {"sep": "\t"}, {"encoding": "utf-8-sig"}, {"lineterminator": "\r\n"}]
)
def test_a_file_is_read_whatever_a_spreadsheet_made_of_it(tmp_path: Path, options: Any) -> None:
    table = load_media_cloud(written(exported(), tmp_path / "counts.csv", **options))
    pd.testing.assert_frame_equal(table, load_media_cloud(exported()))
    assert list(table.columns) == ["date", "count", "total_count", "ratio"]
    assert str(table["date"].dtype) == "datetime64[us, UTC]"


def test_a_table_goes_in_and_comes_out_as_it_was(tmp_path: Path) -> None:
    table = exported(count=range(14), ratio=[number / 100 for number in range(14)])
    path = write_media_cloud(media_cloud_coverage(table), tmp_path / "out.csv")
    assert path.read_text("utf-8").splitlines()[:2] == ["date,count,total_count,ratio", "2022-01-03,0,100,0.0"]
    pd.testing.assert_frame_equal(load_media_cloud(path), load_media_cloud(table))


def test_coverage_of_articles_comes_out_and_serves_as_totals(tmp_path: Path) -> None:
    days = ["2022-01-03"] * 4 + ["2022-01-05"] * 6
    articles = as_articles(pd.DataFrame({"published": days, "source": "AP", "text_id": [str(n) for n in range(10)]}))
    whole = coverage(articles.iloc[:5], of=articles)
    table = load_media_cloud(write_media_cloud(whole, tmp_path / "out.csv"))
    assert table["count"].tolist() == [4, 0, 1]
    assert table["total_count"].tolist() == [4, 0, 6]
    assert table["ratio"].isna().tolist() == [False, True, False]
    again = coverage(articles.iloc[:5], of=articles.iloc[:5], totals=table)
    assert again["total"].tolist() == whole["total"].tolist()
    assert again["share"].tolist()[::2] == whole["share"].tolist()[::2]


def test_counts_are_summed_to_periods_and_have_the_interval_of_independent_stories() -> None:
    found = media_cloud_coverage(exported(), every="week")
    ends = stats.binomtest(70, 700).proportion_ci(method="wilson")
    assert found["articles"].tolist() == [70, 70]
    assert found["total"].tolist() == [700, 700]
    assert found["share_low"].tolist() == pytest.approx([ends.low] * 2)
    assert found["complete"].all() and not found["gap"].any()
    assert "too narrow where stories are copied" in found.attrs["share_note"]


def test_days_that_the_table_leaves_out_are_a_gap_and_no_zero() -> None:
    found = media_cloud_coverage(exported().drop(index=3))
    assert found["gap"].tolist() == [number == 3 for number in range(14)]
    assert found[["articles", "total", "share"]].isna().all(axis=1).tolist() == found["gap"].tolist()
    assert as_media_cloud(found)["count"].isna().sum() == 1


def test_a_table_of_several_queries_is_counted_by_query() -> None:
    both = pd.concat([exported(query="NATO"), exported(query="gas", count=20, ratio=0.2)])
    found = media_cloud_coverage(both, every="week", by="query")
    assert found["query"].tolist() == ["NATO", "gas"] * 2
    assert found["share"].tolist() == [0.1, 0.2] * 2
    assert as_media_cloud(found).columns.tolist() == ["date", "query", "count", "total_count", "ratio"]
    with pytest.raises(WorkbenchError, match=r"several rows for 2022-01-03; .*by='query'"):
        media_cloud_coverage(both)


@pytest.mark.parametrize("measure", ["articles", "share"])
@pytest.mark.parametrize("by", [None, "query"])
def test_a_table_without_articles_can_be_drawn(measure: Any, by: Any) -> None:
    table = exported(query="NATO").drop(index=5)
    figure = plot_coverage(media_cloud_coverage(table, by=by), measure=measure)
    assert len(figure.data) and figure.layout.meta["alt"]
    assert measure == "articles" or "too narrow" in figure.layout.meta["caption"]
    assert "copies of one text" not in figure.layout.meta["caption"]
    assert by or "the table of counts leaves out days" in figure.layout.meta["caption"]


@pytest.mark.parametrize("days", [0, 1, 2])
def test_few_days_give_a_table_with_all_columns(days: Any) -> None:
    found = media_cloud_coverage(exported(days=days))
    assert len(found) == len(as_media_cloud(found)) == days
    assert {"articles", "texts", "outlets", "total", "share", "share_low", "possible", "complete"} <= set(found)


def test_names_that_a_spreadsheet_would_run_are_disarmed(tmp_path: Path) -> None:
    found = media_cloud_coverage(exported(days=1, query="=1+1"), by="query")
    assert "'=1+1" in write_media_cloud(found, tmp_path / "out.csv").read_text("utf-8")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (pd.DataFrame({"url": [1]}), "no column 'date', 'total_count'; it has url; in Media Cloud, download"),
        (exported(count=101), "14 days with a count above the total_count, for example 101 of 100 on 2022-01-03"),
        (exported(ratio=0.3), "the ratio of 2022-01-03 in the table is 0.3, but count / total_count is 0.1000"),
        (exported(count=-1), "values of 'count' in the table are no number of articles"),
        (exported(date="01/02/2022"), "'01/02/2022' in the dates of the table is not a day"),
    ],
)  # fmt: skip
def test_what_is_no_such_table_is_named_with_the_way_out(table: Any, said: Any) -> None:
    with pytest.raises(WorkbenchError, match=r".") as problem:
        load_media_cloud(table)
    assert said in str(problem.value)


def test_a_ratio_in_per_cent_is_the_same() -> None:
    assert load_media_cloud(exported(ratio=10.0))["ratio"].tolist() == [0.1] * 14


def test_a_file_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="there is no file"):
        load_media_cloud(tmp_path / "nowhere.csv")
    (tmp_path / "odd.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(WorkbenchError, match=r"cannot be read as CSV|no column"):
        load_media_cloud(tmp_path / "odd.csv")
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(WorkbenchError, match="cannot be read as CSV"):
        load_media_cloud(tmp_path / "empty.csv")


def test_a_table_without_counts_is_totals_and_no_coverage() -> None:
    table = load_media_cloud(exported().drop(columns=["count", "ratio"]))
    assert list(table.columns) == ["date", "total_count"]
    with pytest.raises(WorkbenchError, match="no column 'count'"):
        media_cloud_coverage(table)


def test_texts_are_not_what_media_cloud_counts() -> None:
    articles = as_articles(pd.DataFrame({"published": ["2022-01-03"], "source": "AP", "text_id": "a"}))
    with pytest.raises(WorkbenchError, match="Media Cloud counts every copy"):
        as_media_cloud(coverage(articles, of=articles, unit="texts"))
