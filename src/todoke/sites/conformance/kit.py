"""試験の道具 (Kit): knocks at the door under trial as any of the other parties, and answers as them."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from http.client import HTTPException, HTTPSConnection
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import msgspec

from todoke.contracts import intermediary, network
from todoke.contracts.information import DUTY, LOCAL_TAX, PROCEDURE
from todoke.contracts.permits import LIST_DOMAIN
from todoke.exchange import envelope, kinds, parties
from todoke.exchange.envelope import Direction, Envelope, Header
from todoke.exchange.kinds import A, MessageKind, Q
from todoke.exchange.refusals import RefusalBody
from todoke.kernel import clock
from todoke.kernel.errors import TodokeError
from todoke.sites.conformance.broken import BrokenError
from todoke.sites.conformance.counterpart import Counterpart, Heard
from todoke.sites.conformance.feed import RevocationFeed
from todoke.sites.conformance.trial import Trial

Found = TypeVar("Found")
ENDED_DUTY: Final = "JM01000000121901"
"""An invented duty whose row in the kit's list ended yesterday."""
UNLISTED_DUTY: Final = "JM01000000999000"
"""An invented duty that no list names."""


@dataclass(frozen=True)
class Reply:
    """What came back: HTTP, and the envelope when it was signed for exactly this request."""

    request: Header
    status: int
    content_type: str
    raw: bytes
    answer: Envelope | None
    trouble: str = ""

    @property
    def code(self) -> str:
        """The code of a refusal, "" of an answer."""
        try:
            if self.answer is None:
                return kinds.decode(RefusalBody, self.raw).error
            if self.answer.header.direction is Direction.REFUSAL:
                return kinds.decode(RefusalBody, self.answer.body).error
        except TodokeError:
            return "?"
        return ""

    @property
    def message_id(self) -> str:
        """電文番号 of a signed answer, "" of any other."""
        return self.answer.header.message_id if self.answer else ""

    def __str__(self) -> str:
        return f"HTTP {self.status} {self.code or 'answer'} {self.trouble}".rstrip()


