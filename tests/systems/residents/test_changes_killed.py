"""kill -9 at every statement and commit: a daily file and a whole register are taken in once and whole, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from tests.faults.dying import killed_at
from tests.systems import city
from tests.systems.residents.changes import ALONE, ICHI, MOTHER, REGISTER, SON, changed, load, resident, write
from todoke.batch.models import StepRun
from todoke.contracts.residents import SnapshotKind
from todoke.engine import snapshots
from todoke.systems.residents import jobs
from todoke.systems.residents.serves import ResidentRegister

pytestmark = pytest.mark.usefixtures("city_site")
TABLES = ("resident", "snapshot", "change", "change_file", "lineage")
_TIMES = ("id", "imported_at", "path")
CHILD = resident(
    "0000000009", ICHI, "山田　さくら", is_head="0", relationship="子の子", birth_date="2022-02-01"
)
MOVED = {**ALONE, "address": "神奈川県横浜市西区みなとみらい三丁目1番1号", "ward_code": "14103"}
APART = {**SON, "household_code": "1000000005", "is_head": "1", "relationship": "世帯主"}


def standing() -> list[list[str]]:
    """Every row of the system but for numbers and times of writing."""
    found = []
    for table in TABLES:
        with connections["residents"].cursor() as cursor:
            cursor.execute(
                f"SELECT to_jsonb(t) - %s::text[] FROM residents_{table} t ORDER BY 1", [list(_TIMES)]
            )
            found.append([str(row) for (row,) in cursor.fetchall()])
    return found


def killed_everywhere(work: Callable[[], Any], steps: int) -> list[list[list[str]]]:
    """Do the work killed at its first statement, at its second and so on, until so many steps are done; the states between."""
    states = [standing()]
    done = StepRun.objects.using("residents").filter(state="done")
    point, refused = 1, 0
    # a child that is not killed may still be refused, while the server holds the lock of the one killed before
    while (killed := killed_at(point, work)) or done.count() < steps:
        point, refused = point + killed, refused + (not killed)
        assert refused < 50
        if standing() != states[-1]:
            states.append(standing())
    assert point > 12
    return [*states, standing()] if standing() != states[-1] else states


def test_daily_files_killed_at_every_step(tmp_path: Path) -> None:
    load(tmp_path)
    by = city.actor(city.CLERK)
    first = write(tmp_path, changed("出生", CHILD, "2022-02-01"), changed("転居", MOVED), name="first.csv")
    second = write(
        tmp_path,
        changed("世帯変更", APART),
        changed("修正", {**MOTHER, "name_kanji": "山田　華子"}),
        first=3,
        name="second.csv",
    )

    def take() -> None:
        jobs.import_changes(file=first, as_of=date(2022, 2, 3), by=by)
        jobs.import_changes(file=second, as_of=date(2022, 2, 4), by=by)

    states = killed_everywhere(take, steps=3)
    take()  # once more changes nothing
    assert standing() == states[-1]
    assert len(states) == 3  # before, after the first file, after both: nothing in between
    latest = ResidentRegister().snapshot(SnapshotKind.LATEST)
    assert (latest.as_of, latest.rows) == (date(2022, 2, 4), 5)
    snapshots.check(Path(latest.path), latest.sha256)
    assert [step.reason for step in ResidentRegister().lineage([ICHI])] == ["split"]


def test_a_whole_register_killed_at_every_step(tmp_path: Path) -> None:
    load(tmp_path)
    file = city.write_rows(
        tmp_path / "later.csv", [*REGISTER[:3], MOVED, resident("0000000011", "1000000007", "鈴木　三郎")]
    )
    by = city.actor(city.CLERK)
    kind = SnapshotKind.LATEST
    states = killed_everywhere(
        lambda: jobs.import_snapshot(kind=kind, file=file, as_of=date(2022, 3, 1), by=by), steps=2
    )
    assert len(states) == 2
    assert ResidentRegister().snapshot(kind).rows == 5
    assert not list(tmp_path.rglob("*.part"))
