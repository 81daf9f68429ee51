"""副本登録 from the tax system's files to the intermediary, over both systems and the real database."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, connections
from django.test import override_settings

from tests.systems import city, copies, masters, three_towns
from tests.systems.three_towns import Towns
from todoke.access.permissions import Actor
from todoke.contracts.information import TAX_ITEMS, Item
from todoke.kernel.errors import ErrorCode, InputRefused, TodokeError
from todoke.oplog.models import Operation
from todoke.systems.linkage import jobs
from todoke.systems.linkage.actions.corrections.decide_correction import (
    confirm_correction,
    decline_correction,
    read_correction,
)
from todoke.systems.linkage.actions.replicas import receive_masters as receiving
from todoke.systems.linkage.actions.replicas.propose_correction import propose_correction
from todoke.systems.linkage.actions.replicas.receive_masters import receive_masters
from todoke.systems.linkage.actions.replicas.send_replicas import delete_spent, send_next
from todoke.systems.linkage.jobs import replicas as road
from todoke.systems.linkage.models import (
    LocalNumber,
    RegisteredCopy,
    ReplicaCorrection,
    ReplicaFile,
    ReplicaPiece,
)
from todoke.systems.linkage.queries import replicas as reads


@pytest.fixture
def towns(city_site: object, tmp_path: Path) -> Iterator[Towns]:
    with override_settings(TODOKE_INSTANCE_NAME="towns"):
        jobs.load(city.files() / "individual_numbers.csv", by=operator())
        yield three_towns.build(tmp_path, "towns")


def operator() -> Actor:
    return city.actor(city.OPERATOR)


def register(towns: Towns, path: Path) -> dict[str, int]:
    report = road.register(path, by=operator(), dispatcher=masters.dispatcher(towns.transport))
    return report.counts.totals


def person_of(local_number: str) -> str:
    return LocalNumber.objects.using("linkage").get(local_number=local_number).person_id


def born(local_number: str) -> date:
    return LocalNumber.objects.using("linkage").get(local_number=local_number).person.birth_date


def temporary_files() -> list[Path]:
    folder = settings.TODOKE_DATA_FOLDER / "linkage" / "replicas"
    return sorted(folder.iterdir()) if folder.is_dir() else []


def test_a_file_reaches_the_intermediary_and_leaves_nothing_behind(towns: Towns, tmp_path: Path) -> None:
    people = masters.local_numbers(50)
    path = masters.write(tmp_path / "m.csv", [masters.row(one, held=one == people[0]) for one in people])
    assert register(towns, path) == {"新規": 50, "訂正": 0, "削除": 0}
    person = person_of(people[3])
    (copy,) = copies.opened(masters.INTERMEDIARY, "integrated_number = %s", (person,))
    assert (copy["total_income"], copy["taxing_municipality_reason"]) == (
        people[3][-6:].lstrip("0") or "0",
        "NotAcceptable",
    )
    assert masters.stored(towns, where="auto_reply_prohibited") == 1
    assert temporary_files() == []
    file = ReplicaFile.objects.using("linkage").get()
    assert (file.state, file.wrapped_key) == ("done", None)
    assert RegisteredCopy.objects.using("linkage").filter(state="registered").count() == 50
    # the same file again is the same work, done
    assert register(towns, path) == {"新規": 50, "訂正": 0, "削除": 0}
    with pytest.raises(TodokeError, match="ALREADY_DONE"):
        receive_masters(file=path, by=operator())


def test_a_bad_row_refuses_the_whole_file_and_every_bad_row_is_named(towns: Towns, tmp_path: Path) -> None:
    people = masters.local_numbers(4)
    rows = [
        masters.row(people[0], total_income="", total_income_reason=""),  # neither value nor reason
        masters.row(people[1]),
        masters.row(people[2], delete=True) | {"gross_income": "1"},  # a deletion with an item
        masters.row(people[3], total_income_reason="NotAcceptable"),  # both
    ]
    path = masters.write(tmp_path / "bad.csv", rows)
    with pytest.raises(InputRefused) as refused:
        receive_masters(file=path, by=operator())
    assert [bad.row for bad in refused.value.rows] == [2, 4, 5]
    unknown = masters.write(tmp_path / "unknown.csv", [masters.row(people[0]), masters.row("9999999999")])
    with pytest.raises(InputRefused) as refused:
        receive_masters(file=unknown, by=operator())
    assert [(bad.row, bad.column) for bad in refused.value.rows] == [(3, "local_number")]
    found = ReplicaFile.objects.using("linkage").order_by("pk").values_list("state", "bad_rows")
    assert list(found) == [("refused", 3), ("refused", 1)]
    assert temporary_files() == []


def test_two_numbers_of_one_person_are_one_person(towns: Towns, tmp_path: Path) -> None:
    (first,) = masters.local_numbers(1)
    LocalNumber.objects.using("linkage").create(
        system="residents", local_number="0000000001", person_id=person_of(first)
    )
    path = masters.write(tmp_path / "twice.csv", [masters.row(first), masters.row("0000000001")])
    with pytest.raises(InputRefused) as refused:
        receive_masters(file=path, by=operator())
    assert [bad.row for bad in refused.value.rows] == [3]


def test_temporary_files_are_private_encrypted_and_looked_at(towns: Towns, tmp_path: Path) -> None:
    people = masters.local_numbers(3)
    path = masters.write(tmp_path / "m.csv", [masters.row(one, total_income="87654321") for one in people])
    receive_masters(file=path, by=operator())
    (lying,) = temporary_files()
    assert stat.S_IMODE(lying.stat().st_mode) == 0o600
    assert stat.S_IMODE(lying.parent.stat().st_mode) == 0o700
    content = lying.read_bytes()
    assert b"87654321" not in content
    assert person_of(people[0]).encode() not in content
    lying.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(TodokeError, match="INPUT_CHANGED"):
        send_next(by=operator())
    lying.unlink()
    with pytest.raises(TodokeError, match="INPUT_MISSING"):
        send_next(by=operator())
    assert masters.stored(towns) == 0


def test_years_stand_side_by_side_and_corrections_and_deletions_keep_their_order(
    towns: Towns, tmp_path: Path
) -> None:
    one, other = masters.local_numbers(2)
    register(
        towns,
        masters.write(
            tmp_path / "a.csv", [masters.row(one), masters.row(one, year=2022), masters.row(other)]
        ),
    )
    corrected = [masters.row(one, year=2022, total_income="5"), masters.row(other, delete=True)]
    found = register(towns, masters.write(tmp_path / "b.csv", corrected))
    assert found == {"新規": 0, "訂正": 1, "削除": 1}
    held = towns.rows(
        masters.INTERMEDIARY, "SELECT integrated_number, fiscal_year FROM intermediary_replica ORDER BY 2"
    )
    assert held == [(person_of(one), 2021), (person_of(one), 2022)]
    assert masters.stored(towns, "total_income", "fiscal_year = 2022") == "5"
    assert not RegisteredCopy.objects.using("linkage").filter(person_id=person_of(other)).exists()


def test_it_goes_on_after_a_stop_at_any_message_and_nothing_is_sent_twice(
    towns: Towns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "RECORD_LIMIT", 7)
    people = masters.local_numbers(40)
    path = masters.write(tmp_path / "m.csv", [masters.row(one) for one in people])
    kept = receive_masters(file=path, by=operator())
    assert ReplicaPiece.objects.using("linkage").count() == 6
    dispatcher = masters.dispatcher(towns.transport)
    while True:  # every round may be the last of its process: what is left must always be enough to go on
        road.pump(by=operator())
        assert ReplicaPiece.objects.using("linkage").filter(state="sent").count() <= 4
        dispatcher.drain(5)
        if reads.progress(kept)["waiting"] == 0:
            break
    assert len(temporary_files()) == 6  # nothing was tidied yet
    report = road.register(path, by=operator(), dispatcher=dispatcher)
    assert (report.counts.accepted, report.counts.totals["新規"]) == (40, 40)
    assert temporary_files() == []
    assert masters.stored(towns) == 40


def test_an_intermediary_that_is_away_leaves_the_rest_encrypted_on_the_disk(
    towns: Towns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "RECORD_LIMIT", 2)
    path = masters.write(tmp_path / "m.csv", [masters.row(one) for one in masters.local_numbers(20)])
    receive_masters(file=path, by=operator())
    assert road.pump(by=operator()) == 8
    assert road.pump(by=operator()) == 0
    delete_spent(by=operator())
    assert len(temporary_files()) == 6
    with override_settings(TODOKE_BACKLOG_COUNT=5):
        assert reads.backlog().too_many
    assert not reads.backlog().alarming


def test_a_stray_temporary_file_goes_with_the_next_receipt(towns: Towns, tmp_path: Path) -> None:
    people = masters.local_numbers(2)
    receive_masters(file=masters.write(tmp_path / "a.csv", [masters.row(people[0])]), by=operator())
    stray = temporary_files()[0].parent / "77-1.sealed"
    stray.write_bytes(b"x")
    receive_masters(file=masters.write(tmp_path / "b.csv", [masters.row(people[1])]), by=operator())
    assert stray not in temporary_files()
    assert len(temporary_files()) == 2


ITEMS = {name: Item("0", None) for name in TAX_ITEMS} | {
    "taxing_municipality": Item(None, "NotAcceptable"),
    "tax_year": Item("2021", None),
}


def test_a_correction_by_screen_needs_a_second_person_and_goes_the_same_road(
    towns: Towns, tmp_path: Path
) -> None:
    (one,) = masters.local_numbers(1)
    register(towns, masters.write(tmp_path / "a.csv", [masters.row(one)]))
    clerk, supervisor = city.actor(city.CLERK), city.actor(city.SUPERVISOR)
    number = propose_correction(
        integrated_number=person_of(one), birth_date=born(one), fiscal_year=2021, items=ITEMS | {"total_income": Item("777001", None)},
        auto_reply_prohibited=True, reason="税額更正", by=clerk,
    )  # fmt: skip
    with connections["linkage"].cursor() as cursor:
        cursor.execute("SELECT sealed FROM linkage_replicacorrection")
        assert b"777001" not in bytes(cursor.fetchone()[0])
    with pytest.raises(TodokeError, match="STATE_CONFLICT"):
        propose_correction(
            integrated_number=person_of(one), birth_date=born(one), fiscal_year=2021, items=None, auto_reply_prohibited=False,
            reason="別の理由", by=clerk,
        )  # fmt: skip
    with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
        confirm_correction(number=number, by=clerk)
    _, shown, held = read_correction(number=number, by=supervisor)
    assert (shown["total_income"].value, held) == ("777001", True)
    confirm_correction(number=number, by=supervisor)
    file = ReplicaFile.objects.using("linkage").get(kind="screen")
    road.deliver(file, by=operator(), dispatcher=masters.dispatcher(towns.transport))
    assert masters.stored(towns, "total_income") == "777001"
    assert masters.stored(towns, "auto_reply_prohibited") is True
    kept = ReplicaCorrection.objects.using("linkage").get()
    assert (kept.state, kept.sealed, kept.confirmed_by) == ("confirmed", None, city.SUPERVISOR)
    logged = Operation.objects.using("linkage").filter(object_type="integrated_number")
    assert {entry.verb for entry in logged} >= {"linkage:replica:propose", "linkage:replica:confirm"}


def test_the_database_refuses_one_person_for_both_parts_of_a_correction(towns: Towns) -> None:
    (one,) = masters.local_numbers(1)
    number = propose_correction(
        integrated_number=person_of(one), birth_date=born(one), fiscal_year=2021, items=None, auto_reply_prohibited=False, reason="転出",
        by=city.actor(city.CLERK),
    )  # fmt: skip
    with connections["linkage"].cursor() as cursor, pytest.raises(IntegrityError):
        cursor.execute(
            "UPDATE linkage_replicacorrection SET state = 'confirmed', sealed = NULL, confirmed_by = proposed_by,"
            " confirmed_at = now() WHERE id = %s",
            [number],
        )
    decline_correction(number=number, by=city.actor(city.SUPERVISOR))
    assert ReplicaCorrection.objects.using("linkage").get().state == "declined"


@pytest.mark.parametrize(
    ("items", "reason"),
    [
        (ITEMS, " "),
        ({name: item for name, item in ITEMS.items() if name != "tax_year"}, "理由"),
        (ITEMS | {"total_income": Item("12円", None)}, "理由"),
    ],
)
def test_a_correction_without_reason_or_with_a_bad_item_is_refused(
    towns: Towns, items: dict[str, Item], reason: str
) -> None:
    (one,) = masters.local_numbers(1)
    with pytest.raises(TodokeError) as refused:
        propose_correction(
            integrated_number=person_of(one), birth_date=born(one), fiscal_year=2021, items=items, auto_reply_prohibited=False,
            reason=reason, by=city.actor(city.CLERK),
        )  # fmt: skip
    assert refused.value.code is ErrorCode.RECORD_INVALID
