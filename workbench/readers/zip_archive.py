"""Zip archives: every file inside is read as if it lay in a folder."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import IO

from workbench.readers.contract import Allowance, Member, Refused, TooLarge, unpack

NAME = "zip"
RANK = 10

_MOST_MEMBERS = 1_000_000


def sniff(head: bytes, name: str) -> bool:
    """The signature of a zip archive, also of an empty one."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def members(stream: IO[bytes], name: str, allowance: Allowance) -> Iterator[Member | Refused]:
    """Every file that is not hidden, by name; a member that leaves the archive, is locked or damaged is refused."""
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        yield Refused("file", f"the zip archive is damaged: {error}")
        return
    with archive:
        infos = sorted((info for info in archive.infolist() if not info.is_dir()), key=lambda info: info.filename)
        office = _office_kind({info.filename for info in infos})
        if office:
            yield Refused("page", f"it is {office}, which is not read; save its text as .txt, .html or .csv")
            return
        try:
            for info in infos[:_MOST_MEMBERS]:
                if not _is_hidden(info.filename):
                    yield from _member(archive, info, allowance)
        except TooLarge as error:
            yield Refused("file", str(error))


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, allowance: Allowance) -> Iterator[Member | Refused]:
    reason = _why_not(info)
    if reason:
        yield Refused(f"member {info.filename}", reason)
        return
    try:
        packed: zipfile.ZipExtFile = archive.open(info)  # type: ignore[assignment]  # the stub says IO[bytes]
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError) as error:
        yield Refused(f"member {info.filename}", f"it cannot be unpacked: {error}")
        return
    with packed:
        content, damage = unpack(packed.read1, allowance)
    if damage is None:
        yield Member(info.filename, info.filename, content)
    else:
        content.close()
        yield Refused(f"member {info.filename}", f"it is damaged: {damage}")


def _why_not(info: zipfile.ZipInfo) -> str:
    path = PurePosixPath(info.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        return "its path leads out of the archive"
    if info.flag_bits & 0x1:
        return "it is locked with a password"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "it is a link, not a file"
    return ""


def _is_hidden(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return any((part.startswith(".") and part not in {".", ".."}) or part == "__MACOSX" for part in parts)


def _office_kind(names: set[str]) -> str:
    if "[Content_Types].xml" in names:
        return "an Office document (.docx, .xlsx)"
    if "META-INF/manifest.xml" in names and "content.xml" in names:
        return "an OpenDocument file (.odt, .ods)"
    return ""
