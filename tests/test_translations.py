"""Translations: the same sentences in two languages join; articles on one happening, other figures and `und` do not."""

from __future__ import annotations

import json
import random
import tomllib
from itertools import combinations
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import translations as measured
from tests import gold
from tests.labelled import CASES, labelled
from workbench.articles import WorkbenchError, as_articles, empty_articles
from workbench.copies.anchors import LANGUAGES, anchors
from workbench.copies.glossary import learn_glossary
from workbench.copies.parallel import read_sentences
from workbench.translations import _figures_agree, find_translations

PROJECT = Path(__file__).resolve().parents[1]
TITLES = PROJECT.parent / "shared" / "data" / "machine_translation" / "tv1_2021.json"

HELD: list[dict[str, Any]] = json.loads((CASES / "translations.json").read_text("utf-8"))

Pairs = set[tuple[str, str]]


def told(case: dict[str, Any], *, copies: str | None = None) -> pd.DataFrame:
    """The texts of a case as articles called after what they are; `copies` is what translations say of themselves."""
    rows = [
        {
            "article_id": f"{case['happening']} {at} {text['as']}",
            "title": text["title"],
            "text": text["text"],
            "language": text["language"],
            "published": case["day"],
            "translated_from": copies if text["as"] == "translation" else None,
        }
        for at, text in enumerate(case["texts"])
    ]
    table = pd.DataFrame(rows).set_index("article_id")
    day = pd.to_datetime(table["published"], utc=True)
    return as_articles(table.assign(published=day, published_low=day, published_high=day + pd.Timedelta(days=1)))


def pairs(table: pd.DataFrame, **options: Any) -> Pairs:
    found = find_translations(table, progress=False, **options)
    return set(zip(found["left"], found["right"], strict=True))


def case(happening: str) -> dict[str, Any]:
    return next(one for one in HELD if one["happening"] == happening)


@pytest.fixture(scope="module")
def press() -> pd.DataFrame:
    """Every labelled text in one table."""
    return as_articles(pd.concat([told(one) for one in HELD]))


@pytest.mark.parametrize("one", labelled("translations.json", "happening"))
def test_a_translation_joins_its_original_and_an_article_of_its_own_does_not(one: dict[str, Any]) -> None:
    table = told(one)
    wanted = {
        tuple(sorted(pair))
        for pair in combinations(table.index, 2)
        if sorted(name.split()[-1] for name in pair) == ["original", "translation"]
    }
    assert pairs(table) == wanted


def test_a_copy_that_says_so_joins_too() -> None:
    found = find_translations(told(case("suez"), copies="en"), progress=False)
    assert found[["left", "right", "flagged"]].to_numpy().tolist() == [["suez 0 original", "suez 1 translation", True]]
    assert found["score"].between(0.6, 1).all()


def test_a_copy_that_names_another_language_does_not_join() -> None:
    assert not pairs(told(case("suez"), copies="ru"))


def test_an_original_is_not_later_than_its_copy() -> None:
    table = told(case("suez"), copies="en")
    late = table.index == "suez 0 original"
    for name in ("published", "published_low", "published_high"):
        table[name] = table[name].where(~late, table[name] + pd.Timedelta(days=3))
    assert not pairs(table)
    assert pairs(table.assign(translated_from=pd.Series(None, index=table.index, dtype="str")))


def test_texts_weeks_apart_are_no_translations_and_undated_ones_may_be() -> None:
    table = told(case("suez"))
    late = table.index == "suez 1 translation"
    moved, undated = table.copy(), table.copy()
    for name in ("published", "published_low", "published_high"):
        moved[name] = table[name].where(~late, table[name] + pd.Timedelta(days=21))
        undated[name] = table[name].where(~late, pd.NaT)
    assert not pairs(moved)
    assert pairs(undated) == {("suez 0 original", "suez 1 translation")}


@settings(deadline=None, max_examples=3)
@given(seed=st.integers(0, 10_000))
def test_the_order_of_rows_never_matters(press: pd.DataFrame, seed: int) -> None:
    doubled = pd.concat([press, press.rename(index=lambda name: f"copy of {name}")])
    mixed = doubled.sample(frac=1, random_state=seed)
    pd.testing.assert_frame_equal(find_translations(mixed, progress=False), find_translations(doubled, progress=False))


@settings(deadline=None, max_examples=3)
@given(seed=st.integers(0, 10_000))
def test_exact_copies_change_no_pair_of_texts(press: pd.DataFrame, seed: int) -> None:
    chosen = random.Random(seed).choices(list(press.index), k=12)
    copies = press.loc[chosen].set_axis([f"zz {at:02} {name}" for at, name in enumerate(chosen)])
    more = as_articles(pd.concat([press, copies]))
    pd.testing.assert_frame_equal(find_translations(more, progress=False), find_translations(press, progress=False))


