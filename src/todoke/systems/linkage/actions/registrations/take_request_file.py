"""住登外者の登録依頼の一括受付: a file whole or not at all; candidates of all rows at once; exact matches proposed."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import snapshots
from todoke.kernel import clock
from todoke.kernel.errors import BadRow, ErrorCode, InputRefused, TodokeError
from todoke.records.csv_input import read_checked
from todoke.records.layouts.registration_requests_v2026 import REGISTRATION_REQUESTS
from todoke.systems.linkage import codecs
from todoke.systems.linkage.flows import REGISTRATION, RegistrationState
from todoke.systems.linkage.models import Registration, requests
from todoke.systems.linkage.models.requests import NewRequest
from todoke.systems.linkage.queries import registrations
from todoke.systems.linkage.queries.numbers import one_load_at_a_time
from todoke.systems.linkage.queries.registrations import Request, refuse_foreign_duty
from todoke.systems.linkage.queries.systems import registrants
from todoke.systems.linkage.rules.registration import (
    LOCAL_NUMBER,
    Asked,
    Found,
    attributes_of,
    proposal,
)
from todoke.workflow.runner import move, of

ALIAS = "linkage"


@dataclass(frozen=True, kw_only=True)
class FileTaken:
    """What became of the rows of one file: proposed as known, proposed as new, and left to be decided one by one."""

    file_sha256: str
    rows: int
    proposed_known: int
    proposed_new: int
    undecided: int


def take_request_file(*, file: Path, system: str, duty: str, purpose: str, by: Actor) -> FileTaken:
    """One request a row. Whoever agrees in all four attributes with exactly one person is proposed; a second person confirms.

    Errors: InputRefused with every bad row; STATE_CONFLICT for a file that was taken already.
    """
    require(by, Permission.LINKAGE_REGISTER_REQUEST)
    refuse_foreign_duty({duty}, by)
    digest = snapshots.file_sha256(file) if file.is_file() else ""
    new = _read(file, system=system, duty=duty, purpose=purpose)
    with transaction.atomic(using=ALIAS):
        one_load_at_a_time()
        _refuse_taken(digest)
        _refuse_rows(file.name, new)
        requests.write(new, by=by.staff_id, seal=codecs.number_keys().newest, file_sha256=digest)
        keys = [one.request_id for one in new]
        found = dict(zip(keys, registrations.assess([_request(one) for one in new]), strict=True))
        requests.note_search(found)
        move(ALIAS, REGISTRATION, of(REGISTRATION, keys), to=RegistrationState.SEARCHED, by=by)
        proposed = _proposals(new, found)
        move(
            ALIAS, REGISTRATION, of(REGISTRATION, list(proposed)), to=RegistrationState.CHOSEN, by=by,
            also={"chosen_by": by.staff_id, "chosen_at": clock.now()},
            beside=requests.stage_choice(proposed),
        )  # fmt: skip
    known = sum(person is not None for person in proposed.values())
    return FileTaken(
        file_sha256=digest,
        rows=len(new),
        proposed_known=known,
        proposed_new=len(proposed) - known,
        undecided=len(new) - len(proposed),
    )


def _read(file: Path, *, system: str, duty: str, purpose: str) -> list[NewRequest]:
    rows = read_checked(file, REGISTRATION_REQUESTS).to_pylist()
    wrong = [line for line, row in enumerate(rows, 2) if not LOCAL_NUMBER.fullmatch(row["local_number"])]
    if wrong:
        rule = "20文字以内の半角の英数字とハイフンでなければなりません"
        raise InputRefused(
            file.name,
            [BadRow(file=file.name, row=line, column="local_number", shown="", rule=rule) for line in wrong],
        )
    new, systems = [], registrants()
    for line, row in enumerate(rows, 2):
        row["name"] = row.pop("name_kanji")
        asked = Asked(system=system, duty=duty, purpose=purpose, **row)
        new.append(
            NewRequest(
                request_id=uuid.uuid4().hex, asked=asked, attributes=attributes_of(asked, systems), row=line
            )
        )
    return new


def _refuse_taken(digest: str) -> None:
    taken = Registration.objects.using(ALIAS).filter(file_sha256=digest)
    if taken.exclude(state__in=[RegistrationState.REJECTED, RegistrationState.WITHDRAWN]).exists():
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="この内容のファイルは受付済みです")


def _refuse_rows(file: str, new: list[NewRequest]) -> None:
    """Rows about somebody linked or asked for already, and rows that are one person twice."""
    places = [(one.asked.system, one.asked.local_number) for one in new]
    linked, waiting = registrations.linked_already(places), registrations.waiting(places)
    often = Counter(one.attributes.normal() for one in new)
    numbers = Counter(one.asked.individual_number for one in new if one.asked.individual_number)
    faults = []
    for one, place in zip(new, places, strict=True):
        for column, wrong, rule in (
            ("local_number", place in linked, "この業務固有番号は登録済みです"),
            ("local_number", place in waiting, "この業務固有番号の依頼が処理中です"),
            (
                "individual_number",
                numbers[one.asked.individual_number] > 1,
                "同じ個人番号の行がほかにあります",
            ),
            ("name_kanji", often[one.attributes.normal()] > 1, "4情報が同じ行がほかにあります"),
        ):
            if wrong:
                faults.append(BadRow(file=file, row=one.row, column=column, shown="", rule=rule))
    if faults:
        raise InputRefused(file, faults)


def _request(one: NewRequest) -> Request:
    number = one.asked.individual_number.encode() or None
    return Request(request_id=one.request_id, attributes=one.attributes, number=number)


def _proposals(new: list[NewRequest], found: dict[str, list[Found]]) -> dict[str, str | None]:
    """By request id the person proposed, None for a new one; requests left to a person's judgement are absent."""
    proposals: dict[str, str | None] = {}
    for one in new:
        offered, person = proposal(found[one.request_id], with_number=bool(one.asked.individual_number))
        if offered:
            proposals[one.request_id] = person.person if person else None
    return proposals
