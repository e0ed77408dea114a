"""Where each text stands on the map of topics: near topics lie near each other, each an island that no other covers.

Every step runs for a fixed number of rounds, on sums that no library spreads over threads where the rounds would let
a last digit grow, so that the same texts come to stand in the same places on any machine.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from workbench.neighbours import Vectors

Labels = NDArray[np.int64]
Places = NDArray[np.float64]

_NEAREST = 10
"""Other topics that draw a topic near; with more, far topics lie more truly and the nearest less so."""

_STARTS, _MANY = 3, 200
"""Layouts tried, of which the truest is kept; of more than so many topics, whose layouts differ little, only one."""

_ROUNDS, _EARLY = 400, 120
"""Steps of a layout, and those of them in which likeness weighs `_BOLD`fold so that topics find their side."""

_BOLD = 4.0

_PUSHES = 200
"""Steps of islands off each other; of 600 on a heap, none then reaches another across the water."""

_FILLED = 0.45
"""Share of a map of area 1 that all islands take; with more, pushing them apart loses their order."""

_SEA = 0.12
"""Water between two islands, in radii of the mean island."""

_SMOOTHED = 4
"""Times a text is moved towards its neighbours. Without it, a third fewer of them would lie among the nearest 30 on
the map of 5,000 articles in three languages, and languages of one matter would lie apart."""

_PULL = 0.4
"""Weight of the islands on which a text has neighbours, against the main directions of its own. With more, texts that
face one island lie on a line."""

_EVENLY = np.linspace(0.0, 1.0, 17)
"""Shares of a topic's texts within the same shares of its disc."""


def edges_between(graph: Any, members: Labels, size: int) -> Any:
    """How much the edges between each two topics weigh: a sparse matrix, shape (size, size)."""
    belongs = _belongs(members, size)
    return (belongs.T @ graph @ belongs).tocsr()


def place_texts(vectors: Vectors, members: Labels, graph: Any, *, seed: int = 0) -> Places:
    """A place for each text, shape (texts, 2), to four digits; what is near is alike, and the axes have no unit.

    Each topic is a disc whose area is its share of the texts; discs lie by the edges between topics and never meet.
    In its disc a text lies by the two main directions of the topic's texts, turned and drawn towards the topics that
    its own neighbours belong to. A text of no topic lies amid its neighbours, and around the map where it has none.
    `seed` starts the search for the truest layout. No texts give an empty array.
    """
    size = int(members.max(initial=-1)) + 1
    counts = np.bincount(members[members >= 0], minlength=size)
    radii = np.sqrt(counts * _FILLED / np.pi / max(len(members), 1))
    between = edges_between(graph, members, size)
    centres = _apart(_wide(place_topics(between, seed=seed), radii), radii)
    flat = _turned(_main_directions(vectors, members, size, seed), members, graph, centres)
    places = _on_islands(flat, members, centres, radii)
    return np.round(_strays(places, vectors, members, graph), 4) + 0.0  # no negative zero


def _belongs(members: Labels, size: int) -> Any:
    """Which text (row) is in which topic (column)."""
    known = np.flatnonzero(members >= 0)
    return sparse.csr_matrix((np.ones(len(known)), (known, members[known])), shape=(len(members), size))


# -- topics -----------------------------------------------------------------------------------------------------


def place_topics(between: Any, *, seed: int = 0) -> Places:
    """A point per topic, shape (topics, 2), near where most goes between them.

    Stochastic neighbour embedding (van der Maaten and Hinton 2008, section 3) of association strengths (van Eck and
    Waltman 2009): the weight of the edges over that expected of two topics of their size. Only topics are embedded,
    never texts, so it takes a second.
    """
    likeness = _likeness(between)
    size = len(likeness)
    if size < 2:
        return np.zeros((size, 2))
    chance = np.random.default_rng(seed)
    starts = range(_STARTS if size <= _MANY else 1)
    tried = [_embedded(likeness, chance.standard_normal((size, 2))) for _ in starts]
    return tried[min(starts, key=lambda at: (round(_untrue(tried[at], likeness), 6), at))]


def _likeness(between: Any) -> Places:
    """How much each two topics draw each other near, symmetric, 1 in all: by their nearest topics alone."""
    weights = np.round(between.toarray().astype(np.float64), 6)
    whole = weights.sum(axis=1)
    expected = np.outer(whole, whole) / max(float(whole.sum()), 1e-9)
    strength = np.divide(weights, expected, out=np.zeros_like(weights), where=expected > 0)
    np.fill_diagonal(strength, 0.0)
    nearest = np.argsort(-np.round(strength, 9), axis=1, kind="stable")[:, :_NEAREST]
    kept = np.zeros_like(strength)
    np.put_along_axis(kept, nearest, np.take_along_axis(strength, nearest, axis=1), axis=1)
    kept /= np.maximum(kept.sum(axis=1, keepdims=True), 1e-9)
    kept = kept + kept.T + 1e-6  # a topic without edges is a little like all
    np.fill_diagonal(kept, 0.0)
    return np.asarray(np.round(kept / max(float(kept.sum()), 1e-9), 9))


