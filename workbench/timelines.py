"""What happened when: the stories of a collection in the order of time, each with the sentence that says it best."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.articles import WorkbenchError, require
from workbench.markup import one_line
from workbench.periods import PERIODS, Grid, Places, choice, make_grid, place, times_of
from workbench.sentences import sentences
from workbench.stories import story_table
from workbench.wordcounts import stop_tokens

COLUMNS = (
    "label", "key_sentence", "first", "top", "last", "articles", "texts", "outlets", "languages", "certain", "possible",
    "undated", "key_articles",
)  # fmt: skip
"""The columns of `story_timeline`; `topic` follows where the articles have one."""

_CENTRAL = 20
"""Texts of a story whose sentences are compared, the most central first: more repeat what these say."""

_LEAD = 4
"""Sentences of a text that are read: news says what happened first."""

_WORDS = (8, 45)
"""Words of a sentence that can say what happened: fewer are calls, links and bylines, more is hard to take in."""

_CHARACTERS = 320
_POSITION = 0.3
"""Weight of a sentence's place beside its centrality: at 1, as MEAD has it, small stories get their first sentence."""

_PRINTED = 0.5
"""Weight of how many outlets printed the text: of a few texts, a report that others took over is no comment or list."""

_HEAD = 4_000
"""Characters in which the sentences of the lead are looked for."""

_ENDED = re.compile(r"[.!?…。！？][\"'»”’“)\]]*$")
_STEM = 6
"""Letters of a word that count, as in `nearness`: takes off the endings of inflected languages."""

_DAMPING = 0.85
"""Of the walk over the sentences; Erkan and Radev (2004) take the value of Brin and Page (1998)."""

_STEPS = 60
"""Of the power method: what is left of the error is .85 to the power of 60, under a ten-thousandth."""

Scores = NDArray[np.float64]


def story_timeline(
    articles: pd.DataFrame, *, every: str = "day", most: int = 20, least_texts: int = 2, language: str | None = None
) -> pd.DataFrame:
    """One row per story, in the order of time; index `story_id`. The `most` stories most outlets carried are taken.

    Of stories with equally many outlets those with more texts are taken. Stories of fewer than `least_texts` texts are
    left out. The order is that of `top`, then of `first`: one early text that belongs elsewhere, or has a wrong date,
    moves no story. Columns:

    - `label`: the headline of the most central text in `language`, or in the story's most frequent language
    - `key_sentence`: the sentence of the story's central texts, in the language of the label, that says best what the
      story reports; empty where there is none of 8 to 45 words
    - `first`, `top`, `last`: first moments (UTC) of the first, the fullest and the last `every` (day, week, month …)
      with an article that lies in it for certain; the fullest has most distinct texts, of equals the earliest. NaT
      where no article is certain; such stories come last
    - `articles`, `texts`, `outlets`, `languages`: counts of all articles of the story
    - `certain`, `possible`, `undated`: articles that lie in one period, that may lie in several or whose date was
      inferred, and without any; they add up to `articles`
    - `key_articles`: up to three article ids, the most central first, with a space between
    - `topic`: what most of its texts have, of equals the first by the alphabet; only where `articles` has the column

    The key sentence is the most central of the leads' sentences (LexRank: Erkan and Radev 2004, section 3.3), weighed
    by its place in its text as in MEAD (Radev et al. 2004, "Centroid-based summarization of multiple documents",
    section 3.2). `attrs["texts"]` holds for each story the distinct texts per period, `attrs["stories"]` how many
    stories had enough texts, `attrs["every"]` the period, `attrs["articles"]` the ids of the articles of each story.

    `articles` needs the column `story_id`: articles.assign(story_id=find_stories(articles)). Raises WorkbenchError for
    a table without the columns it needs, an unknown period, and `most` or `least_texts` below 1.

    >>> from workbench.articles import as_articles
    >>> told = pd.DataFrame({"title": "Council meets", "text": ["The council met for four hours on Wednesday.", ""],
    ...     "published": ["2022-01-12", "2022-01-13"], "source": ["AP", "AFP"], "language": "en",
    ...     "text_id": ["a", "b"], "story_id": "s"})
    >>> story_timeline(as_articles(told))[["key_sentence", "texts", "outlets"]]
                                                 key_sentence  texts  outlets
    story_id
    s         The council met for four hours on Wednesday.      2        2
    """
    choice("every", every, PERIODS)
    require(articles, "title", "text", "published", "source", "language", "text_id", "story_id")
    for name, value in (("most", most), ("least_texts", least_texts)):
        if value < 1:
            raise WorkbenchError(f"{name}={value!r} leaves nothing; give a whole number from 1 on")
    known = story_table(articles, language=language, least_texts=least_texts, keys=len(articles))
    table = known.head(most).drop(columns=["first", "last", "undated"])
    own = articles["text_id"].astype("str").fillna(pd.Series(articles.index.astype("str"), index=articles.index))
    told = articles.assign(text_id=own)[articles["story_id"].isin(table.index)]
    times, texts = _times(told, every)
    table = table.join(times)
    table["key_sentence"] = pd.Series(_key_sentences(table, told, language), index=table.index, dtype="str")
    table["key_articles"] = table["key_articles"].str.split().str[:3].str.join(" ").astype("str")
    columns = list(COLUMNS)
    if "topic" in articles.columns:
        table["topic"] = _topics(told).reindex(table.index)
        columns.append("topic")
    ordered = table.sort_index().sort_values(["top", "first", "last"], na_position="last", kind="stable")[columns]
    ids = {str(story): sorted(map(str, own)) for story, own in told.groupby("story_id").groups.items()}
    ordered.attrs = {"every": every, "stories": len(known), "least_texts": least_texts, "texts": texts, "articles": ids}
    return ordered


