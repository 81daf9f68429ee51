"""番号変換の回答の出力: the file leaves to somebody who says for what, and it is logged with the number of records."""

from __future__ import annotations

import hashlib

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.linkage.flows import JobState
from todoke.systems.linkage.models import ConversionJob
from todoke.systems.linkage.queries import conversion_files

ALIAS = "linkage"
VERB = Permission.LINKAGE_CONVERSION_DOWNLOAD.value


def hand_out_conversion(*, job_id: str, by: Actor) -> bytes:
    """The answer of a job. Errors: PURPOSE_MISSING; NOT_FOUND when it is not there or its time is over; INPUT_CHANGED."""
    require(by, Permission.LINKAGE_CONVERSION_DOWNLOAD)
    if not by.purpose.strip():
        raise TodokeError(ErrorCode.PURPOSE_MISSING, permission=VERB)
    with transaction.atomic(using=ALIAS):
        done = ConversionJob.objects.using(ALIAS).filter(job_id=job_id, state=JobState.DONE)
        job = done.filter(expires_at__gt=clock.now()).first()
        if job is None:
            raise TodokeError(ErrorCode.NOT_FOUND, what="番号変換の回答ファイル")
        data = conversion_files.answer(job_id).read_bytes()
        if hashlib.sha256(data).hexdigest() != job.answer_sha256:
            raise TodokeError(ErrorCode.INPUT_CHANGED, file=job.file_name)
        record(ALIAS, by=by, verb=VERB, subject=f"job {job_id} {job.answer_sha256}", persons=job.records)
    return data
