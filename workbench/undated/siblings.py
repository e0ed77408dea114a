"""Dated texts that report what another text reports: its siblings, nearest first, from the collection itself.

How near two texts are is what `workbench.nearness` says, without its fading by time, since the time of one of the two
is what is asked.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize

from workbench import nearness
from workbench.nearness import Matrix, Numbers, Places, Texts

MOST = 20
"""Siblings kept per text and view: beyond the twentieth the nearest texts share a theme and no happening."""

ELSEWHERE = 1 / 3_650
"""Share per day of a text of which nothing is known: news archives reach about ten years back."""

MOST_ACROSS = 5_000
"""Dated texts above which other languages are not looked at: among 30,000, names and numbers alone were so often shared
that no text of another language reached odds of one to twenty."""

_ROWS = 500
"""Texts compared at a time, so that memory does not grow with the square of the collection."""


@dataclass(frozen=True)
class Siblings:
    """For each text asked, in rows, its nearest dated texts, nearest first, those of other languages after its own.

    `place` is the row among the dated texts, -1 where there are fewer; `likeness` is 0 there. `across` says for each
    column whether it holds texts of other languages.
    """

    place: Places
    likeness: Numbers
    across: NDArray[np.bool_]


def find_siblings(dated: pd.DataFrame, asked: pd.DataFrame, *, progress: bool = True) -> Siblings:
    """The siblings of each text of `asked` among `dated`, copies and translations of itself left out.

    Both are tables of texts with title, text, language and text_id; neither is changed. A text may stand in both.
    """
    every = pd.concat([dated, asked[~asked.index.isin(dated.index)]])
    texts = nearness.read_texts(every, progress=progress)
    rows = every.index.get_indexer(asked.index)
    own, _ = pd.factorize(every["text_id"].astype("str"))
    pool = np.arange(len(dated))
    within = _blank(len(asked))
    for _, members in nearness.by_language(texts):
        features = nearness.within_features(texts, members)
        asking = np.flatnonzero(np.isin(rows, members))
        there = np.flatnonzero(np.isin(members, pool))
        here = np.searchsorted(members, rows[asking])
        _fill(within, asking, features[here], features[there], (own[rows[asking]], own[members[there]], members[there]))
    across = _across(texts, rows, own, len(dated))
    return Siblings(
        place=np.hstack([within[0], across[0]]),
        likeness=np.hstack([within[1], across[1]]),
        across=np.repeat([False, True], MOST),
    )


def _blank(size: int) -> tuple[Places, Numbers]:
    return np.full((size, MOST), -1, dtype=np.int64), np.zeros((size, MOST))


def _fill(
    table: tuple[Places, Numbers],
    asking: Places,
    ours: Matrix,
    theirs: Matrix,
    names: tuple[Places, Places, Places],
) -> None:
    """Put into the rows `asking` of the table the nearest of `theirs`; `names` are texts' numbers and their places."""
    own, other, places = names
    for start in range(0, len(asking) if len(places) else 0, _ROWS):
        near = (ours[start : start + _ROWS] @ theirs.T).toarray()
        near[own[start : start + _ROWS, None] == other[None, :]] = 0.0
        _keep(table, asking[start : start + _ROWS], near, places)


def _keep(table: tuple[Places, Numbers], rows: Places, near: Numbers, places: Places) -> None:
    count = min(MOST, near.shape[1])
    # Rounded, because sums of floats differ in the last digit with the order in which they are added.
    best = np.sort(np.argpartition(near, near.shape[1] - count, axis=1)[:, -count:], axis=1)
    value = np.round(np.take_along_axis(near, best, axis=1).astype(np.float64), 6)
    order = np.argsort(-value, axis=1, kind="stable")
    best, value = np.take_along_axis(best, order, axis=1), np.take_along_axis(value, order, axis=1)
    table[0][rows[:, None], np.arange(count)] = np.where(value > 0, places[best], -1)
    table[1][rows[:, None], np.arange(count)] = np.maximum(value, 0.0)


def _across(texts: Texts, rows: Places, own: Places, dated: int) -> tuple[Places, Numbers]:
    """As within a language, of texts in other languages, by names and numbers, less what any two such texts share."""
    table = _blank(len(rows))
    if len(set(texts.languages)) < 2 or dated > MOST_ACROSS:
        return table
    features = nearness.across_features(texts)
    expected, code = nearness.hubness(texts, features)
    overall = nearness.hubness_between(expected, code)
    pool = features[:dated].T.tocsc()
    for start in range(0, len(rows), _ROWS):
        part = rows[start : start + _ROWS]
        near = (features[part] @ pool).toarray()
        near -= expected[part][:, code[:dated]] + expected[:dated].T[code[part]] - overall[code[part]][:, code[:dated]]
        near[(code[part][:, None] == code[None, :dated]) | (own[part][:, None] == own[None, :dated])] = 0.0
        _keep(table, np.arange(start, start + len(part)), near, np.arange(dated))
    return table


