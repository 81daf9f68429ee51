"""様式の画像: one side of a sheet, kept encrypted beside the sheet."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.systems.benefits import codecs
from todoke.systems.benefits.models import FormImage
from todoke.systems.benefits.queries.intake import form_entries as reads
from todoke.systems.benefits.rules.intake.pictures import MOST_PAGES

ALIAS = "benefits"
MOST_BYTES = 4 * 2**20


def keep_image(*, paper_id: int, picture: bytes, by: Actor) -> FormImage:
    """Keep one more side of the sheet. Errors: NOT_FOUND for no such sheet; RECORD_INVALID for what is no PNG or JPEG,
    more than 4 MiB, or one side too many."""
    require(by, Permission.BENEFITS_RECEIVE)
    media_type = codecs.media_type(picture)
    if not media_type or len(picture) > MOST_BYTES:
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="画像は4MBまでのPNGかJPEGです")
    with transaction.atomic(using=ALIAS):
        sheet = reads.locked(paper_id)
        last = FormImage.objects.using(ALIAS).filter(paper_id=paper_id).aggregate(last=Max("page"))["last"]
        page = 1 + (last or 0)
        if page > MOST_PAGES:
            raise TodokeError(ErrorCode.RECORD_INVALID, detail=f"1枚の様式の画像は{MOST_PAGES}面までです")
        sealed = codecs.seal_image(picture, codecs.bound(paper_id, page))
        made = FormImage.objects.using(ALIAS).create(
            paper_id=paper_id, page=page, media_type=media_type, key_id=sealed.key_id, sha256=sealed.sha256,
            sealed=sealed.sealed, added_at=clock.now(), added_by=by.staff_id,
        )  # fmt: skip
        record(
            ALIAS, by=by, verb="benefits:form:picture", subject=f"paper {paper_id} page {page}", persons=1,
            about=Person("case_number", sheet.case_number),
        )  # fmt: skip
    return made
