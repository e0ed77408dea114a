"""The index behind `search`: SQLite FTS5 over title and text, built once per content and kept.

Of small tables it stands in memory, of larger ones in a file of `$WORKBENCH_CACHE`, else of `workbench/search`
under `$XDG_CACHE_HOME` or `~/.cache`. Deleting that folder is safe: what is missing is built anew.
An index knows pairs of title and text, not rows: the order of a table does not matter, and any part of an
indexed table is answered by the same index.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import math
import os
import re
import sqlite3
import tempfile
import threading
import unicodedata
import weakref
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tqdm.auto import tqdm

from workbench.querytree import Near, Node, QueryError, Text, explained

Mask = NDArray[np.bool_]
Keys = NDArray[np.uint64]
Rows = NDArray[np.intp]

SMALL = 5_000
"""Below this many articles the index is built in memory, in about a second."""

KEPT_IN_MEMORY = 6
KEPT_ON_DISK = 8
"""Indexes kept; one of 100,000 articles takes about 180 MB, so the folder stays below a few GB."""

MOST_FORMS = 20_000
"""Word forms one wildcard may stand for; beyond it the query says nothing."""

_MADE_BY = 1  # raise it when what stands in an index changes, so that older files are made anew
_TOKENIZE = "unicode61 remove_diacritics 2 categories 'L* N* Co M*'"
_SCHEMA = (
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
    f"PRAGMA user_version = {_MADE_BY}",
    f"CREATE VIRTUAL TABLE words USING fts5(title, text, content='', tokenize=\"{_TOKENIZE}\")",
    "CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, row)",
)
_AT_ONCE = 200  # FTS5 refuses expressions deeper than 256
_LETTERS = str.maketrans("ёЁłŁøØđĐıʼΆΈΉΊΌΎΏάέήίόύώϊϋΐΰ", "еЕlLoOdDi'ΑΕΗΙΟΥΩαεηιουωιυιυ")
_ODD = re.compile("[ёЁłŁøØđĐıʼΆΈΉΊΌΎΏάέήίόύώϊϋΐΰ\ud800-\udfff\x00]")


# -- letters ------------------------------------------------------------------------------------------------


def _plain(text: str) -> str:
    """The text as the index reads it, in NFC and without the accents that FTS5 would leave; as long as its NFC form."""
    if text.isascii() and "\x00" not in text:
        return text
    text = unicodedata.normalize("NFC", text)
    return _ODD.sub(lambda odd: " " if odd[0] == "\x00" or odd[0] >= "\ud800" else odd[0].translate(_LETTERS), text)


def _fold_letter(letter: str) -> str:
    """A letter without case and, if Latin, without accents; always one letter, so that places are kept."""
    lower = letter.lower() if len(letter.lower()) == 1 else letter.lower()[0]
    base = unicodedata.normalize("NFD", lower)[0]
    return base if base.isascii() or "\u0370" <= base < "\u0400" else lower


class _Folding(dict[int, str]):
    def __missing__(self, code: int) -> str:
        self[code] = _fold_letter(chr(code))
        return self[code]


_FOLDING = _Folding()


def fold(text: str) -> str:
    """The text without case and Latin or Greek accents, letter by letter: as long as its NFC form."""
    return _plain(text).translate(_FOLDING)


def wildcards(pattern: str, many: str, one: str) -> str:
    """A regular expression in which `*` is `many`, `?` is `one` and all else means itself."""
    return "".join({"*": many, "?": one}.get(sign, re.escape(sign)) for sign in pattern)


# -- the index ----------------------------------------------------------------------------------------------


@dataclass
class TextIndex:
    """FTS5 over distinct pairs of title and text; row numbers are places in the sorted `keys`."""

    keys: Keys
    connection: sqlite3.Connection
    lock: threading.Lock = field(default_factory=threading.Lock)

    def matches(self, node: Near) -> Mask:
        """True for each key whose title or text holds the words."""
        mask = np.zeros(len(self.keys), dtype=bool)
        expressions = iter(self.expressions(node))
        while some := list(itertools.islice(expressions, _AT_ONCE)):
            mask[self.ask("SELECT rowid FROM words WHERE words MATCH ?", " OR ".join(some))] = True
        return mask

    def expressions(self, node: Near) -> Iterator[str]:
        """The node as FTS5 expressions, any of which may match."""
        field = f"{{{node.field}}} : " if node.field else ""
        groups = [[phrase for text in group for phrase in self.phrases(text)] for group in node.groups]
        _not_too_many(groups, node)
        for chosen in itertools.product(*groups):
            yield f"({field}({chosen[0]}))" if len(chosen) == 1 else f"({field}NEAR({' '.join(chosen)}, {node.within}))"

    def phrases(self, text: Text) -> list[str]:
        """The words side by side as FTS5 phrases, one for each way to spell out the wildcards."""
        forms = [self.forms(part) for part in text.parts]
        _not_too_many(forms, text)
        return [" + ".join(words) for words in itertools.product(*forms)]

    def forms(self, part: str) -> list[str]:
        """The part as FTS5 strings; a wildcard inside a word is looked up in the list of all words."""
        part = fold(part)
        start = re.split(r"[*?]", part, maxsplit=1)[0]
        if part in (start, start + "*"):
            return [f'"{start}"' + " *" * (part != start)]
        pattern = re.compile(wildcards(part, ".*", "."))
        rows = self.ask("SELECT term FROM vocabulary WHERE term >= ? AND term < ?", start, start + "\U0010ffff")
        return ['"' + term.replace('"', '""') + '"' for term in rows if pattern.fullmatch(fold(term))]

    def ask(self, statement: str, *values: str) -> list[Any]:
        """The first column of what SQL answers; values are bound, never written into the statement."""
        with self.lock:
            return [row[0] for row in self.connection.execute(statement, values)]


def _not_too_many(choices: list[list[str]], node: Node) -> None:
    if math.prod(map(len, choices)) > MOST_FORMS:
        raise QueryError(f"{explained(node)} stands for too many word forms; write more letters beside the * and ?")


_open: OrderedDict[bytes, TextIndex] = OrderedDict()
_open_lock = threading.RLock()


def index_of(articles: pd.DataFrame) -> tuple[TextIndex, Rows]:
    """An index that holds every text of the table, and where each row stands in it."""
    keys = _keys(articles)
    distinct, first = np.unique(keys, return_index=True)
    with _open_lock:
        for name, index in reversed(_open.items()):
            rows = np.searchsorted(index.keys, keys)
            if np.array_equal(index.keys[np.minimum(rows, len(index.keys) - 1)], keys):
                _open.move_to_end(name)
                return index, rows
        index = _make_index(articles, distinct, first)
        _open[distinct.tobytes()] = index
        if len(_open) > KEPT_IN_MEMORY:
            _open.popitem(last=False)
        return index, np.searchsorted(index.keys, keys)


def _keys(articles: pd.DataFrame) -> Keys:
    """A number per pair of title and text that is the same on every machine; order and ids do not enter."""
    title, text = (_hashed(articles[name]) for name in ("title", "text"))
    return title * np.uint64(0x9E3779B97F4A7C15) ^ text


_hashes: dict[int, tuple[weakref.ref[object], Keys]] = {}


def _hashed(column: pd.Series) -> Keys:
    """A number per string, remembered for as long as pandas keeps these strings, which never change in place."""
    strings = column.array.__arrow_array__() if hasattr(column.array, "__arrow_array__") else None
    known = _hashes.get(id(strings))
    if known is not None and known[0]() is strings:
        return known[1]
    plain = np.array([_encodable(value) for value in column], dtype=object)
    hashes: Keys = pd.util.hash_array(plain, categorize=False).astype(np.uint64)
    if strings is not None:
        place = id(strings)
        _hashes[place] = (weakref.ref(strings, lambda _: _hashes.pop(place, None)), hashes)
    return hashes


def _encodable(value: object) -> str:
    return value if isinstance(value, str) and value.isascii() else _plain(value) if isinstance(value, str) else ""


def _make_index(articles: pd.DataFrame, keys: Keys, first: Rows) -> TextIndex:
    if len(keys) >= SMALL:
        with contextlib.suppress(OSError, sqlite3.DatabaseError):  # a full or read-only disk: memory will do
            return TextIndex(keys, _stored(articles, keys, first))
    return TextIndex(keys, _filled(":memory:", articles, first))


def _stored(articles: pd.DataFrame, keys: Keys, first: Rows) -> sqlite3.Connection:
    folder = _cache_folder()
    path = folder / f"{hashlib.sha256(keys.tobytes()).hexdigest()[:32]}.sqlite"
    with contextlib.suppress(OSError, sqlite3.DatabaseError):
        return _opened(path)
    folder.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(suffix=".part", dir=folder)
    os.close(handle)
    try:
        _filled(unfinished, articles, first).close()
        Path(unfinished).replace(path)
    finally:
        Path(unfinished).unlink(missing_ok=True)
    for old in sorted(folder.glob("*.sqlite"), key=lambda each: -each.stat().st_mtime)[KEPT_ON_DISK:]:
        old.unlink(missing_ok=True)
    return _opened(path)


def _cache_folder() -> Path:
    if own := os.environ.get("WORKBENCH_CACHE"):
        return Path(own).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "workbench" / "search"


def _opened(path: Path) -> sqlite3.Connection:
    os.utime(path)  # the least recently used index is the first to be removed
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
    pages, size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    if pages * size != path.stat().st_size or connection.execute("PRAGMA user_version").fetchone()[0] != _MADE_BY:
        connection.close()
        raise sqlite3.DatabaseError("cut short or made by another version")
    return connection


def _filled(path: str, articles: pd.DataFrame, first: Rows) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    for statement in _SCHEMA:
        connection.execute(statement)
    titles, texts = (articles[name].array.take(first) for name in ("title", "text"))
    pairs = zip(titles, texts, strict=True)
    shown = tqdm(pairs, total=len(first), desc="indexing articles", unit=" articles", disable=len(first) < SMALL)
    connection.execute("BEGIN")
    connection.executemany(
        "INSERT INTO words(rowid, title, text) VALUES (?, ?, ?)",
        ((row, _encodable(title), _encodable(text)) for row, (title, text) in enumerate(shown)),
    )
    connection.execute("COMMIT")
    return connection
