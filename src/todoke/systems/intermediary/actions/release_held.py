"""自動応答不可: release or refuse a held request, by two officers (PIA III.6 リスク2; exchange.md S13).

A release needs a note that the inquirer was asked, concerns one request at a time, and is looked at again in the very
transaction that sends the answer: copies and flag, own permission list, permit, and the rights of both officers. A
permit that died meanwhile must be renewed first (`renew_permit`). A refusal may concern many, and needs a reason only.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from todoke.access import parties as actors
from todoke.access import standing
from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.intermediary import needs, queries
from todoke.systems.intermediary.actions.renew_revocations import renew_revocations
from todoke.systems.intermediary.flows import HELD_DECISION, Decision, DecisionState
from todoke.systems.intermediary.queries import holding
from todoke.systems.intermediary.rules.holding import PermitLife, names_a_number
from todoke.workflow.runner import move, of

_CONTACTED = """
SELECT count(DISTINCT permit_id) FROM intermediary_held_contact
WHERE permit_id = ANY(%s) AND law_confirmed AND need_confirmed AND handling_confirmed
"""
_PROPOSE = f"""
INSERT INTO intermediary_held_decision (permit_id, state, decision, reason, replica_editions, proposed_by, proposed_at)
SELECT c.permit_id, 'proposed', %(decision)s, %(reason)s, {holding.copies_of("c.integrated_number")}, %(by)s, %(now)s
FROM intermediary_provision_case c
WHERE c.permit_id = ANY(%(permits)s)
ON CONFLICT (permit_id) DO UPDATE
SET decision = excluded.decision, reason = excluded.reason, replica_editions = excluded.replica_editions,
    proposed_by = excluded.proposed_by, proposed_at = excluded.proposed_at
"""
_PROPOSED = f"""
SELECT coalesce(d.decision, ''), coalesce(d.proposed_by, ''), a.received_at, a.expires_at,
       d.replica_editions = {holding.copies_of("a.integrated_number")}, {queries.LIST_ALLOWS}
FROM intermediary_provision_case a
LEFT JOIN intermediary_held_decision d ON d.permit_id = a.permit_id
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
RECORD = """
UPDATE intermediary_exchange_record r SET outcome = c.outcome, provided_at = c.provided_at
FROM intermediary_provision_case c
WHERE c.permit_id = r.permit_id AND r.side = 'provider' AND c.permit_id = ANY(%(permits)s)
"""


def propose_release(
    *, alias: str, permit_ids: Sequence[str], decision: Decision, reason: str, by: Actor
) -> int:
    """First officer: propose for held requests. Replaces an unconfirmed proposal; returns how many.

    Errors, all or none: STATE_CONFLICT when any is not held or its inquirer was not asked, RECORD_INVALID without a
    reason, with a person's number in it, or for the release of several at once.
    """
    require(by, Permission.INTERMEDIARY_RELEASE, municipality=needs.municipality_of(alias))
    if not reason.strip() or names_a_number(reason):
        raise _invalid("理由がないか、理由に対象者の番号があります")
    _one_by_one(permit_ids, decision)
    with transaction.atomic(using=alias):
        ids = holding.lock(alias, permit_ids)
        if decision is Decision.RELEASE and postgres.fetch(alias, _CONTACTED, [ids])[0][0] != len(ids):
            raise _conflict(
                "照会元に法令上の根拠・必要性・取扱いを確かめた記録がありません。先に確認の記録をしてください"
            )
        parameters = {
            "decision": Decision(decision).value,
            "reason": reason.strip(),
            "by": by.staff_id,
            "now": clock.now(),
            "permits": ids,
        }
        count = postgres.execute(alias, _PROPOSE, parameters)
        verb, subject = Permission.INTERMEDIARY_RELEASE.value, f"propose:{Decision(decision).value}"
        record(alias, by=by, verb=verb, subject=subject, persons=count, permit_id=_only(ids))
    return count


