"""Files packed with gzip."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import IO

from workbench.readers.contract import Allowance, Member, Refused, TooLarge, unpack

NAME = "gz"
RANK = 10


def sniff(head: bytes, name: str) -> bool:
    """The two bytes every gzip file starts with."""
    return head.startswith(b"\x1f\x8b")


def members(stream: IO[bytes], name: str, allowance: Allowance) -> Iterator[Member | Refused]:
    """The one file inside; where the archive is cut off, what came before the cut and one refusal."""
    with gzip.GzipFile(fileobj=stream, mode="rb") as packed:
        try:
            content, error = unpack(packed.read1, allowance)
        except TooLarge as caught:
            yield Refused("file", str(caught))
            return
    if content.read(1) or error is None:
        content.seek(0)
        yield Member("", name.removesuffix(".gz"), content)
    else:
        content.close()
    if error is not None:
        yield Refused("file", f"the gzip file is damaged or cut off: {error}")
