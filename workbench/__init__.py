"""The news workbench: from a folder of untidy article copies to a coverage chart you can defend.

    import workbench as wb
    articles = wb.load_articles("data/sample")

Every public name is loaded when it is first used, so that `import workbench` takes no time.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.accuracy import accuracy
    from workbench.articles import WorkbenchError, empty_articles
    from workbench.audits import Audit, audit
    from workbench.baselines import expected_band
    from workbench.clean import original, removed, removed_lines
    from workbench.comparison import compare_events
    from workbench.countries import countries_named, countries_of
    from workbench.coverage import account, compare, composition, coverage, coverage_by
    from workbench.coverage_index import coverage_index
    from workbench.desk import browse, query_desk
    from workbench.events import Event, Events, about, find_events, load_events, matches
    from workbench.findings import (
        describe_collection,
        describe_coverage,
        describe_outlets,
        describe_reprints,
        describe_search,
        describe_topic_times,
        describe_topics,
        few_texts,
    )
    from workbench.gaps import collected_throughout, find_gaps
    from workbench.inference import explain_date, infer_dates
    from workbench.known_dates import match_known_dates
    from workbench.labelling import labelling_desk
    from workbench.lags import lag_pairs, lags
    from workbench.likeness import like
    from workbench.lineage import lineage, reprint_pairs
    from workbench.load import import_ledger, load_articles, write_collection
    from workbench.mediacloud import as_media_cloud, load_media_cloud, media_cloud_coverage, write_media_cloud
    from workbench.peaks import find_peaks
    from workbench.period_words import topic_words
    from workbench.plot import plot_coverage, plot_outlets, plot_topics
    from workbench.plot_calendar import plot_calendar
    from workbench.plot_countries import plot_countries
    from workbench.plot_lags import plot_lags
    from workbench.plot_panels import plot_panels
    from workbench.plot_timeline import plot_timeline
    from workbench.plot_who import plot_who
    from workbench.report import verify_report, write_report
    from workbench.reprints import find_reprints
    from workbench.search import concordance, explain_query, search
    from workbench.stories import find_stories, story_table
    from workbench.suggestions import suggest_terms
    from workbench.summary import (
        contents,
        listing,
        most_reprinted,
        readable,
        reprint_shares,
        set_aside,
        topic_shares,
    )
    from workbench.timelines import story_timeline
    from workbench.topics import Topics, fit_topics, load_topics, write_topics
    from workbench.translations import find_translations
    from workbench.trends import topic_trends
    from workbench.who import who_covered

__version__ = "0.1.0"

_HOME = {
    "articles": ("WorkbenchError", "empty_articles"),
    "clean": ("original", "removed", "removed_lines"),
    "load": ("import_ledger", "load_articles", "write_collection"),
    "reprints": ("find_reprints",),
    "translations": ("find_translations",),
    "lineage": ("lineage", "reprint_pairs"),
    "inference": ("explain_date", "infer_dates"),
    "topics": ("Topics", "fit_topics", "load_topics", "write_topics"),
    "stories": ("find_stories", "story_table"),
    "timelines": ("story_timeline",),
    "plot_timeline": ("plot_timeline",),
    "lags": ("lag_pairs", "lags"),
    "plot_lags": ("plot_lags",),
    "countries": ("countries_named", "countries_of"),
    "plot_countries": ("plot_countries",),
    "search": ("concordance", "explain_query", "search"),
    "events": ("Event", "Events", "about", "find_events", "load_events", "matches"),
    "likeness": ("like",),
    "gaps": ("collected_throughout", "find_gaps"),
    "suggestions": ("suggest_terms",),
    "accuracy": ("accuracy",),
    "audits": ("Audit", "audit"),
    "labelling": ("labelling_desk",),
    "coverage": ("account", "compare", "composition", "coverage", "coverage_by"),
    "comparison": ("compare_events",),
    "mediacloud": ("as_media_cloud", "load_media_cloud", "media_cloud_coverage", "write_media_cloud"),
    "coverage_index": ("coverage_index",),
    "baselines": ("expected_band",),
    "known_dates": ("match_known_dates",),
    "peaks": ("find_peaks",),
    "period_words": ("topic_words",),
    "trends": ("topic_trends",),
    "who": ("who_covered",),
    "plot": ("plot_coverage", "plot_outlets", "plot_topics"),
    "plot_calendar": ("plot_calendar",),
    "plot_panels": ("plot_panels",),
    "plot_who": ("plot_who",),
    "summary": (
        "contents",
        "listing",
        "most_reprinted",
        "readable",
        "reprint_shares",
        "set_aside",
        "topic_shares",
    ),
    "findings": (
        "describe_collection",
        "describe_coverage",
        "describe_outlets",
        "describe_reprints",
        "describe_search",
        "describe_topic_times",
        "describe_topics",
        "few_texts",
    ),
    "desk": ("browse", "query_desk"),
    "report": ("verify_report", "write_report"),
}
_MODULE = {name: module for module, names in _HOME.items() for name in names}

__all__ = [  # noqa: PLE0604 - the names are those of _HOME, kept in one place
    *_MODULE
]


def __getattr__(name: str) -> Any:
    if name not in _MODULE:
        raise AttributeError(f"workbench has no {name!r}; it has {', '.join(sorted(_MODULE))}")
    value = getattr(import_module(f"workbench.{_MODULE[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*_MODULE, "__version__"])


class _Package(ModuleType):
    """Keeps `wb.search` the function when the module of that name is imported: Python would put the module there."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _MODULE and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
