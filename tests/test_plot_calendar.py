"""The calendar: every day once, in its place and its class, days not collected apart from quiet ones."""

import calendar
import json
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.test_plot import HOSTILE, collection, some, words
from workbench.articles import WorkbenchError
from workbench.coverage import coverage
from workbench.figures import read_figure
from workbench.marks import Listed
from workbench.plot_calendar import _classes, plot_calendar


def daily(articles: pd.DataFrame, **options: Any) -> pd.DataFrame:
    return coverage(some(articles), of=articles, **options)


def squares(figure: go.Figure) -> pd.DataFrame:
    """One row per square that leads somewhere: its entry of the legend, its place and its day."""
    parts = [
        pd.DataFrame({"name": trace.name, "column": trace.x, "row": trace.base, "day": trace.meta["articles"]["when"]})
        for trace in figure.data
        if trace.hoverinfo != "skip"
    ]
    return pd.concat(parts).sort_values("day", ignore_index=True)


def with_gap(table: pd.DataFrame, first: str, last: str) -> pd.DataFrame:
    marked = table.assign(gap=table["period"].between(pd.Timestamp(first, tz="UTC"), pd.Timestamp(last, tz="UTC")))
    marked.attrs = table.attrs
    return marked


def test_every_day_of_the_table_is_one_square() -> None:
    table = daily(collection(200))
    assert squares(plot_calendar(table))["day"].tolist() == table["period"].dt.strftime("%Y-%m-%d").tolist()


@pytest.mark.parametrize("first", ["monday", "sunday"])
def test_a_month_stands_as_in_any_calendar(first: str) -> None:
    drawn = squares(plot_calendar(daily(collection(31), week_start=first)))
    weeks = calendar.Calendar(0 if first == "monday" else 6).monthdayscalendar(2022, 1)
    expected = {day: (column, row) for row, week in enumerate(weeks) for column, day in enumerate(week) if day}
    top = drawn["row"].min()
    for column, row, day in zip(drawn["column"], drawn["row"], drawn["day"], strict=True):
        assert expected[int(day[-2:])] == (column - 0.5, row - top)


def test_no_two_days_share_a_place_and_months_of_two_years_stand_beneath_one_another() -> None:
    drawn = squares(plot_calendar(daily(collection(400))))
    assert not drawn.duplicated(["column", "row"]).any()
    january = drawn[drawn["day"].isin(["2022-01-01", "2023-01-07"])]
    assert len(january) == 2
    assert set(january["column"]) == {5.5}


@pytest.mark.parametrize("measure", ["articles", "texts", "outlets"])
def test_the_legend_names_the_class_that_holds_the_value(measure: Any) -> None:
    articles = collection(60, 5)
    table = daily(articles[articles.index.isin(articles.sample(150, random_state=1).index)])
    values = dict(zip(table["period"].dt.strftime("%Y-%m-%d"), table[measure], strict=True))
    totals = dict(zip(table["period"].dt.strftime("%Y-%m-%d"), table["total"], strict=True))
    for name, day in squares(plot_calendar(table, measure=measure))[["name", "day"]].itertuples(index=False):
        low, _, high = name.partition("–")
        if name == "none collected":
            assert totals[day] == 0
        else:
            assert int(low) <= values[day] <= int(high or low)


@given(st.lists(st.integers(1, 100_000), min_size=1), st.sampled_from(["articles", "share"]))
def test_classes_hold_every_value_once_under_names_of_their_own(counts: list[int], measure: str) -> None:
    values = pd.Series(counts) / (200_000 if measure == "share" else 1)
    found = list(_classes(values, measure))
    assert 1 <= len(found) <= 5
    assert len({name for _, _, name, _ in found}) == len({shade for *_, shade in found}) == len(found)
    assert all(sum(low < value <= high for low, high, _, _ in found) == 1 for value in values)


def test_a_quiet_day_is_white_one_not_collected_crossed_and_a_gap_hatched() -> None:
    articles = collection(40, 2)
    articles = articles[~articles["published"].between("2022-01-10", "2022-01-12")]
    matches = articles[articles["published"] > "2022-01-05"]
    table = with_gap(coverage(matches, of=articles, gaps=False), "2022-01-11", "2022-01-21")
    figure = plot_calendar(table)
    drawn = squares(figure).groupby("name")["day"].agg(list)
    assert drawn["0"] == [f"2022-01-0{day}" for day in range(1, 6)]
    assert drawn["none collected"] == ["2022-01-10", "2022-01-11", "2022-01-12"]
    traces = {trace.name: trace for trace in figure.data}
    assert traces["none collected"].marker.pattern.shape == "x"
    assert traces["0"].marker.pattern.shape is None
    hatched = [trace for trace in figure.data if trace.name == "part missing"]
    assert {trace.marker.pattern.shape for trace in hatched} == {"/"}
    assert [trace.showlegend for trace in hatched] == [True] + [False] * (len(hatched) - 1)
    assert sum(len(trace.x) for trace in hatched) == 9
    assert "2022-01-13" in drawn["2"]
    assert figure.layout.showlegend


