"""The door of 税情報一括照会: contracts.inquiry.Inquiries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from todoke.access import cli_actor
from todoke.contracts.inquiry import AnswerFile, OrderReceipt
from todoke.systems.inquiry import queries
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
