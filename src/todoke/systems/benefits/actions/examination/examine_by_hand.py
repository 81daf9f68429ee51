"""一件ずつの審査: the recommendation of one person who saw the papers, beside what the checks found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.systems.benefits.models import Case, Examination
from todoke.systems.benefits.queries.examination import bank_list, examining
from todoke.systems.benefits.queries.examination.examining import CaseFile
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.systems.benefits.rules.examination import by_hand as hand_examination
from todoke.systems.benefits.rules.examination.by_hand import NotAllowed
from todoke.systems.benefits.rules.examination.findings import ExaminationOutcome

ALIAS = "benefits"
_MOVE = """
UPDATE benefits_case SET state = %(state)s, state_at = %(now)s, state_by = %(by)s WHERE id = %(case)s AND state = 'received'
"""


def examine_by_hand(
    *, case_id: int, application_id: int, outcome: ExaminationOutcome, seen: Sequence[str], checks: Sequence[str], by: Actor
) -> Examination:  # fmt: skip
    """Keep the conclusion about the form `application_id` that the person saw; the checks are made once more.

    Errors: NOT_FOUND; STATE_CONFLICT when the case is not waiting or has another form by now; RECORD_INVALID when the
    findings do not allow the conclusion.
    """
    require(by, Permission.BENEFITS_EXAMINE)
    return Conclusion(case_id, application_id, outcome, seen, checks).keep(by, shielded=False)


@dataclass(frozen=True)
class Conclusion:
    """What a person concluded; kept by whichever action asked for the permission."""

    case_id: int
    application_id: int
    outcome: ExaminationOutcome
    seen: Sequence[str]
    checks: Sequence[str]

    def keep(self, by: Actor, *, shielded: bool) -> Examination:
        """The examination; `shielded`: a 責任職 concludes about a protected household."""
        with transaction.atomic(using=ALIAS):
            case = Case.objects.using(ALIAS).select_for_update().filter(pk=self.case_id).first()
            if case is None:
                raise TodokeError(ErrorCode.NOT_FOUND, what="世帯")
            found = examining.case_file(self.case_id)
            if case.state != CaseState.RECEIVED or found.application_id != self.application_id:
                raise TodokeError(
                    ErrorCode.STATE_CONFLICT, detail="この世帯は審査を待っていないか、様式が替わりました"
                )
            codes = self._codes(found, shielded=shielded)
            now = clock.now()
            made = Examination.objects.using(ALIAS).create(
                application_id=self.application_id, case_id=self.case_id, outcome=self.outcome.value, codes=list(codes),
                round=1 + Examination.objects.using(ALIAS).filter(application_id=self.application_id).count(),
                by_hand=True, checks=sorted(self.checks), decision_run_id=found.run, register_snapshot=found.register,
                bank_list=bank_list.edition(), examined_at=now, examined_by=by.staff_id,
            )  # fmt: skip
            values = {"case": self.case_id, "state": self.outcome.value, "now": now, "by": by.staff_id}
            postgres.execute(ALIAS, _MOVE, values)
            record(
                ALIAS, by=by, verb="benefits:application:examine", subject=f"examination {made.pk} {self.outcome.value}",
                persons=1, about=Person("case_number", case.case_number),
            )  # fmt: skip
        return made

    def _codes(self, found: CaseFile, *, shielded: bool) -> tuple[str, ...]:
        try:
            return hand_examination.codes(
                found=found.outcome, found_codes=found.codes, chosen=self.outcome, seen=self.seen, checks=self.checks,
                proxy=found.form["proxy"], declares=found.form["declares"], shielded=shielded,
            )  # fmt: skip
        except NotAllowed as error:
            raise TodokeError(ErrorCode.RECORD_INVALID, detail=str(error).rstrip("。")) from None
