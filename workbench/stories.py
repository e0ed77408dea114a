"""Stories: texts that report the same happening, over time and across languages, with nothing to download.

`workbench.companions` says of any two texts how far their nearest texts are the same; average linkage over those pairs
(Sokal and Michener 1958) gives the stories: two groups of texts are one story when their texts are near to each other
on average, so that one text that mentions two happenings does not join them.
"""

from __future__ import annotations

import heapq
import re

import numpy as np
import pandas as pd
from scipy import sparse
from tqdm.auto import tqdm

from workbench.articles import WorkbenchError, digest, require
from workbench.companions import companions
from workbench.nearness import (
    PROGRESS_FROM,
    Pairs,
    Texts,
    by_language,
    has_words,
    read_texts,
    within_features,
)

SAME_STORY = 0.54
"""Average agreement from which two groups of texts are one story; from .52 to .58 B-cubed F1 moves by .03 at most."""

_LATER = 2
"""How many times `days` before and after new articles the known stories are read again that they may belong to."""

_SLUG = re.compile(r"[^\W\d_]+(?:-[^\W_]+){2,}")
"""At least three words joined by hyphens: the headline as addresses have it."""


def find_stories(
    articles: pd.DataFrame,
    *,
    known: pd.Series | None = None,
    seed: int = 0,  # noqa: ARG001 - nothing here is random, yet every step of an analysis is called alike
    days: float = 7,
    progress: bool = True,
) -> pd.Series:
    """The `story_id` of each article: articles with the same one report the same happening.

    A Series aligned on `article_id`, type str, never missing; a text that stands alone is a story of its own. Copies
    and the order of rows change nothing: distinct texts (`text_id`) are compared. The id is a digest of the story's
    earliest text. An article without any words is a story by itself; one that was loaded without title and text is
    read by the words of its address and its description.

    `known` are stories found before, by `article_id`: articles in it keep their story, whatever comes later, and only
    the others are placed, in a known story or a new one. Known stories never join. Only those with texts within
    twice `days` of the new ones are read, so that a day is added in seconds; ids of articles that are gone are ignored.

    Trust large stories more than small ones: where most texts have no counterpart, as in a collection of years, two
    that chance brought together are often taken for a story of two texts, most of all across languages.

    `days`: how fast nearness fades with the time between two texts. `seed` changes nothing: no step is random.

    Raises WorkbenchError for a table without the columns it needs, or `days` that is not above zero.
    """
    require(articles, "title", "text", "published", "language", "text_id")
    if not days > 0:
        raise WorkbenchError(f"days={days!r} is not a span of time; give a number of days above 0, as in days=7")
    before = _known_of_texts(articles, known)
    chosen = _representatives(_worth_reading(articles, before, days))
    chosen = chosen[has_words(chosen)]
    names = dict(before)
    if len(chosen):
        texts = read_texts(chosen, progress=progress)
        told = [before.get(text) for text in texts.ids]
        names |= _names(
            texts, _average_linkage(told, companions(texts, days, progress=progress), progress=progress), told
        )
    return _spread(articles, names, known)


def _known_of_texts(articles: pd.DataFrame, known: pd.Series | None) -> dict[str, str]:
    """The story of each text that has one already: that of most of its articles, then the smallest id."""
    if known is None:
        return {}
    if not isinstance(known, pd.Series):
        raise WorkbenchError(f"known= is {type(known).__name__}; give the Series that find_stories gave before")
    ids = known[~known.index.duplicated()].reindex(articles.index)
    table = pd.DataFrame({"text": _text_ids(articles), "story": ids.to_numpy()}).dropna()
    counted = table.groupby(["text", "story"]).size().rename("articles").reset_index()
    first = counted.sort_values(["text", "articles", "story"], ascending=[True, False, True]).drop_duplicates("text")
    return {str(text): str(story) for text, story in zip(first["text"], first["story"], strict=True)}


def _worth_reading(articles: pd.DataFrame, before: dict[str, str], days: float) -> pd.DataFrame:
    """The articles of new texts, and those with a story that are near them in time; all where nothing is known."""
    if not before:
        return articles
    new = pd.Series([text not in before for text in _text_ids(articles)], index=articles.index)
    times = articles["published"]
    span = pd.Timedelta(days=_LATER * days)
    within = times.between(times[new].min() - span, times[new].max() + span)
    return articles[new | within] if new.any() else articles[new]


