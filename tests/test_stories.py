"""Stories: laws first (copies, order, rows), then small texts written for these tests, with near misses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests import gold
from workbench.articles import WorkbenchError, as_articles, empty_articles
from workbench.companions import _alone, companions, likeness
from workbench.nearness import read_texts
from workbench.stories import STORY_COLUMNS, find_stories, story_table

CASES = Path(__file__).parent / "cases"
LABELLED = json.loads((CASES / "stories.json").read_text("utf-8"))
"""Invented happenings: two fires, two summits of one week, two towns, in three languages."""


def made() -> pd.DataFrame:
    """The labelled texts as an article table; each outlet is the first part of the id."""
    rows = pd.DataFrame(LABELLED).set_index("id").drop(columns="story")
    day = pd.to_datetime(rows["published"], utc=True)
    rows = rows.assign(published=day, published_low=day, published_high=day + pd.Timedelta(days=1))
    return as_articles(rows.assign(source=rows.index.str.split("-").str[0], text_id="t" + rows.index))


def without_dates(articles: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    table = articles.copy()
    table.loc[names, ["published", "published_low", "published_high"]] = pd.NaT
    return table


@pytest.fixture(scope="module")
def articles() -> pd.DataFrame:
    return made()


@pytest.fixture(scope="module")
def stories(articles: pd.DataFrame) -> pd.Series:
    return find_stories(articles, progress=False)


def test_every_row_keeps_its_place_and_has_a_story(articles: pd.DataFrame, stories: pd.Series) -> None:
    assert stories.index.equals(articles.index)
    assert stories.notna().all()
    assert stories.name == "story_id"


def test_the_labelled_stories_are_found_and_near_misses_stay_apart(stories: pd.Series) -> None:
    found = {frozenset(group.index) for _, group in stories.groupby(stories)}
    gold = pd.Series({row["id"]: row["story"] for row in LABELLED})
    assert found == {frozenset(group.index) for _, group in gold.groupby(gold)}


def test_the_order_of_rows_changes_nothing(articles: pd.DataFrame, stories: pd.Series) -> None:
    for seed in range(3):
        shuffled = articles.sample(frac=1, random_state=seed)
        assert find_stories(shuffled, progress=False).sort_index().equals(stories.sort_index())


def test_two_hundred_copies_of_one_text_change_no_story(articles: pd.DataFrame, stories: pd.Series) -> None:
    copy = articles.loc[["dam-2"]]
    copies = pd.concat([copy.rename(index={"dam-2": f"zz-copy-{number:03}"}) for number in range(200)])
    found = find_stories(pd.concat([articles, copies]), progress=False)
    assert found.loc[articles.index].equals(stories)
    assert set(found.loc[copies.index]) == {stories["dam-2"]}


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 9])
def test_small_collections_do_not_fail(articles: pd.DataFrame, count: int) -> None:
    few = articles.head(count)
    assert len(find_stories(few, progress=False)) == count


def test_an_empty_table_gives_empty_stories_and_a_table_with_its_columns() -> None:
    nothing = empty_articles()
    found = find_stories(nothing, progress=False)
    assert found.empty
    assert list(story_table(nothing.assign(story_id=found)).columns) == list(STORY_COLUMNS)


def test_articles_without_words_are_stories_of_their_own(articles: pd.DataFrame) -> None:
    blank = articles.head(3).assign(title="", text=" – ", text_id="tblank")
    assert find_stories(blank, progress=False).nunique() == 3


def test_a_table_without_any_date_does_not_fail(articles: pd.DataFrame) -> None:
    undated = without_dates(articles, articles.index.tolist())
    assert len(find_stories(undated, progress=False)) == len(articles)


def test_an_undated_article_joins_a_story_on_strong_evidence_only(articles: pd.DataFrame) -> None:
    table = without_dates(articles, ["fire-2", "garden"])
    found = find_stories(table, progress=False)
    assert found["fire-2"] == found["fire-1"]
    assert (found == found["garden"]).sum() == 1


def test_the_story_id_comes_from_the_earliest_text(articles: pd.DataFrame, stories: pd.Series) -> None:
    without_later = articles.drop(index=["dam-3", "dam-4", "fire-2"])
    found = find_stories(without_later, progress=False)
    assert found["dam-1"] == stories["dam-1"]
    assert found["fire-1"] == stories["fire-1"]


def nearest(articles: pd.DataFrame) -> float:
    texts = read_texts(articles.sort_values("text_id"), progress=False)
    return float(likeness(texts, 7, progress=False).max())


def test_the_same_words_a_year_later_are_less_near(articles: pd.DataFrame) -> None:
    both = articles.loc[["summit-1", "summit-2"]]
    later = both.copy()
    later.loc["summit-2", ["published", "published_low", "published_high"]] += pd.Timedelta(days=365)
    assert nearest(later) < 0.7 * nearest(both)


def test_the_table_counts_articles_texts_outlets_and_languages(articles: pd.DataFrame, stories: pd.Series) -> None:
    copy = articles.loc[["dam-1"]].rename(index={"dam-1": "zz-copy"}).assign(source="elsewhere")
    table = pd.concat([articles, copy])
    rows = story_table(table.assign(story_id=find_stories(table, progress=False)))
    dam = rows.loc[stories["dam-1"]]
    assert dam[["articles", "texts", "outlets", "languages", "undated"]].tolist() == [5, 4, 2, 3, 0]
    assert (dam["first"], dam["last"]) == (pd.Timestamp("2031-03-04", tz="UTC"), pd.Timestamp("2031-03-05", tz="UTC"))
    assert rows.index[0] == stories["dam-1"]
    assert rows["articles"].sum() == len(table)
    assert set(dam["key_articles"].split()) <= set(table.index)


def test_the_label_is_in_the_language_asked_for(articles: pd.DataFrame, stories: pd.Series) -> None:
    told = articles.assign(story_id=stories)
    assert story_table(told).loc[stories["fire-1"], "label"] in {
        row["title"] for row in LABELLED if row["language"] == "en"
    }
    assert story_table(told, language="de").loc[stories["fire-1"], "label"] == "Markthalle in Lumsey abgebrannt"


def test_bad_input_is_answered_in_words(articles: pd.DataFrame) -> None:
    with pytest.raises(WorkbenchError, match="days=0"):
        find_stories(articles, days=0)
    with pytest.raises(WorkbenchError, match="text_id"):
        find_stories(articles.drop(columns="text_id"))


def of_articles(found: pd.Series) -> set[frozenset[str]]:
    """The stories as sets of articles, whatever they are called."""
    return {frozenset(group.index) for _, group in found.groupby(found)}


@pytest.mark.parametrize("seed", range(4))
def test_known_stories_keep_their_articles_whatever_is_added(articles: pd.DataFrame, seed: int) -> None:
    shuffled = articles.sample(frac=1, random_state=seed)
    old, new = shuffled.index[:9], shuffled.index[9:]
    before = find_stories(shuffled.loc[old], progress=False)
    after = find_stories(articles, known=before, progress=False)
    assert after.loc[old].equals(before)
    assert after.loc[new].notna().all()
    again = find_stories(articles, known=after, progress=False)
    assert again.equals(after)


def test_an_added_text_joins_the_known_story_it_reports(articles: pd.DataFrame, stories: pd.Series) -> None:
    renamed = stories.drop("dam-3").replace({stories["dam-1"]: "mine"})
    found = find_stories(articles, known=renamed, progress=False)
    assert found["dam-3"] == "mine"


def test_a_text_that_is_near_to_two_known_stories_does_not_join_them(articles: pd.DataFrame) -> None:
    known = pd.Series({"dam-1": "first", "dam-2": "second"})
    found = find_stories(articles, known=known, progress=False)
    assert found["dam-1"] == "first"
    assert found["dam-2"] == "second"
    assert set(found[["dam-3", "dam-4"]]) <= {"first", "second"}


def test_known_stories_of_articles_that_are_gone_change_nothing(articles: pd.DataFrame, stories: pd.Series) -> None:
    gone = pd.concat([stories, pd.Series({"long-gone": "sgone"})])
    assert find_stories(articles, known=gone, progress=False).equals(stories)


def test_a_copy_of_a_known_text_has_its_story(articles: pd.DataFrame, stories: pd.Series) -> None:
    copy = articles.loc[["fire-1"]].rename(index={"fire-1": "zz-copy"})
    found = find_stories(pd.concat([articles, copy]), known=stories, progress=False)
    assert found["zz-copy"] == stories["fire-1"]


def test_an_article_without_title_and_text_is_read_by_its_address(articles: pd.DataFrame, stories: pd.Series) -> None:
    address = "https://example.org/2031/orvell-cleans-up-after-kestrel-dam-flood.html"
    stub = articles.loc[["dam-2"]].rename(index={"dam-2": "stub"})
    stub = stub.assign(title="", text="", text_id="tstub", url=address)
    found = find_stories(pd.concat([articles.assign(url=""), stub]), progress=False)
    assert found["stub"] == stories["dam-1"]


def test_texts_of_which_none_is_nearer_than_strangers_stand_alone() -> None:
    near = np.linspace(0.09, 0.05, 20)
    left = np.repeat(np.arange(3), 20)
    assert _alone(left, np.concatenate([near, near, near + 0.2]), 3).tolist() == [True, True, False]
    assert _alone(np.zeros(0, np.int64), np.zeros(0), 0).tolist() == []


def test_the_company_of_two_texts_agrees_between_0_and_1_and_is_told_once(articles: pd.DataFrame) -> None:
    texts = read_texts(articles.sort_values("text_id"), progress=False)
    left, right, near = companions(texts, 7, progress=False)
    assert (left < right).all()
    assert not pd.MultiIndex.from_arrays([left, right]).duplicated().any()
    assert ((near >= 0.2) & (near <= 1)).all()


@pytest.mark.parametrize(
    ("name", "dated", "least"),
    [
        ("near_misses", "dated", 0.92),
        ("near_misses", "undated", 0.80),  # TF-IDF and average linkage at its best threshold: .75
        ("near_misses_in_six_languages", "dated", 0.97),
        ("near_misses_in_six_languages", "undated", 0.90),
    ],
)
def test_two_happenings_of_one_kind_stay_apart(name: str, dated: str, least: float) -> None:
    table = gold.happenings(name)
    if dated == "undated":
        table = gold.without_dates(table)
    assert gold.b_cubed(table["label"], find_stories(table, progress=False))[2] >= least


def test_known_stories_that_are_none_are_refused(articles: pd.DataFrame) -> None:
    with pytest.raises(WorkbenchError, match="known= is dict"):
        find_stories(articles, known={"dam-1": "s"})  # type: ignore[arg-type]


def test_copies_that_were_in_two_known_stories_stay_there(articles: pd.DataFrame) -> None:
    copy = articles.loc[["fire-1"]].rename(index={"fire-1": "zz-copy"})
    known = pd.Series({"fire-1": "one", "zz-copy": "another"})
    found = find_stories(pd.concat([articles, copy]), known=known, progress=False)
    assert found[["fire-1", "zz-copy"]].tolist() == ["one", "another"]


def test_articles_without_title_and_text_are_no_copies_of_each_other(articles: pd.DataFrame) -> None:
    stubs = articles.loc[["dam-2", "fire-1"]].assign(title="", text=" ", text_id="tblank")
    stubs["url"] = [
        "https://example.org/orvell-cleans-up-after-kestrel-dam-flood",
        "https://example.org/lumsey-market-hall-burns-down-overnight",
    ]
    table = pd.concat([articles.assign(url=""), stubs.set_axis(["stub-1", "stub-2"])])
    found = find_stories(table, progress=False)
    assert found["stub-1"] == found["dam-1"]
    assert found["stub-2"] != found["stub-1"]
