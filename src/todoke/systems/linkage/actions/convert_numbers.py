"""個人番号・統合番号変換 (PIA 統合番号連携 (6)): 業務固有番号 → 統合番号 for systems that hold no 個人番号."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.linkage import Conversion, ConversionRequest
from todoke.contracts.people import BasicAttributes
from todoke.oplog.record import record
from todoke.systems.linkage.models.local_number import RESIDENTS

ALIAS = "linkage"
_PERSONS = """
SELECT l.local_number, p.integrated_number, p.name_kanji, p.sex, p.birth_date, p.address
FROM linkage_localnumber l JOIN linkage_person p ON p.integrated_number = l.person_id
WHERE l.system = %s AND l.local_number = ANY(%s)
"""


def convert_numbers(*, requests: Sequence[ConversionRequest], by: Actor) -> list[Conversion]:
    """The 統合番号 of each local number, in the order asked; `unknown` or `attributes_differ` otherwise.

    All four attributes must agree: cities linked strangers on fewer (facts/linkage.md §1.7).
    """
    require(by, Permission.LINKAGE_CONVERT)
    with transaction.atomic(using=ALIAS):
        found = _persons([request.resident_code for request in requests])
        record(ALIAS, by=by, verb="linkage:number:convert", subject="persons", persons=len(requests))
    return [_conversion(request, found.get(request.resident_code)) for request in requests]


def _persons(codes: list[str]) -> dict[str, tuple[str, BasicAttributes]]:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_PERSONS, [RESIDENTS, codes])
        return {
            code: (
                number,
                BasicAttributes(name_kanji=name, sex=sex, birth_date=born, address=address),
            )
            for code, number, name, sex, born, address in cursor
        }


def _conversion(request: ConversionRequest, found: tuple[str, BasicAttributes] | None) -> Conversion:
    if found is None:
        return Conversion(resident_code=request.resident_code, integrated_number=None, refusal="unknown")
    number, attributes = found
    if not request.attributes.agrees(attributes):
        return Conversion(
            resident_code=request.resident_code, integrated_number=None, refusal="attributes_differ"
        )
    return Conversion(resident_code=request.resident_code, integrated_number=number, refusal=None)
