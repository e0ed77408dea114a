"""What a page says around its article is taken off, and every removal can be undone.

The table's column `removed` holds, per article, the edits that lead from the cleaned title and text back to what
was read: a JSON object with the lists `title` and `text`; each edit is `[start, length, original, rule]`, to be
read as: the `length` characters at `start` of the cleaned string stand where `original` stood.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

import pandas as pd
from ftfy import fix_text
from ftfy.badness import is_bad
from tqdm.auto import tqdm

from workbench import boilerplate
from workbench.articles import WorkbenchError, require
from workbench.languages import detect_language
from workbench.outlets import Outlets, TitleParts, learn_outlets

Edit = tuple[int, int, str, str]
"""Start and length in the cleaned string, the original in its place, and the rule that changed it."""

UNNAMED_AGGREGATOR = "aggregator (not named)"
"""`carried_by` of a machine-translated copy that does not say which site carried it."""

_BREAK = frozenset("\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
"""Where str.splitlines breaks lines; Word and PDF leave the rarer ones."""

_PROGRESS_FROM = 2_000
"""Articles from which cleaning takes over two seconds, so that a bar is shown."""

_ENCODING_RULE, _SPACE_RULE, _OUTLET_RULE, _TITLE_RULE = "encoding", "space", "outlet", "title"


Step = tuple[str, str, str]
"""What stood there, what is kept of it, and the rule when the two differ."""


def _assemble(steps: list[Step]) -> tuple[str, list[Edit]]:
    """The cleaned string and its edits; white space at its end is cut."""
    for at in range(len(steps) - 1, -1, -1):
        stood, kept, rule = steps[at]
        if kept.strip():
            break
        steps[at] = (stood, "", rule or _SPACE_RULE)
    edits: list[Edit] = []
    length = 0
    for stood, kept, rule in steps:
        if stood != kept:
            edits.append((length, len(kept), stood, rule))
        length += len(kept)
    return "".join(kept for _, kept, _ in steps), edits


def restore(cleaned: str, edits: Sequence[Sequence[object]]) -> str:
    r"""What was read: `cleaned` with each of its edits undone.

    >>> restore("News.", [[0, 0, "Menu\n", "skip-link"]])
    'Menu\nNews.'
    """
    pieces, at = [], 0
    for start, length, original, _ in edits:
        pieces += [cleaned[at : int(str(start))], str(original)]
        at = int(str(start)) + int(str(length))
    return "".join([*pieces, cleaned[at:]])


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
    lines = lines[~lines["rule"].isin([_SPACE_RULE, _ENCODING_RULE])]
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
    `title`, `text`, `source`, `language`, `section`, `translated_from`, `carried_by` and `removed`.
    """
    require(raw, "title", "text", "url", "source")
    table = raw.copy(deep=False)
    for name in ("title", "text"):
        table[name] = table[name].fillna("").astype("str")
    outlets = _outlets(raw, progress=progress)
    table["source"] = [
        outlets.of(_given(source), _given(url)) for source, url in zip(raw["source"], raw["url"], strict=True)
    ]
    read = table["title"].tolist()
    table = _clean_titles(_clean_texts(table, outlets, progress=progress), read, outlets)
    rows = zip(table["title"], table["text"], strict=True)
    quiet = _is_quiet(table, progress=progress)
    bar = tqdm(rows, total=len(table), desc="telling languages", unit=" articles", disable=quiet)
    table["language"] = [_language(title, text) for title, text in bar]
    return table


def _is_quiet(table: pd.DataFrame, *, progress: bool) -> bool:
    """Whether no bar is shown: none is wanted, or the step takes no two seconds."""
    return not progress or len(table) < _PROGRESS_FROM


def _outlets(raw: pd.DataFrame, *, progress: bool) -> Outlets:
    heads = (
        f"{_given(title) or ''}\n{(_given(text) or '')[:1500]}"
        for title, text in zip(raw["title"], raw["text"], strict=True)
    )
    stated = ((_given(source), _given(url)) for source, url in zip(raw["source"], raw["url"], strict=True))
    rows = ((source, url, head) for (source, url), head in zip(stated, heads, strict=True))
    quiet = _is_quiet(raw, progress=progress)
    return learn_outlets(tqdm(rows, total=len(raw), desc="learning outlets", unit=" articles", disable=quiet))


