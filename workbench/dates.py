"""When an article was published, as an interval with its evidence; precision never exceeds what is stated.

`published_low` is the first moment possible and `published_high` the first moment no longer possible, so that a
day is [00:00, 00:00 of the next day). `published` is the stated time itself (the start of the day where only a day
is stated) and missing where even the day is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pandas as pd
from tqdm.auto import tqdm

from workbench.articles import require
from workbench.times import phrases
from workbench.times.addresses import date_in_address, dated_folder
from workbench.times.doubts import UNREADABLE, doubt, not_yet, today
from workbench.times.pagedates import announced_day, date_lines, dateline, day_in, days_without_year
from workbench.times.stated import Stated, order_of_day_and_month, read_date, spanning

_PROGRESS_FROM = 20_000
_TO_THE_DAY = ("second", "minute", "hour", "day")

_INSTANT = timedelta(microseconds=1)

_ONE_DAY = 1
"""Days by which two statements of one publication may differ, because each is of its own time zone."""

_NOT_OF_PUBLICATION = re.compile(
    r"modif|updat|edited|crawl|download|extract|seen|fetch|retriev|scrap|index|access|import|captur|htmldate",
    re.IGNORECASE,
)
"""Fields that say when a copy was changed or collected, and the guess of a library: the day of a URL goes before."""

_LONGEST_DATE = 60

_COLLECTED = re.compile(r"download|crawl|scrap|retriev|fetch|harvest|accessed|access_?date|captured", re.IGNORECASE)
"""Columns that say when a copy was collected: it cannot have been published later."""


class Dating(NamedTuple):
    """The five columns that date an article."""

    published: datetime | None
    published_low: datetime | None
    published_high: datetime | None
    published_precision: str
    published_from: str


class _Row(NamedTuple):
    """What there is to date one article by."""

    text: str
    removed: object
    date: object
    label: object
    url: object
    file: str
    language: str
    order: str
    collected: datetime | None
    file_is_dated: bool
    now: datetime


@dataclass(frozen=True)
class _Evidence:
    """A date, how it is cited, and the words it stands in; `firm` where it can call another into question."""

    label: str
    written: str
    stated: Stated | None
    firm: bool = True


def date_articles(table: pd.DataFrame, *, progress: bool = True) -> pd.DataFrame:
    """The same rows with the five `published` columns in place of `date` and `date_evidence`.

    Evidence is taken in this order: what the record's own field, page or feed states; the URL; the file's name (of a
    file with one article, or whose other dates agree with it); a line of the page that announces its date; the
    dateline. The first that can be believed wins; a later one makes it more precise where it lies within it. There is
    no such day, nobody meant it, or it has not come yet (later than today, which is SOURCE_DATE_EPOCH where that is
    set, or than the day the record says it was collected): such a date is not used. Where two contradict each other by
    more than a day the interval spans both, but a time of changing or collecting yields. `published_from` says which
    evidence it was and what was questioned and why. Without any the precision is `unknown`, and `published_from`
    quotes the words by which the text speaks of time.
    """
    require(table, "text", "date", "date_evidence", "url", "file", "language")
    bar = tqdm(
        _rows(table),
        total=len(table),
        desc="dating",
        unit=" articles",
        disable=not progress or len(table) < _PROGRESS_FROM,
    )
    found = pd.DataFrame([_date(row) for row in bar], index=table.index, columns=list(Dating._fields))
    for name in ("published", "published_low", "published_high"):
        found[name] = pd.to_datetime(found[name], utc=True).astype("datetime64[us, UTC]")
    for name in ("published_precision", "published_from"):
        found[name] = found[name].astype("str")
    return pd.concat([table.drop(columns=["date", "date_evidence"]), found], axis="columns")


def _rows(table: pd.DataFrame) -> Iterator[_Row]:
    orders, dated_files, now = _orders(table), _dated_files(table), today()
    removed = table["removed"] if "removed" in table else pd.Series(None, index=table.index)
    own = table[["date", "date_evidence", "url", "file", "language", "text"]].itertuples(index=False)
    for (date, label, url, file, language, text), packed, collected in zip(
        own, removed, _collected(table), strict=True
    ):
        place = str(file)
        order = orders.get(place, "")
        yield _Row(text, packed, date, label, url, place, str(language), order, collected, place in dated_files, now)


def _orders(table: pd.DataFrame) -> dict[str, str]:
    """For each file whether its numeric dates put the day or the month first, where one of them proves it."""
    stated = table[["file", "date"]].dropna()
    return {str(name): order_of_day_and_month(group) for name, group in stated.groupby("file")["date"]}


def _collected(table: pd.DataFrame) -> list[datetime | None]:
    """For each row when the record says it was collected."""
    columns = [table[name] for name in table.columns if _COLLECTED.search(str(name))]
    rows = zip(*columns, strict=True) if columns else iter([()] * len(table))
    return [_latest(values) for values in rows]


def _latest(values: tuple[Any, ...]) -> datetime | None:
    short = [value for value in values if isinstance(value, str) and len(value) <= _LONGEST_DATE]
    read = [stated for value in short if (stated := read_date(value))]
    return max((stated.time for stated in read if stated.precision in _TO_THE_DAY), default=None)


def _dated_files(table: pd.DataFrame) -> set[str]:
    """Files whose name may date their articles: those with one, and those whose dated articles are of that day.

    A file of many is named after the day of its export as often as after that of its articles.
    """
    dated = set()
    for name, dates in table.groupby("file")["date"]:
        day = date_in_address(str(name))
        if day is None:
            continue
        read = [stated for date in dates if isinstance(date, str) and (stated := read_date(date))]
        if len(dates) == 1 or (read and all(_apart(stated, day) <= _ONE_DAY for stated in read)):
            dated.add(str(name))
    return dated


def _date(row: _Row) -> Dating:
    believed: _Evidence | None = None
    questions: list[str] = []
    for one in _evidence(row):
        if reason := _refusal(one, row):
            questions.append(reason)
        elif believed is None:
            believed = one
        else:
            believed = _weighed(believed, one, questions)
    if believed is None and (found := _on_page(row, questions)):
        believed = found
    if believed is None or believed.stated is None:
        return _undated(row, questions)
    believed = _made_precise(believed, row)
    return _dating(believed, questions)


def _evidence(row: _Row) -> Iterator[_Evidence]:
    """What the record, its address and its announcements state, in the order of trust."""
    if isinstance(row.date, str) and row.date.strip():
        label = str(row.label) if isinstance(row.label, str) and row.label else "field"
        written = row.date.strip()[:60]
        yield _Evidence(f"{label}: {written}", written, read_date(row.date, row.order))
    if isinstance(row.url, str) and (stated := date_in_address(row.url)):
        yield _Evidence("url", f"{stated.low:%Y-%m-%d}", stated, firm=dated_folder(row.url) is not None)
    if row.file_is_dated and (stated := date_in_address(row.file)):
        yield _Evidence("file name", f"{stated.low:%Y-%m-%d}", stated, firm=dated_folder(row.file) is not None)
    if announced := announced_day(row.text, row.removed, row.language, row.order):
        line, rest, stated = announced
        yield _Evidence(f"page: {line[:80]}", rest, stated)


def _refusal(one: _Evidence, row: _Row) -> str:
    """Why this date is not used, with the date; empty where it may be believed."""
    label = one.label.split(": ")[0]
    reason = doubt(one.written, row.order)
    if one.stated is None and reason == UNREADABLE:
        return f"{label} {one.written!r} is not a date that can be read"
    if one.stated is not None and reason in ("", UNREADABLE):  # The page's line holds more than its date.
        reason = not_yet(one.stated, row.collected, row.now)
    return f"{label} {one.written!r} is not used: {reason}" if reason else ""


def _weighed(believed: _Evidence, other: _Evidence, questions: list[str]) -> _Evidence:
    """The evidence to go on with: the first, the second where it is the more precise, or both where they disagree."""
    first, second = believed.stated, other.stated
    if first is None or second is None:
        return believed
    if not other.firm:
        return believed
    if first.precision not in _TO_THE_DAY and _lies_within(second, first):
        return replace(other, label=f"{believed.label}; {other.label}")
    if _apart(first, second) <= _ONE_DAY:
        return believed
    name = other.label.split(": ")[0]
    if _NOT_OF_PUBLICATION.search(believed.label.split(": ")[0]) and second.low < first.low:
        questions.append(f"{believed.label} is not used: it says when the copy was changed or collected, or is a guess")
        return other
    if name == "file name" and second.low > first.low:
        return believed  # A page is saved under the day of saving.
    questions.append(f"but {name} says {second.low:%Y-%m-%d}, and the interval spans both")
    return replace(believed, stated=spanning(first, second))


def _lies_within(one: Stated, other: Stated) -> bool:
    return other.low <= one.low and one.high <= other.high and one.high - one.low < other.high - other.low


def _apart(one: Stated, other: Stated) -> int:
    """Days between the days of two intervals: 0 where they share one, 1 where one follows the other."""
    last_of_one, last_of_other = ((each.high - _INSTANT).date() for each in (one, other))
    return max((one.low.date() - last_of_other).days, (other.low.date() - last_of_one).days, 0)


def _on_page(row: _Row, questions: list[str]) -> _Evidence | None:
    """What the page shows without announcing it: a line that is nothing but a date, or the dateline."""
    found = [
        _Evidence(f"page: {line[:80]}", line, stated)
        for line, stated in date_lines(row.text, row.removed, row.language)
    ]
    place = dateline(row.text, row.language)
    if place and (stated := day_in(place, None)):
        found.append(_Evidence(f"dateline: {place.quote}", place.quote, stated))
    for one in found:
        if reason := _refusal(one, row):
            questions.append(reason)
        else:
            return one
    return None


def _made_precise(believed: _Evidence, row: _Row) -> _Evidence:
    """The same evidence, made a day by what the page shows where only the month or the year is stated."""
    stated = believed.stated
    if stated is None or stated.precision in _TO_THE_DAY:
        return believed
    shown = [(f"page: {line[:80]}", day) for line, day in date_lines(row.text, row.removed, row.language)]
    shown += [
        (f"{'dateline' if one.dateline else 'page'}: {one.quote}", day)
        for one in days_without_year(row.text, row.removed, row.language)
        if (day := day_in(one, stated))
    ]
    fitting = [(label, day) for label, day in shown if _lies_within(day, stated)]
    return replace(believed, stated=fitting[0][1], label=f"{believed.label}; {fitting[0][0]}") if fitting else believed


def _dating(believed: _Evidence, questions: list[str]) -> Dating:
    stated = believed.stated
    assert stated is not None  # noqa: S101 - what is believed has been read
    known = stated.precision in _TO_THE_DAY
    told = "; ".join([believed.label, *questions])
    return Dating(stated.time if known else None, stated.low, stated.high, stated.precision, told)


def _undated(row: _Row, questions: list[str]) -> Dating:
    said = phrases.relative(row.text, row.language)
    other = "other " if questions else ""
    quoted = f"; the text says: {'; '.join(said)}" if said else ""
    return Dating(None, None, None, "unknown", "; ".join([*questions, f"no {other}date is stated{quoted}"]))


def within(articles: pd.DataFrame, start: datetime, end: datetime) -> pd.Series:
    """For each article whether its interval meets [`start`, `end`); False where it has no interval at all."""
    require(articles, "published_low", "published_high")
    low, high = _utc(start), _utc(end)
    return ((articles["published_low"] < high) & (articles["published_high"] > low)).rename("within")


def _utc(moment: datetime) -> pd.Timestamp:
    stamp = pd.Timestamp(moment)
    return stamp.tz_localize(UTC) if stamp.tzinfo is None else stamp.tz_convert(UTC)
