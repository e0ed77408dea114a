"""The query language: what is read, what is refused, and that nothing else can happen."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.articles import WorkbenchError
from workbench.query import DEEPEST, expand_names, parse_query, period
from workbench.querytree import And, Between, Column, Every, Near, Not, Or, QueryError, Text, explained
from workbench.search import explain_query

CASES = json.loads((Path(__file__).parent / "cases" / "queries.json").read_text(encoding="utf-8"))
COLUMNS = ("title", "text", "source", "language", "published", "topic")

pieces = st.sampled_from(
    [
        "NATO",
        "AND",
        "OR",
        "NOT",
        "(",
        ")",
        '"',
        "-",
        "+",
        "*",
        "?",
        "~5",
        "title:",
        "[",
        " TO ",
        "]",
        " ",
        "NEAR/3",
        "@x",
        "\\",
        "é",
        "北",
        "^",
    ]
)


@given(st.text() | st.lists(pieces).map(" ".join) | st.lists(pieces).map("".join))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused_with_one_line(query: str) -> None:
    """A query comes from people and files; nothing they type may end in a traceback."""
    try:
        node = parse_query(query, columns=COLUMNS)
    except QueryError as problem:
        said = [str(problem)]
    else:
        said = explained(node).splitlines()[:1]
    assert said
    assert not set("\r\n") & set(said[0])


@pytest.mark.parametrize(("query", "hint"), [case for case in CASES["refused"] if "topic" not in case[0]])
def test_a_query_that_cannot_be_read_is_refused_with_a_hint(query: str, hint: str) -> None:
    with pytest.raises(QueryError, match=r"(?s).") as refusal:
        parse_query(query, columns=COLUMNS)
    assert hint in str(refusal.value)


def test_a_refusal_names_the_place() -> None:
    with pytest.raises(QueryError, match=r"character 11, after 'NATO AND \('"):
        parse_query("NATO AND (")


def test_a_refusal_is_a_workbench_error() -> None:
    with pytest.raises(WorkbenchError, match="got int"):
        parse_query(5)  # type: ignore[arg-type]


@pytest.mark.parametrize("deep", ["(" * 5000, "NOT " * 5000 + "a", "-" * 5000 + "a", "(a OR " * 5000])
def test_depth_is_bounded(deep: str) -> None:
    """Python's own limit would be a RecursionError."""
    with pytest.raises(QueryError, match=f"more than {DEEPEST}"):
        parse_query(deep)


def test_length_is_not_bounded() -> None:
    node = parse_query(" OR ".join(f"word{number}" for number in range(5000)))
    assert isinstance(node, Or)
    assert len(node.parts) == 5000


def test_the_tree_follows_the_precedence() -> None:
    a, b, c = (Text((letter,)) for letter in "abc")
    assert parse_query("a OR b AND NOT c") == Or((a, And((b, Not(c)))))
    assert parse_query("a b -c") == And((a, b, Not(c)))
    assert parse_query("(a OR b) OR c") == Or((a, b, c))
    assert parse_query("a NEAR/3 (b OR c)") == Near(((a,), (b, c)), 3)


def test_values_right_after_the_colon_may_hold_anything_but_blanks() -> None:
    assert parse_query("url:https://x.org/a?b=-1") == Column("url", "https://x.org/a?b=-1")
    assert parse_query("topic:-1") == Column("topic", "-1")
    assert parse_query("country:OR") == Column("country", "OR")
    assert parse_query('source:"a*"') == Column("source", "a*", literal=True)


def test_a_star_alone_is_every_article_and_in_a_column_any_value() -> None:
    assert parse_query("*") == parse_query("*:*") == Every()
    assert parse_query("author:*") == Column("author", "*")


def test_ranges_know_open_and_excluded_ends() -> None:
    assert parse_query("published:{2022 TO *]") == Between("published", "2022", None, low_excluded=True)


def test_an_alias_gives_way_to_a_column_of_that_name() -> None:
    assert parse_query("date:2022", columns=["date", "published"]) == Column("date", "2022")
    assert parse_query("date:2022", columns=["published"]) == Between("published", "2022", "2022")


@pytest.mark.parametrize(
    ("value", "low", "after"),
    [
        ("2022", "2022-01-01", "2023-01-01"),
        ("2022-02", "2022-02-01", "2022-03-01"),
        ("2022-01-12", "2022-01-12", "2022-01-13"),
        ("2022-01-12T18:40+01:00", "2022-01-12T17:40", "2022-01-12T17:40:01"),
    ],
)
def test_a_date_is_the_period_it_names(value: str, low: str, after: str) -> None:
    assert period(value) == (pd.Timestamp(low, tz="UTC"), pd.Timestamp(after, tz="UTC"))


def test_names_are_replaced_outside_quotes_only() -> None:
    names = {"nato": "NATO OR OTAN"}
    assert expand_names('@nato AND "mail @nato"', names) == '(NATO OR OTAN) AND "mail @nato"'


def test_an_unknown_name_is_refused_with_the_closest() -> None:
    with pytest.raises(QueryError, match="did you mean 'nato'"):
        expand_names("@natto", {"nato": "NATO"})


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("NATO -football", "“NATO” and not “football”"),
        ("a (b OR c)", "“a” and (“b” or “c”)"),
        ('title:"a b"~1', "“a” within 1 word of “b” in the title"),
        ("published:[2022-01 TO *]", "published from 2022-01"),
        ("source:*", "source is given"),
        ("*", "every article"),
    ],
)
def test_a_query_is_said_in_plain_words(query: str, words: str) -> None:
    assert explain_query(query) == words
