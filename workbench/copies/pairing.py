"""Whether two texts are one, by what they share and when and where they were published.

The lead of a text and long runs of words tell a copy from a follow-up, the numbers in it from a form that is filled in
anew; what a text shares with many others is a stock paragraph, and a text that holds two others is a round-up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from workbench.copies.passages import Shared
from workbench.copies.shingles import NUMBER, Hashed, Places, Words

CONTAINED = 0.5
"""Share of the shorter text's 3-grams that has to stand in the longer one."""

IN_LONG_RUNS = 0.4
"""The same, where so much of it stands there in long runs and not within one outlet: a report that keeps two fifths of
an agency's words in whole sentences has them from there. At .3 follow-ups came in that recycle their background."""

THROUGHOUT, EDITED = 0.75, 0.3
"""Where what two texts of different outlets share stands in six of eight parts of either, one is an edition of the
other down to three tenths: of fourteen such pairs of 33,000 real articles that shared less than half, read by eye,
thirteen were one agency's report in two hands. Follow-ups, quotations and round-ups share some parts, not the rest."""

SURELY, SURELY_AT_HOME = 0.7, 0.8
"""Below the first the lead of one has to stand in the other, or enough of the shorter in long runs: follow-ups
recycle their background under a lead of their own. Within one outlet a copy needs the second and the same
lead, or nearly the whole text and much of the longer one: what shared less was standing heads, stock paragraphs,
round-ups of its own reports and follow-ups, read by eye."""

MUCH = 0.4
"""Share of a longer text of the same outlet that a copy under another lead makes up."""

MOSTLY = 0.5
"""A text that makes up less than half of another is an excerpt of it; else the two are copies of one text."""

SMALL, SLIVER = 0.25, 0.1
"""What makes up less than a quarter of another text and has not its lead has to stand in it all but whole, and what
makes up less than a tenth has to have its lead: statements are quoted in part and further down, excerpts begin it."""

ALMOST_ALL = 0.9
"""Share of either text's 3-grams that has to stand in the other when they were published far apart."""

APART_DAYS, APART_DAYS_AT_HOME = 21, 2
"""What is published further apart, or in the same outlet more than two days apart, is the same text only when all but
equal: forms that are filled in anew (proclamations, bulletins, standing heads) come back, copies do not."""

IN_RUNS = 1 / 3
"""Share of the common words that has to stand in long runs within one outlet, unless nearly all are common: a form is
broken at every blank. It was .4 or more in all but three pairs of 33,000 real articles."""

WHOLLY = 0.95
"""A text of which this much stands in another is no form for another subject, which would be named more often."""

SAME_TITLE, FEWEST_OF_TITLE = 0.5, 3
"""Words in number, and as a share of the longer title, that two titles of one form have in common."""

APART = 0.2
"""Two passages that overlap by less than this share of the shorter one are different passages."""

WHOLE = 0.75
"""A part that makes up three quarters of a text is that text with a head or a tail, not one of several it holds."""

PARTLY, ITEM = 0.6, 0.85
"""A text that stands in another to a share between these is taken for a copy of a part of it under a head of its own:
what a round-up holds stands in it all but whole."""

STOCK, SAME_PASSAGE = 3, 0.9
"""A passage that a text has in common with three others or more, and nothing else, is a stock paragraph; two passages
that overlap by nine tenths are the same."""

Part = NDArray[np.uint8]
"""Which 3-grams of a text stand in another, a bit each."""


@dataclass(frozen=True)
class Texts:
    """The different texts of a table, longest first, equal ones once; `of` is the text of each article.

    `titles` (their words), `days` since 1970 (with a fraction) and `source` are those of the earliest article with a
    stated date; the latter two are missing where there is none.
    """

    hashed: Hashed
    titles: Hashed
    of: Places
    days: NDArray[np.float64]
    source: NDArray[np.object_]