def _spread(articles: pd.DataFrame, names: dict[str, str], known: pd.Series | None) -> pd.Series:
    """Each article's story: the one it had, else that of its text, else one of its own."""
    found = [
        names.get(text) or "s" + digest([text, article])
        for text, article in zip(_text_ids(articles), articles.index.astype(str), strict=True)
    ]
    stories = pd.Series(found, index=articles.index, dtype="str", name="story_id")
    if known is not None:
        kept = known[~known.index.duplicated()].reindex(articles.index)
        stories = stories.where(kept.isna(), kept).astype("str").rename("story_id")
    return stories


def _text_ids(articles: pd.DataFrame) -> list[str]:
    """The text of each article; one without a `text_id`, or without title and text, is a text of its own."""
    own = pd.Series(articles.index.astype("str"), index=articles.index, dtype="str")
    blank = pd.Series(data=True, index=articles.index)
    for name in ("title", "text"):
        read = articles[name].astype("str").fillna("")
        blank &= (read == "") | read.str.isspace()
    ids = articles["text_id"].astype("str")
    return ids.where(~blank, ids + own).fillna(own).tolist()


def _representatives(articles: pd.DataFrame) -> pd.DataFrame:
    """One row per text: its earliest dated article, then the longest, then the smallest id; sorted by `text_id`."""
    table = articles.assign(
        text_id=_text_ids(articles),
        title=articles["title"].astype("str").fillna(""),
        text=articles["text"].astype("str").fillna(""),
        language=articles["language"].astype("str").fillna("und"),
        _own=articles.index.astype("str"),
    )
    table = _with_substitutes(table)
    table["_length"] = -table["text"].str.len()
    ordered = table.sort_values(["published", "_length", "_own"], na_position="last", kind="stable")
    return ordered.drop_duplicates("text_id").sort_values("text_id")


def _with_substitutes(table: pd.DataFrame) -> pd.DataFrame:
    """Texts without title take the words of their address for one, those without text their description."""
    if "url" in table:
        slugs = table["url"].astype("str").fillna("").map(_headline_of_address)
        table["title"] = table["title"].where(table["title"].str.strip() != "", slugs)
    if "description" in table:
        described = table["description"].astype("str").fillna("")
        table["text"] = table["text"].where(table["text"].str.strip() != "", described)
    return table


def _headline_of_address(url: str) -> str:
    """The longest row of words joined by hyphens.

    >>> _headline_of_address("https://www.example.org/2031/03/talks-open-in-geneva-81.html")
    'talks open in geneva 81'
    """
    return max(_SLUG.findall(url.rpartition("//")[2].partition("/")[2]), key=len, default="").replace("-", " ")


def _names(texts: Texts, group: list[int], told: list[str | None]) -> dict[str, str]:
    """Each text's story id: the known one of its group, else made from its earliest text, then the smallest id."""
    order = sorted(range(len(group)), key=lambda at: (np.isnan(texts.day[at]), np.nan_to_num(texts.day[at]), at))
    name = {group[at]: story for at, story in enumerate(told) if story is not None}
    for at in order:
        name.setdefault(group[at], "s" + digest([texts.ids[at]]))
    return {texts.ids[at]: name[group[at]] for at in range(len(group))}


def _average_linkage(told: list[str | None], pairs: Pairs, *, progress: bool) -> list[int]:
    """For each text the number of its group: the nearest two groups are joined until none are SAME_STORY apart.

    How near two groups are is the mean over all their pairs of texts, a pair that is not given counting as 0. Texts
    with the same known story (`told`) begin as one group, and groups of two known stories are never joined.
    """
    first: dict[str, int] = {}
    parent = [at if story is None else first.setdefault(story, at) for at, story in enumerate(told)]
    size = np.bincount(parent, minlength=len(told)).tolist()
    settled = set(first.values())
    links: list[dict[int, float]] = [{} for _ in told]
    for one, two, value in zip(*(part.tolist() for part in pairs), strict=True):
        here, there = parent[one], parent[two]
        if here != there and not (here in settled and there in settled):
            links[here][there] = links[there][here] = links[here].get(there, 0.0) + value
    heap = [
        (-near, one, two)
        for one, near_to in enumerate(links)
        for two in near_to
        if one < two and (near := _mean(links, size, one, two)) >= SAME_STORY
    ]
    heapq.heapify(heap)
    bar = tqdm(desc="joining stories", unit=" joins", disable=not progress or len(told) < PROGRESS_FROM, leave=False)
    while heap:
        value, one, two = heapq.heappop(heap)
        if parent[one] != one or parent[two] != two or -value != _mean(links, size, one, two):
            continue
        if two in settled:
            one, two = two, one
        bar.update()
        for other in _join(links, parent, size, one, two):
            if one in settled and other in settled:
                links[one].pop(other), links[other].pop(one)
            elif (near := _mean(links, size, one, other)) >= SAME_STORY:
                heapq.heappush(heap, (-near, min(one, other), max(one, other)))

    bar.close()
    return [_root(parent, at) for at in range(len(told))]


