"""Which lines of a text belong to the page around the article: learned from the collection, and a small lexicon.

A text is read as units: its lines, the paragraphs of a hard-wrapped text, or the sentences of a text that came
without line breaks. Units joined give the text back, character by character.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise

import pandas as pd
from anyascii import anyascii
from tqdm.auto import tqdm

_SENTENCE_END = re.compile(r"(?<=[.!?…»”\"])[ \t\u00a0]+(?=[\"«“„(\[]?[A-ZÀ-ÞА-ЯЁІЇЄҐ])")
_LONG_LINE = 400
"""Characters from which a line is read sentence by sentence: longer boilerplate does not occur."""

_PARAGRAPH = 80
"""Characters from which a line counts as a paragraph of the article."""

_TAIL_LINE = 60
"""A shorter line without a full stop behind the last paragraph of a page is furniture."""

_REPEATED_LENGTH = (12, 300)
"""Units of these lengths are learned; shorter ones ("Thank you.") are said in articles too."""

_EDGE = 4
"""Units from the start or end of a text within which an outlet repeats its furniture."""

_BOXES = ("headlines", "read-also")
_REPORTED = "reported"
_LISTED_LINE = 110
"""Headlines listed in a box are no longer."""

_HEAD_LINES = 40
LONGEST_TITLE = 220
"""A longer line is a paragraph, not a headline."""

_STOPS = (".", "!", "?", "…", "»", "”", '"', ":", ";", ")", "’")
_TRANSLATION_SIGNS = ("translat", "tradu", "übers", "перев", "перек")

_LANGUAGES = {
    "en": r"english|anglais|englisch\w*|inglés|английск\w*|англійськ\w*",
    "fr": r"french|français\w*|französisch\w*|francés|французск\w*|французьк\w*",
    "de": r"german|allemand|deutsch\w*|alemán|немецк\w*|німецьк\w*",
    "es": r"spanish|espagnol|spanisch\w*|español|испанск\w*|іспанськ\w*",
    "ru": r"russian|russe|russisch\w*|ruso|русск\w*|російськ\w*",
    "uk": r"ukrainian|ukrainien|ukrainisch\w*|ucraniano|украинск\w*|українськ\w*",
}
_FROM = (
    r"(?:from(?: the)?|depuis l['’]|depuis le|de l['’]|du|de la|de|aus dem|vom|del|desde el|со?|зі?|із)"
    r"\s*(?:original\s+)?"
)


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    table = tomllib.loads(files("workbench").joinpath("lexicon/boilerplate.toml").read_text("utf-8"))
    return {rule: re.compile("|".join(f"(?:{p})" for p in patterns), re.IGNORECASE) for rule, patterns in table.items()}


@cache
def _lexicon() -> list[tuple[str, re.Pattern[str]]]:
    return [(rule, pattern) for rule, pattern in _patterns().items() if rule != _REPORTED]


def _is_reported(line: str) -> bool:
    return line.endswith(".") and _patterns()[_REPORTED].search(line) is not None


def units(text: str) -> list[str]:
    """The pieces in which boilerplate is looked for; `"".join(units(text)) == text`."""
    lines = text.splitlines(keepends=True)
    if _is_wrapped(lines):
        return re.findall(r"(?:[^\n]*\S[^\n]*\n?)+|\n|[^\n]+", text)
    return [piece for line in lines for piece in (_sentences(line) if len(line) > _LONG_LINE else [line])]


def _is_wrapped(lines: Sequence[str]) -> bool:
    """Whether most full lines break in the middle of a sentence at a column of 55 to 80."""
    full = [line.rstrip() for line in lines if len(line.rstrip()) >= 55]
    broken = [line for line in full if len(line) <= 80 and not line.endswith(_STOPS)]
    return len(full) >= 4 and len(broken) > len(full) / 2


def _sentences(line: str) -> list[str]:
    cuts = [0, *(found.end() for found in _SENTENCE_END.finditer(line)), len(line)]
    return [line[start:end] for start, end in pairwise(cuts) if end > start]


def learn(texts: pd.Series, *, groups: Sequence[str], progress: bool = False) -> dict[str, frozenset[str]]:
    """Per group (an outlet), the units it repeats at the edges of articles that otherwise differ.

    A unit counts when it stands in at least three articles of the group, and in one of two hundred, within four
    units of the start or the end in seven of ten cases. Lines that come back because whole articles come back
    (reprints) do not count: articles that share more than a third of their units are counted once.
    """
    members: dict[str, list[str]] = defaultdict(list)
    for text, group in zip(texts, groups, strict=True):
        members[group].append(text)
    bar = tqdm(members.items(), desc="learning what outlets repeat", unit=" outlets", disable=not progress)
    return {group: found for group, found in ((name, _repeated(list(set(held)))) for name, held in bar) if found}


def _repeated(texts: list[str]) -> frozenset[str]:
    if len(texts) < 3:
        return frozenset()
    split = [[piece.strip() for piece in units(text)] for text in texts]
    split = [[piece for piece in pieces if piece] for pieces in split]
    seen: Counter[str] = Counter()
    at_edge: Counter[str] = Counter()
    for pieces in split:
        _count_units(pieces, seen, at_edge)
    least = max(3, len(texts) // 200)
    often = {u for u, n in seen.items() if n >= least and at_edge[u] >= 0.7 * n}
    return _without_reprints(often, split, least) if often else frozenset()


def _count_units(pieces: list[str], seen: Counter[str], at_edge: Counter[str]) -> None:
    shortest, longest = _REPEATED_LENGTH
    edge = set(pieces[:_EDGE]) | set(pieces[-_EDGE:]) if len(pieces) > _EDGE else set()
    for piece in set(pieces):
        if shortest <= len(piece) <= longest:
            seen[piece] += 1
            at_edge[piece] += piece in edge


def _without_reprints(often: set[str], split: list[list[str]], least: int) -> frozenset[str]:
    """Keep the units that still stand in `least` articles when copies of an article count once."""
    holders: dict[str, list[frozenset[str]]] = defaultdict(list)
    for pieces in sorted(split):
        own = frozenset(pieces) - often
        for piece in set(pieces) & often:
            known = holders[piece]
            if len(known) < least and not any(_same(own, other) for other in known):
                known.append(own)
    return frozenset(piece for piece, known in holders.items() if len(known) >= least)


def _same(left: frozenset[str], right: frozenset[str]) -> bool:
    return len(left & right) * 3 > min(len(left), len(right)) if left and right else left == right


def rules(pieces: Sequence[str], *, learned: frozenset[str], page: bool) -> list[str]:
    """For each unit the name of the rule that removes it, or the empty string where it stays.

    `page` says that the text is a whole page, so that the short lines listed under a headlines box, and those behind
    its last paragraph, are furniture.
    """
    found = [_rule_of(piece.strip(), learned) for piece in pieces]
    if all(rule for rule, piece in zip(found, pieces, strict=True) if piece.strip()):
        return ["" for _ in found]
    if page:
        _mark_lists(pieces, found)
        _mark_tail(pieces, found)
    return found


def _mark_lists(pieces: Sequence[str], found: list[str]) -> None:
    """Mark the short lines that follow a line such as "Top stories" or "Read also", up to the next empty line."""
    box = ""
    for at, piece in enumerate(pieces):
        line = piece.strip()
        if found[at] in _BOXES:
            box = found[at]
        elif not line or found[at] or _is_paragraph(line) or line.endswith((".", "…")):
            box = ""
        elif box and len(line) <= _LISTED_LINE:
            found[at] = box


def promote_title(pieces: Sequence[str], found: list[str], *, file: str, is_titled: Callable[[str], bool]) -> str:
    """The headline of a page that states none, taken from its first lines; `found` then marks it and what stood above.

    The first line that ends in a known outlet (`is_titled`) wins, then the line whose words name the file, then the
    first line that is neither boilerplate nor a row of menu words. Empty where the text is one single line.
    """
    head = _head(pieces, found)
    named = set(re.findall(r"[a-z]{4,}", anyascii(file.rsplit("/", 1)[-1].rsplit("!", 1)[-1]).casefold()))
    best = next((at for at in head if is_titled(pieces[at].strip())), None)
    if best is None:
        shared = {at: len(named & set(re.findall(r"[a-z]{4,}", anyascii(pieces[at]).casefold()))) for at in head}
        alike = [at for at in head if shared[at] >= 2]
        best = (
            max(alike, key=lambda at: (shared[at], -at))
            if alike
            else next((at for at in head if not is_menu(pieces[at])), None)
        )
    if best is None or not any(
        piece.strip() and not rule for piece, rule in zip(pieces[best + 1 :], found[best + 1 :], strict=True)
    ):
        return ""
    for at in range(best):
        if pieces[at].strip() and not found[at]:
            found[at] = "head"
    found[best] = "title"
    for at in head:
        if at > best and is_menu(pieces[at]):
            found[at] = "head"
    return pieces[best].strip()


def _head(pieces: Sequence[str], found: Sequence[str]) -> list[int]:
    """The lines above the first paragraph that no rule removes; that paragraph itself where there is none above."""
    lines: list[int] = []
    for at, piece in enumerate(pieces[:_HEAD_LINES]):
        line = piece.strip()
        if not line or found[at]:
            continue
        if len(line) > LONGEST_TITLE:
            break
        lines.append(at)
        if line.endswith(".") and _is_paragraph(line):
            break
    return lines


def is_menu(line: str) -> bool:
    """Whether a line is a row of menu words: all capitalised, or cut by bars, and no sentence."""
    words = line.split()
    if not words or line.strip().endswith((".", "!", "?", "…", "»", ":")) or len(line) > _TAIL_LINE * 2:
        return False
    if re.search(r"\s[|·•›]\s", line):
        return True
    return (
        len(line.strip()) <= _TAIL_LINE
        and all(word[:1].isupper() or not word[:1].isalpha() for word in words)
        and len(words) <= 8
        and not any(letter.isdigit() for letter in line)
    )


def _rule_of(line: str, learned: frozenset[str]) -> str:
    if not line or len(line) > _LONG_LINE:
        return ""
    low = line.casefold()
    for rule, pattern in _lexicon():
        if rule == "translation" and not any(sign in low for sign in _TRANSLATION_SIGNS):
            continue
        if pattern.match(line) and (rule in _BOXES or not _is_reported(line)):
            return rule
    return "repeated" if line in learned else ""


def _mark_tail(pieces: Sequence[str], found: list[str]) -> None:
    """Mark the short lines without a full stop that stand behind the last paragraph."""
    body = [i for i, piece in enumerate(pieces) if not found[i] and _is_paragraph(piece.strip())]
    if not body:
        return
    for at in range(body[-1] + 1, len(pieces)):
        line = pieces[at].strip()
        if line and not found[at] and len(line) <= _TAIL_LINE and not line.endswith(_STOPS):
            found[at] = "tail"


def _is_paragraph(line: str) -> bool:
    return len(line) >= _PARAGRAPH


def language_named(disclaimer: str) -> str:
    """The language from which a disclaimer says it was translated, or `und` where it names none."""
    for code, names in _LANGUAGES.items():
        if re.search(rf"\b{_FROM}(?:{names})\b", disclaimer, re.IGNORECASE):
            return code
    return "und"


def known_rules() -> Iterable[str]:
    """The names of the lexicon's rules."""
    return (rule for rule, _ in _lexicon())
