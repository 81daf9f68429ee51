"""今の権限: who is behind a token at this very moment, and what they may do. Asked anew at every request.

So an ended session, a leaver, a revoked right, an overdue training or a contract that ran out count at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, NoReturn

from django.db import connections, transaction

from todoke.access import alarms, directory
from todoke.access.models import EndReason, Grant, GrantState, Session, Terminal
from todoke.access.permissions import Actor, Held, Permission, Role, granted
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record, record_refusal
from todoke.oplog.who import Who

IDLE: Final = timedelta(minutes=15)
ABSOLUTE: Final = timedelta(hours=10)
TRAINING: Final = "privacy"
TRAINING_TITLE: Final = "特定個人情報保護に関する所属研修"
TRAINING_LIFE: Final[Mapping[str, timedelta]] = {
    "city": timedelta(days=365),  # 年に1回 (PIA III.3 横浜市における措置)
    "platform": timedelta(days=183),  # 年2回 (同 中間サーバー・プラットフォームにおける措置)
    "national": timedelta(days=365),
}
USE: Final = "access:session:use"
_TOUCH: Final = timedelta(seconds=30)

_STANDING = """
SELECT s.id, s.staff_id, s.terminal_id, s.begun_at, s.seen_at, s.factor_at, s.ended_at, s.end_reason,
       p.organisation, p.left_on, p.must_change, t.name AS terminal_name,
       t.withdrawn_at IS NULL AND %(today)s BETWEEN t.valid_from AND t.valid_until AS terminal_valid,
       c.number IS NULL OR (%(today)s BETWEEN c.valid_from AND c.valid_until
           AND (m.number IS NULL OR %(today)s BETWEEN m.valid_from AND m.valid_until)) AS contract_valid,
       (SELECT max(held_on) FROM access_training r WHERE r.staff_id = s.staff_id AND r.kind = %(training)s
           AND r.held_on <= %(today)s) AS trained_on
FROM access_session s JOIN access_staff p USING (staff_id) JOIN access_terminal t ON t.fingerprint = s.terminal_id
LEFT JOIN access_contract c ON c.number = p.contract_id LEFT JOIN access_contract m ON m.number = c.prime_id
WHERE s.token_hash = %(token)s
"""
_EMPLOYED = """
SELECT (p.left_on IS NULL OR p.left_on > %(today)s)
       AND (c.number IS NULL OR (%(today)s BETWEEN c.valid_from AND c.valid_until
            AND (m.number IS NULL OR %(today)s BETWEEN m.valid_from AND m.valid_until))),
       (SELECT max(held_on) FROM access_training r WHERE r.staff_id = p.staff_id AND r.kind = %(training)s
           AND r.held_on <= %(today)s)
