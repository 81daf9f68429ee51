"""The door of 税情報一括照会: contracts.inquiry.Inquiries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from todoke.access import cli_actor
from todoke.access.permissions import Actor
from todoke.contracts.holding import Asked
from todoke.contracts.inquiry import AnswerFile, OrderReceipt
from todoke.privacy.holding import Section
from todoke.systems.inquiry import queries
from todoke.systems.inquiry.actions.disclose_held import disclose_held
from todoke.systems.inquiry.actions.take_order import take_order


class InquiryService:
    """Implements `Inquiries` on the database `inquiry`."""

    def order(
        self,
        *,
        order_id: str,
        resident_codes: Sequence[str],
        by: str,
        tax_year: int | None = None,
        reasons: Mapping[str, str] | None = None,
    ) -> OrderReceipt:
        """Ask for the tax status of these persons. The same order id again returns the first receipt."""
        return take_order(
            order_id=order_id,
            resident_codes=resident_codes,
            tax_year=tax_year,
            reasons=reasons or {},
            by=cli_actor.actor(by),
        )

    def answer_files(self, order_id: str) -> list[AnswerFile]:
        """The answer files of the newest edition, in order."""
        return queries.sealed_answers(order_id)


class InquiryHolder:
    """Implements `Holder` (保有個人情報の開示)."""

    def held(self, asked: Asked, *, by: Actor) -> list[Section]:
        """What this system holds on one person."""
        return disclose_held(asked=asked, by=by)
