"""個人番号・統合番号変換 (PIA 統合番号連携 (6)): 業務固有番号 → 統合番号 for systems that hold no 個人番号."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.linkage import Conversion, ConversionRequest
from todoke.oplog.record import record
from todoke.systems.linkage import codecs
from todoke.systems.linkage.models.local_number import RESIDENTS
from todoke.systems.linkage.queries import conversion
from todoke.systems.linkage.rules.conversions import Direction, Route

ALIAS = "linkage"
_ROUTE = Route(direction=Direction.LOCAL_TO_INTEGRATED, local_system=RESIDENTS)


def convert_numbers(*, requests: Sequence[ConversionRequest], by: Actor) -> list[Conversion]:
    """The 統合番号 of each resident code, in the order asked; `unknown` or `attributes_differ` otherwise."""
    require(by, Permission.LINKAGE_CONVERT)
    codes = [request.resident_code for request in requests]
    asked = codecs.attribute_columns([request.attributes for request in requests])
    with transaction.atomic(using=ALIAS):
        answers = conversion.convert(asked.append_column("number", pa.array(codes, pa.string())), _ROUTE)
        record(ALIAS, by=by, verb="linkage:number:convert", subject="persons", persons=len(requests))
    return [
        Conversion(resident_code=code, integrated_number=row["answer"], refusal=row["refusal"] or None)
        for code, row in zip(codes, answers.to_pylist(), strict=True)
    ]
