"""Findings in sentences: the short answers of the notebooks, as Markdown, with every number computed.

A sentence says no more than its numbers carry: of one or two texts it names them, of few it claims no peak, and a
share comes with its total and its interval. Text of articles is escaped, so that a headline cannot become a link.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable

import pandas as pd

from workbench.events import Event
from workbench.groups import NONE
from workbench.languages import NAMES
from workbench.levels import FEWEST_TEXTS
from workbench.manifest import ledger_counts
from workbench.markup import one_line
from workbench.records import amounts, span, texts
from workbench.search import explain_query
from workbench.summary import (
    contents,
    known_in,
    listing,
    most_reprinted,
    reprint_shares,
    topic_shares,
    whole_window,
)
from workbench.topics import Topics

FEW = 30
"""Texts below which shares say little: half of 30 is 33 % to 67 % at best."""

_NAMED = 2
"""So few texts are named one by one."""

_STANDS_OUT = 3
"""Texts a period needs before it is called a peak: two texts may meet by chance."""

_COMPARED = 5
"""Articles an outlet needs before its silence or its share is spoken of."""

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|<>~$&])")

_NO_ARTICLE = "**The collection holds no article.**"


def describe_collection(articles: pd.DataFrame, ledger: pd.DataFrame | None = None) -> str:
    """What is in the collection: articles, texts, outlets, languages, time, and what the import set aside."""
    if articles.empty:
        return _joined(_NO_ARTICLE, _seen(ledger))
    own = amounts(articles, articles)
    first, last = span(articles)
    return _joined(
        f"**{_count(len(articles), 'article')}**, {_count(own['texts'], 'distinct text')} among them,",
        f"from {_count(own['outlets'], 'outlet')} in {_languages(articles)}.",
        f"Those with a date were published between {first} and {last}." if first else "None has a date.",
        _some(own["undated"], "article has no known day", "articles have no known day"),
        _some(own["inferred"], "date is inferred, not stated", "dates are inferred, not stated"),
        _some(int(articles["source"].isna().sum()), "article names no outlet", "articles name no outlet"),
        _some(own["machine_translated"], "is machine-translated", "are machine-translated"),
        _seen(ledger),
    )


def describe_reprints(articles: pd.DataFrame) -> str:
    """How much is reprinted: articles that share their text, and the text that most carry."""
    if articles.empty:
        return _NO_ARTICLE
    whole = reprint_shares(articles.assign(whole_="all"), by="whole_").iloc[0]
    if not whole["shared"]:
        return f"**No text stands twice** among {_count(len(articles), 'article')}."
    top = most_reprinted(articles, most=1).iloc[0]
    distinct = texts(articles)
    return _joined(
        f"**{_percent(whole)} of the articles carry a text that another one carries too**:",
        f"{_count(int(whole['shared']), 'article')} of {len(articles):,}.",
        f"They are {_count(distinct, 'distinct text')} in all; a count of articles counts",
        f"{len(articles) - distinct:,} of them again. The most copied, “{_said(top['title'])}”, stands in",
        f"{_count(int(top['articles']), 'article')}, of {_count(int(top['sources']), 'named outlet')}.",
    )


def describe_topics(topics: Topics, *, most: int = 5) -> str:
    """What the collection is about: how many topics, the largest, and how many of them hold."""
    table, size = topics.table, topics.assigned_texts
    if size < FEWEST_TEXTS:
        return _joined(
            f"**{_count(size, 'text')} {_be(size)} too few to tell topics.**",
            f"What can be said: {_count(len(table), 'group')} of near texts." if len(table) else "",
        )
    unstable = int((~table["holds"]).sum())
    return _joined(
        f"**{_count(len(table), 'topic')}** in {_count(size, 'text')}. The largest: {_topics(table.head(most))}.",
        f"{len(table) - unstable} of them hold when a fifth of the texts is left out;",
        f"{unstable} {'does' if unstable == 1 else 'do'} not, and their borders are arbitrary.",
        f"{_count(topics.unassigned, 'article')} fit nowhere." if topics.unassigned else "",
    )


def describe_coverage(
    event: Event, covered: pd.DataFrame, *, of: pd.DataFrame, periods: pd.DataFrame, topics: Topics | None = None
) -> str:
    """When, where and by whom the event was covered, and what else the news was about.

    `covered` are the articles about the event, `of` the collection, `periods` the table of `coverage` over time.
    """
    title, elsewhere = _said(event.title), _elsewhere(topics, covered)
    if of.empty:
        return _NO_ARTICLE
    if covered.empty:
        none = f"**None of {_count(len(of), 'article')}** is about *{title}* ({event.start} to {event.end})."
        return _joined(none, elsewhere)
    own, few = amounts(of, covered), texts(covered) <= _NAMED
    when = _joined(
        f"**{len(covered):,} of {_count(len(of), 'article')}** {_be(len(covered))} about *{title}*:",
        f"{_count(own['texts'], 'distinct text')} from {_count(own['outlets'], 'outlet')} in {_languages(covered)}.",
        _window(covered, of, event),
        _named(covered) if few else _peak(periods, event),
    )
    who = _joined("" if few else _outlets(covered), elsewhere)
    return f"{when}\n\n{who}".strip()


def describe_outlets(table: pd.DataFrame) -> str:
    """Who covered it: the outlets with most texts, those whose share lies apart, and who did not.

    `table` is one of `coverage_by` outlet. Outlets with fewer than five articles in all are not compared.
    """
    named, unnamed = table[table.iloc[:, 0] != NONE], table[table.iloc[:, 0] == NONE]
    covering = named[named["articles"] > 0]
    if covering.empty:
        return "**No named outlet covered it.**"
    top = [
        f"{_said(row.iloc[0])} ({row['texts']:,} of its {row['total_texts']:,})"
        for _, row in covering.head(3).iterrows()
    ]
    compared = named[named["total"] >= _COMPARED]
    silent = compared.loc[compared["articles"] == 0].iloc[:, 0]
    without = int(unnamed["articles"].sum())
    return _joined(
        f"**{len(covering):,} of {_count(len(named), 'named outlet')}** covered it, with most texts {_listed(top)}.",
        _apart(compared),
        f"Nothing about it came from {_outlet_names(silent)}." if len(silent) else "",
        f"{_count(without, 'article')} about it {'names' if without == 1 else 'name'} no outlet." if without else "",
    )


def describe_topic_times(topics: Topics, table: pd.DataFrame, *, most: int = 5) -> str:
    """When each of the largest topics was covered most, as a list; `table` is a `composition` by topic."""
    dated, size = table[table["articles"] > 0], topics.assigned_texts
    if size < FEWEST_TEXTS or dated.empty:
        return f"**{_count(size, 'text')} {_be(size)} too few to follow topics over time.**"
    every = str(table.attrs.get("every", "period"))
    lines = [
        _strongest(dated[dated["topic"] == str(topic)], label, every)
        for topic, label in topics.labels.head(most).items()
    ]
    return "**The largest topics were strongest at these times:**\n\n" + "\n".join(filter(None, lines))


def describe_search(found: pd.DataFrame, *, of: pd.DataFrame, query: str) -> str:
    """What a query found: how many articles and texts, by how many outlets, in which languages and when."""
    asked = _said(explain_query(query))
    if found.empty:
        return f"**None of {_count(len(of), 'article')}** has {asked}."
    own, (first, last) = amounts(of, found), span(found)
    return _joined(
        f"**{len(found):,} of {_count(len(of), 'article')}** {'has' if len(found) == 1 else 'have'} {asked}:",
        f"{_count(own['texts'], 'distinct text')} from {_count(own['outlets'], 'outlet')} in {_languages(found)},",
        f"published between {first} and {last}." if first else "none with a date.",
    )


def few_texts(number: int) -> str:
    """What so many texts, few or not, can and cannot tell."""
    if number >= FEW:
        return (
            f"{number:,} texts bear a share of the whole. Of one outlet or week, look at the interval before the share."
        )
    if number == 0:
        return _joined(
            "No article was found. That does not show that nothing was published: the words of the query may differ",
            "from those of the press, the window may be too narrow, or the collection may lack the outlets that wrote.",
        )
    if number == 1:
        return _joined(
            "One text shows that it was published, by whom, and when as far as its evidence goes. It cannot show how",
            "much coverage there was, a rise or fall, or how outlets differ.",
        )
    return _joined(
        f"{number} texts can be read one by one. Shares and trends of so few are unsure: a quiet period may be one",
        "that was not collected, and hardly any difference between outlets or languages can be told from chance.",
    )


# -- sentences ------------------------------------------------------------------------------------------------


def _window(covered: pd.DataFrame, of: pd.DataFrame, event: Event) -> str:
    """The share of the whole window, where there are texts enough for one."""
    whole = whole_window(covered, of=of, event=event)
    if texts(covered) < FEW or not whole["total_texts"]:
        return ""
    total = _count(int(whole["total_texts"]), "text")
    return f"Of {total} surely published from {event.start} to {event.end}, {_percent(whole)} are about it."


def _peak(periods: pd.DataFrame, event: Event) -> str:
    ordered = periods.sort_values(["texts", "articles", "period"], ascending=[False, False, True], kind="stable")
    every = str(periods.attrs.get("every", "period"))
    if ordered.empty or not ordered["texts"].iloc[0]:
        return f"None of them can be put into one {every}: their dates are missing or too wide."
    top, most = ordered.iloc[0], int(ordered["texts"].iloc[0])
    if most < _STANDS_OUT or (ordered["texts"] == most).sum() > 1:
        return f"No {every} stands out: at most {_count(most, 'text')} in one."
    known = [f"{each.date.day} {each.date:%B}: {_said(each.label)}" for each in known_in(top["period"], event, every)]
    beside = f" ({'; '.join(known)})" if known else ""
    return _joined(
        f"Coverage was highest in {_period(top['period'], every)}{beside},",
        f"with {_count(most, 'text')} by {_count(int(top['outlets']), 'outlet')}, {_percent(top)} of all texts then.",
    )


def _named(covered: pd.DataFrame) -> str:
    shown = listing(covered.sort_index().drop_duplicates("text_id"))
    outlets = ["no outlet named" if outlet == NONE else _said(outlet) for outlet in shown["outlet"]]
    rows = zip(shown["title"], outlets, shown["published"], strict=True)
    lines = [f"“{_said(title) or 'without a title'}” ({outlet}, {day})" for title, outlet, day in rows]
    return f"{'It is' if len(lines) == 1 else 'They are'} {_listed(lines)}."


def _outlets(covered: pd.DataFrame) -> str:
    named = covered.dropna(subset=["source"])
    if named.empty:
        return "None of them names its outlet."
    table = contents(named).head(3)
    rows = zip(table["source"], table["texts"], strict=True)
    most = _listed(f"{_said(source)} ({_count(int(number), 'text')})" for source, number in rows)
    without = _some(len(covered) - len(named), "article names no outlet", "articles name no outlet")
    return _joined(f"Most came from {most}.", without)


def _elsewhere(topics: Topics | None, covered: pd.DataFrame) -> str:
    """The largest topics that are mostly not the event's own."""
    if topics is None or topics.assigned_texts < FEWEST_TEXTS:
        return ""
    table = topic_shares(topics, covered)
    others = table[table["share"] < 0.5]
    return f"What else the news was about: {_topics(others.head(5))}." if len(others) else ""


