"""Edits: what was changed can be undone, in one step or in many."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.cleaning.edits import Edit, assemble, compose, restore

LETTERS = "ab \n"


@st.composite
def change(draw: st.DrawFn, stood: str) -> tuple[str, list[Edit]]:
    """A string made of `stood` by cutting it into pieces and keeping, dropping or replacing each."""
    cuts = sorted(draw(st.lists(st.integers(0, len(stood)), max_size=6)))
    steps = []
    for low, high in zip([0, *cuts], [*cuts, len(stood)], strict=True):
        piece = stood[low:high]
        steps.append((piece, draw(st.sampled_from([piece, ""]) | st.text(LETTERS, max_size=3)) if piece else "", "r"))
    return assemble(steps)


@given(st.data(), st.text(LETTERS, max_size=20), st.integers(1, 4))
@settings(max_examples=400)
def test_changes_on_changes_become_one_list_that_undoes_them_all(data: st.DataObject, read: str, times: int) -> None:
    now, edits = data.draw(change(read))
    for _ in range(times):
        newer, later = data.draw(change(now))
        edits = compose(now, edits, later)
        now = newer
    assert restore(now, edits) == read


@given(st.data(), st.text(LETTERS, max_size=20))
@settings(max_examples=200)
def test_edits_stand_in_order_and_apart(data: st.DataObject, read: str) -> None:
    once, first = data.draw(change(read))
    twice, second = data.draw(change(once))
    ends = [0]
    for start, length, _, _ in compose(once, first, second):
        assert start >= ends[-1]
        ends.append(start + length)
    assert ends[-1] <= len(twice)


def test_a_later_rule_names_what_both_changed_and_white_space_names_nothing_that_another_did() -> None:
    assert compose("a b", [(1, 1, "\t", "space")], [(0, 0, "a b", "share")]) == [(0, 0, "a\tb", "share")]
    assert compose("a b", [(0, 1, "A", "encoding")], [(0, 1, "a b", "space")]) == [(0, 1, "A b", "encoding")]
