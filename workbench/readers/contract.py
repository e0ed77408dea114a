"""What a reader is: one module that knows one file format and nothing else.

A reader module has

- `NAME`, the word that stands in the column `format`;
- `RANK`, when it is asked: lower first. Signatures that cannot be mistaken 10, the exports of one vendor 20,
  general markup 30, JSON 40, front matter 50, tables 60, plain text 90;
- `sniff(head, name)`, whether the first bytes (or, where they leave it open, the name) are of this format;
- `read(stream, name)`, the records and refusals in their order, or, for an archive, `members(stream, name, allowance)`;
- `EVIDENCE`, for readers whose records carry the file's own column names: how a date from one is cited, such as
  "field". Readers that already give the canonical names leave it empty.

To add a format, add one such module to this folder: it is found by itself.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, NamedTuple, Protocol, runtime_checkable

HEAD_BYTES = 65_536
"""How much of a file `sniff` is shown: enough for a header and a few rows that hold whole articles."""

MEGABYTE = 1 << 20


class Record(NamedTuple):
    """One article as found. `position` says where in the file ("row 17", "line 3", "item 4", "page")."""

    position: str
    fields: Mapping[str, str]


class Refused(NamedTuple):
    """Something that could not be read, and why, in a researcher's words."""

    position: str
    reason: str


class Member(NamedTuple):
    """One file out of an archive; `name` is empty for a compressed single file, which keeps its own."""

    name: str
    inner_name: str
    stream: IO[bytes]


class Found(NamedTuple):
    """A record or refusal with the file it stands in (`archive.zip!member.txt`) and the format it was read as."""

    file: str
    format: str
    unit: Record | Refused


@runtime_checkable
class RecordReader(Protocol):
    """A module that reads one format into records."""

    NAME: str
    RANK: int
    EVIDENCE: str

    def sniff(self, head: bytes, name: str) -> bool:
        """Whether a file that starts with `head` and is called `name` (lower case) is of this format."""

    def read(self, stream: IO[bytes], name: str) -> Iterator[Record | Refused]:
        """The records and refusals of the file in their order."""


@runtime_checkable
class ArchiveReader(Protocol):
    """A module that opens one kind of archive."""

    NAME: str
    RANK: int

    def sniff(self, head: bytes, name: str) -> bool:
        """Whether a file that starts with `head` and is called `name` (lower case) is such an archive."""

    def members(self, stream: IO[bytes], name: str, allowance: Allowance) -> Iterator[Member | Refused]:
        """The files inside, unpacked within the allowance."""


Reader = RecordReader | ArchiveReader


class TooLarge(ValueError):
    """An archive that unpacks to more than is allowed; the message says by how much."""


@dataclass
class Allowance:
    """How far one archive, with all archives inside it, may unpack.

    News text packs about 3 to 1 and repetitive tables about 20 to 1; the bombs start at 1,000 to 1.
    """

    packed: int
    most_bytes: int = 4096 * MEGABYTE
    most_ratio: int = 200
    free_bytes: int = 32 * MEGABYTE
    used: int = 0

    def spend(self, size: int) -> None:
        """Count `size` unpacked bytes; raises TooLarge past the limit."""
        self.used += size
        limit = min(self.most_bytes, max(self.free_bytes, self.packed * self.most_ratio))
        if self.used > limit:
            raise TooLarge(f"it unpacks to more than {limit // MEGABYTE} MB, which looks like a decompression bomb")


def unpack(read: Callable[[int], bytes], allowance: Allowance) -> tuple[IO[bytes], Exception | None]:
    """A seekable copy of all that `read` gives up to its first error, and that error.

    Hand over the `read1` of a decompressor: its `read` loses what came just before the damage. Raises TooLarge past
    the allowance.
    """
    copy = tempfile.SpooledTemporaryFile(max_size=32 * MEGABYTE)  # noqa: SIM115 - the caller closes it
    error: Exception | None = None
    try:
        while chunk := read(MEGABYTE):
            allowance.spend(len(chunk))
            copy.write(chunk)
    except TooLarge:
        copy.close()
        raise
    except Exception as caught:  # noqa: BLE001 - damaged archives raise whatever their codec raises
        error = caught
    copy.seek(0)
    return copy, error
