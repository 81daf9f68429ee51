"""副本の訂正の提案: the first person says how one person's replica shall stand, and why (PIA III.6 リスク2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pyarrow as pa
from django.db import IntegrityError, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.information import TAX_ITEMS, Item
from todoke.identifiers import integrated_number as numbers
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.records.csv_rules import Rule
from todoke.records.layouts.city_inputs_v2021 import REPLICA_ITEMS
from todoke.systems.linkage import codecs
from todoke.systems.linkage.flows import ReplicaCorrectionState
from todoke.systems.linkage.models import Person as KnownPerson
from todoke.systems.linkage.models import ReplicaCorrection

ALIAS = "linkage"
RULES: Mapping[str, Rule] = {name: rule for name, _, rule in REPLICA_ITEMS}


def propose_correction(
    *,
    integrated_number: str,
    birth_date: date,
    fiscal_year: int,
    items: Mapping[str, Item] | None,
    auto_reply_prohibited: bool,
    reason: str,
    by: Actor,
) -> int:
    """First person: the row as it shall stand (None: delete the copy of that 年度); returns the proposal's number.

    The birth date is asked so that a slip in the number does not meet another person.
    Errors: NUMBER_INVALID, NOT_FOUND, RECORD_INVALID (an item missing or ill-formed, no reason), STATE_CONFLICT
    (another waits).
    """  # fmt: skip
    require(by, Permission.LINKAGE_REPLICA_PROPOSE)
    numbers.parse(integrated_number)
    _check(items, reason)
    with transaction.atomic(using=ALIAS):
        people = KnownPerson.objects.using(ALIAS)
        if not people.filter(pk=integrated_number, birth_date=birth_date).exists():
            raise TodokeError(ErrorCode.NOT_FOUND, what="統合番号と生年月日の両方が合う人")
        row = _row(integrated_number, items, auto_reply_prohibited)
        name = f"{integrated_number} {fiscal_year}"
        try:
            with transaction.atomic(using=ALIAS):
                proposed = ReplicaCorrection.objects.using(ALIAS).create(
                    person_id=integrated_number, fiscal_year=fiscal_year, deletes=items is None,
                    sealed=codecs.seal_rows(row, codecs.correction_key(), name), reason=reason.strip(),
                    state=ReplicaCorrectionState.PROPOSED, proposed_by=by.staff_id, proposed_at=clock.now(),
                )  # fmt: skip
        except IntegrityError:
            raise TodokeError(
                ErrorCode.STATE_CONFLICT, detail="この人のこの年度の訂正が確認を待っています"
            ) from None
        about = Person("integrated_number", integrated_number)
        verb, subject = Permission.LINKAGE_REPLICA_PROPOSE.value, f"correction {proposed.pk} {fiscal_year}"
        record(ALIAS, by=by, verb=verb, subject=subject, persons=1, about=about, detail=proposed.reason)
    return int(proposed.pk)


def _check(items: Mapping[str, Item] | None, reason: str) -> None:
    if not reason.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="理由がありません")
    if items is None:
        return
    if items.keys() != set(TAX_ITEMS):
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="項目が足りません")
    for name, item in items.items():
        if item.value is not None and RULES[name].broken(pa.array([item.value], pa.string())).any():
            raise TodokeError(ErrorCode.RECORD_INVALID, detail=RULES[name].sentence)


def _row(number: str, items: Mapping[str, Item] | None, held: bool) -> pa.Table:
    columns = {
        "integrated_number": pa.array([number], pa.string()),
        "auto_reply_prohibited": pa.array([held], pa.bool_()),
        "deleted": pa.array([items is None], pa.bool_()),
    }
    for name in TAX_ITEMS:
        item = items[name] if items else None
        columns[name] = pa.array([item.value if item else None], pa.string())
        columns[f"{name}_reason"] = pa.array([item.reason if item else None], pa.string())
    return pa.table(columns)
