"""Labelled news read as article tables, and the figures by which topics are judged; for the benchmarks of topics.

A set is an article table with one column more, `label`: what people said the article is about. `text_id` is left out,
so that finding copies is part of what is measured.
"""

from __future__ import annotations

import csv
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from workbench.articles import WorkbenchError, as_articles

LABELS = ("label", "category", "class", "topic", "section")
TITLES = ("headline", "title")
TEXTS = ("text", "description", "body", "content")
"""What the columns of a labelled file may be called; several texts are joined."""

TERMS = 10
"""Words of a topic that are judged: what a reader is shown of it."""

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "LOKY_MAX_CPU_COUNT")

Row = tuple[str, str, str, str]
"""Title, text, language and label."""


# -- labelled sets --------------------------------------------------------------------------------------------


def labelled_sets(folder: Path) -> dict[str, pd.DataFrame]:
    """The sets that stand in a folder: BBC (a folder per class) and MasakhaNEWS (en, fr and both together)."""
    sets = {}
    if bbc := _bbc(folder / "bbc"):
        sets["BBC"] = article_set("bbc", bbc)
    found = {language: _masakhanews(folder / "masakhanews", code) for code, language in (("eng", "en"), ("fra", "fr"))}
    sets |= {f"MasakhaNEWS {language}": article_set(f"m-{language}", rows) for language, rows in found.items() if rows}
    if all(found.values()):
        sets["MasakhaNEWS en + fr"] = article_set("m", [row for rows in found.values() for row in rows])
    if not sets:
        raise WorkbenchError(
            f"{folder} holds neither bbc/ nor masakhanews/; give other sets with --set NAME=FILE:LANGUAGE"
        )
    return sets


def article_set(name: str, rows: Iterable[Row]) -> pd.DataFrame:
    """The article table of labelled rows; all are of one outlet, undated."""
    table = pd.DataFrame(rows, columns=["title", "text", "language", "label"]).astype("str")
    table.index = pd.Index([f"{name}-{at:06}" for at in range(len(table))], name="article_id")
    return as_articles(table.assign(source=name)).drop(columns="text_id")


def _bbc(folder: Path) -> list[Row]:
    """One folder per class; the first line of a file is its headline."""
    rows = []
    for path in sorted(folder.rglob("*/[0-9]*.txt")):
        title, _, text = path.read_text("latin-1").partition("\n")
        rows.append((title.strip(), text.strip(), "en", path.parent.name))
    return rows


def _masakhanews(folder: Path, code: str) -> list[Row]:
    """Development and test parts; the training part is not needed, and not everywhere."""
    language = {"eng": "en", "fra": "fr"}[code]
    paths = [folder / f"{code}_{part}.tsv" for part in ("dev", "test")]
    return [row for path in paths if path.is_file() for row in labelled_file(path, language)]


def labelled_file(path: Path, language: str) -> list[Row]:
    """The rows of a CSV or TSV file with a label and a text.

    With a header, columns are known by their names; without one the label comes first, then the text, or the title
    and the text. The delimiter is the first that stands in the first line, the quote the one that the first lines use.
    """
    csv.field_size_limit(10**9)
    with path.open(encoding="utf-8-sig", newline="") as file:
        start = list(islice(file, 100))
        file.seek(0)
        first = start[0] if start else ""
        delimiter = min((mark for mark in "\t;," if mark in first), key=first.index, default=",")
        quote = max("\"'", key=lambda mark: sum(f"{delimiter}{mark}" in line for line in start))
        rows = [row for row in csv.reader(file, delimiter=delimiter, quotechar=quote) if len(row) > 1]
    head = [name.strip().casefold() for name in rows[0]] if rows else []
    if any(name in LABELS for name in head) and any(name in TEXTS for name in head):
        return _named_rows(head, rows[1:], language)
    if not rows or len(set(map(len, rows))) > 1:
        raise WorkbenchError(f"{path} is no table of labels and texts; give one with columns label and text")
    return [(row[1] if len(row) > 2 else "", "\n".join(row[2:] or row[1:]), language, row[0]) for row in rows]


def _named_rows(head: list[str], rows: list[list[str]], language: str) -> list[Row]:
    label = next(head.index(name) for name in LABELS if name in head)
    titles = [head.index(name) for name in TITLES if name in head]
    texts = [head.index(name) for name in TEXTS if name in head]
    whole = [row for row in rows if len(row) == len(head)]
    return [(_joined(row, titles), _joined(row, texts), language, row[label]) for row in whole]


def _joined(row: list[str], places: list[int]) -> str:
    return "\n".join(row[at] for at in places)


def distinct_texts(path: Path) -> pd.DataFrame:
    """The texts of an imported collection, one article of each, empty ones left out; a folder or its Parquet file."""
    table = pd.read_parquet(path if path.suffix == ".parquet" else path / "articles.parquet")
    return table[table["text"].str.len() > 0].drop_duplicates("text_id").drop(columns="text_id").sort_index()


