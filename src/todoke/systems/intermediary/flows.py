"""State tables of 自治体中間サーバー: 符号管理, 情報照会 and 情報提供."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from todoke.access.permissions import Permission
from todoke.contracts.exchange_records import FORWARD, SETTLED
from todoke.contracts.information import Outcome
from todoke.workflow.flow import Flow, Step, along


class CodeState(StrEnum):
    """符号 of one 統合番号."""

    NOT_REQUESTED = "not_requested"  # 未要求
    REQUESTED = "requested"  # 要求済
    ACQUIRED = "acquired"  # 取得済
    FAILED = "failed"  # 取得エラー (one person is registered twice, or the 取得番号 ended unused: LinkCode.failure)


class Provided(StrEnum):
    """How a request that reached this provider was answered: the outcomes that a provider can give."""

    HELD = Outcome.HELD
    ANSWERED = Outcome.ANSWERED
    NO_RECORD = Outcome.NO_RECORD
    RELEASE_REFUSED = Outcome.RELEASE_REFUSED
    REFUSED = Outcome.REFUSED


class Decision(StrEnum):
    """What an officer wants done with a held request (自動応答不可)."""

    RELEASE = "release"  # 提供を許可する
    REFUSE = "refuse"  # 提供しない


class DecisionState(StrEnum):
    """A decision on a held request (自動応答不可の解除): one officer proposes, another confirms."""

    PROPOSED = "proposed"  # 提案済
    CONFIRMED = "confirmed"  # 確認済


class NondisclosureState(StrEnum):
    """A judgement whether a record is disclosed (不開示の判断): one officer proposes, another confirms."""

    PROPOSED = "proposed"  # 提案済
    CONFIRMED = "confirmed"  # 確認済
    WITHDRAWN = "withdrawn"  # 取下げ・差戻し


LINK_CODE: Final = Flow(
    name="intermediary_link_code",
    title="符号",
    table="intermediary_link_code",
    states=CodeState,
    starts=(CodeState.NOT_REQUESTED, CodeState.REQUESTED),
    ends=(),
    key="integrated_number",
    at="",
    by="",
    steps=(
        *along(
            {
                CodeState.NOT_REQUESTED: (CodeState.REQUESTED,),
                CodeState.FAILED: (CodeState.REQUESTED,),
                # its person goes on under another 統合番号 (統合・分割)
                CodeState.ACQUIRED: (CodeState.NOT_REQUESTED,),
            },
            Permission.INTERMEDIARY_ACQUIRE,
        ),
        *along({CodeState.REQUESTED: (CodeState.ACQUIRED,)}, Permission.INTERMEDIARY_STORE_CODE),
        *along(
            {CodeState.REQUESTED: (CodeState.FAILED,)},
            Permission.INTERMEDIARY_STORE_CODE,
            Permission.INTERMEDIARY_EXPIRE,
        ),
        Step(
            before=CodeState.REQUESTED,
            after=CodeState.NOT_REQUESTED,
            permissions=(Permission.INTERMEDIARY_ACQUIRE,),
        ),
    ),
)

INQUIRY: Final = Flow(
    name="intermediary_inquiry",
    title="情報照会",
    table="intermediary_inquiry",
    states=Outcome,
    starts=(Outcome.ASKED,),
    ends=SETTLED,
    key="record_id",
    state="outcome",
    at="",
    by="",
    steps=along(FORWARD, Permission.INTERMEDIARY_PERMITTED, Permission.INTERMEDIARY_RECEIVE),
)

PROVISION: Final = Flow(
    name="intermediary_provision_case",
    title="情報提供",
    table="intermediary_provision_case",
    states=Provided,
    starts=(Provided.HELD, Provided.ANSWERED, Provided.NO_RECORD, Provided.REFUSED),
    ends=(Provided.NO_RECORD, Provided.RELEASE_REFUSED, Provided.REFUSED),
    key="permit_id",
    state="outcome",
    at="provided_at",
    by="",
    steps=(
        *(
            Step(
                before=Provided.HELD,
                after=after,
                permissions=(Permission.INTERMEDIARY_CONFIRM,),
                unlike=("intermediary_held_decision.proposed_by",),
                approvals=1,
                kept_by=("held_two_persons", "intermediary_held_needs_two"),
            )
            for after in (Provided.ANSWERED, Provided.NO_RECORD, Provided.RELEASE_REFUSED)
        ),
        # it has not left yet, and its person is protected by now (trigger: only then, and never after a release)
        Step(before=Provided.ANSWERED, after=Provided.HELD, permissions=(Permission.INTERMEDIARY_PROVIDE,)),
        # its permit is dead and cannot be renewed: the inquirer must ask again (trigger: only with that reason)
        Step(
            before=Provided.HELD, after=Provided.REFUSED, permissions=(Permission.INTERMEDIARY_HELD_EXPIRE,)
        ),
    ),
)

HELD_DECISION: Final = Flow(
    name="intermediary_held_decision",
    title="自動応答不可の解除",
    table="intermediary_held_decision",
    states=DecisionState,
    starts=(DecisionState.PROPOSED,),
    ends=(DecisionState.CONFIRMED,),
    key="permit_id",
    at="",
    by="",
    steps=(
        Step(
            before=DecisionState.PROPOSED,
            after=DecisionState.CONFIRMED,
            permissions=(Permission.INTERMEDIARY_CONFIRM,),
            act="confirmed_by",
            unlike=("proposed_by",),
            approvals=1,
        ),
    ),
)

NONDISCLOSURE: Final = Flow(
    name="intermediary_nondisclosure",
    title="情報提供等記録の不開示の判断",
    table="intermediary_nondisclosure",
    states=NondisclosureState,
    starts=(NondisclosureState.PROPOSED,),
    ends=(NondisclosureState.CONFIRMED, NondisclosureState.WITHDRAWN),
    logged={NondisclosureState.WITHDRAWN: "intermediary:record:withdraw"},
    steps=(
        Step(
            before=NondisclosureState.PROPOSED,
            after=NondisclosureState.CONFIRMED,
            permissions=(Permission.INTERMEDIARY_RECORD_CONFIRM,),
            act="confirmed_by",
            unlike=("proposed_by",),
            approvals=1,
        ),
        Step(
            before=NondisclosureState.PROPOSED,
            after=NondisclosureState.WITHDRAWN,
            permissions=(Permission.INTERMEDIARY_RECORD_MARK,),
        ),
    ),
)

EXCHANGE_RECORD: Final = Flow(
    name="intermediary_exchange_record",
    title="情報提供等記録（中間サーバー）",
    table="intermediary_exchange_record",
    states=Outcome,
    starts=tuple(Outcome),
    ends=tuple(outcome for outcome in SETTLED if outcome is not Outcome.ANSWERED),
    state="outcome",
    at="provided_at",
    by="",
    steps=(
        *along(
            FORWARD,
            Permission.INTERMEDIARY_PERMITTED,
            Permission.INTERMEDIARY_RECEIVE,
            Permission.INTERMEDIARY_CONFIRM,
            Permission.INTERMEDIARY_HELD_EXPIRE,
        ),
        # of the provider alone (trigger): its answer has not left, and is held back
        Step(before=Outcome.ANSWERED, after=Outcome.HELD, permissions=(Permission.INTERMEDIARY_PROVIDE,)),
    ),
)
"""As inquirer a record begins with the permit, as provider with what was answered."""

FLOWS: Final = (LINK_CODE, INQUIRY, PROVISION, HELD_DECISION, NONDISCLOSURE, EXCHANGE_RECORD)