def _times(told: pd.DataFrame, every: str) -> tuple[pd.DataFrame, dict[str, dict[str, int]]]:
    """Per story its first, fullest and last period and the three classes; and its distinct texts per period."""
    times = times_of(told)
    grid = make_grid(times, every)
    places = place(times, grid)
    story = told["story_id"].astype("str").to_numpy(dtype=object)
    classes = pd.DataFrame({name: getattr(places, name) for name in ("certain", "possible", "undated")}, index=story)
    # without start and end the grid reaches as far as certain articles: what lies outside it is possible somewhere else
    classes["possible"] |= places.outside
    table = classes.groupby(level=0).sum().astype("int64").rename_axis("story_id")
    days = _periods(told, story, grid, places)
    by = days.groupby("story")
    fullest = days.sort_values(["texts", "period"], ascending=[False, True], kind="stable").drop_duplicates("story")
    for name, moments in (
        ("first", by["period"].min()),
        ("top", fullest.set_index("story")["period"]),
        ("last", by["period"].max()),
    ):
        table[name] = moments.reindex(table.index).astype("datetime64[us, UTC]")
    counts: dict[str, dict[str, int]] = {}
    for one, period, texts in days.itertuples(index=False):
        counts.setdefault(str(one), {})[f"{period:%Y-%m-%d}"] = int(texts)
    return table, counts


def _periods(told: pd.DataFrame, story: NDArray[Any], grid: Grid, places: Places) -> pd.DataFrame:
    """The distinct texts of each story in each period that has some, for certain."""
    rows = pd.DataFrame({"story": story, "at": places.first, "text": told["text_id"].to_numpy(dtype=object)})
    counted = rows[places.certain].groupby(["story", "at"], sort=True)["text"].nunique().reset_index(name="texts")
    periods = grid.periods.take(counted["at"].to_numpy(dtype=np.int64))
    return pd.DataFrame({"story": counted["story"], "period": periods, "texts": counted["texts"]})


def _topics(told: pd.DataFrame) -> pd.Series:
    """The topic that most texts of each story have; missing where none has one."""
    counts = told.dropna(subset=["topic"]).groupby(["story_id", "topic"])["text_id"].nunique().reset_index(name="texts")
    counts["_name"] = counts["topic"].astype("str")
    ordered = counts[counts["_name"] != "-1"].sort_values(["texts", "_name"], ascending=[False, True], kind="stable")
    return ordered.drop_duplicates("story_id").set_index("story_id")["topic"]


