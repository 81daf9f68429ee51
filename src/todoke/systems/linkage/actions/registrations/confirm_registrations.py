"""登録の確認: a second person confirms; only then a 統合番号 is minted or the local number linked. Set-based.

Everything that was known when somebody chose is asked again under the lock that minting takes: nobody gets a second
統合番号 because two requests for one person were under way together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record_many
from todoke.systems.linkage import codecs
from todoke.systems.linkage.flows import REGISTRATION, RegistrationState
from todoke.systems.linkage.models import PersonEvent, Registration, minting, requests
from todoke.systems.linkage.models.person_event import EventKind
from todoke.systems.linkage.models.registration import SEALED, TYPED
from todoke.systems.linkage.queries import registrations
from todoke.systems.linkage.queries.numbers import one_load_at_a_time
from todoke.systems.linkage.queries.registrations import Request, attribute_table
from todoke.systems.linkage.rules import match_forms
from todoke.systems.linkage.rules.registration import refusal
from todoke.workflow.runner import move, of

ALIAS = "linkage"
VERB = Permission.LINKAGE_REGISTER_CONFIRM.value


@dataclass(frozen=True, kw_only=True)
class Registered:
    """How many persons got a new 統合番号, and how many local numbers were linked to one that was there."""

    minted: int
    linked: int


def confirm_registrations(*, request_ids: Sequence[str], by: Actor) -> Registered:
    """Register all of these, or none. What was typed goes; the evidence and the 統合番号 stay. A 符号 is wanted for whoever is new (trigger).

    Errors: STATE_CONFLICT with how many no longer stand as they were chosen, SAME_PERSON, VERIFY_AGAIN.
    """
    require(by, Permission.LINKAGE_REGISTER_CONFIRM)
    with transaction.atomic(using=ALIAS):
        one_load_at_a_time()
        rows = _chosen(request_ids)
        asked = registrations.requests(rows)
        _refuse_changed(rows, asked)
        persons = _register(rows, asked)
        keys = [row.request_id for row in rows]
        results = {row.request_id: (persons[row.request_id], _outcome(row)) for row in rows}
        move(
            ALIAS, REGISTRATION, of(REGISTRATION, keys), to=RegistrationState.REGISTERED, by=by,
            also=dict.fromkeys((*TYPED, *SEALED)), beside=requests.stage_result(results),
        )  # fmt: skip
        _write_history(rows, by)
        requests.forget_candidates(keys)
        about = (Person("integrated_number", person) for person in persons.values())
        record_many(ALIAS, by=by, verb=VERB, subject="person registered", about=about)
    minted = sum(row.choice == "new" for row in rows)
    return Registered(minted=minted, linked=len(rows) - minted)


def _chosen(request_ids: Sequence[str]) -> list[Registration]:
    """The requests that wait for confirmation, in the order in which they were made."""
    found = Registration.objects.using(ALIAS).select_for_update().filter(request_id__in=set(request_ids))
    rows = list(found.order_by("requested_at", "file_row", "request_id"))
    waiting = [row for row in rows if row.state == RegistrationState.CHOSEN]
    if len(waiting) < len(set(request_ids)) or not waiting:
        raise TodokeError(
            ErrorCode.STATE_CONFLICT,
            detail=f"{len(set(request_ids)):,} 件のうち、確認待ちは {len(waiting):,} 件です",
        )
    return waiting


def _refuse_changed(rows: Sequence[Registration], asked: Sequence[Request]) -> None:
    """What was chosen must still be what may be chosen, among the persons of now and among these requests."""
    changed = 0
    for row, one, found in zip(rows, asked, registrations.assess(asked), strict=True):
        chosen = next((person for person in found if person.person == row.chosen_person_id), None)
        gone = row.chosen_person_id is not None and chosen is None
        changed += gone or refusal(found, chosen, with_number=one.number is not None) is not None
    new = [one for row, one in zip(rows, asked, strict=True) if row.choice == "new"]
    twice = len(new) - len({one.attributes.normal() for one in new})
    numbers = [one.number for one in asked if one.number is not None]
    twice += len(numbers) - len(set(numbers))
    if changed or twice:
        raise TodokeError(
            ErrorCode.STATE_CONFLICT,
            detail=f"{changed + twice:,} 件は候補の確認の後に登録の状況が変わりました。候補の検索からやり直してください",
        )


def _register(rows: Sequence[Registration], asked: Sequence[Request]) -> dict[str, str]:
    """Mint, attach, link; 統合番号 by request id."""
    new = [one for row, one in zip(rows, asked, strict=True) if row.choice == "new"]
    attributes = attribute_table([one.attributes for one in new])
    minted = minting.mint(attributes)
    minting.write_forms(minted, attributes, match_forms.home(settings.TODOKE_MUNICIPALITY))
    persons = {row.request_id: str(row.chosen_person_id) for row in rows if row.choice == "person"}
    persons |= {one.request_id: person for one, person in zip(new, minted, strict=True)}
    numbered = registrations.with_number(list(persons.values()))
    bare = [(persons[one.request_id], one.number) for one in asked if one.number is not None]
    fresh = [(person, number) for person, number in bare if person not in numbered]
    seal = codecs.number_keys().newest
    minting.attach_numbers([person for person, _ in fresh], [number for _, number in fresh], seal)
    minting.link(
        [persons[row.request_id] for row in rows],
        [row.system for row in rows],
        [str(row.local_number) for row in rows],
    )
    return persons


def _write_history(rows: Sequence[Registration], by: Actor) -> None:
    """Whoever was known has a local number more; who is new begins without a history."""
    PersonEvent.objects.using(ALIAS).bulk_create(
        PersonEvent(
            at=clock.now(),
            by=by.staff_id,
            kind=EventKind.NEW_LOCAL_NUMBER,
            person_id=str(row.chosen_person_id),
            what=row.system,
            evidence=f"登録依頼 {row.request_id}",
        )
        for row in rows
        if row.choice == "person"
    )


def _outcome(row: Registration) -> str:
    return "minted" if row.choice == "new" else "linked"
