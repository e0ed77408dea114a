"""Totals from a table: what a share is taken of where a query gathered the collection."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from workbench.articles import WorkbenchError, as_articles
from workbench.coverage import compare, coverage, coverage_by
from workbench.plot import plot_coverage, plot_outlets

QUERY = "NATO AND Russia"


def found(*days: str, source: object = "AP", text: object = None) -> pd.DataFrame:
    """Articles that the query found, each a text of its own unless `text` names them."""
    texts = [f"t{number}" for number in range(len(days))] if text is None else text
    return as_articles(pd.DataFrame({"published": list(days), "source": source, "text_id": texts}))


def totals(first: str = "2022-01-03", last: str = "2022-01-16", *, total: object = 100, **columns: Any) -> pd.DataFrame:
    days = pd.date_range(first, last).strftime("%Y-%m-%d")
    return pd.DataFrame({"date": days, "total_count": total, **columns})


NEWS = found("2022-01-04", "2022-01-04", "2022-01-11")


def weekly(table: pd.DataFrame, news: pd.DataFrame = NEWS, **options: Any) -> pd.DataFrame:
    return coverage(news, of=news, **({"every": "week", "totals": table} | options))


def test_a_collection_gathered_by_a_query_has_counts_and_no_share() -> None:
    table = coverage(NEWS, of=NEWS, every="week", gathered_by=QUERY)
    assert table["articles"].tolist() == [2, 1]
    assert table[["total", "total_texts", "share", "share_low", "share_high"]].isna().all(axis=None)
    assert QUERY in table.attrs["share_note"] and "no share" in table.attrs["share_note"]


def test_a_collection_may_say_itself_that_a_query_gathered_it() -> None:
    news = NEWS.copy()
    news.attrs["gathered_by"] = QUERY
    assert coverage(news, of=news).attrs["gathered_by"] == QUERY
    assert coverage(news, of=news)["share"].isna().all()
    assert coverage_by(news, of=news)["share"].isna().all()


def test_days_of_the_totals_are_summed_to_periods() -> None:
    by_week = weekly(totals(total=range(14)))
    assert by_week["total"].tolist() == [sum(range(7)), sum(range(7, 14))]
    assert by_week["share"].tolist() == [2 / 21, 1 / 70]
    by_day = weekly(totals(total=range(1, 15)), every="day")
    assert by_day["total"].tolist() == list(range(1, 15))
    assert by_day["total"].sum() == weekly(totals(total=range(1, 15)))["total"].sum()


def test_the_order_of_the_totals_never_matters() -> None:
    table = totals(total=range(14))
    pd.testing.assert_frame_equal(weekly(table), weekly(table.sample(frac=1, random_state=1)))


@pytest.mark.parametrize("missing", ["left out", "empty"])
def test_a_period_that_the_totals_cover_in_part_has_no_share(missing: Any) -> None:
    table = totals(total=100.0)
    table = (
        table.drop(index=8)
        if missing == "left out"
        else table.assign(total_count=table["total_count"].mask(table.index == 8))
    )
    result = weekly(table)
    assert result["total"].isna().tolist() == result["share"].isna().tolist() == [False, True]
    assert result["articles"].tolist() == [2, 1]
    assert "1 of 2 rows are not wholly covered" in result.attrs["share_note"]


def test_a_week_cut_by_the_window_needs_the_totals_of_its_days_inside() -> None:
    result = weekly(totals(), start="2022-01-05", end="2022-01-12")
    assert result["total"].tolist() == [500, 300]
    assert result["complete"].tolist() == [False, False]


def test_the_window_reaches_over_the_totals() -> None:
    result = weekly(totals("2021-12-27", "2022-01-23"))
    assert result["articles"].tolist() == [0, 2, 1, 0]
    assert result["share"].tolist() == [0, 2 / 700, 1 / 700, 0]
    assert result["complete"].all()


def test_articles_before_the_totals_are_counted_without_a_share() -> None:
    result = weekly(totals("2022-01-10", "2022-01-16"))
    assert result["articles"].tolist() == [2, 1]
    assert result["share"].isna().tolist() == [True, False]


def test_totals_may_be_of_whole_periods() -> None:
    months = pd.DataFrame({"date": ["2022-01-01", "2022-02-01", "2022-03-01"], "total_count": [3000, 2800, 3100]})
    result = weekly(months, every="month")
    assert result["total"].tolist() == [3000, 2800, 3100]
    assert result["complete"].all()
    cut = weekly(months, every="month", end="2022-03-15")
    assert cut["total"].isna().tolist() == [False, False, True]


def test_totals_of_months_make_no_weeks() -> None:
    months = pd.DataFrame({"date": ["2022-01-01", "2022-02-01"], "total_count": [3000, 2800]})
    with pytest.raises(WorkbenchError, match="2022-01-01 is not the first day of a period"):
        weekly(months)
    with pytest.raises(WorkbenchError, match="no two neighbouring days"):
        coverage_by(NEWS, of=NEWS, totals=months)
    with pytest.raises(WorkbenchError, match=r"count in these periods .*, or give a row for each day"):
        weekly(months, every="day")


def test_totals_by_outlet_are_each_outlets_own_and_an_outlet_without_matches_stands_there_too() -> None:
    table = pd.concat([totals(total=10, source="AP"), totals(total=20, source="dpa")])
    result = weekly(table, every="week", by="source")
    assert result["source"].tolist() == ["AP", "dpa"] * 2
    assert result["total"].tolist() == [70, 140] * 2
    assert result["share"].tolist() == [2 / 70, 0, 1 / 70, 0]
    whole = coverage_by(NEWS, of=NEWS, totals=table)
    assert whole[["source", "articles", "total"]].to_numpy().tolist() == [["AP", 3, 140], ["dpa", 0, 280]]


def test_totals_without_the_column_are_those_of_all_groups_together() -> None:
    news = found("2022-01-04", "2022-01-05", source=["AP", "dpa"])
    result = weekly(totals("2022-01-03", "2022-01-09"), news, by="source")
    assert result["total"].tolist() == [700, 700]
    assert result.attrs["whole"]
    assert "share of all articles" in plot_coverage(result, measure="share").layout.yaxis.title.text


def test_without_copies_the_interval_is_wilsons_and_copies_widen_it() -> None:
    days = ["2022-01-04"] * 8
    expected = stats.binomtest(8, 700).proportion_ci(method="wilson")
    alone = weekly(totals("2022-01-03", "2022-01-09"), found(*days)).iloc[0]
    copied = weekly(totals("2022-01-03", "2022-01-09"), found(*days, text=["a"] * 6 + ["b", "c"])).iloc[0]
    assert alone[["share_low", "share_high"]].tolist() == pytest.approx([expected.low, expected.high])
    assert copied["share_low"] < alone["share_low"] < alone["share_high"] < copied["share_high"]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_few_articles_and_no_totals_give_a_table(number: Any) -> None:
    news = NEWS.iloc[:number]
    empty = totals().head(0)
    assert list(weekly(totals(), news).columns) == list(weekly(empty, news).columns) == list(coverage(news, of=news))
    assert len(weekly(empty, news)) == min(number, 1)
    assert weekly(totals(), news, by="source")["total"].tolist() == ([700.0, 700.0] if number else [])


@pytest.mark.parametrize("date", [pd.Timestamp("2022-01-03"), pd.Timestamp("2022-01-03", tz="UTC").date(),
                                  "2022-01-03T00:00:00Z", "2022-01-03 00:00:00"])  # fmt: skip
def test_a_day_may_be_written_in_several_ways(date: Any) -> None:
    table = pd.DataFrame({"date": [date], "total_count": [5]})
    assert weekly(table, found("2022-01-03"), every="day")["total"].tolist() == [5]


def test_compared_tables_keep_what_is_to_be_said_of_their_shares() -> None:
    both = compare({"talks": weekly(totals()), "gas": coverage(NEWS, of=NEWS, every="week", gathered_by="gas")})
    assert "talks: Totals are" in both.attrs["share_note"] and "“gas”" in both.attrs["share_note"]


def test_figures_say_why_there_is_no_share_and_whose_totals_there_are() -> None:
    unknown = coverage(NEWS, of=NEWS, every="week", gathered_by="<b>NATO</b>")
    assert "<b>NATO</b>" in plot_coverage(unknown, measure="share").layout.meta["caption"]
    drawn = plot_coverage(unknown, measure="share").to_json() + plot_coverage(unknown).to_json()
    assert "&lt;b&gt;NATO" in drawn
    assert "Totals are those of a table" in plot_coverage(weekly(totals()), measure="share").layout.meta["caption"]
    outlets = plot_outlets(coverage_by(NEWS, of=NEWS, gathered_by=QUERY)).layout.meta
    assert QUERY in outlets["caption"] and "of nan" not in outlets["alt"]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ([1, 2], "totals= is a table with date and total_count, not list"),
        (totals().rename(columns={"total_count": "n"}), "totals has no column 'total_count'; it has date, n"),
        (totals(total=-1), "14 of 14 values of 'total_count' in totals are no number of articles, for example '-1'"),
        (totals(total=2.5), "for example '2.5'"),
        (totals(total="many"), "for example 'many'"),
        (totals().assign(date="03/01/2022"), "'03/01/2022' in the dates of totals is not a day"),
        (totals().assign(date=None), "is not a day"),
        (totals().assign(date=range(14)), "0 in the dates of totals is not a day"),
        (totals().assign(date="2022-01-03T05:00"), "is a time of day"),
        (pd.concat([totals(), totals()]), "totals has several rows for 2022-01-03; add them up first"),
        (pd.concat([totals(language="en"), totals(language="fr")]), "or count by='language'"),
        (totals(total=0), "2 rows have more matching articles than the totals have in all, for example 2 of 0 (2022"),
    ],
)  # fmt: skip
def test_wrong_totals_are_named_with_the_way_out(table: Any, said: Any) -> None:
    with pytest.raises(WorkbenchError, match=r".") as problem:
        weekly(table)
    assert said in str(problem.value)


def test_totals_are_of_articles_and_a_query_is_words() -> None:
    with pytest.raises(WorkbenchError, match="no share of texts"):
        weekly(totals(), unit="texts")
    with pytest.raises(WorkbenchError, match="gathered_by=True is no query"):
        coverage(NEWS, of=NEWS, gathered_by=True)  # type: ignore[arg-type]


def test_nothing_given_is_changed() -> None:
    table = totals()
    before = table.copy()
    weekly(table)
    pd.testing.assert_frame_equal(table, before)
    assert np.isfinite(weekly(table)["share"]).all()
