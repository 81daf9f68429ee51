"""住民異動の取込: whole and in order or not at all; the register, its history and the lineage of households follow."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.db import IntegrityError, connections, transaction

from tests.systems import city
from tests.systems.residents.changes import (
    ALONE,
    AS_OF,
    FATHER,
    ICHI,
    MOTHER,
    NI,
    SAN,
    SON,
    apply,
    changed,
    load,
    resident,
    write,
)  # fmt: skip
from todoke.contracts.residents import LineageReason as R
from todoke.contracts.residents import SnapshotKind
from todoke.engine import snapshots
from todoke.kernel.errors import ErrorCode, InputRefused, TodokeError
from todoke.oplog.models import Operation
from todoke.systems.residents import jobs
from todoke.systems.residents.models import Change, ChangeFile, Resident, Snapshot
from todoke.systems.residents.serves import ResidentRegister

pytestmark = pytest.mark.usefixtures("city_site")
CHILD = resident(
    "0000000009", ICHI, "山田　さくら", is_head="0", relationship="子の子", birth_date="2022-02-01"
)
LEFT = {"left_on": "2022-02-02", "is_head": "0"}


def lineage(*codes: str) -> list[tuple[str, str, R]]:
    return [
        (step.household_code, step.successor_code, step.reason) for step in ResidentRegister().lineage(codes)
    ]


def standing() -> dict[str, str]:
    rows = Resident.objects.using("residents").filter(left_on=None)
    return dict(rows.values_list("resident_code", "household_code"))


def test_every_kind_of_change_reaches_register_snapshot_and_history(tmp_path: Path) -> None:
    load(tmp_path)
    newcomer = resident(
        "0000000010",
        SAN,
        "グエン　アン",
        moved_in_on="2022-02-02",
        previous_municipality="14131",
        nationality="VNM",
    )
    moved = {**ALONE, "address": "神奈川県横浜市西区みなとみらい三丁目1番1号", "ward_code": "14103"}
    report = apply(
        tmp_path,
        changed("出生", CHILD, "2022-02-01"),
        changed("転入", newcomer),
        changed("転居", moved),
        changed("修正", {**SON, "name_kanji": "山田　壱郎"}),
        changed("転出", {**SON, "name_kanji": "山田　壱郎", **LEFT}, left_reason="転出"),
    )
    assert report.counts.accepted == 5
    latest = ResidentRegister().snapshot(SnapshotKind.LATEST)
    table = pq.read_table(snapshots.check(Path(latest.path), latest.sha256)).to_pylist()
    found = list(Resident.objects.using("residents").order_by("resident_code").values())
    assert [{k: v for k, v in row.items() if k != "snapshot_id"} for row in found] == table
    assert (latest.as_of, latest.rows) == (date(2022, 2, 3), 6)
    assert standing() == {
        "0000000001": ICHI,
        "0000000002": ICHI,
        "0000000004": NI,
        "0000000009": ICHI,
        "0000000010": SAN,
    }
    assert {
        row.kind: (row.name_before, row.ward_before, row.ward_after)
        for row in Change.objects.using("residents")
    } == {
        "出生": (None, None, "14104"),
        "転入": (None, None, "14104"),
        "転居": ("佐藤　次郎", "14104", "14103"),
        "修正": ("山田　一郎", "14104", "14104"),
        "転出": ("山田　壱郎", "14104", "14104"),
    }
    (first, second) = ResidentRegister().movements([SON["resident_code"]])
    assert (first.name_after, second.name_before, second.left_on) == (
        "山田　壱郎",
        "山田　壱郎",
        date(2022, 2, 2),
    )
    assert Operation.objects.using("residents").get(verb="residents:change:import").persons == 4


NO_HEAD = "異動の後の世帯に、世帯主がちょうど一人いません"


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([changed("出生", FATHER)], [(3, "resident_code", "既に登録されている人です")]),
        ([changed("転居", CHILD)], [(3, "resident_code", "登録のない人です")]),
        (
            [changed("転居", ALONE, "2022-02-09")],
            [(3, "changed_on", "異動日が、ファイルの時点より後の日です")],
        ),
        ([changed("死亡", {**FATHER, **LEFT}, left_reason="死亡")], [(3, "is_head", NO_HEAD)]),
        ([changed("世帯変更", {**FATHER, "household_code": NI})], [(3, "is_head", NO_HEAD)] * 2),
        (
            [changed("死亡", {**ALONE, **LEFT}, left_reason="死亡"), changed("転居", ALONE)],
            [(4, "resident_code", "既に消除された人です")],
        ),
        (
            [changed("転居", {**ALONE, "left_on": "2022-02-02", "left_reason": "転出"})],
            [(3, "left_on", "消除日は、死亡・転出の行だけに入れます")],
        ),
    ],
)
def test_what_cannot_be_refuses_the_whole_file(tmp_path: Path, rows, told) -> None:
    load(tmp_path)
    before = standing()
    with pytest.raises(InputRefused) as refused:
        apply(tmp_path, changed("修正", {**SON, "name_kanji": "別　名"}), *rows)
    assert [(bad.row, bad.column, bad.rule) for bad in refused.value.rows] == told
    assert not any(secret in str(bad) for bad in refused.value.rows for secret in (ICHI, NI, "0000000"))
    assert standing() == before
    assert not ChangeFile.objects.using("residents").exists()
    assert Snapshot.objects.using("residents").count() == 1


def test_files_come_once_and_in_order(tmp_path: Path) -> None:
    load(tmp_path)
    again = changed("修正", {**SON, "name_kanji": "山田　壱郎"})
    apply(tmp_path, again, again, first=41)
    assert jobs.import_changes(
        file=tmp_path / "changes-41.csv", as_of=date(2022, 2, 3), by=city.actor(city.CLERK)
    ).resumed
    for first, rule in ((42, "取り込んだ異動通番です（42 まで取込済み）"), (44, "次は 43"), (1, "取込済み")):
        with pytest.raises(InputRefused) as refused:
            apply(tmp_path, changed("転居", ALONE), first=first)
        assert rule in refused.value.rows[0].rule
    with pytest.raises(TodokeError) as older:
        apply(tmp_path, again, first=43, as_of=AS_OF)
    assert older.value.code is ErrorCode.STATE_CONFLICT
    apply(tmp_path, changed("修正", SON), first=43)
    apply(tmp_path, again, first=44)
    assert Resident.objects.using("residents").get(pk=SON["resident_code"]).name_kanji == "山田　壱郎"
    newest = ResidentRegister().snapshot(SnapshotKind.LATEST)
    assert "山田　壱郎" in pq.read_table(newest.path)["name_kanji"].to_pylist()
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(using="residents"),
        connections["residents"].cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO residents_change_file (sha256, first_serial, last_serial, as_of, snapshot_id, imported_at, imported_by)"
            " VALUES ('x', 50, 51, '2022-02-03', 'x', now(), 'x')"
        )
    with pytest.raises(IntegrityError), transaction.atomic(using="residents"):
        Change.objects.using("residents").update(kind="死亡")


def test_a_file_with_a_hole_in_its_serials_is_refused(tmp_path: Path) -> None:
    load(tmp_path)
    rows = [changed("修正", SON), changed("修正", SON), changed("修正", SON)]
    file = write(tmp_path, *rows)
    file.write_text(file.read_text(encoding="utf-8").replace("\n3,", "\n5,"), encoding="utf-8")
    with pytest.raises(InputRefused) as refused:
        jobs.import_changes(file=file, as_of=date(2022, 2, 3), by=city.actor(city.CLERK))
    assert [(bad.row, bad.column) for bad in refused.value.rows] == [(4, "serial")]


def test_a_child_who_founds_a_household_splits_it(tmp_path: Path) -> None:
    load(tmp_path)
    apply(
        tmp_path,
        changed("世帯変更", {**SON, "household_code": SAN, "is_head": "1", "relationship": "世帯主"}),
    )
    assert lineage(SAN) == lineage(ICHI) == [(ICHI, SAN, R.SPLIT)]
    assert lineage(NI) == []


def test_one_who_joins_another_household_makes_no_family_of_the_two(tmp_path: Path) -> None:
    load(tmp_path)
    apply(tmp_path, changed("世帯変更", {**SON, "household_code": NI, "relationship": "同居人"}))
    apply(tmp_path, changed("世帯変更", {**MOTHER, "household_code": SAN, "is_head": "1"}), first=2)
    assert lineage(NI) == [(ICHI, NI, R.JOINED)]  # the split of 1 is none of 2's business
    assert set(lineage(ICHI)) == {(ICHI, NI, R.JOINED), (ICHI, SAN, R.SPLIT)}


def test_a_whole_household_that_goes_into_another_or_gets_a_new_number_stays_its_family(
    tmp_path: Path,
) -> None:
    load(tmp_path)
    apply(
        tmp_path,
        changed("世帯変更", {**ALONE, "household_code": ICHI, "is_head": "0", "relationship": "同居人"}),
    )
    assert lineage(NI) == [(NI, ICHI, R.MERGED)]
    everybody = (FATHER, MOTHER, SON, {**ALONE, "is_head": "0", "relationship": "同居人"})
    apply(
        tmp_path,
        *(changed("世帯変更", {**row, "household_code": SAN}, "2022-02-03") for row in everybody),
        first=2,
    )
    assert lineage(NI) == lineage(SAN) == [(NI, ICHI, R.MERGED), (ICHI, SAN, R.RENUMBERED)]


def test_heads_die_leave_and_are_followed_and_a_household_ends(tmp_path: Path) -> None:
    load(tmp_path)
    head = {"is_head": "1", "relationship": "世帯主"}
    apply(
        tmp_path,
        changed("死亡", {**FATHER, **LEFT}, left_reason="死亡"),
        changed("世帯主変更", {**MOTHER, **head}),
    )
    apply(
        tmp_path,
        changed("世帯主変更", {**MOTHER, "is_head": "0", "relationship": "母"}, "2022-02-03"),
        changed("世帯主変更", {**SON, **head}, "2022-02-03"),
        changed("転出", {**ALONE, **LEFT}, left_reason="転出"),
        first=3,
    )
    steps = ResidentRegister().lineage([ICHI])
    assert [(step.reason, step.former_head, step.new_head, step.members) for step in steps] == [
        (R.HEAD_DIED, FATHER["resident_code"], MOTHER["resident_code"], 2),
        (R.NEW_HEAD, MOTHER["resident_code"], SON["resident_code"], 2),
    ]
    assert lineage(NI) == [(NI, "", R.ENDED)]


def test_two_whole_registers_are_compared_with_each_other(tmp_path: Path) -> None:
    load(tmp_path)
    son = {**SON, "household_code": SAN, "is_head": "1", "relationship": "世帯主"}
    file = city.write_rows(tmp_path / "later.csv", [FATHER, MOTHER, son, ALONE])
    jobs.import_snapshot(
        kind=SnapshotKind.LATEST, file=file, as_of=date(2022, 3, 1), by=city.actor(city.CLERK)
    )
    assert lineage(SAN) == [(ICHI, SAN, R.SPLIT)]
    assert [(row.kind, row.serial, row.changed_on) for row in Change.objects.using("residents")] == [
        ("照合", None, date(2022, 3, 1))
    ]


def test_the_changes_of_the_sample_city_are_taken_in_day_by_day() -> None:
    by = city.actor(city.CLERK)
    base, latest = (city.files() / f"residents_{kind}.csv" for kind in ("base", "latest"))
    jobs.load(base, latest, AS_OF, by=by)
    kinds = Change.objects.using("residents").values_list("kind", flat=True)
    assert set(kinds.all()) == {"照合"}  # what the seven weeks between the two registers brought
    files = sorted((city.files() / "changes").iterdir())
    for file in files:
        jobs.import_changes(file=file, as_of=date.fromisoformat(file.stem), by=by)
    assert set(kinds.all()) >= {"出生", "死亡", "転入", "転出", "転居", "世帯変更", "世帯主変更", "修正"}
    reasons = {step.reason for step in ResidentRegister().lineage(list(standing().values()))}
    assert reasons >= {R.SPLIT, R.MERGED, R.NEW_HEAD}
    heads = Resident.objects.using("residents").filter(left_on=None, is_head=True)
    households = list(standing().values())
    assert heads.count() == len(set(households)) == len(set(heads.values_list("household_code", flat=True)))
