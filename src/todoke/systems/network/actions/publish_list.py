"""Publish a draft as the next edition of 照会許可照会リスト, signed: by somebody who did not draft it."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts import network
from todoke.contracts.permits import LIST_DOMAIN
from todoke.engine import postgres
from todoke.exchange import kinds
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.network import needs, queries
from todoke.systems.network.flows import LIST_DRAFT, DraftState
from todoke.systems.network.models import ListDraft, ListEdition, ListEntry
from todoke.systems.network.needs import ALIAS
from todoke.workflow.runner import move, of


def publish_list(*, number: int, by: Actor) -> network.PermissionList:
    """The draft as the edition after the newest one. Copies are good for its days, then must be renewed.

    Errors: STATE_CONFLICT (not waiting, or another edition came out since it was compared), SAME_PERSON.
    """
    require(by, Permission.NETWORK_LIST_APPROVE)
    with transaction.atomic(using=ALIAS):
        postgres.execute(ALIAS, "LOCK TABLE network_list_edition IN SHARE ROW EXCLUSIVE MODE")
        subject = f"published:{number}"
        move(
            ALIAS,
            LIST_DRAFT,
            of(LIST_DRAFT, [number]),
            to=DraftState.PUBLISHED,
            by=by,
            subject=subject,
            persons=0,
        )
        draft, newest = ListDraft.objects.using(ALIAS).get(pk=number), queries.newest_list()
        if draft.base != (newest.edition if newest else 0):
            detail = "案を作った後に別の版が発行されました。案を却下し、作り直してください"
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail=detail)
        now = clock.now()
        issued = network.PermissionList(
            edition=draft.base + 1,
            issued_at=now,
            valid_until=now + timedelta(days=draft.days),
            entries=queries.draft_entries(draft),
        )
        _store(issued, draft)
    return issued


def _store(issued: network.PermissionList, draft: ListDraft) -> None:
    body = kinds.encode(issued)
    edition = ListEdition.objects.using(ALIAS).create(
        edition=issued.edition,
        issued_at=issued.issued_at,
        issued_by=draft.drafted_by,
        approved_by=draft.approved_by,
        valid_until=issued.valid_until,
        body=body,
        signature=needs.sign(LIST_DOMAIN + body),
    )
    ListEntry.objects.using(ALIAS).bulk_create(
        ListEntry(edition=edition, **{name: getattr(entry, name) for name in entry.__struct_fields__})
        for entry in issued.entries
    )
