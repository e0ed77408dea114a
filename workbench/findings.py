"""Findings in sentences: the short answers of the notebooks, as Markdown, with every number computed.

A sentence says no more than its numbers carry: of one or two texts it names them, of few it claims no peak, and a
share comes with its total and its interval. Text of articles is escaped, so that a headline cannot become a link.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from workbench.events import Event
from workbench.languages import NAMES
from workbench.manifest import ledger_counts
from workbench.markup import one_line
from workbench.records import amounts, span, texts
from workbench.summary import NONE, contents, known_in, listing, most_reprinted, reprint_shares, topic_shares, whole_window
from workbench.topics import FEWEST_TEXTS, Topics

FEW = 30
"""Texts below which shares say little: half of 30 is 33 % to 67 % at best."""

_NAMED = 2
"""So few texts are named one by one."""

_STANDS_OUT = 3
"""Texts a period needs before it is called a peak: two texts may meet by chance."""

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|<>~$&])")


def describe_collection(articles: pd.DataFrame, ledger: pd.DataFrame | None = None) -> str:
    """What is in the collection: articles, texts, outlets, languages, time, and what the import set aside."""
    if articles.empty:
        return f"**The collection holds no article.** {_seen(ledger)}".strip()
    own = amounts(articles, articles)
    first, last = span(articles)
    parts = [
        f"**{_count(len(articles), 'article')}**, {_count(own['texts'], 'distinct text')} among them, "
        f"from {_count(own['outlets'], 'outlet')} in {_languages(articles)}.",
        f"Those with a date were published between {first} and {last}." if first else "None has a date.",
        _some(own["undated"], "has", "have", "no known day and stand{s} on no date."),
        _some(int(articles["source"].isna().sum()), "names", "name", "no outlet."),
        _some(own["machine_translated"], "is", "are", "known to be machine-translated."),
        _seen(ledger),
    ]
    return " ".join(filter(None, parts))


def describe_reprints(articles: pd.DataFrame) -> str:
    """How much is reprinted: articles that share their text, and the text that most carry."""
    if articles.empty:
        return "**Nothing is reprinted: the collection holds no article.**"
    whole = reprint_shares(articles.assign(whole_="all"), by="whole_").iloc[0]
    copies = len(articles) - texts(articles)
    lead = (
        f"**{_percent(whole)} of the articles carry a text that another one carries too**: "
        f"{_count(int(whole['shared']), 'article')} of {len(articles):,}."
    )
    if not whole["shared"]:
        return f"**No text stands twice** among {_count(len(articles), 'article')}."
    top = most_reprinted(articles, most=1).iloc[0]
    return (
        f"{lead} Counting each text once leaves {_count(texts(articles), 'text')}; "
        f"{_count(copies, 'article')} would be counted again. The most copied text, “{_said(top['title'])}”, stands in "
        f"{_count(int(top['articles']), 'article')} of {_count(int(top['sources']), 'known outlet')}."
    )


def describe_topics(topics: Topics, *, most: int = 5) -> str:
    """What the collection is about: how many topics, the largest, and how many of them hold."""
    if topics.assigned_texts < FEWEST_TEXTS:
        return f"**{_count(topics.assigned_texts, 'text')} {_is(topics.assigned_texts)} too few to tell topics.** {_groups(topics)}"
    table = topics.table
    unstable = int((~table["holds"]).sum())
    return (
        f"**{_count(len(table), 'topic')}** in {_count(topics.assigned_texts, 'text')}. The largest: "
        f"{_topics(table.head(most))}. {len(table) - unstable} of them hold when a fifth of the texts is left out"
        + (f", {unstable} {'does' if unstable == 1 else 'do'} not." if unstable else ".")
        + (f" {_count(topics.unassigned, 'article')} fit nowhere." if topics.unassigned else "")
    )


def describe_coverage(
    event: Event, covered: pd.DataFrame, *, of: pd.DataFrame, periods: pd.DataFrame, topics: Topics | None = None
) -> str:
    """When, where and by whom the event was covered, and what else the news was about.

    `covered` are the articles about the event, `of` the collection, `periods` the table of `coverage` over time.
    """
    title = _said(event.title)
    if covered.empty:
        about = f"**None of the {_count(len(of), 'article')}** is about *{title}* ({event.start} to {event.end})."
        return f"{about} {_elsewhere(topics, covered)}".strip() if len(of) else "**The collection holds no article.**"
    own = amounts(of, covered)
    parts = [
        f"**{len(covered):,} of {_count(len(of), 'article')}** {_is(len(covered))} about *{title}*: "
        f"{_count(own['texts'], 'distinct text')} from {_count(own['outlets'], 'outlet')} in {_languages(covered)}.",
        _window(covered, of, event),
        _named(covered) if own["texts"] <= _NAMED else _peak(periods, event),
        _outlets(covered, of) if own["texts"] > _NAMED else "",
        _elsewhere(topics, covered),
    ]
    return " ".join(filter(None, parts))


def describe_outlets(table: pd.DataFrame, *, least: int = 5) -> str:
    """Who covered it: the outlets with most articles, those whose share lies apart from the rest, and who did not.

    `table` is one of `coverage_by`; outlets with fewer than `least` articles in all are not compared.
    """
    known = table[table.iloc[:, 0] != NONE]
    if known.empty or not known["articles"].sum():
        return "**No named outlet covered it.**"
    top, rest = known.head(3), table[table.iloc[:, 0] == NONE]
    covering, silent = known[known["articles"] > 0], known[(known["articles"] == 0) & (known["total"] >= least)]
    named = _listed([f"{_said(row.iloc[0])} ({row['articles']:,} of its {row['total']:,})" for _, row in top.iterrows()])
    parts = [
        f"**{len(covering):,} of {_count(len(known), 'named outlet')}** covered it, most often {named}.",
        f"{_apart(known[known['total'] >= least])}",
        f"No article about it came from {_listed([_said(name) for name in silent.iloc[:5, 0]])}." if len(silent) else "",
        f"{_count(int(rest['articles'].sum()), 'article')} about it name no outlet." if rest["articles"].sum() else "",
    ]
    return " ".join(filter(None, parts))


def describe_topic_times(topics: Topics, table: pd.DataFrame, *, most: int = 5) -> str:
    """When each of the largest topics was covered: its strongest period, by the articles of a `composition` by topic."""
    dated = table[table["articles"] > 0]
    if topics.assigned_texts < FEWEST_TEXTS or dated.empty:
        return f"**{_count(topics.assigned_texts, 'text')} {_is(topics.assigned_texts)} too few to follow topics over time.**"
    every = str(table.attrs.get("every", "period"))
    lines = []
    for topic in topics.table.head(most).index:
        own = dated[dated["topic"] == str(topic)]
        if len(own):
            top = own.loc[own["articles"].idxmax()]
            lines.append(
                f"- *{_said(topics.labels[topic])}*: most in {_period(top['period'], every)}, "
                f"{_count(int(top['articles']), 'article')} of {int(top['total']):,} ({_percent(top)})"
            )
    return "**The largest topics had their strongest periods at these times:**\n\n" + "\n".join(lines)


def few_texts(number: int) -> str:
    """What so few texts can and cannot tell; an empty string from 30 texts on."""
    if number >= FEW:
        return ""
    if number == 0:
        return "No article was found. That does not show that nothing was published: the words of the query may differ from those of the press, the window may be too narrow, or the collection may lack the outlets that wrote about it."
    if number == 1:
        return "One text shows that it was published, by whom, and when as far as its evidence goes. It cannot show how much coverage there was, a rise or fall, or how outlets differ."
    return f"{number} texts can be read one by one. Their shares and trends are unsure: a quiet period may only be one that was not collected, and no difference between outlets or languages can be told from chance."


# -- parts of sentences ---------------------------------------------------------------------------------------


def _window(covered: pd.DataFrame, of: pd.DataFrame, event: Event) -> str:
    whole = whole_window(covered, of=of, event=event)
    if texts(covered) < FEW or not whole["total_texts"]:
        return ""
    return f"Of the {_count(int(whole['total_texts']), 'text')} surely published from {event.start} to {event.end} that is {_percent(whole)}."


def _peak(periods: pd.DataFrame, event: Event) -> str:
    ordered = periods.sort_values(["texts", "articles", "period"], ascending=[False, False, True], kind="stable")
    every = str(periods.attrs.get("every", "period"))
    if ordered.empty or not ordered["texts"].iloc[0]:
        return f"None of them can be put into one {every}: the dates are missing or too wide."
    top = ordered.iloc[0]
    if top["texts"] < _STANDS_OUT or (len(ordered) > 1 and top["texts"] == ordered["texts"].iloc[1]):
        return f"No {every} stands out: at most {_count(int(top['texts']), 'text')} in one."
    known = known_in(top["period"], event, every)
    beside = f" ({'; '.join(f'{each.date.day} {each.date:%B}: {_said(each.label)}' for each in known)})" if known else ""
    return (
        f"Coverage was highest in {_period(top['period'], every)}{beside}: {_count(int(top['texts']), 'text')} by "
        f"{_count(int(top['outlets']), 'outlet')}, {_percent(top)} of all texts then."
    )


def _named(covered: pd.DataFrame) -> str:
    shown = listing(covered.sort_index().drop_duplicates("text_id"))
    lines = [
        f"“{_said(row['title'] or 'without a title')}” ({'no outlet named' if row['outlet'] == NONE else _said(row['outlet'])}, {row['published']})"
        for _, row in shown.iterrows()
    ]
    return f"{'It is' if len(lines) == 1 else 'They are'} {_listed(lines)}."


def _outlets(covered: pd.DataFrame, of: pd.DataFrame) -> str:
    named = covered.dropna(subset=["source"])
    if named.empty:
        return "None of them names its outlet."
    table, whole = contents(named).head(3), of["source"].value_counts()
    listed = _listed([f"{_said(row.source)} ({row.texts:,} texts)" for row in table.itertuples()])
    return f"Most came from {listed}."


def _elsewhere(topics: Topics | None, covered: pd.DataFrame) -> str:
    """The largest topics that are mostly not the event's own."""
    if topics is None or topics.assigned_texts < FEWEST_TEXTS:
        return ""
    table = topic_shares(topics, covered)
    others = table[table["share"] < 0.5]
    if others.empty:
        return "No other topic stands in the collection."
    return f"What else the news was about: {_topics(others.head(5))}."


