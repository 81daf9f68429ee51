"""個別の発送: another person than the printer posts the letter, or throws it away; what changed since is not posted."""

from __future__ import annotations

import pyarrow as pa

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits import queries
from todoke.systems.benefits.flows import PROTECTED_LETTER
from todoke.systems.benefits.queries.letters import fresh
from todoke.systems.benefits.queries.letters import protected_letters as reads
from todoke.systems.benefits.rules.letters.protected_letter import ProtectedState
from todoke.systems.benefits.rules.payments.office import PayingOffice
from todoke.workflow.runner import move, of

ALIAS = "benefits"


def post_protected(*, number: int, office: PayingOffice, by: Actor) -> None:
    """Confirm that it was posted. SAME_PERSON for the printer; REGISTER_OLD; STATE_CONFLICT when the person died or left since,
    or named another 送付先: then it is thrown away and printed anew."""
    require(by, Permission.BENEFITS_PROTECTED_LETTER)
    register, found = fresh.fresh_register(office), reads.one(number)
    case = found.letter.case
    if reads.destination(case.case_number).pk != found.destination_id:
        raise TodokeError(
            ErrorCode.STATE_CONFLICT, detail="送付先が変わりました。廃棄して、印刷し直してください"
        )
    cases = pa.table(
        {
            "case_number": [case.case_number],
            "payee_resident_code": [case.payee_resident_code],
            "protected": [True],
        }
    )
    (now,) = queries.with_payees(cases, register).to_pylist()
    if not now["in_register"] or now["left_on"] or now["left_reason"]:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="亡くなったか、転出しています。廃棄してください")
    _moves(number, ProtectedState.POSTED, by)


def spoil_protected(*, number: int, by: Actor) -> None:
    """It was thrown away; the household waits for the letter again."""
    require(by, Permission.BENEFITS_PROTECTED_LETTER)
    _moves(number, ProtectedState.SPOILED, by)


def _moves(number: int, to: ProtectedState, by: Actor) -> None:
    subject = f"protected letter {number}"
    move(ALIAS, PROTECTED_LETTER, of(PROTECTED_LETTER, [number]), to=to, by=by, subject=subject, persons=1)
