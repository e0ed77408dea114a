"""Articles that match a query: `search`, the mask behind it, and the places where the words stand.

Words and phrases are looked up in an SQLite FTS5 index over title and text, all else in the columns of the
table. Every leaf of the query becomes a yes or no per article and AND, OR and NOT combine these, so NOT is
exactly the rest.

How words match: case and Latin and Greek accents do not matter, ё equals е, ł l and ø o; й and ї are letters
of their own, ß does not equal ss. A hyphen or an apostrophe parts words, so `l'OTAN` is found by `OTAN`. In
scripts that put no blanks between words (Chinese, Japanese, Thai …) the characters are looked for anywhere.
"""

from __future__ import annotations

import bisect
import contextlib
import itertools
import re
import unicodedata
from collections.abc import Iterator

import numpy as np
import pandas as pd

from workbench.articles import require
from workbench.query import WORD, parse_query, period
from workbench.querytree import And, Between, Column, Every, Near, Node, Not, Or, QueryError, Text, explained
from workbench.textindex import Mask, Rows, TextIndex, fold, index_of, wildcards

_NO_BLANKS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Thai, Lao, Burmese, Khmer, Japanese and Chinese."""


def search(articles: pd.DataFrame, query: str) -> pd.DataFrame:
    """The rows that match the query, in the order of the table; none is changed.

    The syntax stands at the top of `workbench.query`; `explain_query` says in words what a query asks for.
    Raises QueryError, a WorkbenchError, for a query that cannot be read.
    """
    return articles[matching(articles, query).to_numpy()]


def matching(articles: pd.DataFrame, query: str) -> pd.Series[bool]:
    """True for each article that matches the query; the index is that of `articles`."""
    require(articles, "title", "text")
    node = parse_query(query, columns=[*articles.columns, *_index_name(articles)])
    return pd.Series(_Evaluation(articles).mask(node), index=articles.index, name="matches", dtype=bool)


def concordance(articles: pd.DataFrame, query: str, *, width: int = 60, limit: int = 1000) -> pd.DataFrame:
    """The places where the words of the query stand, in matching articles only.

    One row per hit, in the order of the table and of the words: `article_id`, up to `width` characters to the
    `left` of the hit, the `match` as printed, as many to the `right`, and `title`, `source`, `published` of the
    article. Words under a NOT are not shown. At most `limit` rows; no hit gives no row.
    """
    found = search(articles, query)
    leaves = list(_shown_leaves(parse_query(query, columns=[*articles.columns, *_index_name(articles)])))
    rows = itertools.islice(_hits(found, leaves, width), max(0, limit))
    table = pd.DataFrame(list(rows), columns=["position", "article_id", "left", "match", "right"])
    for name in ("title", "source", "published"):
        if name in found.columns:
            table[name] = found[name].array.take(table["position"].to_numpy(dtype=np.intp))
    return table.drop(columns="position")


def explain_query(query: str) -> str:
    """What the query asks for in plain words, one line.

    >>> explain_query('NATO "security guarantees"~5 -football language:fr')
    '“NATO” and “security” within 5 words of “guarantees” and not “football” and language is “fr”'
    """
    return explained(parse_query(query))


def _index_name(articles: pd.DataFrame) -> list[str]:
    return [] if articles.index.name is None else [str(articles.index.name)]


# -- evaluation ---------------------------------------------------------------------------------------------


class _Evaluation:
    """One query over one table; the index is made when the first word needs it."""

    def __init__(self, articles: pd.DataFrame) -> None:
        self.articles = articles
        self.index: TextIndex | None = None
        self.rows: Rows = np.empty(0, dtype=np.intp)

    def mask(self, node: Node) -> Mask:
        match node:
            case Every():
                return np.ones(len(self.articles), dtype=bool)
            case Text() | Near():
                return self.text(node)
            case Column():
                return _column_mask(self.values(node.name), node)
            case Between(name="published"):
                return _published_mask(self.articles, node)
            case Between():
                return _between_mask(self.values(node.name), node)
            case Not():
                return ~self.mask(node.part)
            case And():
                return ~_any([~self.mask(part) for part in node.parts])
            case Or():
                return _any([self.mask(part) for part in node.parts])

    def values(self, name: str) -> pd.Series:
        if name in self.articles.columns:
            return self.articles[name]
        return self.articles.index.to_series()

    def text(self, node: Text | Near) -> Mask:
        if len(self.articles) == 0:
            return np.zeros(0, dtype=bool)
        near = node.grouped() if isinstance(node, Text) else node
        if _without_blanks(near):
            return _substring_mask(self.articles, near)
        if self.index is None:
            self.index, self.rows = index_of(self.articles)
        return self.index.matches(near)[self.rows]


def _any(masks: list[Mask]) -> Mask:
    return np.asarray(np.stack(masks).any(axis=0), dtype=np.bool_)


def _column_mask(values: pd.Series, node: Column) -> Mask:
    given: Mask = values.notna().to_numpy(dtype=bool)
    if node.value == "*" and not node.literal:
        return np.array([value != "" for value in values], dtype=np.bool_) & given
    if _is_time(values) and re.fullmatch(r"[\d-]{4,10}", node.value):
        return _between_mask(values, Between(node.name, node.value, node.value))
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        with contextlib.suppress(ValueError):
            wanted = float(node.value)
            return np.array(values.to_numpy(dtype=np.float64, na_value=np.nan) == wanted, dtype=np.bool_)
    folded = fold(node.value)
    pattern = re.compile(re.escape(folded) if node.literal else wildcards(folded, ".*", "."), re.DOTALL)
    printed = [str(value) for value in values]
    fitting = {value for value in set(printed) if pattern.fullmatch(fold(value))}
    equal: Mask = np.array([value in fitting for value in printed], dtype=np.bool_)
    return equal & given


def _published_mask(articles: pd.DataFrame, node: Between) -> Mask:
    """An article counts when the interval it was published in, [low, high), meets the range."""
    low, high = published_interval(articles)
    fits = low.notna() | high.notna()
    if node.low is not None:
        fits &= ~(high <= period(node.low)[node.low_excluded])
    if node.high is not None:
        fits &= ~(low >= period(node.high)[not node.high_excluded])
    return fits.to_numpy(dtype=bool)


def published_interval(articles: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """First moment and first moment after, per article; a table without the interval has its `published` alone."""
    require(articles, "published")
    instant = pd.to_datetime(articles["published"], utc=True)
    low = pd.to_datetime(articles["published_low"], utc=True) if "published_low" in articles.columns else instant
    high = pd.to_datetime(articles["published_high"], utc=True) if "published_high" in articles.columns else instant
    undated = low.isna() & high.isna()
    low, high = low.where(~undated, instant), high.where(~undated, instant)
    return low, high.where(~(high <= low), low + pd.Timedelta(microseconds=1))


def _between_mask(values: pd.Series, node: Between) -> Mask:
    """Numbers as numbers, times as times, all else by the alphabet."""
    fits = values.notna().to_numpy(dtype=bool, copy=True)
    for end, excluded, is_low in ((node.low, node.low_excluded, True), (node.high, node.high_excluded, False)):
        if end is None:
            continue
        compared, bound = _comparable(values, end, node.name, moment=int(is_low == excluded))
        if is_low:
            fits &= (compared > bound if excluded and not _is_time(values) else compared >= bound).to_numpy(dtype=bool)
        else:
            strict = excluded or _is_time(values)
            fits &= (compared < bound if strict else compared <= bound).to_numpy(dtype=bool)
    return fits


def _is_time(values: pd.Series) -> bool:
    return pd.api.types.is_datetime64_any_dtype(values)


def _comparable(values: pd.Series, end: str, name: str, *, moment: int) -> tuple[pd.Series, float | str | pd.Timestamp]:
    if _is_time(values):
        return pd.to_datetime(values, utc=True), period(end)[moment]
    if pd.api.types.is_numeric_dtype(values):
        try:
            return values.astype(float), float(end)
        except ValueError:
            raise QueryError(f"{name} holds numbers, {end!r} is none; write {name}:[1 TO 5]") from None
    return values.astype("str").map(fold, na_action="ignore").fillna(""), fold(end)


# -- places -------------------------------------------------------------------------------------------------


def _shown_leaves(node: Node) -> Iterator[Near]:
    match node:
        case Text():
            yield node.grouped()
        case Near():
            yield node
        case And() | Or():
            for part in node.parts:
                yield from _shown_leaves(part)


def _hits(articles: pd.DataFrame, leaves: list[Near], width: int) -> Iterator[tuple[int, object, str, str, str]]:
    for position, (title, text) in enumerate(zip(articles["title"], articles["text"], strict=True)):
        for name, given in (("title", title), ("text", text)):
            value = unicodedata.normalize("NFC", given) if isinstance(given, str) else ""
            wanted = [leaf for leaf in leaves if leaf.field in (None, name)]
            for start, end in _spans(value, wanted):
                left, right = value[max(0, start - width) : start], value[end : end + width]
                yield position, articles.index[position], _one_line(left), _one_line(value[start:end]), _one_line(right)


def _one_line(text: str) -> str:
    return re.sub(r"\s", " ", text)


def _spans(value: str, leaves: list[Near]) -> list[tuple[int, int]]:
    """Where the leaves stand in the text, in reading order, each place once."""
    if not leaves:
        return []
    folded = fold(value)
    words = [(found.start(), found.end(), found[0]) for found in WORD.finditer(folded)]
    spans: set[tuple[int, int]] = set()
    for leaf in leaves:
        if _without_blanks(leaf):
            spans.update(found.span() for found in _characters(leaf).finditer(folded))
        else:
            spans.update((words[first][0], words[last][1]) for first, last in _runs([word for *_, word in words], leaf))
    return sorted(spans)


def _runs(words: list[str], leaf: Near) -> Iterator[tuple[int, int]]:
    """First and last word of each hit of the leaf, counted in words."""
    places = [sorted(run for text in group for run in _phrases(words, text)) for group in leaf.groups]
    if len(places) == 1:
        yield from places[0]
        return
    for first, _ in sorted(set().union(*places)):
        nexts = [each[bisect.bisect_left(each, (first, 0))] for each in places if each and each[-1][0] >= first]
        if len(nexts) == len(places) and max(nexts)[0] - min(nexts)[1] - 1 <= leaf.within:
            yield first, max(last for _, last in nexts)


def _phrases(words: list[str], text: Text) -> Iterator[tuple[int, int]]:
    patterns = [re.compile(wildcards(fold(part), ".*", ".")) for part in text.parts]
    length = len(patterns)
    for at, word in enumerate(words[: len(words) - length + 1]):
        if patterns[0].fullmatch(word) and all(
            pattern.fullmatch(word) for pattern, word in zip(patterns[1:], words[at + 1 : at + length], strict=True)
        ):
            yield at, at + length - 1


def _without_blanks(node: Near) -> bool:
    return any(_NO_BLANKS.search(part) for group in node.groups for text in group for part in text.parts)


def _substring_mask(articles: pd.DataFrame, node: Near) -> Mask:
    pattern = _characters(node)

    def fits(value: object) -> bool:
        # folding is slow and most texts of a mixed collection have none of these characters
        return isinstance(value, str) and bool(_NO_BLANKS.search(value)) and bool(pattern.search(fold(value)))

    names = (node.field,) if node.field else ("title", "text")
    masks = [np.array([fits(value) for value in articles[name]], dtype=bool) for name in names]
    return _any(masks)


def _characters(leaf: Near) -> re.Pattern[str]:
    """For scripts without blanks: the characters themselves, wherever they stand."""
    groups = ["|".join(_spelled(text) for text in group) for group in leaf.groups]
    orders = itertools.permutations(groups) if len(groups) <= 4 else [tuple(groups)]
    between = f".{{0,{leaf.within}}}?"
    return re.compile("|".join(between.join(f"(?:{group})" for group in order) for order in orders), re.DOTALL)


def _spelled(text: Text) -> str:
    return r"[\W_]*".join(wildcards(fold(part).strip("*"), r"\w*?", r"\w") for part in text.parts)
