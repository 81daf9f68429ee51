"""`todoke bench convert`: character sets and fixed-length records, beside the iconv program on the same bytes.

Ours and iconv's runs alternate, file to file; ours within this process, iconv as a process of its own. Memory is
that of `todoke convert` as a process, for two sizes ten times apart.
"""

from __future__ import annotations

import csv
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.records import comma_fixed, fixed
from todoke.records.codes.ibm import ibm
from todoke.records.codes.names import coding
from todoke.records.codes.unicode_forms import points_of
from todoke.records.codes.writing import fit
from todoke.records.converting.policy import Policy
from todoke.records.converting.text import Conversion, convert
from todoke.records.layouts import inquiry_request_v2021 as pia
from todoke.records.layouts import ward_request_v2024 as ward
from todoke.sample.city import write
from todoke.sites.demonstration.bench import SEED, machine

RECORDS = 300_000

_PEOPLE = 20_000
_PAIRS = 3
_MB = 1_000_000


def run(megabytes: int, var: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """All measurements. `megabytes`: size of the text in IBM 939."""
    if not shutil.which("iconv"):
        raise TodokeError(ErrorCode.SETUP_MISSING, detail="iconv", todo="比較の相手として必要です。")
    folder = var / "bench" / "convert"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    say("文章を作ります")
    names = _corpus(folder, megabytes, ("name_kanji", "address"))
    small, large = (_corpus(folder, size) for size in (max(megabytes // 10, 1), megabytes))
    say("iconv と交互に測ります")
    rows = [row for file in (names, small, large) for row in _pairs(folder, file, _PAIRS)]
    say("固定長を測ります")
    return {
        "name": "convert",
        "text": rows,
        "fixed": _fixed(),
        "peak_mib": {f"{_megabytes(file)} MB": _peak(file, folder) for file in (small, large)},
        "machine": machine(),
    }


def _corpus(folder: Path, megabytes: int, columns: tuple[str, ...] = ()) -> Path:
    """Rows of the invented city's register (or some columns) as host text, repeated to a size, in both sets."""
    source = folder / "people"
    if not source.exists():
        source.mkdir()
        write(_PEOPLE, SEED, source)
    with next(source.rglob("residents*.csv")).open(encoding="utf-8", newline="") as register:
        rows = csv.DictReader(register)
        lines = [",".join(row[name] for name in columns or row) for row in rows]
    host = ibm(939)
    text = "\n".join(line for line in lines if not len(fit(host, points_of(line)).bad)) + "\n"
    kind = "names and addresses" if columns else "register rows"
    host_file, unicode_file = (folder / f"{kind} {megabytes}{end}" for end in (".ibm939", ".utf8"))
    once = folder / "once.utf8"
    once.write_text(text, encoding="utf-8")
    convert(_conversion("utf-8", "ibm939"), once, host_file)
    data = host_file.read_bytes()
    times = max(1, megabytes * _MB // len(data))
    host_file.write_bytes(data * times)
    unicode_file.write_bytes(once.read_bytes() * times)
    return host_file


def _pairs(folder: Path, host: Path, pairs: int) -> list[dict[str, Any]]:
    """Decode and encode, ours and iconv's in turn; medians, and the ratio of each pair's median."""
    plain, out, theirs = host.with_suffix(".utf8"), folder / "ours", folder / "theirs"
    rows = []
    for name, source, ours, iconv in (
        ("decode ibm939 → utf-8", host, _conversion("ibm939", "utf-8"), ("IBM939", "UTF-8")),
        ("encode utf-8 → ibm939", plain, _conversion("utf-8", "ibm939"), ("UTF-8", "IBM939")),
    ):
        mine, other = [], []
        for _ in range(pairs):
            mine.append(_spent(lambda ours=ours, source=source: convert(ours, source, out)))  # type: ignore[misc]
            other.append(_spent(lambda iconv=iconv, source=source: _iconv(iconv, source, theirs)))  # type: ignore[misc]
        size = host.stat().st_size / _MB
        rows.append(
            {
                "what": f"{name}, {host.stem.rsplit(' ', 1)[0]}",
                "host_mb": round(size, 1),
                "seconds": _median(mine, 0),
                "mb_per_s": round(size / _median(mine, 0), 1),
                "iconv_seconds": _median(other, 0),
                "times_iconv": _ratio(mine, other, 0),
                "cpu_seconds": _median(mine, 1),
                "iconv_cpu_seconds": _median(other, 1),
                "times_iconv_cpu": _ratio(mine, other, 1),
                "same_bytes": out.read_bytes() == theirs.read_bytes(),
            }
        )
    return rows


Spent = tuple[float, float]
"""Seconds by the clock and of the processor, children included: the second one holds on a busy machine, too."""


def _spent(work: Callable[[], object]) -> Spent:
    begun, used = time.perf_counter(), _processor()
    work()
    return time.perf_counter() - begun, _processor() - used


def _processor() -> float:
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, kinds))


def _median(spent: list[Spent], which: int) -> float:
    return round(statistics.median(one[which] for one in spent), 3)


def _ratio(mine: list[Spent], other: list[Spent], which: int) -> float:
    return round(statistics.median(o[which] / m[which] for m, o in zip(mine, other, strict=True)), 2)


def _iconv(sets: tuple[str, str], source: Path, target: Path) -> None:
    with target.open("wb") as made:
        subprocess.run(
            [str(shutil.which("iconv")), "-f", sets[0], "-t", sets[1], str(source)], stdout=made, check=True
        )


def _fixed() -> list[dict[str, Any]]:
    """300,000 request records, encoded, decoded, and the same again: 別添1 in host characters, and the ward's two editions."""
    ours, theirs = _requests(RECORDS), _ward_requests(RECORDS)
    rows = [
        _both_ways(
            "別添1, IBM 939",
            lambda: fixed.join([fixed.encode(pia.REQUEST, ours)]),
            lambda data: fixed.decode(
                pia.REQUEST, fixed.split(data, pia.REQUEST.length, file="bench"), file="bench"
            ),
            lambda table: fixed.join([fixed.encode(pia.REQUEST, table)]),
        )
    ]
    for layout in ward.LAYOUTS:
        encode = partial(comma_fixed.encode, layout)
        decode = partial(comma_fixed.decode, layout, file="bench")
        rows.append(_both_ways(f"ward {layout.edition}", lambda e=encode: e(theirs), decode, encode))  # type: ignore[misc]
    return rows


def _both_ways(
    name: str,
    encode: Callable[[], bytes],
    decode: Callable[[bytes], pa.Table],
    again: Callable[[pa.Table], bytes],
) -> dict[str, Any]:
    data = encode()
    encoding, decoding = [], []
    for _ in range(_PAIRS):
        encoding.append(_spent(encode))
        decoding.append(_spent(lambda: decode(data)))
    return {
        "what": name,
        "records": RECORDS,
        "bytes": len(data),
        "encode_seconds": _median(encoding, 0),
        "encode_processor_seconds": _median(encoding, 1),
        "decode_seconds": _median(decoding, 0),
        "decode_processor_seconds": _median(decoding, 1),
        "encode_rows_per_s": round(RECORDS / _median(encoding, 0)),
        "decode_rows_per_s": round(RECORDS / _median(decoding, 0)),
        "round_trip": again(decode(data)) == data,
    }


def _ward_requests(count: int) -> pa.Table:
    """The same questions as a ward asks them: a local number, nothing in the optional fields."""
    same = {
        "asked_at": "20240701093000123",
        "department_code": "KENKOFUKUSHI-SOMU",
        "inquirer": "0220114100301700",
        "nondisclosure": "1",
        "duty": "JM01000000121000",
        "procedure": "JT01010000000214",
        "provider": "13112",
        "information_code": "TM00000000000002",
        "condition_kind": "0",
        "condition_year": "0",
    }
    columns: dict[str, Any] = {name: pa.array([text] * count) for name, text in same.items()}
    columns["local_number"] = pa.array([f"{number:010d}" for number in range(count)])
    return pa.table(columns)


def _requests(count: int) -> pa.Table:
    rng = np.random.default_rng(SEED)
    numbers = [f"{number:015d}" for number in rng.integers(0, 10**15, count).tolist()]
    same = {
        "inquirer_user_id": "BATCH01",
        "inquirer": "0220114100301700",
        "nondisclosure": "1",
        "duty": "JM01000000121000",
        "procedure": "JT01010000000214",
        "provider": "0220113112101700",
        "information_code_1": "TM00000000000002",
        "condition_kind_1": "0",
        "condition_year_1": "0",
    }
    columns: dict[str, Any] = {name: pa.array([text] * count) for name, text in same.items()}
    columns |= {
        "record_id": pa.array([f"R-{number:010d}" for number in range(count)]),
        "integrated_number": pa.array(numbers),
        "code_count": pa.array([1] * count, pa.int64()),
    }
    return pa.table(columns)


_CHILD = """
import sys
from todoke.cli import todoke
todoke.main(sys.argv[1:], standalone_mode=False)
print([line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")][0])
"""


def _peak(source: Path, folder: Path) -> int:
    """MiB of `todoke convert` as a process, by its own account: the system's would count our memory before exec."""
    words = ["convert", "--from", "ibm939", "--to", "utf-8", str(source), str(folder / "out")]
    done = subprocess.run([sys.executable, "-c", _CHILD, *words], capture_output=True, check=True, text=True)
    return int(done.stdout.split()[-1]) // 1024


def _conversion(source: str, target: str) -> Conversion:
    return Conversion(coding(source), coding(target), Policy())


def _megabytes(file: Path) -> int:
    return round(file.stat().st_size / _MB)


def as_table(found: dict[str, Any]) -> str:
    """For a person: two Markdown tables and the memory."""
    head = "| text | MB of host bytes | seconds | MB/s | iconv, seconds | times iconv's speed | by processor time | same bytes |"
    lines = [found["machine"], "", head, "|---|---:|---:|---:|---:|---:|---:|---|"]
    lines += [
        f"| {row['what']} | {row['host_mb']} | {row['seconds']} | {row['mb_per_s']} | {row['iconv_seconds']} "
        f"| {row['times_iconv']} | {row['times_iconv_cpu']} | {'yes' if row['same_bytes'] else 'NO'} |"
        for row in found["text"]
    ]
    lines += [
        "",
        "| fixed length | records | MB | seconds | processor seconds | records/s | same bytes again |",
        "|---|---:|---:|---:|---:|---:|---|",
        *(
            f"| {way}, {kept['what']} | {kept['records']:,} | {kept['bytes'] / _MB:.0f} | {kept[way + '_seconds']} "
            f"| {kept[way + '_processor_seconds']} | {kept[way + '_rows_per_s']:,} | {'yes' if kept['round_trip'] else 'NO'} |"
            for kept in found["fixed"]
            for way in ("encode", "decode")
        ),
        "",
        *(
            f"- peak memory of `todoke convert`, {size}: {peak} MiB"
            for size, peak in found["peak_mib"].items()
        ),
    ]
    return "\n".join(lines)
