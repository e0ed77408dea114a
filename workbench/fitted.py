"""What is learnt of the texts of a collection: their space, their places in it, and their topics at each level."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_limits
from tqdm.auto import tqdm

from workbench.embed import FEW, Space, Tongue, Weights, learn_space, learnt_rows
from workbench.encoder import model_vectors
from workbench.levels import Levels, find_levels
from workbench.neighbours import Vectors, nearest, neighbour_graph

_PROGRESS_FROM = 2_000
"""Texts from which finding topics takes over two seconds."""

_TIES = 5
"""Learnt texts to which a text is tied that was only placed among them."""


class Fit(NamedTuple):
    """The space, how far a model's vectors move per language, each text's vector, the graph and the levels."""

    space: Space
    shifts: dict[str, Vectors]
    vectors: Vectors
    graph: Any
    levels: Levels

    def place(self, read: Sequence[str], languages: Sequence[str], model: Any, *, progress: bool) -> Vectors:
        """The vectors of any texts; raises WorkbenchError where a model is needed that cannot be loaded."""
        with threadpool_limits(1):
            words = self.space.place(read, languages)
            return _joined(words, read, languages, self.shifts, model, progress=progress) if self.shifts else words


class Reading(NamedTuple):
    """What is read of each text, its language and its outlet (empty where unknown)."""

    read: list[str]
    languages: list[str]
    outlets: list[str]


def fit_texts(reading: Reading, model: Any, *, seed: int, progress: bool) -> Fit:
    """Everything that topics are made from, learnt from these texts in this order.

    One thread of linear algebra, so that the number of cores changes no digit; blocks of texts share the cores.
    """
    read, languages, outlets = reading
    quiet = not progress or len(read) < _PROGRESS_FROM
    with threadpool_limits(1), tqdm(total=3, desc="finding topics", unit=" steps", disable=quiet) as bar:
        space, vectors = learn_space(read, languages, outlets=outlets, seed=seed)
        shifts: dict[str, Vectors] = {}
        if model is not None and len(read):
            sense = model_vectors(read, model, progress=progress)
            shifts = _shifts(sense, languages)
            vectors = _joined(vectors, read, languages, shifts, model, progress=False)
        bar.update()
        rows = _learnt(languages)
        spoken = [languages[at] for at in rows]
        known = neighbour_graph(vectors[rows], spoken)
        bar.update()
        levels = find_levels(known, vectors[rows], spoken, seed=seed, progress=not quiet)
        graph = _whole_graph(known, rows, vectors)
        bar.update()
    return Fit(space, shifts, vectors, graph, levels)


def _learnt(languages: Sequence[str]) -> NDArray[np.int64]:
    """The texts from which topics are learnt, in their order: all, or an even draw of each language."""
    spoken = np.asarray(languages, dtype=object)
    own = [np.flatnonzero(spoken == language) for language in sorted(set(languages))]
    drawn = [rows[learnt_rows(len(rows), len(languages))] for rows in own]
    return np.sort(np.concatenate(drawn)) if drawn else np.zeros(0, dtype=np.int64)


def _shifts(sense: Vectors, languages: Sequence[str]) -> dict[str, Vectors]:
    """How far the middle of each language lies from that of all, less so where few texts tell it."""
    spoken, middle = np.asarray(languages, dtype=object), sense.mean(axis=0)
    found = {}
    for language in sorted(set(languages)):
        own = sense[spoken == language]
        found[language] = ((own.mean(axis=0) - middle) * (len(own) / (len(own) + FEW))).astype(np.float32)
    return found


def _joined(  # noqa: PLR0913 -- both views, and what the second is made from
    words: Vectors,
    read: Sequence[str],
    languages: Sequence[str],
    shifts: dict[str, Vectors],
    model: Any,
    *,
    progress: bool,
) -> Vectors:
    """Words and sense side by side, each of the same weight, languages moved to one middle."""
    sense = model_vectors(read, model, progress=progress)
    none = np.zeros(sense.shape[1], dtype=np.float32)
    moved = normalize(sense - np.array([shifts.get(language, none) for language in languages]))
    return np.asarray(normalize(np.hstack([words, moved])), dtype=np.float32)


def _whole_graph(known: Any, rows: NDArray[np.int64], vectors: Vectors) -> Any:
    """The graph of the learnt texts with every other text tied to the learnt ones nearest to it."""
    size = len(vectors)
    if len(rows) == size:
        return known
    spread = sparse.csr_matrix((np.ones(len(rows)), (rows, np.arange(len(rows)))), shape=(size, len(rows)))
    others = np.setdiff1d(np.arange(size), rows)
    place, near = nearest(vectors[others], vectors[rows], _TIES)
    keep = near.ravel() > 0
    weights = near.ravel().astype(np.float64)[keep]
    ties = sparse.csr_matrix(
        (weights, (np.repeat(others, place.shape[1])[keep], rows[place.ravel()][keep])), shape=(size, size)
    )
    return (spread @ known @ spread.T + ties + ties.T).tocsr()


def to_bytes(fit: Fit) -> bytes:
    """The fit as one file; the same fit gives the same bytes."""
    arrays: dict[str, NDArray[Any]] = {"vectors": fit.vectors}
    graph = fit.graph.tocsr()
    arrays |= {"graph.data": graph.data, "graph.indices": graph.indices, "graph.indptr": graph.indptr}
    names: dict[str, list[str]] = {}
    for language, one in fit.space.tongues.items():
        arrays |= {f"tongue.{language}.{part}": getattr(one, part) for part in ("by_words", "by_ideas", "shift")}
        arrays |= {f"words.{language}.rarity": one.words.rarity, f"words.{language}.parts": one.words.parts}
        names[f"words.{language}"] = list(one.words.names)
    for language, weights in fit.space.ideas.items():
        arrays |= {f"ideas.{language}.rarity": weights.rarity, "ideas.parts": weights.parts}
        names["ideas"] = list(weights.names)
    arrays |= {f"shift.{language}": shift for language, shift in fit.shifts.items()}
    levels = fit.levels
    arrays |= {name: getattr(levels, name) for name in ("middles", "broader", "narrow", "within")}
    arrays |= {f"stability.{at}": one for at, one in enumerate(levels.stability)}
    tried = json.loads(levels.tried.to_json(orient="split", double_precision=15))
    told = {"names": names, "fits": levels.fits, "taken": levels.taken, "tried": tried}
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo("told.json"), json.dumps(told, ensure_ascii=False, sort_keys=True))
        for name in sorted(arrays):
            part = io.BytesIO()
            np.save(part, arrays[name], allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), part.getvalue())
    return sink.getvalue()


def from_bytes(content: bytes) -> Fit:
    """The fit that `to_bytes` wrote; raises ValueError, KeyError or BadZipFile for anything else."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        told = json.loads(archive.read("told.json"))
        arrays = {
            name.removesuffix(".npy"): np.load(io.BytesIO(archive.read(name)), allow_pickle=False)
            for name in archive.namelist()
            if name.endswith(".npy")
        }
    names = told["names"]
    tongues = {
        key.removeprefix("words."): _tongue(arrays, key.removeprefix("words."), tuple(own))
        for key, own in names.items()
        if key.startswith("words.")
    }
    ideas = {
        language: Weights(tuple(names["ideas"]), arrays[f"ideas.{language}.rarity"], arrays["ideas.parts"])
        for language in tongues
        if f"ideas.{language}.rarity" in arrays
    }
    size = len(arrays["vectors"])
    graph = sparse.csr_matrix(
        (arrays["graph.data"], arrays["graph.indices"], arrays["graph.indptr"]), shape=(size, size)
    )
    shifts = {key.removeprefix("shift."): one for key, one in arrays.items() if key.startswith("shift.")}
    return Fit(Space(tongues, ideas), shifts, arrays["vectors"], graph, _levels(arrays, told))


def _tongue(arrays: dict[str, NDArray[Any]], language: str, words: tuple[str, ...]) -> Tongue:
    known = Weights(words, arrays[f"words.{language}.rarity"], arrays[f"words.{language}.parts"])
    return Tongue(known, *(arrays[f"tongue.{language}.{part}"] for part in ("by_words", "by_ideas", "shift")))


def _levels(arrays: dict[str, NDArray[Any]], told: dict[str, Any]) -> Levels:
    stability = [arrays[name] for name in sorted(arrays) if name.startswith("stability.")]
    middles, broader, narrow, within = (arrays[name] for name in ("middles", "broader", "narrow", "within"))
    tried = pd.DataFrame(told["tried"]["data"], columns=told["tried"]["columns"])
    return Levels(middles, broader, narrow, within, told["fits"], stability, tried, told["taken"])
