"""When an article was published, as an interval with its evidence; precision never exceeds what is stated.

`published_low` is the first moment possible and `published_high` the first moment no longer possible, so that a
day is [00:00, 00:00 of the next day). `published` is the stated time itself (the start of the day where only a day
is stated) and missing where even the day is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

import pandas as pd
from tqdm.auto import tqdm

from workbench import phrases
from workbench.articles import require
from workbench.stated import Stated, order_of_day_and_month, read_date

_PROGRESS_FROM = 20_000


class Dating(NamedTuple):
    """The five columns that date an article."""

    published: datetime | None
    published_low: datetime | None
    published_high: datetime | None
    published_precision: str
    published_from: str


_PARTS = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}

_IN_ADDRESS = (
    re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)[/_-](?P<m>0?[1-9]|1[0-2])[/_-](?P<d>3[01]|[12]\d|0?[1-9])(?!\d)"),
    re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)/(?P<m>[a-z]{3})/(?P<d>3[01]|[12]\d|0?[1-9])(?!\d)", re.IGNORECASE),
    re.compile(r"(?<!\d)(?P<y>20\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>3[01]|[12]\d|0[1-9])(?!\d)"),
    re.compile(r"(?<!\d)(?P<d>3[01]|[12]\d|0[1-9])[._-](?P<m>0[1-9]|1[0-2])[._-](?P<y>(?:19|20)\d\d)(?!\d)"),
    re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)/(?P<m>0[1-9]|1[0-2])(?=/|$)"),
)
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: at for at, name in enumerate(_MONTH_NAMES, start=1)}


def date_articles(table: pd.DataFrame, *, progress: bool = True) -> pd.DataFrame:
    """The same rows with the five `published` columns in place of `date` and `date_evidence`.

    Evidence is taken in this order, and the first that can be read wins: what the record's own field, page or
    feed states; the URL; the file's name; a line of the page that announces its date. Where none is there the
    precision is `unknown` and `published_from` quotes the words by which the text speaks of time.
    """
    require(table, "text", "date", "date_evidence", "url", "file", "language")
    orders = _orders(table)
    bar = tqdm(
        table[["date", "date_evidence", "url", "file", "language"]].itertuples(),
        total=len(table),
        desc="dating",
        unit=" articles",
        disable=not progress or len(table) < _PROGRESS_FROM,
    )
    removed = table["removed"] if "removed" in table else pd.Series(None, index=table.index)
    rows = [
        _date(row, text, packed, orders.get(str(row.file), ""))
        for row, text, packed in zip(bar, table["text"], removed, strict=True)
    ]
    found = pd.DataFrame(rows, index=table.index, columns=list(Dating._fields))
    for name in ("published", "published_low", "published_high"):
        found[name] = pd.to_datetime(found[name], utc=True).astype("datetime64[us, UTC]")
    for name in ("published_precision", "published_from"):
        found[name] = found[name].astype("str")
    return pd.concat([table.drop(columns=["date", "date_evidence"]), found], axis="columns")


def _orders(table: pd.DataFrame) -> dict[str, str]:
    """For each file whether its numeric dates put the day or the month first, where one of them proves it."""
    stated = table[["file", "date"]].dropna()
    return {str(name): order_of_day_and_month(group) for name, group in stated.groupby("file")["date"]}


def _date(row: tuple[object, ...], text: str, packed: object, order: str) -> Dating:
    _, date, evidence, url, file, language = row
    notes: list[str] = []
    if isinstance(date, str) and date.strip():
        stated = read_date(date, order)
        label = str(evidence) if isinstance(evidence, str) and evidence else "field"
        if stated:
            return _dating(stated, f"{label}: {date.strip()[:60]}")
        notes.append(f"{label} {date.strip()[:60]!r} is not a date that can be read")
    for label, value in (("url", url), ("file name", file)):
        if isinstance(value, str) and (stated := date_in_address(value)):
            return _dating(stated, label)
    for line in _page_lines(text, packed):
        if stated := _announced(line, str(language)):
            return _dating(stated, f"page: {line[:80]}")
    return _undated(text, str(language), notes)


def date_in_address(address: str) -> Stated | None:
    """The day (or only the month) that a URL or a file name holds, or None.

    >>> date_in_address("https://a.example/2022/01/12/talks").precision
    'day'
    """
    for pattern in _IN_ADDRESS:
        for found in pattern.finditer(address):
            parts = found.groupdict()
            month = parts["m"] if parts["m"].isdigit() else str(_MONTHS.get(parts["m"].casefold(), 0))
            day = parts.get("d")
            if stated := Stated.of(int(parts["y"]), int(month), int(day) if day else None):
                return stated
    return None


def _dating(stated: Stated, evidence: str) -> Dating:
    low, high = stated.low, stated.high
    known = stated.precision in _PARTS
    return Dating(stated.time if known else None, low, high, stated.precision, evidence)


def _undated(text: str, language: str, notes: list[str]) -> Dating:
    said = phrases.relative(text, language)
    notes.append("no date is stated" + (f"; the text says: {'; '.join(said)}" if said else ""))
    return Dating(None, None, None, "unknown", "; ".join(notes))


def _page_lines(text: str, packed: object) -> Iterator[str]:
    """Short lines of the text's head and of what was removed: where a page announces its date."""
    for line in text[:1200].splitlines()[:12]:
        if 6 <= len(line.strip()) <= 90:
            yield line.strip()
    if isinstance(packed, str):
        for line in re.findall(r'\[\d+,\d+,"((?:[^"\\]|\\.){6,100})","', packed):
            yield line.replace("\\n", " ").strip()


@lru_cache(maxsize=8192)
def _announced(line: str, language: str) -> Stated | None:
    """The date of a line that is nothing but a date, or that a word such as "Published" opens."""
    if not re.search(r"(?:19|20)\d\d", line):
        return None
    rest = phrases.after_announcement(line)
    if rest is None and len(line) > 40:
        return None
    return read_date(rest if rest is not None else line, "", language=language, strict=True)


def within(articles: pd.DataFrame, start: datetime, end: datetime) -> pd.Series:
    """For each article whether its interval meets [`start`, `end`); False where it has no interval at all."""
    require(articles, "published_low", "published_high")
    low, high = _utc(start), _utc(end)
    return ((articles["published_low"] < high) & (articles["published_high"] > low)).rename("within")


def _utc(moment: datetime) -> pd.Timestamp:
    stamp = pd.Timestamp(moment)
    return stamp.tz_localize(UTC) if stamp.tzinfo is None else stamp.tz_convert(UTC)
