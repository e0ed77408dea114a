"""Inferred dates: marked as such, bounded by evidence that is quoted, and never made from nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import gold
from workbench.articles import INFERRED, WorkbenchError, as_articles, is_inferred
from workbench.events import Event, KnownDate, load_events
from workbench.inference import explain_date, infer_dates
from workbench.load import load_articles
from workbench.reprints import find_reprints
from workbench.times.phrases import mentions
from workbench.undated.chances import Weighed
from workbench.undated.clues import MISREAD, Axis, Said, day_of, happenings, known_days, number, said, told
from workbench.undated.evidence import LONGEST, joined
from workbench.undated.siblings import find_siblings, texts_of
from workbench.undated.trials import SHARES, Enough, Tried, enough, interval, least, month, shortest

PROJECT = Path(__file__).resolve().parents[1]
SEED = PROJECT.parent / "shared" / "data" / "seed"
DATING = ["published", "published_low", "published_high", "published_precision", "published_from"]
ISLES = (
    "Brumelle",
    "Caldrin",
    "Dorvane",
    "Eskmoor",
    "Fenwick",
    "Galdera",
    "Harrowin",
    "Ilvermar",
    "Jorvale",
    "Kestrel",
)
FOLK = ("Abelone", "Bertolin", "Carvasse", "Delmonte", "Everhart", "Fontaine", "Grimaldo", "Hollander", "Iversholt")
DEEDS = ("ferry strike", "harbour fire", "budget vote", "bridge opening", "herring quota", "museum theft", "dam breach")
STORIES = 30
FIRST = pd.Timestamp("2023-03-01", tz="UTC")


def happening(at: int) -> tuple[str, str, str, int, pd.Timestamp]:
    """Place, person, deed, number and day of an invented happening; four days lie between two of them."""
    return ISLES[at % 10], FOLK[at % 9], DEEDS[at % 7], 137 + 61 * at, FIRST + pd.Timedelta(days=4 * at)


def report(at: int, outlet: int, weekday: str) -> str:
    """How an outlet tells that happening; no two tell it in the same words."""
    place, person, deed, count, _ = happening(at)
    ways = (
        f"The {deed} in {place} was settled on {weekday} when {person} counted {count} barrels before a packed hall.",
        f"On {weekday} {person} told reporters in {place} that {count} barrels were at stake in the {deed}.",
        f"A crowd followed {person} through {place} on {weekday}; the {deed} had left {count} barrels on the quay.",
        f"What remains of the {deed} in {place}: {count} barrels, and {person}, who had called for calm on {weekday}.",
    )
    tails = (
        "Shopkeepers closed early and the mayor's office gave no further word about the matter at hand.",
        "Nobody was hurt, an official said, and the inquiry is expected to take some time from here on.",
        "Neighbours spoke of a long night, of lamps along the pier and of soup handed out by volunteers.",
        "It is a small affair, and it tells much about how this coast settles what divides its people.",
    )
    return f"{ways[outlet]} {tails[outlet]} {ways[outlet].split(' ')[0]} {place} will remember {person} and the {deed}."


def collection(undated: int = 0) -> pd.DataFrame:
    """Three dated reports of each happening, and of the first ones a fourth that states no date."""
    rows: dict[str, dict[str, object]] = {}
    for at in range(STORIES):
        place, person, deed, _, day = happening(at)
        for outlet in range(3 + (at < undated)):
            rows[f"s{at:02}-{outlet}"] = {
                "title": f"{place}: {person} and the {deed}",
                "text": report(at, outlet, f"{day:%A}"),
                "source": ("The Bell", "The Anchor", "The Lamp", "The Review")[outlet],
                "published": day + pd.Timedelta(days=int(outlet == 2)) if outlet < 3 else pd.NaT,
            }
    return table(rows)


def table(rows: dict[str, dict[str, object]]) -> pd.DataFrame:
    """These rows as articles; a `published` is a stated day."""
    articles = as_articles(pd.DataFrame.from_dict(rows, orient="index")).assign(language="en")
    stated = articles["published"].notna()
    articles["published_low"] = articles["published"]
    articles["published_high"] = articles["published"] + pd.Timedelta(days=1)
    articles["published_precision"] = pd.Series("day", index=articles.index, dtype="str").where(stated, "unknown")
    told = "field: " + articles["published"].dt.strftime("%Y-%m-%d").astype("str")
    articles["published_from"] = told.where(stated, "no date is stated").astype("str")
    return articles.assign(text_id=find_reprints(articles, progress=False))


def infer(articles: pd.DataFrame, **options: object) -> pd.DataFrame:
    return infer_dates(articles, progress=False, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def articles() -> pd.DataFrame:
    return collection(undated=12)


@pytest.fixture(scope="module")
def found(articles: pd.DataFrame) -> pd.DataFrame:
    return infer(articles)


COUNCIL = Event(
    "herring-talks",
    "Talks on herring",
    "herring",
    date(2023, 1, 1),
    date(2023, 6, 30),
    (
        KnownDate(date(2023, 2, 8), "Delegations gather at Castle Brumelle"),
        KnownDate(date(2023, 3, 29), "Harrowin and Ilvermar sign at Port Galdera"),
        KnownDate(date(2023, 5, 5), "Fishermen blockade Fenwick lighthouse"),
    ),
)
TEXT = (
    "The herring council met at Port Galdera on Wednesday, and Harrowin and Ilvermar were to sign before supper. "
    "Last month delegations had gathered at Castle Brumelle. In January nobody had thought of a settlement."
)


def alone(text: str = TEXT) -> pd.DataFrame:
    return table({"only": {"title": "The herring council", "text": text, "source": "The Bell", "published": pd.NaT}})


# -- laws ---------------------------------------------------------------------------------------------------


def test_articles_that_have_a_date_never_change(articles: pd.DataFrame, found: pd.DataFrame) -> None:
    stated = articles["published_low"].notna()
    pd.testing.assert_frame_equal(found[stated], articles[stated])
    assert list(found.index) == list(articles.index)
    others = [name for name in articles.columns if name not in DATING]
    pd.testing.assert_frame_equal(found[others], articles[others])


def test_what_was_given_is_not_changed(articles: pd.DataFrame) -> None:
    before = articles.copy(deep=True)
    infer(articles)
    pd.testing.assert_frame_equal(articles, before)


def test_every_inferred_date_is_marked_and_nothing_else_is(articles: pd.DataFrame, found: pd.DataFrame) -> None:
    new = articles["published_low"].isna() & found["published_low"].notna()
    assert new.any()
    assert is_inferred(found).equals(new.rename("inferred"))


def test_an_inferred_interval_is_whole_days_and_no_finer_than_its_precision(found: pd.DataFrame) -> None:
    rows = found[is_inferred(found)]
    days = (rows["published_high"] - rows["published_low"]).dt.total_seconds() / 86_400
    widest = rows["published_precision"].map({"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366})
    assert (days >= 1).all() and (days % 1 == 0).all() and (days <= widest).all()
    assert rows["published"].isna().equals(rows["published_precision"] != "day")
    assert (rows["published_low"].dt.normalize() == rows["published_low"]).all()


def test_the_order_of_rows_does_not_matter(articles: pd.DataFrame, found: pd.DataFrame) -> None:
    shuffled = articles.sample(frac=1, random_state=3)
    again = infer(shuffled)
    assert list(again.index) == list(shuffled.index)
    pd.testing.assert_frame_equal(again.sort_index(), found.sort_index())


def test_to_infer_twice_is_to_infer_once(found: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(infer(found), found)


@pytest.mark.parametrize("count", [1, 40])
def test_further_copies_of_a_dated_article_move_no_other(
    articles: pd.DataFrame, found: pd.DataFrame, count: int
) -> None:
    one = articles.loc[["s20-0"]]
    copies = pd.concat([one] * count).set_axis([f"copy{at}" for at in range(count)])
    again = infer(pd.concat([articles, copies]).rename_axis("article_id"))
    pd.testing.assert_frame_equal(again.loc[articles.index, DATING], found[DATING])


def test_without_an_undated_article_nothing_is_done() -> None:
    articles = collection()
    pd.testing.assert_frame_equal(infer(articles), articles)


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=30).filter(any), st.sampled_from(SHARES))
@settings(max_examples=200)
def test_the_shortest_run_holds_the_share_and_no_shorter_one_does(odds: list[int], share: float) -> None:
    start, end = shortest(np.array(odds, dtype=float), share)
    wanted = share * sum(odds)
    assert sum(odds[start:end]) >= wanted - 1e-6
    shorter = [sum(odds[at : at + end - start - 1]) for at in range(len(odds) - (end - start) + 2)]
    assert all(run < wanted + 1e-6 for run in shorter)


AXIS = Axis(number(date(2022, 1, 1)), number(date(2022, 12, 31)))


@given(st.sampled_from(["on Wednesday", "next Friday", "in November", "on 12 January", "on 3 May 2022", "last month"]))
def test_no_phrase_rules_a_day_out(phrase: str) -> None:
    told = said(mentions(f"The council met {phrase}.", "en"), AXIS)
    assert (told.inside >= np.log(MISREAD) - 1e-9).all()


# -- nothing from nothing -----------------------------------------------------------------------------------


def test_one_undated_article_alone_stays_unknown() -> None:
    row = infer(alone()).loc["only"]
    assert row["published_precision"] == "unknown" and pd.isna(row["published_low"])
    told = row["published_from"]
    for words in ("a Wednesday or the days after", "after January", "the month after what it tells", "year not known"):
        assert words in told, told


def test_a_full_date_in_the_text_is_no_upper_bound() -> None:
    row = infer(alone("The council met on 12 January 2022, and nothing more is known of it.")).loc["only"]
    assert row["published_precision"] == "unknown"
    assert "not before 12 January 2022" in row["published_from"]
    assert "no day after which it cannot be" in row["published_from"]


def test_a_text_like_no_other_stays_unknown(articles: pd.DataFrame) -> None:
    text = "Prune roses hard in late frost, water sparingly, and spread compost around each stem before the buds swell."
    odd = table({"odd": {"title": "Roses", "text": text, "source": "The Spade", "published": pd.NaT}})
    row = infer(pd.concat([articles, odd]).rename_axis("article_id")).loc["odd"]
    assert row["published_precision"] == "unknown", row["published_from"]


def test_an_article_that_no_event_is_about_stays_unknown() -> None:
    row = infer(alone("The mayor spoke on Wednesday."), events={"swans": _renamed("swans", "swan")}).loc["only"]
    assert row["published_precision"] == "unknown"


def _renamed(name: str, query: str) -> Event:
    return Event(name, COUNCIL.title, query, COUNCIL.start, COUNCIL.end, COUNCIL.known)


# -- copies, siblings, events -------------------------------------------------------------------------------


def copied(translated_from: str | None = None) -> pd.DataFrame:
    text = " ".join(report(at, 0, "arrival") for at in range(3))
    row = {"title": "Three matters", "text": text, "source": "The Bell"}
    articles = table({"dated": {**row, "published": FIRST}, "undated": {**row, "published": pd.NaT}})
    return articles.assign(translated_from=pd.Series({"undated": translated_from}, dtype="str"))


def test_a_dated_copy_dates_its_copies_to_within_days() -> None:
    row = infer(copied()).loc["undated"]
    assert row["published_low"] <= FIRST < row["published_high"]
    assert row["published_high"] - row["published_low"] <= pd.Timedelta(days=31)
    assert "The Bell 2023-03-01" in row["published_from"]


@pytest.mark.parametrize(
    "told", [{"published_from": "inferred: by a guess"}, {"published_high": FIRST + pd.Timedelta(days=9)}]
)
def test_what_is_itself_inferred_or_vague_is_no_evidence(told: dict[str, str | pd.Timestamp]) -> None:
    articles = copied()
    for name, value in told.items():
        articles.loc["dated", name] = value
    assert infer(articles).loc["undated", "published_precision"] == "unknown"


def test_a_machine_translation_is_not_dated_long_before_its_original() -> None:
    plain, translated = (infer(copied(code)).loc["undated"] for code in (None, "fr"))
    assert FIRST - translated["published_low"] < FIRST - plain["published_low"]
    assert translated["published_low"] <= FIRST < translated["published_high"]


def test_siblings_date_an_article_and_the_interval_holds(articles: pd.DataFrame, found: pd.DataFrame) -> None:
    asked = articles.index[articles["published_low"].isna()]
    truth = pd.Series([happening(int(name[1:3]))[4] for name in asked], index=asked)
    rows = found.loc[asked]
    held = (rows["published_low"] <= truth) & (truth < rows["published_high"])
    assert held.mean() >= 0.9, rows[["published_low", "published_high"]].assign(truth=truth)
    assert ((rows["published_high"] - rows["published_low"]).dt.days).median() <= 14
    assert rows["published_from"].str.contains("The Bell|The Anchor|The Lamp").all()


def test_no_text_is_its_own_sibling(articles: pd.DataFrame) -> None:
    texts = texts_of(articles[articles["published_low"].notna()])
    found = find_siblings(texts, texts, progress=False)
    for row, (places, likeness) in enumerate(zip(found.place, found.likeness, strict=True)):
        assert row not in places[places >= 0] and (likeness[places < 0] == 0).all()
    nearest = texts.index[found.place[:, 0]].str[:3]
    assert (nearest == texts.index.str[:3]).mean() > 0.9


def test_of_the_copies_of_a_text_the_earliest_stands_for_it() -> None:
    articles = copied()
    later = FIRST + pd.Timedelta(days=2)
    both = articles.assign(published_low=[later, FIRST], text_id="t")
    assert texts_of(both)["published_low"].tolist() == [FIRST]


def test_too_few_dated_texts_are_no_evidence(articles: pd.DataFrame) -> None:
    few = articles[articles.index.str[1:3].astype(int) < 10]
    assert not is_inferred(infer(few)).any()


def test_a_known_date_that_fits_the_phrases_picks_its_month() -> None:
    row = infer(alone(), events={COUNCIL.name: COUNCIL}).loc["only"]
    assert row["published_low"] <= pd.Timestamp("2023-03-29", tz="UTC")
    assert row["published_high"] >= pd.Timestamp("2023-03-31", tz="UTC")
    assert row["published_precision"] in ("week", "month")
    assert "herring-talks (2023-01-01 to 2023-06-30)" in row["published_from"]
    assert "Port Galdera" in row["published_from"]


def test_an_event_alone_dates_no_closer_than_its_phrases_allow() -> None:
    row = infer(alone("The herring fleet stays in port."), events={COUNCIL.name: COUNCIL}).loc["only"]
    assert row["published_high"] - row["published_low"] > pd.Timedelta(days=31)


def test_a_phrase_beside_the_words_of_a_known_date_speaks_for_the_days_on_which_it_means_it() -> None:
    phrases = mentions("Last month delegations gathered at Castle Brumelle.", "en")
    axis = Axis(number(date(2023, 1, 1)), number(date(2023, 7, 1)))
    days = known_days(told(phrases, "en", happenings(COUNCIL)), axis)
    assert {day_of(int(day)).month for day in axis.days[days == days.max()]} == {3}
    assert days.max() > days.min() == 0


# -- phrases ------------------------------------------------------------------------------------------------


def best(text: str) -> Said:
    return said(mentions(text, "en"), AXIS)


@pytest.mark.parametrize(
    ("text", "likely", "unlikely"),
    [
        ("He spoke on Wednesday.", "2022-01-12", "2022-01-11"),
        ("He spoke on Wednesday.", "2022-01-13", "2022-01-18"),
        ("He will speak on Wednesday.", "2022-01-11", "2022-01-14"),
        ("He spoke in November.", "2022-12-05", "2022-10-05"),
        ("He spoke on 12 January.", "2022-01-13", "2022-01-11"),
        ("He spoke on 12 May 2022.", "2022-05-13", "2022-05-01"),
        ("He spoke on 12 May 2022.", "2022-05-14", "2022-11-14"),
        ("It was agreed in June 2022.", "2022-07-01", "2022-05-30"),
    ],
)
def test_a_phrase_makes_one_day_likelier_than_another(text: str, likely: str, unlikely: str) -> None:
    inside = best(text).inside
    more, less = (number(date.fromisoformat(day)) - AXIS.first for day in (likely, unlikely))
    assert inside[more] > inside[less]


@pytest.mark.parametrize("text", ["Last month he spoke.", "Yesterday he spoke.", "He spoke.", ""])
def test_what_any_day_could_say_says_nothing(text: str) -> None:
    assert not best(text).inside.any()


def test_a_phrase_said_often_counts_no_more_than_once() -> None:
    assert np.array_equal(best("He spoke on Wednesday. " * 8).inside, best("He spoke on Wednesday.").inside)


# -- trials -------------------------------------------------------------------------------------------------


def tries(distances: list[int], sure: float = 0.9) -> list[Tried]:
    """Intervals of three days, [10, 13), and true days so far beyond them."""
    runs = np.array([(10, 13)] * len(SHARES))
    return [Tried(runs, sure, 12 + distance) for distance in distances]


def test_intervals_are_widened_until_nineteen_in_twenty_hold() -> None:
    tight = least(tries([0] * 100))
    late = least(tries([0] * 80 + [2] * 20))
    assert tight is not None and tight.margin == 0 and (tight.held, tight.given) == (100, 100)
    assert late is not None and late.margin == 2


def test_where_no_width_holds_often_enough_none_is_given() -> None:
    assert least(tries([0] * 80 + [400] * 20)) is None
    assert least(tries([0] * 10)) is None


def test_where_only_the_surest_hold_only_they_are_dated() -> None:
    found = least([*tries([400] * 50), *tries([0] * 100, sure=0.985)])
    assert found is not None and found.sure == 0.95 and found.given == 100


def test_the_less_sure_are_tried_by_themselves_and_get_the_wider_interval() -> None:
    surest, rest = enough([*tries([0] * 100, sure=0.985), *tries([25] * 50, sure=0.6)])
    assert (surest.margin, surest.sure) == (0, 0.9)
    assert (rest.margin, rest.sure, rest.given) == (30, 0.5, 50)
    assert enough(tries([0] * 100, sure=0.985)) == (surest,)


def test_an_interval_takes_its_margin_and_a_day_for_what_comes_later() -> None:
    peak = np.zeros(100)
    peak[50] = 1.0
    assert interval(Weighed("siblings", peak, 0.95), Enough(0.5, 2)) == (48, 54)
    assert interval(Weighed("siblings", peak, 0.95), Enough(0.5, 2, sure=0.99)) is None
    assert interval(Weighed("siblings", np.ones(500), 0.95), Enough(0.9, 0)) is None


def test_a_month_is_given_where_it_holds_half_of_the_odds() -> None:
    peak = np.full(100, 0.5)
    peak[50] = 60.0
    assert month(peak) is not None
    low, high = month(peak) or (0, 0)
    assert low <= 50 < high and high - low == 31
    assert month(np.ones(100)) == (0, 97)


# -- in words -----------------------------------------------------------------------------------------------


def test_an_inferred_date_is_explained_with_its_evidence(found: pd.DataFrame) -> None:
    told = explain_date(found, "s03-3")
    for words in ("Inferred, not stated", "possible", "never as certain", "The Bell", "or the days after"):
        assert words in told, told


def test_a_stated_date_is_explained_by_where_it_is_stated(found: pd.DataFrame) -> None:
    told = explain_date(found, "s03-0")
    assert "Stated: 2023-03-13 (1 day, precision day)" in told and "field: 2023-03-13" in told


def test_a_missing_date_is_explained_by_what_is_known() -> None:
    told = explain_date(infer(alone()), "only")
    assert told.startswith("No date: ") and "year not known" in told and "counts as undated" in told


def test_an_unknown_article_cannot_be_explained(found: pd.DataFrame) -> None:
    with pytest.raises(WorkbenchError, match="there is no article 'nope' among these"):
        explain_date(found, "nope")


def test_evidence_is_short_enough_to_read(found: pd.DataFrame) -> None:
    assert found["published_from"].str.len().max() <= LONGEST
    long = joined(["x" * 1000, "y; z"])
    assert len(long) == LONGEST and long.startswith(INFERRED)
    assert joined(["a; b", "", "c"]) == "inferred: a, b; c"


# -- collections --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    return gold.sample()


@pytest.mark.parametrize(("events", "least_given"), [(False, 0.75), (True, 0.9)])
def test_intervals_of_the_sample_hold_the_truth(sample: pd.DataFrame, events: bool, least_given: float) -> None:  # noqa: FBT001
    known = gold.aligned(sample)
    asked = known.index[known["dated"] == "no"]
    bare = sample.copy()
    bare.loc[asked, DATING[:3]] = pd.NaT
    bare.loc[asked, DATING[3:]] = ["unknown", "no date is stated"]
    rows = infer(bare, events=load_events(PROJECT / "data" / "events.toml") if events else None).loc[asked]
    given = rows["published_low"].notna()
    held = gold.holds_truth(rows, known.loc[asked])
    assert given.mean() >= least_given
    assert held[given].mean() >= 0.95, rows.loc[given & ~held, "published_from"].tolist()
    assert ((rows["published_high"] - rows["published_low"])[given].dt.days).median() <= 31


@pytest.mark.skipif(not SEED.is_dir(), reason="the seed article is not part of the project and not on this machine")
def test_the_seed_article_is_of_january_2022_with_events_and_of_no_year_without() -> None:
    seed = load_articles(SEED, cache=False, progress=False)
    bare = as_articles(seed.drop(columns=DATING))
    bare = bare.assign(published_precision="unknown", published_from="no date is stated")
    row = infer(bare, events=load_events(PROJECT / "data" / "events.toml")).iloc[0]
    assert row["published_low"] <= pd.Timestamp("2022-01-12", tz="UTC")
    assert row["published_high"] >= pd.Timestamp("2022-01-14", tz="UTC")
    assert row["published_high"] - row["published_low"] <= pd.Timedelta(days=31)
    told = infer(bare).iloc[0]["published_from"]
    for words in ("a Wednesday or the days after", "after November", "after October", "winter", "year not known"):
        assert words in told, told
