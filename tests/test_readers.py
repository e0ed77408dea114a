"""Every format, as an export or a browser writes it and as a disk or a network spoils it."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.readers import Record, Refused, read_stream, readers
from workbench.readers.contract import ArchiveReader, RecordReader
from workbench.readers.decoding import decode
from workbench.readers.fields import canonical

Found = list[tuple[str, str, Record | Refused]]


def found(content: bytes | str, name: str, columns: dict[str, str] | None = None) -> Found:
    data = content.encode() if isinstance(content, str) else content
    return [(one.file, one.format, one.unit) for one in read_stream(io.BytesIO(data), name, columns=columns)]


def records(content: bytes | str, name: str, columns: dict[str, str] | None = None) -> list[dict[str, str]]:
    return [dict(unit.fields) for *_, unit in found(content, name, columns) if isinstance(unit, Record)]


def reasons(content: bytes | str, name: str) -> list[tuple[str, str]]:
    return [(unit.position, unit.reason) for *_, unit in found(content, name) if isinstance(unit, Refused)]


def zipped(members: dict[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return sink.getvalue()


def test_every_reader_keeps_the_contract() -> None:
    names = [reader.NAME for reader in readers()]
    assert len(set(names)) == len(names)
    assert all(isinstance(reader, RecordReader | ArchiveReader) for reader in readers())
    assert names[-1] == "txt", "plain text takes what all others leave"


# ---- text and its encodings


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1251", "koi8_r"]
)
def test_russian_text_reads_in_every_usual_encoding(encoding: str) -> None:
    text = "Переговоры в Брюсселе\nВстреча прошла в среду, сообщил представитель альянса.\n"
    assert records(text.encode(encoding), "a.txt") == [{"text": text}]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Le ministre a déclaré : « Non »", "cp1252"),
        ("Réunion à Bruxelles", "latin-1"),
        ("Gespräche über Sicherheit in Brüssel", "latin-1"),
        ("Rozmowy odbędą się w środę w Brukseli, powiedział minister", "cp1250"),
        ("Dışişleri Bakanı görüşmelerin başladığını söyledi", "cp1254"),
        ("La reunión terminó sin acuerdo, según el español", "mac_roman"),
    ],
)
def test_short_western_texts_are_not_taken_for_another_code_page(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


def test_line_ends_and_blank_edges_of_a_text_stay_as_they_are() -> None:
    text = "\r\n  Title\r\n\r\nBody \r\n\n"
    assert records(text, "a.txt") == [{"text": text}]


def test_one_stray_byte_does_not_turn_a_utf8_file_into_another_encoding() -> None:
    assert decode("é è ç ".encode() * 20 + b"\xe9") == "é è ç " * 20 + "é"


def test_an_empty_file_and_one_of_blanks_are_refused_as_empty() -> None:
    assert reasons(b"", "a.txt") == [("page", "the file is empty")]
    assert reasons(b" \n\n", "a.txt") == [("page", "the file is empty")]
    assert reasons(b"\xef\xbb\xbf", "a.json") == [("page", "the file is empty")]


def test_binary_rubbish_is_refused_with_its_first_bytes() -> None:
    [(place, reason)] = reasons(bytes(range(256)) * 20, "a.txt")
    assert place == "page"
    assert "not text and no known format (first bytes 00 01 02" in reason


def test_other_documents_are_refused_by_their_kind() -> None:
    assert "Office document" in reasons(zipped({"[Content_Types].xml": b"<Types/>"}), "a.docx")[0][1]


# ---- tables


def test_semicolons_commas_tabs_and_pipes_are_told_by_the_header() -> None:
    for mark in ";,\t|":
        content = (
            mark.join(["Fecha", "Titular", "Texto"]) + "\n" + mark.join(["2022-01-12", "Cumbre", "Acabó sin acuerdo"])
        )
        assert records(content, "a.csv") == [
            {"date": "2022-01-12", "date_evidence": "field Fecha", "title": "Cumbre", "text": "Acabó sin acuerdo"}
        ]


@pytest.mark.parametrize(
    "header",
    [
        "Datum;Titel;Text",
        "Titre;Texte;Date",
        "Дата, Заголовок, Текст",
        "Заголовок;Текст;Дата;Посилання",
        "HEADLINE,Body,Publish Date,link",
        "publish_date,title,maintext,source_domain",
        "Başlık;Metin;Tarih",
    ],
)
def test_headers_of_many_languages_are_understood(header: str) -> None:
    mark = ";" if ";" in header else ","
    row = mark.join(f"value {place}" for place in range(header.count(mark) + 1))
    [record] = records(f"{header}\n{row}\n", "a.csv")
    assert {"title", "text", "date", "date_evidence"} <= set(record)


def test_quoted_line_breaks_stay_in_their_cell_and_rows_count_as_in_a_spreadsheet() -> None:
    content = 'title,text\nA,"one\n\ntwo, ""three"""\nB,four\n'
    assert [unit for *_, unit in found(content, "a.csv")] == [
        Record("row 2", {"title": "A", "text": 'one\n\ntwo, "three"'}),
        Record("row 3", {"title": "B", "text": "four"}),
    ]


