"""ファイル連携の相手の登録: the public key by which an existing system signs its notes."""

from __future__ import annotations

import pyrage
from django.db import transaction
from pyrage import x25519

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.linkage.models import ExistingSystem, FilePartner

ALIAS = "linkage"


def set_file_partner(
    *, system: str, signing_key: str, by: Actor, recipient: str = "", account: str = ""
) -> FilePartner:
    """Register or renew: Ed25519 key (64 hex digits), age recipient and account of the folder (both may be empty).

    Errors: NOT_FOUND for an unknown system, RECORD_INVALID for what is no key.
    """
    require(by, Permission.LINKAGE_QUEUE_SET)
    _check_keys(signing_key, recipient)
    if not ExistingSystem.objects.using(ALIAS).filter(pk=system).exists():
        raise TodokeError(ErrorCode.NOT_FOUND, what=f"既存業務システム {system}")
    with transaction.atomic(using=ALIAS):
        partner, _ = FilePartner.objects.using(ALIAS).update_or_create(
            system_id=system,
            defaults={
                "signing_key": signing_key,
                "recipient": recipient,
                "account": account,
                "registered_at": clock.now(),
                "registered_by": by.staff_id,
            },
        )
        record(ALIAS, by=by, verb="linkage:queue:set", subject=f"partner {system} {signing_key[:16]}")
    return partner


def _check_keys(signing_key: str, recipient: str) -> None:
    try:
        if len(bytes.fromhex(signing_key)) != 32 or signing_key != signing_key.lower():
            raise ValueError
        if recipient:
            x25519.Recipient.from_str(recipient)
    except (ValueError, pyrage.RecipientError):
        detail = "署名の公開鍵（16進64桁）または封入の公開鍵（age1…）が正しくありません"
        raise TodokeError(ErrorCode.RECORD_INVALID, detail=detail) from None
