"""Why a stated date cannot be that of a publication: there is no such day, nobody meant it, or it has not come yet."""

from __future__ import annotations

import os
import re
import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from workbench.times.idioms import weekday_of
from workbench.times.stated import Stated, read_date

UNREADABLE = "it cannot be read"

_ZONES = timedelta(days=1)
"""What a day may be ahead of UTC; a date without a zone is that of another place."""

_FIRST_BUILD = datetime(1990, 1, 1, tzinfo=UTC).timestamp()
"""Build tools set SOURCE_DATE_EPOCH to 0 or to 1980 where they mean no day at all."""

_FIGURES = re.compile(
    r"(?<!\d)(?:(?P<y>\d{4})[-/.]?(?P<m>\d{2})[-/.]?(?P<d>\d{2})|(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<z>\d{4}))(?!\d)"
)
_MIDNIGHT = re.compile(r"[T ]00:00(?::00(?:\.0+)?)?(?:Z|\+00:?00| UTC| GMT)?$")
_PLACEHOLDERS = {
    (1, 1, 1): "the first day there is",
    (1601, 1, 1): "where Windows begins to count",
    (1899, 12, 30): "where spreadsheets begin to count",
    (1899, 12, 31): "where spreadsheets begin to count",
    (1900, 1, 1): "where spreadsheets begin to count",
    (1904, 1, 1): "where spreadsheets begin to count",
    (1969, 12, 31): "where computers begin to count",
    (1970, 1, 1): "where computers begin to count",
    (2000, 1, 1): "a database's default",
    (9999, 12, 31): "the last day there is",
}
_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ`][^\W\d_]+)?")


def today() -> datetime:
    """The moment after which nothing can have been published: SOURCE_DATE_EPOCH where it is set, else the clock."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    seconds = int(given) if given.isdigit() and int(given) > _FIRST_BUILD else time.time()
    return datetime.fromtimestamp(seconds, UTC)


@lru_cache(maxsize=65536)
def doubt(written: str, order: str = "") -> str:
    """Why the date as written is none, or none that anybody meant, in words; empty where nothing speaks against it.

    >>> doubt("2022-02-30")
    'there is no such day'
    >>> doubt("Wednesday, 11 January 2022")
    '11 January 2022 was a Tuesday'
    """
    if reason := _placeholder(written):
        return reason
    stated = read_date(written, order)
    if stated is None:
        return "there is no such day" if _FIGURES.search(written) or _words_without_day(written) else UNREADABLE
    return _other_weekday(written, stated)


def _placeholder(written: str) -> str:
    found = _FIGURES.match(written.strip())
    if not found:
        return ""
    year, month, day_of_month = (int(found[one] or found[other]) for one, other in ("yz", "mb", "da"))
    day = year, month, day_of_month
    if day[1:] == (0, 0):
        return "it is an empty cell of a database"
    # An article of 1 January 2000 is one like others; only with a midnight beside it the day is nobody's.
    if day not in _PLACEHOLDERS or (day == (2000, 1, 1) and not _MIDNIGHT.search(written.strip())):
        return ""
    return f"it is {_PLACEHOLDERS[day]}, and stands where no date is known"


def _words_without_day(written: str) -> bool:
    """Whether these words are a date but for a day that its month does not have: 30 February 2022."""
    without = re.sub(r"(?<!\d)(?:29|3[01])(?:st|nd|rd|th|er|\.)?(?!\d)", "1", written, count=1)
    stated = read_date(without) if without != written else None
    return stated is not None and stated.precision == "day"


def _other_weekday(written: str, stated: Stated) -> str:
    """What day of the week it was, where the one beside the date is another."""
    said = {day for word in _WORD.findall(written.casefold()) if (day := weekday_of(word)) is not None}
    if len(said) != 1 or stated.precision not in ("second", "minute", "day"):
        return ""
    # A date with a zone falls on another day in UTC; what stands there is the day at its own place.
    days = {(stated.time + timedelta(days=ahead)).weekday() for ahead in _ahead(stated)}
    if said & days:
        return ""
    return f"{stated.time.day} {stated.time:%B %Y} was a {stated.time:%A}"


def _ahead(stated: Stated) -> tuple[int, ...]:
    return (0,) if stated.precision == "day" else (-1, 0, 1)


def not_yet(stated: Stated, collected: datetime | None, now: datetime) -> str:
    """Why the date lies in the future, of today or of the day on which the article was collected; empty where not."""
    if collected is not None and stated.low.date() > collected.date() + _ZONES:
        return f"the article was collected before, on {collected:%Y-%m-%d}"
    return f"it lies in the future, today being {now:%Y-%m-%d}" if stated.low.date() > now.date() + _ZONES else ""
