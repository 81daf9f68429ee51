"""照会対象者の抽出 (ask): only persons whose answer can still change their household's outcome."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
from django.conf import settings
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.inquiry import OrderReceipt
from todoke.contracts.residents import SnapshotKind
from todoke.engine import duck, snapshots
from todoke.engine.snapshots import Seal
from todoke.identifiers.municipality import ABROAD
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.systems.benefits import needs, queries
from todoke.systems.benefits.models import DecisionRun, InquiryOrder
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.rules.tax.tax_status import TaxStatus

ALIAS = "benefits"
_WHO = """
SELECT p.resident_code, coalesce(l.previous_municipality = $abroad, false) AS abroad
FROM read_parquet($persons) p
JOIN read_parquet($households) h USING (household_key)
LEFT JOIN read_parquet($latest) l USING (resident_code)
WHERE h.outcome = 'undecided' AND p.status = $not_asked ORDER BY p.resident_code
"""


def ask(*, programme: Programme, round_name: str, by: Actor) -> InquiryOrder:
    """Order the tax status of every 未照会 member of an undecided household. The same round again asks nothing new.

    Where a member is taxed or treaty-exempt the outcome is certain, and nobody is asked (PIA III.2: no more than
    needed). Raises NOT_FOUND before the round was decided.
    """
    require(by, Permission.BENEFITS_ASK)
    known = queries.known_order(programme.code, round_name)
    if known is not None:
        return known
    run = queries.decision_run(programme.code, round_name)
    persons = _who(run)
    seal = snapshots.write(persons, Path(settings.TODOKE_DATA_FOLDER) / "benefits", f"asked-{round_name}")
    codes = [str(code) for code in persons["resident_code"].to_pylist()]
    receipt = needs.inquiries().order(
        order_id=queries.order_id(programme.code, round_name),
        resident_codes=codes,
        tax_year=programme.tax_year,
        by=by.staff_id,
        reasons=dict.fromkeys(codes, _why(programme)),
    )
    with transaction.atomic(using=ALIAS):
        order = _keep(run, seal, receipt, by)
        record(ALIAS, by=by, verb="benefits:inquiry:ask", subject=order.order_id, persons=seal.rows)
    return order


def _why(programme: Programme) -> str:
    """Everybody who is asked about is unknown for this one reason (rules/deciding/decision_sql.py, source `inquiry`)."""
    since = clock.wareki(programme.moved_in_from)
    return f"課税の状態が未照会：{since}以後の転入で、本市に課税の記録がない。世帯のほかの人だけでは支給の可否が決まらない"


def _keep(run: DecisionRun, seal: Seal, receipt: OrderReceipt, by: Actor) -> InquiryOrder:
    return InquiryOrder.objects.using(ALIAS).create(
        order_id=receipt.order_id,
        run=run,
        path=str(seal.path),
        sha256=seal.sha256,
        persons=seal.rows,
        asked=receipt.asked,
        abroad=receipt.abroad,
        unreachable=receipt.unreachable,
        ordered_at=clock.now(),
        ordered_by=by.staff_id,
    )


def _who(run: DecisionRun) -> pa.Table:
    """resident_code and abroad (国外から転入), by resident code."""
    latest = needs.register(SnapshotKind.LATEST)
    parameters = {
        "persons": str(snapshots.check(Path(run.persons_path), run.persons_sha256)),
        "households": str(snapshots.check(Path(run.result_path), run.result_sha256)),
        "latest": str(snapshots.check(Path(latest.path), latest.sha256)),
        "abroad": ABROAD,
        "not_asked": TaxStatus.NOT_ASKED.value,
    }
    with duck.connect() as connection:
        return duck.table(connection, _WHO, parameters)
