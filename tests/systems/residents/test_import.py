"""住民記録の取込: whole or not at all, sealed, repeatable."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.conf import settings
from django.db import IntegrityError, connections

from tests.systems import city
from todoke.contracts.residents import SnapshotKind
from todoke.engine import snapshots
from todoke.kernel.errors import ErrorCode, InputRefused, TodokeError
from todoke.oplog.models import Operation
from todoke.systems.residents import jobs
from todoke.systems.residents.models import Resident, Snapshot
from todoke.systems.residents.serves import ResidentRegister

AS_OF = date(2022, 2, 1)
pytestmark = pytest.mark.usefixtures("city_site")


def load() -> list[jobs.StepReport]:
    base, latest = (city.files() / f"residents_{kind}.csv" for kind in ("base", "latest"))
    return jobs.load(base, latest, AS_OF, by=city.actor(city.CLERK))


def test_both_registers_become_typed_sealed_snapshots() -> None:
    load()
    for kind, name, day in (
        (SnapshotKind.BASE, "residents_base.csv", date(2021, 12, 10)),
        (SnapshotKind.LATEST, "residents_latest.csv", AS_OF),
    ):
        reference = ResidentRegister().snapshot(kind)
        source = sorted(city.rows(name), key=lambda row: row["resident_code"])
        table = pq.read_table(snapshots.check(Path(reference.path), reference.sha256))
        assert (reference.as_of, reference.rows, table.num_rows) == (day, len(source), len(source))
        assert table.schema.field("birth_date").type == pa.date32()
        assert table.schema.field("protected").type == pa.bool_()
        read = table.to_pylist()
        assert [row["resident_code"] for row in read] == [row["resident_code"] for row in source]
        assert [row["address"] for row in read] == [row["address"] for row in source]
        assert [row["previous_municipality"] or "" for row in read] == [
            row["previous_municipality"] for row in source
        ]
        assert [row["protected"] for row in read] == [row["protected"] == "1" for row in source]


def test_the_look_up_table_is_the_latest_register() -> None:
    load()
    latest = {row["resident_code"]: row for row in city.rows("residents_latest.csv")}
    found = {row.resident_code: row for row in Resident.objects.using("residents").all()}
    assert found.keys() == latest.keys()
    assert all(found[code].ward_code == latest[code]["ward_code"] for code in latest)
    assert {row.snapshot_id for row in found.values()} == {
        ResidentRegister().snapshot(SnapshotKind.LATEST).snapshot_id
    }


def test_the_same_files_again_are_the_same_snapshots() -> None:
    first = load()
    before = list(Snapshot.objects.using("residents").order_by("snapshot_id").values())
    again = load()
    assert [report.resumed for report in first] == [False, False]
    assert [report.resumed for report in again] == [True, True]
    assert list(Snapshot.objects.using("residents").order_by("snapshot_id").values()) == before
    assert Operation.objects.using("residents").count() == 2


def test_a_sealed_file_that_was_lost_is_written_again_by_the_same_import() -> None:
    load()
    reference = ResidentRegister().snapshot(SnapshotKind.LATEST)
    Path(reference.path).unlink()
    load()
    assert snapshots.check(Path(reference.path), reference.sha256)


def test_one_bad_row_refuses_the_file_and_all_bad_rows_are_told(tmp_path: Path) -> None:
    content = city.rows("residents_latest.csv")
    content[3]["birth_date"] = "1990-02-30"
    content[9]["protected"] = "yes"
    content[12]["ward_code"] = ""
    file = city.write_rows(tmp_path / "residents_latest.csv", content)
    with pytest.raises(InputRefused) as refused:
        jobs.import_snapshot(kind=SnapshotKind.LATEST, file=file, as_of=AS_OF, by=city.actor(city.CLERK))
    told = {(bad.row, bad.column) for bad in refused.value.rows}
    assert told == {(5, "birth_date"), (11, "protected"), (14, "ward_code")}
    assert not Snapshot.objects.using("residents").exists()
    assert not Resident.objects.using("residents").exists()


def test_a_later_register_replaces_the_look_up_and_an_older_one_is_refused(tmp_path: Path) -> None:
    load()
    content = city.rows("residents_latest.csv")[1:]
    file = city.write_rows(tmp_path / "residents_latest.csv", content)
    by = city.actor(city.CLERK)
    jobs.import_snapshot(kind=SnapshotKind.LATEST, file=file, as_of=date(2022, 3, 1), by=by)
    assert Resident.objects.using("residents").count() == len(content)
    older = city.write_rows(tmp_path / "older.csv", content[1:])
    with pytest.raises(TodokeError) as refused:
        jobs.import_snapshot(kind=SnapshotKind.LATEST, file=older, as_of=date(2022, 2, 15), by=by)
    assert refused.value.code is ErrorCode.STATE_CONFLICT
    assert Resident.objects.using("residents").count() == len(content)


def test_a_member_of_staff_without_the_permission_imports_nothing() -> None:
    with pytest.raises(TodokeError) as denied:
        jobs.import_snapshot(
            kind=SnapshotKind.BASE,
            file=city.files() / "residents_base.csv",
            as_of=date(2021, 12, 10),
            by=city.actor(city.OPERATOR),
        )
    assert denied.value.code is ErrorCode.PERMISSION_DENIED
    assert not Snapshot.objects.using("residents").exists()
    assert not list(settings.TODOKE_DATA_FOLDER.rglob("*.parquet"))


def test_the_database_refuses_an_origin_that_is_no_code() -> None:
    load()
    with pytest.raises(IntegrityError), connections["residents"].cursor() as cursor:
        cursor.execute("UPDATE residents_resident SET previous_municipality = '横浜'")
