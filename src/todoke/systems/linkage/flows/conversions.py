"""The states of an allowed conversion of numbers, and of a file of numbers to be converted."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices

from todoke.access.permissions import Permission
from todoke.workflow.flow import Flow, Step, along


class RightState(TextChoices):
    """An allowed conversion: counts only while confirmed."""

    DECLARED = "declared", "申請（確認待ち）"
    CONFIRMED = "confirmed", "有効"
    ENDED = "ended", "終了"


CONVERSION_RIGHT: Final = Flow(
    name="linkage_conversion_right",
    title="番号変換の許可",
    table="linkage_conversionright",
    states=RightState,
    starts=(RightState.DECLARED,),
    ends=(RightState.ENDED,),
    steps=(
        Step(
            before=RightState.DECLARED,
            after=RightState.CONFIRMED,
            permissions=(Permission.LINKAGE_RIGHT_CONFIRM,),
            act="confirmed_by",
            unlike=("declared_by",),
            approvals=1,
        ),
        *along(
            {RightState.DECLARED: (RightState.ENDED,), RightState.CONFIRMED: (RightState.ENDED,)},
            Permission.LINKAGE_RIGHT_DECLARE,
            Permission.LINKAGE_RIGHT_CONFIRM,
        ),
    ),
)


class JobState(TextChoices):
    """A file of numbers to be converted."""

    RECEIVED = "received", "受付（変換中）"
    DONE = "done", "変換済"
    REFUSED = "refused", "不受理"
    FAILED = "failed", "中断"
    REAPED = "reaped", "期限により削除済"


CONVERSION_JOB: Final = Flow(
    name="linkage_conversion_job",
    title="番号変換の処理",
    table="linkage_conversionjob",
    states=JobState,
    starts=(JobState.RECEIVED,),
    ends=(JobState.REAPED, JobState.REFUSED, JobState.FAILED),
    key="job_id",
    steps=(
        *along(
            {JobState.RECEIVED: (JobState.DONE, JobState.REFUSED, JobState.FAILED)},
            Permission.LINKAGE_SYSTEM_CONVERT,
        ),
        Step(before=JobState.DONE, after=JobState.REAPED, permissions=(Permission.PRIVACY_REAP,)),
    ),
)
