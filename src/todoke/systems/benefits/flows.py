"""The states of a case (給付管理番号ごとの進み具合) and the only steps between them; the database keeps the same table."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices

from todoke.access.permissions import Permission
from todoke.systems.benefits.rules.appeals import AppealState
from todoke.systems.benefits.rules.case_state import CaseState
from todoke.systems.benefits.rules.declines import DeclineState
from todoke.systems.benefits.rules.edition_state import EditionState
from todoke.systems.benefits.rules.failures import RecallState
from todoke.systems.benefits.rules.mailing_state import MailingState
from todoke.systems.benefits.rules.paper_state import DisposalState, PaperState
from todoke.systems.benefits.rules.refunds import RefundState, WriteOffState
from todoke.workflow.flow import Flow, Step

_S = CaseState
_EXAMINED = "benefits_examination.examined_by"
_APPROVED = "benefits_approval.approved_by"
_PREPARED = "benefits_payment_batch.prepared_by"


def _step(before: CaseState, after: CaseState, permission: Permission) -> Step:
    return Step(before=before, after=after, permissions=(permission,))


CASE: Final = Flow(
    name="benefits_case",
    title="世帯ごとの支給管理（給付管理番号）",
    table="benefits_case",
    states=CaseState,
    starts=(_S.NUMBERED,),
    ends=(_S.DECLINED, _S.INELIGIBLE, _S.REFUNDED),
    steps=(
        _step(_S.NUMBERED, _S.PRINTED, Permission.BENEFITS_PRINT),
        # a protected person's form is never printed in bulk
        _step(_S.NUMBERED, _S.RECEIVED, Permission.BENEFITS_RECEIVE),
        _step(_S.PRINTED, _S.RECEIVED, Permission.BENEFITS_RECEIVE),
        # a form that was scanned by mistake, before anybody keyed or examined it (benefits_case_not_undone)
        _step(_S.RECEIVED, _S.NUMBERED, Permission.BENEFITS_RECEIVE),
        _step(_S.RECEIVED, _S.PRINTED, Permission.BENEFITS_RECEIVE),
        _step(_S.RECEIVED, _S.PASSED, Permission.BENEFITS_EXAMINE),
        _step(_S.RECEIVED, _S.DEFICIENT, Permission.BENEFITS_EXAMINE),
        Step(
            before=_S.RECEIVED,
            after=_S.DECLINED,
            permissions=(Permission.BENEFITS_EXAMINE, Permission.BENEFITS_DECLINE_CONFIRM),
        ),
        _step(_S.RECEIVED, _S.INELIGIBLE, Permission.BENEFITS_EXAMINE),
        _step(_S.DEFICIENT, _S.RECEIVED, Permission.BENEFITS_RECEIVE),
        # back to examination when a later decision or the register no longer agrees, or by the approver (差戻し)
        Step(
            before=_S.PASSED,
            after=_S.RECEIVED,
            permissions=(Permission.BENEFITS_EXAMINE, Permission.BENEFITS_APPROVE),
        ),
        # or decides another amount
        Step(
            before=_S.APPROVED,
            after=_S.RECEIVED,
            permissions=(Permission.BENEFITS_EXAMINE, Permission.BENEFITS_DECIDE),
        ),
        Step(
            before=_S.PASSED,
            after=_S.APPROVED,
            permissions=(Permission.BENEFITS_APPROVE,),
            unlike=(_EXAMINED,),
            approvals=1,
            kept_by=(
                "approver_is_not_examiner",
                "approval_examined",
                "benefits_approver_did_not_key",
                "benefits_case_approved_proved",
            ),
        ),
        Step(
            before=_S.APPROVED,
            after=_S.RESERVED,
            permissions=(Permission.BENEFITS_PAY,),
            kept_by=("payment_approved", "benefits_case_reserved_proved"),
        ),
        Step(
            before=_S.RESERVED,
            after=_S.ORDERED,
            permissions=(Permission.BENEFITS_RELEASE,),
            unlike=(_EXAMINED, _APPROVED, _PREPARED),
            approvals=3,
            kept_by=(
                "releaser_is_not_preparer",
                "benefits_release_checked",
                "bank_file_released",
                "benefits_case_ordered_proved",
            ),
        ),
        _step(_S.ORDERED, _S.PAID, Permission.BENEFITS_RESULT),
        _step(_S.ORDERED, _S.FAILED, Permission.BENEFITS_RESULT),
        # 組戻: the money came back
        _step(_S.PAID, _S.FAILED, Permission.BENEFITS_RESULT),
        # 返還: claimed by two people, paid back whole; in part, or written off, it stays paid
        _step(_S.PAID, _S.REFUNDING, Permission.BENEFITS_REFUND_DECIDE),
        _step(_S.REFUNDING, _S.REFUNDED, Permission.BENEFITS_REFUND_RECEIVE),
        Step(
            before=_S.REFUNDING,
            after=_S.PAID,
            permissions=(Permission.BENEFITS_REFUND_RECEIVE, Permission.BENEFITS_REFUND_DECIDE),
        ),
        # 辞退 that was asked again (models/decline.py)
        *(
            _step(before, _S.DECLINED, Permission.BENEFITS_DECLINE_CONFIRM)
            for before in (_S.NUMBERED, _S.PRINTED, _S.DEFICIENT, _S.PASSED, _S.APPROVED, _S.FAILED)
        ),
        # another account, examined and approved anew
        _step(_S.FAILED, _S.RECEIVED, Permission.BENEFITS_ACCOUNT),
    ),
)
"""A released batch's bank file orders the transfers: the release is the act of a person who did none of the others."""


