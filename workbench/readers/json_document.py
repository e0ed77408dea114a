"""JSON: an array of records, columns, records under a key, records by key, or one record such as news-please writes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import IO, Any

from workbench.readers import fields
from workbench.readers.contract import Record, Refused
from workbench.readers.decoding import decode, head_text
from workbench.readers.values import flat

NAME = "json"
RANK = 41
EVIDENCE = "field"

_START = re.compile(r"\s*(\{\s*(\"|\}|\Z)|\[\s*([\[{\]\"]|\Z))")
_SPACE = re.compile(r"[\s,]*")


def sniff(head: bytes, name: str) -> bool:
    """A file that opens like a JSON object or array; also whatever is called `.json`, so that damage is named."""
    text = head_text(head)
    return bool(_START.match(text)) or (name.endswith(".json") and not text.lstrip().startswith("<"))


def read(stream: IO[bytes], name: str) -> Iterator[Record | Refused]:
    """The records of the document; where it breaks off, those before the break and one refusal."""
    text = decode(stream.read()).removeprefix("\ufeff")
    if not text.strip():
        yield Refused("page", "the file is empty")
        return
    try:
        document = json.loads(text)
    except RecursionError:
        yield Refused("file", "not valid JSON: it is nested too deeply")
    except ValueError as error:
        yield from _before_the_break(text, str(error))
    else:
        yield from _records(document)


def _records(document: Any) -> Iterator[Record | Refused]:
    items = _items(document)
    if items is None:
        yield Refused("file", f"no records in this JSON ({_shape(document)})")
    elif len(items) == 1 and items[0] is document:
        yield Record("page", flat(document))
    else:
        yield from (_item(place, item) for place, item in enumerate(items, start=1))


def _item(place: int, item: Any) -> Record | Refused:
    if isinstance(item, dict):
        return Record(f"item {place}", flat(item))
    return Refused(f"item {place}", f"not an object: {str(item)[:60]}")


def _items(document: Any, depth: int = 0) -> list[Any] | None:
    """The list of records inside the document, whichever of the usual shapes it has."""
    if isinstance(document, list):
        return document
    if not isinstance(document, dict) or depth > 3:
        return None
    columns = _columns(document)
    if columns is not None:
        return columns
    if fields.known(map(str, document)) & {"title", "text"}:
        return [document]
    lists = [value for value in document.values() if _holds_records(value)]
    if lists:
        return [item for value in lists for item in value]
    values = list(document.values())
    if values and all(isinstance(value, dict) for value in values):
        nested = [found for value in values if (found := _items(value, depth + 1)) is not None]
        return [item for found in nested for item in found] or None
    inner = [found for value in values if isinstance(value, dict) and (found := _items(value, depth + 1)) is not None]
    return inner[0] if inner else ([document] if depth == 0 and document else None)


def _holds_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _columns(document: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Rows of a document that holds one array (or pandas' object of row labels) per column."""
    titled = fields.known(map(str, document)) & {"title", "text"}
    columns = {name: list(value.values()) if isinstance(value, dict) else value for name, value in document.items()}
    if not titled or not columns or not all(isinstance(column, list) for column in columns.values()):
        return None
    if len({len(column) for column in columns.values()}) != 1:
        return None
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _before_the_break(text: str, error: str) -> Iterator[Record | Refused]:
    """Whole objects up to the place where the array (or the run of objects) is damaged."""
    decoder = json.JSONDecoder()
    start = re.search(r"\[\s*(?=\{)", text[:5000])
    place = start.end() if start else 0
    count = 0
    while place < len(text) and text[place] == "{":
        try:
            item, end = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            break
        count += 1
        yield Record(f"item {count}", flat(item))
        space = _SPACE.match(text, end)
        place = space.end() if space else end
    if place < len(text) or not count or start:
        after = f" after item {count}" if count else ""
        yield Refused(f"item {count + 1}" if count else "file", f"not valid JSON{after}: {error}")


def _shape(document: Any) -> str:
    if isinstance(document, dict):
        return "its keys are " + (", ".join(list(map(str, document))[:8]) or "none")
    return type(document).__name__
