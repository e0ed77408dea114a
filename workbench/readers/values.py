"""Values of structured formats as strings."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

_NAME_KEYS = ("name", "title", "label", "value", "text")


def flat(record: Mapping[Any, Any]) -> dict[str, str]:
    """The record with string values only: an object in it becomes `key.inner`, a list of words is joined by commas."""
    values: dict[str, str] = {}
    for key, value in record.items():
        if isinstance(value, Mapping):
            values.update((f"{key}.{name}", as_text(part)) for name, part in value.items())
        else:
            values[str(key)] = as_text(value)
    return values


def as_text(value: Any) -> str:
    """The value as a string, empty where there is nothing."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return "" if value != value else repr(value)  # noqa: PLR0124 - not a number is the one value unequal to itself
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat(" ") if isinstance(value, dt.datetime) else value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, list | tuple):
        return _joined(list(value))
    return json.dumps(value, ensure_ascii=False, default=str)


def _joined(values: list[Any]) -> str:
    """Words joined by commas; objects are known by their name; anything deeper stays JSON."""
    words = [_named(value) for value in values if value is not None]
    if all(isinstance(word, str | int | float) for word in words):
        return ", ".join(str(word) for word in words)
    return json.dumps(values, ensure_ascii=False, default=str)


def _named(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    return next((value[key] for key in _NAME_KEYS if isinstance(value.get(key), str)), value)
