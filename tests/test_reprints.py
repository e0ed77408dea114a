"""Reprints: copies with heads, cuts and edits join; forms that come back, round-ups and stock sentences do not."""

from __future__ import annotations

import random
import unicodedata
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.labelled import labelled
from tests.made import articles
from workbench.articles import WorkbenchError, as_articles, empty_articles
from workbench.copies.passages import compared
from workbench.copies.shingles import hashed
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
    return " ".join(f"{week}{at:03}" if at % 15 == 0 else word for at, word in enumerate(text(3, 150).split()))


@pytest.mark.parametrize("days", [["2022-01-03", "2022-02-07"], ["2022-01-03", "2022-01-04"], None])
def test_a_form_filled_in_with_other_figures_is_another_text(days: list[str] | None) -> None:
    assert not together(form(1), form(2), days=days)


def test_a_form_that_is_broken_at_every_eighth_word_is_no_copy_in_one_outlet() -> None:
    filled = " ".join(f"other{at}" if at % 8 == 5 else word for at, word in enumerate(text(3).split()))
    assert not together(text(3), filled)


def reworded(words: list[str], rate: float, seed: int) -> str:
    """The same words, each of them another one with such a chance."""
    chance = random.Random(seed)
    return " ".join(f"new{seed}word{at}" if chance.random() < rate else word for at, word in enumerate(words))


def test_what_is_reworded_from_beginning_to_end_is_a_copy_in_another_outlet_and_not_in_the_same() -> None:
    table = articles([text(1, 400), reworded(text(1, 400).split(), 0.25, 7)])
    assert len(groups(table.assign(source=["The Bell", "Port Lamp"]))) == 1
    assert len(groups(table.drop(columns="source"))) == 1
    assert len(groups(table.assign(source="The Bell"))) == 2


def test_two_editions_of_one_text_are_one_however_little_they_share_with_each_other() -> None:
    copies = [reworded(text(1, 400).split(), 0.28, seed) for seed in (1, 2, 3)]
    table = articles([text(1, 400), *copies]).assign(source=["The Bell", "Port Lamp", "The Echo", "Wave"])
    assert len(groups(table)) == 1


def test_a_form_without_figures_that_is_filled_in_often_is_another_text_each_time() -> None:
    words = text(3, 300).split()
    filled = [" ".join(f"{name}{at}" if at % 9 == 4 else word for at, word in enumerate(words)) for name in "abcdef"]
    assert len(groups(articles(filled)[["title", "text"]])) == len(filled)


def test_one_form_for_two_subjects_is_two_texts_in_one_outlet() -> None:
    said = [text(3, 200).replace("talks", f"{place} talks") for place in ("Lumbria", "Sundria")]
    titles = [f"Council approves {place} harbour declaration" for place in ("Lumbria", "Sundria")]
    table = articles(said).assign(title=titles)
    assert len(groups(table.assign(source="The Bell"))) == 2
    assert len(groups(table.assign(source=["The Bell", "Port Lamp"]))) == 1
    assert len(groups(table.assign(source="The Bell", title="Council approves harbour declaration"))) == 1


def test_two_copies_of_parts_of_a_text_under_other_heads_make_it_no_round_up() -> None:
    words = text(1, 400).split()
    first, last = " ".join(words[:160]), " ".join(words[230:390])
    table = articles([" ".join(words), f"{text(51, 50)} {first}", f"{last} {text(52, 50)}"])
    assert len(groups(table.assign(source=["The Bell", "Port Lamp", "The Echo"]))) == 1


def test_a_copy_in_which_one_figure_is_corrected_stays_a_copy() -> None:
    assert together(form(1), form(1).replace("1045", "1046"))


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


def case_table(case: dict[str, Any]) -> pd.DataFrame:
    rows = pd.DataFrame(case["articles"], index=[f"a{at:03}" for at in range(len(case["articles"]))])
    if "published" in rows:
        rows["published"] = pd.to_datetime(rows["published"], utc=True, format="ISO8601")
    return as_articles(rows.assign(language=case["language"]))


