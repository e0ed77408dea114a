"""Small tables made up for tests: records as read, and articles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from workbench.articles import RAW_COLUMNS, as_articles


def records(*rows: Mapping[str, str | None]) -> pd.DataFrame:
    """Records as a reader gives them; what a row does not say is missing. Rows are called r00, r01 …"""
    ids = pd.Index([f"r{at:02}" for at in range(len(rows))], name="article_id", dtype="str")
    table = pd.DataFrame(list(rows), columns=list(RAW_COLUMNS), index=ids).astype("str")
    return table.assign(file=table["file"].fillna("made.csv"), format=table["format"].fillna("csv"))


def articles(texts: Iterable[str], *, days: Iterable[str] | None = None, source: str = "The Bell") -> pd.DataFrame:
    """Articles of one outlet with these texts, in English; titles are their first words. Rows are a000, a001 …"""
    held = list(texts)
    ids = [f"a{at:03}" for at in range(len(held))]
    rows = pd.DataFrame({"title": [" ".join(text.split()[:6]) for text in held], "text": held}, index=ids)
    if days is not None:
        rows = rows.assign(published=pd.to_datetime(list(days), utc=True))
    return as_articles(rows.assign(source=source, language="en"))
