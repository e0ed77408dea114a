"""JSON Lines: one JSON object per line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import IO

from workbench.readers.contract import Record, Refused
from workbench.readers.decoding import head_text, lines
from workbench.readers.values import flat

NAME = "jsonl"
RANK = 40
EVIDENCE = "field"


def sniff(head: bytes, name: str) -> bool:
    """A first line that is a JSON object, with another one below it, or the suffix `.jsonl`."""
    text = head_text(head).lstrip()
    if name.endswith((".jsonl", ".ndjson", ".jsonlines")):
        return text.startswith("{") or not text.startswith(("<", "[", "PK"))
    first, _, rest = text.partition("\n")
    return first.startswith("{") and rest.lstrip().startswith("{") and _object(first) is not None


def read(stream: IO[bytes], name: str) -> Iterator[Record | Refused]:
    """One record per line; a line that is no JSON object is refused and the next one read."""
    for number, line in enumerate(lines(stream), start=1):
        content = line.strip().removeprefix("\ufeff")
        if not content:
            continue
        found = _object(content)
        if found is None:
            yield Refused(f"line {number}", f"not a JSON object: {content[:60]}")
        else:
            yield Record(f"line {number}", flat(found))


def _object(line: str) -> dict[str, object] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
