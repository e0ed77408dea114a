"""Vectors, neighbours and the map: of any few texts, without a download, and the same for the same texts."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench import encoder, wordcounts
from workbench.articles import WorkbenchError
from workbench.embed import learn_space
from workbench.layout import edges_between, place_texts
from workbench.neighbours import nearest, neighbour_graph
from workbench.themes import ideas

TEXTS = [
    "Envoys of NATO and Russia met in Brussels on gas and troops.",
    "Les émissaires de l'OTAN ont rencontré Lavrov à Bruxelles.",
    "Der Rat tagte in Brüssel; daß Lavrov kam, war neu.",
    "",
    "1, 2, 3.",
]

LANGUAGES = {"en", "fr", "de", "es", "ru", "uk", "it", "pt", "pl", "tr", "nl", "ar"}

languages = st.sampled_from(["en", "fr", "und"])
corpora = st.lists(st.tuples(st.sampled_from(TEXTS) | st.text(max_size=40), languages), max_size=14)


@given(corpora)
@settings(max_examples=40, deadline=None)
def test_any_few_texts_have_vectors_neighbours_and_places(corpus: list[tuple[str, str]]) -> None:
    texts, spoken = [text for text, _ in corpus], [language for _, language in corpus]
    space, vectors = learn_space(texts, spoken)
    assert vectors.shape[0] == len(texts) and vectors.dtype == np.float32
    length = np.linalg.norm(vectors, axis=1)
    assert np.all(np.isclose(length, 1, atol=1e-4) | np.isclose(length, 0, atol=1e-4))
    assert np.array_equal(space.place(texts, spoken), vectors)
    graph = neighbour_graph(vectors, spoken)
    assert graph.shape == (len(texts),) * 2
    assert abs(graph - graph.T).sum() < 1e-9
    assert graph.nnz == 0 or (graph.data.min() > 0 and graph.data.max() <= 1 + 1e-5)
    members = np.arange(len(texts)) % 3 - 1
    places = place_texts(vectors, members, graph)
    assert places.shape == (len(texts), 2) and np.isfinite(places).all()


def test_stop_words_of_every_spelling_are_known_and_unknown_languages_have_none() -> None:
    assert "the" in wordcounts.stop_words("en") and "а" in wordcounts.stop_words("ru")
    assert wordcounts.stop_words("und") == wordcounts.stop_words("xx") == frozenset()


def test_the_headline_is_read_twice_and_the_text_only_so_far() -> None:
    assert wordcounts.readable(["Talks"], ["x" * 9_000]) == ["Talks. Talks. " + "x" * wordcounts.CHARACTERS]


def test_words_are_counted_alike_in_one_piece_and_in_many(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"gas pipeline talks word{'abc'[at % 3]}" for at in range(9)]
    whole = wordcounts.count_words(texts, ["en"] * 9)["en"]
    monkeypatch.setattr(wordcounts, "_CHUNK", 2)
    parts = wordcounts.count_words(texts, ["en"] * 9)["en"]
    assert parts.words == whole.words and (parts.counts != whole.counts).nnz == 0


@pytest.mark.parametrize(
    ("word", "language", "idea"),
    [
        ("tournois", "fr", "+tournament"),
        ("Турнира", "ru", "+tournament"),
        ("vaccines", "en", "+vaccine"),
        ("Impfstoff", "de", "+vaccine"),
        ("Fußballspiel", "de", "+football"),
        ("вакцины", "ru", "+vaccine"),
    ],
)
def test_a_theme_is_known_in_any_language(word: str, language: str, idea: str) -> None:
    assert idea in ideas(word, language)


def test_a_word_that_only_begins_like_a_stem_of_another_theme_is_not_taken_for_it() -> None:
    assert "+vaccine" not in ideas("vacancy", "en")
    assert ideas("the", "en") == ()


def test_every_line_of_the_themes_has_all_languages_and_clean_words() -> None:
    lines = tomllib.loads(files("workbench").joinpath("lexicon/themes.toml").read_text("utf-8"))
    for section in lines.values():
        for idea, cells in section.items():
            assert set(cells) == LANGUAGES, idea
            for language, cell in cells.items():
                for word in cell.split():
                    bare = word.rstrip("*")
                    assert bare and bare == bare.lower() and (bare == word or len(bare) >= 4), (idea, language, word)


def test_one_theme_in_two_languages_is_nearer_than_two_themes_in_one() -> None:
    said = [
        "The tournament ended; the champion scored twice and the coach praised the striker.",
        "The vaccine arrived in the hospital; doctors treat patients in the epidemic.",
        "Le tournoi est fini ; le champion a marqué deux buts, l'entraîneur salue l'attaquant.",
        "Le vaccin est arrivé à l'hôpital ; les médecins soignent les patients de l'épidémie.",
    ]
    _, vectors = learn_space(said * 3, ["en", "en", "fr", "fr"] * 3)
    near = vectors @ vectors.T
    assert near[0, 2] > near[0, 1] and near[1, 3] > near[1, 0]


def test_neighbours_are_taken_in_every_language() -> None:
    vectors = np.eye(6, dtype=np.float32)[[0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1]] + np.float32(0.1)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    graph = neighbour_graph(vectors, ["en"] * 6 + ["fr"] * 6).toarray()
    assert (graph[:6, 6:].sum(axis=1) > 0).all()


def test_the_nearest_are_the_nearest_and_equal_ones_go_by_their_place() -> None:
    chance = np.random.default_rng(0)
    vectors = chance.standard_normal((700, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    place, near = nearest(vectors, vectors, 4)
    assert np.array_equal(place[:, 0], np.arange(700))
    assert np.allclose(near, np.sort(vectors @ vectors.T, axis=1)[:, ::-1][:, :4], atol=1e-4)
    same, _ = nearest(vectors[:1], np.repeat(vectors[:1], 5, axis=0), 3)
    assert same.tolist() == [[0, 1, 2]]


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
    first = encoder.model_vectors(["a", "bb", "a"], model, progress=False)
    again = encoder.model_vectors(["bb", "ccc"], model, progress=False)
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
        encoder.model_vectors(["a"], "no/such", progress=False)


def test_edges_between_topics_leave_out_the_unassigned() -> None:
    from scipy import sparse

    graph = sparse.csr_matrix(np.ones((3, 3)) - np.eye(3))
    assert edges_between(graph, np.array([0, 1, -1]), 2).toarray().tolist() == [[0, 1], [1, 0]]
