"""辞退: said by form or by telephone, and counted only when it was asked again (facts/ux.md §5.2: ticked by mistake)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class DeclineState(StrEnum):
    """Noted by one, confirmed with the household by another."""

    NOTED = "noted"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


class DeclineChannel(StrEnum):
    """How it was said."""

    FORM = "form"
    PHONE = "phone"


CHANNELS: Final = {DeclineChannel.FORM: "書面", DeclineChannel.PHONE: "電話"}
STATES: Final = {
    DeclineState.NOTED: ("意思の確認待ち", "wait"),
    DeclineState.CONFIRMED: ("辞退", "plain"),
    DeclineState.WITHDRAWN: ("辞退しない", "good"),
}
EFFECT_BEFORE: Final = "確認すると、この世帯の支給を辞退として終えます。"
EFFECT_AFTER: Final = (
    "支払が済んでいるため、確認すると、全額の返還請求を提案します。請求は別の職員が決定します。"
)
EFFECT_BETWEEN: Final = (
    "支払の手続き中のため、まだ確認できません。銀行の結果の後に確認するか、組戻しを依頼してください。"
)
EFFECT_ENDED: Final = "この世帯の支給は終わっているため、確認できません。"
EFFECT_FAILED: Final = "振込不能の世帯です。口座の訂正を求める前に、辞退として終えます。"
