"""Why an exchange is refused: the closed list of stable codes, each with what happened and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Refusal:
    """One reason: in Japanese, and what whoever is refused should do."""

    happened: str
    todo: str


NETWORK_REFUSALS: Final = {
    "duplicate_record": Refusal(
        "同じレコード識別番号の照会が既にあります。", "前の照会の結果を確かめ、新しく照会するときは新しい番号を付けてください。"
    ),
    "unknown_inquirer": Refusal(
        "照会した機関が登録されていないか、登録の期間の外です。", "機関の登録をネットワークの運用者に申し出てください。"
    ),
    "suspended_inquirer": Refusal(
        "照会した機関は停止されています。", "停止の理由をネットワークの運用者に確かめてください。"
    ),
    "unknown_provider": Refusal(
        "照会先の機関が登録されていないか、接続していないか、照会した団体自身の機関です。",
        "機関コードを確かめてください。自団体の中の情報は庁内で確かめてください。",
    ),
    "suspended_provider": Refusal(
        "照会先の機関は停止されています。", "再開してからもう一度照会してください。"
    ),
    "not_on_list": Refusal(
        "照会許可照会リストで認められていない照会です。", "事務、事務手続、特定個人情報名コードと照会先を確かめてください。"
    ),
    "revoked": Refusal(
        "この照会を認める行は、緊急に失効しています。", "次の版が発行されるのを待つか、ネットワークの運用者に確かめてください。"
    ),
    "unknown_code": Refusal(
        "照会した機関の符号ではありません。", "符号を取得し直してから照会してください。"
    ),
}  # fmt: skip
"""Refusals by 情報提供ネットワークシステム, before any permit is made."""
