"""Rules that look at everything that came back in the run (Z…); tried last."""

from __future__ import annotations

import msgspec

from todoke.exchange.envelope import Direction
from todoke.exchange.refusals import RefusalBody
from todoke.kernel.errors import ErrorCode, Family
from todoke.sites.conformance.door_rules import BOTH
from todoke.sites.conformance.kit import Kit, Reply
from todoke.sites.conformance.rules import expect, rule


@rule(
    "Z01",
    "署名した回答はすべて検証でき、要求に結び付いている",
    source="docs/exchange-protocol.md §4",
    roles=BOTH,
)
def verified(kit: Kit) -> None:
    """Every signed reply of the run: signature, instance, time, body digest, parties, key, in_reply_to."""
    troubles = {reply.trouble for reply in kit.replies if reply.trouble}
    expect(not troubles, " / ".join(sorted(troubles)))


@rule(
    "Z02",
    "受付拒否はすべて、一覧にある符号と、何をすべきかの文を持つ",
    source="docs/exchange-protocol.md §7",
    roles=BOTH,
)
def told(kit: Kit) -> None:
    """Every refusal of the run: a code of the closed list, a sentence, the status of the code; never HTTP 500."""
    wrong = sorted({str(reply) for reply in kit.replies if not _well_told(reply)})
    expect(not wrong, " / ".join(wrong))


def _well_told(reply: Reply) -> bool:
    if reply.status == 200 or reply.trouble:
        return reply.status != 500
    try:
        raw = reply.answer.body if reply.answer else reply.raw
        told = msgspec.json.decode(raw, type=RefusalBody)
        code = ErrorCode[told.error]
    except (msgspec.MsgspecError, UnicodeDecodeError, KeyError):
        return False
    if reply.answer and (reply.answer.header.direction, reply.status) != (
        Direction.REFUSAL,
        code.family.http_status,
    ):
        return False
    return bool(told.sentence.strip()) and code.family is not Family.FAULT
