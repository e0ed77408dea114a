"""Folders to files: which files lie under the given paths, and all their records, read side by side."""

from __future__ import annotations

import glob
import hashlib
import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from tqdm.auto import tqdm

from workbench.articles import WorkbenchError, digest
from workbench.readers import Record, read_file
from workbench.readers.contract import MEGABYTE

_MANY_FILES = 50
_MANY_BYTES = 20 * MEGABYTE
"""Beyond these, starting other processes (about two seconds) pays off."""

_DEEPEST_PATH = 100

_ID_FIELDS = ("id", "guid", "stories_id", "mediacloud_story_id")
"""Columns that name a record, whatever row it stands in."""


class Source(NamedTuple):
    """One file to read: where it is, what it is called from here on, its collection, and why it is not read, if so."""

    path: Path
    file: str
    collection: str
    refused: str
    size: int


class Unit(NamedTuple):
    """One record or refusal. `record` names it whatever its row; `content` is a digest of all its fields."""

    file: str
    format: str
    position: str
    record: str
    content: str
    fields: dict[str, str]
    reason: str


def find_files(paths: Iterable[str | os.PathLike[str]], *, collection: str | None = None) -> list[Source]:
    """Every file under the paths (files, folders or globs), by name; hidden ones are passed over.

    The collection is the folder of the first level under the given one, or the given one's own name. Links are
    refused: what they lead to is read where it lies, or was not given. Raises WorkbenchError where a path does not
    exist or no file is found.
    """
    found: dict[Path, Source] = {}
    given = list(paths)
    for root, below in (pair for path in given for pair in _roots(path)):
        for source in _walk(root, below, collection):
            found.setdefault(source.path, source)
    if not found:
        raise WorkbenchError(
            f"{', '.join(map(str, given)) or 'the list of paths'} holds no file; give a folder with articles"
        )
    return sorted(_distinct(list(found.values())), key=lambda source: source.file)


