"""Topics at two or three levels, each nested in the one above, found once and then the same for every text.

The middle level is the division that `plateaus` takes. Its topics are joined into those of the best coarser division
that holds most of their texts, and split into the groups of the best finer one that lie mostly in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from workbench.communities import UNASSIGNED, Labels, nearest_middle
from workbench.neighbours import Vectors
from workbench.plateaus import TRIED, Scan, best_division, neighbour_divisions, scan_divisions, stability_of

FEWEST_TEXTS = 30
"""Below this a collection has no themes that could be told from chance: only texts that share most are grouped."""

FITS = 0.1
"""Cosine with the middle of the nearest topic below which a text fits nowhere."""

_ALIKE = 0.35
"""Cosine from which texts of a small collection are grouped."""


class Levels(NamedTuple):
    """Where each text belongs, coarse to fine.

    `middles`: one row of length 1 per topic of the middle level. `broader`: the group each of these lies in, or empty
    where there is no coarser level. `narrow`: middles of the finest groups, and `within` the topic each lies in.
    `fits`: the cosine a text needs. `stability`: per level that of its groups. `tried`: every division tried.
    """

    middles: Vectors
    broader: Labels
    narrow: Vectors
    within: Labels
    fits: float
    stability: list[NDArray[np.float64]]
    tried: pd.DataFrame
    taken: int

    @property
    def names(self) -> tuple[str, ...]:
        """The granularities there are, coarse to fine."""
        return ("coarse", "default", "fine") if len(self.broader) else ("default", "fine")

    def sort(self, vectors: Vectors) -> dict[str, Labels]:
        """The group of each text at each level; -1 at all of them for a text that fits nowhere."""
        if not len(self.middles):
            return {name: np.full(len(vectors), UNASSIGNED, dtype=np.int64) for name in self.names}
        topic = nearest_middle(vectors, self.middles)
        fit = np.round(np.einsum("td,td->t", vectors, self.middles[topic]), 5) >= self.fits
        return self._nested(np.where(fit, topic, UNASSIGNED), vectors)

    def _nested(self, topic: Labels, vectors: Vectors) -> dict[str, Labels]:
        known = topic >= 0
        finest = np.full(len(topic), UNASSIGNED, dtype=np.int64)
        for one in range(len(self.middles)):
            own, parts = np.flatnonzero(topic == one), np.flatnonzero(self.within == one)
            finest[own] = parts[nearest_middle(vectors[own], self.narrow[parts])]
        found = {"default": topic, "fine": finest}
        if len(self.broader):
            found = {"coarse": np.where(known, self.broader[topic], UNASSIGNED), **found}
        return found


def find_levels(graph: Any, vectors: Vectors, languages: Sequence[str], *, seed: int, progress: bool = False) -> Levels:
    """The levels of the texts of a graph; near texts alone are grouped where there are fewer than 30."""
    if len(vectors) < FEWEST_TEXTS:
        return _few(vectors)
    scan = scan_divisions(graph, vectors, languages, seed=seed, progress=progress)
    if scan.table.empty:
        return _few(vectors)
    taken = best_division(scan.table)
    coarser, finer = neighbour_divisions(scan.table, taken)
    own = scan.centres[taken]
    topic = nearest_middle(vectors, own)
    broader = _into(topic, nearest_middle(vectors, scan.centres[coarser])) if coarser is not None else _none()
    if len(set(broader.tolist())) < 2:
        broader, coarser = _none(), None
    narrow, within = _split(vectors, topic, own, scan.centres[finer] if finer is not None else own)
    found = Levels(own, broader, narrow, within, FITS, [], scan.table, taken)
    return _measured(found, vectors, scan, (coarser, taken, taken if finer is None else finer))


def _none() -> Labels:
    return np.zeros(0, dtype=np.int64)


def _into(topic: Labels, group: Labels) -> Labels:
    """For each topic the group that holds most of its texts, groups numbered anew."""
    shared = np.zeros((int(topic.max()) + 1, int(group.max()) + 1))
    np.add.at(shared, (topic, group), 1)
    return np.unique(shared.argmax(axis=1), return_inverse=True)[1].astype(np.int64)


def _split(vectors: Vectors, topic: Labels, middles: Vectors, finer: Vectors) -> tuple[Vectors, Labels]:
    """The finer groups under the topic that holds most of their texts; a topic without any stands for itself."""
    group = nearest_middle(vectors, finer)
    shared = np.zeros((len(finer), len(middles)))
    np.add.at(shared, (group, topic), 1)
    within = np.where(shared.sum(axis=1) > 0, shared.argmax(axis=1), UNASSIGNED)
    alone = np.setdiff1d(np.arange(len(middles)), within)
    kept = np.flatnonzero(within >= 0)
    return np.concatenate([finer[kept], middles[alone]]), np.concatenate([within[kept], alone]).astype(np.int64)


def _measured(found: Levels, vectors: Vectors, scan: Scan, rows: tuple[int | None, int, int]) -> Levels:
    """The levels with their groups numbered by size, empty ones left out, and the stability of each."""
    sorted_ = found._replace(fits=-1.0).sort(vectors)
    topic = _by_size(sorted_["default"], len(found.middles))
    number = np.argsort(topic)
    middles = found.middles[topic]
    finest = _by_size(sorted_["fine"], len(found.narrow), keep_empty=False)
    broader = found.broader
    if len(broader):
        group = _by_size(sorted_["coarse"], int(broader.max()) + 1)
        broader = np.argsort(group)[broader[topic]]
    found = found._replace(
        middles=middles, broader=broader, narrow=found.narrow[finest], within=number[found.within[finest]]
    )
    groups = found._replace(fits=-1.0).sort(vectors)
    refits = [scan.refits[row] for row in rows if row is not None]
    return found._replace(
        stability=[
            stability_of(own, again, int(own.max(initial=-1)) + 1)
            for own, again in zip(groups.values(), refits, strict=True)
        ]
    )


def _by_size(groups: Labels, count: int, *, keep_empty: bool = True) -> Labels:
    """The old numbers in their new order: the largest first, equal ones by their first text."""
    sizes = np.bincount(groups, minlength=count)
    first = np.full(count, len(groups))
    np.minimum.at(first, groups, np.arange(len(groups)))
    order = np.lexsort((first, -sizes))
    return order if keep_empty else order[sizes[order] > 0]


def _few(vectors: Vectors) -> Levels:
    """Groups of a collection too small for themes: texts joined by a cosine of .35, others in none."""
    near = np.round(vectors @ vectors.T, 5) >= _ALIKE if len(vectors) else np.zeros((0, 0), dtype=bool)
    _, groups = connected_components(near, directed=False) if len(vectors) else (0, _none())
    sizes = np.bincount(groups)
    kept = [one for one in _by_size(np.asarray(groups, dtype=np.int64), len(sizes)) if sizes[one] > 1]
    sums = [vectors[groups == one].sum(axis=0) for one in kept]
    middles = np.array([one / max(np.linalg.norm(one), 1e-9) for one in sums], dtype=np.float32)
    middles = middles.reshape(len(kept), vectors.shape[1])
    unknown = np.full(len(kept), np.nan)
    tried = pd.DataFrame(columns=list(TRIED))
    own = np.arange(len(kept))
    return Levels(middles, _none(), middles, own, _ALIKE, [unknown, unknown], tried, UNASSIGNED)