def is_copy(shared: Shared, texts: Texts) -> bool:
    """Whether the two texts are one, by what they share and when and where they were published."""
    of_shorter, of_longer = shared.of_shorter, shared.of_longer
    home = at_home(shared, texts)
    if quoted(shared) or filled_in_anew(shared, home=home) or has_other_subject(shared, texts):
        return False
    apart = abs(texts.days[shared.longer] - texts.days[shared.shorter])
    if apart > (APART_DAYS_AT_HOME if home else APART_DAYS):
        return min(of_shorter, of_longer) >= ALMOST_ALL
    if home and shared.lead_of_longer and shared.lead_of_shorter:
        return of_shorter >= SURELY_AT_HOME
    if home:
        return of_shorter >= ALMOST_ALL and of_longer >= MUCH
    if of_shorter * shared.long_runs >= IN_LONG_RUNS or (of_shorter >= EDITED and throughout(shared)):
        return True
    return of_shorter >= (CONTAINED if shared.lead_of_longer or shared.lead_of_shorter else SURELY)


def at_home(shared: Shared, texts: Texts) -> bool:
    """Whether the two are known to be of one outlet."""
    one, two = texts.source[shared.longer], texts.source[shared.shorter]
    return isinstance(one, str) and bool(one == two)


def is_sure(shared: Shared, texts: Texts) -> bool:
    """Whether a copy is told by more than long runs in common, or by long runs in two known outlets.

    Where an outlet is not known the two may be of one, and what they share its standing paragraph; what is broken at
    every blank may be a form.
    """
    if shared.long_runs < IN_RUNS:
        return False
    known = isinstance(texts.source[shared.longer], str) and isinstance(texts.source[shared.shorter], str)
    return known or shared.of_shorter >= SURELY or shared.lead_of_longer or shared.lead_of_shorter


def quoted(shared: Shared) -> bool:
    """Whether the longer text quotes the shorter one and is no copy of it."""
    if shared.over_longer >= THROUGHOUT:
        return False
    if shared.of_longer < SLIVER and not shared.lead_of_longer:
        return True
    return shared.of_longer < SMALL and shared.of_shorter < (SURELY if shared.lead_of_longer else ALMOST_ALL)


def filled_in_anew(shared: Shared, *, home: bool) -> bool:
    """Whether the two are one form: other figures stand in its blanks, or it is broken too often by what is new.

    Texts of different outlets that are broken so often are one form unless one is an edition of the other throughout.
    """
    other, same = shared.other_numbers, shared.same_numbers
    if (other >= 2 and other > same) or (other >= 3 and other * 2 >= same):
        return True
    if not home and throughout(shared):
        return False
    return shared.long_runs < IN_RUNS and shared.of_shorter < ALMOST_ALL


def has_other_subject(shared: Shared, texts: Texts) -> bool:
    """Whether the two are one form for two subjects: "… approves Iowa declaration", "… approves Nebraska declaration".

    Their titles are the same but for words which stand in the text of one only, on either side. It is so within one
    outlet alone: two of them spell a place in two ways as often.
    """
    if shared.of_shorter >= WHOLLY or not at_home(shared, texts):
        return False
    ours, theirs = (np.unique(texts.titles.of(text)) for text in (shared.longer, shared.shorter))
    common = np.intersect1d(ours, theirs, assume_unique=True)
    if len(common) < max(FEWEST_OF_TITLE, SAME_TITLE * max(len(ours), len(theirs))):
        return False
    here, there = texts.hashed.of(shared.longer), texts.hashed.of(shared.shorter)
    return _names(ours, common, here, there) and _names(theirs, common, there, here)


def _names(title: Words, common: Words, own: Words, other: Words) -> bool:
    """Whether a word of a title that is no number stands in its own text, and not in the other title or text."""
    words = np.setdiff1d(title, common, assume_unique=True)
    words = words[words & NUMBER == 0]
    return bool((np.isin(words, own) & ~np.isin(words, other)).any())


def throughout(shared: Shared) -> bool:
    """Whether what the two share stands in nearly all parts of either, so that one is an edition of the other."""
    return min(shared.over_longer, shared.over_shorter) >= THROUGHOUT


@dataclass(frozen=True)
class Copy:
    """A pair of texts that are one, with the parts of either that stand in the other, packed, and their shares.

    `edition` is whether one is the other from beginning to end in another outlet.
    """

    longer: int
    shorter: int
    of_longer: float
    of_shorter: float
    sure: bool
    excerpt: bool
    edition: bool
    in_longer: Part
    in_shorter: Part


def copy_of(shared: Shared, texts: Texts) -> Copy:
    """The pair as a copy, with no more of it kept than telling stock paragraphs and round-ups takes."""
    edition = throughout(shared) and not at_home(shared, texts)
    return Copy(
        shared.longer,
        shared.shorter,
        shared.of_longer,
        shared.of_shorter,
        sure=is_sure(shared, texts),
        excerpt=shared.of_longer < MOSTLY and not edition,
        edition=edition,
        in_longer=np.packbits(shared.in_longer),
        in_shorter=np.packbits(shared.in_shorter),
    )


