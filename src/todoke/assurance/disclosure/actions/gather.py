"""集める: everything held on the person of a request, by every system, as the requester may be told it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db import transaction

from todoke.access import directory
from todoke.access.permissions import Actor, Permission, require
from todoke.assurance.disclosure import on_person, queries
from todoke.assurance.disclosure.flows import RequestState
from todoke.assurance.disclosure.models import Request
from todoke.assurance.disclosure.rules.offices import OFFICES
from todoke.contracts.holding import Asked, Holders, KnownAs, Numbers
from todoke.contracts.registry import need
from todoke.custody.holding import LOOKS
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.privacy.holding import Section

FOUND = (RequestState.IDENTIFIED, RequestState.DECIDED)


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """What was found. Nobody but the requester is told what is withheld: it never left its system."""

    request: Request
    sections: tuple[Section, ...]

    @property
    def withheld_items(self) -> int:
        """How many facts stand there with a ground in place of a value."""
        return sum(bool(item.withheld) for part in self.sections for row in part.rows for item in row)


def gather(*, number: int, by: Actor) -> Gathered:
    """Ask every system. Errors: STATE_CONFLICT unless the person was found; UNAVAILABLE when a system cannot answer."""
    found = queries.locked(number)
    ward = OFFICES[found.office].ward
    require(by, Permission.DISCLOSURE_GATHER, ward=ward)
    if found.state not in FOUND:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="本人を特定した請求ではありません")
    here, alias = replace(by.at(ward=ward), purpose=f"保有個人情報の請求 {number}"), directory.alias()
    with transaction.atomic(using=alias):
        about = on_person.person_of(found)
        verb = Permission.DISCLOSURE_GATHER.value
        record(alias, by=here, verb=verb, subject=f"request:{number}", persons=1, about=about)
    known = need(Numbers).known_as(
        resident_code=found.resident_code, birth_date=found.birth_date, request=str(number), by=here
    )
    asked = _asked(found, known)
    sections = [*need(Holders).held(asked, by=here), *on_person.held(asked)]
    # who looked comes last, whatever system it was in
    ordered = sorted(sections, key=lambda part: part.key.endswith(f".{LOOKS}"))
    return Gathered(request=found, sections=tuple(ordered))


def _asked(found: Request, known: KnownAs) -> Asked:
    return Asked(request=str(found.pk), known_as=known, alone=found.alone)
