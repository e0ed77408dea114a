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


def rules_of(*lines: str, page: bool = True) -> list[str]:
    return boilerplate.rules(lines, learned=frozenset(), page=page)


def test_a_list_a_subheading_and_a_question_behind_the_last_long_paragraph_stay() -> None:
    closing = ["Both agreed:", "• to lift the ban", "Bread", "What happens next", "Sixteen ships wait."]
    found = rules_of(REPORT.format(1), *closing, "Share this article", "© 2022 The Harbour Bell")
    assert found == ["", "", "", "", "", "", "share", "copyright"]


def test_a_subheading_under_a_headline_named_in_one_line_stays() -> None:
    lines = [REPORT.format(1), "Lire aussi : Le bac reprend", "Et maintenant ?", REPORT.format(2)]
    assert rules_of(*lines) == ["", "read-also", "", ""]


def test_all_that_stands_below_the_foot_of_a_page_goes_and_of_a_record_only_what_is_known() -> None:
    lines = [
        REPORT.format(1),
        "They wait.",
        "Share this article",
        "Facebook · Twitter",
        "Echo Papers is a company of the coast.",
    ]
    assert rules_of(*lines) == ["", "", "share", "share", "foot"]
    assert rules_of(*lines, page=False)[-1] == ""


def test_an_agency_in_brackets_and_a_source_go_as_last_lines_and_a_remark_stays() -> None:
    assert rules_of(REPORT.format(1), "(Imaginary Wire Service)", page=False)[1] == "agency-tag"
    assert rules_of(REPORT.format(1), "Quelle: IWS", page=False)[1] == "source"
    assert rules_of(REPORT.format(1), "(Opens Wednesday)", page=False)[1] == ""


def test_a_quotation_mark_that_closes_is_no_bar_between_sections() -> None:
    assert rules_of("«Поток — 2» споткнулся | Буян деловой", REPORT.format(1))[0] == ""


def test_headlines_below_each_other_are_no_wrapped_text() -> None:
    text = "".join(f"The council of the harbour town number {at} met once more on Monday\n" for at in range(6))
    assert len(boilerplate.units(text)) == 6