@pytest.mark.parametrize("case", labelled("reprints.json", "id", also="language"))
def test_articles_are_one_text_as_a_reader_says(case: dict[str, Any]) -> None:
    table = case_table(case)
    assert groups(table) == {frozenset(table.index[number] for number in members) for members in case["same"]}


@pytest.mark.parametrize("case", labelled("reprints.json", "id", also="language"))
def test_the_order_of_rows_matters_in_no_case(case: dict[str, Any]) -> None:
    table = case_table(case)
    if "known_failure" in case:
        pytest.fail("the known failure is of the case above")
    assert find_reprints(table.iloc[::-1], progress=False).loc[table.index].equals(find_reprints(table, progress=False))


@given(st.lists(st.integers(0, 6), min_size=2, max_size=6), st.integers(0, 5), st.integers(1, 12))
@example(seeds=[1, 1, 1], which=0, copies=12)
@settings(max_examples=40, deadline=None)
def test_later_near_copies_change_no_article(seeds: list[int], which: int, copies: int) -> None:
    days = [f"2022-01-{3 + at:02}" for at in range(len(seeds))]
    table = articles([f"{text(100 + at, 10)} {text(seed)}" for at, seed in enumerate(seeds)], days=days)
    expected = find_reprints(table, progress=False)
    held = table["text"].iloc[which % len(seeds)]
    near = articles(
        [held.replace(held.split()[20 + at], f"other{at}") for at in range(copies)], days=["2022-01-12"] * copies
    )
    found = find_reprints(pd.concat([table, near.set_axis([f"copy{at}" for at in range(copies)])]), progress=False)
    assert found.loc[table.index].equals(expected)


@given(st.lists(st.integers(0, 3), min_size=2, max_size=7))
@settings(max_examples=40, deadline=None)
def test_one_text_is_an_equivalence(seeds: list[int]) -> None:
    table = articles([f"{text(100 + at, 15)} {text(seed)}" for at, seed in enumerate(seeds)])
    expected = {frozenset(f"a{at:03}" for at, other in enumerate(seeds) if other == seed) for seed in seeds}
    assert groups(table) == expected


def test_the_table_is_left_as_it_was() -> None:
    table = articles([text(1), f"{text(1)} {text(2, 30)}"], days=["2022-01-03", "2022-01-04"])
    before = table.copy(deep=True)
    find_reprints(table, progress=False)
    pd.testing.assert_frame_equal(table, before)


def test_a_table_of_titles_and_texts_alone_is_enough() -> None:
    table = articles([text(1), f"{text(1)} {text(2, 30)}", text(3)])[["title", "text"]]
    assert groups(table) == {frozenset({"a000", "a001"}), frozenset({"a002"})}


def test_an_inferred_date_tells_nothing_apart() -> None:
    table = articles([text(1), f"{text(40, 60)} {text(1)} {text(41, 60)}"], days=["2022-01-03", "2022-04-03"])
    assert len(groups(table)) == 2
    assert len(groups(table.assign(published_from=["field", "inferred: a sentence"]))) == 1


def test_what_comes_back_in_one_outlet_days_later_has_to_be_all_but_equal() -> None:
    copy, days = f"{text(40, 30)} {text(1)}", ["2022-01-03", "2022-01-10"]
    table = articles([text(1), copy], days=days)
    assert len(groups(table)) == 2
    assert len(groups(table.assign(source=["The Bell", "The Echo"]))) == 1


def test_a_group_holds_together_and_not_only_by_a_chain() -> None:
    moving = [" ".join(text(1, 1000).split()[start : start + 400]) for start in range(0, 601, 60)]
    found = groups(articles(moving))
    assert frozenset({"a000", "a010"}) not in found
    assert not any({"a000", "a010"} <= members for members in found)


def test_a_text_that_is_a_sliver_of_another_is_quoted_there_and_no_reprint_of_it() -> None:
    whole = text(1, 2000).split()
    assert not together(" ".join(whole), " ".join(whole[500:560]))
    assert together(" ".join(whole), " ".join(whole[:60]))
    table = articles([" ".join(whole), " ".join(whole[500:760])]).assign(source=["The Bell", "The Echo"])
    assert len(groups(table)) == 1


