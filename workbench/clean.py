"""What a page says around its article is taken off, and every removal can be undone.

The table's column `removed` holds, per article, the edits that lead from the cleaned title and text back to what
was read: a JSON object with the lists `title` and `text`; each edit is `[start, length, original, rule]`, to be
read as: the `length` characters at `start` of the cleaned string stand where `original` stood.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

import pandas as pd
from tqdm.auto import tqdm

from workbench.articles import WorkbenchError, require
from workbench.cleaning import attribution, boilerplate, places, repeats
from workbench.cleaning.edits import ENCODING, SPACE, Edit, Step, assemble, compose, restore
from workbench.cleaning.lines import kept, squeezed
from workbench.cleaning.outlets import HEAD_LINES, Outlets, learn_outlets
from workbench.languages import detect_language

UNNAMED_AGGREGATOR = "aggregator (not named)"
"""`carried_by` of a machine-translated copy that does not say which site carried it."""

_PROGRESS_FROM = 2_000
"""Articles from which cleaning takes over two seconds, so that a bar is shown."""

_OUTLET_RULE, _TITLE_RULE = "outlet", "title"

_HEAD, _FOOT = 600, 600
"""Characters of a text among which its dateline stands, and those in which its page says whose it is."""


def original(articles: pd.DataFrame, article_id: str) -> dict[str, str]:
    """`title` and `text` of one article as they were read, character by character."""
    require(articles, "title", "text", "removed")
    if article_id not in articles.index:
        raise WorkbenchError(f"no article {article_id!r} in this table of {len(articles)} articles")
    row = articles.loc[article_id]
    edits = _edits_of(row["removed"])
    return {name: restore(str(row[name]), edits.get(name, [])) for name in ("title", "text")}


def removed(articles: pd.DataFrame) -> pd.DataFrame:
    """What was taken off, most frequent first.

    Key: `rule`, `line`. Columns: `articles` (how many it was taken off) and `example` (an `article_id`).
    White space and repaired encodings are left out; `removed_lines` has every single edit.
    """
    lines = removed_lines(articles)
    lines = lines[~lines["rule"].isin([SPACE, ENCODING])]
    lines = lines.assign(line=lines["original"].str.strip())
    lines = lines[lines["line"] != ""]
    counted = lines.groupby(["rule", "line"], as_index=False).agg(
        articles=("article_id", "nunique"), example=("article_id", "min")
    )
    return counted.sort_values(["articles", "rule", "line"], ascending=[False, True, True], ignore_index=True)


def removed_lines(articles: pd.DataFrame) -> pd.DataFrame:
    """Every edit of every article: `article_id`, `part` (title or text), `start`, `length`, `original`, `rule`."""
    require(articles, "removed")
    rows = [
        (article_id, part, *edit)
        for article_id, packed in articles["removed"].dropna().items()
        for part, edits in _edits_of(packed).items()
        for edit in edits
    ]
    return pd.DataFrame(rows, columns=["article_id", "part", "start", "length", "original", "rule"])


def _edits_of(packed: object) -> dict[str, list[list[object]]]:
    return json.loads(packed) if isinstance(packed, str) else {}


def clean_articles(raw: pd.DataFrame, *, progress: bool = True) -> pd.DataFrame:
    """The same rows with clean `title` and `text`, one name per outlet, the language, and what was removed.

    `raw` has the columns of `articles.RAW_COLUMNS`; those that date the article are left as they are. Sets
    `title`, `text`, `source`, `language`, `author` and `section` (where the record states none), `translated_from`,
    `carried_by` and `removed`. Cleaned titles and texts given as records of the same origin stay as they are.
    """
    require(raw, "title", "text", "url", "source")
    pages = _pages(raw)
    quiet = not progress or len(pages) < _PROGRESS_FROM
    outlets = _clean_pages(pages, quiet=quiet)
    bar = tqdm(pages, desc="telling languages", unit=" articles", disable=quiet)
    found = [_Found.of(page, outlets, language=_language(page.title, page.text)) for page in bar]
    table = raw.copy(deep=False)
    for name in _Found._fields:
        values: Iterable[str | None] = [getattr(one, name) for one in found]
        if name in _STATED and name in raw:
            values = [_given(own) or value for own, value in zip(raw[name], values, strict=True)]
        table[name] = pd.Series(list(values), index=table.index, dtype="object" if name == "removed" else "str")
    return table


_STATED = ("author", "section")
"""What a record states about these goes before what is found in its title and text."""


def _given(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _language(title: str, text: str) -> str:
    return detect_language(text if len(text) > 200 else f"{title}\n{text}")


@dataclass
class _Page:
    """One article while it is cleaned: what its record states, its title and text as they are now, and their edits."""

    stated: str | None
    url: str | None
    kind: str
    file: str
    title: str
    text: str
    read_title: str = ""
    edits: list[Edit] = field(default_factory=list)
    outlet: str = ""
    section: str = ""
    author: str = ""
    credits: tuple[str, ...] = ()
    disclaimer: str = ""
    titled: bool = False
    units: Sequence[str] = ()
    lines: repeats.Lines = ()

    def change(self, text: str, edits: Sequence[Edit]) -> None:
        """Put a newer text in the place of this one; `edits` lead back from it to this one."""
        self.edits = compose(self.text, self.edits, edits)
        self.text = text

    @property
    def first_lines(self) -> str:
        """The title, or the lines among which it stands where the record states none."""
        return self.title if self.title.strip() else self.text[:1500]


def _pages(raw: pd.DataFrame) -> list[_Page]:
    names = [raw[name] if name in raw else [None] * len(raw) for name in ("format", "file", "title", "text")]
    rows = zip(raw["source"], raw["url"], *names, strict=True)
    return [
        _Page(_given(source), _given(url), str(kind), str(file), _string(title), _string(text), _string(title))
        for source, url, kind, file, title, text in rows
    ]


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _clean_pages(pages: Sequence[_Page], *, quiet: bool) -> Outlets:
    """Clean all pages in place until a further round would change none; the outlets of the first round.

    What is learned from the collection changes with it: a line that went makes the next one the first. So every
    round learns anew, and cleaning what is clean changes nothing.
    """
    first: Outlets | None = None
    known: frozenset[str] = frozenset()
    groups: dict[str, list[_Page]] = {}
    for page in pages:
        page.title = squeezed(page.title)
    while True:
        outlets = _outlets(pages, quiet=quiet or first is not None)
        groups = groups or _grouped(pages)
        names = frozenset(outlets.names)
        if first is None or not names <= known:
            for own in tqdm(groups.values(), desc="cleaning", unit=" outlets", disable=quiet):
                _clean_group(own, outlets)
            known = names
        first = first or outlets
        if not _clean_titles(pages, outlets):
            return first


def _outlets(pages: Sequence[_Page], *, quiet: bool) -> Outlets:
    bar = tqdm(pages, desc="learning outlets", unit=" articles", disable=quiet)
    return learn_outlets(
        ((page.stated, page.url, page.first_lines) for page in bar), feet=(page.text[-_FOOT:] for page in pages)
    )


def _grouped(pages: Sequence[_Page]) -> dict[str, list[_Page]]:
    """The pages by outlet as far as their records state it: titles change while they are cleaned, records do not."""
    outlets = learn_outlets((page.stated, page.url, "") for page in pages)
    groups: dict[str, list[_Page]] = defaultdict(list)
    for page in pages:
        groups[outlets.of(page.stated, page.url) or ""].append(page)
    return groups


def _clean_group(pages: Sequence[_Page], outlets: Outlets) -> None:
    """Clean the texts of one outlet in place, with the lines it repeats learned anew until nothing changes."""
    learned: frozenset[str] | None = None
    changed = list(pages)
    while changed:
        for page in changed:
            page.units = boilerplate.units(page.text)
            page.lines = tuple(filter(None, map(str.strip, page.units)))
        now = repeats.learn(
            [page.lines for page in pages], signs=boilerplate.speaks_of_the_site, paragraph=places.PARAGRAPH
        )
        if learned is not None and (other := learned ^ now):
            touched = {id(page) for page in changed}
            changed += [page for page in pages if id(page) not in touched and not other.isdisjoint(page.lines)]
        learned = now
        changed = [page for page in changed if _clean_text(page, learned, outlets)]
    for page in pages:
        page.units, page.lines = (), ()


def _clean_text(page: _Page, learned: frozenset[str], outlets: Outlets) -> bool:
    """Clean the text of one page in place, and take its headline from there where it has none; whether that did it."""
    before, titled = page.text, page.title
    units = page.units
    rules = boilerplate.rules(units, learned=learned, page=page.kind in ("txt", "html"))
    if not page.title:
        _promote(page, units, rules, outlets)
    steps: list[Step] = []
    blank = True
    for unit, rule in zip(units, rules, strict=True):
        _hear(page, unit, rule)
        if rule:
            steps.append((unit, "", rule))
            continue
        stays = kept(unit, after_blank=blank)
        blank = not any(piece.strip() for _, piece, _ in stays)
        steps += stays
    text, edits = assemble(steps)
    if edits:
        page.change(text, edits)
    _take_tag(page, outlets)
    return page.text != before or page.title != titled


def _promote(page: _Page, units: Sequence[str], rules: list[str], outlets: Outlets) -> None:
    line = boilerplate.promote_title(
        units, rules, file=page.file, is_titled=lambda line: bool(outlets.split_title(line).outlet)
    )
    page.title = squeezed(line)
    page.titled = page.titled or bool(page.title)


def _hear(page: _Page, unit: str, rule: str) -> None:
    """Keep what a line that goes says of the article: its author, and that a machine translated it."""
    if rule == "byline" and not page.author:
        found = attribution.byline(unit.strip())
        page.author = found.author if found else ""
        page.credits += (found.outlet,) if found and found.outlet else ()
    elif rule == "source":
        page.credits += tuple(attribution.sources(unit))
    elif rule == "agency-tag":
        page.credits += (places.agency(unit),)
    elif rule == "translation":
        page.disclaimer = f"{page.disclaimer} {unit}"


def _take_tag(page: _Page, outlets: Outlets) -> None:
    """Take the agency's tag out of the dateline; place and day stay, for the dating to read."""
    start = 0
    for line in page.text[:_HEAD].splitlines(keepends=True)[:HEAD_LINES]:
        tag = attribution.agency_tag(line, outlets.knows)
        if tag:
            low, high = start + tag.start, start + tag.end
            page.change(page.text[:low] + page.text[high:], [(low, 0, page.text[low:high], "agency-tag")])
            page.credits = (tag.name, *page.credits)
            return
        start += len(line)


