"""Several events or queries in one table: each as if it was counted alone, over one window."""

from datetime import date
from typing import Any

import pandas as pd
import pytest

from workbench.articles import WorkbenchError, as_articles
from workbench.comparison import compare_events
from workbench.coverage import coverage
from workbench.events import Event, about
from workbench.plot import plot_coverage


def news() -> pd.DataFrame:
    days = pd.date_range("2022-01-03", "2022-01-23").strftime("%Y-%m-%d")
    titles = ["NATO meets Russia", "Gas prices rise", "NATO and gas"]
    rows = [(day, title) for day in days for title in titles]
    table = pd.DataFrame(rows, columns=["published", "title"]).assign(source="AP", text="")
    return as_articles(table.assign(text_id=[str(number) for number in range(len(table))]))


def event(name: str, query: str, start: date, end: date) -> Event:
    return Event(name=name, title=name, query=query, start=start, end=end)


def test_each_is_counted_as_if_it_was_counted_alone() -> None:
    articles = news()
    asked = {"talks": "NATO", "gas": "gas"}
    found = compare_events(articles, asked, every="week")
    for name, query in asked.items():
        alone = coverage(about(articles, query), of=articles, every="week")
        own = found[found["event"] == name].drop(columns="event").reset_index(drop=True)
        pd.testing.assert_frame_equal(own, alone, check_freq=False)
    assert found["event"].drop_duplicates().tolist() == ["talks", "gas"]
    assert found["share"].eq(2 / 3).all()


def test_the_window_is_that_of_all_events_together_and_each_finds_nothing_outside_its_own() -> None:
    asked = {
        "early": event("early", "NATO", date(2022, 1, 5), date(2022, 1, 6)),
        "late": event("late", "NATO", date(2022, 1, 8), date(2022, 1, 8)),
    }
    found = compare_events(news(), asked)
    assert found.groupby("event")["articles"].agg(list).to_dict() == {"early": [2, 2, 0, 0], "late": [0, 0, 0, 2]}
    with_query = compare_events(news(), asked | {"gas": "gas"})
    assert (with_query.groupby("event").size() == 21).all()
    given = compare_events(news(), asked, start="2022-01-06", end="2022-01-08")
    assert (given.groupby("event").size() == 3).all()


def test_totals_and_groups_are_those_of_coverage_and_it_can_be_drawn() -> None:
    days = pd.date_range("2022-01-03", "2022-01-23")
    totals = pd.DataFrame({"date": days, "total_count": 100})
    found = compare_events(news(), {"talks": "NATO", "gas": "gas"}, every="week", totals=totals)
    assert found["share"].tolist() == [14 / 700] * 6
    assert "talks: Totals are" in plot_coverage(found, measure="share").layout.meta["caption"]
    grouped = compare_events(news(), {"talks": "NATO"}, every="week", by="source")
    assert grouped["source"].tolist() == ["AP"] * 3


@pytest.mark.parametrize("asked", [{}, "NATO", None])
def test_nothing_asked_is_said(asked: Any) -> None:
    with pytest.raises(WorkbenchError, match="nothing is asked"):
        compare_events(news(), asked)
    with pytest.raises(WorkbenchError, match="expected an event or a query text"):
        compare_events(news(), {"talks": 1})  # type: ignore[dict-item]
