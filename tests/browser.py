"""A real Chromium for tests: found, or installed when we may; a page that reports what it does not like itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.programs import program

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],
}
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
PATIENCE = 30_000
"""Milliseconds that a page may take: the machine may be busy with other tests."""
SHOTS = os.environ.get("TODOKE_SHOTS", "")
"""A folder: every page that is checked is also photographed into it."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    # Playwright's loop runs in this thread, and Django takes any running loop for an async view
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        browser = playwright.chromium.launch(executable_path=program("chromium"), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def examiner(chromium: Browser) -> Examiner:
    return Examiner(chromium)


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser profile of its own, in Japanese, without JavaScript: all work must be possible so."""
    with chromium.new_context(
        viewport=WIDE, locale="ja-JP", timezone_id="Asia/Tokyo", java_script_enabled=False
    ) as made:
        made.set_default_timeout(PATIENCE)
        yield made


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


class Examiner:
    """Looks at what a page of a person's browser shows, in a browser of its own: axe is a script, and runs nowhere else."""

    def __init__(self, browser: Browser) -> None:
        self._page = browser.new_context(viewport=WIDE, locale="ja-JP", timezone_id="Asia/Tokyo").new_page()
        self._page.set_default_timeout(PATIENCE)

    def check(self, page: Page, name: str, *, thorough: bool = False) -> None:
        """The page passes axe (WCAG 2.2 AA and good practice), and fits 1280 and 320 pixels without scrolling sideways.

        axe looks at the narrow page only when asked to be `thorough`: the same elements stand in other places.
        """
        html, copy, address = page.content(), self._page, page.url.partition("#")[0]
        copy.route(address, lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
        copy.goto(address)
        copy.unroute_all()
        assert page.title().strip(), name
        assert copy.locator("[style], style, script:not([src])").count() == 0, name
        for size in (WIDE, NARROW):
            copy.set_viewport_size(size)
            if SHOTS:
                seen = page if size is WIDE else copy  # pictures of forms are shown to the person alone
                seen.evaluate("scrollTo(0, 0)")
                seen.screenshot(path=Path(SHOTS) / f"{name}-{size['width']}.png", full_page=True)
            too_wide = copy.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert too_wide <= 0, f"{name}: {too_wide}px too wide at {size['width']}px: {_widest(copy)}"
            if size is WIDE or thorough:
                found = _faults(copy)
                assert not found, f"{name} at {size['width']}px:\n" + "\n".join(found)


def _faults(page: Page) -> list[str]:
    page.evaluate(Axe().axe_script)
    # what axe found in order is half a megabyte a page, and nobody reads it
    found = page.evaluate("rules => axe.run(rules).then(found => found.violations)", RULES)
    return [
        f"{rule['id']}: {node['target']}\n  {node['html'][:300]}\n  {node['failureSummary'][:300]}"
        for rule in found
        for node in rule["nodes"]
    ]


def _widest(page: Page) -> str:
    return str(
        page.evaluate(
            "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth"
            " && !e.closest('.table-wrap')).slice(0, 5).map(e => e.outerHTML.slice(0, 120))"
        )
    )