def _embedded(likeness: Places, start: Places) -> Places:
    """Places by gradient descent with momentum; the step grows with the topics as is usual for this method."""
    size = len(likeness)
    places, moved = start * 0.1, np.zeros_like(start)
    for step in range(_ROUNDS):
        near, shares = _nearness(places)
        bold, momentum = (_BOLD, 0.5) if step < _EARLY else (1.0, 0.8)
        drawn = (bold * likeness - shares) * near
        slope = 4 * (drawn.sum(axis=1)[:, None] * places - np.einsum("ij,jk->ik", drawn, places))
        moved = momentum * moved - max(size / 12, 2.0) * slope
        places = places + moved
        places = places - places.sum(axis=0) / size
    return places


def _nearness(places: Places) -> tuple[Places, Places]:
    """Student's kernel of each distance, and its share in the sum of all."""
    near = 1.0 / (1.0 + _squares(places))
    np.fill_diagonal(near, 0.0)
    return near, near / near.sum()


def _untrue(places: Places, likeness: Places) -> float:
    """Divergence of the distances from the likeness (Kullback and Leibler), 0 where they say the same."""
    _, shares = _nearness(places)
    off = ~np.eye(len(places), dtype=bool)
    known = np.maximum(likeness[off], 1e-12)
    return float((known * np.log(known / np.maximum(shares[off], 1e-12))).sum())


def _squares(places: Places) -> Places:
    """Squared distances between all places."""
    x, y = places.T
    return np.asarray((x[:, None] - x[None, :]) ** 2 + (y[:, None] - y[None, :]) ** 2)


def _wide(places: Places, radii: Places) -> Places:
    """The places turned to be widest from left to right, the largest topic left and above, on a map of area 1."""
    if len(places) < 2:
        return places
    x, y = (places - places.mean(axis=0)).T
    turn = 0.5 * np.arctan2(2 * (x * y).sum(), (x * x - y * y).sum())
    level = np.column_stack([x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)])
    level = level * np.where(level[np.argmax(radii)] * [1.0, -1.0] > 0, -1.0, 1.0)
    return level / max(float(np.sqrt(12 * (level**2).mean())), 1e-9)


def _apart(places: Places, radii: Places) -> Places:
    """The islands pushed off each other, a third of the way at a time, until there is water between any two."""
    need = radii[:, None] + radii[None, :] + _SEA * radii.sum() / max(len(radii), 1)
    np.fill_diagonal(need, 0.0)
    for _ in range(_PUSHES):
        distances = np.maximum(np.sqrt(_squares(places)), 1e-9)
        push = 0.3 * np.maximum(need - distances, 0.0) / distances
        places = places + push.sum(axis=1)[:, None] * places - np.einsum("ij,jk->ik", push, places)
    return places


# -- texts ------------------------------------------------------------------------------------------------------


def _main_directions(vectors: Vectors, members: Labels, size: int, seed: int) -> Places:
    """Two coordinates of each text along the directions in which the vectors of its topic vary most."""
    start = np.random.default_rng(seed).standard_normal((vectors.shape[1], 2))
    flat = np.zeros((len(vectors), 2))
    for topic in range(size):
        own = np.flatnonzero(members == topic)
        if len(own) == 0:
            continue
        around = vectors[own].astype(np.float64)
        around -= around.mean(axis=0)
        flat[own] = around @ _leading(around.T @ around, start)
    return flat


def _leading(covariance: Places, start: Places) -> Places:
    """Its two leading directions by the power method, which unlike a solver answers ties the same way each time."""
    found = np.zeros_like(start)
    for at in range(start.shape[1]):
        power = covariance
        for _ in range(6):  # the 64th power
            power = power / max(float(np.abs(power).max()), 1e-12)
            power = power @ power
        found[:, at] = power @ start[:, at]
        found[:, at] /= max(float(np.sqrt((found[:, at] ** 2).sum())), 1e-12)
        rest = np.eye(len(covariance)) - np.outer(found[:, at], found[:, at])
        covariance = rest @ covariance @ rest
    return found


