"""Figures: what they say of themselves, that they hold what the table holds, and that no text becomes markup."""

import json
from dataclasses import dataclass, field
from typing import Any, cast

import pandas as pd
import plotly.graph_objects as go
import pytest

from workbench.articles import WorkbenchError
from workbench.coverage import compare, composition, coverage, coverage_by
from workbench.look import PALETTE, colours_of, plain, safe
from workbench.plot import colour_of, plot_coverage, plot_outlets, plot_topics

HOSTILE = '<img src=x onerror=alert(1)> <a href="javascript:alert(2)">click</a> \u202egnp.exe\nnext & %{customdata} $x$'


@dataclass(frozen=True)
class Topics:
    """As little as the figures of topics need."""

    assigned: pd.Series
    labels: pd.Series
    sizes: pd.DataFrame
    stability: pd.Series
    layout: pd.DataFrame
    hierarchy: pd.DataFrame = field(default_factory=pd.DataFrame)


def collection(days: int = 40, outlets: int = 3, hostile: str = "") -> pd.DataFrame:
    """One article a day and outlet, from Saturday 1 January 2022 on; in the first outlet every text twice."""
    rows = [(day, outlet) for day in range(days) for outlet in range(outlets)]
    low = pd.to_datetime("2022-01-01", utc=True) + pd.to_timedelta([day for day, _ in rows], unit="D")
    return pd.DataFrame(
        {
            "title": [f"{hostile} {number}" for number in range(len(rows))],
            "published": low,
            "published_low": low,
            "published_high": low + pd.Timedelta(days=1),
            "source": [f"{hostile}outlet {outlet}" for _, outlet in rows],
            "text_id": [f"{outlet}-{day // 2 if outlet == 0 else day}" for day, outlet in rows],
        },
        index=pd.Index([f"id{number:04}" for number in range(len(rows))], name="article_id"),
    )


def some(articles: pd.DataFrame) -> pd.DataFrame:
    return articles.iloc[::2]


def topics_of(articles: pd.DataFrame, number: int, label: str = "gas, pipeline") -> Topics:
    assigned = pd.Series([place % (number + 1) - 1 for place in range(len(articles))], index=articles.index)
    counts = assigned[assigned >= 0].value_counts().sort_index()
    sizes = pd.DataFrame({"articles": counts, "texts": counts, "outlets": 1})
    labels = pd.Series({topic: f"{label} {topic}" for topic in counts.index}, dtype="str")
    stability = pd.Series({topic: None if topic == 0 else 0.9 for topic in counts.index}, dtype="float")
    layout = pd.DataFrame({"x": range(len(articles)), "y": assigned}, index=articles.index).astype(float)
    layout = layout.join(articles[[name for name in ("title", "source", "published") if name in articles]])
    return Topics(assigned, labels, sizes, stability, layout)


def figures(articles: pd.DataFrame, label: str = "gas") -> dict[str, go.Figure]:
    """Every kind of figure there is."""
    matches, topics = some(articles), topics_of(articles, 5, label)
    over = composition(articles.assign(topic=topics.assigned))
    weekly = coverage(matches, of=articles, every="week")
    grouped = coverage(matches, of=articles, every="week", by="source")
    drawn = {f"{name} {measure}": plot_coverage(table, measure=measure, mark=[("2022-01-12", label)])
             for name, table in (("one", weekly), ("grouped", grouped), ("compared", compare({label: weekly})))
             for measure in ("articles", "texts", "outlets", "share")}  # fmt: skip
    drawn |= {f"topics {kind}": plot_topics(topics, kind=kind, over=over) for kind in ("sizes", "map", "time")}
    return drawn | {"outlets": plot_outlets(coverage_by(matches, of=articles))}


def words(figure: go.Figure) -> str:
    """All that plotly writes into the figure; `meta`, which is for the page around it, is plain text."""
    content = json.loads(figure.to_json())
    for part in (content["layout"], *content["data"]):
        part.pop("meta", None)
    content["layout"].pop("template")
    return json.dumps(content, ensure_ascii=False)


def test_every_figure_has_title_caption_and_alternative_text() -> None:
    for name, figure in figures(collection()).items():
        assert all(figure.layout.meta[key] for key in ("title", "caption", "alt")), name


def test_captions_state_measure_unit_total_and_interval() -> None:
    articles = collection()
    shares = plot_coverage(coverage(some(articles), of=articles, every="week"), measure="share").layout.meta["caption"]
    assert "Share of all articles per week, %" in shares
    assert "60 of 120 articles: 60 dated to one period" in shares
    assert "95% interval" in shares
    assert "2 weeks covered only in part" in shares


