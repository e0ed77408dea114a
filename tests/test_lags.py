"""Who was first: laws (what adds up, what changes nothing), small cases worked out by hand, then errors."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.articles import WorkbenchError, as_articles, empty_articles
from workbench.figures import read_figure
from workbench.lags import LAG_COLUMNS, PAIR_COLUMNS, SET_ASIDE, lag_pairs, lags
from workbench.marks import Listed
from workbench.plot_lags import plot_lags

HOSTILE = "<img src=x onerror=alert(1)> <a href='javascript:alert(2)'>click</a> \u202eevil"


def made(*rows: tuple[str, str, str], **other: Any) -> pd.DataFrame:
    """Articles of (story, outlet, time); a time of ten letters is known to the day."""
    low = pd.to_datetime(
        pd.Series([when for _, _, when in rows], dtype="str").replace("", None), utc=True, format="ISO8601"
    )
    width = [pd.Timedelta(days=1) if len(when) == 10 else pd.Timedelta(minutes=1) for _, _, when in rows]
    columns = {"story_id": [one for one, _, _ in rows], "source": [one for _, one, _ in rows]}
    times = {"published": low, "published_low": low, "published_high": low + pd.Series(width, dtype="timedelta64[us]")}
    table = pd.DataFrame({**columns, **times, "language": "en", **other})
    return as_articles(table.set_axis([f"a{at:03}" for at in range(len(rows))], axis=0))


def by_name(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    return {str(row[table.columns[0]]): dict(row) for _, row in table.iterrows()}


def pair(table: pd.DataFrame, left: str, right: str) -> dict[str, Any]:
    return dict(table[(table["left"] == left) & (table["right"] == right)].iloc[0])


times = st.sampled_from(["2022-01-10", "2022-01-11", "2022-01-12", "2022-01-10 08:00", "2022-01-11 20:30", ""])
collections = st.lists(st.tuples(st.sampled_from("stuv"), st.sampled_from("ABCD"), times), max_size=25)


@given(collections)
@settings(max_examples=12, deadline=None)
def test_what_must_add_up_adds_up(rows: list[tuple[str, str, str]]) -> None:
    articles = made(*rows)
    table, pairs = lags(articles), lag_pairs(articles)
    account = table.attrs["account"]
    assert sum(account[name] for name in (*SET_ASIDE, "used", "uncollected")) == account["articles"] == len(articles)
    assert (table["alone"] + table["tied"] + table["later"] == table["stories"]).all()
    assert table["first"].sum() == pytest.approx(table.attrs["stories"])
    assert (table["expected"] * table["stories"]).sum() == pytest.approx(table.attrs["stories"])
    assert (table["share_low"] <= table["share_first"]).all() and (table["share_first"] <= table["share_high"]).all()
    assert (pairs["before"] + pairs["tied"] + pairs["after"] == pairs["stories"]).all()
    mirrored = pairs.rename(columns={"left": "right", "right": "left", "before": "after", "after": "before"})
    assert_same = pd.testing.assert_frame_equal
    keys = ["left", "right", "stories", "before", "tied", "after"]
    assert_same(mirrored[keys].sort_values(keys[:2], ignore_index=True), pairs[keys])


@given(collections, st.integers(0, 3))
@settings(max_examples=5, deadline=None)
def test_the_order_of_rows_and_later_copies_change_nothing(rows: list[tuple[str, str, str]], seed: int) -> None:
    articles = made(*rows)
    later = made(*[(story, outlet, "2022-02-01") for story, outlet, when in rows if when]).add_prefix("z", axis=0)
    shuffled = pd.concat([articles, later]).sample(frac=1, random_state=seed)
    pd.testing.assert_frame_equal(lags(shuffled), lags(articles))
    pd.testing.assert_frame_equal(lag_pairs(shuffled), lag_pairs(articles))


def test_hours_are_counted_from_the_first_article_of_the_story() -> None:
    articles = made(("s", "A", "2022-01-10 08:00"), ("s", "B", "2022-01-10 11:00"), ("s", "B", "2022-01-10 10:00"),
                    ("s", "C", "2022-01-11 08:30"), ("alone", "A", "2022-01-12 08:00"))  # fmt: skip
    table = by_name(lags(articles))
    assert [table[one]["lag"] for one in "BC"] == [2.0, 24.5]
    assert np.isnan(table["A"]["lag"])
    assert [table[one]["first"] for one in "ABC"] == [1.0, 0.0, 0.0]
    assert [table[one]["exact"] for one in "ABC"] == [0, 1, 1]
    assert table["A"]["stories"] == 1


def test_articles_of_one_day_are_tied_and_the_tie_is_shared() -> None:
    articles = made(("s", "A", "2022-01-10"), ("s", "B", "2022-01-10 11:00"), ("s", "C", "2022-01-11"))
    table = by_name(lags(articles))
    assert [table[one]["first"] for one in "ABC"] == [0.5, 0.5, 0.0]
    assert [table[one]["tied"] for one in "ABC"] == [1, 1, 0]
    # C came between 13 hours after B and a day later, or up to two days after A: the first was before 11:01
    assert table["C"]["lag"] == pytest.approx((12 + 59 / 60 + 48) / 2, abs=1e-5)


def test_neighbouring_days_are_a_tie_where_outlets_lie_in_different_zones() -> None:
    articles = made(("s", "A", "2022-01-10"), ("s", "B", "2022-01-11"))
    assert by_name(lags(articles))["A"]["alone"] == 1
    for zones in ((-5, 3), (-5, 0), (0, 3)):
        assert by_name(lags(articles, zones=zones))["A"]["tied"] == 1
    exact = made(("s", "A", "2022-01-10 08:00"), ("s", "B", "2022-01-10 09:00"))
    assert by_name(lags(exact, zones=(-5, 3)))["A"]["alone"] == 1


def test_ten_stories_give_the_interval_of_their_order_statistics() -> None:
    rows = [row for at in range(1, 11) for row in ((f"s{at}", "A", "2022-01-10 00:00"),
                                                   (f"s{at}", "B", f"2022-01-10 {at:02}:00"))]  # fmt: skip
    found = by_name(lags(made(*rows)))["B"]
    # of ten values the second and the ninth enclose the median with 97.9 %
    assert [round(found[name]) for name in ("lag_low", "lag_high")] == [2, 9]
    assert found["lag"] == 5.5
    both = pair(lag_pairs(made(*rows)), "A", "B")
    assert (both["before"], both["after"], both["lag"]) == (10, 0, 5.5)
    assert both["p"] == pytest.approx(2 / 2**10)
    assert pair(lag_pairs(made(*rows)), "B", "A")["lag"] == -5.5


def test_five_stories_are_too_few_for_an_interval() -> None:
    rows = [row for at in range(5) for row in ((f"s{at}", "A", "2022-01-10"), (f"s{at}", "B", "2022-01-12"))]
    found = by_name(lags(made(*rows)))["B"]
    assert found["lag"] == 48 and np.isnan(found["lag_low"]) and np.isnan(found["lag_high"])
    assert "too few stories" in str(plot_lags(lags(made(*rows)), measure="lag").data[0].customdata)


def test_the_share_has_the_interval_of_clopper_and_pearson() -> None:
    rows = [row for at in range(10) for row in ((f"s{at}", "A", "2022-01-10"), (f"s{at}", "B", "2022-01-12"))]
    found = by_name(lags(made(*rows)))
    assert found["A"]["share_low"] == pytest.approx(0.025 ** (1 / 10))
    assert (found["A"]["share_high"], found["B"]["share_low"]) == (1, 0)


def test_articles_whose_time_says_too_little_are_set_aside_and_counted() -> None:
    articles = made(("s", "A", "2022-01-10"), ("s", "B", "2022-01-11"), ("s", "C", ""), ("s", "D", "2022-01-09"),
                    ("s", "E", "2022-01-09"), ("s", "F", "2022-01-09"))  # fmt: skip
    articles.loc["a003", "published_from"] = "inferred: a copy is dated so"
    articles.loc["a004", "published_high"] = pd.Timestamp("2022-01-16", tz="UTC")
    articles.loc["a005", "carried_by"] = "Mirror"
    account = lags(articles).attrs["account"]
    assert {name: account[name] for name in ("undated", "inferred", "vague", "carried", "used")} == {
        "undated": 1, "inferred": 1, "vague": 1, "carried": 1, "used": 2}  # fmt: skip
    assert lags(articles)["source"].tolist() == ["A", "B"]


def test_a_story_that_began_before_an_outlet_was_collected_is_none_of_its_stories() -> None:
    articles = made(("s", "A", "2022-01-10"), ("s", "B", "2022-01-10"), ("s", "C", "2022-01-13"),
                    ("t", "A", "2022-01-14"), ("t", "C", "2022-01-15"))  # fmt: skip
    assert by_name(lags(articles))["C"]["stories"] == 2
    assert by_name(lags(articles, of=articles))["C"]["stories"] == 1
    assert lags(articles, of=articles).attrs["account"]["uncollected"] == 1


def test_a_story_that_began_in_a_gap_of_an_outlet_is_none_of_its_stories() -> None:
    articles = made(
        ("s", "A", "2022-01-10"), ("s", "B", "2022-01-12"), ("t", "A", "2022-01-20"), ("t", "B", "2022-01-20")
    )
    day = pd.to_datetime(["2022-01-08", "2022-01-11"], utc=True)
    gaps = pd.DataFrame({"source": ["B", "A"], "kind": ["silent", "capped"], "first": day[0], "last": day[1]})
    assert by_name(lags(articles, gaps=gaps))["B"]["stories"] == 1
    assert by_name(lags(articles, gaps=gaps.assign(kind="capped")))["B"]["stories"] == 2
    with pytest.raises(WorkbenchError, match="not those of 'language'"):
        lags(articles, by="language", gaps=gaps)


def test_languages_are_compared_like_outlets() -> None:
    articles = made(("s", "A", "2022-01-10"), ("s", "A", "2022-01-12")).assign(language=["fr", "en"])
    assert by_name(lags(articles, by="language"))["en"]["lag"] == 48
    assert lags(articles)["source"].tolist() == []


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_small_collections_do_not_fail(count: int) -> None:
    articles = made(*[("s", outlet, "2022-01-10") for outlet in "AABBC"]).head(count)
    table, pairs = lags(articles), lag_pairs(articles)
    assert table.columns.tolist() == ["source", *LAG_COLUMNS]
    assert pairs.columns.tolist() == list(PAIR_COLUMNS)
    for figure in (plot_lags(table), plot_lags(table, measure="lag"), plot_lags(pairs)):
        assert figure.layout.meta["caption"]


def test_an_empty_table_keeps_columns_and_types() -> None:
    articles = empty_articles().assign(story_id=pd.Series(dtype="str"))
    assert lags(articles, of=articles).dtypes.astype(str).to_dict()["stories"] == "int64"
    assert lag_pairs(articles).dtypes.astype(str).to_dict()["q"] == "float64"


def test_what_cannot_be_asked_is_said() -> None:
    articles = made(("s", "A", "2022-01-10"))
    for options, said in (({"by": "paper"}, "no column 'paper'"), ({"level": 95}, "level=95"),
                          ({"zones": (3, -5)}, "the least first")):  # fmt: skip
        with pytest.raises(WorkbenchError, match=said):
            lags(articles, **options)
        with pytest.raises(WorkbenchError, match=said):
            lag_pairs(articles, **options)
    with pytest.raises(WorkbenchError, match="measure='late'"):
        plot_lags(lags(articles), measure="late")


def test_each_row_leads_to_the_articles_of_its_outlet() -> None:
    articles = made(("s", "A & B", "2022-01-10"), ("s", HOSTILE, "2022-01-12"))
    for table in (lags(articles), lag_pairs(articles)):
        figure = plot_lags(table)
        read = read_figure(json.loads(figure.to_json()), Listed(articles, 2), number=1)
        led = [sorted(mark) for trace in read.marks if trace for mark in trace]
        assert led and {place for mark in led for place in mark} == {0, 1}
        drawn = json.dumps(
            [json.loads(figure.to_json())["data"], [str(each.text) for each in figure.layout.annotations]]
        )
        assert "<img" not in drawn and "<a " not in drawn and "\u202e" not in drawn