def _turned(flat: Places, members: Labels, graph: Any, centres: Places) -> Places:
    """The coordinates moved towards the neighbours' and turned towards the islands to which a text's edges lead."""
    size = len(centres)
    edges = graph.tocoo()
    same = (members[edges.row] == members[edges.col]) & (members[edges.row] >= 0)
    inner = _by_row(sparse.csr_matrix((edges.data[same], (edges.row[same], edges.col[same])), shape=graph.shape))
    flat = _even(flat, members, size)
    for _ in range(_SMOOTHED):
        flat = _even(flat + inner @ flat, members, size)
    pull = _even(_pull(graph, members, centres), members, size)
    for topic in range(size):
        own = members == topic
        flat[own] = flat[own] @ _turn(flat[own], pull[own])
    return _even(flat + _PULL * pull, members, size)


def _by_row(weights: Any) -> Any:
    """The weights of each row as shares of their sum."""
    whole = np.asarray(weights.sum(axis=1)).ravel()
    return sparse.diags_array(np.divide(1.0, whole, out=np.zeros_like(whole), where=whole > 0)) @ weights


def _even(flat: Places, members: Labels, size: int) -> Places:
    """The coordinates around the middle of each topic, of spread 1 on average of the two axes; 0 in no topic."""
    belongs = _belongs(members, size)
    counts = np.maximum(np.asarray(belongs.sum(axis=0)).ravel(), 1.0)[:, None]
    level = (flat - belongs @ (belongs.T @ flat / counts)) * (members >= 0)[:, None]
    spread = np.sqrt((belongs.T @ level**2 / counts).mean(axis=1, keepdims=True))
    return np.asarray(level * (belongs @ np.divide(1.0, spread, out=np.zeros_like(spread), where=spread > 1e-6)))


def _pull(graph: Any, members: Labels, centres: Places) -> Places:
    """The mean direction, from a text's own island, of the islands on which its neighbours are."""
    links = _by_row(graph @ _belongs(members, len(centres))).tocoo()
    away = (members[links.row] >= 0) & (members[links.row] != links.col)
    row, to, weight = links.row[away], links.col[away], links.data[away]
    gap = centres[to] - centres[members[row]]
    gap = gap / np.maximum(np.hypot(*gap.T), 1e-9)[:, None] * weight[:, None]
    return np.column_stack([np.bincount(row, gap[:, axis], minlength=len(members)) for axis in range(2)])


def _turn(flat: Places, pull: Places) -> Places:
    """The turn, mirrored where that is better, which brings `flat` nearest to `pull` (Schönemann 1966, for a plane)."""
    (a, b), (c, d) = np.round(flat.T @ pull, 6)
    turned, mirrored = np.hypot(a + d, b - c), np.hypot(a - d, b + c)
    if max(turned, mirrored) == 0:
        return np.eye(2)
    if turned >= mirrored:
        return np.asarray(np.array([[a + d, b - c], [c - b, a + d]]) / turned)
    return np.asarray(np.array([[a - d, b + c], [b + c, d - a]]) / mirrored)


def _on_islands(flat: Places, members: Labels, centres: Places, radii: Places) -> Places:
    """The coordinates bent into the disc of each topic so that they fill it evenly, from its middle out."""
    places = np.zeros_like(flat)
    for topic in range(len(centres)):
        own = np.flatnonzero(members == topic)
        if len(own) == 0:
            continue
        reach = np.hypot(*flat[own].T)
        # quantiles a little apart, since a last digit decides between texts that lie equally far out
        grid = np.quantile(reach, _EVENLY) + 0.001 * reach.mean() * _EVENLY
        inside = np.interp(reach, grid, _EVENLY)
        bent = radii[topic] * np.sqrt(inside) / np.maximum(reach, 1e-9)
        places[own] = centres[topic] + flat[own] * bent[:, None]
    return places


def _strays(places: Places, vectors: Vectors, members: Labels, graph: Any) -> Places:
    """Places with those of no topic: amid the neighbours that have one, else around the map by their vector."""
    known = members >= 0
    near = _by_row(graph @ sparse.diags_array(known.astype(np.float64)))
    amid = np.where(known[:, None], places, near @ places)
    lost = ~known & (np.asarray(near.sum(axis=1)).ravel() == 0)
    reach = np.abs(places).max(axis=0, initial=0.0) * np.sqrt(1.1) + 0.05
    # the first direction of word vectors is what all texts share
    turn = np.arctan2(*vectors[lost][:, 1:3].astype(np.float64).T) if vectors.shape[1] > 2 else np.zeros(lost.sum())
    amid[lost] = np.column_stack([np.cos(turn), np.sin(turn)]) * reach * np.sqrt(2)
    return np.asarray(amid)
