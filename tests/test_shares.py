"""Intervals of shares: what they equal, what they hold, and what one text with many copies does to them."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from workbench.shares import counted, share_with_interval

copies_of_texts = st.lists(st.tuples(st.integers(1, 50), st.integers(0, 50)), min_size=1, max_size=12)
"""Of each text: its copies, and how many of them match at most."""


def interval(copies: Any, matched: Any, level: float = 0.95) -> tuple[float, float, float]:
    """Share, low and high of texts with so many copies, of which so many match; counted article by article."""
    text = np.repeat(np.arange(len(copies)), copies)
    match = np.concatenate([np.arange(all_of) < own for all_of, own in zip(copies, matched, strict=True)])
    cell = np.zeros(len(text), dtype=np.int64)
    counts = counted(cell, cell, text, cell, match, size=1)
    found = share_with_interval(counts.articles, counts.total, counts.squares, largest=counts.largest, level=level)
    share, low, high = (float(each[0]) for each in found)
    return share, low, high


def wilson(matched: int, total: int) -> list[float]:
    ends = stats.binomtest(matched, total).proportion_ci(method="wilson")
    return [matched / total, ends.low, ends.high]


@settings(max_examples=150, deadline=None)
@given(copies_of_texts, st.sampled_from([0.5, 0.95, 0.999]))
def test_the_interval_holds_the_share_and_stays_between_0_and_1(drawn: Any, level: Any) -> None:
    copies, matched = [each[0] for each in drawn], [min(each) for each in drawn]
    share, low, high = interval(copies, matched, level)
    assert 0 <= low <= share <= high <= 1


@settings(max_examples=100, deadline=None)
@given(copies_of_texts)
def test_what_does_not_match_has_the_interval_of_what_does_turned_round(drawn: Any) -> None:
    copies, matched = [each[0] for each in drawn], [min(each) for each in drawn]
    share, low, high = interval(copies, matched)
    other = interval(copies, [all_of - own for all_of, own in zip(copies, matched, strict=True)])
    assert other == pytest.approx((1 - share, 1 - high, 1 - low), abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(copies_of_texts, st.randoms(use_true_random=False))
def test_the_order_of_texts_never_matters(drawn: Any, random: Any) -> None:
    shuffled = random.sample(drawn, len(drawn))
    one, two = (interval([a for a, _ in each], [min(pair) for pair in each]) for each in (drawn, shuffled))
    assert one == pytest.approx(two, abs=1e-9)


@pytest.mark.parametrize(("matched", "total"), [(0, 1), (1, 1), (3, 20), (20, 20), (57, 200)])
@pytest.mark.parametrize("times", [1, 4])
def test_texts_all_copied_alike_have_wilsons_interval_of_the_texts(matched: Any, total: Any, times: Any) -> None:
    found = interval([times] * total, [times] * matched + [0] * (total - matched))
    assert list(found) == pytest.approx(wilson(matched, total), abs=1e-12)


@pytest.mark.parametrize("matches", [True, False])
def test_copies_of_one_text_widen_the_interval(matches: Any) -> None:
    widths = []
    for times in (1, 2, 5, 10, 20, 50):
        _, low, high = interval([times] + [1] * 59, [times * matches] + [1] * 18 + [0] * 41)
        widths.append(high - low)
    assert widths == sorted(widths)


def test_one_text_with_half_of_the_articles_is_a_coin_of_its_own() -> None:
    # 30 of 60 articles are copies of one text that matches, and 6 of the other 30 match. The low end is the share at
    # which that text matches and 6 or more of the others do in one case of forty; 1 of 30 is that of Wilson.
    _, low, high = interval([30] + [1] * 30, [30] + [1] * 6 + [0] * 24)
    heap = 30 / 29 * (low - wilson_low(36 / 60, 60**2 / (30**2 + 30)) / 30)
    assert heap * stats.norm.sf(6 / 30, heap, np.sqrt(heap * (1 - heap) / 30)) == pytest.approx(0.025, abs=1e-6)
    assert low < 6 / 30 and high > 36 / 60


def wilson_low(share: float, size: float) -> float:
    z = stats.norm.ppf(0.975)
    half = z * np.sqrt(share * (1 - share) / size + z**2 / (4 * size**2))
    return float((share + z**2 / (2 * size) - half) / (1 + z**2 / size))


@pytest.mark.parametrize("story", [1, 5, 10, 20, 50])
@pytest.mark.parametrize("chance", [0.1, 0.3])
def test_the_truth_is_held_where_one_story_is_copied_1_to_50_times(story: Any, chance: Any) -> None:
    random = np.random.default_rng(story)
    cells, texts = 1500, 80
    match = random.random((cells, texts)) < chance
    copies = np.ones((cells, texts), dtype=np.int64)
    copies[:, 0] = story
    number = copies.ravel()
    cell, text = (np.repeat(each.ravel(), number) for each in np.indices((cells, texts)))
    found = counted(cell, cell, text, cell * 0, np.repeat(match.ravel(), number), size=cells)
    _, low, high = share_with_interval(found.articles, found.total, found.squares, largest=found.largest)
    _, naive_low, naive_high = share_with_interval(found.articles, found.total)
    assert 0.925 <= np.mean((low <= chance) & (chance <= high)) < 0.975
    assert story < 10 or np.mean((naive_low <= chance) & (chance <= naive_high)) < 0.91


def test_counts_of_texts_and_of_the_largest_are_those_of_each_cell() -> None:
    #                 cell 0: text a three times (two match), b twice, c once; cell 1: a twice; cell 2: d, e once each
    cell = np.array([0, 0, 0, 0, 0, 0, 1, 1, 2, 2])
    text = np.array([0, 0, 0, 1, 1, 2, 0, 0, 3, 4])
    match = np.array([1, 1, 0, 1, 0, 0, 1, 1, 0, 1], dtype=bool)
    found = counted(cell, cell, text, np.zeros(10, np.int64), match, size=4)
    assert found.articles.tolist() == [3, 2, 1, 0]
    assert found.total_texts.tolist() == [3, 1, 2, 0]
    assert [each.tolist() for each in found.squares] == [[5, 4, 1, 0], [8, 4, 1, 0], [14, 4, 2, 0]]
    copies, own, second = (each.tolist() for each in found.largest)
    assert copies[:3] == [3, 2, 1]
    assert own[:2] == [2, 2]
    assert second[:3] == [2, 2, 1]


def test_nothing_counted_has_no_share() -> None:
    none = np.zeros(0, dtype=np.int64)
    found = counted(none, none, none, none, none.astype(bool), size=2)
    share, low, high = share_with_interval(found.articles, found.total, found.squares, largest=found.largest)
    assert np.isnan([share, low, high]).all()
