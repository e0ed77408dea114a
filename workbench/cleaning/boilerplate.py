"""Which lines of a text belong to the page around the article: by a small lexicon, by their place and their shape.

A text is read as units: its lines, the paragraphs of a hard-wrapped text, or the sentences of a text that came
without line breaks. Units joined give the text back, character by character.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise

from anyascii import anyascii

from workbench.cleaning import attribution, places
from workbench.cleaning.places import BOXES, STOPS, is_paragraph

_BLANK = r"[ \t\u00a0]"
_SENTENCE = re.compile(rf"[.!?…»”\"]{_BLANK}+(?=[\"«“„(\[]?[A-ZÀ-ÞА-ЯЁІЇЄҐ©]|\(©)")
_CREDIT = r"\((?:\w{2,8}[ /])?(?:Photo|Foto|Image|Фото)\b[^()\n]{0,80}\)"
_CUTS = (
    (("Photo", "Foto", "Image", "Фото"), re.compile(rf"{_BLANK}+(?={_CREDIT})|{_CREDIT}{_BLANK}*")),
    (("here",), re.compile(rf"\bhere{_BLANK}+(?=[\"“]?[A-Z])")),
    (
        ("Getty Images", "/"),
        re.compile(
            rf"(?:\bGetty Images|/(?:Reuters|REUTERS|AFP|AP|EPA|Shutterstock)){_BLANK}+"
            r"(?=[A-ZÀ-ÞА-ЯЁІЇЄҐ])(?!Photo|Image|Pictures)"
        ),
    ),
)
"""Where a text without line breaks is cut, and what has to stand in it for that: behind a sentence, around a photo's
credit in brackets, behind "Sign up here", behind the credit of an agency."""

_LONG_LINE = 400
"""Characters from which a line is read sentence by sentence: longer boilerplate does not occur."""

_MENU_LINE = 60
"""Characters of a row of menu words without bars."""

_CAPITALS = "(?-i:"
_TESTS = ("reported", "signs", "names")
"""Lists of the lexicon that are looked for inside a line and that remove nothing by themselves."""

_AUTHOR_BOX, _LAST_LINES = "author-box", 8
"""The note on the author stands among this many lines from the end: tags, networks and the copyright follow it."""

_QUOTED_PLEA = re.compile(r"[^:]{10,80}\s?:\s[a-zß-öø-ÿа-яёіїєґ][^:]{40,}\.$")
"""A plea that a sentence quotes and goes on behind a colon, in a small letter."""

_WORD = re.compile(r"[a-z]{4,}")
_HEAD_LINES = 40
LONGEST_TITLE = 220
"""A longer line is a paragraph, not a headline."""

_LONGEST = {"skip-link": 150, "headlines": 120, "advertisement": 180, "end-mark": 120, "share": 160, "author-box": 300}
"""Characters that lines of these rules have at most: a paragraph need not be tried on them."""

_NEEDS = {
    "translation": ("translat", "tradu", "übers", "перев", "перек"),
}
"""What has to stand in a line before the slow patterns of a rule are tried on it."""


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


_Patterns = tuple[re.Pattern[str], re.Pattern[str] | None]
"""One pattern for lines in small letters, and one for the few entries that tell capitals themselves."""


@cache
def _lexicon() -> dict[str, _Patterns]:
    """The patterns of each list; small letters are two to three times as fast as ignoring case."""
    table = tomllib.loads(files("workbench").joinpath("lexicon/boilerplate.toml").read_text("utf-8"))
    return {name: (_joined(_without(patterns)), _exact(patterns)) for name, patterns in table.items()}


def _joined(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


def _without(patterns: Iterable[str]) -> list[str]:
    return [pattern for pattern in patterns if _CAPITALS not in pattern]


def _exact(patterns: Iterable[str]) -> re.Pattern[str] | None:
    own = [f"(?i:{pattern})" for pattern in patterns if _CAPITALS in pattern]
    return _joined(own) if own else None


@cache
def _removing() -> list[tuple[str, re.Pattern[str], re.Pattern[str] | None]]:
    return [(rule, small, exact) for rule, (small, exact) in _lexicon().items() if rule not in _TESTS]


def _has(test: str, line: str) -> bool:
    small, exact = _lexicon()[test]
    return small.search(line.lower()) is not None or (exact is not None and exact.search(line) is not None)


def speaks_of_the_site(line: str) -> bool:
    """Whether a line has a word of the page about itself: an address, a network, you and us, a subscription."""
    return _has("signs", line)


def _is_to_the_reader(line: str) -> bool:
    return len(line) <= _LONG_LINE and speaks_of_the_site(line) and not _has("reported", line)


def _names(line: str) -> int:
    """How many words of a line belong to names of sections or of a site's pages."""
    return sum(len(found[0].split()) for found in _lexicon()["names"][0].finditer(line.lower()))


