"""Doubts about stated dates: only what cannot be is questioned, and the reason is said."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.times.doubts import UNREADABLE, doubt, not_yet, today
from workbench.times.stated import read_date

days = st.dates(min_value=date(2000, 1, 2), max_value=date(2020, 12, 31))
zones = st.integers(min_value=-11, max_value=13).map(lambda hours: timezone(timedelta(hours=hours)))

WEEKDAYS = {
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "de": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "ru": "понедельник вторник среда четверг пятница суббота воскресенье",
    "uk": "понеділок вівторок середа четвер п’ятниця субота неділя",
}
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "uk": "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
}


@given(days, st.integers(min_value=0, max_value=6), st.sampled_from(sorted(WEEKDAYS)))
@settings(max_examples=200, deadline=None)
def test_a_weekday_is_questioned_where_it_is_another_and_nowhere_else(day: date, weekday: int, language: str) -> None:
    name, month = WEEKDAYS[language].split()[weekday], MONTHS[language].split()[day.month - 1]
    reason = doubt(f"{name}, {day.day} {month} {day.year}")
    assert (reason == "") == (weekday == day.weekday())
    if reason:
        assert reason == f"{day.day} {day:%B %Y} was a {day:%A}"


@given(days, st.times(), zones)
@settings(max_examples=100)
def test_a_weekday_is_that_of_its_own_place_and_not_of_utc(day: date, time: object, zone: timezone) -> None:
    written = format_datetime(datetime.combine(day, time).replace(tzinfo=zone))  # type: ignore[arg-type]
    assert doubt(written) == ""


@given(days, st.sampled_from(["", "T10:15:00Z", "T10:15:00", " 10:15"]))
@settings(max_examples=100, deadline=None)
def test_a_day_that_was_is_never_questioned(day: date, time: str) -> None:
    assert doubt(f"{day}{time}") == ""
    stated = read_date(f"{day}{time}")
    assert stated is not None
    assert not_yet(stated, None, datetime(2021, 1, 1, tzinfo=UTC)) == ""


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("2022-02-30", "there is no such day"),
        ("30/02/2022", "there is no such day"),
        ("30 February 2022", "there is no such day"),
        ("31 juin 2022", "there is no such day"),
        ("20221301", "there is no such day"),
        ("0000-00-00 00:00:00", "it is an empty cell of a database"),
        ("1970-01-01T00:00:00Z", "it is where computers begin to count, and stands where no date is known"),
        ("01/01/1970", "it is where computers begin to count, and stands where no date is known"),
        ("1899-12-30", "it is where spreadsheets begin to count, and stands where no date is known"),
        ("2000-01-01T00:00:00", "it is a database's default, and stands where no date is known"),
        ("2000-01-01T08:30:00Z", ""),
        ("2000-01-01", ""),
        ("1970-01-02", ""),
        ("12 mars 2022", ""),
        ("2022", ""),
        ("soon", UNREADABLE),
        ("", UNREADABLE),
    ],
)
def test_the_reason_is_said(written: str, reason: str) -> None:
    assert doubt(written) == reason


@given(days, st.integers(min_value=-400, max_value=400))
def test_nothing_is_published_after_today_or_after_it_was_collected(day: date, later: int) -> None:
    stated = read_date(f"{day}")
    assert stated is not None
    then = datetime(day.year, day.month, day.day, 12, tzinfo=UTC) - timedelta(days=later)
    # One day is left for zones ahead of UTC.
    assert bool(not_yet(stated, None, then)) == (later > 1)
    assert bool(not_yet(stated, then, datetime(2100, 1, 1, tzinfo=UTC))) == (later > 1)


def test_today_is_the_day_of_the_build_where_one_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1642000000")
    assert today() == datetime(2022, 1, 12, 15, 6, 40, tzinfo=UTC)
    for unset in ("", "0", "315532800", "soon"):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", unset)
        assert today() > datetime(2026, 1, 1, tzinfo=UTC)
