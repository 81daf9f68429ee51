"""電話の応対: whom a number, or a name with a birth date, leads to — never to a protected person — and where their case stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from django.conf import settings
from django.db.models import Q

from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits.models import (
    Call,
    CallCheck,
    CallNote,
    Case,
    Contact,
    Decision,
    DecisionRun,
    RegisterEntry,
    Resident,
)
from todoke.systems.benefits.queries.figures.cases import STANDS, newest_decision
from todoke.systems.benefits.rules.aftermath.calls import Item
from todoke.systems.benefits.rules.households import search_forms
from todoke.systems.benefits.rules.households.phones import phone

ALIAS = "benefits"
_STANDING: Final = f"""
SELECT (SELECT max(f.printed_at) FROM benefits_letter l JOIN benefits_letter_file f ON f.id = l.file_id WHERE l.case_id = c.id),
    (SELECT a.received_on FROM benefits_arrival a WHERE a.case_id = c.id AND a.undone_at IS NULL),
    (SELECT b.transfer_on FROM benefits_payment p JOIN benefits_transfer t ON t.payment_id = p.id
        JOIN benefits_payment_batch b ON b.id = t.batch_id WHERE p.case_id = c.id AND {STANDS} ORDER BY t.attempt DESC LIMIT 1),
    (SELECT e.codes FROM benefits_examination e WHERE e.case_id = c.id ORDER BY e.id DESC LIMIT 1)
