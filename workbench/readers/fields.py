"""The names that exports give to the same thing, in one place.

Case, accents, spaces and punctuation of a header do not matter: `Publish Date`, `publish_date` and `publishDate`
are one name.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping

from workbench.articles import COLUMNS, RAW_COLUMNS

CANONICAL = ("title", "text", "date", "source", "language", "url", "author", "section")
"""What a record can say about an article; `date_evidence` is added beside `date`."""

_ALIASES: dict[str, str] = {
    "title": """
        title headline heading webtitle articletitle newstitle headlinemain titlerss titlepage
        titre titel überschrift schlagzeile titular titulo titolo título manchete tytuł başlık nagłówek
        заголовок название назва العنوان عنوان 标题 標題 タイトル""",
    "text": """
        text maintext fulltext articletext articlebody bodytext body content contents articlecontent plaintext
        newstext story fieldsbodytext contentvalue texte contenu corps texto contenido cuerpo conteúdo testo contenuto
        inhalt volltext artikeltext tekst treść metin içerik текст содержание текстстатьи текстновости
        зміст текстстатті النص نص 正文 内容 本文""",
    "summary": """
        summary description snippet lead leadparagraph abstract excerpt standfirst teaser intro blurb dek subtitle
        chapo chapeau résumé descripción resumen bajada entradilla zusammenfassung beschreibung vorspann riassunto
        sommario streszczenie özet описание аннотация лид анонс опис анотація лід""",
    "date": """
        published publishedat publishedtime publisheddate publishedon publishdate publishtime publicationdate
        publicationtime datepublished datepublish datepublication dateofpublication pubdate pubtime
        articlepublishedtime webpublicationdate firstpublished date datetime dcdate
        datum fecha дата tarih datedepublication fechadepublicación fechapublicación datadipubblicazione
        datadepublicação datapublikacji veröffentlicht veröffentlichungsdatum erscheinungsdatum erschienen
        датапубликации датапублікації опубликовано опубліковано التاريخ 日期 日付
        timestamp posted postedat postdate day dateextracted seendate createdat created time data""",
    "source": """
        source sourcename medianame outlet outletname publication publicationname publisher publishername newspaper
        sitename journal journalname quelle zeitung medium fuente medio diario periódico fonte testata giornale jornal
        źródło kaynak gazete источник издание сми джерело видання змі المصدر 来源
        media site website domain sourcedomain agency agence agentur agencia агентство агенція mediaurl""",
    "language": """
        language lang languagecode langcode articlelanguage langue sprache idioma lingua língua język dil
        язык мова اللغة 语言""",
    "url": """
        url link href articleurl articlelink storyurl sourceurl weburl pageurl newsurl permalink canonicalurl
        canonicallink documentidentifier lien enlace adresse webadresse collegamento adres адрес ссылка
        посилання الرابط 链接 uri""",
    "author": """
        author authors byline bylineoriginal writer journalist reporter creator dccreator auteur auteurs autor autores
        autoren verfasser autore autori yazar автор авторы автори الكاتب 作者""",
    "section": """
        section sectionname category categories rubric rubrique rubrik ressort sección categoría sezione categoria
        seção kategorie kategoria dział bölüm kategori рубрика раздел категория розділ категорія desk newsdesk""",
}
"""Known names per field, the first that a record fills wins. `summary` stands in where a record has no text."""

_FACTIVA = {
    "hd": "title",
    "td": "text",
    "lp": "summary",
    "pd": "date",
    "sn": "source",
    "la": "language",
    "by": "author",
    "se": "section",
}
"""Factiva's two-letter codes; they are words in other exports, so they count only beside `HD`."""

_MISSING = frozenset({"", "nan", "nat", "none", "null", "n/a", "<na>", "undefined"})
"""What programs write where there is nothing."""

_RESERVED = frozenset({*COLUMNS, *RAW_COLUMNS, "article_id", "summary"})


def plain(header: str) -> str:
    """The header without case, accents, spaces and punctuation."""
    letters = unicodedata.normalize("NFKD", header.casefold())
    return re.sub(r"[\W_]+", "", "".join(letter for letter in letters if not unicodedata.combining(letter)))


_FIELD_OF: dict[str, tuple[str, int]] = {
    plain(alias): (field, place) for field, words in _ALIASES.items() for place, alias in enumerate(words.split())
}


def known(headers: Iterable[str]) -> set[str]:
    """Which fields these headers would fill; `summary` is among them where only a lead or description is there."""
    return {_FIELD_OF[name][0] for name in map(plain, headers) if name in _FIELD_OF}


def canonical(fields: Mapping[str, str], *, evidence: str, columns: Mapping[str, str] | None = None) -> dict[str, str]:
    """The record under the canonical names, empty values left out.

    `evidence` is how a date is cited, "field" giving `field publish_date`. `columns` maps names of one's own to
    canonical ones and goes before every known name. Columns without a meaning here keep their own name in lower case;
    one that would hide a column of the article table gets the prefix `input_`.
    """
    present = {name: value for name, value in fields.items() if value.strip().casefold() not in _MISSING}
    plan, extras = _plan(tuple(fields), tuple(sorted((columns or {}).items())))
    record: dict[str, str] = {}
    used: set[str] = set()
    for field, names in plan.items():
        name = next((name for name in names if name in present), None)
        if name is not None:
            record[field] = present[name]
            used.add(name)
            if field == "date":
                record["date_evidence"] = f"{evidence} {name.strip()}"
    _stand_in(record, used, plan, present)
    record.update((extras[name], value) for name, value in present.items() if name not in used and name in extras)
    return record


def _stand_in(
    record: dict[str, str], used: set[str], plan: dict[str, tuple[str, ...]], present: dict[str, str]
) -> None:
    """Let the summary be the text where there is no other; else it stays a column of its own."""
    summary = record.pop("summary", None)
    if summary is None:
        return
    name = next(name for name in plan["summary"] if name in present)
    if "text" in record:
        used.discard(name)
    else:
        record["text"] = summary


@functools.lru_cache(maxsize=512)
def _plan(
    headers: tuple[str, ...], columns: tuple[tuple[str, str], ...]
) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """Which headers fill which field, best first, and the name that each keeps as a column of its own."""
    wanted = {plain(name): field for name, field in columns}
    factiva = any(plain(header) == "hd" for header in headers)
    ranked: dict[str, list[tuple[int, int, str]]] = {}
    for place, header in enumerate(headers):
        name = plain(header)
        if name in wanted:
            ranked.setdefault(wanted[name], []).append((-1, place, header))
        elif factiva and name in _FACTIVA:
            ranked.setdefault(_FACTIVA[name], []).append((0, place, header))
        elif name in _FIELD_OF:
            field, rank = _FIELD_OF[name]
            ranked.setdefault(field, []).append((rank, place, header))
    plan = {field: tuple(header for *_, header in sorted(ranks)) for field, ranks in ranked.items()}
    return plan, _own_names(headers)


def _own_names(headers: tuple[str, ...]) -> dict[str, str]:
    names: dict[str, str] = {}
    for header in headers:
        name = " ".join(header.casefold().split())
        if not name or re.fullmatch(r"unnamed: \d+(_level_\d+)?", name):
            continue
        if name in _RESERVED:
            name = f"input_{name}"
        while name in names.values():
            name += "_2"
        names[header] = name
    return names
