"""The sample collection beside what is known of it: which row of data/truth.csv is which article, and how it was read.

The benchmarks print the figures that the tests hold.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import combinations
from pathlib import Path

import pandas as pd
from sklearn.metrics import adjusted_mutual_info_score

from workbench.articles import as_articles, is_inferred
from workbench.clean import original, removed_lines
from workbench.load import load_articles
from workbench.topics import Topics

DATA = Path(__file__).resolve().parents[1] / "data"

CASES = Path(__file__).resolve().parent / "cases"

REPRINTED = ("original", "exact", "edited", "excerpt")
"""Copies in one language; translations are copies only where languages are joined."""

Pair = tuple[str, str]


def sample() -> pd.DataFrame:
    """The articles of the sample, read anew."""
    return load_articles(DATA / "sample", cache=False, progress=False)


def truth() -> pd.DataFrame:
    """What is known of each article, one row per article that is to be loaded."""
    rows = pd.read_csv(DATA / "truth.csv", dtype=str, keep_default_na=False)
    return rows[rows["status"] == "loaded"].reset_index(drop=True)


def aligned(articles: pd.DataFrame) -> pd.DataFrame:
    """The truth under the `article_id` of the article it is about, in the order of `articles`.

    A row is known by its file and its address; records without one by the headline most like it. Articles that no
    row fits, and rows that no article fits, are left out.
    """
    found: dict[str, int] = {}
    known = truth()
    for name, rows in known.groupby("file"):
        own = articles[articles["file"] == name]
        by_url = {str(url): str(at) for at, url in own["url"].dropna().items()}
        left = []
        for at, key in rows["record_key"].items():
            if key in by_url and by_url[key] not in found:
                found[by_url[key]] = int(str(at))
            else:
                left.append(int(str(at)))
        found |= _most_alike(own[~own.index.isin(found)], rows.loc[left])
    order = [one for one in articles.index if one in found]
    return known.loc[[found[one] for one in order]].set_axis(pd.Index(order, name="article_id"))


def _most_alike(articles: pd.DataFrame, rows: pd.DataFrame) -> dict[str, int]:
    """Each row to the article whose headline, or the head of whose text, is most like its title."""
    pairs = []
    for at, title in rows["title"].items():
        for article_id, article in articles.iterrows():
            alike = SequenceMatcher(None, str(title), str(article["title"]), autojunk=False).ratio()
            stands = str(title) in f"{article['title']}\n{article['text'][:400]}"
            pairs.append((max(alike, float(stands)), str(article_id), int(str(at))))
    found: dict[str, int] = {}
    for _, article_id, at in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if article_id not in found and at not in found.values():
            found[article_id] = at
    return found


def shares(articles: pd.DataFrame, known: pd.DataFrame) -> dict[str, float]:
    """For each claim about reading the share of articles of which it holds, 0 to 1."""
    own = articles.loc[known.index]
    dated, translated = known["dated"] == "yes", known["translated_from"] != ""
    holds, bounded = holds_truth(own, known), own["published_low"].notna()
    carried = own["carried_by"].notna() == (known["carried_by"] != "")
    return {
        "aligned": len(known) / len(articles),
        "title": float((own["title"] == known["title"]).mean()),
        "source": float((own["source"] == known["outlet"]).mean()),
        "language": float((own["language"] == known["language"]).mean()),
        "dated intervals hold the truth": float(holds[dated].mean()),
        "dated articles with a date": float(bounded[dated].mean()),
        "dated articles with a stated date": float((~is_inferred(own))[dated].mean()),
        "undated articles with no stated date": float((is_inferred(own) | ~bounded)[~dated].mean()),
        "undated articles with an inferred interval": float(bounded[~dated].mean()),
        "inferred intervals hold the truth": float(holds[~dated & bounded].mean()),
        "translations flagged": float(own.loc[translated, "translated_from"].notna().mean()),
        "originals not flagged": float(own.loc[~translated, "translated_from"].isna().mean()),
        "language of origin": float(_origin_told(own, known)[translated].mean()),
        "carried_by set exactly for aggregators": float(carried.mean()),
    }


def holds_truth(articles: pd.DataFrame, known: pd.DataFrame) -> pd.Series:
    """Whether the true time stands in each article's interval; a day has to be met, a time to be held."""
    moment = pd.to_datetime(known["published"], utc=True, format="ISO8601")
    return (articles["published_low"] <= moment) & (moment < articles["published_high"])


def widths(articles: pd.DataFrame, known: pd.DataFrame) -> pd.Series:
    """Days that each inferred interval is wide, of the articles that state no date."""
    own = articles.loc[known.index[known["dated"] != "yes"]]
    days: pd.Series = (own["published_high"] - own["published_low"]).dt.total_seconds() / 86_400
    return days.dropna()


