"""Vectors, neighbours and the map: of any few texts, without a download, and the same for the same texts."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench import embed
from workbench.articles import WorkbenchError
from workbench.layout import edges_between, place_texts
from workbench.neighbours import neighbour_graph

TEXTS = [
    "Envoys of NATO and Russia met in Brussels on gas and troops.",
    "Les émissaires de l'OTAN ont rencontré Lavrov à Bruxelles.",
    "Der Rat tagte in Brüssel; daß Lavrov kam, war neu.",
    "",
    "1, 2, 3.",
]

languages = st.sampled_from(["en", "fr", "und"])
corpora = st.lists(st.tuples(st.sampled_from(TEXTS) | st.text(max_size=40), languages), max_size=14)


@given(corpora)
@settings(max_examples=60, deadline=None)
def test_any_few_texts_have_vectors_neighbours_and_places(corpus: list[tuple[str, str]]) -> None:
    texts, spoken = [text for text, _ in corpus], [language for _, language in corpus]
    vectors = embed.word_vectors(texts, spoken)
    assert vectors.shape[0] == len(texts) and vectors.dtype == np.float32
    length = np.linalg.norm(vectors, axis=1)
    assert np.all(np.isclose(length, 1, atol=1e-4) | np.isclose(length, 0, atol=1e-4))
    graph = neighbour_graph(vectors, embed.traces([""] * len(texts), texts, spoken), spoken)
    assert graph.shape == (len(texts),) * 2
    assert abs(graph - graph.T).sum() < 1e-9
    assert graph.nnz == 0 or (graph.data.min() > 0 and graph.data.max() <= 1 + 1e-9)
    members = np.arange(len(texts)) % 3 - 1
    places = place_texts(vectors, members, graph)
    assert places.shape == (len(texts), 2) and np.isfinite(places).all()


def test_the_same_texts_have_the_same_vectors() -> None:
    spoken = ["en", "fr", "de", "en", "en"]
    assert np.array_equal(embed.word_vectors(TEXTS, spoken), embed.word_vectors(TEXTS, spoken))


def test_stop_words_of_every_spelling_are_known_and_unknown_languages_have_none() -> None:
    assert "the" in embed.stop_words("en") and "а" in embed.stop_words("ru")
    assert embed.stop_words("und") == embed.stop_words("xx") == frozenset()


def test_the_headline_is_read_twice_and_the_text_only_so_far() -> None:
    assert embed.readable(["Talks"], ["x" * 9_000]) == ["Talks. Talks. " + "x" * embed.CHARACTERS]


def test_a_name_in_another_alphabet_leaves_the_same_traces() -> None:
    rows = embed.traces(["", "", ""], ["Встреча Лаврова", "The envoy Lavrova", "Quiet harbour"], ["ru", "en", "en"])
    near = (rows @ rows.T).toarray()
    assert near[0, 1] > near[0, 2]


def test_neighbours_are_found_across_languages() -> None:
    said = [
        "Lavrov Stoltenberg Geneva 2022",
        "Harbour ferry Quillhaven 1907",
        "Lavrov Stoltenberg Genève 2022",
        "Harbour Quillhaven 1907",
    ]
    spoken = ["en", "en", "fr", "fr"]
    graph = neighbour_graph(embed.word_vectors(said, spoken), embed.traces([""] * 4, said, spoken), spoken).toarray()
    assert graph[0, 2] > graph[0, 3] and graph[1, 3] > graph[1, 2]


class Counting:
    """Stands in for a sentence-transformers model: every text it is asked for is counted."""

    def __init__(self) -> None:
        self.model_card_data = SimpleNamespace(base_model="made/counting")
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str], **_: Any) -> np.ndarray[Any, Any]:
        self.asked += texts
        return np.array([[len(text), 1.0] for text in texts]) / 100


def test_a_text_that_was_embedded_once_is_not_embedded_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path))
    model = Counting()
    first = embed.model_vectors(["a", "bb", "a"], model, progress=False)
    again = embed.model_vectors(["bb", "ccc"], model, progress=False)
    assert model.asked == ["a", "bb", "ccc"]
    assert np.array_equal(first[0], first[2]) and np.array_equal(first[1], again[0])


def test_a_model_that_cannot_be_loaded_is_named_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        def __init__(self, _name: str) -> None:
            raise OSError

    library = ModuleType("sentence_transformers")
    library.SentenceTransformer = Broken  # type: ignore[attr-defined]  # the library itself takes long to import
    monkeypatch.setitem(sys.modules, "sentence_transformers", library)
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path))
    with pytest.raises(WorkbenchError, match=r"'no/such'.*give a folder"):
        embed.model_vectors(["a"], "no/such", progress=False)


def test_edges_between_topics_leave_out_the_unassigned() -> None:
    from scipy import sparse

    graph = sparse.csr_matrix(np.ones((3, 3)) - np.eye(3))
    assert edges_between(graph, np.array([0, 1, -1]), 2).toarray().tolist() == [[0, 1], [1, 0]]
