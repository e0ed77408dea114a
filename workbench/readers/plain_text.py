"""Plain text: one file is one article, its whole text as it stands. The title is found later."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from workbench.readers.contract import Record, Refused
from workbench.readers.decoding import decode

NAME = "txt"
RANK = 90
EVIDENCE = ""

_SIGNATURES = (
    (b"%PDF-", "a PDF document"),
    (b"\xd0\xcf\x11\xe0", "an Office document of the old kind (.doc, .xls)"),
    (b"{\\rtf", "a rich-text document (.rtf)"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"SQLite format 3", "a database"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
)
"""Formats often found beside articles, which would otherwise be read as rubbish."""

_MOST_CONTROL = 0.01
"""Text holds hardly any control characters; 1 % leaves room for a few page breaks and escapes."""


def sniff(head: bytes, name: str) -> bool:
    """Everything that no other reader takes."""
    return True


def read(stream: IO[bytes], name: str) -> Iterator[Record | Refused]:
    """One record with only `text`, or the reason why the file is no text."""
    data = stream.read()
    known = next((kind for signature, kind in _SIGNATURES if data.startswith(signature)), None)
    if known:
        yield Refused("page", f"it is {known}, which is not read; save its text as .txt, .html or .csv")
        return
    text = decode(data)
    if not text.strip("\ufeff\x00 \t\r\n\f\v"):
        yield Refused("page", "the file is empty")
    elif _is_binary(text):
        yield Refused("page", f"it is not text and no known format (first bytes {data[:8].hex(' ')})")
    else:
        yield Record("page", {"text": text.removeprefix("\ufeff")})


def _is_binary(text: str) -> bool:
    sample = text[:200_000]
    control = sum(
        1 for letter in sample if (letter < " " and letter not in "\t\n\r\f\v\x1b") or "\x7f" <= letter <= "\x9f"
    )
    return control + sample.count("\ufffd") > max(2, len(sample) * _MOST_CONTROL)
