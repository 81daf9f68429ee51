"""副本登録の受付回答: what the intermediary said to a message of replicas."""

from __future__ import annotations

from todoke.contracts.intermediary import REPLICAS, Replicas, ReplicasTaken
from todoke.engine import postgres
from todoke.exchange import handlers
from todoke.kernel import clock

_PIECE = """
UPDATE linkage_replicapiece
SET state = 'registered', settled_at = %(now)s, registered = %(registered)s, replaced = %(replaced)s, deleted = %(deleted)s
WHERE message_key = %(key)s AND state = 'sent'
"""
_COPIES = """
UPDATE linkage_registeredcopy SET state = 'registered', registered_at = %(now)s
WHERE message_key = %(key)s AND state = 'sent'
"""
_LEFT = "DELETE FROM linkage_registeredcopy WHERE message_key = %(key)s AND state = 'leaving'"
_PIECE_REFUSED = """
UPDATE linkage_replicapiece SET state = 'refused', settled_at = %(now)s, error = %(error)s
WHERE message_key = %(key)s AND state = 'sent'
"""
_COPIES_REFUSED = """
UPDATE linkage_registeredcopy SET state = 'refused' WHERE message_key = %(key)s AND state IN ('sent', 'leaving')
"""


@handlers.on_answer(REPLICAS)
def _registered(alias: str, key: str, _asked: Replicas, answer: ReplicasTaken) -> None:
    """Copies that a later message has changed again keep that message's state."""
    parameters = {
        "key": key,
        "now": clock.now(),
        "registered": answer.registered,
        "replaced": answer.replaced,
        "deleted": answer.deleted,
    }
    for statement in (_PIECE, _COPIES, _LEFT):
        postgres.execute(alias, statement, parameters)


@handlers.on_refusal(REPLICAS)
def _refused(alias: str, key: str, _asked: Replicas, error_code: str) -> None:
    """The whole message was refused for good."""
    parameters = {"key": key, "now": clock.now(), "error": error_code.lower()}
    for statement in (_PIECE_REFUSED, _COPIES_REFUSED):
        postgres.execute(alias, statement, parameters)
