"""Reads for corrections of numbers: how persons stand, what a request concerns, which requests are open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from todoke.contracts.linkage import KnownPerson
from todoke.engine import postgres
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.linkage.flows import CorrectionState, QueryState
from todoke.systems.linkage.models import CodeRequest, Correction, LocalNumber
from todoke.systems.linkage.rules.corrections import Standing

ALIAS = "linkage"
_WAITING = (QueryState.ACCEPTED, QueryState.SENT, QueryState.ASKED, QueryState.HELD)
_IN_FLIGHT = """
(SELECT count(*) FROM linkage_query q
 LEFT JOIN linkage_numberalias qa ON qa.former_id = q.person_id
 WHERE coalesce(qa.person_id, q.person_id) = p.integrated_number
   AND (q.state = ANY(%(waiting)s) OR q.state = 'answered' AND NOT q.handed_over))
"""
_STANDINGS = f"""
SELECT p.integrated_number,
       EXISTS (SELECT FROM linkage_numberalias a WHERE a.former_id = p.integrated_number),
       {_IN_FLIGHT},
       (SELECT count(*) FROM linkage_correction c
        WHERE c.state = 'requested' AND p.integrated_number IN (c.person_id, c.other_id)),
       EXISTS (SELECT FROM linkage_individualnumber n
               WHERE n.person_id = p.integrated_number AND n.standing = 'live'),
       ARRAY(SELECT l.id FROM linkage_localnumber l WHERE l.person_id = p.integrated_number)
FROM linkage_person p WHERE p.integrated_number = ANY(%(persons)s) FOR UPDATE OF p
"""
_SURVIVORS = "SELECT former_id, person_id FROM linkage_numberalias WHERE former_id = ANY(%s)"


@dataclass(frozen=True, kw_only=True)
class Side:
    """One 統合番号 as the confirmer must see it before anything is joined or parted."""

    known: KnownPerson
    local_numbers: tuple[LocalNumber, ...]
    standing: Standing
    code: str


def survivors(numbers: Sequence[str]) -> dict[str, str]:
    """The 統合番号 that lives by each one of these that was merged away; the others are absent."""
    return dict(postgres.fetch(ALIAS, _SURVIVORS, [list(numbers)]))


def standings(persons: Sequence[str]) -> dict[str, Standing]:
    """How these persons stand, locked until the transaction ends. NOT_FOUND when one is unknown."""
    parameters = {"persons": list(persons), "waiting": [str(state) for state in _WAITING]}
    found = {
        number: Standing(
            dissolved=dissolved,
            in_flight=in_flight,
            open_corrections=open_,
            live_number=live,
            local_numbers=tuple(local),
        )
        for number, dissolved, in_flight, open_, live, local in postgres.fetch(ALIAS, _STANDINGS, parameters)
    }
    if found.keys() != set(persons):
        raise TodokeError(ErrorCode.NOT_FOUND, what="統合番号")
    return found


def correction(correction_id: int) -> Correction:
    """A request; NOT_FOUND when there is none."""
    found = Correction.objects.using(ALIAS).filter(pk=correction_id).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="訂正の依頼")
    return found


def open_corrections() -> list[Correction]:
    """Requests that wait for a second person, oldest first."""
    return list(
        Correction.objects.using(ALIAS).filter(state=CorrectionState.REQUESTED).order_by("requested_at", "id")
    )


def concerning(person: str) -> list[Correction]:
    """Open requests about a person."""
    return list(
        Correction.objects.using(ALIAS)
        .filter(Q(person_id=person) | Q(other_id=person), state=CorrectionState.REQUESTED)
        .order_by("id")
    )


def local_numbers(person: str) -> tuple[LocalNumber, ...]:
    """業務固有番号 of a person, those of today first."""
    rows = LocalNumber.objects.using(ALIAS).filter(person_id=person)
    return tuple(rows.order_by("former", "system", "local_number"))


def code_word(person: str) -> str:
    """Where the 符号 of the main organisation stands, as a word."""
    row = CodeRequest.objects.using(ALIAS).filter(person_id=person, organisation="").first()
    return row.get_state_display() if row else "未要求"
