"""Which articles carry the same text: exact copies, light edits, local heads on agency copy, excerpts, translations.

Two texts are the same when the shorter one stands for the most part in the longer one (containment of word 3-grams,
Broder 1997, "On the resemblance and containment of documents", section 2): a reprint with a new head and a cut tail
shares only about a third of all 3-grams with its original, so that likeness would miss it. What is compared at all is
found by fingerprints of longer phrases (`workbench.copies.shingles`), so that time grows in step with the collection.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from tqdm.auto import tqdm

from workbench.articles import digest, is_inferred, require
from workbench.copies.pairing import (
    EDITED,
    Copy,
    Texts,
    copy_of,
    is_copy,
    throughout,
    without_round_ups,
    without_stock,
)
from workbench.copies.passages import compared
from workbench.copies.shingles import Hashed, Hashes, Places, fingerprints, hashed

FEWEST_WORDS = 30
"""Texts with fewer words are the same only when they are equal: stock phrases make up too much of them."""


HELD = 0.3
"""Share of the shorter text that each member of a group shares with the fullest one: two copies that each keep three
fifths of an original share a third; two texts that only a chain of others joins share next to nothing."""

HELD_THROUGHOUT = 0.1
"""The same where it stands in all parts of both: two editions that each keep three tenths of an original share a tenth
of it, from beginning to end."""


_ALL_PAIRS = 8
"""Of this many texts with a common fingerprint each is compared with each, of more with the earliest and the next
three by date: a stock sentence must not cost the square, and later copies must not come between earlier ones."""

_NEXT = 3

_FEWEST_SHARED, _SHARED_FINGERPRINTS = 2, 0.05
"""Fingerprints two texts have to share, in number and as a share of the shorter one's, to be compared: one alone is a
phrase by chance, and texts that share half of their 3-grams share a tenth and more of their fingerprints."""

_PROGRESS_FROM = 5_000

Thing = TypeVar("Thing")


def find_reprints(articles: pd.DataFrame, *, progress: bool = True) -> pd.Series:
    """The `text_id` of each article: articles with the same one are copies of one text.

    A Series aligned on `article_id`, type str, never missing. The id is a digest of the words of one text of the
    group: the earliest by stated date, of equally early and of undated ones the shortest. So more exact copies, and
    later near copies, change no other article's id, and the order of rows never matters. `published` and `source`,
    where the table has them, tell copies from forms that come back; without them the function works on words alone.
    """
    require(articles, "title", "text")
    texts = different_texts(articles, progress=progress)
    group = _groups(texts, progress=progress)
    ids = _names(texts, group)[texts.of] if len(articles) else np.empty(0, dtype=object)
    found = pd.Series(ids, index=articles.index, dtype="str", name="text_id")
    return _joined(articles, found, progress=progress)


def _joined(articles: pd.DataFrame, found: pd.Series, *, progress: bool) -> pd.Series:
    """The same ids, those of texts that are translations of each other made one: the least of them.

    The surest pairs come first; a pair that would make two texts of one language one is left out.
    """
    if "language" not in articles or articles["language"].nunique() < 2:
        return found
    from workbench.translations import find_translations

    pairs = find_translations(articles, text_ids=found, progress=progress).sort_values(
        ["score", "left", "right"], ascending=[False, True, True]
    )
    spoken = {text_id: set(one) for text_id, one in articles["language"].groupby(found.to_numpy())}
    members = {text_id: {text_id} for text_id in spoken}
    for left, right in zip(found[pairs["left"]], found[pairs["right"]], strict=True):
        one, two = members[left], members[right]
        if one is not two and spoken[left].isdisjoint(spoken[right]):
            one |= two
            spoken[left] |= spoken[right]
            members |= dict.fromkeys(two, one)
            spoken |= dict.fromkeys(one, spoken[left])
    return found.map({text_id: min(those) for text_id, those in members.items()}).astype("str")


def different_texts(articles: pd.DataFrame, *, progress: bool = False) -> Texts:
    """The different texts of these articles; a short text counts with its title."""
    bodies = hashed(_watched(articles["text"].fillna("").tolist(), "reading words", " texts", progress=progress))
    short = np.flatnonzero(bodies.lengths < FEWEST_WORDS)
    few = articles.iloc[short]
    heads = hashed(
        [f"{title}\n{text}" for title, text in zip(few["title"].fillna(""), few["text"].fillna(""), strict=True)]
    )
    keys, lengths = bodies.keys.copy(), bodies.lengths.copy()
    keys[short], lengths[short] = ~heads.keys, 0
    order = np.lexsort((keys[:, 1], keys[:, 0], -lengths))
    new = np.ones(len(order), dtype=np.bool_)
    new[1:] = (keys[order][1:] != keys[order][:-1]).any(axis=1)
    of = np.empty(len(order), dtype=np.int64)
    of[order] = np.cumsum(new) - 1
    rows = order[new]
    days, source, titles = _earliest(articles, of)
    return Texts(_picked(bodies, rows, lengths, keys), hashed(titles), of, days, source)


def _watched(things: list[Thing], what: str, unit: str, *, progress: bool) -> Iterable[Thing]:
    """The same things under a progress bar, where there are enough to wait for."""
    watched: Iterable[Thing] = tqdm(things, desc=what, unit=unit, disable=not progress or len(things) < _PROGRESS_FROM)
    return watched


def _picked(bodies: Hashed, rows: Places, lengths: Places, keys: Hashes) -> Hashed:
    """The words of these rows one after the other; of short texts only the key is kept."""
    starts = np.concatenate([[0], np.cumsum(lengths[rows])])
    words = np.empty(starts[-1], dtype=np.uint32)
    for at, row in enumerate(rows[lengths[rows] > 0].tolist()):
        words[starts[at] : starts[at + 1]] = bodies.of(row)
    return Hashed(words, starts, keys[rows])


def _earliest(
    articles: pd.DataFrame, of: Places
) -> tuple[NDArray[np.float64], NDArray[np.object_], NDArray[np.object_]]:
    """Day, source and title of the earliest article of each text whose date is stated."""
    days = pd.Series(np.nan, index=articles.index)
    if "published" in articles:
        days = (articles["published"] - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(days=1)
        days = days.mask(is_inferred(articles))
    source = articles["source"] if "source" in articles else pd.Series(None, index=articles.index, dtype="str")
    title = articles["title"].fillna("").to_numpy(dtype=object)
    table = pd.DataFrame({"text": of, "day": days.to_numpy(), "source": source.to_numpy(dtype=object), "title": title})
    firsts = table.sort_values(["text", "day", "source", "title"], kind="stable").drop_duplicates("text")
    return (
        firsts["day"].to_numpy(dtype=np.float64),
        firsts["source"].to_numpy(dtype=object),
        firsts["title"].to_numpy(dtype=object),
    )


def _groups(texts: Texts, *, progress: bool) -> Places:
    """For each text the number of its group."""
    pairs = _watched(worth_comparing(texts).tolist(), "comparing texts", " pairs", progress=progress)
    found = compared(texts.hashed, pairs, least=EDITED)
    copies = [copy_of(shared, texts) for shared in found if is_copy(shared, texts)]
    kept = without_round_ups(without_stock(copies, len(texts.days)), texts)
    group = _held_together(texts.hashed, [copy for copy in kept if not copy.excerpt])
    return _with_excerpts(group, [copy for copy in kept if copy.excerpt], texts.days)


def worth_comparing(texts: Texts) -> Places:
    """Pairs of texts (rows of longer, shorter) that share enough fingerprints to be worth comparing."""
    by_day = np.lexsort((np.arange(len(texts.days)), texts.days))
    turns = np.empty(len(by_day), dtype=np.int64)
    turns[by_day] = np.arange(len(by_day))
    turns[texts.hashed.lengths < FEWEST_WORDS] = -1
    marks, owners = fingerprints(texts.hashed, turns)
    owners = by_day[owners]
    held = np.bincount(owners, minlength=len(by_day))
    pairs, counts = _sharing(marks, owners)
    fewest = held[pairs].min(axis=1)
    enough = (counts >= np.minimum(_FEWEST_SHARED, fewest // 4 + 1)) & (counts >= _SHARED_FINGERPRINTS * fewest)
    return np.asarray(pairs[enough], dtype=np.int64)


def _sharing(marks: Hashes, owners: Places) -> tuple[Places, Places]:
    """Pairs of texts with a common fingerprint, and how many they were met with; owners of each stand by day."""
    starts = np.flatnonzero(np.concatenate([[True], marks[1:] != marks[:-1]])[: len(marks)])
    sizes = np.diff(np.concatenate([starts, [len(marks)]]))
    owners = owners[np.repeat(sizes > 1, sizes)]
    sizes = sizes[sizes > 1]
    size = np.repeat(sizes, sizes)
    first = np.repeat(np.cumsum(sizes) - sizes, sizes)
    at = np.arange(len(owners))
    met = []
    for step in range(1, _ALL_PAIRS):
        near = at[(at + step < first + size) & ((step <= _NEXT) | (size <= _ALL_PAIRS))]
        met.append(_pair(owners[near], owners[near + step]))
    far = at[(at - first > _NEXT) & (size > _ALL_PAIRS)]
    met.append(_pair(owners[first[far]], owners[far]))
    every = np.sort(np.concatenate(met))
    new = np.flatnonzero(np.concatenate([[True], every[1:] != every[:-1]])[: len(every)])
    pairs = np.stack([every[new] >> 32, every[new] & 0xFFFFFFFF], axis=1)
    return pairs, np.diff(np.concatenate([new, [len(every)]]))


def _pair(one: Places, two: Places) -> Places:
    """Both numbers in one, the lower, which is the longer text's, in front."""
    return np.asarray(np.minimum(one, two) << 32 | np.maximum(one, two), dtype=np.int64)


