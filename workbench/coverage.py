"""Coverage: how many articles, texts and outlets per calendar period, out of how many, with an interval.

Counts are of copies (`articles`), of distinct texts (`texts`) and of known sources (`outlets`). A share never comes
without its total, and its interval treats the copies of one text as the one observation they are. Articles that
cannot be put into one period are not spread over several: they are counted as possible, undated or outside.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from workbench.articles import WorkbenchError, require
from workbench.groups import NONE, factorized, grouped, named
from workbench.periods import PERIODS, Day, Flags, Grid, Places, Whole, choice, make_grid, place, times_of
from workbench.reprints import find_reprints
from workbench.shares import Counts, counted, share_with_interval
from workbench.totals import ITSELF, TakenOf, check_totals, taken_of
from workbench.uncollected import Uncollected, marked, marked_outlets, uncollected

MEASURES = ("articles", "texts", "outlets", "total", "total_texts", "share", "share_low", "share_high")
"""The numeric columns of a coverage table; `certain`, `possible`, `complete` and `gap` follow."""

UNITS = ("articles", "texts")

MOST_ROWS = 5_000_000
"""About 500 MB of table: a column with a value per article (a URL) was asked for by mistake."""


def coverage(  # noqa: PLR0913 -- keyword-only, each with its usual value
    matches: pd.DataFrame,
    *,
    of: pd.DataFrame,
    every: str = "day",
    by: str | None = None,
    start: Day | None = None,
    end: Day | None = None,
    unit: str = "articles",
    level: float = 0.95,
    week_start: str = "monday",
    totals: pd.DataFrame | None = None,
    gathered_by: str | None = None,
    gaps: pd.DataFrame | bool = True,
) -> pd.DataFrame:
    """One row per period, and per group where `by` names a column: how much of `of` the articles `matches` are.

    `matches` are articles of `of`; only their ids are used. Every period from `start` to `end` is a row (days, both
    included, UTC; `"2022-01"` will do; by default from the first to the last article of `of` whose period is certain),
    quiet ones with zeros, and every group of `of` that the window meets. Columns:

    - `period`: first moment of the calendar bin, UTC; then the column `by`, as text, missing values named "(none)"
    - `articles`, `texts`, `outlets`: matching copies, distinct texts, distinct known sources, certain in the bin and
      in no gap of their outlet
    - `total`, `total_texts`: articles and distinct texts of `of`, certain in the bin (and group) and in no gap
    - `share`: articles / total, 0–1, or texts / total_texts with `unit="texts"`; missing where there is no total
    - `share_low`, `share_high`: its interval at `level`; see `shares.share_with_interval`
    - `certain`, `possible`: matching articles that lie in this bin, in a gap or not, and that may lie in it or another
    - `complete`: False where the window, or the time over which `of` was collected, covers the bin only in part;
      the articles counted are those inside the window
    - `gap`: True where too much was not collected: for `by="source"` on half of the bin's days or more, else where
      outlets that should give a twentieth of the volume (of the group) were not collected

    `gaps` are those that `find_gaps` sees in `of` (True), such a table, as it is or edited, or none (False). The
    articles in an outlet's gaps, the few of a thinned fortnight, are left out of counts, totals and shares; they stay
    in `certain`, and `attrs["aside"]` says how many they are. `attrs["gaps"]` lists the gaps and caps of the window.

    `attrs["account"]` puts each matching article in one class: certain, possible, undated or outside the window;
    `attrs["account_of"]` does so for `of`. Without a column `text_id` the copies are found by `find_reprints`.

    A collection that was itself gathered by a query is no whole to take a share of: `gathered_by` names the query (or
    `of.attrs["gathered_by"]` does), and totals and shares are missing. `totals` gives them: a table with `date` and
    `total_count`, and the column `by` or not (then each group is measured against all articles of the period). A row
    is a day, or where no two dates are neighbours a period of `every`; a period that the table covers only in part
    has no total. The window then reaches over the totals as well. `attrs["share_note"]` says all this in words.

    Raises WorkbenchError for articles that are not in `of`, for an unknown period, column, unit or date, and for totals
    that are no numbers of articles, or fewer than the articles that match.

    >>> from workbench.articles import as_articles
    >>> found = pd.DataFrame({"published": ["2022-01-10", "2022-01-12"], "source": "AP", "text_id": ["a", "b"]})
    >>> articles = as_articles(found)
    >>> coverage(articles.iloc[:1], of=articles)[["articles", "total", "share"]]
       articles  total  share
    0         1      1    1.0
    1         0      0    NaN
    2         0      1    0.0
    """
    choice("every", every, PERIODS)
    given = taken_of(of, every, by, totals, gathered_by)
    setting = _Setting(every, by, unit, level, week_start, taken_of=given, gaps=gaps)
    return _coverage(matches, of, setting, start, end)


def coverage_by(  # noqa: PLR0913 -- keyword-only, each with its usual value
    matches: pd.DataFrame,
    *,
    of: pd.DataFrame,
    by: str = "source",
    start: Day | None = None,
    end: Day | None = None,
    unit: str = "articles",
    level: float = 0.95,
    totals: pd.DataFrame | None = None,
    gathered_by: str | None = None,
    gaps: pd.DataFrame | bool = True,
) -> pd.DataFrame:
    """One row per group over the whole window, most articles first; the columns of `coverage` without `period`."""
    given = taken_of(of, None, by, totals, gathered_by)
    table = _coverage(matches, of, _Setting(None, by, unit, level, "monday", taken_of=given, gaps=gaps), start, end)
    return table.sort_values(["articles", "total", by], ascending=[False, False, True], ignore_index=True)


def composition(  # noqa: PLR0913 -- keyword-only, each with its usual value
    articles: pd.DataFrame,
    *,
    by: str = "topic",
    every: str = "month",
    start: Day | None = None,
    end: Day | None = None,
    unit: str = "articles",
    level: float = 0.95,
    week_start: str = "monday",
    gaps: pd.DataFrame | bool = True,
) -> pd.DataFrame:
    """One row per period and group: which share of all articles of the period belongs to the group.

    As `coverage`, but `total` is that of the period, not of the group, so that the shares of a period add up to 1
    (for `unit="articles"`). Made for topics over time; serves outlets and languages as well.
    """
    choice("every", every, PERIODS)
    setting = _Setting(every, by, unit, level, week_start, whole=True, gaps=gaps)
    return _coverage(articles, articles, setting, start, end)


def account(
    matches: pd.DataFrame,
    *,
    every: str = "day",
    start: Day | None = None,
    end: Day | None = None,
    week_start: str = "monday",
) -> pd.Series[int]:
    """How many articles are `certain`, `possible`, `undated` or `outside` at this bin size; together they are all.

    A Series of whole numbers, the first of them `articles`, their sum. The window is that of `coverage`; without
    `start` and `end` it reaches as far as the articles themselves.
    """
    choice("every", every, PERIODS)
    times = times_of(matches)
    grid = make_grid(times, every, start=start, end=end, week_start=week_start)
    return pd.Series(place(times, grid).account(), name="articles", dtype="int64")


def compare(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The coverage of several events in one table, with the column `event` in front; rows in the given order.

    All tables need the same period, unit and grouping, else WorkbenchError. `attrs["accounts"]` holds the account of
    each event; an article may belong to several events, so the accounts do not add up.
    """
    if not tables:
        raise WorkbenchError("there is no table to compare; give compare({'name': coverage(…), …})")
    same = ("every", "by", "unit", "level", "week_start")
    first_name, first = next(iter(tables.items()))
    for name, table in tables.items():
        require(table, "articles", "total", "share")
        for key in same:
            if table.attrs.get(key) != first.attrs.get(key):
                raise WorkbenchError(
                    f"{name!r} was counted with {key}={table.attrs.get(key)!r}, {first_name!r} with "
                    f"{key}={first.attrs.get(key)!r}; count both alike"
                )
    parts = [table.assign(event=str(name)) for name, table in tables.items()]
    for part in parts:
        part.attrs = {}
    stacked = pd.concat(parts, ignore_index=True)
    stacked = stacked[["event", *(name for name in stacked.columns if name != "event")]]
    stacked.attrs = {key: first.attrs.get(key) for key in same}
    notes = {name: table.attrs.get("share_note") for name, table in tables.items()}
    stacked.attrs["share_note"] = " ".join(f"{name}: {note}" for name, note in notes.items() if note)
    stacked.attrs["gaps"] = first.attrs.get("gaps", [])
    stacked.attrs["accounts"] = {str(name): table.attrs.get("account", {}) for name, table in tables.items()}
    return stacked


