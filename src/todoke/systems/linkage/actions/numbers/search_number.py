"""番号検索 (PIA 統合番号連携 (9)): one person by a number with its check digit and a second attribute.

Whoever tries numbers learns nothing: a wrong second attribute gives the same answer as a number that nobody has, every
try is counted (`rules.search_limits`), and a stop is an alarm.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from enum import Enum

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.identifiers import individual_number, integrated_number
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.records.attributes import birth_dates, names
from todoke.systems.linkage.models import LocalNumber, MatchForm
from todoke.systems.linkage.queries import corrections, lookups
from todoke.systems.linkage.queries.numbers import find_persons

ALIAS = "linkage"


class NumberKind(Enum):
    """By which number."""

    INTEGRATED = "統合番号"
    INDIVIDUAL = "個人番号"
    LOCAL = "業務固有番号"


@dataclass(frozen=True, kw_only=True, repr=False)
class Sought:
    """A number and what else is known. A local number has no check digit that we know: it needs both attributes."""

    kind: NumberKind
    number: str
    system: str = ""
    birth_date: str = ""
    name: str = ""


def search_number(*, sought: Sought, by: Actor) -> uuid.UUID | None:
    """The handle of the one person meant, or None, whatever the reason.

    Errors: PURPOSE_MISSING; NUMBER_INVALID by the check digit; SEARCH_TOO_VAGUE; NUMBER_SEARCH_STOPPED.
    """
    require(by, Permission.LINKAGE_NUMBER_SEARCH)
    if not by.purpose:
        raise TodokeError(ErrorCode.PURPOSE_MISSING, permission=lookups.VERB)
    _refuse_malformed(sought)
    with transaction.atomic(using=ALIAS):
        lookups.refuse_too_many(by)
        form = MatchForm.objects.using(ALIAS).filter(pk=_owner(sought)).first()
        person = form.person_id if form and _agrees(form, sought) else None
        subject = lookups.FOUND if person else lookups.WRONG
        about = Person("integrated_number", form.person_id) if form else None
        record(ALIAS, by=by, verb=lookups.VERB, subject=subject, persons=int(bool(person)), about=about)
        return lookups.open_door(person, by) if person else None


def _refuse_malformed(sought: Sought) -> None:
    match sought.kind:
        case NumberKind.INTEGRATED:
            integrated_number.parse(sought.number)
        case NumberKind.INDIVIDUAL:
            individual_number.parse(sought.number)
        case NumberKind.LOCAL:
            if not (sought.system and sought.number):
                raise TodokeError(ErrorCode.NUMBER_INVALID, kind=sought.kind.value)
    birth, name = birth_dates.birth_date(sought.birth_date).text, names.name(sought.name).text
    known = [bool(birth) and birth_dates.is_complete(birth), bool(name)]
    if not any(known) or (sought.kind is NumberKind.LOCAL and not all(known)):
        needed = (
            "「生年月日と氏名」" if sought.kind is NumberKind.LOCAL else "「番号と生年月日」「番号と氏名」"
        )
        raise TodokeError(ErrorCode.SEARCH_TOO_VAGUE, needed=needed)


def _owner(sought: Sought) -> str | None:
    """The living 統合番号 that the number leads to; a former 個人番号 leads to its person, too."""
    match sought.kind:
        case NumberKind.INTEGRATED:
            return corrections.survivors([sought.number]).get(sought.number, sought.number)
        case NumberKind.INDIVIDUAL:
            return find_persons([sought.number.encode()]).get(0)
        case NumberKind.LOCAL:
            rows = LocalNumber.objects.using(ALIAS).filter(system=sought.system, local_number=sought.number)
            return rows.values_list("person_id", flat=True).first()


def _agrees(form: MatchForm, sought: Sought) -> bool:
    """Whether everything given besides the number is the person's."""
    birth, name = birth_dates.birth_date(sought.birth_date).text, names.name(sought.name).text
    born = form.birth_date.isoformat() if form.birth_date else ""
    return (not birth or birth == born) and (not name or name == form.name)
