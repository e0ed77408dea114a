"""What figures of coverage say in words: hover texts and the account of the articles beneath."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from workbench.look import count, safe

NEEDED = ("articles", "complete", "outlets", "possible", "share", "share_high", "share_low", "texts", "total")
"""Columns of every coverage table."""


HOVER = (
    "%{customdata[1]}<br>%{customdata[2]} articles of %{customdata[5]}<br>%{customdata[3]} texts, "
    "%{customdata[4]} outlets<br>share %{customdata[6]}<extra></extra>"
)
"""A hover text by `hover_data`, the group left out."""


def hover_data(table: pd.DataFrame) -> list[list[str]]:
    """Per row what the hover text says; text of articles made safe."""
    rows = zip(*(table[name] for name in ("group", "when", "articles", "texts", "outlets", "total")), strict=True)
    return [
        [
            safe(group, most=80, width=50),
            when,
            _number(articles),
            _number(texts),
            _number(outlets),
            _number(total),
            share,
        ]
        for (group, when, articles, texts, outlets, total), share in zip(rows, _shares(table), strict=True)
    ]


def _number(value: float) -> str:
    return "–" if pd.isna(value) else count(value)


def _shares(table: pd.DataFrame) -> list[str]:
    columns = (table[name] for name in ("total", "share", "share_low", "share_high"))
    return [
        ("–" if total > 0 else "no total") if pd.isna(share) else f"{share:.1%} ({low:.1%} to {high:.1%})"
        for total, share, low, high in zip(*columns, strict=True)
    ]


def numbers(table: pd.DataFrame, *names: str) -> pd.DataFrame:
    """The named columns as a reader takes them, and the share with its interval in %."""
    named = {"share, %": "share", "low, %": "share_low", "high, %": "share_high"}
    shares = {shown_as: table[name].mul(100).round(2) for shown_as, name in named.items()}
    return table[list(names)].assign(**shares)


def account_note(table: pd.DataFrame) -> str:
    """How many articles were counted, and how many could not be put into one period; empty where not known."""
    if "accounts" in table.attrs:
        return " ".join(f"{name}: {_account(each)}." for name, each in table.attrs["accounts"].items())
    total = table.attrs.get("account_of", {}).get("articles")
    known = table.attrs.get("account")
    return "" if not known else _account(known, total) + "."


def share_note(table: pd.DataFrame) -> str:
    """What has to be known of the table's shares: whose totals they have, or why there are none."""
    return str(table.attrs.get("share_note") or "")


def _account(known: Mapping[str, int], total: int | None = None) -> str:
    of = "" if total is None else f" of {count(total)}"
    return (
        f"{count(known.get('articles', 0))}{of} articles: {count(known.get('certain', 0))} dated to one period, "
        f"{count(known.get('possible', 0))} possible (several periods, or inferred), "
        f"{count(known.get('undated', 0))} undated, {count(known.get('outside', 0))} outside the window"
    )
