"""Outlets: one name each, from what records state, from titles, domains and credits; the carrier is not the outlet."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.labelled import labelled
from workbench.cleaning.outlets import domain_of, known_outlets, learn_outlets

BELL = [(None, f"https://bell.example/{at}", f"The council voted on item {at} | The Harbour Bell") for at in range(3)]


@pytest.mark.parametrize("case", labelled("titles.json", "title"))
def test_a_title_is_a_headline_an_outlet_and_a_section(case: dict[str, Any]) -> None:
    found = known_outlets().split_title(case["title"])
    assert (found.title, found.outlet, found.section) == (case["headline"], case["outlet"], case["section"])


@given(st.text(max_size=60), st.sampled_from(["", " - BBC News", " | Reuters World", " — Nobody Knows"]))
@settings(max_examples=200)
def test_headline_and_rest_are_the_title_but_for_the_blanks_around_it(head: str, tail: str) -> None:
    title = head + tail
    found = known_outlets().split_title(title)
    assert (found.title + found.rest).strip() == title.strip()
    assert bool(found.rest) == bool(found.outlet)


@given(st.text(max_size=60) | st.from_regex(r"https?://[a-z.\[\]:@/]{0,30}", fullmatch=True))
@settings(max_examples=200)
def test_any_address_has_a_domain_or_none(url: str) -> None:
    found = domain_of(url)
    assert found is None or ("." in found and found == found.casefold())


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.bbc.co.uk/news/1", "bbc.co.uk"),
        ("https://m.lenta.ru/x", "lenta.ru"),
        ("https://edition.cnn.com/x", "cnn.com"),
        ("https://usnews.example/x", "usnews.example"),
        ("//bell.example/x", "bell.example"),
        ("bell.example", None),
        ("not an address", None),
        ("http://[broken", None),
        ("", None),
        (None, None),
    ],
)
def test_the_domain_of_an_address(url: str | None, domain: str | None) -> None:
    assert domain_of(url) == domain


def test_three_titles_with_the_same_tail_make_an_outlet_and_two_do_not() -> None:
    title = "Ferry delayed again | The Harbour Bell"
    assert learn_outlets(BELL).split_title(title).outlet == "The Harbour Bell"
    assert learn_outlets(BELL[:2]).split_title(title).outlet == ""


def test_a_domain_lends_its_name_to_records_that_state_nothing() -> None:
    outlets = learn_outlets(BELL)
    assert outlets.of(None, "https://bell.example/99") == "The Harbour Bell"
    assert outlets.of(None, "https://other.example/1") == "other.example"
    assert outlets.of(None, None) is None


def test_spellings_of_one_outlet_become_one_name() -> None:
    outlets = learn_outlets(
        [("The Harbour Bell", None, ""), ("THE HARBOUR BELL", None, ""), ("The Harbour Bell", None, "")]
    )
    assert {outlets.of(spelling, None) for spelling in ("THE HARBOUR BELL", "The harbour-bell")} == {"The Harbour Bell"}


def test_a_domain_with_two_owners_belongs_to_neither() -> None:
    rows = [(name, "https://portal.example/x", "") for name in ("The Harbour Bell", "The Port Lamp")]
    assert learn_outlets(rows).of(None, "https://portal.example/y") == "portal.example"


def test_the_order_of_records_changes_no_outlet() -> None:
    rows = [*BELL, ("The Port Lamp", "https://lamp.example/1", ""), ("the port lamp", "https://lamp.example/2", "")]
    shuffled = list(rows)
    random.Random(1).shuffle(shuffled)
    assert learn_outlets(rows) == learn_outlets(shuffled)


@pytest.mark.parametrize(
    ("text", "outlet"),
    [
        ("BRUSSELS (AFP) - The council met.", "AFP"),
        ("МОСКВА (ТАСС) — Совет собрался.", "TASS"),
        ("The council met.\nSource: Reuters", "Reuters"),
        ("Der Rat tagte.\nQuelle: DER SPIEGEL.", "Der Spiegel"),
        ("The council (NATO) - met.", None),
        ("The source: a diplomat who was there.", None),
        ("Reuters was told of it.", None),
        ("", None),
    ],
)
def test_a_credit_is_a_dateline_or_a_source_line_with_a_known_name(text: str, outlet: str | None) -> None:
    assert known_outlets().credited(text) == outlet


def test_another_outlet_behind_a_dash_is_an_attribution_and_stays_in_the_headline() -> None:
    title = "Gas to stop – Reuters"
    assert known_outlets().split_title(title, own="The Harbour Bell").title == title
    assert known_outlets().split_title(title, own="Reuters").title == "Gas to stop"
    assert known_outlets().split_title(title, own="The Harbour Bell", translated=True).outlet == "Reuters"
