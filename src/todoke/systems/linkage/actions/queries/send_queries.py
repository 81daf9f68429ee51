"""情報照会の送信: accepted queries into the outbox."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.conf import settings
from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.intermediary import INQUIRIES, Inquiries, Inquiry
from todoke.exchange import outbox, parties
from todoke.exchange.kinds import RECORD_LIMIT
from todoke.oplog.record import record
from todoke.systems.linkage.models import QueryBatch

ALIAS = "linkage"
NO_CODE = "no_link_code"

_LIVING = """coalesce(
    (SELECT a.person_id FROM linkage_numberalias a WHERE a.former_id = q.person_id), q.person_id)"""
_REFUSED_CODES = f"""
UPDATE linkage_query q SET state = 'refused', error = %s
FROM linkage_coderequest c
WHERE q.batch_id = %s AND q.state = 'accepted' AND c.state = 'refused'
  AND (c.person_id, c.organisation) = ({_LIVING}, q.organisation)
"""
_HAS_CODE = (
    f"({_LIVING}, q.organisation) IN"
    " (SELECT c.person_id, c.organisation FROM linkage_coderequest c WHERE c.state = 'present')"
)
_MARK_SENT = f"""
UPDATE linkage_query q SET state = 'sent' WHERE q.batch_id = %s AND q.state = 'accepted' AND {{which}}
RETURNING q.organisation, q.record_id, {_LIVING}, q.provider, q.duty, q.procedure, q.information_code, q.nondisclosure
"""


def send_queries(*, batch_id: str, by: Actor, all_persons: bool = True) -> int:
    """Put the accepted queries of a batch into the outbox, ≤ 10,000 a message; returns how many.

    A number that was merged away is sent as the one that lives. Not `all_persons`: only of those whose 符号 is known to be there. A person whose 符号 was refused cannot be asked about: such a query ends as an error here.
    """
    require(by, Permission.LINKAGE_SEND)
    with transaction.atomic(using=ALIAS):
        batch = QueryBatch.objects.using(ALIAS).select_for_update().get(batch_id=batch_id)
        with connections[ALIAS].cursor() as cursor:
            cursor.execute(_REFUSED_CODES, [NO_CODE, batch_id])
            cursor.execute(_MARK_SENT.format(which="true" if all_persons else _HAS_CODE), [batch_id])
            waiting = sorted(cursor.fetchall())
        if not waiting:
            return 0
        batch.send_attempts += 1
        batch.save(using=ALIAS, update_fields=["send_attempts"])
        _send(batch, waiting)
        subject = f"batch {batch_id}"
        record(ALIAS, by=by, verb="linkage:query:send", subject=subject, persons=len(waiting))
    return len(waiting)


def _send(batch: QueryBatch, waiting: Sequence[tuple[str, ...]]) -> None:
    """One message is of one organisation."""
    municipality = settings.TODOKE_MUNICIPALITY
    by_organisation: dict[str, list[Inquiry]] = defaultdict(list)
    for organisation, *row in waiting:
        by_organisation[organisation].append(Inquiry(*row))
    parts = [
        Inquiries(records=records[start : start + RECORD_LIMIT], organisation=organisation)
        for organisation, records in by_organisation.items()
        for start in range(0, len(records), RECORD_LIMIT)
    ]
    for number, body in enumerate(parts, 1):
        outbox.send(
            ALIAS,
            sender=parties.city(municipality),
            receiver=parties.platform(municipality),
            kind=INQUIRIES,
            body=body,
            key=f"inquiries {batch.batch_id} {batch.send_attempts}.{number}",
        )