@dataclass(frozen=True)
class _Setting:
    every: str | None
    by: str | None
    unit: str
    level: float
    week_start: str
    whole: bool = False
    taken_of: TakenOf = ITSELF
    gaps: pd.DataFrame | bool = True

    @property
    def gaps_looked_for(self) -> pd.DataFrame | bool:
        """What a query finds comes and goes with the event: it shows no gaps, though they may be given."""
        return False if self.gaps is True and self.taken_of != ITSELF else self.gaps

    def __post_init__(self) -> None:
        choice("unit", self.unit, UNITS)
        if self.unit == "texts" and self.taken_of.totals is not None:
            raise WorkbenchError("totals are of articles, so that there is no share of texts; count unit='articles'")
        if isinstance(self.level, bool) or not isinstance(self.level, (int, float)) or not 0 < self.level < 1:
            raise WorkbenchError(f"level={self.level!r} is not between 0 and 1; write level=0.95 for 95 %")


@dataclass(frozen=True)
class _Cells:
    """The cells of the table; for each article its group (-1: none), text and outlet (-1: unknown) by number."""

    groups: list[str]
    group: Whole
    text: Whole
    source: Whole
    names: list[str]


def _coverage(
    matches: pd.DataFrame, of: pd.DataFrame, setting: _Setting, start: Day | None, end: Day | None
) -> pd.DataFrame:
    require(of, "published", "source")
    require(matches)
    matched = _matched(matches, of)
    _check_column(of, matches, setting.by)
    times = times_of(of)
    grid = make_grid(
        setting.taken_of.reaching(times), setting.every, start=start, end=end, week_start=setting.week_start
    )
    places = place(times, grid)
    cells = _with_groups(_cells(of, setting.by, places), setting.taken_of.groups(NONE))
    _check_size(grid, cells, setting.by)
    gaps = setting.gaps_looked_for
    lost = uncollected(gaps=gaps, times=times, outlet=cells.source, names=cells.names, grid=grid)
    table = _table(grid, places, cells, matched, setting, lost)
    return _described(table, places, matched, setting, grid, lost)