def _clean_titles(pages: Sequence[_Page], outlets: Outlets) -> bool:
    """Take outlet and section off the headlines in place; whether any changed."""
    changed = False
    for page in pages:
        own = outlets.of(page.stated, page.url)
        part = outlets.split_title(page.title, own=own, translated=bool(page.disclaimer))
        title = squeezed(part.title)
        if title != page.title:
            page.outlet, page.section = page.outlet or part.outlet, page.section or part.section
            page.title, changed = title, True
    return changed


class _Found(NamedTuple):
    """What cleaning says of one article: columns of the table."""

    title: str
    text: str
    source: str | None
    author: str | None
    section: str | None
    language: str
    translated_from: str | None
    carried_by: str | None
    removed: str | None

    @classmethod
    def of(cls, page: _Page, outlets: Outlets, *, language: str) -> _Found:
        """The columns of a page that is clean."""
        source, carried_by = _publisher(page, outlets)
        said = page.disclaimer.strip()
        return cls(
            page.title,
            page.text,
            source,
            page.author or None,
            page.section or None,
            language,
            boilerplate.language_named(said) if said else None,
            carried_by,
            _packed(page),
        )


def _publisher(page: _Page, outlets: Outlets) -> tuple[str | None, str | None]:
    """The outlet, and the aggregator that carried the copy or None.

    A translated copy was carried by the site that states itself, by the holder of the copyright, or by the owner of
    the address, when its title or a credit names another outlet.
    """
    stated = outlets.of(page.stated, page.url)
    if stated and not page.disclaimer:
        return stated, None
    away = "\n".join(edit[2] for edit in page.edits if edit[3] not in (SPACE, ENCODING))
    credited = map(outlets.named, page.credits), map(outlets.credited, (away, page.text))
    named = page.outlet or next(filter(None, chain(*credited)), None)
    if not page.disclaimer:
        return named, None
    site = outlets.of(None, page.url) or outlets.holder(away)
    if named and stated and named != stated:
        return named, stated
    if named and not stated:
        return named, site if site != named and site else UNNAMED_AGGREGATOR
    if stated and site and site != stated:
        return stated, site
    return stated, None if named else stated or site or UNNAMED_AGGREGATOR


