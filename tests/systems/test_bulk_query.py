"""The whole bulk query of the invented city, with the real intermediaries and the real network.

What the answer files say is compared with the neighbours' own files, read here by plain Python.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.systems import city
from tests.systems.dumps import whole
from tests.systems.world import MUNICIPALITIES, NEIGHBOURS, World
from todoke.contracts.information import TAX_ITEMS
from todoke.contracts.inquiry import InquiryKind
from todoke.contracts.intermediary import LINK_CODES, LinkCodes
from todoke.exchange import envelope, kinds
from todoke.exchange.transport import InProcessTransport
from todoke.identifiers.municipality import city_of
from todoke.kernel import clock
from todoke.records.layouts import inquiry_answer_v2021
from todoke.systems.inquiry import jobs as inquiry
from todoke.systems.inquiry.serves import InquiryService

ORDER = "r3-first"
FOUR = ("name_kanji", "sex", "birth_date", "address")


def table(path: Path, key: str) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row[key]: row for row in csv.DictReader(file)}


class Neighbours:
    """The neighbours' files, read row by row."""

    def __init__(self) -> None:
        folders = {code: city.files() / "neighbours" / code for code in NEIGHBOURS}
        self.numbers = {c: table(f / "numbers.csv", "individual_number") for c, f in folders.items()}
        self.replicas = {c: table(f / "replica.csv", "integrated_number") for c, f in folders.items()}

    def replica(self, code: str, number: str) -> dict[str, str] | None:
        known = self.numbers[code].get(number)
        return self.replicas[code].get(known["integrated_number"]) if known else None

    def expected(self, previous: str, number: str) -> tuple[InquiryKind, dict[str, str] | None]:
        """照会区分 and the replica whose items the answer must have."""
        code = city_of(previous)
        if code not in NEIGHBOURS:
            return InquiryKind.ERROR, None
        first = self.replica(code, number)
        kind = self._kind(first)
        if first is None or kind is not InquiryKind.ANSWERED or first["taxed_elsewhere"] != "1":
            return kind, first if kind is InquiryKind.ANSWERED else None
        other = city_of(first["taxing_municipality"])
        if other not in NEIGHBOURS or other == code:
            return InquiryKind.TAXED_ELSEWHERE, None
        second = self.replica(other, number)
        if self._kind(second) is InquiryKind.ANSWERED and second and second["taxed_elsewhere"] != "1":
            return InquiryKind.ANSWERED, second
        return InquiryKind.TAXED_ELSEWHERE, None

    @staticmethod
    def _kind(replica: dict[str, str] | None) -> InquiryKind:
        if replica is None:
            return InquiryKind.NO_RECORD
        if replica["auto_reply_prohibited"] == "1":
            return InquiryKind.HELD
        odd = replica["per_capita_levy"] == "0" and replica["income_levy"] not in ("", "0")
        return InquiryKind.ERROR if odd else InquiryKind.ANSWERED


def arrivals() -> dict[str, str]:
    """Everybody who ever came from another municipality: resident code → 前住所コード."""
    rows = city.rows("residents_latest.csv")
    return {
        row["resident_code"]: row["previous_municipality"] for row in rows if row["previous_municipality"]
    }


def road(world: World, out: Path) -> dict[str, dict[str, object]]:
    by = city.actor(city.OPERATOR)
    InquiryService().order(order_id=ORDER, resident_codes=list(arrivals()), by=city.CLERK)
    inquiry.write_requests(ORDER, out, by=by)
    world.exchange(inquiry.batches(ORDER))
    inquiry.collect(ORDER, out, by=by, exchange=world.exchange)
    files = InquiryService().answer_files(ORDER)
    rows = [
        row for file in files for row in inquiry_answer_v2021.decode(Path(file.path).read_bytes()).to_pylist()
    ]
    return {str(row["resident_code"]): row for row in rows}


def test_every_answer_is_the_neighbours_own(world: World, tmp_path: Path) -> None:
    answers = road(world, tmp_path)
    ledger = {row["resident_code"]: row for row in city.rows("individual_numbers.csv")}
    register = {row["resident_code"]: row for row in city.rows("residents_latest.csv")}
    neighbours = Neighbours()
    seen: set[InquiryKind] = set()
    for code, previous in arrivals().items():
        if previous == "99999":
            assert code not in answers
            continue
        kind, replica = neighbours.expected(previous, ledger[code]["individual_number"])
        row = answers[code]
        if any(ledger[code][name] != register[code][name] for name in FOUR):
            kind, replica = InquiryKind.ERROR, None
            assert row["error_reason"] == "attributes_differ"
        seen.add(kind)
        assert row["inquiry_kind"] == kind.value, (previous, row["error_reason"])
        for name in TAX_ITEMS:
            value, reason = row[name], row[f"{name}_reason"]
            assert (str(value) if value is not None else "") == (replica[name] if replica else "")
            assert (reason or "") == (replica[f"{name}_reason"] if replica else "")
    assert {InquiryKind.ANSWERED, InquiryKind.NO_RECORD, InquiryKind.ERROR} <= seen


def test_a_link_code_never_comes_to_the_city_and_a_number_never_leaves_linkage(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes: list[str] = []
    post = InProcessTransport.post

    def listening(self: InProcessTransport, receiver: str, wire: bytes, sender: str) -> bytes:
        if envelope.read_header(wire).contract == LINK_CODES.name:
            body = envelope.open_(wire, self.ring.directory, now=clock.now()).body
            codes.extend(record.link_code for record in kinds.decode(LinkCodes, body).records)
        return post(self, receiver, wire, sender)

    monkeypatch.setattr(InProcessTransport, "post", listening)
    road(world, tmp_path)
    assert len(codes) > 100
    numbers = {row["individual_number"] for row in city.rows("individual_numbers.csv")}
    dumps = {alias: whole(alias) for alias in ("linkage", "inquiry", "residents")}
    assert not [code for code in codes for dump in dumps.values() if code in dump]
    written = [path.read_bytes() for path in tmp_path.rglob("*.*") if path.suffix in {".csv", ".dat"}]
    assert len(written) >= 3
    dumps |= {f"intermediary_{code}": whole(f"intermediary_{code}") for code in MUNICIPALITIES}
    for number in numbers:
        assert not [alias for alias, dump in dumps.items() if number in dump]
        assert not [data for data in written if number.encode() in data or _host(number) in data]


def _host(digits: str) -> bytes:
    """Digits in the host character set."""
    return bytes(0xF0 + int(digit) for digit in digits)