class Kit:
    """One run. `patience`: seconds to wait for what the server sends by itself.

    `renew_list` makes the server under trial fetch the permission list (an operator's act at most servers);
    `operated`: it returns only when that is done.
    """

    def __init__(
        self, trial: Trial, *, renew_list: Callable[[], None], operated: bool = True, patience: float = 20
    ) -> None:
        self.trial, self.patience = trial, patience
        self.ring, self.party = trial.ring, trial.role.party
        self.run = secrets.token_hex(4)
        self.counterpart = Counterpart(self.ring, self._play)
        self.feed = RevocationFeed(self.ring)
        self.replies: list[Reply] = []
        self.refusals: dict[str, str] = {}
        self.permits: dict[str, str] = {}
        self.notes: dict[str, Any] = {}
        self.signed_list = self.sign_list(self.list_of(self._edition()))
        self.operated = operated
        self._renew = renew_list
        self._clients: dict[str, httpx.Client] = {}

    @cached_property
    def url(self) -> str:
        """The door under trial."""
        return self.ring.directory.entry(self.party).url.rstrip("/")

    def header(self, sender: str, kind: str, **changes: object) -> Header:
        """A fresh request to the server under trial."""
        fields: dict[str, Any] = {
            "instance": self.ring.directory.instance,
            "direction": Direction.REQUEST,
            "sender": sender,
            "receiver": self.party,
            "contract": kind,
            "message_key": f"conformance/{uuid4()}",
            "sent_at": clock.now(),
        }
        return Header(**{**fields, **changes})

    def seal(self, header: Header, body: bytes, *, signer: str = "") -> tuple[Header, bytes]:
        """Sealed with the key of the sender, or of `signer`."""
        return envelope.seal(header, body, self.ring.signing_key(signer or header.sender))

    def knock(self, header: Header, wire: bytes, *, certificate_of: str = "", path: str = "") -> Reply:
        """One POST with a party's client certificate."""
        client = self._client(certificate_of or header.sender)
        try:
            came = client.post(f"{self.url}/exchange/{path or self.party}", content=wire)
        except httpx.TransportError as error:
            raise BrokenError(f"HTTP に答えません（{type(error).__name__}）") from error
        answer, trouble = self._opened(header, came)
        kind = came.headers.get("content-type", "")
        reply = Reply(header, came.status_code, kind, came.content, answer, trouble)
        self.replies.append(reply)
        return reply

    def send(self, sender: str, kind: MessageKind[Q, A], body: Q, **changes: object) -> Reply:
        """An honest request, whatever comes back."""
        header, wire = self.seal(self.header(sender, kind.name, **changes), kinds.encode(body))
        return self.knock(header, wire)

    def ask(self, sender: str, kind: MessageKind[Q, A], body: Q) -> A:
        """An honest request and its answer; anything else breaks the rule."""
        reply = self.send(sender, kind, body)
        if reply.answer is None or reply.code:
            raise BrokenError(f"{kind.name} に {reply}")
        try:
            return kinds.decode(kind.answer, reply.answer.body)
        except TodokeError as error:
            raise BrokenError(f"{kind.name} の回答を読めません") from error

    def hear(self, kind: MessageKind[Any, Any], look: Callable[[Heard], Found | None]) -> Found:
        """What `look` finds in a message of this kind that the server sends by itself, within `patience`."""

        def search() -> Found | None:
            return next((x for m in self.counterpart.of(kind) if (x := look(m)) is not None), None)

        found = self.counterpart.wait(search, seconds=self.patience)
        if found is None:
            raise BrokenError(f"{kind.name} が {self.patience:.0f} 秒以内に届きません")
        return found

    def poll(self, look: Callable[[], Found | None]) -> Found:
        """What `look` finds, asked again until `patience` is over."""
        end = time.monotonic() + self.patience
        while (found := look()) is None:
            if time.monotonic() > end:
                raise BrokenError(f"{self.patience:.0f} 秒以内に結果が出ません")
            time.sleep(0.1)
        return found

    def head_only(self, certificate_of: str, method: str, length: int) -> tuple[int, bytes]:
        """Status and body for a request that announces `length` bytes and sends none."""
        at = urlsplit(self.url)
        context = self.ring.client_context(certificate_of, self.party)
        connection = HTTPSConnection(at.hostname or "", at.port, context=context, timeout=30)
        try:
            connection.putrequest(method, f"/exchange/{self.party}")
            connection.putheader("Content-Length", str(length))
            connection.endheaders()
            came = connection.getresponse()
            return came.status, came.read()
        except (OSError, HTTPException) as error:
            raise BrokenError(f"HTTP に答えません（{type(error).__name__}）") from error
        finally:
            connection.close()

    def list_of(self, edition: int, entries: list[network.ListEntry] | None = None) -> network.PermissionList:
        """照会許可照会リスト of the trial: the duty, and a duty that ended yesterday."""
        start, yesterday = date(2020, 1, 1), clock.today() - timedelta(days=1)
        rows = [
            network.ListEntry("*", "*", DUTY, PROCEDURE, LOCAL_TAX, start, None),
            network.ListEntry("*", "*", ENDED_DUTY, PROCEDURE, LOCAL_TAX, start, yesterday),
        ]
        now = clock.now()
        return network.PermissionList(
            edition=edition,
            issued_at=now,
            valid_until=now + timedelta(days=30),
            entries=rows if entries is None else entries,
        )

    def sign_list(self, issued: network.PermissionList, *, signer: str = parties.NETWORK) -> bytes:
        """The encoded SignedList; unsigned where the kit does not play the network."""
        if signer not in self.trial.role.played:
            return b""
        body = kinds.encode(issued)
        signature = self.ring.signing_key(signer).sign(LIST_DOMAIN + body)
        return kinds.encode(network.SignedList(body=body, signature=signature))

    def offer_list(self, signed: bytes) -> None:
        """Have the server fetch this list, and wait until it did."""
        before = len(self.counterpart.of(network.PERMISSION_LIST))
        self.signed_list = signed
        self._renew()
        asked = self.counterpart.wait(
            lambda: True if len(self.counterpart.of(network.PERMISSION_LIST)) > before else None,
            seconds=self.patience,
        )
        if not asked:
            raise BrokenError("照会許可照会リストを取りに来ません")

    def close(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            client.close()

    def _edition(self) -> int:
        epoch = datetime(2026, 1, 1, tzinfo=clock.JAPAN)  # rises from run to run
        return int((clock.now() - epoch).total_seconds())

    def _client(self, party: str) -> httpx.Client:
        if party not in self._clients:
            context = self.ring.client_context(party, self.party)
            self._clients[party] = httpx.Client(verify=context, trust_env=False, timeout=60)
        return self._clients[party]

    def _opened(self, header: Header, came: httpx.Response) -> tuple[Envelope | None, str]:
        if not came.headers.get("content-type", "").startswith("application/octet-stream"):
            return None, ""
        try:
            found = envelope.open_(came.content, self.ring.directory, now=clock.now())
        except TodokeError as error:
            return None, str(error)
        back = found.header
        bound = back.in_reply_to == header.digest and back.receiver == header.sender
        same = (back.contract, back.message_key) == (header.contract, header.message_key)
        if back.sender != self.party or not (bound and same and back.message_id):
            return None, "回答がこの要求に結び付いていません"
        return found, ""

    def _play(self, heard: Heard) -> msgspec.Struct:
        body = heard.body
        if heard.kind == network.PERMISSION_LIST.name:
            return msgspec.json.decode(self.signed_list, type=network.SignedList)
        if heard.kind == network.REVOCATIONS.name:
            return self.feed.signed()
        if heard.kind == network.PERMITS.name:
            return network.PermitAnswers(records=[self._permit_answer(row.record_id) for row in body.records])
        return network.Received(count=len(body.records))

    def _permit_answer(self, record_id: str) -> network.PermitAnswer:
        refusal = self.refusals.get(record_id, "")
        permit = "" if refusal else self.permits.setdefault(record_id, str(uuid4()))
        return network.PermitAnswer(record_id, permit, refusal)


def unknown_kind(kind: MessageKind[Any, Any] = intermediary.STATUS) -> str:
    """The name of a kind that nobody serves."""
    return kind.name.rpartition(".")[0] + ".v999"