def test_left_and_right_change_nothing_but_the_names(press: pd.DataFrame) -> None:
    names = {name: f"{999 - at:03}" for at, name in enumerate(press.index)}
    renamed = as_articles(press.rename(index=names))
    assert pairs(renamed) == {tuple(sorted((names[left], names[right]))) for left, right in pairs(press)}


def test_no_pair_stands_within_one_language(press: pd.DataFrame) -> None:
    found = find_translations(press, progress=False)
    assert len(found) >= 16
    assert (found["left"] < found["right"]).all()
    assert (found["left"].map(press["language"]) != found["right"].map(press["language"])).all()


NAMES = "Lavrov Blinken Stoltenberg Johnson Zelensky Sullivan 2021"


@pytest.mark.parametrize("unknown", ["und", None])
def test_texts_in_an_unknown_language_are_never_joined(unknown: str | None) -> None:
    table = headlines([("en", NAMES, "2022-01-20"), ("de", f"{NAMES}!", "2022-01-20")])
    assert len(pairs(table)) == 1
    assert not pairs(table.assign(language=table["language"].replace("de", unknown).astype("str")))


def test_of_the_copies_of_a_text_the_earliest_stands_for_them() -> None:
    table = told(case("suez"))
    early = table.loc[["suez 0 original"]].rename(index={"suez 0 original": "early"})
    for name in ("published", "published_low", "published_high"):
        early[name] = early[name] - pd.Timedelta(hours=5)
    early["text"] = early["text"] + " Traffic resumed in the evening."
    both = as_articles(pd.concat([table, early]))
    ids = pd.Series({"suez 0 original": "t1", "early": "t1", "suez 1 translation": "t2", "suez 2 independent": "t3"})
    assert pairs(both, text_ids=ids) == {("early", "suez 1 translation")}
    assert len(pairs(both)) == 2


def test_forms_filled_in_anew_are_no_translations() -> None:
    weather = case("bulletin")
    english, german = weather["texts"]
    same = german | {
        "text": german["text"].replace("9 Grad", "7 Grad").replace("4 Grad", "2 Grad").replace("50 Kilo", "35 Kilo")
    }
    same["text"] = (
        same["text"].replace("3,5", "2,5").replace("8:13", "8:14").replace("16:49", "16:47").replace("438", "412")
    )
    same["text"] = same["text"].replace("Freitag", "Donnerstag")
    assert not pairs(told(weather))
    assert pairs(told(weather | {"texts": [english, same]}))


def test_half_of_the_figures_have_to_agree_where_there_are_three() -> None:
    assert not _figures_agree({"#35", "#412", "#2.5"}, {"#50", "#438", "#3.5"})
    assert _figures_agree({"#35", "#412", "#2.5"}, {"#35", "#412", "#3.5", "#60"})
    assert _figures_agree({"#35", "#412"}, {"#50", "#438", "#3.5"})


HEADLINES = [
    ("en", "Lavrov and Blinken meet in Geneva on January 21", "2022-01-20"),
    ("ru", "Лавров и Блинкен встретятся 21 января в Женеве", "2022-01-20"),
    ("fr", "Lavrov et Blinken se rencontrent le 22 janvier à Genève", "2022-01-20"),
    ("de", "Genf bereitet sich auf Besuch vor", "2022-01-20"),
]