def _origin_told(articles: pd.DataFrame, known: pd.DataFrame) -> pd.Series:
    """Whether `translated_from` is the language where the copy names it, and `und` where it names none."""
    said = known["translated_from"].where(known["disclaimer"] == "names", "und")
    return articles["translated_from"] == said


def pairs_within(groups: pd.Series) -> set[Pair]:
    """Every pair of articles that share a group, each pair in one order."""
    return {
        (str(left), str(right))
        for _, members in groups.groupby(groups)
        for left, right in combinations(sorted(members.index), 2)
    }


def reprint_pairs(articles: pd.DataFrame, known: pd.DataFrame) -> tuple[set[Pair], set[Pair]]:
    """Pairs of copies that were found, and those there are, among articles that are no translations."""
    same_language = known[known["original"].isin(REPRINTED)]
    return pairs_within(articles.loc[same_language.index, "text_id"]), pairs_within(same_language["text_group"])


def translation_pairs(articles: pd.DataFrame, known: pd.DataFrame) -> tuple[set[Pair], set[Pair]]:
    """Pairs of articles in two languages that were found to be one text, and those that are."""
    found, there = pairs_within(articles.loc[known.index, "text_id"]), pairs_within(known["text_group"])
    return _across(found, known["language"]), _across(there, known["language"])


def _across(pairs: set[Pair], languages: pd.Series) -> set[Pair]:
    return {(left, right) for left, right in pairs if languages[left] != languages[right]}


def precision_and_recall(found: set[Pair], there: set[Pair]) -> tuple[float, float]:
    """The share of the found that is there, and the share of what is there that was found."""
    return len(found & there) / max(1, len(found)), len(found & there) / max(1, len(there))


def agreement(topics: Topics, known: pd.DataFrame) -> dict[str, float]:
    """Adjusted mutual information of the topics with themes and with languages, over texts: 0 is chance, 1 the same."""
    rows = known.assign(topic=topics.assigned.reindex(known.index))
    rows = rows.drop_duplicates(["text_group", "language"])
    return {
        "AMI(topic, theme)": float(adjusted_mutual_info_score(rows["theme"], rows["topic"])),
        "AMI(topic, language)": float(adjusted_mutual_info_score(rows["language"], rows["topic"])),
    }


CONTENT = "content"
NEUTRAL = ("title", "date-line", "credit")
"""Pieces that may stay or go: the headline and the date stand in the table too, and a credit tells of a reprint."""


def furniture() -> pd.DataFrame:
    """What of each text is not the article's own words: `file`, `record_key`, `kind`, `line`, in page order."""
    return pd.read_csv(DATA / "furniture.csv", dtype=str, keep_default_na=False)


def places(text: str, lines: Sequence[str]) -> list[tuple[int, int]]:
    """Where each line starts and ends in the text: after the one before, and as a whole line if there is such a one.

    Raises ValueError for a line that does not stand there.
    """
    found, at = [], 0
    for line in lines:
        whole = re.compile(rf"^[^\S\n]*{re.escape(line)}[^\S\n\r]*\r?$", re.MULTILINE).search(text, at)
        start = text.index(line, whole.start() if whole else at)
        at = start + len(line)
        found.append((start, at))
    return found


def kept_characters(cleaned: str, edits: pd.DataFrame) -> list[bool]:
    """For each character of the text as read whether cleaning left it, by the edits that lead back to it.

    What an edit keeps of a piece is what both have in the same order; a repaired encoding keeps all of it.
    """
    kept: list[bool] = []
    at = 0
    for start, length, stood, rule in edits[["start", "length", "original", "rule"]].itertuples(index=False):
        kept += [True] * (start - at)
        at = start + length
        left = cleaned[start:at]
        own = [rule == "encoding" and bool(left.strip())] * len(stood)
        for block in SequenceMatcher(None, stood, left, autojunk=False).get_matching_blocks():
            own[block.a : block.a + block.size] = [True] * block.size
        kept += own
    return kept + [True] * (len(cleaned) - at)