def confirm_release(*, alias: str, permit_ids: Sequence[str], decision: Decision, by: Actor) -> int:
    """Second officer: confirm exactly the proposed decision; the answers leave with the same transaction.

    Errors, all or none: SAME_PERSON; PERMISSION_DENIED when either officer has no right at this moment; RECORD_INVALID
    for the release of several at once; STATE_CONFLICT (not held, no such proposal, copies or flag changed since, list
    does not allow it now, permit dead).
    """
    require(by, Permission.INTERMEDIARY_CONFIRM, municipality=needs.municipality_of(alias))
    _one_by_one(permit_ids, decision)
    renew_revocations(alias=alias, by=actors.actor(needs.party_of(alias)))
    with transaction.atomic(using=alias):
        queries.lock_replicas(alias, exclusive=False)
        ids, now = holding.lock(alias, permit_ids), clock.now()
        _check(alias, ids, Decision(decision), now, by)
        rows, subject = of(HELD_DECISION, ids), f"confirm:{Decision(decision).value}"
        here = by.at(municipality=needs.municipality_of(alias))
        move(alias, HELD_DECISION, rows, to=DecisionState.CONFIRMED, by=here, subject=subject)
        _close(alias, ids, Decision(decision).value, now)
    return len(ids)


def _close(alias: str, ids: list[str], decision: str, now: datetime) -> None:
    """End held requests that are locked: case, record, and the answer into the outbox, in the caller's transaction."""
    parameters = {"now": now, "decision": decision, "permits": ids}
    for statement in (_CLOSE, RECORD):
        postgres.execute(alias, statement, parameters)
    needs.send_answers(alias, queries.routed_answers(alias, ids))


def _one_by_one(permit_ids: Sequence[str], decision: Decision) -> None:
    if decision is Decision.RELEASE and len(set(permit_ids)) > 1:
        raise _invalid("提供の許可は一件ずつ行ってください。まとめてできるのは不許可だけです")


def _check(alias: str, ids: list[str], decision: Decision, now: datetime, by: Actor) -> None:
    """Everything again in the sending transaction: proposal, copies and flag, list, permit, both officers' rights."""
    parameters = {
        "permits": ids,
        "edition": queries.valid_edition(alias),
        "today": clock.today(),
    }
    proposers = set()
    for proposed, proposer, received_at, expires_at, unchanged, allowed in postgres.fetch(
        alias, _PROPOSED, parameters
    ):
        if proposed != decision.value:
            raise _conflict("同じ内容の提案がありません")
        proposers.add(proposer)
        if decision is Decision.RELEASE:
            _may_leave(holding.limits().life(received_at, expires_at, now), unchanged, allowed)
    _still_officers(alias, proposers, by)


def _may_leave(life: PermitLife, unchanged: bool, allowed: bool) -> None:
    if life is PermitLife.OVER:
        raise _conflict("保留の期限を過ぎています。照会元に、もう一度照会するよう伝えてください")
    if life is PermitLife.EXPIRED:
        raise _conflict("許可証の期限が切れています。許可証の更新を求めてください")
    if not unchanged:
        raise _conflict(
            "提案の後に副本が変わりました（内容または自動応答不可の設定）。内容を確かめて提案し直してください"
        )
    if not allowed:
        raise _conflict("照会許可照会リストの写しで許可されていません")


def _still_officers(alias: str, proposers: set[str], by: Actor) -> None:
    """The directory is another database: it is asked last, when everything here is locked."""
    here = needs.municipality_of(alias)
    needed = [(staff, Permission.INTERMEDIARY_RELEASE) for staff in sorted(proposers)]
    for staff_id, permission in [*needed, (by.staff_id, Permission.INTERMEDIARY_CONFIRM)]:
        if not standing.may_now(staff_id, permission, municipality=here):
            raise TodokeError(ErrorCode.PERMISSION_DENIED, permission=permission.value)


def _only(ids: list[str]) -> str:
    return ids[0] if len(ids) == 1 else ""


def _invalid(detail: str) -> TodokeError:
    return TodokeError(ErrorCode.RECORD_INVALID, detail=detail)


def _conflict(detail: str) -> TodokeError:
    return TodokeError(ErrorCode.STATE_CONFLICT, detail=detail)
