"""Countries named: labelled sentences with their traps, laws of the counts, small cases by hand, then the figure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.articles import WorkbenchError, as_articles, empty_articles
from workbench.countries import MEASURES, countries_named, countries_of
from workbench.coverage import coverage_by
from workbench.declined import forms
from workbench.figures import read_figure
from workbench.gazetteer import codes, gazetteer, names_in
from workbench.marks import Listed
from workbench.plot_countries import plot_countries

LABELLED = json.loads((Path(__file__).parent / "cases" / "countries.json").read_text("utf-8"))
"""Sentences written for these tests, with what they name; many name nothing, though they seem to."""


def made(*rows: tuple[str, str], **columns: Any) -> pd.DataFrame:
    """Articles of (outlet, text) in English, of one day each, each a text of its own where none is given."""
    day = pd.Series(pd.date_range("2022-01-30", periods=len(rows), freq="D", tz="UTC"))
    own = {"source": [one for one, _ in rows], "text": [one for _, one in rows], "title": "", "language": "en"}
    times = {"published": day, "published_low": day, "published_high": day + pd.Timedelta(days=1)}
    table = pd.DataFrame({**own, **times, "text_id": [f"t{at}" for at in range(len(rows))], **columns})
    return as_articles(table.set_axis([f"a{at:03}" for at in range(len(rows))], axis=0))


def named(articles: pd.DataFrame, **options: Any) -> pd.DataFrame:
    return countries_named(articles, progress=False, **options)


@pytest.mark.parametrize("case", LABELLED, ids=lambda case: f"{case['language']}: {case['text'][:40]}")
def test_labelled_sentences_name_what_they_name(case: dict[str, Any]) -> None:
    names = gazetteer(case["language"])
    assert names is not None
    assert names.find(case["text"]) == case["countries"]


def test_every_country_is_found_by_its_own_name_in_every_language_of_the_sample() -> None:
    # those that mean something else more often, and those that need what stands around them
    hard = [
        "GE",
        "JE",
        "MF",
        "SX",
        "CC",
        "DM",
        "GD",
        "MU",
        "RE",
        "GP",
        "SH",
        "CG",
        "TG",
        "ML",
        "PE",
        "TD",
        "PM",
        "VI",
        "GS",
    ]
    for language in ("en", "fr", "de", "es", "ru", "uk"):
        names = gazetteer(language)
        assert names is not None
        for code, name in names_in(language).items():
            if code not in hard and "о-в" not in name and "Острів" not in name:
                assert code in names.find(f"x {name}."), (language, code, name)


def test_codes_are_those_of_countries_with_people() -> None:
    assert {"RU", "XK", "HK", "PS", "TW"} <= codes()
    assert not {"EU", "UN", "ZZ", "AQ", "EZ"} & codes()


@pytest.mark.parametrize(
    ("name", "language", "form"),
    [
        ("Египет", "ru", "Египтом"),
        ("Беларусь", "ru", "Беларусью"),
        ("Филиппины", "ru", "Филиппин"),
        ("Польша", "ru", "Польшей"),
        ("Китай", "uk", "Китаєм"),
        ("Туреччина", "uk", "Туреччиною"),
        ("Шрі-Ланка", "uk", "Шрі Ланці"),
        ("Niederlande", "de", "Niederlanden"),
    ],
)
def test_names_are_declined(name: str, language: str, form: str) -> None:
    assert tuple(form.split()) in forms(name, language)


def test_the_name_of_an_outlet_is_no_country() -> None:
    articles = made(
        ("Channel One Russia", "Channel One Russia said so."), ("Radio Peru", "Peru voted, Radio Peru said.")
    )
    assert countries_of(articles, progress=False).tolist() == ["", "PE"]
    assert countries_of(articles.assign(source="AP"), progress=False).tolist() == ["RU", "PE"]


def test_an_outlet_called_like_a_country_hides_it_from_nobody() -> None:
    assert countries_of(made(("Ukraine", "Ukraine voted.")), progress=False).tolist() == ["UA"]


def test_a_text_in_no_known_language_is_not_read_and_counted() -> None:
    articles = made(("A", "Russia"), ("A", "Russia"), language=["und", "en"])
    assert countries_of(articles, progress=False).isna().tolist() == [True, False]
    table = named(articles)
    assert table["total"].tolist() == [1]
    assert table.attrs["account"] == {"articles": 2, "read": 1, "unread": 1}


sentences = st.sampled_from(["Russia", "Russia and Poland", "Nobody", "Chile, Chile and Chile", "Poland and Chile"])
rows = st.lists(st.tuples(st.sampled_from("ABC"), sentences, st.sampled_from("xyz")), max_size=15)


@given(rows, st.sampled_from(["texts", "articles"]))
@settings(max_examples=12, deadline=None)
def test_counts_hold_together(chosen: list[tuple[str, str, str]], unit: str) -> None:
    articles = made(*[(source, text) for source, text, _ in chosen]).assign(text_id=[one for _, _, one in chosen])
    table, by = named(articles, unit=unit), named(articles, unit=unit, by="source")
    assert (table["texts"] <= table["articles"]).all() and (table["outlets"] <= table["articles"]).all()
    assert (table["share_low"] <= table["share"]).all() and (table["share"] <= table["share_high"]).all()
    assert (table["total"] == len(articles)).all()
    summed = by.groupby("country")["articles"].sum()
    assert table.set_index("country")["articles"].sort_index().tolist() == summed.sort_index().tolist()
    shuffled = named(articles.sample(frac=1, random_state=1), unit=unit)
    pd.testing.assert_frame_equal(shuffled, table)


def test_more_copies_change_the_articles_and_not_the_texts() -> None:
    articles = made(("A", "Russia voted."), ("B", "Chile voted."), ("C", "Nobody voted."))
    copies = made(*[("D", "Russia voted.")] * 50).assign(text_id="t0").add_prefix("z", axis=0)
    before, after = named(articles), named(pd.concat([articles, copies]))
    kept = ["country", "texts", "total_texts", "share", "share_low", "share_high"]
    one, two = (table[kept].sort_values("country", ignore_index=True) for table in (before, after))
    pd.testing.assert_frame_equal(one, two)
    assert after["articles"].tolist() == [51, 1]
    assert after["outlets"].tolist() == [2, 1]
    by_articles = named(pd.concat([articles, copies]), unit="articles").set_index("country")
    assert by_articles["share"].round(3).to_dict() == {"RU": round(51 / 53, 3), "CL": round(1 / 53, 3)}
    assert by_articles["share_high"].loc["CL"] > 0.2  # three texts say no more for being copied


def test_a_text_is_named_by_any_of_its_copies() -> None:
    articles = made(("A", "Russia"), ("B", "Nobody"), text_id="one")
    assert named(articles)[["articles", "texts", "outlets", "total", "total_texts"]].to_numpy().tolist() == [
        [1, 1, 1, 2, 1]
    ]


def test_groups_and_periods_have_a_row_for_every_country() -> None:
    articles = made(("A", "Russia"), ("A", "Chile"), ("B", "Russia and Poland"))
    table = named(articles, by="source", every="month")
    assert len(table) == 2 * 2 * 3
    january_b = table[(table["source"] == "B") & (table["period"] == pd.Timestamp("2022-01-01", tz="UTC"))]
    assert january_b["total"].tolist() == [0, 0, 0]
    assert january_b["share"].isna().all()
    assert table.groupby("country")["articles"].sum().to_dict() == {"CL": 1, "PL": 1, "RU": 2}
    assert table.attrs["account"]["certain"] == 3


def test_a_known_column_of_countries_is_used() -> None:
    articles = made(("A", "Russia")).assign(countries="CL PE XX")
    assert named(articles)["country"].tolist() == ["CL", "PE"]


def test_names_are_given_in_the_language_asked_for() -> None:
    assert named(made(("A", "Russia")), language="fr")["name"].tolist() == ["Russie"]
    assert named(made(("A", "Russia")), language="und")["name"].tolist() == ["Russia"]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_small_collections_do_not_fail(count: int) -> None:
    articles = made(("A", "Russia"), ("B", "Nobody")).head(count)
    for options in ({}, {"by": "source"}, {"every": "day"}, {"by": "language", "every": "week"}):
        assert named(articles, **options).columns.tolist()[-10:] == ["country", "name", *MEASURES]
    assert plot_countries(named(articles)).layout.meta["caption"]


def test_an_empty_table_keeps_columns_and_types() -> None:
    kinds = named(empty_articles()).dtypes.astype(str).to_dict()
    assert (kinds["country"], kinds["texts"], kinds["share"]) == ("str", "int64", "float64")


def test_what_cannot_be_asked_is_said() -> None:
    articles = made(("A", "Russia"), ("B", "Chile"))
    with pytest.raises(WorkbenchError, match="unit='words'"):
        named(articles, unit="words")
    with pytest.raises(WorkbenchError, match="no column 'paper'"):
        named(articles, by="paper")
    with pytest.raises(WorkbenchError, match="2 periods"):
        plot_countries(named(articles, every="day"))


def test_each_bar_leads_to_the_articles_that_name_its_country() -> None:
    articles = made(("A", "Russia"), ("B & C", "Russia and Chile"), ("B & C", "Nobody"))
    articles = articles.assign(countries=countries_of(articles, progress=False))
    read = read_figure(json.loads(plot_countries(named(articles)).to_json()), Listed(articles, 3), number=1)
    assert read.marks == [[[0, 1], [1]]]
    figure = plot_countries(named(articles, by="source"))
    read = read_figure(json.loads(figure.to_json()), Listed(articles, 3), number=1)
    assert dict(zip([trace.name for trace in figure.data], read.marks, strict=True)) == {
        "B &amp; C": [[1], [1]], "A": [[0], []]}  # fmt: skip


def test_a_group_that_names_the_most_is_not_hidden_and_text_of_outlets_stays_text() -> None:
    hostile = "<img src=x onerror=alert(1)>"
    articles = made((hostile, "Russia"), ("A", "Chile"))
    figure = plot_countries(named(articles, by="source"))
    drawn = json.dumps([json.loads(figure.to_json())["data"], [str(each.text) for each in figure.layout.annotations]])
    assert "<img" not in drawn.replace(json.dumps(hostile), "")
    assert np.isclose(max(trace.x.max() for trace in figure.data), 1)


def test_shares_of_articles_have_the_interval_that_coverage_gives() -> None:
    articles = made(*[("A", "Russia voted.")] * 30, *[("B", f"Chile, day {day}.") for day in range(20)])
    articles = articles.assign(text_id=["one"] * 12 + [f"t{at}" for at in range(38)])
    russia = articles[articles["source"] == "A"]
    expected = coverage_by(russia, of=articles.assign(whole="all"), by="whole").iloc[0]
    found = named(articles, unit="articles").set_index("country").loc["RU"]
    for name in MEASURES:
        assert found[name] == pytest.approx(expected[name]), name
