"""符号の終了の回答: the 符号 of whoever goes on can be asked for now (番号法21条の2)."""

from __future__ import annotations

from django.conf import settings

from todoke.access import parties as actors
from todoke.access.permissions import Actor
from todoke.contracts.intermediary import CODE_RELEASES, CodeReleases
from todoke.contracts.network import Received
from todoke.engine import postgres
from todoke.exchange import handlers, parties
from todoke.kernel import clock
from todoke.oplog.record import record

VERB = "linkage:code:release"
# whoever has a 符号 keeps it; whoever was refused it, or asked while it was still the other number's, asks again
_AGAIN = """
UPDATE linkage_coderequest SET state = 'again', message_key = '', refusal = '', changed_at = %s
WHERE person_id = ANY(%s) AND state IN ('requested', 'refused')
"""


@handlers.on_answer(CODE_RELEASES)
def _released(alias: str, _key: str, body: CodeReleases, _: Received) -> None:
    """Put the heirs into 再取得, unless they have one or were not asked for yet: the next acquisition takes them."""
    heirs = [entry.heir for entry in body.records]
    again = postgres.execute(alias, _AGAIN, [clock.now(), heirs])
    record(alias, by=_us(), verb=VERB, subject="released", persons=again)


@handlers.on_refusal(CODE_RELEASES)
def _not_released(alias: str, _key: str, body: CodeReleases, error_code: str) -> None:
    """The intermediary refused for good: a line of the log, for somebody to look into."""
    subject = f"refused {error_code.lower()}"
    record(alias, by=_us(), verb=VERB, subject=subject, persons=len(body.records))


def _us() -> Actor:
    return actors.actor(parties.city(settings.TODOKE_MUNICIPALITY))