def test_an_unnamed_index_column_is_ignored_and_own_columns_stay() -> None:
    assert records(",Title,Text,Topic,Format\n0,A,B,War,x\n", "a.csv") == [
        {"title": "A", "text": "B", "topic": "War", "input_format": "x"}
    ]
    assert records("Unnamed: 0,Title,Text\n0,A,B\n", "a.csv") == [{"title": "A", "text": "B"}]


def test_a_row_with_neither_title_nor_text_is_refused_and_the_next_is_read() -> None:
    content = "title,text,url\n,,https://example.org\nA,B,\n"
    assert reasons(content, "a.csv") == [("row 2", "no text and no title")]
    assert records(content, "a.csv") == [{"title": "A", "text": "B"}]


def test_a_table_without_known_names_says_which_it_has_and_columns_mends_it() -> None:
    content = "kop,stuk\nA,B\n"
    assert "it has kop, stuk" in reasons(content, "a.csv")[0][1]
    assert records(content, "a.csv", {"kop": "title", "stuk": "text"}) == [{"title": "A", "text": "B"}]


def test_a_quote_that_never_closes_costs_only_its_own_row() -> None:
    content = 'title,text\nA,one\nB,"two\nC,three\nD,four\n'
    assert [record["title"] for record in records(content, "a.csv")] == ["A", "C", "D"]
    assert reasons(content, "a.csv") == [("row 3", "a quote opens in this row and never closes")]


def test_a_row_with_too_many_cells_is_refused_with_both_counts() -> None:
    assert reasons("title,text\nA,B,C\nD,E\n", "a.csv") == [("row 2", "3 cells where the header has 2")]


def test_a_cell_longer_than_the_csv_module_allows_by_default_is_read() -> None:
    assert len(records("title,text\nA," + "x" * 200_000, "a.csv")[0]["text"]) == 200_000


def test_the_first_line_that_excel_adds_names_the_delimiter() -> None:
    assert records("sep=;\ntitle;text\nA;B\n", "a.csv") == [{"title": "A", "text": "B"}]


def test_a_table_in_utf16_from_excel_is_read() -> None:
    assert records("Titre\tTexte\nÉté\tBon\n".encode("utf-16"), "a.csv") == [{"title": "Été", "text": "Bon"}]


def test_a_table_called_txt_is_read_as_one_and_prose_called_txt_is_not() -> None:
    assert records("title;text;date\nA;B;2022\n", "a.txt")[0]["title"] == "A"
    assert records("The title, he said, was text.\nMore.", "a.txt") == [
        {"text": "The title, he said, was text.\nMore."}
    ]


def test_a_table_of_a_header_alone_is_one_refusal() -> None:
    assert reasons("title,text\n", "a.csv") == [("file", "there is no record in it")]


def test_a_summary_stands_in_only_where_there_is_no_text() -> None:
    assert records("title,text,description\nA,B,C\nD,,F\n", "a.csv") == [
        {"title": "A", "text": "B", "description": "C"},
        {"title": "D", "text": "F"},
    ]


def test_the_name_of_an_outlet_goes_before_its_address() -> None:
    fields = {"media_url": "http://paper.example", "media_name": "The Paper", "title": "A"}
    assert canonical(fields, evidence="field") == {
        "title": "A",
        "source": "The Paper",
        "media_url": "http://paper.example",
    }


# ---- JSON


