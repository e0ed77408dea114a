"""Lineage: pairs of one text, who came first as far as dates tell, and what was changed."""

from __future__ import annotations

import random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.made import articles
from workbench.articles import WorkbenchError, empty_articles
from workbench.lineage import ALL_PAIRS, MOST_OF_A_DIFF, RELATIONS, changed, lineage, reprint_pairs
from workbench.reprints import find_reprints

LEAD = "The night ferry ran aground on Tuesday off Port Fable, and everyone was brought ashore in lifeboats."
BODY = (
    "The coastguard said the vessel had left the marked channel in thick fog. Nobody was hurt. "
    "Captain Odile Marrow told reporters that the radar had failed minutes before. "
    "The company promised every traveller a refund and said a second ship would take over from Thursday. "
    "Divers are to examine the hull as soon as the tide allows it."
)
REPORT = f"{LEAD} {BODY}"
EDITED = f"{LEAD.replace('Tuesday', 'Tuesday evening')} {BODY.replace('Nobody was hurt. ', '')}"
LONG = (
    f"{REPORT} {' '.join(f'Sentence {word} of a chronicle of the line follows here.' for word in 'abcdefghijklmnop')}"
)
DAYS = ["2031-03-05", "2031-03-06", "2031-03-07"]


def dated(texts: list[str], days: list[str] | None = None) -> pd.DataFrame:
    """Articles that are one text, each published within its day."""
    table = articles(texts, days=days).assign(text_id="t1")
    if days is not None:
        low = table["published"]
        table = table.assign(published_low=low, published_high=low + pd.Timedelta(days=1), published_precision="day")
    return table


def row(table: pd.DataFrame) -> pd.Series:
    """The only pair."""
    pairs = reprint_pairs(table)
    assert len(pairs) == 1
    return pairs.iloc[0]


copies = st.lists(st.sampled_from([REPORT, EDITED, LONG, BODY, LEAD, ""]), min_size=0, max_size=16)


