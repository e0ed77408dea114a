"""The words and phrases that tell topics apart, per language, as the articles write them.

How telling a term is: the log-likelihood ratio (Dunning 1993, "Accurate methods for the statistics of surprise and
coincidence", section 4; as keyness of a corpus: Rayson and Garside 2000) of its texts in a topic against those in the
other topics. Texts are counted, not occurrences, so that one long article does not make a topic's label. The log-odds
with a prior of Monroe, Colaresi and Quinn (2008) were tried beside it: they set names that only one topic has, which
make the best labels, below commoner words. Which words are terms at all: `vocabulary`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby, takewhile
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from workbench.themes import ideas
from workbench.vocabulary.counting import LEAST_TEXTS, TermCounts, term_counts
from workbench.vocabulary.wordlists import kin

__all__ = ["TermCounts", "labels", "rank_terms", "term_counts", "topic_terms"]

PER_LANGUAGE = 10
"""Terms kept per topic and language."""

LABEL_TERMS = 3
"""Terms in a label; one more where two topics would have the same."""

ENOUGH_TEXTS = 3
ENOUGH_SHARE = 0.05
"""Texts, and share of a topic's texts, from which a language speaks for the topic in its label."""

_BACKING = 0.25
"""Weight of the logarithm of the texts in other languages that say the same: ten of them make three fifths more for a
term in two texts, and less the more texts vouch for it themselves."""

_VOUCHED = 10
"""Texts of a topic in one language that vouch for a term by themselves."""

_PHRASE = 1.5
"""Phrases go before single words of nearly the same weight: they say more."""

_STANDS_FOR = 0.3
"""Share of a word's texts in a topic from which a phrase with that word takes its place."""

_TELLS = 0.5
"""Share of a word's weight that such a phrase has at least."""

_CHANCE = 2
"""Texts by which a term's are discounted: what two texts share may be chance, or one sentence copied."""

_CANDIDATES = 8
"""Terms looked at for each one kept; the rest repeats the words of better ones."""

Row = tuple[int, str, int, str, float, int]
Counts = NDArray[np.int64]
Weights = NDArray[np.float64]

_Ranked = tuple[list[str], int, int, float]
"""A term of a group: its words, the group's texts that hold it, its number and weight."""


def topic_terms(
    titles: Sequence[str],
    texts: Iterable[str],
    languages: Sequence[str],
    topics: Sequence[int],
    *,
    ignored: Iterable[str] = (),
) -> pd.DataFrame:
    """The terms of each topic: one row per topic, language and rank.

    Columns: `topic`, `language`, `rank` (1 is the most telling), `term`, `weight` (see `rank_terms`), `texts` (how many
    of the topic's texts hold it, at least 2). Names of outlets in `ignored` are no terms. Texts of topic -1 are left
    out.
    """
    counts = term_counts(titles, texts, languages, ignored=ignored)
    return rank_terms(counts, np.asarray(topics, dtype=np.int64), most=PER_LANGUAGE)


def rank_terms(counts: TermCounts, groups: Counts, *, most: int = PER_LANGUAGE) -> pd.DataFrame:
    """Up to `most` terms of each group of texts in each language, against the other groups; columns as `topic_terms`.

    `groups` numbers the group of each row of `counts`; it goes out as `topic`. Texts of group -1 are left out, and
    lend no background: to set the periods of one topic against each other, give all other texts -1. `weight` is the
    signed root of the log-likelihood ratio, lessened where few texts hold the term, half as much again for a phrase,
    and raised for a word in few texts whose meaning the group's texts in other languages have too.
    A group alone has nothing to differ from: its terms go by how many texts hold them. A term rarer than in the other
    groups is left out, and so is one that shares its words, or their roots, with a better one.
    """
    inside = np.flatnonzero(groups >= 0)
    numbers, place = np.unique(groups[inside], return_inverse=True)
    if not len(numbers) or counts.terms.empty:
        return _table([])
    member = sparse.csr_matrix((np.ones(len(inside), np.int32), (place, inside)), (len(numbers), len(groups)))
    held = (member @ counts.presence).tocoo()
    codes, spoken = pd.factorize(counts.terms["language"], sort=True)
    languages = codes.astype(np.int64)
    lemmas, written = counts.terms["lemma"].tolist(), counts.terms["written"].tolist()
    joins = np.array([lemma.count(" ") for lemma in lemmas], dtype=np.int64)
    small = np.array([not one[:1].isupper() for one in written], dtype=bool)
    backed = _backed(held, lemmas, counts.terms["language"].tolist(), languages)
    best = _best(held, _Terms(languages, joins, small, backed), most * _CANDIDATES)
    rows: list[Row] = []
    for (group, language), own in groupby(best, key=lambda one: (one[0], languages[one[1]])):
        kept = _apart([(lemmas[term].split(), texts, term, weight) for _, term, weight, texts in own], most)
        for rank, (_, texts, term, weight) in enumerate(kept, start=1):
            rows.append((int(numbers[group]), str(spoken[language]), rank, written[term], round(weight, 6), texts))
    return _table(rows)


