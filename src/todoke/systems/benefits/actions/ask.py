"""照会対象者の抽出 (ask): only persons whose answer can still change their household's outcome."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.inquiry import OrderReceipt
from todoke.engine import duck, snapshots
from todoke.oplog.record import record
from todoke.systems.benefits import needs, queries
from todoke.systems.benefits.models import DecisionRun
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.rules.tax_status import TaxStatus

ALIAS = "benefits"
_WHO = """
SELECT p.resident_code FROM read_parquet(?) p JOIN read_parquet(?) h USING (household_key)
WHERE h.outcome = 'undecided' AND p.status = ? ORDER BY p.resident_code
"""


def ask(*, programme: Programme, round_name: str, by: Actor) -> OrderReceipt:
    """Order the tax status of every 未照会 member of an undecided household. The same round again asks nothing new.

    Where a member is taxed or treaty-exempt the outcome is certain, and nobody is asked (PIA III.2: no more than needed).
    """
    require(by, Permission.BENEFITS_ASK)
    run = queries.decision_run(programme.code, round_name)
    codes = _who(run)
    receipt = needs.inquiries().order(
        order_id=f"{programme.code}-{round_name}", resident_codes=codes, by=by.staff_id
    )
    with transaction.atomic(using=ALIAS):
        record(
            ALIAS, by=by.staff_id, verb="benefits:inquiry:ask", subject=receipt.order_id, persons=len(codes)
        )
    return receipt


def _who(run: DecisionRun) -> list[str]:
    persons = snapshots.check(Path(run.persons_path), run.persons_sha256)
    households = snapshots.check(Path(run.result_path), run.result_sha256)
    with duck.connect() as connection:
        found = connection.execute(_WHO, [str(persons), str(households), TaxStatus.NOT_ASKED.value])
        return [code for (code,) in found.fetchall()]
