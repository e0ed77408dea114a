"""What a phrase for time means, apart from any language, and the days it may name on the day it was published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

Days = tuple[date, date]
"""Days from the first up to, but not including, the second."""

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_SATURDAY = 5


@dataclass(frozen=True)
class Meaning:
    """A phrase for time without its words.

    `kind` is that of the mention. `shift` counts its units from the day of publication, -1 being the last and +1 the
    next one; it is missing where the phrase leaves open which is meant. `unsure` marks a shift that speakers use in
    two ways ("last Friday", said on a Sunday). `year_shift` is that of "November last year". `part` is early, mid or
    late, or before and after for "earlier" and "later" than the day of publication. `width` counts units.
    """

    kind: str
    shift: int | None = None
    unsure: bool = False
    part: str = ""
    width: int = 1
    weekday: int | None = None
    day: int | None = None
    month: int | None = None
    year: int | None = None
    year_shift: int | None = None

    def days(self, published: date, tense: str) -> list[Days]:
        """The intervals the phrase may name, in the order of time; none where no such day is near, or ever was."""
        try:
            found = list(_FINDERS[self.kind](self, published, tense))
        except (ValueError, OverflowError):  # 30 February, or a year before the first
            return []
        return sorted({_part(days, self.part, published) for days in found})


def _part(days: Days, part: str, published: date) -> Days:
    """The half that "early" and "late" leave, generous because nobody says where they end; "mid" is the inner half."""
    low, high = days
    length = (high - low).days
    if part == "early":
        return low, low + timedelta(days=-(-length // 2))
    if part == "late":
        return high - timedelta(days=-(-length // 2)), high
    if part == "mid":
        return low + timedelta(days=length // 4), high - timedelta(days=length // 4)
    if part == "before" and low <= published < high:
        return low, published + _DAY
    if part == "after" and low <= published < high:
        return published, high
    return days


def _near(last: date, following: date, published: date, tense: str) -> list[date]:
    """Of the last occurrence, today included, and the next one those that the tense allows."""
    if tense == "past":
        return [last]
    if tense == "future":
        return [last, following] if last == published else [following]
    return [last, following]


def _weekday(meaning: Meaning, published: date, tense: str, length: int = 1) -> Iterator[Days]:
    since = timedelta(days=(published.weekday() - (meaning.weekday or 0)) % 7)
    last, following = published - since, published - since + _WEEK
    monday = published - timedelta(days=published.weekday())
    if meaning.shift is None:
        firsts = _near(last, following, published, tense)
    elif meaning.shift < 0:
        last -= _WEEK if since < timedelta(days=length) else timedelta()
        # On a Friday "last Wednesday" may be two days ago, or the one of last week.
        firsts = [last, last - _WEEK] if meaning.unsure and last >= monday else [last]
    else:
        firsts = [following, following + _WEEK] if meaning.unsure and following < monday + _WEEK else [following]
    yield from ((first, first + timedelta(days=length)) for first in firsts)


def _weekend(meaning: Meaning, published: date, tense: str) -> Iterator[Days]:
    saturday = Meaning("weekday", shift=meaning.shift, weekday=_SATURDAY)
    yield from _weekday(saturday, published, tense, length=2)


def _day(meaning: Meaning, published: date, _: str) -> Iterator[Days]:
    first = published + timedelta(days=meaning.shift or 0)
    yield first, first + timedelta(days=meaning.width)


def _week(meaning: Meaning, published: date, _: str) -> Iterator[Days]:
    first = published - timedelta(days=published.weekday()) + _WEEK * (meaning.shift or 0)
    yield first, first + _WEEK


def _of_month(count: int) -> Days:
    """The days of a month, counted from year 0."""
    return date(count // 12, count % 12 + 1, 1), date((count + 1) // 12, (count + 1) % 12 + 1, 1)


def _month(meaning: Meaning, published: date, _: str) -> Iterator[Days]:
    yield _of_month(published.year * 12 + published.month - 1 + (meaning.shift or 0))


def _year(meaning: Meaning, published: date, _: str) -> Iterator[Days]:
    year = meaning.year or published.year + (meaning.shift or 0)
    yield date(year, 1, 1), date(year + 1, 1, 1)


def _month_name(meaning: Meaning, published: date, tense: str) -> Iterator[Days]:
    month = (meaning.month or 1) - 1
    now = published.year * 12 + published.month - 1
    last = now - (now - month) % 12
    if meaning.year_shift is not None:
        counts = [(published.year + meaning.year_shift) * 12 + month]
    elif meaning.shift is not None and meaning.shift < 0:
        last -= 12 if last == now else 0
        # In December "last October" may be that of this year or of the last.
        counts = [last, last - 12] if meaning.unsure and last >= published.year * 12 else [last]
    elif meaning.shift:
        following = last + 12
        this_year = following < (published.year + 1) * 12
        counts = [following, following + 12] if meaning.unsure and this_year else [following]
    else:
        nearest = last if now - last < 6 else last + 12
        counts = {"past": [last, nearest], "future": [last + 12, nearest]}.get(tense, [last, last + 12])
    yield from (_of_month(count) for count in counts)


def _month_year(meaning: Meaning, _: date, __: str) -> Iterator[Days]:
    yield _of_month((meaning.year or 0) * 12 + (meaning.month or 1) - 1)


def _date(meaning: Meaning, _: date, __: str) -> Iterator[Days]:
    day = date(meaning.year or 0, meaning.month or 0, meaning.day or 0)
    yield day, day + _DAY


def _day_month(meaning: Meaning, published: date, tense: str) -> Iterator[Days]:
    """A day without its year: the last, the next one, or both; a weekday beside it rules out a year it does not fit.

    Tense is told from the nearest verb, which may be another's: it never rules out the nearer of the two, because
    news that leaves a year out means a day not far away.
    """
    month, day = meaning.month or 0, meaning.day or 0
    if meaning.year_shift is not None:
        low = date(published.year + meaning.year_shift, month, day)
        yield low, low + _DAY
        return
    # Eight years hold a 29 February, in 1900 and 2100 too.
    every = list(_anniversaries(month, day, published.year))
    last = max(one for one in every if one <= published)
    following = min(one for one in every if one > published)
    nearest = last if published - last < following - published else following
    for one in {nearest, *_near(last, following, published, tense)}:
        if meaning.weekday is None or one.weekday() == meaning.weekday:
            yield one, one + _DAY


def _anniversaries(month: int, day: int, year: int) -> Iterator[date]:
    for one in range(year - 8, year + 9):
        try:
            yield date(one, month, day)
        except ValueError:
            continue


_FINDERS = {
    "date": _date,
    "day-month": _day_month,
    "month-year": _month_year,
    "calendar-year": _year,
    "weekday": _weekday,
    "weekend": _weekend,
    "day": _day,
    "week": _week,
    "month": _month,
    "month-name": _month_name,
    "year": _year,
}