def _apart(known: pd.DataFrame) -> str:
    """Outlets whose interval does not hold the share of all of them together."""
    matched, total = known["articles"].sum(), known["total"].sum()
    if not total:
        return ""
    share = matched / total
    more = [_said(row.iloc[0]) for _, row in known[known["share_low"] > share].iterrows()]
    less = [_said(row.iloc[0]) for _, row in known[known["share_high"] < share].iterrows()]
    if not more and not less:
        return f"No outlet's share differs from that of all, {share:.0%}, by more than chance may do."
    parts = [f"more than the rest from {_listed(more[:5])}"] * bool(more) + [f"less from {_listed(less[:5])}"] * bool(less)
    return f"Beside the share of all, {share:.0%}, it took {' and '.join(parts)}."


def _topics(table: pd.DataFrame) -> str:
    return _listed([f"*{_said(row.label)}* ({row.texts:,})" for row in table.itertuples()])


def _groups(topics: Topics) -> str:
    groups = len(topics.labels)
    return f"{_count(groups, 'group')} of them share{'s' * (groups == 1)} most of {'its' if groups == 1 else 'their'} words." if groups else ""


def _languages(articles: pd.DataFrame) -> str:
    ordered = articles["language"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    names = [NAMES.get(code, code) for code in ordered.index if code != "und"]
    if not names:
        return "a language that could not be told"
    return _listed(names) if len(names) <= 6 else f"{len(names)} languages, most of them {_listed(names[:3])}"


def _seen(ledger: pd.DataFrame | None) -> str:
    counts = ledger_counts(ledger)
    if not counts:
        return ""
    return (
        f"Of {_count(counts['seen'], 'record')} seen, {counts['loaded']:,} were loaded, {counts['merged']:,} merged into another "
        f"record of the same article and {counts['refused']:,} refused."
    )


def _period(period: pd.Timestamp, every: str) -> str:
    day = f"{period.day} {period:%B %Y}"
    written = {"week": f"the week of {day}", "month": f"{period:%B %Y}", "year": f"{period:%Y}"}
    return written.get(every, f"the quarter from {day}" if every == "quarter" else day)


def _percent(row: pd.Series) -> str:
    return f"{row['share']:.0%} ({row['share_low']:.0%} to {row['share_high']:.0%})"


def _some(number: int, one: str, many: str, rest: str) -> str:
    return f"{number:,} {one if number == 1 else many} {rest.format(s='s' * (number == 1))}" if number else ""


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else ""


def _said(value: object) -> str:
    """A name or headline in a sentence: one line, with whatever Markdown would read as markup escaped."""
    return _MARKDOWN.sub(r"\\\1", one_line(value))
