"""振込不能: why a bank could not pay a transfer, and which deficiency of the account that is.

Classes after 持続化給付金 (Deloitte 2022), 東温市 and 振込口座照会 (facts/benefit.md §4).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class FailureClass(StrEnum):
    """The bank's reason, by its digit in the list of results."""

    NO_ACCOUNT = "1"
    NAME_DIFFERS = "2"
    CLOSED = "3"
    FROZEN = "4"
    BRANCH_GONE = "5"
    OTHER = "9"


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A reason in words, the deficiency it makes, and what the clerk asks of the household."""

    title: str
    deficiency: str
    ask: str


FAILURES: Final = {
    FailureClass.NO_ACCOUNT: Failure(
        title="該当口座なし", deficiency="ACCOUNT_NOT_FOUND", ask="口座番号の分かる通帳の写しを求める"
    ),
    FailureClass.NAME_DIFFERS: Failure(
        title="名義相違", deficiency="ACCOUNT_NAME_REFUSED", ask="通帳の見開き（カナ名義）の写しを求める"
    ),
    FailureClass.CLOSED: Failure(title="解約済み", deficiency="ACCOUNT_CLOSED", ask="別の口座を求める"),
    FailureClass.FROZEN: Failure(
        title="取引停止（死亡・差押えなど）",
        deficiency="ACCOUNT_FROZEN",
        ask="受給者の生死を確かめ、別の口座を求める",
    ),
    FailureClass.BRANCH_GONE: Failure(
        title="店舗なし（統廃合）", deficiency="BRANCH_GONE", ask="新しい支店名と口座番号を求める"
    ),
    FailureClass.OTHER: Failure(title="その他", deficiency="ACCOUNT_REFUSED", ask="銀行に事由を確かめる"),
}


WORDS: Final = {
    FailureClass.NO_ACCOUNT: ("口座番号に当たる口座がありませんでした", "口座番号の分かる通帳の写しを送ってください。"),
    FailureClass.NAME_DIFFERS: ("口座の名義が違いました", "カナ名義の分かる通帳の見開きの写しを送ってください。"),
    FailureClass.CLOSED: ("口座が解約されていました", "別の口座を届け出てください。"),
    FailureClass.FROZEN: ("口座が使えない状態でした", "別の口座を届け出てください。"),
    FailureClass.BRANCH_GONE: ("支店がなくなっていました", "新しい支店名と口座番号の分かる通帳の写しを送ってください。"),
    FailureClass.OTHER: ("金融機関が受け取りませんでした", "口座の分かる通帳の写しを送ってください。"),
    None: ("市が振込を取り消しました", "口座の分かる通帳の写しを送ってください。"),
}  # fmt: skip
"""What the letter says: found, and asked. None: the money was called back (組戻)."""


class Outcome(StrEnum):
    """What became of a transfer."""

    PAID = "paid"
    FAILED = "failed"


class RecallState(StrEnum):
    """組戻: asked for, confirmed by a second person (and sent to the bank), and how it ended."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    RETURNED = "returned"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class AccountSource(StrEnum):
    """Where an account is known from (取得元)."""

    FORM = "form"  # 本人の書面
    PUBLIC = "public"  # 公金受取口座
    EARLIER = "earlier"  # 前回の給付で使った口座


SOURCE_TITLES: Final = {
    AccountSource.FORM: "本人の書面（通帳の写しを添付）",
    AccountSource.PUBLIC: "公金受取口座",
    AccountSource.EARLIER: "前回の給付で使った口座（本人が確認）",
}
