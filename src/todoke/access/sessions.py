"""サインイン・サインアウト: one live session per ID, at one terminal, by password and second factor (PIA III.3 リスク2).

A second sign-in is refused; a supervisor may give leave to take over (`actions.allow_take_over`). The token is
handed out once and kept as a SHA-256 only. Everything is logged in the directory's database.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, NoReturn

from django.db import connections, transaction

from todoke.access import alarms, attempts, directory, passwords, standing
from todoke.access.factors.interface import Occasion, Proof, ProofContext
from todoke.access.models import EndReason, Session, Staff, Terminal
from todoke.access.standing import ABSOLUTE, IDLE
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, Family, TodokeError
from todoke.oplog.record import record, record_refusal
from todoke.oplog.who import Who

BEGIN: Final = "access:session:begin"
LEAVE: Final = "access:session:sign_out"
VERIFY: Final = "access:session:verify"
REAP: Final = "access:session:reap"
TAKE_OVER_LIFE: Final = timedelta(minutes=5)
_LONGEST_ID = 16

# What may give way ends in the very statement that begins anew; the partial unique index decides the race.
_BEGIN = """
WITH old AS (
    UPDATE access_session SET ended_at = %(now)s,
        ended_by = CASE WHEN take_over_until > %(now)s THEN take_over_by ELSE staff_id END,
        end_reason = CASE WHEN take_over_until > %(now)s THEN 'taken_over'
            WHEN begun_at <= %(born)s THEN 'expired' WHEN seen_at <= %(idle)s THEN 'idle' ELSE 'reentered' END
    WHERE staff_id = %(staff)s AND ended_at IS NULL AND (
        take_over_until > %(now)s OR begun_at <= %(born)s OR seen_at <= %(idle)s
        OR (token_hash = ANY(%(own)s) AND terminal_id = %(terminal)s))
    RETURNING id, end_reason
)
INSERT INTO access_session (token_hash, staff_id, terminal_id, begun_at, seen_at, factor, factor_at, taken_over_from_id,
                            take_over_by, ended_by, end_reason)
SELECT %(token)s, %(staff)s, %(terminal)s, %(now)s, %(now)s, %(factor)s, %(now)s,
       CASE WHEN old.end_reason = 'taken_over' THEN old.id END, '', '', ''
FROM (SELECT 1) AS one LEFT JOIN old ON true
ON CONFLICT (staff_id) WHERE ended_at IS NULL DO NOTHING
RETURNING id
"""
_REAP = """
UPDATE access_session s SET ended_at = %(now)s, ended_by = 'system',
    end_reason = CASE WHEN p.left_on <= %(today)s THEN 'left' WHEN s.begun_at <= %(born)s THEN 'expired' ELSE 'idle' END
FROM access_staff p
WHERE p.staff_id = s.staff_id AND s.ended_at IS NULL
  AND (s.begun_at <= %(born)s OR s.seen_at <= %(idle)s OR p.left_on <= %(today)s)
"""


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """What a sign-in hands out. `token` is the only copy; `must_change`: the password was an issued one."""

    token: str
    session_id: str
    must_change: bool


def sign_in(
    *,
    staff_id: str,
    password: str,
    terminal: str,
    proof: Proof,
    own_tokens: Sequence[str] = (),
    remember: Callable[[str], None] | None = None,
) -> SignedIn:
    """Begin a session at a registered terminal (`terminal`: SHA-256 of its client certificate, hex).

    `own_tokens`: of sessions that this same terminal began and lost; they give way. `remember` gets the new token
    before it becomes valid, so that a program killed in between can resume. Call it outside of any transaction.
    Errors: SIGN_IN_REFUSED (whatever was wrong: the log says), SESSION_LIVE, what an unusable picture is refused with.
    """
    alias = directory.alias()
    place = standing.terminal(alias, terminal)
    who = Who(staff_id=staff_id[:_LONGEST_ID], terminal=place.name if place else terminal[:_LONGEST_ID])
    if place is None:
        _refuse(who, "terminal")
    person = _identified(alias, who, password)
    who = Who(staff_id=person.staff_id, organisation=person.organisation, terminal=who.terminal)
    live = Session.objects.using(alias).filter(staff=person, ended_at__isnull=True).first()
    context = ProofContext(directory=alias, who=who, occasion=Occasion.SIGN_IN, live=live is not None)
    outcome = proof(person.staff_id, context)
    if outcome.refusal is not None:
        _refuse(who, f"factor:{outcome.factor.value}", outcome.refusal)
    token = secrets.token_urlsafe(32)
    with transaction.atomic(using=alias):
        if remember is not None:
            remember(token)
        begun = _begin(
            alias,
            token=digest(token),
            own=[digest(own) for own in own_tokens],
            staff=person.staff_id,
            terminal=terminal,
            factor=outcome.factor.value,
        )
        if begun is not None:
            signed = Who(
                staff_id=who.staff_id,
                organisation=who.organisation,
                terminal=who.terminal,
                session_id=str(begun),
            )
            record(alias, by=signed, verb=BEGIN, subject=f"factor:{outcome.factor.value}")
    if begun is None:
        _second_sign_in(alias, who, terminal)
    return SignedIn(token=token, session_id=str(begun), must_change=person.must_change)


def sign_out(token: str, *, terminal: str) -> None:
    """End the session (サインアウト). Nothing happens when it had ended."""
    alias = directory.alias()
    with transaction.atomic(using=alias):
        live = (
            Session.objects.using(alias)
            .select_for_update(of=("self",))
            .select_related("staff", "terminal")
            .filter(token_hash=digest(token), terminal_id=terminal, ended_at__isnull=True)
            .first()
        )
        if live is not None:
            _end(alias, [live.pk], EndReason.SIGNED_OUT, by=live.staff_id)
            record(alias, by=_who_of(live), verb=LEAVE, subject="")


def verify(token: str, *, terminal: str, proof: Proof) -> None:
    """Check the second factor again, before an operation that asks for it. Call it outside of any transaction.

    Errors: those of `standing.actor_for`, and the proof's own refusal.
    """
    alias = directory.alias()
    actor = standing.actor_for(token, terminal=terminal)
    outcome = proof(
        actor.staff_id, ProofContext(directory=alias, who=actor, occasion=Occasion.STEP_UP, live=False)
    )
    if outcome.refusal is not None:
        record_refusal(alias, by=actor, verb=VERIFY, subject=f"factor:{outcome.factor.value}")
        raise outcome.refusal
    with transaction.atomic(using=alias):
        Session.objects.using(alias).filter(pk=actor.session_id, ended_at__isnull=True).update(
            factor=outcome.factor.value, factor_at=clock.now()
        )
        record(alias, by=actor, verb=VERIFY, subject=f"factor:{outcome.factor.value}")


def end_sessions(alias: str, staff_ids: Sequence[str], reason: EndReason, *, by: str) -> int:
    """End the live sessions of these people, inside the caller's transaction; how many there were."""
    return (
        Session.objects.using(alias)
        .filter(staff_id__in=staff_ids, ended_at__isnull=True)
        .update(ended_at=clock.now(), ended_by=by, end_reason=reason)
    )


