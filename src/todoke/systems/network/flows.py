"""The state tables of 情報提供ネットワークシステム."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from todoke.access.permissions import Permission
from todoke.contracts.exchange_records import FORWARD, SETTLED
from todoke.contracts.information import Outcome
from todoke.workflow.flow import Flow, along


class DiscrepancyState(StrEnum):
    """記録の不一致: open until the records agree, or until an operator has found out why they never will."""

    OPEN = "open"  # 未解決
    AGREED = "agreed"  # 一致した
    SETTLED = "settled"  # 処置済


EXCHANGE_RECORD: Final = Flow(
    name="network_exchange_record",
    title="情報提供等記録（情報提供ネットワークシステム）",
    table="network_exchange_record",
    states=Outcome,
    starts=(Outcome.ASKED,),
    ends=SETTLED,
    key="permit_id",
    state="outcome",
    at="provided_at",
    by="",
    steps=along(FORWARD, Permission.NETWORK_REPORT),
)

DISCREPANCY: Final = Flow(
    name="network_discrepancy",
    title="情報提供等記録の不一致",
    table="network_discrepancy",
    states=DiscrepancyState,
    starts=(DiscrepancyState.OPEN,),
    ends=(DiscrepancyState.AGREED, DiscrepancyState.SETTLED),
    at="closed_at",
    by="closed_by",
    reason="reason",
    steps=(
        *along({DiscrepancyState.OPEN: (DiscrepancyState.AGREED,)}, Permission.NETWORK_COMPARE),
        *along({DiscrepancyState.OPEN: (DiscrepancyState.SETTLED,)}, Permission.NETWORK_SETTLE),
    ),
)

FLOWS: Final = (EXCHANGE_RECORD, DISCREPANCY)