def _packed(page: _Page) -> str | None:
    """The edits of title and text as JSON, or None where nothing was changed."""
    stood, shown = page.read_title, page.title
    title: list[Edit] = []
    if page.titled:
        title = [(0, len(shown), stood, _TITLE_RULE)]
    elif page.outlet and shown and stood.startswith(shown):
        title = [(len(shown), 0, stood[len(shown) :], _OUTLET_RULE)]
    elif stood != shown:
        rule = _OUTLET_RULE if page.outlet else SPACE if stood.split() == shown.split() else ENCODING
        title = [(0, len(shown), stood, rule)]
    changed = {name: found for name, found in (("title", title), ("text", page.edits)) if found}
    if not changed:
        return None
    packed = json.dumps(changed, ensure_ascii=False, separators=(",", ":"))
    if _storable(packed):
        return packed
    return json.dumps({name: _apart(found) for name, found in changed.items()}, separators=(",", ":"))


def _apart(edits: Sequence[Edit]) -> list[Edit]:
    """The same edits with two halves of a surrogate pair in two edits: JSON would read them as one character."""
    halves: list[Edit] = []
    for start, length, stood, rule in edits:
        first, *others = re.split("(?<=[\ud800-\udbff])(?=[\udc00-\udfff])", stood)
        halves += [(start, length, first, rule), *((start + length, 0, other, rule) for other in others)]
    return halves


def _storable(packed: str) -> bool:
    """Whether a file can hold these characters: a lone surrogate it cannot."""
    try:
        packed.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
