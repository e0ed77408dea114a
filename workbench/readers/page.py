"""Saved web pages: the article without the page around it."""

from __future__ import annotations

import contextlib
import functools
import html
import json
import logging
import re
from collections.abc import Iterator
from typing import IO, Any

from workbench.readers.contract import MEGABYTE, Record, Refused
from workbench.readers.decoding import head_text
from workbench.readers.markup import html_tree, markup_text, root_name
from workbench.times.phrases import after_announcement
from workbench.times.stated import read_date

NAME = "html"
RANK = 35
EVIDENCE = ""

_MOST_BYTES = 40 * MEGABYTE
"""Larger "pages" are dumps; the extraction takes minutes on them."""

_SENTENCE = 80
"""Characters from which a line of a page is a sentence, whatever it ends with."""

_LONGEST_DATE_LINE = 90

_HTML_ROOTS = {"html", "head", "body", "article", "div", "section", "main", "meta", "title", "p", "table", "h1"}

_META_DATES = (
    ("article:published_time", "article:published_time"),
    ("og:published_time", "og:published_time"),
    ("datePublished", "datePublished"),
    ("date", "date"),
    ("dc.date", "dc.date"),
    ("dc.date.issued", "dc.date.issued"),
    ("dcterms.created", "dcterms.created"),
    ("parsely-pub-date", "parsely-pub-date"),
    ("sailthru.date", "sailthru.date"),
    ("pubdate", "pubdate"),
    ("publish-date", "publish-date"),
    ("publication_date", "publication_date"),
    ("cXenseParse:recs:publishtime", "cXenseParse:recs:publishtime"),
)
_META_TITLES = ("og:title", "twitter:title", "dc.title", "title")
_META_SOURCES = ("og:site_name", "application-name", "dc.publisher", "publisher")
_META_AUTHORS = ("author", "article:author", "dc.creator", "parsely-author", "byl")
_META_SECTIONS = ("article:section", "section", "parsely-section")
_ARTICLE_TYPES = ("Article", "BlogPosting", "Report", "LiveBlogPosting", "WebPage", "VideoObject")


def sniff(head: bytes, name: str) -> bool:
    """A document that starts with an element of HTML, or is called so and holds a tag."""
    text = head_text(head)
    root = root_name(text)
    if root in _HTML_ROOTS:
        return True
    named = name.endswith((".html", ".htm", ".xhtml", ".shtml"))
    return (named and "<" in text) or bool(re.search(r"<(html|body)[\s>]", text[:4096], re.IGNORECASE))


def read(stream: IO[bytes], name: str) -> Iterator[Record | Refused]:
    """One record: the article's text with what the page says about it, or why there is none."""
    data = stream.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        yield Refused("page", f"the page is larger than {_MOST_BYTES // MEGABYTE} MB")
        return
    tree = html_tree(markup_text(data))
    if tree is None:
        yield Refused("page", "the page holds no HTML")
        return
    facts = _facts(tree)
    text = _main_text(tree) or facts.pop("body", "")
    facts.pop("body", None)
    if text and (facts["date"] or _reads_as_article(text)):
        yield Record("page", facts | {"text": text})
    else:
        yield Refused("page", "no article text was found on the page")


def _reads_as_article(text: str) -> bool:
    """Whether a line of the text is a sentence or as long as one: the front page of a site has only links."""
    return any(
        len(line) >= _SENTENCE or line.endswith((".", "!", "?", "…", "»")) for line in map(str.strip, text.splitlines())
    )


def _main_text(tree: Any) -> str:
    """The article by trafilatura: first in its careful mode, then in the usual one."""
    trafilatura = _trafilatura()
    for careful in (True, False):
        found = trafilatura.bare_extraction(
            tree, favor_precision=careful, with_metadata=False, include_comments=False, include_tables=not careful
        )
        text = getattr(found, "text", None) or ""
        if text.strip():
            return str(text)
    return ""


