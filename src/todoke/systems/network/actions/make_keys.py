"""Make the keys of the 住基ネット part and of the 符号, once."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.oplog.record import record
from todoke.systems.network import needs


def make_keys(*, by: Actor) -> None:
    """Make missing secret files in the national key folder. Safe to repeat: a key is never replaced."""
    require(by, Permission.NETWORK_OPERATE)
    with transaction.atomic(using=needs.ALIAS):
        record(needs.ALIAS, by=by, verb="network:keys:make", subject="national")
        needs.make_secrets(Path(settings.TODOKE_KEYS_FOLDER))
