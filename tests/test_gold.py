"""What is known of the page around each article of the sample: the labels hold together, and so do their places."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from tests import gold
from workbench.clean import original

KINDS = {
    *("menu", "headlines", "share", "newsletter", "read-also", "copyright", "disclaimer", "agency-tag"),
    *("page-facts", "other", *gold.NEUTRAL),
}


@pytest.fixture(scope="module")
def articles() -> pd.DataFrame:
    return gold.sample()


@pytest.fixture(scope="module")
def known(articles: pd.DataFrame) -> pd.DataFrame:
    return gold.aligned(articles)


def test_every_piece_of_furniture_is_of_a_known_record_and_kind() -> None:
    truth = gold.truth()
    listed = gold.furniture()
    records = set(zip(truth["file"], truth["record_key"], strict=True))
    assert set(zip(listed["file"], listed["record_key"], strict=True)) <= records
    assert set(listed["kind"]) == KINDS


def test_what_the_labels_leave_of_a_text_has_as_many_words_as_the_article(
    articles: pd.DataFrame, known: pd.DataFrame
) -> None:
    """A label that does not stand in its text raises; one too many or too few changes the count of words."""
    listed = dict(list(gold.furniture().groupby(["file", "record_key"], sort=False)))
    wrong = {}
    for article_id, row in known.iterrows():
        text = original(articles, str(article_id))["text"]
        own = listed.get((row["file"], row["record_key"]), gold.furniture().iloc[:0])
        own = own[~own["kind"].isin(["agency-tag", "credit"])]  # the count of words takes them in
        for start, end in reversed(gold.places(text, list(own["line"]))):
            text = f"{text[:start]} {text[end:]}"
        if (words := len(re.findall(r"\w+", text))) != int(row["words"]):
            wrong[str(article_id)] = (words, int(row["words"]))
    assert wrong == {}


def test_a_line_is_judged_by_where_it_stands() -> None:
    text = "World\nThe World Cup is over.\nWorld\nTags: World"
    assert gold.places(text, ["World", "World", "Tags: World"]) == [(0, 5), (29, 34), (35, 46)]
    with pytest.raises(ValueError, match="substring"):
        gold.places(text, ["Tags: World", "World"])


def test_a_character_is_kept_where_no_edit_took_it() -> None:
    edits = pd.DataFrame(
        [(0, 0, "Menu\n", "skip-link"), (4, 1, " (IWS) - ", "credit"), (8, 1, "â€™", "encoding")],
        columns=["start", "length", "original", "rule"],
    )
    kept = gold.kept_characters("Kyiv we'r’e", edits)
    stood = "Menu\nKyiv (IWS) - we'â€™’e"
    assert "".join(one for one, stays in zip(stood, kept, strict=True) if stays) == "Kyiv we'â€™’e"
