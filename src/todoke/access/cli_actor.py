"""`--by` と内部の窓口の `by`: a staff ID becomes an actor only through a live session, asked anew every time."""

from __future__ import annotations

import click

from todoke.access import acting, cli_sessions, guard, standing
from todoke.access.acting import ACTOR, PERMISSION
from todoke.access.permissions import Actor
from todoke.kernel.errors import ErrorCode, TodokeError


def actor(staff_id: str, *, purpose: str = "") -> Actor:
    """The person, if acting in this very request, or signed in by command on this account (`todoke sign-in`).

    Errors: SESSION_OVER, TERMINAL_REFUSED; within a verb, what `guard.check` says of its declared permission.
    """
    who = acting.now()
    if who is not None and who.staff_id == staff_id:
        return who
    session = cli_sessions.read(staff_id)
    if session is None:
        reason = f"職員ID {staff_id} はこの端末でサインインしていません"
        raise TodokeError(ErrorCode.SESSION_OVER, reason=reason)
    context = click.get_current_context(silent=True)
    permission = context.meta.get(PERMISSION) if context else None
    found = standing.actor_for(
        session.token,
        terminal=cli_sessions.fingerprint(session.terminal),
        permission=permission,
        purpose=purpose,
    )
    if found.staff_id != staff_id:
        raise TodokeError(ErrorCode.SESSION_OVER, reason="サインインの控えが別の職員のものです")
    if context is not None:
        context.meta[ACTOR] = found
    if permission is not None:
        guard.check(found, permission, {})
    return found
