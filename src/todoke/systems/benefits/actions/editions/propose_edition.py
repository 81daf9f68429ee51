"""事業の改定の提案 (propose), and its withdrawal: a whole new definition, checked, sealed, not in force yet."""

from __future__ import annotations

from dataclasses import replace

from django.db import IntegrityError, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.benefits.flows import EDITION
from todoke.systems.benefits.models import ProgrammeEdition, RegisteredProgramme
from todoke.systems.benefits.queries.editions import proposals as editions
from todoke.systems.benefits.rules.deciding import tariff as tariffs
from todoke.systems.benefits.rules.editions import checks as definition_checks
from todoke.systems.benefits.rules.editions import definition
from todoke.systems.benefits.rules.editions.state import EditionState
from todoke.systems.benefits.rules.programme import Programme
from todoke.workflow.runner import move, of

ALIAS = "benefits"


def propose_edition(*, programme: Programme, grounds: str, by: Actor) -> ProgrammeEdition:
    """Store a changed definition under a name of today. RECORD_INVALID with every problem of the definition;
    STATE_CONFLICT when nothing is changed, another proposal is open, or cases stand on the number and amount."""
    require(by, Permission.BENEFITS_PROGRAMME_PROPOSE)
    in_force = editions.find(programme.code)
    if replace(programme, edition=in_force.edition) == in_force:
        raise _conflict("いまの版と同じ内容です")
    if programme.code in editions.proposals():
        raise _conflict("この事業には、承認を待っている改定がもうあります")
    _keep_promises(programme)
    found = definition_checks.problems(programme)
    if found:
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="。".join(found))
    named = replace(programme, edition=_name(programme.code))
    now = clock.now()
    try:
        with transaction.atomic(using=ALIAS):
            row = ProgrammeEdition.objects.using(ALIAS).create(
                programme=named.code, edition=named.edition, definition=definition.to_text(named),
                sha256=definition.digest(named), grounds=grounds.strip(), state=EditionState.PROPOSED, state_at=now,
                state_by=by.staff_id, proposed_at=now, proposed_by=by.staff_id,
            )  # fmt: skip
            record(
                ALIAS, by=by, verb=Permission.BENEFITS_PROGRAMME_PROPOSE.value,
                subject=f"programme {named.code} {named.edition} {row.sha256[:16]}", persons=0,
            )  # fmt: skip
    except IntegrityError as error:
        raise _conflict("この事業には、承認を待っている改定がもうあります") from error
    return row


def withdraw_edition(*, number: int, by: Actor) -> None:
    """取下げ."""
    require(by, Permission.BENEFITS_PROGRAMME_PROPOSE)
    editions.edition(number)
    move(ALIAS, EDITION, of(EDITION, [number]), to=EditionState.WITHDRAWN, by=by, persons=0)


def _keep_promises(programme: Programme) -> None:
    """Cases were numbered and letters printed with this number and these amounts: they cannot change any more."""
    row = RegisteredProgramme.objects.using(ALIAS).filter(code=programme.code).first()
    if row is not None and _fixed(row) != (programme.number, tariffs.of(programme)):
        raise _conflict("給付管理番号を付けた後は、事業の番号と支給額を変えられません")


def _fixed(row: RegisteredProgramme) -> tuple[int, tariffs.Tariff]:
    return row.number, tariffs.Tariff(base=row.amount_yen, child=row.child_yen, own=row.own_amounts)


def _name(code: str) -> str:
    today = clock.today().isoformat()
    used = {row.edition for row in editions.stored(code)} | {editions.find(code).edition}
    names = (today if n == 1 else f"{today}-{n}" for n in range(1, len(used) + 2))
    return next(name for name in names if name not in used)


def _conflict(detail: str) -> TodokeError:
    return TodokeError(ErrorCode.STATE_CONFLICT, detail=detail)