RECALL: Final = Flow(
    name="benefits_recall",
    title="組戻し",
    table="benefits_recall",
    states=RecallState,
    starts=(RecallState.ASKED,),
    ends=(RecallState.RETURNED, RecallState.REFUSED, RecallState.WITHDRAWN),
    steps=(
        Step(
            before=RecallState.ASKED,
            after=RecallState.CONFIRMED,
            permissions=(Permission.BENEFITS_RECALL_CONFIRM,),
            act="confirmed_by",
            unlike=("asked_by",),
            approvals=1,
        ),
        Step(
            before=RecallState.ASKED,
            after=RecallState.WITHDRAWN,
            permissions=(Permission.BENEFITS_RECALL_ASK,),
        ),
        Step(
            before=RecallState.CONFIRMED,
            after=RecallState.RETURNED,
            permissions=(Permission.BENEFITS_RESULT,),
        ),
        Step(
            before=RecallState.CONFIRMED,
            after=RecallState.REFUSED,
            permissions=(Permission.BENEFITS_RESULT,),
        ),
    ),
)
"""Asked by one, confirmed by another; then the bank says whether the money comes back."""


class ImportState(TextChoices):
    """Where a file from another department stands (ファイルの取込)."""

    RECEIVED = "received", "検査中"
    REFUSED = "refused", "受付不可"
    CHECKED = "checked", "確認待ち"
    PROPOSED = "proposed", "二人目の確認待ち"
    CONFIRMED = "confirmed", "取込中"
    TAKEN = "taken", "取込済"
    CANCELLED = "cancelled", "取りやめ"


_I = ImportState
_OPEN = (_I.RECEIVED, _I.CHECKED, _I.PROPOSED, _I.CONFIRMED)
_EITHER = (Permission.BENEFITS_IMPORT, Permission.BENEFITS_IMPORT_CONFIRM)
# what was stopped goes on by itself (housekeeping.py)
_CHECKERS = (Permission.BENEFITS_IMPORT, Permission.BENEFITS_IMPORT_CONTINUE)
_TAKERS = (*_EITHER, Permission.BENEFITS_IMPORT_CONTINUE)


def _import_step(before: ImportState, after: ImportState) -> Step:
    return Step(before=before, after=after, permissions=_CHECKERS)


IMPORT: Final = Flow(
    name="benefits_file_import",
    title="他部署のファイルの取込",
    table="benefits_file_import",
    states=ImportState,
    starts=(_I.RECEIVED,),
    ends=(_I.REFUSED, _I.TAKEN, _I.CANCELLED),
    steps=(
        _import_step(_I.RECEIVED, _I.REFUSED),
        _import_step(_I.RECEIVED, _I.CHECKED),
        Step(
            before=_I.CHECKED,
            after=_I.PROPOSED,
            permissions=(Permission.BENEFITS_IMPORT,),
            act="proposed_by",
        ),
        Step(
            before=_I.PROPOSED,
            after=_I.CONFIRMED,
            permissions=(Permission.BENEFITS_IMPORT_CONFIRM,),
            act="confirmed_by",
            unlike=("uploaded_by", "proposed_by"),
            approvals=2,
        ),
        # a small change is taken by whoever proposed it; the constraint import_large_has_second holds the rest
        Step(before=_I.PROPOSED, after=_I.TAKEN, permissions=_TAKERS),
        Step(before=_I.CONFIRMED, after=_I.TAKEN, permissions=_TAKERS),
        *(Step(before=state, after=_I.CANCELLED, permissions=_EITHER) for state in _OPEN),
    ),
)

