"""What a query misses: terms of its matches that stand in other texts too, in any language, counted in texts."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.test_likeness import two_matters
from workbench.articles import WorkbenchError, as_articles, empty_articles
from workbench.events import Event, matches
from workbench.query import parse_query
from workbench.search import matching
from workbench.suggestions import COLUMNS, suggest_terms, term_query


def talks() -> pd.DataFrame:
    """Six texts on talks that name the alliance, four that do not, and thirty of other matters."""
    places = ("Brussels", "Vienna", "Riga", "Stockholm", "Moscow", "Paris")
    titles = [f"NATO talks: what Wendy Sherman said on {place}" for place in places]
    titles += [f"Wendy Sherman is back for {what}" for what in ("dinner", "lunch", "coffee", "rain")]
    titles += [f"Harvest of {plant} is good, says the ministry" for plant in ("wheat", "maize", "rye") * 10]
    table = pd.DataFrame({"title": titles, "text": "", "language": "en"})
    table.index = pd.Index([f"a{at:02}" for at in range(len(table))])
    table["published"] = pd.to_datetime("2022-01-10", utc=True)
    return as_articles(table.assign(source="The Bell", text_id=list(table.index)))


QUERY = "NATO AND talks"


def test_terms_of_the_matches_that_other_texts_hold_are_proposed_with_those_texts() -> None:
    found = suggest_terms(talks(), QUERY, progress=False).set_index("term")
    row = found.loc["Wendy Sherman"]
    assert (row["matching"], row["matches"], row["elsewhere"], row["others"], row["adds"]) == (6, 6, 4, 34, 4)
    assert row["of_matching"] == 1 and row["of_elsewhere"] == pytest.approx(4 / 34)
    assert (row["kind"], row["query"], row["basis"]) == ("name", '"Wendy Sherman"', "matches")
    assert row["examples"] == ("a06", "a07", "a08") and row["headline"] == "Wendy Sherman is back for dinner"
    assert "Harvest" not in found.index


def test_every_figure_is_what_the_search_finds() -> None:
    table = talks()
    for row in suggest_terms(table, QUERY, progress=False).to_dict("records"):
        mask, found = matching(table, row["query"]), matches(table, QUERY)
        assert row["matching"] == (mask & found).sum() and row["adds"] == (mask & ~found).sum() > 0
        missed = table.index.isin(row["examples"])
        assert not found[missed].any() and mask[missed].all()


def test_terms_that_the_query_has_or_that_add_nothing_are_not_proposed() -> None:
    table = talks()
    assert not {"NATO", "talks", "NATO talks"} & set(suggest_terms(table, QUERY, progress=False)["term"])
    wider = suggest_terms(table, f'({QUERY}) OR "Wendy Sherman"', progress=False)
    assert wider.empty and list(wider.columns) == list(COLUMNS)


def test_copies_count_once_and_a_text_matches_if_a_copy_does() -> None:
    table = talks()
    copies = pd.concat([table.loc[["a00", "a06"]]] * 20)
    copies.index = pd.Index([f"copy{at}" for at in range(len(copies))])
    puffed = as_articles(pd.concat([table, copies]))
    pd.testing.assert_frame_equal(
        suggest_terms(table, QUERY, progress=False), suggest_terms(puffed, QUERY, progress=False)
    )
    table.loc["a06", "text_id"] = "a00"
    row = suggest_terms(table, QUERY, progress=False).set_index("term").loc["Wendy Sherman"]
    assert (row["matching"], row["elsewhere"]) == (6, 3)


def test_the_order_of_rows_changes_nothing() -> None:
    table = talks()
    first = suggest_terms(table, QUERY, progress=False)
    pd.testing.assert_frame_equal(first, suggest_terms(table.sample(frac=1, random_state=5), QUERY, progress=False))


def test_only_the_window_of_the_event_is_looked_at() -> None:
    table = talks()
    times = ["published", "published_low", "published_high"]
    table.loc["a06":"a08", times] = pd.Timestamp("2023-05-01", tz="UTC")
    event = Event("talks", "Talks", QUERY, dt.date(2022, 1, 10), dt.date(2022, 1, 10))
    row = suggest_terms(table, event, progress=False).set_index("term").loc["Wendy Sherman"]
    assert (row["adds"], row["others"]) == (1, 31)


def test_in_a_language_where_nothing_is_found_the_texts_most_like_the_matches_speak() -> None:
    table = two_matters(28)
    found = suggest_terms(table, "grain AND export", progress=False)
    assert set(found["language"]) >= {"fr", "ru"}
    assert set(found.loc[found["language"] != "en", "basis"]) == {"likeness"}
    words = set(found.loc[found["language"] == "ru", "term"])
    assert words & {"экспорт зерна", "урожай пшеницы", "фермеры", "экспорт", "урожай"}
    assert not words & {"футбольный матч", "чемпионат", "тренер"}
    only = suggest_terms(table, "grain AND export", language="ru", progress=False)
    pd.testing.assert_frame_equal(only, found[found["language"] == "ru"].reset_index(drop=True))


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_a_few_articles_never_fail(count: int) -> None:
    table = talks().head(count) if count else empty_articles()
    found = suggest_terms(table, QUERY, progress=False)
    assert found.empty and found.dtypes.astype(str).to_dict() == COLUMNS


def test_what_means_nothing_is_refused() -> None:
    with pytest.raises(WorkbenchError, match="most=0"):
        suggest_terms(talks(), QUERY, most=0)
    with pytest.raises(WorkbenchError, match="cannot read the query"):
        suggest_terms(talks(), "NATO AND (talks")


@pytest.mark.parametrize(
    ("written", "lemma", "language", "query"),
    [
        ("Рябков", "рябков", "ru", "Рябков*"),
        ("гарантии безопасности", "гарантия безопасность", "ru", '"гарант* безопасност*"'),
        ("вице-премьер", "вице-премьер", "ru", '"вице премьер*"'),
        ("США", "сша", "ru", "США"),
        ("Київ", "київ", "uk", "Київ*"),
        ("de-escalation", "de-escalation", "en", '"de escalation"'),
        ("OR", "or", "en", '"OR"'),
        ("—", "—", "en", ""),
    ],
)
def test_a_term_becomes_a_query(written: str, lemma: str, language: str, query: str) -> None:
    assert term_query(written, lemma, language) == query


@given(some.text('aя-’*"?() OR~:1', min_size=1, max_size=9), some.sampled_from(["en", "ru", "uk", "de"]))
@settings(max_examples=40, deadline=None)
def test_whatever_a_term_is_its_query_can_be_read(term: str, language: str) -> None:
    query = term_query(term, term.casefold(), language)
    assert not query or parse_query(query)
