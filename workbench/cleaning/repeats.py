"""Lines that an outlet repeats over articles that otherwise differ: learned from the collection."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

_LENGTH = (12, 300)
"""Lines of these lengths are learned; shorter ones ("Thank you.") are said in articles too."""

_EDGE = 4
"""Lines from the start or end of a text within which an outlet repeats its furniture."""

_LEAST = 3
"""Articles in which a line has to stand; a second one may be chance, or the first one again."""

_ONE_IN = 200
"""Of a large outlet's articles one in this many has to hold the line."""

_MOSTLY = 0.7
"""Share of a line's places that have to be alike."""

_STOPS = (".", "!", "?", "…", "»", "”", '"', ":", ";", ",", ")", "’")

Lines = tuple[str, ...]
"""The lines of one text, stripped, without the empty ones."""


def learn(texts: Sequence[Lines], *, signs: Callable[[str], bool], paragraph: int) -> frozenset[str]:
    """The lines of one outlet's page, from the texts of its articles.

    A line counts when it stands in at least three articles, and in one of two hundred, within four lines of the start
    or the end in seven of ten cases, and when it is no sentence of the article: sentences that a reporter repeats
    ("The treaty was signed in 2014.") stand at the end of many articles too. So a line has to speak to the reader or
    of the site (`signs`), or to stand outside the paragraphs (lines of `paragraph` characters) without a full stop,
    or to stand among such lines. Lines that come back because whole articles come back (reprints) do not count:
    articles that share more than a third of their lines are counted once.
    """
    different = sorted(set(texts))
    if len(different) < _LEAST:
        return frozenset()
    least = max(_LEAST, len(different) // _ONE_IN)
    often = _at_edges(different, least)
    if not often:
        return frozenset()
    held = _without_reprints(often, different, least)
    sure = {line for line in held if signs(line)} | _outside(held, different, paragraph)
    return frozenset(sure | _among(held, sure, different))


def _at_edges(texts: Sequence[Lines], least: int) -> set[str]:
    seen: Counter[str] = Counter()
    at_edge: Counter[str] = Counter()
    shortest, longest = _LENGTH
    for lines in texts:
        own = {line for line in lines if shortest <= len(line) <= longest}
        seen.update(own)
        if len(lines) > _EDGE:
            at_edge.update(own.intersection((*lines[:_EDGE], *lines[-_EDGE:])))
    return {line for line, count in seen.items() if count >= least and at_edge[line] >= _MOSTLY * count}


def _without_reprints(often: set[str], texts: Sequence[Lines], least: int) -> set[str]:
    """The lines that still stand in `least` articles when copies of an article count once."""
    holders: dict[str, list[frozenset[str]]] = defaultdict(list)
    for lines in texts:
        own = frozenset(lines) - often
        for line in often.intersection(lines):
            known = holders[line]
            if len(known) < least and not any(_same(own, other) for other in known):
                known.append(own)
    return {line for line, known in holders.items() if len(known) >= least}


def _same(left: frozenset[str], right: frozenset[str]) -> bool:
    return len(left & right) * 3 > min(len(left), len(right)) if left and right else left == right


def _outside(held: set[str], texts: Sequence[Lines], paragraph: int) -> set[str]:
    """Lines without a full stop that mostly stand above the first paragraph or below the last."""
    short = {line for line in held if len(line) < paragraph and not line.endswith(_STOPS)}
    outside: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for lines in texts:
        if found := short.intersection(lines):
            body = [at for at, line in enumerate(lines) if len(line) >= paragraph] or [len(lines)]
            seen.update(found)
            outside.update(found.intersection((*lines[: body[0]], *lines[body[-1] + 1 :])))
    return {line for line in short if outside[line] >= _MOSTLY * seen[line]}


def _among(held: set[str], sure: set[str], texts: Sequence[Lines]) -> set[str]:
    """Lines that mostly stand between two of the page's lines, the end of the text counting as one."""
    open_ = held - sure
    among: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for lines in texts:
        if not open_.intersection(lines):
            continue
        last = len(lines) - 1
        for at, line in enumerate(lines):
            if line in open_:
                seen[line] += 1
                among[line] += at > 0 and lines[at - 1] in sure and (at == last or lines[at + 1] in sure)
    return {line for line in open_ if among[line] >= _MOSTLY * seen[line]}
