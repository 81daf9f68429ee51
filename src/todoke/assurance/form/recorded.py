"""別添1 記録項目: every item of both files, and the column that holds it.

Items 1–23 are the file that asks, 24–64 the one that answers; each is a field or a group of a record layout
(`records/layouts/inquiry_request_v2021.py`, `inquiry_answer_v2021.py`), and a column where we keep it afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Recorded:
    """An item. `field`: `layout.column`, or the layout alone for a group; `kept`: `app.Model.field field …`."""

    label: str
    field: str = ""
    kept: str = ""


_ASKING: Final = (
    Recorded("照会送付ファイル", "inquiry_request.common", "inquiry.RequestFile.path"),
    Recorded("共通要求情報", "inquiry_request.common"),
    Recorded("ファイル識別子", "inquiry_request.common.file_identifier"),
    Recorded("依頼元部署コード", "inquiry_request.common.department_code"),
    Recorded("依頼元ユーザID", "inquiry_request.common.user_id", "inquiry.RequestFile.planned_by"),
    Recorded("シフトコード開", "inquiry_request.common.shift_open"),
    Recorded("依頼元ユーザ名", "inquiry_request.common.user_name"),
    Recorded("シフトコード終", "inquiry_request.common.shift_close"),
    Recorded("要求リスト(情報照会内容登録リスト)", "inquiry_request.request"),
    Recorded("情報照会内容登録情報", "inquiry_request.request"),
    Recorded("レコード識別番号", "inquiry_request.request.record_id", "inquiry.Query.record_id"),
    Recorded("情報照会者ユーザID", "inquiry_request.request.inquirer_user_id"),
    Recorded("情報照会者機関コード", "inquiry_request.request.inquirer"),
    Recorded("統合番号", "inquiry_request.request.integrated_number", "inquiry.Subject.integrated_number"),
    Recorded("照会側不開示コード", "inquiry_request.request.nondisclosure"),
    Recorded("事務コード", "inquiry_request.request.duty"),
    Recorded("事務手続きコード", "inquiry_request.request.procedure"),
    Recorded("情報照会者機関コード(委任元)", "inquiry_request.request.inquirer_delegator"),
    Recorded("情報提供者機関コード(委任元)", "inquiry_request.request.provider_delegator"),
    Recorded("情報提供者機関コード", "inquiry_request.request.provider", "inquiry.Query.provider"),
    Recorded("特定個人情報名コード情報", "inquiry_request.request"),
    Recorded("特定個人情報名コード", "inquiry_request.request.information_code_1"),
    Recorded("情報照会条件", "inquiry_request.request.condition_kind_1"),
)

_WHO: Final = (
    Recorded("他市転入者出力レコード", "inquiry_answer", "inquiry.AnswerFile.path"),
    Recorded("統合番号", "inquiry_answer.integrated_number", "benefits.Answer.integrated_number"),
    Recorded("個人コード", "inquiry_answer.resident_code", "benefits.Answer.resident_code"),
    Recorded("現住所区コード", "inquiry_answer.ward_code", "benefits.Answer.ward_code"),
    Recorded("照会区分", "inquiry_answer.inquiry_kind", "benefits.Answer.inquiry_kind"),
    Recorded("エラー理由", "inquiry_answer.error_reason", "benefits.Answer.error_reason"),
)

_AMOUNTS: Final = {
    "tax_year": "課税年度",
    "gross_income": "総所得金額等",
    "total_income": "合計所得金額",
    "dependants_general": "扶養控除情報:一般",
    "dependants_specific": "扶養控除情報:特定",
    "dependants_elderly": "扶養控除情報:老人",
    "dependants_under16": "16歳未満扶養者数",
    "housing_credit": "市町村民税_住宅借入金等特別税額控除額",
    "housing_credit_before_transfer": "市町村民税_住宅借入金等特別税額控除額【税源移譲前】",
    "donation_credit": "市町村民税_寄附金税額控除額",
    "donation_credit_before_transfer": "市町村民税_寄附金税額控除額【税源移譲前】",
    "income_levy": "市町村民税所得割額",
    "income_levy_before_transfer": "市町村民税所得割額【税源移譲前】",
    "per_capita_levy": "市町村民税均等割額",
    "taxed_elsewhere": "住民登録外課税の有無",
    "taxing_municipality": "住民登録外課税者の課税地市区町村コード",
}


def _answered(suffix: str, twin: str) -> tuple[Recorded, ...]:
    """Items 31–46, or their twins 48–63: why there is no value (RON, ReasonOfNull)."""
    return tuple(
        Recorded(f"{label}{twin}", f"inquiry_answer.{name}{suffix}", f"benefits.Answer.{name}{suffix}")
        for name, label in _AMOUNTS.items()
    )


BENEFIT: Final = (
    *_ASKING,
    *_WHO,
    Recorded("税照回答データ", "inquiry_answer"),
    *_answered("", ""),
    Recorded("税照RON情報", "inquiry_answer"),
    *_answered("_reason", "-RON"),
    Recorded("FILLER", "inquiry_answer.filler"),
)
"""給付金ファイル: 64 items; an item's number is its place."""

LINKAGE: Final = (
    Recorded("個人番号", kept="linkage.IndividualNumber.blind_index ciphertext"),
    Recorded("統合番号", kept="linkage.Person.integrated_number"),
    Recorded("4情報", kept="linkage.Person.name_kanji sex birth_date address"),
    Recorded("業務固有番号", kept="linkage.LocalNumber.local_number"),
    Recorded("自動応答不可フラグ用サイン", kept="linkage.Person.auto_reply_prohibited"),
)
"""統合番号連携ファイル: five."""
