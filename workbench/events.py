"""Events: what a researcher asks about, kept as data that others can read, doubt and change.

An event is a query, a window and the dates known from the public record; it lives in `data/events.toml`.
The names of states, alliances and persons live in `data/actors.toml`, one list per actor and language;
a query refers to them as `@nato`. Both files explain themselves at their top.
"""

from __future__ import annotations

import datetime as dt
import difflib
import html
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.articles import WorkbenchError, require
from workbench.query import expand_names, parse_query
from workbench.search import matching, published_interval

_EVENT_KEYS = {"title", "query", "start", "end", "known", "note"}
_KNOWN_KEYS = {"date", "label", "url"}


class UnknownEvent(WorkbenchError, KeyError):
    """A name that the events file does not define."""

    __str__ = WorkbenchError.__str__  # a KeyError would print its message in quotes


@dataclass(frozen=True, slots=True)
class KnownDate:
    """A day on which something of the event is known to have happened, and the page that says so."""

    date: dt.date
    label: str
    url: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Event:
    """A query with its window: `start` and `end` are days, both included, in UTC.

    `query` stands as it is searched, every @name replaced, so that `wb.search(articles, event.query)` works;
    `written` is the query as the events file has it. `known` are dated facts in their order.
    """

    name: str
    title: str
    query: str
    start: dt.date
    end: dt.date
    known: tuple[KnownDate, ...] = ()
    note: str = ""
    written: str = ""

    def __post_init__(self) -> None:
        for name in ("start", "end"):
            object.__setattr__(self, name, _day(getattr(self, name), f"{name} of event {self.name!r}"))
        if self.end < self.start:
            raise WorkbenchError(f"event {self.name!r} ends ({self.end}) before it starts ({self.start}); swap them")
        parse_query(self.query)
        object.__setattr__(self, "known", tuple(sorted(self.known, key=lambda known: (known.date, known.label))))

    def __repr__(self) -> str:
        known = f", {len(self.known)} known dates" if self.known else ""
        return f"<Event {self.name}: {self.title}, {self.start} to {self.end}{known}>"

    def _repr_html_(self) -> str:
        dates = "".join(f"<li>{known.date} {_linked(known)}</li>" for known in self.known)
        return (
            f"<strong>{html.escape(self.title)}</strong> ({html.escape(self.name)}), {self.start} to {self.end}"
            f"<p>{html.escape(self.note)}</p><ul>{dates}</ul>"
            f"<details><summary>query</summary><pre>{html.escape(self.written or self.query)}</pre></details>"
        )


class Events(Mapping[str, Event]):
    """The events of a file by name, in the order of the file; cannot be changed."""

    __slots__ = ("_events",)

    def __init__(self, events: Mapping[str, Event]) -> None:
        self._events = dict(events)

    def __getitem__(self, name: str) -> Event:
        if name in self._events:
            return self._events[name]
        close = difflib.get_close_matches(str(name), self._events, n=1)
        hint = f"; did you mean {close[0]!r}? The" if close else "; the"
        raise UnknownEvent(f"there is no event {name!r}{hint} events are {', '.join(self._events) or 'none'}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._events)

    def __len__(self) -> int:
        return len(self._events)

    def __contains__(self, name: object) -> bool:
        return name in self._events

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._events)

    def __repr__(self) -> str:
        if not self:
            return "no events"
        width = max(map(len, self))
        return "\n".join(f"{name:<{width}}  {each.start} to {each.end}  {each.title}" for name, each in self.items())

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{html.escape(name)}</td><td>{html.escape(each.title)}</td><td>{each.start}</td>"
            f"<td>{each.end}</td><td>{len(each.known)}</td></tr>"
            for name, each in self.items()
        )
        head = "".join(f"<th>{name}</th>" for name in ("name", "title", "start", "end", "known dates"))
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def about(articles: pd.DataFrame, event: Event | str) -> pd.DataFrame:
    """The articles about the event, in the order of the table; none is changed.

    An article is about an event when it matches the query and may have been published in the window: the
    interval of its publication time meets it. Articles without any time stay, as they may belong; `coverage`
    counts them apart. A query text in place of an event has no window.
    """
    return articles[matches(articles, event).to_numpy()]


