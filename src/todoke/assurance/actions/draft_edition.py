"""評価書の版を下書きする: one edition as it would be published, with what it changes of the published one as (別添2)."""

from __future__ import annotations

import hashlib

from django.db import IntegrityError, transaction
from django.db.models import Max

from todoke.access import directory
from todoke.access.permissions import Actor, Permission, require
from todoke.assurance import comparing, editions
from todoke.assurance.flows import EditionState
from todoke.assurance.form.edition import Edition, to_toml
from todoke.assurance.models import KeptEdition
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record


def draft_edition(*, by: Actor, programme: str, edition: Edition) -> KeptEdition:
    """Keep it for another person to publish. Errors: STATE_CONFLICT while the programme has a draft."""
    require(by, Permission.ASSURANCE_DRAFT)
    alias, now = directory.alias(), clock.now()
    with transaction.atomic(using=alias):
        published = editions.newest_published(alias, programme)
        if published is not None:
            edition = comparing.with_changes(edition, comparing.compare(editions.read(published), edition))
        body = to_toml(edition)
        known = KeptEdition.objects.using(alias).filter(programme=programme)
        try:
            with transaction.atomic(using=alias):
                made = KeptEdition.objects.using(alias).create(
                    programme=programme, number=(known.aggregate(most=Max("number"))["most"] or 0) + 1, body=body,
                    sha256=hashlib.sha256(body.encode()).hexdigest(), drafted_by=by.staff_id, drafted_at=now,
                    state=EditionState.DRAFT, state_at=now, state_by=by.staff_id,
                )  # fmt: skip
        except IntegrityError:
            detail = f"{programme} には、公表を待つ下書きがあります"
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail=detail) from None
        subject = f"{programme} edition:{made.number} sha256:{made.sha256}"
        record(alias, by=by, verb=Permission.ASSURANCE_DRAFT.value, subject=subject)
    return made
