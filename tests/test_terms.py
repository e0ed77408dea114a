"""Terms and labels of topics: what a journalist would write, the same for any order of the same texts."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.terms import labels, rank_terms, term_counts, topic_terms
from workbench.vocabulary import tokens
from workbench.wordcounts import stop_words

COLUMNS = ["topic", "language", "rank", "term", "weight", "texts"]

GAS = [
    "The gas pipeline was filled before winter. Engineers at the gas pipeline told reporters of a leak.",
    "A leak in the gas pipeline worries Boris Johnson. He said the storage is low.",
    "Prime Minister Boris Johnson visited the storage. The gas pipeline is closed.",
]
CHESS = [
    "The chess champion lost a pawn. The crowd saw Magnus Carlsen smile.",
    "A pawn decided the match of the chess champion. For Magnus Carlsen it was the third.",
    "The match ended when Magnus Carlsen gave up a pawn.",
]


def terms_of(
    texts: Sequence[str], language: str = "en", titles: Sequence[str] = (), ignored: Sequence[str] = ()
) -> set[str]:
    """All terms of texts in one language."""
    heads = list(titles) or [""] * len(texts)
    return set(term_counts(heads, texts, [language] * len(texts), ignored=ignored).terms["written"])


def sized(*rows: tuple[int, str, int]) -> pd.Series:
    index = pd.MultiIndex.from_tuples([row[:2] for row in rows], names=["topic", "language"])
    return pd.Series([row[2] for row in rows], index=index)


def table_of(*rows: tuple[int, str, int, str]) -> pd.DataFrame:
    return pd.DataFrame([(*row, 1.0, 3) for row in rows], columns=COLUMNS)


# Laws

hostile = st.text(max_size=60) | st.sampled_from([*GAS, *CHESS, "<script>&nbsp;&amp;</script>", "北约与俄罗斯", "ا ب"])
corpora = st.lists(
    st.tuples(hostile, hostile, st.sampled_from(["en", "ru", "zh", "und", "xx"]), st.integers(-1, 3)), max_size=12
)


def _ranked(corpus: list[tuple[str, str, str, int]]) -> pd.DataFrame:
    titles, texts, spoken, topics = ([*column] for column in zip(*corpus, strict=True)) if corpus else ([], [], [], [])
    return topic_terms(titles, texts, spoken, topics)


@given(corpora, st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_any_texts_in_any_order_have_the_same_terms(corpus: list[tuple[str, str, str, int]], random: Random) -> None:
    table = _ranked(corpus)
    random.shuffle(corpus)
    pd.testing.assert_frame_equal(table, _ranked(corpus))
    assert table.columns.tolist() == COLUMNS
    assert (table["texts"] >= 2).all() and (table["topic"] >= 0).all()


def test_other_numbers_of_the_topics_only_move_the_rows() -> None:
    texts, spoken = GAS + CHESS, ["en"] * 6
    first = topic_terms([""] * 6, texts, spoken, [0] * 3 + [1] * 3)
    other = topic_terms([""] * 6, texts, spoken, [7] * 3 + [2] * 3)
    moved = first.assign(topic=first["topic"].map({0: 7, 1: 2})).sort_values(["topic", "rank"], ignore_index=True)
    pd.testing.assert_frame_equal(other, moved)


def test_presence_says_which_text_holds_which_term() -> None:
    counts = term_counts([""] * 7, [*GAS, *CHESS, "Le gazoduc"], ["en"] * 6 + ["fr"])
    assert counts.presence.shape == (7, len(counts.terms)) and set(counts.presence.data) == {1}
    assert counts.terms.equals(counts.terms.sort_values(["language", "lemma"], ignore_index=True))
    column = counts.terms.index[counts.terms["written"] == "Magnus Carlsen"][0]
    assert counts.presence[:, [column]].toarray().ravel().tolist() == [0, 0, 0, 1, 1, 1, 0]


def test_groups_are_ranked_as_topics_are() -> None:
    texts = GAS + CHESS
    counts = term_counts([""] * 6, texts, ["en"] * 6)
    ranked = rank_terms(counts, np.array([0, 0, 0, 1, 1, 1]))
    pd.testing.assert_frame_equal(ranked, topic_terms([""] * 6, texts, ["en"] * 6, [0, 0, 0, 1, 1, 1]))
    assert len(rank_terms(counts, np.array([0, 0, 0, 1, 1, 1]), most=1)) == 2
    assert set(rank_terms(counts, np.array([-1, -1, -1, 5, 5, 5]))["topic"]) == {5}


def test_texts_cut_by_several_processes_have_the_same_terms(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = term_counts([""] * 6, GAS + CHESS, ["en"] * 6)
    monkeypatch.setattr(tokens, "_BATCH", 2)
    monkeypatch.setattr(tokens, "_MANY", 2)
    monkeypatch.setattr(tokens, "_workers", lambda: 2)
    monkeypatch.setattr(tokens, "_side_by_side", lambda tasks, _: (tokens._cut(*task) for task in tasks))
    parts = term_counts([""] * 6, GAS + CHESS, ["en"] * 6)
    pd.testing.assert_frame_equal(whole.terms, parts.terms)
    assert (whole.presence != parts.presence).nnz == 0


@pytest.mark.parametrize("texts", [[], [""], ["..."], ["the and of"], ["the and of"] * 3, ["gas pipeline"]])
def test_too_little_text_has_no_terms(texts: list[str]) -> None:
    table = topic_terms([""] * len(texts), texts, ["en"] * len(texts), [0] * len(texts))
    assert table.empty and table.columns.tolist() == COLUMNS


def test_unassigned_texts_lend_no_terms() -> None:
    table = topic_terms([""] * 6, GAS + CHESS, ["en"] * 6, [-1] * 3 + [0] * 3)
    assert table["term"].tolist()[0] == "Magnus Carlsen" and "gas pipeline" not in set(table["term"])


# What is a term

PHRASES = [
    ("en", "gas pipeline", ["A gas pipeline burst.", "They saw the gas pipeline and the gas pipelines."]),
    ("en", "Nord Stream 2", ["The end of Nord Stream 2 is near.", "All wait for Nord Stream 2 now."]),
    ("en", "New York", ["She lives in New York now.", "Rain over New York today."]),
    ("en", "Boris Johnson", ["It was Prime Minister Boris Johnson who came.", "It was Mr Boris Johnson who left."]),
    ("en", "Antony Blinken", ["We met Secretary of State Antony Blinken there.", "With Antony Blinken in town."]),
    ("fr", "Conseil de sécurité", ["Le Conseil de sécurité vote.", "Un vote au Conseil de sécurité."]),
    ("fr", "prix Goncourt", ["Il reçoit le prix Goncourt.", "Elle refuse le prix Goncourt."]),
    ("fr", "sanctions contre la Russie", ["Les sanctions contre la Russie.", "De vraies sanctions contre la Russie."]),
    ("es", "Consejo de Seguridad", ["Vota el Consejo de Seguridad.", "Reunión del Consejo de Seguridad."]),
    ("de", "nasse Straße", ["Dort war die nasse Straße.", "Auf die nasse Straße."]),
    ("ru", "Владимир Путин", ["Был Владимир Путин.", "Встреча Владимира Путина.", "Не Владимир Путин."]),
    ("ru", "Совет безопасности", ["Прошёл Совет безопасности.", "Члены Совета безопасности, Совет безопасности."]),
    ("uk", "Володимир Зеленський", ["Там Володимир Зеленський.", "До Володимира Зеленського, Володимир Зеленський."]),
    ("en", "University of Oxford", ["He left the University of Oxford.", "She joined the University of Oxford."]),
]


@pytest.mark.parametrize(("language", "phrase", "texts"), PHRASES, ids=[row[1] for row in PHRASES])
def test_words_that_belong_together_are_a_phrase(language: str, phrase: str, texts: list[str]) -> None:
    assert phrase in terms_of(texts, language)


WORDS = [
    ("en", "sanctions", ["He wants sanctions.", "No sanctions were a sanction."]),
    ("en", "NATO", ["He asked NATO to act.", "With NATO in doubt."]),
    ("en", "Putin", ["He saw Putin’s army.", "He met Putin there."]),
    ("en", "pipeline", ["Gas Pipeline Blast Kills Three", "He saw a pipeline.", "The pipeline."]),
    ("fr", "Otan", ["Il quitte l’Otan.", "Le chef de l'Otan."]),
    ("de", "Sanktionen", ["Sie will Sanktionen.", "Es gab keine Sanktionen."]),
    ("ru", "Путин", ["Там Путин.", "Слово Путина.", "К Путину пришли."]),
    ("uk", "Київ", ["Це Київ.", "Вони у Києві.", "Про Київ."]),
    ("ar", "روسيا", ["ذهب إلى روسيا", "عاد من روسيا"]),
    ("zh", "俄罗斯", ["北约与俄罗斯会谈。", "他去俄罗斯了。"]),
    ("xx", "quillhaven", ["ye quillhaven", "quillhaven zu"]),
]


@pytest.mark.parametrize(("language", "word", "texts"), WORDS, ids=[row[1] for row in WORDS])
def test_a_word_is_written_as_running_text_writes_it(language: str, word: str, texts: list[str]) -> None:
    assert word in terms_of(texts, language)


def test_a_headline_in_capitals_gives_nobody_a_capital() -> None:
    texts = ["He saw a gas pipeline near Riga.", "The crew left a gas pipeline near Riga.", ""]
    titles = ["Gas Pipeline Blast Near Riga", "GAS PIPELINE NEAR RIGA CLOSED", "Riga Gas Pipeline Is Mended"]
    assert {"gas pipeline", "Riga"} <= terms_of(texts, "en", titles)


NO_TERMS = [
    ("en", ["He said on Monday that in May years passed, Reuters reports.", "Monday in May, years, he said, Reuters."]),
    ("en", ["&nbsp; https://www.example.com/gas?a=1 &amp; &quot;html", "nbsp; https://www.example.com/gas &amp; html"]),
    ("en", ["Read more: Getty Images, copyright, updated 12:30", "Read more: Getty Images, copyright, updated 2021"]),
    ("fr", ["Mardi, il a déclaré lundi qu'en janvier", "Mardi il a déclaré lundi en janvier, selon"]),
    ("de", ["Er sagte am Montag im Januar", "Sie sagte, am Montag im Januar"]),
    ("es", ["Dijo el lunes de enero, según", "El lunes de enero dijo, según"]),
    ("ru", ["Он заявил в понедельник в январе", "Она заявила, что понедельник в январе"]),
    ("uk", ["Він заявив у понеділок у січні", "Вона заявила, понеділок у січні"]),
    ("und", ["und der die das nicht", "und der die das nicht the of and что это"]),
    ("en", ["!!! 12 345 -- '' \u0000 \ud7ff " + "x" * 90, "!!! 12 345 -- '' \u0000 " + "x" * 90]),
]


@pytest.mark.parametrize(("language", "texts"), NO_TERMS, ids=[row[1][0][:30] for row in NO_TERMS])
def test_times_speech_furniture_and_markup_are_no_terms(language: str, texts: list[str]) -> None:
    assert terms_of(texts, language) == set()


def test_a_stop_word_of_any_language_of_the_collection_neither_is_nor_ends_a_term() -> None:
    german = ["Der Rat tagte und der Rat schwieg nicht.", "Nicht der Rat und nicht der Kanzler."]
    texts = [*german, *GAS]
    counts = term_counts([""] * 5, texts, ["en", "en", "de", "en", "en"])
    for term in counts.terms["written"].str.casefold():
        for end in (term.split()[0], term.split()[-1]):
            assert end not in stop_words("de") | stop_words("en"), term


def test_a_name_that_is_a_stop_word_elsewhere_is_kept_whole() -> None:
    texts = ["They saw Kim Jong Un there.", "It was Kim Jong Un again.", "Kim bunu kim dedi, bu ne?"]
    found = set(term_counts([""] * 3, texts, ["en", "en", "tr"]).terms["written"])
    assert "Kim Jong Un" in found and "Kim" not in found


def test_no_term_runs_over_a_stop_or_out_of_a_headline_or_past_what_is_read() -> None:
    texts = [
        "They met in the harbour. Riga slept.",
        "Fog over the harbour. Riga woke.",
        "x " * 400 + "lighthouse is gone",
    ] * 2
    found = terms_of(texts, titles=["Ferry lost"] * 6)
    assert {"harbour", "Riga"} <= found and "lighthouse" not in found
    assert not [term for term in found if {"harbour", "riga"} <= set(term.casefold().split())]


OUTLETS = [
    (
        "The Kyiv Independent",
        ["He wrote to the Kyiv Independent from Kyiv.", "At the Kyiv Independent in Kyiv."],
        "Kyiv",
    ),
    ("The Moscow Times", ["The Moscow Times is in Moscow.", "He left the Moscow Times and Moscow."], "Moscow"),
    ("Le Monde", ["La finale de la Coupe du Monde.", "Pour Le Monde, une Coupe du Monde."], "Coupe du Monde"),
    ("bbc.com", ["He rang the BBC in Leeds.", "She left the BBC for Leeds."], "Leeds"),
    ("The Guardian", ["He rang the Guardian in Leeds.", "Then Guardian Australia left Leeds."], "Leeds"),
]


@pytest.mark.parametrize(("outlet", "texts", "left"), OUTLETS, ids=[row[0] for row in OUTLETS])
def test_the_name_of_an_outlet_is_no_term_but_its_city_is(outlet: str, texts: list[str], left: str) -> None:
    found = terms_of(texts, "fr" if outlet == "Le Monde" else "en", ignored=[outlet])
    name = outlet.removeprefix("The ").removesuffix(".com").casefold()
    assert left in found
    assert not [term for term in found if name in term.casefold()]


# Ranking and labels


def test_a_term_is_in_two_texts_of_its_topic() -> None:
    texts = ["The harbour slept.", "The ferry slept, the ferry sank.", "The harbour woke.", "A ferry, a ferry."]
    assert topic_terms([""] * 4, texts, ["en"] * 4, [0, 0, 1, 1]).empty


def test_a_piece_of_a_phrase_is_no_term_and_a_title_is_no_piece_of_a_name() -> None:
    pieces = terms_of(["The end of Nord Stream 2 is near.", "All wait for Nord Stream 2 now."])
    assert pieces == {"Nord Stream 2"}
    named = terms_of(
        ["We met Secretary of State Antony Blinken there.", "Then Secretary of State Antony Blinken left."]
    )
    assert named == {"Antony Blinken"}


def test_terms_are_what_tells_a_topic_apart_and_share_no_word() -> None:
    table = topic_terms([""] * 6, GAS + CHESS, ["en"] * 6, [0] * 3 + [1] * 3)
    assert table[table["rank"] == 1].set_index("topic")["term"].to_dict() == {0: "gas pipeline", 1: "Magnus Carlsen"}
    for _, own in table.groupby("topic"):
        words = [word for term in own["term"] for word in term.casefold().split()]
        assert len(words) == len(set(words))


def test_words_of_one_root_are_told_once() -> None:
    texts = ["A Russian left Russia.", "Then Russia sent a Russian.", "No Russian saw Russia."] + [
        "The chess board."
    ] * 3
    terms = topic_terms([""] * 6, texts, ["en"] * 6, [0] * 3 + [1] * 3)["term"].tolist()
    assert len({"Russia", "Russian"} & set(terms)) == 1


def test_one_topic_alone_goes_by_how_many_texts_hold_a_term() -> None:
    table = topic_terms([""] * 3, GAS, ["en"] * 3, [0, 0, 0])
    assert table["term"].iloc[0] == "gas pipeline" and table["texts"].iloc[0] == 3


def test_a_label_names_phrases_before_words_in_the_language_asked_for() -> None:
    terms = table_of((0, "en", 1, "gas"), (0, "en", 2, "Boris Johnson"), (0, "en", 3, "leak"), (0, "en", 4, "pump"))
    terms = pd.concat([terms, table_of((0, "fr", 1, "gazoduc"), (0, "fr", 2, "prix du gaz"))])
    sizes = sized((0, "en", 9), (0, "fr", 5))
    assert labels(terms, sizes).to_dict() == {0: "Boris Johnson, gas, leak"}
    assert labels(terms, sizes, language="fr").to_dict() == {0: "prix du gaz, gazoduc"}
    assert labels(terms, sizes, language="de").to_dict() == {0: "Boris Johnson, gas, leak"}


def test_a_language_with_too_few_texts_of_a_topic_does_not_label_it() -> None:
    terms = table_of((0, "en", 1, "gas"), (0, "en", 2, "leak"), (0, "fr", 1, "gazoduc"), (0, "fr", 2, "fuite"))
    assert labels(terms, sized((0, "en", 2), (0, "fr", 90))).to_dict() == {0: "gazoduc, fuite"}
    assert labels(terms, sized((0, "en", 4), (0, "fr", 90))).to_dict() == {0: "gazoduc, fuite"}
    assert labels(terms, sized((0, "en", 9), (0, "fr", 90))).to_dict() == {0: "gas, leak"}


def test_labels_of_two_topics_differ() -> None:
    words = ["gas", "leak", "pump", "winter", "storage"]
    rows = [(topic, "en", rank, word) for topic in range(4) for rank, word in enumerate(words, start=1)]
    named = labels(table_of(*rows), sized(*((topic, "en", 5) for topic in range(4))))
    assert named.to_dict() == {
        0: "gas, leak, pump",
        1: "gas, leak, pump, winter",
        2: "gas, leak, pump, storage",
        3: "gas, leak, pump, topic 3",
    }


def test_a_topic_without_terms_goes_by_its_number() -> None:
    nothing = table_of()
    assert labels(nothing, sized((0, "en", 1), (3, "ru", 2))).to_dict() == {0: "topic 0", 3: "topic 3"}
    assert labels(nothing, pd.Series(dtype="int64")).empty


def test_of_words_in_few_texts_the_one_that_other_languages_say_too_goes_first() -> None:
    texts = [*(["wheat. lorem."] * 2), *(["blé. rouge."] * 3), *(["vote. ipsum."] * 2), *(["tennis. roi."] * 3)]
    spoken = ["en", "en", "fr", "fr", "fr"] * 2
    found = rank_terms(term_counts([""] * 10, texts, spoken), np.repeat([0, 1], 5))
    english = found[found["language"] == "en"]
    weights = english.set_index("term")["weight"]
    assert english[english["topic"] == 0]["term"].tolist() == ["wheat", "lorem"]
    assert weights["wheat"] > weights["lorem"] == weights["vote"]
