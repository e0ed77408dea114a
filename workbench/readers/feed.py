"""RSS (0.9 to 2.0) and Atom feeds: one record per item."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from workbench.readers.contract import Record, Refused
from workbench.readers.decoding import head_text
from workbench.readers.markup import markup_text, root_name, without_tags, xml_tree

NAME = "feed"
RANK = 30
EVIDENCE = ""

_DATES = ("pubDate", "published", "date", "issued", "created", "updated")
_TEXTS = ("encoded", "content", "description", "summary")
_AUTHORS = ("creator", "author")


def sniff(head: bytes, name: str) -> bool:
    """An XML document whose root is that of a feed."""
    return root_name(head_text(head)) in {"rss", "feed", "rdf"}


def read(stream: IO[bytes], name: str) -> Iterator[Record | Refused]:
    """The items in their order; where the XML breaks, the items before the break and one refusal."""
    root, broken = xml_tree(markup_text(stream.read()))
    if root is not None:
        channel = _first(root, "channel")
        channel = root if channel is None else channel
        source, language = _text(_first(channel, "title")), _language(root, channel)
        items = [element for element in root.iter() if _local(element) in {"item", "entry"}]
        for place, item in enumerate(items, start=1):
            yield Record(f"item {place}", _item(item, source, language))
    if broken:
        yield Refused("file", f"the feed is damaged: {broken}")


def _item(item: Any, source: str, language: str) -> dict[str, str]:
    date = next((text for name in _DATES if (text := _text(_first(item, name)))), "")
    return {
        "title": without_tags(_text(_first(item, "title"))),
        "text": next((text for name in _TEXTS if (text := without_tags(_content(_first(item, name))))), ""),
        "date": date,
        "date_evidence": "feed item" if date else "",
        "source": _text(_first(item, "source")) or source,
        "language": language,
        "url": _link(item),
        "author": next((text for name in _AUTHORS if (text := _author(_first(item, name)))), ""),
        "section": ", ".join(filter(None, map(_category, _all(item, "category")))),
        "guid": _text(_first(item, "guid")) or _text(_first(item, "id")),
    }


def _local(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _all(parent: Any, name: str) -> list[Any]:
    found = [child for child in parent if _local(child) == name]
    return sorted(found, key=lambda child: "}" in child.tag and "/mrss" in child.tag)


def _first(parent: Any, name: str) -> Any:
    """The first child of this name, whatever its namespace, those of Media RSS last: theirs describe pictures."""
    found = _all(parent, name)
    return found[0] if found else None


def _text(element: Any) -> str:
    return "" if element is None else " ".join("".join(element.itertext()).split())


def _content(element: Any) -> str:
    if element is None:
        return ""
    if len(element):
        from lxml import etree

        return str(etree.tostring(element, encoding="unicode", with_tail=False))
    return (element.text or "").strip()


def _link(item: Any) -> str:
    links = _all(item, "link")
    chosen = [link for link in links if link.get("rel", "alternate") == "alternate"] or links
    for link in chosen:
        if found := (link.get("href") or _text(link)):
            return str(found)
    guid = _text(_first(item, "guid"))
    return guid if guid.startswith(("http://", "https://")) else ""


def _author(element: Any) -> str:
    if element is None:
        return ""
    return _text(_first(element, "name")) or _text(element)


def _category(element: Any) -> str:
    return element.get("term") or _text(element)


def _language(root: Any, channel: Any) -> str:
    return _text(_first(channel, "language")) or root.get("{http://www.w3.org/XML/1998/namespace}lang", "")
