"""The short answers: numbers that are there, no claim that so few cannot bear, and no markup from a headline."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

import workbench as wb
from tests.test_summary import ARTICLES, EVENT, made, weekly
from workbench.articles import empty_articles
from workbench.events import Event
from workbench.findings import (
    describe_collection,
    describe_coverage,
    describe_outlets,
    describe_reprints,
    describe_search,
    describe_topic_times,
    describe_topics,
    few_texts,
)


def answer(articles: pd.DataFrame, covered: pd.DataFrame | None = None) -> str:
    found = articles if covered is None else covered
    periods = wb.coverage(found, of=articles, every="week", start=EVENT.start, end=EVENT.end, unit="texts")
    return describe_coverage(EVENT, found, of=articles, periods=periods)


def test_the_collection_is_told_in_numbers() -> None:
    told = describe_collection(ARTICLES)
    assert told.startswith("**5 articles**, 4 distinct texts among them, from 3 outlets in English and French.")
    assert "1 article has no known day." in told
    assert "1 article names no outlet." in told


def test_the_ledger_is_told_with_it() -> None:
    ledger = pd.DataFrame({"status": ["loaded"] * 5 + ["refused"]})
    assert "Of 6 records seen, 5 were loaded, 0 merged into" in describe_collection(ARTICLES, ledger)


def test_reprints_are_told_with_the_most_copied_text() -> None:
    told = describe_reprints(ARTICLES)
    assert "2 articles of 5" in told
    assert "“Headline 0”, stands in 2 articles, of 2 named outlets." in told
    assert describe_reprints(ARTICLES.tail(2)).startswith("**No text stands twice** among 2 articles")


@pytest.mark.parametrize("describe", [describe_collection, describe_reprints])
def test_nothing_is_told_of_an_empty_collection(describe: Any) -> None:
    assert describe(empty_articles()) == "**The collection holds no article.**"
    assert answer(empty_articles()) == "**The collection holds no article.**"


def test_one_text_is_named_and_no_peak_claimed() -> None:
    told = answer(ARTICLES.head(1))
    assert "**1 of 1 article** is about *The talks*" in told
    assert "It is “Headline 0” (The Bell, 2022-01-12)." in told
    assert "highest" not in told


def test_an_undated_text_is_named_as_undated() -> None:
    assert "(no outlet named, undated)" in answer(ARTICLES.tail(1))


def test_few_texts_have_no_peak() -> None:
    assert "No week stands out: at most 2 texts in one." in answer(ARTICLES)


def test_only_undated_texts_cannot_be_put_into_a_week() -> None:
    undated = made(*[(f"t{number}", "The Bell", None, "en") for number in range(4)])
    assert "None of them can be put into one week" in answer(undated)


def test_a_peak_is_told_with_its_known_date_and_its_share() -> None:
    peak = [(f"t{number}", "The Bell", "2022-01-12", "en") for number in range(6)]
    told = answer(made(*peak, ("t7", "The Drum", "2022-01-20", "en")))
    assert "highest in the week of 10 January 2022 (12 January: the council), with 6 texts by 1 outlet, 100%" in told


def test_no_match_is_told_with_the_window() -> None:
    told = answer(ARTICLES, ARTICLES.head(0))
    assert told == r"**None of 5 articles** is about *The talks* (2022-01-03 to 2022-01-30)."


def test_a_headline_or_title_cannot_become_markup() -> None:
    title = "![x](http://evil.example/a.png) <img src=x> **bold**"
    event = Event("e", title, "NATO", dt.date(2022, 1, 1), dt.date(2022, 1, 31))
    told = describe_coverage(event, ARTICLES.assign(title=title), of=ARTICLES, periods=weekly(ARTICLES))
    assert "![" not in told.replace(r"\!\[", "")
    assert "<img" not in told.replace(r"\<img", "")


def test_outlets_are_told_with_those_who_kept_silent() -> None:
    silent = [("s" + str(number), "The Silent", "2022-01-12", "en") for number in range(6)]
    articles = pd.concat([ARTICLES, made(*silent).set_axis([f"b{number}" for number in range(6)])])
    told = describe_outlets(wb.coverage_by(ARTICLES, of=articles, by="source", unit="texts"))
    assert told.startswith("**3 of 4 named outlets** covered it, with most texts The Bell (2 of its 2)")
    assert "Nothing about it came from The Silent." in told


def test_without_a_named_outlet_none_is_told() -> None:
    only = ARTICLES.tail(1)
    assert (
        describe_outlets(wb.coverage_by(only, of=only, by="source", unit="texts")) == "**No named outlet covered it.**"
    )


def test_too_few_texts_have_no_topics_and_no_topic_times() -> None:
    topics = wb.fit_topics(ARTICLES, progress=False)
    table = wb.composition(ARTICLES.assign(topic=topics.assigned), by="topic", every="week")
    assert describe_topics(topics).startswith("**4 texts are too few to tell topics.**")
    assert describe_topic_times(topics, table) == "**4 texts are too few to follow topics over time.**"


def test_a_search_is_told_with_what_was_asked() -> None:
    assert "**5 of 5 articles** have “NATO”: 4 distinct texts" in describe_search(ARTICLES, of=ARTICLES, query="NATO")
    assert describe_search(ARTICLES.head(0), of=ARTICLES, query="x") == "**None of 5 articles** has “x”."


def test_what_few_texts_can_tell_depends_on_how_few() -> None:
    said = [few_texts(number) for number in (0, 1, 2, 29, 30)]
    assert len(set(said)) == len(said)
    assert "does not show that nothing was published" in said[0]


def test_the_desk_answers_and_explains_what_is_wrong() -> None:
    desk = wb.query_desk(ARTICLES, "NATO")
    assert "Headline 0" in desk.answer("NATO")
    assert "cannot read the query" in desk.answer("NATO AND (")
    assert "press Enter" in desk.answer(" ")


def test_the_desk_degrades_to_a_table_where_no_widget_is_shown() -> None:
    bundle = wb.query_desk(ARTICLES, "NATO")._repr_mimebundle_()
    assert "<table>" in bundle["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in bundle
