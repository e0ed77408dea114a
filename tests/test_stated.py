"""Stated dates: the interval is never narrower than what is written, in any order of figures, zone or language."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.labelled import labelled
from workbench.articles import PRECISIONS
from workbench.times.stated import Stated, order_of_day_and_month, read_date

WIDTHS = {"second": timedelta(seconds=1), "minute": timedelta(minutes=1), "day": timedelta(days=1)}
LONGEST = {"week": 7, "month": 31, "quarter": 92, "year": 366}

days = st.dates(min_value=date(1990, 1, 1), max_value=date(2039, 12, 31))
zones = st.integers(min_value=-12 * 4, max_value=14 * 4).map(lambda quarters: timedelta(minutes=15 * quarters))


def moment(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


@pytest.mark.parametrize("case", labelled("dates.json", "written", also="order"))
def test_a_written_date_leaves_this_interval_open(case: dict[str, Any]) -> None:
    found = read_date(case["written"], case.get("order", ""))
    if case["low"] is None:
        assert found is None
    else:
        assert found is not None
        assert (found.low, found.high, found.precision) == (
            moment(case["low"]),
            moment(case["high"]),
            case["precision"],
        )


@given(st.text(max_size=40) | st.from_regex(r"[0-9 /.:T+-]{1,24}", fullmatch=True))
@settings(max_examples=300, deadline=None)
def test_anything_written_is_an_honest_interval_or_no_date(written: str) -> None:
    found = read_date(written)
    if found is not None:
        assert_honest(found)


@given(
    days,
    st.sampled_from(["", " ", "T"]),
    st.sampled_from(["", "07:05", "23:59:59"]),
    st.sampled_from(["", "Z", "+05:30", " CET"]),
)
@settings(max_examples=150, deadline=None)
def test_precision_never_exceeds_what_is_written(day: date, between: str, time: str, zone: str) -> None:
    found = read_date(f"{day.isoformat()}{between or 'T'}{time}{zone}" if time else day.isoformat())
    assert found is not None
    assert_honest(found)
    if not time or not zone:
        assert found.precision == "day"
        assert found.low.date() == day
    elif time.count(":") == 1:
        assert found.precision == "minute"


def assert_honest(found: Stated) -> None:
    assert found.low < found.high
    assert found.low <= found.time < found.high
    assert found.precision in PRECISIONS
    if found.precision in WIDTHS:
        assert found.high - found.low == WIDTHS[found.precision]
    else:
        assert found.high - found.low <= timedelta(days=LONGEST[found.precision])


@given(days, zones, st.times())
@settings(max_examples=100)
def test_a_time_with_a_zone_is_that_moment_in_utc(day: date, offset: timedelta, time: Any) -> None:
    minutes = int(offset.total_seconds()) // 60
    sign, size = "-" if minutes < 0 else "+", abs(minutes)
    plain = datetime.combine(day, time).replace(microsecond=0)
    found = read_date(f"{plain.isoformat()}{sign}{size // 60:02}:{size % 60:02}")
    assert found is not None
    assert found.time == plain.replace(tzinfo=UTC) - offset
    assert found.precision == "second"


@given(days)
@settings(max_examples=100)
def test_an_ambiguous_date_spans_both_readings_and_order_picks_one(day: date) -> None:
    written = f"{day.day:02}/{day.month:02}/{day.year}"
    both, day_first, month_first = (read_date(written, order) for order in ("", "day", "month"))
    assert both is not None and day_first is not None and month_first is not None
    assert day_first.low.date() == day
    for one in (day_first, month_first):
        assert both.low <= one.low and one.high <= both.high


@given(days, st.sampled_from("/-."), st.sampled_from(["day", "month"]))
def test_the_order_is_proven_by_a_day_above_twelve_and_by_nothing_else(day: date, separator: str, first: str) -> None:
    figures = (day.day, day.month) if first == "day" else (day.month, day.day)
    found = order_of_day_and_month([separator.join(map(str, (*figures, day.year)))])
    expected = "" if day.day <= 12 else first
    assert found == expected


def test_dates_that_contradict_each_other_prove_no_order() -> None:
    assert order_of_day_and_month(["13/01/2022", "01/13/2022"]) == ""
    assert order_of_day_and_month([]) == ""


def test_a_time_beside_the_date_does_not_hide_the_order_it_proves() -> None:
    assert order_of_day_and_month(["1/13/2022 6:30 PM", "1/2/2022 7:00 AM"]) == "month"


def test_a_year_of_two_figures_proves_the_order_as_one_of_four_does() -> None:
    assert order_of_day_and_month(["13/01/22", "02/03/22"]) == "day"
    assert order_of_day_and_month(["01/13/22"]) == "month"
    assert order_of_day_and_month(["01/02/22", "22-01-13"]) == ""


@given(days, st.sampled_from(["day", "month"]))
def test_a_year_of_two_figures_is_read_only_where_the_order_is_proven(day: date, first: str) -> None:
    figures = (day.day, day.month) if first == "day" else (day.month, day.day)
    written = f"{figures[0]:02}/{figures[1]:02}/{day:%y}"
    assert read_date(written) is None
    found = read_date(written, first)
    assert found is not None
    assert found.low.date() == day


@given(days)
def test_a_week_holds_its_seven_days(day: date) -> None:
    year, week, weekday = day.isocalendar()
    whole, one = read_date(f"{year}-W{week:02}"), read_date(f"{year}-W{week:02}-{weekday}")
    assert whole is not None and one is not None
    assert (whole.high - whole.low, whole.precision) == (timedelta(days=7), "week")
    assert one.low.date() == day
    assert whole.low <= one.low and one.high <= whole.high


@pytest.mark.parametrize(("year", "month", "day"), [(1899, 1, 1), (2101, 1, 1), (2022, 0, 1), (2023, 2, 29)])
def test_a_day_that_does_not_exist_is_no_date(year: int, month: int, day: int) -> None:
    assert Stated.of(year, month, day) is None


def test_reading_the_same_date_on_another_day_gives_the_same() -> None:
    # dateparser fills what is missing from today's date; nothing of that may come through.
    for written in ("Jan 2022 12:30", "January 2022", "février 2022 à 10h"):
        found = read_date(written)
        assert found is None or found.precision == "month"
