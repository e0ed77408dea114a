"""Which texts keep the same company: a matrix that says of any two texts how far their nearest texts are the same.

What two reports of one happening share word by word may be little: one tells the facts, another a witness's day.
But both are near to the same other reports. So every text gets its nearest texts (`likeness`), and two texts are as
near as these agree (shared nearest neighbours: Jarvis and Patrick 1973, "Clustering using a similarity measure based
on shared near neighbors"; Ertöz, Steinbach and Kumar 2003, section 3, for the weighted form taken here).

Likeness within a language is a mean of two cosines (TF-IDF): of all words, and of names together with the lead, so
that two fires in one week or two matters of one town stay apart. Between languages it is that of names and numbers as
they sound (`nearness`). It fades with time (Miranda et al. 2018, "Multilingual clustering of streaming news", section
4.1; Saravanakumar et al. 2021, "Event-driven news stream clustering", section 3.2).
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.pool import ThreadPool

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.preprocessing import normalize
from tqdm.auto import tqdm

from workbench.nearness import (
    PROGRESS_FROM,
    Matrix,
    Numbers,
    Pairs,
    Places,
    Texts,
    across_features,
    by_language,
    hubness,
    hubness_between,
    name_weights,
    strongest,
)

FAR = 0.4
"""What is left of the likeness of two texts that are weeks apart: a wrong date must not tear a story apart."""

UNDATED = 0.7
"""What is left of it when either has no date."""

_RARE = 1.5
"""Power of the IDF: what few texts mention tells one happening from its like better than plain TF-IDF does."""

_TITLE = 3
_ALL = 0.5
"""Part of all words in the likeness; the rest is names with the lead. At .7 B-cubed F1 moves by .02 at most."""

_ACROSS = 1.3
"""Brings the likeness between languages to the scale of that within one."""

_SHARP = 1.25
"""Power of a likeness in a company: near ones weigh more. From 1 to 1.5 B-cubed F1 moves by .03 at most."""

_FEATURES = 150
"""Strongest features kept per text: the rest adds cost and no evidence."""

_TELLING = 40
"""Strongest features by which two texts find each other in a collection that is not small."""

_COMMON = 1_500
"""A feature of more texts does not make two texts meet: they meet by a rarer one, or not at all."""

_SMALL = 2_000
"""Texts of a language up to which every two are compared by all their features."""

_KEPT = 30
_KEPT_ACROSS = 10
"""Nearest texts kept for each text, in its own language and in each other one."""

_LEAST = 0.02
"""Texts less alike than this are strangers in any collection."""

_STRANGER, _ABOVE = 20, 4.0
"""The twentieth nearest text is mostly a stranger: four times its likeness, in the median, is what chance may give."""

_OWN = 0.06
"""A text is at least so much of its own company: two that have nobody else are not one story for a weak tie."""

_LEAST_SHARED = 0.2
"""Pairs whose company agrees less count as none: they only lower the mean of a story that is none."""

_BLOCK = 500


def companions(texts: Texts, days: float, *, progress: bool) -> Pairs:
    """Pairs of texts (left < right) and how far their company agrees, 0–1; pairs below .2 are left out."""
    return _shared(likeness(texts, days, progress=progress))


def likeness(texts: Texts, days: float, *, progress: bool) -> Matrix:
    """How alike each text and its nearest ones are, 0–1; sparse, symmetric, shape (texts, texts)."""
    size = len(texts.ids)
    parts = [*_within(texts, days, progress=progress), *_across(texts, days, progress=progress)]
    parts.append((np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)))
    left, right, near = (np.concatenate(part) for part in zip(*parts, strict=True))
    one_way = sparse.csr_matrix((near.astype(np.float32), (left, right)), shape=(size, size))
    return one_way.maximum(one_way.T).tocsr()


def _alone(left: Places, near: Numbers, size: int) -> NDArray[np.bool_]:
    """For each of `size` texts of a language whether even its nearest one is no nearer than strangers are.

    `left` and `near` are the nearest texts of each text, nearest first. How near strangers come depends on the
    collection: the more texts, the more by chance.
    """
    starts = np.flatnonzero(np.diff(left, prepend=-1))
    rank = np.arange(len(left)) - np.repeat(starts, np.diff(np.append(starts, len(left))))
    first, stranger = np.zeros(size), np.zeros(size)
    for nearness, place in ((first, 0), (stranger, _STRANGER - 1)):
        nearness[left[rank == place]] = near[rank == place]
    return first < _ABOVE * np.median(stranger) if size else np.zeros(0, dtype=bool)


def _within(texts: Texts, days: float, *, progress: bool) -> Iterator[Pairs]:
    """The nearest texts of every text in its own language."""
    for language, rows in by_language(texts):
        words, names, leads = _features(texts, rows)
        day = texts.day[rows]
        telling = words if len(rows) <= _SMALL else _telling(words)

        def exact(left: Places, right: Places, views: tuple[Matrix, ...] = (words, names, leads)) -> Numbers:
            whole, named, led = (_cosines(view, view, left, right) for view in views)
            return _ALL * whole + (1 - _ALL) * np.sqrt(named * led)

        def faded(left: Places, right: Places, near: Numbers, day: Numbers = day) -> Numbers:
            return near * _fade(day[left], day[right], days)

        left, right, near = _nearest_of(telling, telling, exact, faded, _Bar(f"comparing {language}", progress))
        some = ~_alone(left, near, len(rows))[left]
        yield rows[left[some]], rows[right[some]], near[some]


def _across(texts: Texts, days: float, *, progress: bool) -> Iterator[Pairs]:
    """The nearest texts of every text in each other language, at most `days` apart; what strangers share is taken off.

    Both directions are looked at, so that a text of a large language does not crowd out those of a small one.
    """
    spoken = list(by_language(texts))
    if len(spoken) < 2:
        return
    features = across_features(texts)
    expected, code = hubness(texts, features)
    overall = hubness_between(expected, code)
    telling = {language: features[rows] for language, rows in spoken}
    if len(texts.ids) > _SMALL:
        rare = _telling(features)
        telling = {language: rare[rows] for language, rows in spoken}
    for one, ours in spoken:
        for other, theirs in spoken:
            if one == other:
                continue

            def exact(left: Places, right: Places, ours: Places = ours, theirs: Places = theirs) -> Numbers:
                here, there = ours[left], theirs[right]
                means = expected[here, code[there]] + expected[there, code[here]] - overall[code[here], code[there]]
                return (_cosines(features, features, here, there) - means) * _ACROSS

            def faded(
                left: Places, right: Places, near: Numbers, ours: Places = ours, theirs: Places = theirs
            ) -> Numbers:
                here, there = texts.day[ours[left]], texts.day[theirs[right]]
                return np.where(np.abs(here - there) > days, 0, near * _fade(here, there, days / 2))

            bar = _Bar(f"comparing {one} with {other}", progress)
            found = _nearest_of(telling[one], telling[other], exact, faded, bar, kept=_KEPT_ACROSS)
            yield ours[found[0]], theirs[found[1]], found[2]


@dataclass(frozen=True)
class _Bar:
    """What a progress bar says, where one is shown."""

    what: str
    shown: bool

    def over(self, starts: range, rows: int) -> tqdm[int]:
        """The starts of the blocks, counted as texts."""
        quiet = not self.shown or rows < PROGRESS_FROM
        return tqdm(starts, desc=self.what, unit=" texts", unit_scale=_BLOCK, disable=quiet, leave=False)


def _features(texts: Texts, rows: Places) -> tuple[Matrix, Matrix, Matrix]:
    """All words with the title threefold, names with the title twofold, and the title with the text's first lines."""
    titles, leads, heads = texts.titles[rows], texts.leads[rows], texts.heads[rows]
    named = sparse.diags((name_weights(leads, texts) == 1).astype(np.float32))
    counted = (titles * _TITLE + leads, (titles * 2 + leads) @ named, titles + heads)
    words, names, lead = (_weighed((counts @ texts.stems).tocsr()) for counts in counted)
    return words, names, lead