def _table(rows: list[Row]) -> pd.DataFrame:
    kinds = {"topic": "int64", "language": "str", "rank": "int64", "term": "str", "weight": "float64", "texts": "int64"}
    return pd.DataFrame(rows, columns=list(kinds)).astype(kinds)


class _Terms(NamedTuple):
    """Per term its language, how many spaces its basic form has, and whether it begins with a small letter.

    `backed` is per term of a group (as in `held`) how many of its texts say the same in another language.
    """

    language: Counts
    joins: Counts
    small: NDArray[np.bool_]
    backed: Weights


def _backed(held: Any, lemmas: list[str], spoken: list[str], languages: Counts) -> Weights:
    """For each term of a group the texts of the group that say the same in other languages, by what words mean there.

    "wheat" in two texts is backed by "blé" and "пшениця"; names and phrases are backed by nothing.
    """
    known = len(set(spoken))
    told = [
        (at, idea)
        for at, (lemma, language) in enumerate(zip(lemmas, spoken, strict=True))
        if known > 1 and " " not in lemma
        for idea in ideas(lemma, language)
        if idea[0] in "+="
    ]
    if not told:
        return np.zeros(held.nnz)
    number = {idea: at for at, idea in enumerate(sorted({idea for _, idea in told}))}
    rows = np.array([at for at, _ in told])
    columns = np.array([number[idea] for _, idea in told])
    shape = (len(lemmas), len(number))
    means = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape)
    found, counts = np.zeros(held.nnz), held.tocsr()
    asked = np.isin(held.col, rows) & (held.data <= _VOUCHED)
    for language in range(int(languages.max()) + 1):
        foreign = languages[rows] != language
        others = counts @ sparse.csr_matrix((np.ones(foreign.sum()), (rows[foreign], columns[foreign])), shape)
        own = np.flatnonzero(asked & (languages[held.col] == language))
        shared = others[held.row[own]].multiply(means[held.col[own]])
        found[own] = np.asarray(shared.max(axis=1).todense()).ravel() if len(own) else 0
    return found


def _best(held: Any, terms: _Terms, most: int) -> Iterator[tuple[int, int, float, int]]:
    """The first terms of each group and language, best first: group, term, weight, texts.

    `held` counts the texts of each group that hold each term. Terms in one text of a group, or rarer than elsewhere,
    are left out; so are long phrases in two texts, which may be one sentence copied. Of equal weight, phrases go before
    words, names before other words, and then the alphabet decides.
    """
    language, joins, small, backed = terms
    group, term, texts = held.row.astype(np.int64), held.col.astype(np.int64), held.data.astype(np.float64)
    spoken = group * (int(language.max()) + 1) + language[term]
    own = np.bincount(spoken, texts)[spoken]
    whole = np.bincount(language[term], texts)[language[term]]
    weight = _keyness(texts, np.bincount(term, texts)[term], own / whole) * texts / (texts + _CHANCE)
    weight = np.where((joins[term] > 0) & (texts > LEAST_TEXTS), _PHRASE, 1.0) * weight
    weight = np.round(weight * (1 + _BACKING * np.log1p(backed) * LEAST_TEXTS / texts), 9)
    kept = np.flatnonzero((texts >= LEAST_TEXTS) & (weight >= 0) & ((joins[term] < 3) | (texts > LEAST_TEXTS)))
    keys = (term, small[term], joins[term] == 0, -weight, spoken)
    order = kept[np.lexsort([key[kept] for key in keys])]
    first = np.searchsorted(spoken[order], spoken[order])
    order = order[np.arange(len(order)) - first < most]
    columns = (group[order], term[order], weight[order], texts[order].astype(np.int64))
    yield from zip(*(column.tolist() for column in columns), strict=True)


