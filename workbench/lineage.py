"""Who published a text first, who copied it, and what was changed on the way."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher

import numpy as np
import pandas as pd

from workbench.articles import WorkbenchError, is_inferred, require
from workbench.copies.pairing import MOSTLY
from workbench.copies.passages import compared
from workbench.copies.shingles import Hashed, hashed
from workbench.reprints import HELD, find_reprints
from workbench.translations import likeness

RELATIONS = ("same", "edited", "contains", "translation")
"""Values of `relation`: word for word, an edited copy, one of which the other is an excerpt, in another language."""

ALL_PAIRS = 12
"""In a text of at most so many articles each is compared with each. In larger ones, so that two hundred copies do not
make 20,000 pairs, each is compared with the earliest and with the NEAREST before it."""

NEAREST = 8

MOST_OF_A_DIFF = 4_000
"""Characters of a diff; what is beyond is counted in its last line."""

_LONGEST_BLOCK = 600
"""Words on either side of a changed passage up to which the words are matched one by one: difflib takes the square."""

_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"»”’)]*\s+|(?<=[。！？])|\s*\n+\s*")
_WORD = re.compile(r"\w+")


def reprint_pairs(articles: pd.DataFrame) -> pd.DataFrame:
    """Pairs of articles that carry the same text, one row per pair.

    Columns: `left` and `right` (article_id; the left one comes first by date, and in `contains` it is the longer
    one), `relation` (one of RELATIONS), `score` (the share of the shorter text that stands in the longer one, 0 to
    1; of translations how far they run in parallel, as `find_translations` measures it), `earlier` (the article_id of
    the one published first; missing where dates cannot tell: intervals that overlap, dates inferred or missing. Then
    the longer one of `contains` is the earlier, and what says of itself that it was translated is the later).

    A text with more than ALL_PAIRS articles has one row per article but the first: with the earlier one most like it.
    The column `text_id` says which articles are one text; without it `find_reprints` does.
    """
    require(articles, "title", "text")
    members = _in_order(_with_text_id(articles))
    pairs = _measured(members)
    if len(pairs):
        size = members.groupby("text_id")["text"].transform("size").to_numpy()[pairs["two"]]
        pairs = pd.concat([pairs[size <= ALL_PAIRS], _likeliest(pairs[size > ALL_PAIRS])]).sort_index()
    return _told(members, pairs)


def lineage(articles: pd.DataFrame, text_id: str) -> pd.DataFrame:
    """The articles of one text, earliest first: who copied it from whom, and what was changed.

    One row per article. Columns: `article_id`, `source`, `carried_by`, `language`, `published`, `published_from`;
    `copied_from` (the article_id of the one before it that is most like it, missing for the first), `relation` and
    `score` as in `reprint_pairs`; `words_added` and `words_cut` against that one, and `diff`: sentences of it that
    are gone after "- ", new ones after "+ ", at most MOST_OF_A_DIFF characters. These three are missing for
    translations. Articles without a stated date come last, the longest first; `copied_from` is the likeliest
    reading of texts and dates, not a proof.

    Raises WorkbenchError where no article has this text_id.
    """
    require(articles, "title", "text")
    table = _with_text_id(articles)
    members = table[table["text_id"] == text_id]
    if members.empty:
        raise WorkbenchError(_unknown(table, text_id))
    members = _in_order(members, alone=True)
    copied = _told(members, _likeliest(_measured(members)).sort_values("two"), ordered=True)
    rows = pd.DataFrame({"article_id": members.index.astype("str")})
    for name in ("source", "carried_by", "language", "published", "published_from"):
        rows[name] = members[name].to_numpy() if name in members else None
    found = copied.set_index("right")[["left", "relation", "score"]].rename(columns={"left": "copied_from"})
    rows = rows.join(found, on="article_id")
    changes = [_changes(members, row) for row in rows.itertuples()]
    rows[["words_added", "words_cut"]] = [change[:2] for change in changes]
    rows["diff"] = pd.Series([change[2] for change in changes], index=rows.index, dtype="str")
    return rows.astype({"words_added": "Int64", "words_cut": "Int64"})


def _unknown(table: pd.DataFrame, text_id: str) -> str:
    if text_id in table.index:
        return f"{text_id!r} is an article_id; its text is {table.loc[text_id, 'text_id']!r}, give that"
    some = ", ".join(map(repr, table["text_id"].value_counts().index[:3]))
    return f"no article has the text_id {text_id!r}; the column text_id holds {some or 'none'} and others"


def _with_text_id(articles: pd.DataFrame) -> pd.DataFrame:
    told = "text_id" in articles and articles["text_id"].notna().all()
    return articles if told else articles.assign(text_id=find_reprints(articles, progress=False))


def _in_order(table: pd.DataFrame, *, alone: bool = False) -> pd.DataFrame:
    """The articles that share their text with others (`alone`: all of them), text by text, earliest first.

    `low_` and `high_` bound the time of publication; both are missing where it is not stated. What says of itself
    that it was translated did not come out before the text it was translated from.
    """
    low = table["published_low"] if "published_low" in table else pd.Series(pd.NaT, index=table.index)
    high = table["published_high"] if "published_high" in table else pd.Series(pd.NaT, index=table.index)
    at = table["published"] if "published" in table else pd.Series(pd.NaT, index=table.index)
    unsure = is_inferred(table)
    both = table.assign(
        low_=_time(low.where(low.notna(), at), unsure), high_=_time(high.where(high.notna(), at), unsure)
    )
    if not alone:
        both = both[both["text_id"].duplicated(keep=False)]
    flagged = _is_translated(both)
    first = both["low_"].mask(flagged).groupby(both["text_id"]).transform("min")
    both = both.assign(low_=both["low_"].mask(flagged & (both["low_"] < first) & (first < both["high_"]), first))
    both = both.assign(length_=-both["text"].fillna("").str.len(), id_=both.index.astype("str"))
    both = both.assign(flagged_=flagged)
    return both.sort_values(["text_id", "low_", "flagged_", "high_", "length_", "id_"], kind="stable")


def _is_translated(table: pd.DataFrame) -> pd.Series:
    told = table["translated_from"] if "translated_from" in table else pd.Series(None, index=table.index)
    return told.notna()


def _time(times: pd.Series, unsure: pd.Series) -> pd.Series:
    """Days since 1970, missing where the date is not stated."""
    since = pd.to_datetime(times, utc=True) - pd.Timestamp(0, tz="UTC")
    return (since / pd.Timedelta(days=1)).mask(unsure)


def _measured(members: pd.DataFrame) -> pd.DataFrame:
    """Pairs of these articles (`one` before `two`, by place) and what they share.

    Columns `of_one` and `of_two` are the shares of either's 3-grams that stand in the other, `same` whether all
    words are the same.
    """
    pairs = np.array(list(_to_compare(members["text_id"])), dtype=np.int64).reshape(-1, 2)
    texts = hashed(members["text"].fillna("").tolist())
    same = (texts.keys[pairs[:, 0]] == texts.keys[pairs[:, 1]]).all(axis=1)
    share = np.where(same[:, None], 1.0, _shares(texts, pairs))
    return pd.DataFrame(
        {"one": pairs[:, 0], "two": pairs[:, 1], "of_one": share[:, 0], "of_two": share[:, 1], "same": same}
    )


def _to_compare(text_ids: pd.Series) -> Iterator[tuple[int, int]]:
    start = 0
    for size in text_ids.groupby(text_ids, sort=False).size():
        for two in range(start + 1, start + size):
            near = range(start, two) if size <= ALL_PAIRS else [start, *range(max(start + 1, two - NEAREST), two)]
            yield from ((one, two) for one in near)
        start += size


def _shares(texts: Hashed, pairs: np.ndarray) -> np.ndarray:
    """For each pair the share of the first text that stands in the second, and of the second in the first."""
    turned = texts.lengths[pairs[:, 0]] < texts.lengths[pairs[:, 1]]
    longer_first = np.where(turned[:, None], pairs[:, ::-1], pairs)
    order = np.argsort(longer_first[:, 0], kind="stable")
    found = {
        (one.longer, one.shorter): (one.of_longer, one.of_shorter)
        for one in compared(texts, longer_first[order].tolist())
    }
    share = np.array([found.get((one, two), (0.0, 0.0)) for one, two in longer_first.tolist()]).reshape(-1, 2)
    return np.where(turned[:, None], share[:, ::-1], share)


def _likeliest(pairs: pd.DataFrame) -> pd.DataFrame:
    """For each later article the pair with the earlier one most like it; of equally like ones the earliest."""
    best = pairs.assign(like=-np.round(pairs["of_one"] * pairs["of_two"], 6))
    return best.sort_values(["two", "like", "one"], kind="stable").drop_duplicates("two").drop(columns="like")


def _told(members: pd.DataFrame, pairs: pd.DataFrame, *, ordered: bool = False) -> pd.DataFrame:
    """The pairs in the words of `reprint_pairs`; `ordered` keeps the one before on the left whatever the relation."""
    ids = members.index.astype("str").to_numpy(dtype=object)
    one, two = pairs["one"].to_numpy(), pairs["two"].to_numpy()
    relation = _relations(members, pairs)
    turned = (relation == "contains") & (pairs["of_one"] > pairs["of_two"]).to_numpy()
    score = _scores(members, pairs, relation)
    low, high = members["low_"].to_numpy(), members["high_"].to_numpy()
    nobody = np.full(len(pairs), None, dtype=object)
    longer = np.where(relation == "contains", np.where(turned, ids[two], ids[one]), nobody)
    unknown = np.isnan(low[one]) | np.isnan(low[two])
    flagged = members["flagged_"].to_numpy(dtype=bool)
    original = np.where(flagged[one] == flagged[two], nobody, np.where(flagged[two], ids[one], ids[two]))
    longer = np.where(relation == "translation", original, np.where(unknown, longer, nobody))
    earlier = np.where((high[one] <= low[two]) & (low[one] < low[two]), ids[one], longer)
    keep = np.full(len(pairs), fill_value=True) if ordered else ~turned
    return pd.DataFrame(
        {
            "left": pd.Series(np.where(keep, ids[one], ids[two]), dtype="str"),
            "right": pd.Series(np.where(keep, ids[two], ids[one]), dtype="str"),
            "relation": pd.Series(relation, dtype="str"),
            "score": score,
            "earlier": pd.Series(earlier, dtype="str"),
        }
    )


def _scores(members: pd.DataFrame, pairs: pd.DataFrame, relation: np.ndarray) -> np.ndarray:
    """The share of the shorter text that stands in the longer one; of translations how far they run in parallel."""
    scores = pairs[["of_one", "of_two"]].max(axis=1).to_numpy(dtype=float).copy()
    across = np.flatnonzero(relation == "translation")
    places = pairs[["one", "two"]].to_numpy()[across].tolist()
    if len(across):
        scores[across] = likeness(members, [(one, two) for one, two in places])
    return scores


def _relations(members: pd.DataFrame, pairs: pd.DataFrame) -> np.ndarray:
    """One of RELATIONS for each pair."""
    language = members["language"] if "language" in members else pd.Series("und", index=members.index)
    spoken = language.fillna("und").to_numpy(dtype=object)
    one, two = spoken[pairs["one"]], spoken[pairs["two"]]
    most, least = pairs[["of_one", "of_two"]].max(axis=1), pairs[["of_one", "of_two"]].min(axis=1)
    translated = (one != two) & (one != "und") & (two != "und") & (most < HELD)
    return np.select([pairs["same"], translated, least < MOSTLY], ["same", "translation", "contains"], "edited")


def _changes(members: pd.DataFrame, row: object) -> tuple[int | None, int | None, str | None]:
    """Words added and cut against the article it was copied from, and the diff; missing where there is none."""
    origin, relation = row.copied_from, row.relation  # type: ignore[attr-defined]
    if not isinstance(origin, str) or relation == "translation":
        return None, None, None
    texts = members["text"].fillna("").set_axis(members.index.astype("str"))
    return changed(texts[origin], texts[row.article_id])  # type: ignore[attr-defined]


def changed(old: str, new: str) -> tuple[int, int, str]:
    r"""How many words were added and cut between two texts, and the sentences that differ, as lines.

    >>> changed("Talks began. Both sides met at noon.", "Talks began. Both sides met at one. No more was said.")
    (5, 1, '- Both sides met at noon.\n+ Both sides met at one.\n+ No more was said.')
    """
    before, after = _sentences(old), _sentences(new)
    matcher = SequenceMatcher(None, [_words(one) for one in before], [_words(one) for one in after], autojunk=False)
    added, cut, lines = 0, 0, []
    for what, low, high, start, end in matcher.get_opcodes():
        if what == "equal":
            continue
        more, fewer = _word_changes(" ".join(before[low:high]), " ".join(after[start:end]))
        added, cut = added + more, cut + fewer
        lines += [f"- {one}" for one in before[low:high]] + [f"+ {one}" for one in after[start:end]]
    return added, cut, _bounded(lines)


def _sentences(text: str) -> list[str]:
    return [" ".join(part.split()) for part in _SENTENCE_END.split(text) if _WORD.search(part)]


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.casefold()))


def _word_changes(old: str, new: str) -> tuple[int, int]:
    """Words added and cut between two passages; those in common are found in order, or in very long ones in any."""
    before, after = _words(old), _words(new)
    if max(len(before), len(after)) > _LONGEST_BLOCK:
        common = (Counter(before) & Counter(after)).total()
    else:
        blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
        common = sum(block.size for block in blocks)
    return len(after) - common, len(before) - common


def _bounded(lines: list[str]) -> str:
    """The lines joined, and where they are too many how many more there are."""
    kept: list[str] = []
    size = 0
    for at, line in enumerate(lines):
        size += len(line) + 1
        if size > MOST_OF_A_DIFF:
            return "\n".join([*kept, f"… {len(lines) - at} more lines"])
        kept.append(line)
    return "\n".join(kept)
