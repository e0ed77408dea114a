"""What of a page stands in the place of furniture: boxes with headlines, menus, and what follows the last sentence.

Each function is given the lines of a text, stripped, and for each the rule that removes it or the empty string, and
writes the rules that it finds into that list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from workbench.cleaning import attribution

PARAGRAPH = 80
"""Characters from which a line counts as a paragraph of the article."""

STOPS = (".", "!", "?", "…", "»", "”", '"', ":", ";", ")", "’")
BOXES = ("headlines", "read-also")

_SENTENCE_ENDS = (".", "!", "?", "…", "»", "”", '"', "“", "’")
_TAIL_LINE = 60
"""A shorter line without a full stop behind the last sentence of a page is furniture."""

LISTED_LINE = 110
"""Headlines listed in a box are no longer."""

_MENU_ITEMS = 3
"""Two short lines in a row may be a place and a name."""

_ITEM = 30
"""Characters of an entry of a menu."""

_FOOT = 3
"""Lines of furniture in a row that begin the foot of a page."""

_HEAD_LINES = 40
_BAR = re.compile(r"\s*[|·•]\s+|\s[|·•]\s*|\s[›»/]\s")
"""What cuts a row: a quotation mark that closes («so» and) has no space before it."""

_INLINE = re.compile(r"[:›»►→|]\s*\S")
_BULLET = re.compile(r"(?:[-–—•*▪■·‣○]|\d{1,2}[.)]|[a-zа-яіїє]\))\s")
_AGENCY = re.compile(r"\((?P<name>[^\W\da-zа-яіїєґ][\w.-]+(?: [^\W\da-zа-яіїєґ][\w.-]+){2,4}|[A-ZА-ЯІЇЄҐ]{2,6})\)$")
"""An agency's name in brackets, as the whole last line: three to five words with capitals, or an abbreviation; two
words may be a remark ("Opens Wednesday")."""

Signs = Callable[[str], bool]


def above(lines: Sequence[str]) -> range:
    """Where the lines stand that come before the first paragraph."""
    return range(next((at for at, line in enumerate(lines[:_HEAD_LINES]) if is_paragraph(line)), 0))


def behind(lines: Sequence[str], found: Sequence[str]) -> range:
    """Where the lines stand that come after the last sentence that no rule removes."""
    body = [
        at
        for at, line in enumerate(lines)
        if not found[at] and (is_paragraph(line) or line.endswith((*_SENTENCE_ENDS, ":")))
    ]
    return range(body[-1] + 1 if body else len(lines), len(lines))


def is_paragraph(line: str) -> bool:
    """Whether a line is as long as a paragraph."""
    return len(line) >= PARAGRAPH


def agency(line: str) -> str:
    """The name of the agency that a line names in brackets and nothing else, or the empty string.

    >>> agency("(Imaginary Wire Service)")
    'Imaginary Wire Service'
    """
    found = _AGENCY.match(line.strip())
    return found["name"] if found else ""


def mark_lists(lines: Sequence[str], found: list[str], *, page: bool) -> None:
    """Mark the short lines that follow a line such as "Top stories" or "Read also", up to the next empty line.

    A line that ends in a colon announces at least one, even behind an empty line; one that names a headline itself
    ("Read also: …") announces none. In a text that is no whole page one short line under "Read more" may be a heading
    of the article, so there have to be two. Inside the
    article a box over a list ("Main", "Key points") is a heading of its own, and questions are no headlines.
    """
    head, foot = above(lines), behind(lines, found)
    for at in range(len(lines)):
        if found[at] not in BOXES or _INLINE.search(lines[at]):
            continue
        inside = head.stop <= at < foot.start
        if inside and _BULLET.match(next(filter(None, lines[at + 1 :]), "")):
            found[at] = ""
            continue
        listed = _listed(lines, found, at, inside=inside)
        if at in head and listed and _is_headline(lines, found, listed[-1]):
            listed.pop()
        if page or len(listed) > 1 or lines[at].endswith(":"):
            for one in listed:
                found[one] = found[at]


def _is_headline(lines: Sequence[str], found: Sequence[str], at: int) -> bool:
    """Whether the line below, without an empty one between, is the byline, the date or the first paragraph."""
    below = at + 1 if at + 1 < len(lines) and lines[at + 1] else at
    return below > at and (found[below] in ("byline", "page-facts") or is_paragraph(lines[below]))


def _listed(lines: Sequence[str], found: Sequence[str], box: int, *, inside: bool) -> list[int]:
    """The lines listed under a box, by their places."""
    listed: list[int] = []
    loose = lines[box].endswith(":")
    for at in range(box + 1, len(lines)):
        line = lines[at]
        if not line and loose and not listed:
            continue
        if not line or found[at] or len(line) > LISTED_LINE or line.endswith((".", "…")):
            break
        if inside and (line.endswith("?") or _BULLET.match(line)):
            break
        listed.append(at)
        if loose and not lines[at - 1]:
            break
    return listed


def mark_menus(lines: Sequence[str], found: list[str], *, names: Callable[[str], int]) -> None:
    """Mark rows of sections and lists of three or more short lines, above the paragraphs and behind the last one.

    `names` counts the words of a line that are names of sections or of pages of a site.
    """
    for zone in (above(lines), _unlisted(lines, found)):
        run: list[int] = []
        for at in [*zone, -1]:
            if at >= 0 and not found[at] and (_is_row(lines[at]) or _is_row_of_names(lines[at], names)):
                found[at] = "menu"
            if at >= 0 and (found[at] or _is_item(lines[at])):
                run.append(at)
                continue
            if len([one for one in run if not found[one]]) >= _MENU_ITEMS:
                for one in run:
                    found[one] = found[one] or "menu"
            run = []


def _unlisted(lines: Sequence[str], found: Sequence[str]) -> range:
    """Where the lines stand behind the last sentence, without the list that it announces with a colon."""
    zone = behind(lines, found)
    if zone.start and lines[zone.start - 1].endswith(":"):
        return range(next((at for at in zone if found[at]), zone.stop), zone.stop)
    return zone


def _is_row(line: str) -> bool:
    """Whether a line is three or more items cut by bars: "World | Politics | Sport"."""
    items = [item.strip() for item in _BAR.split(line)]
    return len([item for item in items if item]) >= _MENU_ITEMS and all(len(item.split()) <= 4 for item in items)


def _is_row_of_names(line: str, names: Callable[[str], int]) -> bool:
    """Whether a line without a stop is nothing but the names of sections, or three words of which most are."""
    words = len(line.split())
    if not 0 < len(line) <= LISTED_LINE or line.endswith(STOPS):
        return False
    known = names(line)
    return known == words or (words >= _MENU_ITEMS and known * 3 >= words * 2)


def _is_item(line: str) -> bool:
    """Whether a line is an entry of a menu: one to three words, the first with a capital, no figure and no stop."""
    return (
        0 < len(line) <= _ITEM
        and len(line.split()) <= 3
        and line[0].isupper()
        and not line.endswith((*STOPS, ","))
        and not any(letter.isdigit() for letter in line)
    )


def mark_site(lines: Sequence[str], found: list[str], *, signs: Signs) -> None:
    """Mark the lines that speak of the site or to its reader and stand among furniture, below the last paragraph.

    What closes an article may speak to the reader too, so there has to be furniture on both sides of such lines; the
    end of the text counts as one.
    """
    between: list[int] = []
    is_closed = True
    for at in range(len(lines) - 1, -1, -1):
        if not lines[at]:
            continue
        if found[at]:
            for one in between:
                found[one] = "site"
            between, is_closed = [], True
        elif is_closed and signs(lines[at]):
            between.append(at)
        elif is_paragraph(lines[at]):
            return
        else:
            between, is_closed = [], False


def mark_foot(lines: Sequence[str], found: list[str], *, signs: Signs) -> None:
    """Mark all of a whole page's lines below its foot, which begins behind the last paragraph.

    Two lines of furniture one below the other, one of them a bar to share with, or three of any kind begin a foot;
    a single box stands between paragraphs of an article too.
    """
    body = [at for at, line in enumerate(lines) if is_paragraph(line) and not found[at] and not signs(line)]
    run: list[str] = []
    is_foot = False
    for at in range(body[-1] + 1, len(lines)) if body else ():
        if not lines[at]:
            continue
        if is_foot:
            found[at] = found[at] or "foot"
        run = [*run, found[at]] if found[at] else []
        is_foot = is_foot or len(run) >= _FOOT or (len(run) == 2 and "share" in run)


def mark_tail(lines: Sequence[str], found: list[str], *, page: bool) -> None:
    """Mark what stands behind the last sentence: the source, an agency in brackets, short lines without a stop.

    Short lines are the page's where other furniture stands above them, and on a whole page (`page`) in any case,
    except for the entries of a list.
    """
    zone = behind(lines, found)
    listed = zone.start > 0 and lines[zone.start - 1].endswith(":")
    below = False
    for at in zone:
        line = lines[at]
        if not line or found[at]:
            below = below or bool(line)
            continue
        listed = listed or line.endswith(":") or _BULLET.match(line) is not None
        if agency(line):
            found[at] = "agency-tag"
        elif any(attribution.sources(line)):
            found[at] = "source"
        elif (below or (page and not listed)) and not line.endswith(STOPS):
            found[at] = "tail" if len(line) <= (LISTED_LINE if below and page else _TAIL_LINE) else ""