def reap() -> int:
    """End what was left behind: idle, too old, or of somebody who has left since; how many. Safe at any time."""
    alias = directory.alias()
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute(_REAP, {**_limits(), "today": clock.today()})
        ended = cursor.rowcount
        if ended:
            record(alias, by=Who(staff_id="system"), verb=REAP, subject=f"sessions:{ended}")
    return int(ended)


def digest(token: str) -> str:
    """How a token is kept: SHA-256, hex. (32 random bytes need no salt.)"""
    return hashlib.sha256(token.encode()).hexdigest()


def _identified(alias: str, who: Who, password: str) -> Staff:
    """The person whose password this is; SIGN_IN_REFUSED, after the log, for every other case."""
    person = Staff.objects.using(alias).filter(pk=who.staff_id).first()
    tried = attempts.attempt(
        alias,
        who.staff_id,
        attempts.PASSWORD,
        lambda: passwords.matches(password, person.password if person else None),
    )
    if tried is attempts.Try.CAPPED:
        alarms.ring(alias, alarms.TRIES_EXHAUSTED, by=who, detail=attempts.PASSWORD)
    if tried is not attempts.Try.RIGHT:
        _refuse(who, f"password:{tried.value}")
    assert person is not None
    if person.left_on is not None and person.left_on <= clock.today():
        _refuse(who, "left")
    return person


def _begin(alias: str, **values: object) -> int | None:
    """Run `_BEGIN`; the new session's number, None when another is live."""
    with connections[alias].cursor() as cursor:
        parameters: dict[str, Any] = {**_limits(), **values}
        cursor.execute(_BEGIN, parameters)
        row = cursor.fetchone()
    return int(row[0]) if row else None


def _second_sign_in(alias: str, who: Who, terminal: str) -> NoReturn:
    live = Session.objects.using(alias).filter(staff_id=who.staff_id, ended_at__isnull=True).first()
    record_refusal(alias, by=who, verb=BEGIN, subject="live")
    if live is not None and live.terminal_id != terminal:
        other = Terminal.objects.using(alias).get(pk=live.terminal_id).name
        alarms.ring(alias, alarms.TWO_TERMINALS, by=who, detail=other)
    raise TodokeError(ErrorCode.SESSION_LIVE)


def _refuse(who: Who, reason: str, refusal: TodokeError | None = None) -> NoReturn:
    """Log why; tell the person only that it failed — or how to take a better picture."""
    record_refusal(directory.alias(), by=who, verb=BEGIN, subject=reason)
    if refusal is not None and refusal.code.family is Family.INPUT:
        raise refusal
    raise TodokeError(ErrorCode.SIGN_IN_REFUSED)


def _end(alias: str, sessions: Sequence[int], reason: EndReason, *, by: str) -> None:
    Session.objects.using(alias).filter(pk__in=sessions).update(
        ended_at=clock.now(), ended_by=by, end_reason=reason
    )


def _who_of(session: Session) -> Who:
    return Who(
        staff_id=session.staff_id,
        organisation=session.staff.organisation,
        session_id=str(session.pk),
        terminal=session.terminal.name,
    )


def _limits() -> dict[str, Any]:
    now = clock.now()
    return {"now": now, "born": now - ABSOLUTE, "idle": now - IDLE}
