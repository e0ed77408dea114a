"""Take the README's picture of the sample's report: `python tools/picture.py REPORT.html docs/report.png`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")


def take(report: Path, picture: Path) -> None:
    """Write the first screen and the first figure of the report as a PNG, 1000 pixels wide."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        raise SystemExit("no Chromium is installed; `apt-get install chromium` brings one")
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=browser, args=list(OPTIONS))
        page = opened.new_page(viewport={"width": 1000, "height": 1400}, color_scheme="light")
        page.goto(report.resolve().as_uri())
        page.locator(".js-plotly-plot svg.main-svg").first.wait_for()
        bottom = page.locator("figure").first.bounding_box() or {"y": 0.0, "height": 1400.0}
        height = min(1900.0, bottom["y"] + 560)
        picture.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(picture), full_page=True, clip={"x": 0, "y": 0, "width": 1000, "height": height})
        opened.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]), Path(sys.argv[2]))
