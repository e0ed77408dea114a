"""Words for time: found as written, with what they mean, and only where they stand as words for time."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.labelled import labelled
from workbench.times.idioms import LANGUAGES, idioms
from workbench.times.phrases import Mention, after_announcement, mentions, relative

WEEK = timedelta(days=7)
TURNS_WITH_THE_WEEK = {"weekday", "weekend", "day", "week"}

cases = [case.values[0] for case in labelled("phrases.json", "sentence")]
named = [case for case in cases if case["quote"] and "known_failure" not in case]
case = st.sampled_from(named)
days = st.dates(min_value=date(1990, 1, 1), max_value=date(2039, 12, 31))


def the_mention(text: str, language: str, quote: str) -> Mention:
    found = [one for one in mentions(text, language) if one.quote == quote]
    assert len(found) == 1, [one.quote for one in mentions(text, language)]
    return found[0]


@given(st.lists(case, min_size=1, max_size=5), st.sampled_from([" ", "\n", "\n\n"]))
@settings(max_examples=100)
def test_mentions_stand_in_the_text_in_its_order_and_never_overlap(some: list[dict[str, Any]], between: str) -> None:
    text = between.join(one["sentence"] for one in some)
    found = mentions(text, some[0]["language"])
    for one in found:
        assert " ".join(text[one.start : one.start + len(one.quote) * 2].split()).startswith(one.quote)
        assert one.quote in one.sentence
        assert len(one.sentence) <= 300
    for one, following in pairwise(found):
        assert one.start + len(one.quote) <= following.start


@given(st.text(max_size=300), st.sampled_from([*LANGUAGES, "und", "common", ""]))
@settings(max_examples=200)
def test_any_text_in_any_language_is_read_without_complaint(text: str, language: str) -> None:
    for one in mentions(text, language):
        assert language in LANGUAGES
        assert text[one.start :].startswith(one.quote.split()[0])


@given(case, st.sampled_from(["\n", "\n    ", "  "]))
@settings(max_examples=150)
def test_a_hard_wrapped_sentence_means_the_same(one: dict[str, Any], blank: str) -> None:
    whole, wrapped = (
        mentions(text, one["language"]) for text in (one["sentence"], one["sentence"].replace(" ", blank))
    )
    assert [each.meaning for each in wrapped] == [each.meaning for each in whole]


@given(case, days)
@settings(max_examples=200)
def test_every_interval_of_days_is_one_and_in_order(one: dict[str, Any], published: date) -> None:
    found = the_mention(one["sentence"], one["language"], one["quote"]).refers_to(published)
    assert all(low < high for low, high in found)
    assert found == sorted(found)
    assert len(found) <= 2


@given(case, days)
@settings(max_examples=200)
def test_what_turns_with_the_week_moves_with_it(one: dict[str, Any], published: date) -> None:
    found = the_mention(one["sentence"], one["language"], one["quote"])
    later = [(low - WEEK, high - WEEK) for low, high in found.refers_to(published + WEEK)]
    if found.kind in TURNS_WITH_THE_WEEK:
        assert later == found.refers_to(published)
    if found.kind in ("date", "month-year", "calendar-year"):
        assert found.refers_to(published + WEEK) == found.refers_to(published)


@given(days)
def test_a_weekday_of_the_past_is_one_of_the_last_seven_days_and_an_open_one_may_be_the_next(published: date) -> None:
    past = the_mention("He said on Wednesday that talks had failed.", "en", "on Wednesday").refers_to(published)
    assert [(published - low).days in range(7) for low, _ in past] == [True]
    either = the_mention("Talks on Wednesday.", "en", "on Wednesday").refers_to(published)
    assert either == [*past, (past[0][0] + WEEK, past[0][1] + WEEK)]
    assert all(low.weekday() == 2 for low, _ in either)


@pytest.mark.parametrize("language", LANGUAGES)
def test_looking_only_near_the_words_a_phrase_needs_misses_none(language: str) -> None:
    own = idioms(language)
    assert own is not None
    text = "\n\n".join(one["sentence"] for one in cases if one["language"] == language)
    near = {(one.span(), meaning) for one, meaning in own._candidates(text)}
    everywhere = {
        (one.span(), meaning)
        for listed in own._phrases.values()
        for meaning, pattern in listed
        for one in pattern.finditer(text)
    }
    assert everywhere <= near


@pytest.mark.parametrize("case", labelled("phrases.json", "sentence", also="language"))
def test_a_phrase_is_found_and_names_these_days(case: dict[str, Any]) -> None:
    if case["quote"] is None:
        assert [one.quote for one in mentions(case["sentence"], case["language"])] == []
        return
    found = the_mention(case["sentence"], case["language"], case["quote"])
    assert found.kind == case["kind"]
    published = date.fromisoformat(case["published"])
    assert [[str(low), str(high)] for low, high in found.refers_to(published)] == case["days"]


@pytest.mark.parametrize(
    ("text", "language", "tense"),
    [
        ("He said on Wednesday that they will answer.", "en", "past"),
        ("They will answer on Wednesday, he said.", "en", "future"),
        ("He said the envoy will answer on Wednesday.", "en", "future"),
        ("The vote is expected to be held on Wednesday.", "en", "future"),
        ("A vote on Wednesday.", "en", "open"),
        ("The talks, suspended until Wednesday, failed.", "en", "open"),
        ("Il a déclaré mercredi que le conseil se réunira.", "fr", "past"),
        ("Le conseil se réunira mercredi, a-t-il déclaré.", "fr", "future"),
        ("Sie erklärte am Mittwoch, man werde antworten.", "de", "past"),
        ("Sie wird am Mittwoch erwartet.", "de", "future"),
        ("Declaró el miércoles que habrá respuesta.", "es", "past"),
        ("Responderán el miércoles.", "es", "future"),
        ("Он сообщил в среду, что ответ будет.", "ru", "past"),
        ("Стороны встретятся в среду.", "ru", "future"),
        ("Він повідомив у середу, що відповідь буде.", "uk", "past"),
        ("Сторони зустрінуться у середу.", "uk", "future"),
    ],
)
def test_the_verb_beside_a_weekday_says_whether_it_looks_back(text: str, language: str, tense: str) -> None:
    assert [one.tense for one in mentions(text, language)] == [tense]


def test_a_verb_never_rules_out_the_nearer_of_two_days_without_a_year() -> None:
    found = the_mention("Der Prozess wurde auf den 12. Januar vertagt.", "de", "den 12. Januar")
    assert (date(2022, 1, 12), date(2022, 1, 13)) in found.refers_to(date(2022, 1, 3))
    month = the_mention("The port will reopen after talks in November.", "en", "in November")
    assert month.tense == "future"
    assert (date(2021, 11, 1), date(2021, 12, 1)) in month.refers_to(date(2022, 1, 13))


@pytest.mark.parametrize(
    ("text", "language", "quote"),
    [
        ("BRUSSELS, Jan 12 (Agency) - The council met.", "en", "Jan 12"),
        ("KYIV, Ukraine, Jan. 12, 2022 — The council met.", "en", "Jan. 12, 2022"),
        ("The council met\nBRUSSELS, January 12. /AGENCY/. The council met.", "en", "January 12"),
        ("МОСКВА, 12 января — Агентство. Совет собрался.", "ru", "12 января"),
        ("МОСКВА, 12 янв - Агентство. Совет собрался.", "ru", "12 янв"),
        ("Москва. 12 января. AGENCY.RU - Совет собрался.", "ru", "12 января"),
        ("КИЇВ, 12 січня (Агенція) – Рада зібралася.", "uk", "12 січня"),
        ("Brüssel, 12. Januar (Agentur) – Der Rat tagte.", "de", "12. Januar"),
        ("BRUXELLES, 12 janvier (Agence) - Le conseil s’est réuni.", "fr", "12 janvier"),
        ("Bruselas, 12 de enero (Agencia).- El consejo se reunió.", "es", "12 de enero"),
        ("МОСКВА, 12 января 2022. Совет собрался.", "ru", "12 января 2022"),
    ],
)
def test_a_dateline_is_told_from_a_sentence(text: str, language: str, quote: str) -> None:
    found = the_mention(text, language, quote)
    assert found.dateline
    assert found.tense == "past"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("On January 12 the council met in Brussels - and nothing came of it.", "en"),
        ("The council met in Brussels, January 12 being the day.", "en"),
        ("On Wednesday, 12 January 2022 NATO met in Brussels.", "en"),
        ("12 января — день печати.", "ru"),
        ("Сегодня — день печати.", "ru"),
        ("Today (January 12) the council met.", "en"),
        ("The council met. " * 20 + "\nBRUSSELS, Jan 12 (Agency) - It met.", "en"),
    ],
)
def test_a_sentence_with_a_day_is_no_dateline(text: str, language: str) -> None:
    assert not any(one.dateline for one in mentions(text, language))


@pytest.mark.parametrize(
    ("text", "language", "quoted"),
    [
        ('"They shot at us yesterday," he said on Wednesday.', "en", ["yesterday"]),
        ("“They shot at us\nyesterday,” he said on Wednesday.", "en", ["yesterday"]),
        ("« Ils ont tiré hier », a-t-il dit mercredi.", "fr", ["hier"]),
        ("„Sie haben gestern geschossen“, sagte er am Mittwoch.", "de", ["gestern"]),
        ("«Вчера они стреляли», — сказал он в среду.", "ru", ["Вчера"]),
        ("It is 5' 11\" long, he said on Wednesday.", "en", []),
    ],
)
def test_what_somebody_else_says_is_marked(text: str, language: str, quoted: list[str]) -> None:
    found = mentions(text, language)
    assert [one.quote for one in found if one.quoted] == quoted
    assert len(found) == len(quoted) + 1


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


@given(st.text(max_size=200), st.sampled_from([*LANGUAGES, "und"]))
@settings(max_examples=100)
def test_at_most_five_phrases_and_each_stands_in_the_text(text: str, language: str) -> None:
    whole = f"{text}\n\nhier. yesterday. gestern. ayer. вчера. вчора."
    found = relative(whole, language)
    assert len(found) <= 5
    assert all(phrase in re.sub(r"\s+", " ", whole) for phrase in found)


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        ("Published: 12 January 2022", "12 January 2022"),
        ("Published on 12 January 2022", "12 January 2022"),
        ("Date of publication: 12 January 2022", "12 January 2022"),
        ("| Publié le 12 janvier 2022", "12 janvier 2022"),
        ("Date de publication : 12 janvier 2022", "12 janvier 2022"),
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
