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
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

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

_PHRASE = 1.5
"""Phrases go before single words of nearly the same weight: they say more."""

_STANDS_FOR = 0.3
"""Share of a word's texts in a topic from which a phrase with that word takes its place."""

_CHANCE = 2
"""Texts by which a term's are discounted: what two texts share may be chance, or one sentence copied."""

_CANDIDATES = 8
"""Terms looked at for each one kept; the rest repeats the words of better ones."""

Row = tuple[int, str, int, str, float, int]


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


def rank_terms(counts: TermCounts, groups: NDArray[np.int64], *, most: int = PER_LANGUAGE) -> pd.DataFrame:
    """Up to `most` terms of each group of texts in each language, against the other groups; columns as `topic_terms`.

    `groups` numbers the group of each row of `counts`; it goes out as `topic`. Texts of group -1 are left out, and
    lend no background: to set the periods of one topic against each other, give all other texts -1. `weight` is the
    signed root of the log-likelihood ratio, lessened where few texts hold the term, half as much again for a phrase.
    A group alone has nothing to differ from: its terms go by how many texts hold them. A term rarer than in the other
    groups is left out, and so is one that shares its words, or their roots, with a better one.
    """
    inside = np.flatnonzero(groups >= 0)
    numbers, place = np.unique(groups[inside], return_inverse=True)
    if not len(numbers) or counts.terms.empty:
        return _table([])
    member = sparse.csr_matrix((np.ones(len(inside), np.int32), (place, inside)), (len(numbers), len(groups)))
    weighed = _weighed((member @ counts.presence).tocoo(), counts.terms)
    rows: list[Row] = []
    for (group, language), own in groupby(_candidates(weighed, most * _CANDIDATES), key=lambda one: one[:2]):
        for rank, one in enumerate(_apart(list(own), most), start=1):
            rows.append((int(numbers[group]), language, rank, one.written, round(one.weight, 6), one.texts))
    return _table(rows)


class _Candidate(NamedTuple):
    """A term of a group: its basic form, how it is written, its weight, the group's texts that hold it."""

    group: int
    language: str
    lemma: str
    written: str
    weight: float
    texts: int


def _candidates(weighed: pd.DataFrame, most: int) -> Iterator[_Candidate]:
    """The first terms of each group and language, in the order of `weighed`."""
    best = weighed[weighed.groupby(["group", "language"]).cumcount() < most]
    yield from (_Candidate(*row) for row in zip(*(best[name].tolist() for name in _Candidate._fields), strict=True))


def _table(rows: list[Row]) -> pd.DataFrame:
    kinds = {"topic": "int64", "language": "str", "rank": "int64", "term": "str", "weight": "float64", "texts": "int64"}
    return pd.DataFrame(rows, columns=list(kinds)).astype(kinds)


def _weighed(held: Any, terms: pd.DataFrame) -> pd.DataFrame:
    """The terms of each group with their weights, best first; those found once and those rarer than elsewhere left out.

    Columns: group, language, lemma, written, weight, texts.
    """
    table = pd.DataFrame({"group": held.row, "term": held.col, "texts": held.data.astype(np.int64)})
    for name in ("language", "lemma", "written"):
        table[name] = terms[name].to_numpy(object)[table["term"]]
    texts = table["texts"]
    own = texts.groupby([table["group"], table["language"]]).transform("sum")
    whole, everywhere = (texts.groupby(table[name]).transform("sum") for name in ("language", "term"))
    telling = _keyness(texts, everywhere, own / whole) * (texts / (texts + _CHANCE))
    words = table["lemma"].str.count(" ") + 1
    table["weight"] = np.round(telling * np.where((words > 1) & (texts > LEAST_TEXTS), _PHRASE, 1.0), 9)
    kept = table[(texts >= LEAST_TEXTS) & (table["weight"] >= 0) & ((words <= 3) | (texts > LEAST_TEXTS))]
    return kept.sort_values(["group", "language", "weight", "lemma"], ascending=[True, True, False, True])


def _keyness(texts: pd.Series, everywhere: pd.Series, share: pd.Series) -> pd.Series:
    """The signed root of the log-likelihood ratio of finding a term in so many texts of a group with this share."""
    expected, rest = everywhere * share, everywhere - texts
    with np.errstate(divide="ignore", invalid="ignore"):
        here = texts * np.log(texts / expected)
        there = np.where(rest > 0, rest * np.log(rest / (everywhere - expected)), 0.0)
    root = np.sqrt(2 * (here + there).clip(lower=0)) * np.sign(texts - expected)
    keyness: pd.Series = root.where(share < 1, np.sqrt(texts))
    return keyness


def _apart(ranked: list[_Candidate], most: int) -> list[_Candidate]:
    """The best terms that share no word; a phrase that stands for enough of a word's texts takes its place."""
    kept: list[_Candidate] = []
    for one in ranked:
        words = one.lemma.split()
        rivals = [at for at, other in enumerate(kept) if _alike(words, other.lemma.split())]
        if not rivals and len(kept) < most:
            kept.append(one)
        elif (
            rivals
            and len(words) > 1
            and all(kept[at].lemma in words and one.texts >= _STANDS_FOR * kept[at].texts for at in rivals)
        ):
            kept[rivals[0]] = one
            for at in reversed(rivals[1:]):
                del kept[at]
    return kept


def _alike(words: list[str], others: list[str]) -> bool:
    """Whether two terms share so many roots that one says little besides the other: half of the shorter's words."""
    shorter, longer = sorted((words, others), key=len)
    shared = sum(any(_same_root(word, other) for other in longer) for word in shorter)
    return 2 * shared >= len(shorter)


@lru_cache(maxsize=200_000)
def _same_root(word: str, other: str) -> bool:
    """Whether two words begin alike: Russia and Russian, Россия and российский, but not party and parliament."""
    if word == other or (word, other) in kin() or (other, word) in kin():
        return True
    length = max(len(word), len(other))
    shared = next((at for at, (one, two) in enumerate(zip(word, other, strict=False)) if one != two), length)
    shared = min(shared, len(word), len(other))
    return 2 * shared >= length if shared >= 5 else shared == 4 and length <= 7


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
