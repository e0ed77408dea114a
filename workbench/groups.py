"""The values of a column as numbers: outlets, languages, topics, whatever coverage is counted by."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.articles import WorkbenchError
from workbench.periods import Whole

NONE = "(none)"
"""The name of the group of articles whose value is missing."""


def factorized(column: pd.Series) -> tuple[Whole, list[object]]:
    """For each article the number of its value, -1 where it is missing, and the values."""
    try:
        code, values = pd.factorize(column)
    except TypeError:
        raise WorkbenchError(
            f"the column {column.name!r} holds lists or other compound values; give each article one value"
        ) from None
    return code.astype(np.int64), list(values)


def named(code: Whole, values: list[object]) -> tuple[Whole, list[str]]:
    """The outlets by the alphabet, and for each article the number of its own; -1 without a name."""
    written = [str(value).strip() for value in values]
    names = sorted(set(written) - {""})
    number = {name: place for place, name in enumerate(names)}
    return np.array([*(number.get(name, -1) for name in written), -1], dtype=np.int64)[code], names


def grouped(code: Whole, values: list[object]) -> tuple[Whole, list[str]]:
    """For each article the number of its group, and the groups' names by the alphabet, missing ones last."""
    names = [_name(value) for value in values]
    ordered = [*sorted(set(names) - {NONE}), NONE]
    number = {name: place for place, name in enumerate(ordered)}
    final = np.array([*(number[name] for name in names), number[NONE]], dtype=np.int64)
    return final[code], ordered


def _name(value: object) -> str:
    """A group's name: whole numbers without the point that a missing value beside them forces on them."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() or NONE