@pytest.mark.parametrize(
    "document",
    [
        [{"title": "A", "body": "B"}],
        {"status": "ok", "totalResults": 1, "articles": [{"title": "A", "body": "B"}]},
        {"title": ["A"], "body": ["B"]},
        {"title": {"0": "A"}, "body": {"0": "B"}},
        {"title": "A", "maintext": "B"},
        {"x1": {"title": "A", "body": "B"}},
        {"response": {"docs": [{"title": "A", "body": "B"}]}},
    ],
)
def test_json_gives_its_records_in_every_usual_shape(document: object) -> None:
    assert records(json.dumps(document), "a.json") == [{"title": "A", "text": "B"}]


def test_newsapi_and_news_please_fields_are_understood() -> None:
    newsapi = {
        "articles": [{"source": {"id": None, "name": "Wire"}, "title": "A", "content": None, "description": "D"}]
    }
    assert records(json.dumps(newsapi), "a.json") == [{"title": "A", "source": "Wire", "text": "D"}]
    please = {
        "title": "A",
        "maintext": "B",
        "date_publish": "2022-01-12 10:00:00",
        "authors": ["X", "Y"],
        "language": "en",
    }
    assert records(json.dumps(please), "a.json") == [
        {
            "title": "A",
            "text": "B",
            "date": "2022-01-12 10:00:00",
            "date_evidence": "field date_publish",
            "author": "X, Y",
            "language": "en",
        }
    ]


def test_a_json_array_that_breaks_off_gives_the_whole_items_and_one_refusal() -> None:
    content = '[{"title": "A"}, {"title": "B"}, {"title": "C'
    assert [record["title"] for record in records(content, "a.json")] == ["A", "B"]
    assert len(reasons(content, "a.json")) == 1
    assert "not valid JSON after item 2" in reasons(content, "a.json")[0][1]


def test_prose_called_json_is_refused_as_json() -> None:
    assert "not valid JSON" in reasons("Sorry, not found", "a.json")[0][1]


def test_json_lines_survive_a_broken_line() -> None:
    content = '{"title": "A"}\n{"title": \n\n{"title": "B"}\n'
    assert [record["title"] for record in records(content, "a.jsonl")] == ["A", "B"]
    assert [place for place, _ in reasons(content, "a.jsonl")] == ["line 2"]
    assert (
        found(content, "a.txt")[0][1] == "jsonl" or found('{"title": "A"}\n{"title": "B"}\n', "a.txt")[0][1] == "jsonl"
    )


def test_half_a_surrogate_pair_does_not_reach_the_table() -> None:
    assert records('{"title": "A\\ud800"}', "a.json") == [{"title": "A\ufffd"}]


# ---- Markdown, pages, feeds, Parquet


def test_front_matter_gives_the_fields_and_the_rest_the_text() -> None:
    content = '---\ntitle: "A: b"\ndate: 2022-01-12\ntags: [x, y]\n---\nBody\n---\nmore\n'
    assert records(content, "a.md") == [
        {
            "title": "A: b",
            "date": "2022-01-12",
            "date_evidence": "front matter date",
            "tags": "x, y",
            "text": "Body\n---\nmore\n",
        }
    ]


def test_front_matter_that_is_no_yaml_still_gives_its_plain_lines() -> None:
    content = "---\ntitle: Talks: the outcome\ndate: 2022-01-12\n---\nBody"
    assert records(content, "a.md")[0]["title"] == "Talks: the outcome"


def test_front_matter_cannot_multiply_itself() -> None:
    bomb = "---\na: &a [x, x]\nb: &b [*a, *a]\ntitle: *b\n---\nBody"
    assert records(bomb, "a.md")[0]["text"] == "Body"


PAGE = """<!DOCTYPE html><html lang="fr"><head><title>Sommet | Le Papier</title>
<meta property="og:site_name" content="Le Papier"><link rel="canonical" href="https://papier.example/sommet">
<meta property="article:published_time" content="2022-01-13T08:00:00Z">{linked}</head>
<body><nav>Menu Accueil Monde</nav>
<article><h1>Sommet à Bruxelles</h1>{text}</article><footer>Mentions légales</footer></body></html>"""
PARAGRAPHS = "".join(
    f"<p>Le paragraphe numéro {n} raconte longuement ce que les délégués ont dit ce jour-là.</p>" for n in range(8)
)
LINKED = """<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle",
"headline": "Sommet &agrave; Bruxelles",
"datePublished": "2022-01-12T10:00:00+01:00", "author": [{"name": "Ana"}, {"name": "Ben"}]}]}</script>"""


