"""照会結果ファイルの取込: a reply file to one request file of an edition that is answered by file."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.inquiry import codecs, queries
from todoke.systems.inquiry.actions.keep_answers import keep_answers
from todoke.systems.inquiry.models import ReceivedAnswer

ALIAS = "inquiry"


def take_reply(*, number: int, path: Path, by: Actor) -> int:
    """Take in a reply whole; returns how many questions changed. The same file again changes nothing.

    Raises NOT_FOUND, INPUT_MISSING, and InputRefused for a line that is no answer to a question of the request file.
    """
    require(by, Permission.INQUIRY_OPERATE)
    if not path.is_file():
        raise TodokeError(ErrorCode.INPUT_MISSING, file=path.name)
    file = queries.request_file(number)
    made = codecs.edition(file.layout)
    known = queries.questions_of(number)
    arrived = codecs.of_reply_file(made, path.read_bytes(), known=known, file=path.name)
    with transaction.atomic(using=ALIAS):
        changed = keep_answers(file=file, arrived=arrived, source=ReceivedAnswer.Source.FILE, by=by)
        record(ALIAS, by=by, verb="inquiry:reply:take", subject=f"request {number}", persons=changed)
    return changed
