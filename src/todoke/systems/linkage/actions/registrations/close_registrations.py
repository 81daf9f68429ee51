"""却下と取下げ: a request ends without anybody being registered; what was typed is dropped."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.linkage.flows import REGISTRATION, RegistrationState
from todoke.systems.linkage.models import requests
from todoke.systems.linkage.models.registration import SEALED, TYPED
from todoke.workflow.runner import move, of

ALIAS = "linkage"
_DROPPED = dict.fromkeys((*TYPED, *SEALED))


def reject_registrations(*, request_ids: Sequence[str], reason: str, by: Actor) -> int:
    """Refuse to register these, and say why; how many. RECORD_INVALID without a reason."""
    require(by, Permission.LINKAGE_REGISTER_CONFIRM)
    if not reason.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="却下の理由がありません")
    with transaction.atomic(using=ALIAS):
        rows, also = of(REGISTRATION, request_ids), _DROPPED | {"reason": reason.strip()}
        count = move(ALIAS, REGISTRATION, rows, to=RegistrationState.REJECTED, by=by, also=also)
        requests.forget_candidates(request_ids)
    return count


def withdraw_registrations(*, request_ids: Sequence[str], by: Actor) -> int:
    """Take these requests back before anybody confirmed them; how many."""
    require(by, Permission.LINKAGE_REGISTER_REQUEST)
    with transaction.atomic(using=ALIAS):
        rows = of(REGISTRATION, request_ids)
        count = move(ALIAS, REGISTRATION, rows, to=RegistrationState.WITHDRAWN, by=by, also=_DROPPED)
        requests.forget_candidates(request_ids)
    return count
