"""番号変換の中断: a job that could not be done for another reason than its file."""

from __future__ import annotations

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel.errors import ErrorCode
from todoke.systems.linkage.flows import CONVERSION_JOB, JobState
from todoke.systems.linkage.queries import conversion_files
from todoke.workflow.runner import move, of

ALIAS = "linkage"


def fail_conversion(*, job_id: str, error: ErrorCode, by: Actor) -> None:
    """End a received job with the name of what stopped it; its file goes. STATE_CONFLICT when it has ended."""
    require(by, Permission.LINKAGE_SYSTEM_CONVERT)
    rows, subject = of(CONVERSION_JOB, [job_id]), f"job {job_id} {JobState.FAILED} {error.name}"
    with transaction.atomic(using=ALIAS):
        why = {"error": error.name}
        move(ALIAS, CONVERSION_JOB, rows, to=JobState.FAILED, by=by, subject=subject, persons=0, also=why)
        conversion_files.asked(job_id).unlink(missing_ok=True)
