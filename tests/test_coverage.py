"""Coverage: first what must hold for any table of articles, then small tables worked out by hand, then the errors."""

from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from workbench.articles import WorkbenchError
from workbench.coverage import account, compare, composition, coverage, coverage_by
from workbench.periods import PERIODS

COUNTS = ["articles", "texts", "outlets", "total", "total_texts", "certain", "possible"]
DAYS = (0, 1, 2, 5, 6, 7, 13, 30, 31, 45)

rows = st.lists(
    st.tuples(
        st.one_of(st.none(), st.sampled_from(DAYS)),
        st.sampled_from([0.01, 1, 1, 1, 3, 31]),
        st.sampled_from(["AP", "dpa", "Le Monde", None]),
        st.sampled_from(["a", "b", "c", "d", "e", None]),
        st.booleans(),
        st.booleans(),
    ),
    max_size=25,
)
"""Of each article: first day, days its interval is long, outlet, text, whether it matches, whether it is inferred."""


def table(drawn: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Articles from 30 December 2021 on, so that weeks, months and years end within the first days."""
    begin = pd.Timestamp("2021-12-30", tz="UTC")
    low = [pd.NaT if day is None else begin + pd.Timedelta(days=day) for day, *_ in drawn]
    high = [start + pd.Timedelta(days=length) for start, (_, length, *_) in zip(low, drawn, strict=True)]
    frame = pd.DataFrame(
        {
            "published": pd.Series(low, dtype="datetime64[us, UTC]"),
            "published_low": pd.Series(low, dtype="datetime64[us, UTC]"),
            "published_high": pd.Series(high, dtype="datetime64[us, UTC]"),
            "source": pd.Series([row[2] for row in drawn], dtype="str"),
            "text_id": pd.Series([row[3] for row in drawn], dtype="str"),
            "match": pd.Series([row[4] for row in drawn], dtype="bool"),
            "published_from": ["inferred: a copy" if row[5:] == (True,) else "field" for row in drawn],
        }
    )
    return frame.set_axis(pd.Index([f"id{number}" for number in range(len(drawn))], name="article_id", dtype="str"))


def days(count: int, *, day: str = "2022-01-10", **columns: object) -> pd.DataFrame:
    """`count` articles dated to one day, each a text of its own."""
    frame = table([(0, 1, "AP", f"t{number}", True) for number in range(count)])
    low = pd.Timestamp(day, tz="UTC")
    return frame.assign(
        published=low, published_low=low, published_high=low + pd.Timedelta(days=1), **cast(dict[str, Any], columns)
    )


law = settings(max_examples=40, deadline=None)


@law
@given(rows, st.sampled_from(list(PERIODS)))
def test_every_matching_article_is_certain_possible_undated_or_outside(drawn: Any, every: Any) -> None:
    articles = table(drawn)
    found = coverage(articles[articles["match"]], of=articles, every=every)
    for counted, number in (
        (found.attrs["account"], int(articles["match"].sum())),
        (found.attrs["account_of"], len(articles)),
        (account(articles, every=every), len(articles)),
        (account(articles, every=every, start="2022-01-02", end="2022-01-05"), len(articles)),
    ):
        assert counted["articles"] == number
        assert counted["certain"] + counted["possible"] + counted["undated"] + counted["outside"] == number
    assert found["articles"].sum() == found.attrs["account"]["certain"] <= sum(not row[5] for row in drawn)
    assert found["possible"].max() <= found.attrs["account"]["possible"] or found.empty


@law
@given(rows, st.sampled_from(list(PERIODS)))
def test_an_inferred_date_moves_an_article_from_certain_to_possible_and_changes_nothing_else(
    drawn: Any, every: Any
) -> None:
    stated = table([(*row[:5], False) for row in drawn])
    inferred = stated.assign(published_from="inferred: a copy")
    window = {"start": "2021-12-30", "end": "2022-01-20"}
    before, after = (account(articles, every=every, **window) for articles in (stated, inferred))
    assert after["certain"] == 0
    assert after["possible"] == before["certain"] + before["possible"]
    assert after[["undated", "outside"]].tolist() == before[["undated", "outside"]].tolist()


@law
@given(rows, st.sampled_from(list(PERIODS)), st.sampled_from(["source", "text_id"]))
def test_groups_add_up_to_the_whole(drawn: Any, every: Any, by: Any) -> None:
    articles = table(drawn)
    matches = articles[articles["match"]]
    whole = coverage(matches, of=articles, every=every).set_index("period")
    grouped = coverage(matches, of=articles, every=every, by=by).groupby("period")
    added = grouped[["articles", "total", "possible", "certain"]].sum()
    expected = whole[["articles", "total", "possible", "certain"]]
    if len(added):
        pd.testing.assert_frame_equal(added, expected, check_freq=False)


@law
@given(rows)
def test_weeks_are_sums_of_days(drawn: Any) -> None:
    articles = table([row for row in drawn if row[1] <= 1])
    matches = articles[articles["match"]]
    by_day = coverage(matches, of=articles)
    by_week = coverage(matches, of=articles, every="week").set_index("period")
    week = by_day["period"] - pd.to_timedelta(by_day["period"].dt.day_of_week, unit="D")
    added = by_day.groupby(week)[["articles", "total"]].sum()
    assert added.to_numpy().tolist() == by_week[["articles", "total"]].to_numpy().tolist()


@law
@given(rows, st.randoms(use_true_random=False), st.sampled_from([None, "source"]))
def test_the_order_of_rows_never_matters(drawn: Any, random: Any, by: Any) -> None:
    articles = table(drawn)
    places = list(range(len(articles)))
    random.shuffle(places)
    shuffled = articles.iloc[places]
    first = coverage(articles[articles["match"]], of=articles, every="week", by=by)
    second = coverage(shuffled[shuffled["match"]], of=shuffled, every="week", by=by)
    pd.testing.assert_frame_equal(first, second)
    assert first.attrs == second.attrs


@law
@given(rows, st.sampled_from(["articles", "texts"]), st.sampled_from([0.5, 0.95, 0.999]))
def test_the_interval_holds_the_share_and_lies_between_0_and_1(drawn: Any, unit: Any, level: Any) -> None:
    articles = table(drawn)
    found = coverage(articles[articles["match"]], of=articles, every="week", by="source", unit=unit, level=level)
    some = found.dropna(subset=["share"])
    assert (some["share_low"] <= some["share"]).all()
    assert (some["share"] <= some["share_high"]).all()
    assert some["share_low"].ge(0).all() and some["share_high"].le(1).all()
    assert found.loc[found["total"] == 0, ["share", "share_low", "share_high"]].isna().all(axis=None)
    assert found.loc[found["total"] > 0, ["share", "share_low", "share_high"]].notna().all(axis=None)


@law
@given(rows)
def test_two_hundred_copies_leave_texts_and_their_share_as_they_were(drawn: Any) -> None:
    articles = table([(1, 1, "AP", "a", True), *drawn])
    copies = pd.concat([articles.iloc[[0]]] * 200)
    copies.index = pd.Index([f"copy{number}" for number in range(200)])
    flooded = pd.concat([articles, copies])
    before, after = (coverage(each[each["match"]], of=each, every="week", unit="texts") for each in (articles, flooded))
    same = ["period", "texts", "total_texts", "share", "share_low", "share_high", "outlets", "complete"]
    pd.testing.assert_frame_equal(before[same], after[same])
    assert after["articles"].sum() == before["articles"].sum() + 200


@law
@given(rows, st.sampled_from(["source", "match"]))
def test_the_shares_of_a_composition_add_up_to_one(drawn: Any, by: Any) -> None:
    found = composition(table(drawn), by=by, every="week")
    shares = found.dropna(subset=["share"]).groupby("period")["share"].sum()
    assert np.allclose(shares, 1)


@pytest.mark.parametrize(("matching", "total"), [(0, 1), (1, 1), (0, 20), (3, 20), (20, 20), (57, 200)])
def test_without_copies_the_interval_is_wilsons(matching: Any, total: Any) -> None:
    articles = days(total)
    found = coverage(articles.iloc[:matching], of=articles).iloc[0]
    expected = stats.binomtest(matching, total).proportion_ci(method="wilson")
    assert found["share"] == matching / total
    assert found[["share_low", "share_high"]].tolist() == pytest.approx([expected.low, expected.high], abs=1e-12)


def test_copies_of_one_text_widen_the_interval_to_that_of_the_texts() -> None:
    articles = days(40)
    copied = articles.assign(text_id=[f"t{number // 4}" for number in range(40)])
    found = coverage(copied.iloc[:12], of=copied).iloc[0]
    expected = stats.binomtest(3, 10).proportion_ci(method="wilson")
    assert found[["share_low", "share_high"]].tolist() == pytest.approx([expected.low, expected.high])


def test_the_interval_covers_the_truth_where_stories_are_copied_1_to_50_times() -> None:
    random = np.random.default_rng(7)
    cells, texts, truth = 200, 60, 0.3
    copies = np.where(random.random((cells, texts)) < 0.2, random.integers(1, 51, (cells, texts)), 1)
    match = random.random((cells, texts)) < truth
    number = copies.ravel()
    cell, text = (np.repeat(each.ravel(), number) for each in np.indices((cells, texts)))
    articles = days(len(cell), cell=cell).assign(text_id=[f"{a}-{b}" for a, b in zip(cell, text, strict=True)])
    found = coverage_by(articles[np.repeat(match.ravel(), number)], of=articles, by="cell")
    inside = found["share_low"].le(truth) & found["share_high"].ge(truth)
    naive = [stats.binomtest(row.articles, row.total).proportion_ci(method="wilson") for row in found.itertuples()]
    assert 0.92 <= inside.mean() <= 0.98
    assert np.mean([each.low <= truth <= each.high for each in naive]) < 0.6


def test_coverage_of_a_small_table_worked_out_by_hand() -> None:
    articles = table(
        [
            (0, 1, "AP", "a", True),  # Thursday 30 December
            (0, 1, "dpa", "a", True),  # a copy
            (1, 1, "AP", "b", False),
            (4, 1, "AP", "c", True),  # Monday 3 January
            (2, 3, "AP", "d", True),  # 1 to 3 January: two weeks
            (None, 1, "AP", "e", True),
        ]
    )
    found = coverage(articles[articles["match"]], of=articles, every="week")
    assert found["period"].dt.strftime("%Y-%m-%d").tolist() == ["2021-12-27", "2022-01-03"]
    assert found[COUNTS].to_numpy().tolist() == [[2, 1, 2, 3, 2, 2, 1], [1, 1, 1, 1, 1, 1, 1]]
    assert found["share"].tolist() == [2 / 3, 1]
    assert found["complete"].tolist() == [False, False]
    assert found.attrs["account"] == {"articles": 5, "certain": 3, "possible": 1, "undated": 1, "outside": 0}


@pytest.mark.parametrize(
    ("every", "first"),
    [
        ("day", ["2021-12-30", "2021-12-31"]),
        ("week", ["2021-12-27", "2022-01-03"]),
        ("month", ["2021-12-01", "2022-01-01"]),
        ("quarter", ["2021-10-01", "2022-01-01"]),
        ("year", ["2021-01-01", "2022-01-01"]),
    ],
)
def test_periods_are_those_of_the_calendar(every: Any, first: Any) -> None:
    found = coverage(days(1), of=days(1), every=every, start="2021-12-30", end="2022-01-10")
    assert found["period"].dt.strftime("%Y-%m-%d").tolist()[:2] == first
    assert str(found["period"].dtype) == "datetime64[us, UTC]"


def test_a_week_starts_where_it_is_said_to() -> None:
    found = coverage(days(1), of=days(1), every="week", week_start="sunday")
    assert found["period"].tolist() == [pd.Timestamp("2022-01-09", tz="UTC")]


def test_quiet_periods_are_rows_of_zeros_without_a_share() -> None:
    articles = pd.concat([days(2), days(1, day="2022-01-13").set_axis(["later"])])
    found = coverage(articles, of=articles)
    assert found["articles"].tolist() == [2, 0, 0, 1]
    assert found["share"].isna().tolist() == [False, True, True, False]


def test_the_window_is_cut_at_its_days_and_says_which_periods_it_cuts() -> None:
    articles = pd.concat([days(1, day=f"2022-01-{day:02}").set_axis([f"d{day}"]) for day in range(1, 31)])
    found = coverage(articles, of=articles, every="week", start="2022-01-05", end="2022-01-23")
    assert found["articles"].tolist() == [5, 7, 7]
    assert found["complete"].tolist() == [False, True, True]
    assert found.attrs["account"]["outside"] == 11
    month = coverage(articles, of=articles, every="month", start="2022-01", end="2022-02")
    assert month["articles"].tolist() == [30, 0]
    assert month["complete"].tolist() == [False, False]


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("by", [None, "source"])
def test_few_articles_give_a_table_with_all_columns(number: Any, by: Any) -> None:
    found = coverage(days(number), of=days(number), every="month", by=by)
    named = [] if by is None else [by]
    shares = ["share", "share_low", "share_high"]
    tail = ["certain", "possible", "complete", "gap"]
    assert list(found.columns) == ["period", *named, *COUNTS[:5], *shares, *tail]
    assert len(found) == min(number, 1)
    assert len(coverage_by(days(number), of=days(number))) == min(number, 1)


def test_missing_values_are_a_group_with_a_name_and_stand_last() -> None:
    articles = days(4).assign(topic=[2.0, 10.0, np.nan, 2.0])
    found = coverage(articles.iloc[:1], of=articles, by="topic")
    assert found["topic"].tolist() == ["10", "2", "(none)"]
    assert found["articles"].tolist() == [0, 1, 0]


def test_an_article_without_a_text_id_is_a_text_of_its_own_and_one_without_a_source_no_outlet() -> None:
    articles = days(3).assign(text_id=pd.array(["a", None, None]), source=pd.array(["AP", None, None]))
    found = coverage(articles, of=articles).iloc[0]
    assert (found["texts"], found["outlets"]) == (3, 1)


def test_without_text_ids_reprints_are_found() -> None:
    story = " ".join(f"word{number}" for number in range(60))
    articles = days(3, title="Talks").drop(columns="text_id").assign(text=[story, story + " end", "short"])
    assert coverage(articles, of=articles)["texts"].tolist() == [2]


def test_coverage_by_has_the_largest_group_first() -> None:
    articles = days(5).assign(source=["AP", "dpa", "dpa", "AFP", "AFP"])
    found = coverage_by(articles.iloc[[1, 2, 3]], of=articles)
    assert found["source"].tolist() == ["dpa", "AFP", "AP"]
    assert found["articles"].tolist() == [2, 1, 0]
    assert found["total"].tolist() == [2, 2, 1]
    assert "period" not in found.columns


def test_compared_events_stand_in_one_table() -> None:
    articles = days(4)
    found = compare({"talks": coverage(articles, of=articles), "gas": coverage(articles.iloc[:1], of=articles)})
    assert found["event"].tolist() == ["talks", "gas"]
    assert found["share"].tolist() == [1, 0.25]
    assert found.attrs["accounts"]["gas"]["articles"] == 1


def test_nothing_given_is_changed() -> None:
    articles = days(3)
    before = articles.copy()
    coverage(articles.iloc[:1], of=articles, by="source")
    pd.testing.assert_frame_equal(articles, before)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"every": "weeks"}, "every='weeks' is not known; did you mean 'week'"),
        ({"every": None}, "choose from day, week, month, quarter, year"),
        ({"by": "sources"}, "by='sources' is no column of the articles; did you mean 'source'"),
        ({"by": "share"}, "a name of the result's own columns"),
        ({"start": "2022-02-01", "end": "2022-01-01"}, "start 2022-02-01 comes after end 2022-01-01; swap them"),
        ({"start": "yesterday"}, "'yesterday' is not a date"),
        ({"end": 2022}, "end=2022 is not a date"),
        ({"unit": "outlets"}, "choose from articles, texts"),
        ({"level": 95}, "level=95 is not between 0 and 1"),
        ({"week_start": "mon"}, "did you mean 'monday'"),
        ({"start": "0900-01-01"}, "periods from 0900-01-01 on are too many"),
    ],
)
def test_a_wrong_option_is_named_with_the_way_out(options: Any, said: Any) -> None:
    with pytest.raises(WorkbenchError, match=r".") as problem:
        coverage(days(2), of=days(2), **options)
    assert said in str(problem.value)


def test_matches_from_elsewhere_are_counted_and_one_is_named() -> None:
    with pytest.raises(WorkbenchError, match=r"2 of 3 matching articles are not in of=, for example 'id1'"):
        coverage(days(3), of=days(1))


def test_articles_that_stand_twice_are_refused() -> None:
    twice = pd.concat([days(1), days(1)])
    with pytest.raises(WorkbenchError, match=r"1 articles stand twice in matches, the first is 'id0'"):
        coverage(twice, of=days(1))


def test_a_column_only_the_matches_have_is_asked_for_in_the_collection() -> None:
    with pytest.raises(WorkbenchError, match="assign it to of="):
        coverage(days(2, topic=1), of=days(2), by="topic")


def test_lists_in_a_column_are_refused() -> None:
    articles = days(2).assign(topics=pd.Series([["a"], ["b", "c"]]).to_numpy())
    with pytest.raises(WorkbenchError, match="give each article one value"):
        coverage(articles, of=articles, by="topics")


def test_tables_counted_differently_are_not_compared() -> None:
    articles = days(2)
    with pytest.raises(WorkbenchError, match="'b' was counted with every='week', 'a' with every='day'"):
        compare({"a": coverage(articles, of=articles), "b": coverage(articles, of=articles, every="week")})
    with pytest.raises(WorkbenchError, match="there is no table to compare"):
        compare({})
