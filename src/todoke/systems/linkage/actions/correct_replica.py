"""画面からの副本の訂正: one person's replica, proposed by one and confirmed by another (PIA III.6 リスク2)."""

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
from todoke.systems.linkage.actions.receive_masters import receive_row
from todoke.systems.linkage.flows import REPLICA_CORRECTION, ReplicaCorrectionState
from todoke.systems.linkage.models import Person as KnownPerson
from todoke.systems.linkage.models import ReplicaCorrection
from todoke.workflow.runner import move, of

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
        _log(by, Permission.LINKAGE_REPLICA_PROPOSE.value, proposed)
    return int(proposed.pk)


def confirm_correction(*, number: int, by: Actor) -> int:
    """Second person: it goes the road of a file from here on; returns the number of that file.

    Errors: NOT_FOUND, SAME_PERSON, STATE_CONFLICT.
    """
    require(by, Permission.LINKAGE_REPLICA_CONFIRM)
    with transaction.atomic(using=ALIAS):
        proposed = _locked(number)
        row = codecs.open_rows(
            bytes(proposed.sealed or b""),
            codecs.correction_key(),
            f"{proposed.person_id} {proposed.fiscal_year}",
        )
        _decide(number, ReplicaCorrectionState.CONFIRMED, by)
        year = pa.array([proposed.fiscal_year], pa.int16())
        file = receive_row(row=row.append_column("fiscal_year", year), name=f"訂正 {number}", by=by)
        _log(by, Permission.LINKAGE_REPLICA_CONFIRM.value, proposed)
    return int(file.pk)


def decline_correction(*, number: int, by: Actor) -> None:
    """Second person: it shall not be. Errors: NOT_FOUND, SAME_PERSON, STATE_CONFLICT."""
    require(by, Permission.LINKAGE_REPLICA_CONFIRM)
    with transaction.atomic(using=ALIAS):
        proposed = _locked(number)
        _decide(number, ReplicaCorrectionState.DECLINED, by)
        _log(by, "linkage:replica:decline", proposed)


def read_correction(*, number: int, by: Actor) -> tuple[ReplicaCorrection, dict[str, Item], bool]:
    """The proposal as the second person must see it: its row's items (none for a deletion) and 自動応答不可; logged."""
    require(by, Permission.LINKAGE_REPLICA_CONFIRM)
    with transaction.atomic(using=ALIAS):
        proposed = _locked(number)
        name = f"{proposed.person_id} {proposed.fiscal_year}"
        (row,) = codecs.open_rows(bytes(proposed.sealed or b""), codecs.correction_key(), name).to_pylist()
        _log(by, "linkage:replica:show", proposed)
    found = {} if proposed.deletes else {n: Item(row[n], row[f"{n}_reason"]) for n in TAX_ITEMS}
    return proposed, found, bool(row["auto_reply_prohibited"])


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


def _locked(number: int) -> ReplicaCorrection:
    found = ReplicaCorrection.objects.using(ALIAS).select_for_update().filter(pk=number).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="この訂正")
    if found.state != ReplicaCorrectionState.PROPOSED:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="この訂正は既に決められています")
    return found


def _decide(number: int, to: ReplicaCorrectionState, by: Actor) -> None:
    move(
        ALIAS,
        REPLICA_CORRECTION,
        of(REPLICA_CORRECTION, [number]),
        to=to,
        by=by,
        subject=f"{number}",
        also={"sealed": None},
    )


def _log(by: Actor, verb: str, proposed: ReplicaCorrection) -> None:
    about = Person("integrated_number", proposed.person_id)
    subject = f"correction {proposed.pk} {proposed.fiscal_year}"
    record(ALIAS, by=by, verb=verb, subject=subject, persons=1, about=about, detail=proposed.reason)
