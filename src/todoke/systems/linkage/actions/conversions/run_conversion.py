"""番号変換の実行: one file of numbers, refused whole or answered whole."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final

import numpy as np
import pyarrow as pa
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, InputRefused, TodokeError
from todoke.records.ragged import pc
from todoke.systems.linkage import codecs
from todoke.systems.linkage.actions.conversions.convert_for_system import convert_for_system
from todoke.systems.linkage.actions.conversions.receive_conversion import LIFE
from todoke.systems.linkage.flows import CONVERSION_JOB, JobState
from todoke.systems.linkage.models import ConversionCount, ConversionFault, ConversionJob, ConversionProgress
from todoke.systems.linkage.queries import conversion_files
from todoke.workflow.runner import move, of

ALIAS = "linkage"
_BY_OUTCOME = ("direction", "local_system", "refusal")


BLOCK: Final = 20_000
"""Records converted in one transaction; after each the screen shows how many are done."""


def run_conversion(
    *, job_id: str, by: Actor, told: Callable[[int], object] = lambda _: None
) -> ConversionJob:
    """Convert a received file and write its answer; the job ends as done or, with every bad row kept, as refused.

    Block by block, each with the rights of its moment and logged with its count; `told` hears of each. The answer is whole and under its name before the transaction that says so commits: a run that is stopped is
    simply run again. Errors: InputRefused; INPUT_CHANGED when the file is not the one that was received;
    STATE_CONFLICT for a job that has ended.
    """
    require(by, Permission.LINKAGE_SYSTEM_CONVERT)
    job = ConversionJob.objects.using(ALIAS).filter(job_id=job_id, state=JobState.RECEIVED).first()
    if job is None:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="この番号変換は受付中ではありません")
    source = conversion_files.asked(job_id)
    if not source.is_file() or hashlib.sha256(source.read_bytes()).hexdigest() != job.file_sha256:
        raise TodokeError(ErrorCode.INPUT_CHANGED, file=job.file_name)
    try:
        asked = codecs.read_conversions(source)
    except InputRefused as refused:
        _refuse(job, refused, by)
        raise InputRefused(job.file_name, refused.rows) from None
    answers = _converted(job, asked, by, told)
    with transaction.atomic(using=ALIAS):
        digest = conversion_files.write(conversion_files.answer(job_id), _csv(answers))
        _count(job, asked, answers)
        _end(
            job,
            JobState.DONE,
            by,
            answer_path=str(conversion_files.answer(job_id)),
            answer_sha256=digest,
            expires_at=clock.now() + LIFE,
        )
    source.unlink(missing_ok=True)
    job.refresh_from_db(using=ALIAS)
    return job


def _converted(job: ConversionJob, asked: pa.Table, by: Actor, told: Callable[[int], object]) -> pa.Table:
    answers = []
    for begin in range(0, max(asked.num_rows, 1), BLOCK):
        block = asked.slice(begin, BLOCK)
        with transaction.atomic(using=ALIAS):
            answers.append(convert_for_system(system=job.system_id, duty=job.duty, asked=block, by=by))
            done = {"processed": begin + block.num_rows}
            ConversionProgress.objects.using(ALIAS).update_or_create(job=job, defaults=done)
        told(block.num_rows)
    return pa.concat_tables(answers).combine_chunks()


def _refuse(job: ConversionJob, refused: InputRefused, by: Actor) -> None:
    with transaction.atomic(using=ALIAS):
        ConversionFault.objects.using(ALIAS).bulk_create(
            ConversionFault(job=job, row=bad.row, column=bad.column, rule=bad.rule) for bad in refused.rows
        )
        _end(job, JobState.REFUSED, by)
    conversion_files.asked(job.job_id).unlink(missing_ok=True)


def _count(job: ConversionJob, asked: pa.Table, answers: pa.Table) -> None:
    outcomes = asked.select(["direction", "local_system"]).append_column("refusal", answers["refusal"])
    ConversionCount.objects.using(ALIAS).bulk_create(
        ConversionCount(
            job=job,
            direction=row["direction"],
            local_system=row["local_system"],
            word=row["refusal"],
            records=row["refusal_count"],
        )
        for row in outcomes.group_by(list(_BY_OUTCOME)).aggregate([("refusal", "count")]).to_pylist()
    )


def _end(job: ConversionJob, to: JobState, by: Actor, **also: object) -> None:
    subject = f"job {job.job_id} {to} {also.get('answer_sha256', '')}".rstrip()
    move(
        ALIAS,
        CONVERSION_JOB,
        of(CONVERSION_JOB, [job.job_id]),
        to=to,
        by=by,
        subject=subject,
        persons=0,
        also=also,
    )


def _csv(answers: pa.Table) -> bytes:
    """As `number_conversion.ANSWER`: numbers and words hold nothing that would need quotes."""
    rows = pa.array(np.arange(1, answers.num_rows + 1)).cast(pa.string())
    lines = pc.binary_join_element_wise(
        rows, pc.fill_null(answers["answer"].combine_chunks(), ""), answers["refusal"].combine_chunks(), ","
    )
    return "\n".join(["row,answer,refusal", *lines.to_pylist(), ""]).encode()