def matches(articles: pd.DataFrame, event: Event | str) -> pd.Series[bool]:
    """True for each article that is about the event; see `about`."""
    if isinstance(event, str):
        return matching(articles, event)
    if not isinstance(event, Event):
        raise WorkbenchError(
            f"expected an event or a query text, got {type(event).__name__}; take one from wb.load_events"
        )
    return matching(articles, event.query) & in_window(articles, event)


def in_window(articles: pd.DataFrame, event: Event | str) -> pd.Series[bool]:
    """True for each article that may have been published in the window of the event, and for those without any time.

    A query text in place of an event has no window: True for all.
    """
    if isinstance(event, str):
        return pd.Series(data=True, index=articles.index, dtype=bool)
    require(articles, "published")
    low, high = published_interval(articles)
    start = pd.Timestamp(event.start, tz="UTC")
    after = pd.Timestamp(event.end, tz="UTC") + pd.Timedelta(days=1)
    inside: pd.Series[bool] = ~((high <= start) | (low >= after))
    return inside


def load_events(path: str | Path = "data/events.toml", *, actors: str | Path | None = None) -> Events:
    """The events of a TOML file, by name.

    `actors` is the file of names that queries refer to as @name; by default `actors.toml` beside the events.
    Raises WorkbenchError that names the file and the key for whatever cannot be read.
    """
    path = Path(path)
    content = _read(path)
    beside = Path(actors) if actors is not None else path.with_name("actors.toml")
    names = load_actors(beside) if actors is not None or beside.exists() else {}
    return Events({name: _event(path, name, entry, names) for name, entry in content.items()})


def find_events(collection: str | Path, events_file: str | Path | None = None) -> Events:
    """The events for a collection: those of `events_file`, else of the `events.toml` in its folder, else the project's.

    The project's own file is looked for in `data/` here, then in the clone that the package stands in.
    """
    own = Path(collection) / "events.toml"
    project = Path(__file__).resolve().parents[1] / "data" / "events.toml"
    places = [own, Path("data/events.toml"), project]
    return load_events(events_file or next((place for place in places if place.is_file()), project))


