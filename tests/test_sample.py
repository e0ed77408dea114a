"""The sample collection against what is known of it: how well it is read, dated, told apart and sorted into topics."""

from __future__ import annotations

import pandas as pd
import pytest

from tests import gold
from workbench.reprints import find_reprints
from workbench.topics import Topics, fit_topics

LEAST = {
    "aligned": 1.0,
    "title": 0.97,
    "source": 0.97,
    "language": 1.0,
    "dated intervals hold the truth": 0.97,
    "dated articles with a date": 0.97,
    "dated articles with a stated date": 1.0,
    "undated articles with no stated date": 1.0,
    "undated articles with an inferred interval": 0.85,
    "inferred intervals hold the truth": 0.95,
    "translations flagged": 0.97,
    "originals not flagged": 1.0,
    "language of origin": 0.97,
    "carried_by set exactly for aggregators": 0.95,
}


@pytest.fixture(scope="module")
def articles() -> pd.DataFrame:
    return gold.sample()


@pytest.fixture(scope="module")
def known(articles: pd.DataFrame) -> pd.DataFrame:
    return gold.aligned(articles)


@pytest.fixture(scope="module")
def shares(articles: pd.DataFrame, known: pd.DataFrame) -> dict[str, float]:
    return gold.shares(articles, known)


@pytest.mark.parametrize("claim", LEAST)
def test_the_sample_is_read_as_well_as_this(shares: dict[str, float], claim: str) -> None:
    assert shares[claim] >= LEAST[claim], f"{claim}: {shares[claim]:.4f}, expected {LEAST[claim]:.2f} or more"


def test_copies_are_found_and_nothing_else_is_joined(articles: pd.DataFrame, known: pd.DataFrame) -> None:
    precision, recall = gold.precision_and_recall(*gold.reprint_pairs(articles, known))
    assert precision >= 0.99 and recall >= 0.97, f"precision {precision:.4f}, recall {recall:.4f}"


def test_translated_copies_join_their_original_and_independent_reports_do_not(
    articles: pd.DataFrame, known: pd.DataFrame
) -> None:
    precision, recall = gold.precision_and_recall(*gold.translation_pairs(articles, known))
    assert precision >= 0.97 and recall >= 0.8, f"precision {precision:.4f}, recall {recall:.4f}"


def test_inferred_intervals_are_days_and_not_months(articles: pd.DataFrame, known: pd.DataFrame) -> None:
    assert gold.widths(articles, known).median() <= 7


def test_pages_lose_their_furniture_and_keep_their_words(articles: pd.DataFrame, known: pd.DataFrame) -> None:
    measured = gold.cleaning(articles, known)
    assert measured["furniture removed"] >= 0.90, measured
    assert measured["content kept"] >= 0.995, measured


@pytest.fixture(scope="module")
def topics(articles: pd.DataFrame) -> Topics:
    return fit_topics(articles, progress=False)


def test_topics_follow_themes_and_not_languages(topics: Topics, known: pd.DataFrame) -> None:
    found = gold.agreement(topics, known)
    assert found["AMI(topic, theme)"] >= 0.75, found
    assert found["AMI(topic, language)"] <= 0.05, found


def test_another_run_and_order_and_two_hundred_later_copies_move_no_article(
    articles: pd.DataFrame, topics: Topics
) -> None:
    story = articles.loc[[articles["published"].idxmax()]]
    copies = pd.concat([story.assign(text=f"Desk{at}. " + story["text"] + f" Ends{at}.") for at in range(200)])
    copies = copies.assign(published=story["published"].iloc[0] + pd.Timedelta(days=1))
    many = pd.concat([articles, copies.set_axis([f"copy{at:03}" for at in range(200)])]).sample(frac=1, random_state=1)
    found = fit_topics(many.assign(text_id=find_reprints(many, progress=False)), progress=False)
    assert found.assigned.loc[articles.index].equals(topics.assigned)
    assert found.sizes["texts"].equals(topics.sizes["texts"])
