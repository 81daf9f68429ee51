"""一括提供: the four attributes of 10,000 numbers at most, closed for the city that asked."""

from __future__ import annotations

import msgspec
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.network import (
    ATTRIBUTES_CONTEXT,
    JukiAttributes,
    JukiAttributesList,
    JukiAttributesWanted,
    SealedJukiAttributes,
)
from todoke.engine import postgres
from todoke.exchange.kinds import RECORD_LIMIT
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.privacy import sealed_box
from todoke.systems.network import codecs, needs
from todoke.systems.network.needs import ALIAS

_FIND = "SELECT number_index, sealed, word FROM network_registered_attributes WHERE number_index = ANY(%s)"


def provide_attributes(*, body: JukiAttributesWanted, by: Actor) -> SealedJukiAttributes:
    """One record per number, in order. RECORD_INVALID for more than a message may hold."""
    require(by, Permission.NETWORK_ATTRIBUTES)
    numbers = body.individual_numbers
    if len(numbers) > RECORD_LIMIT:
        raise TodokeError(ErrorCode.RECORD_INVALID, detail=f"一つの電文は {RECORD_LIMIT:,} 件までです")
    with transaction.atomic(using=ALIAS):
        keys = needs.read_secrets()
        indexes = codecs.number_indexes(numbers, keys)
        found = {
            bytes(index): (bytes(sealed), word)
            for index, sealed, word in postgres.fetch(ALIAS, _FIND, [indexes])
        }
        current = [(index, sealed) for index, (sealed, word) in found.items() if word == "current"]
        opened = dict(
            zip((index for index, _ in current), codecs.open_attributes(current, keys), strict=True)
        )
        valid = codecs.valid_numbers(numbers)
        records = [
            opened.get(index) or _without(found[index][1] if index in found else _absent(good))
            for index, good in zip(indexes, valid, strict=True)
        ]
        verb = Permission.NETWORK_ATTRIBUTES.value
        record(ALIAS, by=by, verb=verb, subject=by.staff_id, persons=len(numbers))
    text = msgspec.json.encode(JukiAttributesList(records=records))
    return SealedJukiAttributes(
        count=len(records), sealed=sealed_box.close(body.public_key, text, ATTRIBUTES_CONTEXT)
    )


def _absent(valid: bool) -> str:
    return "not_found" if valid else "check_digit"


def _without(word: str) -> JukiAttributes:
    return JukiAttributes(word, "", "", None, "")