def _apart(compared: pd.DataFrame) -> str:
    """Outlets whose interval does not hold the share of all of them together."""
    total = compared["total_texts"].sum()
    if not total:
        return ""
    share = compared["texts"].sum() / total
    more = compared.loc[compared["share_low"] > share].iloc[:, 0]
    less = compared.loc[compared["share_high"] < share].iloc[:, 0]
    if more.empty and less.empty:
        return f"No outlet's share differs from the {share:.0%} of all by more than chance may do."
    parts = [f"more of {_outlet_names(more)}"] * bool(len(more)) + [f"less of {_outlet_names(less)}"] * bool(len(less))
    return f"It took {share:.0%} of the texts of all, and beyond chance {_listed(parts)}."


def _strongest(own: pd.DataFrame, label: object, every: str) -> str:
    if own.empty:
        return ""
    top = own.sort_values(["articles", "period"], ascending=[False, True], kind="stable").iloc[0]
    number = _count(int(top["articles"]), "article")
    return f"- *{_said(label)}*: {_period(top['period'], every)}, {number} of {int(top['total']):,}, {_percent(top)}"


# -- words ----------------------------------------------------------------------------------------------------


def _seen(ledger: pd.DataFrame | None) -> str:
    counts = ledger_counts(ledger)
    if not counts:
        return ""
    return _joined(
        f"Of {_count(counts['seen'], 'record')} seen, {counts['loaded']:,} were loaded, {counts['merged']:,} merged",
        f"into another record of the same article, and {counts['refused']:,} refused.",
    )


