"""刷り直し: one letter as it was printed, cut out of its file; only as long as the letters have not been posted."""

from __future__ import annotations

import tempfile
from hashlib import sha256
from pathlib import Path

import typst
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.systems.benefits.models import Letter, Mailing, MailingFile, Reprint
from todoke.systems.benefits.rules.letters.mailing_state import MailingState

ALIAS = "benefits"


def reprint_letter(*, mailing_id: int, case_number: str, reason: str, by: Actor) -> bytes:
    """The pages of the letter to that case in that mailing, as a PDF.

    Errors: RECORD_INVALID without a reason; NOT_FOUND where the mailing holds none; STATE_CONFLICT once it was posted, and for
    somebody who is protected by now; INPUT_MISSING, INPUT_CHANGED where the file no longer lies there as it was recorded.
    """
    require(by, Permission.BENEFITS_PRINT)
    if not reason.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="理由がありません")
    letter = _letter(mailing_id, case_number)
    if letter.case.protected:
        raise TodokeError(
            ErrorCode.STATE_CONFLICT, detail="この手紙は刷り直せません。束から抜き取ってください"
        )
    document = _cut(letter)
    with transaction.atomic(using=ALIAS):
        mailing = Mailing.objects.using(ALIAS).select_for_update().get(pk=mailing_id)
        if mailing.state == MailingState.DISPATCHED:
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail="発送は確認済みです")
        last = Reprint.objects.using(ALIAS).filter(letter=letter).order_by("-number").first()
        made = Reprint.objects.using(ALIAS).create(
            letter=letter, number=last.number + 1 if last else 1, reason=reason.strip(), printed_at=clock.now(),
            printed_by=by.staff_id,
        )  # fmt: skip
        about, verb = Person("case_number", case_number), "benefits:letter:reprint"
        subject = f"letter {letter.pk} reprint {made.number}"
        record(ALIAS, by=by, verb=verb, subject=subject, persons=1, about=about)
    return document


def _letter(mailing_id: int, case_number: str) -> Letter:
    files = MailingFile.objects.using(ALIAS).filter(mailing=mailing_id).values("file")
    rows = Letter.objects.using(ALIAS).select_related("file", "case").filter(file__in=files)
    found = rows.filter(case__case_number=case_number).order_by("-number").first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="この発送の中の、その世帯の手紙")
    return found


def _cut(letter: Letter) -> bytes:
    """Its pages, laid one by one on new sheets: what was printed is not written anew."""
    file, each = letter.file, letter.file.sheets_each
    path = Path(file.folder) / file.name
    if not file.folder or not path.is_file():
        raise TodokeError(ErrorCode.INPUT_MISSING, file=file.name)
    data = path.read_bytes()
    if sha256(data).hexdigest() != file.sha256:
        raise TodokeError(ErrorCode.INPUT_CHANGED, file=file.name)
    first = (letter.position - 1) * each + 1
    pages = "".join(
        f'#page(image("all.pdf", page: {number}, width: 210mm))' for number in range(first, first + each)
    )
    with tempfile.TemporaryDirectory(prefix="todoke-reprint-") as place:
        (Path(place) / "all.pdf").write_bytes(data)
        source = Path(place) / "one.typ"
        source.write_text(
            f'#set page(paper: "a4", margin: 0mm)\n#set document(date: none)\n{pages}', encoding="utf-8"
        )
        return bytes(typst.compile(str(source), format="pdf", pdf_tags=False))
