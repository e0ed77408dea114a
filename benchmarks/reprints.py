"""How well, how fast and in how much memory reprints are found, beside datasketch and rensa.

python benchmarks/reprints.py                    100,000 made-up articles with planted copies, every system
python benchmarks/reprints.py --articles 10000 --articles 30000 --system workbench      time over size
python benchmarks/reprints.py --negatives 0       no forms, round-ups and stock paragraphs: easy for the rivals
python benchmarks/reprints.py --texts FOLDER     plants the copies into the texts of a collection instead
python benchmarks/reprints.py --read FOLDER      prints pairs of a collection to be read by eye

Half of the articles stand alone, among them what must not be joined: articles of one outlet with a stock paragraph,
bulletins on one form with other figures, follow-ups that recycle a third of an earlier article, round-ups of two.
The others are originals and copies of them: reworded, with heads and tails, cut and filled up, reordered, excerpts.
The containment of a copy is the share of the shorter text's word 3-grams that stands in the longer one.

The rivals get the same 3-grams of the same words and 128 permutations; their candidates are joined as they come or,
"verified", when the containment of the shorter text is at least .5. No setting of theirs reaches a precision of .99 on
these articles (forms and round-ups share more than half), so they have the one that finds most: rensa 64 bands,
datasketch a threshold of .3. Pairs are those within one group, for all.
Each system runs in a process of its own. Seconds are from texts to groups; CPU seconds are those its threads worked,
which tell more on a machine that does other things too. Memory is the peak of the process, texts included.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

SYSTEMS = ("workbench", "workbench, words alone", "datasketch", "datasketch, verified", "rensa", "rensa, verified")
BANDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01)
PERMUTATIONS = 128
CONTAINED = 0.5
THRESHOLD, BAND_COUNT = 0.3, 64

Sentences = list[str]
Random = np.random.Generator


# -- articles with planted copies -----------------------------------------------------------------------------


class Writer:
    """Sentences of made-up words, each used as often as words of its rank are (Zipf)."""

    def __init__(self, random: Random, texts: Iterable[str] = ()) -> None:
        """A writer of made-up sentences, or of those of `texts` where some are given."""
        self.random = random
        parts = np.array([first + second for first in "bdfgklmnprstvz" for second in ("a", "e", "i", "o", "u", "an")])
        picked = parts[random.integers(0, len(parts), (60_000, 4))]
        length = random.integers(1, 5, 60_000)
        self.words = np.array(["".join(row[:size]) for row, size in zip(picked, length, strict=True)], dtype=object)
        weight = 1 / np.arange(3, 60_003)
        self.edges = np.cumsum(weight / weight.sum())
        self.given = iter([re.split(r"(?<=[.!?])\s+", text) for text in texts])

    def sentences(self, count: int) -> Sentences:
        """So many new sentences of 8 to 30 words."""
        lengths = self.random.integers(8, 31, count)
        picked = np.searchsorted(self.edges, self.random.random(int(lengths.sum())))
        words = self.words[np.minimum(picked, len(self.words) - 1)].tolist()
        ends = np.cumsum(lengths).tolist()
        return [" ".join(words[end - length : end]) + "." for end, length in zip(ends, lengths.tolist(), strict=True)]

    def article(self) -> Sentences:
        """An article of 5 to 60 sentences, most of about 20; the next of the given texts while there are any."""
        given = next(self.given, None)
        return given or self.sentences(int(np.clip(self.random.lognormal(3, 0.5), 5, 60)))


def planted(count: int, seed: int, texts: Iterable[str] = (), negatives: float = 0.1) -> pd.DataFrame:
    """So many articles: `text`, `family` (a copy has that of its original), `containment` (missing for originals).

    `negatives` is the share of articles that look like copies and are none.
    """
    random = np.random.default_rng(seed)
    write = Writer(random, texts)
    rows: list[dict[str, Any]] = []
    for texts_of_a_day in _negatives(write, int(count * negatives)):
        day = float(random.integers(0, 300))
        for text in texts_of_a_day:
            day += float(random.random())
            rows.append({"text": text, "family": len(rows), "kind": "negative", "day": day})
    while len(rows) < count:
        family, day = len(rows), float(random.integers(0, 300))
        original = write.article()
        rows.append({"text": " ".join(original), "family": family, "kind": "original", "day": day})
        for _ in range(int(random.choice([0, 0, 0, 1, 2, 4], p=[0.2, 0.2, 0.2, 0.2, 0.1, 0.1]))):
            kind = str(random.choice(list(COPIES)))
            text = " ".join(COPIES[kind](write, original))
            rows.append(
                {
                    "text": text,
                    "family": family,
                    "kind": kind,
                    "containment": containment(" ".join(original), text),
                    "day": day + float(random.random() * 2),
                }
            )
    table = pd.DataFrame(rows[:count]).assign(source=[f"outlet {at}" for at in random.integers(0, 400, count)])
    return table.iloc[random.permutation(count)].reset_index(drop=True)


def _negatives(write: Writer, count: int) -> Iterator[Sentences]:
    """Articles that are no copies although they share a lot, a fourth each of four kinds; a list is of one day."""
    each = count // 4
    stock = [write.sentences(3) for _ in range(max(1, each // 50))]
    for at in range(each):
        yield [" ".join([*write.article(), *stock[at % len(stock)]])]
    forms = [" ".join(write.sentences(8)).split() for _ in range(max(1, each // 20))]
    for at in range(each):
        figures = iter(write.random.integers(100, 99_999, 100).tolist())
        form = forms[at % len(forms)]
        yield [" ".join(f"{next(figures)} {word}" if place % 12 == 5 else word for place, word in enumerate(form))]
    for _ in range(each // 2):
        background, one, two = write.article(), write.article(), write.article()
        third = background[len(background) // 3 : len(background) // 3 + max(1, len(background) // 3)]
        own = [*one, *two, *write.sentences(len(third))][: 2 * len(third)]
        yield [" ".join(background), " ".join([*own, *third])]
    for _ in range(each // 3):
        one = write.article()
        two = write.sentences(len(one))
        yield [" ".join(one), " ".join(two), " ".join([*write.sentences(1), *one, *write.sentences(1), *two])]


def _reworded(write: Writer, original: Sentences) -> Sentences:
    rate = write.random.random() * 0.3
    words = " ".join(original).split()
    other = iter(" ".join(write.sentences(len(words) // 8 + 1)).split())
    changed = write.random.random(len(words)) < rate
    return [next(other) if change else word for word, change in zip(words, changed.tolist(), strict=True)]


def _head_and_tail(write: Writer, original: Sentences) -> Sentences:
    size = len(original)
    head, tail = (int(write.random.integers(0, max(2, size // 2))) for _ in range(2))
    return [*write.sentences(head), *original, *write.sentences(tail)]


def _cut_and_filled(write: Writer, original: Sentences) -> Sentences:
    kept = write.random.random(len(original)) < 0.3 + 0.7 * write.random.random()
    return [one if keep else write.sentences(1)[0] for one, keep in zip(original, kept.tolist(), strict=True)]


def _reordered(write: Writer, original: Sentences) -> Sentences:
    order = write.random.permutation(len(original))
    kept = order[: max(3, int(len(order) * (0.4 + 0.6 * write.random.random())))]
    return [original[at] for at in kept.tolist()]


def _excerpt(write: Writer, original: Sentences) -> Sentences:
    size = max(3, int(len(original) * (0.15 + 0.45 * write.random.random())))
    start = int(write.random.integers(0, max(1, len(original) - size)))
    return original[start : start + size]


def _local_head(write: Writer, original: Sentences) -> Sentences:
    kept = max(3, int(len(original) * (0.3 + 0.7 * write.random.random())))
    return [*write.sentences(int(write.random.integers(1, 5))), *original[:kept]]


COPIES: dict[str, Callable[[Writer, Sentences], Sentences]] = {
    "reworded": _reworded,
    "head and tail": _head_and_tail,
    "cut and filled": _cut_and_filled,
    "reordered": _reordered,
    "excerpt": _excerpt,
    "local head": _local_head,
}


def grams(text: str) -> set[str]:
    """The word 3-grams of a text."""
    words = re.findall(r"\w+", text.casefold())
    return {" ".join(words[at : at + 3]) for at in range(len(words) - 2)}


def containment(left: str, right: str) -> float:
    """The share of the 3-grams of the text with fewer that stand in the other, 0 to 1."""
    one, two = grams(left), grams(right)
    return len(one & two) / max(1, min(len(one), len(two)))


# -- the systems: texts to groups -----------------------------------------------------------------------------


def run(system: str, table: pd.DataFrame) -> list[Any]:
    """A group for each article, as this system finds them."""
    if system.startswith("workbench"):
        return by_workbench(table, alone=system.endswith("alone"))
    find = by_datasketch if system.startswith("datasketch") else by_rensa
    return find(table["text"].tolist(), verified=system.endswith("verified"))


def by_workbench(table: pd.DataFrame, *, alone: bool) -> list[Any]:
    """`find_reprints` over the texts, with outlets and dates or `alone`."""
    from workbench.reprints import find_reprints

    articles = pd.DataFrame({"title": "", "text": table["text"].astype("str")})
    if not alone:
        published = pd.Timestamp("2022-01-01", tz="UTC") + pd.to_timedelta(table["day"], unit="D")
        articles = articles.assign(published=published, source=table["source"])
    return list(find_reprints(articles, progress=False))


def by_datasketch(texts: list[str], *, verified: bool) -> list[Any]:
    """MinHash and MinHashLSH of datasketch."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)
    pairs = []
    for at, text in enumerate(texts):
        sketch = MinHash(num_perm=PERMUTATIONS, seed=1)
        sketch.update_batch([gram.encode() for gram in grams(text)])
        pairs += [(other, at) for other in index.query(sketch)]
        index.insert(at, sketch)
    return joined(texts, pairs, verified=verified)


