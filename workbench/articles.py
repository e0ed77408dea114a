"""The article table: one row per article, the one shape every other module takes and gives.

The index is `article_id`, a digest of what the record itself says, so that the same input gives the same
id on any machine and in any order. Columns that the input brought along and that have no meaning here
pass through at the right of the table.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

TIME = "datetime64[us, UTC]"
"""Times are UTC with microseconds; a missing time is NaT, never a made-up one."""

COLUMNS: dict[str, str] = {
    "title": "str",
    "text": "str",
    "published": TIME,
    "published_low": TIME,
    "published_high": TIME,
    "published_precision": "str",
    "published_from": "str",
    "source": "str",
    "language": "str",
    "url": "str",
    "author": "str",
    "section": "str",
    "translated_from": "str",
    "carried_by": "str",
    "text_id": "str",
    "collection": "str",
    "file": "str",
    "record": "str",
    "format": "str",
    "removed": "str",
}
"""The columns of the table in their order, with their types."""

PRECISIONS = ("second", "minute", "hour", "day", "week", "month", "quarter", "year", "unknown")
"""Values of `published_precision`, finest first."""

INFERRED = "inferred: "
"""What `published_from` begins with where the date was worked out and not stated; such an article is never certain."""

RAW_COLUMNS = (
    "title",
    "text",
    "date",
    "date_evidence",
    "source",
    "language",
    "url",
    "author",
    "section",
    "collection",
    "file",
    "record",
    "format",
)
"""What a record holds as read, before it is cleaned and dated: all strings, missing where not stated."""


class WorkbenchError(ValueError):
    """Something a researcher can mend: the message names the value and the way out."""


def empty_articles() -> pd.DataFrame:
    """A table of no articles that still has every column and its type."""
    return as_articles(pd.DataFrame(index=pd.Index([], name="article_id", dtype="str")))


def as_articles(frame: pd.DataFrame) -> pd.DataFrame:
    """The same rows with every column of the table present, typed and in order, sorted by `article_id`.

    Columns that are absent are added as missing; columns of one's own are kept after the known ones.
    `title` and `text` are never missing: an absent one is the empty string.

    Raises WorkbenchError when two rows share an `article_id`.
    """
    table = frame.copy(deep=False)
    table.index = table.index.astype("str").rename("article_id")
    if not table.index.is_unique:
        twice = table.index[table.index.duplicated()]
        raise WorkbenchError(
            f"{len(twice)} article_id stand on more than one row, the first is {twice[0]!r}; "
            "drop them with articles[~articles.index.duplicated()]"
        )
    for name, kind in COLUMNS.items():
        table[name] = _typed(table[name], kind) if name in table.columns else _absent(table, kind)
    for name in ("title", "text"):
        table[name] = table[name].fillna("")
    own = [name for name in table.columns if name not in COLUMNS]
    return table[[*COLUMNS, *own]].sort_index()


def _typed(column: pd.Series, kind: str) -> pd.Series:
    if str(column.dtype) == kind:
        return column
    if kind == TIME:
        times: pd.Series = pd.to_datetime(column, utc=True).astype("datetime64[us, UTC]")
        return times
    return column.astype("str")


def _absent(table: pd.DataFrame, kind: str) -> pd.Series:
    missing = pd.NaT if kind == TIME else None
    return pd.Series(missing, index=table.index, dtype=kind)


def is_inferred(articles: pd.DataFrame) -> pd.Series:
    """For each article whether its date was worked out and not stated; False where the table does not say.

    >>> told = pd.DataFrame({"published_from": ["inferred: a copy is dated 2022-01-12", "field: 2022-01-12"]})
    >>> is_inferred(told).tolist()
    [True, False]
    """
    told = articles["published_from"] if "published_from" in articles else pd.Series("", index=articles.index)
    return told.astype("str").str.startswith(INFERRED, na=False).astype(bool).rename("inferred")


def require(articles: pd.DataFrame, *columns: str) -> None:
    """Raise WorkbenchError unless `articles` is a DataFrame that has these columns."""
    if not isinstance(articles, pd.DataFrame):
        raise WorkbenchError(
            f"expected a table of articles, got {type(articles).__name__}; load one with wb.load_articles"
        )
    absent = [name for name in columns if name not in articles.columns]
    if absent:
        raise WorkbenchError(
            f"the table has no column {', '.join(map(repr, absent))}; it has {', '.join(map(str, articles.columns))}"
        )


def digest(parts: Iterable[str], *, length: int = 16) -> str:
    """A hexadecimal digest of these strings in their order; `length` characters of SHA-256."""
    whole = hashlib.sha256()
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        whole.update(len(encoded).to_bytes(8, "big"))
        whole.update(encoded)
    return whole.hexdigest()[:length]


_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a formula may begin with (OWASP, "CSV injection"); the last four are the wide forms of the first four."""


def spreadsheet_safe(frame: pd.DataFrame) -> pd.DataFrame:
    """The same table with all text that a spreadsheet would run as a formula led by an apostrophe, headers too."""
    safe = frame.copy(deep=False)
    for name in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[name]) and not pd.api.types.is_datetime64_any_dtype(safe[name]):
            safe[name] = [_disarmed(cell) for cell in safe[name]]
    return safe.rename(columns=_disarmed)


def _disarmed(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def write_csv(frame: pd.DataFrame, path: Path) -> Path:
    """The path of the table written as UTF-8 CSV, safe for spreadsheets; never half a file: the old one or the new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    spreadsheet_safe(frame).to_csv(part, index=False, lineterminator="\n", date_format="%Y-%m-%dT%H:%M:%SZ")
    part.replace(path)
    return path
