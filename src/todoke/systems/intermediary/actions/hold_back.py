"""送信直前の確認 (自動応答不可): an answer that waits to be sent about a person who is protected by now is held back.

An answer is made in one transaction and leaves later: at once, or when a receiver that was away is back. The flag is
asked again in the transaction before each attempt. Released ones leave: two officers knew the flag.
"""

from __future__ import annotations

import msgspec

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.information import Outcome
from todoke.contracts.intermediary import Provision, Provisions
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.systems.intermediary import needs, queries
from todoke.systems.intermediary.actions.release_held import RECORD

_HOLD = """
UPDATE intermediary_provision_case c
SET outcome = 'held', provided_at = greatest(%(now)s, c.provided_at)
WHERE c.permit_id = ANY(%(permits)s) AND c.outcome = 'answered'
  AND EXISTS (SELECT FROM intermediary_replica r
              WHERE r.integrated_number = c.integrated_number AND r.auto_reply_prohibited)
  AND NOT EXISTS (SELECT FROM intermediary_held_decision d
                  WHERE d.permit_id = c.permit_id AND d.decision = 'release' AND d.state = 'confirmed')
RETURNING c.permit_id, c.provided_at
"""


def hold_back(*, alias: str, body: Provisions, by: Actor) -> Provisions | None:
    """The message with 提供者確認中 in place of each answer that may not leave now; None when all may.

    In the caller's transaction. A flag is registered before this look and holds back, or after it and comes too late.
    """
    require(by, Permission.INTERMEDIARY_PROVIDE, municipality=needs.municipality_of(alias))
    answered = [row.permit_id for row in body.records if row.outcome is Outcome.ANSWERED]
    if not answered:
        return None
    queries.lock_replicas(alias, exclusive=False)
    moments = dict(postgres.fetch(alias, _HOLD, {"now": clock.now(), "permits": answered}))
    if not moments:
        return None
    postgres.execute(alias, RECORD, {"permits": list(moments)})
    for permit_id in moments:
        verb = "intermediary:provision:hold_back"
        record(alias, by=by, verb=verb, subject="flag", persons=1, permit_id=permit_id)
    records = [
        Provision(row.permit_id, row.record_id, Outcome.HELD, "", (), moments[row.permit_id])
        if row.permit_id in moments
        else row
        for row in body.records
    ]
    return msgspec.structs.replace(body, records=records)
