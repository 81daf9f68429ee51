"""照会許可照会リストの案: from a file, or with the entries of the edition in force, to be approved by another person."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.network import ListEntry
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.network import codecs, queries
from todoke.systems.network.flows import LIST_DRAFT, DraftState
from todoke.systems.network.models import ListDraft, ListDraftEntry
from todoke.systems.network.needs import ALIAS
from todoke.workflow.runner import move, of

DAYS = 30
"""How long copies of an edition are good for, unless somebody says otherwise."""


def draft_list_from_file(*, file: Path, days: int = DAYS, by: Actor) -> int:
    """The number of the draft. Errors: InputRefused with every bad row, and those of `draft_list`."""
    require(by, Permission.NETWORK_LIST_DRAFT)
    entries = codecs.read_list(file)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return draft_list(entries=entries, days=days, by=by, file=file.name, sha256=digest)


def draft_list(
    *, entries: Sequence[ListEntry], days: int = DAYS, by: Actor, file: str = "", sha256: str = ""
) -> int:
    """The number of the draft. Errors: RECORD_INVALID (days), STATE_CONFLICT while another draft waits."""
    require(by, Permission.NETWORK_LIST_DRAFT)
    if not 1 <= days <= 366:
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="写しの有効日数は 1 から 366 までです")
    now = clock.now()
    with transaction.atomic(using=ALIAS):
        if queries.open_draft() is not None:
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail="承認を待っている案が既にあります")
        newest = queries.newest_list()
        draft = ListDraft.objects.using(ALIAS).create(
            base=newest.edition if newest else 0, file=file, sha256=sha256, days=days, state=DraftState.DRAFTED,
            state_at=now, state_by=by.staff_id, drafted_by=by.staff_id, drafted_at=now,
        )  # fmt: skip
        ListDraftEntry.objects.using(ALIAS).bulk_create(
            ListDraftEntry(
                draft=draft, **{name: getattr(entry, name) for name in ListEntry.__struct_fields__}
            )
            for entry in entries
        )
        subject = f"draft:{draft.pk} entries:{len(entries)}"
        record(ALIAS, by=by, verb=Permission.NETWORK_LIST_DRAFT.value, subject=subject)
    return int(draft.pk)


def refuse_draft(*, number: int, by: Actor) -> None:
    """Take a draft off the table; whoever drafted it may do so, too. Errors: STATE_CONFLICT."""
    require(by, Permission.NETWORK_LIST_APPROVE)
    rows, subject = of(LIST_DRAFT, [number]), f"refused:{number}"
    move(ALIAS, LIST_DRAFT, rows, to=DraftState.REFUSED, by=by, subject=subject, persons=0)