def by_rensa(texts: list[str], *, verified: bool) -> list[Any]:
    """RMinHash and RMinHashLSH of rensa."""
    from rensa import RMinHash, RMinHashLSH

    index = RMinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS, num_bands=BAND_COUNT)
    pairs = []
    for at, text in enumerate(texts):
        sketch = RMinHash(num_perm=PERMUTATIONS, seed=1)
        sketch.update(list(grams(text)))
        pairs += [(other, at) for other in index.query(sketch)]
        index.insert(at, sketch)
    return joined(texts, pairs, verified=verified)


def joined(texts: list[str], pairs: list[tuple[int, int]], *, verified: bool) -> list[Any]:
    """The groups that these pairs make; `verified` pairs alone are joined where that is asked for."""
    parent = list(range(len(texts)))

    def root(one: int) -> int:
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for left, right in pairs:
        one, two = root(left), root(right)
        if one != two and (not verified or containment(texts[left], texts[right]) >= CONTAINED):
            parent[max(one, two)] = min(one, two)
    return [root(one) for one in range(len(texts))]


# -- measuring ------------------------------------------------------------------------------------------------


def measured(system: str, path: Path) -> dict[str, Any]:
    """Seconds, peak memory in GB and groups of one system, in a process of its own."""
    told = subprocess.run(
        [sys.executable, __file__, "--system", system, "--run", str(path)], capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(told.stdout)
    return found


def run_here(system: str, path: Path) -> None:
    """Run one system on the articles of a file and print what it found as JSON."""
    table = pd.read_parquet(path)
    start, start_of_work = time.perf_counter(), time.process_time()
    groups = run(system, table)
    seconds, work = time.perf_counter() - start, time.process_time() - start_of_work
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        json.dumps(
            {"seconds": seconds, "work": work, "memory": memory, "groups": pd.factorize(pd.Series(groups))[0].tolist()}
        )
    )