def _topics(table: pd.DataFrame) -> str:
    rows = zip(table["label"], table["texts"], strict=True)
    return _listed(f"*{_said(label)}* ({_count(int(number), 'text')})" for label, number in rows)


def _languages(articles: pd.DataFrame) -> str:
    ordered = articles["language"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    names = [NAMES.get(str(code), str(code)) for code in ordered.index if code != "und"]
    if not names:
        return "a language that could not be told"
    return _listed(names) if len(names) <= 6 else f"{len(names)} languages, most in {_listed(names[:3])}"


def _outlet_names(names: Iterable[Hashable]) -> str:
    known = [_said(name) for name in names]
    return _listed(known if len(known) <= 5 else [*known[:4], f"{len(known) - 4} more"])


def _period(period: pd.Timestamp, every: str) -> str:
    day = f"{period.day} {period:%B %Y}"
    written = {"week": f"the week of {day}", "month": f"{period:%B %Y}", "year": f"{period:%Y}"}
    return written.get(every, f"the quarter from {day}" if every == "quarter" else day)


def _percent(row: pd.Series) -> str:
    return f"{row['share']:.0%} ({row['share_low'] * 100:.0f}–{row['share_high']:.0%})"


def _some(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}." if number else ""


def _be(number: int) -> str:
    return "is" if number == 1 else "are"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _listed(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _joined(*parts: str) -> str:
    return " ".join(filter(None, parts))


def _said(value: object) -> str:
    """A name or headline in a sentence: one line, with whatever Markdown would read as markup escaped."""
    return _MARKDOWN.sub(r"\\\1", one_line(value))
