"""訂正・利用停止の実施: what was done in which system, under which number; a replica counts once it was corrected by two persons there."""

from __future__ import annotations

from django.db import transaction

from todoke.access import directory
from todoke.access.permissions import Actor, Permission, require
from todoke.assurance.disclosure import queries
from todoke.assurance.disclosure.flows import RequestState
from todoke.assurance.disclosure.models import Measure, MeasureKind, Request
from todoke.assurance.disclosure.on_person import person_of
from todoke.assurance.disclosure.rules.kinds import GIVING, Kind, Outcome
from todoke.assurance.disclosure.rules.offices import OFFICES
from todoke.contracts.holding import CorrectionStanding, Numbers
from todoke.contracts.registry import need
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record

_NOT_YET = {
    CorrectionStanding.UNKNOWN: "この人の副本の訂正に、その番号のものはありません",
    CorrectionStanding.PROPOSED: "副本の訂正が、二人目の確認を待っています",
    CorrectionStanding.DECLINED: "副本の訂正は差し戻されています",
    CorrectionStanding.CONFIRMED: "副本の訂正が、まだ中間サーバーに届いていません",
}


def carry_out(*, number: int, kind: MeasureKind, system: str, reference: str, note: str, by: Actor) -> None:
    """Record a measure. Errors: STATE_CONFLICT unless it was decided to correct or suspend, or while the replica's
    correction has not reached the intermediary."""
    found = queries.locked(number)
    ward = OFFICES[found.office].ward
    require(by, Permission.DISCLOSURE_CARRY_OUT, ward=ward)
    _check(found)
    if kind is MeasureKind.REPLICA:
        _check_replica(found, reference, by.at(ward=ward))
    alias = directory.alias()
    with transaction.atomic(using=alias):
        Measure.objects.using(alias).create(
            request_id=number, kind=kind.value, system=system, reference=reference, note=note, done_by=by.staff_id,
            done_at=clock.now(),
        )  # fmt: skip
        verb = Permission.DISCLOSURE_CARRY_OUT.value
        subject, about = f"{number}:{kind.value}:{reference}", person_of(found)
        record(alias, by=by, verb=verb, subject=subject, persons=1, about=about)


def _check(found: Request) -> None:
    given = found.outcome and Outcome(found.outcome) in GIVING
    if found.kind == Kind.DISCLOSURE or found.state != RequestState.DECIDED or not given:
        raise TodokeError(
            ErrorCode.STATE_CONFLICT, detail="訂正または利用停止の決定がされた請求ではありません"
        )


def _check_replica(found: Request, reference: str, by: Actor) -> None:
    if not reference.isdecimal():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="副本の訂正の番号は数字で書きます")
    standing = need(Numbers).replica_correction(
        number=int(reference), integrated_number=found.integrated_number, by=by
    )
    if standing is not CorrectionStanding.REACHED:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=_NOT_YET[standing])
