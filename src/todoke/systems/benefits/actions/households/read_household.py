"""世帯の参照: one household as both registers have it, for a purpose; everybody shown is logged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.residents import LineageStep, Movement
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record, record_many
from todoke.systems.benefits import needs
from todoke.systems.benefits.models import Case, Contact
from todoke.systems.benefits.queries.households import household as households
from todoke.systems.benefits.queries.households.household import Household, Member
from todoke.systems.benefits.queries.why.evidence import Evidence, evidence_of
from todoke.systems.benefits.rules.households import protection

ALIAS = "benefits"
VERB: Final = Permission.BENEFITS_HOUSEHOLD_READ.value


@dataclass(frozen=True, kw_only=True)
class Read:
    """A household as this reader may see it: places of protected members are hidden unless `may_see_protected`.

    `evidence` is by resident code; movements and contacts are of the members whose places the reader may see.
    """

    household: Household
    cases: tuple[Case, ...]
    contacts: tuple[Contact, ...]
    evidence: dict[str, Evidence]
    lineage: tuple[LineageStep, ...]
    movements: tuple[Movement, ...]
    may_see_protected: bool

    @property
    def protected(self) -> bool:
        """Whether a member is protected."""
        return any(member.protected for member in self.household.members)


def read_household(*, person: int, by: Actor) -> Read:
    """The household of the resident with that id. Errors: PURPOSE_MISSING, NOT_FOUND."""
    require(by, Permission.BENEFITS_HOUSEHOLD_READ)
    if not by.purpose:
        raise TodokeError(ErrorCode.PURPOSE_MISSING, permission=VERB)
    with transaction.atomic(using=ALIAS):
        found = households.household_of(person)
        may = _may_see_protected(found.members, by)
        lineage = tuple(_lineage(found, may=may))  # before the codes are hidden
        shown = found if may else _hidden(found)
        everybody = [member.resident_code for member in shown.members]
        about = (Person("resident_code", code) for code in everybody)
        record_many(ALIAS, by=by, verb=VERB, subject="household", about=about)
        codes = [one.resident_code for one in shown.members if may or not one.hidden]
        return Read(
            evidence=evidence_of(everybody),
            lineage=lineage,
            movements=tuple(needs.movements(codes)),
            household=shown,
            cases=tuple(households.cases_of(found.of)),
            contacts=tuple(households.contacts(codes)),
            may_see_protected=may,
        )


def _lineage(found: Household, *, may: bool) -> list[LineageStep]:
    """The steps of the household's family, without those of protected members for whoever may not see where they are."""
    guarded = {code for one in found.members if one.hidden for code in (one.current_code,) if code} - {
        found.base_code
    }
    steps = needs.lineage(found.codes if may or not found.of.hidden else [found.base_code or ""])
    return [step for step in steps if may or not {step.household_code, step.successor_code} & guarded]


def _may_see_protected(members: Sequence[Member], by: Actor) -> bool:
    """Whether the reader sees where protected members live; that look is an entry of its own for each of them."""
    protected = [member for member in members if member.protected]
    if not by.may_somewhere(Permission.BENEFITS_PROTECTION_READ):
        return False
    for member in protected:
        about = Person("resident_code", member.resident_code)
        verb = Permission.BENEFITS_PROTECTION_READ.value
        record(ALIAS, by=by, verb=verb, subject="household", persons=1, about=about)
    return True


def _hidden(found: Household) -> Household:
    """Without anything by which a protected member, or whoever lives with one, could be found."""
    for member in found.members:
        if member.hidden:
            _hide(member)
    moved = found.of.hidden and found.latest_code != found.base_code
    return replace(found, latest_code=protection.HIDDEN) if moved else found


def _hide(member: Member) -> None:
    for entry in (member.base, member.latest):
        if entry is not None:
            entry.address = entry.postal_code = entry.ward_code = protection.HIDDEN
            entry.previous_municipality = None
    if member.latest is not None and member.latest.household_code != member.base_code:
        member.latest.household_code = protection.HIDDEN
