"""`todoke bench numbers`: conversions of numbers, by file and by message, beside a bare join and bare crypto.

Each measurement runs in a process of its own. By message: the city's door is one process, the asking system another,
between them mutual TLS on loopback and two messages under way at a time.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any, Final

from todoke.access.permissions import Role
from todoke.sites.demonstration.bench import SEED, machine
from todoke.sites.demonstration.bench_site import BY, Spent, apart, instance_for, measurer
from todoke.sites.instance import ENVIRONMENT, Instance

SYSTEM: Final = "bench"
DUTY: Final = "JM01000000121000"
_SHARES: Final = (0.25, 0.5, 1.0)
_AT_ONCE = 2
_NEEDED = 20.0


def run(register: int, count: int, var: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """Register people, then convert `count` of them in every direction, in growing numbers and both ways."""
    from todoke.exchange import keys

    with instance_for("numbers", var) as (instance, _server):
        keys.init(instance.path)
        keys.add_system(instance.path, SYSTEM)
        file = instance.path / "individual_numbers.csv"
        say(f"架空の {register:,} 人を登録します")
        apart(instance, _prepare, register, file)
        rows = []
        for direction in apart(instance, _directions).more["directions"]:
            say(direction)
            floor = apart(instance, _floor, file, direction, count)
            grown = [apart(instance, _by_file, file, direction, round(count * share)) for share in _SHARES]
            message = _by_message(instance, file, direction, count)
            rows.append(_row(direction, count, floor, grown, message))
    return {
        "name": "numbers",
        "register": register,
        "count": count,
        "machine": machine(),
        "directions": rows,
        "ratios": {f"within {_NEEDED:.0f} s": all(row["seconds"] <= _NEEDED for row in rows)},
    }


def _row(
    direction: str, count: int, floor: Spent, grown: list[Spent], message: dict[str, Any] | None
) -> dict[str, Any]:
    ours = grown[-1]
    return {
        "direction": direction,
        "seconds": round(ours.seconds, 2),
        "rows_per_s": round(count / ours.seconds),
        "cpu_seconds": round(ours.cpu, 2),
        "server_cpu_seconds": round(ours.server_cpu, 2),
        "peak_mib": ours.peak_mib,
        "given": ours.more["given"],
        "floor_seconds": round(floor.seconds, 2),
        "floor_cpu_seconds": round(floor.cpu + floor.server_cpu, 2),
        "times_floor": round(ours.seconds / floor.seconds, 2),
        "times_floor_cpu": round((ours.cpu + ours.server_cpu) / (floor.cpu + floor.server_cpu), 2),
        "growth": {
            f"{round(count * share):,}": round(spent.seconds, 2)
            for share, spent in zip(_SHARES, grown, strict=True)
        },
        "message": message,
    }


def _prepare(register: int, file: Path) -> dict[str, Any]:
    """People with numbers; the measuring system, its own numbers (the resident codes, reversed), and every right."""
    from django.db import connections

    from todoke.sample import numbers
    from todoke.systems.linkage import jobs
    from todoke.systems.linkage.actions.conversions.confirm_right import confirm_right
    from todoke.systems.linkage.actions.conversions.declare_right import declare_right
    from todoke.systems.linkage.actions.conversions.register_system import register_system
    from todoke.systems.linkage.rules.conversions import NAMES_A_SYSTEM, Direction, Route

    numbers.write(register, SEED, file)
    jobs.load(file, by=BY)
    since = date(2022, 1, 1)
    register_system(code=SYSTEM, title="測定", duties=[DUTY], valid_from=since, by=BY)
    for direction in Direction:
        route = Route(direction=direction, local_system=SYSTEM if direction in NAMES_A_SYSTEM else "")
        right = declare_right(system=SYSTEM, duty=DUTY, route=route, law="測定", valid_from=since, by=BY)
        confirm_right(right_id=right.pk, by=measurer("second", Role.SECTION_MANAGER))
    with connections["linkage"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO linkage_localnumber (system, local_number, person_id) SELECT %s, reverse(local_number), person_id"
            " FROM linkage_localnumber WHERE system = 'residents'",
            [SYSTEM],
        )
    return {}


def _directions() -> dict[str, Any]:
    from todoke.systems.linkage.rules.conversions import Direction

    return {"directions": [direction.value for direction in Direction]}


def _asked(file: Path, direction: str, count: int) -> Any:  # noqa: ANN401 - an Arrow table, imported late
    """`count` records about people of the register, in an order of their own."""
    import numpy as np
    import pyarrow as pa

    from todoke.engine import postgres
    from todoke.systems.linkage import codecs
    from todoke.systems.linkage.rules.conversions import NAMES_A_SYSTEM, Direction

    people = codecs.read_numbers(file)
    chosen = np.random.default_rng(SEED).permutation(people.num_rows)[:count]
    people = people.take(chosen)
    known = postgres.read(
        "linkage",
        "SELECT local_number AS resident_code, person_id FROM linkage_localnumber WHERE system = 'residents'",
    )
    persons = people.join(known, "resident_code").sort_by("line")
    people = people.sort_by("line")
    number = {
        Direction.LOCAL_TO_INTEGRATED: pa.compute.utf8_reverse(people["resident_code"]),
        Direction.INDIVIDUAL_TO_INTEGRATED: people["individual_number"],
    }.get(Direction(direction), persons["person_id"])
    local = SYSTEM if Direction(direction) in NAMES_A_SYSTEM else ""
    asked = pa.table(
        {
            "direction": pa.repeat(direction, count),
            "local_system": pa.repeat(local, count),
            "number": number,
            **{name: people[name] for name in codecs.ATTRIBUTES},
        }
    )
    return asked.take(np.random.default_rng(SEED + 1).permutation(count))


def _by_file(file: Path, direction: str, count: int) -> dict[str, Any]:
    """Reception, conversion and output of one file; making it is not measured."""
    import io

    import pyarrow.csv as arrow_csv

    from todoke.sites.demonstration.bench_site import timed
    from todoke.systems.linkage import jobs
    from todoke.systems.linkage.actions.conversions.hand_out_conversion import hand_out_conversion
    from todoke.systems.linkage.actions.conversions.receive_conversion import receive_conversion

    out = io.BytesIO()
    arrow_csv.write_csv(_asked(file, direction, count), out, arrow_csv.WriteOptions(quoting_style="needed"))
    with timed():
        job = receive_conversion(data=out.getvalue(), file_name="bench.csv", system=SYSTEM, duty=DUTY, by=BY)
        report = jobs.convert_file(job_id=job.job_id, by=BY)
        answer = hand_out_conversion(job_id=job.job_id, by=BY)
    assert answer.count(b"\n") == count + 1
    return {"given": report.counts.accepted}


def _floor(file: Path, direction: str, count: int) -> dict[str, Any]:
    """The numbers staged and joined with the tables that hold the answer, and as many HMACs or openings as are needed."""
    import os as system
    from hmac import digest

    import numpy as np
    import pyarrow as pa
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from django.db import transaction

    from todoke.engine import postgres
    from todoke.sites.demonstration.bench_site import timed
    from todoke.systems.linkage.rules.conversions import Direction

    asked = _asked(file, direction, count)
    way, key = Direction(direction), system.urandom(32)
    persons = "JOIN linkage_person p ON p.integrated_number = "
    join = {
        Direction.LOCAL_TO_INTEGRATED: f"JOIN linkage_localnumber l ON l.system = '{SYSTEM}' AND l.local_number = w.number {persons} l.person_id",
        Direction.INTEGRATED_TO_LOCAL: f"{persons} w.number JOIN linkage_localnumber l ON l.system = '{SYSTEM}' AND l.person_id = w.number",
        Direction.INDIVIDUAL_TO_INTEGRATED: "JOIN linkage_individualnumber n ON n.municipality = '14100' AND n.key_id = 1"
        f" AND n.blind_index = w.number {persons} n.person_id",
        Direction.INTEGRATED_TO_INDIVIDUAL: f"{persons} w.number JOIN linkage_individualnumber n ON n.person_id = w.number",
    }[way]
    numbers = [str(number).encode() for number in asked["number"].to_pylist()]
    cipher = AESGCM(key)
    nonce = bytes(12)
    sealed = cipher.encrypt(nonce, numbers[0], None)
    with timed(), transaction.atomic(using="linkage"):
        values = asked["number"].combine_chunks()
        if way is Direction.INDIVIDUAL_TO_INTEGRATED:
            values = pa.array([digest(key, number, "sha256") for number in numbers], pa.binary())
        if way is Direction.INTEGRATED_TO_INDIVIDUAL:
            for _ in numbers:
                cipher.decrypt(nonce, sealed, None)
        wanted = pa.table({"place": pa.array(np.arange(count, dtype=np.int32)), "number": values})
        postgres.stage("linkage", "bare_wanted", wanted)
        postgres.fetch("linkage", f"SELECT count(*) FROM bare_wanted w {join}")
    return {}


def _by_message(instance: Instance, file: Path, direction: str, count: int) -> dict[str, Any] | None:
    """The same records by signed messages; None for what never goes by message."""
    from todoke.systems.linkage.rules.conversions import NEVER_BY_MESSAGE

    if direction in NEVER_BY_MESSAGE:
        return None
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    door = context.Process(target=_serve, args=(str(instance.path), there), daemon=True)
    door.start()
    here.recv()
    try:
        asked = apart(instance, _ask, file, direction, count)
    finally:
        here.send("stop")
        cpu, peak = here.recv()
        door.join()
    return {
        "seconds": round(asked.seconds, 2),
        "rows_per_s": round(count / asked.seconds),
        "asker_cpu_seconds": round(asked.cpu, 2),
        "door_cpu_seconds": round(cpu, 2),
        "door_peak_mib": peak,
        **asked.more,
    }


def _serve(path: str, pipe: Any) -> None:  # noqa: ANN401 - of multiprocessing
    os.environ[ENVIRONMENT] = path
    from todoke.sites.entering import enter
    from todoke.sites.realms import Realm

    instance = enter(Realm.CITY)
    from todoke.exchange.server import DoorServer
    from todoke.sites import wiring

    with DoorServer(wiring.door(Realm.CITY, instance), owner="city", port=instance.ports["city"]):
        begun = time.process_time()
        pipe.send("open")
        pipe.recv()
        used = time.process_time() - begun
    pipe.send((used, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024))


def _ask(file: Path, direction: str, count: int) -> dict[str, Any]:
    from todoke.contracts.conversion import CONVERT, NumberAsked, NumbersAsked
    from todoke.contracts.people import BasicAttributes
    from todoke.exchange import client
    from todoke.exchange.keys import SYSTEMS
    from todoke.exchange.kinds import RECORD_LIMIT
    from todoke.exchange.ring import KeyRing
    from todoke.exchange.transport import HttpTransport
    from todoke.sites.demonstration.bench_site import timed

    records = [
        NumberAsked(
            direction=row.pop("direction"),
            local_system=row.pop("local_system"),
            number=row.pop("number"),
            attributes=BasicAttributes(**row),
        )
        for row in _asked(file, direction, count).to_pylist()
    ]
    transport = HttpTransport(KeyRing(Instance.load().path, f"{SYSTEMS}/{SYSTEM}"))

    def send(start: int) -> int:
        body = NumbersAsked(
            duty=DUTY,
            purpose=BY.purpose,
            nonce=secrets.token_hex(16),
            records=records[start : start + RECORD_LIMIT],
        )
        answered = client.request(
            transport,
            sender=f"system:14100:{SYSTEM}",
            receiver="city:14100",
            kind=CONVERT,
            body=body,
            key=f"{direction} {start}",
        )
        return sum(not one.refusal for one in answered.records)

    with timed(), ThreadPoolExecutor(_AT_ONCE) as pool:
        given = sum(pool.map(send, range(0, count, RECORD_LIMIT)))
    return {"given": given}


def as_table(found: dict[str, Any]) -> str:
    """For a person: by file, growth, by message."""
    lines = [
        f"numbers: {found['count']:,} records, {found['register']:,} persons registered",
        found["machine"],
        "",
        "| by file | seconds | rows/s | CPU | CPU of the server | peak MiB | given | floor, s | times | by CPU |",
        "|---|" + "---:|" * 9,
        *(
            f"| {row['direction']} | {row['seconds']} | {row['rows_per_s']:,} | {row['cpu_seconds']}"
            f" | {row['server_cpu_seconds']} | {row['peak_mib']} | {row['given']:,} | {row['floor_seconds']}"
            f" | {row['times_floor']} | {row['times_floor_cpu']} |"
            for row in found["directions"]
        ),
        "",
        "| by message | seconds | rows/s | CPU of the asker | CPU of the door | its peak MiB | given |",
        "|---|" + "---:|" * 6,
        *(
            f"| {row['direction']} | {sent['seconds']} | {sent['rows_per_s']:,} | {sent['asker_cpu_seconds']}"
            f" | {sent['door_cpu_seconds']} | {sent['door_peak_mib']} | {sent['given']:,} |"
            for row in found["directions"]
            if (sent := row["message"])
        ),
        "",
        *(f"- {row['direction']}, seconds by size: {row['growth']}" for row in found["directions"]),
        *(f"- {name}: {value}" for name, value in found["ratios"].items()),
    ]
    return "\n".join(lines)
