"""How states, refusals, duties and organisations are named on the screens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from django.utils.safestring import SafeString

from todoke.contracts.information import DUTY, LOCAL_TAX, PROCEDURE, Outcome
from todoke.contracts.refusals import NETWORK_REFUSALS
from todoke.identifiers import municipality
from todoke.identifiers.municipality_names import name_of
from todoke.kernel.errors import TodokeError
from todoke.pages.templatetags.parts import make_chip
from todoke.systems.intermediary.rules.holding import PermitLife

INQUIRY_STATES: Final = {
    Outcome.ASKED: ("照会中", "wait"),
    Outcome.HELD: ("提供者確認中", "warn"),
    Outcome.ANSWERED: ("回答あり", "good"),
    Outcome.NO_RECORD: ("該当なし", "plain"),
    Outcome.RELEASE_REFUSED: ("提供者が不許可", "fail"),
    Outcome.REFUSED: ("拒否", "fail"),
}
PROVISION_STATES: Final = {**INQUIRY_STATES, Outcome.HELD: ("保留（自動応答不可）", "warn")}
PERMIT_LIFE: Final = {
    PermitLife.LIVE: ("有効", "good"),
    PermitLife.EXPIRED: ("期限切れ（更新が必要）", "warn"),
    PermitLife.OVER: ("保留の期限切れ", "fail"),
}
MEANS: Final = {"telephone": "電話", "letter": "文書", "visit": "来庁・訪問"}
DECISIONS: Final = {"release": "提供を許可する", "refuse": "提供しない"}
CODES: Final = {
    DUTY: "番号法別表第二 121の項の事務",
    PROCEDURE: "税情報の照会",
    LOCAL_TAX: "地方税関係情報",
}
ERRORS: Final[Mapping[str, str]] = {
    **{code: f"{refusal.happened}{refusal.todo}" for code, refusal in NETWORK_REFUSALS.items()},
    "permit_expired": "提供者が確認している間に、情報提供許可証の期限が切れました。必要であれば、もう一度照会してください。",
    "no_valid_list": "照会先に有効な照会許可照会リストの写しがありませんでした。日をおいて照会し直してください。",
    "not_on_list": "照会許可照会リストで認められていないか、緊急に失効した照会です。事務、事務手続、照会先を確かめてください。",
    "replica_damaged": "照会先の副本が開けないため、回答できませんでした。照会先が登録し直した後に、もう一度照会してください。",
    "answer_damaged": "届いた回答が開けません（保管中に変わったか、鍵の世代がありません）。もう一度照会してください。",
    "code_not_bound": "許可証と符号が一致しませんでした。もう一度照会し、続くときはネットワークの運用者に確かめてください。",
}  # fmt: skip


def organisation(code: str) -> str:
    """神奈川県川崎市（機関コード…）; the code alone for one that is no municipality's."""
    try:
        return f"{name_of(municipality.of_organisation(code))}（{code}）"
    except TodokeError:
        return code


def town(code: str) -> str:
    """神奈川県川崎市（14130）."""
    return f"{name_of(code)}（{code}）"


def code(value: str) -> str:
    """地方税関係情報（TM…）; the code alone where we have no name."""
    return f"{CODES[value]}（{value}）" if value in CODES else value


def error(value: str) -> str:
    """What was wrong and what to do; the stable code stands beside it."""
    return f"{ERRORS.get(value, '照会先またはネットワークが拒みました。')}（{value}）" if value else ""


def chip(states: Mapping[Outcome, tuple[str, str]], outcome: str) -> SafeString:
    """A state as its label."""
    return make_chip(*states[Outcome(outcome)])


def span(length: timedelta) -> str:
    """3日と4時間; minutes below a day."""
    minutes = max(0, int(length.total_seconds()) // 60)
    days, hours = divmod(minutes // 60, 24)
    if days:
        return f"{days}日と{hours}時間"
    return f"{hours}時間{minutes % 60}分"
