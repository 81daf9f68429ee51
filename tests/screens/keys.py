"""Working by keyboard alone: Tab, typing, Enter and Space; no mouse, and no jumping to a place that Tab does not reach."""

from __future__ import annotations

import time

from playwright.sync_api import Error, Page, expect

MOST = 80
BETWEEN = """([selector, name]) => {
    const plain = text => text.replace(/\\s+/g, ' ').trim().toLowerCase()
    const skipped = each => each.type === 'radio' && !each.checked && [...document.getElementsByName(each.name)].find(
        one => one.form === each.form && (one.checked || one === each || each.compareDocumentPosition(one) & 2)) !== each
    const stops = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')].filter(
        each => each.tabIndex >= 0 && !each.disabled && each.checkVisibility() && !skipped(each))
    const after = stops.slice(Math.max(0, stops.indexOf(document.activeElement)))
    return Math.max(0, after.findIndex(each => each.matches(selector) && plain(each.textContent).includes(plain(name))))
}"""
"""How many times Tab from the focused element to one that matches. Only a guess that saves looking after every single Tab."""


class Keys:
    """The keyboard at one page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, selector: str) -> Keys:
        """Tab forward until the element that matches is focused."""
        assert self._reached(selector), f"Tab does not reach {selector}"
        return self

    def fill(self, selector: str, text: str) -> Keys:
        """Tab to a field and write over what stands there."""
        self.to(selector).page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)
        return self

    def choose(self, selector: str, start: str) -> Keys:
        """Tab to a list of choices and type the beginning of one."""
        self.to(selector).page.locator(f"{selector}:focus").select_option(start)
        return self

    def press(self, name: str) -> Keys:
        """Tab to the link or button of that name and press Enter."""
        assert self._reached("a, button", name), f"Tab does not reach 「{name}」"
        self.page.keyboard.press("Enter")
        return self

    def _reached(self, selector: str, name: str = "") -> bool:
        """Whether Tab brings the focus to such an element: it is there in the end, however many Tabs were guessed."""
        focused = self.page.locator(":focus").and_(self.page.locator(selector)).filter(has_text=name)
        self.page.keyboard.press("Tab")
        for _ in range(self._between(selector, name)):
            self.page.keyboard.press("Tab")
        for _ in range(MOST):
            if focused.count():
                return True
            self.page.keyboard.press("Tab")
        return False

    def _between(self, selector: str, name: str) -> int:
        try:
            return min(MOST, self.page.evaluate(BETWEEN, [selector, name]))
        except Error:  # the page is just being left
            return 0

    def see(self, text: str) -> Keys:
        """Wait until the page's main part says so."""
        expect(self.page.locator("main")).to_contain_text(text)
        return self

    def worked(self) -> Keys:
        """Until the work that the page shows has ended; without script the page is loaded again by hand."""
        until = time.monotonic() + 180
        while self.page.locator("#work[data-live]").count():
            assert time.monotonic() < until
            time.sleep(0.3)
            self.page.reload()
        return self
