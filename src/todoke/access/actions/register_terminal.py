"""端末の登録と取消し: without it a certificate opens nothing."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction

from todoke.access import directory
from todoke.access.models import Terminal, TerminalKind
from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record


def register_terminal(
    *, fingerprint: str, name: str, place: str, kind: TerminalKind, valid_until: date, by: Actor
) -> None:
    """Put a terminal on the register (`fingerprint`: SHA-256 of its client certificate, hex).

    ALREADY_DONE when the certificate or the name is registered; RECORD_INVALID for anything malformed.
    """
    require(by, Permission.ACCESS_TERMINAL_REGISTER)
    alias = directory.alias()
    try:
        with transaction.atomic(using=alias):
            if Terminal.objects.using(alias).filter(pk=fingerprint).exists():
                raise TodokeError(ErrorCode.ALREADY_DONE, detail="この端末は登録済みです")
            Terminal.objects.using(alias).create(
                fingerprint=fingerprint,
                name=name,
                place=place,
                kind=kind,
                valid_from=clock.today(),
                valid_until=valid_until,
                registered_by=by.staff_id,
                registered_at=clock.now(),
            )
            verb, subject = Permission.ACCESS_TERMINAL_REGISTER.value, f"terminal:{name}"
            record(alias, by=by, verb=verb, subject=subject)
    except IntegrityError:
        detail = "端末の名前が重複しているか、証明書のSHA-256または期限が正しくありません"
        raise TodokeError(ErrorCode.RECORD_INVALID, detail=detail) from None


def withdraw_terminal(*, name: str, by: Actor) -> None:
    """End a terminal's use at once: sessions there are refused at their next request. NOT_FOUND."""
    require(by, Permission.ACCESS_TERMINAL_REGISTER)
    alias = directory.alias()
    with transaction.atomic(using=alias):
        rows = Terminal.objects.using(alias).filter(name=name, withdrawn_at__isnull=True)
        if not rows.update(withdrawn_by=by.staff_id, withdrawn_at=clock.now()):
            raise TodokeError(ErrorCode.NOT_FOUND, what="使用中の端末")
        verb, subject = Permission.ACCESS_TERMINAL_REGISTER.value, f"terminal:{name}:withdrawn"
        record(alias, by=by, verb=verb, subject=subject)
