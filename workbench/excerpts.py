"""One sentence of an article in context: the one that speaks most of what was asked for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import pandas as pd
from tqdm.auto import tqdm

from workbench.markup import one_line
from workbench.query import parse_query
from workbench.querytree import And, Near, Node, Or, Text
from workbench.textindex import fold, wildcards

_SENTENCE = re.compile(r"(?<=[.!?…。！？])[\"'»”)\]]*\s+|\n+")
_MOST_SENTENCES = 60
"""News says early what it is about; a longer head changes the choice in few articles and costs time in all."""

_PROGRESS_FROM = 2_000


def excerpts(
    articles: pd.DataFrame, *, query: str | None = None, characters: int = 400, progress: bool = True
) -> pd.Series:
    """For each article its sentence with the most different words of the query, at most `characters` long.

    Of two equal sentences the earlier is taken; without a query or a hit in the text it is the first sentence of more
    than a few words. A sentence that is too long is cut around its first hit, each cut shown as …. Empty strings with
    `characters=0`: then no text leaves the building.
    """
    if characters <= 0:
        return pd.Series("", index=articles.index, dtype="str")
    pattern = _pattern(query)
    bar = tqdm(
        articles["text"],
        desc="choosing sentences",
        unit=" articles",
        disable=not progress or len(articles) < _PROGRESS_FROM,
    )
    chosen = [_excerpt(str(text), pattern, characters) for text in bar]
    return pd.Series(chosen, index=articles.index, dtype="str")


def _pattern(query: str | None) -> re.Pattern[str] | None:
    """Any of the words and phrases that the query asks for, those under a NOT left out."""
    if not query:
        return None
    wanted = sorted(set(_wanted(parse_query(query))), key=lambda each: (-len(each), each))
    return re.compile(rf"\b(?:{'|'.join(wanted)})\b") if wanted else None


def _wanted(node: Node) -> Iterator[str]:
    match node:
        case Text():
            yield r"[\W_]+".join(wildcards(fold(part), r"\w*", r"\w") for part in node.parts)
        case Near():
            for group in node.groups:
                for text in group:
                    yield from _wanted(text)
        case And() | Or():
            for part in node.parts:
                yield from _wanted(part)


def _excerpt(text: str, pattern: re.Pattern[str] | None, characters: int) -> str:
    sentences = [one_line(each) for each in _SENTENCE.split(unicodedata.normalize("NFC", text)) if each.strip()]
    sentences = sentences[:_MOST_SENTENCES]
    if not sentences:
        return ""
    if pattern is not None:
        hits = [len(set(pattern.findall(fold(sentence)))) for sentence in sentences]
        if max(hits):
            best = sentences[hits.index(max(hits))]
            found = pattern.search(fold(best))
            return _cut(best, found.start() if found else 0, characters)
    return _cut(next((each for each in sentences if len(each.split()) > 5), sentences[0]), 0, characters)


def _cut(sentence: str, at: int, characters: int) -> str:
    """At most `characters` of the sentence with place `at` in it, cut between words where there are any."""
    if len(sentence) <= characters:
        return sentence
    start = max(0, min(at - characters // 3, len(sentence) - characters + 1))
    piece = sentence[start : start + max(1, characters - 2)]
    head, tail = "…" if start else "", "…" if start + len(piece) < len(sentence) else ""
    if start and " " in piece[:30]:
        piece = piece.split(" ", 1)[1]
    if tail and " " in piece[-30:]:
        piece = piece.rsplit(" ", 1)[0]
    return f"{head}{piece.strip()}{tail}"[:characters]
