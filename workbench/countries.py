"""Which countries the articles name: how many articles, texts and outlets, out of how many, per ISO 3166-1 code."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tqdm.auto import tqdm

from workbench.articles import WorkbenchError, require
from workbench.gazetteer import codes, gazetteer, names_in
from workbench.periods import PERIODS, choice, make_grid, place, times_of
from workbench.shares import largest_copies, share_with_interval

MEASURES = ("articles", "texts", "outlets", "total", "total_texts", "share", "share_low", "share_high")
"""The numbers of `countries_named`, named as in `coverage`."""

UNITS = ("articles", "texts")

MOST_ROWS = 1_000_000
"""More rows come from a column with a value per article, asked for by mistake."""

_PROGRESS_FROM = 5_000
"""Texts from which a progress bar is shown: fewer take under two seconds."""

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class _Groups:
    """For each article the number of its group, -1 for none; and the columns that say what the groups are."""

    number: Numbers
    columns: dict[str, pd.Series]
    account: dict[str, int]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()))) if self.columns else 1


def countries_of(articles: pd.DataFrame, *, progress: bool = True) -> pd.Series:
    """The countries that each article names in its title or text: ISO 3166-1 alpha-2 codes, sorted, spaces between.

    A Series aligned on `article_id`, type str: empty where none is named, missing where the article's language has no
    names in the Unicode CLDR ("und"). A country counts once, however often it is named. What is looked up, and what is
    not: country names in every language, in their cases in Russian, Ukrainian and German; no adjectives, capitals,
    peoples or parts ("Russian", "Kremlin", "England"), so that languages compare. Kosovo is XK. Overseas territories
    with a code of their own have it. The names of the collection's outlets are no country's: "Channel One Russia".

    >>> told = pd.DataFrame({"title": ["Talks in Geneva", "Gas"], "text": ["The U.S. met Russia.", "Кроме того, в РФ"],
    ...     "language": ["en", "ru"]})
    >>> countries_of(told, progress=False).tolist()
    ['RU US', 'RU']
    """
    require(articles, "title", "text", "language")
    ignored = tuple(sorted(set(articles["source"].dropna().astype("str")))) if "source" in articles else ()
    rows = zip(*(articles[name].astype("str").fillna("") for name in ("language", "title", "text")), strict=True)
    bar = tqdm(
        rows, total=len(articles), desc="finding countries", unit=" texts",
        disable=not progress or len(articles) < _PROGRESS_FROM,
    )  # fmt: skip
    known: dict[tuple[str, str, str], str | None] = {}
    found: list[str | None] = []
    for one in bar:
        if one not in known:
            names = gazetteer(one[0], ignored)
            known[one] = None if names is None else " ".join(names.find(f"{one[1]}\n{one[2]}"))
        found.append(known[one])
    return pd.Series(found, index=articles.index, dtype="str", name="countries")


def countries_named(  # noqa: PLR0913 -- keyword-only, each with its usual value
    articles: pd.DataFrame,
    *,
    unit: str = "texts",
    by: str | None = None,
    every: str | None = None,
    language: str = "en",
    level: float = 0.95,
    progress: bool = True,
) -> pd.DataFrame:
    """One row per country named, most texts first; per group where `by` names a column, per period with `every`.

    Groups stand in the order of the alphabet, periods in that of time; within each every country that is named anywhere
    is a row, with zeros where it is not. Columns, after `period` and the column `by`:

    - `country`: the code of ISO 3166-1 alpha-2; `name`: its name in `language` by the Unicode CLDR
    - `articles`, `texts`, `outlets`: articles, distinct texts and distinct known outlets that name it at least once
    - `total`, `total_texts`: articles and distinct texts (of the group) that could be read for countries
    - `share`: texts / total_texts, or articles / total with `unit="articles"`, 0–1; missing where there is no total.
      Shares do not add up to 1: a text may name several countries, or none
    - `share_low`, `share_high`: its interval at `level`; see `shares.share_with_interval`

    How countries are found: `countries_of`; a column `countries` of that is used if the articles have it.
    `attrs["account"]`: all `articles`, those `read`, and `unread` ones, whose language is not known; with `every`, of
    those read also the `certain` in one period; the others are in no row.

    Raises WorkbenchError for missing columns, an unknown unit or period, and a `by` with too many values.

    >>> told = pd.DataFrame({"title": "Talks", "text": ["The U.S. met Russia.", "Russia left."], "language": "en",
    ...     "source": "AP", "text_id": ["a", "b"]})
    >>> countries_named(told)[["country", "name", "texts", "total_texts", "share"]]
      country           name  texts  total_texts  share
    0      RU         Russia      2            2    1.0
    1      US  United States      1            2    0.5
    """
    choice("unit", unit, UNITS)
    require(articles, "source", "text_id", *([by] if by else []))
    found = articles["countries"] if "countries" in articles else countries_of(articles, progress=progress)
    read = found.notna().to_numpy(dtype=bool)
    groups = _groups(articles, read, by, every)
    named = sorted({code for one in found[groups.number >= 0].dropna().unique() for code in one.split()} & codes())
    if len(groups) * len(named) > MOST_ROWS:
        raise WorkbenchError(
            f"{len(named)} countries in {len(groups):,} groups make more than {MOST_ROWS:,} rows; take longer periods, "
            "or a column with fewer values"
        )
    numbers = _counted(articles, found, groups, named, (unit, level))
    at, country = np.repeat(np.arange(len(groups)), len(named)), np.tile(np.arange(len(named)), len(groups))
    table = pd.DataFrame({name: column.take(at).array for name, column in groups.columns.items()})
    known = names_in(language)
    table["country"] = pd.array([named[one] for one in country], dtype="str")
    table["name"] = pd.array([known[named[one]] for one in country], dtype="str")
    table = table.assign(**dict(zip(MEASURES, numbers, strict=True)))
    keys = [*groups.columns, "texts", "articles", "country"]
    table = table.sort_values(keys, ascending=[key not in ("texts", "articles") for key in keys], ignore_index=True)
    account = {"articles": len(articles), "read": int(read.sum()), "unread": int((~read).sum()), **groups.account}
    table.attrs = {"by": by, "every": every, "unit": unit, "level": level, "account": account}
    return table


def _groups(articles: pd.DataFrame, read: NDArray[np.bool_], by: str | None, every: str | None) -> _Groups:
    number = np.where(read, 0, -1).astype(np.int64)
    columns: dict[str, pd.Series] = {}
    account: dict[str, int] = {}
    if every is not None:
        choice("every", every, PERIODS)
        times = times_of(articles)
        grid = make_grid(times, every)
        places = place(times, grid)
        number = np.where(read & places.certain, places.first, -1)
        columns["period"] = pd.Series(grid.periods)
        account["certain"] = int((number >= 0).sum())
    if by is not None:
        named = articles[by].astype("object").where(articles[by].notna(), "(none)").astype("str")
        code, values = pd.factorize(named, sort=True)
        columns = {name: column.repeat(len(values)).reset_index(drop=True) for name, column in columns.items()}
        times_over = len(columns["period"]) // max(len(values), 1) if columns else 1
        columns[by] = pd.Series(np.tile(np.asarray(values, dtype=object), times_over), dtype="str")
        number = np.where(number >= 0, number * len(values) + code, -1)
    return _Groups(number.astype(np.int64), columns, account)


@dataclass(frozen=True)
class _Pairs:
    """Articles as numbers: `cell` and `text` of each naming of a country, `group` and `text_of` of each article read.

    A cell is a country within a group, the `countries` of a group in a row.
    """

    cell: Numbers
    text: Numbers
    group: Numbers
    text_of: Numbers
    groups: int
    countries: int


def _counted(
    articles: pd.DataFrame, found: pd.Series, groups: _Groups, named: list[str], how: tuple[str, float]
) -> tuple[NDArray[np.float64] | Numbers, ...]:
    """The numbers of MEASURES for each group and country, countries running faster."""
    unit, level = how
    inside = groups.number >= 0
    group = groups.number[inside]
    own = pd.Series(articles.index.astype("str"), index=articles.index)
    text = pd.factorize(articles["text_id"].astype("str").fillna(own)[inside])[0].astype(np.int64)
    source = pd.factorize(articles["source"][inside])[0].astype(np.int64)
    place_of = {code: at for at, code in enumerate(named)}
    listed = [[place_of[code] for code in one.split() if code in place_of] for one in found[inside]]
    row = np.repeat(np.arange(len(listed)), [len(one) for one in listed])
    cell = group[row] * len(named) + np.array([code for one in listed for code in one], dtype=np.int64)
    pairs = _Pairs(cell, text[row], group, text, len(groups), len(named))
    size, known = pairs.groups * pairs.countries, source[row] >= 0
    counts = (
        np.bincount(cell, minlength=size),
        _distinct(cell, text[row], size),
        _distinct(cell[known], source[row][known], size),
        np.bincount(group, minlength=pairs.groups).repeat(len(named)),
        _distinct(group, text, pairs.groups).repeat(len(named)),
    )
    if unit == "texts":
        return (*counts, *share_with_interval(counts[1], counts[4], level=level))
    return (*counts, *_share_of_articles(pairs, counts[0], counts[3], level))


def _distinct(cell: Numbers, member: Numbers, size: int) -> Numbers:
    """How many different members each cell has."""
    width = int(member.max(initial=0)) + 1
    counted: Numbers = np.bincount(np.unique(cell * width + member) // width, minlength=size)
    return counted


def _share_of_articles(
    pairs: _Pairs, articles: Numbers, total: Numbers, level: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """The share of articles per cell and its interval, copies of one text being one observation."""
    size, width, across = len(articles), int(pairs.text_of.max(initial=0)) + 1, pairs.countries
    copies_of, copies = np.unique(pairs.group * width + pairs.text_of, return_counts=True)
    alike_of, alike = np.unique(pairs.cell * width + pairs.text, return_counts=True)
    of_group, of_cell = copies_of // width, alike_of // width
    beside = copies[np.searchsorted(copies_of, (of_cell // max(across, 1)) * width + alike_of % width)]
    heaviest, most, second = largest_copies(of_group, copies, pairs.groups)
    texts = np.append(copies_of % width, -1)[heaviest].repeat(across)
    held = np.isin(alike_of, (np.arange(size) * width + texts)[texts >= 0])
    sums = (
        np.bincount(of_cell, weights=alike * alike, minlength=size),
        np.bincount(of_cell, weights=alike * beside, minlength=size),
        np.bincount(of_group, weights=copies * copies, minlength=pairs.groups).repeat(across),
        most.repeat(across),
        np.bincount(of_cell[held], weights=alike[held], minlength=size),
        second.repeat(across),
    )
    one, two, three, four, five, six = (each.astype(np.float64) for each in sums)
    return share_with_interval(articles, total, (one, two, three), largest=(four, five, six), level=level)