@functools.cache
def _trafilatura() -> Any:
    """The library, loaded on the first page and told to keep its complaints to itself: the ledger has ours."""
    import trafilatura

    for name in ("trafilatura", "htmldate", "courlan", "justext", "readability"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return trafilatura


def _facts(tree: Any) -> dict[str, str]:
    """Everything the page states about its article; what it does not state is empty."""
    meta, linked = _meta(tree), _linked_data(tree)
    date, evidence = _date(tree, meta, linked)
    publisher = linked.get("publisher")
    return {
        "title": _words(linked.get("headline"))
        or _one(meta, _META_TITLES)
        or _element(tree, "h1")
        or _element(tree, "title"),
        "date": date,
        "date_evidence": evidence,
        "source": _one(meta, _META_SOURCES) or _words(publisher) or _behind_headline(tree),
        "language": str(tree.get("lang") or tree.get("xml:lang") or meta.get("og:locale", "") or ""),
        "url": _address(tree, meta),
        "author": _words(linked.get("author")) or _one(meta, _META_AUTHORS),
        "section": _words(linked.get("articleSection")) or _one(meta, _META_SECTIONS),
        "body": _words(linked.get("articleBody")),
    }


def _behind_headline(tree: Any) -> str:
    """What the page's title says behind its headline: most pages put the outlet's name there."""
    headline, title = _element(tree, "h1"), _element(tree, "title")
    rest = title[len(headline) :].strip() if headline and title.startswith(headline) else ""
    return rest.strip("—–|·•-:» ") if rest[:1] in "—–|·•-:»" else ""


def _date(tree: Any, meta: dict[str, str], linked: dict[str, Any]) -> tuple[str, str]:
    """When the page was first published and which of its parts says so."""
    stated = _words(linked.get("datePublished"))
    if stated:
        return stated, "page metadata JSON-LD datePublished"
    for name, shown in _META_DATES:
        if value := meta.get(name.lower()):
            return value, f"page metadata {shown}"
    for element in tree.xpath("//*[@itemprop='datePublished']")[:1]:
        if value := (element.get("datetime") or element.get("content") or ""):
            return value, "page metadata itemprop datePublished"
    return _visible_date(tree) or _guessed_date(tree)


def _visible_date(tree: Any) -> tuple[str, str] | None:
    """The date in a short line of the page that announces it, such as "Published 12 January 2022"."""
    for element in tree.iter("p", "span", "div", "li", "small", "em", "address", "dd", "time"):
        line = " ".join(element.text_content().split())
        if len(line) > _LONGEST_DATE_LINE or not re.search(r"(?:19|20)\d\d", line):
            continue
        date = after_announcement(line)
        if date and read_date(date, strict=True):
            return date, "page line"
    return None


def _guessed_date(tree: Any) -> tuple[str, str]:
    _trafilatura()
    from htmldate import find_date

    with contextlib.suppress(Exception):  # a guess that fails is no guess; htmldate raises many things on odd pages
        # An extensive search dates a page by any day in its text, its pictures' addresses or its related stories.
        found = find_date(tree, original_date=True, extensive_search=False)
        # A page that shows only a year gives the first of January, which nothing on the page states.
        if found and not str(found).endswith("-01-01"):
            return str(found), "page metadata htmldate"
    return "", ""


def _meta(tree: Any) -> dict[str, str]:
    """The page's meta elements by lower-case name; the first of a name wins."""
    values: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop")
        content = (element.get("content") or "").strip()
        if name and content:
            values.setdefault(name.strip().lower(), content)
    return values


def _linked_data(tree: Any) -> dict[str, Any]:
    """The JSON-LD object that describes the article; empty where there is none."""
    found: list[dict[str, Any]] = []
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower():
            with contextlib.suppress(ValueError, RecursionError):
                _collect(json.loads(script.text_content().strip(), strict=False), found, 0)
    for kind in _ARTICLE_TYPES:
        for item in found:
            if any(str(name).endswith(kind) for name in _listed(item.get("@type"))) and (
                item.get("datePublished") or item.get("headline")
            ):
                return item
    return {}


def _collect(value: Any, found: list[dict[str, Any]], depth: int) -> None:
    if depth > 4:
        return
    if isinstance(value, list):
        for part in value[:200]:
            _collect(part, found, depth + 1)
    elif isinstance(value, dict):
        found.append(value)
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            _collect(value.get(key), found, depth + 1)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _words(value: Any) -> str:
    """A JSON-LD value in words: texts as they are, objects by their name, lists joined."""
    if isinstance(value, str):
        return html.unescape(value).strip()
    if isinstance(value, dict):
        return _words(value.get("name"))
    if isinstance(value, list):
        return ", ".join(filter(None, map(_words, value[:20])))
    return ""


def _one(values: dict[str, str], names: tuple[str, ...]) -> str:
    return next((values[name] for name in names if name in values), "")


def _element(tree: Any, name: str) -> str:
    found = next(tree.iter(name), None)
    return " ".join(found.text_content().split()) if found is not None else ""


def _address(tree: Any, meta: dict[str, str]) -> str:
    canonical = tree.xpath("//link[translate(@rel,'CANONIL','canonil')='canonical']/@href")
    candidates = [*canonical, meta.get("og:url", "")]
    return next((str(url) for url in candidates if str(url).startswith(("http://", "https://"))), "")
