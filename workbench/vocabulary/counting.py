"""Which text holds which term: the table from which the terms of topics, periods or outlets are ranked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from workbench.vocabulary.forms import find_forms, fold
from workbench.vocabulary.outletnames import OutletNames, outlet_names
from workbench.vocabulary.phrases import find_phrases
from workbench.vocabulary.spelling import spell
from workbench.vocabulary.tokens import read_tokens
from workbench.vocabulary.wordlists import Wordlists, wordlists

LEAST_TEXTS = 2
"""A term in fewer texts is chance."""

_ONE_IN = 20_000
"""In a large collection a term has to be in one of so many texts: rarer ones tell no topic."""

_FEW = 2_000
"""Texts of a language up to which forms found once are looked at."""

TERM_COLUMNS = ("language", "lemma", "written")


@dataclass(frozen=True)
class TermCounts:
    """Which of the texts holds which term.

    `presence`: a sparse matrix of 0 and 1 (scipy CSR, int32), texts × terms, rows in the order of the texts given.
    `terms`: one row per column of it: `language`, `lemma` (basic forms of its words, folded), `written` (how it is
    written); sorted by language and lemma, so that the order of the texts leaves no trace.
    """

    presence: Any
    terms: pd.DataFrame


def term_counts(
    titles: Sequence[str], texts: Iterable[str], languages: Sequence[str], *, ignored: Iterable[str] = ()
) -> TermCounts:
    """The terms of the texts: words and phrases found in at least two of them, each text's headline and beginning read.

    A term belongs to a language. `ignored` are names of outlets: none of them is a term, nor part of one.
    Empty input gives a matrix of no rows or no columns.
    """
    spoken = np.array([str(one) for one in languages], dtype=object)
    bodies = list(texts)
    blocks, tables = [], []
    names = outlet_names(ignored)
    for language in sorted({str(one) for one in spoken}):
        rows = np.flatnonzero(spoken == language).tolist()
        lists = wordlists(language, frozenset(map(str, spoken)))
        presence, terms = _counted([titles[at] for at in rows], [bodies[at] for at in rows], language, lists, names)
        place = sparse.csr_matrix(
            (np.ones(len(rows), np.int32), (rows, np.arange(len(rows)))), (len(spoken), len(rows))
        )
        blocks.append(place @ presence)
        tables.append(terms)
    if not blocks:
        return TermCounts(sparse.csr_matrix((0, 0), dtype=np.int32), pd.DataFrame(columns=TERM_COLUMNS, dtype="str"))
    return TermCounts(sparse.hstack(blocks, format="csr", dtype=np.int32), pd.concat(tables, ignore_index=True))


def _counted(
    titles: list[str], texts: list[str], language: str, lists: Wordlists, names: OutletNames
) -> tuple[Any, pd.DataFrame]:
    """Presence and terms of the texts of one language."""
    least = max(LEAST_TEXTS, round(len(texts) / _ONE_IN))
    # Each case of a name may be found once only in a small collection; in a large one that is an error of spelling.
    seen = 1 if len(texts) <= _FEW else least
    tokens = read_tokens(titles, texts, language)
    forms = find_forms(tokens, language, lists, least=seen)
    found = find_phrases(tokens, forms, least=least)
    size = int(found.term.max(initial=-1)) + 1
    ones = np.ones(len(found.term), dtype=np.int32)
    presence = sparse.coo_matrix((ones, (tokens.texts[found.first], found.term)), (len(texts), size)).tocsr()
    presence.data[:] = 1
    held = np.bincount(presence.indices, minlength=size) >= least
    number = np.where(held, np.cumsum(held) - 1, -1)
    kept = held[found.term]
    found = type(found)(number[found.term[kept]], found.first[kept], found.last[kept])
    spelled = spell(tokens, forms, found, int(held.sum()), language)
    table = pd.DataFrame({"language": language, "lemma": spelled.lemma, "written": spelled.written}, dtype="str")
    named = [
        fold(written) in lists.phrases or names.stand_in(written, lemma)
        for written, lemma in zip(spelled.written, spelled.lemma, strict=True)
    ]
    fit = spelled.fit & ~np.array(named, dtype=bool)
    order = np.flatnonzero(fit)[np.argsort(table["lemma"].to_numpy(object)[fit], kind="stable")]
    return presence[:, np.flatnonzero(held)[order]], table.iloc[order].reset_index(drop=True)
