"""受付番号 (challenges): random, good once, for minutes, for one person at one terminal and one ceremony."""

from __future__ import annotations

import json
import secrets
from datetime import timedelta
from typing import Final

import webauthn

from todoke.access.factors.passkey_file import MALFORMED
from todoke.access.models import Ceremony, FactorChallenge
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.who import Who

BYTES: Final = 32
LIFE: Final = {Ceremony.VERIFY: timedelta(minutes=2), Ceremony.REGISTER: timedelta(minutes=15)}
_MAX_RESPONSE: Final = 64_000


def give(alias: str, ceremony: Ceremony, staff_id: str, terminal: str, *, asked_by: str) -> bytes:
    """A fresh challenge, inside the caller's transaction; the person's former one at that terminal is void."""
    now, challenge = clock.now(), secrets.token_bytes(BYTES)
    rows = FactorChallenge.objects.using(alias)
    rows.filter(staff_id=staff_id, ceremony=ceremony, terminal=terminal).delete()
    rows.create(
        challenge=challenge,
        ceremony=ceremony,
        staff_id=staff_id,
        terminal=terminal,
        asked_by=asked_by,
        asked_at=now,
        valid_until=now + LIFE[ceremony],
    )
    return challenge


def waiting(alias: str, ceremony: Ceremony, who: Who) -> FactorChallenge:
    """The newest challenge that is open for this person at this terminal; CHALLENGE_SPENT when there is none."""
    rows = FactorChallenge.objects.using(alias).filter(
        ceremony=ceremony, staff_id=who.staff_id, terminal=who.terminal, valid_until__gt=clock.now()
    )
    found = rows.order_by("-asked_at").first()
    if found is None:
        raise TodokeError(ErrorCode.CHALLENGE_SPENT)
    return found


def spend(alias: str, ceremony: Ceremony, who: Who, response: str) -> FactorChallenge:
    """Use up the challenge that a response carries, inside the caller's transaction.

    CHALLENGE_SPENT unless it is open for this person, terminal and ceremony; of two that spend it, one gets it.
    """
    rows = FactorChallenge.objects.using(alias).filter(
        challenge=_carried(response),
        ceremony=ceremony,
        staff_id=who.staff_id,
        terminal=who.terminal,
        valid_until__gt=clock.now(),
    )
    found = rows.select_for_update().first()
    if found is None:
        raise TodokeError(ErrorCode.CHALLENGE_SPENT)
    FactorChallenge.objects.using(alias).filter(pk=found.pk).delete()
    return found


def _carried(response: str) -> bytes:
    """The challenge inside an authenticator's JSON response; PASSKEY_REFUSED when there is none."""
    if len(response) <= _MAX_RESPONSE:
        try:
            client = webauthn.base64url_to_bytes(json.loads(response)["response"]["clientDataJSON"])
            return webauthn.base64url_to_bytes(json.loads(client)["challenge"])
        except MALFORMED:
            pass
    raise TodokeError(ErrorCode.PASSKEY_REFUSED, detail="応答の形が違います")
