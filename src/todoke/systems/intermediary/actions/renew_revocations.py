"""緊急失効の写し: what the network has revoked since the list was issued, renewed before it is too old to trust."""

from __future__ import annotations

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.network import Revocations
from todoke.engine import postgres
from todoke.exchange import kinds
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, Family, TodokeError
from todoke.oplog.record import record
from todoke.systems.intermediary import needs, queries

_LIFE = "SELECT issued_at, valid_until FROM intermediary_revocation_copy"
_ALONE = "SELECT pg_try_advisory_xact_lock(hashtextextended('intermediary/revocations', 0))"
# an answer that was overtaken by a newer one on its way changes nothing
_STORE = """
INSERT INTO intermediary_revocation_copy (id, issued_at, valid_until, entries, organisations, body, signature)
VALUES (1, %(issued_at)s, %(valid_until)s, %(entries)s, %(organisations)s, %(body)s, %(signature)s)
ON CONFLICT (id) DO UPDATE
SET issued_at = excluded.issued_at, valid_until = excluded.valid_until, entries = excluded.entries,
    organisations = excluded.organisations, body = excluded.body, signature = excluded.signature
WHERE intermediary_revocation_copy.issued_at < excluded.issued_at
"""


def renew_revocations(*, alias: str, by: Actor) -> bool:
    """Fetch anew when half of the copy's life is over; whether it did. Nothing is done twice at once.

    Errors: UNAVAILABLE when the network cannot be reached and the copy counts no more (whoever asked tries again, and
    until then nothing is provided), SENDER_REFUSED for a wrong signature, STATE_CONFLICT for one that is out of date.
    """
    require(by, Permission.INTERMEDIARY_LIST_RENEW, municipality=needs.municipality_of(alias))
    copy, now = postgres.prepared(alias, _LIFE)[0], clock.now()
    if copy and now < copy[0][0] + (copy[0][1] - copy[0][0]) / 2:
        return False
    usable = bool(copy) and now < copy[0][1]
    try:
        return _renew(alias, by, wait=not usable)
    except TodokeError as error:
        if usable and error.code.family is Family.UNAVAILABLE:
            return False
        raise


def _renew(alias: str, by: Actor, *, wait: bool) -> bool:
    with transaction.atomic(using=alias):
        if not wait and not postgres.fetch(alias, _ALONE)[0][0]:
            return False
        newest = queries.newest_copy(alias)
        signed = needs.fetch_revocations(alias, newest.edition if newest else 0)
        if not needs.revocations_are_signed(signed.body, signed.signature):
            raise TodokeError(ErrorCode.SENDER_REFUSED, detail="緊急失効の一覧の署名が一致しません")
        issued = kinds.decode(Revocations, signed.body)
        if issued.valid_until <= clock.now():
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail="緊急失効の一覧の有効期限が過ぎています")
        parameters = {
            "issued_at": issued.issued_at,
            "valid_until": issued.valid_until,
            "entries": [
                " ".join(getattr(row, name) for name in row.__struct_fields__) for row in issued.entries
            ],
            "organisations": issued.organisations,
            "body": signed.body,
            "signature": signed.signature,
        }
        postgres.execute(alias, _STORE, parameters)
        subject = f"entries:{len(issued.entries)} organisations:{len(issued.organisations)}"
        record(alias, by=by, verb=Permission.INTERMEDIARY_LIST_RENEW.value, subject=subject)
    return True
