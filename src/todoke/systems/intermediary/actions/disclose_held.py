"""保有個人情報の開示: the own city is told what is held on one of its persons, for a request of that person."""

from __future__ import annotations

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.holding import HeldTold, HeldWanted
from todoke.kernel import clock
from todoke.oplog.person import Person
from todoke.oplog.record import record_many
from todoke.systems.intermediary import needs
from todoke.systems.intermediary.queries.on_person import held
from todoke.systems.intermediary.rules import asking

_VERB = Permission.INTERMEDIARY_HELD_DISCLOSE.value


def disclose_held(*, alias: str, body: HeldWanted, by: Actor) -> HeldTold:
    """The sections. Errors: NUMBER_INVALID; STATE_CONFLICT while a judgement on a record waits."""
    require(by, Permission.INTERMEDIARY_HELD_DISCLOSE, municipality=needs.municipality_of(alias))
    asking.check_numbers(body.integrated_numbers)
    with transaction.atomic(using=alias):
        about = [Person("integrated_number", number) for number in sorted(set(body.integrated_numbers))]
        record_many(alias, by=by, verb=_VERB, subject=f"request:{body.request}", about=about)
        return HeldTold(sections=held(alias, body, clock.today()))
