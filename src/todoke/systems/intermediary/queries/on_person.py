"""保有個人情報: what 自治体中間サーバー holds on one person for the own municipality; what either party withholds is not there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from todoke.contracts.exchange_records import Side
from todoke.contracts.holding import HeldWanted
from todoke.contracts.information import Item as Answered
from todoke.custody.holding import NOTHING, Reader, gather, in_words, label, looks
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.privacy.holding import Ground, Holding, Item, Kept, Section
from todoke.records.layouts.city_inputs_v2021 import REPLICA_ITEMS
from todoke.systems.intermediary import needs
from todoke.systems.intermediary.codecs import contents, items
from todoke.systems.intermediary.models import Replica
from todoke.systems.intermediary.queries import records
from todoke.systems.intermediary.queries.records import Record, Sought
from todoke.systems.intermediary.rules import wording

_AS_RECORD: Final = "情報提供等記録として示す"
_NOBODY: Final = "一人についての情報ではない"
HOLDING: Final = Holding(
    system="intermediary",
    title="自治体中間サーバー",
    kept=(
        Kept(model="Person", title="中間サーバーの統合番号", by="pk", key="integrated_number"),
        Kept(
            model="LinkCode", title="符号の取得の状況（符号は示せない）", by="integrated_number", key="integrated_number"
        ),
        Kept(model="HeldContact", title="提供の確認のための連絡", by="case", key="case", unsaid="official"),
        Kept(model="HeldDecision", title="提供の許可の判断", by="case", key="case"),
    ),
    left_out={
        "Replica": "副本の節で、項目を開いて示す",
        "ExchangeRecord": "情報提供等記録の節で示す",
        "Inquiry": _AS_RECORD,
        "ProvisionCase": _AS_RECORD,
        "Answer": "他団体からの回答の控え（90日で消える）。同じ内容を税情報一括照会が示す",
        "ArrivedProvision": "届く途中の回答（90日で消える）。同じ内容を税情報一括照会が示す",
        "Nondisclosure": "不開示の判断そのもの",
        "PartnerNondisclosure": "相手の機関の不開示の判断そのもの",
        "OpenDiscrepancy": "記録の突合の結果で、" + _NOBODY,
    },
)  # fmt: skip


def held(alias: str, asked: HeldWanted, today: date) -> list[Section]:
    """Everything. STATE_CONFLICT while a judgement on one of the person's records waits for its second officer."""
    found = records.records(alias, Sought(persons=asked.integrated_numbers, until=today), limit=None)
    if any(row.proposal is not None for row in found):
        raise TodokeError(
            ErrorCode.STATE_CONFLICT, detail="確認を待つ不開示の判断があります。確認または取下げの後に行ってください"
        )  # fmt: skip
    shown = [row for row in reversed(found) if not row.withheld]
    # that an officer was asked tells of a protection: to the person alone
    cases = [row.permit_id for row in shown if row.side is Side.PROVIDER and asked.alone]
    keys: dict[str, Sequence[Any]] = {"integrated_number": asked.integrated_numbers, "case": cases}
    reader = Reader(resident_codes=(), keys=keys, alone=asked.alone)
    persons = [Person("integrated_number", number) for number in asked.integrated_numbers]
    return [
        *gather(alias, HOLDING, reader),
        *_replicas(alias, asked),
        *_exchanges(alias, shown, asked.alone),
        *looks(alias, HOLDING, persons, alone=asked.alone),
    ]


def _replicas(alias: str, asked: HeldWanted) -> list[Section]:
    contents.hold_keys(alias)
    rows = list(
        Replica.objects.using(alias).filter(person__in=asked.integrated_numbers).order_by("fiscal_year", "pk")
    )
    bound = [items.replica_row(row.person_id, row.fiscal_year, row.edition) for row in rows]
    opened = items.opened(alias, [row.contents for row in rows], bound)
    told = tuple(_replica(row, found, asked.alone) for row, found in zip(rows, opened, strict=True))
    return [_section("Replica", "副本（地方税関係情報）", told)] if told else []


def _replica(row: Replica, found: Sequence[Answered], alone: bool) -> tuple[Item, ...]:
    flag = label("auto_reply_prohibited")
    guarded = (
        Item(flag, in_words(True, {}))
        if alone and row.auto_reply_prohibited
        else Item(flag, "", Ground.EXISTENCE)
    )
    return (
        Item(label("fiscal_year"), str(row.fiscal_year)),
        Item(label("registered_at"), in_words(row.registered_at, {})),
        guarded,
        *(
            Item(title.replace("_", " "), _answered(item))
            for (_, title, _), item in zip(REPLICA_ITEMS, found, strict=False)
        ),
    )


def _answered(item: Answered) -> str:
    return item.value if item.value is not None else f"値なし（{item.reason}）"


def _exchanges(alias: str, shown: Sequence[Record], alone: bool) -> list[Section]:
    own = needs.organisation_of(alias)
    rows = tuple(_exchange(row, own, alone) for row in shown)
    return [_section("ExchangeRecord", "情報提供等記録（番号法23条）", rows)] if rows else []


def _exchange(row: Record, own: str, alone: bool) -> tuple[Item, ...]:
    """An organisation elsewhere tells where the person lives or lived: not to a representative."""
    parties = (("inquirer", row.inquirer), ("provider", row.provider))
    return (
        Item(label("requested_at"), in_words(row.requested_at, {})),
        *(
            Item(label(name), wording.organisation(code))
            if alone or code == own
            else Item(label(name), "", Ground.OTHERS)
            for name, code in parties
        ),
        Item(label("duty"), wording.duty(row.duty)),
        Item(label("procedure"), wording.procedure(row.procedure)),
        Item(label("information_code"), wording.information(row.information_code)),
        Item(label("outcome"), wording.answer(row.outcome)),
        Item("提供された項目", "、".join(wording.items(row.information_code, row.outcome)) or NOTHING),
    )


def _section(key: str, title: str, rows: tuple[tuple[Item, ...], ...]) -> Section:
    return Section(system=HOLDING.title, key=f"intermediary.{key}", title=title, rows=rows)
