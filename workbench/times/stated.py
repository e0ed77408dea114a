"""Dates as records state them, read into an interval no narrower than what is written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

_FIRST_YEAR, _LAST_YEAR = 1900, 2100
"""Years outside are taken for misprints."""

_ISO = re.compile(
    r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})(?:[-/.](?P<d>\d{1,2}))?"
    r"(?:[T ]+(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?P<f>[.,]\d+)?)?)?\s*(?P<z>Z|UTC|GMT|[+-]\d{2}:?\d{2})?$"
)
_COMPACT = re.compile(
    r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?:T?(?P<H>\d{2})(?P<M>\d{2})(?P<S>\d{2})?(?P<f>(?!))?(?P<z>Z)?)?$"
)
_NUMERIC = re.compile(
    r"(?P<a>\d{1,2})(?P<sep>[/.-])(?P<b>\d{1,2})(?P=sep)(?P<y>\d{4})"
    r"(?:[ ,T]+(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2}))?)?$"
)
_YEAR = re.compile(r"(?P<y>\d{4})$")
_MONTH = re.compile(r"(?P<m>\d{1,2})[/.-](?P<y>\d{4})$")
_NUMERIC_INSIDE = re.compile(r"(?<!\d)(?P<a>\d{1,2})\s?(?P<sep>[/.-])\s?(?P<b>\d{1,2})\s?(?P=sep)\s?(?P<y>\d{4})(?!\d)")
_NAME = re.compile(r"[^\W\d_]{3}")
_CHINESE = re.compile(r"(?P<y>\d{4})\s?[年년]\s?(?P<m>\d{1,2})\s?[月월](?:\s?(?P<d>\d{1,2})\s?[日일号號])?(?!\d)")
_ISO_WEEK = re.compile(r"(?P<y>\d{4})-?W(?P<w>\d{2})(?:-?(?P<d>[1-7]))?$")
_SHORT_YEAR = re.compile(r"(?<!\d)(?P<a>\d{1,2})(?P<sep>[/.])(?P<b>\d{1,2})(?P=sep)(?P<y>\d{2})(?!\d)(?!(?P=sep))")
_ORDINAL = re.compile(r"(?<!\d)(\d{1,2})-?(?:го|ого|е|ое)(?!\w)")
_MOSCOW = re.compile(r"\bмск\b", re.IGNORECASE)
_EPOCH = re.compile(r"[1-9]\d{9}(?:\d{3})?$")
"""Seconds or milliseconds since 1970: ten figures from September 2001 to 2286."""

_GENERIC_ZONE = re.compile(r"\s*\(?\b(ET|CT|MT|PT)\)?$")
_GENERIC = {"ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver", "PT": "America/Los_Angeles"}
"""Zones that change with summer time without saying so."""

_SEVERAL_ZONES = re.compile(r"\s*\(?\b(?:IST|CST)\)?$")
"""Names of zones of several countries, hours apart: the day is all that they leave."""

_CENTURY = 69
"""Of a year in two figures, as POSIX has it: 69 to 99 are of the last century."""

_WIDTHS = (("day", 1), ("week", 7), ("month", 31), ("quarter", 92), ("year", 366))


@dataclass(frozen=True)
class Stated:
    """A stated date: the time itself, the interval [low, high) it leaves open, and the precision in a word."""

    time: datetime
    low: datetime
    high: datetime
    precision: str

    @classmethod
    def of(cls, year: int, month: int, day: int | None = None) -> Stated | None:
        """A day, or a whole month where `day` is None; None where there is no such day."""
        try:
            low = datetime(year, month, day or 1, tzinfo=UTC)
        except ValueError:
            return None
        if not _FIRST_YEAR <= year <= _LAST_YEAR:
            return None
        if day is not None:
            return cls(low, low, low + timedelta(days=1), "day")
        return cls(low, low, (low + timedelta(days=32)).replace(day=1), "month")

    @classmethod
    def at(cls, time: datetime, *, seconds: bool) -> Stated | None:
        """A time of day. Without a zone it is taken as UTC and is sure only to the day."""
        if not _FIRST_YEAR <= time.year <= _LAST_YEAR:
            return None
        if time.tzinfo is None:
            start = time.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=UTC)
            return cls(time.replace(tzinfo=UTC), start, start + timedelta(days=1), "day")
        exact = time.astimezone(UTC)
        low = exact.replace(microsecond=0) if seconds else exact.replace(second=0, microsecond=0)
        return cls(
            exact,
            low,
            low + (timedelta(seconds=1) if seconds else timedelta(minutes=1)),
            "second" if seconds else "minute",
        )


@lru_cache(maxsize=65536)
def read_date(written: str, order: str = "", *, language: str = "", strict: bool = False) -> Stated | None:
    """The interval that a written date leaves open, or None where it is none.

    `order` ("day" or "month") says what stands first in 03/04/2022; without it such a date is both, and the
    interval spans the two. A year of two figures is only read where `order` is given. `strict` refuses words around
    the date. A date without a year is not read.
    """
    plain = " ".join(written.replace("\u00a0", " ").split()).strip(" .,;|")
    for pattern in (_ISO, _COMPACT):
        if found := pattern.match(plain):
            return _from_parts(found.groupdict())
    if found := _NUMERIC.match(plain):
        return _numeric(found.groupdict(), order)
    if (found := _SHORT_YEAR.match(plain)) and order:
        return _numeric({**found.groupdict(), "y": str(_whole_year(int(found["y"]))), "H": None}, order)
    if found := _ISO_WEEK.match(plain):
        return _iso_week(*(int(found[name] or 0) for name in "ywd"))
    if found := _CHINESE.match(plain):
        return Stated.of(int(found["y"]), int(found["m"]), int(found["d"]) if found["d"] else None)
    if _EPOCH.match(plain):
        return Stated.at(datetime.fromtimestamp(int(plain[:10]), UTC), seconds=True)
    if found := _YEAR.match(plain):
        return _year(int(found["y"]))
    if found := _MONTH.match(plain):
        return Stated.of(int(found["y"]), int(found["m"]))
    return _mail(plain) or _words(plain, order, language, strict=strict)


def _from_parts(parts: dict[str, str | None]) -> Stated | None:
    year, month = int(parts["y"] or 0), int(parts["m"] or 0)
    if parts["d"] is None:
        return Stated.of(year, month)
    if parts["H"] is None:
        return Stated.of(year, month, int(parts["d"]))
    hour, minute, second = (int(parts[name] or 0) for name in "HMS")
    try:
        time = datetime(year, month, int(parts["d"]), hour, minute, second, tzinfo=_zone(parts["z"]))
        return Stated.at(time, seconds=parts["S"] is not None)
    except ValueError:
        return None


def _zone(written: str | None) -> Any:
    if not written:
        return None
    if written[0] not in "+-":
        return UTC
    return datetime.strptime(written.replace(":", ""), "%z").tzinfo


def _numeric(parts: dict[str, str | None], order: str) -> Stated | None:
    first, second, year = int(parts["a"] or 0), int(parts["b"] or 0), int(parts["y"] or 0)
    day_first = _with_time(Stated.of(year, second, first), parts)
    month_first = _with_time(Stated.of(year, first, second), parts)
    if parts["sep"] == "." or order == "day":
        return day_first or month_first
    if order == "month" or day_first is None or month_first is None or first == second:
        return month_first or day_first
    return spanning(day_first, month_first)


def spanning(one: Stated, other: Stated) -> Stated:
    """The interval that holds both."""
    low, high = min(one.low, other.low), max(one.high, other.high)
    return Stated(low, low, high, _width(high - low))


def _with_time(day: Stated | None, parts: dict[str, str | None]) -> Stated | None:
    if day is None or parts["H"] is None or int(parts["H"]) > 23 or int(parts["M"] or 0) > 59:
        return day
    return Stated(day.low + timedelta(hours=int(parts["H"]), minutes=int(parts["M"] or 0)), day.low, day.high, "day")


def _width(width: timedelta) -> str:
    return next((name for name, days in _WIDTHS if width <= timedelta(days=days)), "unknown")


def _whole_year(year: int) -> int:
    return year + (1900 if year >= _CENTURY else 2000)


def _iso_week(year: int, week: int, day: int) -> Stated | None:
    """A week of ISO 8601, from Monday, or a day of it."""
    try:
        first = date.fromisocalendar(year, week, day or 1)
    except ValueError:
        return None
    monday = Stated.of(first.year, first.month, first.day)
    return monday if monday is None or day else replace(monday, high=monday.low + timedelta(days=7), precision="week")


def _year(year: int) -> Stated | None:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    low = datetime(year, 1, 1, tzinfo=UTC)
    return Stated(low, low, datetime(year + 1, 1, 1, tzinfo=UTC), "year")


def _mail(plain: str) -> Stated | None:
    """The form of mail and feeds: Wed, 12 Jan 2022 18:30:00 +0100."""
    if not re.match(r"(?:[A-Za-z]{3}, )?\d{1,2} [A-Za-z]{3} \d{4} \d", plain):
        return None
    try:
        time = parsedate_to_datetime(plain)
    except (TypeError, ValueError):
        return None
    named = re.search(r"(?:[+-]\d{4}|GMT|UTC|UT|Z|[ECMP][SD]T)$", plain)
    return Stated.at(time if named else time.replace(tzinfo=None), seconds=plain.count(":") > 1)


@cache
def _parser(language: str, parts: tuple[str, ...]) -> Any:
    from dateparser.date import DateDataParser

    settings = {
        "PARSERS": ["absolute-time"],
        "REQUIRE_PARTS": list(parts),
        "RETURN_TIME_AS_PERIOD": True,
        "PREFER_DAY_OF_MONTH": "first",
        "STRICT_PARSING": False,
    }
    languages = ["en", "fr", "de", "es", "ru", "uk"]
    return DateDataParser(languages=[language] if language in languages else languages, settings=settings)


def _words(plain: str, order: str, language: str, *, strict: bool) -> Stated | None:
    """A date with its month in words, in one of the six languages, or in figures with words or a time beside it."""
    if not re.search(r"(?:19|20)\d\d", plain) or len(plain) > 80 or (strict and len(plain) > 60):
        return None
    numeric = _NUMERIC_INSIDE.search(plain)
    if not numeric and not _NAME.search(plain):
        return None
    plain = _SEVERAL_ZONES.sub("", _ORDINAL.sub(r"\1", _MOSCOW.sub("MSK", plain)))
    generic = _GENERIC_ZONE.search(plain)
    plain = _GENERIC_ZONE.sub("", plain)
    if found := _parsed(plain, language, "day", "month", "year"):
        # The library would pick an order of day and month; which of the two it is has to be proven elsewhere.
        if numeric:
            return _numeric({**numeric.groupdict(), "H": None}, order)
        time, has_time = found
        if generic and time.tzinfo is None:
            time = time.replace(tzinfo=ZoneInfo(_GENERIC[generic[1]]))
        return Stated.at(time, seconds=False) if has_time else Stated.of(time.year, time.month, time.day)
    # Without a day the library fills in that of today, and a time of day says nothing.
    found = _parsed(plain, language, "month", "year")
    return Stated.of(found[0].year, found[0].month) if found and not numeric else None


def _parsed(plain: str, language: str, *parts: str) -> tuple[datetime, bool] | None:
    """The time that a phrase with at least these parts states, and whether it has a time of day."""
    try:
        found = _parser(language, parts).get_date_data(plain)
    except (ValueError, OverflowError, TypeError):
        return None
    return (found.date_obj, found.period == "time") if found.date_obj else None


def order_of_day_and_month(written: Iterable[str]) -> str:
    """What these numeric dates prove to stand first: "day" or "month"; empty where they prove nothing, or both."""
    day = month = False
    for one in set(written):
        plain = " ".join(str(one).split())
        if found := _NUMERIC_INSIDE.search(plain) or _SHORT_YEAR.search(plain):
            day |= int(found["a"]) > 12
            month |= int(found["b"]) > 12
    return "day" if day and not month else "month" if month and not day else ""
