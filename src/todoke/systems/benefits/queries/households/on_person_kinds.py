"""保有個人情報の種類: every model of 給付管理システム that holds something on a person, and how its rows are found."""

from __future__ import annotations

from typing import Final

from todoke.privacy.holding import Holding, Kept
from todoke.systems.benefits.rules.cases.stages import STATE_TITLES
from todoke.systems.benefits.rules.deciding.outcome import Reason

_ACCOUNT: Final = "bank_code branch_code account_type account_number account_holder_kana"
_COPY: Final = "の写し（一覧の速さのために作るもの）で、ほかに何も含まない"
_STATES: Final = {state.value: title for state, title in STATE_TITLES.items()}
_REASONS: Final = {reason.value: reason.words for reason in Reason}


def _of_case(model: str, title: str, path: str = "case", third: str = "", guarded: str = "") -> Kept:
    """A row that hangs on a case of the person's household: the payee's."""
    payee = f"{path}__payee_resident_code"
    return Kept(model=model, title=title, by=path, key="case", payee=payee, third=third, guarded=guarded)


HOLDING: Final = Holding(
    system="benefits",
    title="給付管理システム",
    kept=(
        Kept(
            model="RegisterEntry", title="給付の基準日と最新の住民記録", by="resident_code", key="resident_code",
            guarded="protected", person=True,
        ),
        Kept(model="Contact", title="連絡先", by="resident_code", key="resident_code"),
        Kept(
            model="Shielded", title="支援措置・避難の名簿", by="resident_code", key="protected_code",
        ),
        Kept(model="Answer", title="他団体からの課税情報の回答", by="resident_code", key="resident_code"),
        Kept(model="TaxCertificate", title="課税証明書の入力", by="resident_code", key="resident_code"),
        Kept(model="MissingStatus", title="課税の状態が分からない人の一覧", by="resident_code", key="resident_code"),
        Kept(
            model="Decision", title="支給の判定（世帯）", by="household_key", key="household_key",
            others="payee_resident_code base_household_code", unsaid="members reasons needs_declaration",
            guarded="protected", words={"reason_code": _REASONS},
        ),
        Kept(
            model="Case", title="給付の事案（世帯）", by="household_key", key="household_key",
            others="payee_resident_code lineage", unsaid="children", guarded="protected ward_code route_reason",
            words={"state": _STATES},
        ),
        _of_case("Letter", "発送物", third="printed_as"),
        _of_case("Reprint", "刷り直し", "letter__case", third="reason"),
        Kept(model="Destination", title="支援措置の送付先", by="resident_code", key="protected_code"),
        Kept(
            model="ProtectedLetter", title="支援措置の送付先に送った手紙", by="letter__case__payee_resident_code",
            key="protected_code",
        ),
        _of_case("ReturnedMail", "返戻", "letter__case"),
        _of_case("ResendOrder", "再発送の指示", "letter__case", third="checked"),
        _of_case("Pull", "抜き取り", "letter__case", guarded="reason"),
        _of_case("Arrival", "様式の到着"),
        _of_case("Paper", "紙の様式"),
        _of_case("PaperMove", "紙の移動", "paper__case"),
        _of_case("FormImage", "様式の画像（枚数と種類。画像は写しを別に渡す）", "paper__case"),
        _of_case("FormEntry", "様式の入力", "paper__case", third=f"{_ACCOUNT} holder_kana proxy proxy_identity_attached proxy_authority"),
        Kept(model="DeclaredIncome", title="家計急変の申立て", by="resident_code", key="resident_code"),
        _of_case("Application", "確認書・申請書", third=f"{_ACCOUNT} proxy"),
        _of_case("Examination", "審査", third="codes"),
        _of_case("Approval", "承認"),
        _of_case("ApprovalReturn", "差戻し", third="note"),
        _of_case("AccountCorrection", "口座の訂正", third=_ACCOUNT),
        _of_case("Payment", "支給"),
        _of_case("Transfer", "振込", "payment__case", third=_ACCOUNT),
        _of_case("TransferResult", "振込の結果", "transfer__payment__case"),
        _of_case("Recall", "組戻", "transfer__payment__case", third="reason"),
        _of_case("Refund", "返還の請求", "payment__case", third="note"),
        _of_case("RefundInstalment", "返還の分割", "refund__payment__case"),
        _of_case("RefundReceipt", "返還の納付", "refund__payment__case", third="reference"),
        _of_case("RefundReversal", "返還の納付の取消し", "refund__payment__case", third="reason"),
        _of_case("RefundReminder", "返還の督促", "refund__payment__case"),
        _of_case("RefundWriteOff", "不納欠損", "refund__payment__case", third="reason"),
        _of_case("Decline", "辞退", third="said answer"),
        _of_case("Appeal", "不服の申出", third="grounds excused outcome answer"),
        Kept(
            model="Call", title="電話の応対", by="resident_code", key="resident_code", others="household_key",
        ),
        Kept(model="CallCheck", title="電話での本人確認", by="call__resident_code", key="resident_code"),
        Kept(model="CallNote", title="応対の記録", by="call__resident_code", key="resident_code"),
        Kept(model="CallReturn", title="折り返し", by="note__call__resident_code", key="resident_code"),
    ),
    left_out={
        "Resident": "検索のために住民記録から作る鍵" + _COPY,
        "JudgedHousehold": "判定" + _COPY,
        "Search": "職員の検索の控え（7日で消える）。誰が見たかは操作の記録に載る",
        "StatusCount": "照会ページの回数を数えるための印（2日で消える）で、誰のものかを示す項目がない",
    },
)  # fmt: skip
