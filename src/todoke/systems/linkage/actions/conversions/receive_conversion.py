"""番号変換の依頼ファイルの受付: copied into the protected folder, counted and converted afterwards."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Final

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.linkage.flows import JobState
from todoke.systems.linkage.models import ConversionJob
from todoke.systems.linkage.queries import conversion_files, rights

ALIAS = "linkage"
VERB = "linkage:conversion:receive"
LIFE: Final = timedelta(days=7)
"""How long an answer lies."""


def receive_conversion(*, data: bytes, file_name: str, system: str, duty: str, by: Actor) -> ConversionJob:
    """Take the file on as a job. The same file of the same person that was stopped half-way is taken up again.

    Errors: PURPOSE_MISSING; PERMISSION_DENIED for a system that is not in use or does not work for the duty.
    """
    require(by, Permission.LINKAGE_SYSTEM_CONVERT)
    if not by.purpose.strip():
        raise TodokeError(ErrorCode.PURPOSE_MISSING, permission=Permission.LINKAGE_SYSTEM_CONVERT.value)
    digest, now = hashlib.sha256(data).hexdigest(), clock.now()
    with transaction.atomic(using=ALIAS):
        asker = rights.need_system(system, duty)
        stopped = ConversionJob.objects.using(ALIAS).filter(
            system=asker, duty=duty, file_sha256=digest, requested_by=by.staff_id, state=JobState.RECEIVED
        )
        job = stopped.first() or ConversionJob.objects.using(ALIAS).create(
            job_id=secrets.token_hex(8),
            system=asker,
            duty=duty,
            purpose=by.purpose,
            file_name=file_name,
            file_sha256=digest,
            state=JobState.RECEIVED,
            state_at=now,
            state_by=by.staff_id,
            requested_by=by.staff_id,
            requested_at=now,
            records=max(data.count(b"\n") - 1, 0),
            expires_at=now + LIFE,
        )
        conversion_files.write(conversion_files.asked(job.job_id), data)
        record(ALIAS, by=by, verb=VERB, subject=f"job {job.job_id} {system} {duty} {digest}")
    return job
