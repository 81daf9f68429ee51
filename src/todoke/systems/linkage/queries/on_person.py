"""保有個人情報: what 統合番号連携システム holds on one person, and by which numbers each system knows them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.conf import settings

from todoke.contracts import holding as contract
from todoke.contracts.holding import Asked, CorrectionStanding, KnownAs
from todoke.custody.holding import Reader, gather, looks
from todoke.exchange import client, parties
from todoke.exchange.message_id import new_message_id
from todoke.exchange.transport import Transport
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.privacy.holding import Holding, Kept, Section
from todoke.systems.linkage.flows import ReplicaCorrectionState, ReplicaFileState
from todoke.systems.linkage.models import LocalNumber, NumberAlias, Query, ReplicaCorrection, ReplicaFile
from todoke.systems.linkage.models.local_number import RESIDENTS
from todoke.systems.linkage.models.replica_file import FileKind

ALIAS = "linkage"
_MINE: Final = "integrated_number"
_DERIVED: Final = "照合のために4情報から作る鍵で、4情報のほかに何も含まない"
HOLDING: Final = Holding(
    system="linkage",
    title="統合番号連携システム",
    kept=(
        Kept(
            model="Person", title="統合番号と4情報", by="pk", key=_MINE, person=True,
            guarded="auto_reply_prohibited auto_reply_reason",
        ),
        Kept(model="LocalNumber", title="各業務の番号", by="person", key=_MINE),
        Kept(model="IndividualNumber", title="個人番号の登録（番号は暗号化されている）", by="person", key=_MINE),
        Kept(model="NumberAlias", title="統合された番号", by="person", key=_MINE, others="former person"),
        Kept(model="PersonEvent", title="番号の異動", by="person", key=_MINE, others="other"),
        Kept(
            model="Correction", title="番号の訂正の依頼", by="person", key=_MINE, others="other",
            unsaid="local_numbers name_kanji sex birth_date address",
        ),
        Kept(model="CodeRequest", title="符号の取得の依頼", by="person", key=_MINE),
        Kept(model="Query", title="情報照会", by="person", key=_MINE),
        Kept(model="SingleQuery", title="一人分の情報照会", by="query", key="query"),
        Kept(model="QueryReturn", title="情報照会の結果の返送", by="query", key="query"),
        Kept(model="RegisteredCopy", title="副本の登録の控え", by="person", key=_MINE),
        Kept(model="ReplicaCorrection", title="副本の訂正", by="person", key=_MINE),
        Kept(model="ReplicaDifference", title="副本の照合で見つかった差", by="integrated_number", key=_MINE),
        Kept(model="Difference", title="住基との整合性の確認で見つかった差", by="person", key=_MINE),
        Kept(model="NumberNotice", title="番号の異動の通知", by="person", key=_MINE),
        Kept(
            model="Registration", title="住登外者の登録の依頼", by="person", key=_MINE, others="chosen_person",
        ),
    ),
    left_out={
        "ConsistencyRun": "全件の確認がどこまで進んだかの目印で、一人についての情報ではない",
        "RegisterLoad": "付番した番号の範囲で、一人についての情報ではない",
        "RegistrationCandidate": "他の人の登録の依頼で候補に挙がったことの記録で、他の人の情報と分けられない",
        "MatchForm": _DERIVED,
        "Lookup": "職員の検索の控え（1日で消える）。誰が見たかは操作の記録に載る",
        "ReplicaFile": "多数の人の副本をまとめたファイルの鍵で、一人についての情報ではない",
    },
)  # fmt: skip


def known_as(resident_code: str, birth_date: date) -> KnownAs:
    """Every number of the person with that 住基個人コード who was born that day; NOT_FOUND unless both agree."""
    found = LocalNumber.objects.using(ALIAS).filter(
        system=RESIDENTS, local_number=resident_code, person__birth_date=birth_date
    )
    person = found.values_list("person_id", flat=True).first()
    if person is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="住基個人コードと生年月日の両方が合う人")
    former = NumberAlias.objects.using(ALIAS).filter(person_id=person).values_list("former_id", flat=True)
    codes = LocalNumber.objects.using(ALIAS).filter(person_id=person, system=RESIDENTS)
    return KnownAs(
        resident_codes=tuple(codes.order_by("local_number").values_list("local_number", flat=True)),
        integrated_numbers=(person, *former.order_by("former_id")),
    )


def held(asked: Asked) -> list[Section]:
    """Everything of this system, with what is not told withheld."""
    numbers = asked.known_as.integrated_numbers
    queries = Query.objects.using(ALIAS).filter(person__in=numbers).values_list("pk", flat=True)
    keys = {_MINE: numbers, "query": list(queries), "resident_code": asked.known_as.resident_codes}
    reader = Reader(resident_codes=asked.known_as.resident_codes, keys=keys, alone=asked.alone)
    persons = [Person("integrated_number", number) for number in numbers]
    return [*gather(ALIAS, HOLDING, reader), *looks(ALIAS, HOLDING, persons, alone=asked.alone)]


def held_by_intermediary(transport: Transport, asked: Asked) -> Sequence[Section]:
    """The same of the own municipality's 中間サーバー, asked now; UNAVAILABLE when it cannot be reached."""
    municipality = settings.TODOKE_MUNICIPALITY
    body = contract.HeldWanted(
        integrated_numbers=list(asked.known_as.integrated_numbers), request=asked.request, alone=asked.alone
    )
    told = client.request(
        transport,
        sender=parties.city(municipality),
        receiver=parties.platform(municipality),
        kind=contract.HELD,
        body=body,
        key=f"held/{new_message_id()}",
    )
    return told.sections


def correction_standing(number: int, integrated_number: str) -> CorrectionStanding:
    """How far the correction came: REACHED once its file is done, and then the intermediary has taken it."""
    found = ReplicaCorrection.objects.using(ALIAS).filter(pk=number, person_id=integrated_number).first()
    if found is None:
        return CorrectionStanding.UNKNOWN
    if found.state != ReplicaCorrectionState.CONFIRMED:
        return CorrectionStanding(found.state)
    file = ReplicaFile.objects.using(ALIAS).filter(kind=FileKind.SCREEN, name=f"訂正 {number}").last()
    done = file is not None and file.state == ReplicaFileState.DONE
    return CorrectionStanding.REACHED if done else CorrectionStanding.CONFIRMED