def write_event(event: Event, path: str | Path) -> None:
    """Write the event as an events file of its own that `load_events` reads back; its names are written out."""
    name = json.dumps(event.name)
    texts = {"title": event.title, "query": event.query, "note": event.note}
    lines = [f"[{name}]", *(f"{key} = {_quoted(text)}" for key, text in texts.items())]
    lines += [f"start = {event.start}", f"end = {event.end}"]
    for known in event.known:
        lines += [f"[[{name}.known]]", f"date = {known.date}"]
        lines += [f"label = {_quoted(known.label)}", f"url = {_quoted(known.url)}"]
    Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _quoted(text: str) -> str:
    """A text as TOML quotes it, which is as JSON does but for the delete character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def load_actors(path: str | Path = "data/actors.toml") -> dict[str, str]:
    """For each actor a query that finds any of its names, in all languages of the file or only one.

    `@nato` stands for all names, `@nato-ru` for those of one language.
    """
    path = Path(path)
    queries: dict[str, str] = {}
    for name, entry in _read(path).items():
        where = f"{path}: {name}"
        if not isinstance(entry, dict):
            raise WorkbenchError(f'{where} is not a table; write [{name}] and below it en = ["…"]')
        forms = {key: _forms(value, f"{where}.{key}") for key, value in entry.items() if key != "note"}
        if not any(forms.values()):
            raise WorkbenchError(f'{where} has no names; write en = ["…"] below it')
        queries[name.lower()] = " OR ".join(dict.fromkeys(form for each in forms.values() for form in each))
        for language, each in forms.items():
            queries[f"{name}-{language}".lower()] = " OR ".join(each)
    return queries


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise WorkbenchError(
            f"there is no file {str(path)!r}; name it as in wb.load_events('data/events.toml')"
        ) from None
    except OSError as problem:
        raise WorkbenchError(f"{path} cannot be read: {problem.strerror}") from None
    except UnicodeDecodeError:
        raise WorkbenchError(f"{path} is not in UTF-8; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as problem:
        raise WorkbenchError(f"{path} is not valid TOML: {problem}") from None


def _forms(value: object, where: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) and each.strip() for each in value):
        raise WorkbenchError(f'{where} is not a list of names; write ["NATO", "North Atlantic Treaty"]')
    forms = [f'"{each}"' if " " in each and '"' not in each else each for each in value]
    for form in forms:
        _checked(form, where)
    return forms


def _checked(query: str, where: str) -> str:
    try:
        parse_query(query)
    except WorkbenchError as problem:
        raise WorkbenchError(f"{where}: {problem}") from None
    return query


def _event(path: Path, name: str, entry: object, names: Mapping[str, str]) -> Event:
    where = f"{path}: {name}"
    if not isinstance(entry, dict):
        raise WorkbenchError(f"{where} is not a table; an event begins with [{name}]")
    _keys(entry, _EVENT_KEYS, ("title", "query", "start", "end"), where)
    title, query, note = (_text(entry.get(key, ""), f"{where}.{key}") for key in ("title", "query", "note"))
    start, end = (_day(entry[key], f"{where}.{key}") for key in ("start", "end"))
    try:
        expanded = expand_names(_without_comments(query), names)
    except WorkbenchError as problem:
        raise WorkbenchError(f"{where}.query: {problem}") from None
    _checked(expanded, f"{where}.query")
    known = _known(entry.get("known", []), where)
    try:
        return Event(name, title, _flat(expanded), start, end, known, _flat(note), query.strip())
    except WorkbenchError as problem:
        raise WorkbenchError(f"{path}: {problem}") from None


def _known(entries: object, where: str) -> tuple[KnownDate, ...]:
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise WorkbenchError(
            f'{where}.known is not a list of dates; write known = [{{date = 2022-01-12, label = "…"}}]'
        )
    known = []
    for number, entry in enumerate(entries, start=1):
        here = f"{where}.known, entry {number}"
        _keys(entry, _KNOWN_KEYS, ("date", "label"), here)
        label, url = (_text(entry.get(key, ""), f"{here}, {key}") for key in ("label", "url"))
        if url and not url.startswith(("https://", "http://")):
            raise WorkbenchError(f"{here}, url: {url!r} is no web address; it begins with https://")
        known.append(KnownDate(_day(entry["date"], f"{here}, date"), label, url))
    return tuple(known)


def _keys(entry: Mapping[str, object], allowed: set[str], needed: tuple[str, ...], where: str) -> None:
    if missing := [key for key in needed if key not in entry]:
        raise WorkbenchError(f"{where} has no {', '.join(missing)}; an entry needs {', '.join(needed)}")
    if odd := sorted(set(entry) - allowed):
        raise WorkbenchError(f"{where} has a key {odd[0]!r} that means nothing; keys are {', '.join(sorted(allowed))}")


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise WorkbenchError(f"{where} is {value!r}, not a text; put it in quotes")
    return value


def _day(value: object, where: str) -> dt.date:
    try:
        if isinstance(value, dt.datetime):
            return value.date()
        return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))
    except ValueError:
        raise WorkbenchError(f"{where} is {value!r}, not a day; write 2022-01-12") from None


def _without_comments(query: str) -> str:
    """The query without the lines that begin with #, which give the reasons for its terms."""
    return "\n".join(line for line in query.splitlines() if not line.lstrip().startswith("#"))


def _flat(text: str) -> str:
    return " ".join(text.split())


def _linked(known: KnownDate) -> str:
    label = html.escape(known.label)
    if not known.url.startswith(("https://", "http://")):
        return label
    return f'<a href="{html.escape(known.url)}" rel="noopener noreferrer">{label}</a>'
