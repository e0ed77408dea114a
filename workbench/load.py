"""Any mix of files to the article table, and the ledger that says what became of every one of their records.

Loaded + merged + refused = records seen. The order of files, of rows and of machines does not matter.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

import pandas as pd

from workbench import store
from workbench.articles import RAW_COLUMNS, WorkbenchError, as_articles, digest, empty_articles
from workbench.clean import clean_articles
from workbench.dates import date_articles
from workbench.events import Event, load_events
from workbench.inference import infer_dates
from workbench.readers.fields import CANONICAL
from workbench.readers.files import Source, Unit, content_digest, find_files, read_files
from workbench.reprints import find_reprints

Paths = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]
Tables = tuple[pd.DataFrame, pd.DataFrame]


KnownEvents = str | os.PathLike[str] | Mapping[str, Event]
"""Events as `load_events` gives them, or the file they stand in."""


class _Options(NamedTuple):
    collection: str | None
    columns: Mapping[str, str] | None
    events: Mapping[str, Event] | None
    cache: bool
    progress: bool


_TRACKING = ("utm_", "fbclid", "gclid", "xtor", "ns_", "cmpid", "mc_cid", "mc_eid", "at_medium", "at_campaign", "smid")
"""Parameters of an address that say how a reader came to it, not what stands there."""


def load_articles(  # noqa: PLR0913 - keyword-only, each with its usual value
    paths: Paths,
    *,
    collection: str | None = None,
    columns: Mapping[str, str] | None = None,
    events: KnownEvents | None = None,
    cache: bool = True,
    progress: bool = True,
) -> pd.DataFrame:
    """The article table of everything readable under `paths`, with a one-line account printed.

    `paths` is a file, a folder, a glob or a list of them; a folder that `write_collection` wrote is opened as it is.
    `collection` names all of it; by default each folder of the first level is one. `columns` maps column names of
    your own to ours, as `{"Kopfzeile": "title"}`. `events` (or their file) lends the known dates by which articles that
    state none are dated; see `infer_dates`. `cache` keeps the outcome for the next call on the same files.

    Raises WorkbenchError where a path does not exist or holds no file, or `columns` names a column there is not.

    >>> load_articles("no such folder")
    Traceback (most recent call last):
    workbench.articles.WorkbenchError: no such file or folder: no such folder
    """
    articles, ledger = _import(paths, _Options(collection, columns, _known(events), cache, progress))
    print(account(ledger))
    return articles


def import_ledger(
    paths: Paths,
    *,
    collection: str | None = None,
    columns: Mapping[str, str] | None = None,
    cache: bool = True,
    progress: bool = True,
) -> pd.DataFrame:
    """One row per record or refusal under `paths`: what became of it and why. Arguments as for `load_articles`.

    Columns, all strings, "" where there is nothing to say: `file`, `position` in it as a person would look it up,
    `record` (the same whatever the order of rows), `status` (loaded, merged, refused), `reason`, `article_id` (of
    the article kept, for a merged one), `format`. A file without any record is one refused row.
    """
    given = _listed(paths)
    if _is_one_collection(given):
        return store.read_ledger(Path(given[0]).expanduser())
    options = _Options(collection, columns, None, cache, progress)
    kept = store.kept_ledger(_key(_sources(given, options), options)) if cache else None
    return _import(given, options)[1] if kept is None else kept


def write_collection(  # noqa: PLR0913 - the options of load_articles, and the place to write to
    paths: Paths,
    directory: str | os.PathLike[str],
    *,
    collection: str | None = None,
    columns: Mapping[str, str] | None = None,
    events: KnownEvents | None = None,
    cache: bool = True,
    progress: bool = True,
) -> Tables:
    """Import `paths` and write `articles.parquet`, `ledger.csv` and `removed.parquet`; gives the articles and ledger.

    The same input gives the same bytes. Cells of the ledger that a spreadsheet would run as a formula get an
    apostrophe before them. Raises WorkbenchError as `load_articles` does, and where the folder cannot be written or is
    itself the one to read.
    """
    given, folder = _listed(paths), Path(directory).expanduser()
    _check_output(given, folder)
    articles, ledger = _import(given, _Options(collection, columns, _known(events), cache, progress))
    store.write_tables(articles, ledger, folder)
    return articles, ledger


def account(ledger: pd.DataFrame) -> str:
    """What became of the input, in one line."""
    counts = ledger["status"].value_counts()
    loaded, merged, refused = (int(counts.get(status, 0)) for status in ("loaded", "merged", "refused"))
    files = ledger["file"].str.split("!").str[0].nunique()
    line = f"{loaded:,} article{'' if loaded == 1 else 's'} from {files:,} file{'' if files == 1 else 's'}"
    if merged or refused:
        line += f" ({merged:,} merged, {refused:,} refused; wb.import_ledger(...) says why)"
    return line


def _import(paths: Paths, options: _Options) -> Tables:
    given = _listed(paths)
    _check(options.columns)
    if _is_one_collection(given):
        articles, ledger = store.read_tables(Path(given[0]).expanduser())
        return (infer_dates(articles, events=options.events) if options.events else articles), ledger
    sources = _sources(given, options)
    if not options.cache:
        return _fresh(sources, options)
    key = _key(sources, options)
    kept = store.from_cache(key)
    if kept is not None:
        return kept
    articles, ledger = _fresh(sources, options)
    store.to_cache(key, articles, ledger)
    if options.events:  # the ledger is asked for without them
        store.keep_ledger(_key(sources, options._replace(events=None)), ledger)
    return articles, ledger


def _known(events: KnownEvents | None) -> Mapping[str, Event] | None:
    return load_events(Path(events)) if isinstance(events, str | os.PathLike) else events


def _sources(given: list[str | os.PathLike[str]], options: _Options) -> list[Source]:
    return _without_own(find_files(given, collection=options.collection), given)


def _fresh(sources: list[Source], options: _Options) -> Tables:
    read = read_files(sources, columns=options.columns, progress=options.progress)
    seen = [(source.collection, unit) for source, units in zip(sources, read, strict=True) for unit in units]
    return _tables(seen, options)


def _listed(paths: Paths) -> list[str | os.PathLike[str]]:
    listed = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    for path in listed:
        if not isinstance(path, str | os.PathLike):
            raise WorkbenchError(f"a path must be text, got {type(path).__name__}: {str(path)[:60]}")
        if not str(path):
            raise WorkbenchError("the path is empty; give a file or a folder")
        place = Path(path).expanduser()
        if os.access(place, os.F_OK) and not os.access(place, os.R_OK):
            raise WorkbenchError(f"{path} cannot be opened: no permission to read it; ask for it, or copy the file")
    return listed


def _check(columns: Mapping[str, str] | None) -> None:
    wrong = [field for field in (columns or {}).values() if field not in CANONICAL]
    if wrong:
        raise WorkbenchError(f"columns maps to {wrong[0]!r}, which is none of {', '.join(CANONICAL)}")


def _is_one_collection(given: list[str | os.PathLike[str]]) -> bool:
    return len(given) == 1 and store.is_collection(Path(given[0]).expanduser())


def _check_output(given: list[str | os.PathLike[str]], folder: Path) -> None:
    """Raise before hours of reading where the outcome could not be written, or would be read as input next time."""
    if folder.exists() and not folder.is_dir():
        raise WorkbenchError(f"cannot write to {folder}: it is a file; choose a folder")
    inputs = {Path(path).expanduser().resolve() for path in given}
    if folder.resolve() in inputs and not store.is_collection(folder):
        raise WorkbenchError(f"{folder} holds the files to read; choose another folder for what is written")


def _without_own(sources: list[Source], given: list[str | os.PathLike[str]]) -> list[Source]:
    """The sources with what an earlier import left among them refused: read, it would count every article twice."""
    roots = {Path(path).expanduser().resolve() for path in given}
    own = {
        source.path
        for source in sources
        if source.path.name in store.OUTPUTS and store.is_collection(source.path.parent)
    }
    kept = {folder / "articles.parquet" for folder in roots}
    refused = "the workbench wrote it; give its folder itself to read what was imported there"
    return [source._replace(refused=refused) if source.path in own - kept else source for source in sources]


def _key(sources: list[Source], options: _Options) -> str:
    contents = [(source.file, source.collection, source.refused or content_digest(source.path)) for source in sources]
    events = [[event.name, event.query, *map(str, (event.start, event.end, event.known))] for event in _each(options)]
    # Whether a date lies in the future hangs on the day that this variable may set.
    today = os.environ.get("SOURCE_DATE_EPOCH", "")
    return store.cache_key(contents, sorted((options.columns or {}).items()), today, *events)


def _each(options: _Options) -> list[Event]:
    return list((options.events or {}).values())


def _tables(seen: list[tuple[str, Unit]], options: _Options) -> Tables:
    """The articles and the ledger of what was read, each unit with the collection it belongs to."""
    ledger = _bare_ledger([unit for _, unit in seen])
    records = _records(seen)
    if records.empty:
        return empty_articles(), ledger
    kept = _kept(records)
    raw = _raw(records, kept)
    articles = _articles(raw, options)
    fates = _fates(records, kept, raw, articles)
    ledger.loc[fates.index, fates.columns] = fates
    return articles, ledger


def _bare_ledger(units: list[Unit]) -> pd.DataFrame:
    rows = [(unit.file, unit.position, unit.record, "refused", unit.reason, "", unit.format) for unit in units]
    return pd.DataFrame(rows, columns=list(store.LEDGER_COLUMNS), dtype="str")


def _records(seen: list[tuple[str, Unit]]) -> pd.DataFrame:
    """Every record that was read, with a digest of all it says; the index is its place in the ledger."""
    places = [place for place, (_, unit) in enumerate(seen) if unit.fields]
    rows = [
        {**unit.fields, "collection": own, "file": unit.file, "record": unit.record, "format": unit.format}
        for own, unit in (seen[place] for place in places)
    ]
    table = pd.DataFrame(rows, index=pd.Index(places, dtype="int64"))
    extras = sorted(set(table.columns) - set(RAW_COLUMNS))
    table = table.reindex(columns=[*RAW_COLUMNS, *extras]).astype("str")
    contents = pd.Series([seen[place][1].content for place in places], index=table.index, dtype="str")
    return table.assign(content_digest_=contents)


def _kept(records: pd.DataFrame) -> pd.Series:
    """For each record the index of the one that stands for it: itself, or the fullest copy of the same article.

    Copies are records of the same address and text, or, in one file, records equal in every field.
    """
    order = records[["file", "record"]].assign(empty=records.isna().sum(axis=1), copies=_same(records))
    order = order.sort_values(["empty", "file", "record"], kind="stable")
    first = order.groupby("copies", sort=False).cumcount() == 0
    leaders = pd.Series(order.index[first], index=order.loc[first, "copies"])
    return order["copies"].map(leaders).reindex(records.index)


def _same(records: pd.DataFrame) -> pd.Series:
    """A name that copies of one article share."""
    alone = records["file"] + "\0" + records["content_digest_"]
    address = records["url"].dropna().map(url_key)
    shared = address[address.duplicated(keep=False)].index
    told = records.loc[shared, "text"].fillna(records.loc[shared, "title"]).map(lambda text: " ".join(text.split()))
    return alone.where(~alone.index.isin(shared), (address.reindex(alone.index) + "\n" + told.reindex(alone.index)))


def url_key(url: str) -> str:
    """What two addresses of the same page have in common: no scheme, www, tracking, fragment or last slash.

    >>> url_key("https://www.example.org/talks/?utm_source=x#top")
    'example.org/talks'
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return url.strip()
    query = [
        pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not pair[0].lower().startswith(_TRACKING)
    ]
    host = parts.netloc.lower().removeprefix("www.")
    return host + parts.path.rstrip("/") + (f"?{urlencode(query)}" if query else "")


