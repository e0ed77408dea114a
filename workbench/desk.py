"""A desk for queries in a notebook: a box to type in with what it finds beneath, or the answer alone."""

from __future__ import annotations

import html
from typing import Any

import itables
import pandas as pd

from workbench.articles import WorkbenchError, require
from workbench.findings import describe_search
from workbench.markup import markdown
from workbench.search import search
from workbench.summary import listing, readable

_MOST_BYTES = "4MB"
"""Of a table in a notebook; beyond it, rows are left out and itables says so."""


class QueryDesk:
    """What `query_desk` gives: a box to type queries in, or, where nothing is live, the answer to `query`."""

    def __init__(self, articles: pd.DataFrame, query: str, most: int) -> None:
        self.articles = articles
        self.query = query
        self.most = most

    def answer(self, query: str) -> str:
        """What the query finds, as HTML: a sentence and the first articles by time, or what is wrong with it."""
        if not query.strip():
            return "<p>Write a query and press Enter.</p>"
        try:
            found = search(self.articles, query)
        except WorkbenchError as problem:
            return f"<p>{html.escape(str(problem))}</p>"
        said = str(markdown(describe_search(found, of=self.articles, query=query)))
        return said + (readable(listing(found, most=self.most))._repr_html_() if len(found) else "")

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        """The box where a page can show widgets, the answer as a table where it cannot."""
        return {**self._box()._repr_mimebundle_(**options), "text/html": self.answer(self.query)}

    def _box(self) -> Any:
        import ipywidgets as widgets

        wide = widgets.Layout(width="100%")
        box = widgets.Text(value=self.query, placeholder="NATO AND title:Geneva", continuous_update=False, layout=wide)
        below = widgets.HTML(self.answer(self.query))
        box.observe(lambda change: setattr(below, "value", self.answer(change["new"])), names="value")
        return widgets.VBox([box, below], layout=wide)


def query_desk(articles: pd.DataFrame, query: str = "", *, most: int = 20) -> QueryDesk:
    """A box in the notebook that takes queries in the language of `search` and lists the `most` first articles found.

    Needs a live kernel; a notebook that is executed without anyone at it shows the answer to `query`.
    """
    require(articles, "title", "text")
    return QueryDesk(articles, query, most)


def browse(articles: pd.DataFrame) -> None:
    """Show the articles in the notebook as a table to search and sort: when, outlet, language, title."""
    itables.init_notebook_mode(all_interactive=False, connected=False)
    left = [{"className": "dt-left", "targets": "_all"}]
    style = "width:100%;table-layout:auto"
    looks: dict[str, Any] = {"classes": "display compact", "style": style, "columnDefs": left, "showIndex": False}
    itables.show(listing(articles), maxBytes=_MOST_BYTES, **looks)
