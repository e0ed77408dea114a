"""Small tables that answer the first questions put to a collection, and how a table is made ready to be read.

Each takes articles (or a table counted from them) and gives a tidy table; `readable` writes any of them out for the
eye: shares in per cent with their interval, days as days, languages by name.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from workbench.articles import is_inferred, require
from workbench.communities import UNASSIGNED
from workbench.coverage import coverage_by
from workbench.events import Event, KnownDate
from workbench.groups import NONE
from workbench.languages import NAMES
from workbench.markup import is_number
from workbench.records import when
from workbench.shares import share_with_interval
from workbench.topics import Topics

_OFFSETS = {
    "day": pd.DateOffset(days=1),
    "week": pd.DateOffset(weeks=1),
    "month": pd.DateOffset(months=1),
    "quarter": pd.DateOffset(months=3),
    "year": pd.DateOffset(years=1),
}
_HEADINGS = {
    "source": "outlet",
    "sources": "outlets",
    "total": "all articles",
    "total_texts": "all texts",
    "translated_from": "translated from",
}
_SHARE = re.compile(r"(?:.*_)?share(?:_.*)?")


# -- what a collection holds ----------------------------------------------------------------------------------


def contents(articles: pd.DataFrame, *, by: str = "source") -> pd.DataFrame:
    """One row per value of the column `by`: what the collection holds of it, most texts first.

    Columns: the column `by` (missing values as "(none)"), `articles`, `texts`, `first` and `last` (UTC; NaT where none
    is dated), `undated` (articles without a known day) and `machine_translated`.
    """
    require(articles, by, "published", "text_id", "translated_from")
    whole = articles.assign(group_=articles[by].astype("str").fillna(NONE), text_id=_text_ids(articles))
    groups = whole.groupby("group_", sort=True)
    table = pd.DataFrame(
        {
            "articles": groups.size(),
            "texts": groups["text_id"].nunique(),
            "first": groups["published"].min(),
            "last": groups["published"].max(),
            "undated": groups["published"].agg(lambda column: int(column.isna().sum())),
            "machine_translated": groups["translated_from"].count(),
        }
    )
    ordered = table.sort_values(["texts", "articles"], ascending=False, kind="stable")
    return ordered.rename_axis(by).reset_index()


def set_aside(articles: pd.DataFrame, ledger: pd.DataFrame | None = None) -> pd.DataFrame:
    """What is not counted like the rest, and how many of it: `what`, `number`, `of` and an `example`.

    Records come from the import ledger (none where it is not given): merged and refused ones, by their reason.
    Articles are those without a known day, with an inferred date, without an outlet, machine-translated, or further
    copies of a text.
    """
    rows = [] if ledger is None else _from_ledger(ledger)
    first = articles.sort_index()
    later = first["text_id"].notna() & first["text_id"].duplicated()
    flagged = {
        "articles without a known day: in the collection, on no date": first["published"].isna() & ~is_inferred(first),
        "articles whose date was inferred: possible, never certain": is_inferred(first),
        "articles that name no outlet: in no outlet's count": first["source"].isna(),
        "machine-translated articles: kept, and flagged": first["translated_from"].notna(),
        "further copies of a text: articles, but no texts of their own": later,
    }
    for what, which in flagged.items():
        example = first.loc[which, "title"].head(1).tolist()
        rows.append((what, int(which.sum()), len(first), *(example or [""])))
    return pd.DataFrame(rows, columns=["what", "number", "of", "example"])


def _from_ledger(ledger: pd.DataFrame) -> list[tuple[str, int, int, str]]:
    rest = ledger[ledger["status"] != "loaded"]
    reason = rest["reason"].str.replace(r"^the same article as .*", "the same article stands elsewhere", regex=True)
    what = "records " + rest["status"] + ": " + reason
    counted = rest.groupby(what)["file"].agg(["size", "min"]).sort_values("size", ascending=False, kind="stable")
    return [(str(name), int(size), len(ledger), str(file)) for name, size, file in counted.itertuples()]


def _text_ids(articles: pd.DataFrame) -> pd.Series:
    own = pd.Series(articles.index.astype("str"), index=articles.index, dtype="str")
    return articles["text_id"].astype("str").fillna(own)


# -- reprints -------------------------------------------------------------------------------------------------


def reprint_shares(articles: pd.DataFrame, *, by: str = "source") -> pd.DataFrame:
    """One row per value of `by`: how many of its articles carry a text that stands elsewhere in the collection too.

    Columns: the column `by`, `articles`, `texts`, `shared` (articles whose text another article carries as well),
    and `share` (shared / articles, 0–1) with its 95 % interval, most articles first.
    """
    require(articles, by, "text_id")
    ids = _text_ids(articles)
    whole = pd.DataFrame(
        {by: articles[by].astype("str").fillna(NONE), "text_id": ids, "shared": ids.duplicated(keep=False)}
    )
    groups = whole.groupby(by, sort=True)
    table = pd.DataFrame(
        {"articles": groups.size(), "texts": groups["text_id"].nunique(), "shared": groups["shared"].sum()}
    ).astype("int64")
    table["share"], table["share_low"], table["share_high"] = share_with_interval(
        table["shared"].to_numpy(np.int64), table["articles"].to_numpy(np.int64)
    )
    return table.sort_values("articles", ascending=False, kind="stable").reset_index()


def most_reprinted(articles: pd.DataFrame, *, most: int = 10) -> pd.DataFrame:
    """The texts that most articles carry, only those with at least two: index `text_id`.

    Columns: `title` (of the earliest article), `articles`, `sources` (outlets), `languages`, `first`, `last` (UTC) and
    `machine_translated` (articles).
    """
    require(articles, "title", "published", "source", "language", "text_id", "translated_from")
    own = articles.assign(text_id=_text_ids(articles), id_=articles.index)
    shared = own[own["text_id"].duplicated(keep=False)]
    shared = shared.sort_values(["published", "id_"], na_position="last", kind="stable")
    table = shared.groupby("text_id").agg(
        title=("title", "first"),
        articles=("title", "size"),
        sources=("source", "nunique"),
        languages=("language", "nunique"),
        first=("published", "min"),
        last=("published", "max"),
        machine_translated=("translated_from", "count"),
    )
    return table.sort_values(["articles", "sources"], ascending=False, kind="stable").head(most)


# -- an event within its collection ---------------------------------------------------------------------------


def whole_window(covered: pd.DataFrame, *, of: pd.DataFrame, event: Event) -> pd.Series:
    """The coverage of the whole window as one row of `coverage_by`, over texts: counts, total, share and interval."""
    whole = of.assign(whole_="all")
    table = coverage_by(covered, of=whole, by="whole_", start=event.start, end=event.end, unit="texts")
    zeros = {"articles": 0, "texts": 0, "outlets": 0, "total": 0, "total_texts": 0}
    return table.iloc[0] if len(table) else pd.Series(zeros, dtype="object").reindex([*table.columns])


def known_in(period: pd.Timestamp, event: Event, every: str) -> tuple[KnownDate, ...]:
    """The known dates of the event that lie in the period of length `every` that begins at `period`."""
    after = period + _OFFSETS[every]
    return tuple(each for each in event.known if period <= pd.Timestamp(each.date, tz="UTC") < after)


def topic_shares(topics: Topics, covered: pd.DataFrame) -> pd.DataFrame:
    """One row per topic of the collection, largest first: how much of it the covered articles are.

    Index `topic`. Columns: `label`, `texts` and `articles` of the topic, `share_of_texts` (of all texts of the
    collection), `covered` (articles of the topic that are among the covered ones), `share` (covered / articles, 0–1)
    with its 95 % interval.
    """
    table = topics.table[["label", "texts", "articles", "share_of_texts"]].copy()
    own = topics.assigned.reindex(covered.index).dropna()
    table["covered"] = own[own != UNASSIGNED].value_counts().reindex(table.index).fillna(0).astype("int64")
    table["share"], table["share_low"], table["share_high"] = share_with_interval(
        table["covered"].to_numpy(np.int64), table["articles"].to_numpy(np.int64)
    )
    names = ["label", "texts", "share_of_texts", "articles", "covered", "share", "share_low", "share_high"]
    return table[names]


# -- a table for the eye --------------------------------------------------------------------------------------


class Readable(pd.DataFrame):
    """A table of text that a notebook shows whole: no cell is cut, no row left out."""

    @property
    def _constructor(self) -> type[Readable]:
        return Readable

    def __repr__(self) -> str:
        return super().__repr__() if len(self) else "There is none."

    def _repr_markdown_(self) -> str | None:
        """A table without rows is a sentence, in a report as in the notebook."""
        return None if len(self) else repr(self)

    def _repr_html_(self) -> str:
        if not len(self):
            return f"<p>{self!r}</p>"
        number = [all(is_number(cell) or not cell for cell in self[name]) for name in self.columns]
        # what stands left of a word that was looked for ends at it
        right = [each or name == "left" for each, name in zip(number, self.columns, strict=True)]
        sides = ["left", *("right" if each else "left" for each in right)]
        head = _row("th", [self.index.name or "", *self.columns], sides)
        body = "".join(_row("td", [row[0], *row[1:]], sides) for row in self.itertuples(name=None))
        return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"


def _row(tag: str, cells: Iterable[object], sides: Iterable[str]) -> str:
    """A line of an HTML table; the style is in the cell, where JupyterLab's own does not win."""
    written = [
        f'<{tag} style="text-align: {side}; vertical-align: top">{html.escape(str(cell))}</{tag}>'
        for cell, side in zip(cells, sides, strict=True)
    ]
    return f"<tr>{''.join(written)}</tr>"


