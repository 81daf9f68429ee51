"""期限の過ぎた番号変換の回答の削除."""

from __future__ import annotations

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.systems.linkage.flows import CONVERSION_JOB, JobState
from todoke.systems.linkage.models import ConversionJob
from todoke.systems.linkage.queries import conversion_files
from todoke.workflow.runner import move, of

ALIAS = "linkage"


def reap_conversions(*, by: Actor) -> int:
    """Delete the answers whose time is over; returns how many. Stopped in between, it is done again."""
    require(by, Permission.PRIVACY_REAP)
    over = ConversionJob.objects.using(ALIAS).filter(state=JobState.DONE, expires_at__lte=clock.now())
    with transaction.atomic(using=ALIAS):
        jobs = list(over.select_for_update().values_list("job_id", flat=True))
        for job_id in jobs:
            conversion_files.answer(job_id).unlink(missing_ok=True)
        if jobs:
            rows, subject = of(CONVERSION_JOB, jobs), f"conversions reaped:{len(jobs)}"
            gone = {"answer_path": ""}
            move(
                ALIAS, CONVERSION_JOB, rows, to=JobState.REAPED, by=by, subject=subject, persons=0, also=gone
            )
    return len(jobs)
