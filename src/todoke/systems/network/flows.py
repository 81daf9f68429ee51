"""The state tables of 情報提供ネットワークシステム."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from django.db.models import TextChoices

from todoke.access.permissions import Permission
from todoke.contracts.exchange_records import FORWARD, SETTLED
from todoke.contracts.information import Outcome
from todoke.workflow.flow import Flow, Step, along


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


class DraftState(TextChoices):
    """A draft of 照会許可照会リスト."""

    DRAFTED = "drafted", "承認待ち"
    PUBLISHED = "published", "発行済"
    REFUSED = "refused", "却下"


LIST_DRAFT: Final = Flow(
    name="network_list_draft",
    title="照会許可照会リストの案",
    table="network_list_draft",
    states=DraftState,
    starts=(DraftState.DRAFTED,),
    ends=(DraftState.PUBLISHED, DraftState.REFUSED),
    steps=(
        Step(
            before=DraftState.DRAFTED,
            after=DraftState.PUBLISHED,
            permissions=(Permission.NETWORK_LIST_APPROVE,),
            act="approved_by",
            unlike=("drafted_by",),
            approvals=1,
        ),
        Step(
            before=DraftState.DRAFTED,
            after=DraftState.REFUSED,
            permissions=(Permission.NETWORK_LIST_APPROVE,),
        ),
    ),
)


class OrganisationState(TextChoices):
    """One registration of a 機関."""

    PROPOSED = "proposed", "確認待ち"
    REGISTERED = "registered", "登録済"
    SUSPENDED = "suspended", "停止中"
    ENDED = "ended", "終了"
    REFUSED = "refused", "却下"


ORGANISATION: Final = Flow(
    name="network_organisation",
    title="機関の登録",
    table="network_organisation",
    states=OrganisationState,
    starts=(OrganisationState.PROPOSED,),
    ends=(OrganisationState.ENDED, OrganisationState.REFUSED),
    steps=(
        Step(
            before=OrganisationState.PROPOSED,
            after=OrganisationState.REGISTERED,
            permissions=(Permission.NETWORK_ORGANISATION_CONFIRM,),
            act="confirmed_by",
            unlike=("proposed_by",),
            approvals=1,
        ),
        Step(
            before=OrganisationState.PROPOSED,
            after=OrganisationState.REFUSED,
            permissions=(Permission.NETWORK_ORGANISATION_CONFIRM,),
        ),
        Step(
            before=OrganisationState.REGISTERED,
            after=OrganisationState.SUSPENDED,
            permissions=(Permission.NETWORK_ORGANISATION_SUSPEND,),
        ),
        Step(
            before=OrganisationState.REGISTERED,
            after=OrganisationState.ENDED,
            permissions=(Permission.NETWORK_ORGANISATION_CONFIRM,),
        ),
        Step(
            before=OrganisationState.SUSPENDED,
            after=OrganisationState.ENDED,
            permissions=(Permission.NETWORK_ORGANISATION_CONFIRM,),
        ),
    ),
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

FLOWS: Final = (EXCHANGE_RECORD, LIST_DRAFT, ORGANISATION, DISCREPANCY)
