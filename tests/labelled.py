"""Labelled cases in tests/cases: material with the answer a person gave, negatives and known failures among it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

CASES = Path(__file__).parent / "cases"


def labelled(file: str, name: str, *, also: str = "") -> list[Any]:
    """Each case of a file as a parameter, called by its field `name` (and `also`).

    A case with the field `known_failure`, which says why, has to fail: when it passes, the label is out of date.
    """
    return [
        pytest.param(
            case,
            id="|".join(str(case[field]) for field in (name, also) if field in case),
            marks=[pytest.mark.xfail(strict=True, reason=case["known_failure"])] if "known_failure" in case else [],
        )
        for case in json.loads((CASES / file).read_text("utf-8"))
    ]
