"""State tables of 自治体中間サーバー: 符号管理, 情報照会 and 情報提供."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from todoke.contracts.exchange_records import FORWARD


class CodeState(StrEnum):
    """符号 of one 統合番号."""

    NOT_REQUESTED = "not_requested"  # 未要求
    REQUESTED = "requested"  # 要求済
    ACQUIRED = "acquired"  # 取得済
    FAILED = "failed"  # 取得エラー (the 符号 belongs to another 統合番号: one person is registered twice)


CODE_FLOW: Final = {
    CodeState.NOT_REQUESTED: (CodeState.REQUESTED,),
    CodeState.REQUESTED: (CodeState.ACQUIRED, CodeState.FAILED),
    CodeState.FAILED: (CodeState.REQUESTED,),
}

EXCHANGE_FLOW: Final = FORWARD
"""Inquiries, provision cases and both exchange records move along the same steps."""


class Decision(StrEnum):
    """What an officer wants done with a held request (自動応答不可)."""

    RELEASE = "release"  # 提供を許可する
    REFUSE = "refuse"  # 提供しない


class Side(StrEnum):
    """In which part this municipality took part in an exchange."""

    INQUIRER = "inquirer"  # 情報照会者
    PROVIDER = "provider"  # 情報提供者
