"""Peaks: bursts above what the series itself lets expect, shifts apart from them, known dates and stories beside."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import stats

import workbench as wb
from tests import made
from workbench.articles import WorkbenchError
from workbench.baselines import _usual_days, fit_baseline, read_series
from workbench.deviations import SET_ASIDE, Spread, _left, between, tails
from workbench.events import Event, KnownDate
from workbench.known_dates import MATCHED, match_known_dates
from workbench.peaks import PEAKS, find_peaks
from workbench.shifts import find_shifts

MONDAY = pd.Timestamp("2021-01-04", tz="UTC")
WEEK = np.array([1.2, 1.2, 1.2, 1.15, 1.05, 0.65, 0.55])


def days(counts: Any, **columns: object) -> pd.DataFrame:
    """A table of days from a Monday on with these numbers of articles."""
    numbers = np.asarray(counts, dtype=np.int64)
    period = pd.date_range(MONDAY, periods=len(numbers), freq="D")
    return pd.DataFrame({"period": period, "articles": numbers, "complete": True, **columns})


def year(seed: int, level: float = 20.0, length: int = 365, spread: float = 0.05) -> NDArray[np.int64]:
    """Negative binomial counts with a weekday's habit and a season; nothing happens."""
    draw = np.random.default_rng(seed)
    at = np.arange(length)
    mean = level * WEEK[at % 7] * np.exp(0.25 * np.sin(2 * np.pi * at / 365))
    return draw.negative_binomial(1 / spread, 1 / (1 + spread * mean))


def with_burst(seed: int = 13, *, at: int = 200, length: int = 3, times: int = 4) -> NDArray[np.int64]:
    counts = year(seed)
    counts[at : at + length] *= times
    return counts


def first(table: pd.DataFrame) -> Any:
    """The first row."""
    return next(table.itertuples())


def day(number: int) -> pd.Timestamp:
    return MONDAY + pd.Timedelta(days=number)


def event(*known: tuple[int, str]) -> Event:
    dates = tuple(KnownDate(day(number).date(), label) for number, label in known)
    return Event("asked", "What is asked", "NATO", dt.date(2021, 1, 4), dt.date(2021, 12, 31), dates)


# -- laws -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 2, 20])
def test_a_flat_series_has_no_peak(count: int) -> None:
    assert find_peaks(days([count] * 120)).empty


def test_a_series_that_repeats_its_week_has_no_peak() -> None:
    assert find_peaks(days([30, 32, 31, 30, 28, 9, 3] * 20)).empty


def test_the_order_of_rows_changes_nothing() -> None:
    table = days(with_burst())
    shuffled = table.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(find_peaks(table), find_peaks(shuffled))
    assert len(find_peaks(table))


def test_the_table_given_is_not_changed() -> None:
    table = days(with_burst())
    before = table.copy(deep=True)
    find_peaks(table, event=event((200, "it")))
    pd.testing.assert_frame_equal(table, before)


def test_a_larger_false_share_finds_all_that_a_smaller_one_finds() -> None:
    counts = with_burst()
    counts[[50, 90, 130]] *= 2
    strict, loose = (found_days(find_peaks(days(counts), false_share=share)) for share in (0.01, 0.3))
    assert strict
    assert strict < loose


def found_days(peaks: pd.DataFrame) -> set[pd.Timestamp]:
    bursts = peaks[peaks["kind"] == "burst"]
    return {each for peak in list[Any](bursts.itertuples()) for each in pd.date_range(peak.first, peak.last, freq="D")}


def test_excess_is_what_stands_above_expectation_and_lies_in_its_interval() -> None:
    table = find_peaks(days(with_burst()))
    assert list(table["excess"]) == pytest.approx(list(table["articles"] - table["expected"]))
    assert (table["excess_low"] <= table["excess"]).all()
    assert (table["excess"] <= table["excess_high"]).all()
    assert (table["q"] <= 0.05).all()


def test_a_wider_level_gives_a_wider_interval() -> None:
    narrow, wide = (first(find_peaks(days(with_burst()), level=level)) for level in (0.5, 0.99))
    assert wide.excess_low < narrow.excess_low
    assert wide.excess_high > narrow.excess_high


