"""評価書の版を公表する、取りやめる: another person than who drafted it publishes exactly what was drafted."""

from __future__ import annotations

import hashlib

from django.db import transaction

from todoke.access import directory
from todoke.access.permissions import Actor, Permission, require
from todoke.assurance.flows import ASSESSMENT, EditionState
from todoke.assurance.models import KeptEdition
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.workflow.runner import move, of


def publish_edition(*, by: Actor, edition_id: int) -> None:
    """From now on the programme declares this edition. Errors: NOT_FOUND; SAME_PERSON; STATE_CONFLICT, also for a damaged one."""
    require(by, Permission.ASSURANCE_PUBLISH)
    _move(by, edition_id, EditionState.PUBLISHED)


def drop_edition(*, by: Actor, edition_id: int) -> None:
    """The draft is not published. Errors: NOT_FOUND; STATE_CONFLICT once it is published or dropped."""
    require(by, Permission.ASSURANCE_DRAFT)
    _move(by, edition_id, EditionState.DROPPED)


def _move(by: Actor, edition_id: int, to: EditionState) -> None:
    alias = directory.alias()
    with transaction.atomic(using=alias):
        found = KeptEdition.objects.using(alias).select_for_update().filter(pk=edition_id).first()
        if found is None:
            raise TodokeError(ErrorCode.NOT_FOUND, what="評価書の版")
        if hashlib.sha256(found.body.encode()).hexdigest() != found.sha256:
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail=f"{found} の内容が下書きの時と違います")
        subject = f"{found.programme} edition:{found.number} sha256:{found.sha256}"
        move(alias, ASSESSMENT, of(ASSESSMENT, [edition_id]), to=to, by=by, subject=subject)
