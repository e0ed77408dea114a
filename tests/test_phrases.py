"""Words for time: quoted as written, and only where they stand as words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.phrases import after_announcement, relative


@pytest.mark.parametrize(
    ("text", "language", "phrases"),
    [
        ("He spoke on Wednesday and again last month.", "en", ["on Wednesday", "last month"]),
        ("Il a parlé mercredi dernier, puis hier.", "fr", ["mercredi dernier", "hier"]),
        ("Er sprach am Mittwoch und im November.", "de", ["am Mittwoch", "im November"]),
        ("Habló el miércoles y la semana pasada.", "es", ["el miércoles", "la semana pasada"]),
        ("Он говорил в среду и на прошлой неделе.", "ru", ["в среду", "на прошлой неделе"]),
        ("Він говорив у середу та минулого тижня.", "uk", ["у середу", "минулого тижня"]),
        ("Troops may march.", "en", []),
        ("Sundays and yesterdays", "en", []),
        ("On 12 January 2022 they met.", "en", []),
        ("Wednesday. Wednesday.", "en", ["Wednesday"]),
        ("He spoke on\n  Wednesday.", "en", ["on Wednesday"]),
        ("He spoke on Wednesday.", "xx", []),
        ("", "en", []),
    ],
)
def test_relative_phrases_are_quoted_as_written(text: str, language: str, phrases: list[str]) -> None:
    assert relative(text, language) == phrases


@given(st.text(max_size=200), st.sampled_from(["en", "fr", "de", "es", "ru", "uk", "und"]))
@settings(max_examples=100)
def test_at_most_five_phrases_and_each_stands_in_the_text(text: str, language: str) -> None:
    found = relative(f"{text} hier yesterday gestern ayer вчера вчора", language)
    assert len(found) <= 5
    assert all(phrase.split()[0] in text + " hier yesterday gestern ayer вчера вчора" for phrase in found)


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        ("Published: 12 January 2022", "12 January 2022"),
        ("Published on 12 January 2022", "12 January 2022"),
        ("| Publié le 12 janvier 2022", "12 janvier 2022"),
        ("Veröffentlicht am 12. Januar 2022", "12. Januar 2022"),
        ("Fecha: 12/01/2022", "12/01/2022"),
        ("Опубликовано 12 января", "12 января"),
        ("Дата публікації – 12 січня", "12 січня"),
        ("Dated letters were found", None),
        ("Updated 13 January 2022", None),
        ("The date: unknown", None),
        ("", None),
    ],
)
def test_what_follows_the_word_that_announces_a_date(line: str, rest: str | None) -> None:
    assert after_announcement(line) == rest