def units(text: str) -> list[str]:
    """The pieces in which boilerplate is looked for; `"".join(units(text)) == text`."""
    lines = text.splitlines(keepends=True)
    if _is_wrapped(lines):
        return re.findall(r"(?:[^\n]*\S[^\n]*\n?)+|\n|[^\n]+", text)
    return [piece for line in lines for piece in (_sentences(line) if len(line) > _LONG_LINE else [line])]


def _is_wrapped(lines: Sequence[str]) -> bool:
    """Whether most full lines break in the middle of a sentence at a column of 55 to 80, and small letters follow.

    Headlines below each other have no stops either, but each begins with a capital; where German is wrapped, a noun
    stands first in less than half of the lines.
    """
    rows = [line.strip() for line in lines]
    full = [at for at, line in enumerate(rows) if len(line) >= 55]
    broken = [at for at in full if len(rows[at]) <= 80 and not rows[at].endswith(STOPS)]
    if len(full) < 4 or len(broken) <= len(full) / 2:
        return False
    return 3 * sum(rows[at + 1][:1].islower() for at in broken if at + 1 < len(rows)) > len(broken)


def _sentences(line: str) -> list[str]:
    patterns = [_SENTENCE, *(pattern for signs, pattern in _CUTS if any(sign in line for sign in signs))]
    inside = {found.end() for pattern in patterns for found in pattern.finditer(line)}
    return [line[start:end] for start, end in pairwise(sorted({0, len(line)} | inside))]


def rules(pieces: Sequence[str], *, learned: frozenset[str], page: bool) -> list[str]:
    """For each unit the name of the rule that removes it, or the empty string where it stays.

    `page` says that the text is a whole page, so that the short lines listed under a headlines box, and those behind
    its last paragraph, are furniture.
    """
    lines = [piece.strip() for piece in pieces]
    found = [_lexicon_rule(line) or ("repeated" if line in learned else "") for line in lines]
    _keep_authors(lines, found)
    _mark_bylines(lines, found)
    places.mark_lists(lines, found, page=page)
    places.mark_menus(lines, found, names=_names)
    if page:
        places.mark_foot(lines, found, signs=_is_to_the_reader)
    places.mark_site(lines, found, signs=_is_to_the_reader)
    places.mark_tail(lines, found, page=page)
    if all(rule for rule, line in zip(found, lines, strict=True) if line):
        return ["" for _ in found]
    return found


def _keep_authors(lines: Sequence[str], found: list[str]) -> None:
    """Unmark what reads like a note on the author but does not stand among the last lines."""
    told = [at for at, line in enumerate(lines) if line]
    for at in told[:-_LAST_LINES]:
        if found[at] == _AUTHOR_BOX:
            found[at] = ""


def _mark_bylines(lines: Sequence[str], found: list[str]) -> None:
    """Mark a byline that stands above the first paragraph, or as the last line of all."""
    for at in [*places.above(lines), *[at for at, line in enumerate(lines) if line][-1:]]:
        if not found[at] and attribution.byline(lines[at]):
            found[at] = "byline"


