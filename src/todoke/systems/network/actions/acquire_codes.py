"""符号取得: 個人番号 → 住民票コード → 符号, sent to the organisation's intermediary (番号法21条の2)."""

from __future__ import annotations

from datetime import timedelta

import pyarrow as pa
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.intermediary import LinkCodeNotice
from todoke.contracts.network import JukiAcquisitions, JukiReceipts
from todoke.engine import postgres
from todoke.exchange.message_id import new_message_id
from todoke.identifiers import municipality
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.network import codecs, needs, queries
from todoke.systems.network.flows import OrganisationState
from todoke.systems.network.models import Acquisition
from todoke.systems.network.needs import ALIAS, Secrets
from todoke.systems.network.rules.link_codes import LinkCodes

KEPT = timedelta(days=7)
"""Longer than the longest planned pause of an intermediary; as long as the intermediary waits for them."""
_FIND = "SELECT number_index, sealed FROM network_registered_number WHERE number_index = ANY(%s)"


def acquire_codes(*, body: JukiAcquisitions, by: Actor) -> JukiReceipts:
    """Make the 符号 of each person and send them with their 取得番号; one word per record.

    Errors: PERMISSION_DENIED when the organisation is not the sender's, STATE_CONFLICT when it is not registered.
    """
    require(by, Permission.NETWORK_ACQUIRE)
    if by.staff_id != f"city:{municipality.of_organisation(body.organisation)}":
        raise TodokeError(ErrorCode.PERMISSION_DENIED, permission=Permission.NETWORK_ACQUIRE.value)
    if queries.standings([body.organisation]).get(body.organisation) is not OrganisationState.REGISTERED:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="この機関は登録されていないか、停止されています")
    with transaction.atomic(using=ALIAS):
        keys = needs.read_secrets()
        numbers = [entry.individual_number for entry in body.records]
        valid = codecs.valid_numbers(numbers)
        juki_codes = _juki_codes([n for n, good in zip(numbers, valid, strict=True) if good], keys)
        refusals = [
            "" if number in juki_codes else "unknown_number" if good else "check_digit"
            for number, good in zip(numbers, valid, strict=True)
        ]
        taken = [
            (entry.acquisition_number, juki_codes[entry.individual_number])
            for entry, refusal in zip(body.records, refusals, strict=True)
            if not refusal
        ]
        if taken:
            _deliver(body.organisation, taken, keys)
        verb = Permission.NETWORK_ACQUIRE.value
        record(ALIAS, by=by, verb=verb, subject=body.organisation, persons=len(numbers))
    return JukiReceipts(refusals=refusals)


def forget_acquisitions(*, delivery: str, by: Actor) -> None:
    """Delete the 取得番号 that have arrived: they may not be kept beyond their purpose (番号法21条の2)."""
    require(by, Permission.INTERMEDIARY_STORE_CODE)
    Acquisition.objects.using(ALIAS).filter(delivery=delivery).delete()


def expire_acquisitions(*, by: Actor) -> int:
    """Delete 取得番号 whose 符号 could not be delivered within `KEPT`; returns how many."""
    require(by, Permission.NETWORK_EXPIRE)
    with transaction.atomic(using=ALIAS):
        old = Acquisition.objects.using(ALIAS).filter(asked_at__lt=clock.now() - KEPT)
        count = old.delete()[0]
        if count:
            record(ALIAS, by=by, verb=Permission.NETWORK_EXPIRE.value, subject="days", persons=count)
    return count


def _juki_codes(numbers: list[str], keys: Secrets) -> dict[str, str]:
    """住民票コード by 個人番号, of those that are registered."""
    of_index = dict(zip(codecs.number_indexes(numbers, keys), numbers, strict=True))
    found = postgres.fetch(ALIAS, _FIND, [list(of_index)])
    rows = [(bytes(index), bytes(sealed)) for index, sealed in found]
    codes = codecs.open_codes(rows, keys)
    return {of_index[index]: code for (index, _), code in zip(rows, codes, strict=True)}


def _deliver(organisation: str, taken: list[tuple[str, str]], keys: Secrets) -> None:
    machine = LinkCodes(id_key=keys.id_code, code_key=keys.link_code)
    codes = machine.issue([code for _, code in taken], organisation)
    notices = [LinkCodeNotice(number, code) for (number, _), code in zip(taken, codes, strict=True)]
    delivery = f"link-codes/{new_message_id()}"
    count = len(taken)
    rows = {
        "delivery": pa.array([delivery] * count),
        "organisation": pa.array([organisation] * count),
        "acquisition_number": pa.array([number for number, _ in taken]),
        "asked_at": pa.array([clock.now()] * count, pa.timestamp("us", tz="UTC")),
    }
    postgres.copy_in(ALIAS, "network_acquisition", pa.table(rows))
    needs.deliver_link_codes(organisation, notices, key=delivery)