FROM access_staff p
LEFT JOIN access_contract c ON c.number = p.contract_id LEFT JOIN access_contract m ON m.number = c.prime_id
WHERE p.staff_id = %(staff)s
"""


@dataclass(frozen=True, kw_only=True)
class _Standing:
    """The row of `_STANDING`."""

    id: int
    staff_id: str
    terminal_id: str
    begun_at: datetime
    seen_at: datetime
    factor_at: datetime
    ended_at: datetime | None
    end_reason: str
    organisation: str
    left_on: date | None
    must_change: bool
    terminal_name: str
    terminal_valid: bool
    contract_valid: bool
    trained_on: date | None

    def over(self, now: datetime) -> EndReason | None:
        """Why the session is over, if it is."""
        if self.ended_at is not None:
            return EndReason(self.end_reason)
        if self.left_on is not None and self.left_on <= clock.today():
            return EndReason.LEFT
        if now >= self.begun_at + ABSOLUTE:
            return EndReason.EXPIRED
        return EndReason.IDLE if now >= self.seen_at + IDLE else None

    def paused(self) -> ErrorCode | None:
        """Why rights do not count at the moment although the session is live."""
        if self.must_change:
            return ErrorCode.PASSWORD_EXPIRED
        if not self.contract_valid:
            return ErrorCode.CONTRACT_OVER
        life = TRAINING_LIFE[directory.realm()]
        if self.trained_on is None or clock.today() - self.trained_on > life:
            return ErrorCode.TRAINING_OVERDUE
        return None

    def who(self) -> Who:
        return Who(
            staff_id=self.staff_id,
            organisation=self.organisation,
            session_id=str(self.id),
            terminal=self.terminal_name,
        )


def actor_for(
    token: str,
    *,
    terminal: str,
    duty: str | None = None,
    purpose: str = "",
    permission: Permission | None = None,
    at_the_keys: bool = True,
) -> Actor:
    """The actor behind a session's token at this terminal, with the rights that count now.

    A page that refreshes itself (not `at_the_keys`) does not keep the session from going idle. `duty` narrows them to one duty; without it the duty is that of the first right carrying `permission`.
    `paused` of the actor says why no right counts. Errors, all logged: SESSION_OVER, TERMINAL_REFUSED.
    """
    alias = directory.alias()
    found = _find(alias, token)
    if found is None:
        record_refusal(alias, by=Who(staff_id="", terminal=terminal[:16]), verb=USE, subject="unknown")
        raise TodokeError(ErrorCode.SESSION_OVER, reason="サインインの記録がありません")
    if found.terminal_id != terminal:
        _elsewhere(alias, found, terminal)
    now = clock.now()
    if (reason := found.over(now)) is not None:
        _over(alias, found, reason, now)
    if not found.terminal_valid:
        record_refusal(alias, by=found.who(), verb=USE, subject="terminal")
        raise TodokeError(ErrorCode.TERMINAL_REFUSED)
    if at_the_keys and now - found.seen_at >= _TOUCH:
        Session.objects.using(alias).filter(pk=found.id, ended_at__isnull=True, seen_at__lt=now).update(
            seen_at=now
        )
    paused = found.paused()
    held = _held(alias, found.staff_id) if paused is None else ()
    chosen = duty or _duty_of(held, permission)
    return Actor(
        staff_id=found.staff_id,
        organisation=found.organisation,
        session_id=str(found.id),
        terminal=found.terminal_name,
        duty=chosen,
        purpose=purpose,
        held=tuple(right for right in held if chosen in ("", right.duty)),
        verified_at=found.factor_at,
        paused=paused,
    )


def may_now(staff_id: str, permission: Permission, *, municipality: str) -> bool:
    """Whether the person's rights of this very moment carry the permission there, signed in or not.

    For an act that counts only later, when somebody else's act completes it.
    """
    alias, today = directory.alias(), clock.today()
    with connections[alias].cursor() as cursor:
        cursor.execute(_EMPLOYED, {"staff": staff_id, "today": today, "training": TRAINING})
        found = cursor.fetchone()
    if found is None or not found[0]:
        return False
    trained_on: date | None = found[1]
    if trained_on is None or today - trained_on > TRAINING_LIFE[directory.realm()]:
        return False
    rights = (right for right in _held(alias, staff_id) if permission in granted(right.role))
    return any(right.covers(municipality, None) for right in rights)


def terminal(alias: str, fingerprint: str) -> Terminal | None:
    """The registered terminal with that certificate, if it may be used today."""
    today = clock.today()
    return (
        Terminal.objects.using(alias)
        .filter(pk=fingerprint, withdrawn_at__isnull=True, valid_from__lte=today, valid_until__gte=today)
        .first()
    )


def _find(alias: str, token: str) -> _Standing | None:
    values: dict[str, Any] = {
        "today": clock.today(),
        "training": TRAINING,
        "token": hashlib.sha256(token.encode()).hexdigest(),
    }
    with connections[alias].cursor() as cursor:
        cursor.execute(_STANDING, values)
        row = cursor.fetchone()
        names = [column.name for column in cursor.description or ()]
    return _Standing(**dict(zip(names, row, strict=True))) if row else None


def _held(alias: str, staff_id: str) -> tuple[Held, ...]:
    today = clock.today()
    rows = (
        Grant.objects.using(alias)
        .filter(staff_id=staff_id, state=GrantState.CONFIRMED, valid_from__lte=today, valid_until__gte=today)
        .order_by("pk")
        .values_list("role", "duty", "municipality", "ward")
    )
    return tuple(
        Held(role=Role(role), duty=duty, municipality=municipality, ward=ward)
        for role, duty, municipality, ward in rows
    )


def _duty_of(held: tuple[Held, ...], permission: Permission | None) -> str:
    """The duty in which an operation is done; the only one there is when none is asked for, else none."""
    fitting = [right.duty for right in held if permission is None or permission in granted(right.role)]
    return fitting[0] if fitting and (permission is not None or len(set(fitting)) == 1) else ""


def _elsewhere(alias: str, found: _Standing, fingerprint: str) -> NoReturn:
    """A token that left its terminal: whoever holds it now is not answered, and somebody must look into it."""
    place = Terminal.objects.using(alias).filter(pk=fingerprint).first()
    seen_at = Who(
        staff_id=found.staff_id,
        organisation=found.organisation,
        session_id=str(found.id),
        terminal=place.name if place else fingerprint[:16],
    )
    record_refusal(alias, by=seen_at, verb=USE, subject="elsewhere")
    if found.ended_at is None:
        alarms.ring(alias, alarms.TOKEN_ELSEWHERE, by=seen_at, detail=found.terminal_name)
    raise TodokeError(ErrorCode.TERMINAL_REFUSED)


def _over(alias: str, found: _Standing, reason: EndReason, now: datetime) -> NoReturn:
    """The session is over: say why; what has only now run out is ended."""
    if found.ended_at is None:
        with transaction.atomic(using=alias):
            live = Session.objects.using(alias).filter(pk=found.id, ended_at__isnull=True)
            if live.update(ended_at=now, ended_by="system", end_reason=reason):
                record(alias, by=found.who(), verb="access:session:end", subject=reason.value)
    record_refusal(alias, by=found.who(), verb=USE, subject=f"over:{reason.value}")
    raise TodokeError(ErrorCode.SESSION_OVER, reason=str(reason.label))
