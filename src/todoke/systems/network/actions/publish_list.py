"""Publish the next edition of 照会許可照会リスト, signed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts import network
from todoke.contracts.permits import LIST_DOMAIN
from todoke.engine import postgres
from todoke.exchange import kinds
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.systems.network import needs, queries
from todoke.systems.network.models import ListEdition, ListEntry
from todoke.systems.network.needs import ALIAS
from todoke.systems.network.rules.permission_list import ENTRIES

LIFE = timedelta(days=30)


def publish_list(
    *, by: Actor, entries: Sequence[network.ListEntry] = ENTRIES, life: timedelta = LIFE
) -> network.PermissionList:
    """The entries as the edition after the newest one. Copies of it are good for `life`, then must be renewed."""
    require(by, Permission.NETWORK_OPERATE)
    with transaction.atomic(using=ALIAS):
        postgres.execute(ALIAS, "LOCK TABLE network_list_edition IN SHARE ROW EXCLUSIVE MODE")
        newest = queries.newest_list()
        now = clock.now()
        issued = network.PermissionList(
            edition=newest.edition + 1 if newest else 1,
            issued_at=now,
            valid_until=now + life,
            entries=list(entries),
        )
        _store(issued, by)
        subject = f"edition:{issued.edition}"
        record(ALIAS, by=by, verb=Permission.NETWORK_OPERATE.value, subject=subject)
    return issued


def _store(issued: network.PermissionList, by: Actor) -> None:
    body = kinds.encode(issued)
    edition = ListEdition.objects.using(ALIAS).create(
        edition=issued.edition,
        issued_at=issued.issued_at,
        issued_by=by.staff_id,
        valid_until=issued.valid_until,
        body=body,
        signature=needs.sign(LIST_DOMAIN + body),
    )
    ListEntry.objects.using(ALIAS).bulk_create(
        ListEntry(edition=edition, **{name: getattr(entry, name) for name in entry.__struct_fields__})
        for entry in issued.entries
    )
