"""The states of a case (給付管理番号ごとの進み具合) and the only steps between them; the database keeps the same table."""

from __future__ import annotations

from typing import Final

from todoke.access.permissions import Permission
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.workflow.flow import Flow, Step

_S = CaseState
EXAMINED: Final = "benefits_examination.examined_by"
APPROVED: Final = "benefits_approval.approved_by"
_PREPARED = "benefits_payment_batch.prepared_by"

_EXAMINES = (Permission.BENEFITS_EXAMINE, Permission.BENEFITS_PROTECTION_EXAMINE)


def _step(before: CaseState, after: CaseState, permission: Permission) -> Step:
    return Step(before=before, after=after, permissions=(permission,))


CASE: Final = Flow(
    name="benefits_case",
    title="世帯ごとの支給管理（給付管理番号）",
    table="benefits_case",
    states=CaseState,
    starts=(_S.NUMBERED,),
    ends=(_S.DECLINED, _S.INELIGIBLE),
    steps=(
        # a protected person's form is never printed in bulk, but one by one
        Step(
            before=_S.NUMBERED,
            after=_S.PRINTED,
            permissions=(Permission.BENEFITS_PRINT, Permission.BENEFITS_PROTECTED_LETTER),
        ),
        _step(_S.NUMBERED, _S.RECEIVED, Permission.BENEFITS_RECEIVE),
        _step(_S.PRINTED, _S.RECEIVED, Permission.BENEFITS_RECEIVE),
        # a form that was scanned by mistake, before anybody keyed or examined it (benefits_case_not_undone)
        _step(_S.RECEIVED, _S.NUMBERED, Permission.BENEFITS_RECEIVE),
        _step(_S.RECEIVED, _S.PRINTED, Permission.BENEFITS_RECEIVE),
        # a protected household by a 責任職
        Step(
            before=_S.RECEIVED,
            after=_S.PASSED,
            permissions=_EXAMINES,
            kept_by=("benefits_examination_shielded",),
        ),
        Step(before=_S.RECEIVED, after=_S.DEFICIENT, permissions=_EXAMINES),
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
        # or decides another amount; or becomes protected after the approval, which nobody has looked at then
        Step(
            before=_S.APPROVED,
            after=_S.RECEIVED,
            permissions=(
                Permission.BENEFITS_EXAMINE,
                Permission.BENEFITS_DECIDE,
                Permission.BENEFITS_APPROVE,
            ),
        ),
        Step(
            before=_S.PASSED,
            after=_S.APPROVED,
            permissions=(Permission.BENEFITS_APPROVE,),
            unlike=(EXAMINED,),
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
        # 起案の取消し, as long as there is no file (models/cancellation.py): the approval stands
        Step(
            before=_S.RESERVED,
            after=_S.APPROVED,
            permissions=(Permission.BENEFITS_CANCEL_CONFIRM,),
            kept_by=("benefits_case_approved_proved",),
        ),
        Step(
            before=_S.RESERVED,
            after=_S.ORDERED,
            permissions=(Permission.BENEFITS_RELEASE,),
            unlike=(EXAMINED, APPROVED, _PREPARED),
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
        Step(
            before=_S.PAID,
            after=_S.REFUNDING,
            permissions=(Permission.BENEFITS_REFUND_DECIDE, Permission.BENEFITS_REFUND_RECEIVE),
        ),
        _step(_S.REFUNDING, _S.REFUNDED, Permission.BENEFITS_REFUND_RECEIVE),
        # a receipt by which the claim was settled is reversed
        _step(_S.REFUNDED, _S.REFUNDING, Permission.BENEFITS_REFUND_RECEIVE),
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
