"""Stand-ins for the intermediary and the network, behind real signed messages: they answer what tests need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec

from todoke.contracts import intermediary, network
from todoke.contracts.information import TAX_ITEMS, Item, Outcome
from todoke.exchange import envelope, keys, kinds
from todoke.exchange.dispatch import Dispatcher
from todoke.exchange.envelope import Direction
from todoke.exchange.ring import KeyRing
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError

CITY, PLATFORM, NETWORK = "city:14100", "platform:14100", "network"
URLS = {"city": "https://127.0.0.1:1", "platform": "https://127.0.0.1:1", "national": "https://127.0.0.1:1"}

FRESH = {kind.name for kind in (intermediary.ACQUISITIONS, intermediary.CODE_STANDINGS, intermediary.STATUS)}
Answer = tuple[Outcome, str, tuple[Item, ...]]


def nontaxed(**changes: str | None) -> tuple[Item, ...]:
    """The items of somebody who is not taxed; `changes` by item name, None for 「値なし」."""
    values: dict[str, str | None] = dict.fromkeys(TAX_ITEMS, "0")
    values |= {"tax_year": "2021", "taxing_municipality": None, **changes}
    return tuple(
        Item(None, "NotAcceptable") if value is None else Item(value, None) for value in values.values()
    )


def answered(**changes: str | None) -> Answer:
    return (Outcome.ANSWERED, "", nontaxed(**changes))


def at(organisation: str, person: str) -> str:
    """Where a person's 符号 is kept: each organisation has its own, the main one is ""."""
    return f"{organisation}/{person}" if organisation else person


