"""One line of a text with its characters repaired and its white space in order, the words untouched."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from ftfy import fix_text
from ftfy.badness import is_bad

from workbench.cleaning.edits import ENCODING, SPACE, Step

_BREAK = frozenset("\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
"""Where str.splitlines breaks lines; Word and PDF leave the rarer ones."""

_UNSEEN = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\))|[\x00-\x08\x0e-\x1b\x1f\x7f\u00ad\u200b\ufeff]"
)
"""What steers a terminal, whole: without its first character its rest would stand in the text. Then controls, soft
hyphens, zero-width spaces and byte-order marks: not seen, and they cut words in two for a search."""

_SOUND = re.compile("[ -~“”‘’–—…«»\xa0А-Яа-яЁёІіЇїЄє]*")
_CROSSED = re.compile("[ВГРС][“”‘’–—…«»\xa0][ВГРС]")
"""Lines of plain letters cannot be mojibake, by ftfy's own patterns, unless the second one is found in them: asking
ftfy about every line takes a third of the time of cleaning."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_REPAIRS = 4
"""Times that a repair is tried again on its own outcome; text broken twice needs two."""


def kept(unit: str, *, after_blank: bool) -> list[Step]:
    """The steps of a line that stays: characters repaired, blank ends cut, never more than one empty line in a row."""
    body = unit.rstrip()
    tail = unit[len(body) :]
    whole = repaired(body) if body else ""
    if not whole.strip():
        return [(unit, "" if after_blank else "\n", SPACE if unit.isspace() else ENCODING)]
    return [(body, whole, ENCODING), (tail, _line_end(tail), SPACE)] if tail else [(body, whole, ENCODING)]


def repaired(line: str) -> str:
    r"""The line without mojibake and unseen characters, its accents composed; a repair of it changes nothing.

    A lone surrogate, which no file can hold, becomes a replacement character.

    >>> repaired("L\u2019OTAN rÃ©pond")
    'L’OTAN répond'
    """
    return line if is_sound(line) else _repaired(line)


def is_sound(line: str) -> bool:
    """Whether plain letters alone say that a line needs no repair; a line of others may need none either."""
    return _SOUND.fullmatch(line) is not None and not _CROSSED.search(line)


@lru_cache(maxsize=1 << 16)
def _repaired(line: str) -> str:
    for _ in range(_REPAIRS):
        better = _repaired_once(line)
        if better == line:
            break
        line = better
    return line


def _repaired_once(line: str) -> str:
    plain = _UNSEEN.sub("", _SURROGATE.sub("\ufffd", line))
    if is_bad(plain):
        plain = fix_text(plain, uncurl_quotes=False, fix_character_width=False)
    whole = unicodedata.normalize("NFC", plain)
    return " ".join(whole.splitlines()).rstrip() if _BREAK.intersection(whole) else whole.rstrip()


def squeezed(title: str) -> str:
    """A headline in one line, repaired, with single spaces."""
    return " ".join(repaired(" ".join(title.split())).split())


def _line_end(tail: str) -> str:
    if tail == "\n":
        return tail
    if _BREAK.intersection(tail):
        return "\n"
    return " "