def listing(articles: pd.DataFrame, *, most: int | None = None) -> pd.DataFrame:
    """The articles as a list to read, by time: index `article_id`; when, outlet, language and title, in words.

    Times are written no finer than they are known, articles without any stand last as undated.
    """
    require(articles, "title", "published", "published_low", "published_high", "published_precision", "source")
    ordered = articles.assign(id_=articles.index).sort_values(["published_low", "id_"], na_position="last")
    shown = ordered.head(len(ordered) if most is None else most)
    columns = {
        "published": when(shown),
        "outlet": shown["source"].fillna(NONE),
        "language": [NAMES.get(code, code) for code in shown["language"].fillna("")],
        "title": shown["title"],
    }
    return pd.DataFrame(columns, index=shown.index).astype("str")


def readable(table: pd.DataFrame, *, names: Mapping[str, str] | None = None) -> Readable:
    """The same rows as text to be read; the first column becomes the index, an index of ids is left out.

    Shares are written in per cent, with their interval where `share_low` and `share_high` stand beside; whole numbers
    with thousands set apart; times as days; languages by name; a missing value as nothing. `names` renames columns.
    """
    columns = {name: [_written(name, value) for value in table[name]] for name in table.columns}
    if {"share", "share_low", "share_high"} <= set(columns):
        low, high = (columns.pop(name) for name in ("share_low", "share_high"))
        columns["share"] = [_interval(*row) for row in zip(columns["share"], low, high, strict=True)]
    heads = {name: _HEADINGS.get(name, name.replace("_", " ")) for name in columns} | dict(names or {})
    written = pd.DataFrame({heads[name]: values for name, values in columns.items()}, dtype="str")
    return Readable(written.set_index(written.columns[0]) if len(written.columns) else written)


def _interval(share: str, low: str, high: str) -> str:
    return f"{share}\u00a0({low.removesuffix('%')}–{high})" if share else ""


def _written(name: object, value: object) -> str:
    if pd.isna(value):  # type: ignore[call-overload]
        return ""
    if isinstance(value, pd.Timestamp):
        return f"{value.day}\u00a0{value:%b}\u00a0{value.year}"
    if name == "language":
        return NAMES.get(str(value), str(value))
    if isinstance(value, bool | str):
        return str(value)
    if _SHARE.fullmatch(str(name)):
        return f"{value:.0%}"
    number = float(str(value))
    return f"{number:.2f}" if name == "stability" or not number.is_integer() else f"{number:,.0f}"
