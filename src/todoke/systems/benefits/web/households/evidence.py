"""課税と付帯状況 of one member: status with source and date, the city's own record, another city's answer with its reasons."""

from __future__ import annotations

from typing import Any, Final

from django.utils.html import format_html
from django.utils.safestring import SafeString

from todoke.kernel.errors import TodokeError
from todoke.pages.tables import day, moment
from todoke.records.layouts.city_inputs_v2021 import REPLICA_ITEMS
from todoke.systems.benefits.models import Answer, Register, TaxCertificate
from todoke.systems.benefits.queries.households.household import Member
from todoke.systems.benefits.queries.why.evidence import Evidence, Listed
from todoke.systems.benefits.rules import programmes
from todoke.systems.benefits.rules.articles.forming import SpecialKind
from todoke.systems.benefits.rules.households.protection import HIDDEN
from todoke.systems.benefits.rules.why import figures as why_figures
from todoke.systems.benefits.rules.why import values as why_values
from todoke.systems.benefits.rules.why.forming import NOTED

SOURCES: Final = {
    "livelihood_aid": "付帯状況（賦課期日に生活保護）",
    "tax_record": "市内の課税情報",
    "inquiry": "税情報照会の回答",
    "minor": "年齢（未成年）",
    "dependant": "扶養の情報",
    "none": "課税情報がない",
    "certificate": "課税証明書（二人の入力）",
}
SIDES: Final = {"base": "基準日の住民記録", "latest": "最新の住民記録"}
_ROLL: Final = (
    ("declared", "申告"), ("total_income", "合計所得金額"), ("gross_income", "総所得金額等"), ("income_levy", "所得割額"),
    ("per_capita_levy", "均等割額"), ("levy_waived", "減免"), ("treaty_exempt", "租税条約免除"), ("supporter", "扶養者"),
    ("supporter_taxed", "扶養者の課税"),
)  # fmt: skip
_MONEY: Final = frozenset(
    name for name, label, _ in REPLICA_ITEMS if label.endswith("額") or "額【" in label or "金額" in label
)
_ABSENT: Final = "値なし"
"""Never a zero: an absent value stands beside its reason."""


def shown(evidence: Evidence, *, hidden: bool) -> dict[str, Any]:
    """What the page shows of a member; `hidden`: nothing that tells where the member lives."""
    return {
        "judged": [
            (programme_name(one.programme), one.status, SOURCES.get(one.source, one.source), one.round, one.decided_at)
            for one in evidence.judged
        ],
        "roll": [_year(row) for row in evidence.tax],
        "roll_at": evidence.tax_taken_at,
        "answer": _answer(evidence.answer, hidden=hidden) if evidence.answer else None,
        "certificates": [_certificate(one, hidden=hidden) for one in evidence.certificates],
        "waiting": [(moment(one.keyed_at), one.keyed_by) for one in evidence.waiting],
        "assistance": [_assistance(one.kind, one.valid_from, one.valid_to) for one in evidence.assistance],
        "assistance_at": evidence.assistance_taken_at,
        "special": [
            (one.row["kind"], day(one.row["noted_on"]), NOTED[SpecialKind(one.row["kind"])], _origin(one))
            for one in evidence.special
        ],
        "declared": [(_declared(one), _origin(one), _figures(one.row)) for one in evidence.declared],
    }  # fmt: skip


def _origin(one: Listed) -> SafeString:
    return format_html("第{}版、{} 取込", one.edition, moment(one.taken_at))


def _declared(one: Listed) -> str:
    return f"{one.kind.label}（{programme_name(one.programme)}）"


def _figures(row: dict[str, Any]) -> list[tuple[str, str]]:
    """Every item of the list: one that was left empty is absent, never zero."""
    return [
        (word, why_figures.shown(item, row[item])) for item, word in why_figures.WORDS.items() if item in row
    ]


def protection(member: Member, registers: dict[str, Register], evidence: Evidence) -> list[SafeString]:
    """By what the member is known to be protected: a register or the list, each with its day."""
    marks = [
        format_html("{}（{}現在）に支援措置の登録があります", SIDES[side], day(registers[side].as_of))
        for side, entry in (("base", member.base), ("latest", member.latest))
        if entry is not None and entry.protected
    ]
    fled = [one for one in evidence.special if one.row["kind"] == SpecialKind.EVACUEE]
    said = "避難の申出があります（{}申出。配慮を要する人の一覧 {}）"
    return marks + [format_html(said, day(one.row["noted_on"]), _origin(one)) for one in fled]


def programme_name(code: str) -> str:
    """The programme's name; its code when the software no longer knows it."""
    try:
        return programmes.find(code).name
    except TodokeError:
        return code


def _year(row: dict[str, Any]) -> dict[str, Any]:
    return {"year": row["tax_year"], "items": [(label, _roll(name, row[name])) for name, label in _ROLL]}


def _roll(name: str, value: object) -> str:
    if value is None:
        return "－"
    if isinstance(value, bool):
        return "あり" if value else "なし"
    if isinstance(value, int):
        return f"{value:,} 円"
    return {"OUTSIDE": "市外の人"}.get(str(value), str(value))


def _answer(answer: Answer, *, hidden: bool) -> dict[str, Any]:
    return {
        "status": answer.status,
        "finding": answer.finding,
        "at": moment(answer.imported.imported_at),
        "items": [(label, *_item(answer, name, hidden=hidden)) for name, label, _ in REPLICA_ITEMS],
    }


def _item(answer: Answer, name: str, *, hidden: bool) -> tuple[str, str]:
    """The value, or that there is none, and the reason of absence."""
    value, reason = getattr(answer, name), getattr(answer, f"{name}_reason") or "－"
    if value is None:
        return _ABSENT, reason
    if hidden and name == "taxing_municipality":
        return HIDDEN, reason
    if isinstance(value, int):
        return (f"{value:,} 円" if name in _MONEY else f"{value:,}"), reason
    return str(value), reason


def _certificate(one: TaxCertificate, *, hidden: bool) -> dict[str, Any]:
    paper = one.certificate
    place = HIDDEN if hidden else why_values.place(paper.municipality, protected=False)
    return {
        "year": paper.tax_year,
        "keyed": format_html("{} {}・{}", moment(one.keyed_at), one.first_keyed_by, one.keyed_by),
        "items": [
            ("発行した市区町村", place), ("発行日", day(paper.issued_on)), ("所得割額", f"{paper.income_levy:,} 円"),
            ("均等割額", f"{paper.per_capita_levy:,} 円"),
        ],
    }  # fmt: skip


def _assistance(kind: str, first: Any, last: Any) -> tuple[str, Any, Any]:  # noqa: ANN401 - dates of an Arrow row
    return kind, day(first), day(last) if last else "継続中"