def _raw(records: pd.DataFrame, kept: pd.Series) -> pd.DataFrame:
    """The records that are kept, under their article_id."""
    raw = records[kept == records.index].sort_values(["file", "record"], kind="stable")
    said = raw[["title", "text", "url", "date", "source"]].fillna("")
    names = pd.Series([digest(row) for row in said.itertuples(index=False)], index=raw.index, dtype="str")
    again = names.groupby(names).cumcount() + 1
    raw["article_id"] = names.where(again == 1, names + "-" + again.astype("str"))
    return raw


def _articles(raw: pd.DataFrame, options: _Options) -> pd.DataFrame:
    """The kept records cleaned, dated, grouped into texts, and dated by them where they state no date themselves."""
    progress = options.progress
    table = raw.drop(columns="content_digest_").set_index("article_id").sort_index()
    table = date_articles(clean_articles(table, progress=progress), progress=progress)
    table = as_articles(table.assign(text_id=find_reprints(table, progress=progress)))
    return as_articles(infer_dates(table, events=options.events, progress=progress))


def _fates(records: pd.DataFrame, kept: pd.Series, raw: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """Status, reason and article_id of each record."""
    article = kept.map(raw["article_id"])
    merged = kept != kept.index
    leader = records.loc[kept, ["file", "record"]].set_axis(records.index)
    reason = ("the same article as " + leader["record"] + " in " + leader["file"]).where(merged, "")
    lost = ~article.isin(articles.index)
    status = pd.Series("loaded", index=records.index, dtype="str").where(~merged, "merged").where(~lost, "refused")
    return pd.DataFrame(
        {
            "status": status,
            "reason": reason.where(~lost, "nothing is left of it after cleaning"),
            "article_id": article.where(~lost, ""),
        }
    )
