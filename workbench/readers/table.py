"""Tables in text: comma, semicolon, tab or pipe between the columns, told by the content.

Rows are counted as a spreadsheet shows them: the header is row 1.
"""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterator
from typing import IO, NamedTuple

from workbench.readers import fields
from workbench.readers.contract import HEAD_BYTES, Record, Refused
from workbench.readers.decoding import head_text, lines

NAME = "csv"
RANK = 60
EVIDENCE = "field"

_DELIMITERS = ",;\t|"

_CELL_CHARACTERS = 32_000_000
"""The longest cell. A long transcript has 200,000 characters; a quote that never closes swallows all that follows."""

_MOST_REPAIRS = 20
"""After so many quotes that never close the rest of the file is given up."""

_SEPARATOR_LINE = re.compile(r"sep=(.)\s*", re.IGNORECASE)


class _Dialect(NamedTuple):
    delimiter: str
    spaced: bool
    escapes: bool


def sniff(head: bytes, name: str) -> bool:
    """A table by its suffix, or a text whose first line names a title or text and another field."""
    text = head_text(head)
    if "\x00" in text[:4096]:
        return False
    if name.endswith((".csv", ".tsv", ".tab", ".psv")):
        return True
    first = _first_line(text)
    found = fields.known(_split(first, _dialect(text).delimiter))
    return len(found) >= 2 and bool(found & {"title", "text"}) and len(first) < 2000


def read(stream: IO[bytes], name: str) -> Iterator[Record | Refused]:
    """One record per row; a row with more cells than the header is refused, an unclosed quote costs only its row."""
    csv.field_size_limit(_CELL_CHARACTERS)
    dialect = _dialect(head_text(stream.read(HEAD_BYTES)))
    header: list[str] = []
    broken = fragments = 0
    for number, cells in enumerate(_rows(lines(stream), dialect), start=1):
        if isinstance(cells, str):
            broken += 1
            yield Refused(f"row {number}", cells)
        elif not any(cell.strip() for cell in cells) or (
            not header and _SEPARATOR_LINE.fullmatch(dialect.delimiter.join(cells))
        ):
            continue
        elif not header:
            header = _names(cells)
        elif broken and len(cells) != len(header):
            fragments += 1
        else:
            yield _record(f"row {number}", header, cells)
    if fragments:
        yield Refused("file", f"{fragments} lines after a quote that never closes are no rows of the table")


def _record(position: str, header: list[str], cells: list[str]) -> Record | Refused:
    if any(cell.strip() for cell in cells[len(header) :]):
        return Refused(position, f"{len(cells)} cells where the header has {len(header)}")
    return Record(position, {name: cell for name, cell in zip(header, cells, strict=False) if name})


def _names(cells: list[str]) -> list[str]:
    """The names of the columns; a name that stands twice gets a number."""
    names: list[str] = []
    for cell in cells:
        name = base = cell.strip().removeprefix("\ufeff").strip()
        again = 1
        while name and name in names:
            again += 1
            name = f"{base} {again}"
        names.append(name)
    return names


def _rows(source: Iterator[str], dialect: _Dialect) -> Iterator[list[str] | str]:
    """The cells of each row, or why it is broken; the reading then goes on with the row's second line."""
    for _ in range(_MOST_REPAIRS):
        held: list[str] = []
        ended: list[bool] = []
        rows = csv.reader(_watched(source, held, ended), **_options(dialect))  # type: ignore[arg-type]
        try:
            for cells in rows:
                if ended and not _closes(held, dialect):
                    break
                held.clear()
                yield cells
            else:
                return
            reason = "a quote opens in this row and never closes"
        except csv.Error as error:
            reason = f"the row is damaged: {error}"
        yield reason
        source = itertools.chain(held[1:], source)
    yield f"more than {_MOST_REPAIRS} quotes never close: the rest of the file is left out"


def _watched(source: Iterator[str], held: list[str], ended: list[bool]) -> Iterator[str]:
    """The same lines, with those of the row under way held and the end noted."""
    for line in source:
        held.append(line)
        yield line
    ended.append(True)


def _closes(row: list[str], dialect: _Dialect) -> bool:
    try:
        list(csv.reader(row, strict=True, **_options(dialect)))  # type: ignore[arg-type]
    except csv.Error as error:
        return "unexpected end" not in str(error)
    return True


def _options(dialect: _Dialect) -> dict[str, object]:
    escape = "\\" if dialect.escapes else None
    return {"delimiter": dialect.delimiter, "skipinitialspace": dialect.spaced, "escapechar": escape}


def _dialect(text: str) -> _Dialect:
    """How this table is written: the delimiter under which its header names most fields, else has most cells."""
    first = _first_line(text)
    announced = _SEPARATOR_LINE.fullmatch(first)
    if announced:
        return _Dialect(announced[1], spaced=False, escapes=False)
    delimiter = max(_DELIMITERS, key=lambda mark: (len(fields.known(_split(first, mark))), len(_split(first, mark))))
    cells = first.split(delimiter)
    spaced = len(cells) > 1 and all(cell.startswith(" ") for cell in cells[1:])
    return _Dialect(delimiter, spaced, escapes='\\"' in text and '""' not in text)


def _first_line(text: str) -> str:
    return next((line for line in text.splitlines() if line.strip()), "")


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        return line.split(delimiter)