def _weighed(counts: Matrix) -> Matrix:
    held = np.bincount(counts.indices, minlength=counts.shape[1])
    rarity = np.log((1 + counts.shape[0]) / np.maximum(held, 1)) ** _RARE
    counts.data = np.log1p(counts.data)
    weighted = normalize(counts @ sparse.diags(rarity.astype(np.float32)).tocsr())
    return normalize(strongest(weighted.tocsr(), _FEATURES)).astype(np.float32)


def _telling(features: Matrix) -> Matrix:
    """Each text's strongest features that not too many share."""
    held = np.bincount(features.indices, minlength=features.shape[1])
    rare = features.copy()
    rare.data[held[rare.indices] > _COMMON] = 0
    rare.eliminate_zeros()
    return strongest(rare, _TELLING)


def _cosines(one: Matrix, other: Matrix, left: Places, right: Places) -> Numbers:
    """The cosine of each left row of one with the right row of the other."""
    return np.asarray(one[left].multiply(other[right]).sum(axis=1), dtype=np.float64).ravel()


def _fade(left: Numbers, right: Numbers, days: float) -> Numbers:
    apart = np.abs(left - right)
    return np.where(np.isnan(apart), UNDATED, FAR + (1 - FAR) * np.exp(-np.nan_to_num(apart) / days))


