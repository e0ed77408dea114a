"""Reprints: copies with heads, cuts and edits join; forms that come back, quotations and stock sentences do not."""

from __future__ import annotations

import random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.made import articles
from workbench.articles import WorkbenchError, empty_articles
from workbench.reprints import FEWEST_WORDS, find_reprints

WORDS = [
    "council",
    "harbour",
    "treaty",
    "gas",
    "envoy",
    "winter",
    "border",
    "talks",
    "minister",
    "troops",
    "letter",
    "pipeline",
    "grain",
    "vote",
    "summit",
    "border",
    "bank",
    "price",
    "ship",
    "school",
    "bridge",
    "north",
    "south",
    "river",
    "city",
    "night",
    "answer",
    "paper",
    "market",
    "signal",
    "radio",
    "coast",
]


def text(seed: int, words: int = 120) -> str:
    """A made text: different seeds share words and next to no three of them in a row."""
    chance = random.Random(seed)
    made = [f"{chance.choice(WORDS)}{chance.randrange(40)}" for _ in range(words)]
    return " ".join(f"{word}." if at % 12 == 11 else word for at, word in enumerate(made))


def groups(table: pd.DataFrame) -> set[frozenset[str]]:
    found = find_reprints(table, progress=False)
    return {frozenset(members.index) for _, members in found.groupby(found)}


def together(*texts: str, days: list[str] | None = None) -> bool:
    """Whether all these texts are one."""
    return find_reprints(articles(texts, days=days), progress=False).nunique() < 2


made_texts = st.lists(
    st.builds(
        lambda seed, start, end: " ".join(text(seed).split()[start:end]), *map(st.integers, (0, 0, 60), (6, 60, 120))
    ),
    min_size=1,
    max_size=8,
)


@given(made_texts)
@settings(max_examples=80, deadline=None)
def test_each_article_has_one_text_and_equal_ones_have_the_same(texts: list[str]) -> None:
    table = articles(texts)
    found = find_reprints(table, progress=False)
    assert found.index.equals(table.index) and found.notna().all() and found.name == "text_id"
    for _, same in found.groupby(table["text"].str.casefold()):
        assert same.nunique() < 2


@given(made_texts, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_rows_never_matters(texts: list[str], chance: random.Random) -> None:
    table = articles(texts)
    expected = find_reprints(table, progress=False)
    order = list(table.index)
    chance.shuffle(order)
    assert find_reprints(table.loc[order], progress=False).loc[table.index].equals(expected)


@given(made_texts, st.integers(0, 7), st.integers(1, 30))
@settings(max_examples=60, deadline=None)
def test_more_exact_copies_change_no_article(texts: list[str], which: int, copies: int) -> None:
    table = articles(texts)
    expected = find_reprints(table, progress=False)
    copied = table.iloc[[which % len(texts)] * copies]
    copied = copied.set_axis([f"copy{at}" for at in range(copies)])
    found = find_reprints(pd.concat([copied, table]), progress=False)
    assert found.loc[table.index].equals(expected)
    assert set(found.loc[copied.index]) == {expected.iloc[which % len(texts)]}


@given(made_texts)
@settings(max_examples=40, deadline=None)
def test_grouping_one_article_of_each_text_again_finds_no_more(texts: list[str]) -> None:
    table = articles(sorted(texts, key=len, reverse=True))
    found = find_reprints(table, progress=False)
    firsts = table[~found.duplicated()]
    assert find_reprints(firsts, progress=False).nunique() <= found.nunique()


@pytest.mark.parametrize(
    "copy",
    [
        text(1).upper(),
        text(1).replace(". ", ".\n\n"),
        f"{text(50, 60)} {text(1)}",
        f"{text(1)} {text(51, 60)}",
        f"{text(52, 50)} {text(1)} {text(53, 50)}",
        " ".join(text(1).split()[30:]),
        " ".join(text(1).split()[:60]),
        " ".join(f"{word} indeed" if at % 15 == 7 else word for at, word in enumerate(text(1).split())),
    ],
    ids=["capitals", "paragraphs", "local head", "added tail", "head and tail", "cut head", "excerpt", "light edits"],
)
def test_a_copy_joins_its_original(copy: str) -> None:
    assert together(text(1), copy)


@pytest.mark.parametrize(
    "other",
    [
        text(2),
        f"{text(2)} {' '.join(text(1).split()[:25])}",
        " ".join(word if at % 3 else "but" for at, word in enumerate(text(1).split())),
        " ".join(reversed(text(1).split())),
    ],
    ids=["another text", "a quotation", "a rewriting", "the same words in another order"],
)
def test_a_text_of_its_own_stays_apart(other: str) -> None:
    assert not together(text(1), other)


def form(week: int) -> str:
    """A bulletin that is filled in anew: four fifths stay."""
    return " ".join(f"figure{week}x{at}" if at % 15 == 0 else word for at, word in enumerate(text(3, 150).split()))


def test_a_form_filled_in_weeks_apart_is_another_text_and_on_the_same_day_a_copy() -> None:
    assert not together(form(1), form(2), days=["2022-01-03", "2022-02-07"])
    assert together(form(1), form(2), days=["2022-01-03", "2022-01-04"])


def test_a_copy_word_for_word_is_a_copy_however_late() -> None:
    assert together(text(4), f"{text(4)} Archive.", days=["2022-01-03", "2022-06-03"])


def test_stock_sentences_do_not_glue_texts_together() -> None:
    stock = " ".join(text(5, 70).split())
    texts = [f"{text(100 + at, 60)} {stock}" for at in range(8)]
    days = [str(day.date()) for day in pd.date_range("2021-11-01", periods=8, freq="14D")]
    assert find_reprints(articles(texts, days=days), progress=False).nunique() == 8


def test_short_texts_are_the_same_only_when_equal() -> None:
    few = text(6, FEWEST_WORDS - 5)
    assert together(few, few.upper())
    assert not together(few, f"{few} again")


def test_texts_without_words_are_told_apart_by_their_titles() -> None:
    table = articles(["", "", ""]).assign(title=["Talks stall", "Talks stall", "Talks go on"])
    assert groups(table) == {frozenset({"a000", "a001"}), frozenset({"a002"})}


def test_two_hundred_edited_copies_are_one_text_and_no_other_moves() -> None:
    table = articles([text(seed) for seed in range(20)])
    expected = find_reprints(table, progress=False)
    copies = articles([f"{text(1000 + at, 8)} {text(7)} {text(2000 + at, 8)}" for at in range(200)])
    found = find_reprints(pd.concat([table, copies.set_axis(copies.index.str.replace("a", "copy"))]), progress=False)
    others = [one for one in table.index if one != "a007"]
    assert found.loc[others].equals(expected.loc[others])
    assert found.nunique() == 20


def test_no_articles_have_no_texts() -> None:
    assert find_reprints(empty_articles(), progress=False).empty


def test_a_table_without_texts_is_refused_by_name() -> None:
    with pytest.raises(WorkbenchError, match="'text'"):
        find_reprints(empty_articles().drop(columns="text"))


@pytest.mark.xfail(
    strict=True, reason="joining is transitive: a round-up that holds two whole reports glues them together"
)
def test_a_round_up_does_not_make_two_reports_one() -> None:
    assert len(groups(articles([text(8), text(9), f"{text(8)} {text(9)}"]))) > 1
