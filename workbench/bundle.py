"""Several tables and arrays in one file, for what is saved to be opened again."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.articles import WorkbenchError
from workbench.store import write_whole

_TOLD = "about.json"
_MOST_BYTES = 8 << 30
"""A file that says it holds more is not opened: topics of a million articles take less."""


def write_bundle(
    path: Path, told: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], blobs: Mapping[str, bytes]
) -> Path:
    """The path of one zip file with Parquet tables, written whole or not at all; the same content, the same bytes."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo(_TOLD), json.dumps(dict(told), sort_keys=True))
        for name, table in sorted(tables.items()):
            archive.writestr(zipfile.ZipInfo(f"{name}.parquet"), table.to_parquet(compression="zstd"))
        for name, blob in sorted(blobs.items()):
            archive.writestr(zipfile.ZipInfo(f"{name}.bin"), blob, zipfile.ZIP_DEFLATED)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, sink.getvalue())
    except OSError as error:
        raise WorkbenchError(f"cannot write {path}: {error.strerror or error}; choose another place") from error
    return path


def read_bundle(path: Path) -> tuple[dict[str, Any], dict[str, pd.DataFrame], dict[str, bytes]]:
    """What `write_bundle` wrote: about it, its tables and its blobs; raises WorkbenchError for any other file."""
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(one.file_size for one in archive.infolist()) > _MOST_BYTES:
                raise WorkbenchError(f"{path} says it holds more than {_MOST_BYTES >> 30} GB and is not opened")
            content = {one: archive.read(one) for one in archive.namelist()}
        told = json.loads(content.pop(_TOLD))
        tables = {
            name.removesuffix(".parquet"): pd.read_parquet(io.BytesIO(part))
            for name, part in content.items()
            if name.endswith(".parquet")
        }
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise WorkbenchError(f"{path} cannot be opened ({error}); it is no file that Topics.save wrote") from error
    return told, tables, {name.removesuffix(".bin"): part for name, part in content.items() if name.endswith(".bin")}
