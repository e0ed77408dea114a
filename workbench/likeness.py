"""Articles like a few examples, in whatever language they are written: the same happening, or the same theme.

A text stands where its words, and what they mean in any language, put it (`embed`); how like it is to examples is the
mean cosine with those nearest to it. Rocchio (1971, "Relevance feedback in information retrieval") took the middle of
all examples; the nearest few do as well for a few, and hold where many examples are about several things.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits
from tqdm.auto import tqdm

from workbench.articles import WorkbenchError, require
from workbench.embed import Space, Weights, learn_space
from workbench.neighbours import Vectors, nearest
from workbench.reprints import find_reprints
from workbench.search import published_interval
from workbench.themes import ideas
from workbench.wordcounts import count_words, readable, stop_tokens

Scores = NDArray[np.float64]

LEARNT = 6_000
"""Texts of a large collection from which the space is learnt; all others are placed in it, in a third of the time."""

NEAREST = 5
"""Examples that count for a text, the nearest ones: an event has several sides, and no text is about all of them."""

_WHY = 5
"""Shared words that are named."""

_KEPT = 2
"""Spaces kept in memory: whoever looks for one thing looks for the next."""

_LEAST_LEARNT = 200
"""Texts of a small language that are learnt from all the same: fewer teach nothing of its words."""

_PROGRESS_FROM = 3_000
"""Texts that take more than two seconds."""

_UNKNOWN = "und"

COLUMNS = {
    "rank": "int64",
    "score": "float64",
    "title": "str",
    "source": "str",
    "published": "datetime64[us, UTC]",
    "language": "str",
    "why": "str",
    "articles": "int64",
    "text_id": "str",
}


def like(  # noqa: PLR0913 -- the table, the examples, and options by name
    articles: pd.DataFrame,
    ids: str | Iterable[str],
    *,
    most: int = 50,
    language: str | None = None,
    days: int | None = None,
    progress: bool = True,
) -> pd.DataFrame:
    """The texts most like the articles with these ids, best first: one row per text, index `article_id`.

    Columns: `rank` from 1; `score`, 0–1: the mean cosine between the place of the text and those of the examples (of
    many, the five nearest), 1 for the same words, about 0 for other matters; `title`, `source`, `published` and
    `language` of the copy that is nearest; `why`, up to five words of it, as it writes them, that the examples use
    too, or whose meaning or sound they share in another language; `articles`, its copies in the table; `text_id`.
    Equal scores go by the id. The examples, their copies and translations are left out, and so are texts with score 0.

    `attrs["among_examples"]` is the least score that an example has from the others (missing for one): texts above it
    are as near as the examples are to each other. `language` keeps one language, `days` the texts that may have been
    published at most so many days before the first or after the last dated example; undated texts then stay.

    Raises WorkbenchError for ids that the table does not hold, for none at all and for options that mean nothing.

    >>> from workbench.articles import as_articles
    >>> rows = {"title": ["Talks in Geneva", "Geneva hosts talks", "Football"], "text": "", "language": "en"}
    >>> table = as_articles(pd.DataFrame(rows, index=["a", "b", "c"]).assign(text_id=["a", "b", "c"]))
    >>> like(table, "a")[["rank", "score", "title", "why"]]
                rank  score               title            why
    article_id
    b              1    1.0  Geneva hosts talks  Geneva, talks
    """
    require(articles, "title", "text", "language", "source", "published")
    whole("most", most, least=1)
    examples = _examples(articles, ids)
    own = text_ids(articles)
    texts = distinct_texts(articles)
    given = texts["text_id"].isin(set(own[examples])).to_numpy()
    space, vectors = text_vectors(texts, progress=progress)
    score = likeness(vectors, vectors[given])
    kept = (score > 0) & ~given & _asked(articles, texts, examples, language, days)
    chosen = _best(texts.assign(score=score)[kept], most)
    chosen["why"] = why(space, chosen, texts[given])
    chosen["articles"] = chosen["text_id"].map(own.value_counts())
    table = chosen.set_index("article_id")[[*COLUMNS]].astype(COLUMNS)
    table.attrs = {"examples": len(examples), "among_examples": _among(vectors[given], texts["text_id"][given])}
    return table


def _examples(articles: pd.DataFrame, ids: str | Iterable[str]) -> list[str]:
    """The ids as a list, each once."""
    named = [ids] if isinstance(ids, str) else list(dict.fromkeys(map(str, ids)))
    if not named:
        raise WorkbenchError(
            "no example is given; name at least one article_id, as in wb.like(articles, [found.index[0]])"
        )
    known = set(articles.index.astype("str"))
    if absent := [one for one in named if one not in known]:
        raise WorkbenchError(
            f"{len(absent)} of {len(named)} examples are not in the table, the first is {absent[0]!r}; "
            "name article_id from articles.index"
        )
    return named


def whole(name: str, value: object, *, least: int) -> None:
    """Raise WorkbenchError unless the option is a whole number of at least `least`."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise WorkbenchError(f"{name}={value!r} is no whole number from {least} up; write {name}={max(least, 10)}")


