"""The map of topics: near topics lie near, islands never meet, and the same texts lie in the same places."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import sparse

from workbench.layout import place_texts, place_topics

Floats = NDArray[np.float64]


def chain(topics: int, texts: int, *, seed: int = 1) -> tuple[Any, Any, Any]:
    """Texts of topics in a row: most edges within a topic, some to the next one, none beyond."""
    chance = np.random.default_rng(seed)
    members = np.repeat(np.arange(topics), texts)
    middle = chance.standard_normal((topics, 20))
    vectors = (middle[members] + 0.5 * chance.standard_normal((len(members), 20))).astype(np.float32)
    rows = np.repeat(np.arange(len(members)), 6)
    step = chance.choice([-1, 0, 0, 0, 0, 1], size=len(rows))
    beside = np.clip(members[rows] + step, 0, topics - 1)
    columns = beside * texts + chance.integers(0, texts, size=len(rows))
    graph = sparse.csr_matrix((chance.uniform(0.2, 1.0, len(rows)), (rows, columns)), shape=(len(members),) * 2)
    return vectors, members, graph.maximum(graph.T)


def discs(places: Floats, members: Any) -> tuple[Floats, Floats]:
    """Middle of each topic's texts, and the distance of its farthest text."""
    topics = range(members.max() + 1)
    middles = np.array(
        [(places[members == one].min(axis=0) + places[members == one].max(axis=0)) / 2 for one in topics]
    )
    reach = [np.hypot(*(places[members == one] - middles[one]).T).max() for one in topics]
    return middles, np.array(reach)