def test_a_page_gives_its_article_and_says_which_evidence_gave_the_date() -> None:
    [record] = records(PAGE.format(linked=LINKED, text=PARAGRAPHS), "a.html")
    assert "Menu" not in record["text"]
    assert record["text"].count("paragraphe") == 8
    assert record["title"] == "Sommet à Bruxelles"
    assert (record["date"], record["date_evidence"]) == (
        "2022-01-12T10:00:00+01:00",
        "page metadata JSON-LD datePublished",
    )
    assert (record["source"], record["language"], record["author"]) == ("Le Papier", "fr", "Ana, Ben")
    assert record["url"] == "https://papier.example/sommet"


def test_without_linked_data_the_meta_elements_date_a_page() -> None:
    [record] = records(PAGE.format(linked="", text=PARAGRAPHS), "page")
    assert record["date_evidence"] == "page metadata article:published_time"


@pytest.mark.parametrize(
    "line",
    [
        "<p>Le vieux pont, ouvert le 4 mars 1974, a fermé le 5 mai 2019, et la fête aura lieu le 12 janvier 2022.</p>",
        '<img src="/uploads/2021/06/pont.jpg"><script src="/js/app-20210304.js"></script>',
    ],
    ids=["days in the text", "days in addresses"],
)
def test_a_page_that_states_no_date_is_not_dated_by_what_else_it_holds(line: str) -> None:
    page = f"<html><body><article><h1>Le pont</h1>{PARAGRAPHS}{line}</article></body></html>"
    [record] = records(page, "a.html")
    assert not record.get("date")


def test_a_page_in_a_declared_old_encoding_is_read() -> None:
    page = PAGE.format(linked='<meta charset="windows-1251">', text="<p>" + "Переговоры прошли в среду. " * 20 + "</p>")
    page = page.replace("à", "a").replace("é", "e")
    assert "Переговоры прошли" in records(page.encode("cp1251"), "a.html")[0]["text"]


def test_a_page_without_an_article_is_refused() -> None:
    assert reasons("<html><body></body></html>", "a.html") == [("page", "no article text was found on the page")]


FEED = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>The Paper</title>
<language>en</language><item><title>Talks &amp; more</title><link>https://paper.example/1</link>
<pubDate>Wed, 12 Jan 2022 10:00:00 GMT</pubDate><description>Short</description>
<content:encoded><![CDATA[<p>Long <b>text</b>.</p><p>End.</p>]]></content:encoded><guid>g1</guid></item>
<item><title>Second</title><description>&lt;p&gt;Lead&lt;/p&gt;</description></item>"""


def test_a_feed_gives_its_items_with_the_channel_as_source() -> None:
    first, second = records(FEED + "</channel></rss>", "feed.xml")
    assert first == {
        "title": "Talks & more",
        "text": "Long text.\nEnd.",
        "date": "Wed, 12 Jan 2022 10:00:00 GMT",
        "date_evidence": "feed item",
        "source": "The Paper",
        "language": "en",
        "url": "https://paper.example/1",
        "guid": "g1",
    }
    assert second["text"] == "Lead"


def test_a_feed_that_breaks_off_gives_the_items_before_and_one_refusal() -> None:
    assert len(records(FEED + "<item><title>Th", "feed.xml")) >= 2
    assert "the feed is damaged" in reasons(FEED + "<item><title>Th", "feed.xml")[0][1]


def test_atom_entries_are_read() -> None:
    atom = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Zeitung</title><entry><title>A</title>
    <link rel="self" href="https://z.example/self"/><link href="https://z.example/a"/><published>2022-01-12</published>
    <content type="html">&lt;p&gt;Text&lt;/p&gt;</content><author><name>Eva</name></author></entry></feed>"""
    [record] = records(atom, "a.atom")
    assert (record["url"], record["text"], record["author"]) == ("https://z.example/a", "Text", "Eva")
    assert (record["language"], record["source"], record["date"]) == ("de", "Zeitung", "2022-01-12")


