"""Peaks on a chart: each has its mark above its bar, no mark hides another, and a note says what each was."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import workbench as wb
from tests import made
from workbench.articles import WorkbenchError
from workbench.look import NARROW
from workbench.plot_peaks import HEIGHT, ROW, _placed, _width

BUSY = {30: 12, 40: 14, 60: 20}
"""Articles on the busy days among days of two."""


def collection() -> pd.DataFrame:
    days = [f"{day:%Y-%m-%d}" for at, day in enumerate(DAYS) for _ in range(BUSY.get(at, 2))]
    articles = made.articles([f"Words about matter {at}" for at in range(len(days))], days=days)
    return articles.assign(text_id=articles.index, story_id="s" + articles["published"].dt.strftime("%j"))


DAYS = pd.date_range("2022-01-03", periods=90, tz="UTC")


def drawn(**options: Any) -> tuple[Any, pd.DataFrame]:
    articles = collection()
    table = wb.coverage(articles, of=articles, gaps=False)
    peaks = wb.find_peaks(table, articles=articles)
    return wb.plot_coverage(table, peaks=peaks, **options), peaks


def marks(figure: Any) -> list[Any]:
    return [each for each in figure.layout.annotations if (each.text or "").startswith("<b>P")]


def test_each_peak_has_its_mark_on_its_day_and_its_line_beneath() -> None:
    figure, peaks = drawn()
    assert len(peaks) == 3
    assert [each.text for each in marks(figure)] == ["<b>P1</b>", "<b>P2</b>", "<b>P3</b>"]
    assert [pd.Timestamp(each.x).floor("D") for each in marks(figure)] == list(peaks["top"])
    assert [each.y for each in marks(figure)] == [12, 14, 20]
    assert figure.layout.meta["known"][2].startswith("P3. 04 Mar 2022, 20 articles, 2.0 expected: Words about")


def test_the_marks_fit_the_plot_and_none_hides_another_on_the_narrowest_screen() -> None:
    x = DAYS + pd.Timedelta(hours=12)
    table = pd.DataFrame({"period": DAYS, "after": DAYS + pd.Timedelta(days=1), "x": x})
    heights = pd.Series(np.full(90, 5.0))
    peaks = pd.DataFrame({"peak": range(1, 91), "kind": "shift up", "top": DAYS})
    labels, top = _placed(peaks, table, heights, 5.0)
    pixels = (NARROW - 75) / 90
    boxes = [((each.x - DAYS[0]).days * pixels, each.pixels, _width(each.peak)) for each in labels]
    clear = [
        abs(one[0] - two[0]) >= (one[2] + two[2]) / 2 - pixels or abs(one[1] - two[1]) >= ROW - 0.01
        for at, one in enumerate(boxes)
        for two in boxes[:at]
    ]
    assert all(clear)
    assert top > 5


def test_a_mark_stands_above_the_bars_beneath_it() -> None:
    figure, _ = drawn()
    top = figure.layout.yaxis.range[1]
    high = [each.y / top * HEIGHT - each.ay for each in marks(figure)]
    assert max(high) + ROW <= HEIGHT + 1
    assert all(each.ay < 0 for each in marks(figure))


def test_the_story_is_shown_letter_by_letter() -> None:
    articles = collection()
    table = wb.coverage(articles, of=articles, gaps=False)
    peaks = wb.find_peaks(table, articles=articles).assign(story="<a href='x'>$y$</a>")
    figure = wb.plot_coverage(table, peaks=peaks)
    assert "&lt;/a&gt;" in marks(figure)[0].hovertext
    notes = next(each for each in figure.layout.annotations if each.name == "notes")
    assert "<a" not in notes.text


def test_peaks_of_days_stand_above_the_weeks_that_hold_them() -> None:
    articles = collection()
    peaks = wb.find_peaks(wb.coverage(articles, of=articles, gaps=False))
    figure = wb.plot_coverage(wb.coverage(articles, of=articles, every="week", gaps=False), peaks=peaks)
    assert marks(figure)[0].y == 12 + 6 * 2


def test_peaks_outside_the_chart_are_counted() -> None:
    articles = collection()
    peaks = wb.find_peaks(wb.coverage(articles, of=articles, gaps=False))
    figure = wb.plot_coverage(wb.coverage(articles, of=articles, end="2022-02-03", gaps=False), peaks=peaks)
    assert figure.layout.meta["known"][-1] == "Not drawn: 2 of 3 peaks, outside these periods."


def test_no_peaks_leave_the_chart_as_it_is() -> None:
    articles = collection()
    table = wb.coverage(articles, of=articles, gaps=False)
    none = wb.find_peaks(table).head(0)
    assert wb.plot_coverage(table, peaks=none).to_json() == wb.plot_coverage(table).to_json()


def test_the_expected_band_is_drawn_and_explained() -> None:
    articles = collection()
    table = wb.coverage(articles, of=articles, gaps=False)
    figure = wb.plot_coverage(table, expected=wb.expected_band(table, level=0.9))
    band = [trace for trace in figure.data if trace.type == "scatter" and trace.fill == "toself"]
    assert len(band) == 1
    assert "90% of usual days" in figure.layout.meta["caption"]


def test_a_band_of_another_measure_or_period_is_refused() -> None:
    articles = collection()
    table = wb.coverage(articles, of=articles, gaps=False)
    band = wb.expected_band(table)
    weeks = wb.coverage(articles, of=articles, every="week", gaps=False)
    for other, measure in ((table, "texts"), (weeks, "articles")):
        with pytest.raises(WorkbenchError, match="expected="):
            wb.plot_coverage(other, measure=measure, expected=band)


def test_peaks_on_a_chart_of_groups_are_refused() -> None:
    articles = collection()
    articles.loc[articles.index[::2], "source"] = "The Drum"
    peaks = wb.find_peaks(wb.coverage(articles, of=articles, gaps=False))
    with pytest.raises(WorkbenchError, match="one series"):
        wb.plot_coverage(wb.coverage(articles, of=articles, by="source", gaps=False), peaks=peaks)