def _keyness(texts: Weights, everywhere: Weights, share: Weights) -> Weights:
    """The signed root of the log-likelihood ratio of finding a term in so many texts of a group with this share."""
    expected, rest = everywhere * share, everywhere - texts
    with np.errstate(divide="ignore", invalid="ignore"):
        here = texts * np.log(texts / expected)
        there = np.where(rest > 0, rest * np.log(rest / (everywhere - expected)), 0.0)
    root = np.sqrt(2 * np.maximum(0, here + there)) * np.sign(texts - expected)
    return np.where(share < 1, root, np.sqrt(texts))


def _apart(ranked: list[_Ranked], most: int) -> list[_Ranked]:
    """The best terms that share no word; a phrase that stands for enough of a word's texts takes its place."""
    kept: list[_Ranked] = []
    begun: set[str] = set()
    for one in ranked:
        words = one[0]
        beginnings = {_beginning(word) for word in words}
        rivals = (
            [] if begun.isdisjoint(beginnings) else [at for at, other in enumerate(kept) if _alike(words, other[0])]
        )
        if not rivals and len(kept) < most:
            kept.append(one)
        elif rivals and len(words) > 1 and all(_stands_for(one, kept[at]) for at in rivals):
            kept = [one if at == rivals[0] else other for at, other in enumerate(kept) if at not in rivals[1:]]
        else:
            continue
        begun |= beginnings
    return kept


def _beginning(word: str) -> str:
    """What words of one root have in common at least."""
    return kin().get(word, word)[:4]


def _stands_for(phrase: _Ranked, other: _Ranked) -> bool:
    """Whether a phrase tells enough of what a single word in it tells to be named in its place."""
    if len(other[0]) > 1 or other[0][0] not in phrase[0]:
        return False
    return phrase[1] >= _STANDS_FOR * other[1] and phrase[3] >= _TELLS * other[3]


def _alike(words: list[str], others: list[str]) -> bool:
    """Whether two terms share so many roots that one says little besides the other: half of the shorter's words."""
    shorter, longer = sorted((words, others), key=len)
    shared = sum(any(_same_root(word, other) for other in longer) for word in shorter)
    return 2 * shared >= len(shorter)


@lru_cache(maxsize=200_000)
def _same_root(word: str, other: str) -> bool:
    """Whether two words begin alike: Russia and Russian, Россия and российский, but not party and parliament."""
    word, other = kin().get(word, word), kin().get(other, other)
    length = max(len(word), len(other))
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(word, other, strict=False)))
    return word == other or (2 * shared >= length if shared > 4 else shared == 4 and length < 8)


def labels(terms: pd.DataFrame, sizes: pd.Series, *, language: str = "en") -> pd.Series:
    """One label per topic: two to four of its terms in `language`, phrases before single words.

    `terms` as `topic_terms` gives them; `sizes` counts the texts by (topic, language). A topic with too few texts or
    fewer than two terms in `language` is labelled in its largest language. Where two topics would have the same label,
    the later one gets other terms, at the last its number. A topic without any term is "topic N".
    """
    named: dict[int, str] = {}
    if len(sizes):
        ranked = {key: rows["term"].tolist() for key, rows in terms.sort_values("rank").groupby(["topic", "language"])}
        for topic in sorted({int(one) for one, _ in sizes.index}):
            own = ranked.get((topic, _spoken(topic, ranked, sizes[topic], language)), [])
            options = (label for label in _options(own) if label not in named.values())
            named[topic] = next(options, f"{', '.join([*own[:LABEL_TERMS], ''])}topic {topic}")
    return pd.Series(named, dtype="str", name="label").rename_axis("topic")


def _spoken(topic: int, ranked: dict[Any, list[str]], sizes: pd.Series, language: str) -> str:
    """The language of a topic's label: the one asked for if it has its part in the topic, or the largest with terms."""
    enough = min(float(sizes.max()), max(ENOUGH_TEXTS, ENOUGH_SHARE * sizes.sum()))
    if sizes.get(language, 0) >= enough and len(ranked.get((topic, language), [])) > 1:
        return language
    order: list[str] = sorted(sizes.index, key=lambda one: (-sizes[one], one != language, one != "en", one))
    return max(order, key=lambda one: min(2, len(ranked.get((topic, one), []))))


def _options(terms: list[str]) -> Iterator[str]:
    """Labels that these terms can make, best first: three terms, then four, then others in the fourth place."""
    first = terms[:LABEL_TERMS]
    for more in [[], *([one] for one in terms[LABEL_TERMS:])]:
        chosen = sorted([*first, *more], key=lambda one: " " not in one)
        if chosen:
            yield ", ".join(chosen)
