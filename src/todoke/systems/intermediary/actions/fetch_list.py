"""Renew this municipality's own copy of 照会許可照会リスト (PIA III.6 リスク2; exchange.md S11)."""

from __future__ import annotations

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.network import PermissionList
from todoke.engine import postgres
from todoke.exchange import kinds
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.intermediary import needs, queries
from todoke.systems.intermediary.actions.renew_revocations import renew_revocations
from todoke.systems.intermediary.models import ListCopy, ListCopyEntry


def fetch_list(*, alias: str, by: Actor) -> PermissionList:
    """Fetch the newest edition, check the network's signature, store it; the edition now in force.

    Errors: UNAVAILABLE, SENDER_REFUSED (signature), STATE_CONFLICT (older than the copy, or out of date).
    """
    require(by, Permission.INTERMEDIARY_OPERATE, municipality=needs.municipality_of(alias))
    renew_revocations(alias=alias, by=by)
    newest = queries.newest_copy(alias)
    signed = needs.fetch_list(alias, newest.edition if newest else 0)
    if not needs.list_is_signed(signed.body, signed.signature):
        raise TodokeError(ErrorCode.SENDER_REFUSED, detail="照会許可照会リストの署名が一致しません")
    issued = kinds.decode(PermissionList, signed.body)
    if issued.valid_until <= clock.now():
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="照会許可照会リストの期限が切れています")
    with transaction.atomic(using=alias):
        postgres.execute(alias, "LOCK TABLE intermediary_list_copy IN SHARE ROW EXCLUSIVE MODE")
        _store(alias, issued, signed.body, signed.signature, by)
        verb, subject = "intermediary:list:fetch", f"edition:{issued.edition}"
        record(alias, by=by, verb=verb, subject=subject)
    return issued


def _store(alias: str, issued: PermissionList, body: bytes, signature: bytes, by: Actor) -> None:
    newest = queries.newest_copy(alias)
    if newest is not None and newest.edition >= issued.edition:
        if newest.edition == issued.edition and bytes(newest.body) == body:
            return
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="手元の写しより古い照会許可照会リストです")
    copy = ListCopy.objects.using(alias).create(
        edition=issued.edition,
        issued_at=issued.issued_at,
        valid_until=issued.valid_until,
        fetched_at=clock.now(),
        fetched_by=by.staff_id,
        body=body,
        signature=signature,
    )
    ListCopyEntry.objects.using(alias).bulk_create(
        ListCopyEntry(edition=copy, **{name: getattr(entry, name) for name in entry.__struct_fields__})
        for entry in issued.entries
    )