def _asked(
    articles: pd.DataFrame, texts: pd.DataFrame, examples: list[str], language: str | None, days: int | None
) -> NDArray[np.bool_]:
    """Which texts are in the language, and near the examples in time; without dates all are near."""
    kept = np.ones(len(texts), dtype=bool)
    if language is not None:
        kept &= (texts["language"] == language).to_numpy()
        if not kept.any() and len(texts):
            spoken = ", ".join(sorted(set(texts["language"])))
            raise WorkbenchError(f"no article is in language {language!r}; the table has {spoken}")
    if days is None:
        return kept
    whole("days", days, least=0)
    low, high = published_interval(articles)
    low.index = high.index = articles.index.astype("str")
    around = pd.Timedelta(days=days)
    first, last = low[examples].min(), high[examples].max()
    far = (high[texts["article_id"]] <= first - around) | (low[texts["article_id"]] >= last + around)
    near: NDArray[np.bool_] = kept & ~far.to_numpy(dtype=bool)
    return near


def _best(texts: pd.DataFrame, most: int) -> pd.DataFrame:
    """The first `most` texts by score, each in the language in which it is nearest."""
    rounded = texts.assign(score=texts["score"].round(6))
    ordered = rounded.sort_values(["score", "article_id"], ascending=[False, True])
    chosen = ordered.drop_duplicates("text_id").head(most)
    return chosen.assign(rank=np.arange(1, len(chosen) + 1))


def _among(vectors: Vectors, text_id: pd.Series) -> float:
    """The least score that an example has from the others; its own translations are not others."""
    own = text_id.to_numpy(object)
    scores = [float(likeness(vectors[own == one], vectors[own != one]).max()) for one in sorted(set(own))]
    return round(min(scores), 6) if len(scores) > 1 else float("nan")


# -- texts and their places -----------------------------------------------------------------------------------


def text_ids(articles: pd.DataFrame) -> pd.Series:
    """The text of each article, under its id; without a column `text_id` copies are found by `find_reprints`."""
    known = "text_id" in articles and (articles["text_id"].notna().any() or not len(articles))
    found = articles["text_id"] if known else find_reprints(articles, progress=False)
    names = articles.index.astype("str")
    ids = pd.Series(found.to_numpy(object), index=names, dtype="str")
    return ids.fillna(pd.Series(names, index=names, dtype="str")).rename("text_id")


def distinct_texts(articles: pd.DataFrame, first: NDArray[np.bool_] | None = None) -> pd.DataFrame:
    """One row per text and language: the copy that is `first` (any by default), then the earliest, then by id.

    Columns: `article_id`, `text_id`, `language` ("und" where missing), `title`, `text`, `source`, `published`; sorted
    by `article_id`, so that the order of the articles leaves no trace.
    """
    table = articles[["language", "title", "text", "source", "published"]].assign(
        article_id=articles.index.astype("str"), text_id=text_ids(articles).to_numpy(object)
    )
    table = table.fillna({"language": _UNKNOWN, "title": "", "text": "", "source": ""}).reset_index(drop=True)
    table["late"] = False if first is None else ~first
    ordered = table.sort_values(["late", "published", "article_id"], na_position="last", kind="stable")
    kept = ordered.drop_duplicates(["text_id", "language"]).sort_values("article_id")
    return kept.drop(columns="late").reset_index(drop=True)


@dataclass(frozen=True)
class _Placed:
    space: Space
    vectors: Vectors


_placed: OrderedDict[str, _Placed] = OrderedDict()


def text_vectors(texts: pd.DataFrame, *, progress: bool = True) -> tuple[Space, Vectors]:
    """The space learnt from these texts (rows of `distinct_texts`), and the place of each in it.

    A large collection is learnt from 6,000 texts drawn evenly, at least 200 of each language. The last spaces are
    kept in memory.
    """
    key = _content(texts)
    if key not in _placed:
        steps = tqdm(total=2, desc="comparing texts", disable=not progress or len(texts) < _PROGRESS_FROM)
        with steps, threadpool_limits(1):
            _placed[key] = _place(texts, steps)
    _placed.move_to_end(key)
    while len(_placed) > _KEPT:
        _placed.popitem(last=False)
    return _placed[key].space, _placed[key].vectors