def _held_together(texts: Hashed, copies: list[Copy]) -> Places:
    """For each text the number of its group: pairs joined, but for members that share too little with the fullest.

    Editions of one that is held are held as well.
    """
    pairs = np.array([(copy.longer, copy.shorter) for copy in copies], dtype=np.int64).reshape(-1, 2)
    editions = np.array([copy.edition for copy in copies], dtype=np.bool_)
    group = np.arange(len(texts.lengths))
    while len(pairs):
        members = np.unique(pairs)
        fullest = _fullest(pairs, len(group))
        direct = {(int(longer), int(shorter)) for longer, shorter in pairs}
        unsure = [(int(fullest[one]), int(one)) for one in members if (int(fullest[one]), int(one)) not in direct]
        unsure = sorted(pair for pair in unsure if pair[0] != pair[1])
        found = compared(texts, unsure, least=HELD_THROUGHOUT)
        sure = {(one.longer, one.shorter) for one in found if one.of_shorter >= HELD or throughout(one)}
        loose = np.zeros(len(group), dtype=np.bool_)
        loose[[pair[1] for pair in unsure if pair not in sure]] = True
        edition = _fullest(pairs[editions], len(group))
        held = np.zeros(len(group), dtype=np.bool_)
        held[edition[members[~loose[members]]]] = True
        loose &= ~held[edition]
        group[members[~loose[members]]] = fullest[members[~loose[members]]]
        rest = loose[pairs].all(axis=1)
        pairs, editions = pairs[rest], editions[rest]
    return group


