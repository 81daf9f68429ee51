"""`todoke bench registration`: the first registration of a whole city through `linkage.load`, beside a bare COPY.

The floor parses the same file and copies the same four tables without keys, indexes, constraints and crypto.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from todoke.sites.database.postgres import Server
from todoke.sites.demonstration import bench_site
from todoke.sites.demonstration.bench import SEED, machine
from todoke.sites.demonstration.bench_site import Spent, apart, instance_for
from todoke.sites.instance import Instance

TABLES: Final = ("person", "individualnumber", "localnumber", "matchform")
_LIMIT = 600.0


def run(persons: int, var: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """Make the file, copy it barely, register it."""
    with instance_for("registration", var) as (instance, server):
        file = instance.path / "individual_numbers.csv"
        say("架空の人を作ります")
        made = apart(instance, _write, persons, file)
        _bare_tables(instance, server)
        say("下限（検査・暗号・索引なしの COPY）を測ります")
        floor = apart(instance, _floor, file)
        say("登録します")
        ours = apart(instance, _register, file)
    return {
        "name": "registration",
        "persons": persons,
        "file_mib": made.more["mib"],
        "machine": machine(),
        "registration": _shown(ours),
        "floor": _shown(floor),
        "rows_per_s": round(persons / ours.seconds),
        "ratios": {
            "registration / floor, wall": round(ours.seconds / floor.seconds, 2),
            "registration / floor, CPU of both processes": round(_cpu(ours) / _cpu(floor), 2),
            f"within {_LIMIT:.0f} s": ours.seconds <= _LIMIT,
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


def _write(persons: int, file: Path) -> dict[str, Any]:
    from todoke.sample import numbers

    numbers.write(persons, SEED, file)
    return {"mib": file.stat().st_size >> 20}


def _bare_tables(instance: Instance, server: Server) -> None:
    from todoke.sites.database.provision import owner_connection

    with owner_connection(instance, server, instance.owner("linkage", None)) as owner:
        for table in TABLES:
            owner.execute(f"CREATE TABLE bare_{table} (LIKE linkage_{table} INCLUDING DEFAULTS)")


def _floor(file: Path) -> dict[str, Any]:
    """Four COPYs of the same values; random bytes stand for index and ciphertext, the texts for their forms."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.csv as arrow_csv
    from django.db import transaction

    from todoke.engine import postgres
    from todoke.privacy.sealed_numbers import INDEX_BYTES
    from todoke.systems.linkage.models.individual_number import SEALED_BYTES

    text = dict.fromkeys(("resident_code", "individual_number", "sex"), pa.string())
    rows = arrow_csv.read_csv(file, convert_options=arrow_csv.ConvertOptions(column_types=text))
    count, owners = rows.num_rows, rows["resident_code"]
    same = {"address": rows["address"], "birth_date": rows["birth_date"], "sex": rows["sex"]}
    serial = pa.array(np.arange(count, dtype=np.int64))
    no = pa.array(np.zeros(count, dtype=np.bool_))
    tables = {
        "person": {"integrated_number": owners, "name_kanji": rows["name_kanji"], "auto_reply_prohibited": no}
        | same,
        "individualnumber": {
            "id": serial,
            "person_id": owners,
            "municipality": pa.repeat("14100", count),
            "key_id": pa.array(np.ones(count, dtype=np.int16)),
            "blind_index": _random(count, INDEX_BYTES),
            "ciphertext": _random(count, SEALED_BYTES),
        },
        "localnumber": {
            "id": serial, "system": pa.repeat("residents", count), "local_number": owners, "person_id": owners,
        },
        "matchform": {
            "person_id": owners, "name": rows["name_kanji"], "town": rows["address"],
            "edition": pa.repeat("1", count),
        } | same,
    }  # fmt: skip
    with transaction.atomic(using="linkage"):
        for name, columns in tables.items():
            postgres.copy_in("linkage", f"bare_{name}", pa.table(columns))
    return {}


def _random(count: int, size: int) -> Any:  # noqa: ANN401 - an Arrow array, imported late
    import numpy as np
    import pyarrow as pa

    offsets = np.arange(0, (count + 1) * size, size, dtype=np.int32)
    buffers = [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(secrets.token_bytes(count * size))]
    return pa.Array.from_buffers(pa.binary(), count, buffers)


def _register(file: Path) -> dict[str, Any]:
    from todoke.systems.linkage import jobs

    (report,) = jobs.load(file, by=bench_site.BY)
    return {"registered": report.counts.accepted}


def as_table(found: dict[str, Any]) -> str:
    """For a person: a Markdown table and the ratios."""
    lines = [
        f"registration: {found['persons']:,} persons ({found['file_mib']} MiB), {found['rows_per_s']:,}/s",
        found["machine"],
        "",
        "| | seconds | CPU | CPU of the server | peak MiB |",
        "|---|---:|---:|---:|---:|",
        *(
            f"| {name} | {found[key]['seconds']} | {found[key]['cpu_seconds']} | {found[key]['server_cpu_seconds']}"
            f" | {found[key]['peak_mib']} |"
            for name, key in (("linkage load", "registration"), ("COPY of the same tables, bare", "floor"))
        ),
        "",
        *(f"- {name}: {value}" for name, value in found["ratios"].items()),
    ]
    return "\n".join(lines)