EDITION: Final = Flow(
    name="benefits_programme_edition",
    title="事業の改定",
    table="benefits_programme_edition",
    states=EditionState,
    starts=(EditionState.PROPOSED,),
    ends=(EditionState.APPROVED, EditionState.REFUSED, EditionState.WITHDRAWN),
    steps=(
        Step(
            before=EditionState.PROPOSED,
            after=EditionState.APPROVED,
            permissions=(Permission.BENEFITS_PROGRAMME_APPROVE,),
            act="approved_by",
            unlike=("proposed_by",),
            approvals=1,
        ),
        Step(
            before=EditionState.PROPOSED,
            after=EditionState.REFUSED,
            permissions=(Permission.BENEFITS_PROGRAMME_APPROVE,),
        ),
        Step(
            before=EditionState.PROPOSED,
            after=EditionState.WITHDRAWN,
            permissions=(Permission.BENEFITS_PROGRAMME_PROPOSE,),
        ),
    ),
)
"""Two people for every change of a value: who proposes it does not approve it."""

_P = PaperState
_D = DisposalState


def _paper_step(before: PaperState, after: PaperState, permission: Permission) -> Step:
    return Step(before=before, after=after, permissions=(permission,))


PAPER: Final = Flow(
    name="benefits_paper",
    title="文書台帳の一枚",
    table="benefits_paper",
    states=PaperState,
    starts=(_P.HELD,),
    ends=(_P.CANCELLED, _P.DISPOSED),
    steps=(
        _paper_step(_P.HELD, _P.OUT, Permission.BENEFITS_PAPER_MOVE),
        _paper_step(_P.OUT, _P.HELD, Permission.BENEFITS_PAPER_MOVE),
        _paper_step(_P.HELD, _P.CANCELLED, Permission.BENEFITS_RECEIVE),
        Step(
            before=_P.HELD,
            after=_P.DISPOSED,
            permissions=(Permission.BENEFITS_PAPER_APPROVE,),
            kept_by=("benefits_paper_disposed_proved",),
        ),
    ),
)

DISPOSAL: Final = Flow(
    name="benefits_paper_disposal",
    title="文書の廃棄",
    table="benefits_paper_disposal",
    states=DisposalState,
    starts=(_D.PROPOSED,),
    ends=(_D.APPROVED, _D.WITHDRAWN),
    steps=(
        Step(
            before=_D.PROPOSED,
            after=_D.APPROVED,
            permissions=(Permission.BENEFITS_PAPER_APPROVE,),
            act="approved_by",
            unlike=("proposed_by",),
            approvals=1,
        ),
        Step(
            before=_D.PROPOSED,
            after=_D.WITHDRAWN,
            permissions=(Permission.BENEFITS_PAPER_DISPOSE, Permission.BENEFITS_PAPER_APPROVE),
        ),
    ),
)
"""Two people for every sheet that is destroyed."""

_R = RefundState

REFUND: Final = Flow(
    name="benefits_refund",
    title="返還の請求",
    table="benefits_refund",
    states=RefundState,
    starts=(_R.PROPOSED,),
    ends=(_R.SETTLED, _R.WRITTEN_OFF, _R.WITHDRAWN),
    steps=(
        Step(
            before=_R.PROPOSED,
            after=_R.CLAIMED,
            permissions=(Permission.BENEFITS_REFUND_DECIDE,),
            act="decided_by",
            unlike=("proposed_by",),
            approvals=1,
        ),
        Step(
            before=_R.PROPOSED,
            after=_R.WITHDRAWN,
            permissions=(Permission.BENEFITS_REFUND_PROPOSE, Permission.BENEFITS_REFUND_DECIDE),
        ),
        Step(before=_R.CLAIMED, after=_R.SETTLED, permissions=(Permission.BENEFITS_REFUND_RECEIVE,)),
        Step(before=_R.CLAIMED, after=_R.WRITTEN_OFF, permissions=(Permission.BENEFITS_REFUND_DECIDE,)),
    ),
)
"""Proposed by one, decided by another; its sums are those of receipts and write-offs (triggers)."""