def _key_sentences(table: pd.DataFrame, told: pd.DataFrame, language: str | None) -> list[str]:
    """The key sentence of each story, in the language of its label: the one asked for, or the most frequent one."""
    spoken, found = told["language"].astype("str").fillna("und"), []
    copies = told["text_id"].value_counts()
    for ids in table["key_articles"].str.split():
        sizes = spoken[ids].value_counts().sort_index()
        wanted = str(language if language in sizes.index else sizes.idxmax())
        own = [one for one in ids if spoken[one] == wanted][:_CENTRAL]
        leads = told.loc[own]
        found.append(key_sentence(leads["text"], wanted, titles=leads["title"], copies=copies[leads["text_id"]]))
    return found


def key_sentence(texts: Iterable[str], language: str, *, titles: Iterable[str] = (), copies: Iterable[int] = ()) -> str:
    """The sentence of these texts, of one language, that says best what they have in common; empty if there is none.

    `titles` are their headlines: what these say counts as a sentence does, but none of them is taken. A sentence
    without an end, while others have theirs, is not taken either: it is a headline, or cut off. `copies` are the
    articles of each text; sentences that more outlets printed go before. Of equals the earlier text's is taken, so
    give the most telling text first.
    """
    heads = list(titles)
    known = {" ".join(_words(title)) for title in heads}
    candidates = [(*one, text) for text, lead in enumerate(texts) for one in _candidates(lead)]
    candidates = [one for one in candidates if " ".join(_words(one[0])) not in known]
    ended = [one for one in candidates if _ENDED.search(one[0])] or candidates
    if not ended:
        return ""
    chosen = [sentence for sentence, _, _ in ended]
    owner = [text for _, _, text in ended] + list(range(len(heads)))
    central = _lexrank([*chosen, *heads], np.array(owner), language)[: len(chosen)]
    position = np.array([1 - at / _LEAD for _, at, _ in ended])
    printed = np.array([*copies] or np.ones(max(owner) + 1), dtype=float)[[text for _, _, text in ended]]
    score = central / central.max() + _POSITION * position + _PRINTED * printed / printed.max()
    return one_line(chosen[int(np.argmax(np.round(score, 9)))])


def _candidates(text: str) -> list[tuple[str, int]]:
    """The sentences of the lead that can say what happened, each with its place."""
    lead = enumerate(sentences(text[:_HEAD])[:_LEAD])
    return [
        (sentence, at)
        for at, sentence in lead
        if _WORDS[0] <= len(sentence.split()) <= _WORDS[1] and len(sentence) <= _CHARACTERS
    ]


def _lexrank(chosen: list[str], owner: NDArray[np.int64], language: str) -> Scores:
    """How often a walk from sentence to sentence, to alike ones more often, comes to each; positive.

    It goes to sentences of other texts only, so that no text raises its own; from one like none it goes anywhere.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    stopped = stop_tokens(language)
    stems = [[word[:_STEM] for word in _words(sentence) if word not in stopped] or ["-"] for sentence in chosen]
    features = TfidfVectorizer(analyzer=list, sublinear_tf=True).fit_transform(stems)
    alike = np.asarray((features @ features.T).todense())
    alike[owner[:, None] == owner[None, :]] = 0
    whole = alike.sum(axis=1, keepdims=True)
    step = np.divide(alike, whole, out=np.full_like(alike, 1 / len(chosen)), where=whole > 0)
    score = np.full(len(chosen), 1 / len(chosen))
    for _ in range(_STEPS):
        score = (1 - _DAMPING) / len(chosen) + _DAMPING * (score @ step)
    return np.asarray(score)


def _words(sentence: str) -> list[str]:
    return "".join(letter if letter.isalnum() else " " for letter in sentence.casefold()).split()
