"""Topics over time: nothing looks ahead, what was planted is found, and chance is not."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from workbench.articles import WorkbenchError, as_articles, empty_articles
from workbench.coverage import composition
from workbench.period_words import topic_words
from workbench.plot_topics import plot_topics
from workbench.trends import topic_trends

MONTHS = 12
SYLLABLES = ("ba", "ko", "lu", "mi", "de", "ta", "ru", "so", "ne", "fi", "ga", "po")
TREND_COLUMNS = {
    "label": "str",
    "texts": "int64",
    "first": "datetime64[us, UTC]",
    "last": "datetime64[us, UTC]",
    "early_share": "float64",
    "late_share": "float64",
    "change": "float64",
    "low": "float64",
    "high": "float64",
    "p": "float64",
    "trend": "str",
    "merges_with": "Int64",
    "similarity_before": "float64",
    "similarity_after": "float64",
}
WORD_COLUMNS = {
    "topic": "int64",
    "period": "datetime64[us, UTC]",
    "rank": "int64",
    "language": "str",
    "term": "str",
    "weight": "float64",
    "texts": "int64",
}


@dataclass(frozen=True)
class Topics:
    """As little as is read of topics."""

    assigned: pd.Series
    labels: pd.Series


def word(kind: int, number: int) -> str:
    """A word that is in no dictionary: one of those of this kind."""
    size = len(SYLLABLES)
    parts = (kind // size % size, kind % size, number // size % size, number % size)
    return "".join(SYLLABLES[part] for part in parts)


def written(rng: np.random.Generator, kind: int) -> str:
    """A text: eight words of its kind, four that all use."""
    own = [word(kind, number) for number in rng.integers(0, 20, 8)]
    return " ".join(rng.permutation([*own, *(word(100, number) for number in rng.integers(0, 60, 4))]))


def collection(  # noqa: PLR0913 -- keyword-only, each with its usual value
    shares: Callable[[int, int], list[float]],
    *,
    seed: int = 0,
    months: int = MONTHS,
    outlets: int = 2,
    texts: int = 40,
    kind: Callable[[int, int], int] = lambda topic, _: topic,
) -> tuple[pd.DataFrame, Topics]:
    """So many texts a month and outlet of 2022 and later, of topics by these shares (month, outlet), worded by kind."""
    rng = np.random.default_rng(seed)
    rows = []
    for month in range(months):
        for outlet in range(outlets):
            odds = np.array(shares(month, outlet), dtype=float)
            if not odds.any():
                continue
            drawn = rng.choice(len(odds), size=texts, p=odds / odds.sum())
            for topic in sorted(drawn.tolist()):
                day = pd.Timestamp("2022-01-01", tz="UTC") + pd.DateOffset(months=month, days=int(rng.integers(1, 28)))
                rows.append((day, f"outlet {outlet}", topic, written(rng, kind(topic, month))))
    # the first and the last day, so that no month is covered only in part
    rows[0] = (pd.Timestamp("2022-01-01", tz="UTC"), *rows[0][1:])
    rows[-1] = (pd.Timestamp("2022-01-01", tz="UTC") + pd.DateOffset(months=months, days=-1), *rows[-1][1:])
    index = pd.Index([f"id{number:05}" for number in range(len(rows))], name="article_id")
    frame = pd.DataFrame(rows, columns=["published", "source", "topic", "text"], index=index)
    articles = as_articles(frame.drop(columns="topic").assign(title="", language="en", text_id=[*index]))
    number = int(frame["topic"].max()) + 1
    return articles, Topics(frame["topic"], pd.Series([f"topic {one}" for one in range(number)], dtype="str"))


def steady(month: int, outlet: int) -> list[float]:
    """Ten topics of sizes 1 to 10, the same in every month and outlet."""
    return [1.0 * size for size in range(1, 11)]


def planted(month: int, outlet: int) -> list[float]:
    """Topic 0 comes in the second half, topic 1 goes with the first, eight stay; the outlets differ."""
    late = month >= MONTHS // 2
    return [4.0 * late, 4.0 * (not late), 4, 4, 3 + outlet, 3, 3, 3, 3, 3]


def merged(topic: int, month: int) -> int:
    """Topics 2 and 3 use their own words at first, and common ones in the second half."""
    return 50 if topic in (2, 3) and month >= MONTHS // 2 else topic


@pytest.fixture(scope="module")
def told() -> tuple[pd.DataFrame, Topics, pd.DataFrame]:
    articles, topics = collection(planted, kind=merged)
    return articles, topics, topic_trends(articles, topics)


def cell(table: pd.DataFrame, topic: int, column: str) -> Any:
    return table.loc[topic, column]


# -- words --------------------------------------------------------------------------------------------------------


def small() -> tuple[pd.DataFrame, Topics]:
    return collection(lambda *_: [3, 2, 1], months=4, texts=15, kind=lambda topic, month: topic + 3 * (month % 2))


def test_articles_that_come_later_change_no_words_of_an_earlier_period() -> None:
    articles, topics = small()
    whole = topic_words(articles, topics, most=8)
    for month in (2, 3):
        end = pd.Timestamp("2022-01-01", tz="UTC") + pd.DateOffset(months=month)
        known = topic_words(articles[articles["published"] < end], topics, most=8)
        assert len(known)
        pd.testing.assert_frame_equal(known, whole[whole["period"] < end].reset_index(drop=True))


def test_later_spellings_phrases_outlets_and_copies_change_no_earlier_words() -> None:
    articles, topics = small()
    before = topic_words(articles, topics, most=8)
    terms = before["term"].tolist()
    later = articles.iloc[:40].assign(
        text=[
            f"{terms[at % 9].upper()} {terms[at % 7].title()} new words {text}"
            for at, text in enumerate(articles["text"].iloc[:40])
        ],
        title=[f"The {terms[0].title()} {terms[1].title()}" for _ in range(40)],
        source=[terms[at % 3] for at in range(40)],
        published=pd.Timestamp("2022-05-02", tz="UTC"),
    )
    later["text_id"] = [*articles["text_id"].iloc[:20], *(f"new {at}" for at in range(20))]
    more = as_articles(pd.concat([articles, later.set_axis([f"later {name}" for name in later.index])]))
    assigned = pd.concat([topics.assigned, pd.Series(0, index=[name for name in more.index if "later" in name])])
    after = topic_words(more, Topics(assigned, topics.labels), most=8)
    assert (after["period"] >= pd.Timestamp("2022-05-01", tz="UTC")).any()
    pd.testing.assert_frame_equal(
        before, after[after["period"] < pd.Timestamp("2022-05-01", tz="UTC")].reset_index(drop=True)
    )


def test_the_words_of_a_period_are_those_its_texts_use() -> None:
    articles, topics = small()
    found = topic_words(articles, topics, most=3)
    assert found.groupby(["topic", "period"]).ngroups == 12
    for row in cast(Any, found.itertuples()):
        kind = row.topic + 3 * ((row.period.month - 1) % 2)
        assert row.rank > 1 or set(row.term.split()) & {word(kind, number) for number in range(20)}, row
        own = articles[(topics.assigned == row.topic) & (articles["published"].dt.month == row.period.month)]
        assert row.texts == own["text"].str.contains(row.term).sum() >= 2


def test_neither_the_order_of_rows_nor_copies_change_words_and_trends() -> None:
    articles, topics = collection(planted, kind=merged, months=6, texts=12)
    copies = articles.iloc[::3].assign(
        published=articles["published"].iloc[::3] + pd.Timedelta(days=100), source="copier"
    )
    copies = copies[copies["published"] < articles["published"].max()].rename(index=lambda name: f"copy {name}")
    both = pd.concat([articles, copies]).sample(frac=1, random_state=1)
    assigned = pd.concat(
        [topics.assigned, topics.assigned[copies.index.str.removeprefix("copy ")].set_axis(copies.index)]
    )
    copied = Topics(assigned.sample(frac=1, random_state=2), topics.labels)
    pd.testing.assert_frame_equal(topic_words(articles, topics), topic_words(both, copied))
    pd.testing.assert_frame_equal(topic_trends(articles, topics), topic_trends(both, copied))


def test_articles_of_no_certain_period_count_nowhere() -> None:
    articles, topics = small()
    rows = articles.index[::2]
    unsure: dict[str, dict[str, Any]] = {
        "undated": {"published": pd.NaT},
        "of a year": {
            "published_low": pd.Timestamp("2022-01-01", tz="UTC"),
            "published_high": pd.Timestamp("2023-01-01", tz="UTC"),
        },
        "inferred": {"published_from": "inferred: a copy is dated"},
    }
    alone = articles.drop(index=rows)
    for name, columns in unsure.items():
        changed = articles.copy()
        for column, value in columns.items():
            changed.loc[rows, column] = value
        changed.loc[articles.index[-1]] = articles.iloc[-1]
        kept = articles.loc[[*{*alone.index, articles.index[-1]}]]
        pd.testing.assert_frame_equal(topic_words(changed, topics), topic_words(kept, topics), obj=name)
        assert topic_trends(changed, topics)["texts"].sum() == len(kept), name


def test_words_are_of_one_language_that_of_most_texts_so_far_unless_told() -> None:
    articles, topics = small()
    second = articles["published"].dt.month.eq(2) & (np.arange(len(articles)) % 3 == 0)
    mixed = articles.assign(language=articles["language"].mask(second, "fr"))
    found = topic_words(mixed, topics)
    assert found.groupby(["topic", "period"])["language"].nunique().eq(1).all()
    assert set(found["language"]) == {"en"}
    assert set(topic_words(mixed, topics, language="fr")["period"].dt.month) == {2}
    assert topic_words(mixed, topics, language="pl").empty


def test_the_name_of_an_outlet_is_no_word_from_then_on() -> None:
    articles, topics = small()
    usual = topic_words(articles, topics, most=40)
    name = min(set.intersection(*(set(usual.loc[usual["period"].dt.month == month, "term"]) for month in (1, 3))))
    named = articles.assign(source=articles["source"].mask(articles["published"].dt.month == 3, name.title()))
    found = topic_words(named, topics, most=40)
    assert name in set(found.loc[found["period"].dt.month == 1, "term"])
    assert name not in set(found.loc[found["period"].dt.month == 3, "term"])


# -- trends -------------------------------------------------------------------------------------------------------


def test_what_comes_what_goes_and_what_stays_is_told(told: tuple[pd.DataFrame, Topics, pd.DataFrame]) -> None:
    trends = told[2]
    assert trends["trend"].tolist() == ["emerging", "fading", *["steady"] * 8]
    assert cell(trends, 0, "early_share") == 0 == cell(trends, 1, "late_share")
    assert cell(trends, 0, "first") == pd.Timestamp("2022-07-01", tz="UTC")
    assert cell(trends, 1, "last") == pd.Timestamp("2022-06-01", tz="UTC")
    assert (trends["low"] <= trends["change"]).all()
    assert (trends["change"] <= trends["high"]).all()
    assert 0.08 < cell(trends, 0, "low") < 4 / 31 < cell(trends, 0, "high") < 0.2


def test_topics_that_come_to_share_their_words_merge_and_no_others(
    told: tuple[pd.DataFrame, Topics, pd.DataFrame],
) -> None:
    trends = told[2]
    assert trends["merges_with"].dropna().to_dict() == {2: 3, 3: 2}
    assert cell(trends, 2, "similarity_before") < 0.2
    assert cell(trends, 2, "similarity_after") == pytest.approx(1, abs=0.03)
    assert cell(trends, 2, "similarity_before") == cell(trends, 3, "similarity_before")
    assert trends.loc[[0, 1, *range(4, 10)], ["similarity_before", "similarity_after"]].isna().all().all()


@pytest.mark.parametrize("seed", range(2))
def test_without_a_trend_at_most_one_call_in_twenty_is_made(seed: Any) -> None:
    """Months of their own: each topic is two times as frequent in some as in others, and has words of the month."""
    moods = np.random.default_rng(100 + seed).lognormal(0, 0.5, (MONTHS, 24))
    months = np.random.default_rng(200 + seed).integers(0, 3, (24, MONTHS))
    articles, topics = collection(
        lambda month, outlet: (moods[month] * (1 + outlet)).tolist(),
        seed=seed,
        texts=60,
        kind=lambda topic, month: topic // 2 + 12 * int(months[topic, month] > 0),
    )
    trends = topic_trends(articles, topics)
    assert trends["trend"].ne("steady").mean() <= 0.05
    assert trends["merges_with"].notna().mean() <= 0.05


def test_an_outlet_that_comes_is_not_news() -> None:
    """The second outlet, which writes of topic 0 ten times as often, is collected from the fifth month on."""
    articles, topics = collection(
        lambda month, outlet: [10, 9] if outlet and month >= 4 else [1.0 - outlet, 18 * (1.0 - outlet)], texts=80
    )
    half = pd.Timestamp("2022-07-01", tz="UTC")
    raw = (topics.assigned == 0).groupby(articles["published"] >= half).mean()
    trends = topic_trends(articles, topics)
    assert raw[True] > 1.4 * raw[False]
    assert trends["trend"].tolist() == ["steady", "steady"]
    assert abs(cell(trends, 0, "change")) < 0.05


def test_shares_are_means_within_outlets_weighted_by_what_both_halves_hold() -> None:
    counts = {("a", 1): (1, 4), ("a", 2): (6, 8), ("b", 1): (2, 2), ("b", 2): (0, 6), ("c", 2): (5, 5)}
    rows = [
        (outlet, "2022-01-01" if month == 1 else "2022-02-28", 0 if number < own else -1)
        for (outlet, month), (own, total) in counts.items()
        for number in range(total)
    ]
    frame = pd.DataFrame(rows, columns=["source", "published", "topic"]).rename(index=lambda row: f"a{row:02}")
    frame = frame.assign(published=pd.to_datetime(frame["published"], utc=True), text_id=frame.index, language="en")
    trends = topic_trends(as_articles(frame.drop(columns="topic")), Topics(frame["topic"], pd.Series(["own"])))
    weights = np.array([4 * 8 / 12, 2 * 6 / 8])
    early, late = weights @ [1 / 4, 1] / weights.sum(), weights @ [6 / 8, 0] / weights.sum()
    shares = [cell(trends, 0, name) for name in ("early_share", "late_share", "change")]
    assert shares == pytest.approx([early, late, late - early])
    assert trends[["low", "high", "p", "trend"]].isna().all().all()


def test_early_and_late_shares_of_all_topics_are_one(told: tuple[pd.DataFrame, Topics, pd.DataFrame]) -> None:
    assert told[2][["early_share", "late_share"]].sum().tolist() == pytest.approx([1, 1])
    assert told[2]["texts"].sum() == len(told[0])


def test_periods_in_part_and_hardly_collected_ones_are_left_out_and_named() -> None:
    articles, topics = collection(planted)
    day = articles["published"]
    last = pd.Timestamp("2022-12-10", tz="UTC")
    few = articles[(day < last) & ~(day.dt.month.eq(4) & (np.arange(len(day)) % 20 > 0))]
    trends = topic_trends(few, topics)
    assert trends.attrs["left_out"] == ["2022-04-01", "2022-12-01"]
    assert trends.attrs["tested"] == 10
    assert trends["trend"].tolist()[:2] == ["emerging", "fading"]


def test_many_days_are_joined_into_runs() -> None:
    articles, topics = collection(planted)
    trends = topic_trends(articles, topics, every="day")
    assert trends.attrs["runs"] == 36
    assert trends["trend"].tolist() == ["emerging", "fading", *["steady"] * 8]


def test_nothing_is_told_of_few_periods_or_of_an_outlet_of_one_half() -> None:
    articles, topics = collection(steady, months=5)
    assert topic_trends(articles, topics)["trend"].isna().all()
    assert topic_trends(articles, topics)["change"].notna().all()
    articles, topics = collection(lambda month, outlet: [int(outlet == month // 6), 1.0 * (outlet == month // 6)])
    trends = topic_trends(articles, topics)
    assert trends[["early_share", "change", "p", "trend", "merges_with"]].isna().all().all()
    assert trends["texts"].sum() == len(articles)


def test_a_topic_with_no_text_of_certain_time_keeps_its_row() -> None:
    articles, topics = collection(steady, months=6, texts=20)
    labels = pd.Series([*topics.labels, "<b>no text</b>"], dtype="str")
    trends = topic_trends(articles, Topics(topics.assigned, labels))
    assert trends.index.tolist() == list(range(11))
    assert cell(trends, 10, "texts") == 0
    assert trends.loc[10, ["first", "last", "change", "trend"]].isna().all()


def test_texts_of_no_topic_are_in_the_total_and_have_no_row() -> None:
    articles, topics = collection(steady, months=4, texts=30)
    some = topics.assigned.where(topics.assigned != 9, -1)
    found = topic_trends(articles, Topics(some, topics.labels.drop(9)))
    whole = topic_trends(articles, topics)
    assert found.index.tolist() == list(range(9))
    pd.testing.assert_series_equal(found["early_share"], whole["early_share"].drop(9))
    assert -1 not in set(topic_words(articles, Topics(some, topics.labels.drop(9)))["topic"])


# -- small tables and errors --------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [0, 1, 2, 3, 5, 9, 12, 30])
@pytest.mark.parametrize("dates", ["as they are", "one day", "none"])
def test_any_few_articles_give_tables_of_the_same_shape(number: Any, dates: Any) -> None:
    articles, topics = collection(steady, months=2)
    few = articles.iloc[:: max(1, len(articles) // max(1, number))].iloc[:number] if number else empty_articles()
    if dates != "as they are":
        few = few.assign(
            published=pd.Series(
                pd.NaT if dates == "none" else few["published"].min(), index=few.index, dtype=few["published"].dtype
            )
        )
    own = topics.assigned.reindex(few.index).astype("int64")
    for labels in (topics.labels, topics.labels.iloc[:0]):
        trends, words = topic_trends(few, Topics(own, labels)), topic_words(few, Topics(own, labels))
        assert trends.dtypes.astype(str).to_dict() == TREND_COLUMNS
        assert trends.index.tolist() == labels.index.tolist()
        assert words.dtypes.astype(str).to_dict() == WORD_COLUMNS


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (lambda articles, topics: topic_trends(articles, topics, every="moth"), "did you mean 'month'"),
        (lambda articles, topics: topic_words(articles, topics, every="moth"), "did you mean 'month'"),
        (lambda articles, topics: topic_words(articles, topics, most=0), "most=0 is not a number of words"),
        (lambda _, topics: topic_words(cast(Any, []), topics), "expected a table"),
        (lambda articles, topics: topic_trends(articles.drop(columns="source"), topics), "no column 'source'"),
        (lambda articles, topics: topic_trends(pd.concat([articles, articles]), topics), "stand twice"),
        (
            lambda articles, topics: topic_trends(articles, Topics(topics.assigned.iloc[1:], topics.labels)),
            "1 of 160 articles are in no row of topics.assigned, for example 'id00000'",
        ),
    ],
)
def test_what_cannot_be_told_is_named_with_the_way_out(asked: Any, said: Any) -> None:
    with pytest.raises(WorkbenchError, match=r".") as problem:
        asked(*collection(steady, months=2))
    assert said in str(problem.value)


# -- figure -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Drawn(Topics):
    """What the figure draws besides."""

    sizes: pd.DataFrame
    stability: pd.Series
    layout: pd.DataFrame
    hierarchy: pd.DataFrame


def drawn(articles: pd.DataFrame, topics: Topics, label: str = "topic") -> Drawn:
    """The same topics with labels, sizes and a stability that is low for the topics 2 and 3."""
    counts = topics.assigned[topics.assigned >= 0].value_counts().sort_index()
    sizes = pd.DataFrame({"articles": counts, "texts": counts, "outlets": 1})
    labels = pd.Series({one: f"{label} {one}" for one in counts.index}, dtype="str")
    stability = pd.Series({one: 0.5 if one in (2, 3) else 0.9 for one in counts.index})
    return Drawn(topics.assigned, labels, sizes, stability, pd.DataFrame(columns=["x", "y"]), pd.DataFrame())


def test_marks_beside_the_labels_and_words_in_the_hover_text_say_what_the_tables_say(
    told: tuple[pd.DataFrame, Topics, pd.DataFrame],
) -> None:
    articles, topics, trends = told
    over = composition(articles.assign(topic=topics.assigned), by="topic", every="month")
    words = topic_words(articles, topics, most=3)
    figure = plot_topics(drawn(articles, topics), kind="time", over=over, trends=trends, words=words)
    labels = list(figure.layout.yaxis.ticktext)
    marks = {labels[int(note.y)]: note.text for note in figure.layout.annotations if note.name != "notes"}
    assert marks == {"topic 0": "▲", "topic 1": "▼", "≈ topic 2": "⇄", "≈ topic 3": "⇄"}
    caption = figure.layout.meta["caption"]
    assert "▲ emerging (1), ▼ fading (1), ⇄ coming to use the words of another topic (2)" in caption
    assert "Tested on 12 complete months, within outlets" in caption
    assert "≈: 2 unstable topics" in caption
    row = labels.index("≈ topic 2")
    for month, said in enumerate(figure.data[0].text[row], start=1):
        own = words[(words["topic"] == 2) & (words["period"].dt.month == month)].sort_values("rank")
        assert ", ".join(own["term"]).split()[0] in said
        assert "⇄ merging with topic 3" in said


def test_topics_that_are_not_drawn_are_a_last_row_that_leads_to_their_articles() -> None:
    articles, topics = collection(lambda *_: [1.0] * 40, months=3, texts=200)
    over = composition(articles.assign(topic=topics.assigned), by="topic", every="month")
    seen = drawn(articles, topics)
    figure = plot_topics(seen, kind="time", over=over, most=35)
    assert list(figure.layout.yaxis.ticktext)[-1] == "other topics (5)"
    beside = figure.data[1].z[0]
    assert [
        sum(month) + other for month, other in zip(zip(*figure.data[0].z, strict=True), beside, strict=True)
    ] == pytest.approx([1] * 3)
    members = figure.layout.meta["articles"]["members"]
    assert len(members["35"]) == seen.sizes["articles"].nsmallest(5).sum()
    assert sum(map(len, members.values())) == len(articles)
    assert "Drawn: the 35 largest topics; the other 5 are the last row" in figure.layout.meta["caption"]
    assert figure.layout.height < plot_topics(seen, kind="time", over=over, most=30).layout.height


def test_no_label_word_or_trend_becomes_markup() -> None:
    articles, topics = collection(planted, kind=merged, months=3, texts=10)
    hostile = '<img src=x onerror=alert(1)> <a href="javascript:alert(2)">%{x}</a> $x$'
    trends = topic_trends(articles, topics).assign(trend="fading", merges_with=1)
    words = topic_words(articles, topics, most=1).assign(term=hostile)
    over = composition(articles.assign(topic=topics.assigned), by="topic", every="month")
    figure = plot_topics(drawn(articles, topics, hostile), kind="time", over=over, trends=trends, words=words)
    said = figure.to_json()
    shown = said[: said.index('"meta"')]
    assert "\\u003cimg" not in shown
    assert "<img" not in shown
    assert "<a " not in shown


def test_trends_of_other_topics_and_periods_are_passed_over_and_other_tables_named() -> None:
    articles, topics = collection(planted, months=6, texts=10)
    over = composition(articles.assign(topic=topics.assigned), by="topic", every="month")
    seen = drawn(articles, topics)
    trends = topic_trends(articles, topics).set_axis(range(100, 100 + len(topics.labels)))
    words = topic_words(articles, topics).assign(period=pd.Timestamp("2020-01-01", tz="UTC"))
    figure = plot_topics(seen, kind="time", over=over, trends=trends, words=words)
    assert "No topic emerges, fades or merges" in figure.layout.meta["caption"]
    with pytest.raises(WorkbenchError, match="no column 'trend', 'merges_with'"):
        plot_topics(seen, kind="time", over=over, trends=over)
    with pytest.raises(WorkbenchError, match="no column 'rank', 'term'"):
        plot_topics(seen, kind="time", over=over, words=over)


def test_a_figure_of_too_few_periods_says_that_no_trend_can_be_told() -> None:
    articles, topics = collection(planted, months=3, texts=10)
    over = composition(articles.assign(topic=topics.assigned), by="topic", every="month")
    figure = plot_topics(drawn(articles, topics), kind="time", over=over, trends=topic_trends(articles, topics))
    assert "Too few complete months" in figure.layout.meta["caption"]
    assert "No topic emerges" not in figure.layout.meta["caption"]