WORDS_OF_ANY_SCRIPT = st.text(st.characters(categories=["L", "M", "N", "P", "Z", "Cf"]), max_size=60)


@given(st.lists(WORDS_OF_ANY_SCRIPT, max_size=6))
@settings(max_examples=80, deadline=None)
def test_words_do_not_depend_on_the_texts_around_them(texts: list[str]) -> None:
    together_ = hashed(texts)
    for at, one in enumerate(texts):
        alone = hashed([one])
        assert np.array_equal(together_.of(at), alone.of(0)) and np.array_equal(together_.keys[at], alone.keys[0])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Café crème", "CAFÉ CRÈME"),
        ("Café crème", unicodedata.normalize("NFD", "Café crème")),
        ("mili\u00adtary", "military"),
        ("Всё решено", "ВСЁ РЕШЕНО"),
        ("one, two; three", "one two – three!"),
    ],
)
def test_a_text_is_its_words_however_typed(one: str, other: str) -> None:
    assert np.array_equal(hashed([one]).keys, hashed([other]).keys)


@pytest.mark.parametrize(
    ("line", "words"),
    [("don't stop", 3), ("北京今天", 4), ("हिन्दी भाषा", 2), ("", 0), ("— …", 0), ("e\u0301te\u0301", 1)],
)
def test_words_are_counted_in_any_script(line: str, words: int) -> None:
    assert hashed([line]).lengths.tolist() == [words]


def test_very_many_texts_and_very_long_ones_are_hashed_as_few_and_short_ones_are() -> None:
    texts = [text(seed, 60) for seed in range(30)] * 40
    few, many = hashed(texts[:30]), hashed([*texts, text(77, 60_000)])
    assert np.array_equal(many.words[: len(few.words)], few.words)
    assert len(many.of(len(texts))) == 60_000


def shared(one: str, other: str) -> Any:
    return next(compared(hashed([one, other]), [(0, 1)]))


def test_what_two_texts_share_is_told_for_either() -> None:
    whole = " ".join(
        f"w{at}x" if at == 5 else f"word{'abcdefghij'[at % 10]}{'klmnopqrst'[at // 10]}" for at in range(100)
    )
    part = " ".join(whole.split()[50:])
    told = shared(whole, part)
    assert told.of_shorter == 1 and told.of_longer == pytest.approx(48 / 98)
    assert told.lead_of_shorter and not told.lead_of_longer and told.long_runs == 1 and told.other_numbers == 0


def test_numbers_in_one_place_that_differ_are_counted() -> None:
    told = shared(
        "the index closed at 4312 points and the barrel at 81 crowns tonight in town",
        "the index closed at 4388 points and the barrel at 79 crowns tonight in town",
    )
    assert (told.same_numbers, told.other_numbers) == (0, 2)


def translated(monkeypatch: pytest.MonkeyPatch, *pairs: tuple[str, str, float]) -> None:
    """Make the search for translations find these pairs."""
    table = pd.DataFrame(pairs, columns=["left", "right", "score"]).assign(flagged=False)
    monkeypatch.setattr("workbench.translations.find_translations", lambda *_, **__: table)


def test_translations_join_their_originals_text_and_all_its_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    table = articles([text(1), f"{text(1)} {text(9, 20)}", text(2), text(3)]).assign(language=["en", "en", "fr", "ru"])
    translated(monkeypatch, ("a000", "a002", 0.9), ("a002", "a003", 0.8))
    assert groups(table) == {frozenset(table.index)}


def test_a_translation_does_not_make_two_texts_of_one_language_one(monkeypatch: pytest.MonkeyPatch) -> None:
    table = articles([text(1), text(2), text(3)]).assign(language=["en", "fr", "en"])
    translated(monkeypatch, ("a000", "a001", 0.6), ("a001", "a002", 0.9))
    assert groups(table) == {frozenset({"a000"}), frozenset({"a001", "a002"})}