def sentences(text: str) -> list[str]:
    """The sentences of a text, roughly: cut after a full stop, a question or an exclamation mark."""
    return [part for part in re.split(r"(?<=[.!?…])\s+", text) if part]


def peak() -> float:
    """The most memory that this process has held, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


# -- figures --------------------------------------------------------------------------------------------------


def agreement(labels: Any, topics: Any) -> tuple[float, float]:
    """Adjusted mutual information and adjusted Rand index; unassigned articles count as a topic of their own."""
    return float(adjusted_mutual_info_score(labels, topics)), float(adjusted_rand_score(labels, topics))


def npmi(texts: Sequence[str], terms: Sequence[Sequence[str]]) -> float:
    """The coherence of topics: normalised pointwise mutual information of each pair among their first ten words.

    Mean over pairs, then over topics, -1 (never together) to 1 (always). A pair is together when both stand in one
    document of the collection itself (Lau, Newman and Baldwin 2014; Röder, Both and Hinneburg 2015). Words that stand
    in every document tell nothing: 0. A term of two words stands where both do, side by side. Missing without topics.
    """
    topics = [[_folded(term) for term in own[:TERMS]] for own in terms]
    wanted = sorted({term for own in topics for term in own})
    place = {term: at for at, term in enumerate(wanted)}
    together = _together(texts, place)
    alone = np.diag(together)
    scores = []
    for own in topics:
        at = np.array([place[term] for term in dict.fromkeys(own)])
        if len(at) > 1:
            left, right = np.triu_indices(len(at), 1)
            scores.append(_npmi(together[at[left], at[right]], alone[at[left]], alone[at[right]]).mean())
    return float(np.mean(scores)) if scores else float("nan")


def _npmi(both: Any, left: Any, right: Any) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.log(both / (left * right)) / -np.log(both)
    return np.where(both == 0, -1.0, np.where(both == 1, 0.0, score))


def _together(texts: Sequence[str], place: dict[str, int]) -> Any:
    """The share of documents that hold both terms, for each pair of terms."""
    longest = max((term.count(" ") + 1 for term in place), default=1)
    rows, columns = [], []
    for row, text in enumerate(texts):
        words = _folded(text).split()
        held = {place[word] for word in set(words) & place.keys()}
        for size in range(2, longest + 1):
            grams = {" ".join(words[at : at + size]) for at in range(len(words) - size + 1)}
            held |= {place[gram] for gram in grams & place.keys()}
        rows += [row] * len(held)
        columns += sorted(held)
    counted = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(texts), len(place)))
    return (counted.T @ counted).toarray() / max(1, len(texts))


def _folded(text: str) -> str:
    """Words in lower case without accents, which some tools take off."""
    bare = "".join(mark for mark in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(mark))
    return " ".join(re.findall(r"\w+", bare))


def diversity(terms: Sequence[Sequence[str]]) -> float:
    """The share of different words among the first ten of all topics (Dieng, Ruiz and Blei 2020); 1 is no overlap."""
    shown = [_folded(term) for own in terms for term in own[:TERMS]]
    return len(set(shown)) / len(shown) if shown else float("nan")


# -- runs in processes of their own ---------------------------------------------------------------------------


def in_child(script: str, job: dict[str, Any], *, minutes: float, threads: int | None = None) -> dict[str, Any]:
    """What a run of this script with a job tells, or {"missing": why} where it failed or took too long.

    Every run has an empty cache, so that none finds what another one left, and reaches no network.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "job.json"
        path.write_text(json.dumps(job | {"out": str(Path(folder) / "out.json")}), "utf-8")
        own = {"WORKBENCH_CACHE": folder, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
        own |= {"PYTHONHASHSEED": "random"}
        own |= {name: str(threads) for name in THREADS} if threads else {}
        command = [sys.executable, script, "--job", str(path)]
        try:
            done = subprocess.run(command, env=os.environ | own, capture_output=True, timeout=60 * minutes, check=False)
        except subprocess.TimeoutExpired:
            return {"missing": f"stopped after {minutes:g} minutes"}
        if (Path(folder) / "out.json").exists():
            told: dict[str, Any] = json.loads((Path(folder) / "out.json").read_text("utf-8"))
            return told
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or [f"exit status {done.returncode}"]
        return {"missing": last[0][:200]}


class Clock:
    """Seconds since it was made: those on the wall, and those that all threads of this process worked."""

    def __init__(self) -> None:
        self.start = time.perf_counter(), time.process_time()

    def read(self) -> dict[str, float]:
        return {"seconds": time.perf_counter() - self.start[0], "work": time.process_time() - self.start[1]}


def conditions() -> str:
    """What of this machine bears on times: cores, and threads where they are limited."""
    limited = ", ".join(f"{name}={os.environ[name]}" for name in THREADS if name in os.environ)
    return f"{os.cpu_count()} cores" + (f", {limited}" if limited else "")
