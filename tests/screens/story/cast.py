"""What the chapters share: the office, the browsers, and the households of the round."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.browser import Examiner
from tests.screens import bank
from tests.screens.office import Office, Person
from tests.systems.benefits import deciding_city
from todoke.access.permissions import Role

BY_MAIL, ON_LINE = bank.PAYABLE
"""Who is paid: one sends the paper, one applies on-line; the bank cannot pay the first at once."""
DIES = deciding_city.AIDED
"""Whose head dies between the approval and the payment."""
DEFICIENT, UNREACHED, SILENT, DEAD = MORE = (51, 52, 53, 54)
"""Whose form names a bank that does not exist; whose letter comes back; who does not answer; who died before the dispatch."""


@dataclass(frozen=True, kw_only=True)
class Story:
    """A round under way."""

    office: Office
    examiner: Examiner
    chromium: Browser
    folder: Path

    def enter(self, staff_id: str, role: Role) -> Person:
        """Somebody new comes to the terminal, with the rights of that role and no other."""
        return self.office.person(role, staff_id=staff_id)

    def check(self, page: Page, name: str, *, thorough: bool = False) -> None:
        """The page passes axe and fits; `make pictures` photographs it here."""
        self.examiner.check(page, name, thorough=thorough)
