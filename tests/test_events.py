"""Events and actors: read from data, refused with the file and key named, and applied to articles."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from workbench.articles import WorkbenchError, as_articles
from workbench.events import (
    Event,
    KnownDate,
    about,
    find_events,
    in_window,
    load_actors,
    load_events,
    matches,
    write_event,
)
from workbench.query import parse_query
from workbench.search import search

DATA = Path(__file__).parents[1] / "data"
GOOD = """
[talks]
title = "Talks"
query = '''
# the alliance in any language
@nato AND talk*
'''
start = 2022-01-10
end = 2022-01-12
known = [{date = 2022-01-12, label = "Council", url = "https://www.nato.int/"}]
"""
ACTORS = '[nato]\nen = ["NATO", "North Atlantic Alliance"]\nru = ["НАТО"]\n'


def written(folder: Path, events: str = GOOD, actors: str = ACTORS) -> Path:
    (folder / "actors.toml").write_text(actors, encoding="utf-8")
    (folder / "events.toml").write_text(events, encoding="utf-8")
    return folder / "events.toml"


def articles() -> pd.DataFrame:
    rows = {
        "before": ("2022-01-09", "2022-01-10"),
        "first": ("2022-01-10", "2022-01-11"),
        "last": ("2022-01-12T23:59", "2022-01-13"),
        "after": ("2022-01-13", "2022-01-14"),
        "month": ("2022-01-01", "2022-02-01"),
        "undated": (None, None),
        "other": ("2022-01-11", "2022-01-12"),
    }
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["published_low", "published_high"])
    frame["published_low"] = pd.to_datetime(frame["published_low"], utc=True, format="ISO8601")
    frame["published_high"] = pd.to_datetime(frame["published_high"], utc=True, format="ISO8601")
    frame["published"] = frame["published_low"]
    frame["title"], frame["text"] = "NATO talks", "in Brussels"
    frame.loc["other", "title"] = "Football"
    return as_articles(frame)


def test_about_keeps_what_may_belong_to_the_window_and_the_undated(tmp_path: Path) -> None:
    event = load_events(written(tmp_path))["talks"]
    table = articles()
    assert sorted(about(table, event).index) == ["first", "last", "month", "undated"]
    assert list(matches(table, event).index) == list(table.index)


def test_about_with_a_query_text_has_no_window() -> None:
    table = articles()
    pd.testing.assert_frame_equal(about(table, "NATO talks"), search(table, "NATO talks"))


def test_about_is_a_part_of_the_search_whatever_the_window(tmp_path: Path) -> None:
    event = load_events(written(tmp_path))["talks"]
    table = articles()
    found = set(search(table, event.query).index)
    wide = dataclasses.replace(event, start=dt.date(1900, 1, 1), end=dt.date(2100, 1, 1))
    assert set(about(table, event).index) <= found == set(about(table, wide).index)


def test_an_event_may_last_one_day_and_know_no_dates() -> None:
    event = Event("day", "One day", "NATO OR НАТО OR OTAN", dt.date(2022, 1, 12), dt.date(2022, 1, 12))
    table = articles()
    table.loc["last", "title"] = "НАТО"
    assert sorted(about(table, event).index) == ["last", "month", "undated"]
    assert event.known == () and "known" not in repr(event) and "<ul></ul>" in event._repr_html_()


def test_an_event_without_known_dates_is_read_and_written(tmp_path: Path) -> None:
    text = "[day]\ntitle = 'One day'\nquery = '@nato'\nstart = 2022-01-12\nend = 2022-01-12\n"
    event = load_events(written(tmp_path, text))["day"]
    write_event(event, tmp_path / "again.toml")
    again = load_events(tmp_path / "again.toml")["day"]
    assert again.known == event.known == () and (again.start, again.end, again.query) == (
        event.start,
        event.end,
        event.query,
    )


def test_the_window_keeps_what_the_query_does_not(tmp_path: Path) -> None:
    event = load_events(written(tmp_path))["talks"]
    table = articles()
    assert sorted(table.index[in_window(table, event)]) == ["first", "last", "month", "other", "undated"]
    assert in_window(table, "NATO").all() and (matches(table, event) <= in_window(table, event)).all()


def test_about_of_no_articles_is_no_articles(tmp_path: Path) -> None:
    event = load_events(written(tmp_path))["talks"]
    none = about(articles().iloc[:0], event)
    assert none.empty
    assert list(none.columns) == list(articles().columns)


def test_about_refuses_what_is_no_event() -> None:
    with pytest.raises(WorkbenchError, match="got int"):
        about(articles(), 5)  # type: ignore[arg-type]


def test_an_event_is_read_with_its_names_replaced_and_its_reasons_left_out(tmp_path: Path) -> None:
    event = load_events(written(tmp_path))["talks"]
    assert event.query == '(NATO OR "North Atlantic Alliance" OR НАТО) AND talk*'
    assert "# the alliance" in event.written
    assert event.known == (KnownDate(dt.date(2022, 1, 12), "Council", "https://www.nato.int/"),)


def test_an_actor_can_be_had_in_one_language(tmp_path: Path) -> None:
    written(tmp_path)
    assert load_actors(tmp_path / "actors.toml")["nato-ru"] == "НАТО"


def test_the_actors_file_can_be_named(tmp_path: Path) -> None:
    path = written(tmp_path, actors="")
    (tmp_path / "mine.toml").write_text('[nato]\nen = ["Pact"]\n', encoding="utf-8")
    assert load_events(path, actors=tmp_path / "mine.toml")["talks"].query == "(Pact) AND talk*"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('title = "Talks"', "", "talks has no title"),
        ("start = 2022-01-10", "", "talks has no start"),
        ("start = 2022-01-10", 'start = "soon"', "talks.start is 'soon', not a day"),
        ("end = 2022-01-12", "end = 2022-01-01", "before it starts"),
        ("@nato", "@natto", "did you mean 'nato'"),
        ("talk*", "talk* AND (", "talks.query"),
        ("[talks]", "[talks", "not valid TOML"),
        ("end =", "ende = 1\nend =", "'ende' that means nothing"),
        ('label = "Council", ', "", "entry 1 has no label"),
        ("https://www.nato.int/", "javascript:alert(1)", "no web address"),
        ('title = "Talks"', "title = 5", "talks.title is 5, not a text"),
        ("[talks]", "talks = 5\n[other]", "talks is not a table"),
    ],
)
def test_a_fault_in_the_file_is_named_with_file_and_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = written(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(WorkbenchError) as problem:
        load_events(path)
    assert message in str(problem.value)
    assert "events.toml" in str(problem.value)


@pytest.mark.parametrize(
    ("actors", "message"),
    [
        ("nato = 5", "not a table"),
        ("[nato]", "no names"),
        ('[nato]\nen = "NATO"', "nato.en"),
        ('[nato]\nen = ["("]', "nato.en"),
    ],
)
def test_a_fault_among_the_actors_is_named(tmp_path: Path, actors: str, message: str) -> None:
    with pytest.raises(WorkbenchError, match=message):
        load_events(written(tmp_path, actors=actors))


def test_a_missing_file_and_a_foreign_encoding_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="there is no file"):
        load_events(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes("[a]\ntitle = 'é'".encode("latin-1"))
    with pytest.raises(WorkbenchError, match="UTF-8"):
        load_events(tmp_path / "latin.toml")


def test_an_unknown_event_is_refused_with_the_closest_and_the_list(tmp_path: Path) -> None:
    events = load_events(written(tmp_path))
    with pytest.raises(KeyError, match="talks"):
        events["nothing"]
    with pytest.raises(WorkbenchError, match=r"did you mean 'talks'\? The events are talks$"):
        events["talk"]
    assert events.get("nothing") is None
    assert "nothing" not in events


def test_events_complete_by_name_and_cannot_be_changed(tmp_path: Path) -> None:
    events = load_events(written(tmp_path))
    assert events._ipython_key_completions_() == ["talks"]
    assert repr(events) == "talks  2022-01-10 to 2022-01-12  Talks"
    with pytest.raises(TypeError):
        events["new"] = events["talks"]  # type: ignore[index]
    with pytest.raises(dataclasses.FrozenInstanceError):
        events["talks"].title = "x"  # type: ignore[misc]


def test_html_is_escaped() -> None:
    event = Event(
        "x",
        "<b>",
        "a",
        dt.date(2022, 1, 1),
        dt.date(2022, 1, 2),
        (KnownDate(dt.date(2022, 1, 1), "<i>", "javascript:x"),),
        "<script>",
    )
    shown = event._repr_html_()
    for hostile in ("<b>", "<i>", "<script>", "javascript"):
        assert hostile not in shown


# -- the project's own data --------------------------------------------------------------------------------

OWN = load_events(DATA / "events.toml")


def test_the_first_event_is_the_talks_and_there_are_enough() -> None:
    assert next(iter(OWN)) == "nato-russia-talks"
    assert len(OWN) >= 7


@pytest.mark.parametrize("name", list(OWN))
def test_each_event_is_complete(name: str) -> None:
    event = OWN[name]
    assert event.title
    assert event.note
    assert event.known
    assert "#" in event.written, "each query gives a reason"
    parse_query(event.query)
    for known in event.known:
        assert event.start <= known.date <= event.end
        assert known.label
        assert known.url.startswith(("https://", "http://en.kremlin.ru"))


def test_the_actors_are_named_in_six_languages() -> None:
    actors = load_actors(DATA / "actors.toml")
    whole = {name for name in actors if "-" not in name}
    assert {f"{name}-{language}" for name in whole for language in ("en", "fr", "de", "es", "ru", "uk")} <= set(actors)


TALKS = [
    "NATO-Russia Council meets in Brussels",
    "La Russie publie deux projets de traités et exige de l'Otan des garanties de sécurité",
    "Russland verlangt von der Nato Sicherheitsgarantien",
    "Rusia exige a la OTAN garantías de seguridad por escrito",
    "Россия и НАТО: Совет Россия — НАТО впервые с 2019 года",
    "Росія вимагає від НАТО гарантій безпеки",
    "Lavrov and Blinken meet in Geneva",
    "Владимир Путин поговорил по телефону с Джо Байденом",
    "Macron s'entretient avec Poutine au sujet de l'Ukraine",
    "Russia suspends its mission to NATO after eight diplomats lose their accreditation",
]
NOT_TALKS = [
    "Bank offers deposit guarantee to savers in Moscow",
    "NATO holds winter exercise in Norway",
    "Russia wins gold in Beijing",
    "Blinken visits Kenya",
    "Biden speaks on climate in Glasgow; Putin stays away",
    "Gazprom halts flows through Yamal, prices rise",
    "Россия сыграла вничью с Хорватией",
    "Putin und der Winter: Moskau versinkt im Schnee",
    "Security guarantee for your new television",
    "Nord Stream 2 certification suspended by German regulator",
]


def test_the_talks_are_found_in_six_languages_and_other_news_is_not() -> None:
    texts = [*TALKS, *NOT_TALKS]
    table = as_articles(
        pd.DataFrame({"title": texts, "text": ""}, index=[f"{number:02}" for number in range(len(texts))])
    )
    found = list(table.loc[matches(table, OWN["nato-russia-talks"]), "title"])
    assert found == TALKS


def test_an_event_written_to_a_file_of_its_own_is_read_back(tmp_path: Path) -> None:
    for name, event in load_events(DATA / "events.toml").items():
        write_event(event, tmp_path / "events.toml")
        again = load_events(tmp_path / "events.toml")[name]
        assert dataclasses.replace(again, written="") == dataclasses.replace(event, written="")


def test_a_collection_with_events_of_its_own_is_asked_for_these(tmp_path: Path) -> None:
    assert "nato-russia-talks" in find_events(tmp_path)
    write_event(
        Event("mine", 'What "I" ask', "wheat", dt.date(2022, 1, 1), dt.date(2022, 1, 31)), tmp_path / "events.toml"
    )
    assert list(find_events(tmp_path)) == ["mine"]
    assert "nato-russia-talks" in find_events(tmp_path, DATA / "events.toml")
