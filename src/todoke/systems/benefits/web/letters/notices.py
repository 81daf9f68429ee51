"""The words of letters about one household's own case: decision, refusal, deficiency, reminder; claims.py has those after the payment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from todoke.kernel import clock
from todoke.systems.benefits.rules.accounts import bank_list
from todoke.systems.benefits.rules.examination.findings import FINDINGS
from todoke.systems.benefits.rules.letters import deficiency, remedy
from todoke.systems.benefits.rules.letters import kind as letter_kind
from todoke.systems.benefits.rules.letters.kind import LetterKind
from todoke.systems.benefits.rules.payments.office import PayingOffice
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.web.letters import claims
from todoke.systems.benefits.web.letters.typesetting import Notice, NoticeText

_REASONS: Final = {
    "NOT_ELIGIBLE": "世帯の中に、この給付金の対象とならない課税の状況の方がいるなど、支給の要件にあてはまらないため。",
    "SUPPORTER_TAXED": "世帯の全員が、住民税を課税されている親族等の扶養を受けていると申し出があったため。",
}
"""Plain words for the findings that end a case; another one is said as the clerk reads it."""
_FINDINGS: Final = {finding.code: finding.sentence for finding in FINDINGS}


def common(kind: LetterKind, programme: Programme, office: PayingOffice, day: date) -> NoticeText:
    """What is the same on every letter of that kind printed that day."""
    return NoticeText(
        title=letter_kind.TITLES[kind],
        programme=programme.name,
        day=clock.wareki(day),
        sender=office.sender,
        contact_name=office.contact_name,
        contact_phone=office.contact_phone,
        contact_hours=office.contact_hours,
        closing=tuple(_closing(kind, office)),
    )


def letter(
    kind: LetterKind, row: Mapping[str, Any], programme: Programme, office: PayingOffice, day: date
) -> Notice:
    """One household's, from its row of `queries.letters.waiting`."""
    match kind:
        case LetterKind.DECISION:
            words = _decision(row)
        case LetterKind.REFUSAL:
            words = _refusal(row)
        case LetterKind.DEFICIENCY:
            words = _deficiency(row, day)
        case LetterKind.REMINDER:
            words = _reminder(row, programme)
        case LetterKind.REFUND:
            words = claims.refund(row, office)
        case LetterKind.DEMAND:
            words = claims.demand(row, office, day)
        case LetterKind.FAILED:
            words = claims.failed(row, day)
        case LetterKind.APPEAL_RECEIPT:
            words = claims.appeal_receipt(row)
        case LetterKind.APPEAL_ANSWER:
            words = claims.appeal_answer(row, office)
        case _:
            raise ValueError(f"no notice of kind {kind}")
    return _addressed(row, **words)


def _decision(row: Mapping[str, Any]) -> dict[str, Any]:
    account = bank_list.name(row["bank_code"], row["branch_code"])
    return {
        "intro": "お申し出のあった給付金について、次のとおり支給することを決定しました。",
        "facts": (
            ("支給する額", f"{row['amount_yen']:,}円"),
            ("受け取る人", row["name_kanji"]),
            ("振込先", f"{account}　口座番号の末尾 {row['account_end']}"),
            ("振込の時期", "支払の手続きが終わりしだい振り込みます"),
        ),
    }


def _refusal(row: Mapping[str, Any]) -> dict[str, Any]:
    reasons = [_REASONS.get(code, _FINDINGS.get(code, code)) for code in row["codes"]]
    return {
        "intro": "お申し出のあった給付金について、次の理由により支給しないことを決定しました。",
        "points_title": "支給しない理由",
        "points": tuple((reason, "") for reason in reasons),
    }


def _deficiency(row: Mapping[str, Any], day: date) -> dict[str, Any]:
    until = clock.wareki(deficiency.answer_until(day))
    return {
        "intro": "返送していただいた書類を確かめたところ、次の点を直していただく必要があります。"
        "このままでは給付金を振り込めません。",
        "facts": (("書類を送る期限", f"{until} 必着"),),
        "points_title": "直していただくこと",
        "points": tuple((one.found, one.ask) for one in deficiency.asked(row["codes"])),
    }


def _reminder(row: Mapping[str, Any], programme: Programme) -> dict[str, Any]:
    form = row["route"]
    return {
        "intro": f"先に「{form}」をお送りしましたが、まだ返送が届いていません。受け取るには返送が必要です。"
        "行き違いで返送していただいたときは、ご容赦ください。",
        "facts": (("返送の期限", f"{clock.wareki(programme.deadline)} 必着"),),
        "points_title": "お願い",
        "points": (
            (f"お手元の「{form}」に記入し、返信用封筒（切手は不要です）で送ってください。", ""),
            (f"「{form}」が見当たらないときは、もう一度お送りします。", "下の問い合わせ先に電話してください。"),
            ("受け取らないときも、その旨を記入して送ってください。", ""),
        ),
    }  # fmt: skip


def _closing(kind: LetterKind, office: PayingOffice) -> list[str]:
    if kind in (LetterKind.DECISION, LetterKind.REFUSAL):
        return remedy.instruction(office.nature, office.city)
    if kind in (LetterKind.REFUND, LetterKind.DEMAND):
        return remedy.of_claim(office.nature, office.city)
    if kind is LetterKind.DEFICIENCY:
        return [
            "送るときは、この手紙も一緒に返信用封筒に入れてください。期限までに届かないときは、辞退したものとして扱うことがあります。"
        ]
    return []


def _addressed(row: Mapping[str, Any], **words: Any) -> Notice:  # noqa: ANN401 - the fields of a notice
    return Notice(
        number=row["case_number"],
        postal=f"{row['postal_code'][:3]}-{row['postal_code'][3:]}",
        address=row["address"],
        name=row["name_kanji"],
        printed_as=row.get("printed_as", ""),
        **words,
    )
