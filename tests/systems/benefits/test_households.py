"""世帯の参照: both registers side by side, lineage and evidence; and nothing of where a protected person lives."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.systems import city
from tests.systems.residents.changes import FATHER, ICHI, MOTHER, REGISTER, SAN, SON, apply, changed
from todoke.access.permissions import Actor
from todoke.contracts import registry
from todoke.contracts.residents import LineageReason, Residents, SnapshotKind
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation
from todoke.systems.benefits import jobs
from todoke.systems.benefits.actions.households.note_contact import note_contact
from todoke.systems.benefits.actions.households.read_household import Read, read_household
from todoke.systems.benefits.models import Contact, Resident
from todoke.systems.benefits.rules.households.register_differences import SAME, words
from todoke.systems.residents import jobs as register_jobs
from todoke.systems.residents.serves import ResidentRegister

pytestmark = pytest.mark.usefixtures("city_site")
BASE_DATE = date(2021, 12, 10)
ELSEWHERE = "神奈川県横浜市旭区鶴ケ峰一丁目4番12号"
SHELTERED = {"household_code": SAN, "is_head": "1", "relationship": "世帯主", "address": ELSEWHERE, "ward_code": "14112",
             "protected": "1"}  # fmt: skip


@pytest.fixture(autouse=True)
def registers(city_site: object, tmp_path: Path) -> None:
    """The same four people in both registers."""
    registry.serve(Residents, ResidentRegister())  # type: ignore[type-abstract]
    file = city.write_rows(tmp_path / "register.csv", list(REGISTER))
    for kind, day in ((SnapshotKind.BASE, BASE_DATE), (SnapshotKind.LATEST, date(2022, 2, 1))):
        register_jobs.import_snapshot(kind=kind, file=file, as_of=day, by=city.actor(city.CLERK))
    jobs.take_registers(by=city.actor(city.CLERK))


def read(row: dict[str, str], staff: str = city.CLERK) -> Read:
    by: Actor = replace(city.actor(staff), purpose="窓口での相談")
    person = Resident.objects.using("benefits").get(resident_code=row["resident_code"])
    return read_household(person=person.pk, by=by)


def told(found: Read) -> dict[str, str]:
    return {one.entry.name_kanji: words(one.base, one.latest, BASE_DATE) for one in found.household.members}


def test_nothing_changed_and_everybody_is_logged() -> None:
    found = read(SON)
    assert told(found) == {"山田　太郎": SAME, "山田　花子": SAME, "山田　一郎": SAME}
    assert (found.household.base_code, found.household.latest_code) == (ICHI, ICHI)
    entries = Operation.objects.using("benefits").filter(verb="benefits:household:read")
    assert {(one.purpose, one.object_type) for one in entries} == {("窓口での相談", "resident_code")}
    assert entries.values("object_index").distinct().count() == 3


def test_a_split_is_seen_from_both_sides(tmp_path: Path) -> None:
    apply(
        tmp_path,
        changed("世帯変更", {**SON, "household_code": SAN, "is_head": "1", "relationship": "世帯主"}),
    )
    jobs.take_registers(by=city.actor(city.CLERK))
    for found in (read(SON), read(FATHER)):
        assert told(found)["山田　一郎"] == "別の世帯に異動、世帯主になった"
        assert told(found)["山田　太郎"] == SAME
        assert [(step.household_code, step.successor_code, step.reason) for step in found.lineage] == [
            (ICHI, SAN, LineageReason.SPLIT)
        ]
    assert read(SON).household.codes == (ICHI, SAN)


def test_where_a_protected_member_went_is_told_to_nobody_without_the_right(tmp_path: Path) -> None:
    apply(
        tmp_path,
        changed("世帯変更", {**MOTHER, **SHELTERED}),
        changed("世帯変更", {**SON, **SHELTERED, "is_head": "0", "relationship": "子", "protected": "0"}),
    )
    jobs.take_registers(by=city.actor(city.CLERK))
    mother = Resident.objects.using("benefits").get(resident_code=MOTHER["resident_code"])
    note_contact(person=mother.pk, number="045-671-2121", source="窓口", by=city.actor(city.CLERK))
    for row in (FATHER, MOTHER, SON):  # the son is not protected, but lives with her
        seen = repr([vars(one.latest) for one in read(row).household.members]) + repr(
            replace(read(row), household=None)
        )
        assert not any(secret in seen for secret in (ELSEWHERE, SAN, "14112", "0456712121")), row[
            "name_kanji"
        ]
    assert read(FATHER).protected
    assert not read(FATHER).may_see_protected
    assert read(MOTHER).household.latest_code != SAN
    open_to = read(MOTHER, city.SUPERVISOR)
    assert open_to.household.latest_code == SAN
    assert open_to.household.of.entry.address == ELSEWHERE
    assert [one.phone for one in open_to.contacts] == ["0456712121"]
    looked = Operation.objects.using("benefits").filter(
        verb="benefits:protection:read", actor=city.SUPERVISOR
    )
    assert looked.exists()


def test_a_household_needs_purpose_right_and_somebody() -> None:
    person = Resident.objects.using("benefits").all()[0].pk
    for by, one, code in (
        (city.actor(city.CLERK), person, ErrorCode.PURPOSE_MISSING),
        (replace(city.actor(city.OPERATOR), purpose="点検"), person, ErrorCode.PERMISSION_DENIED),
        (replace(city.actor(city.CLERK), purpose="点検"), 0, ErrorCode.NOT_FOUND),
    ):
        with pytest.raises(TodokeError) as refused:
            read_household(person=one, by=by)
        assert refused.value.code is code


def test_a_wrong_number_is_not_noted() -> None:
    person = Resident.objects.using("benefits").all()[0].pk
    with pytest.raises(TodokeError) as refused:
        note_contact(person=person, number="12345", source="窓口", by=city.actor(city.CLERK))
    assert refused.value.code is ErrorCode.NUMBER_INVALID
    assert not Contact.objects.using("benefits").exists()
