"""自動応答不可: release or refuse a held request, by two officers (PIA III.6 リスク2; exchange.md S13).

A held permit stays usable for release after it expires: it was received in time and used once, and asking back at the
inquirer takes longer than any permit lives. It ends with HOLD_LIMIT; after that only a refusal can be confirmed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from todoke.access import parties as actors
from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.intermediary import needs, queries
from todoke.systems.intermediary.actions.renew_revocations import renew_revocations
from todoke.systems.intermediary.flows import HELD_DECISION, Decision, DecisionState
from todoke.workflow.runner import move, of

HOLD_LIMIT = timedelta(days=90)
"""How long after its receipt a held request may be released; settings.TODOKE_HOLD_LIMIT replaces it."""

_LOCK = "SELECT permit_id FROM intermediary_provision_case WHERE permit_id = ANY(%s) AND outcome = 'held' FOR UPDATE"
_PROPOSE = f"""
INSERT INTO intermediary_held_decision (permit_id, state, decision, reason, replica_edition, proposed_by, proposed_at)
SELECT c.permit_id, 'proposed', %(decision)s, %(reason)s, r.edition, %(by)s, %(now)s
FROM intermediary_provision_case c
{queries.newest_replica("c.integrated_number")}
WHERE c.permit_id = ANY(%(permits)s)
ON CONFLICT (permit_id) DO UPDATE
SET decision = excluded.decision, reason = excluded.reason, replica_edition = excluded.replica_edition,
    proposed_by = excluded.proposed_by, proposed_at = excluded.proposed_at
"""
_PROPOSED = f"""
SELECT coalesce(d.decision, ''), a.received_at, d.replica_edition IS NOT DISTINCT FROM r.edition,
       {queries.LIST_ALLOWS}
FROM intermediary_provision_case a
LEFT JOIN intermediary_held_decision d ON d.permit_id = a.permit_id
{queries.newest_replica("a.integrated_number")}
WHERE a.permit_id = ANY(%(permits)s)
"""
_CLOSE = """
UPDATE intermediary_provision_case c
SET provided_at = greatest(%(now)s, c.provided_at),
    outcome = CASE
      WHEN %(decision)s = 'refuse' THEN 'release_refused'
      WHEN EXISTS (SELECT FROM intermediary_replica r WHERE r.integrated_number = c.integrated_number) THEN 'answered'
      ELSE 'no_record'
    END
WHERE c.permit_id = ANY(%(permits)s)
"""
_RECORD = """
UPDATE intermediary_exchange_record r SET outcome = c.outcome, provided_at = c.provided_at
FROM intermediary_provision_case c
WHERE c.permit_id = r.permit_id AND r.side = 'provider' AND c.permit_id = ANY(%(permits)s)
"""


def propose_release(
    *, alias: str, permit_ids: Sequence[str], decision: Decision, reason: str, by: Actor
) -> int:
    """First officer: propose for held requests. Replaces an unconfirmed proposal; returns how many.

    Errors: STATE_CONFLICT when any is not held, RECORD_INVALID without a reason. All or none.
    """
    require(by, Permission.INTERMEDIARY_RELEASE, municipality=needs.municipality_of(alias))
    if not reason.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="理由がありません")
    with transaction.atomic(using=alias):
        ids = _lock(alias, permit_ids)
        parameters = {
            "decision": Decision(decision).value,
            "reason": reason,
            "by": by.staff_id,
            "now": clock.now(),
            "permits": ids,
        }
        count = postgres.execute(alias, _PROPOSE, parameters)
        verb, subject = Permission.INTERMEDIARY_RELEASE.value, f"propose:{Decision(decision).value}"
        record(alias, by=by, verb=verb, subject=subject, persons=count)
    return count


def confirm_release(*, alias: str, permit_ids: Sequence[str], decision: Decision, by: Actor) -> int:
    """Second officer: confirm exactly the proposed decision; the answers leave with the same transaction.

    Errors: SAME_PERSON, STATE_CONFLICT (not held, no such proposal, copy changed since, list does not allow it now,
    held for too long). All or none.
    """
    require(by, Permission.INTERMEDIARY_CONFIRM, municipality=needs.municipality_of(alias))
    renew_revocations(alias=alias, by=actors.actor(needs.party_of(alias)))
    now = clock.now()
    with transaction.atomic(using=alias):
        queries.lock_replicas(alias, exclusive=False)
        ids = _lock(alias, permit_ids)
        _check(alias, ids, Decision(decision), now)
        rows, subject = of(HELD_DECISION, ids), f"confirm:{Decision(decision).value}"
        here = by.at(municipality=needs.municipality_of(alias))
        move(alias, HELD_DECISION, rows, to=DecisionState.CONFIRMED, by=here, subject=subject)
        parameters = {"now": now, "decision": Decision(decision).value, "permits": ids}
        for statement in (_CLOSE, _RECORD):
            postgres.execute(alias, statement, parameters)
        needs.send_answers(alias, queries.routed_answers(alias, ids))
    return len(ids)


def _lock(alias: str, permit_ids: Sequence[str]) -> list[str]:
    ids = sorted(set(permit_ids))
    found = postgres.fetch(alias, _LOCK, [ids])
    if not ids or len(found) != len(ids):
        raise _conflict("提供者確認中ではない照会が含まれています")
    return ids


def _check(alias: str, ids: list[str], decision: Decision, now: datetime) -> None:
    """Everything again in the sending transaction: proposal, copy, list, time. The runner looks at the persons."""
    parameters = {
        "permits": ids,
        "edition": queries.valid_edition(alias),
        "today": clock.today(),
    }
    limit = getattr(settings, "TODOKE_HOLD_LIMIT", HOLD_LIMIT)
    for proposed, received_at, unchanged, allowed in postgres.fetch(alias, _PROPOSED, parameters):
        if proposed != decision.value:
            raise _conflict("同じ内容の提案がありません")
        if decision is Decision.RELEASE and not unchanged:
            raise _conflict("提案の後に副本が変わりました。内容を確かめて提案し直してください")
        if decision is Decision.RELEASE and not allowed:
            raise _conflict("照会許可照会リストの写しで許可されていません")
        if decision is Decision.RELEASE and now >= received_at + limit:
            raise _conflict("保留の期限を過ぎています。不許可としてください")


def _conflict(detail: str) -> TodokeError:
    return TodokeError(ErrorCode.STATE_CONFLICT, detail=detail)
