"""What was changed in a string, so that every change can be undone: text + removed = what was read.

An edit is `(start, length, original, rule)`: the `length` characters at `start` of the cleaned string stand where
`original` stood. A list of edits is in the order of the string and its edits do not overlap.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

Edit = tuple[int, int, str, str]
"""Start and length in the cleaned string, the original in its place, and the rule that changed it."""

Step = tuple[str, str, str]
"""What stood there, what is kept of it, and the rule when the two differ."""

SPACE, ENCODING = "space", "encoding"
"""The rules of white space that was put in order and of characters that were repaired."""


def assemble(steps: Iterable[Step]) -> tuple[str, list[Edit]]:
    """The cleaned string of these steps and its edits; white space at its end is cut."""
    ordered = list(steps)
    for at in range(len(ordered) - 1, -1, -1):
        stood, kept, rule = ordered[at]
        if kept.strip():
            break
        ordered[at] = (stood, "", rule or SPACE)
    edits: list[Edit] = []
    length = 0
    for stood, kept, rule in ordered:
        if stood != kept:
            edits.append((length, len(kept), stood, rule))
        length += len(kept)
    return "".join(kept for _, kept, _ in ordered), edits


def restore(cleaned: str, edits: Sequence[Sequence[object]]) -> str:
    r"""What was read: `cleaned` with each of its edits undone.

    >>> restore("News.", [[0, 0, "Menu\n", "skip-link"]])
    'Menu\nNews.'
    """
    pieces, at = [], 0
    for start, length, original, _ in edits:
        pieces += [cleaned[at : int(str(start))], str(original)]
        at = int(str(start)) + int(str(length))
    return "".join([*pieces, cleaned[at:]])


def compose(middle: str, older: Sequence[Edit], newer: Sequence[Edit]) -> list[Edit]:
    """One list that leads from the newest string straight to the oldest.

    `older` leads from `middle` back to what was read, `newer` from the newest string back to `middle`. Edits that
    overlap in `middle` become one, under the rule of the newer.

    >>> compose("ab", [(1, 0, "x", "one")], [(0, 0, "a", "two")])
    [(0, 0, 'a', 'two'), (0, 0, 'x', 'one')]
    """
    spans = [_Span(start, start + length, original, rule, 0) for start, length, original, rule in older]
    moved = 0
    for start, length, original, rule in newer:
        low = start + moved
        spans.append(_Span(low, low + len(original), None, rule, length - len(original)))
        moved += len(original) - length
    composed: list[Edit] = []
    shift = 0
    for cluster in _overlapping(sorted(spans, key=lambda span: (span.low, span.high))):
        low, high = cluster[0].low, max(span.high for span in cluster)
        gain = sum(span.gain for span in cluster)
        stood = restore(
            middle[low:high],
            [(span.low - low, span.high - span.low, span.stood, "") for span in cluster if span.stood is not None],
        )
        composed.append((low + shift, high - low + gain, stood, _rule(cluster)))
        shift += gain
    return composed


class _Span(NamedTuple):
    """What an edit touches in the middle string; `stood` is None for a newer one, `gain` what that adds in length."""

    low: int
    high: int
    stood: str | None
    rule: str
    gain: int


def _overlapping(spans: Sequence[_Span]) -> list[list[_Span]]:
    clusters: list[list[_Span]] = []
    high = -1
    for span in spans:
        if span.low < high:
            clusters[-1].append(span)
        else:
            clusters.append([span])
        high = max(high, span.high)
    return clusters


def _rule(cluster: Sequence[_Span]) -> str:
    """The rule that says most about a change: a newer one before an older one, and any before white space."""
    telling = [span for span in cluster if span.rule != SPACE] or cluster
    return next((span.rule for span in telling if span.stood is None), telling[0].rule)
