"""照会の依頼の受付: each person's previous municipality and 統合番号, and one question for each who can be asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import pyarrow as pa
from django.conf import settings
from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.inquiry import OrderReceipt
from todoke.contracts.linkage import ConversionRequest
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.records.ragged import pc
from todoke.systems.inquiry import codecs, needs
from todoke.systems.inquiry.codecs import Draft
from todoke.systems.inquiry.models import Order
from todoke.systems.inquiry.rules.standings import UNKNOWN_WARD, identified, place

ALIAS = "inquiry"


def take_order(
    *,
    order_id: str,
    resident_codes: Sequence[str],
    tax_year: int | None = None,
    reasons: Mapping[str, str],
    by: Actor,
) -> OrderReceipt:
    """Take on an order whole; the same order id again returns the first receipt. `reasons` by resident code."""
    require(by, Permission.BENEFITS_ASK)
    known = Order.objects.using(ALIAS).filter(order_id=order_id).first()
    if known is not None:
        return _receipt(known)
    subjects = _subjects(sorted(set(resident_codes)), reasons, by)
    with transaction.atomic(using=ALIAS):
        order, is_new = _create(order_id, subjects, tax_year, by)
        if is_new:
            _keep(order_id, subjects, by)
            subject = f"order {order_id}"
            record(ALIAS, by=by, verb="inquiry:order:take", subject=subject, persons=len(subjects))
    return _receipt(order)


def _subjects(codes: list[str], reasons: Mapping[str, str], by: Actor) -> pa.Table:
    """One row a person in the order of codes; the columns are those of the table, and `provider`."""
    origins = {origin.resident_code: origin for origin in needs.origins(codes)}
    placed = {code: place(origins.get(code), own=settings.TODOKE_MUNICIPALITY) for code in codes}
    requests = [
        ConversionRequest(resident_code=code, attributes=origin.attributes)
        for code, origin in origins.items()
        if placed[code].standing == "asked"
    ]
    converted = {found.resident_code: found for found in needs.convert(requests, by=by.staff_id)}
    standings = [identified(placed[code], converted.get(code)) for code in codes]
    found = [origins.get(code) for code in codes]
    numbers = [converted[code].integrated_number if code in converted else None for code in codes]
    return pa.table(
        {
            "position": pa.array(range(1, len(codes) + 1), pa.int32()),
            "resident_code": pa.array(codes, pa.string()),
            "ward_code": pa.array([o.ward_code if o else UNKNOWN_WARD for o in found], pa.string()),
            "previous_municipality": pa.array(
                [o.previous_municipality if o else "" for o in found], pa.string()
            ),
            "reason": pa.array([reasons.get(code, "") for code in codes], pa.string()),
            "standing": pa.array([s.standing for s in standings], pa.string()),
            "refusal": pa.array([s.refusal for s in standings], pa.string()),
            "integrated_number": pa.array(numbers, pa.string()),
            "provider": pa.array([s.provider for s in standings], pa.string()),
        }
    )


def _create(order_id: str, subjects: pa.Table, tax_year: int | None, by: Actor) -> tuple[Order, bool]:
    """The order's row; of two calls at the same moment one creates it."""
    counts = Counter(subjects["standing"].to_pylist())
    return Order.objects.using(ALIAS).get_or_create(
        order_id=order_id,
        defaults={
            "ordered_at": clock.now(),
            "ordered_by": by.staff_id,
            "asked": counts["asked"],
            "abroad": counts["abroad"],
            "unreachable": counts["unreachable"],
            "tax_year": tax_year,
        },
    )


def _keep(order_id: str, subjects: pa.Table, by: Actor) -> None:
    """The persons by COPY, then a drafted question for each who can be asked about."""
    rows = subjects.drop_columns(["provider"]).append_column("order_id", pa.repeat(order_id, len(subjects)))
    postgres.copy_in(ALIAS, "inquiry_subject", rows)
    questions = subjects.filter(pc.equal(subjects["standing"], "asked"))
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(
            "SELECT position, id FROM inquiry_subject WHERE order_id = %s AND standing = 'asked'", [order_id]
        )
        ids = dict(cursor.fetchall())
    places = zip(questions["position"].to_pylist(), questions["provider"].to_pylist(), strict=True)
    drafts = [
        Draft(ids[position], int(str(position)), str(provider), round=1) for position, provider in places
    ]
    table = codecs.drafted_table(order_id, drafts, at=clock.now(), by=by.staff_id)
    postgres.copy_in(ALIAS, "inquiry_query", table)


def _receipt(order: Order) -> OrderReceipt:
    return OrderReceipt(
        order_id=order.order_id, asked=order.asked, abroad=order.abroad, unreachable=order.unreachable
    )
