"""項目名 (what a field is called): the words in which a person is told of their own data. A test asks for every field told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_NAMES: Final[Mapping[str, str]] = {
    "account_attached": "口座の写しの添付", "account_changed": "口座の変更", "account_holder_kana": "口座名義（カナ）",
    "account_number": "口座番号", "account_type": "預金の種別", "address": "住所", "address_after": "異動後の住所",
    "address_before": "異動前の住所", "address_equal": "住所の一致", "agreed": "合っていたか", "amount_yen": "金額（円）",
    "answer": "回答", "answer_by": "回答の期限", "answer_until": "返送の期限", "asked": "照会先", "asked_birth": "名乗った生年月日",
    "asked_kana": "名乗った氏名（カナ）", "asked_number": "伝えられた番号", "at": "日時", "attempt": "回数",
    "auto_reply_prohibited": "自動応答不可", "auto_reply_reason": "自動応答不可の理由", "bank_code": "金融機関コード",
    "bank_list": "用いた金融機関一覧", "base_household_code": "基準日の世帯番号", "base_yen": "基本の額（円）",
    "before_state": "到着前の状態", "birth_date": "生年月日", "birth_date_equal": "生年月日の一致", "branch_code": "支店コード",
    "by": "職員", "by_hand": "職員による審査", "call_back": "折り返しの要否", "candidates_shown": "候補の数",
    "case_number": "給付管理番号", "changed_on": "異動日", "channel": "経路", "checked": "住所の確認の方法",
    "checks": "点検の内容", "child_yen": "児童一人の額（円）", "children": "児童の数", "choice": "選んだ候補",
    "chosen_person": "選んだ人の統合番号", "claimed_yen": "返還を求めた額（円）", "code": "コード", "codes": "不備の内容",
    "correction": "補正の回数", "current": "最新の照会か", "deadline": "期限", "decided_on": "処分の日", "decision": "判断",
    "declared_supporter_taxed": "扶養者の課税の申告", "declines": "辞退の申出", "deletes": "副本の削除",
    "dependants_elderly": "扶養控除（老人）の人数", "dependants_general": "扶養控除（一般）の人数",
    "dependants_specific": "扶養控除（特定）の人数", "dependants_under16": "16歳未満の扶養の人数",
    "detail_message": "回答の詳細", "detail_status": "回答の詳細コード", "donation_credit": "寄附金税額控除額（円）",
    "donation_credit_before_transfer": "寄附金税額控除額（税源移譲前・円）", "due_on": "期限の日", "duty": "事務",
    "edition": "版", "error": "エラー", "error_reason": "回答できない理由", "event": "異動", "evidence": "根拠",
    "excused": "期限を過ぎた理由", "expires_at": "有効期限", "failure": "失敗の理由", "file_number": "ファイルの番号",
    "finding": "回答の判定", "fiscal_year": "年度", "former": "以前の番号か", "former_head": "前の世帯主", "found": "見つかった差",
    "gross_income": "総所得金額等（円）", "grounds": "申出の理由", "handed_over": "回答の引渡し",
    "handling_confirmed": "取扱いの確認", "happened_on": "起きた日", "head_after": "異動後の世帯主",
    "head_before": "異動前の世帯主", "holder_kana": "口座名義（カナ）", "household_after": "異動後の世帯番号",
    "household_before": "異動前の世帯番号", "household_code": "世帯番号", "household_key": "判定の世帯番号",
    "housing_credit": "住宅借入金等特別税額控除額（円）", "housing_credit_before_transfer": "住宅借入金等特別税額控除額（税源移譲前・円）",
    "identity_attached": "本人確認書類の添付", "income_levy": "所得割額（円）", "income_levy_before_transfer": "所得割額（税源移譲前・円）",
    "information_code": "情報の名称", "information_message": "情報の状態", "information_status": "情報の状態コード",
    "inquiry_kind": "照会の区分", "integrated_number": "統合番号", "is_head": "世帯主か", "issued_on": "発行日", "item": "確認した項目",
    "item_reasons": "値がない理由", "item_values": "回答の値", "kind": "種類", "known_on": "処分を知った日",
    "law_confirmed": "根拠の確認", "left_on": "除かれた日", "left_reason": "除かれた理由", "level": "承認の区分",
    "limit_yen": "承認の限度額（円）", "lineage": "世帯の系譜の番号", "local_number": "業務の番号", "local_numbers": "移る業務の番号",
    "means": "連絡の方法", "media_type": "画像の形式", "members": "人数", "moved_in_on": "転入した日", "municipality": "団体",
    "name_after": "異動後の氏名", "name_before": "異動前の氏名", "name_equal": "氏名の一致", "name_kana": "氏名（カナ）",
    "name_kanji": "氏名", "nationality": "国籍", "need_confirmed": "必要性の確認", "needs_declaration": "扶養の申出の要否",
    "new_head": "新しい世帯主", "nondisclosure": "不開示コード", "note": "備考", "noted_on": "記載の日", "number": "番号",
    "office": "機関", "official": "担当者", "open_yen": "残りの額（円）", "opt_out_until": "辞退の期限", "order_id": "依頼の番号",
    "organisation": "機関", "other": "もう一方の統合番号", "outcome": "結果", "overdue_yen": "未納の額（円）", "page": "ページ",
    "paid_yen": "支払った額（円）", "payee_resident_code": "受給者の住基個人コード", "per_capita_levy": "均等割額（円）",
    "person": "統合番号", "phone": "電話番号", "plan": "計画の回数", "position": "順番", "postal_code": "郵便番号",
    "previous_municipality": "前の住所の市区町村", "printed_as": "印刷した宛名", "procedure": "事務手続", "programme": "給付金",
    "protected": "支援措置", "provider": "提供した機関", "proxy": "代理人の区分", "proxy_authority": "代理権を示す書類",
    "proxy_identity_attached": "代理人の本人確認書類", "purpose": "目的", "reason": "理由",
    "reason_code": "判定の理由", "reasons": "判定の理由の内訳", "received_on": "受付の日", "received_yen": "納付された額（円）",
    "record_id": "照会の番号", "reference": "入金の控え", "refusal": "受け付けない理由", "register_snapshot": "用いた住民記録",
    "relationship": "続柄", "replica_editions": "確認した副本の版", "request_id": "依頼の番号", "resident_code": "住基個人コード",
    "returned_on": "戻った日", "round": "回", "route": "様式の経路", "route_reason": "様式を決めた理由", "rules_edition": "規則の版",
    "said": "申出の内容", "said_on": "申出の日", "second_refusal": "二度目に照会しない理由", "sent_to": "持ち出した先",
    "settled_on": "結果の日", "settlement": "差の扱い", "severity": "重さ", "sex": "性別", "sex_equal": "性別の一致",
    "since": "いつから", "snapshot_id": "住民記録の版", "source": "情報の出所", "source_on": "出所の日", "standing": "状態",
    "state": "状態", "status": "課税の状態", "successor_code": "後の世帯番号", "supporter_taxed": "扶養者の課税",
    "system": "業務システム", "takes_number": "個人番号を移すか", "tax_year": "課税年度", "taxed_elsewhere": "他の団体の課税",
    "taxing_municipality": "課税した団体", "text": "内容", "total_income": "合計所得金額（円）", "ward_after": "異動後の区",
    "ward_before": "異動前の区", "ward_code": "区", "what": "異動した項目", "written_off_yen": "欠損とした額（円）",
    "inquirer": "照会した機関", "declared": "申告の有無", "levy_waived": "減免", "treaty_exempt": "租税条約による免除",
    "requested": "申請のための付番か", "take": "記録の回数", "destination": "送付先の番号", "month": "対象の月", "salary": "給与収入（円）", "business": "事業収入（円）",
    "property": "不動産収入（円）", "pension": "年金収入（円）", "business_cost": "事業の経費（円）", "property_cost": "不動産の経費（円）",
    "dependants": "扶養親族の数", "special": "障害者・未成年者・寡婦・ひとり親か",
    "name": "氏名", "capacity": "請求する人", "representative": "代理人", "documents": "確認した書類", "wanted": "請求の内容",
    "extended_because": "延長の理由", "handed_to": "受け取った人", "handed_documents": "交付のときに確認した書類", "pages": "枚数",
    "fee_yen": "費用（円）", "fee_exempt": "費用の免除", "paper_sha256": "交付した書面", "missing": "補正を求めた内容", "until": "いつまで",
    "section": "部分の記号", "title": "部分", "ground": "根拠",
    "supporter": "扶養者", "valid_from": "開始の日", "valid_to": "終了の日", "birth_year": "生年", "household_size": "世帯の人数",
}  # fmt: skip

_DEEDS: Final[Mapping[str, str]] = {
    "acquired": "取得", "added": "追加", "agreed": "合意", "answered": "回答", "approved": "承認", "arrived": "到着の登録",
    "asked": "照会・依頼", "changed": "変更", "chosen": "選択", "confirmed": "確認", "contacted": "連絡", "created": "作成",
    "decided": "決定", "declined": "却下", "drafted": "起案", "dropped": "消去", "entered": "入力", "examined": "審査",
    "found": "発見", "moved": "移動", "noted": "記録", "opened": "開始", "ordered": "指示", "proposed": "提案",
    "received": "受付・受領", "recorded": "記録", "registered": "登録", "renewed": "更新", "requested": "依頼", "reversed": "取消し", "printed": "印刷",
    "reserved": "支払の予定", "returned": "差戻し・返送", "searched": "検索", "sent": "送付", "state": "状態の変更", "taken": "取込み",
    "undone": "取消し", "identified": "本人の特定", "keyed": "転記", "first_keyed": "一人目の転記", "extended": "延長", "executed": "実施", "done": "措置", "ended": "補正の受領",
}  # fmt: skip


def _every() -> dict[str, str]:
    found = {f"{deed}_at": f"{words}の日時" for deed, words in _DEEDS.items()}
    found |= {f"{deed}_by": f"{words}をした職員" for deed, words in _DEEDS.items()}
    found |= {f"{name}_reason": f"{words}の値がない理由" for name, words in _NAMES.items()}
    return {**found, **_NAMES}


LABELS: Final[Mapping[str, str]] = _every()
"""Field → its name. `_at` and `_by` follow from the deed, the reason of an absent value from the value."""

WORDS: Final[Mapping[str, str]] = {
    "residents": "住民記録システム", "base": "基準日", "latest": "最新", "done": "済み", "failed": "失敗", "paid": "支払済み",
    "passed": "適合", "deficient": "不備", "refused": "不承認", "withdrawn": "取下げ", "proposed": "確認待ち",
    "confirmed": "確認済み", "declined": "却下", "decided": "決定済み", "answered": "回答済み", "accepted": "受付済み",
    "requested": "依頼中", "acquired": "取得済み", "not_requested": "未依頼", "held": "提供者確認中", "no_record": "該当なし",
    "registered": "登録済み", "settled": "整理済み", "received": "受付済み", "drafted": "起案済み", "open": "未了", "closed": "終了",
    "asked": "照会中", "returned": "戻った", "eligible": "支給対象", "undecided": "未定", "ineligible": "支給対象外",
    "live": "有効", "former": "以前の番号", "stored": "保管中", "sent": "送付済み", "telephone": "電話", "letter": "文書", "visit": "来庁",
    "printed": "発送済み", "numbered": "付番済み", "duplicate": "重複", "no_case": "対象の世帯なし", "scan": "読み取り", "file": "ファイル", "notice": "お知らせの期限", "mail": "郵便",
}  # fmt: skip
"""Values of states and kinds whose models have no Japanese title of their own."""

WORDS_OF: Final[Mapping[str, Mapping[str, str]]] = {
    "sex": {"1": "男", "2": "女", "9": "その他"},
    "account_type": {"1": "普通", "2": "当座", "4": "貯蓄"},
}
"""Field → what its codes mean, whatever model it stands in."""
TOWNS: Final = frozenset(
    "ward_code ward_before ward_after previous_municipality taxing_municipality municipality asked provider".split()  # noqa: SIM905 - names, as Privacy lists them
)
"""Fields that hold the five-digit code of a municipality."""
