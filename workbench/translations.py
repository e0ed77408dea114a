"""Which texts are translations of each other: the same sentences in two languages, found offline and without a model.

Each text finds its likely originals (workbench/copies/originals.py); each likely pair is then read sentence by sentence
(workbench/copies/parallel.py), because independent articles on one happening share names and figures as well. Headlines
without a text have no order: there all words count, with a glossary learnt from the pairs already found.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.articles import require
from workbench.copies.anchors import anchors, pieces
from workbench.copies.glossary import Glossary, learn_glossary
from workbench.copies.originals import LEAD, Anchored, Places, nearest, read_anchors
from workbench.copies.parallel import Sentences, compare, read_sentences
from workbench.copies.pools import Reach, distinct_texts, has_company
from workbench.languages import UNDETERMINED

FEWEST_WORDS = 30
"""Texts with fewer words are compared by their words alone: there are too few sentences to tell an order."""

PARALLEL, PARALLEL_FLAGGED = 0.76, 0.6
"""Score from which two texts are translations. Independent articles on one happening reach .61 on the sample, agency
briefs that give the same facts in the same order .75; nine translations in ten are above .7, half above .95."""

EVIDENCE = 16.0
"""Weight of the anchors that have to stand in facing sentences: two-sentence summaries on one happening reach 12,
translations of eighty words begin at 34."""

OVERLAP = 0.4
"""Share of known anchors that both texts have to hold before they are read sentence by sentence; translations begin
at .49, and only one likely pair in fifty of the press at large gets there."""


@dataclass(frozen=True)
class _Asked:
    """What a pair of headlines has to reach: as cosine, the same where one is flagged, and words that agree."""

    alike: float
    alike_flagged: float
    agreeing: float


SURE = _Asked(alike=0.5, alike_flagged=0.45, agreeing=4.5)
"""Of 7,264 independent headlines of 2022 in Russian and English no pair reaches this, and six with four that agree."""

BY_HABIT = _Asked(alike=0.3, alike_flagged=0.22, agreeing=2)
HABIT = 0.1
"""Where one in ten headlines has a sure translation the collection is one of translations, and less is asked."""

CLEAR = 0.05
"""By how much a pair of headlines has to be nearer than either is to any other: one happening makes many like it."""

FEW_FIGURES = 3
"""Texts with fewer figures say nothing by them."""

UNDATED = 0.05
"""What is asked for on top where either has no date: the pool is the whole collection."""

_ROUNDS = 2
"""Times the glossary is learnt: a third round finds no more."""

COLUMNS = {"left": "str", "right": "str", "score": "float64", "flagged": "bool"}

Pair = tuple[int, int]
Scores = dict[Pair, float]


def find_translations(
    articles: pd.DataFrame, *, text_ids: pd.Series | None = None, progress: bool = True
) -> pd.DataFrame:
    """Pairs of texts in two languages that are translations of each other, one row per pair.

    Columns: `left`, `right` (`article_id`, left < right), `score` (0 to 1) and `flagged` (whether one of the two says
    that it was translated); sorted by left and right, empty where there is no such pair. Of the copies of a text
    (equal words, or one of `text_ids`, a Series aligned on `article_id`) in one language only the earliest is
    compared, then the longest, then the one with the smallest id. Texts in an unknown language are never joined.
    The order of rows never matters. Raises WorkbenchError where the table has no title, text or language.
    """
    require(articles, "title", "text", "language")
    known = articles[articles["language"].fillna(UNDETERMINED) != UNDETERMINED]
    several = len(known["language"].unique()) > 1
    texts = distinct_texts(known if several else known.iloc[:0], text_ids)
    texts = texts[has_company(texts)]
    found = {}
    if not texts.empty:
        search = _Search(texts, progress=progress)
        found = search.texts_found() | search.headlines_found()
    return _table(found, texts)


def likeness(articles: pd.DataFrame, pairs: Iterable[tuple[int, int]]) -> list[float]:
    """How far the texts of each pair of rows run in parallel, 0 to 1: the `score` of `find_translations`."""
    read: dict[int, Sentences] = {}
    rows = articles[["title", "text", "language"]].fillna("")
    scores = []
    for pair in pairs:
        for place in {*pair} - read.keys():
            title, text, language = rows.iloc[place]
            read[place] = read_sentences(title, text, partial(anchors, language=language))
        scores.append(compare(read[pair[0]], read[pair[1]]).score)
    return scores


def _table(found: Scores, texts: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for (one, two), score in found.items():
        left, right = sorted((str(texts.index[one]), str(texts.index[two])))
        rows.append((left, right, round(score, 4), bool(texts["flagged"].iloc[[one, two]].any())))
    table = pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)
    return table.sort_values(["left", "right"], ignore_index=True)


class _Search:
    """The search over one table of distinct texts; texts are known by their place in it."""

    def __init__(self, texts: pd.DataFrame, *, progress: bool) -> None:
        self.progress = progress
        self.titles, self.bodies = texts["title"].tolist(), texts["text"].tolist()
        self.languages = texts["language"].to_numpy(dtype=object)
        self.reach = Reach.of(texts)
        self.brief = np.array([len(text.split()) < FEWEST_WORDS for text in self.bodies], dtype=bool)
        self.read: dict[int, Sentences] = {}

    def texts_found(self) -> Scores:
        """Pairs of texts that say the same sentences in the same order."""
        rows = np.flatnonzero(~self.brief)
        if not self._language_pairs(rows):
            return {}
        anchored, reach = self._anchored(rows, Glossary()), self.reach.of_rows(rows)
        likely: set[Pair] = set()
        for ours, theirs in self._language_pairs(rows):
            for one, two in ((ours, theirs), (theirs, ours)):
                places, _ = nearest(anchored.vectors, one, two, reach)
                likely |= {
                    (min(a, b), max(a, b))
                    for a, row in zip(one.tolist(), places.tolist(), strict=True)
                    for b in row
                    if b >= 0
                }
        if not likely:
            return {}
        left, right = np.array(sorted(likely), dtype=np.int64).T
        enough = anchored.overlap(left, right) >= OVERLAP
        pairs = zip(rows[left[enough]].tolist(), rows[right[enough]].tolist(), strict=True)
        return {
            pair: score
            for pair in pairs
            if (score := self._parallel(*pair)) >= self._least(pair, PARALLEL, PARALLEL_FLAGGED)
        }

    def headlines_found(self) -> Scores:
        """Pairs of headlines that are each other's nearest, and clearly so."""
        rows = np.flatnonzero(self.brief)
        if not self._language_pairs(rows):
            return {}
        found = self._headlines(rows, self._anchored(rows, Glossary()))
        for _ in range(_ROUNDS if found else 0):
            glossary = learn_glossary((self._headline(one), self._headline(two)) for one, two in found)
            found = self._headlines(rows, self._anchored(rows, glossary))
        return found

    def _anchored(self, rows: Places, glossary: Glossary) -> Anchored:
        texts = [f"{self.titles[at]}\n{self.bodies[at][:LEAD]}" for at in rows]
        return read_anchors(texts, self.languages[rows].tolist(), glossary, progress=self.progress)

    def _language_pairs(self, rows: Places) -> list[tuple[Places, Places]]:
        """For each two languages the places within `rows` of the texts in either."""
        spoken = self.languages[rows]
        return [
            (np.flatnonzero(spoken == a), np.flatnonzero(spoken == b)) for a, b in combinations(sorted(set(spoken)), 2)
        ]

    def _headline(self, place: int) -> tuple[str, str]:
        return self.languages[place], self.titles[place] or self.bodies[place]

    def _parallel(self, one: int, two: int) -> float:
        """How far two texts say the same in the same order, 0 to 1; 0 where there is too little to tell."""
        if not _figures_agree(self._figures(one)[1], self._figures(two)[1]):
            return 0.0
        found = compare(self._sentences(one), self._sentences(two))
        return found.score if found.evidence >= EVIDENCE else 0.0

    def _sentences(self, place: int) -> Sentences:
        if place not in self.read:
            call = partial(anchors, language=self.languages[place])
            self.read[place] = read_sentences(self.titles[place], self.bodies[place], call)
        return self.read[place]

    def _least(self, pair: Pair, plain: float, flagged: float) -> float:
        """The score that a pair has to reach, less where one of the two says that it was translated."""
        places = list(pair)
        least = flagged if self.reach.flagged[places].any() else plain
        return least + UNDATED * bool(np.isnan(self.reach.low[places]).any())

    def _headlines(self, rows: Places, anchored: Anchored) -> Scores:
        reach = self.reach.of_rows(rows)
        found: Scores = {}
        for ours, theirs in self._language_pairs(rows):
            one, two, score = _mutual(anchored, ours, theirs, reach)
            agreeing = anchored.shared(one, two)
            pairs = list(zip(rows[one].tolist(), rows[two].tolist(), score.tolist(), agreeing.tolist(), strict=True))
            sure = self._accepted(pairs, SURE)
            habit = len(sure) >= HABIT * min(len(ours), len(theirs))
            found |= self._accepted(pairs, BY_HABIT) if habit else sure
        return found

    def _accepted(self, pairs: list[tuple[int, int, float, float]], asked: _Asked) -> Scores:
        return {
            (one, two): min(1.0, score)
            for one, two, score, agreeing in pairs
            if score >= self._least((one, two), asked.alike, asked.alike_flagged)
            and agreeing >= asked.agreeing
            and self._same_figures(one, two)
        }

    def _same_figures(self, one: int, two: int) -> bool:
        """Whether each figure of either text stands in the other, there in digits or in words."""
        ours, theirs = self._figures(one), self._figures(two)
        return ours[0] <= theirs[1] and theirs[0] <= ours[1]

    def _figures(self, place: int) -> tuple[set[str], set[str]]:
        """The figures of a text that are written in digits, and all of them."""
        found = [
            (piece[0].isdigit(), key)
            for piece in pieces(f"{self.titles[place]} {self.bodies[place]}")
            for key in anchors(piece, self.languages[place])
            if key[0] == "#"
        ]
        return {key for digits, key in found if digits}, {key for _, key in found}