@pytest.mark.parametrize("outlets", [1, 3, 12])
def test_no_text_of_an_article_becomes_markup(outlets: Any) -> None:
    for name, figure in figures(collection(20, outlets, HOSTILE), HOSTILE).items():
        said = words(figure)
        assert "<img" not in said, name
        assert "<a " not in said, name
        assert "\u202e" not in said, name
        assert "%{customdata}" not in "".join(str(trace.hovertemplate) for trace in figure.data), name


def test_safe_text_is_one_line_of_what_can_be_seen() -> None:
    assert safe("a\u202e<b>\n&\u200b c") == "a &lt;b&gt; &amp; c"
    assert safe("one two three", width=7) == "one two<br>three"
    assert plain("x" * 400, most=10) == "x" * 9 + "…"


def test_no_figure_needs_webgl() -> None:
    for name, figure in figures(collection()).items():
        assert not any(trace.type.endswith("gl") for trace in figure.data), name


@pytest.mark.parametrize("measure", ["articles", "texts", "outlets"])
def test_bars_are_the_numbers_of_the_table(measure: Any) -> None:
    articles = collection()
    table = coverage(some(articles), of=articles, every="week")
    drawn = {
        x: y for trace in plot_coverage(table, measure=measure).data for x, y in zip(trace.x, trace.y, strict=True)
    }
    assert [drawn[period] for period in table["period"].dt.tz_localize(None)] == table[measure].tolist()


def test_a_share_is_drawn_with_its_band_and_breaks_where_there_is_no_total() -> None:
    articles = collection()
    sparse = articles[(articles["published"] < "2022-01-10") | (articles["published"] >= "2022-01-24")]
    table = coverage(some(sparse), of=sparse, every="week")
    bands = [trace for trace in plot_coverage(table, measure="share").data if trace.fill == "toself"]
    line = plot_coverage(table, measure="share").data[-1]
    assert len(bands) == 2
    assert pd.isna(pd.Series(line.y)).tolist() == table["share"].isna().tolist()
    assert not line.connectgaps


def test_axes_state_measure_unit_and_period() -> None:
    articles = collection()
    by = coverage(some(articles), of=articles, every="month", by="source")
    texts = coverage(some(articles), of=articles, every="day", unit="texts")
    assert plot_coverage(by).layout.yaxis.title.text == "articles per month"
    assert plot_coverage(by, measure="share").layout.yaxis.title.text == "share of each source's articles per month, %"
    assert plot_coverage(texts, measure="share").layout.yaxis.title.text == "share of all texts per day, %"
    assert plot_coverage(texts, measure="texts").layout.yaxis.title.text == "distinct texts per day"


def test_lines_differ_in_dash_and_marker_not_only_in_colour() -> None:
    articles = collection(20, 8)
    lines = plot_coverage(coverage(articles, of=articles, every="week", by="source")).data
    assert len({trace.line.dash for trace in lines}) == 8
    assert len({trace.line.color for trace in lines}) == 8
    assert len({trace.marker.symbol[1] for trace in lines}) == 8


def test_languages_stand_under_the_names_people_read_and_lead_to_their_code() -> None:
    articles = collection().assign(language=["fr", "xx", "en"] * 40)
    figure = plot_coverage(coverage(articles, of=articles, every="week", by="language"))
    led = {trace.name: trace.meta["articles"]["is"] for trace in figure.data if trace.name}
    assert led == {"French": "fr", "English": "en", "xx": "xx"}


def test_dates_lie_flat_so_that_they_leave_the_note_its_room() -> None:
    articles = collection(150)
    axis = plot_coverage(coverage(articles, of=articles)).layout.xaxis
    assert axis.tickangle == 0
    assert axis.tickformatstops[0].value == "%b\n%Y"


def test_groups_past_eight_are_added_up_for_articles_and_drawn_apart_for_shares() -> None:
    articles = collection(20, 12)
    table = coverage(articles, of=articles, every="week", by="source")
    added = plot_coverage(table)
    other = next(trace for trace in added.data if trace.name == "other (4)")
    drawn = sum(pd.Series(trace.y).sum() for trace in added.data)
    assert drawn == len(articles)
    assert len(pd.Series(other.y).dropna()) == table["period"].nunique()
    assert "The 8 largest of 12 by source" in added.layout.meta["caption"]
    apart = next(trace for trace in plot_coverage(table, measure="share").data if trace.name == "other (4)")
    assert len(pd.Series(apart.y).dropna()) == 4 * table["period"].nunique()