def _matched(matches: pd.DataFrame, of: pd.DataFrame) -> Flags:
    """True for each article of `of` that is among the matches."""
    matched = np.zeros(len(of), dtype=bool)
    for name, table in (("of", of), ("matches", matches)):
        if not table.index.is_unique:
            twice = table.index[table.index.duplicated()]
            raise WorkbenchError(
                f"{len(twice)} articles stand twice in {name}, the first is {twice[0]!r}; "
                f"drop them with {name}[~{name}.index.duplicated()]"
            )
    where = of.index.get_indexer(matches.index) if len(of) else np.full(len(matches), -1)
    if (strange := where < 0).any():
        raise WorkbenchError(
            f"{int(strange.sum())} of {len(matches)} matching articles are not in of=, for example "
            f"{matches.index[strange][0]!r}; give the collection the matches were taken from"
        )
    matched[where] = True
    return matched


def _check_column(of: pd.DataFrame, matches: pd.DataFrame, by: str | None) -> None:
    if by is None:
        return
    if by in {"period", *MEASURES, "certain", "possible", "complete", "gap"}:
        raise WorkbenchError(f"by={by!r} is a name of the result's own columns; rename the column of the articles")
    if not isinstance(by, str) or by not in of.columns:
        known = [str(name) for name in of.columns]
        close = difflib.get_close_matches(str(by), known, n=3, cutoff=0.5)
        hint = f"; did you mean {' or '.join(map(repr, close))}?" if close else f"; it has {', '.join(known)}"
        also = "; the matches have it: assign it to of= as well" if by in matches.columns else hint
        raise WorkbenchError(f"by={by!r} is no column of the articles{also}")


def _cells(of: pd.DataFrame, by: str | None, places: Places) -> _Cells:
    source, names = named(*(known := factorized(of["source"])))
    if by is None:
        return _Cells([""], np.zeros(len(of), np.int64), _texts(of), source, names)
    group, groups = grouped(*(known if by == "source" else factorized(of[by])))
    met = np.unique(group[places.certain | places.possible])
    number = np.full(len(groups), -1, dtype=np.int64)
    number[met] = np.arange(len(met))
    return _Cells([groups[place] for place in met], number[group], _texts(of), source, names)


def _with_groups(cells: _Cells, names: set[str]) -> _Cells:
    """The cells with those of the groups of `names` too: of a group in the totals alone, nothing matches."""
    if names <= set(cells.groups):
        return cells
    known = {*cells.groups, *names}
    groups = [*sorted(known - {NONE}), *({NONE} & known)]
    moved = np.array([*(groups.index(name) for name in cells.groups), -1], dtype=np.int64)
    return replace(cells, groups=groups, group=moved[cells.group])


def _texts(of: pd.DataFrame) -> Whole:
    """For each article the number of its text; an article without a `text_id` is a text of its own."""
    known = "text_id" in of.columns and (of["text_id"].notna().any() or "text" not in of.columns)
    ids = of["text_id"] if known else find_reprints(of)
    code = pd.factorize(ids)[0].astype(np.int64)
    own = code < 0
    code[own] = (code.max() if len(code) else 0) + 1 + np.arange(int(own.sum()))
    return code