def figures(table: pd.DataFrame, groups: list[int]) -> dict[str, float]:
    """Precision over pairs within groups, recall of pairs of original and copy, and recall by band of containment."""
    found = pd.DataFrame({"family": table["family"], "group": groups})
    together = _pairs(found["group"].value_counts())
    right = _pairs(found.groupby(["group", "family"]).size())
    originals = table[table["kind"] == "original"]
    home = pd.Series([groups[at] for at in originals.index], index=originals["family"])
    copies = table[table["containment"].notna() & (table["containment"] >= BANDS[0])]
    hit = pd.Series([groups[at] for at in copies.index], index=copies.index) == copies["family"].map(home)
    band = pd.cut(copies["containment"], BANDS, right=False)
    return {
        "precision": right / max(1, together),
        "recall": float(hit.mean()),
        **{f"{each.left:.1f}-": float(share) for each, share in hit.groupby(band, observed=True).mean().items()},
    }


def _pairs(sizes: pd.Series) -> float:
    return float((sizes * (sizes - 1) / 2).sum())


def measure(counts: list[int], systems: list[str], seed: int, texts: list[str], negatives: float) -> None:
    """Print a row for each size and system."""
    head = True
    for count in counts:
        table = planted(count, seed, texts, negatives)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "articles.parquet"
            table.to_parquet(path)
            for system in systems:
                found = measured(system, path)
                row = figures(table, found["groups"])
                if head:
                    print(f"| articles | system | seconds | CPU seconds | CPU µs an article | GB | {' | '.join(row)} |")
                    print(f"|--:|---|{'--:|' * (len(row) + 4)}")
                    head = False
                cells = " | ".join(f"{value:.3f}" for value in row.values())
                speed = f"{found['seconds']:.1f} | {found['work']:.1f} | {found['work'] / count * 1e6:.0f}"
                print(f"| {count:,} | {system} | {speed} | {found['memory']:.2f} | {cells} |", flush=True)


