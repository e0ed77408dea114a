"""Who covered what: rows that add up to coverage, shares of each outlet's own output, squares that lead to articles."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.test_plot import HOSTILE, collection, words
from workbench.articles import WorkbenchError
from workbench.coverage import coverage_by
from workbench.figures import read_figure
from workbench.marks import Listed
from workbench.plot_who import plot_who
from workbench.who import OTHER, who_covered


def told(number: int = 60, outlets: int = 5, stories: int = 7, hostile: str = "") -> pd.DataFrame:
    """Articles of several outlets, each on one of several stories, the first stories with most; some texts shared."""
    articles = collection(-(-number // outlets), outlets, hostile).iloc[:number]
    drawn = np.random.default_rng(7).geometric(0.3, len(articles)) % stories
    return articles.assign(
        story_id=[f"s{each}" for each in drawn], text=[f"{hostile} text {each}" for each in articles["text_id"]],
        language="en",
    )  # fmt: skip


def counts(table: pd.DataFrame, *by: str) -> dict[Any, int]:
    return {key: int(number) for key, number in table.groupby(list(by))["articles"].sum().items() if number}


def test_every_pair_is_a_row_with_what_a_count_by_hand_gives() -> None:
    articles = told(stories=4)
    table = who_covered(articles)
    by_hand = articles.groupby(["source", "story_id"]).agg(articles=("title", "size"), texts=("text_id", "nunique"))
    found = table.set_index(["source", "story_id"])
    assert len(table) == 5 * 4
    assert found["articles"].sum() == len(articles)
    for name in ("articles", "texts"):
        assert found[name].reindex(by_hand.index).tolist() == by_hand[name].tolist()
    assert found["total"].groupby("source").nunique().eq(1).all()


@given(st.integers(0, 60), st.integers(1, 4), st.integers(1, 4), st.sampled_from(["source", "language"]))
@settings(max_examples=10, deadline=None)
def test_the_rows_of_an_outlet_add_up_to_its_coverage(number: int, most: int, most_by: int, by: str) -> None:
    articles = told(60)
    matches = articles.iloc[:number]
    table = who_covered(matches, of=articles, by=by, most=most, most_by=most_by, labels={})
    whole = coverage_by(matches, of=articles, by=by)
    assert table["articles"].sum() == whole["articles"].sum() == number
    if number:
        assert table.drop_duplicates(by)["total"].sum() == whole["total"].sum()
        named = table[table[by] != OTHER]
        own = whole.set_index(by)["articles"].to_dict()
        assert counts(named, by) == {name: own[name] for name in named[by].unique() if own[name]}
        assert len(table) == len(set(table[by])) * len(set(table["story_id"]))


def test_the_share_is_of_the_outlets_own_output_and_lies_in_its_interval() -> None:
    articles = told()
    table = who_covered(articles.iloc[:30], of=articles)
    assert np.allclose(table["share"], table["articles"] / table["total"])
    assert (table["share_low"] <= table["share"]).all()
    assert (table["share"] <= table["share_high"]).all()
    texts = who_covered(articles, unit="texts")
    assert np.allclose(texts["share"], texts["texts"] / texts["total_texts"])
    own = coverage_by(articles[articles["story_id"] == "s1"], of=articles).set_index("source")
    mine = table_of(who_covered(articles), "s1")
    assert mine[["share_low", "share_high"]].equals(own[["share_low", "share_high"]].reindex(mine.index))


def table_of(table: pd.DataFrame, story: str) -> pd.DataFrame:
    return table[table["story_id"] == story].set_index("source")


def test_order_of_rows_and_more_copies_elsewhere_change_nothing() -> None:
    articles = told()
    pd.testing.assert_frame_equal(who_covered(articles), who_covered(articles.sample(frac=1, random_state=2)))


def test_stories_of_most_outlets_stand_first_the_others_are_one_row() -> None:
    rows = [("a", "one"), ("b", "one"), ("c", "one"), ("a", "two"), ("a", "two"), ("b", "two"), ("c", "three")]
    articles = collection(7, 1).assign(
        source=[source for source, _ in rows], topic=[topic for _, topic in rows], text_id=list("abcdefg")
    )
    table = who_covered(articles, what="topic", most=1, most_by=1)
    assert table[["source", "topic"]].to_numpy().tolist() == [
        ["a", "one"], ["a", OTHER], [OTHER, "one"], [OTHER, OTHER]
    ]  # fmt: skip
    assert table["articles"].tolist() == [1, 2, 2, 2]
    assert table["total"].tolist() == [3, 3, 4, 4]
    full = who_covered(articles, what="topic")
    assert full["topic"].drop_duplicates().tolist() == ["one", "two", "three"]
    assert OTHER not in set(full["topic"])


def test_missing_stories_and_topics_of_none_are_rows_of_their_own_and_last() -> None:
    articles = told(20, 2).assign(topic=[-1.0, 3.0, np.nan, 3.0] * 5)
    table = who_covered(articles, what="topic", labels=pd.Series({3: "gas, pipeline"}))
    assert table["topic"].drop_duplicates().tolist() == ["3", "(none)", "-1"]
    assert table["label"].drop_duplicates().tolist() == ["gas, pipeline", "none", "no topic"]
    assert table["articles"].sum() == 20


def test_articles_without_a_certain_day_are_in_the_account_and_nowhere_else() -> None:
    articles = told(20)
    times = ["published", "published_low", "published_high"]
    undated = articles.assign(**{name: articles[name].where(articles.index != "id0003") for name in times})
    table = who_covered(undated, start="2022-01-02")
    assert table.attrs["account"] == {"articles": 20, "certain": 15, "possible": 0, "undated": 1, "outside": 4}
    assert table["articles"].sum() == 15


def test_a_story_is_called_by_its_headline_unless_labels_say_otherwise() -> None:
    articles = told(stories=2)
    titles = set(articles["title"])
    table = who_covered(articles)
    assert set(table["label"]) <= titles
    named = who_covered(articles, labels={"s0": "talks"})
    assert set(named["label"]) == {"talks", "s1"}


@pytest.mark.parametrize("number", [0, 1, 2, 5])
def test_few_articles_never_fail_and_keep_the_columns(number: int) -> None:
    articles = told(20).iloc[:number]
    table = who_covered(articles)
    assert list(table.columns[:4]) == ["source", "story_id", "label", "articles"]
    assert table["articles"].sum() == number
    assert plot_who(table).layout.meta["alt"]


def test_what_cannot_be_counted_is_named_with_the_way_out() -> None:
    articles = told(20)
    with pytest.raises(WorkbenchError, match=r"assign\(story_id=wb.find_stories\(articles\)\)"):
        who_covered(articles.drop(columns="story_id"))
    with pytest.raises(WorkbenchError, match="what and by are both 'source'"):
        who_covered(articles, what="source")
    with pytest.raises(WorkbenchError, match="most=0 names nothing; take 1 or more"):
        who_covered(articles, most=0)
    with pytest.raises(WorkbenchError, match="are not in of="):
        who_covered(articles, of=articles.iloc[:5])
    with pytest.raises(WorkbenchError, match="holds lists or other compound values"):
        who_covered(articles.assign(topic=pd.Series([[1]] * 20, articles.index, dtype="object")), what="topic")
    with pytest.raises(WorkbenchError, match="rename the column"):
        who_covered(articles.assign(share="x"), what="share")


# -- the figure ---------------------------------------------------------------------------------------------------


def marks(table: pd.DataFrame, articles: pd.DataFrame, matched: int) -> dict[str, list[str]]:
    """The articles behind each square by what the square is called."""
    read = read_figure(json.loads(plot_who(table).to_json()), Listed(articles, matched), number=1)
    assert read.marks[0] is not None
    assert read.marks[1] is None
    return {
        label: [articles.index[place] for place in places]
        for label, places in zip(read.labels[0], read.marks[0], strict=True)
    }


@pytest.mark.parametrize("most", [2, 12])
def test_a_square_leads_to_the_articles_of_its_outlet_on_its_story(most: int) -> None:
    articles = told()
    table = who_covered(articles.iloc[:40], of=articles, most=most, most_by=most)
    found = marks(table, articles, 40)
    shown = table[table["articles"] > 0]
    assert [len(ids) for ids in found.values()] == shown["articles"].tolist()
    assert sorted(each for ids in found.values() for each in ids) == sorted(articles.index[:40])
    first = shown.iloc[0]
    behind = articles.loc[next(iter(found.values()))]
    assert set(behind["source"]) == {first["source"]}
    assert set(behind["story_id"]) == {first["story_id"]}


def test_squares_say_outlet_and_story_and_lead_nowhere_without_the_column() -> None:
    articles = told(stories=2)
    table = who_covered(articles, labels={"s0": "talks", "s1": "gas"})
    assert {"talks, outlet 0", "gas, outlet 1"} <= set(marks(table, articles, len(articles)))
    bare = articles.drop(columns="story_id")
    read = read_figure(json.loads(plot_who(table).to_json()), Listed(bare, len(bare)), number=1)
    assert read.marks == [None, None]


def test_area_and_shade_follow_the_share_and_the_number_stands_beneath() -> None:
    table = who_covered(told(stories=3))
    figure = plot_who(table)
    squares, written = figure.data
    shown = table[table["articles"] > 0]
    area = np.array(squares.marker.size) ** 2
    expected = shown["share"] / shown["share"].max()
    assert np.allclose((area / area.max())[expected > 0.1], expected[expected > 0.1])
    ranks = shown["share"].rank().to_numpy()
    darkest = squares.marker.color[int(ranks.argmax())]
    assert darkest != squares.marker.color[int(ranks.argmin())]
    assert list(written.text) == [str(number) if number else "·" for number in table["articles"]]


def test_gathered_rows_are_hollow_and_leave_the_scale_to_the_others() -> None:
    table = who_covered(told(), most=1)
    squares = plot_who(table).data[0]
    shown = table[table["articles"] > 0]
    hollow = [colour == "rgba(255,255,255,0)" for colour in squares.marker.color]
    assert hollow == shown["story_id"].eq(OTHER).tolist()
    assert max(squares.marker.size) == 16


def test_an_outlet_without_a_total_and_thousands_are_written_short() -> None:
    table = who_covered(told(stories=2))
    changed = table.assign(total=np.where(table.index < 2, 0, table["total"]), articles=[0, 0, 1234, 56_789, *[3] * 6])
    changed.attrs = table.attrs
    figure = plot_who(changed)
    assert list(figure.data[1].text)[:4] == ["×", "×", "1k", "57k"]
    assert "×: the source has no article here at all." in figure.layout.meta["caption"]


def test_what_does_not_fit_is_said() -> None:
    figure = plot_who(who_covered(told(60, 20, 50), most=50, most_by=20))
    assert "The first 15 of 20 by source are drawn." in figure.layout.meta["caption"]


def test_no_text_of_an_article_becomes_markup() -> None:
    said = words(plot_who(who_covered(told(20, 3, 3, HOSTILE))))
    assert "<img" not in said
    assert "<a " not in said
    assert "\u202e" not in said


def test_a_table_of_something_else_is_refused() -> None:
    table = who_covered(told(stories=2))
    with pytest.raises(WorkbenchError, match="no column 'label'"):
        plot_who(table.drop(columns="label"))
    with pytest.raises(WorkbenchError, match="not one row per pair of groups"):
        plot_who(pd.concat([table, table]))
