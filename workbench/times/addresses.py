"""The day or month that a URL or a file name holds."""

from __future__ import annotations

import re
from functools import lru_cache

from workbench.times.stated import Stated, spanning

_Y, _M, _D = r"(?P<y>(?:19|20)\d\d)", r"(?P<m>0[1-9]|1[0-2])", r"(?P<d>3[01]|[12]\d|0[1-9])"
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: at for at, name in enumerate(_MONTH_NAMES, start=1)}
_FOLDERS = (
    # The day is a folder of its own: in /2022/08/10-things the 10 opens a headline.
    re.compile(rf"(?<!\d){_Y}/(?P<m>0?[1-9]|1[0-2])/(?P<d>3[01]|[12]\d|0?[1-9])(?=[/._?#]|$)"),
    re.compile(rf"(?<!\d){_Y}/(?P<m>{'|'.join(_MONTH_NAMES)})/(?P<d>3[01]|[12]\d|0?[1-9])(?=[/._?#]|$)", re.IGNORECASE),
    # A name that begins with the day.
    re.compile(rf"(?:^|[/!]){_Y}(?P<s>[-_.]){_M}(?P=s){_D}(?!\d)"),
    re.compile(rf"(?:^|[/!])(?P<y>20\d\d){_M}{_D}(?!\d)"),
)
_DAY_FIRST = re.compile(rf"(?<!\d){_D}(?P<s>[._-]){_M}(?P=s){_Y}(?!\d)")
_WITHIN = (
    re.compile(rf"(?<!\d){_Y}(?P<s>[-_]){_M}(?P=s){_D}(?!\d)"),
    re.compile(rf"(?<!\d)(?P<y>20\d\d){_M}{_D}(?!\d)"),
    _DAY_FIRST,
)
_MONTH_FOLDER = (re.compile(rf"(?<!\d){_Y}/{_M}(?=/|$)"),)


@lru_cache(maxsize=8192)
def date_in_address(address: str) -> Stated | None:
    """The day (or only the month) that a URL or a file name holds, or None.

    >>> date_in_address("https://a.example/2022/01/12/talks").precision
    'day'
    """
    return _first(address, _FOLDERS + _WITHIN + _MONTH_FOLDER)


def dated_folder(address: str) -> Stated | None:
    """The day under which a URL or a file is filed; a day within a headline ("accounts-of-31-12-2021") is none."""
    return _first(address, _FOLDERS)


def _first(address: str, patterns: tuple[re.Pattern[str], ...]) -> Stated | None:
    for pattern in patterns:
        for found in pattern.finditer(address):
            parts = found.groupdict()
            month = parts["m"] if parts["m"].isdigit() else str(_MONTHS[parts["m"].casefold()])
            day = parts.get("d")
            if stated := Stated.of(int(parts["y"]), int(month), int(day) if day else None):
                either = _month_first(found, stated) if pattern is _DAY_FIRST else None
                return spanning(stated, either) if either else stated
    return None


def _month_first(found: re.Match[str], day_first: Stated) -> Stated | None:
    """The other day that 03-04-2022 may be; with dots the day stands first."""
    if found["s"] == "." or found["d"] == found["m"] or int(found["d"]) > 12:
        return None
    return Stated.of(day_first.low.year, int(found["d"]), int(found["m"]))
