"""Files to records: the one door through which every format comes in.

`read_file` tells the format, reads it and gives every record and refusal with its place. Nothing that a file
holds makes it raise.
"""

from __future__ import annotations

import functools
import importlib
import os
import pkgutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, NamedTuple

from workbench.readers import fields
from workbench.readers.contract import (
    HEAD_BYTES,
    Allowance,
    ArchiveReader,
    Found,
    Reader,
    Record,
    RecordReader,
    Refused,
)

__all__ = ["Found", "Record", "Refused", "read_file", "read_stream", "reader_for", "readers"]

_DEEPEST = 4
"""Archives inside archives further down than this are refused."""


@functools.cache
def readers() -> tuple[Reader, ...]:
    """Every reader in this folder, in the order in which they are asked."""
    names = sorted(found.name for found in pkgutil.iter_modules(__path__))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    found = [module for module in modules if isinstance(module, RecordReader | ArchiveReader)]
    return tuple(sorted(found, key=lambda reader: (reader.RANK, reader.NAME)))


def reader_for(head: bytes, name: str) -> Reader:
    """The first reader that takes these bytes under this name; plain text takes all that is left."""
    return next(reader for reader in readers() if reader.sniff(head, name.lower()))


class _Way(NamedTuple):
    """What goes along from an archive to its members."""

    columns: Mapping[str, str] | None
    allowance: Allowance | None = None
    depth: int = 0


def read_file(path: Path, *, file: str = "", columns: Mapping[str, str] | None = None) -> Iterator[Found]:
    """Every record and refusal of the file at `path`, known from here on as `file` (its name if not given).

    `columns` maps names of the file's own to canonical ones. At least one is given for every file.
    """
    file = file or path.name
    try:
        stream = path.open("rb")
    except OSError as error:
        yield Found(file, "", Refused("file", f"it cannot be opened: {error.strerror or error}"))
        return
    with stream:
        yield from read_stream(stream, file, columns=columns)


def read_stream(stream: IO[bytes], file: str, *, columns: Mapping[str, str] | None = None) -> Iterator[Found]:
    """The same for an open, seekable stream."""
    yield from _read(stream, file, file, _Way(columns))


def _read(stream: IO[bytes], file: str, name: str, way: _Way) -> Iterator[Found]:
    """`file` is what the stream is called in the ledger, `name` what its format may be told by."""
    kind, count = "", 0
    try:
        head = stream.read(HEAD_BYTES)
        stream.seek(0)
        if not head:
            yield Found(file, "", Refused("page", "the file is empty"))
            return
        reader = reader_for(head, name)
        kind = reader.NAME
        for unit in _units(reader, stream, file, name, way):
            count += 1
            yield unit
    except Exception as error:  # noqa: BLE001 - a damaged file may raise anything, and must become a line of the ledger
        count += 1
        yield Found(file, kind, Refused("file", f"it could not be read on: {type(error).__name__}: {error}"[:300]))
    if not count:
        yield Found(file, kind, Refused("file", "there is no record in it"))


def _units(reader: Reader, stream: IO[bytes], file: str, name: str, way: _Way) -> Iterator[Found]:
    if isinstance(reader, ArchiveReader):
        yield from _inside(reader, stream, file, name, way)
        return
    for unit in reader.read(stream, name):
        yield Found(file, reader.NAME, _named(unit, reader.EVIDENCE, way.columns))


def _inside(reader: ArchiveReader, stream: IO[bytes], file: str, name: str, way: _Way) -> Iterator[Found]:
    if way.depth >= _DEEPEST:
        yield Found(file, reader.NAME, Refused("file", f"archives are packed more than {_DEEPEST} deep"))
        return
    allowance = way.allowance or Allowance(packed=stream.seek(0, os.SEEK_END))
    stream.seek(0)
    for member in reader.members(stream, name, allowance):
        if isinstance(member, Refused):
            yield Found(file, reader.NAME, member)
            continue
        inner = f"{file}!{member.name}" if member.name else file
        with member.stream:
            yield from _read(member.stream, inner, member.inner_name, _Way(way.columns, allowance, way.depth + 1))


def _named(unit: Record | Refused, evidence: str, columns: Mapping[str, str] | None) -> Record | Refused:
    """The record under canonical names, or a refusal where it says nothing."""
    if not isinstance(unit, Record):
        return unit
    values = {name: _sound(value) for name, value in unit.fields.items()}
    if evidence:
        values = fields.canonical(values, evidence=evidence, columns=columns)
    values = {name: value for name, value in values.items() if value.strip()}
    if "text" in values or "title" in values:
        return Record(unit.position, values)
    if evidence and values and not fields.known(unit.fields) & {"title", "text", "summary"}:
        names = ", ".join(list(unit.fields)[:12])
        return Refused(unit.position, f'no text and no title; it has {names}: name yours with columns={{"…": "text"}}')
    return Refused(unit.position, "no text and no title")


def _sound(value: str) -> str:
    """The value without halves of surrogate pairs, which no file can hold."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value