def texts_of(articles: pd.DataFrame) -> pd.DataFrame:
    """One row per text and language: its earliest article, then the longest, then the smallest id; sorted by both."""
    table = articles.assign(
        text_id=articles["text_id"].astype("str").fillna(pd.Series(articles.index.astype("str"), articles.index)),
        language=articles["language"].astype("str").fillna("und"),
        _length=-articles["text"].str.len(),
        _own=articles.index.astype("str"),
    )
    ordered = table.sort_values(["published_low", "_length", "_own"], na_position="last", kind="stable")
    chosen = ordered.drop_duplicates(["text_id", "language"]).sort_values(["text_id", "language"], kind="stable")
    return chosen[nearness.has_words(chosen)]


class Odds(NamedTuple):
    """How much more likely a text is to be a sibling than of another time, by its likeness: exp(at 0 + slope × it).

    `close` is the share of siblings that come out within a day or two of each other; the rest follow up for weeks.
    """

    within: float = -5.25
    within_slope: float = 9.9
    across: float = -8.5
    across_slope: float = 20.0
    close: float = 0.2


DOUBT = np.array([1.0, 6.0, 1.5, 10.0, 2.0])
"""How far the figures of one collection lie from those above: one standard deviation, as seen in four collections."""

CLOSE, LOOSE = 1.0, 11.0
"""Days by which siblings that report the same day, and those that follow up, fade (two-sided geometric)."""

SUREST = 20.0
"""Odds that one sibling gives at most: forms that come back each month are as alike as reports of one day."""

SAME_TIME = 21
"""Days within which texts may be of one happening; beyond it copies and siblings are rare."""


def fit_odds(found: Siblings, apart: Numbers) -> Odds:
    """The odds that explain best how far apart the siblings of texts with a known date are, kept near the usual ones.

    `apart` is in days, shaped as `found.likeness`. The same texts without all siblings of their time stand for texts
    of another time, whose nearest texts are none: odds that would date those are too high.
    """
    far = np.abs(apart) > SAME_TIME
    start = np.array(Odds())

    def loss(values: Numbers) -> float:
        odds = _odds(found.likeness, found.across, values)
        held = ELSEWHERE + (odds * _fading(apart, values[4])).sum(axis=1)
        true = np.log(held) - np.log1p(odds.sum(axis=1))
        false = -np.log1p((odds * far).sum(axis=1))
        return float((((values - start) / DOUBT) ** 2).sum() / 2 - true.sum() - false.sum())

    best = minimize(loss, start, method="L-BFGS-B", bounds=[(None, None), (0, None), (None, None), (0, None), (-4, 4)])
    return Odds(*np.round(best.x, 3).tolist())


def _odds(likeness: Numbers, across: NDArray[np.bool_], values: Numbers) -> Numbers:
    base = np.where(across, values[2], values[0])
    slope = np.where(across, values[3], values[1])
    return np.where(likeness > 0, np.minimum(np.exp(base + slope * likeness), SUREST), 0.0)


def _fading(apart: Numbers, close: float) -> Numbers:
    share = 1 / (1 + np.exp(-close))
    return np.asarray(share * geometric(apart, CLOSE) + (1 - share) * geometric(apart, LOOSE))


def geometric(apart: Numbers, days: float) -> Numbers:
    """Probability of each whole number of days, falling off by 1/e per `days` on both sides of zero."""
    rest = math.exp(-1 / days)
    return np.asarray((1 - rest) / (1 + rest) * rest ** np.abs(apart))


def sibling_odds(likeness: Numbers, across: NDArray[np.bool_], odds: Odds) -> Numbers:
    """For each sibling of one text the odds that it is of the same time; 0 where there is none."""
    return _odds(likeness, across, np.array(odds))


def sibling_days(likeness: Numbers, days: Numbers, across: NDArray[np.bool_], odds: Odds, axis: Numbers) -> Numbers:
    """For one text how its siblings, dated `days`, spread their odds over the days of the axis."""
    each = sibling_odds(likeness, across, odds)
    held = each > 0
    apart = axis[None, :] - days[held, None]
    return np.asarray(each[held] @ _fading(apart, odds.close))
