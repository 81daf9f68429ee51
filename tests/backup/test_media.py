"""媒体・搬送: two people carry a medium, a third receives it; the register of backups says what is proven."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from tests import hiring
from tests.systems import city
from todoke.access import parties
from todoke.access.permissions import Role
from todoke.assurance import backups
from todoke.assurance.actions import media
from todoke.assurance.actions.end_medium import confirm_end, end_medium
from todoke.assurance.models import (
    Backup,
    BackupStep,
    Medium,
    MediumContent,
    MediumEnd,
    MediumEnding,
    Transport,
)
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation

ALIAS = "directory_city"
NAME = "city-20260401T000000Z-abcdef"


@pytest.fixture
def office(databases):
    """Three administrators, a clerk, and one backup in the register."""
    people = {name: [Role.ADMINISTRATOR] for name in ("a001", "a002", "a003")}
    hiring.hire(ALIAS, people | {"c001": [Role.CLERK]})
    for name in (*people, "c001"):
        hiring.sit_down(ALIAS, name)
    made(NAME, hours=1)
    return {name: city.actor(name) for name in (*people, "c001")}


def made(name: str, *, hours: int) -> None:
    at = clock.now() - timedelta(hours=hours)
    backups.note_made(
        ALIAS, by=parties.housekeeper(), name=name, began_at=at, ended_at=at, rows=10, size=1_000
    )


def refuses(code: ErrorCode, work, **arguments) -> None:
    with pytest.raises(TodokeError) as told:
        work(**arguments)
    assert told.value.code is code


def test_a_medium_goes_out_with_two_and_comes_to_a_third(office) -> None:
    by = office["a001"]
    tape = {"label": "T-001", "kind": "LTO-9", "content": MediumContent.DATA, "backup": NAME}
    refuses(ErrorCode.PERMISSION_DENIED, media.register_medium, by=office["c001"], **tape)
    media.register_medium(by=by, **tape)
    refuses(ErrorCode.ALREADY_DONE, media.register_medium, by=by, **tape)
    way = {"label": "T-001", "origin": "データセンター", "destination": "遠隔地保管庫", "seal": "F-17"}
    refuses(ErrorCode.SAME_PERSON, media.hand_medium, by=by, carried_by="a002", accompanied_by="a002", **way)
    media.hand_medium(by=by, carried_by="a002", accompanied_by="x009", **way)
    refuses(ErrorCode.STATE_CONFLICT, media.hand_medium, by=by, carried_by="a002", accompanied_by="x9", **way)
    read = {"label": "T-001", "seal": "F-17"}
    refuses(ErrorCode.SAME_PERSON, media.receive_medium, by=office["a002"], **read)
    refuses(ErrorCode.RECORD_INVALID, media.receive_medium, by=office["a003"], **read | {"seal": "F-18"})
    media.receive_medium(by=office["a003"], **read)
    refuses(ErrorCode.STATE_CONFLICT, media.receive_medium, by=office["a003"], **read)
    rows = Transport.objects.using(ALIAS)
    for change in ({"received_by": "a001"}, {"destination": "別の所"}):
        with pytest.raises(IntegrityError), transaction.atomic(using=ALIAS):
            rows.update(**change)
    verbs = Operation.objects.using(ALIAS).filter(subject="T-001").values_list("verb", flat=True)
    assert sorted(verbs) == ["assurance:medium:hand", "assurance:medium:receive", "assurance:medium:register"]


def test_bulk_sql_cannot_let_one_person_carry_alone(office) -> None:
    media.register_medium(
        by=office["a001"], label="T-002", kind="HDD", content=MediumContent.KEYS, backup=NAME
    )
    media.hand_medium(
        by=office["a001"],
        label="T-002",
        origin="A",
        destination="B",
        carried_by="a002",
        accompanied_by="a003",
        seal="1",
    )
    row = Transport.objects.using(ALIAS).get()
    row.pk, row.accompanied_by, row.received_by, row.received_at = None, "a002", "a001", clock.now()
    with pytest.raises(IntegrityError), transaction.atomic(using=ALIAS):
        Transport.objects.using(ALIAS).bulk_create([row])
    with pytest.raises(IntegrityError), transaction.atomic(using=ALIAS):
        Backup.objects.using(ALIAS).update(rows=0)


def test_a_medium_ends_before_two_people_and_goes_nowhere_afterwards(office) -> None:
    by = office["a001"]
    media.register_medium(by=by, label="T-003", kind="HDD", content=MediumContent.DATA, backup=NAME)
    way = {"origin": "A", "destination": "B", "carried_by": "x1", "accompanied_by": "x2", "seal": "1"}
    gone = {"label": "T-003", "how": MediumEnding.DESTROYED, "method": "細断"}
    media.hand_medium(by=by, label="T-003", **way)
    refuses(ErrorCode.STATE_CONFLICT, end_medium, by=by, **gone)
    medium = Medium.objects.using(ALIAS).get()
    end = {"medium": medium, "how": "destroyed", "method": "x", "done_by": "a001", "done_at": clock.now()}
    with pytest.raises(IntegrityError), transaction.atomic(using=ALIAS):
        MediumEnd.objects.using(ALIAS).create(**end)
    media.receive_medium(by=office["a003"], label="T-003", seal="1")
    refuses(ErrorCode.PERMISSION_DENIED, end_medium, by=office["c001"], **gone)
    refuses(ErrorCode.RECORD_INVALID, end_medium, by=by, **gone | {"method": " "})
    refuses(ErrorCode.STATE_CONFLICT, confirm_end, by=office["a002"], label="T-003")
    end_medium(by=by, **gone)
    refuses(ErrorCode.ALREADY_DONE, end_medium, by=by, **gone)
    refuses(ErrorCode.SAME_PERSON, confirm_end, by=by, label="T-003")
    refuses(ErrorCode.STATE_CONFLICT, media.hand_medium, by=by, label="T-003", **way)
    with pytest.raises(IntegrityError), transaction.atomic(using=ALIAS):
        Transport.objects.using(ALIAS).create(medium=medium, handed_by="a001", handed_at=clock.now(), **way)
    rows = MediumEnd.objects.using(ALIAS)
    for change in ({"confirmed_by": "a001", "confirmed_at": clock.now()}, {"method": "別の方法"}):
        with pytest.raises(IntegrityError), transaction.atomic(using=ALIAS):
            rows.update(**change)
    confirm_end(by=office["a002"], label="T-003")
    refuses(ErrorCode.STATE_CONFLICT, confirm_end, by=office["a003"], label="T-003")
    with pytest.raises(IntegrityError), transaction.atomic(using=ALIAS):
        rows.update(confirmed_by="a003")


def test_the_register_says_what_is_proven(office) -> None:
    made("city-newer", hours=0)
    by = parties.housekeeper()
    backups.note(ALIAS, by=by, name=NAME, step=BackupStep.VERIFIED)
    backups.note(ALIAS, by=by, name="city-newer", step=BackupStep.VERIFIED)
    backups.note(ALIAS, by=by, name="city-newer", step=BackupStep.FAILED)
    assert backups.verified_names(ALIAS) == {NAME}
    media.record_drill(by=office["a001"], backup=NAME, place="予備機")
    found = backups.state(ALIAS)
    assert found.drilled is not None
    assert found.made > found.verified
    backups.note(ALIAS, by=by, name=NAME, step=BackupStep.REMOVED)
    assert backups.state(ALIAS).verified is None
