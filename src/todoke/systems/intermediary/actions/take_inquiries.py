"""情報照会: take on the city's questions and ask the network for permits."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.intermediary import Inquiries, InquiryReceipts
from todoke.contracts.network import PermitRequest, PermitRequests
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.systems.intermediary import codecs, needs

_COLUMNS = (
    "record_id", "integrated_number", "provider", "duty", "procedure", "information_code", "nondisclosure",
)  # fmt: skip
_JUDGE = """
SELECT CASE
         WHEN EXISTS (SELECT FROM intermediary_inquiry i WHERE i.record_id = a.record_id)
              OR row_number() OVER (PARTITION BY a.record_id ORDER BY a.place) > 1 THEN 'duplicate_record'
         WHEN l.link_code IS NULL THEN 'no_link_code'
         ELSE ''
       END, l.link_code
FROM asked a LEFT JOIN intermediary_link_code l
  ON l.integrated_number = a.integrated_number AND l.organisation = %(organisation)s
ORDER BY a.place
"""


def take_inquiries(*, alias: str, body: Inquiries, by: Actor) -> InquiryReceipts:
    """Store what can be asked and send it on with the 符号; one word per record, in order.

    A record id of a refused record (no_link_code) may be used again; one that was taken on may not.
    """
    require(by, Permission.INTERMEDIARY_INQUIRE, municipality=needs.municipality_of(alias))
    rows, organisation = body.records, needs.own_organisation(alias, body.organisation)
    columns = {name: codecs.texts([getattr(row, name) for row in rows]) for name in _COLUMNS}
    now = clock.now()
    with transaction.atomic(using=alias, savepoint=False):
        postgres.stage(alias, "asked", pa.table({"place": codecs.places(len(rows)), **columns}))
        judged, _ = postgres.prepared(alias, _JUDGE, {"organisation": organisation})
        taken = [place for place, (refusal, _) in enumerate(judged) if not refusal]
        if taken:
            accepted = pa.table(columns).take(pa.array(taken))
            always: dict[str, str | datetime] = {
                "organisation": organisation,
                "requested_at": now,
                "outcome": "asked",
                "error": "",
            }
            for name, value in always.items():
                accepted = accepted.append_column(name, codecs.same(value, len(taken)))
            postgres.copy_in(alias, "intermediary_inquiry", accepted)
            codes = [code for _, code in judged]
            needs.ask_permits(alias, _permit_requests(organisation, body, taken, codes, now))
        verb = Permission.INTERMEDIARY_INQUIRE.value
        record(alias, by=by, verb=verb, subject=f"{len(rows)}", persons=len(taken))
    return InquiryReceipts(refusals=[refusal for refusal, _ in judged])


def _permit_requests(
    organisation: str, body: Inquiries, taken: list[int], codes: list[str], now: datetime
) -> PermitRequests:
    records = []
    for place in taken:
        row = body.records[place]
        records.append(
            PermitRequest(
                row.record_id,
                codes[place],
                row.provider,
                row.duty,
                row.procedure,
                row.information_code,
                row.nondisclosure,
                now,
            )
        )
    return PermitRequests(inquirer=organisation, records=records)
