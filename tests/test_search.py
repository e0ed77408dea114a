"""Search: laws of the operators first, then labelled cases, then the index behind it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench import textindex
from workbench.articles import WorkbenchError, as_articles
from workbench.query import period
from workbench.querytree import QueryError
from workbench.search import concordance, matching, search

CASES = json.loads((Path(__file__).parent / "cases" / "queries.json").read_text(encoding="utf-8"))


def table() -> pd.DataFrame:
    rows = pd.DataFrame(CASES["articles"]).set_index("id")
    spans = [(pd.NaT, pd.NaT) if pd.isna(value) else period(value) for value in rows["published"]]
    rows["published_low"], rows["published_high"] = zip(*spans, strict=True)
    rows["published"] = rows["published_low"]
    return as_articles(rows)


ARTICLES = table()
words = st.sampled_from(
    [
        "NATO",
        "Russia",
        "secur*",
        "language:en",
        '"security guarantees"',
        "topic:3",
        "会谈",
        "*ity",
        "xyz",
        "a NEAR/4 the",
    ]
)
queries = st.recursive(
    words,
    lambda inner: (
        st.tuples(inner, st.sampled_from([" AND ", " OR ", " "]), inner).map(lambda three: f"({''.join(three)})")
        | inner.map(lambda one: f"(NOT {one})")
    ),
    max_leaves=6,
)


@given(queries)
@settings(max_examples=60, deadline=None)
def test_not_is_the_complement_and_twice_not_is_nothing(query: str) -> None:
    found = matching(ARTICLES, query)
    assert (matching(ARTICLES, f"NOT {query}") == ~found).all()
    assert (matching(ARTICLES, f"NOT NOT {query}") == found).all()
    assert len(search(ARTICLES, query)) + len(search(ARTICLES, f"-{query}")) == len(ARTICLES)


@given(queries, queries)
@settings(max_examples=60, deadline=None)
def test_and_is_the_intersection_and_or_the_union(one: str, other: str) -> None:
    first, second = matching(ARTICLES, one), matching(ARTICLES, other)
    assert (matching(ARTICLES, f"{one} AND {other}") == (first & second)).all()
    assert (matching(ARTICLES, f"{one} {other}") == (first & second)).all()
    assert (matching(ARTICLES, f"{one} OR {other}") == (first | second)).all()


@given(queries, st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_the_order_of_rows_does_not_matter(query: str, chance: np.random.Generator) -> None:
    order = list(ARTICLES.index)
    chance.shuffle(order)
    assert set(search(ARTICLES.loc[order], query).index) == set(search(ARTICLES, query).index)
    assert list(search(ARTICLES.loc[order], query).index) == [
        name for name in order if name in search(ARTICLES, query).index
    ]


@given(queries)
@settings(max_examples=30, deadline=None)
def test_each_article_is_judged_alone(query: str) -> None:
    alone = [matching(ARTICLES.iloc[[row]], query).iloc[0] for row in range(len(ARTICLES))]
    assert alone == list(matching(ARTICLES, query))


@pytest.mark.parametrize(("sentence", "query", "expected"), CASES["found"], ids=[case[0] for case in CASES["found"]])
def test_the_labelled_cases_find_what_they_say(sentence: str, query: str, expected: list[str]) -> None:
    assert list(search(ARTICLES, query).index) == expected, sentence


@pytest.mark.parametrize(("query", "hint"), CASES["refused"])
def test_a_query_that_cannot_be_read_is_refused(query: str, hint: str) -> None:
    with pytest.raises(QueryError) as refusal:
        search(ARTICLES, query)
    assert hint in str(refusal.value)


@given(st.text(max_size=30))
@settings(max_examples=150, deadline=None)
def test_no_text_reaches_sql(query: str) -> None:
    quoted = '"' + query.replace("\\", "").replace('"', "") + '"'
    for hostile in (query, quoted, quoted + "~3"):
        try:
            search(ARTICLES, hostile)
        except QueryError:
            continue


def test_other_times_are_compared_as_times() -> None:
    times = [pd.Timestamp("2022-01-01"), pd.Timestamp("2022-01-31T12:00"), pd.Timestamp("2022-02-01"), pd.NaT] * 2
    table = ARTICLES.assign(seen=pd.to_datetime(pd.Series(times, index=ARTICLES.index), utc=True))
    assert len(search(table, "seen:[2022-01 TO 2022-01]")) == 4
    assert len(search(table, "seen:{2022-01-01 TO *]")) == 4
    assert len(search(table, "seen:[* TO 2022-02-01}")) == 4
    assert len(search(table, "seen:2022-02-01")) == 2


def test_nothing_is_changed_and_the_result_has_the_same_columns() -> None:
    before = ARTICLES.copy()
    found = search(ARTICLES, "nothing-of-the-kind")
    assert list(found.columns) == list(ARTICLES.columns)
    assert found.dtypes.equals(ARTICLES.dtypes)
    pd.testing.assert_frame_equal(ARTICLES, before)


@pytest.mark.parametrize("query", ["NATO", "NOT NATO", "会谈", "language:en", "published:2022", "*"])
def test_an_empty_table_gives_an_empty_table(query: str) -> None:
    assert search(ARTICLES.iloc[:0], query).empty
    assert concordance(ARTICLES.iloc[:0], query).empty


def test_a_table_without_text_is_refused() -> None:
    with pytest.raises(WorkbenchError, match="no column 'text'"):
        search(ARTICLES.drop(columns="text"), "NATO")


def test_too_many_word_forms_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(textindex, "MOST_FORMS", 3)
    with pytest.raises(QueryError, match="too many word forms"):
        search(ARTICLES, "*a*")


# -- places ------------------------------------------------------------------------------------------------


def test_concordance_shows_each_hit_as_printed() -> None:
    hits = concordance(ARTICLES, "secur* -wheat language:en", width=12)
    assert list(hits.columns) == ["article_id", "left", "match", "right", "title", "source", "published"]
    assert list(hits["match"]) == ["security", "Security"]
    assert list(hits["left"]) == ["he talks on ", " in the cup. "[1:]]
    assert hits["right"].str.len().max() <= 12


def test_concordance_keeps_accents_and_places() -> None:
    hits = concordance(ARTICLES, '"garanties securite"~3 OR elysee OR Lodz')
    assert list(hits["match"]) == ["garanties de sécurité", "Élysée", "Łódź"]


def test_concordance_leaves_out_what_is_not_wanted_and_stops_at_the_limit() -> None:
    assert set(concordance(ARTICLES, "talks -football")["match"]) == {"talks"}
    assert len(concordance(ARTICLES, "the OR a", limit=2)) == 2


@given(queries.filter(lambda query: "NOT" not in query and ":" not in query and "AND" not in query))
@settings(max_examples=40, deadline=None)
def test_articles_with_a_hit_are_the_articles_found(query: str) -> None:
    """The index and the places are found by different code, so that each checks the other."""
    if " OR " in query or " " not in query.replace(" NEAR/4 ", ""):
        hits = concordance(ARTICLES, query, limit=10_000)
        assert set(hits["article_id"]) == set(search(ARTICLES, query).index)


# -- the index ---------------------------------------------------------------------------------------------


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(textindex, "SMALL", 3)
    textindex._open.clear()
    return tmp_path / "cache"


def test_a_large_table_is_indexed_once_in_the_cache_folder(large: Path) -> None:
    expected = list(search(ARTICLES, "NATO").index)
    (file,) = large.glob("*.sqlite")
    made = file.stat().st_ino
    textindex._open.clear()
    assert list(search(ARTICLES, "NATO").index) == expected
    assert [each.stat().st_ino for each in large.iterdir()] == [made]


def test_a_part_of_an_indexed_table_needs_no_index_of_its_own(large: Path) -> None:
    search(ARTICLES, "NATO")
    search(ARTICLES.iloc[2:7], "NATO")
    assert len(list(large.iterdir())) == 1


@pytest.mark.usefixtures("large")
def test_a_changed_text_is_found_at_once() -> None:
    search(ARTICLES, "NATO")
    changed = ARTICLES.copy()
    changed.loc["a5", "text"] = "Nothing but NATO"
    assert "a5" in search(changed, "NATO").index
    changed.loc["a5", "text"] = "nothing again"
    assert "a5" not in search(changed, "NATO").index


@pytest.mark.parametrize("damage", [b"", b"not a database", b"SQLite format 3\x00"])
def test_a_damaged_cache_file_is_made_anew(large: Path, damage: bytes) -> None:
    expected = list(search(ARTICLES, "NATO").index)
    (file,) = large.glob("*.sqlite")
    textindex._open.clear()
    file.write_bytes(damage)
    assert list(search(ARTICLES, "NATO").index) == expected


def test_a_file_cut_short_is_made_anew(large: Path) -> None:
    expected = list(search(ARTICLES, "NATO").index)
    (file,) = large.glob("*.sqlite")
    textindex._open.clear()
    file.write_bytes(file.read_bytes()[:-4096])
    assert list(search(ARTICLES, "NATO").index) == expected


def test_a_cache_folder_that_cannot_be_made_is_no_obstacle(large: Path) -> None:
    large.write_text("a file stands where the folder should be", encoding="utf-8")
    assert list(search(ARTICLES, "NATO").index) == ["a1", "a4", "a7"]


def test_the_cache_keeps_a_bounded_number_of_files(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(textindex, "KEPT_ON_DISK", 2)
    for number in range(4):
        search(ARTICLES.assign(text=ARTICLES["text"] + f" {number}"), "NATO")
    assert len(list(large.iterdir())) == 2
