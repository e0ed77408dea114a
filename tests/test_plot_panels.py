"""Panels: one per group on one scale, gaps and groups without articles marked, every bar leading to its articles."""

import json
from itertools import pairwise
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest

from tests.test_plot import HOSTILE, collection, some, words
from workbench.articles import WorkbenchError
from workbench.coverage import compare, composition, coverage
from workbench.figures import read_figure
from workbench.marks import Listed
from workbench.plot_panels import plot_panels


def weekly(articles: pd.DataFrame, **options: Any) -> pd.DataFrame:
    return coverage(some(articles), of=articles, every="week", by="source", **options)


def series(figure: go.Figure) -> dict[str, Any]:
    """The trace of each group."""
    return {trace.meta["articles"]["is"]: trace for trace in figure.data if trace.hoverinfo != "skip"}


def axes(figure: go.Figure) -> list[Any]:
    return [axis for name, axis in figure.layout.to_plotly_json().items() if name.startswith("yaxis")]


@pytest.mark.parametrize("measure", ["articles", "texts", "outlets", "share"])
def test_each_panel_holds_the_numbers_of_its_group(measure: Any) -> None:
    table = weekly(collection())
    for name, trace in series(plot_panels(table, measure=measure)).items():
        own = pd.Series(trace.y).fillna(-1).tolist()
        assert own == table.loc[table["source"] == name, measure].fillna(-1).tolist()


def test_all_panels_have_one_scale_that_holds_every_bar_and_do_not_overlap() -> None:
    articles = collection(40, 4)
    table = coverage(articles[articles["source"] == "outlet 0"], of=articles, every="week", by="source")
    drawn = axes(plot_panels(table))
    assert len({tuple(axis["range"]) for axis in drawn}) == 1
    assert drawn[0]["range"][0] == 0
    assert drawn[0]["range"][1] >= table["articles"].max()
    for upper, lower in pairwise(drawn):
        assert upper["domain"][0] > lower["domain"][1]


def test_panels_stand_by_size_and_the_note_names_the_rest() -> None:
    articles = collection(20, 6)
    few = articles[(articles["source"] != "outlet 2") | (articles["published"] < "2022-01-05")]
    figure = plot_panels(coverage(few, of=few, every="week", by="source"), most=5)
    assert list(series(figure)) == ["outlet 0", "outlet 1", "outlet 3", "outlet 4", "outlet 5"]
    assert "Not drawn, with fewer articles: 1 (outlet 2)." in figure.layout.meta["caption"]


def test_the_order_of_rows_changes_nothing() -> None:
    table = weekly(collection())
    shuffled = table.sample(frac=1, random_state=3)
    shuffled.attrs = table.attrs
    assert plot_panels(shuffled).to_json() == plot_panels(table).to_json()


def test_a_gap_is_hatched_and_a_week_without_any_article_crossed() -> None:
    articles = collection(40, 2)
    late = articles[(articles["source"] != "outlet 1") | (articles["published"] >= "2022-01-17")]
    table = coverage(late, of=late, every="week", by="source")
    marked = table.assign(gap=(table["source"] == "outlet 0") & (table["period"] == "2022-01-10"))
    marked.attrs = table.attrs
    figure = plot_panels(marked)
    ground = {trace.marker.pattern.shape: trace for trace in figure.data if trace.hoverinfo == "skip"}
    assert list(pd.to_datetime(ground["/"].x)) == [pd.Timestamp("2022-01-10")]
    assert (
        list(pd.to_datetime(ground["x"].x)) == [pd.Timestamp(f"2022-01-{day:02}") for day in (3, 10)]
        or len(ground["x"].x) == 3
    )
    assert ground["/"].yaxis in {None, "y"}
    assert ground["x"].yaxis == "y2"
    assert "Hatched: not collected as expected. Crossed: nothing of it collected" in figure.layout.meta["caption"]


def test_shares_have_a_band_and_the_caption_says_of_what_they_are() -> None:
    articles = collection()
    own = plot_panels(weekly(articles), measure="share")
    whole = plot_panels(composition(articles, by="source", every="week"), measure="share")
    assert sum(trace.fill == "toself" for trace in own.data) == 3
    assert "Share of each source's articles per week" in own.layout.meta["caption"]
    assert "Share of all articles per week" in whole.layout.meta["caption"]


def test_known_dates_run_through_all_panels() -> None:
    figure = plot_panels(weekly(collection()), mark=[("2022-01-12", "council")])
    assert [(line.yref, line.y0, line.y1) for line in figure.layout.shapes] == [("paper", 0, 1)]
    assert figure.layout.meta["known"] == ["1. 12 Jan 2022: council"]


def test_a_bar_leads_to_the_articles_of_its_group_and_week() -> None:
    articles = collection(30)
    table = weekly(articles)
    matches = some(articles)
    listed = Listed(pd.concat([matches, articles.drop(matches.index)]), len(matches))
    figure = plot_panels(table)
    read = read_figure(json.loads(figure.to_json()), listed, number=1)
    for trace, marks in zip(figure.data, read.marks, strict=True):
        if trace.hoverinfo == "skip":
            assert marks is None
            continue
        assert marks is not None
        assert [len(mark) for mark in marks] == list(trace.y)
        places = [place for mark in marks for place in mark]
        assert set(listed.table["source"].iloc[places]) == {trace.meta["articles"]["is"]}


def test_events_and_languages_have_panels_under_names_people_read() -> None:
    articles = collection().assign(language=["fr", "xx", "en"] * 40)
    spoken = plot_panels(coverage(articles, of=articles, every="week", by="language"))
    assert {trace.name for trace in series(spoken).values()} == {"French", "English", "xx"}
    one = coverage(some(articles), of=articles, every="week")
    assert list(series(plot_panels(compare({"talks": one, "gas": one}), measure="share"))) == ["gas", "talks"]


def test_no_label_becomes_markup() -> None:
    said = words(plot_panels(weekly(collection(20, 14, HOSTILE)), mark=[("2022-01-02", HOSTILE)]))
    assert "<img" not in said
    assert "<a " not in said


@pytest.mark.parametrize("number", [0, 1, 2, 5])
@pytest.mark.parametrize("measure", ["articles", "share"])
def test_few_articles_give_a_figure(number: int, measure: Any) -> None:
    articles = collection(2, 3).iloc[:number]
    table = coverage(articles, of=articles, by="source")
    assert plot_panels(table, measure=measure).layout.meta["alt"]
    assert plot_panels(coverage(articles.iloc[:0], of=articles, by="source"), measure=measure).layout.meta["alt"]


def test_what_cannot_be_drawn_is_named_with_the_way_out() -> None:
    articles = collection(10)
    with pytest.raises(WorkbenchError, match=r"count with coverage\(…, by='source'\)"):
        plot_panels(coverage(articles, of=articles))
    with pytest.raises(WorkbenchError, match="did you mean 'share'"):
        plot_panels(weekly(articles), measure="shares")
    with pytest.raises(WorkbenchError, match="most=0 panels cannot be drawn; take 1 to 12"):
        plot_panels(weekly(articles), most=0)
    with pytest.raises(WorkbenchError, match=r"draw one event, as in table\[table\['event'\] == …\]"):
        plot_panels(compare({"one": weekly(articles), "two": weekly(articles)}))
