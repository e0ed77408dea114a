"""Bytes to text, in whatever encoding they were saved."""

from __future__ import annotations

import codecs
import functools
import io
import re
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

from workbench.readers.contract import HEAD_BYTES, MEGABYTE

if TYPE_CHECKING:
    from typing_extensions import Buffer

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_CANDIDATES = [
    *("cp1252", "cp1251", "koi8_r", "koi8_u", "cp1250", "cp1254", "cp1253", "cp1255", "cp1256", "cp1257", "cp866"),
    *("iso8859_2", "iso8859_5", "mac_cyrillic", "mac_roman", "gb18030", "big5", "shift_jis", "euc_jp", "euc_kr"),
]
"""Encodings that news archives come in; the hundred others only win by accident."""

_MARKS = "«»‘’“”„–—…€°§·£¡\xa0"
_CENTRAL = "ąćęłńóśźżáčďéěíňřšťúůýžäôĺľŕöőüűâîăşţđß"
_WESTERN = "àâäçèéêëîïôöùûüÿœæßñáíóúãõåøìò¿ºª"
_TURKISH = "ğışçöüâîû"
_LATIN = {
    "cp1252": _MARKS + _WESTERN + _WESTERN.upper(),
    "cp1254": _MARKS + _TURKISH + _TURKISH.upper() + "İ",
    "cp1250": _MARKS + _CENTRAL + _CENTRAL.upper(),
    "iso8859_2": _MARKS + _CENTRAL + _CENTRAL.upper(),
    "mac_roman": _MARKS + _WESTERN + _WESTERN.upper(),
    "cp850": _MARKS + _WESTERN,
}
"""What languages in Latin letters ordinarily write beyond ASCII, per encoding; the first wins a tie.

On single French and German headlines charset-normalizer is right in about 60 %, this count in about 99 %.
"""

_LONELY_SHARE = 0.25
"""Accented Latin letters stand alone among ASCII ones; in other scripts most bytes beyond ASCII stand in runs."""

_STRAY_SHARE = 0.05
"""Up to this share of broken sequences a file is UTF-8 with a few stray bytes, and not another encoding."""

_SAMPLE_BYTES = 32_768


def _stray_byte(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    broken = error.object[error.start : error.end]
    return broken.decode("cp1252", "replace"), error.end


codecs.register_error("workbench_stray_byte", _stray_byte)


def encoding_of(stream: IO[bytes], declared: str = "") -> str:
    """The name of the encoding of the whole stream, which is rewound afterwards.

    A byte-order mark decides; then UTF-16 without one, UTF-8 (also with a few stray bytes), what the file declares
    where that fits, and last the statistics of charset-normalizer.
    """
    stream.seek(0)
    head = stream.read(HEAD_BYTES)
    found = _by_mark(head) or _by_nul(head)
    if not found:
        found = _by_content(stream, declared)
    stream.seek(0)
    return found


def decode(data: bytes, declared: str = "") -> str:
    """The text of these bytes; nothing is stripped and line ends stay as they are."""
    encoding = encoding_of(io.BytesIO(data), declared)
    return data.decode(encoding, "workbench_stray_byte" if encoding.startswith("utf-8") else "replace")


def lines(stream: IO[bytes]) -> Iterator[str]:
    """The lines of the stream with their ends as they are, without holding the whole of it."""
    encoding = encoding_of(stream)
    errors = "workbench_stray_byte" if encoding.startswith("utf-8") else "replace"
    reader = io.TextIOWrapper(io.BufferedReader(_Unclosed(stream)), encoding, errors, newline="")
    yield from reader


@functools.lru_cache(maxsize=4)
def head_text(head: bytes) -> str:
    """The first bytes of a file as text, for telling its format."""
    encoding = _by_mark(head) or _by_nul(head) or "utf-8"
    return head.decode(encoding, "workbench_stray_byte" if encoding.startswith("utf-8") else "replace").lstrip("\ufeff")


def _by_mark(head: bytes) -> str:
    return next((encoding for mark, encoding in _BOMS if head.startswith(mark)), "")


def _by_nul(head: bytes) -> str:
    """UTF-16 shows itself by zero bytes that stand on every other place only."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if (even + odd) * 50 < len(head) or min(even, odd) * 20 > even + odd:
        return ""
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    try:
        head[: len(head) // 2 * 2 - 2].decode(encoding)
    except UnicodeDecodeError:
        return ""
    return encoding


def _by_content(stream: IO[bytes], declared: str) -> str:
    bad, good = _utf8_count(stream)
    if bad <= good * _STRAY_SHARE or bad == good == 0:
        return "utf-8"
    sample = _telling_lines(stream)
    if declared and _fits(sample, declared):
        return codecs.lookup(declared).name
    return _latin(sample) or _by_statistics(sample)


def _utf8_count(stream: IO[bytes]) -> tuple[int, int]:
    """How many sequences break UTF-8, and how many characters beyond ASCII keep it."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    bad = good = 0
    while True:
        chunk = stream.read(MEGABYTE)
        text = decoder.decode(chunk, final=not chunk)
        if not text.isascii():
            broken = text.count("\ufffd")
            bad += broken
            good += len(text) - len(text.encode("ascii", "ignore")) - broken
        if not chunk:
            return bad, good


def _telling_lines(stream: IO[bytes]) -> bytes:
    """The first lines that hold a byte beyond ASCII: only those say something about the encoding."""
    stream.seek(0)
    sample = bytearray()
    while chunk := stream.read(MEGABYTE):
        for line in re.findall(rb"[^\n]{0,2000}[\x80-\xff][^\n]{0,2000}\n?", chunk):
            sample += line
            if len(sample) >= _SAMPLE_BYTES:
                return bytes(sample)
    return bytes(sample)


def _fits(sample: bytes, encoding: str) -> bool:
    try:
        sample.decode(encoding)
    except (LookupError, UnicodeError, ValueError):
        return False
    return True


def _latin(sample: bytes) -> str:
    """The encoding of a text in Latin letters, "" for other scripts."""
    beyond = sum(1 for byte in sample if byte >= 0x80)
    in_runs = sum(map(len, re.findall(rb"[\x80-\xff]{3,}", sample)))
    if in_runs > beyond * _LONELY_SHARE:
        return ""
    ordinary = {encoding: _ordinary(sample, encoding) for encoding in _LATIN}
    best = max(ordinary, key=lambda encoding: ordinary[encoding])
    return best if ordinary[best] * 2 > beyond else ""


def _ordinary(sample: bytes, encoding: str) -> int:
    """How many characters are ordinary under this encoding, less the capitals and marks that stand inside a word."""
    text = sample.decode(encoding, "replace")
    capitals = sum(1 for letter in re.findall(r"(?<=[a-zß-ÿ])[^\W\d_a-zA-Z]", text) if letter.isupper())
    marks = len(re.findall(r"(?<=[a-zß-ÿ])(?![’…\xa0])[^\x00-\x7f\w](?=[a-zß-ÿ])", text))
    return sum(1 for letter in text if letter in _LATIN[encoding]) - capitals - marks


def _by_statistics(sample: bytes) -> str:
    from charset_normalizer import from_bytes  # its tables take a while to load and most files are UTF-8

    best = from_bytes(sample, cp_isolation=_CANDIDATES).best()
    return best.encoding if best is not None else "cp1252"


class _Unclosed(io.RawIOBase):
    """A view of a stream that does not close it when a text layer over it is dropped."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        view = memoryview(buffer)
        data = self._stream.read(len(view))
        view[: len(data)] = data
        return len(data)
