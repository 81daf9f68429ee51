"""画面からの副本の訂正: what one proposed, another looks at and decides (PIA III.6 リスク2)."""

from __future__ import annotations

import pyarrow as pa
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.information import TAX_ITEMS, Item
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.systems.linkage import codecs
from todoke.systems.linkage.actions.replicas.receive_masters import receive_row
from todoke.systems.linkage.flows import REPLICA_CORRECTION, ReplicaCorrectionState
from todoke.systems.linkage.models import ReplicaCorrection
from todoke.workflow.runner import move, of

ALIAS = "linkage"


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


def _locked(number: int) -> ReplicaCorrection:
    found = ReplicaCorrection.objects.using(ALIAS).select_for_update().filter(pk=number).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="この訂正")
    if found.state != ReplicaCorrectionState.PROPOSED:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="この訂正は既に決められています")
    return found


def _decide(number: int, to: ReplicaCorrectionState, by: Actor) -> None:
    rows = of(REPLICA_CORRECTION, [number])
    move(ALIAS, REPLICA_CORRECTION, rows, to=to, by=by, subject=f"{number}", also={"sealed": None})


def _log(by: Actor, verb: str, proposed: ReplicaCorrection) -> None:
    about = Person("integrated_number", proposed.person_id)
    subject = f"correction {proposed.pk} {proposed.fiscal_year}"
    record(ALIAS, by=by, verb=verb, subject=subject, persons=1, about=about, detail=proposed.reason)