@given(st.integers(0, 12), st.integers(1, 4), st.integers(0, 9))
@settings(max_examples=25, deadline=None)
def test_any_few_texts_have_a_place(texts: int, topics: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    vectors = chance.standard_normal((texts, 4)).astype(np.float32)
    vectors[: texts // 3] = 0.0
    members = chance.integers(-1, topics, texts)
    graph = sparse.random(texts, texts, 0.2, "csr", rng=chance) if texts else sparse.csr_matrix((0, 0))
    places = place_texts(vectors, members, graph + graph.T)
    assert places.shape == (texts, 2)
    assert np.isfinite(places).all()
    assert np.abs(places).max(initial=0.0) < 10
    assert np.array_equal(places, np.round(places, 4))


def test_texts_lie_where_they_lie_in_any_order() -> None:
    vectors, members, graph = chain(7, 30)
    order = np.random.default_rng(0).permutation(len(members))
    moved = place_texts(vectors[order], members[order], graph[order][:, order])
    assert np.array_equal(moved, place_texts(vectors, members, graph)[order])


@pytest.mark.parametrize("texts", [3, 30])
def test_the_last_digits_in_which_machines_differ_move_no_text(texts: Any) -> None:
    vectors, members, graph = chain(12, texts)
    noise = np.random.default_rng(0)
    near = graph.copy()
    near.data = near.data * (1 + 1e-13 * noise.standard_normal(len(near.data)))
    shaken: Any = vectors.astype(np.float64) * (1 + 1e-12 * noise.standard_normal(vectors.shape))
    assert np.abs(place_texts(shaken, members, near) - place_texts(vectors, members, graph)).max() < 2e-4


def test_the_last_digits_decide_nothing_between_texts_equally_far_out() -> None:
    three: Any = np.eye(3, 6)
    links = sparse.csr_matrix(np.ones((3, 3)) - np.eye(3))
    shaken: Any = three + 1e-13 * np.random.default_rng(0).standard_normal(three.shape)
    members = np.zeros(3, dtype=np.int64)
    assert np.abs(place_texts(shaken, members, links) - place_texts(three, members, links)).max() < 2e-4


def test_between_any_two_islands_runs_a_straight_line_of_water() -> None:
    vectors, members, graph = chain(9, 40)
    places = place_texts(vectors, members, graph)
    turn = np.linspace(0, 2 * np.pi, 360)
    along = places @ np.array([np.cos(turn), np.sin(turn)])
    for one in range(9):
        for other in range(one):
            gap = along[members == one].min(axis=0) - along[members == other].max(axis=0)
            assert gap.max() > 0


def test_topics_that_share_edges_lie_beside_each_other() -> None:
    vectors, members, graph = chain(8, 40)
    middles, _ = discs(place_texts(vectors, members, graph), members)
    away = np.hypot(*(middles[:, None] - middles[None, :]).T)
    np.fill_diagonal(away, np.inf)
    assert all(abs(int(away[one].argmin()) - one) == 1 for one in range(8))
    assert away[0, 7] == away[np.isfinite(away)].max()


def test_an_island_is_as_large_as_its_share_of_the_texts() -> None:
    vectors, members, graph = chain(4, 90)
    few = np.flatnonzero((members > 0) | (np.arange(len(members)) % 9 == 0))
    _, reach = discs(place_texts(vectors[few], members[few], graph[few][:, few]), members[few])
    assert 2.0 < reach[1] / reach[0] < 4.0


def test_a_text_lies_on_the_side_of_the_topic_its_neighbours_belong_to() -> None:
    vectors, members, graph = chain(3, 60)
    places = place_texts(vectors, members, graph)
    middles, _ = discs(places, members)
    own = np.flatnonzero(members == 1)
    towards = [np.asarray(graph[own][:, members == one].sum(axis=1)).ravel() for one in (0, 2)]
    axis = (middles[2] - middles[0]) / np.hypot(*(middles[2] - middles[0]))
    along = (places[own] - middles[1]) @ axis
    assert np.corrcoef(along, towards[1] - towards[0])[0, 1] > 0.3


@pytest.mark.parametrize("ends", [(0, 2), (2, 0)])
def test_an_island_is_turned_so_that_its_ends_face_the_topics_they_lead_to(ends: Any) -> None:
    chance = np.random.default_rng(5)
    line = np.linspace(-1, 1, 60)
    members = np.repeat([0, 1, 2], 60)
    vectors = 0.05 * chance.standard_normal((180, 8))
    vectors[60:120, 0] += line
    links = np.zeros((180, 180))
    for first in (0, 60, 120):
        links[first : first + 60, first : first + 60] = 0.1
    for text, place in enumerate(line):
        if abs(place) > 0.8:
            links[60 + text, ends[int(place > 0)] * 60 : ends[int(place > 0)] * 60 + 2] = 1.0
    places = place_texts(vectors.astype(np.float32), members, sparse.csr_matrix(np.maximum(links, links.T)))
    towards = places[members == ends[1]].mean(axis=0) - places[members == ends[0]].mean(axis=0)
    inner = np.abs(line) < 0.7  # those that lead nowhere themselves
    assert np.corrcoef((places[60:120] @ towards)[inner], line[inner])[0, 1] > 0.5


def test_a_text_of_no_topic_lies_amid_its_neighbours_or_around_the_map() -> None:
    vectors, members, graph = chain(4, 30)
    members = members.copy()
    members[[5, 40]] = -1
    cut = graph.tolil()
    cut[40, :], cut[:, 40] = 0, 0
    cut = cut.tocsr()
    places = place_texts(vectors, members, cut)
    known = members >= 0
    near = cut[5].multiply(known).toarray().ravel()
    assert np.allclose(places[5], near @ places / near.sum(), atol=2e-4)
    low, high = places[known].min(axis=0), places[known].max(axis=0)
    assert ((places[40] < low) | (places[40] > high)).any()


def test_texts_without_any_difference_and_topics_without_edges_have_places() -> None:
    same = np.ones((9, 5), dtype=np.float32)
    places = place_texts(same, np.arange(9) // 3, sparse.csr_matrix((9, 9)))
    assert np.isfinite(places).all()
    assert len({tuple(place) for place in places.tolist()}) == 3


def test_another_seed_may_give_another_map_and_the_same_one_the_same() -> None:
    between = sparse.csr_matrix(np.random.default_rng(0).random((30, 30)))
    between = between + between.T
    assert np.array_equal(place_topics(between, seed=3), place_topics(between, seed=3))
    assert not np.array_equal(place_topics(between, seed=3), place_topics(between, seed=4))