def test_further_copies_of_a_text_change_nothing_where_texts_are_counted() -> None:
    counts = [3, 4, 3, 4, 3, 2, 1] * 8
    dates = [str(day(at).date()) for at, number in enumerate(counts) for _ in range(number)]
    articles = made.articles([f"text {at}" for at in range(len(dates))], days=dates)
    articles = articles.assign(text_id=articles.index)
    copies = articles.iloc[[100] * 40].set_index(pd.Index([f"c{at:02}" for at in range(40)], name=articles.index.name))
    copied = pd.concat([articles, copies])
    texts, copied_texts = (wb.coverage(each, of=each, unit="texts") for each in (articles, copied))
    plain = wb.coverage(copied, of=copied)
    assert find_peaks(texts).empty
    assert find_peaks(copied_texts).empty
    assert len(find_peaks(plain)) == 1


# -- bursts and shifts ----------------------------------------------------------------------------------------


def test_a_burst_is_found_with_its_days_and_its_top() -> None:
    counts = with_burst(at=204, length=3, times=4)
    counts[205] *= 2
    peak = first(find_peaks(days(counts)))
    assert (peak.kind, peak.first, peak.last, peak.days) == ("burst", day(204), day(206), 3)
    assert peak.top == day(205)
    assert peak.articles == counts[204:207].sum()


def test_of_simulated_bursts_most_are_found_and_few_days_are_false() -> None:
    hits, false = 0, 0
    for seed in range(8):
        counts, true = year(seed), np.zeros(365, dtype=bool)
        for number, at in enumerate(range(30, 330, 40)):
            burst = slice(at, at + 1 + number % 3)
            counts[burst], true[burst] = counts[burst] * 3, True
        found = pd.date_range(MONDAY, periods=365).isin(list(found_days(find_peaks(days(counts)))))
        hits += sum(bool(found[at : at + 3].any()) for at in range(30, 330, 40))
        false += int((found & ~true).sum())
    assert hits / 64 >= 0.8
    assert false / 8 <= 3


@pytest.mark.parametrize(("times", "kind"), [(3, "shift up"), (1 / 3, "shift down")], ids=["up", "down"])
def test_a_lasting_new_level_is_one_shift_and_no_burst(times: float, kind: str) -> None:
    seed = 5 if times > 1 else 1
    counts = np.concatenate([year(seed, 15, 180), year(seed + 50, 15 * times, 185)])
    table = find_peaks(days(counts), false_share=0.01)
    assert list(table["kind"]) == [kind]
    assert abs((first(table).first - day(180)).days) <= 3
    assert first(table).last == day(364)
    assert np.sign(first(table).excess) == (1 if times > 1 else -1)
    # what the old level would have brought
    assert first(table).articles / first(table).expected == pytest.approx(times, rel=0.35)


def test_a_burst_on_top_of_a_shift_is_told_apart_from_it() -> None:
    counts = np.concatenate([year(4, 8, 180), year(5, 24, 185)])
    counts[260:262] *= 4
    assert list(find_peaks(days(counts))["kind"]) == ["shift up", "burst"]


def test_ten_busy_days_are_no_shift() -> None:
    table = find_peaks(days(with_burst(at=150, length=10, times=6)))
    assert set(table["kind"]) == {"burst"}
    assert {day(at) for at in range(150, 160)} <= found_days(table)


def test_three_busy_weeks_are_no_shift() -> None:
    assert not set(find_peaks(days(with_burst(at=150, length=24, times=3)))["kind"]) & {"shift up", "shift down"}


@pytest.mark.parametrize(("length", "shifts"), [(20, []), (60, [150, 210])])
def test_a_level_shifts_only_when_it_lasts(length: int, shifts: list[int]) -> None:
    counts = np.full(365, 20.0)
    counts[150 : 150 + length] = 80
    assert list(find_shifts(counts, np.ones(365), np.ones(365, dtype=bool), 0.05)[0]) == shifts


def test_a_slow_rise_is_neither_burst_nor_shift() -> None:
    counts = np.random.default_rng(2).poisson(np.linspace(20, 60, 365))
    assert find_peaks(days(counts)).empty


def test_a_rise_in_the_last_weeks_is_a_burst_as_yet() -> None:
    table = find_peaks(days(with_burst(at=355, length=10, times=4)))
    assert set(table["kind"]) == {"burst"}


def test_three_articles_at_once_are_a_peak_in_months_without_any_and_two_are_none() -> None:
    counts = np.zeros(150, dtype=int)
    counts[[20, 70]] = [3, 2]
    assert list(find_peaks(days(counts))["top"]) == [day(20)]


