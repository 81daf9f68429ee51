"""世帯を探す (find_case): from a 給付管理番号 or a household code to the newest decision about that household."""

from __future__ import annotations

import re

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.identifiers import case_number
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.systems.benefits import queries
from todoke.systems.benefits.rules.programme import Programme

ALIAS = "benefits"
_HOUSEHOLD = re.compile(r"[0-9]{10}(-[0-9]+)?")


def find_case(*, programme: Programme, number: str, by: Actor) -> int:
    """Id of the newest decision. Errors: PURPOSE_MISSING; NUMBER_INVALID for a mistyped number; NOT_FOUND."""
    require(by, Permission.BENEFITS_CASE_READ)
    if not by.purpose:
        raise TodokeError(ErrorCode.PURPOSE_MISSING, permission=Permission.BENEFITS_CASE_READ.value)
    with transaction.atomic(using=ALIAS):
        key, about = _household(programme, number)
        found = queries.newest_decision(programme.code, key)
        subject = f"programme {programme.code} {'found' if found else 'not found'}"
        record(
            ALIAS, by=by, verb="benefits:case:find", subject=subject, persons=int(bool(found)), about=about
        )
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="その番号の世帯の判定")
    return found.pk


def _household(programme: Programme, number: str) -> tuple[str, Person]:
    """The household key that the number leads to, and whom the look-up is about."""
    if _HOUSEHOLD.fullmatch(number):
        return number, Person("household_key", number)
    if len(number) != case_number.LENGTH:
        raise TodokeError(ErrorCode.NUMBER_INVALID, kind="給付管理番号（13桁）または世帯コード（10桁）")
    case = queries.case_numbered(programme.code, case_number.parse(number))
    return (case.household_key if case else ""), Person("case_number", number)
