"""支援措置の対象になった世帯: who came under protection after the papers were looked at, so that nobody pays them unseen."""

from __future__ import annotations

from typing import Final

from todoke.engine import duck, postgres
from todoke.systems.benefits.queries.examination.examining import SEEN
from todoke.systems.benefits.queries.payments import paying

ALIAS = "benefits"
_PROTECTED: Final = "SELECT resident_code FROM read_parquet($register) WHERE protected"
UNSEEN: Final = f"""(
    (c.protected OR c.payee_resident_code IN (SELECT resident_code FROM protected_now))
    AND NOT EXISTS (SELECT FROM {SEEN} s WHERE s.case_id = c.id))"""
"""Of a case `c`: protected by its mark or by the newest register, and no 責任職 has passed it since."""
_OF_BATCH: Final = f"""
SELECT count(*) FROM benefits_transfer t JOIN benefits_payment p ON p.id = t.payment_id JOIN benefits_case c ON c.id = p.case_id
WHERE t.batch_id = %s AND {UNSEEN}
"""


def stage() -> None:
    """Put whom the newest register protects into the temporary table `protected_now` of this transaction."""
    with duck.connect() as connection:
        rows = duck.table(connection, _PROTECTED, {"register": paying.latest_register().path})
    postgres.stage(ALIAS, "protected_now", rows)


def in_batch(batch: int) -> int:
    """How many households of a batch came under protection unseen; within a transaction."""
    stage()
    ((count,),) = postgres.fetch(ALIAS, _OF_BATCH, [batch])
    return int(count)
