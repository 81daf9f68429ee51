"""二次照会の作成 (住民登録外課税): persons whose first answer says that another municipality taxes them."""

from __future__ import annotations

from django.conf import settings
from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.information import TAX_ITEMS
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.systems.inquiry import codecs
from todoke.systems.inquiry.codecs import Draft
from todoke.systems.inquiry.rules.second_round import TAXED_ELSEWHERE, SecondRound, second_round

ALIAS = "inquiry"
_ELSEWHERE = TAX_ITEMS.index("taxed_elsewhere") + 1
_WHERE = TAX_ITEMS.index("taxing_municipality") + 1
_PERSONS = f"""
SELECT s.id, s.position, q.item_values[{_WHERE}], q.provider
FROM inquiry_query q JOIN inquiry_subject s ON s.id = q.subject_id
WHERE s.order_id = %s AND q.round = 1 AND q.current AND q.state = 'answered' AND q.item_values[{_ELSEWHERE}] = %s
  AND s.second_refusal = ''
  AND NOT EXISTS (SELECT FROM inquiry_query second WHERE second.subject_id = s.id AND second.round = 2)
ORDER BY s.position
FOR UPDATE OF s
"""
_REFUSE = """
UPDATE inquiry_subject s SET second_refusal = r.refusal
FROM (SELECT unnest(%s::bigint[]) AS id, unnest(%s::text[]) AS refusal) r WHERE s.id = r.id
"""


def plan_second_round(*, order_id: str, by: Actor) -> int:
    """Draft a question to the taxing municipality for each such person; returns how many were drafted."""
    require(by, Permission.INQUIRY_OPERATE)
    with transaction.atomic(using=ALIAS):
        with connections[ALIAS].cursor() as cursor:
            cursor.execute(_PERSONS, [order_id, TAXED_ELSEWHERE])
            rows = cursor.fetchall()
        plans = [(subject, position, _next(taxing, first)) for subject, position, taxing, first in rows]
        asked = [(subject, position, plan) for subject, position, plan in plans if plan.provider]
        _refuse([(subject, plan.refusal) for subject, _, plan in plans if not plan.provider])
        _draft(order_id, asked, by)
        if plans:
            subject = f"order {order_id}"
            record(ALIAS, by=by, verb="inquiry:second:plan", subject=subject, persons=len(asked))
    return len(asked)


def _next(taxing_municipality: str | None, first_provider: str) -> SecondRound:
    return second_round(
        taxing_municipality=taxing_municipality,
        first_provider=first_provider,
        own=settings.TODOKE_MUNICIPALITY,
    )


def _refuse(refused: list[tuple[int, str]]) -> None:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_REFUSE, [[subject for subject, _ in refused], [word for _, word in refused]])


def _draft(order_id: str, asked: list[tuple[int, int, SecondRound]], by: Actor) -> None:
    drafts = [Draft(subject, position, plan.provider, round=2) for subject, position, plan in asked]
    table = codecs.drafted_table(order_id, drafts, at=clock.now(), by=by.staff_id)
    postgres.copy_in(ALIAS, "inquiry_query", table)
