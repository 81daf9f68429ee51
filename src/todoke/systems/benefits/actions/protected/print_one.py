"""個別の印刷: one letter to a protected person, to the newest 送付先, checked against the newest register as it is printed.

The file is handed to the officer and kept nowhere: the printer, the mailings and their lists never see it.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.residents import SnapshotRef
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.systems.benefits import queries
from todoke.systems.benefits.flows import CASE
from todoke.systems.benefits.models import Case, Destination, Letter, LetterFile, ProtectedLetter
from todoke.systems.benefits.queries.letters import fresh, print_candidates
from todoke.systems.benefits.queries.letters import protected_letters as reads
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.systems.benefits.rules.deciding.push import Route
from todoke.systems.benefits.rules.letters import deficiency, protected_letter
from todoke.systems.benefits.rules.letters import kind as letter_kind
from todoke.systems.benefits.rules.letters.kind import LetterKind
from todoke.systems.benefits.rules.letters.protected_letter import ProtectedState
from todoke.systems.benefits.rules.payments.office import PayingOffice
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.web.letters import composing, typesetting
from todoke.systems.benefits.web.letters.composing import PrintJob
from todoke.workflow.runner import move, of

pc: Any = pyarrow.compute
ALIAS = "benefits"
_WHY = {
    "not_eligible": "最新の判定で支給対象ではありません", "died": "亡くなっています", "moved_out": "転出しています",
    "unknown": "最新の住民記録にありません", "too_long": "氏名または送付先が封筒の窓に入りません",
    "undrawable": "書体にない文字があります",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class PrintedOne:
    """The PDF, and the number of the letter."""

    letter_id: int
    document: bytes


def print_protected(
    *, programme: Programme, office: PayingOffice, case_number: str, kind: LetterKind, reason: str, by: Actor
) -> PrintedOne:
    """Print the letter that this household waits for.

    Errors: RECORD_INVALID without a reason; REGISTER_OLD; NOT_FOUND unless the household is protected, waits for such a letter and
    has a 送付先; SAME_PERSON for whoever noted the 送付先; STATE_CONFLICT where the register of the day forbids it.
    """
    require(by, Permission.BENEFITS_PROTECTED_LETTER)
    if not reason.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="理由がありません")
    register = fresh.fresh_register(office)
    case, where = reads.protected_case(case_number), reads.destination(case_number)
    if where.noted_by == by.staff_id:
        raise TodokeError(ErrorCode.SAME_PERSON, count=1)
    letters = reads.letters_of(case)
    job = PrintJob(
        programme=programme, office=office, register=register, out=Path(), kind=kind, day=clock.today(), by=by
    )  # fmt: skip
    row = _row(job, case, where, register)
    document = _typeset(job, case, row)
    return PrintedOne(
        letter_id=_keep(job, case, where, document, letters=letters, reason=reason.strip()), document=document
    )


def _row(job: PrintJob, case: Case, where: Destination, register: SnapshotRef) -> dict[str, Any]:
    """What the letter says, with the 送付先 in the window."""
    found = print_candidates.waiting_cases(job.programme, register, job.kind, job.office)
    found = found.filter(pc.equal(found["case_id"], case.pk))
    if not found.num_rows:
        raise TodokeError(ErrorCode.NOT_FOUND, what="この世帯が待っている、その種類の手紙")
    (row,) = found.to_pylist()
    refusal = protected_letter.refusal(
        fled=reads.fled(case.payee_resident_code), address=where.address, registered=row["address"] or ""
    )
    if refusal:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=refusal)
    named = {"protected": False, "address": where.address, "postal_code": where.postal_code}
    found = pa.Table.from_pylist([{**row, **named}], schema=found.schema)
    (row,) = print_candidates.sorted_out(found).to_pylist()
    if row["exclusion"]:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=_WHY[row["exclusion"]])
    return dict(row)


def _typeset(job: PrintJob, case: Case, row: dict[str, Any]) -> bytes:
    route = _route(job, case)
    accounts = queries.known_accounts(job.programme.code, CaseState(case.state))
    with tempfile.TemporaryDirectory(prefix="todoke-letter-") as folder:
        typesetting.prepare(Path(folder), composing.common(job, route))
        (document,) = typesetting.typeset([composing.letter(job, row, accounts)], Path(folder))
    return document


def _route(job: PrintJob, case: Case) -> Route | None:
    return Route(case.route) if job.kind in letter_kind.ROUTED else None


def _keep(
    job: PrintJob, case: Case, where: Destination, document: bytes, *, letters: int, reason: str
) -> int:
    """File, letter, who and why, and the state of the case, in one transaction; a second one at the same time is refused."""
    now, route = clock.now(), _route(job, case)
    answer = deficiency.answer_until(job.day) if job.kind in letter_kind.ANSWERED else None
    with transaction.atomic(using=ALIAS):
        Case.objects.using(ALIAS).select_for_update().get(pk=case.pk)
        if reads.letters_of(case) != letters or reads.destination(case.case_number).pk != where.pk:
            raise TodokeError(
                ErrorCode.STATE_CONFLICT, detail="同じ世帯の手紙または送付先が、いま変わりました"
            )
        file = LetterFile.objects.using(ALIAS).create(
            programme_id=job.programme.code, number=print_candidates.next_file(job.programme), kind=job.kind.value,
            route=route.value if route else "", name="", sha256=sha256(document).hexdigest(), cases=1,
            sheets_each=letter_kind.SHEETS[job.kind], register_snapshot=job.register.snapshot_id, apart=True,
            printed_at=now, printed_by=job.by.staff_id,
        )  # fmt: skip
        made = Letter.objects.using(ALIAS).create(
            case=case, number=letters + 1, file=file, position=1, opt_out_until=job.opt_out_until(route), answer_until=answer
        )  # fmt: skip
        ProtectedLetter.objects.using(ALIAS).create(
            letter=made, destination=where, noted_by=where.noted_by, reason=reason, state=ProtectedState.PRINTED, state_at=now,
            state_by=job.by.staff_id, printed_at=now, printed_by=job.by.staff_id,
        )  # fmt: skip
        subject = f"letter {made.pk}"
        if job.kind is LetterKind.FORMS:
            move(
                ALIAS, CASE, of(CASE, [case.pk]), to=CaseState.PRINTED, by=job.by, subject=subject, persons=1
            )
        about, verb = Person("case_number", case.case_number), "benefits:protected_letter:print"
        record(ALIAS, by=job.by, verb=verb, subject=subject, persons=1, about=about, detail=reason)
    return made.pk
