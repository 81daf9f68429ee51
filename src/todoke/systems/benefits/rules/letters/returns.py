"""返戻: why a letter came back, and what a scanned one is answered."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from todoke.systems.benefits.rules.intake.answers import Said


class ReturnReason(StrEnum):
    """The post's stamp on the envelope; the digit is the key of the ten-key pad."""

    UNKNOWN = "1"
    MOVED = "2"
    NOT_FETCHED = "3"
    REFUSED = "4"
    DIED = "5"
    OTHER = "9"


RETURN_TITLES: Final = {
    ReturnReason.UNKNOWN: "あて所に尋ねあたりません",
    ReturnReason.MOVED: "転居先不明・転送期間経過",
    ReturnReason.NOT_FETCHED: "保管期間経過",
    ReturnReason.REFUSED: "受取拒否",
    ReturnReason.DIED: "名宛人死亡",
    ReturnReason.OTHER: "その他",
}
MOST: Final = 2
"""A household whose letters came back so often gets no further one by itself."""


class ReturnAnswer(StrEnum):
    """What a scan is answered."""

    NOTED = "noted"
    AGAIN = "again"
    TWICE = "twice"
    NOT_SENT = "not_sent"
    MISREAD = "misread"
    UNKNOWN = "unknown"

    @property
    def stops(self) -> bool:
        """Whether nothing was noted, so that somebody must look."""
        return self not in (ReturnAnswer.NOTED, ReturnAnswer.AGAIN)


SAID: Final = {
    ReturnAnswer.NOTED: Said(
        "返戻を登録しました", "返戻の箱に入れてください。再発送は、住所を確かめてから決めます。"
    ),
    ReturnAnswer.AGAIN: Said(
        "2回目の返戻を登録しました", "もう自動では再発送しません。封筒を担当に渡してください。"
    ),
    ReturnAnswer.TWICE: Said(
        "この手紙の返戻は登録済みです", "登録は1件のままです。次の封筒を読み取ってください。"
    ),
    ReturnAnswer.NOT_SENT: Said(
        "この世帯には、まだ手紙を発送していません",
        "登録していません。封筒と番号を確かめ、担当に渡してください。",
    ),
    ReturnAnswer.MISREAD: Said(
        "番号を読み取れませんでした（桁数か検査数字が合いません）",
        "登録していません。同じ封筒をもう一度読み取るか、番号を打ってください。",
    ),
    ReturnAnswer.UNKNOWN: Said(
        "本市で付けた番号ではありません", "登録していません。封筒を分けて、担当に渡してください。"
    ),
}
