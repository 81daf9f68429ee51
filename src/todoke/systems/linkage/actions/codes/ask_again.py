"""符号の再取得: an operator's act, for persons whose acquisition failed or is stuck."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.oplog.record import record
from todoke.systems.linkage.flows import CODE_REQUEST, CodeRequestState
from todoke.systems.linkage.queries.codes import CodeFilter
from todoke.workflow import runner
from todoke.workflow.runner import Rows

ALIAS = "linkage"
_MAY = "r.state = 'refused' OR r.state = 'requested' AND r.requested_at < %(stuck)s"


def ask_again(*, requests: Sequence[int] | None, chosen: CodeFilter, expected: int, by: Actor) -> int:
    """Move these requests (None: all that the filter shows) to 再取得; returns how many.

    `expected`: how many the operator was told. Errors: STATE_CONFLICT when others, or another number, are concerned now.
    """
    require(by, Permission.LINKAGE_OPERATE)
    where, values = chosen.condition()
    where = f"({_MAY}) AND {where}"
    if requests is not None:
        where, values = f"{where} AND r.id = ANY(%(requests)s)", values | {"requests": list(requests)}
    with transaction.atomic(using=ALIAS):
        moved = runner.move(
            ALIAS,
            CODE_REQUEST,
            Rows(where=where, values=values, expected=expected),
            to=CodeRequestState.AGAIN,
            by=by,
            also={"message_key": "", "refusal": ""},
            subject="persons",
            persons=expected,
        )
        record(ALIAS, by=by, verb="linkage:code:again", subject=chosen.words() or "all", persons=moved)
    return moved