# -- reading --------------------------------------------------------------------------------------------------


def read(folder: Path, count: int, seed: int) -> None:
    """Print pairs of a collection for the eye: some at random, and those nearest the threshold on either side."""
    from workbench.copies.pairing import CONTAINED as LEAST
    from workbench.copies.passages import compared
    from workbench.load import load_articles
    from workbench.reprints import different_texts, find_reprints, worth_comparing

    table = pd.read_parquet(folder) if folder.suffix == ".parquet" else load_articles(folder)
    table = table.assign(text_id=find_reprints(table.drop(columns="language")))  # no translations: words are compared
    texts = different_texts(table)
    first = pd.Series(np.arange(len(table)), index=texts.of).groupby(level=0).first()
    rows = []
    for shared in compared(texts.hashed, worth_comparing(texts).tolist(), least=LEAST / 2):
        one, two = int(first[shared.longer]), int(first[shared.shorter])
        rows.append((shared, one, two, table["text_id"].iloc[one] == table["text_id"].iloc[two]))
    together = [row for row in rows if row[3]]
    chance = np.random.default_rng(seed)
    picked = chance.permutation(len(together))[:count]
    _show("joined, at random", table, [together[at] for at in sorted(picked)])
    _show("joined, nearest the threshold", table, sorted(together, key=_share)[:count])
    apart = [row for row in rows if not row[3]]
    _show("apart, nearest the threshold", table, sorted(apart, key=_share, reverse=True)[:count])
    groups = table[texts.hashed.lengths[texts.of] > 0].groupby("text_id")
    for text_id, size in groups.size().sort_values(ascending=False).head(15).items():
        print(f"\n== {size} articles of {text_id}")
        for article in groups.get_group(text_id).head(20).itertuples():
            print(f"   {str(article.published)[:10]} {article.source}: {article.title[:90]}")


def _share(row: tuple[Any, ...]) -> float:
    return float(row[0].of_shorter)


def _show(name: str, table: pd.DataFrame, rows: list[tuple[Any, ...]]) -> None:
    print(f"\n== {name}: {len(rows)}")
    for shared, one, two, _ in rows:
        leads = f"leads {shared.lead_of_longer:d} {shared.lead_of_shorter:d}, in long runs {shared.long_runs:.2f}"
        numbers = f"numbers {shared.same_numbers} the same, {shared.other_numbers} other"
        print(f"\n{shared.of_shorter:.2f} of the shorter, {shared.of_longer:.2f} of the longer, {leads}, {numbers}")
        for article in (table.iloc[one], table.iloc[two]):
            print(f"  {str(article['published'])[:10]} {article['source']}: {article['title'][:100]}")
            print(f"    {' '.join(article['text'].split())[:300]}")


def main() -> int:
    """Measure, or print pairs to read; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, action="append", help="how many articles; give it again for more sizes")
    parser.add_argument("--system", action="append", choices=SYSTEMS, help="only these systems")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--texts", type=Path, help="a folder or Parquet file of articles to plant copies into")
    parser.add_argument("--negatives", type=float, default=0.1, help="share of articles that only look like copies")
    parser.add_argument("--read", type=Path, help="a folder or Parquet file of which to print pairs")
    parser.add_argument("--pairs", type=int, default=50, help="how many pairs of each kind to print")
    parser.add_argument("--run", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.run:
        run_here(asked.system[0], asked.run)
    elif asked.read:
        read(asked.read, asked.pairs, asked.seed)
    else:
        texts = _texts(asked.texts) if asked.texts else []
        measure(asked.articles or [100_000], asked.system or list(SYSTEMS), asked.seed, texts, asked.negatives)
    return 0


def _texts(path: Path) -> list[str]:
    """The different texts of at least 80 words of a collection, one of each reprint."""
    from workbench.load import load_articles

    table = pd.read_parquet(path) if path.suffix == ".parquet" else load_articles(path)
    long = table[table["text"].str.split().str.len() >= 80]
    return list(long.drop_duplicates("text_id")["text"])


if __name__ == "__main__":
    raise SystemExit(main())
