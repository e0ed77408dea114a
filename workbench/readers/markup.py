"""What the readers of HTML and XML share: a safe parser and the name of the root."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree, html

from workbench.readers.decoding import decode

_BEFORE_ROOT = re.compile(r"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE(?:[^\[>]|\[.*?\])*>)", re.DOTALL | re.IGNORECASE)
_ROOT = re.compile(r"\s*<\s*(?:[\w.-]+:)?([A-Za-z][\w.-]*)")
_XML_DECLARATION = re.compile(r"\A\ufeff?\s*<\?xml[^>]*\?>", re.IGNORECASE)
_DECLARED = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_AS_BROWSERS_READ = dict.fromkeys(("iso-8859-1", "iso8859-1", "latin-1", "latin1", "us-ascii", "ascii"), "cp1252")
"""Names of encodings that pages use for another one (Encoding Standard, section 4.2)."""

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def root_name(text: str) -> str:
    """The name of the first element, lower case and without prefix; empty where the text starts with none."""
    place = 0
    while found := _BEFORE_ROOT.match(text, place):
        place = found.end()
    root = _ROOT.match(text, place)
    return root[1].lower() if root else ""


def markup_text(data: bytes) -> str:
    """The decoded document without its declaration of an encoding, which no longer holds."""
    declared = _DECLARED.search(data[:4096])
    named = declared[1].decode("ascii").lower() if declared else ""
    text = decode(data, _AS_BROWSERS_READ.get(named, named))
    return _NOT_IN_XML.sub("", _XML_DECLARATION.sub("", text.removeprefix("\ufeff")))


def xml_tree(text: str) -> tuple[Any, str]:
    """The root of the document (None where there is none) and what is broken in it, "" where nothing is.

    Entities are not expanded and nothing is fetched.
    """
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, encoding="utf-8"
    )
    try:
        root = etree.fromstring(text.strip().encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        return None, str(error)
    fatal = [entry for entry in parser.error_log if entry.level_name == "FATAL"]
    return root, f"line {fatal[0].line}: {fatal[0].message}" if fatal else ""


def html_tree(text: str) -> Any:
    """The root of the page, None where nothing of it can be parsed."""
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    try:
        return html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def without_tags(text: str) -> str:
    """The words of a piece of HTML, paragraphs on lines of their own; plain text stays as it is."""
    if "<" not in text and "&" not in text:
        return text
    tree = html_tree(f"<div>{text}</div>")
    if tree is None:
        return text
    for element in tree.iter("script", "style"):
        element.text = None
    for element in tree.iter("p", "br", "div", "li", "h1", "h2", "h3", "h4", "blockquote", "tr"):
        element.tail = f"\n{element.tail or ''}"
    words = "".join(tree.itertext())
    return re.sub(r"[ \t]*\n\s*", "\n", words).strip()
