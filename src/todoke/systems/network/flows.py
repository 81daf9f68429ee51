"""The state table of 情報提供ネットワークシステム."""

from __future__ import annotations

from typing import Final

from todoke.access.permissions import Permission
from todoke.contracts.exchange_records import FORWARD, SETTLED
from todoke.contracts.information import Outcome
from todoke.workflow.flow import Flow, along

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

FLOWS: Final = (EXCHANGE_RECORD,)
