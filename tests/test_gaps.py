"""Gaps: what holds for any collection, then days taken out of made-up ones, caps, and what coverage makes of gaps."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.articles import WorkbenchError, as_articles
from workbench.caps import find_caps
from workbench.coverage import compare, composition, coverage, coverage_by
from workbench.gaps import COLUMNS, collected_throughout, find_gaps
from workbench.plot import plot_coverage

START = pd.Timestamp("2022-01-03", tz="UTC")  # a Monday


def collection(counts: dict[str, Any], *, first: pd.Timestamp = START) -> pd.DataFrame:
    """Articles of a day each, so many per outlet and day; every fifth of an outlet matches."""
    parts = []
    for name, row in counts.items():
        day = np.arange(len(row)).repeat(row)
        low = first + pd.to_timedelta(day, unit="D")
        match = np.arange(len(day)) % 5 == 0
        parts.append(pd.DataFrame({"published_low": low, "source": name, "match": match}))
    table = pd.concat(parts, ignore_index=True)
    stated = pd.Series(table["published_low"], dtype="datetime64[us, UTC]")
    table = table.assign(published=stated, published_low=stated, published_high=stated + pd.Timedelta(days=1))
    names = [f"id{number}" for number in range(len(table))]
    return table.assign(text_id=names).set_axis(pd.Index(names, name="article_id", dtype="str"))


def busy(seed: int, days: int, volume: float) -> Any:
    """Articles per day with a scatter of the day and a quiet weekend."""
    random = np.random.default_rng(seed)
    rhythm = np.array([1.1, 1.2, 1.2, 1.2, 1.1, 0.6, 0.6])[np.arange(days) % 7]
    return random.poisson(volume * rhythm * random.gamma(10, 0.1, days))


def dates(found: pd.DataFrame) -> list[tuple[str, str, str, str]]:
    """Outlet, kind, first and last day of each gap."""
    days = (found[name].dt.strftime("%m-%d") for name in ("first", "last"))
    return list(zip(found["source"], found["kind"], *days, strict=True))


def gapped(volume: float = 10, left: float = 0.0) -> pd.DataFrame:
    """Three outlets over half a year; B lacks 1 to 14 April but for a part of its articles."""
    rows = {name: busy(number, 182, volume) for number, name in enumerate("ABC")}
    rows["B"][88:102] = np.random.default_rng(3).binomial(rows["B"][88:102], left)
    return collection(rows)


drawn_rows = st.lists(
    st.tuples(st.sampled_from(["A", "B"]), st.integers(0, 120), st.integers(1, 12)), min_size=0, max_size=60
)
law = settings(max_examples=15, deadline=None)


def drawn_collection(drawn: list[tuple[str, int, int]]) -> pd.DataFrame:
    counts = {name: np.zeros(121, dtype=np.int64) for name in "AB"}
    for name, day, number in drawn:
        counts[name][day] += number
    return collection(counts)


# -- what holds for any collection --------------------------------------------------------------------------------


@law
@given(drawn_rows)
def test_gaps_of_an_outlet_never_overlap_and_their_days_and_articles_add_up(drawn: Any) -> None:
    articles = drawn_collection(drawn)
    found = find_gaps(articles)
    assert list(found.columns) == list(COLUMNS)
    assert (found["days"] == (found["last"] - found["first"]).dt.days + 1).all()
    lost = found[found["kind"] != "capped"]
    for name, spans in lost.groupby("source"):
        assert (spans["first"].iloc[1:].to_numpy() > spans["last"].iloc[:-1].to_numpy()).all()
        own = articles.loc[articles["source"] == name, "published_low"]
        for first, last, number in zip(spans["first"], spans["last"], spans["found"], strict=True):
            assert number == ((own >= first) & (own <= last)).sum()
    assert found["chance"].between(0, 0.05).all()


@law
@given(drawn_rows, st.randoms(use_true_random=False))
def test_the_order_of_rows_never_matters(drawn: Any, random: Any) -> None:
    articles = drawn_collection(drawn)
    places = list(range(len(articles)))
    random.shuffle(places)
    pd.testing.assert_frame_equal(find_gaps(articles), find_gaps(articles.iloc[places]))


@pytest.mark.parametrize("every", ["day", "week", "month"])
@pytest.mark.parametrize("by", [None, "source", "match"])
def test_with_gaps_groups_still_add_up_and_a_share_is_articles_over_total(every: Any, by: Any) -> None:
    articles = gapped(left=0.15)
    found = coverage(articles[articles["match"]], of=articles, every=every, by=by)
    account = found.attrs["account"]
    assert found["certain"].sum() == account["certain"] == int(articles["match"].sum())
    assert found["certain"].sum() - found["articles"].sum() == found.attrs["aside"]["articles"] > 0
    assert len(articles) - found["total"].sum() == found.attrs["aside"]["of"] > 0
    some = found[found["total"] > 0]
    assert np.allclose(some["share"], some["articles"] / some["total"])
    assert found.loc[found["total"] == 0, "share"].isna().all()
    whole = coverage(articles[articles["match"]], of=articles)[["articles", "total", "certain"]].sum()
    assert found[["articles", "total", "certain"]].sum().tolist() == whole.tolist()


def test_weeks_are_sums_of_days_with_gaps_too() -> None:
    articles = gapped(left=0.15)
    matches = articles[articles["match"]]
    days, weeks = (coverage(matches, of=articles, every=every) for every in ("day", "week"))
    start = days["period"] - pd.to_timedelta(days["period"].dt.day_of_week, unit="D")
    added = days.groupby(start)[["articles", "total", "certain"]].sum()
    assert added.to_numpy().tolist() == weeks[["articles", "total", "certain"]].to_numpy().tolist()


def test_where_no_gap_is_found_nothing_changes() -> None:
    articles = collection({"A": busy(1, 120, 8), "B": busy(2, 120, 8)})
    matches = articles[articles["match"]]
    assert find_gaps(articles).empty
    for by in (None, "source"):
        first, second = (coverage(matches, of=articles, every="week", by=by, gaps=gaps) for gaps in (True, False))
        pd.testing.assert_frame_equal(first, second)
        assert not first["gap"].any()


# -- days taken out -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("volume", [4, 10, 50])
def test_a_fortnight_taken_out_is_found_to_the_day(volume: Any) -> None:
    found = find_gaps(gapped(volume))
    assert [row[:2] for row in dates(found)] == [("B", "silent")]
    first, last = dates(found)[0][2:]
    assert "03-30" <= first <= "04-01" and "04-14" <= last <= "04-16"
    assert found["found"].tolist() == [0]
    assert found["expected"].iloc[0] == pytest.approx(14 * volume, rel=0.35)


@pytest.mark.parametrize(("volume", "left"), [(10, 0.1), (50, 0.1), (50, 0.2), (50, 0.25)])
def test_a_fortnight_of_which_a_part_is_left_is_thin(volume: Any, left: Any) -> None:
    found = find_gaps(gapped(volume, left))
    assert [row[:2] for row in dates(found)] == [("B", "thin")]
    first, last = dates(found)[0][2:]
    assert "03-30" <= first <= "04-03" and "04-12" <= last <= "04-16"
    assert 0 < found["found"].iloc[0] < 0.4 * found["expected"].iloc[0]


def test_an_outlet_without_sundays_has_no_gaps_on_sundays() -> None:
    counts = np.tile([12, 12, 12, 12, 12, 6, 0], 20)
    assert not (find_gaps(collection({"A": counts}))["kind"] != "capped").any()
    counts[70:83] = 0  # Monday to Saturday of the next week; the Sunday after it is no part of the gap
    assert dates(find_gaps(collection({"A": counts})).query("kind != 'capped'")) == [("A", "silent", "03-14", "03-26")]


def test_a_slow_decline_a_burst_and_a_rare_outlet_are_no_gaps() -> None:
    random = np.random.default_rng(11)
    decline = random.poisson(30 * 0.05 ** (np.arange(300) / 300))
    burst = random.poisson(np.where((np.arange(300) > 100) & (np.arange(300) < 180), 60, 5))
    rare = (np.arange(300) % 11 == 0).astype(int)
    found = find_gaps(collection({"decline": decline, "burst": burst, "rare": rare}))
    assert found.empty
    assert found.attrs["too_few"] == ["rare"]


def test_an_outlet_of_part_of_the_time_is_not_collected_before_and_after_a_stray_apart() -> None:
    part = np.zeros(200, dtype=int)
    part[60:140] = busy(5, 80, 8)
    part[20] = 1  # misdated
    found = find_gaps(collection({"whole": busy(4, 200, 8), "part": part}))
    assert dates(found) == [("part", "before", "01-03", "03-03"), ("part", "after", "05-23", "07-21")]
    assert found["found"].tolist() == [1, 0]
    alone = find_gaps(collection({"part": part[60:140]}))
    assert alone.empty  # nothing goes on without it


def test_spans_parted_by_a_stray_day_are_one() -> None:
    counts = busy(6, 200, 20)
    counts[80:100] = 0
    counts[90] = 1
    found = find_gaps(collection({"A": counts}))
    assert dates(found) == [("A", "thin", "03-24", "04-12")]
    assert found["found"].tolist() == [1]


def test_only_articles_whose_stated_day_is_certain_count() -> None:
    articles = gapped()
    wide = articles.assign(published_high=articles["published_low"] + pd.Timedelta(days=3))
    assert find_gaps(wide).attrs["too_few"] == ["A", "B", "C"]
    assert find_gaps(articles.assign(published_from="inferred: a copy")).empty


# -- caps ---------------------------------------------------------------------------------------------------------


def test_a_cap_is_recognised_with_some_copies_taken_off_and_where_it_changes() -> None:
    random = np.random.default_rng(8)
    off = np.where(random.random(300) < 0.3, random.integers(1, 4, 300), 0)
    changing = np.where(np.arange(300) < 90, 40, 20) - off
    binding = np.minimum(random.poisson(16 * random.gamma(10, 0.1, 300)), 20)
    merged = 20 - random.choice(4, 300, p=[0.25, 0.35, 0.25, 0.15])  # most days lie below the cap, none above
    rows = {"changing": changing, "binding": binding, "merged": merged, "free": busy(9, 300, 16)}
    found = find_gaps(collection(rows))
    caps = found[found["kind"] == "capped"]
    assert caps[["source", "cap"]].to_numpy().tolist() == [
        ["binding", 20],
        ["changing", 40],
        ["changing", 20],
        ["merged", 20],
    ]
    assert caps["expected"].isna().all()
    assert found[found["kind"] != "capped"].empty


def test_what_hardly_varies_below_five_a_day_and_what_varies_freely_is_no_cap() -> None:
    bulletins = np.tile([3, 3, 3, 3, 3, 1, 1], 30)
    counts = np.stack([bulletins, busy(1, 210, 3), busy(2, 210, 15), busy(3, 210, 80)]).astype(float)
    assert [cap for cap in find_caps(counts) if cap.chance * counts.size < 0.05] == []


def test_a_cap_leaves_counts_and_totals_alone() -> None:
    articles = collection({"A": np.full(60, 20), "B": busy(2, 60, 20)})
    found = coverage(articles.iloc[:9], of=articles, every="week")
    assert [gap["kind"] for gap in found.attrs["gaps"]] == ["capped"]
    assert found["total"].sum() == len(articles)
    assert not found["gap"].any()


# -- what coverage makes of gaps ----------------------------------------------------------------------------------


def test_a_gap_is_marked_where_it_covers_half_of_an_outlets_period() -> None:
    articles = gapped()
    found = coverage(articles[articles["match"]], of=articles, every="week", by="source")
    marked = found[found["gap"]]
    assert marked["source"].unique().tolist() == ["B"]
    # 1 to 14 April: three days of the first week, all of the second, four of the third
    assert marked["period"].dt.strftime("%m-%d").tolist() == ["04-04", "04-11"]
    assert marked["share"].isna().tolist() == [True, False]
    whole = coverage(articles[articles["match"]], of=articles, every="week")
    assert whole.loc[whole["gap"], "period"].dt.strftime("%m-%d").tolist() == ["03-28", "04-04", "04-11"]


def test_a_gap_of_an_outlet_marks_the_groups_it_gives_to() -> None:
    articles = gapped()
    articles = articles.assign(language=np.where(articles["source"] == "B", "fr", "en"))
    found = coverage(articles[articles["match"]], of=articles, every="month", by="language")
    assert found.loc[found["gap"], ["language"]].to_numpy().tolist() == [["fr"]]
    assert composition(articles, by="language", every="month")["gap"].sum() == 1
    assert not coverage_by(articles[articles["match"]], of=articles)["gap"].any()


def test_a_researchers_own_gaps_are_used_and_none_are_looked_for() -> None:
    articles = collection({"A": np.full(28, 4), "B": np.full(28, 4)})
    own = pd.DataFrame({"source": ["A"], "first": ["2022-01-10"], "last": ["2022-01-16"]})
    found = coverage(articles[articles["match"]], of=articles, every="week", gaps=own)
    assert found["total"].tolist() == [56, 28, 56, 56]
    assert found["gap"].tolist() == [False, True, False, False]
    assert found.attrs["gaps"][0]["first"] == "2022-01-10"
    whole = gapped()
    edited = find_gaps(whole).iloc[:0]
    assert not coverage(whole.iloc[:1], of=whole, every="week", gaps=edited)["gap"].any()


def test_a_collection_gathered_by_a_query_is_not_searched_for_gaps() -> None:
    articles = gapped()
    found = coverage(articles.iloc[:9], of=articles, every="week", gathered_by="NATO")
    assert not found["gap"].any() and found.attrs["gaps"] == []


@pytest.mark.parametrize("number", [0, 1, 2, 5])
def test_few_articles_have_no_gaps(number: Any) -> None:
    articles = gapped().iloc[:number]
    found = find_gaps(articles, by="source")
    assert found.empty and list(found.columns) == list(COLUMNS)
    assert found["first"].dtype == "datetime64[us, UTC]"


@pytest.mark.parametrize(
    ("gaps", "said"),
    [
        ("yes", "gaps='yes' is no table"),
        (pd.DataFrame({"source": ["A"]}), "no column 'first', 'last'"),
        (pd.DataFrame({"source": ["A"], "first": ["soon"], "last": ["2022-01-02"]}), "first='soon' of a gap is no day"),
        (pd.DataFrame({"source": ["A"], "first": ["2022-01-03"], "last": ["2022-01-02"]}), "after it ends"),
        (
            pd.DataFrame({"source": ["A"], "first": ["2022-01-03"], "last": ["2022-01-03"], "kind": ["quiet"]}),
            "kind='quiet' is not known",
        ),
    ],
)
def test_a_wrong_table_of_gaps_is_named_with_the_way_out(gaps: Any, said: Any) -> None:
    articles = collection({"A": np.full(9, 2)})
    with pytest.raises(WorkbenchError) as problem:
        coverage(articles, of=articles, gaps=gaps)
    assert said in str(problem.value)


def test_a_wrong_option_is_named_with_the_way_out() -> None:
    articles = collection({"A": np.full(9, 2)})
    with pytest.raises(WorkbenchError, match="most_chance=5 is not between 0 and 1"):
        find_gaps(articles, most_chance=5)
    with pytest.raises(WorkbenchError, match="no column 'outlet'"):
        find_gaps(articles, by="outlet")


# -- what is drawn ------------------------------------------------------------------------------------------------


def test_a_figure_hatches_gaps_names_them_and_breaks_the_line() -> None:
    articles = gapped()
    matches = articles[articles["match"]]
    one = plot_coverage(coverage(matches, of=articles, every="week"), measure="share")
    hatched = [trace for trace in one.data if trace.type == "bar" and trace.marker.pattern.shape == "/"]
    assert [len(trace.x) for trace in hatched] == [1]  # three weeks in a row are one ground
    assert "B: nothing collected 1–14 Apr 2022." in one.layout.meta["caption"]
    table = coverage(matches, of=articles, every="week", by="source")
    several = plot_coverage(table, measure="share")
    line = next(trace for trace in several.data if trace.name == "B")
    assert pd.isna(pd.Series(line.y)).sum() == 2
    plain = plot_coverage(table, measure="share", gaps=False)
    assert all(trace.type == "scatter" for trace in plain.data)
    assert "nothing collected" not in plain.layout.meta["caption"]


def test_compared_events_keep_the_gaps() -> None:
    articles = gapped()
    tables = [coverage(articles[articles["match"] == match], of=articles, every="week") for match in (True, False)]
    both = plot_coverage(compare({"talks": tables[0], "rest": tables[1]}), measure="share")
    assert "B: nothing collected" in both.layout.meta["caption"]


def steady_and_late() -> pd.DataFrame:
    """Four articles a day: AP from January to March 2022, dpa from February on."""
    days = pd.date_range("2022-01-03", "2022-03-27")
    table = pd.DataFrame({"published": [*days, *days[28:]] * 4, "source": (["AP"] * 84 + ["dpa"] * 56) * 4})
    return as_articles(table)


def test_an_outlet_that_enters_the_window_late_is_left_out_of_it_and_named() -> None:
    articles = steady_and_late()
    steady = collected_throughout(articles, start="2022-01-03", end="2022-03-27")
    assert set(steady["source"]) == {"AP"}
    assert steady.attrs["outlets_left_out"] == {"dpa": 28}
    later = collected_throughout(articles, start="2022-02-07", end="2022-03-27")
    assert later.index.equals(articles.index)
    assert later.attrs["outlets_left_out"] == {}
    assert "outlets_left_out" not in articles.attrs


def test_how_much_of_a_window_may_be_missing_is_told() -> None:
    articles = steady_and_late()
    for least, outlets in ((0.9, {"AP"}), (0.85, {"AP", "dpa"})):
        steady = collected_throughout(articles, start="2022-01-24", end="2022-03-27", least=least)
        assert set(steady["source"]) == outlets


def test_articles_without_an_outlet_and_outlets_with_few_articles_stay() -> None:
    few = as_articles(pd.DataFrame({"published": ["2022-01-10", "2022-01-11"], "source": ["AFP", None]}))
    assert len(collected_throughout(few, start="2022-01", end="2022-03")) == 2


def test_a_window_that_is_none_is_refused() -> None:
    with pytest.raises(WorkbenchError, match="comes after"):
        collected_throughout(steady_and_late(), start="2022-03-01", end="2022-01-01")
    with pytest.raises(WorkbenchError, match="least=2"):
        collected_throughout(steady_and_late(), start="2022-01", end="2022-03", least=2)
