"""紐付けの参照 (PIA 統合番号連携 (9)): what one may see of a person who was found; every look is logged with its purpose."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.systems.linkage.models import Correction, LocalNumber
from todoke.systems.linkage.models import Person as PersonRow
from todoke.systems.linkage.queries import corrections, lookups
from todoke.systems.linkage.queries.numbers import open_numbers
from todoke.systems.linkage.queries.persons import Link, link
from todoke.systems.linkage.rules import protection

ALIAS = "linkage"


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A person's link. `reason`, `address` and `number_mask` are as this reader may see them; empty: not at all."""

    link: Link
    address: str
    reason: str
    number_mask: str


@dataclass(frozen=True, kw_only=True)
class Side:
    """One 統合番号 of a correction, side by side with the other."""

    person: PersonRow
    address: str
    local_numbers: tuple[LocalNumber, ...]
    in_flight: int
    code: str
    has_number: bool


def open_person(*, handle: uuid.UUID, by: Actor) -> Opened:
    """The person found under this handle, for the purpose of that search. NOT_FOUND when the door has closed."""
    require(by, Permission.LINKAGE_PERSON_OPEN)
    with transaction.atomic(using=ALIAS):
        found = lookups.behind(handle, by)
        reader = replace(by, purpose=found.purpose)
        about = Person("integrated_number", found.person_id)
        verb = Permission.LINKAGE_PERSON_OPEN.value
        record(ALIAS, by=reader, verb=verb, subject="link", persons=1, about=about)
        shown = link(found.person_id)
        return Opened(
            link=shown,
            address=_address(shown.person, reader),
            reason=_reason(shown.person, reader),
            number_mask=_mask(shown, reader),
        )


def open_correction(*, correction_id: int, by: Actor) -> tuple[Correction, tuple[Side, ...]]:
    """A request with the persons it concerns, side by side: what moves, what is in flight."""
    require(by, Permission.LINKAGE_CORRECTION_READ)
    with transaction.atomic(using=ALIAS):
        correction = corrections.correction(correction_id)
        reader = replace(by, purpose=f"番号の訂正 第{correction.pk}号の確認")
        persons = [correction.person_id, *filter(None, [correction.other_id])]
        for person in persons:
            about = Person("integrated_number", person)
            verb = Permission.LINKAGE_CORRECTION_READ.value
            record(ALIAS, by=reader, verb=verb, subject=str(correction.pk), persons=1, about=about)
        return correction, tuple(_side(person, reader) for person in persons)


def _side(number: str, by: Actor) -> Side:
    person = PersonRow.objects.using(ALIAS).get(pk=number)
    standing = corrections.standings([number])[number]
    return Side(
        person=person,
        address=_address(person, by),
        local_numbers=corrections.local_numbers(number),
        in_flight=standing.in_flight,
        code=corrections.code_word(number),
        has_number=standing.live_number,
    )


def _address(person: PersonRow, by: Actor) -> str:
    may = by.may(Permission.LINKAGE_PROTECTION_READ)
    return protection.address(person.address, protected=person.auto_reply_prohibited, may=may)


def _reason(person: PersonRow, by: Actor) -> str:
    """Why no automatic answer is given, to those who may know; that look is an entry of its own."""
    if not person.auto_reply_prohibited:
        return ""
    if not by.may(Permission.LINKAGE_PROTECTION_READ):
        return protection.WITHHELD
    about = Person("integrated_number", person.pk)
    verb = Permission.LINKAGE_PROTECTION_READ.value
    record(ALIAS, by=by, verb=verb, subject="reason", persons=1, about=about)
    return person.auto_reply_reason or protection.NO_REASON


def _mask(shown: Link, by: Actor) -> str:
    if not (shown.held.held and by.may(Permission.LINKAGE_NUMBER_MASK)):
        return ""
    number = shown.person.pk
    about = Person("integrated_number", number)
    verb = Permission.LINKAGE_NUMBER_MASK.value
    record(ALIAS, by=by, verb=verb, subject="last digits", persons=1, about=about)
    return protection.mask(open_numbers([number])[number])
