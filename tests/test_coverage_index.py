"""The index of coverage over outlets: its scale, what it leaves out, and what it does not hang on."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.articles import WorkbenchError, as_articles
from workbench.coverage import coverage
from workbench.coverage_index import coverage_index

shares = st.lists(
    st.lists(st.one_of(st.none(), st.floats(0, 1).map(lambda share: round(share, 3))), min_size=5, max_size=5),
    min_size=1,
    max_size=12,
)
"""Per month the share of each of five outlets; none where it has no total."""


def monthly(rows: Any, *, first: str = "2022-01") -> pd.DataFrame:
    """A coverage table by month and outlet with these shares."""
    months = pd.date_range(first, periods=len(rows), freq="MS", tz="UTC")
    names = [f"outlet {number}" for number in range(len(rows[0]) if rows else 0)]
    flat = [share for row in rows for share in row]
    table = pd.DataFrame(
        {
            "period": months.repeat(len(names)),
            "source": names * len(rows),
            "total": [0 if share is None else 1000 for share in flat],
            "share": pd.Series(flat, dtype="float64"),
            "complete": True,
        }
    )
    table.attrs = {"every": "month", "by": "source"}
    return table


def wavy(outlets: int = 4, months: int = 12) -> pd.DataFrame:
    random = np.random.default_rng(1)
    return monthly((random.random((months, outlets)) * 0.1).tolist())


@settings(max_examples=60, deadline=None)
@given(shares)
def test_the_mean_is_100_and_the_interval_holds_the_index(rows: Any) -> None:
    found = coverage_index(monthly(rows))
    assert found["index"].dropna().empty or found["index"].mean() == pytest.approx(100)
    known = found.dropna(subset=["index_low"])
    assert (known["index_low"] <= known["index"]).all() and (known["index"] <= known["index_high"]).all()
    assert found["index"].isna().tolist() == (found["outlets"] == 0).tolist()
    assert set(found.attrs["outlets"]).isdisjoint(found.attrs["set_aside"])
    assert len(found.attrs["outlets"]) + len(found.attrs["set_aside"]) == 5


def test_an_outlet_that_writes_ten_times_as_much_of_it_weighs_no_more() -> None:
    table = wavy()
    larger = table.assign(share=table["share"].where(table["source"] != "outlet 0", table["share"] * 10))
    pd.testing.assert_frame_equal(coverage_index(table), coverage_index(larger))


def test_the_order_of_rows_never_matters_and_a_seed_gives_the_same_again() -> None:
    table = wavy()
    shuffled = table.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(coverage_index(table), coverage_index(shuffled))
    assert not coverage_index(table)["index_low"].equals(coverage_index(table, seed=1)["index_low"])


def test_the_index_of_a_small_table_worked_out_by_hand() -> None:
    # each outlet's deviation is that of 1, 2, 3, 1, 2, 3 times its own unit, so that both say the same
    found = coverage_index(monthly([[0.01 * n, 0.1 * n] for n in (1, 2, 3, 1, 2, 3)]))
    assert found["index"].tolist() == pytest.approx([50, 100, 150, 50, 100, 150])
    assert found["index_low"].isna().all()
    assert found["outlets"].tolist() == [2] * 6


def test_the_base_sets_the_scale() -> None:
    table = monthly([[0.01 * n, 0.1 * n] for n in (1, 2, 3, 1, 2, 3, 6)])
    found = coverage_index(table, base=("2022-01", "2022-06"))
    assert found["index"].tolist() == pytest.approx([50, 100, 150, 50, 100, 150, 300])


def test_an_outlet_without_a_share_is_left_out_of_that_period_alone() -> None:
    table = wavy()
    hole = table.assign(share=table["share"].mask((table["source"] == "outlet 1") & (table.index < 4)))
    found = coverage_index(hole)
    assert found["outlets"].tolist() == [3] + [4] * 11
    gapped = table.assign(gap=(table["source"] == "outlet 1") & (table.index < 4))
    pd.testing.assert_frame_equal(coverage_index(gapped), found)


def test_periods_of_less_than_half_of_the_outlets_are_a_gap() -> None:
    table = wavy()
    few = table.assign(gap=(table["source"] != "outlet 1") & (table.index < 4))
    assert coverage_index(few)["gap"].tolist() == [True] + [False] * 11


def test_outlets_too_short_or_without_change_are_named_and_set_aside() -> None:
    table = monthly([[0.1 * (n % 3), 0.2, None if n > 3 else 0.1 * n, 0.3 * (n % 2)] for n in range(8)])
    aside = coverage_index(table).attrs["set_aside"]
    assert aside == {
        "outlet 1": "the same share in every period of the base",
        "outlet 2": "a share in 4 periods of the base, 6 are needed",
    }


def test_it_takes_the_table_that_coverage_makes() -> None:
    random = np.random.default_rng(2)
    days = pd.date_range("2022-01-01", "2022-08-31").repeat(4)
    found = pd.DataFrame(
        {"published": days.strftime("%Y-%m-%d"), "source": ["AP", "dpa", "AFP", "TASS"] * (len(days) // 4)}
    )
    articles = as_articles(found.assign(text_id=[str(number) for number in range(len(found))]))
    table = coverage(articles[random.random(len(articles)) < 0.3], of=articles, every="month", by="source")
    index = coverage_index(table)
    assert index["index"].mean() == pytest.approx(100)
    assert index["outlets"].tolist() == [4] * 8
    assert index.attrs["every"] == "month"


@pytest.mark.parametrize("number", [0, 1, 2, 5])
def test_few_periods_give_rows_without_an_index(number: Any) -> None:
    found = coverage_index(monthly([[0.1, 0.2]] * number))
    assert len(found) == number
    assert list(found) == ["period", "index", "index_low", "index_high", "outlets", "gap", "complete"]
    assert found["index"].isna().all()


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        (lambda table: table.drop(columns="source"), {}, "the table is not by outlet"),
        (lambda table: pd.concat([table, table]), {}, "several rows per period and source"),
        (lambda table: table.drop(columns="share"), {}, "no column 'share'"),
        (lambda table: table.assign(event="talks"), {}, "compares several events"),
        (lambda table: table, {"base": ("1999", "1999")}, "no period of the table begins between 1999 and 1999"),
        (lambda table: table, {"base": "2022"}, "base='2022' is not a first and a last day"),
        (lambda table: table, {"base": ("2022-05", "2022-01")}, "comes after end"),
        (lambda table: table, {"level": 95}, "level=95 is not between 0 and 1"),
    ],
)
def test_what_gives_no_index_is_named_with_the_way_out(change: Any, options: Any, said: Any) -> None:
    table = wavy()
    changed = change(table)
    changed.attrs = table.attrs if "source" in changed else {}
    with pytest.raises(WorkbenchError, match=r".") as problem:
        coverage_index(changed, **options)
    assert said in str(problem.value)
