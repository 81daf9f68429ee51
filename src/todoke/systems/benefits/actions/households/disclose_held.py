"""保有個人情報の開示: what this system holds on one person, for their request."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.holding import Asked
from todoke.oplog.person import Person
from todoke.oplog.record import record_many
from todoke.privacy.holding import Section
from todoke.systems.benefits.queries.households.on_person import ALIAS, held

_VERB = Permission.DISCLOSURE_GATHER.value


def disclose_held(*, asked: Asked, by: Actor) -> list[Section]:
    """The sections; logged with the request as the purpose."""
    require(by, Permission.DISCLOSURE_GATHER)
    reader = replace(by, purpose=f"保有個人情報の請求 {asked.request}")
    with transaction.atomic(using=ALIAS):
        about = [Person("resident_code", code) for code in asked.known_as.resident_codes]
        record_many(ALIAS, by=reader, verb=_VERB, subject=f"request:{asked.request}", about=about)
        return held(asked)