def _nearest_of(  # noqa: PLR0913 -- the two sides, the two ways to score a pair, and how much is kept and told
    ours: Matrix,
    theirs: Matrix,
    exact: Callable[[Places, Places], Numbers],
    faded: Callable[[Places, Places, Numbers], Numbers],
    bar: _Bar,
    *,
    kept: int = _KEPT,
) -> Pairs:
    """For each row of ours its nearest rows of theirs: first by their telling features, of the best then exactly."""
    turned = theirs.T.tocsr()

    def compare(start: int) -> Pairs:
        shared = (ours[start : start + _BLOCK] @ turned).tocsr()
        left = np.repeat(np.arange(shared.shape[0]), np.diff(shared.indptr)) + start
        some = np.flatnonzero((shared.data > _LEAST / 2) & ((left != shared.indices) | (ours is not theirs)))
        left, right = left[some], shared.indices[some].astype(np.int64)
        some = _largest(left, faded(left, right, shared.data[some]), kept + kept // 2)
        left, right = left[some], right[some]
        return _best(left, right, faded(left, right, exact(left, right)), kept)

    with ThreadPool(os.cpu_count() or 1) as pool:
        starts = bar.over(range(0, ours.shape[0], _BLOCK), ours.shape[0])
        found = list(pool.imap(compare, starts))
    nothing = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    left, right, near = (np.concatenate(part) for part in zip(nothing, *found, strict=True))
    return left, right, near


def _largest(rows: Places, values: Numbers, most: int) -> Places:
    """The places of the `most` largest values above 0 of each row; rows follow each other."""
    found = [np.zeros(0, np.int64)]
    for first, after in itertools.pairwise([*np.flatnonzero(np.diff(rows, prepend=-1)).tolist(), len(rows)]):
        own = values[first:after]
        some = np.argpartition(-own, most)[:most] if after - first > most else np.arange(after - first)
        found.append(some[own[some] > 0] + first)
    return np.concatenate(found)


def _best(left: Places, right: Places, near: Numbers, most: int) -> Pairs:
    """Of each left text its `most` nearest that are no strangers; of equally near ones the first."""
    some = near > _LEAST / 2
    left, right, near = left[some], right[some], np.round(near[some], 6)
    order = np.lexsort((right, -near, left))
    left, right, near = left[order], right[order], near[order]
    starts = np.flatnonzero(np.diff(left, prepend=-1))
    rank = np.arange(len(left)) - np.repeat(starts, np.diff(np.append(starts, len(left))))
    return left[rank < most], right[rank < most], near[rank < most]


def _shared(alike: Matrix) -> Pairs:
    """How far the company of every two texts agrees: the cosine of their rows, each text its own nearest."""
    alike.data = np.where(alike.data > _LEAST, alike.data, 0) ** _SHARP
    alike.eliminate_zeros()
    own = alike.max(axis=1).toarray().ravel()
    own = np.maximum(own, _OWN**_SHARP).astype(np.float32)
    company = normalize(alike + sparse.diags(own).tocsr()).astype(np.float32)
    turned = company.T.tocsr()

    def agree(start: int) -> Pairs:
        found = (company[start : start + _BLOCK] @ turned).tocoo()
        some = (found.data >= _LEAST_SHARED) & (found.col > found.row + start)
        return (
            found.row[some].astype(np.int64) + start,
            found.col[some].astype(np.int64),
            found.data[some].astype(float),
        )

    with ThreadPool(os.cpu_count() or 1) as pool:
        parts = pool.map(agree, range(0, max(1, company.shape[0]), _BLOCK))
    left, right, near = (np.concatenate(part) for part in zip(*parts, strict=True))
    return left, right, np.round(near, 6)
