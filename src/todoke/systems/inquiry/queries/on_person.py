"""保有個人情報: what 税情報一括照会 holds on one person, model by model."""

from __future__ import annotations

from typing import Final

from todoke.contracts.holding import Asked
from todoke.custody.holding import Reader, gather, looks
from todoke.oplog.person import Person
from todoke.privacy.holding import Holding, Kept, Section
from todoke.systems.inquiry.models import Query, Subject

ALIAS = "inquiry"
HOLDING: Final = Holding(
    system="inquiry",
    title="税情報一括照会",
    kept=(
        Kept(model="Subject", title="照会の対象", by="resident_code", key="resident_code"),
        Kept(model="Query", title="照会と回答", by="subject", key="subject"),
        Kept(model="Finding", title="回答の点検の結果", by="query", key="query"),
        Kept(model="ReceivedAnswer", title="受け取った回答の控え", by="record_id", key="query"),
    ),
    left_out={},
)


def held(asked: Asked) -> list[Section]:
    """Everything, with what is not told withheld."""
    codes = asked.known_as.resident_codes
    subjects = list(Subject.objects.using(ALIAS).filter(resident_code__in=codes).values_list("pk", flat=True))
    queries = Query.objects.using(ALIAS).filter(subject__in=subjects).values_list("pk", flat=True)
    keys = {"resident_code": codes, "subject": subjects, "query": list(queries)}
    reader = Reader(resident_codes=codes, keys=keys, alone=asked.alone)
    persons = [Person("resident_code", code) for code in codes]
    return [*gather(ALIAS, HOLDING, reader), *looks(ALIAS, HOLDING, persons, alone=asked.alone)]