@given(copies, st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_the_order_of_rows_never_matters(texts: list[str], chance: random.Random) -> None:
    table = dated(texts, [f"2031-03-{5 + at % 4:02}" for at in range(len(texts))])
    order = list(table.index)
    chance.shuffle(order)
    pd.testing.assert_frame_equal(reprint_pairs(table.loc[order]), reprint_pairs(table))
    if texts:
        pd.testing.assert_frame_equal(lineage(table.loc[order], "t1"), lineage(table, "t1"))


@given(copies)
@settings(max_examples=30, deadline=None)
def test_each_pair_stands_once_within_one_text_with_a_share_and_a_relation(texts: list[str]) -> None:
    table = articles(texts)
    table = table.assign(text_id=find_reprints(table, progress=False))
    pairs = reprint_pairs(table)
    assert set(pairs["relation"]) <= set(RELATIONS)
    assert pairs["score"].between(0, 1).all()
    assert (pairs["left"] != pairs["right"]).all()
    assert (
        not pd.Series([frozenset(pair) for pair in zip(pairs["left"], pairs["right"], strict=True)]).duplicated().any()
    )
    text = table["text_id"]
    assert (text.loc[pairs["left"]].to_numpy() == text.loc[pairs["right"]].to_numpy()).all()


@given(copies.filter(bool))
@settings(max_examples=30, deadline=None)
def test_lineage_has_a_row_for_each_article_and_each_but_the_first_has_an_earlier_one(texts: list[str]) -> None:
    told = lineage(dated(texts, [f"2031-03-{5 + at % 4:02}" for at in range(len(texts))]), "t1")
    assert sorted(told["article_id"]) == [f"a{at:03}" for at in range(len(texts))]
    assert told["published"].is_monotonic_increasing
    assert told["copied_from"].isna().tolist() == [True] + [False] * (len(texts) - 1)
    before: set[str] = set()
    for one, origin in zip(told["article_id"], told["copied_from"], strict=True):
        assert not isinstance(origin, str) or origin in before
        before.add(one)


@given(
    st.lists(st.sampled_from([*BODY.split(". "), LEAD]), max_size=8),
    st.lists(st.sampled_from(BODY.split(". ")), max_size=8),
)
@settings(max_examples=60, deadline=None)
def test_words_added_less_words_cut_is_what_a_text_has_grown_by(old: list[str], new: list[str]) -> None:
    added, cut, diff = changed(". ".join(old), ". ".join(new))
    assert added >= 0 and cut >= 0
    assert added - cut == len(" ".join(new).split()) - len(" ".join(old).split())
    assert (diff == "") == (added == cut == 0) or diff


def test_word_for_word_is_the_same_with_all_of_it_shared() -> None:
    told = row(dated([REPORT, REPORT.upper()], DAYS[:2]))
    assert (told["relation"], told["score"], told["earlier"]) == ("same", 1.0, "a000")


def test_an_edited_copy_is_edited_and_says_how_much_of_it_stands_in_the_other() -> None:
    told = row(dated([REPORT, EDITED], DAYS[:2]))
    assert told["relation"] == "edited" and 0.8 < told["score"] < 1


@pytest.mark.parametrize("texts", [[LONG, REPORT], [REPORT, LONG]])
def test_of_an_excerpt_the_longer_text_stands_on_the_left(texts: list[str]) -> None:
    told = row(dated(texts, DAYS[:2]))
    assert told["relation"] == "contains" and told["score"] > 0.95
    assert told["left"] == f"a00{texts.index(LONG)}" and told["earlier"] == "a000"


def test_a_copy_in_another_language_is_a_translation_without_a_diff() -> None:
    french = "Le ferry de nuit s'est échoué mardi au large de Port Fable et tout le monde a été ramené à terre."
    table = dated([REPORT, french], DAYS[:2]).assign(language=["en", "fr"])
    told = row(table)
    assert told["relation"] == "translation" and 0.2 < told["score"] < 1
    rows = lineage(table, "t1")
    assert rows["copied_from"].tolist()[1] == "a000" and rows["diff"].isna().all() and rows["words_added"].isna().all()


def test_what_says_that_it_was_translated_is_not_the_first_of_its_day() -> None:
    french = "Le ferry de nuit s'est échoué mardi au large de Port Fable et tout le monde a été ramené à terre."
    table = dated([french, REPORT], [DAYS[0], DAYS[0]]).assign(language=["fr", "en"])
    table["translated_from"] = pd.Series(["en", None], index=table.index, dtype="str")
    exact = table["published_low"] + pd.to_timedelta([0, 9], unit="h")
    table = table.assign(published_low=exact)
    rows = lineage(table, "t1")
    assert rows["language"].tolist() == ["en", "fr"]
    assert rows["copied_from"].tolist()[1] == "a001"
    assert row(table)["earlier"] == "a001"


def test_what_dates_cannot_tell_is_missing() -> None:
    assert pd.isna(row(dated([REPORT, EDITED], [DAYS[0], DAYS[0]]))["earlier"])
    assert pd.isna(row(dated([REPORT, EDITED]))["earlier"])
    table = dated([REPORT, EDITED], DAYS[:2])
    wide = table.assign(published_high=table["published_high"] + pd.Timedelta(days=3))
    assert pd.isna(row(wide)["earlier"])
    inferred = table.assign(published_from=["field", "inferred: a copy is dated 2031-03-06"])
    assert pd.isna(row(inferred)["earlier"])


def test_of_an_undated_excerpt_the_longer_text_is_the_earlier() -> None:
    assert row(dated([REPORT, LONG]))["earlier"] == "a001"


def test_a_text_of_very_many_articles_has_one_pair_for_each_but_the_first() -> None:
    many = dated([REPORT] * 40, [f"2031-03-{1 + at % 28:02}" for at in range(40)])
    assert len(reprint_pairs(many)) == 39
    few = dated([REPORT] * ALL_PAIRS, DAYS * 4)
    assert len(reprint_pairs(few)) == ALL_PAIRS * (ALL_PAIRS - 1) // 2


def test_a_copy_comes_from_the_one_most_like_it() -> None:
    further = EDITED.replace("every traveller", "travellers")
    rows = lineage(dated([REPORT, EDITED, further], DAYS), "t1").set_index("article_id")
    assert rows.loc["a002", "copied_from"] == "a001"
    assert rows.loc["a001", "copied_from"] == "a000"


def test_the_diff_shows_the_sentences_that_changed_and_no_others() -> None:
    told = lineage(dated([REPORT, EDITED], DAYS[:2]), "t1").iloc[1]
    assert told["diff"].splitlines() == [
        f"- {LEAD}",
        f"+ {LEAD.replace('Tuesday', 'Tuesday evening')}",
        "- Nobody was hurt.",
    ]
    assert (told["words_added"], told["words_cut"]) == (1, 3)


def test_a_long_diff_is_cut_and_says_by_how_much() -> None:
    _, _, diff = changed("", " ".join(f"Sentence number {at} says something of its own." for at in range(400)))
    assert len(diff) <= MOST_OF_A_DIFF + 30 and diff.splitlines()[-1].startswith("… ")
    assert diff.endswith(" more lines")


def test_columns_and_types_are_the_same_for_many_articles_and_for_none() -> None:
    columns = ["left", "right", "relation", "score", "earlier"]
    for table in (empty_articles(), dated([REPORT]), dated([REPORT, EDITED])):
        pairs = reprint_pairs(table)
        assert list(pairs.columns) == columns
        assert pairs.dtypes.astype(str).tolist() == ["str", "str", "str", "float64", "str"]


def test_one_article_alone_has_a_lineage_of_one_row() -> None:
    told = lineage(dated([REPORT], DAYS[:1]), "t1")
    assert len(told) == 1 and told["copied_from"].isna().all() and told["diff"].isna().all()


def test_without_text_ids_reprints_are_found_and_without_dates_nothing_is_earlier() -> None:
    bare = articles([REPORT, EDITED, "Something else."])[["title", "text"]]
    pairs = reprint_pairs(bare)
    assert pairs[["left", "right"]].to_numpy().tolist() == [["a000", "a001"]]
    assert pairs["earlier"].isna().all()


def test_an_unknown_text_is_named_with_the_way_out() -> None:
    table = dated([REPORT, EDITED])
    with pytest.raises(WorkbenchError, match=r"no article has the text_id 'tx'.*'t1'"):
        lineage(table, "tx")
    with pytest.raises(WorkbenchError, match="'a000' is an article_id; its text is 't1'"):
        lineage(table, "a000")


def test_the_table_is_left_as_it_was() -> None:
    table = dated([REPORT, EDITED], DAYS[:2])
    before = table.copy(deep=True)
    reprint_pairs(table)
    lineage(table, "t1")
    pd.testing.assert_frame_equal(table, before)