def _check_size(grid: Grid, cells: _Cells, by: str | None) -> None:
    rows = len(grid) * len(cells.groups)
    if rows > MOST_ROWS:
        raise WorkbenchError(
            f"{len(grid):,} periods of {len(cells.groups):,} groups by {by!r} make {rows:,} rows, more than "
            f"{MOST_ROWS:,}; take longer periods, a shorter window or a column with fewer values"
        )


def _table(  # noqa: PLR0913 -- what each article is, and how it is counted
    grid: Grid, places: Places, cells: _Cells, matched: Flags, setting: _Setting, lost: Uncollected
) -> pd.DataFrame:
    width = len(cells.groups)
    size = len(grid) * width
    columns: dict[str, object] = {"period": np.repeat(np.arange(len(grid)), width)}
    if setting.by is not None:
        columns[setting.by] = pd.array(cells.groups * len(grid), dtype="str")
    chosen = places.certain & ~lost.aside
    cell = places.first[chosen] * width + cells.group[chosen]
    base = cell // width if setting.whole and width else cell
    counts = counted(cell, base, cells.text[chosen], cells.source[chosen], matched[chosen], size=size)
    counts = setting.taken_of.applied(counts, grid, cells.groups, none=NONE)
    columns |= _columns(counts, setting, width)
    within = places.certain & matched
    columns["certain"] = np.bincount(places.first[within] * width + cells.group[within], minlength=size)
    columns["possible"] = _possible(places, cells, matched, len(grid))
    columns["complete"] = np.repeat(grid.complete, width)
    columns["gap"] = (
        marked_outlets(lost, grid, cells.names, cells.groups)
        if setting.by == "source"
        else marked(lost, grid, (cells.group, width), cells.source, counts.total)
    )
    table = pd.DataFrame(columns)
    table["period"] = grid.periods.take(table["period"].to_numpy())
    check_totals(table, setting.by)
    return table if setting.every is not None else table.drop(columns="period")


def _columns(counts: Counts, setting: _Setting, width: int) -> dict[str, object]:
    """The numbers of the table; with `whole`, every group of a period is measured against the period's total."""
    total, total_texts, copies, largest = counts.total, counts.total_texts, counts.squares[2], counts.largest
    if setting.whole and width:
        cells = np.arange(len(counts.articles)) // width
        total, total_texts, copies = total[cells], total_texts[cells], copies[cells]
        largest = (largest[0][cells], largest[1], largest[2][cells])
    if setting.unit == "texts":
        share, low, high = share_with_interval(counts.texts, total_texts, level=setting.level)
    else:
        squares = (counts.squares[0], counts.squares[1], copies)
        share, low, high = share_with_interval(counts.articles, total, squares, largest=largest, level=setting.level)
    numbers: tuple[object, ...] = (counts.articles, counts.texts, counts.outlets, total, total_texts, share, low, high)
    return dict(zip(MEASURES, numbers, strict=True))


def _possible(places: Places, cells: _Cells, matched: Flags, periods: int) -> Whole:
    """For each cell the matching articles that may lie in it or in another one."""
    width = len(cells.groups)
    chosen = places.possible & matched
    group, size = cells.group[chosen], (periods + 1) * width
    came = np.bincount(places.first[chosen] * width + group, minlength=size)
    left = np.bincount((places.last[chosen] + 1) * width + group, minlength=size)
    counted: Whole = np.cumsum((came - left).reshape(periods + 1, width), axis=0)[:periods].ravel()
    return counted


def _described(  # noqa: PLR0913 -- what is told of the table
    table: pd.DataFrame, places: Places, matched: Flags, setting: _Setting, grid: Grid, lost: Uncollected
) -> pd.DataFrame:
    aside = places.certain & lost.aside
    table.attrs = {
        "account": places.account(matched),
        "account_of": places.account(),
        "aside": {"articles": int((aside & matched).sum()), "of": int(aside.sum())},
        "gaps": lost.named(),
        "every": setting.every,
        "by": setting.by,
        "unit": setting.unit,
        "level": setting.level,
        "week_start": setting.week_start,
        "whole": setting.whole or setting.taken_of.shared(setting.by),
        "gathered_by": setting.taken_of.gathered_by,
        "share_note": setting.taken_of.note(table, setting.by),
        "start": None if not len(grid) else str(pd.Timestamp(int(grid.edges[0]), unit="us").date()),
        "end": None if not len(grid) else str(pd.Timestamp(int(grid.edges[-1]) - 1, unit="us").date()),
    }
    return table
