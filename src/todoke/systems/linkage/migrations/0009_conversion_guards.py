"""An allowed conversion counts only after a second person; rights and jobs move forward and never change otherwise."""

from typing import ClassVar

from django.db import migrations

from todoke.oplog.forward_only import forward_only
from todoke.workflow.guards import Act, distinct_persons, state_starts

_RIGHT_STEPS = {"declared": ("confirmed", "ended"), "confirmed": ("ended",)}
_JOB_STEPS = {"received": ("done", "refused", "failed"), "done": ("reaped",)}
_CONFIRMED = Act(
    before="declared", after="confirmed", act="confirmed_by", unlike=("declared_by",), approvals=1
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("linkage", "0008_conversions")]
    operations: ClassVar = [
        forward_only(
            "linkage_conversionright",
            state="state",
            time="state_at",
            steps=_RIGHT_STEPS,
            also=("state_by", "confirmed_by", "confirmed_at"),
        ),
        state_starts("linkage_conversionright", ("declared",)),
        distinct_persons("linkage_conversionright", [_CONFIRMED]),
        forward_only(
            "linkage_conversionjob",
            state="state",
            time="state_at",
            steps=_JOB_STEPS,
            also=("state_by", "error", "answer_path", "answer_sha256", "expires_at"),
        ),
        state_starts("linkage_conversionjob", ("received",)),
    ]
