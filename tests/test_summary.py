"""The small tables of a collection: they add up, keep their columns when empty, and are written for the eye."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

import workbench as wb
from workbench.articles import as_articles, empty_articles
from workbench.events import Event, KnownDate
from workbench.summary import (
    contents,
    listing,
    most_reprinted,
    readable,
    reprint_shares,
    set_aside,
    topic_shares,
)

EVENT = Event(
    "talks",
    "The talks",
    "NATO",
    dt.date(2022, 1, 3),
    dt.date(2022, 1, 30),
    (KnownDate(dt.date(2022, 1, 12), "the council"), KnownDate(dt.date(2022, 1, 26), "the replies")),
)


def made(*rows: tuple[str, str | None, str | None, str]) -> pd.DataFrame:
    """Articles of (text_id, outlet, day, language), called a0, a1 …; all of them name NATO."""
    table = pd.DataFrame(list(rows), columns=["text_id", "source", "published", "language"])
    days = pd.to_datetime(table["published"], utc=True)
    table = table.assign(
        published=days,
        published_low=days,
        published_high=days + pd.Timedelta(days=1),
        published_precision=["unknown" if pd.isna(day) else "day" for day in days],
        title=[f"Headline {number}" for number in range(len(table))],
        text="NATO met.",
    )
    return as_articles(table.set_index(pd.Index([f"a{number}" for number in range(len(table))])))


ARTICLES = made(
    ("t1", "The Bell", "2022-01-12", "en"),
    ("t1", "The Drum", "2022-01-13", "en"),
    ("t2", "The Bell", "2022-01-14", "en"),
    ("t3", "Le Tambour", "2022-01-20", "fr"),
    ("t4", None, None, "fr"),
)


def weekly(articles: pd.DataFrame) -> pd.DataFrame:
    return wb.coverage(articles, of=articles, every="week", start=EVENT.start, end=EVENT.end, unit="texts")


@pytest.mark.parametrize("by", ["source", "language"])
def test_the_contents_add_up_to_the_collection(by: str) -> None:
    table = contents(ARTICLES, by=by)
    assert table["articles"].sum() == len(ARTICLES)
    assert table["undated"].sum() == 1
    assert list(table["texts"]) == sorted(table["texts"], reverse=True)


def test_articles_without_an_outlet_are_a_row_of_their_own() -> None:
    assert "(none)" in set(contents(ARTICLES)["source"])


def test_what_was_set_aside_is_counted_from_the_table_and_the_ledger() -> None:
    ledger = pd.DataFrame(
        {
            "file": ["a.txt", "b.txt", "c.txt"],
            "status": ["loaded", "merged", "refused"],
            "reason": ["", "the same article as a in a.txt", "the file is empty"],
        }
    )
    numbers = set_aside(ARTICLES, ledger).set_index("what")["number"]
    assert numbers["records refused: the file is empty"] == 1
    assert numbers["records merged: the same article stands elsewhere"] == 1
    assert [int(number) for number in numbers.iloc[-5:]] == [1, 0, 1, 0, 1]


def test_both_articles_of_a_shared_text_are_shared() -> None:
    table = reprint_shares(ARTICLES).set_index("source")
    assert dict(table["shared"]) == {"The Bell": 1, "The Drum": 1, "Le Tambour": 0, "(none)": 0}
    assert table.loc["The Bell", "share"] == pytest.approx(0.5)
    assert (table["share_low"] <= table["share"]).all()
    assert (table["share"] <= table["share_high"]).all()


def test_the_most_reprinted_text_bears_its_earliest_headline() -> None:
    table = most_reprinted(ARTICLES)
    assert list(table.index) == ["t1"]
    assert table.loc["t1", "title"] == "Headline 0"
    assert table.loc["t1", "sources"] == 2


def test_the_covered_articles_of_all_topics_are_no_more_than_the_covered() -> None:
    topics = wb.fit_topics(ARTICLES, progress=False)
    table = topic_shares(topics, ARTICLES.head(2))
    assert table["covered"].sum() <= 2
    assert {"share", "share_low", "share_high"} <= set(table.columns)


def test_the_listing_is_by_time_with_the_undated_last() -> None:
    assert list(listing(ARTICLES)["published"]) == ["2022-01-12", "2022-01-13", "2022-01-14", "2022-01-20", "undated"]
    assert list(listing(ARTICLES, most=1).index) == ["a0"]


def test_order_never_matters() -> None:
    mixed = ARTICLES.sample(frac=1, random_state=1)
    for table in (contents, reprint_shares, most_reprinted, set_aside, listing):
        pd.testing.assert_frame_equal(table(mixed), table(ARTICLES))


@pytest.mark.parametrize("table", [contents, reprint_shares, most_reprinted, set_aside, listing])
def test_an_empty_collection_keeps_the_columns(table: object) -> None:
    assert callable(table)
    assert list(table(empty_articles()).columns) == list(table(ARTICLES).columns)


def test_a_readable_table_writes_a_share_with_its_interval() -> None:
    table = pd.DataFrame({"source": ["The Bell"], "share": [0.5], "share_low": [0.091], "share_high": [0.909]})
    written = readable(table)
    assert written.index.name == "outlet"
    assert list(written["share"]) == ["50%\u00a0(9–91%)"]


def test_a_readable_table_writes_numbers_days_languages_and_gaps() -> None:
    table = pd.DataFrame(
        {
            "topic": ["a", "b"],
            "articles": [12345, 1],
            "language": ["fr", "und"],
            "first": [pd.Timestamp("2022-01-02", tz="UTC"), pd.NaT],
            "stability": [1.0, None],
        }
    )
    written = readable(table, names={"first": "since"})
    assert list(written["articles"]) == ["12,345", "1"]
    assert written["language"].iloc[0] == "French"
    assert list(written["since"]) == ["2\u00a0Jan\u00a02022", ""]
    assert list(written["stability"]) == ["1.00", ""]


def test_a_readable_table_is_shown_whole_and_escaped() -> None:
    html = readable(pd.DataFrame({"title": ["<b>x</b>", "y " * 200], "articles": [1, 2]}))._repr_html_()
    assert "<b>" not in html
    assert "y " * 199 in html


def test_a_readable_table_without_rows_says_so() -> None:
    nothing = readable(pd.DataFrame({"title": [], "articles": []}))
    assert "There is none." in nothing._repr_html_()
    assert repr(nothing) == "There is none."
