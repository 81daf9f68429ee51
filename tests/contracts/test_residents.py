"""What every implementation of `Residents` does: the system and its stand-in."""

from __future__ import annotations

from datetime import date

import pytest

from tests.systems import city
from todoke.contracts.people import BasicAttributes
from todoke.contracts.residents import Origin, Residents, SnapshotKind, SnapshotRef
from todoke.contracts.stand_ins import ResidentsStandIn
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.residents import jobs
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