def _figures_agree(ours: set[str], theirs: set[str]) -> bool:
    """Whether half of the figures from 10 up stand in both texts, counted in the one that has fewer of them.

    Forms that are filled in anew every day (weather, cases, rates) say the same sentences with other figures.
    """
    large = [{figure for figure in figures if len(figure) > 2} for figures in (ours, theirs)]
    fewer = min(map(len, large))
    return fewer < FEW_FIGURES or len(large[0] & large[1]) >= fewer / 2


def _mutual(
    anchored: Anchored, ours: Places, theirs: Places, reach: Reach
) -> tuple[Places, Places, NDArray[np.float64]]:
    """Texts that are each other's nearest, nearer by a clear step than either is to any other; and how near."""
    there, near = nearest(anchored.vectors, ours, theirs, reach)
    back, near_back = nearest(anchored.vectors, theirs, ours, reach)
    place = np.full(anchored.vectors.shape[0], -1, dtype=np.int64)
    place[theirs] = np.arange(len(theirs))
    met = np.flatnonzero(there[:, 0] >= 0)
    facing = place[there[met, 0]]
    mutual = back[facing, 0] == ours[met]
    met, facing = met[mutual], facing[mutual]
    rivals = np.maximum(_second(near, met), _second(near_back, facing))
    clear = near[met, 0] - rivals >= CLEAR
    return ours[met[clear]], there[met[clear], 0], near[met[clear], 0]


def _second(near: NDArray[np.float64], rows: Places) -> NDArray[np.float64]:
    """How near the second nearest of each row is; 0 where there is none."""
    return np.asarray(near[rows, 1] if near.shape[1] > 1 else np.zeros(len(rows)))
