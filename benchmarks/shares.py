"""How often the interval of a share holds the truth where articles are copies of one another.

python benchmarks/shares.py                     all scenarios, about two minutes
python benchmarks/shares.py --runs 4000         with less chance in the figures
python benchmarks/shares.py --each              a line per number of texts and share

A collection of so many texts; each is about the event with one chance, and is copied so many times. The truth is the
share of the articles in the population from which texts and copies are drawn. For each scenario, over 20, 30, 60, 200
and 1,000 texts and shares of 1, 5, 10, 30 and 50 %: how often the 95 % interval holds the truth, in how many of these
25 settings that is 93 to 97 % (rounded), less, or more, the worst, and the mean width. Of single texts, "less" and
"more" are a matter of whole numbers: of 30 texts, shares of 30 % and 33 % are next to one another.

Beside it Wilson's interval of the articles, as if each was written by itself, and the bootstrap over texts (percentiles
of 400 resamples, in settings of up to 200 texts, and fewer runs).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from workbench.shares import share_with_interval

TEXTS = (20, 30, 60, 200, 1000)
SHARES = (0.01, 0.05, 0.1, 0.3, 0.5)
RESAMPLES, MOST_RESAMPLED, RESAMPLED_RUNS = 400, 200, 150

Reals = NDArray[np.float64]
Random = np.random.Generator
Drawn = Callable[[Random, tuple[int, int]], Reals]
Ends = tuple[Reals, Reals]


def one_story(copies: int) -> Drawn:
    """One text so many times, the others once."""

    def drawn(_: Random, shape: tuple[int, int]) -> Reals:
        sizes = np.ones(shape)
        sizes[:, 0] = copies
        return sizes

    return drawn


def some_story(random: Random, shape: tuple[int, int]) -> Reals:
    """One text 1 to 50 times, as chance will have it, the others once."""
    sizes = np.ones(shape)
    sizes[:, 0] = random.integers(1, 51, shape[0])
    return sizes


def every_story(random: Random, shape: tuple[int, int]) -> Reals:
    """Every text 1 to 50 times."""
    return random.integers(1, 51, shape).astype(float)


def a_fifth(random: Random, shape: tuple[int, int]) -> Reals:
    """A fifth of the texts 1 to 50 times, the others once."""
    return np.where(random.random(shape) < 0.2, random.integers(1, 51, shape), 1).astype(float)


def geometric(random: Random, shape: tuple[int, int]) -> Reals:
    """Five times in the mean, most of them less."""
    return random.geometric(0.2, shape).astype(float)


def heavy(random: Random, shape: tuple[int, int]) -> Reals:
    """Most texts once, a few up to 200 times (Zipf)."""
    return np.minimum(random.zipf(2.0, shape), 200).astype(float)


SCENARIOS: dict[str, tuple[Drawn, float]] = {
    "every text once": (one_story(1), 1),
    "one story 5 times": (one_story(5), 1),
    "one story 10 times": (one_story(10), 1),
    "one story 20 times": (one_story(20), 1),
    "one story 50 times": (one_story(50), 1),
    "one story 1 to 50 times": (some_story, 1),
    "a fifth 1 to 50 times": (a_fifth, 1),
    "every story 1 to 50 times": (every_story, 1),
    "geometric, mean 5": (geometric, 1),
    "heavy tail, up to 200": (heavy, 1),
    "every story, matching ×3": (every_story, 3),
    "geometric, matching ×3": (geometric, 3),
    "heavy tail, matching ×3": (heavy, 3),
}
OUTLET = "one outlet has 80 %"


def drawn(name: str, random: Random, shape: tuple[int, int], chance: float) -> tuple[Reals, Reals, float]:
    """Copies of each text, those that match, and the true share of the articles."""
    if name == OUTLET:  # four fifths of the texts are of an outlet that writes half as often of it as the others do
        large = random.random(shape) < 0.8
        low = chance / 1.2
        matching = random.random(shape) < np.where(large, low, 2 * low)
        copies = geometric(random, shape)
        return copies, copies * matching, chance
    sizes, more = SCENARIOS[name]
    matching = random.random(shape) < chance
    copies = np.where(matching, more, 1) * sizes(random, shape)
    return copies, copies * matching, more * chance / (more * chance + 1 - chance)


def by_workbench(copies: Reals, matched: Reals) -> Ends:
    """The interval of a coverage table."""
    squares = ((matched**2).sum(1), (matched * copies).sum(1), (copies**2).sum(1))
    rows, first = np.arange(len(copies)), copies.argmax(1)
    second = np.partition(copies, -2, axis=1)[:, -2]
    largest = (copies[rows, first], matched[rows, first], second)
    whole = (matched.sum(1).astype(np.int64), copies.sum(1).astype(np.int64))
    return share_with_interval(*whole, squares, largest=largest)[1:]


def by_articles(copies: Reals, matched: Reals) -> Ends:
    """Wilson's interval of so many independent articles."""
    return share_with_interval(matched.sum(1).astype(np.int64), copies.sum(1).astype(np.int64))[1:]


def by_resampling(copies: Reals, matched: Reals, random: Random) -> Ends:
    """Percentiles of the share over resamples of the texts."""
    texts = copies.shape[1]
    ends = []
    for own, all_of in zip(matched, copies, strict=True):
        weights = random.multinomial(texts, np.full(texts, 1 / texts), RESAMPLES)
        ends.append(np.quantile(weights @ own / (weights @ all_of), (0.025, 0.975)))
    return tuple(np.array(ends).T)


def measured(name: str, runs: int, *, each: bool) -> None:
    """Print what the three intervals do in one scenario."""
    found: dict[str, list[tuple[float, float]]] = {"workbench": [], "articles": [], "bootstrap": []}
    for texts in TEXTS:
        for chance in SHARES:
            random = np.random.default_rng([texts, round(1000 * chance), *name.encode()])
            copies, matched, truth = drawn(name, random, (runs if texts < 500 else runs // 2, texts), chance)
            ends = {"workbench": by_workbench(copies, matched), "articles": by_articles(copies, matched)}
            if texts <= MOST_RESAMPLED:
                few = slice(RESAMPLED_RUNS)
                ends["bootstrap"] = by_resampling(copies[few], matched[few], random)
            for system, (low, high) in ends.items():
                held = float(np.mean((low <= truth + 1e-12) & (truth - 1e-12 <= high)))
                found[system].append((held, float(np.mean(high - low))))
            if each:
                said = "   ".join(f"{system} {100 * found[system][-1][0]:5.1f} %" for system in ends)
                print(f"    {texts:5} texts {chance:5.0%}   {said}   width {found['workbench'][-1][1]:.3f}")
    for system, figures in found.items():
        held, width = np.array(figures).T
        within = (held >= 0.925) & (held < 0.975)
        print(
            f"{name if system == 'workbench' else '':27}{system:10} {held.mean():6.1%} {int(within.sum()):4} "
            f"{int((held < 0.925).sum()):5} {int((held >= 0.975).sum()):5} {held.min():8.1%} {width.mean():8.3f}"
        )


def main() -> None:
    """Run the scenarios and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1000, help="collections per setting; default 1000")
    parser.add_argument("--each", action="store_true", help="print every setting")
    given = parser.parse_args()
    print(f"{'copies':27}{'interval':10} {'holds':>6} {'93-97':>5} {'less':>4} {'more':>5} {'worst':>8} {'width':>8}")
    for name in (*SCENARIOS, OUTLET):
        measured(name, given.runs, each=given.each)


if __name__ == "__main__":
    main()
