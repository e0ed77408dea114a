"""Topics: the same for the same articles whatever their order, run or machine, and blind to copies."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

from tests.made import articles as made
from workbench.articles import WorkbenchError, as_articles, empty_articles
from workbench.communities import UNASSIGNED
from workbench.plateaus import TRIED, adjusted_rand, best_division, jaccard
from workbench.topics import Topics, fit_topics, load_topics, write_topics

THEMES = {
    "gas": "pipeline gas supplier price winter storage meter boiler valve heating turbine contract",
    "chess": "pawn bishop knight opening tournament champion rating clock gambit endgame board arbiter",
    "vote": "ballot seats coalition candidate turnout campaign parliament mandate polls majority runoff party",
    "storm": "flood rain wind roof shelter rescue dam warning coast damage river evacuation",
}
STABLE = ("assigned", "labels", "terms", "sizes", "stability", "hierarchy", "levels", "representatives", "layout")


def collection(per_theme: int) -> pd.DataFrame:
    """English articles on four themes, the words of each drawn from its own twelve and a few that all share."""
    chance = np.random.default_rng(7)
    texts = []
    for words in THEMES.values():
        own = words.split()
        for at in range(per_theme):
            drawn = [str(one) for one in chance.choice(own, 40)]
            shared = [f"place{at}", *(str(one) for one in chance.choice(["town", "report", "people", "plan"], 6))]
            texts.append(" ".join([*drawn, *shared]))
    days = pd.date_range("2022-01-01", periods=len(texts), freq="6h").astype(str)
    return made(texts, days=days)


def same(left: Topics, right: Topics) -> None:
    for name in STABLE:
        one, other = getattr(left, name).sort_index(), getattr(right, name).sort_index()
        (pd.testing.assert_frame_equal if isinstance(one, pd.DataFrame) else pd.testing.assert_series_equal)(one, other)


@pytest.fixture(scope="module")
def articles() -> pd.DataFrame:
    return collection(14)


@pytest.fixture(scope="module")
def topics(articles: pd.DataFrame) -> Topics:
    return fit_topics(articles, progress=False)


def test_each_theme_is_a_topic(topics: Topics) -> None:
    themes = np.repeat(np.arange(4), 14)
    assert (
        pd.crosstab(themes, topics.assigned).to_numpy() == np.eye(4, dtype=int)[topics.assigned.iloc[::14]] * 14
    ).all()


def test_the_same_articles_in_any_order_and_again_give_the_same_topics(articles: pd.DataFrame, topics: Topics) -> None:
    for seed in range(2):
        same(topics, fit_topics(articles.sample(frac=1, random_state=seed), progress=False))


def test_two_hundred_later_near_copies_move_no_article_and_count_once(articles: pd.DataFrame, topics: Topics) -> None:
    story = articles.iloc[[3]]
    copies = pd.concat([story.assign(text=f"Local{at} desk. " + story["text"] + f" Ends{at}.") for at in range(200)])
    copies = copies.set_axis([f"copy{at:03}" for at in range(200)]).assign(
        published=story["published"].iloc[0] + pd.Timedelta(days=1)
    )
    found = fit_topics(pd.concat([articles, copies]), progress=False)
    assert found.assigned.loc[articles.index].equals(topics.assigned)
    assert set(found.assigned.loc[copies.index]) == {topics.assigned.iloc[3]}
    assert found.sizes["texts"].equals(topics.sizes["texts"])
    assert found.sizes["articles"].sum() == topics.sizes["articles"].sum() + 200
    assert found.labels.equals(topics.labels)


@pytest.mark.parametrize("count", [0, 1, 2, 5, 9, 12, 30])
def test_collections_of_any_size_give_the_same_shape(articles: pd.DataFrame, topics: Topics, count: int) -> None:
    few = articles.iloc[:: max(1, len(articles) // max(1, count))].head(count)
    found = fit_topics(few, progress=False)
    assert found.assigned.index.equals(few.index)
    assert len(found.layout) == count
    for name in STABLE:
        one, other = getattr(found, name), getattr(topics, name)
        assert type(one) is type(other)
        if isinstance(one, pd.DataFrame):
            assert list(one.columns) == list(other.columns)
    assert found.table.columns.equals(topics.table.columns)
    assert repr(found).startswith("Topics: ") and "<p>" in found._repr_html_()


def test_articles_texts_and_topics_add_up(articles: pd.DataFrame, topics: Topics) -> None:
    assert topics.sizes["articles"].sum() + topics.unassigned == len(articles)
    assert topics.sizes["articles"].is_monotonic_decreasing
    assert set(topics.assigned) <= {UNASSIGNED, *topics.labels.index}
    assert topics.table["share_of_texts"].between(0, 1).all()
    assert topics.stability.between(0, 1).all()
    for depth, column in enumerate(topics.levels, start=1):
        own = topics.hierarchy[topics.hierarchy["level"] == depth]
        assert own["articles"].sum() + topics.unassigned == len(articles)
        parts = topics.levels[column].value_counts()
        assert own.set_index("group")["articles"].to_dict() == parts[parts.index >= 0].to_dict()
    assert set(topics.representatives["article_id"]) <= set(articles.index)


def test_the_bertopic_model_has_our_numbers(topics: Topics) -> None:
    model = topics.model
    assert list(model.topics_) == topics._texts["topic"].tolist()
    info = model.get_topic_info().set_index("Topic")["Count"]
    assert info[info.index >= 0].to_dict() == topics.sizes["texts"].to_dict()


def test_fewer_than_two_topics_are_no_bertopic() -> None:
    with pytest.raises(WorkbenchError, match="fewer than two"):
        _ = fit_topics(empty_articles(), progress=False).model


def test_written_topics_are_the_same_bytes_for_any_order(
    articles: pd.DataFrame, topics: Topics, tmp_path: Path
) -> None:
    write_topics(topics, tmp_path / "one")
    write_topics(fit_topics(articles.iloc[::-1], progress=False), tmp_path / "other")
    for name in ("topics.csv", "assignments.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


def test_written_topics_hold_no_formula(articles: pd.DataFrame, tmp_path: Path) -> None:
    rows = articles.head(2).set_axis(["=cmd|'1'!A1", "@SUM(A1)"])
    write_topics(fit_topics(rows, progress=False), tmp_path)
    cells = [
        cell for line in (tmp_path / "assignments.csv").read_text("utf-8").splitlines() for cell in line.split(",")
    ]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]


def test_granularity_is_a_known_word(articles: pd.DataFrame) -> None:
    with pytest.raises(WorkbenchError, match=r"'tiny'.*'coarse'"):
        fit_topics(articles, granularity="tiny")


SCRIPT = """
import sys
import pandas as pd
from workbench.topics import fit_topics
sys.stdout.write(fit_topics(pd.read_pickle(sys.argv[1]), progress=False).assigned.sort_index().to_csv())
"""


@pytest.fixture(scope="module")
def stored(articles: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stored") / "articles.pkl"
    articles.to_pickle(path)
    return path


def test_another_process_with_another_number_of_threads_gives_the_same_topics(stored: Path, topics: Topics) -> None:
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    started = [
        subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(stored)],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | dict.fromkeys(threads, count),
        )
        for count in ("1", "2")
    ]
    said = [one.communicate()[0] for one in started]
    assert said == [topics.assigned.sort_index().to_csv()] * 2


def test_a_table_of_all_languages_unknown_is_sorted_too() -> None:
    rows = as_articles(collection(3).assign(language="und", source=None))
    assert len(fit_topics(rows, progress=False).assigned) == 12


def test_known_articles_and_their_like_are_assigned_as_they_were(articles: pd.DataFrame, topics: Topics) -> None:
    anew = topics.assign(articles, progress=False)
    pd.testing.assert_series_equal(anew, topics.assigned)
    unknown = collection(16).iloc[[14, 15, 30, 31, 46, 47, 62, 63]].set_axis([f"new{at}" for at in range(8)])
    themes = topics.assigned.iloc[[0, 0, 14, 14, 28, 28, 42, 42]].tolist()
    assert topics.assign(unknown, progress=False).tolist() == themes


def test_a_new_article_that_shares_no_word_fits_nowhere(topics: Topics) -> None:
    assert topics.assign(made(["zzyzx qwrtl"]), progress=False).tolist() == [UNASSIGNED]


def test_a_copy_of_a_known_text_has_its_topic_whatever_it_says(articles: pd.DataFrame, topics: Topics) -> None:
    known = articles.iloc[[20]].set_axis(["copy"]).assign(text="zzyzx", text_id=topics._texts.index[3])
    assert topics.assign(known, progress=False).tolist() == [topics._texts["topic"].iloc[3]]


def test_saved_topics_are_the_same_when_loaded_and_the_same_bytes_when_saved_again(
    articles: pd.DataFrame, topics: Topics, tmp_path: Path
) -> None:
    path = topics.save(tmp_path / "a.topics")
    loaded = load_topics(path)
    same(topics, loaded)
    assert repr(loaded) == repr(topics) and loaded.candidates.equals(topics.candidates)
    assert loaded.save(tmp_path / "b.topics").read_bytes() == path.read_bytes()
    pd.testing.assert_series_equal(loaded.assign(articles, progress=False), topics.assigned)


@pytest.mark.parametrize("content", [b"", b"no zip", None])
def test_a_file_that_holds_no_topics_is_named(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "other.topics"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(WorkbenchError, match=r"other\.topics"):
        load_topics(path)


def test_the_number_of_topics_is_the_division_taken(topics: Topics) -> None:
    taken = topics.candidates[topics.candidates["taken"]]
    assert taken["topics"].tolist() == [len(topics.labels)]
    assert (topics.candidates["holds"] <= 1).all() and len(topics.candidates) > 3


def test_coarse_and_fine_topics_nest_in_the_same_levels(articles: pd.DataFrame, topics: Topics) -> None:
    fine = fit_topics(articles, granularity="fine", progress=False)
    assert fine.levels.equals(topics.levels)
    for above, below in pairwise(topics.levels):
        assert len(topics.levels[[above, below]].drop_duplicates()) == topics.levels[below].nunique()
    tops = topics.hierarchy[topics.hierarchy["level"] == 1]
    assert (tops["parent"] == UNASSIGNED).all()
    assert 2 <= topics.levels.shape[1] <= 4


class Fixed:
    """A stand-in for a sentence model: one direction per theme, in whatever language."""

    def encode(self, texts: Sequence[str], **_: object) -> NDArray[np.float32]:
        themes = [next((at for at, word in enumerate(("gas", "газ")) if word in text.casefold()), -1) for text in texts]
        return np.array([[1, 0] if at >= 0 else [0, 1] for at in themes], dtype=np.float32)


def test_a_model_brings_articles_of_one_theme_in_two_languages_together() -> None:
    english = [f"gas number{at} winter pipe{at % 3}" for at in range(20)] + [
        f"chess move{at} board" for at in range(20)
    ]
    russian = [f"газ номер{at} зима" for at in range(20)] + [f"шахматы ход{at} доска" for at in range(20)]
    rows = made([*english, *russian]).assign(language=["en"] * 40 + ["ru"] * 40)
    found = fit_topics(rows, model=Fixed(), progress=False)
    by_theme = [found.assigned.iloc[[*range(at, at + 20), *range(40 + at, 60 + at)]] for at in (0, 20)]
    assert not set(by_theme[0]) & set(by_theme[1])
    assert set(by_theme[0].iloc[:20]) & set(by_theme[0].iloc[20:])
    with pytest.raises(WorkbenchError, match="sentence model"):
        replace(found, _encoder=None).assign(rows, progress=False)


def test_what_one_outlet_alone_says_all_the_time_is_no_topic() -> None:
    chance = np.random.default_rng(3)
    themes = [list(THEMES)[at % 4] for at in range(120)]
    texts = []
    for at, theme in enumerate(themes):
        form = " ".join(["rubricword", "briefingword", "newsletterword"] * 6) if at < 40 else ""
        texts.append(" ".join([*(str(one) for one in chance.choice(THEMES[theme].split(), 25)), form, f"place{at}"]))
    outlets = ["The Form" if at < 40 else f"Outlet {at % 5}" for at in range(120)]
    rows = made(texts).assign(source=outlets, text_id=[f"t{at}" for at in range(120)])
    found = fit_topics(rows, progress=False).assigned
    assert adjusted_mutual_info_score(themes, found) > 0.9
    unknown = fit_topics(rows.assign(source=None), progress=False).assigned
    assert adjusted_mutual_info_score([at < 40 for at in range(120)], unknown) > 0.2


def test_the_finest_division_of_the_plateau_is_taken_that_does_not_part_the_languages() -> None:
    rows = [("m", 0.1, 2, 2.0, 0.99, 0.0), ("m", 0.2, 4, 4.0, 0.90, 0.0), ("m", 0.3, 6, 6.0, 0.87, 0.0)]
    rows += [("m", 0.4, 9, 9.0, 0.86, 0.2), ("m", 0.5, 12, 12.0, 0.60, 0.0), ("l", 0.1, 5, 5.0, 0.70, 0.0)]
    table = pd.DataFrame(rows, columns=list(TRIED))
    assert best_division(table) == 2
    assert best_division(table.assign(by_language=0.0)) == 3
    assert best_division(table.iloc[:1]) == 0


def test_agreement_is_that_of_scikit_learn() -> None:
    chance = np.random.default_rng(0)
    one, other = chance.integers(0, 4, 200), chance.integers(0, 6, 200)
    assert adjusted_rand(one, other, 4) == pytest.approx(adjusted_rand_score(one, other))
    assert adjusted_rand(one, one, 4) == 1
    assert jaccard(one, one, 4).tolist() == [1] * 4
