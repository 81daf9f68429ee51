"""Request files, their questions, and what arrived about them."""

from __future__ import annotations

import pyarrow as pa

from todoke.engine import postgres
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.inquiry import models
from todoke.systems.inquiry.codecs.editions import KNOWN

ALIAS = "inquiry"
_QUESTIONS = """
SELECT q.record_id, s.resident_code AS local_number, s.integrated_number, q.provider
FROM inquiry_query q JOIN inquiry_subject s ON s.id = q.subject_id
WHERE q.request_file_id = %s ORDER BY q.record_id
"""


def request_file(number: int) -> models.RequestFile:
    """A planned file with its order; NOT_FOUND."""
    file = models.RequestFile.objects.using(ALIAS).select_related("order").filter(number=number).first()
    if file is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="照会送付ファイル")
    return file


def questions_of(number: int) -> pa.Table:
    """What the order knows of each question of a file: the columns KNOWN of the editions, by record id."""
    rows = postgres.fetch(ALIAS, _QUESTIONS, [number])
    return pa.table(
        [pa.array(column, pa.string()) for column in (zip(*rows, strict=True) if rows else ((),) * 4)],
        names=list(KNOWN),
    )


def originals_of(record_id: str) -> list[models.ReceivedAnswer]:
    """What arrived about one question, oldest first."""
    return list(models.ReceivedAnswer.objects.using(ALIAS).filter(record_id=record_id).order_by("id"))


def person_of(record_id: str) -> str | None:
    """住基個人コード of the person of a question, while the order is kept."""
    query = models.Query.objects.using(ALIAS).select_related("subject").filter(record_id=record_id).first()
    return query.subject.resident_code if query else None