def test_a_few_weeks_are_enough_for_a_large_burst() -> None:
    counts = year(3, length=24)
    counts[17] = 120
    assert list(find_peaks(days(counts))["top"]) == [day(17)]


@pytest.mark.parametrize("length", [0, 1, 3, 13])
def test_of_too_few_days_nothing_is_said_and_why(length: int) -> None:
    table = find_peaks(
        days([5] * length), event=event((2, "it")), articles=made.articles([]).assign(story_id="", text_id="")
    )
    assert table.empty
    assert list(table.columns) == [*PEAKS, "story", "story_ids", "story_share", "known", "known_date", "lag"]
    assert "fewer than 14" in table.attrs["note"]


# -- what is missing ------------------------------------------------------------------------------------------


def test_days_of_a_gap_are_missing_and_not_quiet() -> None:
    counts = with_burst(at=100)
    counts[200:235] = 0
    gap = np.zeros(365, dtype=bool)
    gap[200:235] = True
    assert "shift down" in set(find_peaks(days(counts))["kind"])
    assert list(find_peaks(days(counts, gap=gap))["kind"]) == ["burst"]
    assert find_peaks(days(counts, gap=gap)).attrs["missing"] == 35


def test_months_without_one_of_the_outlets_are_no_missing_days() -> None:
    gap = np.arange(365) < 150
    table = days(with_burst(at=100), gap=gap, total=100)
    found = find_peaks(table)
    assert list(found["kind"]) == ["burst"]
    assert found.attrs["in_gaps"] == 150
    assert find_peaks(table.assign(total=np.where(gap, 0, 100))).empty


def test_a_day_covered_in_part_is_missing() -> None:
    table = days(with_burst(at=100, length=1, times=9))
    table.loc[100, "complete"] = False
    assert find_peaks(table).empty


def test_days_that_are_not_in_the_table_are_missing() -> None:
    counts = with_burst(at=100)
    table = days(counts).drop(index=range(200, 240))
    assert list(find_peaks(table)["kind"]) == ["burst"]


def test_a_peak_in_the_share_is_more_than_a_bigger_newspaper() -> None:
    counts, total = year(6), year(7, 200)
    both = slice(150, 153)
    counts[both], total[both] = counts[both] * 4, total[both] * 4
    counts[250:253] *= 4
    table = days(counts, total=np.maximum(total, counts))
    assert list(find_peaks(table)["top"].dt.month) == [6, 9]
    assert list(find_peaks(table, measure="share", false_share=0.01)["top"].dt.month) == [9]


# -- the band -------------------------------------------------------------------------------------------------


def test_usual_days_lie_in_the_band_as_often_as_its_level_says() -> None:
    band = wb.expected_band(days(year(8)), level=0.9)
    inside = band["value"].between(band["low"], band["high"]).mean()
    assert 0.85 <= inside <= 0.97
    assert (band["low"] <= band["expected"]).all()
    assert (band["expected"] <= band["high"]).all()


def test_the_band_follows_the_weekdays() -> None:
    band = wb.expected_band(days(year(8)))
    weekday = band.groupby(band["period"].dt.day_of_week)["expected"].mean()
    assert list(weekday / weekday.mean()) == pytest.approx(list(WEEK / WEEK.mean()), abs=0.12)


def test_four_weeks_show_that_sundays_are_quiet() -> None:
    band = wb.expected_band(days([40, 50, 40, 60, 50, 20, 10] * 4))
    assert list(band["expected"][-7:]) == pytest.approx([40, 50, 40, 60, 50, 20, 10], rel=0.1)


def test_days_without_an_issue_are_expected_to_be_empty() -> None:
    band = wb.expected_band(days([40, 50, 40, 60, 50, 20, 0] * 12))
    assert band["expected"].iloc[-1] < 1
    assert find_peaks(days([40, 50, 40, 60, 50, 20, 0] * 12)).empty


def test_where_most_sundays_stand_out_the_expectation_is_wrong_and_not_the_sundays() -> None:
    series = read_series(days([40, 40, 40, 40, 40, 40, 10] * 4))
    weekday = np.arange(28) % 7
    assert _usual_days(series, weekday, np.full(28, 40.0), 0.01).all()


def test_a_burst_hardly_moves_the_band() -> None:
    quiet, burst = wb.expected_band(days(year(13))), wb.expected_band(days(with_burst(times=5)))
    assert (burst["expected"] / quiet["expected"]).between(0.9, 1.1).all()


