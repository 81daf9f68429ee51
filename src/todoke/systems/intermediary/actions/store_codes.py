"""符号管理: take the 符号 that the network delivered; the 取得番号 ends with it."""

from __future__ import annotations

import pyarrow as pa
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.intermediary import LinkCodes
from todoke.contracts.network import Received
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.systems.intermediary import codecs, needs
from todoke.systems.intermediary.needs import organisation_of

# one person registered under two 統合番号 gets one 符号: the later 統合番号 is an error, not the older one's loss
_STORE = """
WITH due AS (
    SELECT l.organisation, l.integrated_number, n.link_code,
           row_number() OVER (PARTITION BY n.link_code ORDER BY l.integrated_number) > 1
           OR EXISTS (SELECT FROM intermediary_link_code o WHERE o.link_code = n.link_code) AS taken
    FROM notified n JOIN intermediary_link_code l
      ON l.acquisition_number = n.acquisition_number AND l.state = 'requested'
)
UPDATE intermediary_link_code l
SET state = CASE WHEN d.taken THEN 'failed' ELSE 'acquired' END,
    link_code = CASE WHEN d.taken THEN NULL ELSE d.link_code END,
    acquired_at = CASE WHEN d.taken THEN NULL ELSE %(now)s END,
    failure = CASE WHEN d.taken THEN 'duplicate_person' ELSE '' END,
    acquisition_number = NULL
FROM due d WHERE d.integrated_number = l.integrated_number AND d.organisation = l.organisation
"""


def store_codes(*, alias: str, body: LinkCodes, by: Actor) -> Received:
    """Bind each 符号 to the 統合番号 that its 取得番号 was made for. Unknown and repeated ones are not counted."""
    require(by, Permission.INTERMEDIARY_STORE_CODE, municipality=needs.municipality_of(alias))
    notified = {
        "acquisition_number": codecs.texts([row.acquisition_number for row in body.records]),
        "link_code": codecs.texts([row.link_code for row in body.records]),
    }
    with transaction.atomic(using=alias):
        postgres.stage(alias, "notified", pa.table(notified))
        count = postgres.execute(alias, _STORE, {"now": clock.now()})
        verb, subject = Permission.INTERMEDIARY_STORE_CODE.value, organisation_of(alias)
        record(alias, by=by, verb=verb, subject=subject, persons=count)
    return Received(count=count)
