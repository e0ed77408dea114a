"""The report in Chromium, opened from a file: it draws, leads to its articles, fetches nothing, runs only its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from test_report import HOSTILE, collection, content, write  # type: ignore[import-not-found]

pytestmark = [pytest.mark.browser, pytest.mark.notebook]

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("browser") / "report.html"
    write(path, collection(60))
    return path


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every column that a page shows holds markup, a script or a trap; names of outlets reach the figures too."""
    titles = [HOSTILE[number % len(HOSTILE)] + " talks" for number in range(12)]
    articles = collection(
        12,
        title=titles,
        text=[f"{title}. Their talks went on <script>document.title='owned'</script> all day." for title in titles],
        source=[HOSTILE[number % 5] for number in range(12)],
        url=["javascript:document.title='owned'", 'https://example.org/"onmouseover="document.title=1'] * 6,
        published_from=["<img src=https://203.0.113.1/x onerror=alert(1)>"] * 12,
        language=["<b>en</b>", "en"] * 6,
    )
    ledger = pd.DataFrame(
        [("<svg onload=alert(1)>.csv", "1", "1", "refused", "<script>alert(1)</script>", "", "csv")],
        columns=["file", "position", "record", "status", "reason", "article_id", "format"],
    )
    path = tmp_path_factory.mktemp("hostile") / "report.html"
    write(path, articles, ledger=ledger, title=HOSTILE[1])
    return path


@dataclass
class Visit:
    """An open page with what it asked for and complained of."""

    page: Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


def visit(browser: Browser, path: Path, **look: Any) -> Visit:
    page = browser.new_context(**({"viewport": {"width": 1280, "height": 900}} | look)).new_page()
    seen = Visit(page)
    page.on("request", lambda request: seen.asked.append(request.url))
    page.on("console", lambda message: seen.complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on("dialog", lambda dialog: dialog.dismiss())
    page.goto(path.as_uri())
    if look.get("java_script_enabled", True):
        page.wait_for_selector('html[data-ready="yes"]', state="attached", timeout=30_000)
    return seen


def outside(seen: Visit) -> list[str]:
    return [address for address in seen.asked[1:] if not address.startswith(("data:", "blob:"))]


def click_bar(page: Page, figure: str, number: int) -> None:
    bar = page.locator(f"#figure-{figure} .barlayer .point path").nth(number)
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def test_every_figure_is_drawn_and_nothing_is_asked_for_or_complained_of(browser: Browser, report: Path) -> None:
    seen = visit(browser, report)
    assert seen.page.locator(".figure .main-svg").count() >= 3
    assert seen.page.locator('.figure[data-drawn="yes"]').count() == 3
    assert outside(seen) == []
    assert seen.complaints == []


def test_a_click_on_a_mark_lists_its_articles(browser: Browser, report: Path) -> None:
    page = visit(browser, report).page
    click_bar(page, "by-week", 0)
    listed = page.locator("#figure-by-week .behind")
    listed.wait_for()
    marks = content(report.read_text("utf-8"))["figures"][0]["marks"][0][0]
    assert listed.locator("li").count() == len(marks)
    assert "2022-01-03: 12 articles" in listed.locator("h4").inner_text()
    first = listed.locator("li").first.inner_text()
    for shown in (
        "Talks, day 0",
        "Northern Courier",
        "2022-01-03 (field date)",
        "English",
        "Their talks on day 0 were short.",
    ):
        assert shown in first
    assert listed.locator("a").first.get_attribute("rel") == "noopener noreferrer nofollow"


def test_the_keyboard_reaches_the_articles_of_a_mark(browser: Browser, report: Path) -> None:
    page = visit(browser, report).page
    page.locator("#figure-by-week .plot").focus()
    for key in ("ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    assert "2022-01-10" in page.locator("#figure-by-week .behind h4").inner_text()
    page.locator("#figure-by-outlet .pick").select_option(index=1)
    assert "El" not in page.locator("#figure-by-outlet .behind h4").inner_text()
    assert page.locator("#figure-by-outlet .behind li").count() > 0


def test_the_table_of_articles_is_searched_and_sorted(browser: Browser, report: Path) -> None:
    page = visit(browser, report).page
    rows = page.locator(".listing tbody tr")
    expect(rows).to_have_count(50)
    page.locator(".search input").fill("DAY 17 morgen")
    expect(rows).to_have_count(1)
    page.locator(".search input").fill("")
    expect(rows).to_have_count(50)
    page.locator('[data-sort="title"]').click()
    page.locator('[data-sort="title"]').click()
    assert rows.first.inner_text().startswith("Talks, day 59")
    page.locator(".only").select_option("u")
    assert "12 of 60 articles" in page.locator(".found").inner_text()


def test_a_hostile_article_is_shown_as_text(browser: Browser, hostile: Path) -> None:
    seen = visit(browser, hostile)
    page = seen.page
    for number in range(3):
        page.locator(".pick").nth(number).select_option(index=1)
    assert page.title() == HOSTILE[1]
    assert page.locator("main img, main script, main [onmouseover], main [onerror]").count() == 0
    assert page.locator('a[href^="javascript"]').count() == 0
    text = page.locator("#articles").inner_text()
    for each in (HOSTILE[0], HOSTILE[1], HOSTILE[2], "invoice⟨U+202E⟩fdp.exe", HOSTILE[4]):
        assert each in text
    assert outside(seen) == []
    assert seen.complaints == []


def test_the_policy_stops_a_script_that_got_into_the_page(browser: Browser, report: Path) -> None:
    seen = visit(browser, report)
    seen.page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'document.title = 1';"
        " document.body.append(s);"
        " const i = new Image(); i.src = 'https://203.0.113.1/x.png'; document.body.append(i); }"
    )
    seen.page.wait_for_timeout(200)
    assert seen.page.title() != "1"
    assert sum("Content Security Policy" in complaint for complaint in seen.complaints) >= 2


def test_a_phone_shows_the_whole_width_without_scrolling_sideways(
    browser: Browser, report: Path, hostile: Path
) -> None:
    for path in (report, hostile):
        page = visit(browser, path, viewport={"width": 390, "height": 844}).page
        page.locator(".pick").first.select_option(index=1)
        assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_without_scripts_the_numbers_and_articles_can_be_read(browser: Browser, report: Path) -> None:
    page = visit(browser, report, java_script_enabled=False).page
    assert page.locator(".listing tbody tr").count() == 60
    assert page.locator("#figure-by-week .numbers tbody tr").count() > 0
    assert not page.locator(".tools").first.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground_in_light_and_dark(browser: Browser, report: Path, scheme: Any) -> None:
    page = visit(browser, report, color_scheme=scheme).page
    ink, paper = page.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    dark, light = sorted(sum(int(part) for part in colour[4:-1].split(",")) for colour in (ink, paper))
    assert light - dark > 450


def test_print_opens_the_method_and_fits_the_page(browser: Browser, report: Path) -> None:
    page = visit(browser, report).page
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#method details:not([open])").count() == 0
    assert page.locator(".listing tbody tr").count() == 60
    assert (
        page.evaluate("Math.max(...[...document.querySelectorAll('.main-svg')].map(each => each.clientWidth))") <= 660
    )