def _roots(path: str | os.PathLike[str]) -> Iterator[tuple[Path, Path]]:
    """The folder that names are relative to, and the file or folder below it, for each thing the path means."""
    place = Path(path).expanduser()
    try:
        if place.is_dir():
            yield place.resolve(), place.resolve()
            return
        if place.exists():
            yield place.parent.resolve(), place.parent.resolve() / place.name
            return
        matches = sorted(glob.glob(str(place), recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern
    except (OSError, ValueError) as error:
        raise WorkbenchError(f"the path {str(path)!r} cannot be used: {error}") from error
    if not matches:
        raise WorkbenchError(f"no such file or folder: {path}")
    fixed = _fixed_parts(place)
    root = Path(*fixed).resolve() if fixed else Path.cwd()
    yield from ((root, root / os.path.relpath(Path(match).absolute(), root)) for match in matches)


def _fixed_parts(place: Path) -> list[str]:
    parts: list[str] = []
    for part in place.parts[:-1]:
        if glob.has_magic(part):
            break
        parts.append(part)
    return parts


def _walk(root: Path, below: Path, collection: str | None) -> Iterator[Source]:
    if not below.is_dir():
        yield _source(root, below, collection, given=True)
        return
    unreadable: list[OSError] = []
    for folder, folders, files in os.walk(below, onerror=unreadable.append):
        links = [name for name in folders if Path(folder, name).is_symlink()]
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in links)
        for name in sorted([*files, *links]):
            if not name.startswith("."):
                yield _source(root, Path(folder, name), collection, given=False)
    for error in unreadable:
        path = Path(str(error.filename))
        yield _source(root, path, collection, given=False)._replace(
            refused=f"the folder cannot be opened: {error.strerror}"
        )


def _source(root: Path, path: Path, collection: str | None, *, given: bool) -> Source:
    inside = path.relative_to(root) if path.is_relative_to(root) else Path(path.name)
    own = collection or (inside.parts[0] if len(inside.parts) > 1 else root.name) or "articles"
    refused, size = _why_not(root, path, given=given)
    file = inside.as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return Source(path, file, own, refused, size)


def _why_not(root: Path, path: Path, *, given: bool) -> tuple[str, int]:
    """The reason not to read this path ("" where there is none), and the size of the file."""
    try:
        if path.is_symlink() and not given:
            if path.resolve().is_relative_to(root):
                return "it is a link to something in the same folder, which is read where it lies", 0
            return "it is a link that leads out of the folder", 0
        status = path.stat()
    except (OSError, RuntimeError) as error:
        return f"it cannot be opened: {getattr(error, 'strerror', None) or error}", 0
    if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
        return "it is a device or a pipe, not a file", 0
    return "", status.st_size


def _distinct(sources: list[Source]) -> list[Source]:
    """The sources with names that differ: where two roots hold the same name, folders above it are put before."""
    for _ in range(_DEEPEST_PATH):
        counts = Counter(source.file for source in sources)
        if max(counts.values()) == 1:
            break
        sources = [_with_parent(source) if counts[source.file] > 1 else source for source in sources]
    return sources


def _with_parent(source: Source) -> Source:
    length = source.file.count("/") + 2
    return source._replace(file="/".join(source.path.parts[1:][-length:]))


def content_digest(path: Path) -> str:
    """SHA-256 of the file, or the reason why it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        return f"unreadable: {error.strerror}"


def read_files(
    sources: list[Source], *, columns: Mapping[str, str] | None = None, progress: bool = True
) -> list[list[Unit]]:
    """The units of each source, in the order of the sources; in several processes where there is much to read."""
    readable = [place for place, source in enumerate(sources) if not source.refused]
    largest_first = sorted(readable, key=lambda place: -sources[place].size)
    tasks = [(sources[place].path, sources[place].file) for place in largest_first]
    much = len(tasks) > _MANY_FILES or sum(sources[place].size for place in readable) > _MANY_BYTES
    workers = os.cpu_count() or 1
    results = (
        _side_by_side(tasks, columns, workers)
        if much and workers > 1 and len(tasks) > 1
        else _one_by_one(tasks, columns)
    )
    units = [[_unread(source)] if source.refused else [] for source in sources]
    bar = tqdm(results, total=len(tasks), desc="reading files", disable=not (progress and much), leave=False)
    for place, found in zip(largest_first, bar, strict=True):
        units[place] = found
    return units


def _one_by_one(tasks: list[tuple[Path, str]], columns: Mapping[str, str] | None) -> Iterator[list[Unit]]:
    return (read_units(path, file, columns) for path, file in tasks)


def _side_by_side(
    tasks: list[tuple[Path, str]], columns: Mapping[str, str] | None, workers: int
) -> Iterator[list[Unit]]:
    """By joblib's processes, which, unlike those of the standard library, need no `if __name__` in a user's script."""
    from joblib import Parallel, delayed

    pool = Parallel(n_jobs=workers, return_as="generator", max_nbytes=None)
    found: Iterator[list[Unit]] = pool(delayed(read_units)(path, file, columns) for path, file in tasks)
    return found


def _unread(source: Source) -> Unit:
    return Unit(source.file, "", "file", "", "", {}, source.refused)


def read_units(path: Path, file: str, columns: Mapping[str, str] | None) -> list[Unit]:
    """Every record and refusal of one file, archives opened, each with a name that holds in any order of rows."""
    found = list(read_file(path, file=file, columns=columns))
    identifier = _identifiers(found)
    seen: Counter[tuple[str, str]] = Counter()
    units: list[Unit] = []
    for inner, kind, unit in found:
        if not isinstance(unit, Record):
            units.append(Unit(inner, kind, unit.position, "", "", {}, unit.reason))
            continue
        content = digest(part for item in sorted(unit.fields.items()) for part in item)
        name = "page" if unit.position == "page" else _first_unique(inner, unit.fields, identifier) or content
        seen[inner, name] += 1
        record = name if seen[inner, name] == 1 else f"{name}~{seen[inner, name]}"
        units.append(Unit(inner, kind, unit.position, record, content, dict(unit.fields), ""))
    return units


def _identifiers(found: Iterable[tuple[str, str, object]]) -> Counter[tuple[str, str, str]]:
    """How often each value of an identifying column occurs in each file."""
    return Counter(
        (file, name, unit.fields[name])
        for file, _, unit in found
        if isinstance(unit, Record)
        for name in _ID_FIELDS
        if name in unit.fields
    )


def _first_unique(file: str, fields: Mapping[str, str], identifiers: Counter[tuple[str, str, str]]) -> str:
    names = (fields[name] for name in _ID_FIELDS if name in fields and identifiers[file, name, fields[name]] == 1)
    return next(names, "")
