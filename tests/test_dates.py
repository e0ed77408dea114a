"""Dating: the first evidence that can be read wins, it is named, and nothing is dated without any."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.made import records
from workbench.articles import PRECISIONS, TIME, WorkbenchError
from workbench.clean import clean_articles
from workbench.dates import date_articles, within
from workbench.times.addresses import date_in_address

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
        ({"date": "2022-01-12", "url": "https://a.example/2022/01/11/x"}, "day", "field: 2022-01-12"),
        ({"date": "2022-01-12", "url": "https://a.example/accounts-of-31-12-2019"}, "day", "field: 2022-01-12"),
        ({"date": "2022-01-12", "file": "2022-03-01-saved.html"}, "day", "field: 2022-01-12"),
        ({"date": "03/04/2022", "url": "https://a.example/2022/04/03/x"}, "day", "field: 03/04/2022; url"),
        ({"url": "https://a.example/2022/01/x"}, "month", "url"),
        ({"file": "wire.zip!iws-20220112-33.txt"}, "day", "file name"),
        ({"text": f"Published: 12 January 2022\n{BODY}"}, "day", "page: Published: 12 January 2022"),
        ({"text": f"Опубликовано 12.01.2022\n{BODY}", "language": "ru"}, "day", "page: Опубликовано 12.01.2022"),
        ({"text": f"12. Januar 2022\n{BODY}", "language": "de"}, "day", "page: 12. Januar 2022"),
        (
            {"text": f"BRUSSELS, Jan. 12, 2022 (The Bell Agency) - {BODY}", "url": "https://a.example/x"},
            "day",
            "dateline: Jan. 12, 2022",
        ),
        (
            {"text": f"BRUSSELS, Jan 12 (The Bell Agency) - {BODY}", "url": "https://a.example/2022/01/x"},
            "day",
            "url; dateline: Jan 12",
        ),
        ({"text": f"BRUSSELS, Jan 12 (Agency) - {BODY}", "date": "2022"}, "day", "field: 2022; dateline: Jan 12"),
        (
            {"text": f"Publié le 12 janvier à 18h30\n{BODY}", "language": "fr", "url": "https://a.example/2022/01/x"},
            "day",
            "url; page: 12 janvier",
        ),
        ({"text": f"12 January 2022\n{BODY}", "date": "2022-01"}, "day", "field: 2022-01; page: 12 January 2022"),
        ({"date": "2022-01", "url": "https://a.example/accounts-of-31-01-2022"}, "month", "field: 2022-01"),
        (
            {"text": f"BRUSSELS, Wednesday, Jan 12 (Agency) - {BODY}", "date": "2022"},
            "day",
            "field: 2022; dateline: Wednesday, Jan 12",
        ),
        ({"text": f"BRUSSELS, Thursday, Jan 12 (Agency) - {BODY}", "date": "2022"}, "year", "field: 2022"),
        (
            {"text": f"BRUSSELS, Feb 12 (The Bell Agency) - {BODY}", "url": "https://a.example/2022/01/x"},
            "month",
            "url",
        ),
    ],
)  # fmt: skip
def test_the_first_evidence_wins_and_is_named(record: dict[str, str | None], precision: str, evidence: str) -> None:
    found = dated(record).iloc[0]
    assert (found["published_precision"], found["published_from"]) == (precision, evidence)
    day = pd.Timestamp("2022-04-03", tz="UTC") if "04/2022" in evidence else DAY
    assert found["published_low"] < day + pd.Timedelta(days=1) and found["published_high"] > day


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


def test_the_subheading_of_a_chronicle_is_not_the_date_of_publication() -> None:
    assert dated({"text": f"{BODY}\nFebruary 2022\n{BODY}"}).iloc[0]["published_precision"] == "unknown"


def test_the_days_of_a_chronicle_are_not_the_date_of_publication() -> None:
    text = f"11 January 2022\n{BODY}\n12 January 2022\n{BODY}"
    assert dated({"text": text}).iloc[0]["published_precision"] == "unknown"


@pytest.mark.parametrize(
    ("record", "low", "high", "told"),
    [
        ({"date": "2022-02-30"}, None, None, "field '2022-02-30' is not used: there is no such day"),
        ({"date": "2022-13-01"}, None, None, "field '2022-13-01' is not used: there is no such day"),
        ({"date": "1970-01-01"}, None, None, "stands where no date is known"),
        ({"date": "1900-01-01T00:00:00"}, None, None, "stands where no date is known"),
        ({"date": "0001-01-01"}, None, None, "stands where no date is known"),
        ({"date": "2000-01-01T00:00:00Z"}, None, None, "stands where no date is known"),
        ({"date": "2000-01-01"}, "2000-01-01", "2000-01-02", "field: 2000-01-01"),
        ({"date": "Wednesday, 11 January 2022"}, None, None, "11 January 2022 was a Tuesday"),
        ({"date": "Mittwoch, 12. Januar 2022"}, "2022-01-12", "2022-01-13", "field: Mittwoch, 12. Januar 2022"),
        ({"date": "2022-02-03"}, None, None, "it lies in the future, today being 2022-02-01"),
        ({"date": "2022-02-02"}, "2022-02-02", "2022-02-03", "field: 2022-02-02"),
        ({"date": "2022"}, "2022-01-01", "2023-01-01", "field: 2022"),
        ({"url": "https://a.example/2023/01/12/x"}, None, None, "url '2023-01-12' is not used: it lies in the future"),
        (
            {"date": "2022-01-12", "date_download": "2022-01-05T10:00:00"},
            None,
            None,
            "the article was collected before, on 2022-01-05",
        ),
        ({"date": "2022-01-12", "date_download": "2022-01-12"}, "2022-01-12", "2022-01-13", "field: 2022-01-12"),
        (
            {"date": "1970-01-01", "url": "https://a.example/2022/01/12/x"},
            "2022-01-12",
            "2022-01-13",
            "url; field '1970-01-01' is not used",
        ),
        (
            {"date": "2022-01-20", "url": "https://a.example/2022/01/12/x"},
            "2022-01-12",
            "2022-01-21",
            "field: 2022-01-20; but url says 2022-01-12, and the interval spans both",
        ),
        (
            {"date": "2022-01-20", "date_evidence": "field updated_at", "url": "https://a.example/2022/01/12/x"},
            "2022-01-12",
            "2022-01-13",
            "url; field updated_at: 2022-01-20 is not used",
        ),
        (
            {"date": "2022-01-20", "file": "2022-01-12-vote.html"},
            "2022-01-12",
            "2022-01-21",
            "but file name says 2022-01-12",
        ),
        (
            {"date": "2022-01-20", "text": f"Published 12 January 2022\n{BODY}"},
            "2022-01-12",
            "2022-01-21",
            "but page says 2022-01-12",
        ),
        (
            {"date": "2022-01-20", "url": "https://a.example/2022/01/12", "text": f"Published 12 January 2022\n{BODY}"},
            "2022-01-12",
            "2022-01-13",
            "page: Published 12 January 2022; but url says 2022-01-12",
        ),
    ],
)  # fmt: skip
def test_a_date_that_cannot_be_is_questioned_in_words(
    record: dict[str, str], low: str | None, high: str | None, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(datetime(2022, 2, 1, 12, tzinfo=UTC).timestamp())))
    collected = record.pop("date_download", None) if "date_download" in (record := dict(record)) else None
    table = records({"text": BODY, "language": "en", **record})
    if collected:
        table = table.assign(date_download=collected)
    found = date_articles(table, progress=False).iloc[0]
    assert told in found["published_from"]
    days = [None if pd.isna(found[name]) else f"{found[name]:%Y-%m-%d}" for name in ("published_low", "published_high")]
    assert days == [low, high]


def test_a_build_tools_idea_of_today_questions_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "315532800")
    assert dated({"date": "2022-01-12"}).iloc[0]["published_precision"] == "day"


def test_the_name_of_a_file_dates_many_articles_only_where_their_own_dates_agree() -> None:
    undated: dict[str, str | None] = {"file": "export-2022-01-12.csv"}
    assert dated(undated, undated)["published_precision"].tolist() == ["unknown", "unknown"]
    agreeing = dated({**undated, "date": "2022-01-12"}, undated)
    assert agreeing["published_from"].tolist() == ["field: 2022-01-12", "file name"]
    assert dated({**undated, "date": "2021-11-12"}, undated)["published_precision"].tolist() == ["day", "unknown"]


@given(days=st.lists(st.dates(min_value=date(1995, 1, 1), max_value=date(2020, 12, 31)), min_size=2, max_size=2))
@settings(max_examples=50, deadline=None)
def test_two_statements_that_contradict_each_other_leave_both_days_open(days: list[date]) -> None:
    field, url = days
    found = dated({"date": f"{field}", "url": f"https://a.example/{url:%Y/%m/%d}/x"}).iloc[0]
    assert found["published_low"] <= pd.Timestamp(field, tz="UTC") < found["published_high"]
    if abs((field - url).days) > 1:
        assert found["published_low"] <= pd.Timestamp(url, tz="UTC") < found["published_high"]
        assert "spans both" in found["published_from"]
    else:
        assert found["published_from"] == f"field: {field}"


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("Publié le 12 janvier 2022 à 18h30, mis à jour le 13 janvier 2022", "fr"),
        ("Mis en ligne le 12/01/2022", "fr"),
        ("Veröffentlicht am 12. Januar 2022 um 18:30 Uhr", "de"),
        ("Publicado el 12 de enero de 2022", "es"),
        ("Fecha de publicación: 12 de enero de 2022", "es"),
        ("Опубликовано: 12 января 2022, 18:30", "ru"),
        ("Дата публикации: 12-го января 2022 года", "ru"),
        ("Опубліковано 12 січня 2022 року", "uk"),
        ("Оприлюднено 12 січня 2022", "uk"),
        ("Published on Wednesday, January 12, 2022 in Politics", "en"),
        ("First published: 12 Jan 2022", "en"),
        ("发布时间：2022年1月12日 18:30", "zh"),
    ],
)
def test_a_line_announces_the_date_in_six_languages_and_in_removed_furniture(line: str, language: str) -> None:
    for record in (
        {"text": f"{line}\n{BODY}"},
        {
            "text": BODY,
            "removed": json.dumps({"text": [[0, 0, line, "menu"]]}, ensure_ascii=False, separators=(",", ":")),
        },
    ):
        table = records({"language": language, **record}).assign(removed=record.get("removed"))
        found = date_articles(table, progress=False).iloc[0]
        assert found["published_from"].startswith(f"page: {line[:20]}")
        assert found["published_low"] <= DAY < found["published_high"]
        assert found["published_precision"] in ("day", "month", "year")


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
        ("https://a.example/talks-12-01-2022", "2022-01-12", "year"),
        ("https://a.example/talks-13-01-2022", "2022-01-13", "day"),
        ("talks_12.01.2022.txt", "2022-01-12", "day"),
        ("2021-11-16_miroir.txt", "2021-11-16", "day"),
        ("https://a.example/2022/01/talks", "2022-01-01", "month"),
        ("https://a.example/2022/13/45/talks", None, None),
        ("https://a.example/2022/01/10-things-to-know/", "2022-01-01", "month"),
        ("https://a.example/2022/01/2-million-euros/", "2022-01-01", "month"),
        ("https://a.example/vote-edition-2021-2-2-2/", None, None),
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
