"""避難者の審査: a 責任職 looks at the papers of a protected household, which no job and no clerk passes."""

from __future__ import annotations

from collections.abc import Sequence

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits.actions.examination.examine_by_hand import Conclusion
from todoke.systems.benefits.models import Examination
from todoke.systems.benefits.queries.examination import examining
from todoke.systems.benefits.rules.examination.findings import ExaminationOutcome


def examine_protected(
    *, case_id: int, application_id: int, outcome: ExaminationOutcome, seen: Sequence[str], checks: Sequence[str], by: Actor
) -> Examination:  # fmt: skip
    """Keep the conclusion about a protected household's form; another person approves it.

    Errors: those of examine_by_hand; STATE_CONFLICT for a household that nothing protects.
    """
    require(by, Permission.BENEFITS_PROTECTION_EXAMINE)
    if not examining.case_file(case_id).form["protected"]:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="支援措置の対象でない世帯です。担当が審査します")
    return Conclusion(case_id, application_id, outcome, seen, checks).keep(by, shielded=True)
