"""Auditing a query: people read a sample of what it finds and of what it does not, and the labels say how right it is.

Baker, Bloom and Davis (2016, "Measuring economic policy uncertainty") and Caldara and Iacoviello (2022, "Measuring
geopolitical risk") audited their indices so: readers who do not know what the query said decide, and what it did not
find is read as well. Here the near misses are drawn more often than the rest, each text with a known probability. What
the labels say of the query stands in `accuracy`.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.accuracy import FAR, FOUND, accuracy
from workbench.articles import WorkbenchError, digest, require, write_csv
from workbench.events import Event, in_window, matches
from workbench.excerpts import excerpts
from workbench.likeness import distinct_texts, likeness, text_vectors, whole

STRATA = {FOUND: 4, "near": 2, "middle": 1, FAR: 1}
"""The strata and their parts of the sheet: half for what is found; of the rest, most for what is like it, where the
misses are."""

_NEAR_TEXTS = 20
"""Texts that are near at the least; else as many as the query finds, and four times as many are in the middle."""

_MIDDLE = 4

_CHARACTERS = 400

SHEET_COLUMNS = (
    "row",
    "about",
    "title",
    "sentence",
    "published",
    "source",
    "language",
    "url",
    "article_id",
    "draw",
)

ANSWERS = ("yes", "no", "unsure")

_MEANT = {
    **dict.fromkeys(("yes", "y", "1", "1.0", "true"), "yes"),
    **dict.fromkeys(("no", "n", "0", "0.0", "false"), "no"),
    **dict.fromkeys(("unsure", "u", "?"), "unsure"),
    **dict.fromkeys(("", "nan", "none", "<na>"), ""),
}


@dataclass(frozen=True, repr=False)
class Audit:
    """A sheet to be labelled, and what its labels say.

    `sheet`: one row per text drawn, in an order that tells nothing: `row` from 1; `about`, yes, no, unsure or empty;
    `title`; `sentence`, the one that says most of what the query asks for; `published`, `source`, `language`, `url`;
    `article_id`; `draw`, by which the sheet is known again. `strata`: one row each, `stratum`, `texts`, `drawn`,
    `probability` (with which each of its texts was drawn), `yes`, `no`, `unsure`, `unlabelled`. `figures`: `accuracy`
    of these strata. `drawn`: the stratum of each row of the sheet, which whoever labels should not see.
    """

    about: str
    sheet: pd.DataFrame
    strata: pd.DataFrame
    figures: pd.DataFrame
    drawn: pd.Series

    def write(self, path: str | Path) -> Path:
        """Write the sheet as CSV that a spreadsheet opens safely; raises rather than replace a labelled one."""
        path = Path(path)
        if path.exists():
            raise WorkbenchError(f"{path} exists, and may hold labels; choose another name")
        return write_csv(self.sheet, path)

    def __repr__(self) -> str:
        done = int((self.sheet["about"] != "").sum())
        return f"<Audit of {self.about}: {len(self.sheet)} texts drawn, {done} labelled>"

    def _repr_html_(self) -> str:
        shown = self.sheet if (self.sheet["about"] == "").all() else self.figures
        return f"<p>{html.escape(repr(self)[1:-1])}</p>{shown.to_html(index=False, escape=True, na_rep='')}"


def audit(  # noqa: PLR0913 -- the table, the event, and options by name
    articles: pd.DataFrame,
    event: Event | str,
    *,
    n: int = 50,
    seed: int = 0,
    labels: str | Path | pd.DataFrame | None = None,
    progress: bool = True,
) -> Audit:
    """A sheet of `n` texts to be labelled; with its `labels`, also the precision, a bound on recall, the right share.

    Half of the sheet is drawn from what the query finds, a quarter from as many texts most like those (`likeness`), an
    eighth from the four times as many next to them, the rest from all others; a small stratum gives its rows to the
    others. Within each, the draw is even over languages and months (systematic, with a random start). Distinct texts
    are drawn, not copies; a text is found if one of its copies is. Only the event's window is looked at; undated texts
    may belong to it and stay.

    Write the sheet with `.write("audit.csv")`, have `about` filled with yes, no or unsure from the top down (an order
    without meaning, so that any first part is a sample too), and give the file, or the sheet, as `labels` to the same
    call: the same articles, event, `n` and `seed` draw the same sheet. Or label in the notebook (`labelling_desk`).
    `.figures` then says what `accuracy` does. Texts unsure or unlabelled are counted in `.strata` and left out of the
    figures, as if they were like the labelled ones. A bound on recall over a large collection needs many labels: none
    missed of 300 texts still allows one in 100 of their stratum.

    Raises WorkbenchError for labels of another draw, for answers other than yes, no and unsure, and for options that
    mean nothing. No articles give an empty sheet.

    >>> from workbench.articles import as_articles
    >>> titles = ["NATO talks"] * 3 + ["Talks go on"] * 2 + ["Football"] * 5
    >>> table = pd.DataFrame({"title": titles, "text": "", "language": "en"}, index=[f"a{at}" for at in range(10)])
    >>> drawn = audit(as_articles(table.assign(text_id=table.index)), "NATO", n=10)
    >>> labelled = drawn.sheet.assign(about=["no" if "Foot" in title else "yes" for title in drawn.sheet["title"]])
    >>> told = audit(as_articles(table.assign(text_id=table.index)), "NATO", n=10, labels=labelled)
    >>> told.figures.set_index("figure")["value"][["precision", "recall", "share_found", "share_corrected"]].tolist()
    [1.0, 0.6, 0.3, 0.5]
    """
    require(articles, "title", "text", "language", "source", "published", "url")
    whole("n", n, least=1)
    whole("seed", seed, least=0)
    query = event if isinstance(event, str) else event.query
    texts = _texts(articles, event)
    strata = _strata(texts, progress=progress)
    chosen, table = _drawn(texts, strata, n, np.random.default_rng(seed))
    sheet = _sheet(articles, texts.iloc[chosen], query)
    drawn = pd.Series(strata[chosen], index=sheet["row"], name="stratum", dtype="str")
    if labels is not None:
        sheet["about"] = labels_of(labels, sheet)
    answers = pd.crosstab(strata[chosen], sheet["about"].replace("", "unlabelled").to_numpy())
    answers = answers.reindex(index=table["stratum"], columns=[*ANSWERS, "unlabelled"], fill_value=0)
    table = table.join(answers.astype("int64").reset_index(drop=True))
    name = event if isinstance(event, str) else event.name
    return Audit(name, sheet, table, accuracy(table), drawn)


# -- the draw -------------------------------------------------------------------------------------------------


def _texts(articles: pd.DataFrame, event: Event | str) -> pd.DataFrame:
    """The texts of the window, one row each, with `found`; a copy that is found goes first."""
    found = matches(articles, event).to_numpy()
    inside = found | in_window(articles, event).to_numpy()
    texts = distinct_texts(articles[inside], found[inside])
    texts["found"] = texts["article_id"].isin(set(articles.index[found].astype("str")))
    ordered = texts.sort_values(["found", "published", "article_id"], ascending=[False, True, True])
    return ordered.drop_duplicates("text_id").sort_values("article_id").reset_index(drop=True)


def _strata(texts: pd.DataFrame, *, progress: bool) -> NDArray[np.object_]:
    """The stratum of each text. Where nothing is found, nothing is near it: all are far."""
    found = texts["found"].to_numpy()
    strata = np.where(found, FOUND, FAR).astype(object)
    if not found.any() or found.all():
        return strata
    _, vectors = text_vectors(texts, progress=progress)
    score = np.round(likeness(vectors, vectors[found]), 6)
    rest = np.flatnonzero(~found)
    ranked = rest[np.lexsort((rest, -score[rest]))]
    near = max(int(found.sum()), _NEAR_TEXTS)
    strata[ranked[:near]] = "near"
    strata[ranked[near : near * (1 + _MIDDLE)]] = "middle"
    return strata


def _drawn(
    texts: pd.DataFrame, strata: NDArray[np.object_], n: int, random: np.random.Generator
) -> tuple[NDArray[np.int64], pd.DataFrame]:
    """The places of the texts drawn, in the order of the sheet, and the table of strata."""
    # Chance decides within a month, so that no rhythm of the news can keep step with the draw.
    month = pd.to_datetime(texts["published"], utc=True).dt.strftime("%Y-%m").fillna("")
    order = pd.DataFrame({"language": texts["language"], "month": month, "lot": random.permutation(len(texts))})
    spread = order.sort_values(["language", "month", "lot"]).index.to_numpy()
    sizes = [int((strata == name).sum()) for name in STRATA]
    counts = allotted(sizes, list(STRATA.values()), n)
    chosen = [np.zeros(0, dtype=np.int64)]
    for name, size, count in zip(STRATA, sizes, counts, strict=True):
        own = spread[strata[spread] == name]
        chosen.append(own[_steps(size, count, random)])
    places = random.permutation(np.sort(np.concatenate(chosen)))
    table = pd.DataFrame({"stratum": list(STRATA), "texts": sizes, "drawn": counts})
    table["probability"] = table["drawn"] / table["texts"].where(table["texts"] > 0)
    return places, table


def allotted(sizes: list[int], parts: list[int], n: int) -> list[int]:
    """How many of `n` each stratum gives by its part, none more than it has; what one lacks the others give.

    >>> allotted([100, 100, 400, 1000], [4, 2, 1, 1], 50), allotted([3, 100, 0, 5], [4, 2, 1, 1], 50)
    ([25, 13, 6, 6], [3, 42, 0, 5])
    """
    given = [0] * len(sizes)
    for _ in range(min(n, sum(sizes))):
        open_ = [at for at, size in enumerate(sizes) if given[at] < size]
        given[min(open_, key=lambda at: ((given[at] + 0.5) / parts[at], at))] += 1
    return given


def _steps(size: int, count: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Places of `count` of `size` in even steps from a random start: each has the same probability."""
    start = random.random()
    steps = np.floor((np.arange(count) + start) * size / max(1, count)).astype(np.int64)
    return np.minimum(steps, max(0, size - 1))


