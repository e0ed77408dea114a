"""Text of others made safe to stand in an HTML page: escaped, without hidden direction marks, links only to the web.

Articles, notebooks and file names may hold anything. Nothing of them is ever taken over as markup: Markdown is
rendered with its raw HTML escaped, and a table is read for its cells and written anew.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import cache
from typing import NamedTuple
from urllib.parse import urlsplit

import lxml.html
import mistune
from markupsafe import Markup

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Embeddings, overrides and isolates: they can make a text or an address read as another one."""
_MARKS = re.compile("[\u200e\u200f\u061c]")
"""Direction marks belong to honest Arabic and Hebrew text, where the page's own isolation makes them needless."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_NUMBER = re.compile(r"[+\-\u2212]?[\d\s.,\u00a0\u202f]*\d\s?%?")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Cells(NamedTuple):
    """A table as plain text: `head` may be empty, every row is as long as the longest."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def plain_text(value: object) -> str:
    """`value` as text that shows what it holds: no control characters, bidi overrides spelled out as ⟨U+202E⟩.

    >>> plain_text("safe" + chr(0x202E) + "fdp.exe")
    'safe⟨U+202E⟩fdp.exe'
    """
    text = _CONTROLS.sub(" ", _SURROGATE.sub("\ufffd", "" if value is None else str(value)))
    return _MARKS.sub("", _TURNING.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text))


def one_line(value: object) -> str:
    """`plain_text` with every run of white space as one blank."""
    return " ".join(plain_text(value).split())


def safe_link(address: object) -> str:
    """`address` where it leads to a page of the web, else the empty string.

    >>> safe_link("javascript:alert(1)"), safe_link("https://example.org/a")
    ('', 'https://example.org/a')
    """
    text = str(address or "").strip()
    if not re.match(r"https?://", text, re.IGNORECASE) or plain_text(text) != text or re.search(r"[\s\\]", text):
        return ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.hostname and "@" not in parts.netloc else ""


def is_number(text: str) -> bool:
    """True for text that a table sets flush right: digits with their signs, a percentage, a date not."""
    return bool(_NUMBER.fullmatch(text.strip()))


def spreadsheet_safe(text: str) -> str:
    """`text` so that no spreadsheet runs it: what begins like a formula gets an apostrophe before it."""
    return f"'{text}" if text.startswith(_FORMULA) and not is_number(text) else text


class _Renderer(mistune.HTMLRenderer):
    """Markdown as HTML without images, raw HTML, or links to anything but the web; headings start at level 3."""

    def __init__(self) -> None:
        super().__init__(escape=True)

    def link(self, text: str, url: str, title: str | None = None) -> str:  # noqa: ARG002 - mistune's signature
        address = safe_link(html.unescape(url))
        return f'<a href="{html.escape(address)}" rel="noopener noreferrer nofollow">{text}</a>' if address else text

    def image(self, text: str, url: str, title: str | None = None) -> str:  # noqa: ARG002 - mistune's signature
        return f"[{text}]" if text else ""

    def heading(self, text: str, level: int, **attrs: object) -> str:  # noqa: ARG002 - mistune's signature
        return f"<h{min(level + 1, 6)}>{text}</h{min(level + 1, 6)}>\n"


@cache
def _markdown() -> mistune.Markdown:
    return mistune.create_markdown(renderer=_Renderer(), plugins=["table", "strikethrough", "footnotes"])


def markdown(source: str) -> Markup:
    """`source` rendered: its raw HTML is shown as text, its images by their description only."""
    readable = "\n".join(plain_text(line) for line in source.splitlines())
    return Markup(str(_markdown()(readable)))  # noqa: S704 - the renderer escapes; test_browser holds it


def table_cells(source: str) -> Cells | None:
    """The cells of the first table in this HTML as text, or None where there is no table with a row."""
    try:
        root = lxml.html.fromstring(source)
    except (lxml.etree.ParserError, ValueError):
        return None
    table = next(iter(root.iter("table")), None)
    if table is None:
        return None
    heads = [_row(row) for row in table.xpath(".//thead//tr")]
    rows = [_row(row) for row in table.xpath(".//tr[not(ancestor::thead)]")]
    if not rows:
        return None
    width = max(map(len, [*heads, *rows]))
    head = _joined([row + [""] * (width - len(row)) for row in heads]) if heads else ()
    return Cells(head, tuple(tuple(row + [""] * (width - len(row))) for row in rows))


def _row(row: lxml.html.HtmlElement) -> list[str]:
    cells: list[str] = []
    for cell in row.xpath("./td|./th"):
        span = str(cell.get("colspan", "1"))
        cells += [one_line(cell.text_content())] + [""] * (min(int(span), 100) - 1 if span.isdecimal() else 0)
    return cells


def _joined(heads: list[list[str]]) -> tuple[str, ...]:
    """The lines of a head as one: pandas puts the name of the index on a line of its own."""
    return tuple(" ".join(filter(None, column)) for column in zip(*heads, strict=True))


def fold_case(text: str) -> str:
    """`text` as a search box compares it: without case and accents."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))
