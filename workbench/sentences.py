"""The sentences of a text in any language, not cut after "U.S.", "Mr." or "12." in "am 12. Januar"."""

from __future__ import annotations

import re

_ENDED = re.compile(r"(?<=[.!?…])(?:\s?»|[\"'”’“)\]])*(?=\s|$)|(?<=[。！？])[」』”’)]*")
_LETTERS = re.compile(r"(?:^|[^\w.])[^\W\d_](?:\.-?[^\W\d_])*\.$")
_NUMBER = re.compile(r"(?:^|[\s(])\d{1,2}\.$")
_LAST_WORD = re.compile(r"([^\W\d_]+)\.$")

_SHORT_FORMS = (
    "mr mrs ms dr prof st gen gov sen rep col lt sgt capt adm maj jr sr vs no inc corp ltd co jan feb mar apr jun jul "
    "aug sep sept oct nov dec dept approx bzw ca evtl inkl mio mrd nr sog str usw vgl mme mlle art sra srta dra núm ee "
    "г гг им стр тыс млн млрд руб долл проф акад ген ст тис грн дол пор див"
)
"""What news writes with a point after it inside a sentence: English, German, French, Spanish, Russian, Ukrainian."""

_SHORTENED = frozenset(_SHORT_FORMS.split())


def sentences(text: str) -> list[str]:
    """The sentences of `text` in order, each on one line; a line break ends one. Empty for a text without words.

    A point ends no sentence after single letters, a known short form or a number of up to two digits, nor where what
    follows begins with a small letter. A sentence that does end so is joined to the next one.

    >>> sentences("The U.S. met Mr. Grushko on Jan. 12. „Gut so.“ Am 12. Januar war mehr.")
    ['The U.S. met Mr. Grushko on Jan. 12. „Gut so.“', 'Am 12. Januar war mehr.']
    >>> sentences("They met. “It was frank.” Then they left")
    ['They met.', '“It was frank.”', 'Then they left']
    """
    return [sentence for line in text.splitlines() for sentence in _of_line(" ".join(line.split()))]


def _of_line(line: str) -> list[str]:
    found: list[str] = []
    begun = 0
    for end in [*(match.end() for match in _ENDED.finditer(line)), len(line)]:
        piece = line[begun:end].strip()
        if end < len(line) and (_goes_on(piece) or line[end:].lstrip()[:1].islower()):
            continue
        found += [piece] if piece else []
        begun = end
    return found


def _goes_on(piece: str) -> bool:
    """Whether the point at the end of this stands for letters left out, or makes a number an ordinal."""
    last = _LAST_WORD.search(piece)
    known = last is not None and last[1].casefold() in _SHORTENED
    return known or bool(_LETTERS.search(piece) or _NUMBER.search(piece))
