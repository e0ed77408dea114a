"""Parquet tables, read in batches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from workbench.readers.contract import Record, Refused
from workbench.readers.values import flat

NAME = "parquet"
RANK = 10
EVIDENCE = "field"

_BATCH_ROWS = 2000


def sniff(head: bytes, name: str) -> bool:
    """The four letters every Parquet file starts with."""
    return head.startswith(b"PAR1")


def read(stream: IO[bytes], name: str) -> Iterator[Record | Refused]:
    """One record per row; a damaged table gives the rows before the damage and one refusal."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        table = pq.ParquetFile(stream)
        for batch in table.iter_batches(batch_size=_BATCH_ROWS):
            for row in batch.to_pylist():
                number += 1
                yield Record(f"row {number}", flat(row))
    except (pa.ArrowException, OSError, ValueError) as error:
        yield Refused(f"row {number + 1}" if number else "file", f"the Parquet table is damaged: {error}"[:300])
