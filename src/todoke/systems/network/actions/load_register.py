"""Load 住民票コード and 個人番号 into the 住基ネット part."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.batch.steps import Counts
from todoke.engine import postgres
from todoke.oplog.record import record
from todoke.systems.network import codecs
from todoke.systems.network.needs import ALIAS, read_secrets

# a person's number may have changed: the row of the 住民票コード then moves to the new number
_MOVED = """
DELETE FROM network_registered_number r USING juki s
WHERE r.code_index = s.code_index AND r.number_index <> s.number_index
"""
_WRITE = """
INSERT INTO network_registered_number (number_index, code_index, sealed)
SELECT number_index, code_index, sealed FROM juki ORDER BY number_index
ON CONFLICT (number_index) DO UPDATE SET code_index = excluded.code_index, sealed = excluded.sealed
WHERE network_registered_number.code_index <> excluded.code_index
"""


def load_register(*, file: Path, by: Actor) -> Counts:
    """Take on every row of `file` (national/juki.csv), all at once; repeating it changes nothing.

    Errors: InputRefused with every bad row, SETUP_MISSING without keys.
    """
    require(by, Permission.NETWORK_OPERATE)
    codes, numbers = codecs.read_juki(file)
    with transaction.atomic(using=ALIAS):
        keys = read_secrets()
        postgres.stage(ALIAS, "juki", codecs.seal(codes, numbers, keys))
        postgres.execute(ALIAS, _MOVED)
        postgres.execute(ALIAS, _WRITE)
        record(ALIAS, by=by, verb="network:juki:load", subject=file.name, persons=len(codes))
    return Counts(taken=len(codes), accepted=len(codes))
