"""What a query misses: words, names and phrases that mark its matches and stand in texts that it does not find.

Which terms mark the matches by more than chance is told by the log-likelihood ratio (Dunning 1993, "Accurate methods
for the statistics of surprise and coincidence", section 4) and the false discovery rate (Benjamini and Hochberg 1995),
as thousands are tried; how telling they are, by the lower end of the interval of the log-odds ratio, as Monroe,
Colaresi and Quinn (2008, "Fightin' words", section 3.3) shrink it: the likelihood ratio alone puts "Russia" before
"security demands". Both count texts, by their headlines and beginnings: long texts hold more of any word. That people
alone think of few of the words that matter is shown by King, Lam and Roberts (2017, "Computer-assisted keyword and
document set discovery from unstructured text"), who let them choose from a list such as this one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from tqdm.auto import tqdm

from workbench.articles import require
from workbench.events import Event, in_window, matches
from workbench.likeness import distinct_texts, likeness, text_vectors, whole
from workbench.query import WORD, parse_query
from workbench.querytree import And, Near, Node, Or, Text
from workbench.search import matching
from workbench.terms import TermCounts, term_counts
from workbench.textindex import fold, wildcards

Flags = NDArray[np.bool_]
Counts = NDArray[np.int64]
Reals = NDArray[np.float64]

LEAST_TEXTS = 3
"""Matching texts that hold a term: what two share may be one sentence copied."""

CHANCE = 0.05
"""Share of the terms in the table that may be there by chance."""

_LOOKED_AT = 4
"""Terms that are counted in whole texts for each one shown; the others repeat better ones, or add nothing."""

_SAME = 0.7
"""Share of the texts with either of two terms that hold both, from which one says nothing beside the other."""

_FEWEST, _MOST = 10, 200
"""Texts that stand for matches in a language in which the query finds none."""

_EXAMPLES = 3
_PRIOR = 0.5
_STEMMED = ("ru", "uk")
_SHORTEST_STEM = 4
_ENDING = re.compile("[аеёиоуыэюяьйіїє]{1,2}$")
_OPERATORS = frozenset({"AND", "OR", "NOT"})

COLUMNS = {
    "language": "str",
    "rank": "int64",
    "term": "str",
    "kind": "str",
    "query": "str",
    "basis": "str",
    "matching": "int64",
    "matches": "int64",
    "of_matching": "float64",
    "elsewhere": "int64",
    "others": "int64",
    "of_elsewhere": "float64",
    "keyness": "float64",
    "chance": "float64",
    "adds": "int64",
    "examples": "object",
    "headline": "str",
}


def suggest_terms(
    articles: pd.DataFrame, event: Event | str, *, most: int = 30, language: str | None = None, progress: bool = True
) -> pd.DataFrame:
    """Terms that mark the matches of an event, or of a query, and stand in texts it does not find.

    One row per language and `rank`, up to `most` a language, most telling first. Columns: `term` as it is mostly
    written; `kind`: name (each longer word has a capital; in German only of two words and more), word or phrase;
    `query`, how the term is searched, with `*` for the endings of Russian and Ukrainian; `basis`, see below;
    `matching` of the `matches` hold it, a share `of_matching`; `elsewhere` of the `others` do, a share `of_elsewhere`;
    `keyness`, the lower end of the 95 % interval of the log-odds ratio, and `chance`, the false discovery rate at which
    the term passes, at most 0.05, both of headlines and first sentences; `adds`, texts that `query` finds and the event
    does not; `examples`, article_id of up to three such texts, those with most of the terms shown first; `headline` of
    the first.

    All are texts of the event's window: copies count once in each language, and a text matches if one of its copies
    does. Terms that the query holds already, those that add no text, and those that stand in nearly the same texts as
    a better one, are left out; so are stop words, bylines and names of outlets (`vocabulary`).

    `basis` is "matches", or "likeness" in a language in which the query finds fewer than three texts: there the texts
    most like its matches in other languages (`like`) stand for them, about as many as it finds elsewhere. Such rows
    are as good as the likeness is; read the examples. No match gives no row, and so does a table without texts.

    Raises WorkbenchError for a query that cannot be read and for options that mean nothing.

    >>> from workbench.articles import as_articles
    >>> titles = [f"NATO talks in Geneva on {day}" for day in "abcd"] + ["Geneva talks on e"] + ["Football"] * 20
    >>> table = pd.DataFrame({"title": titles, "text": "", "language": "en"}, index=[f"a{at:02}" for at in range(25)])
    >>> table = as_articles(table.assign(text_id=table.index))
    >>> suggest_terms(table, "NATO AND talks")[["language", "term", "kind", "matching", "adds"]]
      language    term  kind  matching  adds
    0       en  Geneva  name         4     1
    """
    require(articles, "title", "text", "language", "source", "published")
    whole("most", most, least=1)
    found = matches(articles, event).to_numpy()
    inside = in_window(articles, event).to_numpy() | found
    texts = distinct_texts(articles[inside], found[inside])
    hits = texts["article_id"].isin(set(articles.index[found].astype("str"))).to_numpy()
    standing, basis = _standing(texts, hits, progress=progress)
    outlets = sorted(set(articles["source"].dropna().astype("str")))
    terms = term_counts(*(texts[name].tolist() for name in ("title", "text", "language")), ignored=outlets)
    held = list(_leaves(parse_query(event if isinstance(event, str) else event.query)))
    rows: list[pd.DataFrame] = []
    for spoken in tqdm([one for one in basis if language in (None, one)], desc="trying terms", disable=not progress):
        own = np.flatnonzero((texts["language"] == spoken).to_numpy())
        part = _Part(texts.iloc[own], hits[own], standing[own], basis[spoken])
        rows.append(_proposed(part, _screened(terms, own, standing[own], spoken), held, most))
    table = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=[*COLUMNS])
    return table[[*COLUMNS]].astype(COLUMNS)


@dataclass(frozen=True)
class _Part:
    """The texts of one language, which of them the query finds, which stand for its matches, and on what basis."""

    texts: pd.DataFrame
    hits: Flags
    standing: Flags
    basis: str


def _standing(texts: pd.DataFrame, hits: Flags, *, progress: bool) -> tuple[Flags, dict[str, str]]:
    """The texts that stand for matches, and per language, in alphabetical order, why they do."""
    spoken = texts["language"].to_numpy(object)
    told = pd.Series(hits).groupby(spoken).agg(["sum", "size"])
    enough = told["sum"] >= LEAST_TEXTS
    basis = dict.fromkeys(told.index[enough], "matches")
    standing = hits & np.isin(spoken, list(basis))
    silent = told.index[~enough & (told["size"] >= _FEWEST)]
    if basis and len(silent):
        _, vectors = text_vectors(texts, progress=progress)
        score = likeness(vectors, vectors[standing])
        share = told.loc[enough, "sum"].sum() / told.loc[enough, "size"].sum()
        for language in silent:
            own = np.flatnonzero((spoken == language) & (score > 0))
            wanted = int(np.clip(round(share * told["size"][language]), _FEWEST, _MOST))
            wanted = min(wanted, told["size"][language] // 2)
            standing[own[np.lexsort((own, -np.round(score[own], 6)))][:wanted]] = True
            basis[language] = "likeness"
    return standing, dict(sorted(basis.items()))


# -- which terms are telling ----------------------------------------------------------------------------------


def _screened(terms: TermCounts, own: Counts, standing: Flags, language: str) -> pd.DataFrame:
    """The terms of a language that mark the standing texts by more than chance, most telling first."""
    at = np.flatnonzero((terms.terms["language"] == language).to_numpy())
    presence = terms.presence[own][:, at]
    within = np.asarray(presence[np.flatnonzero(standing)].sum(axis=0), dtype=np.int64).ravel()
    whole_of = np.asarray(presence.sum(axis=0), dtype=np.int64).ravel()
    counts = _Counts(within, whole_of - within, int(standing.sum()), int((~standing).sum()))
    telling, chance = np.round(_log_odds(counts), 6), _chance(counts)
    table = terms.terms.iloc[at].assign(keyness=telling, texts=within)
    table["chance"] = stats.false_discovery_control(chance) if len(chance) else chance
    kept = table[(table["keyness"] > 0) & (table["texts"] >= LEAST_TEXTS) & (table["chance"] <= CHANCE)]
    return kept.sort_values(["keyness", "lemma"], ascending=[False, True])


class _Counts(NamedTuple):
    """Per term how many of the `matches` and of the `others` hold it."""

    within: Counts
    beyond: Counts
    matches: int
    others: int


def _log_odds(counts: _Counts) -> Reals:
    """The lower end of the 95 % interval of the log-odds ratio, half a text added to each count (Haldane 1956)."""
    held = (counts.within + _PRIOR, counts.beyond + _PRIOR)
    rest = (counts.matches - counts.within + _PRIOR, counts.others - counts.beyond + _PRIOR)
    ratio = np.log(held[0] / rest[0]) - np.log(held[1] / rest[1])
    lower: Reals = ratio - 1.96 * np.sqrt(sum(1 / one for one in (*held, *rest)))
    return lower


def _chance(counts: _Counts) -> Reals:
    """The probability of a log-likelihood ratio so large by chance; 1 for terms that the matches have less often."""
    within, beyond, matched, others = counts
    held, total = within + beyond, matched + others
    ratio = np.zeros(len(within))
    for found, size in ((within, matched), (beyond, others)):
        for part, whole_of in ((found, held), (size - found, total - held)):
            with np.errstate(divide="ignore", invalid="ignore"):
                ratio += np.where(part > 0, part * np.log(part * total / (whole_of * size)), 0.0)
    return np.where(within * others > beyond * matched, stats.chi2.sf(2 * np.maximum(ratio, 0), 1), 1.0)


# -- which of them the query misses ---------------------------------------------------------------------------


def _proposed(part: _Part, ranked: pd.DataFrame, held: list[Text], most: int) -> pd.DataFrame:
    """The rows of one language: the first terms counted in whole texts, those that repeat or add nothing left out."""
    spoken, rows = str(part.texts["language"].iloc[0]), []
    masks: list[Flags] = []
    tried = zip(
        *(ranked[name].head(most * _LOOKED_AT) for name in ("written", "lemma", "keyness", "chance")), strict=True
    )
    for written, lemma, keyness, chance in tried:
        asked = term_query(written, lemma, spoken)
        if not asked or _held(written, held) or _held(lemma, held):
            continue
        mask = matching(part.texts, asked).to_numpy()
        missed = mask & ~part.hits
        if missed.any() and all(_overlap(mask, other) < _SAME for other in masks):
            row = {"language": spoken, "term": written, "kind": _kind(written, spoken), "query": asked}
            rows.append(row | _counted(part, mask) | {"keyness": keyness, "chance": chance, "adds": int(missed.sum())})
            masks.append(mask)
        if len(rows) == most:
            break
    table = pd.DataFrame(rows, columns=[*COLUMNS])
    table["rank"] = np.arange(1, len(table) + 1)
    table["examples"], table["headline"] = _examples(part, masks)
    return table


def _overlap(mask: Flags, other: Flags) -> float:
    return float((mask & other).sum() / (mask | other).sum())


def _counted(part: _Part, mask: Flags) -> dict[str, object]:
    """How many of the texts that stand for matches, and of the others, hold a term, and its shares of both."""
    matched, others = int(part.standing.sum()), int((~part.standing).sum())
    within, beyond = int((mask & part.standing).sum()), int((mask & ~part.standing).sum())
    shares = {"of_matching": within / matched, "of_elsewhere": beyond / others if others else np.nan}
    counts = {"matching": within, "matches": matched, "elsewhere": beyond, "others": others}
    return {"basis": part.basis, **counts, **shares}


def _examples(part: _Part, masks: list[Flags]) -> tuple[list[tuple[str, ...]], list[str]]:
    """Per term the missed texts that hold it, those with most of the terms first, and the headline of the first."""
    held = np.sum(masks, axis=0)
    ids, titles = (part.texts[name].to_numpy(object) for name in ("article_id", "title"))
    found, headlines = [], []
    for mask in masks:
        missed = np.flatnonzero(mask & ~part.hits)
        first = missed[np.lexsort((missed, -held[missed]))][:_EXAMPLES]
        found.append(tuple(map(str, ids[first])))
        headlines.append(str(titles[first[0]]))
    return found, headlines


def term_query(written: str, lemma: str, language: str) -> str:
    """How a term is searched: as it is written, with any ending in Russian and Ukrainian; empty if it holds no word.

    >>> term_query("гарантии безопасности", "гарантия безопасность", "ru")
    '"гарант* безопасност*"'
    >>> term_query("НАТО", "нато", "ru"), term_query("security guarantees", "security guarantee", "en")
    ('НАТО', '"security guarantees"')
    """
    words, basic = written.split(), lemma.split()
    parts: list[str] = []
    for at, word in enumerate(words):
        pieces = WORD.findall(word)
        if pieces and language in _STEMMED:
            known = WORD.findall(basic[at]) if len(basic) == len(words) else []
            pieces[-1] = _stem(pieces[-1], known[-1] if known else "")
        parts += pieces
    if len(parts) == 1 and parts[0] not in _OPERATORS:
        return parts[0]
    return f'"{" ".join(parts)}"' if parts else ""


def _stem(word: str, basic: str) -> str:
    """What a word and its basic form have in common at the beginning, without the ending, and `*`."""
    if len(word) < _SHORTEST_STEM or word.isupper():
        return word
    shared = word
    if basic and not fold(word).startswith(fold(basic)):
        pairs = zip(fold(word), fold(basic), strict=False)
        length = next((at for at, (one, other) in enumerate(pairs) if one != other), min(len(word), len(basic)))
        shared = word[:length]
    elif basic:
        shared = word[: len(basic)]
    stem = _ENDING.sub("", shared)
    longest = next((one for one in (stem, shared) if len(one) >= _SHORTEST_STEM), "")
    return f"{longest}*" if longest else word


def _kind(written: str, language: str) -> str:
    words = [word for word in written.split() if len(word) > 3] or [written]
    if all(word[:1].isupper() for word in words) and (language != "de" or len(words) > 1):
        return "name"
    return "phrase" if " " in written else "word"


def _leaves(node: Node) -> Iterator[Text]:
    """The words and phrases that the query asks for, those under a NOT left out."""
    match node:
        case Text():
            yield node
        case Near():
            yield from (text for group in node.groups for text in group)
        case And() | Or():
            for part in node.parts:
                yield from _leaves(part)


def _held(term: str, leaves: list[Text]) -> bool:
    """Whether the query has the term: one of its phrases is it, or each of its words is one of the query's words."""
    words = WORD.findall(fold(term))
    single = [leaf for leaf in leaves if len(leaf.parts) == 1]
    if words and all(any(_is(leaf.parts[0], word) for leaf in single) for word in words):
        return True
    return any(
        len(leaf.parts) == len(words) and all(_is(part, word) for part, word in zip(leaf.parts, words, strict=True))
        for leaf in leaves
    )


@lru_cache(maxsize=4096)
def _pattern(part: str) -> re.Pattern[str]:
    return re.compile(wildcards(fold(part), ".*", "."))


def _is(part: str, word: str) -> bool:
    return bool(_pattern(part).fullmatch(word))