def judged(articles: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Every piece of every text as read, beside what cleaning did to it.

    One row per piece of furniture, and per stretch of content on one line: `article_id`, `language`, `kind`, `line`,
    `characters` (white space not counted) and how many of them are `gone` from the cleaned text.
    """
    listed = furniture().groupby(["file", "record_key"], sort=False)
    marked = {key: list(zip(rows["kind"], rows["line"], strict=True)) for key, rows in listed}
    edits = removed_lines(articles.loc[known.index])
    edits = edits[edits["part"] == "text"]
    of_article = {str(article_id): own for article_id, own in edits.groupby("article_id")}
    cleaned = articles["text"].to_dict()
    rows = []
    for article_id, truth_row in known.iterrows():
        text = original(articles, str(article_id))["text"]
        own = marked.get((truth_row["file"], truth_row["record_key"]), [])
        kept = kept_characters(cleaned[article_id], of_article.get(str(article_id), edits.iloc[:0]))
        for kind, start, end in _pieces(text, own):
            inked = [at for at in range(start, end) if not text[at].isspace()]
            gone = sum(not kept[at] for at in inked)
            rows.append((article_id, truth_row["language"], kind, text[start:end].strip(), len(inked), gone))
    return pd.DataFrame(rows, columns=["article_id", "language", "kind", "line", "characters", "gone"])


def _pieces(text: str, own: Sequence[tuple[str, str]]) -> list[tuple[str, int, int]]:
    """The text cut at its furniture and at its line breaks, in order; pieces of white space are left out."""
    spans = places(text, [line for _, line in own])
    pieces, at = [], 0
    for kind, (start, end) in [*zip([kind for kind, _ in own], spans, strict=True), (CONTENT, (len(text), len(text)))]:
        pieces += [(CONTENT, at + line.start(), at + line.end()) for line in re.finditer(r"[^\n]+", text[at:start])]
        pieces.append((kind, start, end))
        at = end
    return [piece for piece in pieces if text[piece[1] : piece[2]].strip()]


def cleaning(articles: pd.DataFrame, known: pd.DataFrame) -> dict[str, float]:
    """The share of furniture that is gone from the cleaned texts and of content that is still there, by characters."""
    return _cleaned(judged(articles, known))


def _cleaned(pieces: pd.DataFrame) -> dict[str, float]:
    content = pieces[pieces["kind"] == CONTENT]
    page = pieces[~pieces["kind"].isin([CONTENT, *NEUTRAL])]
    return {
        "furniture removed": float(page["gone"].sum() / max(1, page["characters"].sum())),
        "content kept": 1 - float(content["gone"].sum() / max(1, content["characters"].sum())),
    }


def cleaning_by_kind(articles: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Per kind, neutral ones and content too: `pieces`, their `characters`, and `removed`, the share of these gone."""
    groups = judged(articles, known).groupby("kind")
    table = groups.agg(pieces=("line", "size"), characters=("characters", "sum"), gone=("gone", "sum"))
    return table.assign(removed=table["gone"] / table["characters"]).drop(columns="gone")


def cleaning_by_language(articles: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """The figures of `cleaning` per language."""
    groups = judged(articles, known).groupby("language")
    return pd.DataFrame({str(language): _cleaned(pieces) for language, pieces in groups}).T


def worst_cleaned(articles: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """For reading: the pieces of `judged` that cleaning got wrong, with `wrong` characters, most first."""
    pieces = judged(articles, known)
    pieces = pieces[~pieces["kind"].isin(NEUTRAL)]
    wrong = pieces["gone"].where(pieces["kind"] == CONTENT, pieces["characters"] - pieces["gone"])
    worst = pieces.assign(wrong=wrong)[wrong > 0]
    return worst.sort_values(["wrong", "article_id", "line"], ascending=[False, True, True], ignore_index=True)


def happenings(name: str) -> pd.DataFrame:
    """Reports of pairs of happenings that resemble each other, by day, each with the `label` of its happening.

    `near_misses` (English) is invented throughout; in `near_misses_in_six_languages` most happenings are real, while
    outlets, witnesses and details are not: none of it is a source. Every report is a text of its own.
    """
    rows = [json.loads(line) for line in (CASES / f"{name}.jsonl").read_text("utf-8").splitlines()]
    table = pd.DataFrame(rows).set_index("id").rename(columns={"story": "label"})
    day = pd.to_datetime(table["published"], utc=True)
    table = table.assign(published=day, published_low=day, published_high=day + pd.Timedelta(days=1))
    return as_articles(table.assign(text_id="t" + table.index))


def without_dates(articles: pd.DataFrame) -> pd.DataFrame:
    """The same articles, none with a date."""
    unknown = pd.Series(pd.NaT, index=articles.index, dtype="datetime64[us, UTC]")
    return articles.assign(published=unknown, published_low=unknown, published_high=unknown)


def b_cubed(known: pd.Series, found: pd.Series) -> tuple[float, float, float]:
    """Precision, recall and F1 (Bagga and Baldwin 1998), each article counting once; the index of `known` decides."""
    both = pd.crosstab(known.to_numpy(), found.reindex(known.index).to_numpy()).to_numpy().astype(float)
    precision = float((both**2 / both.sum(axis=0)).sum() / both.sum())
    recall = float((both**2 / both.sum(axis=1, keepdims=True)).sum() / both.sum())
    return precision, recall, 2 * precision * recall / (precision + recall)
