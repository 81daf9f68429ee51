"""支援措置の対象者への手紙: the household, where it wants letters, and what was printed."""

from __future__ import annotations

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits.models import Case, Destination, Letter, ProtectedLetter, Resident, Shielded
from todoke.systems.benefits.rules.letters.protected_letter import ProtectedState

ALIAS = "benefits"
SHOWN = 500


def protected_case(case_number: str) -> Case:
    """That case; NOT_FOUND unless its household is protected by any source."""
    case = Case.objects.using(ALIAS).filter(case_number=case_number).first()
    if case is None or not (case.protected or _hidden(case.payee_resident_code)):
        raise TodokeError(ErrorCode.NOT_FOUND, what="支援措置の対象の世帯")
    return case


def _hidden(resident_code: str) -> bool:
    return Resident.objects.using(ALIAS).filter(resident_code=resident_code, hidden=True).exists()


def destination(case_number: str) -> Destination:
    """The newest 送付先 of its payee; NOT_FOUND without one: nothing is sent to an address that nobody named."""
    case = protected_case(case_number)
    rows = Destination.objects.using(ALIAS).filter(resident_code=case.payee_resident_code)
    found = rows.order_by("-pk").first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="支援措置の申出書の送付先")
    return found


def fled(resident_code: str) -> bool:
    """Whether the person fled by the list of special persons, and may still be registered at the old place."""
    return Shielded.objects.using(ALIAS).filter(resident_code=resident_code).exists()


def letters_of(case: Case) -> int:
    """The number of its newest letter; 0 without one."""
    newest = Letter.objects.using(ALIAS).filter(case=case).order_by("-number").first()
    return newest.number if newest else 0


def one(number: int) -> ProtectedLetter:
    """That letter with its case; NOT_FOUND otherwise."""
    rows = ProtectedLetter.objects.using(ALIAS).select_related("letter__case", "letter__file")
    found = rows.filter(pk=number).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="この個別の手紙")
    return found


def listed() -> list[ProtectedLetter]:
    """Newest first."""
    rows = ProtectedLetter.objects.using(ALIAS).select_related("letter__case", "letter__file")
    return list(rows.order_by("-pk")[:SHOWN])


def to_post(but_by: str) -> int:
    """Letters that somebody else than this person has to post."""
    rows = ProtectedLetter.objects.using(ALIAS).filter(state=ProtectedState.PRINTED)
    return rows.exclude(printed_by=but_by).count()