def test_known_dates_are_numbered_and_those_outside_are_said() -> None:
    articles = collection()
    marks = [("2022-01-13", "second"), ("2022-01-12", "first"), ("2022-01-12", "also"), ("2023-01-01", "late")]
    figure = plot_coverage(coverage(articles, of=articles, every="week"), mark=marks)
    said = words(figure)
    assert len(figure.layout.shapes) == 2
    assert "1. 12 Jan 2022: first; also" in said
    assert "2. 13 Jan 2022: second" in said
    assert "1 of 3 known dates, outside these periods" in said
    rows = [note.yshift for note in figure.layout.annotations if note.text in {"1", "2"}]
    assert rows == [0, 13]


def test_articles_that_may_lie_in_several_periods_stand_pale_on_top() -> None:
    articles = collection()
    wide = articles.assign(published_high=articles["published_high"] + pd.Timedelta(days=1))
    figure = plot_coverage(coverage(wide, of=wide, every="week"))
    assert "possible" in [trace.name for trace in figure.data]
    assert figure.layout.barmode == "stack"
    assert "Pale: articles that may lie in this or another week" in figure.layout.meta["caption"]


def test_gaps_are_hatched_where_the_table_has_them() -> None:
    articles = collection()
    table = coverage(articles, of=articles, every="week")
    gapped = table.assign(gap=table.index == 2)
    gapped.attrs = table.attrs
    hatched, plain = (plot_coverage(gapped, gaps=gaps) for gaps in (True, False))
    assert [len(trace.x) for trace in hatched.data if trace.hoverinfo == "skip"] == [1]
    assert not [trace for trace in plain.data if trace.hoverinfo == "skip"]


def test_one_name_keeps_one_colour_and_what_has_none_is_grey() -> None:
    assert colour_of("Le Monde") == colour_of("Le Monde") in PALETTE
    assert colour_of(3) == colour_of("3") == PALETTE[3]
    assert colour_of("(none)") == colour_of(-1) == "#8A8A8A"
    assert len(set(colours_of(f"outlet {number}" for number in range(8)).values())) == 8


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("measure", ["articles", "share"])
def test_few_articles_give_a_figure(number: Any, measure: Any) -> None:
    articles = collection(1, 3).iloc[:number]
    assert plot_coverage(coverage(articles, of=articles), measure=measure).layout.meta["title"]
    assert plot_outlets(coverage_by(articles, of=articles)).layout.meta["title"]
    for kind in ("sizes", "map", "time"):
        topics = topics_of(articles, 5)
        over = composition(articles.assign(topic=topics.assigned))
        assert plot_topics(topics, kind=kind, over=over).layout.meta["title"]


@pytest.mark.parametrize("number", [1, 5, 100])
def test_topics_are_drawn_largest_first_and_no_more_than_asked(number: Any) -> None:
    articles = collection(80)
    topics = topics_of(articles, number)
    sizes = plot_topics(topics, most=20)
    assert len(sizes.layout.yaxis.ticktext) == min(number, 20)
    assert "stability" in words(sizes)
    heat = plot_topics(topics, kind="time", over=composition(articles.assign(topic=topics.assigned)))
    assert len(heat.data[0].z) == min(number, 20)
    places = plot_topics(topics, kind="map", most=20)
    assert sum(trace.name != "other or no topic" for trace in places.data) == min(number, 20)


def test_the_map_draws_every_so_manieth_of_many_articles_and_says_so() -> None:
    articles = collection(2100)
    figure = plot_topics(topics_of(articles, 3), kind="map")
    assert sum(len(trace.x) for trace in figure.data) == 3150
    assert "3,150 of 6,300 articles, one in 2 by id" in figure.layout.meta["caption"]


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (lambda table: plot_coverage(table, measure="shares"), "did you mean 'share'"),
        (lambda table: plot_coverage(table, mark=[("soon", "talks")]), "'soon' in mark is not a date"),
        (lambda table: plot_coverage(table, mark=cast(Any, "talks")), "neither an event nor pairs of date and label"),
        (lambda table: plot_coverage(table.drop(columns="share")), "no column 'share'"),
        (lambda _: plot_coverage(cast(Any, [])), "expected a table"),
        (lambda _: plot_topics(topics_of(collection(), 2), kind="maps"), "did you mean 'map'"),
        (lambda _: plot_topics(topics_of(collection(), 2), kind="time"), "give over=wb.composition"),
        (lambda _: plot_topics(topics_of(collection(), 2), most=0), "most=0 is not a number of topics"),
    ],
)
def test_what_cannot_be_drawn_is_named_with_the_way_out(draw: Any, said: Any) -> None:
    articles = collection()
    with pytest.raises(WorkbenchError, match=r".") as problem:
        draw(coverage(articles, of=articles, every="week"))
    assert said in str(problem.value)
