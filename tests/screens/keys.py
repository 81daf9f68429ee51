"""Working by keyboard alone: Tab, typing, Enter and Space; no mouse, and no jumping to a place that Tab does not reach."""

from __future__ import annotations

from playwright.sync_api import Page, expect

MOST = 80


class Keys:
    """The keyboard at one page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, selector: str) -> Keys:
        """Tab forward until the element that matches is focused."""
        for _ in range(MOST):
            self.page.keyboard.press("Tab")
            if self.page.locator(f"{selector}:focus").count():
                return self
        raise AssertionError(f"Tab does not reach {selector}")

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
        for _ in range(MOST):
            self.page.keyboard.press("Tab")
            if self.page.locator("a:focus, button:focus").filter(has_text=name).count():
                self.page.keyboard.press("Enter")
                return self
        raise AssertionError(f"Tab does not reach 「{name}」")

    def see(self, text: str) -> Keys:
        """Wait until the page's main part says so."""
        expect(self.page.locator("main")).to_contain_text(text)
        return self
