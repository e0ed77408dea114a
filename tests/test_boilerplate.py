"""Page furniture: labelled lines in six languages, what an outlet repeats is learned, what it reports stays."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.labelled import labelled
from workbench.cleaning import boilerplate

REPORT = "The council met in the harbour hall on Monday and voted on item {} after two hours of debate."
"""A sentence long enough to be a paragraph; the number makes it another one."""


@pytest.mark.parametrize("case", labelled("boilerplate.json", "line"))
def test_a_line_of_the_page_goes_and_a_line_of_the_article_stays(case: dict[str, Any]) -> None:
    body = REPORT.format(1)
    found = boilerplate.rules([body, case["line"], body], learned=frozenset(), page=False)
    assert found == ["", case["rule"] or "", ""]


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_units_joined_are_the_text(text: str) -> None:
    assert "".join(boilerplate.units(text)) == text


@given(
    st.lists(
        st.sampled_from(["Talks went on. ", "No one left! ", "«Да».  ", "It was 3.5 percent. ", "x" * 90 + "\n", "\n"])
    )
)
@settings(max_examples=100, deadline=None)
def test_units_of_long_lines_and_wrapped_texts_joined_are_the_text(pieces: list[str]) -> None:
    text = "".join(pieces) * 12
    assert "".join(boilerplate.units(text)) == text


@given(st.lists(st.text(max_size=40), max_size=12), st.booleans().map(lambda page: {"page": page}))
@settings(max_examples=150, deadline=None)
def test_every_unit_gets_a_rule_or_none_and_something_always_stays(pieces: list[str], page: dict[str, bool]) -> None:
    found = boilerplate.rules(pieces, learned=frozenset(), page=page["page"])
    assert len(found) == len(pieces)
    if any(piece.strip() for piece in pieces):
        assert any(piece.strip() and not rule for piece, rule in zip(pieces, found, strict=True))


def test_a_text_of_furniture_alone_stays_as_it_is() -> None:
    assert boilerplate.rules(["Share this article", "© 2022"], learned=frozenset(), page=True) == ["", ""]


def test_headlines_listed_in_a_box_go_and_the_article_after_the_empty_line_stays() -> None:
    pieces = ["Top stories\n", "Ice rink opens\n", "Ferry gets a bell\n", "\n", "Short lead here\n", REPORT.format(1)]
    found = boilerplate.rules(pieces, learned=frozenset(), page=True)
    assert found == ["headlines", "headlines", "headlines", "", "", ""]


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("Translated automatically from Russian.", "ru"),
        ("Traduit automatiquement de l’anglais.", "en"),
        ("Maschinell aus dem Ukrainischen übersetzt.", "uk"),
        ("Traducción automática del francés.", "fr"),
        ("Переведено автоматически с немецкого.", "de"),
        ("Перекладено автоматично з іспанської.", "es"),
        ("This page was machine-translated.", "und"),
        ("Translated for our Russian readers by machine.", "und"),
    ],
)
def test_a_disclaimer_names_the_language_it_was_translated_from_or_none(line: str, language: str) -> None:
    assert boilerplate.language_named(line) == language
