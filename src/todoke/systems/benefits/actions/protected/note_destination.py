"""送付先の登録: where a protected person wants letters, from the 支援措置申出書."""

from __future__ import annotations

import unicodedata
from datetime import date

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.systems.benefits.models import Destination
from todoke.systems.benefits.queries.letters import protected_letters as reads
from todoke.systems.benefits.rules.letters.window import ADDRESS_LENGTH

ALIAS = "benefits"


def note_destination(
    *, case_number: str, postal_code: str, address: str, source_on: date, by: Actor
) -> Destination:
    """Keep it; it takes the place of the one before. NOT_FOUND unless the household is protected.

    RECORD_INVALID for a postal code of other than seven digits, no address or one too long for the envelope, a day to come.
    """
    require(by, Permission.BENEFITS_PROTECTED_LETTER)
    case = reads.protected_case(case_number)
    postal = unicodedata.normalize("NFKC", postal_code).replace("-", "").strip()
    where = address.strip()
    if len(postal) != 7 or not (postal.isascii() and postal.isdigit()):
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="郵便番号は7けたの数字です")
    if not 1 <= len(where) <= ADDRESS_LENGTH:
        raise TodokeError(ErrorCode.RECORD_INVALID, detail=f"住所は {ADDRESS_LENGTH} 文字までです")
    if source_on > clock.today():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="申出の日が今日より後です")
    with transaction.atomic(using=ALIAS):
        made = Destination.objects.using(ALIAS).create(
            resident_code=case.payee_resident_code, postal_code=postal, address=where, source_on=source_on,
            noted_at=clock.now(), noted_by=by.staff_id,
        )  # fmt: skip
        about = Person("case_number", case.case_number)
        verb = "benefits:protected_letter:destination"
        record(ALIAS, by=by, verb=verb, subject=f"destination {made.pk}", persons=1, about=about)
    return made
