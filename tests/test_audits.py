"""Audits: what is drawn and how likely, labels in and out, and figures that keep what they promise."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy import stats

from tests.test_likeness import two_matters
from workbench.accuracy import COLUMNS, FIGURES, accuracy, figures_of
from workbench.articles import WorkbenchError, as_articles, empty_articles
from workbench.audits import SHEET_COLUMNS, STRATA, Audit, _drawn, allotted, audit
from workbench.events import Event
from workbench.labelling import labelling_desk
from workbench.likeness import distinct_texts

QUERY = "grain OR wheat"


def told(*rows: tuple[str, int, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["stratum", "texts", "yes", "no"])


Said = dict[str, dict[str, float]]


def by_name(table: pd.DataFrame) -> Said:
    """The figures by name, each with its value, low, high, labelled and of."""
    return {str(row["figure"]): row for row in table.to_dict("records")}  # type: ignore[misc]


def figures(*rows: tuple[str, int, int, int]) -> Said:
    return by_name(accuracy(told(*rows)))


def interval(row: dict[str, float]) -> list[float]:
    return [row["value"], row["low"], row["high"]]


def labelled(drawn: Audit) -> pd.DataFrame:
    """The sheet labelled by the truth that stands in the ids: grain is what is meant."""
    return drawn.sheet.assign(about=["yes" if one[:5] == "grain" else "no" for one in drawn.sheet["article_id"]])


# -- the draw -------------------------------------------------------------------------------------------------


def test_the_sheet_has_as_many_texts_as_asked_for_and_never_one_twice() -> None:
    drawn = audit(two_matters(), QUERY, n=20, progress=False)
    assert list(drawn.sheet.columns) == list(SHEET_COLUMNS)
    assert drawn.sheet["row"].tolist() == list(range(1, 21)) and drawn.sheet["article_id"].is_unique
    assert (drawn.sheet["about"] == "").all() and drawn.strata["drawn"].sum() == 20
    assert "stratum" not in drawn.sheet and drawn.drawn.value_counts().to_dict() == {
        name: count for name, count in zip(drawn.strata["stratum"], drawn.strata["drawn"], strict=True) if count
    }


def test_the_same_call_draws_the_same_sheet_whatever_the_order_of_rows_and_another_seed_another() -> None:
    table = two_matters()
    first = audit(table, QUERY, n=20, progress=False).sheet
    pd.testing.assert_frame_equal(first, audit(table.sample(frac=1, random_state=1), QUERY, n=20, progress=False).sheet)
    assert first["draw"].iloc[0] != audit(table, QUERY, n=20, seed=1, progress=False).sheet["draw"].iloc[0]


def test_copies_and_translations_are_one_text_that_is_found_if_one_of_them_is() -> None:
    table = two_matters()
    table.loc[["grain-en-00", "grain-fr-00", "sport-ru-00"], "text_id"] = "one"
    drawn = audit(table, QUERY, n=1000, progress=False)
    assert len(drawn.sheet) == 46 and "grain-en-00" in set(drawn.sheet["article_id"])
    assert drawn.drawn[drawn.sheet.set_index("article_id")["row"]["grain-en-00"]] == "found"


def test_only_the_window_and_the_undated_are_drawn_from() -> None:
    table = two_matters()
    times = ["published", "published_low", "published_high"]
    table.loc["sport-fr-07", times] = pd.NaT
    event = Event("grain", "Grain", QUERY, dt.date(2022, 1, 2), dt.date(2022, 1, 3))
    drawn = audit(table, event, n=1000, progress=False)
    assert {one[-2:] for one in drawn.sheet["article_id"]} - {"07"} == {"01", "02"}
    assert "sport-fr-07" in set(drawn.sheet["article_id"]) and drawn.about == "grain"


@given(some.lists(some.integers(0, 60), min_size=4, max_size=4), some.integers(1, 120))
@settings(deadline=None, max_examples=30)
def test_every_row_of_the_sheet_goes_to_a_stratum_that_has_it(sizes: list[int], n: int) -> None:
    given_ = allotted(sizes, list(STRATA.values()), n)
    assert sum(given_) == min(n, sum(sizes))
    assert all(0 <= one <= size for one, size in zip(given_, sizes, strict=True))


def test_each_text_of_a_stratum_is_drawn_equally_often() -> None:
    texts = distinct_texts(two_matters())
    strata = np.where(texts["article_id"].str.startswith("grain-en"), "found", "far").astype(object)
    seen = np.zeros(len(texts))
    for seed in range(100):
        chosen, table = _drawn(texts, strata, 15, np.random.default_rng(seed))
        seen[chosen] += 1
    likely = table.set_index("stratum")["probability"]
    for name in ("found", "far"):
        own = seen[strata == name]
        assert own.mean() == pytest.approx(100 * likely[name])
        assert (abs(own - own.mean()) < 4.5 * np.sqrt(100 / 4)).all()


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_a_few_articles_never_fail(count: int) -> None:
    table = two_matters().head(count) if count else empty_articles()
    drawn = audit(table, QUERY, progress=False)
    assert len(drawn.sheet) == count and list(drawn.figures["figure"]) == list(FIGURES)
    again = audit(table, QUERY, labels=labelled(drawn), progress=False)
    assert again.figures.dtypes.astype(str).to_dict() == COLUMNS


def test_a_query_that_finds_nothing_is_told_how_much_it_misses() -> None:
    table = two_matters()
    drawn = audit(table, "nothing", n=40, progress=False)
    told_ = by_name(audit(table, "nothing", n=40, labels=labelled(drawn), progress=False).figures)
    assert np.isnan(told_["precision"]["value"])
    assert told_["share_corrected"]["low"] <= 0.5 <= told_["share_corrected"]["high"]


# -- labels ---------------------------------------------------------------------------------------------------


def test_a_sheet_labelled_whole_gives_the_truth_without_doubt() -> None:
    table = two_matters()
    drawn = audit(table, QUERY, n=48, progress=False)
    found = by_name(audit(table, QUERY, n=48, labels=labelled(drawn), progress=False).figures)
    assert interval(found["precision"]) == [1, 1, 1]
    assert interval(found["recall"]) == pytest.approx([8 / 24] * 3)
    assert found["recall_at_least"]["value"] == pytest.approx(8 / 24)
    assert interval(found["share_corrected"]) == pytest.approx([0.5] * 3)
    assert found["share_found"]["value"] == pytest.approx(8 / 48) and found["share_found"]["of"] == 48


def test_a_sheet_goes_through_a_spreadsheet_and_back(tmp_path: Path) -> None:
    table = two_matters()
    table.loc["grain-en-00", "title"] = "=1+2, wheat"
    drawn = audit(table, QUERY, n=48, progress=False)
    path = drawn.write(tmp_path / "audit.csv")
    assert "'=1+2, wheat" in path.read_text("utf-8")
    with pytest.raises(WorkbenchError, match="may hold labels"):
        drawn.write(path)
    kept = pd.read_csv(path, dtype=str, keep_default_na=False)
    kept["about"] = ["YES", "n", "?", ""] * 12
    kept["article_id"] = "1.2E+15"  # what spreadsheets make of some ids
    kept.sample(frac=1, random_state=2).to_csv(path, index=False, sep=";")
    again = audit(table, QUERY, n=48, labels=path, progress=False)
    assert again.sheet["about"].tolist() == ["yes", "no", "unsure", ""] * 12
    assert again.strata[["yes", "no", "unsure", "unlabelled"]].sum().tolist() == [12] * 4
    assert again.figures["labelled"].max() == 24 and "36 labelled" in repr(again)


def test_labels_of_another_draw_and_answers_that_mean_nothing_are_refused(tmp_path: Path) -> None:
    table = two_matters()
    sheet = audit(table, QUERY, n=10, progress=False).sheet

    def refused(labels: pd.DataFrame | Path, why: str) -> None:
        with pytest.raises(WorkbenchError, match=why):
            audit(table, QUERY, n=10, labels=labels, progress=False)

    refused(audit(table, QUERY, n=10, seed=1, progress=False).sheet, "not of this sheet")
    refused(sheet.assign(about="perhaps"), "row 1 says 'perhaps'; write yes, no or unsure")
    refused(sheet.drop(columns="about"), "no column 'about'")
    refused(pd.concat([sheet, sheet]), "twice")
    refused(tmp_path / "none.csv", "there is no file")
    with pytest.raises(WorkbenchError, match="n=0"):
        audit(table, QUERY, n=0)


def test_the_desk_takes_answers_keeps_them_and_hides_what_the_query_said(tmp_path: Path) -> None:
    table = two_matters()
    table["title"] += " <b>&"
    drawn = audit(table, QUERY, n=6, progress=False)
    desk = labelling_desk(drawn, path=tmp_path / "kept.csv")
    assert "&lt;b&gt;&amp;" in desk.shown() and not any(name in desk.shown() for name in ("found", "middle"))
    for said in ("yes", "unsure", "back", "no"):
        desk.answer(said)
    assert desk.sheet["about"].tolist() == ["yes", "no", "", "", "", ""]
    again = labelling_desk(drawn, path=tmp_path / "kept.csv")
    assert "2 of 6 labelled" in again.shown() and again.place == 2
    with pytest.raises(WorkbenchError, match="'maybe' is no answer"):
        desk.answer("maybe")
    for _ in range(5):
        again.answer("yes")
    assert "All are labelled" in again.shown()
    assert audit(table, QUERY, n=6, labels=again.sheet, progress=False).strata["unlabelled"].sum() == 0


def test_the_desk_shows_widgets_and_beside_them_the_table() -> None:
    desk = labelling_desk(audit(two_matters(), QUERY, n=3, progress=False))
    bundle = desk._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle and "<table" in bundle["text/html"]
    box = desk._box().children[2]
    box.children[0].value = "y"
    box.children[2].click()
    assert desk.sheet["about"].tolist() == ["yes", "no", ""] and box.children[0].value == ""


# -- figures --------------------------------------------------------------------------------------------------


def test_figures_worked_out_by_hand() -> None:
    found = figures(("found", 100, 9, 1), ("near", 200, 2, 8), ("far", 700, 0, 10))
    assert found["precision"]["value"] == 0.9
    assert found["texts_missed"]["value"] == 40
    assert found["recall"]["value"] == pytest.approx(90 / 130)
    assert found["share_corrected"]["value"] == pytest.approx(0.13)
    assert found["share_corrected"]["value"] == pytest.approx(0.1 * 0.9 / (90 / 130))  # Rogan and Gladen
    assert (found["share_corrected"]["labelled"], found["share_corrected"]["of"]) == (30, 1000)
    assert found["share_but_far"]["high"] < found["share_corrected"]["high"]


def test_precision_of_a_few_of_many_is_wilsons_and_the_bound_is_the_rule_of_three() -> None:
    found = figures(("found", 10**9, 18, 2), ("far", 10**9, 0, 300))
    wilson = stats.binomtest(18, 20).proportion_ci(method="wilson")
    assert interval(found["precision"])[1:] == pytest.approx([wilson.low, wilson.high], rel=1e-6)
    missed = 1 - 0.05 ** (1 / 300)  # Clopper and Pearson's one-sided limit, about 3 / 300
    nothing_missed = figures(("found", 10**6, 10**6, 0), ("far", 10**9, 0, 300))["recall_at_least"]["value"]
    assert nothing_missed == pytest.approx(1e6 / (1e6 + missed * 1e9), rel=1e-3)


@given(
    some.lists(some.tuples(some.integers(1, 500), some.integers(0, 30), some.integers(0, 30)), min_size=4, max_size=4)
)
@settings(deadline=None, max_examples=40)
def test_a_figure_lies_in_its_interval_and_a_share_from_0_to_1(rows: list[tuple[int, int, int]]) -> None:
    made = [(name, max(size, yes + no), yes, no) for name, (size, yes, no) in zip(STRATA, rows, strict=True)]
    found = figures(*made)
    for name, row in found.items():
        if name != "recall_at_least" and not np.isnan(row["value"]):
            assert row["low"] - 1e-9 <= row["value"] <= row["high"] + 1e-9
            assert row["low"] >= -1e-9 and (name == "texts_missed" or row["high"] <= 1 + 1e-9)
    bound = found["recall_at_least"]["value"]
    assert np.isnan(bound) or 0 <= bound <= 1


def test_more_labels_of_the_same_rates_narrow_every_interval() -> None:
    few = figures(("found", 900, 9, 1), ("near", 900, 2, 8), ("far", 9000, 0, 10))
    many = figures(("found", 900, 90, 10), ("near", 900, 20, 80), ("far", 9000, 0, 100))
    for name in set(FIGURES) - {"recall_at_least", "share_found"}:
        assert many[name]["high"] - many[name]["low"] < few[name]["high"] - few[name]["low"]
    assert few["recall_at_least"]["value"] < many["recall_at_least"]["value"]


def test_a_figure_is_missing_while_a_stratum_that_it_needs_has_no_label() -> None:
    found = figures(("found", 100, 9, 1), ("near", 200, 2, 8), ("far", 700, 0, 0))
    missing = {name for name, row in found.items() if np.isnan(row["value"])}
    assert missing == {"recall", "recall_at_least", "share_corrected", "texts_missed"}


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    random, size = np.random.default_rng(4), np.array([400.0, 400.0, 1600.0])
    right, drawn = np.array([320, 120, 80]), np.array([60, 50, 40])
    found, far = np.array([True, False, False]), np.zeros(3, dtype=bool)
    held = np.zeros((400, 3))
    for at in range(len(held)):
        yes = random.hypergeometric(right, size.astype(int) - right, drawn).astype(float)
        said = figures_of(size, yes, drawn - yes, found=found, far=far)
        for column, (name, truth) in enumerate({"precision": 0.8, "share_corrected": 520 / 2400}.items()):
            held[at, column] = said[name][1] <= truth <= said[name][2]
        held[at, 2] = said["recall_at_least"][0] <= 320 / 520
    often = held.mean(axis=0)
    assert 0.92 <= often[0] <= 0.98 and 0.92 <= often[1] <= 0.98 and often[2] >= 0.95


def test_titles_in_the_table_of_a_notebook_are_no_markup() -> None:
    table = two_matters(1)
    table["title"] = "<script>"
    assert "<script>" not in audit(as_articles(table), QUERY, progress=False)._repr_html_()
