"""`todoke bench import`: all five steps of an import of a whole city's file, beside a bare COPY of the same rows.

The floor parses the same file and copies its rows into a table without keys, checks, seal, comparison or history.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from todoke.access.permissions import Role
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites.database.postgres import Server
from todoke.sites.demonstration import bench_site
from todoke.sites.demonstration.bench import SEED, machine
from todoke.sites.demonstration.bench_site import Spent, apart, instance_for, measurer
from todoke.sites.instance import Instance

LIMIT: Final = 180.0
BY: Final = bench_site.BY
SECOND: Final = measurer("bench2", Role.SUPERVISOR, Role.CLERK)
_CHANGED: Final = 100
"""One row in so many differs in the second edition; one in ten times so many is gone, as many are new."""
_SHAPES: Final = {
    "tax": "tax_year text, declared bool, total_income bigint, gross_income bigint, income_levy bigint, per_capita_levy"
    " bigint, levy_waived bool, treaty_exempt bool, supporter text, supporter_taxed bool",
    "register_latest": "household_code text, is_head bool, relationship text, name_kanji text, name_kana text, sex text,"
    " birth_date date, postal_code text, address text, ward_code text, moved_in_on date, previous_municipality text,"
    " left_on date, left_reason text, nationality text, protected bool",
}


def run(rows: int, kind: str, var: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """Make two editions, copy one barely, import both."""
    with instance_for("import", var) as (instance, server):
        files = [instance.path / f"{kind}-{number}.csv" for number in (1, 2)]
        say("架空の人のファイルを二つの版で作ります")
        made = apart(instance, _write, rows, kind, *files)
        _bare_table(instance, server, kind)
        say("下限（検査・封印・差分なしの COPY）を測ります")
        floor = apart(instance, _floor, files[0], kind)
        say("最初の版を取り込みます")
        first = apart(instance, _import, files[0], kind, rows)
        say("次の版を、使用中の版と比べて取り込みます")
        second = apart(instance, _import, files[1], kind, rows)
    return {
        "name": "import",
        "kind": kind,
        "rows": rows,
        "file_mib": made.more["mib"],
        "machine": machine(),
        "first": _shown(first),
        "second": _shown(second),
        "floor": _shown(floor),
        "ratios": {
            "second edition / floor, wall": round(second.seconds / floor.seconds, 2),
            "second edition / floor, CPU of both processes": round(_cpu(second) / _cpu(floor), 2),
            f"within {LIMIT:.0f} s": max(first.seconds, second.seconds) <= LIMIT,
        },
    }


def _shown(spent: Spent) -> dict[str, Any]:
    return {
        "seconds": round(spent.seconds, 2),
        "cpu_seconds": round(spent.cpu, 2),
        "server_cpu_seconds": round(spent.server_cpu, 2),
        "peak_mib": spent.peak_mib,
        **spent.more,
    }


def _cpu(spent: Spent) -> float:
    return spent.cpu + spent.server_cpu


def _write(rows: int, kind: str, first: Path, second: Path) -> dict[str, Any]:
    import numpy as np
    import pyarrow as pa
    import pyarrow.csv as arrow_csv

    made = _tax(rows) if kind == "tax" else _register(rows)
    options = arrow_csv.WriteOptions(quoting_style="none")
    arrow_csv.write_csv(made.slice(0, rows), first, options)
    places = np.arange(len(made))
    kept = made.filter(pa.array(places % (10 * _CHANGED) != 7))  # as many are new at the end as are gone
    name = "income_levy" if kind == "tax" else "address"
    cells = kept[name].to_numpy(zero_copy_only=False)
    cells[::_CHANGED] = "12345" if kind == "tax" else "神奈川県横浜市中区本町6丁目50番地の10"
    changed = kept.set_column(kept.column_names.index(name), name, pa.array(cells, pa.string()))
    arrow_csv.write_csv(changed.slice(0, rows), second, options)
    if kind == "tax":
        _seal_register(rows, first.parent)
    return {"mib": first.stat().st_size >> 20}


def _seal_register(rows: int, folder: Path) -> None:
    """The register against which a tax file is looked at: strangers, and who has no tax answer."""
    from todoke.engine import snapshots
    from todoke.systems.benefits.rules.imports import reading
    from todoke.systems.benefits.rules.imports.kinds import ImportKind

    snapshots.write(reading.typed(_register(rows), ImportKind.REGISTER_LATEST), folder, "register")


def serve_register(folder: Path) -> None:
    """The one sealed register of a folder answers for the contract Residents in this process."""
    from todoke.contracts import registry
    from todoke.contracts.residents import Residents, SnapshotKind, SnapshotRef
    from todoke.contracts.stand_ins import ResidentsStandIn
    from todoke.engine import snapshots
    from todoke.kernel import clock

    (path,) = folder.glob("register-*.parquet")
    digest = snapshots.file_sha256(path)
    refs = [
        SnapshotRef(
            snapshot_id=kind,
            kind=kind,
            as_of=clock.today(),
            path=str(path),
            sha256=digest,
            rows=0,
            sealed_at=clock.now(),
        )
        for kind in SnapshotKind
    ]
    registry.serve(Residents, ResidentsStandIn(refs))


def _codes(rows: int) -> Any:  # noqa: ANN401 - an Arrow array, imported late
    import numpy as np
    import pyarrow as pa

    # an order that no sort has made: codes of a real file are not consecutive either
    step, prime = 791_900_021, 9_999_999_967  # no code twice
    numbers = (np.arange(rows, dtype=np.int64) * step) % prime
    digits = numbers[:, None] // 10 ** np.arange(9, -1, -1, dtype=np.int64) % 10
    cells = (digits.astype(np.uint8) + ord("0")).astype(np.uint8)
    return pa.array(cells.view("S10").ravel()).cast(pa.string())


def _more(rows: int) -> int:
    return rows + 2 * (rows // (10 * _CHANGED)) + 2  # more than are left out


def _tax(rows: int) -> Any:  # noqa: ANN401
    import numpy as np
    import pyarrow as pa

    count = _more(rows)
    random = np.random.default_rng(SEED)
    income = np.where(random.random(count) < 0.35, 0, random.integers(1, 12_000_000, count))
    levy = np.where(income > 450_000, income // 17, 0)
    yen = {
        "total_income": income,
        "gross_income": income,
        "income_levy": levy,
        "per_capita_levy": (levy > 0) * 5000,
    }
    text = {name: pa.array(values.astype(np.int64)).cast(pa.string()) for name, values in yen.items()}
    return pa.table(
        {
            "resident_code": _codes(count), "tax_year": pa.repeat("2021", count), "declared": pa.repeat("1", count),
            **text, "levy_waived": pa.repeat("0", count), "treaty_exempt": pa.repeat("0", count),
            "supporter": pa.repeat("", count), "supporter_taxed": pa.repeat("", count),
        }
    )  # fmt: skip


def _register(rows: int) -> Any:  # noqa: ANN401
    import pyarrow as pa

    from todoke.records.layouts.city_inputs_v2021 import RESIDENTS
    from todoke.sample import matching

    count = _more(rows)
    people, codes = matching.invent(count, 100, SEED).register, _codes(count)
    columns = {name: pa.repeat("", count) for name in RESIDENTS.names} | {
        "resident_code": codes, "household_code": codes, "is_head": pa.repeat("1", count),
        "relationship": pa.repeat("世帯主", count), "postal_code": pa.repeat("2200012", count),
        "ward_code": pa.repeat("14103", count), "nationality": pa.repeat("JPN", count),
        "protected": pa.repeat("0", count),
        **{name: people[name].cast(pa.string()) for name in ("name_kanji", "sex", "birth_date", "address")},
    }  # fmt: skip
    return pa.table({name: columns[name] for name in RESIDENTS.names})


def _bare_table(instance: Instance, server: Server, kind: str) -> None:
    from todoke.sites.database.provision import owner_connection

    with owner_connection(instance, server, instance.owner("benefits", None)) as owner:
        owner.execute(f"CREATE TABLE bare (resident_code text, {_SHAPES[kind]})")


def _floor(file: Path, kind: str) -> dict[str, Any]:
    import pyarrow as pa
    import pyarrow.csv as arrow_csv
    from django.db import transaction

    from todoke.engine import postgres

    shapes = [column.strip().split(" ") for column in f"resident_code text, {_SHAPES[kind]}".split(",")]
    arrow = {"text": pa.string(), "bool": pa.bool_(), "bigint": pa.int64(), "date": pa.date32()}
    rows = arrow_csv.read_csv(
        file,
        convert_options=arrow_csv.ConvertOptions(
            column_types={name: arrow[shape] for name, shape in shapes},
            true_values=["1"], false_values=["0"], null_values=[""],
        ),
    )  # fmt: skip
    with transaction.atomic(using="benefits"):
        postgres.copy_in("benefits", "bare", rows)
    return {}


def _import(file: Path, kind: str, rows: int) -> dict[str, Any]:
    """All five steps by command: received, checked, proposed, confirmed by another where that is due, taken."""
    import time

    from todoke.kernel import clock
    from todoke.records.encodings import Encoding
    from todoke.systems.benefits.actions.imports.confirm_file import confirm_file
    from todoke.systems.benefits.actions.imports.propose_file import propose_file
    from todoke.systems.benefits.actions.imports.receive_file import Said, receive_file
    from todoke.systems.benefits.jobs import importing
    from todoke.systems.benefits.rules.imports.kinds import ImportKind

    if kind == "tax":
        serve_register(file.parent)
    said = Said(kind=ImportKind(kind), encoding=Encoding.UTF8, as_of=clock.today(), expected_rows=rows)
    begun = time.perf_counter()
    row = receive_file(file=file, said=said, by=BY)
    row = importing.carry_on(row.pk, by=BY)
    checked = time.perf_counter()
    if row.state == "checked":
        propose_file(import_id=row.pk, by=BY)
        row = importing.carry_on(row.pk, by=BY)
    if row.state == "proposed":
        confirm_file(import_id=row.pk, by=SECOND)
        row = importing.carry_on(row.pk, by=SECOND)
    if row.state != "taken":
        detail = f"取込番号 {row.pk} は {row.state} で止まりました（誤り {row.faults} 件）"
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=detail)
    counts = {name: getattr(row, name) for name in ("added", "changed", "same", "removed")}
    return {
        "check_seconds": round(checked - begun, 2),
        "take_seconds": round(time.perf_counter() - checked, 2),
        **counts,
    }


def as_table(found: dict[str, Any]) -> str:
    """For a person: a Markdown table and the ratios."""
    lines = [
        f"import of {found['kind']}: {found['rows']:,} rows ({found['file_mib']} MiB)",
        found["machine"],
        "",
        "| | seconds | check | take | CPU | CPU of the server | peak MiB |",
        "|---|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {name} | {found[key]['seconds']} | {found[key].get('check_seconds', '')} | {found[key].get('take_seconds', '')}"
            f" | {found[key]['cpu_seconds']} | {found[key]['server_cpu_seconds']} | {found[key]['peak_mib']} |"
            for name, key in (
                ("first edition", "first"),
                ("second edition, compared", "second"),
                ("COPY of the same rows, bare", "floor"),
            )
        ),
        "",
        *(f"- {name}: {value}" for name, value in found["ratios"].items()),
    ]
    return "\n".join(lines)
