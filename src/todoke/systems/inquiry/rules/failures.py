"""エラー理由: what each word means, and what must be done before the question may be asked again.

The words come from linkage (contracts.linkage.QueryReceipt), the intermediaries and the network
(contracts.network.PermitAnswer), and from here. A word that is not listed is not asked again unchanged.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from todoke.systems.inquiry.rules.answer_checks import CHECKS, REFUSE
from todoke.systems.inquiry.rules.answer_statuses import NOT_SUCCESSFUL


class Failure(NamedTuple):
    """An error in words. `first`: what must be done first; empty where asking again may succeed as it is."""

    label: str
    first: str


_AGAIN: Final = ""
_ADMINISTRATOR: Final = "システム管理者が原因を調べて取り除いてください"

FAILURES: Final = {
    "expired": Failure("期限までに回答がない", _AGAIN),
    "no_link_code": Failure("符号が取得されていない", _AGAIN),
    "permit_expired": Failure("情報提供許可証の期限切れ", _AGAIN),
    "unavailable": Failure("相手のシステムに接続できない", _AGAIN),
    "no_valid_list": Failure("提供者の照会許可照会リストが古い", _AGAIN),
    "duplicate_record": Failure("レコード識別番号の重複", _AGAIN),
    "not_on_list": Failure(
        "照会許可照会リストにない",
        "その提供者へのこの事務の照会が許可されているか、事務所管課が確かめてください",
    ),
    "duty_not_allowed": Failure(
        "事務の権限がない", "照会を行う職員の事務と権限を、事務所管課の責任職が確かめてください"
    ),
    "release_refused": Failure(
        "提供者が提供を不許可とした", "照会の根拠と必要性を、提供者の担当課と協議してください"
    ),
    "check_digit": Failure(
        "統合番号の検査数字の誤り", "統合番号連携システムで番号を確かめ、依頼をやり直してください"
    ),
    "unknown_number": Failure("統合番号が登録されていない", "統合番号連携システムで対象者を登録してください"),
    "unknown_code": Failure("符号が照会者のものでない", "統合番号連携システムで符号を取得し直してください"),
    "replica_damaged": Failure(
        "提供者の副本が開けない", "提供者が副本を登録し直したことを、提供者の担当課に確かめてください"
    ),
    "answer_damaged": Failure("届いた回答が開けない", _AGAIN),
    "code_not_bound": Failure("許可証と符号が一致しない", _ADMINISTRATOR),
    "unknown_provider": Failure(
        "提供者がネットワークに接続していない", "前住所を確かめ、提供者へ文書で照会してください"
    ),
    NOT_SUCCESSFUL: Failure("照会ステータスが正常終了でない", "提供者の担当課に、状況の確認を求めてください"),
    "attempts_exhausted": Failure("再照会の回数が上限に達した", "提供者へ文書で照会してください"),
} | {
    # an answer that cannot be true: asked again unchanged it would come back the same
    check.code: Failure(check.sentence.rstrip("。"), "提供者の担当課に、登録内容の確認を求めてください")
    for check in CHECKS
    if check.severity == REFUSE
}
_UNKNOWN: Final = "エラー理由が一覧にありません。システム管理者が意味を確かめてください"

NOT_ASKED: Final = {
    "unknown_resident": "最新の住民記録にない",
    "no_origin": "前住所の記録がない",
    "own_municipality": "前住所が本市内",
    "unknown": "統合番号がない",
    "attributes_differ": "4情報が統合番号連携システムと一致しない",
    "no_taxing_municipality": "課税地の記録がない",
    "taxed_abroad": "課税地が国外",
    "loop": "課税地が照会した団体自身",
    "second_hop": "課税地の団体も他団体の課税と回答",
}
"""Why nobody can be asked about a person (照会の可否, 二次照会の可否)."""


def failure(word: str) -> Failure:
    """The failure of an error word; unknown ones name themselves and must be looked into first."""
    return FAILURES.get(word) or Failure(word, _UNKNOWN)


def may_be_asked_again(word: str) -> bool:
    """Whether the same question may succeed unchanged."""
    return not failure(word).first
