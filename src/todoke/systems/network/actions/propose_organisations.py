"""機関の登録の案: new organisations, changed ones, and the end of a suspension; another person confirms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.identifiers import municipality
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.network import needs
from todoke.systems.network.flows import OrganisationState
from todoke.systems.network.models import Organisation
from todoke.systems.network.needs import ALIAS

SIZE = 100
"""Longest name of an organisation."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One 機関 as it shall stand: 機関コード, name, and from when to when."""

    organisation: str
    name: str
    valid_from: date
    valid_to: date | None = None


def propose_organisations(*, wanted: Sequence[Wanted], by: Actor) -> list[int]:
    """All of them or none; the numbers of the proposals, in order.

    Errors: NUMBER_INVALID (機関コード), RECORD_INVALID (name, period), STATE_CONFLICT when one of them waits already.
    """
    require(by, Permission.NETWORK_ORGANISATION_PROPOSE)
    for row in wanted:
        municipality.of_organisation(row.organisation)
        if not row.name.strip() or len(row.name) > SIZE:
            raise TodokeError(ErrorCode.RECORD_INVALID, detail="機関の名称がないか、長すぎます")
        if row.valid_to is not None and row.valid_to < row.valid_from:
            raise TodokeError(ErrorCode.RECORD_INVALID, detail="終わりの日が始まりの日より前です")
    codes = [row.organisation for row in wanted]
    with transaction.atomic(using=ALIAS):
        waiting = Organisation.objects.using(ALIAS).filter(
            organisation__in=codes, state=OrganisationState.PROPOSED
        )
        if len(set(codes)) < len(codes) or waiting.exists():
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail="確認を待っている案がある機関が含まれています")
        made = Organisation.objects.using(ALIAS).bulk_create(_row(row, by) for row in wanted)
        verb = Permission.NETWORK_ORGANISATION_PROPOSE.value
        record(
            ALIAS, by=by, verb=verb, subject=codes[0] if len(codes) == 1 else f"organisations:{len(codes)}"
        )
    return [row.pk for row in made]


def _row(row: Wanted, by: Actor) -> Organisation:
    now = clock.now()
    return Organisation(
        organisation=row.organisation,
        name=row.name.strip(),
        kind=row.organisation[11:],
        municipality=municipality.of_organisation(row.organisation),
        party=needs.platform_of(row.organisation),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        state=OrganisationState.PROPOSED,
        state_at=now,
        state_by=by.staff_id,
        proposed_by=by.staff_id,
        proposed_at=now,
    )
