"""不備のお知らせ: what is said of each deficiency that the household itself can mend, and by when it is to answer.

Codes are those of rules/examination/findings.py. Everything else (UNDECIDED, PAYEE_DIED, a protected person …) is the office's own work and
goes into no letter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

ANSWER_DAYS: Final = 30
"""[K] No law names it; cities gave two to four weeks. The form itself says that what is not mended in time counts as declined."""


@dataclass(frozen=True)
class Deficiency:
    """What was found, and what the household is asked to do."""

    found: str
    ask: str


_PASSBOOK: Final = (
    "通帳またはキャッシュカードの写し（金融機関名・支店名・口座番号・カナ名義が分かる部分）を送ってください。"
)
_IDENTITY: Final = "世帯主の本人確認書類（運転免許証、マイナンバーカードの表面など）の写しを送ってください。"
_SUPPORT: Final = (
    "世帯の全員が、住民税を課税されている親族等の扶養を　［ 受けている ・ 受けていない ］"
    "　この手紙のあてはまる方を○で囲んで、送ってください。"
)
_SIGN: Final = "世帯主の氏名を、この手紙の余白に自分で書いて、送ってください。"
_AUTHORITY: Final = (
    "委任状、成年後見の登記事項証明書（発行から3か月以内）など、代理できることが分かる書類を送ってください。"
)
_INCOME: Final = (
    "収入を申し立てた月の給与明細、年金の通知、帳簿などの写しを、申し立てた方全員の分、送ってください。"
)
LETTERS: Final = {
    "DECLARATION_MISSING": Deficiency("扶養についての記入がありません。", _SUPPORT),
    "DECLARATION_UNCLEAR": Deficiency("扶養についての記入が、どちらか一つに決まっていません。", _SUPPORT),
    "SIGNATURE_MISSING": Deficiency("世帯主の署名（氏名の記入）がありません。", _SIGN),
    "DECLINE_UNSURE": Deficiency(
        "「受け取りません（辞退します）」に印がありますが、ほかの欄にも記入があります。",
        "この手紙に、受け取る・受け取らない のどちらかを書いて、送ってください。",
    ),
    "UNREADABLE": Deficiency(
        "記入された内容が読み取れません。", "下の問い合わせ先に電話してください。もう一度様式をお送りします。"
    ),
    "IDENTITY_MISSING": Deficiency("本人確認書類の写しが入っていません。", _IDENTITY),
    "IDENTITY_UNCLEAR": Deficiency("本人確認書類の写しが読み取れないか、有効期限が過ぎています。", _IDENTITY),
    "IDENTITY_OTHER": Deficiency("本人確認書類の写しが、世帯主のものではありません。", _IDENTITY),
    "ACCOUNT_MISSING": Deficiency("振込先の口座の記入がありません。", _PASSBOOK),
    "ACCOUNT_PROOF_MISSING": Deficiency("振込先の口座を確かめる書類が入っていません。", _PASSBOOK),
    "ACCOUNT_UNCLEAR": Deficiency("口座の書類から、口座番号または名義が読み取れません。", _PASSBOOK),
    "ACCOUNT_OTHER": Deficiency("口座の書類と、記入された口座が違います。", f"受け取りたい口座の、{_PASSBOOK}"),
    "BANK_UNKNOWN": Deficiency("金融機関が分かりません。", _PASSBOOK),
    "BRANCH_UNKNOWN": Deficiency("支店が分かりません。", _PASSBOOK),
    "BRANCH_CLOSED": Deficiency("記入された支店は、統合などのため今はありません。", _PASSBOOK),
    "ACCOUNT_INVALID": Deficiency("預金の種類または口座番号が正しくありません。", _PASSBOOK),
    "NAME_DIFFERS": Deficiency(
        "口座の名義が、世帯主（この手紙の宛名の方）と一致しません。", f"世帯主本人の名義の口座の、{_PASSBOOK}"
    ),
    "NAME_UNUSABLE": Deficiency("口座の名義に、振込に使えない文字があります。", _PASSBOOK),
    "PROXY_IDENTITY_MISSING": Deficiency(
        "代理の方の本人確認書類がありません。", "代理の方の本人確認書類の写しを送ってください。"
    ),
    "PROXY_IDENTITY_UNCLEAR": Deficiency(
        "代理の方の本人確認書類の写しが読み取れないか、代理の方のものではありません。",
        "代理の方の本人確認書類の写しを送ってください。",
    ),
    "PROXY_AUTHORITY_MISSING": Deficiency("代理できることを示す書類がありません。", _AUTHORITY),
    "PROXY_AUTHORITY_UNCLEAR": Deficiency("代理できることが、書類から分かりません。", _AUTHORITY),
    "INCOME_PAPERS_MISSING": Deficiency("収入を確かめる書類が入っていません。", _INCOME),
    "INCOME_DIFFERS": Deficiency("収入の書類と、記入された月または額が違います。", _INCOME),
}  # fmt: skip
OURS: Final = frozenset(
    {
        "UNDECIDED",
        "TOO_EARLY",
        "LATE",
        "PAYEE_DIED",
        "PAYEE_UNKNOWN",
        "PROTECTED_BY_HAND",
        "PAYEE_PAID",
        "PAPERS_OF_ANOTHER",
    }
)
"""What the household cannot mend: the office looks into it, and no letter says so."""


def asked(codes: Iterable[str]) -> list[Deficiency]:
    """What of these findings the household is asked about, each request once."""
    found: dict[str, Deficiency] = {}
    for code in codes:
        if code in LETTERS:
            found.setdefault(LETTERS[code].found, LETTERS[code])
    return list(found.values())


def answer_until(printed: date) -> date:
    """The last day for the answer to a letter printed that day."""
    return printed + timedelta(days=ANSWER_DAYS)
