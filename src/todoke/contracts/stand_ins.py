"""In-memory stand-ins of the city's contracts, for tests of whoever calls them.

Each passes the same contract tests as the real system (tests/contracts), so a test against it proves something.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa

from todoke.contracts.information import DUTY, LOCAL_TAX, PROCEDURE, Item, Outcome
from todoke.contracts.inquiry import AnswerFile, InquiryKind, OrderReceipt
from todoke.contracts.linkage import (
    Conversion,
    ConversionRequest,
    KnownPerson,
    Query,
    QueryReceipt,
    QueryResult,
    RegistrationAsked,
    RegistrationReceipt,
    RegistrationStanding,
)
from todoke.contracts.people import BasicAttributes
from todoke.contracts.residents import LineageReason, LineageStep, Movement, Origin, SnapshotKind, SnapshotRef
from todoke.engine import snapshots
from todoke.identifiers import integrated_number
from todoke.identifiers.municipality import ABROAD
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.records.layouts import inquiry_answer_v2021

Reply = tuple[Outcome, str, tuple[Item, ...]]


class ResidentsStandIn:
    """`Residents` over given snapshots and origins."""

    def __init__(
        self,
        snapshots: Iterable[SnapshotRef] = (),
        origins: Iterable[Origin] = (),
        lineage: Iterable[LineageStep] = (),
        movements: Iterable[Movement] = (),
    ) -> None:
        self._snapshots = sorted(snapshots, key=lambda snapshot: snapshot.as_of)
        self._origins = {origin.resident_code: origin for origin in origins}
        self._lineage = sorted(lineage, key=lambda step: step.happened_on)
        self._movements = sorted(movements, key=lambda one: one.changed_on)

    def snapshot(self, kind: SnapshotKind) -> SnapshotRef:
        """The newest of that kind; NOT_FOUND when none was given."""
        for snapshot in reversed(self._snapshots):
            if snapshot.kind is kind:
                return snapshot
        raise TodokeError(ErrorCode.NOT_FOUND, what="住民記録のスナップショット")

    def sealed(self, kind: SnapshotKind, sha256: str) -> SnapshotRef:
        """The snapshot of that kind with that hash; NOT_FOUND when none was given."""
        for snapshot in reversed(self._snapshots):
            if (snapshot.kind, snapshot.sha256) == (kind, sha256):
                return snapshot
        raise TodokeError(ErrorCode.NOT_FOUND, what="住民記録のスナップショット")

    def origins(self, resident_codes: Sequence[str]) -> list[Origin]:
        """One entry per code found, ordered by resident code."""
        return [self._origins[code] for code in sorted(set(resident_codes)) if code in self._origins]

    def take_register(
        self, *, kind: SnapshotKind, sealed: str, sha256: str, source_sha256: str, as_of: date, by: str
    ) -> SnapshotRef:
        """The newest from now on, unless one is newer; kept under a name of its own."""
        path = snapshots.check(Path(sealed), sha256)
        name = f"{kind}-{as_of.isoformat()}-{sha256[:16]}"
        known = next((one for one in self._snapshots if one.snapshot_id == name), None)
        if known is None:
            if any(one.kind is kind and one.as_of > as_of for one in self._snapshots):
                raise TodokeError(
                    ErrorCode.STATE_CONFLICT, detail="より新しい時点の住民記録が取り込まれています"
                )
            seal = snapshots.share(path, sha256, path.parent / "registers", f"residents-{kind}")
            known = SnapshotRef(
                snapshot_id=name, kind=kind, as_of=as_of, path=str(seal.path), sha256=sha256, rows=seal.rows,
                sealed_at=clock.now(),
            )  # fmt: skip
            self._snapshots = sorted([*self._snapshots, known], key=lambda snapshot: snapshot.as_of)
        return known

    def lineage(self, household_codes: Sequence[str]) -> list[LineageStep]:
        """Every step of the families of these households, by day."""
        descent = {LineageReason.SPLIT, LineageReason.RENUMBERED, LineageReason.MERGED}
        family, before = set(household_codes), set[str]()
        while family != before:
            before = set(family)
            for step in self._lineage:
                pair = {step.household_code, step.successor_code}
                family |= pair if step.reason in descent and pair & family else set()
        return [step for step in self._lineage if {step.household_code, step.successor_code} & family]

    def families(self, household_codes: Sequence[str]) -> dict[str, str]:
        """Each household → the lowest code among all that a step of descent leads to, both ways."""
        descent = {LineageReason.SPLIT, LineageReason.RENUMBERED, LineageReason.MERGED}
        pairs = [{one.household_code, one.successor_code} for one in self._lineage if one.reason in descent]
        found = {}
        for code in household_codes:
            family, before = {code}, set[str]()
            while family != before:
                before = set(family)
                family.update(*(pair for pair in pairs if pair & family))
            found[code] = min(family)
        return found

    def movements(self, resident_codes: Sequence[str]) -> list[Movement]:
        """The changes of these residents, oldest first."""
        return [one for one in self._movements if one.resident_code in resident_codes]


@dataclass
class LinkageStandIn:
    """`Linkage` over `persons`: resident code → (統合番号, 4情報). `exchange` lets `reply` answer what is open."""

    persons: Mapping[str, tuple[str, BasicAttributes]]
    reply: Callable[[Query], Reply]
    _receipts: dict[str, list[QueryReceipt]] = field(default_factory=dict)
    _queries: dict[str, dict[str, Query]] = field(default_factory=dict)
    _results: dict[str, Reply] = field(default_factory=dict)
    _asked: dict[tuple[str, str], tuple[str, BasicAttributes]] = field(default_factory=dict)

    def convert(self, requests: Sequence[ConversionRequest], *, by: str) -> list[Conversion]:
        """業務固有番号 → 統合番号, in the order asked."""
        return [self._conversion(request) for request in requests]

    def attributes(self, integrated_numbers: Sequence[str]) -> list[KnownPerson]:
        """4情報 of the numbers that are known, ordered by number."""
        known = dict(self.persons.values())
        return [
            KnownPerson(integrated_number=number, attributes=known[number])
            for number in sorted(set(integrated_numbers))
            if number in known
        ]

    def submit(self, *, batch_id: str, queries: Sequence[Query], by: str) -> list[QueryReceipt]:
        """Take on a batch; the same batch id again returns the first receipts."""
        if batch_id not in self._receipts:
            self._queries[batch_id] = {}
            self._receipts[batch_id] = [self._receive(batch_id, query) for query in queries]
        return self._receipts[batch_id]

    def results(self, batch_id: str) -> list[QueryResult]:
        """The state of every accepted query of a batch, ordered by record id."""
        return [self._result(query) for _, query in sorted(self._queries.get(batch_id, {}).items())]

    def hand_over(self, *, record_ids: Sequence[str], by: str) -> None:
        """Drop the items of these answers."""
        for record_id in record_ids:
            outcome, error, _ = self._results.get(record_id, (Outcome.ASKED, "", ()))
            if outcome is Outcome.ANSWERED:
                self._results[record_id] = (outcome, error, ())

    def register(self, requests: Sequence[RegistrationAsked], *, by: str) -> list[RegistrationReceipt]:
        """Note the requests; nobody decides them here."""
        receipts = []
        for one in requests:
            place = (one.system, one.local_number)
            request_id, first = self._asked.setdefault(place, (f"{len(self._asked):032x}", one.attributes))
            refusal = None if first.agrees(one.attributes) else "open_request_differs"
            receipts.append(RegistrationReceipt(request_id="" if refusal else request_id, refusal=refusal))
        return receipts

    def registrations(self, request_ids: Sequence[str]) -> list[RegistrationStanding]:
        """Where these requests stand, ordered by id."""
        known = sorted(request_id for request_id, _ in self._asked.values() if request_id in set(request_ids))
        return [
            RegistrationStanding(request_id=one, state="requested", integrated_number=None, reason="")
            for one in known
        ]

    def exchange(self, batch_ids: Sequence[str]) -> None:
        """What the far realms do in the meantime: every query without an end is answered by `reply`."""
        for batch_id in batch_ids:
            for record_id, query in self._queries[batch_id].items():
                if self._results.get(record_id, (Outcome.ASKED,))[0] in (Outcome.ASKED, Outcome.HELD):
                    self._results[record_id] = self.reply(query)

    def _conversion(self, request: ConversionRequest) -> Conversion:
        number, refusal = None, "unknown"
        if request.resident_code in self.persons:
            found, attributes = self.persons[request.resident_code]
            agrees = request.attributes.agrees(attributes)
            number, refusal = (found, "") if agrees else (None, "attributes_differ")
        return Conversion(
            resident_code=request.resident_code, integrated_number=number, refusal=refusal or None
        )

    def _receive(self, batch_id: str, query: Query) -> QueryReceipt:
        refusal = self._refusal(query)
        if refusal is None:
            self._queries[batch_id][query.record_id] = query
        return QueryReceipt(record_id=query.record_id, refusal=refusal)

    def _refusal(self, query: Query) -> str | None:
        if (query.duty, query.procedure, query.information_code) != (DUTY, PROCEDURE, LOCAL_TAX):
            return "duty_not_allowed"
        if not integrated_number.is_valid(query.integrated_number):
            return "check_digit"
        if query.integrated_number not in {number for number, _ in self.persons.values()}:
            return "unknown_number"
        used = any(query.record_id in batch for batch in self._queries.values())
        return "duplicate_record" if used else None

    def _result(self, query: Query) -> QueryResult:
        outcome, error, items = self._results.get(query.record_id, (Outcome.ASKED, "", ()))
        return QueryResult(
            record_id=query.record_id,
            integrated_number=query.integrated_number,
            outcome=outcome,
            error=error,
            items=items,
        )


@dataclass
class InquiriesStandIn:
    """`Inquiries` that writes one answer file per order, as soon as it is ordered.

    `answer(resident_code)` gives the columns of the answer record but the resident code; `origins` maps resident
    codes to 前住所コード ("" unknown, 99999 abroad), which decide the receipt.
    """

    folder: Path
    origins: Mapping[str, str]
    answer: Callable[[str], Mapping[str, Any]]
    _receipts: dict[str, OrderReceipt] = field(default_factory=dict)
    _files: dict[str, list[AnswerFile]] = field(default_factory=dict)

    def order(
        self,
        *,
        order_id: str,
        resident_codes: Sequence[str],
        by: str,
        tax_year: int | None = None,
        reasons: Mapping[str, str] | None = None,
    ) -> OrderReceipt:
        """Ask; the same order id again returns the first receipt."""
        if order_id not in self._receipts:
            codes = sorted(set(resident_codes))
            abroad = [code for code in codes if self.origins.get(code) == ABROAD]
            unreachable = [code for code in codes if not self.origins.get(code)]
            self._receipts[order_id] = OrderReceipt(
                order_id=order_id,
                asked=len(codes) - len(abroad) - len(unreachable),
                abroad=len(abroad),
                unreachable=len(unreachable),
            )
            self._files[order_id] = self._write(order_id, [c for c in codes if c not in abroad], unreachable)
        return self._receipts[order_id]

    def answer_files(self, order_id: str) -> list[AnswerFile]:
        """The answer file of the order."""
        return self._files.get(order_id, [])

    def _write(self, order_id: str, codes: list[str], unreachable: list[str]) -> list[AnswerFile]:
        if not codes:
            return []
        error = {"ward_code": "14101", "inquiry_kind": InquiryKind.ERROR.value, "error_reason": "no_origin"}
        rows = [
            {**(error if code in unreachable else self.answer(code)), "resident_code": code} for code in codes
        ]
        data = inquiry_answer_v2021.encode(
            pa.Table.from_pylist(rows, schema=inquiry_answer_v2021.ANSWER.schema)
        )
        path = self.folder / f"answer-{order_id}.dat"
        path.write_bytes(data)
        return [AnswerFile(path=str(path), sha256=sha256(data).hexdigest(), records=len(rows))]
