"""The door into 給付管理システム: nothing comes in by message; other departments hand over files.

The PIA ticks no connection for this system (I.2 システム1 ③); what it needs it fetches (needs.py). Only what it holds on one
person is told, for a request of that person.
"""

from __future__ import annotations

from todoke.access.permissions import Actor
from todoke.contracts.holding import Asked
from todoke.privacy.holding import Section
from todoke.systems.benefits.actions.households.disclose_held import disclose_held


class BenefitsHolder:
    """Implements `Holder` (保有個人情報の開示)."""

    def held(self, asked: Asked, *, by: Actor) -> list[Section]:
        """What this system holds on one person."""
        return disclose_held(asked=asked, by=by)