def test_a_share_without_a_total_is_no_zero() -> None:
    articles = collection(10, 2)
    articles = articles[articles["published"] != pd.Timestamp("2022-01-04", tz="UTC")]
    drawn = squares(plot_calendar(coverage(articles.iloc[:1], of=articles), measure="share")).groupby("name")["day"]
    assert drawn.agg(list)["no total"] == ["2022-01-04"]
    assert "2022-01-05" in drawn.agg(list)["0%"]


def test_known_dates_are_framed_and_listed_and_those_outside_counted() -> None:
    marks = [("2022-01-12", "council"), ("2022-01-12", "talks"), ("2024-01-01", "late")]
    figure = plot_calendar(daily(collection()), mark=marks)
    framed = next(trace for trace in figure.data if trace.name == "known date")
    assert len(framed.x) == 1
    assert figure.layout.meta["known"][0] == "12 Jan 2022: council; talks"
    assert figure.layout.meta["known"][1].startswith("Not framed: 1 of 2 known dates")
    assert "council" not in figure.layout.meta["caption"]
    assert "12 Jan 2022: council; talks" in words(figure)


def test_a_square_leads_to_the_articles_of_its_day() -> None:
    articles = collection(20)
    matches = some(articles)
    table = coverage(matches, of=articles)
    figure = plot_calendar(table, mark=[("2022-01-12", "council")])
    listed = Listed(pd.concat([matches, articles.drop(matches.index)]), len(matches))
    read = read_figure(json.loads(figure.to_json()), listed, number=1)
    found = {
        label: [listed.table.index[place] for place in places]
        for labels, trace in zip(read.labels, read.marks, strict=True)
        if trace is not None
        for label, places in zip(labels, trace, strict=True)
    }
    days = matches.groupby(matches["published"].dt.strftime("%Y-%m-%d")).groups
    assert {day: sorted(ids) for day, ids in found.items() if ids} == {day: sorted(ids) for day, ids in days.items()}
    assert len(found) == len(read.table.rows) == 20


def test_a_group_drawn_alone_leads_to_its_own_articles() -> None:
    articles = collection(10)
    table = coverage(articles, of=articles, by="source")
    own = table[table["source"] == "outlet 1"]
    figure = plot_calendar(own)
    read = read_figure(json.loads(figure.to_json()), Listed(articles, len(articles)), number=1)
    places = [place for trace in read.marks if trace for mark in trace for place in mark]
    assert set(articles["source"].iloc[places]) == {"outlet 1"}
    assert len(places) == 10


def test_more_than_six_years_are_cut_and_said() -> None:
    table = daily(collection(1, 1), start="2010-01-01", end="2019-12-31")
    figure = plot_calendar(table)
    assert squares(figure)["day"].max() == "2015-12-31"
    assert "The first 72 months are drawn, 1,461 days are not." in figure.layout.meta["caption"]


def test_no_label_becomes_markup() -> None:
    said = words(plot_calendar(daily(collection(5, 2, HOSTILE)), mark=[("2022-01-02", HOSTILE)]))
    assert "<img" not in said
    assert "<a " not in said


@pytest.mark.parametrize("number", [0, 1, 2, 5])
@pytest.mark.parametrize("measure", ["articles", "share"])
def test_few_articles_give_a_calendar(number: int, measure: Any) -> None:
    articles = collection(2, 3).iloc[:number]
    assert plot_calendar(coverage(articles, of=articles), measure=measure).layout.meta["alt"]
    times = ["published", "published_low", "published_high"]
    nothing = articles.assign(**{name: articles[name].where(articles[name].isna()) for name in times})
    assert plot_calendar(coverage(nothing, of=nothing, start="2022-01-01", end="2022-01-02")).layout.meta["alt"]


def test_what_is_no_table_of_days_is_named_with_the_way_out() -> None:
    articles = collection(10)
    with pytest.raises(WorkbenchError, match=r"the table is by week; count with coverage\(…, every='day'\)"):
        plot_calendar(daily(articles, every="week"))
    with pytest.raises(WorkbenchError, match=r"draw one group, as in table\[table\['source'\] == …\]"):
        plot_calendar(daily(articles, by="source"))
    with pytest.raises(WorkbenchError, match="did you mean 'share'"):
        plot_calendar(daily(articles), measure="shares")
