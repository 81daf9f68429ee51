"""Load 本人確認情報 into the 住基ネット part."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.batch.steps import Counts
from todoke.engine import postgres
from todoke.oplog.record import record
from todoke.systems.network import codecs
from todoke.systems.network.needs import ALIAS, read_secrets

_STAGED = "juki_attributes"
_WRITE = f"""
INSERT INTO network_registered_attributes (number_index, sealed, word)
SELECT number_index, sealed, word FROM {_STAGED} ORDER BY number_index
ON CONFLICT (number_index) DO UPDATE SET sealed = excluded.sealed, word = excluded.word
"""


def load_attributes(*, file: Path, by: Actor) -> Counts:
    """Take on every row of `file`, all at once; who is not in it stays as before.

    Errors: InputRefused with every bad row, SETUP_MISSING without keys.
    """
    require(by, Permission.NETWORK_OPERATE)
    rows = codecs.read_attributes(file)
    with transaction.atomic(using=ALIAS):
        postgres.stage(ALIAS, _STAGED, codecs.seal_attributes(rows, read_secrets()))
        postgres.execute(ALIAS, _WRITE)
        record(ALIAS, by=by, verb="network:juki:attributes", subject=file.name, persons=rows.num_rows)
    return Counts(taken=rows.num_rows, accepted=rows.num_rows)