FROM benefits_case c WHERE c.id = %s
"""
_TO_CALL_BACK: Final = """
SELECT n.id, n.noted_at, n.noted_by, n.text, n.phone, k.id, c.case_number, k.asked_number, k.asked_kana, k.asked_birth
FROM benefits_call_note n JOIN benefits_call k ON k.id = n.call_id LEFT JOIN benefits_case c ON c.id = k.case_id
WHERE n.call_back AND NOT EXISTS (SELECT FROM benefits_call_return r WHERE r.note_id = n.id)
ORDER BY n.noted_at, n.id
"""


@dataclass(frozen=True, kw_only=True)
class Found:
    """Whom the words led to. `case` is None for a household without a 給付管理番号."""

    resident: Resident
    household_key: str
    case: Case | None


class Standing(NamedTuple):
    """What the first line of an answer is made of."""

    printed_at: datetime | None
    arrived_on: date | None
    transfer_on: date | None
    codes: list[str] | None


class ToCallBack(NamedTuple):
    """Somebody who waits to be called back."""

    id: int
    at: datetime
    by: str
    text: str
    phone: str
    call: int
    case_number: str | None
    number: str
    kana: str
    born: date | None


def by_number(number: str) -> tuple[Found | None, list[str]]:
    """The payee of the case with that number, unless somebody of the household is protected; and whom it was about."""
    case = Case.objects.using(ALIAS).select_related("programme").filter(case_number=number).first()
    payee = case.payee_resident_code if case else ""
    resident = Resident.objects.using(ALIAS).filter(resident_code=payee).first()
    if case is None or resident is None or resident.hidden or case.protected:
        return None, [payee] if payee else []
    return Found(resident=resident, household_key=case.household_key, case=case), [payee]


def by_person(kana: str, born: date) -> tuple[Found | None, list[str]]:
    """The one person with that name and birth date; nobody where there are several, or one who is hidden."""
    forms = search_forms.kana(kana)
    alike = list(Resident.objects.using(ALIAS).filter(birth_date=born, kana_key__in=forms)[:2])
    about = [one.resident_code for one in alike]
    if len(alike) != 1 or alike[0].hidden:
        return None, about
    entry = RegisterEntry.objects.using(ALIAS).filter(side="base", resident_code=about[0]).first()
    if entry is None:
        return None, about
    key = entry.household_code
    case = _newest_case(key)
    if (case and case.protected) or (case is None and newest(key) is None):
        return None, about
    return Found(resident=alike[0], household_key=key, case=case), about


def _newest_case(household_key: str) -> Case | None:
    codes = list(DecisionRun.objects.using(ALIAS).values_list("programme", flat=True).distinct())
    cases = Case.objects.using(ALIAS).select_related("programme")
    return cases.filter(programme__in=codes, household_key=household_key).order_by("-pk").first()


def newest(household_key: str) -> Decision | None:
    """The newest decision about the household, of any programme."""
    codes = DecisionRun.objects.using(ALIAS).values_list("programme", flat=True).distinct()
    found = [newest_decision(code, household_key) for code in codes]
    return max((one for one in found if one is not None), key=lambda one: one.run_id, default=None)


def agrees(found: Found, item: Item, said: str | date) -> bool:
    """Whether what the caller said is what is known of the person."""
    resident = found.resident
    if isinstance(said, date):
        return item is Item.BORN and resident.birth_date == said
    if item is Item.NUMBER:
        return found.case is not None and found.case.case_number == said
    if item is Item.NAME:
        return resident.kana_key in search_forms.kana(said)
    if item is Item.ADDRESS:
        return _lives_at(resident, said)
    number = phone(said)
    known = Contact.objects.using(ALIAS).filter(resident_code=resident.resident_code, phone=number)
    return number is not None and known.exists()


def _lives_at(resident: Resident, said: str) -> bool:
    """With its house number, and with or without city and ward; a room may be left out."""
    form = search_forms.address(said, search_forms.home(settings.TODOKE_MUNICIPALITY))
    if not any(char.isdigit() for char in form):
        return False
    keys = [key for key in (resident.address_key, resident.town_key) if key]
    return any(key == form or key.startswith((f"{form}-", f"{form} ")) for key in keys)


def call(number: int, staff_id: str) -> Call:
    """A call that this person opened within the last hour; STATE_CONFLICT for one that is over, NOT_FOUND otherwise."""
    found = Call.objects.using(ALIAS).select_related("case__programme").filter(pk=number).first()
    if found is None or found.opened_by != staff_id:
        raise TodokeError(ErrorCode.NOT_FOUND, what="この応対")
    return found


def person_of(one: Call) -> Found | None:
    """Whom the call is about, as the register has them now; nobody once they are hidden."""
    resident = Resident.objects.using(ALIAS).filter(resident_code=one.resident_code or None).first()
    if resident is None or resident.hidden or (one.case and one.case.protected):
        return None
    return Found(resident=resident, household_key=one.household_key, case=one.case)


def name_of(found: Found) -> str:
    """The newest name in the register."""
    entries = RegisterEntry.objects.using(ALIAS).filter(resident_code=found.resident.resident_code)
    names = dict(entries.filter(side__in=["base", "latest"]).values_list("side_id", "name_kanji"))
    return names.get("latest") or names.get("base") or ""


def checks(one: Call) -> list[CallCheck]:
    """What the caller has told, in order."""
    return list(CallCheck.objects.using(ALIAS).filter(call=one).order_by("pk"))


def standing(case: Case) -> Standing:
    """Where a case stands, by dates."""
    (row,) = postgres.fetch(ALIAS, _STANDING, [case.pk])
    return Standing(*row)


def notes(one: Call) -> list[CallNote]:
    """Everything that was noted in calls about the same person, newest first."""
    same = Q(call=one) if not one.resident_code else Q(call__resident_code=one.resident_code)
    return list(CallNote.objects.using(ALIAS).filter(same).order_by("-pk")[:20])


def to_call_back() -> list[ToCallBack]:
    """Everybody who waits to be called back, longest first."""
    return [ToCallBack(*row) for row in postgres.fetch(ALIAS, _TO_CALL_BACK)]


def waiting() -> int:
    """How many wait to be called back."""
    return CallNote.objects.using(ALIAS).filter(call_back=True, callreturn__isnull=True).count()


def over(one: Call, life: timedelta) -> bool:
    """Whether the call was opened too long ago."""
    return clock.now() - one.opened_at > life