def _mean(links: list[dict[int, float]], size: list[int], one: int, two: int) -> float:
    return links[one].get(two, 0.0) / (size[one] * size[two])


def _join(links: list[dict[int, float]], parent: list[int], size: list[int], one: int, two: int) -> list[int]:
    """Put group `two` into group `one`; the groups that are now linked to it."""
    del links[one][two]
    for other, value in links[two].items():
        if other == one:
            continue
        del links[other][two]
        links[one][other] = links[other][one] = links[one].get(other, 0.0) + value
    links[two] = {}
    parent[two] = one
    size[one] += size[two]
    return list(links[one])


def _root(parent: list[int], one: int) -> int:
    while parent[one] != one:
        one = parent[one]
    return one


STORY_COLUMNS = ("label", "first", "last", "articles", "texts", "outlets", "languages", "undated", "key_articles")
"""The columns of `story_table`."""


def story_table(
    articles: pd.DataFrame, *, language: str | None = None, least_texts: int = 1, keys: int = 3
) -> pd.DataFrame:
    """One row per story; index `story_id`; the stories most outlets carried come first, then those with most texts.

    Columns: `label` (the headline of the most central text in `language`, or where it has none in the story's most
    frequent language), `first` and `last` (UTC; NaT where no article is dated), the counts `articles`, `texts`,
    `outlets`, `languages` and `undated` (articles), and `key_articles` (up to `keys` article ids, the most central
    first, with a space between). Stories of fewer than `least_texts` texts are left out.

    `articles` needs the column `story_id`: articles.assign(story_id=find_stories(articles)).
    """
    require(articles, "title", "text", "published", "source", "language", "text_id", "story_id")
    told = articles[articles["story_id"].notna()].assign(text_id=_text_ids)
    table = _counts(told)
    table = table[table["texts"] >= least_texts]
    told = told[told["story_id"].isin(table.index)]
    central = _central(told)
    table["label"] = _labels(central, language).reindex(table.index)
    table["key_articles"] = central.groupby("story_id")["article"].agg(lambda ids: " ".join(ids.iloc[:keys]))
    table["key_articles"] = table["key_articles"].astype("str")
    ordered = table.sort_index().sort_values(["outlets", "texts"], ascending=False, kind="stable")
    return ordered[list(STORY_COLUMNS)]


def _counts(told: pd.DataFrame) -> pd.DataFrame:
    by = told.groupby("story_id", sort=True)
    return pd.DataFrame(
        {
            "first": by["published"].min(),
            "last": by["published"].max(),
            "articles": by.size().astype("int64"),
            "texts": by["text_id"].nunique().astype("int64"),
            "outlets": by["source"].nunique().astype("int64"),
            "languages": by["language"].nunique().astype("int64"),
            "undated": (by.size() - by["published"].count()).astype("int64"),
        }
    )


def _central(told: pd.DataFrame) -> pd.DataFrame:
    """One row per text, the most central of its story first: the nearest to the mean of the story's texts."""
    chosen = _representatives(told).assign(article=lambda rows: rows["_own"].astype("str"))
    texts = read_texts(chosen, progress=False)
    centrality = np.zeros(len(chosen))
    story = chosen["story_id"].to_numpy(dtype=object)
    for _, rows in by_language(texts):
        features = within_features(texts, rows)
        _, code = np.unique(story[rows].astype(str), return_inverse=True)
        member = sparse.csr_matrix((np.ones(len(rows)), (code, np.arange(len(rows)))))
        whole = member @ features
        centrality[rows] = np.asarray(features.multiply(whole[code]).sum(axis=1)).ravel()
    titled = chosen["title"].str.strip() != ""
    ordered = chosen.assign(_central=-np.round(centrality, 9), _titled=~titled)
    return ordered.sort_values(["story_id", "_titled", "_central", "text_id"], kind="stable")


def _labels(central: pd.DataFrame, language: str | None) -> pd.Series:
    """Each story's headline in the language asked for, else in its most frequent one (ties by code)."""
    size = central.groupby(["story_id", "language"])["text_id"].transform("size")
    wanted = central["language"] == language
    ordered = central.assign(_size=-size, _wanted=~wanted).sort_values(
        ["story_id", "_wanted", "_size", "language"], kind="stable"
    )
    titles = ordered.drop_duplicates("story_id").set_index("story_id")
    first_words = titles["text"].str.split().str[:10].str.join(" ")
    return titles["title"].where(titles["title"].str.strip() != "", first_words).astype("str")