# -- the sheet ------------------------------------------------------------------------------------------------


def _sheet(articles: pd.DataFrame, chosen: pd.DataFrame, query: str) -> pd.DataFrame:
    own = articles.set_axis(articles.index.astype("str")).loc[chosen["article_id"]]
    draw = f"draw-{digest([query, *chosen['article_id']], length=10)}"
    sheet = pd.DataFrame({name: own[name].to_numpy() for name in ("title", "published", "source", "language", "url")})
    sheet["row"] = np.arange(1, len(sheet) + 1)
    sheet["about"] = pd.Series("", index=sheet.index, dtype="str")
    sheet["sentence"] = excerpts(own, query=query, characters=_CHARACTERS, progress=False).to_numpy()
    sheet["article_id"], sheet["draw"] = own.index.to_numpy(), draw
    return sheet[[*SHEET_COLUMNS]]


def labels_of(labels: str | Path | pd.DataFrame, sheet: pd.DataFrame) -> pd.Series:
    """The answer of each row of the sheet, empty where the labels have none. Raises as `audit` does."""
    told = labels if isinstance(labels, pd.DataFrame) else _read(Path(labels))
    if absent := [name for name in ("row", "draw", "about") if name not in told]:
        raise WorkbenchError(f"the labels have no column {absent[0]!r}; give the sheet of wb.audit with `about` filled")
    of = set(told["draw"].dropna().astype("str")) - set(sheet["draw"])
    if of:
        raise WorkbenchError(
            f"the labels are of {min(of)!r}, not of this sheet; the articles, the query, n or seed "
            "have changed since: call wb.audit as it was called then"
        )
    rows = pd.to_numeric(told["row"], errors="coerce")
    if rows.duplicated().any() or not rows.isin(sheet["row"]).all():
        raise WorkbenchError(f"the labels have a row that is no row of the sheet, or twice; rows are 1 to {len(sheet)}")
    answers = pd.Series([_answer(*pair) for pair in zip(told["about"], rows, strict=True)], index=rows, dtype="str")
    return answers.reindex(sheet["row"]).fillna("").astype("str").set_axis(sheet.index)


def _read(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path, dtype="str", keep_default_na=False, sep=None, engine="python", encoding="utf-8-sig")
    except FileNotFoundError:
        raise WorkbenchError(f"there is no file {str(path)!r}; write the sheet with wb.audit(…).write(…)") from None
    except (OSError, ValueError) as problem:
        raise WorkbenchError(f"{path} cannot be read ({problem}); save it as CSV in UTF-8") from None


def _answer(value: object, row: float) -> str:
    said = "" if value is None else str(value).strip().casefold()
    if said not in _MEANT:
        raise WorkbenchError(f"row {row:.0f} says {value!r}; write yes, no or unsure, or leave it empty")
    return _MEANT[said]
