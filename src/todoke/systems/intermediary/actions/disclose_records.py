"""情報提供等記録の開示 to the person, in print: what is not withheld, oldest first, nothing that tells of the rest."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.information import Outcome
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record, record_many
from todoke.pages import typeface
from todoke.systems.intermediary import needs
from todoke.systems.intermediary.queries import records
from todoke.systems.intermediary.queries.records import Record, Sought
from todoke.systems.intermediary.rules import asking, wording
from todoke.systems.intermediary.web.letters import disclosure
from todoke.systems.intermediary.web.letters.disclosure import Entry, Paper

_OPEN = (Outcome.ASKED, Outcome.HELD)
_VERB = Permission.INTERMEDIARY_RECORD_DISCLOSE.value


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request for disclosure (開示請求). `persons`: the 統合番号 of the one person, former ones too; `name` may be empty."""

    number: str
    requested_on: date
    persons: Sequence[str]
    name: str
    office: str
    since: date | None
    until: date


def disclose_records(*, alias: str, request: Request, by: Actor) -> bytes:
    """The PDF. The log keeps the request's number, how many records it shows and the SHA-256 of the file.

    Errors: PURPOSE_MISSING, NUMBER_INVALID, RECORD_INVALID (no person, or a character that cannot be printed),
    STATE_CONFLICT while a judgement on one of the person's records waits for its second officer.
    """
    require(by, Permission.INTERMEDIARY_RECORD_DISCLOSE, municipality=needs.municipality_of(alias))
    asking.need_purpose(by.purpose, _VERB)
    asking.check_numbers(request.persons)
    _check(request)
    with transaction.atomic(using=alias):
        sought = Sought(persons=request.persons, since=request.since, until=request.until)
        found = records.records(alias, sought, limit=None)
        if any(row.proposal is not None for row in found):
            raise TodokeError(
                ErrorCode.STATE_CONFLICT,
                detail="確認を待つ不開示の判断があります。確認または取下げの後に印刷してください",
            )
        shown = [row for row in reversed(found) if not row.withheld]
        document = disclosure.typeset(_paper(alias, request, shown))
        subject = (
            f"request:{request.number} records:{len(shown)} sha256:{hashlib.sha256(document).hexdigest()}"
        )
        record(alias, by=by, verb=_VERB, subject=subject, persons=1)
        about = [Person("integrated_number", person) for person in sorted(set(request.persons))]
        record_many(alias, by=by, verb=_VERB, subject=f"request:{request.number}", about=about)
    return document


def _check(request: Request) -> None:
    if not request.persons:
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="統合番号がありません")
    printed = {"氏名": request.name, "請求番号": request.number, "発行する課": request.office}
    bad = typeface.undrawable(list(printed.values()))
    if bad.any():
        names = "、".join(name for name, wrong in zip(printed, bad, strict=True) if wrong)
        raise TodokeError(ErrorCode.RECORD_INVALID, detail=f"{names}に印刷できない文字があります")


def _paper(alias: str, request: Request, shown: Sequence[Record]) -> Paper:
    since = clock.wareki(request.since) if request.since else "記録の初め"
    return Paper(
        request_number=request.number,
        requested_on=clock.wareki(request.requested_on),
        issued_on=clock.wareki(clock.today()),
        municipality=wording.organisation(needs.organisation_of(alias)),
        office=request.office,
        name=request.name,
        period=f"{since}から{clock.wareki(request.until)}まで",
        entries=[_entry(row) for row in shown],
    )


def _entry(row: Record) -> Entry:
    return Entry(
        inquirer=wording.organisation(row.inquirer),
        provider=wording.organisation(row.provider),
        asked_at=_when(row.requested_at),
        duty=wording.duty(row.duty),
        procedure=wording.procedure(row.procedure),
        information=wording.information(row.information_code),
        answer=wording.answer(row.outcome),
        answered_at="" if row.outcome in _OPEN or row.provided_at is None else _when(row.provided_at),
        items=wording.items(row.information_code, row.outcome),
    )


def _when(at: datetime) -> str:
    there = at.astimezone(clock.JAPAN)
    return f"{clock.wareki(there.date())} {there.hour}時{there.minute:02}分"