@dataclass
class Realms:
    """Transport whose far end lives in memory. `reply(inquiry)` decides each result."""

    patience = 0.0

    ring: KeyRing
    reply: Callable[[intermediary.Inquiry], Answer] = field(default=lambda _: answered())
    refused_numbers: set[str] = field(default_factory=set)
    codes_arrive_after: int = 0
    unreachable: bool = False
    late: bool = False
    failed: dict[str, str] = field(default_factory=dict)
    state: intermediary.ServiceState = intermediary.ServiceState.RUNNING
    opens_at: datetime | None = None
    acquired: dict[str, str] = field(default_factory=dict)
    released: list[str] = field(default_factory=list)
    acquirers: list[str] = field(default_factory=list)
    inquirers: list[str] = field(default_factory=list)
    seen_numbers: list[str] = field(default_factory=list)
    inquiries: list[intermediary.Inquiry] = field(default_factory=list)
    messages: list[tuple[str, int]] = field(default_factory=list)
    _numbers: dict[str, str] = field(default_factory=dict)
    _first: dict[tuple[str, str], tuple[str, bytes]] = field(default_factory=dict)
    _results: list[intermediary.Result] = field(default_factory=list)

    def post(self, receiver: str, wire: bytes, sender: str) -> bytes:
        if self.unreachable:
            raise TodokeError(ErrorCode.UNAVAILABLE, what=receiver)
        opened = envelope.open_request(wire, self.ring.directory, receiver=receiver, now=clock.now())
        header = opened.header
        slot = (header.contract, header.message_key)
        if header.contract in FRESH or slot not in self._first:
            answer = kinds.encode(self._handlers()[header.contract](opened.body))
            self._first[slot] = (header.body_sha256, answer)
        digest, answer = self._first[slot]
        assert digest == header.body_sha256, "one key, two contents"
        head = envelope.answer_header(
            header,
            receiver,
            Direction.ANSWER,
            instance=self.ring.directory.instance,
            message_id=uuid4(),
        )
        return envelope.seal(head, answer, self.ring.signing_key(receiver))[1]

    def _handlers(self) -> dict[str, Callable[[bytes], msgspec.Struct]]:
        return {
            intermediary.ACQUISITIONS.name: self._acquisitions,
            intermediary.CODE_STANDINGS.name: self._standings,
            intermediary.STATUS.name: self._status,
            network.ACQUIRE.name: self._acquire,
            intermediary.CODE_RELEASES.name: self._releases,
            intermediary.INQUIRIES.name: self._inquiries,
            intermediary.RESULTS.name: self._wanted,
        }

    def _acquisitions(self, body: bytes) -> msgspec.Struct:
        asked = kinds.decode(intermediary.CodeWanted, body)
        wanted = [at(asked.organisation, person) for person in asked.integrated_numbers]
        self._note("acquisitions", wanted)
        numbers = []
        for person in wanted:
            number = "" if person in self.acquired else f"A{person}"
            self._numbers[number] = person
            numbers.append(number)
        return intermediary.CodeStates(acquisition_numbers=numbers)

    def _standings(self, body: bytes) -> msgspec.Struct:
        wanted = kinds.decode(intermediary.CodeStandingsWanted, body)
        asked = [at(wanted.organisation, person) for person in wanted.integrated_numbers]
        self._note("standings", asked)
        found = [
            self.failed.get(person, "acquired" if person in self.acquired and not self.late else "waiting")
            for person in asked
        ]
        known = set(intermediary.CodeStanding)
        return intermediary.CodeStandings(
            standings=[intermediary.CodeStanding(w if w in known else "failed") for w in found],
            reasons=["" if word in known else word for word in found],
        )

    def _status(self, _: bytes) -> msgspec.Struct:
        return intermediary.ServiceStatus(
            state=self.state,
            clock=clock.now(),
            hours="00:00-24:00",
            opens_at=self.opens_at,
            pauses=[],
            backlogs=[intermediary.Backlog("inquiries", 3, clock.now())],
        )

    def _acquire(self, body: bytes) -> msgspec.Struct:
        asked = kinds.decode(network.JukiAcquisitions, body)
        self.acquirers.append(asked.organisation)
        self._note("acquire", asked.records)
        refusals = []
        for record in asked.records:
            self.seen_numbers.append(record.individual_number)
            refused = record.individual_number in self.refused_numbers
            refusals.append("unknown_number" if refused else "")
            if not refused:
                self.acquired[self._numbers[record.acquisition_number]] = f"code-{record.acquisition_number}"
        return network.JukiReceipts(refusals=refusals)

    def _releases(self, body: bytes) -> msgspec.Struct:
        """Whoever goes on has the 符号 of whoever ended, so that nothing is left to acquire."""
        records = kinds.decode(intermediary.CodeReleases, body).records
        for record in records:
            self.released.append(record.ended)
            code = self.acquired.pop(record.ended, None)
            if code is not None:
                self.acquired.setdefault(record.heir, code)
        return network.Received(count=len(records))

    def _inquiries(self, body: bytes) -> msgspec.Struct:
        message = kinds.decode(intermediary.Inquiries, body)
        asked = message.records
        self.inquirers.append(message.organisation)
        self._note("inquiries", asked)
        if self.codes_arrive_after:
            self.codes_arrive_after -= 1
            return intermediary.InquiryReceipts(refusals=["no_link_code"] * len(asked))
        known = {inquiry.record_id for inquiry in self.inquiries}
        words = []
        for inquiry in asked:
            word = (
                "" if at(message.organisation, inquiry.integrated_number) in self.acquired else "no_link_code"
            )
            words.append("duplicate_record" if inquiry.record_id in known else word)
            if not words[-1]:
                self.inquiries.append(inquiry)
                self.report(inquiry.record_id, *self.reply(inquiry))
        return intermediary.InquiryReceipts(refusals=words)

    def report(self, record_id: str, outcome: Outcome, error: str, items: tuple[Item, ...]) -> None:
        """A new state of an inquiry; ASKED is not reported."""
        if outcome is not Outcome.ASKED:
            sequence = len(self._results) + 1
            self._results.append(intermediary.Result(sequence, record_id, outcome, error, items))

    def _wanted(self, body: bytes) -> msgspec.Struct:
        wanted = kinds.decode(intermediary.ResultsWanted, body)
        found = self._results[wanted.after : wanted.after + wanted.limit]
        return intermediary.Results(records=found)

    def _note(self, what: str, records: list[Any]) -> None:
        assert len(records) <= kinds.RECORD_LIMIT
        self.messages.append((what, len(records)))


def make(root: Path) -> Realms:
    """Realms with fresh keys under `root`."""
    owners = keys.owners(city="14100", neighbours=["13112"], urls=URLS)
    keys.make(root, instance="testing", owners=owners)
    return Realms(KeyRing(root, *(owner.folder for owner in owners)))


def dispatcher(realms: Realms) -> Dispatcher:
    return Dispatcher(realms, {CITY: "linkage"})
