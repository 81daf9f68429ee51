"""保有個人情報の開示: what this system and the own 中間サーバー hold on one person, and their numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.holding import Asked, CorrectionStanding, KnownAs
from todoke.exchange.transport import Transport
from todoke.oplog.person import Person
from todoke.oplog.record import record_many
from todoke.privacy.holding import Section
from todoke.systems.linkage.queries import on_person as reads

ALIAS = "linkage"
_VERB = Permission.DISCLOSURE_GATHER.value


def disclose_held(*, asked: Asked, transport: Transport, by: Actor) -> list[Section]:
    """The sections of both. UNAVAILABLE while the intermediary cannot be asked: half an answer is none."""
    require(by, Permission.DISCLOSURE_GATHER)
    with transaction.atomic(using=ALIAS):
        _log(asked.request, asked.known_as, by)
        own = reads.held(asked)
    return [*own, *reads.held_by_intermediary(transport, asked)]


def find_numbers(*, resident_code: str, birth_date: date, request: str, by: Actor) -> KnownAs:
    """The numbers of the person whose 住基個人コード and birth date agree; NOT_FOUND otherwise."""
    require(by, Permission.DISCLOSURE_GATHER)
    with transaction.atomic(using=ALIAS):
        found = reads.known_as(resident_code, birth_date)
        _log(request, found, by)
    return found


def find_correction(*, number: int, integrated_number: str, by: Actor) -> CorrectionStanding:
    """Where the correction of this person's replica stands; UNKNOWN for another person's number."""
    require(by, Permission.DISCLOSURE_CARRY_OUT)
    return reads.correction_standing(number, integrated_number)


def _log(request: str, found: KnownAs, by: Actor) -> None:
    about = [Person("integrated_number", number) for number in found.integrated_numbers]
    reader = replace(by, purpose=f"保有個人情報の請求 {request}")
    record_many(ALIAS, by=reader, verb=_VERB, subject=f"request:{request}", about=about)