def headlines(rows: list[tuple[str, str, str]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["language", "title", "published"]).assign(text="")
    return as_articles(table.set_axis([f"h{at:03}" for at in range(len(rows))]))


def test_headlines_join_when_rare_anchors_agree_and_no_figure_differs() -> None:
    assert pairs(headlines(HEADLINES)) == {("h000", "h001")}


def test_two_names_are_not_enough_for_headlines() -> None:
    rows = [
        ("en", "Boris Johnson briefly in hospital", "2022-02-01"),
        ("ru", "Борис Джонсон прибыл в Киев", "2022-02-01"),
    ]
    assert not pairs(headlines(rows))


@pytest.mark.parametrize("rows", [[], HEADLINES[:1]])
def test_tables_of_no_or_one_article_have_no_pairs(rows: list[tuple[str, str, str]]) -> None:
    found = find_translations(headlines(rows) if rows else empty_articles(), progress=False)
    assert found.empty
    assert found.dtypes.astype(str).to_dict() == {"left": "str", "right": "str", "score": "float64", "flagged": "bool"}


def test_a_table_without_languages_says_what_is_missing() -> None:
    with pytest.raises(WorkbenchError, match="language"):
        find_translations(pd.DataFrame({"title": ["a"], "text": ["b"]}))


def test_what_was_given_is_not_changed(press: pd.DataFrame) -> None:
    before = press.copy(deep=True)
    find_translations(press, progress=False)
    pd.testing.assert_frame_equal(press, before)


SAME = [
    [("Лавровым", "ru"), ("Lavrov", "fr"), ("Lawrows", "de"), ("Лавровим", "uk")],
    [("Зеленского", "ru"), ("Selenskyj", "de"), ("Zelensky", "fr"), ("Zelenski", "es"), ("Зеленський", "uk")],
    [("Харькова", "ru"), ("Charkiw", "de"), ("Járkov", "es"), ("Kharkiv", "en")],
    [("Krieg", "de"), ("войны", "ru"), ("guerre", "fr"), ("війною", "uk"), ("guerra", "es"), ("war", "en")],
    [("тридцать", "ru"), ("30", "en"), ("trente", "fr"), ("dreißig", "de")],
    [("150 000", "fr"), ("150.000", "de"), ("150,000", "en"), ("150", "ru")],
    [("7,3", "de"), ("7.3", "en")],
    [("п’ятдесят", "uk"), ("cinquante", "fr"), ("50", "es")],
    [("l’Ukraine", "fr"), ("Украине", "ru")],
]


@pytest.mark.parametrize("words", SAME, ids=lambda words: words[0][0])
def test_one_thing_has_one_anchor_in_every_language(words: list[tuple[str, str]]) -> None:
    assert set.intersection(*(set(anchors(word, language)) for word, language in words))


OTHER = [("Столтенберг", "ru", "table", "en"), ("Putin", "en", "Biden", "de"), ("150", "en", "15", "de")]


@pytest.mark.parametrize(("one", "language", "other", "spoken"), OTHER)
def test_other_things_have_other_anchors(one: str, language: str, other: str, spoken: str) -> None:
    assert not set(anchors(one, language)) & set(anchors(other, spoken))


def test_each_line_of_the_dictionary_speaks_six_languages() -> None:
    lines = tomllib.loads((PROJECT / "workbench" / "lexicon" / "news_words.toml").read_text("utf-8"))
    cells = {key: row for section in lines.values() for key, row in section.items()}
    assert cells and all(len(row) == len(LANGUAGES) and all(cell.strip() for cell in row) for row in cells.values())


def test_a_glossary_learns_what_meets_in_three_headlines() -> None:
    held = [
        (("en", f"Zoo {word} quokka"), ("de", f"Der {word} Tierpark zeigt Kurzschwanzkänguru"))
        for word in ("Halmer", "Brandel", "Torgen", "Wexel")
    ]
    learnt = learn_glossary(held)
    assert set(learnt.call("quokkas", "en")) & set(learnt.call("Kurzschwanzkängurus", "de"))
    assert learnt == learn_glossary(held[::-1]) == learn_glossary([(right, left) for left, right in held])
    assert not learn_glossary(held[:2]).entries


def test_a_text_without_words_has_no_sentences() -> None:
    assert not read_sentences("", " \n ", lambda word: (word,)).words


@pytest.fixture(scope="module")
def sample() -> tuple[pd.DataFrame, pd.DataFrame]:
    articles = gold.sample()
    return articles, gold.aligned(articles)


@pytest.mark.parametrize("flags", ["kept", "taken off"])
def test_the_sample_joins_its_translations_and_nothing_else(
    sample: tuple[pd.DataFrame, pd.DataFrame], flags: str
) -> None:
    articles, known = sample
    if flags == "taken off":
        articles = articles.assign(translated_from=pd.Series(None, index=articles.index, dtype="str"))
    precision, recall = measured.of_sample(articles, known)
    assert precision >= 0.97 and recall >= 0.9, f"precision {precision:.3f}, recall {recall:.3f}"


@pytest.mark.skipif(not TITLES.exists(), reason="the machine-translated headlines lie beside the project, not in it")
@pytest.mark.parametrize("told_by", [None, "ru"])
def test_machine_translated_headlines_are_found_where_half_of_them_have_no_partner(told_by: str | None) -> None:
    articles, same = measured.headlines(TITLES, told_by=told_by, most=1_500, seed=1)
    precision, recall = measured.of_headlines(articles, same)
    assert precision >= 0.95 and recall >= 0.5, f"precision {precision:.3f}, recall {recall:.3f}"


def test_the_cases_speak_every_language() -> None:
    assert {text["language"] for one in HELD for text in one["texts"]} == set(LANGUAGES)
