"""検証で見つかる誤り: every reason for which the verifier refuses a log, named."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Reason(Enum):
    """Why a log does not hold. The value is the Japanese sentence."""

    FILE = "書き出しのファイルを読めません"
    ROW_FORM = "記録の形式が壊れています"
    ROW_LEAF = "記録の内容が、書いた時の要約値と一致しません（書換え）"
    ROW_CHANGED = "記録または要約値が、封印した時のものと違います（差替え）"
    ROW_INSERTED = "封印した時になかった記録があります（挿入）"
    ROW_MISSING = "封印した時にあった記録がありません（欠落）"
    ROW_ORDER = "記録の順序が違うか、同じ記録が二つあります"
    ROW_MONTH = "記録が別の月の区画にあります"
    ROW_TIME = "記録の時刻が封印の時刻より後です（時計の狂い）"
    ROW_LATE = "記録の時刻が、前の封印より一日以上前です（日付の遡り）"
    SEGMENT_ROOT = "区間の根が、署名された根と一致しません"
    SEGMENT_MISSING = "区間がありません（欠落）"
    SEGMENT_ORDER = "区間の番号が連続していません"
    SEGMENT_LINK = "区間が前の区間につながりません"
    SEGMENT_TIME = "封印の時刻が前の区間より前です（時計の逆行）"
    SEGMENT_ROWS = "区間の記録が、削除の記録なしに失われています（欠落）"
    SEGMENT_MARKS = "区間の目印が記録と一致しません"
    CHECKPOINT_MISSING = "区間を覆う署名済みチェックポイントがありません（欠落）"
    CHECKPOINT_FORM = "チェックポイントの形式が違います"
    CHECKPOINT_ORIGIN = "チェックポイントが別の記録のものです"
    CHECKPOINT_SIGNATURE = "チェックポイントの署名が一致しません（偽造）"
    CHECKPOINT_ROOT = "チェックポイントの根が区間と一致しません"
    CHECKPOINT_AHEAD = "チェックポイントにある区間がありません（末尾の切取り）"
    CHECKPOINT_TIME = "チェックポイントの時刻が前後しています（時計の逆行）"
    CHECKPOINT_ROWS = "チェックポイントの件数が区間と一致しません"
    KEY_UNKNOWN = "信頼する公開鍵にない鍵です"
    KEY_DIFFERS = "書き出しの公開鍵が、信頼する公開鍵と違います"
    WITNESS_SIGNATURE = "証人の署名が一致しません"
    WITNESS_AHEAD = "証人が確かめた区間がありません（切取りまたは古い控えからの復元）"
    WITNESS_DIFFERS = "証人が確かめた内容と違います（分岐または総書換え）"
    WITNESS_SPLIT = "同じ大きさで内容の違うチェックポイントが二つ署名されています（二枚舌）"
    DELETION_ONE_PERSON = "削除の申請者と確認者が同じです"
    DELETION_NUMBERS = "削除の記録の件数が区間と一致しません"
    DELETION_ROOT = "削除の記録の根が区間と一致しません"
    DELETION_CHAIN = "削除の記録が前の記録につながりません"
    DELETION_UNLOGGED = "削除の記録が操作の記録に現れません（偽造）"
    DELETION_NOT_DONE = "削除したはずの記録が残っています"
    ERASURE_UNRECORDED = "消去の記録なしに個人に関する部分が失われています"
    ERASURE_ONE_PERSON = "消去の申請者と確認者が同じです"
    ERASURE_UNLOGGED = "消去の記録が操作の記録に現れません（偽造）"
    LOG_MISSING = "記録全体がありません（欠落）"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One finding: in which log, in which segment (None: not of one), at which entry (None: not of one), why."""

    log: str
    reason: Reason
    segment: int | None = None
    id: int | None = None

    def __str__(self) -> str:
        place = self.log
        if self.segment is not None:
            place += f" 区間{self.segment}"
        if self.id is not None:
            place += f" 記録{self.id}"
        return f"{place}：{self.reason.value}［{self.reason.name}］"
