"""Several events or queries side by side: the coverage of each in one table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from workbench.articles import WorkbenchError, require
from workbench.coverage import compare, coverage
from workbench.events import Event, about
from workbench.periods import Day


def compare_events(
    articles: pd.DataFrame,
    asked: Mapping[str, Event | str],
    *,
    start: Day | None = None,
    end: Day | None = None,
    **options: Any,
) -> pd.DataFrame:
    """The table of `compare` for events or queries by name, such as `load_events` gives: a row per event and period.

    Each is looked for in the same articles and counted with the same options, those of `coverage` (`every`, `by`,
    `unit`, `totals` …), over one window: by default that of all the events together, from the earliest start to the
    latest end, and with a query among them, which has no window, that of the articles. An event finds nothing outside
    its own window; an article may be about several.

    Raises WorkbenchError where nothing is asked, and as `about` and `coverage` do.

    >>> from workbench.articles import as_articles
    >>> found = pd.DataFrame({"published": ["2022-01-10", "2022-01-10"], "source": "AP", "text_id": ["a", "b"],
    ...                       "title": ["NATO meets Russia", "Gas prices rise"], "text": ""})
    >>> table = compare_events(as_articles(found), {"talks": "NATO", "gas": "gas OR oil", "peace": "peace"})
    >>> table[["event", "articles", "total", "share"]]
       event  articles  total  share
    0  talks         1      2    0.5
    1    gas         1      2    0.5
    2  peace         0      2    0.0
    """
    require(articles, "published", "source")
    if not isinstance(asked, Mapping) or not asked:
        raise WorkbenchError(
            "nothing is asked; give events or queries by name, as in compare_events(articles, {'talks': 'NATO'})"
        )
    events = [each for each in asked.values() if isinstance(each, Event)]
    if len(events) == len(asked):
        start = min(each.start for each in events) if start is None else start
        end = max(each.end for each in events) if end is None else end
    return compare(
        {
            name: coverage(about(articles, each), of=articles, start=start, end=end, **options)
            for name, each in asked.items()
        }
    )
