"""他市転入者出力レコードの作成: one record for every person who was to be asked about, whatever came of it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.db import transaction
from django.db.models import Max, Min

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.systems.inquiry import codecs, queries
from todoke.systems.inquiry.models import AnswerFile

ALIAS = "inquiry"
RECORDS_PER_FILE = 10_000


def write_answers(*, order_id: str, out: Path, by: Actor) -> list[AnswerFile]:
    """Write the answers of an order into `out`/answers as they stand now, as a new edition if anything changed.

    Files of an edition appear together with its rows: until then they end in `.part`.
    """
    require(by, Permission.INQUIRY_OPERATE)
    newest = queries.newest_answer_files(order_id)
    edition = newest[0].edition + 1 if newest else 1
    drafted = _draft(order_id, out / "answers", edition, by)
    if [file.sha256 for file in drafted] == [file.sha256 for file in newest]:
        _restore(drafted, newest)
        return newest
    with transaction.atomic(using=ALIAS):
        AnswerFile.objects.using(ALIAS).bulk_create(drafted)
        persons = sum(file.records for file in drafted)
        subject = f"order {order_id} edition {edition}"
        record(ALIAS, by=by, verb="inquiry:answer:write", subject=subject, persons=persons)
        for file in drafted:
            _part(file).replace(file.path)
    return drafted


def _draft(order_id: str, folder: Path, edition: int, by: Actor) -> list[AnswerFile]:
    """The files of the edition, written beside their names."""
    folder.mkdir(parents=True, exist_ok=True)
    drafted: list[AnswerFile] = []
    number, position = _first_number(order_id), 0
    while True:
        table, position = queries.answer_rows(order_id, after=position, limit=RECORDS_PER_FILE)
        if not table.num_rows:
            return drafted
        data = codecs.answer_bytes(table)
        suffix = f"-{edition}" if edition > 1 else ""
        file = AnswerFile(
            order_id=order_id,
            edition=edition,
            number=number,
            path=str(folder / f"answer-{number:04d}{suffix}.dat"),
            sha256=hashlib.sha256(data).hexdigest(),
            records=table.num_rows,
            written_at=clock.now(),
            written_by=by.staff_id,
        )
        _part(file).write_bytes(data)
        drafted.append(file)
        number += 1


def _first_number(order_id: str) -> int:
    """Editions of an order share their numbers; a new order continues after all others."""
    files = AnswerFile.objects.using(ALIAS)
    mine = files.filter(order_id=order_id).aggregate(first=Min("number"))["first"]
    return mine or (files.aggregate(last=Max("number"))["last"] or 0) + 1


def _restore(drafted: list[AnswerFile], newest: list[AnswerFile]) -> None:
    """Nothing changed: files that were lost come back, the drafts go."""
    for draft, file in zip(drafted, newest, strict=True):
        if Path(file.path).is_file():
            _part(draft).unlink()
        else:
            Path(file.path).parent.mkdir(parents=True, exist_ok=True)
            _part(draft).replace(file.path)


def _part(file: AnswerFile) -> Path:
    return Path(f"{file.path}.part")
