"""口座の訂正: another account after a failure or a deficiency; the case is examined and approved anew."""

from __future__ import annotations

from datetime import date

from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.systems.benefits.models import AccountCorrection, Case
from todoke.systems.benefits.queries.examination import bank_list
from todoke.systems.benefits.queries.examination.accounts import ACCOUNTS
from todoke.systems.benefits.rules.accounts import bank_account
from todoke.systems.benefits.rules.accounts.bank_account import BankAccount
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.systems.benefits.rules.payments.failures import AccountSource

ALIAS = "benefits"
_BEFORE = f"""
SELECT bank_code, branch_code, account_type, account_number, account_holder_kana
FROM {ACCOUNTS} k WHERE k.case_id = %s
"""
_MOVE = """
UPDATE benefits_case SET state = 'received', state_at = %(now)s, state_by = %(by)s WHERE id = %(case)s
"""


def correct_account(
    *, case_id: int, account: BankAccount, source: AccountSource, source_on: date, by: Actor
) -> AccountCorrection:
    """Keep the account with where it is known from, and send the case back to examination.

    Errors: STATE_CONFLICT unless the case failed or is deficient, or when the account is the one that is there
    already (富士河口湖町, 仙台市: money went to an old account although another one was told); RECORD_INVALID with
    every fault of the account. Whether the holder is the payee is asked by the examination.
    """
    require(by, Permission.BENEFITS_ACCOUNT)
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        case = Case.objects.using(ALIAS).select_for_update().filter(pk=case_id).first()
        if case is None:
            raise TodokeError(ErrorCode.NOT_FOUND, what="世帯")
        if case.state not in (CaseState.FAILED, CaseState.DEFICIENT):
            raise TodokeError(
                ErrorCode.STATE_CONFLICT, detail="口座を訂正できるのは、不備または振込不能の世帯だけです"
            )
        if found := bank_account.faults(account, lambda given: bank_list.fault(given, clock.today())):
            raise TodokeError(
                ErrorCode.RECORD_INVALID, detail="".join(fault.sentence for fault in found).rstrip("。")
            )
        given = (
            account.bank_code, account.branch_code, account.account_type, account.account_number, account.holder_kana,
        )  # fmt: skip
        cursor.execute(_BEFORE, [case_id])
        if cursor.fetchone() == given:
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail="今の口座と同じです")
        now = clock.now()
        made = AccountCorrection.objects.using(ALIAS).create(
            case=case, number=AccountCorrection.objects.using(ALIAS).filter(case=case).count() + 1,
            bank_code=account.bank_code, branch_code=account.branch_code, account_type=account.account_type,
            account_number=account.account_number, account_holder_kana=account.holder_kana, source=source,
            source_on=source_on, recorded_at=now, recorded_by=by.staff_id,
        )  # fmt: skip
        cursor.execute(_MOVE, {"case": case_id, "now": now, "by": by.staff_id})
        record(
            ALIAS, by=by, verb="benefits:account:correct", subject=f"correction {made.pk} {source.value}", persons=1,
            about=Person("case_number", case.case_number),
        )  # fmt: skip
    return made
