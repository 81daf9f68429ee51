"""最初の登録: the people who then give all further rights by the three steps. Once, and only into an empty directory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final

from django.db import connections, transaction

from todoke.access import directory, feed, passwords
from todoke.access.actions.apply_feed import enter
from todoke.access.actions.record_training import record_training
from todoke.access.actions.register_terminal import register_terminal
from todoke.access.duties import ROWS, Duty
from todoke.access.factors import challenges
from todoke.access.models import Ceremony, Grant, GrantState, Staff, TerminalKind
from todoke.access.permissions import Actor, Permission, Role, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record

FIRST_LIFE: Final = timedelta(days=90)
"""How long the first rights count: by then they are given anew, by three people."""
TERMINAL_LIFE: Final = timedelta(days=365)
FIRST_ROLES: Final = frozenset({Role.ADMINISTRATOR, Role.SECTION_MANAGER, Role.PERSONNEL})
VERB: Final = "access:directory:bootstrap"


def bootstrap(
    *,
    file: Path,
    roles: Mapping[str, Role],
    terminal: Mapping[str, str],
    by: Actor,
    issue: Callable[[str], str] = lambda _: passwords.generate(),
) -> dict[str, str]:
    """Enter the people of `file` and one terminal, give the first rights, and let their holders enrol there.

    `roles`: staff ID → one of `FIRST_ROLES`; at least an administrator and two section managers. `terminal`: `name`
    and `fingerprint`; `issue`: staff ID → a generated password. Returns each holder's issued password. It takes the trainings of these people as held today.
    Errors: DIRECTORY_NOT_EMPTY, RECORD_INVALID, those of `apply_feed`.
    """
    require(by, Permission.ACCESS_STAFF_IMPORT)
    counts = {role: list(roles.values()).count(role) for role in Role}
    enough = counts[Role.ADMINISTRATOR] >= 1 and counts[Role.SECTION_MANAGER] >= 2
    if not enough or not FIRST_ROLES.issuperset(roles.values()):
        detail = "システム管理者1人と責任職2人以上を指定してください"
        raise TodokeError(ErrorCode.RECORD_INVALID, detail=detail)
    alias, issued = directory.alias(), {staff: issue(staff) for staff in roles}
    kept = {staff: passwords.hashed_generated(password) for staff, password in issued.items()}
    with transaction.atomic(using=alias):
        with connections[alias].cursor() as cursor:
            cursor.execute("LOCK TABLE access_staff IN EXCLUSIVE MODE")  # two at once: one finds it taken
        if Staff.objects.using(alias).exists():
            raise TodokeError(ErrorCode.DIRECTORY_NOT_EMPTY)
        enter(alias, feed.stage(alias, file), by=by)
        register_terminal(
            **terminal,
            place="最初の登録を行った場所",
            kind=TerminalKind.CLI,
            valid_until=clock.today() + TERMINAL_LIFE,
            by=by,
        )
        for staff, role in roles.items():
            _grant(alias, staff, role, by.staff_id)
            passwords.keep(alias, staff, kept[staff], by=by.staff_id, must_change=True)
            challenges.give(alias, Ceremony.REGISTER, staff, terminal["name"], asked_by=by.staff_id)
        record_training(staff_ids=list(roles), held_on=clock.today(), by=by)
        record(alias, by=by, verb=VERB, subject=",".join(sorted(roles)))
    return issued


def _grant(alias: str, staff_id: str, role: Role, by: str) -> None:
    duty: Duty = next(duty for duty, row in ROWS.items() if role in row.roles)
    now, today = clock.now(), clock.today()
    Grant.objects.using(alias).create(
        staff_id=staff_id, role=role.value, duty=duty.value, origin="bootstrap", state=GrantState.CONFIRMED,
        valid_from=today, valid_until=today + FIRST_LIFE, reason="最初の登録",
        requested_by=by, requested_at=now, set_by=by, set_at=now, confirmed_by=by, confirmed_at=now,
    )  # fmt: skip