def _fullest(pairs: Places, count: int) -> Places:
    """For each text the longest of those it is joined to, over any number of steps: texts are numbered by length."""
    graph = coo_array((np.ones(len(pairs), dtype=np.int8), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    _, part = connected_components(graph, directed=False)
    _, first = np.unique(part, return_index=True)
    return np.asarray(first[part], dtype=np.int64)


def _with_excerpts(group: Places, copies: list[Copy], days: NDArray[np.float64]) -> Places:
    """The groups, with excerpts in that of the text they are from.

    An excerpt that stands in several texts which are not one is from the earliest of them, if that came out before
    the excerpt did; else it is a source that all of them quote, and stays by itself.
    """
    holders: dict[int, list[tuple[float, int]]] = {}
    for copy in copies:
        fuller, less_full = sorted((int(group[copy.longer]), int(group[copy.shorter])))
        if fuller != less_full:
            before = days[copy.longer] if days[copy.longer] < days[copy.shorter] else np.inf
            holders.setdefault(less_full, []).append((before, fuller))
    final = np.arange(len(group))
    for one in sorted(holders):  # groups bear the number of their fullest text, and the fuller ones come first
        before, earliest = min((day, int(final[holder])) for day, holder in holders[one])
        alone = len({final[holder] for _, holder in holders[one]}) == 1
        final[one] = earliest if alone or np.isfinite(before) else one
    return np.asarray(final[group], dtype=np.int64)


def _names(texts: Texts, group: Places) -> NDArray[np.object_]:
    """For each text the id of its group."""
    keys = texts.hashed.keys
    table = pd.DataFrame(
        {"group": group, "day": texts.days, "length": texts.hashed.lengths, "one": keys[:, 0], "two": keys[:, 1]}
    )
    firsts = table.sort_values(["group", "day", "length", "one", "two"]).drop_duplicates("group")
    names = {
        key: "t" + digest([f"{one:016x}{two:016x}"])
        for key, one, two in zip(firsts["group"], firsts["one"], firsts["two"], strict=True)
    }
    return np.array([names[key] for key in group.tolist()], dtype=object)
