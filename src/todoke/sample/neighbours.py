"""近隣市区町村 in a trial: the linkage system of one town, played by its own keys and two files, without a database.

It asks for 取得番号, sends them with the 個人番号 to 住基ネット, registers its replicas, and waits until its
符号 are there. Every message has a key made of the file's content, so a rerun gets the first answers and goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pyarrow as pa

from todoke.batch.progress import Meter
from todoke.contracts import intermediary, network
from todoke.contracts.information import LOCAL_TAX, TAX_ITEMS, Item
from todoke.engine.snapshots import file_sha256
from todoke.exchange import client, parties
from todoke.exchange.kinds import RECORD_LIMIT
from todoke.exchange.transport import Transport
from todoke.identifiers import municipality
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.records.csv_input import read_checked
from todoke.records.layouts.city_inputs_v2021 import NEIGHBOUR_NUMBERS, REPLICA
from todoke.sample.city.frame import TAX_YEAR

_PATIENCE = 600.0  # seconds until 符号 that do not arrive are an error
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Enrolled:
    """How many persons have a 符号 now, and how many replicas were registered."""

    codes: int
    replicas: int


@dataclass(frozen=True, kw_only=True)
class _Town:
    transport: Transport
    code: str
    stamp: str

    @property
    def sender(self) -> str:
        return parties.city(self.code)

    @property
    def platform(self) -> str:
        return parties.platform(self.code)

    def key(self, what: str, number: int) -> str:
        return f"enrol/{self.stamp}/{what}/{number}"


def enrol(
    transport: Transport,
    folder: Path,
    code: str,
    progress: Meter,
    *,
    wait: Callable[[], None] = lambda: time.sleep(0.2),
) -> Enrolled:
    """Enrol municipality `code` from numbers.csv and replica.csv in `folder`; returns when every 符号 has arrived.

    `wait` is called between two looks. Errors: InputRefused, NOT_FOUND (a number that 住基ネット does not know),
    UNAVAILABLE (run it again), RefusedError.
    """
    numbers = read_checked(folder / "numbers.csv", NEIGHBOUR_NUMBERS)
    replicas = read_checked(folder / "replica.csv", REPLICA)
    stamp = f"{file_sha256(folder / 'numbers.csv')[:16]}-{file_sha256(folder / 'replica.csv')[:16]}"
    town = _Town(transport=transport, code=code, stamp=stamp)
    progress.total(numbers.num_rows + replicas.num_rows)
    integrated, individual = (_texts(numbers, name) for name in ("integrated_number", "individual_number"))
    for number, (own, persons) in enumerate(zip(_pieces(integrated), _pieces(individual), strict=True)):
        _acquire(town, number, own, persons)
        progress.advance(len(own))
    for number, piece in enumerate(_pieces(list(range(replicas.num_rows)))):
        _register(town, number, replicas.slice(piece[0], len(piece)))
        progress.advance(len(piece))
    _await_codes(town, integrated, wait)
    return Enrolled(codes=len(integrated), replicas=replicas.num_rows)


def _acquire(town: _Town, number: int, own: list[str], persons: list[str]) -> None:
    """取得番号 from the own intermediary, then (取得番号, 個人番号) to 住基ネット."""
    states = client.request(
        town.transport,
        sender=town.sender,
        receiver=town.platform,
        kind=intermediary.ACQUISITIONS,
        body=intermediary.CodeWanted(integrated_numbers=own),
        key=town.key("numbers", number),
    )
    wanted = [
        network.JukiAcquisition(acquisition, person)
        for acquisition, person in zip(states.acquisition_numbers, persons, strict=True)
        if acquisition
    ]
    if not wanted:
        return
    receipts = client.request(
        town.transport,
        sender=town.sender,
        receiver=parties.NETWORK,
        kind=network.ACQUIRE,
        body=network.JukiAcquisitions(organisation=municipality.organisation_code(town.code), records=wanted),
        key=town.key("juki", number),
    )
    if unknown := sum(map(bool, receipts.refusals)):
        raise TodokeError(ErrorCode.NOT_FOUND, what=f"住基ネットの {unknown} 人の番号")


def _register(town: _Town, number: int, rows: pa.Table) -> None:
    values = [_texts(rows, name) for name in TAX_ITEMS]
    reasons = [_texts(rows, f"{name}_reason") for name in TAX_ITEMS]
    items = [
        tuple(Item(value or None, reason or None) for value, reason in zip(person, why, strict=True))
        for person, why in zip(zip(*values, strict=True), zip(*reasons, strict=True), strict=True)
    ]
    people = zip(_texts(rows, "integrated_number"), _texts(rows, "auto_reply_prohibited"), items, strict=True)
    records = [intermediary.ReplicaRecord(own, flag == "1", row) for own, flag, row in people]
    client.request(
        town.transport,
        sender=town.sender,
        receiver=town.platform,
        kind=intermediary.REPLICAS,
        body=intermediary.Replicas(information_code=LOCAL_TAX, fiscal_year=TAX_YEAR, records=records),
        key=town.key("replicas", number),
    )


def _await_codes(town: _Town, integrated: list[str], wait: Callable[[], None]) -> None:
    """Look until no number has a 取得番号 left: a provider that lacks a 符号 would say 該当なし."""
    end = time.monotonic() + _PATIENCE
    look = time.time_ns()
    for number, piece in enumerate(_pieces(integrated)):
        while True:
            look += 1
            states = client.request(
                town.transport,
                sender=town.sender,
                receiver=town.platform,
                kind=intermediary.ACQUISITIONS,
                body=intermediary.CodeWanted(integrated_numbers=piece),
                key=town.key(f"look/{look}", number),
            )
            if not any(states.acquisition_numbers):
                break
            if time.monotonic() > end:
                raise TodokeError(ErrorCode.UNAVAILABLE, what="符号の配信")
            wait()


def _texts(table: pa.Table, column: str) -> list[str]:
    return [str(value) for value in table[column].to_pylist()]


def _pieces(rows: Sequence[T]) -> Iterator[list[T]]:
    for start in range(0, len(rows), RECORD_LIMIT):
        yield list(rows[start : start + RECORD_LIMIT])
