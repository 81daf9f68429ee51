"""回答原本の閲覧: one answer as it arrived, for a dispute; the purpose is told before, and the look is logged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.systems.inquiry import codecs, queries
from todoke.systems.inquiry.codecs import originals
from todoke.systems.inquiry.models import ReceivedAnswer
from todoke.systems.inquiry.rules import answer_statuses

ALIAS = "inquiry"


@dataclass(frozen=True, kw_only=True)
class Original:
    """One arrival, opened: where it came from, both statuses and every item in words, the bytes."""

    record_id: str
    provider: str
    source: str
    received_at: datetime
    detail: str
    detail_message: str
    information: str
    information_message: str
    items: list[tuple[str, str]]
    sha256: str
    raw: bytes

    @property
    def text(self) -> str:
        """The bytes as text; what is none is shown as hex."""
        return originals.text_of(self.raw)


def read_original(*, record_id: str, by: Actor) -> list[Original]:
    """Everything that arrived about one question, oldest first.

    Errors: PURPOSE_MISSING, NOT_FOUND; INPUT_CHANGED when an original was altered.
    """
    require(by, Permission.INQUIRY_ORIGINAL)
    if not by.purpose:
        raise TodokeError(ErrorCode.PURPOSE_MISSING, permission=Permission.INQUIRY_ORIGINAL.value)
    rows = queries.originals_of(record_id)
    if not rows:
        raise TodokeError(ErrorCode.NOT_FOUND, what="回答の原本")
    resident_code = queries.person_of(record_id)
    about = Person("resident_code", resident_code) if resident_code else None
    with transaction.atomic(using=ALIAS):
        record(
            ALIAS,
            by=by,
            verb=Permission.INQUIRY_ORIGINAL.value,
            subject=f"record {record_id}",
            persons=1,
            about=about,
        )
    return [_opened(row) for row in rows]


def _opened(row: ReceivedAnswer) -> Original:
    binding = originals.binding(row.order_id, row.file_number, row.record_id)
    raw = codecs.open_original(bytes(row.sealed), key_id=row.key_id, binding=binding, sha256=row.sha256)
    return Original(
        record_id=row.record_id,
        provider=row.provider,
        source=row.get_source_display(),
        received_at=row.received_at,
        detail=answer_statuses.detail_words(row.detail_status),
        detail_message=row.detail_message or "",
        information=answer_statuses.information_words(row.information_status),
        information_message=row.information_message or "",
        items=originals.items_of(raw),
        sha256=row.sha256,
        raw=raw,
    )