WRITE_OFF: Final = Flow(
    name="benefits_refund_write_off",
    title="返還の不納欠損",
    table="benefits_refund_write_off",
    states=WriteOffState,
    starts=(WriteOffState.ASKED,),
    ends=(WriteOffState.CONFIRMED, WriteOffState.WITHDRAWN),
    steps=(
        Step(
            before=WriteOffState.ASKED,
            after=WriteOffState.CONFIRMED,
            permissions=(Permission.BENEFITS_REFUND_DECIDE,),
            act="confirmed_by",
            unlike=("asked_by",),
            approvals=1,
        ),
        Step(
            before=WriteOffState.ASKED,
            after=WriteOffState.WITHDRAWN,
            permissions=(Permission.BENEFITS_REFUND_PROPOSE, Permission.BENEFITS_REFUND_DECIDE),
        ),
    ),
)

DECLINE: Final = Flow(
    name="benefits_decline",
    title="辞退の申出",
    table="benefits_decline",
    states=DeclineState,
    starts=(DeclineState.NOTED,),
    ends=(DeclineState.CONFIRMED, DeclineState.WITHDRAWN),
    steps=(
        Step(
            before=DeclineState.NOTED,
            after=DeclineState.CONFIRMED,
            permissions=(Permission.BENEFITS_DECLINE_CONFIRM,),
            act="confirmed_by",
            unlike=("noted_by",),
            approvals=1,
        ),
        Step(
            before=DeclineState.NOTED,
            after=DeclineState.WITHDRAWN,
            permissions=(Permission.BENEFITS_DECLINE_NOTE, Permission.BENEFITS_DECLINE_CONFIRM),
        ),
    ),
)

_A = AppealState

APPEAL: Final = Flow(
    name="benefits_appeal",
    title="不服の申出・審査請求",
    table="benefits_appeal",
    states=AppealState,
    starts=(_A.RECEIVED,),
    ends=(_A.ANSWERED, _A.WITHDRAWN),
    steps=(
        Step(
            before=_A.RECEIVED,
            after=_A.DRAFTED,
            permissions=(Permission.BENEFITS_APPEAL_RECEIVE,),
            act="drafted_by",
            unlike=(_EXAMINED, _APPROVED),
            kept_by=("benefits_appeal_hearer",),
        ),
        Step(
            before=_A.DRAFTED,
            after=_A.ANSWERED,
            permissions=(Permission.BENEFITS_APPEAL_ANSWER,),
            act="answered_by",
            unlike=("drafted_by", _EXAMINED, _APPROVED),
            approvals=1,
            kept_by=("benefits_appeal_hearer",),
        ),
        Step(before=_A.DRAFTED, after=_A.RECEIVED, permissions=(Permission.BENEFITS_APPEAL_ANSWER,)),
        *(
            Step(before=state, after=_A.WITHDRAWN, permissions=(Permission.BENEFITS_APPEAL_RECEIVE,))
            for state in (_A.RECEIVED, _A.DRAFTED)
        ),
    ),
)
"""Nobody who took part in the decision hears the appeal against it (行政不服審査法9条2項)."""

_M = MailingState
_MAILING = (Permission.BENEFITS_MAILING,)

MAILING: Final = Flow(
    name="benefits_mailing",
    title="発送",
    table="benefits_mailing",
    states=MailingState,
    starts=(_M.HANDED,),
    ends=(_M.DISPATCHED,),
    steps=(
        Step(before=_M.HANDED, after=_M.COUNTED, permissions=_MAILING, act="counted_by"),
        Step(before=_M.COUNTED, after=_M.MATCHED, permissions=_MAILING, act="matched_by"),
        # a newer register came: matched anew
        Step(before=_M.MATCHED, after=_M.OUTDATED, permissions=_MAILING),
        Step(before=_M.OUTDATED, after=_M.MATCHED, permissions=_MAILING, act="matched_by"),
        Step(
            before=_M.MATCHED,
            after=_M.DISPATCHED,
            permissions=(Permission.BENEFITS_MAILING_CONFIRM,),
            act="confirmed_by",
            unlike=("handed_by", "counted_by", "matched_by"),
            approvals=3,
            kept_by=("benefits_mailing_dispatched_proved",),
        ),
    ),
)
"""Whoever handed over, counted or matched the letters does not confirm that they are posted."""

FLOWS: Final = (
    CASE, RECALL, IMPORT, EDITION, PAPER, DISPOSAL, MAILING, REFUND, WRITE_OFF, DECLINE, APPEAL,
)  # fmt: skip