def test_a_gap_has_an_expectation_and_no_value() -> None:
    gap = np.arange(365) // 20 == 5
    band = wb.expected_band(days(year(1), gap=gap))
    assert band["value"].isna().sum() == 20
    assert band["expected"].notna().all()


def test_the_band_of_a_share_is_a_share_and_missing_where_there_is_no_total() -> None:
    total = np.full(365, 60)
    total[30] = 0
    counts = np.where(total > 0, np.minimum(year(9), 60), 0)
    band = wb.expected_band(days(counts, total=total), measure="share")
    assert band.loc[30, ["value", "expected", "low", "high"]].isna().all()
    assert band["high"].max() <= 1
    assert band["expected"].mean() == pytest.approx(20 / 60, rel=0.2)


def test_the_band_of_too_few_days_is_missing() -> None:
    band = wb.expected_band(days([4] * 5))
    assert list(band["value"]) == [4] * 5
    assert band[["expected", "low", "high"]].isna().all(axis=None)
    assert "fewer than 14" in band.attrs["note"]


def test_the_band_of_no_days_has_its_columns() -> None:
    assert list(wb.expected_band(days([])).columns) == ["period", "value", "expected", "low", "high", "shift"]


# -- how far days stray ---------------------------------------------------------------------------------------


def test_the_tails_of_a_count_are_those_of_the_negative_binomial() -> None:
    low, high = tails(np.array([0.0, 7.0, np.nan]), np.array([2.0, 2.0, 2.0]), 0.5)
    spread = stats.nbinom(2, 1 / (1 + 0.5 * 2))
    assert list(low) == pytest.approx([spread.cdf(0), spread.cdf(7), 1])
    assert list(high) == pytest.approx([1, spread.sf(6), 1])


@pytest.mark.parametrize(("mean", "spread"), [(0.3, 0.2), (20.0, 0.07), (200.0, 0.02)])
def test_what_the_variance_loses_with_its_tails_is_known_exactly(mean: float, spread: float) -> None:
    counts = np.arange(2000)
    law = stats.nbinom(1 / spread, 1 / (1 + spread * mean))
    kept = (law.cdf(counts) > SET_ASIDE) & (law.sf(counts - 1) > SET_ASIDE)
    chance = np.where(kept, law.pmf(counts), 0)
    part = ((counts - mean) ** 2 * chance).sum() / chance.sum() / (mean + spread * mean**2)
    assert _left(np.array([mean]), spread) == pytest.approx(part, rel=0.05)


def test_independent_days_even_out_and_days_that_stray_together_do_not() -> None:
    alone, together = (Spread(0.09, np.full(6, share), 0.0, 0.0) for share in (0.0, 0.09))
    assert alone.of(4) == pytest.approx(0.09 / 4)
    assert together.of(4) == pytest.approx(0.09)


def test_the_spread_is_found_again_beside_bursts() -> None:
    counts = year(10, level=100, spread=0.05)
    for at in range(20, 350, 30):
        counts[at : at + 3] *= 3
    assert fit_baseline(read_series(days(counts))).spread.day == pytest.approx(0.05, abs=0.02)


def test_between_holds_the_expected_number() -> None:
    low, high = between(np.array([0.1, 20.0, np.nan]), 0.05, 0.95)
    assert (low[0], high[0]) == (0, 1)
    assert low[1] < 20 < high[1]
    assert np.isnan(low[2])


# -- stories and known dates ----------------------------------------------------------------------------------


