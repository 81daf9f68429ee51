"""照会元への確認: put down that the inquirer was asked about a held request, before its release is proposed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.intermediary import needs
from todoke.systems.intermediary.models import HeldContact
from todoke.systems.intermediary.queries import holding
from todoke.systems.intermediary.rules.holding import names_a_number


@dataclass(frozen=True, kw_only=True)
class Contact:
    """When and how, with which office and official, and what was confirmed. Never the person asked about."""

    contacted_at: datetime
    means: str
    office: str
    official: str
    law: bool
    need: bool
    handling: bool
    note: str = ""


def note_contact(*, alias: str, permit_id: str, contact: Contact, by: Actor) -> None:
    """Keep the note for good; a wrong one is put right by another.

    Errors: STATE_CONFLICT (not held), RECORD_INVALID (in the future, without office or official, with a number in it).
    """
    require(by, Permission.INTERMEDIARY_CONTACT, municipality=needs.municipality_of(alias))
    now = clock.now()
    with transaction.atomic(using=alias):
        holding.lock(alias, [permit_id])
        _check(contact, now)
        HeldContact.objects.using(alias).create(
            case_id=permit_id,
            contacted_at=contact.contacted_at,
            means=contact.means,
            office=contact.office.strip(),
            official=contact.official.strip(),
            law_confirmed=contact.law,
            need_confirmed=contact.need,
            handling_confirmed=contact.handling,
            note=contact.note.strip(),
            noted_by=by.staff_id,
            noted_at=now,
        )
        confirmed = "".join(
            word for word, said in (("L", contact.law), ("N", contact.need), ("H", contact.handling)) if said
        )
        verb = Permission.INTERMEDIARY_CONTACT.value
        record(alias, by=by, verb=verb, subject=f"confirmed:{confirmed}", persons=1, permit_id=permit_id)


def _check(contact: Contact, now: datetime) -> None:
    if contact.contacted_at > now:
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="確認の日時が先の日時です")
    if not contact.office.strip() or not contact.official.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="確認した相手の所属と職員名がありません")
    if any(map(names_a_number, (contact.office, contact.official, contact.note))):
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="対象者の番号は書かないでください")