def promote_title(pieces: Sequence[str], found: list[str], *, file: str, is_titled: Callable[[str], bool]) -> str:
    """The headline of a page that states none, taken from its first lines; `found` then marks it and what stood above.

    The first line that ends in a known outlet (`is_titled`) wins, then the line whose words name the file, then the
    first line that is neither boilerplate nor a row of menu words. Empty where there is none with text behind it.
    """
    last = max((at for at, piece in enumerate(pieces) if piece.strip() and not found[at]), default=0)
    head = [at for at in _head(pieces, found) if at < last]
    if not head:
        return ""
    best = next((at for at in head if is_titled(pieces[at].strip())), None)
    if best is None:
        best = _named_by(pieces, head, file)
    if best is None:
        return ""
    for at in range(best):
        if pieces[at].strip() and not found[at]:
            found[at] = "head"
    found[best] = "title"
    for at in head:
        if at > best and is_menu(pieces[at]):
            found[at] = "head"
    return pieces[best].strip()


def _named_by(pieces: Sequence[str], head: Sequence[int], file: str) -> int | None:
    """Which of the first lines shares most words with the file's name; else the first that is no row of a menu."""
    named = set(_WORD.findall(anyascii(file.rsplit("/", 1)[-1].rsplit("!", 1)[-1]).casefold()))
    shared = {at: len(named.intersection(_WORD.findall(anyascii(pieces[at]).casefold()))) for at in head}
    alike = [at for at in head if shared[at] >= 2]
    if alike:
        return max(alike, key=lambda at: (shared[at], -at))
    return next((at for at in head if not is_menu(pieces[at])), None)


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
        if line.endswith(".") and is_paragraph(line):
            break
    return lines


def is_menu(line: str) -> bool:
    """Whether a line is a row of menu words: all capitalised, or short ones cut by bars, and no sentence."""
    words = line.split()
    if not words or line.strip().endswith((".", "!", "?", "…", "»", ":")) or len(line) > _MENU_LINE * 2:
        return False
    if re.search(r"\s[|·•›]\s", line):
        return all(len(item.split()) <= 3 for item in re.split(r"[|·•›]", line))
    return (
        len(line.strip()) <= _MENU_LINE
        and all(word[:1].isupper() or not word[:1].isalpha() for word in words)
        and len(words) <= 8
        and not any(letter.isdigit() for letter in line)
    )


@lru_cache(maxsize=1 << 16)
def _lexicon_rule(line: str) -> str:
    if not line or len(line) > _LONG_LINE:
        return ""
    low = line.lower()
    for rule, small, exact in _removing():
        if len(low) > _LONGEST.get(rule, _LONG_LINE):
            continue
        if rule in _NEEDS and not any(sign in low for sign in _NEEDS[rule]):
            continue
        if small.match(low) or (exact is not None and exact.match(line)):
            return "" if _is_sentence(line, rule) else rule
    return ""


def _is_sentence(line: str, rule: str) -> bool:
    """Whether a line that looks like furniture ends as a sentence does and reports, or has one behind a headline."""
    if rule in BOXES:
        return len(line) > places.LISTED_LINE and line.endswith((".", ".”", '."'))
    if rule == "newsletter" and _QUOTED_PLEA.match(line):
        return True
    return line.endswith(".") and _has("reported", line)


def language_named(disclaimer: str) -> str:
    """The language from which a disclaimer says it was translated, or `und` where it names none."""
    for code, names in _LANGUAGES.items():
        if re.search(rf"\b{_FROM}(?:{names})\b", disclaimer, re.IGNORECASE):
            return code
    return "und"


def known_rules() -> Iterable[str]:
    """The names of the lexicon's rules."""
    return (rule for rule, _, _ in _removing())
