"""Articles like a few examples: across languages, texts and not copies, the same for any order of rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.made import articles as made
from workbench.articles import WorkbenchError, as_articles, empty_articles
from workbench.likeness import COLUMNS, distinct_texts, like, likeness

SAYINGS = {
    "grain": {
        "en": ("grain export", "harvest of wheat", "farmers", "corn prices", "ships with grain"),
        "fr": ("exportation de céréales", "récolte de blé", "agriculteurs", "prix du maïs", "navires de blé"),
        "ru": ("экспорт зерна", "урожай пшеницы", "фермеры", "цены на кукурузу", "суда с зерном"),
    },
    "sport": {
        "en": ("football match", "the championship", "players", "the trainer", "a goal in the stadium"),
        "fr": ("match de football", "le championnat", "joueurs", "l'entraîneur", "un but dans le stade"),
        "ru": ("футбольный матч", "чемпионат", "игроки", "тренер", "гол на стадионе"),
    },
}


def two_matters(each: int = 8) -> pd.DataFrame:
    """Texts of two matters in three languages; the ids say which: grain-ru-03."""
    rows = {}
    for matter, spoken in SAYINGS.items():
        for language, said in spoken.items():
            for at in range(each):
                words = [said[(at + step) % 5] for step in range(3)]
                rows[f"{matter}-{language}-{at:02}"] = (", ".join(words), language, f"2022-01-{1 + at:02}")
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["title", "language", "published"])
    table["published"] = pd.to_datetime(table["published"], utc=True)
    table["published_low"], table["published_high"] = table["published"], table["published"] + pd.Timedelta(days=1)
    return as_articles(table.assign(text="", source="The Bell", text_id=list(table.index)))


EXAMPLES = ["grain-en-00", "grain-en-02"]


def test_the_matter_of_the_examples_is_found_in_every_language() -> None:
    found = like(two_matters(), EXAMPLES, most=22)
    assert {one.split("-")[0] for one in found.index[:15]} == {"grain"}
    assert set(found["language"][:15]) == {"en", "fr", "ru"}


def test_the_table_is_ranked_from_best_to_worst_with_scores_from_0_to_1() -> None:
    found = like(two_matters(), EXAMPLES, most=100)
    assert found["rank"].tolist() == list(range(1, len(found) + 1))
    assert found["score"].is_monotonic_decreasing and found["score"].between(0, 1).all()
    assert list(found.columns) == list(COLUMNS) and found.dtypes.astype(str).to_dict() == COLUMNS


def test_the_order_of_rows_and_of_ids_changes_nothing() -> None:
    table = two_matters()
    first = like(table, EXAMPLES)
    again = like(table.sample(frac=1, random_state=3), EXAMPLES[::-1])
    pd.testing.assert_frame_equal(first, again)


def test_examples_their_copies_and_their_translations_are_no_finds() -> None:
    table = two_matters()
    table.loc["grain-fr-00", "text_id"] = table.loc["grain-en-01", "text_id"] = "grain-en-00"
    found = like(table, "grain-en-00", most=100)
    assert not {"grain-en-00", "grain-fr-00", "grain-en-01"} & set(found.index)


def test_copies_are_one_row_that_counts_them() -> None:
    table = two_matters()
    table.loc[["grain-en-03", "grain-fr-03", "grain-ru-03"], "text_id"] = "one"
    found = like(table, EXAMPLES, most=100)
    row = found[found["text_id"] == "one"]
    assert row["articles"].tolist() == [3]
    assert found["text_id"].is_unique


def test_why_names_words_that_the_examples_share_in_the_language_of_the_article() -> None:
    found = like(two_matters(), "grain-en-00", most=100)
    said = found["why"].to_dict()
    assert "экспорт" in said["grain-ru-00"] and "урожай" in said["grain-ru-00"]
    shared = set(said["grain-en-04"].split(", "))
    assert "harvest" in shared and "ships" not in shared


def test_language_and_days_keep_what_was_asked_for_and_the_undated() -> None:
    table = two_matters()
    assert set(like(table, EXAMPLES, language="ru")["language"]) == {"ru"}
    table.loc["grain-fr-07", ["published", "published_low", "published_high"]] = pd.NaT
    near = like(table, "grain-en-03", days=1, most=100)
    dated = near.index[near["published"].notna()]
    assert {one[-2:] for one in dated} == {"02", "03", "04"}
    assert "grain-fr-07" in near.index


def test_the_least_likeness_among_examples_is_told_and_one_example_has_none() -> None:
    table = two_matters()
    assert 0 < like(table, EXAMPLES).attrs["among_examples"] <= 1
    assert np.isnan(like(table, EXAMPLES[0]).attrs["among_examples"])


def test_only_the_nearest_examples_count() -> None:
    vectors = np.eye(8, dtype=np.float32)
    same = np.repeat(vectors[:1], 5, axis=0)
    assert likeness(vectors[:2], np.concatenate([same, vectors[2:]])).tolist() == [1.0, 0.0]
    assert likeness(vectors, vectors[:0]).tolist() == [0.0] * 8


def test_the_earliest_copy_stands_for_a_text_in_each_language() -> None:
    table = two_matters(3)
    table.loc[["grain-en-01", "grain-en-02", "grain-fr-02"], "text_id"] = "one"
    texts = distinct_texts(table)
    assert texts[texts["text_id"] == "one"]["article_id"].tolist() == ["grain-en-01", "grain-fr-02"]
    chosen = distinct_texts(table, (table.index == "grain-en-02"))
    assert "grain-en-02" in set(chosen["article_id"])


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_few_articles_never_fail(count: int) -> None:
    table = made(["Grain was sold", "Grain was bought", "", "A match", "Wheat"][:count])
    found = like(table, table.index[0])
    assert len(found) < count and list(found.columns) == list(COLUMNS)


def test_what_means_nothing_is_refused_with_a_way_out() -> None:
    table = two_matters(2)
    with pytest.raises(WorkbenchError, match="1 of 2 examples are not in the table, the first is 'nowhere'"):
        like(table, ["grain-en-00", "nowhere"])
    with pytest.raises(WorkbenchError, match="no example is given"):
        like(table, [])
    with pytest.raises(WorkbenchError, match="not in the table"):
        like(empty_articles(), "a")
    with pytest.raises(WorkbenchError, match="most=0"):
        like(table, "grain-en-00", most=0)
    with pytest.raises(WorkbenchError, match="days=-1"):
        like(table, "grain-en-00", days=-1)
    with pytest.raises(WorkbenchError, match="no article is in language 'xx'; the table has en, fr, ru"):
        like(table, "grain-en-00", language="xx")
