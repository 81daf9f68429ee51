"""交付: the paper of a decided disclosure, made from what the systems say at that moment, and handed to whoever proved who they are."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from pypdf import PdfReader

from todoke.access import directory
from todoke.access.permissions import Actor, Permission, require
from todoke.assurance.disclosure import papers, queries
from todoke.assurance.disclosure.actions.gather import gather
from todoke.assurance.disclosure.actions.receive_request import lacking_of
from todoke.assurance.disclosure.flows import REQUEST, RequestState
from todoke.assurance.disclosure.models import Measure, Request
from todoke.assurance.disclosure.on_person import person_of
from todoke.assurance.disclosure.rules.identity import Document, Route
from todoke.assurance.disclosure.rules.kinds import GIVING, Kind, Outcome, fee
from todoke.assurance.disclosure.rules.offices import OFFICES
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.workflow.runner import move, of

_PRINTED: Final = "disclosure:request:print"


@dataclass(frozen=True, kw_only=True)
class Handing:
    """To whom, which papers were seen again, whether the fee is waived."""

    handed_to: str
    documents: Collection[Document]
    fee_exempt: bool


def hand_over(*, number: int, handing: Handing, by: Actor) -> bytes:
    """The PDF, once: it is not kept, but for its SHA-256. Protection and nondisclosure are asked for anew.

    Errors: STATE_CONFLICT unless it was decided, or without papers that prove the identity; those of `gather`.
    """
    found = queries.locked(number)
    require(by, Permission.DISCLOSURE_HAND_OVER, ward=OFFICES[found.office].ward)
    _check(found, handing)
    document = papers.disclosed(gather(number=number, by=by))
    pages, digest = len(PdfReader(io.BytesIO(document)).pages), hashlib.sha256(document).hexdigest()
    alias = directory.alias()
    with transaction.atomic(using=alias):
        also = {
            "handed_to": handing.handed_to, "handed_documents": sorted(handing.documents), "pages": pages,
            "fee_exempt": handing.fee_exempt, "fee_yen": fee(pages, exempt=handing.fee_exempt), "paper_sha256": digest,
        }  # fmt: skip
        rows, here, about = of(REQUEST, [number]), by.at(ward=OFFICES[found.office].ward), person_of(found)
        move(alias, REQUEST, rows, to=RequestState.EXECUTED, by=here, persons=1, about=about, also=also)
        subject = f"request:{number} pages:{pages} sha256:{digest}"
        record(alias, by=by, verb=_PRINTED, subject=subject, persons=1, about=about)
    return document


def close(*, number: int, by: Actor) -> None:
    """実施の完了: of a correction or suspension whose measures are recorded, or of a decision by which nothing is given."""
    found = queries.locked(number)
    require(by, Permission.DISCLOSURE_CARRY_OUT, ward=OFFICES[found.office].ward)
    alias = directory.alias()
    with transaction.atomic(using=alias):
        giving = found.outcome and Outcome(found.outcome) in GIVING
        if giving and found.kind == Kind.DISCLOSURE:
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail="開示する請求は、書面の交付で終わります")
        if giving and not Measure.objects.using(alias).filter(request_id=number).exists():
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail="実施した措置が記録されていません")
        rows, here, about = of(REQUEST, [number]), by.at(ward=OFFICES[found.office].ward), person_of(found)
        move(alias, REQUEST, rows, to=RequestState.EXECUTED, by=here, persons=1, about=about)


def _check(found: Request, handing: Handing) -> None:
    if (
        found.kind != Kind.DISCLOSURE
        or found.state != RequestState.DECIDED
        or Outcome(found.outcome) not in GIVING
    ):
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="開示の決定がされた請求ではありません")
    if missing := lacking_of(found, Route(found.route), handing.documents):
        raise TodokeError(
            ErrorCode.STATE_CONFLICT, detail=f"本人確認の書類が足りません（{'、'.join(missing)}）"
        )