def test_entities_of_a_feed_are_neither_expanded_nor_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("SECRET")
    feed = f"""<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "{"x" * 1000}"><!ENTITY b "&a;&a;&a;">
    <!ENTITY s SYSTEM "{secret.as_uri()}">]><rss><channel><title>T</title>
    <item><title>A &b; &s;</title></item></channel></rss>"""
    whole = str(found(feed, "a.xml"))
    assert "SECRET" not in whole
    assert "x" * 1000 not in whole


def test_a_parquet_table_is_read_with_its_types_as_text() -> None:
    sink = io.BytesIO()
    pd.DataFrame({"Title": ["A"], "Text": ["B"], "Date": [pd.Timestamp("2022-01-12 10:00")], "n": [3]}).to_parquet(sink)
    assert records(sink.getvalue(), "a.parquet") == [
        {"title": "A", "text": "B", "date": "2022-01-12 10:00:00", "date_evidence": "field Date", "n": "3"}
    ]
    assert "damaged" in reasons(sink.getvalue()[:-30], "a.parquet")[0][1]


# ---- archives


def test_members_of_an_archive_are_read_as_files_of_their_own() -> None:
    inner = zipped({"deep.txt": b"Deep text"})
    content = zipped({"a.txt": b"Text", "t.csv.gz": gzip.compress(b"title,text\nA,B\n"), "i.zip": inner, ".x": b"no"})
    assert [(file, kind) for file, kind, _ in found(content, "z.zip")] == [
        ("z.zip!a.txt", "txt"),
        ("z.zip!i.zip!deep.txt", "txt"),
        ("z.zip!t.csv.gz", "csv"),
    ]


def test_a_member_whose_path_leaves_the_archive_is_refused() -> None:
    assert reasons(zipped({"../evil.txt": b"x", "ok.txt": b"y"}), "z.zip") == [
        ("member ../evil.txt", "its path leads out of the archive")
    ]


def test_a_bomb_is_refused_and_not_unpacked() -> None:
    bomb = zipped({"a.txt": b"\0" * (64 << 20)})
    assert "decompression bomb" in reasons(bomb, "z.zip")[0][1]
    assert "decompression bomb" in reasons(gzip.compress(b" " * (64 << 20)), "z.txt.gz")[0][1]


def test_a_gzip_file_that_is_cut_off_gives_what_came_before_the_cut() -> None:
    rows = "title,text\n" + "".join(f"Title {n},Text number {n * 7919}\n" for n in range(20_000))
    cut = gzip.compress(rows.encode())[:-2000]
    assert len(records(cut, "t.csv.gz")) > 1000
    assert any("cut off" in reason for _, reason in reasons(cut, "t.csv.gz"))


# ---- laws


def _valid(name: str) -> bytes:
    table = io.StringIO()
    csv.writer(table).writerows([["title", "text"], ["A", "x\ny"], ["B", "é"]])
    samples: dict[str, Callable[[], bytes]] = {
        "csv": lambda: table.getvalue().encode(),
        "json": lambda: json.dumps([{"title": "A", "text": "é"}] * 3).encode(),
        "html": lambda: PAGE.format(linked=LINKED, text=PARAGRAPHS).encode(),
        "xml": f"{FEED}</channel></rss>".encode,
        "md": lambda: b"---\ntitle: A\n---\nBody",
        "zip": lambda: zipped({"a.txt": b"Text", "b.csv": b"title\nA\n"}),
        "gz": lambda: gzip.compress(b"title,text\nA,B\n"),
    }
    return samples[name]()


SUFFIXES = ("txt", "csv", "tsv", "json", "jsonl", "html", "xml", "md", "zip", "gz", "parquet", "docx", "")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400), st.sampled_from(SUFFIXES))
def test_any_bytes_under_any_name_give_records_or_refusals_and_no_error(content: bytes, suffix: str) -> None:
    whole = found(content, f"a.{suffix}")
    assert whole
    assert all(unit.reason for *_, unit in whole if isinstance(unit, Refused))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(["csv", "json", "html", "xml", "md", "zip", "gz"]), st.data())
def test_damaged_files_of_every_format_give_records_or_refusals_and_no_error(name: str, data: st.DataObject) -> None:
    content = bytearray(_valid(name))
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=6)):
        content[place] = data.draw(st.integers(0, 255))
    assert found(bytes(content[: data.draw(st.integers(0, len(content)))]), f"a.{name}")
