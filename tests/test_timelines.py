"""The timeline of stories: laws first (classes add up, order and copies change nothing), then worked cases."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from workbench.articles import WorkbenchError, as_articles, empty_articles
from workbench.figures import read_figure
from workbench.marks import Listed
from workbench.plot_timeline import plot_timeline
from workbench.sentences import sentences
from workbench.timelines import COLUMNS, key_sentence, story_timeline

HOSTILE = "<img src=x onerror=alert(1)> <a href='javascript:alert(2)'>click</a> \u202eevil %{customdata}"

DAM = (
    "A dam above the town of Orlec broke on Monday and flooded its lower streets.",
    "The dam above Orlec broke on Monday night, and water flooded the streets of the town.",
    "Officials in Orlec said that the dam broke on Monday after three days of rain flooded the reservoir.",
)


def row(story: str, day: str | None, source: str, text: str = "", **other: Any) -> dict[str, Any]:
    low = pd.NaT if day is None else pd.Timestamp(day, tz="UTC")
    times = {"published": low, "published_low": low, "published_high": low + pd.Timedelta(days=1)}
    own = {"story_id": story, "source": source, "title": f"{story} by {source}", "text": text, "language": "en"}
    return {**own, **times, "text_id": None, **other}


def made(*rows: dict[str, Any]) -> pd.DataFrame:
    return as_articles(pd.DataFrame(list(rows), index=[f"a{at:02}" for at in range(len(rows))]))


def told() -> pd.DataFrame:
    """A dam, a vote that began before it and lasted longer, and a lone text; one article of the dam is undated."""
    return made(
        row("vote", "2022-01-08", "Bell", "The council voted on the budget for four hours on Saturday."),
        row("dam", "2022-01-10", "Bell", DAM[0]),
        row("dam", "2022-01-11", "Horn", DAM[1], text_id="t"),
        row("dam", "2022-01-11", "Drum", DAM[1], text_id="t"),
        row("dam", "2022-01-11", "Lute", DAM[2]),
        row("dam", None, "Fife", DAM[0] + " It rained."),
        row("vote", "2022-01-14", "Horn", "After days of talks the council voted on its budget on Friday."),
        row("vote", "2022-01-14", "Lute", "The council voted for the budget by nine to eight on Friday."),
        row("alone", "2022-01-12", "Bell", "A bear walked through the market and left."),
    )


def inferred(articles: pd.DataFrame, name: str) -> pd.DataFrame:
    table = articles.copy()
    table.loc[name, "published_from"] = "inferred: a copy is dated so"
    return table


def test_certain_possible_and_undated_are_all_articles_of_a_story() -> None:
    for articles, every in ((told(), "day"), (inferred(told(), "a02"), "week"), (inferred(told(), "a08"), "month")):
        table = story_timeline(articles, every=every, least_texts=1)
        assert table[["certain", "possible", "undated"]].sum(axis=1).tolist() == table["articles"].tolist()
        assert table["articles"].sum() == len(articles)


def test_the_order_of_rows_changes_nothing() -> None:
    known = story_timeline(told())
    for seed in range(2):
        shuffled = story_timeline(told().sample(frac=1, random_state=seed))
        pd.testing.assert_frame_equal(shuffled, known)
        assert shuffled.attrs == known.attrs


def test_more_copies_of_a_text_move_neither_the_fullest_day_nor_the_count_of_texts() -> None:
    more = [row("dam", "2022-01-10", f"Copy {at}", DAM[0], text_id="first") for at in range(30)]
    articles = told()
    articles.loc["a01", "text_id"] = "first"
    articles = pd.concat([articles, made(*more).add_prefix("z", axis=0)])
    table = story_timeline(articles)
    assert table["top"].loc["dam"] == pd.Timestamp("2022-01-11", tz="UTC")
    assert table["texts"].loc["dam"] == 4


def test_stories_stand_in_the_order_of_their_fullest_day() -> None:
    table = story_timeline(told())
    assert list(table.index) == ["dam", "vote"]
    days = {name: table[name].dt.strftime("%d").tolist() for name in ("first", "top", "last")}
    assert days == {"first": ["10", "08"], "top": ["11", "14"], "last": ["11", "14"]}
    assert table[["articles", "texts", "outlets", "certain", "undated"]].to_numpy().tolist() == [
        [5, 4, 5, 4, 1],
        [3] * 4 + [0],
    ]
    assert table.attrs["texts"]["dam"] == {"2022-01-10": 1, "2022-01-11": 2}


def test_of_more_stories_than_asked_for_those_of_most_outlets_stay() -> None:
    table = story_timeline(told(), most=1)
    assert list(table.index) == ["dam"]
    assert table.attrs["stories"] == 2


def test_an_inferred_date_is_possible_and_moves_no_day() -> None:
    articles = inferred(told(), "a00")
    table = story_timeline(articles)
    assert table["first"].loc["vote"] == pd.Timestamp("2022-01-14", tz="UTC")
    assert table["possible"].loc["vote"] == 1


def test_a_story_without_a_certain_date_comes_last_and_has_no_days() -> None:
    articles = told()
    articles.loc[["a00", "a06", "a07"], ["published", "published_low", "published_high"]] = pd.NaT
    table = story_timeline(articles)
    assert list(table.index) == ["dam", "vote"]
    assert table[["first", "top", "last"]].isna().all(axis=1).tolist() == [False, True]
    assert "1 without a certain date" in plot_timeline(table).layout.meta["caption"]


def test_the_topic_is_what_most_texts_have() -> None:
    articles = told().assign(topic=pd.array([2, 5, 4, 4, 5, -1, 2, pd.NA, 7], dtype="Int64"))
    table = story_timeline(articles)
    assert table["topic"].tolist() == [5, 2]
    assert story_timeline(told()).columns.tolist() == list(COLUMNS)


def test_the_key_sentence_says_what_the_texts_share_and_not_what_one_adds() -> None:
    asides = (
        "Our reporter was having breakfast in a small hotel when the telephone rang. ",
        "Nobody had expected it, the mayor of the place said at noon. ",
        "There are mornings that people in the valley will not forget. ",
    )
    texts = [aside + dam for aside, dam in zip(asides, DAM, strict=True)]
    assert key_sentence(texts, "en") in DAM
    assert key_sentence(texts[:1], "en") != ""
    assert key_sentence(["", "Too short."], "en") == ""


def test_a_text_that_repeats_itself_does_not_raise_its_own_sentences() -> None:
    hotel = "The hotel on the hill served breakfast to its guests at seven. "
    assert key_sentence([hotel * 2 + DAM[0], DAM[1], DAM[2]], "en") in DAM
    assert key_sentence([hotel * 3 + "Water rose.", "Snow fell on the hills all day. " + DAM[1], DAM[2]], "en") in DAM


def test_a_headline_at_the_head_of_a_text_is_no_key_sentence() -> None:
    headline = "The dam above the town of Orlec broke on Monday"
    assert key_sentence([f"{headline}.\n{DAM[1]}"], "en", titles=[headline]) == DAM[1]


def test_the_key_sentence_is_in_the_language_of_the_label() -> None:
    french = "Le barrage au-dessus de la ville d'Orlec a cédé lundi et inondé les rues basses."
    articles = pd.concat([told(), made(row("dam", "2022-01-11", "Cor", french, language="fr")).add_prefix("f", axis=0)])
    assert story_timeline(articles, language="fr").loc["dam", "key_sentence"] == french
    assert story_timeline(articles, language="fr").loc["dam", "label"] == "dam by Cor"
    assert story_timeline(articles, language="de").loc["dam", "key_sentence"] in DAM


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_small_collections_do_not_fail(count: int) -> None:
    table = story_timeline(told().head(count), least_texts=1)
    assert table.columns.tolist() == list(COLUMNS)
    assert plot_timeline(table).layout.meta["alt"]


def test_an_empty_collection_gives_an_empty_table_with_its_columns() -> None:
    table = story_timeline(empty_articles().assign(story_id=pd.Series(dtype="str")))
    assert table.empty
    assert table.columns.tolist() == list(COLUMNS)
    assert str(table["first"].dtype) == "datetime64[us, UTC]"


def test_what_cannot_be_asked_is_said() -> None:
    with pytest.raises(WorkbenchError, match="story_id"):
        story_timeline(told().drop(columns="story_id"))
    with pytest.raises(WorkbenchError, match="did you mean 'week'"):
        story_timeline(told(), every="weak")
    with pytest.raises(WorkbenchError, match="most=0"):
        story_timeline(told(), most=0)


@pytest.mark.parametrize("listed", [told(), told().drop(columns="story_id")], ids=["as told", "without stories"])
def test_each_dot_leads_to_the_articles_of_its_story_and_day(listed: pd.DataFrame) -> None:
    articles = told()
    figure = plot_timeline(story_timeline(articles))
    read = read_figure(json.loads(figure.to_json()), Listed(listed, len(listed)), number=1)
    led = [tuple(articles.index[place] for place in mark) for mark in read.marks[0] or []]
    assert sorted(led) == [("a00",), ("a01",), ("a02", "a03", "a04"), ("a06", "a07")]


def test_no_label_stands_on_another_and_no_text_becomes_markup() -> None:
    articles = told()
    articles.loc[articles["story_id"] == "dam", "title"] = HOSTILE + " word" * 60
    figure = plot_timeline(story_timeline(articles))
    labels = [each for each in figure.layout.annotations if each.name != "notes"]
    ends = [each.y + 15 * (each.text.count("<br>") + 1) for each in labels]
    assert all(end <= strip for end, strip in zip(ends, sorted(set(figure.data[0].y)), strict=True))
    assert all(after.y > end for end, after in zip(ends, labels[1:], strict=False))
    drawn = " ".join(str(each.text) for each in labels) + str(figure.data[0].customdata)
    assert "<img" not in drawn and "<a " not in drawn and "\u202e" not in drawn
    assert max(len(line) for each in labels for line in each.text.split("<br>")) < 80


def test_a_table_that_lost_its_attrs_is_still_drawn() -> None:
    table = story_timeline(told())
    table.attrs = {}
    assert len(plot_timeline(table).data[0].x) == 4


@pytest.mark.parametrize(
    "expected",
    [
        ["The U.S. and the U.K. met.", "Talks failed."],
        ["Gov. Lee said so.", "Mr. Kim left at 5 p.m. on Monday."],
        ["Am 12. Januar traf man sich.", "Es war kalt."],
        ["Сумма составила 5 млн. рублей.", "В 2021 г. было меньше."],
        ["« C'est fini. »", "Il est parti."],
    ],
)
def test_sentences_end_where_they_end(expected: list[str]) -> None:
    assert sentences(" ".join(expected)) == expected
    assert sentences("\n\n".join(expected)) == expected


def test_sentences_without_spaces_between_them_end_too_and_blanks_are_none() -> None:
    assert sentences("会談は終わった。成果はない。") == ["会談は終わった。", "成果はない。"]
    assert sentences("One line\n\nAnother line") == ["One line", "Another line"]
    assert sentences("  \n ") == []
