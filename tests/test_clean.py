"""Cleaning: nothing is lost, nothing depends on the order, and the outlet is told from the site that carried a copy."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.made import records
from workbench.articles import WorkbenchError, empty_articles
from workbench.clean import UNNAMED_AGGREGATOR, clean_articles, original, removed, removed_lines
from workbench.cleaning.edits import restore

LEAD = "NATO and Russia met in Brussels on Wednesday, and nothing was agreed after four hours of talks."
ON = "Diplomats left the hall one by one, and none of them wished to say when they would be back."
RUSSIAN, FRENCH = "Translated automatically from Russian.", "Machine-translated from French."
SAID = (
    "BRUSSELS, Jan 12 (Reuters) - The envoys met.",
    "By Jane Doe",
    "Home | World | Politics",
    "See also: Gas is dear",
)
FURNITURE = ("Skip to content", "Menu", "Top stories", "Read also:", "Share this article", "© 2022 The Bell", "###")

line = st.sampled_from([LEAD, ON, *FURNITURE, "", "  ", "\t", "Home | World | Politics", "A short line"]) | st.text(
    max_size=12
)
ending = st.sampled_from(["\n", "\r\n", "\n\n", " \n", "\r", "\x0b", "\u2028", "\u00a0\n", ""])
text = st.lists(st.tuples(line, ending), max_size=8).map(lambda lines: "".join(map("".join, lines)))
title = st.sampled_from(["", " ", "Talks stall - BBC News", "  two  spaces ", "Talks stall | The Bell"]) | st.text(
    max_size=20
)
record = st.fixed_dictionaries(
    {
        "title": st.none() | title,
        "text": st.none() | text,
        "source": st.sampled_from([None, "BBC", "The Bell"]),
        "url": st.sampled_from([None, "https://www.bbc.co.uk/x", "https://bell.example/x"]),
        "format": st.sampled_from(["txt", "html", "csv"]),
        "file": st.just("made/talks-stall.txt"),
    }
)


@given(st.lists(record, min_size=1, max_size=4))
@settings(max_examples=150, deadline=None)
def test_cleaned_and_removed_together_are_what_was_read(rows: list[dict[str, str | None]]) -> None:
    cleaned = clean_articles(records(*rows), progress=False)
    for article_id, row in zip(cleaned.index, rows, strict=True):
        assert original(cleaned, article_id) == {"title": row["title"] or "", "text": row["text"] or ""}


@given(st.sampled_from(["Ð¢ÐµÐºÑ\x81Ñ‚ Ð½Ð¾Ð²Ð¾Ñ\x81Ñ‚Ð¸", "L’OTAN rÃ©pond Ã  Moscou", "a\x00b"]), ending, text)
@settings(max_examples=50, deadline=None)
def test_repaired_encodings_can_be_undone_too(broken: str, end: str, rest: str) -> None:
    cleaned = clean_articles(records({"title": broken, "text": broken + end + rest}), progress=False)
    assert original(cleaned, "r00") == {"title": broken, "text": broken + end + rest}
    assert not {"Ã", "\x00"} & set(str(cleaned.loc["r00", "title"]))


NASTY = (
    "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\x00\x07\u00ad\u200b\u200f\u202e\u2066\ufeff\u0301\u0308\ud800\udfff"
    'Ã©â€™ÐŸРІВ«e\u00a0\t "\\'
)
"""Line breaks of every kind, controls, soft hyphens, bidi marks, lone surrogates, combining marks and mojibake."""


@given(st.text(NASTY, max_size=12) | title, st.text(NASTY, max_size=60), text, st.sampled_from(["txt", "csv"]))
@example("\ud800\udfff", "a\ud800\udfff", "", "txt")
@settings(max_examples=300, deadline=None)
def test_the_nastiest_strings_come_back_and_what_is_kept_can_be_stored(
    headline: str, nasty: str, rest: str, kind: str
) -> None:
    row = {"title": headline, "text": nasty + rest, "format": kind, "file": "a.txt", "source": None, "url": None}
    table = pd.DataFrame([row], index=pd.Index(["r00"], name="article_id"), dtype="object")
    cleaned = clean_articles(table, progress=False)
    assert original(cleaned, "r00") == {"title": headline, "text": nasty + rest}
    for column in ("title", "text", "removed"):
        str(cleaned.loc["r00", column]).encode("utf-8")


repeated = st.lists(
    st.tuples(
        st.sampled_from(["", "Talks stall", "Talks stall | The Bell", "Talks stall - Reuters - The Bell"]),
        st.sampled_from([None, "The Bell", "Port Lamp"]),
        st.lists(st.sampled_from([LEAD, ON, *FURNITURE, *SAID, "", "Harbour and coast", "Alpha", "Beta"]), max_size=9),
    ),
    min_size=1,
    max_size=6,
)


@given(repeated | st.lists(record, min_size=1, max_size=4), st.sampled_from(["txt", "csv"]))
@settings(max_examples=300, deadline=None)
def test_cleaning_what_is_clean_changes_nothing(rows: list[Any], kind: str) -> None:
    said = [
        row if isinstance(row, dict) else {"title": row[0], "source": row[1], "text": "\n".join(row[2]), "format": kind}
        for row in rows
    ]
    raw = records(*said)
    once = clean_articles(raw, progress=False)
    twice = clean_articles(raw.assign(title=once["title"], text=once["text"]), progress=False)
    pd.testing.assert_frame_equal(twice[["title", "text"]], once[["title", "text"]])
    assert [original(once, name)["text"] for name in once.index] == raw["text"].fillna("").tolist()


def test_a_line_that_becomes_the_first_when_another_went_goes_too() -> None:
    """Four lines to the reader stand above each article; a fifth comes to its edge only after them."""
    calls = [
        f"Write to our {name} desk with your news of the week." for name in ("north", "east", "south", "west", "sea")
    ]
    rows = [
        {"title": f"t{at}", "text": "\n".join([*calls, *(f"{LEAD} {at}-{n}" for n in range(9))]), "source": "The Bell"}
        for at in range(4)
    ]
    cleaned = clean_articles(records(*rows), progress=False)
    assert not cleaned["text"].str.contains("Write to our").any()


@given(st.permutations(range(6)))
@settings(max_examples=20, deadline=None)
def test_the_order_of_rows_changes_no_article(order: list[int]) -> None:
    rows = [
        {
            "title": f"Item {at} | The Harbour Bell",
            "text": f"{LEAD} Item {at}.\n{ON}\nWrite to the desk.",
            "file": "a.txt",
        }
        for at in range(5)
    ]
    table = records(
        *rows, {"title": None, "text": f"Menu\nA headline\n{LEAD}\n{ON}", "format": "txt", "url": "https://x.example/1"}
    )
    expected = clean_articles(table, progress=False)
    found = clean_articles(table.iloc[order], progress=False)
    pd.testing.assert_frame_equal(found.loc[expected.index], expected)


def test_the_table_given_is_left_as_it_was() -> None:
    table = records({"title": "Talks stall - BBC News", "text": f"Menu\n{LEAD}\n\n\n\n{ON}"})
    before = table.copy(deep=True)
    clean_articles(table, progress=False)
    pd.testing.assert_frame_equal(table, before)


def test_no_articles_give_no_articles() -> None:
    assert clean_articles(records(), progress=False).empty
    assert list(removed(empty_articles()).columns) == ["rule", "line", "articles", "example"]


def test_paragraphs_stay_apart_and_empty_lines_do_not_pile_up() -> None:
    cleaned = clean_articles(
        records({"title": "t", "text": f"\n\n{LEAD}\r\n\r\n\r\n\r\n{ON}  \r\n\r\n"}), progress=False
    )
    assert cleaned.loc["r00", "text"] == f"{LEAD}\n\n{ON}"


def test_a_page_without_a_title_gets_the_line_that_names_its_file() -> None:
    page = f"Menu\nHome World Money\nTalks stall in Brussels\n{LEAD}\n{ON}"
    cleaned = clean_articles(
        records({"text": page, "format": "txt", "file": "x/talks-stall-in-brussels.txt"}), progress=False
    )
    assert cleaned.loc["r00", "title"] == "Talks stall in Brussels"
    assert cleaned.loc["r00", "text"] == f"{LEAD}\n{ON}"
    assert original(cleaned, "r00") == {"title": "", "text": page}


def test_what_was_removed_is_counted_by_line_and_rule() -> None:
    rows = [{"title": f"t{at} | BBC News", "text": f"{LEAD} {at}\nShare this article"} for at in range(2)]
    counted = removed(clean_articles(records(*rows), progress=False)).set_index("line")
    assert counted["rule"].to_dict() == {"Share this article": "share", "| BBC News": "outlet"}
    assert counted["articles"].to_dict() == {"Share this article": 2, "| BBC News": 2}


def test_an_edit_says_where_it_was_and_what_stood_there() -> None:
    cleaned = clean_articles(records({"title": "t", "text": f"{LEAD}\nShare this article\n{ON}"}), progress=False)
    edits = removed_lines(cleaned)
    assert edits.columns.tolist() == ["article_id", "part", "start", "length", "original", "rule"]
    assert edits[["start", "length", "original", "rule"]].to_numpy().tolist() == [
        [len(LEAD) + 1, 0, "Share this article\n", "share"]
    ]
    packed = json.loads(str(cleaned.loc["r00", "removed"]))
    assert restore(str(cleaned.loc["r00", "text"]), packed["text"]) == f"{LEAD}\nShare this article\n{ON}"


def test_an_unknown_article_is_named_in_the_error() -> None:
    cleaned = clean_articles(records({"text": LEAD}), progress=False)
    with pytest.raises(WorkbenchError, match="'no-such'"):
        original(cleaned, "no-such")


@pytest.mark.parametrize(
    ("record", "source", "carried_by", "translated_from"),
    [
        ({"source": "The Bell"}, "The Bell", None, None),
        ({"source": "The Bell", "title": "Talks stall | Reuters"}, "The Bell", None, None),
        ({"title": "Talks stall | Reuters"}, "Reuters", None, None),
        ({"source": "Mirrorfeed", "title": "Talks stall | Reuters", "said": RUSSIAN}, "Reuters", "Mirrorfeed", "ru"),
        ({"title": "Talks stall | Reuters", "said": "Machine-translated."}, "Reuters", UNNAMED_AGGREGATOR, "und"),
        ({"title": "Talks | Reuters", "url": "https://f.example/1", "said": FRENCH}, "Reuters", "f.example", "fr"),
        ({"source": "Mirrorfeed", "said": f"Source: TASS\n{RUSSIAN}"}, "TASS", "Mirrorfeed", "ru"),
        ({"source": "The Bell", "said": "Translated from Russian by Anna Petrova."}, "The Bell", None, None),
    ],
)  # fmt: skip
def test_a_translated_copy_has_its_outlet_and_its_carrier(
    record: dict[str, str], source: str, carried_by: str | None, translated_from: str | None
) -> None:
    said = {name: value for name, value in record.items() if name != "said"}
    table = records({"title": "Talks stall", "text": f"{LEAD}\n{ON}\n{record.get('said', '')}", **said})
    found = clean_articles(table, progress=False)[["source", "carried_by", "translated_from"]].astype("object")
    assert found.where(found.notna(), None).to_numpy().tolist() == [[source, carried_by, translated_from]]


@pytest.mark.parametrize(
    ("text", "left", "source"),
    [
        ("BRUSSELS, Jan 12 (Reuters) - NATO met.", "BRUSSELS, Jan 12 - NATO met.", "Reuters"),
        ("МОСКВА, 12 янв — РИА Новости. Совет собрался.", "МОСКВА, 12 янв. Совет собрался.", "RIA Novosti"),
        ("МОСКВА, 12 января. /ТАСС/. Совет собрался.", "МОСКВА, 12 января. Совет собрался.", "TASS"),
        ("BRÜSSEL (dpa) – Der Rat tagte.", "BRÜSSEL – Der Rat tagte.", "dpa"),
        ("Bruxelles (AFP) – Le conseil.", "Bruxelles – Le conseil.", "AFP"),
        ("КИЕВ. 12 января. ИНТЕРФАКС-УКРАИНА – Рада.", "КИЕВ. 12 января. Рада.", "Interfax-Ukraine"),
        ("Kiew, 12. Januar (Ukrinform). Der Rat tagte.", "Kiew, 12. Januar. Der Rat tagte.", "Ukrinform"),
        ("Bruselas, 12 ene (EFE).- El consejo.", "Bruselas, 12 ene.- El consejo.", "EFE"),
        ("DENVER (CBS4) - The hall was lit.", "DENVER - The hall was lit.", None),
        ("(Reuters) - The council met.", "The council met.", "Reuters"),
        ("The council (NATO) - met.", "The council (NATO) - met.", None),
        ("Olaf Scholz (SPD) – der Kanzler.", "Olaf Scholz (SPD) – der Kanzler.", None),
        ("The council met (Reuters) - and left.", "The council met (Reuters) - and left.", None),
    ],
)
def test_an_agency_s_tag_leaves_the_dateline_and_place_and_day_stay(text: str, left: str, source: str | None) -> None:
    found = clean_articles(records({"title": "t", "text": f"{text}\n{LEAD}"}), progress=False)
    assert found.loc["r00", "text"] == f"{left}\n{LEAD}"
    assert [name if isinstance(name, str) else None for name in found["source"]] == [source]


def test_a_byline_gives_author_and_outlet() -> None:
    found = clean_articles(records({"title": "t", "text": f"By Jane Doe, Reuters\n{LEAD}\n{ON}"}), progress=False)
    told = [str(found.loc["r00", name]) for name in ("author", "source", "text")]
    assert told == ["Jane Doe", "Reuters", f"{LEAD}\n{ON}"]
    stated = clean_articles(records({"text": f"By Jane Doe\n{LEAD}", "author": "Ann Lee"}), progress=False)
    assert stated.loc["r00", "author"] == "Ann Lee"