def _place(texts: pd.DataFrame, steps: Any) -> _Placed:
    spoken, outlets = texts["language"].tolist(), texts["source"].tolist()
    read = readable(texts["title"].tolist(), texts["text"].tolist())
    learnt = _learnt(texts["language"])
    some = [[column[at] for at in learnt] for column in (read, spoken, outlets)]
    space, vectors = learn_space(some[0], some[1], outlets=some[2])
    steps.update()
    if len(learnt) < len(texts):
        vectors = space.place(read, spoken)
    steps.update()
    return _Placed(space, vectors)


def _learnt(languages: pd.Series) -> list[int]:
    """Places of the texts that are learnt from: evenly drawn within each language."""
    share = min(1.0, LEARNT / max(1, len(languages)))
    drawn = []
    for _, own in sorted(languages.groupby(languages).groups.items()):
        count = max(min(len(own), _LEAST_LEARNT), round(len(own) * share))
        drawn += own[np.unique(np.linspace(0, len(own) - 1, count).round().astype(int))].tolist()
    return sorted(drawn)


def _content(texts: pd.DataFrame) -> str:
    """A digest of all that the places depend on."""
    whole_of = hashlib.sha256()
    for name in ("title", "text", "language", "source"):
        whole_of.update(pd.util.hash_array(texts[name].to_numpy(object), categorize=False).tobytes())
    return whole_of.hexdigest()


def likeness(vectors: Vectors, examples: Vectors) -> Scores:
    """For each text the mean cosine with its five nearest examples, 0–1: none below 0; 0 without examples."""
    if not len(examples):
        return np.zeros(len(vectors))
    with threadpool_limits(1):
        _, near = nearest(vectors, examples, NEAREST)
    scores: Scores = np.clip(near.mean(axis=1, dtype=np.float64), 0.0, 1.0)
    return scores


# -- why ------------------------------------------------------------------------------------------------------


def why(space: Space, chosen: pd.DataFrame, examples: pd.DataFrame) -> list[str]:
    """For each chosen text the words that it shares with the examples, the rarest first, as it writes them."""
    both = pd.concat([chosen, examples], ignore_index=True)
    counted = count_words(readable(both["title"].tolist(), both["text"].tolist()), both["language"].tolist())
    said: dict[int, dict[str, tuple[str, ...]]] = {}
    for language, own in counted.items():
        named = [_names(word, language) for word in own.words]
        for at, row in enumerate(own.rows.tolist()):
            said[row] = {own.words[column]: named[column] for column in np.sort(own.counts[at].indices)}
    shown = {name for row in range(len(chosen), len(both)) for names in said.get(row, {}).values() for name in names}
    rarity = {language: _rarity(space, language) for language in counted}
    spoken = both["language"].tolist()
    return [_shared(said.get(row, {}), shown, rarity[spoken[row]]) for row in range(len(chosen))]


def _names(word: str, language: str) -> tuple[str, ...]:
    """What a word is in its own language and in any; nothing for stop words."""
    folded = word.casefold()
    return () if folded in stop_tokens(language) else (f"{language}:{folded}", *ideas(word, language))


def _shared(said: dict[str, tuple[str, ...]], shown: set[str], rarity: dict[str, float]) -> str:
    """The rarest words that are among those `shown`, one of each meaning."""
    found: dict[str, tuple[float, str]] = {}
    for word, names in said.items():
        held = [name for name in names if name in shown]
        weight = max((rarity.get(name, 0.0) for name in held), default=0.0)
        if weight > 0:
            known = names[-1]
            found[known] = max(found.get(known, (0.0, "")), (weight, word))
    ranked = sorted(found.values(), key=lambda one: (-round(one[0], 4), one[1].casefold(), one[1]))
    return ", ".join(word for _, word in ranked[:_WHY])


def _rarity(space: Space, language: str) -> dict[str, float]:
    """How rare each word of a language, and each idea in it, is among the texts."""
    tongue, shared = space.tongues.get(language), space.ideas.get(language)
    found = {} if tongue is None else _weights_of(tongue.words, f"{language}:")
    return found if shared is None else found | _weights_of(shared, "")


def _weights_of(weights: Weights, prefix: str) -> dict[str, float]:
    return {f"{prefix}{name}": float(rare) for name, rare in zip(weights.names, weights.rarity, strict=True)}
