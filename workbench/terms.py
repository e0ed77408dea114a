"""The words that tell topics apart, per language, in the form in which the articles write them.

Weights are class-based TF-IDF (Grootendorst 2022, "BERTopic", section 3.3) over the texts that hold a term, so that
one long article does not make a topic's label. Inflected forms of a word count together (simplemma).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
import pandas as pd
import simplemma

from workbench.embed import stop_words

CHARACTERS = 800
"""Characters of the text, besides the headline, from which terms come: news says its matter first."""

PER_LANGUAGE = 10
"""Terms kept per topic and language."""

LABEL_TERMS = 3
"""Terms in a label."""

_PHRASE_WEIGHT = 1.4
"""Phrases go before single words of nearly the same weight: they say more."""

_LEAST_TEXTS = 2
"""A term in fewer texts of a topic is chance."""

_TOKEN = re.compile(r"[^\W\d_]+(?:['’ʼ-][^\W\d_]+)*")
_ELISION = re.compile(r"^(?:[ldnmtcsjLDNMTCSJ]|[Qq]u)['’]")
_LANGUAGES = {"de", "en", "es", "fr", "it", "pl", "pt", "ru", "tr", "uk"}

Form = tuple[str, str]
"""A term in its basic form and as written."""


@lru_cache(maxsize=300_000)
def _lemma(word: str, language: str) -> str:
    low = word.casefold()
    return simplemma.lemmatize(low, lang=language).casefold() if language in _LANGUAGES else low


def terms_of(title: str, text: str, language: str) -> set[Form]:
    """The single words and two-word phrases of a text that can stand in a label, each once."""
    stops = stop_words(language)
    found: set[Form] = set()
    for part in re.split(r"[.!?;:,()\[\]«»“”\"—–\n|]+", f"{title}. {text[:CHARACTERS]}"):
        before: Form | None = None
        for written in _TOKEN.findall(part):
            word = _ELISION.sub("", written)
            form = (_lemma(word, language), word)
            if len(word) < 3 or word.casefold() in stops or form[0] in stops:
                before = None
                continue
            found.add(form)
            if before:
                found.add((f"{before[0]} {form[0]}", f"{before[1]} {form[1]}"))
            before = form
    return found


def topic_terms(
    titles: Sequence[str],
    texts: Iterable[str],
    languages: Sequence[str],
    topics: Sequence[int],
    *,
    ignored: Iterable[str] = (),
) -> pd.DataFrame:
    """The terms of each topic: one row per topic, language and rank.

    Columns: `topic`, `language`, `rank` (1 is the most telling), `term`, `weight` (c-TF-IDF), `texts` (how many of
    the topic's texts hold it). Words in `ignored` (names of outlets) are no terms. Texts of topic -1 are left out.
    """
    held: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    written: dict[tuple[str, int, str], Counter[str]] = defaultdict(Counter)
    words: Counter[tuple[str, int]] = Counter()
    skip = {_lemma(word, "") for name in ignored for word in name.split()} | {name.casefold() for name in ignored}
    for title, text, language, topic in zip(titles, texts, languages, topics, strict=True):
        if topic < 0:
            continue
        for lemma, form in terms_of(title, text, language):
            if lemma not in skip:
                held[language, topic][lemma] += 1
                written[language, topic, lemma][form] += 1
                words[language, topic] += 1
    rows = [row for language in sorted({one for one, _ in held}) for row in _ranked(language, held, written)]
    columns = ["topic", "language", "rank", "term", "weight", "texts"]
    return pd.DataFrame(rows, columns=columns).sort_values(["topic", "language", "rank"], ignore_index=True)


def _ranked(
    language: str, held: dict[tuple[str, int], Counter[str]], written: dict[tuple[str, int, str], Counter[str]]
) -> list[tuple[int, str, int, str, float, int]]:
    topics = sorted(topic for one, topic in held if one == language)
    total: Counter[str] = Counter()
    for topic in topics:
        total.update(held[language, topic])
    average = sum(total.values()) / max(1, len(topics))
    rows: list[tuple[int, str, int, str, float, int]] = []
    for topic in topics:
        counts = held[language, topic]
        scale = sum(counts.values())
        least = _LEAST_TEXTS if max(counts.values()) >= _LEAST_TEXTS else 1
        weights = {
            term: n / scale * float(np.log1p(average / total[term])) * (_PHRASE_WEIGHT if " " in term else 1.0)
            for term, n in counts.items()
            if n >= least
        }
        best = sorted(weights, key=lambda term: (-weights[term], term))[: PER_LANGUAGE * 4]
        for rank, term in enumerate(_without_parts(best)[:PER_LANGUAGE], start=1):
            rows.append((topic, language, rank, _surface(written[language, topic, term]), weights[term], counts[term]))
    return rows


def _surface(forms: Counter[str]) -> str:
    """The form written most often; ties go to the shorter and then to the first in the alphabet."""
    return min(forms, key=lambda form: (-forms[form], len(form), form))


def _without_parts(ranked: list[str]) -> list[str]:
    """Drop words that stand in a phrase ranked before, and phrases made of words of one kept before."""
    kept: list[str] = []
    for term in ranked:
        parts = set(term.split())
        if not any(parts & set(other.split()) for other in kept):
            kept.append(term)
    return kept


def labels(terms: pd.DataFrame, sizes: pd.Series, *, language: str = "en") -> pd.Series:
    """One label per topic: its first terms in `language`, or in its largest language where it has too little of it.

    `sizes` counts the texts by (topic, language). A topic without any term is called by its number.
    """
    named: dict[int, str] = {}
    for topic in sorted({int(one) for one, _ in sizes.index}):
        own = sizes[topic].sort_index().sort_values(ascending=False, kind="stable")
        spoken = language if own.get(language, 0) >= min(2, own.max()) else str(own.index[0])
        rows = terms[(terms["topic"] == topic) & (terms["language"] == spoken)].head(LABEL_TERMS)
        named[topic] = ", ".join(rows["term"]) or f"topic {topic}"
    return pd.Series(named, dtype="str", name="label").rename_axis("topic")