def collection() -> pd.DataFrame:
    """Sixty days of two articles, and on the thirtieth nine about a summit and nine about a storm."""
    usual = [f"An ordinary matter number {at}." for at in range(120)]
    summit = [f"Ministers met at the summit, witness {at} said." for at in range(9)]
    storm = [f"The storm took the roof off barn {at}." for at in range(9)]
    dates = [*(str(day(at // 2).date()) for at in range(120)), *[str(day(30).date())] * 18]
    table = made.articles([*usual, *summit, *storm], days=dates)
    stories = [*(f"s{at}" for at in range(120)), *["summit"] * 9, *["storm"] * 9]
    return table.assign(story_id=pd.array(stories, dtype="str"), text_id=table.index)


def test_a_peak_names_the_stories_that_made_it_and_their_share() -> None:
    articles = collection()
    peak = first(find_peaks(wb.coverage(articles, of=articles), articles=articles))
    assert peak.top == day(30)
    assert peak.story == "The storm took the roof off"
    assert peak.story_ids == "storm summit"
    assert peak.story_share == pytest.approx(18 / 20)


def test_the_stories_of_a_peak_are_those_of_its_days() -> None:
    later = made.articles([f"The strike closed mine {at}." for at in range(25)], days=[str(day(50).date())] * 25)
    later = later.assign(story_id="strike", text_id="t" + later.index).set_index("z" + later.index)
    articles = pd.concat([collection(), later])
    peaks = find_peaks(wb.coverage(articles, of=articles), articles=articles)
    assert list(peaks["story_ids"]) == ["storm summit", "strike"]


def test_where_texts_are_counted_copies_do_not_make_a_story_large() -> None:
    articles = collection()
    articles.loc[articles["story_id"] == "summit", "text_id"] = "one"
    table = wb.coverage(articles, of=articles, unit="texts")
    peak = first(find_peaks(table, articles=articles))
    assert peak.story_ids == "storm"
    assert peak.story_share == pytest.approx(9 / 12)


def test_articles_without_stories_are_refused_with_the_way_out() -> None:
    articles = collection().drop(columns="story_id")
    with pytest.raises(WorkbenchError, match="find_stories"):
        find_peaks(wb.coverage(articles, of=articles), articles=articles)


def test_a_peak_stands_beside_the_known_dates_around_it() -> None:
    asked = event((199, "the eve"), (203, "the summit"), (205, "too late"))
    peak = first(find_peaks(days(with_burst(at=200)), event=asked))
    nearest = min((199, 203), key=lambda at: abs((peak.top - day(at)).days))
    assert peak.known == "the eve; the summit"
    assert peak.known_date == day(nearest)
    assert peak.lag == (peak.top - day(nearest)).days


def test_known_dates_are_met_missed_or_not_collected_and_peaks_may_be_unknown() -> None:
    counts = with_burst(at=200)
    counts[100:102] *= 5
    gap = np.arange(365) == 280
    table = days(counts, gap=gap)
    asked = event((200, "met"), (250, "missed"), (280, "lost"), (364 + 60, "later"))
    matched = match_known_dates(find_peaks(table, event=asked), asked, table=table)
    assert list(matched["outcome"]) == ["unknown peak", "met", "missed", "not collected", "not collected"]
    assert list(matched["peak"]) == [1, 2, pd.NA, pd.NA, pd.NA]
    assert matched["value"].iloc[2] == counts[250]
    assert {name: str(kind) for name, kind in matched.dtypes.items()} == MATCHED


def test_known_dates_further_apart_are_met_with_more_days_within() -> None:
    table, asked = days(with_burst(at=200)), event((197, "before"))
    peaks = find_peaks(table)
    assert "met" not in set(match_known_dates(peaks, asked, table=table)["outcome"])
    assert list(match_known_dates(peaks, asked, table=table, within=3)["outcome"]) == ["met"]


def test_without_a_day_no_known_date_was_collected() -> None:
    table, asked = days([]), event((1, "it"))
    assert list(match_known_dates(find_peaks(table), asked, table=table)["outcome"]) == ["not collected"]


# -- errors ---------------------------------------------------------------------------------------------------


def test_weeks_are_refused() -> None:
    articles = collection()
    with pytest.raises(WorkbenchError, match="count days"):
        find_peaks(wb.coverage(articles, of=articles, every="week"))


def test_groups_are_refused() -> None:
    articles = pd.concat([collection().assign(source=name).add_suffix("", axis=0) for name in ("A",)])
    articles.loc[articles.index[::2], "source"] = "B"
    with pytest.raises(WorkbenchError, match="without by="):
        find_peaks(wb.coverage(articles, of=articles, by="source"))


@pytest.mark.parametrize("option", [{"measure": "outlets"}, {"false_share": 2}, {"level": 95}, {"measure": "texts"}])
def test_odd_options_are_named(option: dict[str, object]) -> None:
    with pytest.raises(WorkbenchError, match=f"{next(iter(option))}|texts"):
        find_peaks(days([3] * 20), **option)  # type: ignore[arg-type]


def test_days_within_are_a_whole_number() -> None:
    table = days([3] * 20)
    with pytest.raises(WorkbenchError, match="within=-1"):
        match_known_dates(find_peaks(table), event(), table=table, within=-1)
