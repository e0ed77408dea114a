"""Topics: the same for the same articles whatever their order, run or machine, and blind to copies."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.made import articles as made
from workbench.articles import WorkbenchError, as_articles, empty_articles
from workbench.communities import UNASSIGNED
from workbench.topics import Topics, fit_topics, write_topics

THEMES = {
    "gas": "pipeline gas supplier price winter storage meter boiler valve heating turbine contract",
    "chess": "pawn bishop knight opening tournament champion rating clock gambit endgame board arbiter",
    "vote": "ballot seats coalition candidate turnout campaign parliament mandate polls majority runoff party",
    "storm": "flood rain wind roof shelter rescue dam warning coast damage river evacuation",
}
STABLE = ("assigned", "labels", "terms", "sizes", "stability", "hierarchy", "representatives", "layout")


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
