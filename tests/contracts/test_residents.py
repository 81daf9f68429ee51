"""What every implementation of `Residents` does: the system and its stand-in."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import pytest

from tests.systems import city
from todoke.contracts.people import BasicAttributes
from todoke.contracts.residents import (
    LineageReason,
    LineageStep,
    Movement,
    Origin,
    Residents,
    SnapshotKind,
    SnapshotRef,
)
from todoke.contracts.stand_ins import ResidentsStandIn
from todoke.engine import snapshots
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.residents import codecs, jobs
from todoke.systems.residents.models import Change, Lineage
from todoke.systems.residents.serves import ResidentRegister

AS_OF = date(2022, 2, 1)


def reference(kind: SnapshotKind, as_of: date, rows: int) -> SnapshotRef:
    return SnapshotRef(
        snapshot_id=f"{kind}-{as_of}", kind=kind, as_of=as_of, path="-", sha256="0" * 64, rows=rows
    )


def origin(row: dict[str, str]) -> Origin:
    return Origin(
        resident_code=row["resident_code"],
        ward_code=row["ward_code"],
        previous_municipality=row["previous_municipality"],
        attributes=BasicAttributes(
            name_kanji=row["name_kanji"],
            sex=row["sex"],
            birth_date=date.fromisoformat(row["birth_date"]),
            address=row["address"],
        ),
    )


@pytest.fixture(params=["system", "stand-in"])
def residents(request: pytest.FixtureRequest, city_site: object) -> Residents:
    latest = city.rows("residents_latest.csv")
    if request.param == "stand-in":
        return ResidentsStandIn(
            [
                reference(SnapshotKind.LATEST, AS_OF, len(latest)),
                reference(SnapshotKind.LATEST, date(2022, 1, 1), 1),
            ],
            map(origin, latest),
        )
    jobs.import_snapshot(
        kind=SnapshotKind.LATEST,
        file=city.files() / "residents_latest.csv",
        as_of=AS_OF,
        by=city.actor(city.CLERK),
    )
    return ResidentRegister()


def test_the_newest_snapshot_of_a_kind(residents: Residents) -> None:
    found = residents.snapshot(SnapshotKind.LATEST)
    assert (found.kind, found.as_of) == (SnapshotKind.LATEST, AS_OF)
    assert found.rows == len(city.rows("residents_latest.csv"))


def test_no_snapshot_is_an_error(residents: Residents) -> None:
    with pytest.raises(TodokeError) as missing:
        residents.snapshot(SnapshotKind.BASE)
    assert missing.value.code is ErrorCode.NOT_FOUND


def test_a_snapshot_is_found_again_by_its_kind_and_hash(residents: Residents) -> None:
    newest = residents.snapshot(SnapshotKind.LATEST)
    assert residents.sealed(SnapshotKind.LATEST, newest.sha256) == newest
    for kind, digest in ((SnapshotKind.BASE, newest.sha256), (SnapshotKind.LATEST, "f" * 64)):
        with pytest.raises(TodokeError) as missing:
            residents.sealed(kind, digest)
        assert missing.value.code is ErrorCode.NOT_FOUND


def test_origins_come_once_ordered_and_only_where_known(residents: Residents) -> None:
    rows = city.rows("residents_latest.csv")
    codes = [row["resident_code"] for row in rows[::3]]
    found = residents.origins([*codes, codes[0], "0000000000"])
    expected = sorted((origin(row) for row in rows[::3]), key=lambda one: one.resident_code)
    assert found == expected
    assert residents.origins([]) == []


def _step(before: str, after: str, reason: LineageReason, day: int) -> LineageStep:
    return LineageStep(
        household_code=before, successor_code=after, happened_on=date(2022, 2, day), reason=reason, members=1,
        former_head="", new_head="",
    )  # fmt: skip


STEPS = [
    _step("A", "B", LineageReason.SPLIT, 1),
    _step("C", "B", LineageReason.MERGED, 2),
    _step("A", "D", LineageReason.JOINED, 3),
    _step("D", "E", LineageReason.RENUMBERED, 4),
    _step("E", "", LineageReason.ENDED, 5),
]
MOVED = Movement(
    resident_code="1", kind="転居", changed_on=date(2022, 2, 1), household_before="A", household_after="A",
    ward_before="14101", ward_after="14102", address_before="甲", address_after="乙", name_before="某", name_after="某",
    previous_municipality="", left_on=None,
)  # fmt: skip


@pytest.fixture(params=["system", "stand-in"])
def living(request: pytest.FixtureRequest, city_site: object) -> Residents:
    """Five steps and one movement."""
    if request.param == "stand-in":
        return ResidentsStandIn(lineage=STEPS, movements=[MOVED])
    for step in STEPS:
        values = msgspec.structs.asdict(step)
        for name in ("successor_code", "former_head", "new_head"):
            values[name] = values[name] or None
        Lineage.objects.using("residents").create(snapshot_id="s", **{**values, "reason": step.reason.value})
    values = msgspec.structs.asdict(MOVED) | {"serial": 1, "head_after": True, "snapshot_id": "s"}
    Change.objects.using("residents").create(**values)
    return ResidentRegister()


def test_a_family_is_followed_both_ways_by_descent_and_no_further(living: Residents) -> None:
    def steps(*codes: str) -> list[tuple[str, str]]:
        return [(step.household_code, step.successor_code) for step in living.lineage(codes)]

    family = [("A", "B"), ("C", "B"), ("A", "D")]
    assert steps("A") == steps("B") == steps("C") == family
    assert steps("D") == steps("E") == [("A", "D"), ("D", "E"), ("E", "")]
    assert steps("Z") == steps() == []


def test_movements_are_those_of_the_residents_asked_about(living: Residents) -> None:
    assert living.movements(["1", "2"]) == [MOVED]
    assert living.movements(["2"]) == []


def test_households_that_came_out_of_each_other_are_one_family(living: Residents) -> None:
    assert living.families(["A", "B", "C", "D", "E", "Z"]) == {
        "A": "A", "B": "A", "C": "A", "D": "D", "E": "D", "Z": "Z",
    }  # fmt: skip
    assert living.families([]) == {}


@pytest.fixture(params=["system", "stand-in"])
def keeper(request: pytest.FixtureRequest, city_site: object) -> Residents:
    """Nothing was taken yet."""
    return ResidentsStandIn() if request.param == "stand-in" else ResidentRegister()


def _take(
    keeper: Residents, folder: Path, rows: int, day: int, kind: SnapshotKind = SnapshotKind.LATEST
) -> SnapshotRef:
    """A register of the first so many households' rows, checked and sealed by whoever took the file in."""
    table = codecs.read_register(city.files() / "residents_latest.csv").slice(0, rows)
    seal = snapshots.write(table, folder, "given")
    return keeper.take_register(
        kind=kind,
        sealed=str(seal.path),
        sha256=seal.sha256,
        source_sha256="0" * 64,
        as_of=date(2022, 2, day),
        by=city.CLERK,
    )


