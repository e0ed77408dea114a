"""Markdown with YAML front matter: the head gives the fields, the rest is the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Any

import yaml

from workbench.readers.contract import Record, Refused
from workbench.readers.decoding import decode, head_text
from workbench.readers.values import flat

NAME = "md"
RANK = 50
EVIDENCE = "front matter"

_FRONT = re.compile(r"\A\ufeff?\s*---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_KEY = re.compile(r"^[\w .'\"-]+:(\s|$)", re.MULTILINE)
_LINE = re.compile(r"^([\w .-]{1,60}):[ \t]+(\S.*?)\s*$", re.MULTILINE)


class _StringLoader(yaml.BaseLoader):
    """YAML in which every scalar stays the string it is, and nothing refers to anything else."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not allowed in front matter")
        return super().compose_node(parent, index)


def sniff(head: bytes, name: str) -> bool:
    """A file that starts with a block of `key: value` lines between `---` lines, or is called `.md`."""
    front = _FRONT.match(head_text(head))
    return bool(front and _KEY.search(front[1])) or name.endswith((".md", ".markdown"))


def read(stream: IO[bytes], name: str) -> Iterator[Record | Refused]:
    """One record; where the front matter is not valid YAML its plain `key: value` lines still count."""
    whole = decode(stream.read()).removeprefix("\ufeff")
    front = _FRONT.match(whole)
    if front is None:
        yield Record("page", {"text": whole})
        return
    values = _front_matter(front[1])
    body = whole[front.end() :]
    if body.strip():
        values = {key: value for key, value in values.items() if key.casefold() not in {"text", "body", "content"}}
        values["text"] = body
    yield Record("page", values)


def _front_matter(block: str) -> dict[str, str]:
    try:
        found = yaml.load(block, Loader=_StringLoader)  # noqa: S506 - a BaseLoader, which makes only strings
    except (yaml.YAMLError, RecursionError, ValueError):
        found = None
    if isinstance(found, dict):
        return flat(found)
    return {key.strip(): value.strip("'\"") for key, value in _LINE.findall(block)}
