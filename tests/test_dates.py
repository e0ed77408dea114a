"""Dating: the first evidence that can be read wins, it is named, and nothing is dated without any."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.made import records
from workbench.articles import PRECISIONS, TIME, WorkbenchError
from workbench.clean import clean_articles
from workbench.dates import date_articles, date_in_address, within

DAY = pd.Timestamp("2022-01-12", tz="UTC")
BODY = "The council met on Wednesday and voted after two hours of debate, which nobody had expected last month."

stated = st.sampled_from(
    ["2022-01-12", "2022-01-12T18:30:00+01:00", "2022-01", "2022", "03/04/2022", "12 января 2022", "soon", ""]
) | st.text(max_size=12)  # fmt: skip
addresses = st.sampled_from(
    [None, "https://a.example/2022/01/12/x", "https://a.example/2022/01/x", "https://a.example/x"]
)
row = st.fixed_dictionaries(
    {
        "date": st.none() | stated,
        "url": addresses,
        "file": st.sampled_from(["a.csv", "iws-20220112-1.txt", "b.csv"]),
        "text": st.sampled_from([BODY, f"Published 12 January 2022\n{BODY}", ""]),
        "language": st.sampled_from(["en", "und", None]),
    }
)


def dated(*rows: dict[str, str | None]) -> pd.DataFrame:
    return date_articles(records(*({"text": BODY, "language": "en", **one} for one in rows)), progress=False)


@given(st.lists(row, min_size=1, max_size=5))
@settings(max_examples=100, deadline=None)
def test_every_interval_is_open_upwards_and_holds_the_time(rows: list[dict[str, str | None]]) -> None:
    found = dated(*rows)
    known = found[found["published_low"].notna()]
    assert (known["published_low"] < known["published_high"]).all()
    sure = found[found["published"].notna()]
    assert ((sure["published_low"] <= sure["published"]) & (sure["published"] < sure["published_high"])).all()
    assert found["published_precision"].isin(PRECISIONS).all()
    assert (found["published_low"].isna() == (found["published_precision"] == "unknown")).all()
    assert (found["published"].notna() == found["published_precision"].isin(PRECISIONS[:4])).all()
    assert found["published_from"].notna().all()
    assert {str(found[name].dtype) for name in ("published", "published_low", "published_high")} == {TIME}


@given(st.permutations(range(6)))
@settings(max_examples=20, deadline=None)
def test_the_order_of_rows_changes_no_date(order: list[int]) -> None:
    dates = ["13/01/2022", "03/04/2022", "2022-01-12", None, "nonsense", "05/06/2022"]
    table = records(*({"text": BODY, "date": one, "file": "a.csv", "language": "en"} for one in dates))
    expected = date_articles(table, progress=False)
    pd.testing.assert_frame_equal(date_articles(table.iloc[order], progress=False).loc[expected.index], expected)


@pytest.mark.parametrize(
    ("record", "precision", "evidence"),
    [
        ({"date": "2022-01-12T18:30:00Z", "date_evidence": "JSON-LD"}, "second", "JSON-LD: 2022-01-12T18:30:00Z"),
        ({"date": "2022-01-12", "url": "https://a.example/2021/05/05/x"}, "day", "field: 2022-01-12"),
        ({"date": "soon", "url": "https://a.example/2022/01/12/x"}, "day", "url"),
        ({"url": "https://a.example/2022/01/x"}, "month", "url"),
        ({"file": "wire.zip!iws-20220112-33.txt"}, "day", "file name"),
        ({"text": f"Published: 12 January 2022\n{BODY}"}, "day", "page: Published: 12 January 2022"),
        ({"text": f"Опубликовано 12.01.2022\n{BODY}", "language": "ru"}, "day", "page: Опубликовано 12.01.2022"),
        ({"text": f"12. Januar 2022\n{BODY}", "language": "de"}, "day", "page: 12. Januar 2022"),
    ],
)  # fmt: skip
def test_the_first_evidence_wins_and_is_named(record: dict[str, str | None], precision: str, evidence: str) -> None:
    found = dated(record).iloc[0]
    assert (found["published_precision"], found["published_from"]) == (precision, evidence)
    assert found["published_low"] < DAY + pd.Timedelta(days=1) and found["published_high"] > DAY


@pytest.mark.parametrize(
    "text",
    [
        BODY,
        "",
        "Updated 13 January 2022\n" + BODY,
        "Mis à jour le 13 janvier 2022\n" + BODY,
        "© 2022 The Bell\n" + BODY,
        "Since 2014 the two sides have met twice.\n" + BODY,
        "Born on 12 January 1950, he led the council.\n" + BODY,
        "On 12 January 2022 the council met in Brussels, and nothing came of it.\n" + BODY,
        "The treaty of 4 April 1949 is its ground.\n" + BODY,
        "Event date: 12 May 2023\n" + BODY,
    ],
)
def test_a_text_that_only_speaks_of_time_is_not_dated(text: str) -> None:
    found = dated({"text": text}).iloc[0]
    assert found["published_precision"] == "unknown"
    assert found[["published", "published_low", "published_high"]].isna().all()


def test_an_undated_article_quotes_its_words_for_time() -> None:
    assert (
        dated({"text": BODY}).iloc[0]["published_from"] == "no date is stated; the text says: on Wednesday; last month"
    )


def test_a_date_that_cannot_be_read_is_quoted() -> None:
    assert "field 'soon' is not a date that can be read" in dated({"date": "soon"}).iloc[0]["published_from"]


@pytest.mark.xfail(strict=True, reason="a subheading that is only a month reads like the date line of a page")
def test_the_subheading_of_a_chronicle_is_not_the_date_of_publication() -> None:
    assert dated({"text": f"{BODY}\nFebruary 2022\n{BODY}"}).iloc[0]["published_precision"] == "unknown"


def test_the_date_line_that_cleaning_removed_is_still_evidence() -> None:
    page = f"Menu\nThe vote\nPublished 12 January 2022 | 5 min read\n{BODY}\n{BODY}\n© 2022 The Bell\n12 January 2022"
    table = clean_articles(records({"text": page, "format": "txt", "file": "council-votes.txt"}), progress=False)
    assert date_articles(table, progress=False).iloc[0]["published_low"] == DAY


def test_one_date_of_a_file_settles_day_and_month_for_that_file_only() -> None:
    found = dated(
        {"date": "13/01/2022", "file": "a.csv"},
        {"date": "03/04/2022", "file": "a.csv"},
        {"date": "03/04/2022", "file": "b.csv"},
    )
    assert found["published_precision"].tolist() == ["day", "day", "month"]
    assert found["published_low"].iloc[1] == pd.Timestamp("2022-04-03", tz="UTC")


@pytest.mark.parametrize(
    ("address", "low", "precision"),
    [
        ("https://a.example/2022/01/12/talks", "2022-01-12", "day"),
        ("https://a.example/2022/jan/12/talks", "2022-01-12", "day"),
        ("https://a.example/2022/1/2/talks", "2022-01-02", "day"),
        ("https://a.example/news-20220112.html", "2022-01-12", "day"),
        ("https://a.example/talks-12-01-2022", "2022-01-12", "day"),
        ("2021-11-16_miroir.txt", "2021-11-16", "day"),
        ("https://a.example/2022/01/talks", "2022-01-01", "month"),
        ("https://a.example/2022/13/45/talks", None, None),
        ("https://a.example/2022/02/30/talks", "2022-02-01", "month"),
        ("https://a.example/id/1234202201125678", None, None),
        ("https://a.example/budget-2022", None, None),
        ("https://a.example/2021-2022", None, None),
        ("https://a.example/a/19911225", None, None),
        ("", None, None),
    ],
)
def test_the_day_or_the_month_that_an_address_holds(address: str, low: str | None, precision: str | None) -> None:
    found = date_in_address(address)
    assert (found and (found.low.date().isoformat(), found.precision)) == (low and (low, precision))


@given(st.text(alphabet="0123456789/-_.a", max_size=30))
@settings(max_examples=200)
def test_any_address_is_dated_to_a_day_a_month_or_not_at_all(address: str) -> None:
    found = date_in_address(address)
    assert found is None or (found.precision in ("day", "month") and found.low < found.high)


def test_an_article_is_within_a_window_when_it_may_have_been_published_in_it() -> None:
    found = dated({"date": "2022-01-12"}, {"date": "2022-01"}, {})
    start = datetime(2022, 1, 12, tzinfo=UTC)
    assert within(found, start, start + timedelta(days=1)).tolist() == [True, True, False]
    assert within(found, start + timedelta(days=1), start + timedelta(days=2)).tolist() == [False, True, False]
    naive = datetime(2022, 1, 12)  # noqa: DTZ001  # a time without a zone is taken as UTC
    assert within(found, naive, naive + timedelta(days=1)).tolist() == [True, True, False]


def test_a_table_without_its_columns_is_refused_by_name() -> None:
    with pytest.raises(WorkbenchError, match="'language'"):
        date_articles(records({"text": BODY}).drop(columns="language"), progress=False)