def test_a_register_that_is_taken_is_the_newest_and_kept(keeper: Residents, tmp_path: Path) -> None:
    taken = _take(keeper, tmp_path, 20, 1)
    assert (taken.kind, taken.as_of, taken.rows) == (SnapshotKind.LATEST, date(2022, 2, 1), 20)
    assert keeper.snapshot(SnapshotKind.LATEST) == taken == keeper.sealed(SnapshotKind.LATEST, taken.sha256)
    for file in tmp_path.glob("given-*"):
        file.unlink()
    assert snapshots.file_sha256(Path(taken.path)) == taken.sha256
    with pytest.raises(TodokeError) as missing:
        keeper.snapshot(SnapshotKind.BASE)
    assert missing.value.code is ErrorCode.NOT_FOUND


def test_the_same_register_of_the_same_day_is_the_same_snapshot_also_after_a_newer_one(
    keeper: Residents, tmp_path: Path
) -> None:
    taken = _take(keeper, tmp_path, 20, 1)
    assert _take(keeper, tmp_path, 20, 1) == taken
    newer = _take(keeper, tmp_path, 30, 2)
    assert _take(keeper, tmp_path, 20, 1) == taken
    assert keeper.snapshot(SnapshotKind.LATEST) == newer
    again = _take(keeper, tmp_path, 20, 3)  # the same people on another day
    assert (again.sha256, again.snapshot_id) == (taken.sha256, f"latest-2022-02-03-{taken.sha256[:16]}")
    assert keeper.snapshot(SnapshotKind.LATEST) == again


def test_of_one_day_the_last_one_taken_is_in_use_and_an_older_one_is_refused(
    keeper: Residents, tmp_path: Path
) -> None:
    _take(keeper, tmp_path, 30, 2)
    corrected = _take(keeper, tmp_path, 20, 2)
    with pytest.raises(TodokeError) as older:
        _take(keeper, tmp_path, 10, 1)
    assert older.value.code is ErrorCode.STATE_CONFLICT
    assert keeper.snapshot(SnapshotKind.LATEST) == corrected
    assert _take(keeper, tmp_path, 10, 1, SnapshotKind.BASE).rows == 10  # each kind has its own days


def test_a_register_whose_bytes_are_not_those_that_were_sealed_is_refused(
    keeper: Residents, tmp_path: Path
) -> None:
    seal = snapshots.write(codecs.read_register(city.files() / "residents_latest.csv"), tmp_path, "given")
    with pytest.raises(TodokeError) as changed:
        keeper.take_register(
            kind=SnapshotKind.LATEST, sealed=str(seal.path), sha256="0" * 64, source_sha256="0" * 64, as_of=AS_OF, by=city.CLERK
        )  # fmt: skip
    assert changed.value.code is ErrorCode.INPUT_CHANGED
    with pytest.raises(TodokeError):
        keeper.snapshot(SnapshotKind.LATEST)
