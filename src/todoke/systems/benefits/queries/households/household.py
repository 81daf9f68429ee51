"""世帯: everybody who is, or on the base date was, in the household of one person, as both registers have them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits.models import Case, Contact, Register, RegisterEntry, Resident

ALIAS = "benefits"
_PARTS: Final = 10
"""Branch numbers that are looked for: 1 is the protected part, 2 and on are children placed in institutions."""


@dataclass(frozen=True, kw_only=True)
class Member:
    """A member as both registers have them; `id` stands in addresses of screens. `hidden`: protected, or lives with one."""

    id: int
    resident_code: str
    protected: bool
    hidden: bool
    base: RegisterEntry | None
    latest: RegisterEntry | None

    @property
    def base_code(self) -> str | None:
        """The household that the member was in on the base date."""
        return self.base.household_code if self.base else None

    @property
    def current_code(self) -> str | None:
        """The household that the member is in now."""
        return self.latest.household_code if self.latest else None

    @property
    def entry(self) -> RegisterEntry:
        """The newest entry."""
        found = self.latest or self.base
        assert found is not None
        return found


@dataclass(frozen=True, kw_only=True)
class Household:
    """The household of `of` on the base date and now; either code is None when the person was in no register then."""

    of: Member
    base_code: str | None
    latest_code: str | None
    members: tuple[Member, ...]
    registers: dict[str, Register]

    def head(self, side: str) -> str:
        """Whoever headed the household in that register; empty when nobody did."""
        code = self.base_code if side == "base" else self.latest_code
        entries = (member.base if side == "base" else member.latest for member in self.members)
        return next((e.name_kanji for e in entries if e and e.is_head and e.household_code == code), "")

    @property
    def codes(self) -> tuple[str, ...]:
        """Both codes, the one of the base date first; once if they are the same."""
        return tuple(dict.fromkeys(code for code in (self.base_code, self.latest_code) if code))


def household_of(person: int) -> Household:
    """The household of the resident with that id; NOT_FOUND when there is none."""
    resident = Resident.objects.using(ALIAS).filter(pk=person).first()
    if resident is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="この住民")
    own = {entry.side_id: entry for entry in _entries([resident.resident_code])}
    base_code, latest_code = (
        own[side].household_code if side in own else None for side in ("base", "latest")
    )
    mates = RegisterEntry.objects.using(ALIAS).none()
    for side, code in (("base", base_code), ("latest", latest_code)):
        mates = mates | RegisterEntry.objects.using(ALIAS).filter(side=side, household_code=code)
    codes = sorted({resident.resident_code, *mates.values_list("resident_code", flat=True)})
    members = _members(codes)
    of = next(member for member in members if member.resident_code == resident.resident_code)
    registers = {register.side: register for register in Register.objects.using(ALIAS)}
    return Household(
        of=of, base_code=base_code, latest_code=latest_code, members=members, registers=registers
    )


def _entries(codes: Sequence[str]) -> list[RegisterEntry]:
    return list(
        RegisterEntry.objects.using(ALIAS).filter(resident_code__in=codes, side__in=["base", "latest"])
    )


def _members(codes: Sequence[str]) -> tuple[Member, ...]:
    """Heads first, then by age."""
    entries = {(entry.side_id, entry.resident_code): entry for entry in _entries(codes)}
    rows = Resident.objects.using(ALIAS).filter(resident_code__in=codes)
    found = [
        Member(
            id=row.pk,
            resident_code=row.resident_code,
            protected=row.protected,
            hidden=row.hidden,
            base=entries.get(("base", row.resident_code)),
            latest=entries.get(("latest", row.resident_code)),
        )
        for row in rows
    ]
    return tuple(
        sorted(found, key=lambda member: (not member.entry.is_head, member.entry.birth_date, member.id))
    )


def cases_of(of: Member) -> list[Case]:
    """The cases of the base-date household, or of the part of it that this member was judged in (protected, placed child)."""
    known = [code for code in dict.fromkeys((of.base_code, of.current_code)) if code]
    parts = [f"{code}-{part}" for code in known for part in range(1, _PARTS)]
    # programmes that judge the newest register know the household by its code of now
    own = Q(payee_resident_code=of.resident_code, lineage__in=[*known, *parts])
    shared = Q(lineage=f"{of.base_code}-1" if of.protected else of.base_code)
    cases = Case.objects.using(ALIAS).filter(own | shared).select_related("programme")
    return list(cases.order_by("pk"))


def contacts(resident_codes: Sequence[str]) -> list[Contact]:
    """Telephone numbers of these residents, newest first."""
    return list(Contact.objects.using(ALIAS).filter(resident_code__in=resident_codes).order_by("-pk"))