def without_stock(copies: list[Copy], count: int) -> list[Copy]:
    """The pairs but for those, not sure, of a text that shares one and the same passage with several others.

    Others that are surely copies of each other count once.
    """
    sure = np.array([(copy.longer, copy.shorter) for copy in copies if copy.sure], dtype=np.int64).reshape(-1, 2)
    graph = coo_array((np.ones(len(sure), dtype=np.int8), (sure[:, 0], sure[:, 1])), shape=(count, count))
    _, alike = connected_components(graph, directed=False)
    parts: dict[int, list[tuple[int, Part, int]]] = {}
    for number, copy in enumerate(copies):
        if not copy.sure:
            parts.setdefault(copy.longer, []).append((number, copy.in_longer, copy.shorter))
            parts.setdefault(copy.shorter, []).append((number, copy.in_shorter, copy.longer))
    dropped: set[int] = set()
    for held in parts.values():
        for _, passage, _ in held if len(held) >= STOCK else ():
            same = [(number, other) for number, part, other in held if _same_passage(passage, part)]
            if len({int(alike[other]) for _, other in same}) >= STOCK:
                dropped.update(number for number, _ in same)
    return [copy for number, copy in enumerate(copies) if number not in dropped]


def _same_passage(one: Part, two: Part) -> bool:
    return _ones(one & two) >= SAME_PASSAGE * _ones(one | two)


def without_round_ups(copies: list[Copy], texts: Texts) -> list[Copy]:
    """The pairs but for those by which a round-up would make one of the texts it holds."""
    parts: dict[int, list[_Held]] = {}
    for number, copy in enumerate(copies):
        parts.setdefault(copy.longer, []).append(_Held(number, copy.in_longer, copy.shorter, copy.of_shorter))
        parts.setdefault(copy.shorter, []).append(_Held(number, copy.in_shorter, copy.longer, copy.of_longer))
    dropped: set[int] = set()
    for text, every in parts.items():
        held = _items(every, int(texts.hashed.lengths[text]) - 2) if len(every) > 1 else []
        if len(held) > 1 and not _first_of_all(texts.days, text, [one.other for one in held]):
            whole = WHOLE * (texts.hashed.lengths[text] - 2)
            small = [one.number for one in held if _ones(one.part) < whole]
            if small and _holds_two([one.part for one in held], whole):
                dropped.update(small)
    return [copy for number, copy in enumerate(copies) if number not in dropped]


class _Held(NamedTuple):
    """What a text has in common with another: the pair's number, the part of the text, the other and its share."""

    number: int
    part: Part
    other: int
    share: float


def _items(held: list[_Held], length: int) -> list[_Held]:
    """Those of these that a round-up may be made of: not copies of a part, unless the text is made of nothing else."""
    items = [one for one in held if not PARTLY <= one.share < ITEM]
    if len(items) == len(held) or _ones(np.bitwise_or.reduce([one.part for one in held])) >= ALMOST_ALL * length:
        return held
    return items


def _first_of_all(days: NDArray[np.float64], text: int, others: list[int]) -> bool:
    """Whether the text came out a day before all of these: then they are excerpts of it, and it is no round-up.

    A day, because a live blog bears the time at which it was opened.
    """
    return bool((days[text] + 1 <= days[others]).all())


def _holds_two(parts: list[Part], whole: float) -> bool:
    """Whether these parts of one text are more than one passage; those of `whole` size or more join no others."""
    passages: list[Part] = []
    for part in sorted(parts, key=lambda part: (_ones(part), part.tobytes())):
        overlapping = [one for one in passages if _overlap(one, part)]
        if _ones(part) >= whole:
            if len(overlapping) < len(passages):
                return True
            continue
        rest = [one for one in passages if not _overlap(one, part)]
        passages = [*rest, np.bitwise_or.reduce([part, *overlapping])]
    return len(passages) > 1


def _overlap(one: Part, two: Part) -> bool:
    return _ones(one & two) >= APART * min(_ones(one), _ones(two))


def _ones(part: Part) -> int:
    return int(np.bitwise_count(part).sum())
