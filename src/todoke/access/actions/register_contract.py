"""委託契約の登録: what accounts of a contractor rest on (PIA III.2-4 特定個人情報ファイルの取扱いの委託)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction

from todoke.access import directory
from todoke.access.models import Contract
from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record


@dataclass(frozen=True, kw_only=True)
class Terms:
    """A contract as it stands on paper. `prime`: number of the contract under which this one is 再委託."""

    number: str
    contractor: str
    valid_from: date
    valid_until: date
    head_count: int
    subcontracting_permitted: bool = False
    prime: str | None = None


def register_contract(*, terms: Terms, by: Actor) -> None:
    """Put a contract on record; or, for a known number, its new end and head-count.

    Errors: NOT_FOUND (no such prime), RECORD_INVALID when the terms contradict the prime's, or the people who work
    under the contract now do not fit them.
    """
    require(by, Permission.ACCESS_CONTRACT_REGISTER)
    alias = directory.alias()
    try:
        with transaction.atomic(using=alias):
            if terms.prime and not Contract.objects.using(alias).filter(pk=terms.prime).exists():
                raise TodokeError(ErrorCode.NOT_FOUND, what="元の委託契約")
            changed = (
                Contract.objects.using(alias)
                .filter(pk=terms.number, contractor=terms.contractor, prime_id=terms.prime)
                .update(valid_until=terms.valid_until, head_count=terms.head_count)
            )
            if not changed:
                _create(alias, terms, by)
            verb, subject = Permission.ACCESS_CONTRACT_REGISTER.value, f"contract:{terms.number}"
            record(alias, by=by, verb=verb, subject=subject)
    except IntegrityError:
        detail = "再委託の許可・期間・人数が元の契約または在籍者と合いません"
        raise TodokeError(ErrorCode.RECORD_INVALID, detail=detail) from None


def _create(alias: str, terms: Terms, by: Actor) -> None:
    Contract.objects.using(alias).create(
        number=terms.number,
        contractor=terms.contractor,
        subcontracting_permitted=terms.subcontracting_permitted,
        prime_id=terms.prime,
        valid_from=terms.valid_from,
        valid_until=terms.valid_until,
        head_count=terms.head_count,
        registered_by=by.staff_id,
        registered_at=clock.now(),
    )
