"""緊急失効: entries of the edition in force end at once, by one person; only the next edition brings them back."""

from __future__ import annotations

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.network import RevokedEntry
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.network import queries
from todoke.systems.network.models import ListEntry, Revocation
from todoke.systems.network.needs import ALIAS


def revoke_entry(*, entry: RevokedEntry, reason: str, by: Actor) -> None:
    """No permit from now on; providers refuse as soon as their copy is renewed, minutes later.

    Errors: RECORD_INVALID without a reason, NOT_FOUND (not in the edition in force), STATE_CONFLICT (revoked already).
    """
    require(by, Permission.NETWORK_LIST_REVOKE)
    if not reason.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="理由がありません")
    values = {name: getattr(entry, name) for name in entry.__struct_fields__}
    with transaction.atomic(using=ALIAS):
        newest = queries.newest_list()
        if newest is None or not ListEntry.objects.using(ALIAS).filter(edition=newest, **values).exists():
            raise TodokeError(ErrorCode.NOT_FOUND, what="最新の版のこの行")
        _, made = Revocation.objects.using(ALIAS).get_or_create(
            edition=newest, **values,
            defaults={"reason": reason.strip(), "revoked_at": clock.now(), "revoked_by": by.staff_id},
        )  # fmt: skip
        if not made:
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail="この行は既に失効しています")
        subject = f"edition:{newest.edition} {entry.inquirer}>{entry.provider} {entry.procedure}"
        record(ALIAS, by=by, verb=Permission.NETWORK_LIST_REVOKE.value, subject=subject)
