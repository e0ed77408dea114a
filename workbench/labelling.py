"""A desk in the notebook for labelling the sheet of an audit: one text at a time, by key or by button."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.articles import WorkbenchError, write_csv
from workbench.audits import ANSWERS, Audit, labels_of

KEYS = {"y": "yes", "n": "no", "u": "unsure", "b": "back"}


class LabellingDesk:
    """What `labelling_desk` gives: the texts of a sheet one by one, or the sheet as a table where nothing is live.

    `sheet` is the sheet with the answers given so far; `wb.audit(…, labels=desk.sheet)` reads it.
    """

    def __init__(self, audit: Audit, path: Path | None) -> None:
        self.sheet = audit.sheet.copy()
        self.about = audit.about
        self.path = path
        if path is not None and path.exists():
            self.sheet["about"] = labels_of(path, self.sheet)
        self.place = self._next(0)

    def answer(self, said: str) -> None:
        """Note yes, no or unsure for the text shown and go on to the next without an answer; back goes back by one."""
        if said == "back":
            self.place = max(0, self.place - 1)
            return
        if said not in ANSWERS:
            raise WorkbenchError(f"{said!r} is no answer; give {', '.join(ANSWERS)} or back")
        if self.place >= len(self.sheet):
            return
        self.sheet.loc[self.sheet.index[self.place], "about"] = said
        if self.path is not None:
            write_csv(self.sheet, self.path)
        self.place = self._next(self.place + 1)

    def shown(self) -> str:
        """The text to be labelled, as HTML without anything of what the query said of it."""
        done = int((self.sheet["about"] != "").sum())
        count = f"<p>{done} of {len(self.sheet)} labelled</p>"
        if self.place >= len(self.sheet):
            return f"{count}<p>All are labelled.</p>"
        row = self.sheet.iloc[self.place]
        day = "no date" if pd.isna(row["published"]) else f"{row['published']:%Y-%m-%d}"
        parts = [day, *(str(row[name]) for name in ("source", "language") if pd.notna(row[name]))]
        said = f"<p>Until now: {html.escape(str(row['about']))}</p>" if row["about"] else ""
        url = str(row["url"]) if pd.notna(row["url"]) else ""
        link = f'<p><a href="{html.escape(url)}" rel="noopener noreferrer" target="_blank">the article</a></p>'
        return (
            f"{count}<h4>{html.escape(str(row['title']))}</h4><p>{html.escape(', '.join(parts))}</p>"
            f"<p>{html.escape(str(row['sentence']))}</p>{link if url.startswith(('https://', 'http://')) else ''}{said}"
        )

    def _next(self, start: int) -> int:
        """The place of the first text from `start` on without an answer, else of the first at all."""
        open_ = [at for at, said in enumerate(self.sheet["about"]) if said == ""]
        return next((at for at in open_ if at >= start), open_[0] if open_ else len(self.sheet))

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        """The desk where a page can show widgets, the sheet as a table where it cannot."""
        return {**self._box()._repr_mimebundle_(**options), "text/html": self.sheet.to_html(index=False, na_rep="")}

    def _box(self) -> Any:
        import ipywidgets as widgets

        text = widgets.HTML(self.shown())
        key = widgets.Text(placeholder="y, n, u or b", layout=widgets.Layout(width="9em"), continuous_update=True)
        buttons = [widgets.Button(description=f"{said} ({letter})") for letter, said in KEYS.items()]

        def note(said: str) -> None:
            self.answer(said)
            text.value = self.shown()

        def typed(change: Any) -> None:
            letter = change["new"].strip().casefold()
            key.value = ""
            if letter in KEYS:
                note(KEYS[letter])

        key.observe(lambda change: typed(change) if change["new"] else None, names="value")
        for button, said in zip(buttons, KEYS.values(), strict=True):
            button.on_click(lambda _, said=said: note(said))
        question = widgets.HTML(f"<p>Is this about <strong>{html.escape(self.about)}</strong>?</p>")
        return widgets.VBox([question, text, widgets.HBox([key, *buttons])], layout=widgets.Layout(width="100%"))


def labelling_desk(audit: Audit, *, path: str | Path | None = None) -> LabellingDesk:
    """A desk that shows the texts of the audit's sheet one by one and takes an answer to each: y, n, u, or a button.

    With a `path` the sheet is written there after each answer, and answers that stand there already are taken up, so
    that work can be left and gone on with; `wb.audit(…, labels=path)` reads them. The stratum of a text is not shown.
    Needs a live kernel; a notebook executed without anyone at it shows the sheet.

    Raises WorkbenchError where `path` holds the answers to another sheet.

    >>> from workbench.articles import empty_articles
    >>> from workbench.audits import audit
    >>> labelling_desk(audit(empty_articles(), "NATO")).shown()
    '<p>0 of 0 labelled</p><p>All are labelled.</p>'
    """
    return LabellingDesk(audit, None if path is None else Path(path))