def _given(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _language(title: str, text: str) -> str:
    return detect_language(text if len(text) > 200 else f"{title}\n{text}")


def _clean_texts(table: pd.DataFrame, outlets: Outlets, *, progress: bool) -> pd.DataFrame:
    groups = [_given(source) or "" for source in table["source"]]
    learned = boilerplate.learn(table["text"], groups=groups, progress=not _is_quiet(table, progress=progress))
    names = [table[name] if name in table else pd.Series(None, index=table.index) for name in ("format", "file")]
    rows = zip(table["title"], table["text"], *names, groups, strict=True)
    bar = tqdm(
        rows, total=len(table), desc="cleaning", unit=" articles", disable=not progress or len(table) < _PROGRESS_FROM
    )
    done = [
        _clean_text(_Page(title, text, str(kind), str(file)), learned.get(group, frozenset()), outlets)
        for title, text, kind, file, group in bar
    ]
    columns = list(zip(*done, strict=True)) if done else [(), (), (), ()]
    for name, values in zip(("title", "text", "translated_from"), columns, strict=False):
        table[name] = pd.Series(values, index=table.index, dtype="str")
    table["removed"] = pd.Series(list(columns[3]), index=table.index, dtype="object")
    return table


class _Page(NamedTuple):
    """One article as read: headline, text, format and the name of its file."""

    title: str
    text: str
    kind: str
    file: str


def _clean_text(page: _Page, learned: frozenset[str], outlets: Outlets) -> tuple[str, str, str | None, list[Edit]]:
    units = boilerplate.units(page.text)
    rules = boilerplate.rules(units, learned=learned, page=page.kind in ("txt", "html"))
    said = " ".join(unit for unit, rule in zip(units, rules, strict=True) if rule == "translation")
    title = page.title
    if not title.strip():
        title = boilerplate.promote_title(
            units, rules, file=page.file, is_titled=lambda line: bool(outlets.split_title(line).outlet)
        )
    steps: list[Step] = []
    for unit, rule in zip(units, rules, strict=True):
        steps += [(unit, "", rule)] if rule else _kept(unit, after_blank=_ends_blank(steps))
    cleaned, edits = _assemble(steps)
    return title, cleaned, boilerplate.language_named(said) if said else None, edits


def _kept(unit: str, *, after_blank: bool) -> list[Step]:
    """A line that stays: encoding repaired, blank ends cut, never more than one empty line in a row."""
    body = unit.rstrip()
    tail = unit[len(body) :]
    if not body:
        return [(unit, "" if after_blank else "\n", _SPACE_RULE)]
    broken = is_bad(body) or "\x00" in body
    whole = fix_text(body, uncurl_quotes=False, fix_character_width=False).replace("\x00", "") if broken else body
    return [(body, whole, _ENCODING_RULE), (tail, _line_end(tail), _SPACE_RULE)]


def _ends_blank(steps: list[Step]) -> bool:
    """Whether what is kept so far is nothing, or ends in an empty line."""
    last = list(islice((kept for _, kept, _ in reversed(steps) if kept), 2))
    return not last or (len(last) == 2 and not last[0].strip() and not last[1].strip())


def _line_end(tail: str) -> str:
    if _BREAK.intersection(tail):
        return "\n"
    return " " if tail else ""


def _clean_titles(table: pd.DataFrame, read: Sequence[str], outlets: Outlets) -> pd.DataFrame:
    """Take outlet and section off the headlines, and tell the outlet from the site that carried a translated copy."""
    parts = [outlets.split_title(title) for title in table["title"]]
    said = map(_Said.of, *(table[name] for name in ("source", "url", "text", "translated_from", "removed")))
    whose = [_publisher(one, part, outlets) for one, part in zip(said, parts, strict=True)]
    table["removed"] = [
        _packed(title, part, edits) for title, part, edits in zip(read, parts, table["removed"], strict=True)
    ]
    sections = table["section"] if "section" in table else pd.Series(None, index=table.index, dtype="str")
    filled = [_given(section) or part.section or None for section, part in zip(sections, parts, strict=True)]
    new = {"title": [_squeezed(part.title) for part in parts], "section": filled}
    new |= {"source": [one for one, _ in whose], "carried_by": [one for _, one in whose]}
    for name, values in new.items():
        table[name] = pd.Series(values, index=table.index, dtype="str")
    return table


class _Said(NamedTuple):
    """What tells who published an article: stated source, address, text, whether translated, and what was removed."""

    stated: str | None
    url: str | None
    text: str
    translated: bool
    away: str

    @classmethod
    def of(cls, source: object, url: object, text: str, translated_from: object, edits: list[Edit]) -> _Said:
        """The same from the cells of one row."""
        away = "\n".join(edit[2] for edit in edits if edit[3] != _SPACE_RULE)
        return cls(_given(source), _given(url), text, isinstance(translated_from, str), away)


def _publisher(said: _Said, part: TitleParts, outlets: Outlets) -> tuple[str | None, str | None]:
    """The outlet, and the aggregator that carried the copy or None.

    A translated copy was carried by the site that states itself, when its title or a credit names another outlet.
    """
    stated = said.stated
    if not said.translated:
        return stated or part.outlet or outlets.credited(said.text) or outlets.credited(said.away), None
    named = part.outlet or outlets.credited(said.away) or outlets.credited(said.text)
    site = outlets.of(None, said.url)
    if named and stated and named != stated:
        return named, stated
    if named and not stated:
        return named, site or UNNAMED_AGGREGATOR
    if stated and site and site != stated:
        return stated, site
    return stated, None if named else stated or site or UNNAMED_AGGREGATOR


def _squeezed(title: str) -> str:
    broken = fix_text(title, uncurl_quotes=False, fix_character_width=False) if is_bad(title) else title
    return " ".join(broken.replace("\x00", "").split())


def _packed(stood: str, part: TitleParts, edits: list[Edit]) -> str | None:
    """The edits of title and text as JSON, or None where nothing was changed. `stood` is the title as read."""
    title: list[Edit] = []
    shown = _squeezed(part.title)
    if not stood.strip() and shown:
        title = [(0, len(shown), stood, _TITLE_RULE)]
    elif part.rest and shown and stood.startswith(shown):
        title = [(len(shown), 0, stood[len(shown) :], _OUTLET_RULE)]
    elif stood != shown:
        title = [(0, len(shown), stood, _OUTLET_RULE if part.rest else _SPACE_RULE)]
    changed = {name: found for name, found in (("title", title), ("text", edits)) if found}
    return json.dumps(changed, ensure_ascii=False, separators=(",", ":")) if changed else None
