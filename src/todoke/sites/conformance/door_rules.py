"""Rules of every door (D…): TLS, envelope, clock, replay, refusals."""

from __future__ import annotations

import ssl
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx
import msgspec

from todoke.contracts import intermediary, network
from todoke.contracts.information import Outcome
from todoke.exchange import door, envelope, keys, kinds, parties
from todoke.exchange.envelope import Direction, Header
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode
from todoke.sites.conformance.broken import BrokenError
from todoke.sites.conformance.kit import Kit, Reply, unknown_kind
from todoke.sites.conformance.rules import expect, rule
from todoke.sites.conformance.trial import OTHER, TOWN, Role

BOTH = (Role.INTERMEDIARY, Role.NETWORK)
_PROTOCOL = "docs/exchange-protocol.md"


def honest(kit: Kit) -> tuple[str, str, bytes]:
    """Sender, kind and body of a harmless read that the server under trial answers."""
    if kit.trial.role is Role.INTERMEDIARY:
        return parties.city(TOWN), intermediary.STATUS.name, kinds.encode(intermediary.StatusWanted())
    return parties.platform(TOWN), network.PERMISSION_LIST.name, b'{"known_edition":0}'


def knock(
    kit: Kit, *, signer: str = "", certificate_of: str = "", path: str = "", **changes: object
) -> Reply:
    """The honest read with a defect."""
    sender, kind, body = honest(kit)
    header = kit.header(sender, kind)
    body = bytes(changes.pop("body", body))  # type: ignore[call-overload]
    header, wire = kit.seal(msgspec.structs.replace(header, **changes), body, signer=signer or sender)
    return kit.knock(header, wire, certificate_of=certificate_of or sender, path=path)


def refused(reply: Reply, code: ErrorCode) -> None:
    """The reply is a refusal with this code and its family's status."""
    right = (reply.code, reply.status) == (code.name, code.family.http_status)
    expect(right and reply.answer is not None, f"署名した {code.name} でなく {reply}")


def _no_entry(kit: Kit, context: ssl.SSLContext) -> None:
    context.load_verify_locations(cadata=kit.ring.directory.authority_of(kit.party))
    try:
        with httpx.Client(verify=context, trust_env=False, timeout=30) as client:
            status = client.get(f"{kit.url}/health").status_code
    except httpx.TransportError:
        return
    raise BrokenError(f"HTTP {status} と答えました")


@rule("D01", "クライアント証明書のない接続に答えない", source=f"PIA III.6; S16; {_PROTOCOL} §2", roles=BOTH)
def no_certificate(kit: Kit) -> None:
    """GET /health without a client certificate: the connection must end without an HTTP answer."""
    _no_entry(kit, ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))


@rule("D02", "名簿にない認証局の証明書に答えない", source=f"PIA III.6; S16; {_PROTOCOL} §2", roles=BOTH)
def strange_authority(kit: Kit) -> None:
    """GET /health with a certificate of the right name from an authority made a moment ago."""
    with tempfile.TemporaryDirectory() as name:
        party = honest(kit)[0]
        keys.make(
            Path(name),
            instance=kit.header(party, "a.b").instance,
            owners=[keys.Owner(folder="x", parties=[party])],
        )
        file = Path(name) / "x/keys" / f"{parties.file_stem(party)}.tls"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_cert_chain(file.with_suffix(".tls.pem"), file.with_suffix(".tls.key"))
        _no_entry(kit, context)


@rule("D03", "正しい要求に、署名し要求に結び付けた回答を返す", source=f"{_PROTOCOL} §3, §4", roles=BOTH)
def answers(kit: Kit) -> None:
    """A harmless read; the answer's signature, in_reply_to, parties, key and message id are verified."""
    reply = knock(kit)
    expect(reply.status == 200 and reply.answer is not None and not reply.code, str(reply))


@rule("D04", "他の当事者の証明書で来た電文を断る", source=f"S16, S17; {_PROTOCOL} §2", roles=BOTH)
def other_certificate(kit: Kit) -> None:
    """Signed by one party, carried with the valid certificate of another one: SENDER_REFUSED."""
    refused(knock(kit, certificate_of=parties.city(OTHER)), ErrorCode.SENDER_REFUSED)


@rule("D05", "他の当事者が署名した電文を断る", source=f"{_PROTOCOL} §3", roles=BOTH)
def other_signature(kit: Kit) -> None:
    """Right sender and certificate, signature of another party's valid key: SENDER_REFUSED."""
    refused(knock(kit, signer=parties.city(OTHER)), ErrorCode.SENDER_REFUSED)


@rule("D06", "名簿にない送信者を断る", source=f"{_PROTOCOL} §2", roles=BOTH)
def unlisted(kit: Kit) -> None:
    """A sender that is not in the directory, with a listed party's key and certificate: SENDER_REFUSED."""
    sender = honest(kit)[0]
    refused(knock(kit, sender="city:99998", signer=sender, certificate_of=sender), ErrorCode.SENDER_REFUSED)


def _invalid(number: str, sentence: str, how: str, changes: dict[str, object]) -> None:
    def check(kit: Kit) -> None:
        refused(knock(kit, **changes), ErrorCode.MESSAGE_INVALID)  # type: ignore[arg-type]

    check.__doc__ = f"{how}: MESSAGE_INVALID."
    rule(number, sentence, source=f"{_PROTOCOL} §3", roles=BOTH)(check)


_invalid("D07", "別の環境 (instance) の電文を断る", "Signed for another instance", {"instance": "another"})
_invalid("D08", "知らない版の封筒を断る", "Signed with version 2", {"version": 2})
_invalid("D09", "要求でない封筒を断る", "Signed with direction=answer", {"direction": Direction.ANSWER})


@rule("D10", "封筒の受け手と窓口が違う電文を断る", source=f"{_PROTOCOL} §3", roles=BOTH)
def other_receiver(kit: Kit) -> None:
    """Signed for another receiver, posted to this one: MESSAGE_INVALID."""
    refused(knock(kit, receiver=parties.platform(OTHER)), ErrorCode.MESSAGE_INVALID)


@rule("D11", "署名の後に変えた本文を断る", source=f"{_PROTOCOL} §3", roles=BOTH)
def changed_body(kit: Kit) -> None:
    """One space is added to the body of a sealed message: MESSAGE_INVALID."""
    sender, kind, body = honest(kit)
    header, wire = kit.seal(kit.header(sender, kind), body)
    refused(kit.knock(header, wire + b" "), ErrorCode.MESSAGE_INVALID)


@rule("D12", "時刻が5分より大きくずれた電文を断り、4分のずれは受ける", source=f"{_PROTOCOL} §6", roles=BOTH)
def clock_skew(kit: Kit) -> None:
    """sent_at 6 minutes early and late: CLOCK_SKEW. 4 minutes early and late: answered."""
    for minutes in (-6, 6):
        refused(knock(kit, sent_at=clock.now() + timedelta(minutes=minutes)), ErrorCode.CLOCK_SKEW)
    for minutes in (-4, 4):
        reply = knock(kit, sent_at=clock.now() + timedelta(minutes=minutes))
        expect(reply.status == 200, f"{minutes} 分のずれに {reply}")


def _defects(header: Header, wire: bytes) -> dict[str, bytes]:
    head = envelope.canonical(header)
    at = wire.index(head)
    after = at + len(head)
    stamp = str((header.sent_at - envelope.EPOCH) // timedelta(microseconds=1)).encode()
    plus = head.replace(
        len(stamp).to_bytes(4, "big") + stamp, (len(stamp) + 1).to_bytes(4, "big") + b"+" + stamp
    )
    return {
        "empty": b"",
        "other magic": b"TDK0" + wire[4:],
        "cut header": wire[: at + 40],
        "cut signature": wire[: after + 10],
        "header over the limit": wire[:4] + (1 << 20).to_bytes(4, "big") + wire[8:],
        "number with a sign": wire[:4] + len(plus).to_bytes(4, "big") + plus + wire[after:],
        "trailing byte in header": wire[:4]
        + (len(head) + 1).to_bytes(4, "big")
        + head
        + b"\0"
        + wire[after:],
    }


@rule("D13", "読めない封筒は処理せず、署名なしの 400 で断る", source=f"{_PROTOCOL} §3, §7", roles=BOTH)
def unreadable(kit: Kit) -> None:
    """Seven malformed envelopes (cut, other magic, second spelling of a number, …): 400 with a JSON error."""
    sender, kind, body = honest(kit)
    header, wire = kit.seal(kit.header(sender, kind), body)
    for name, defect in _defects(header, wire).items():
        reply = kit.knock(header, defect)
        expect((reply.status, reply.code) == (400, "MESSAGE_INVALID"), f"{name}: {reply}")


@rule("D14", "知らない宛先は 404、大きすぎる電文は 413 で断る", source=f"{_PROTOCOL} §7, §8", roles=BOTH)
def http_limits(kit: Kit) -> None:
    """POST to an unknown party; Content-Length above the limit; GET: 404, 413, 405, each with a JSON error."""
    reply = knock(kit, path="platform:99998")
    expect((reply.status, reply.code) == (404, "NOT_FOUND"), f"unknown receiver: {reply}")
    sender = honest(kit)[0]
    for expected, method, length in ((413, "POST", door.MAX_WIRE + 1), (405, "GET", 0)):
        status, body = kit.head_only(sender, method, length)
        told = b'"error":"MESSAGE_INVALID"' in body.replace(b" ", b"")
        expect(status == expected and told, f"{method}: HTTP {status} {body[:80]!r}")


@rule("D15", "知らない種類の電文を断る", source=f"{_PROTOCOL} §5", roles=BOTH)
def unknown(kit: Kit) -> None:
    """A kind with an edition that nobody serves: CONTRACT_UNKNOWN."""
    refused(knock(kit, contract=unknown_kind()), ErrorCode.CONTRACT_UNKNOWN)


@rule("D16", "その種類を送ってよい当事者からだけ受ける", source=f"S4, S17; {_PROTOCOL} §5", roles=BOTH)
def wrong_sender(kit: Kit) -> None:
    """The harmless read, sent by a party with good keys that may not send it: PERMISSION_DENIED."""
    refused(
        knock(
            kit, sender=parties.city(OTHER), signer=parties.city(OTHER), certificate_of=parties.city(OTHER)
        ),
        ErrorCode.PERMISSION_DENIED,
    )


@rule("D17", "種類に合わない本文を断る", source=f"{_PROTOCOL} §5", roles=BOTH)
def wrong_body(kit: Kit) -> None:
    """Bodies that are no JSON, no object, and of another type: MESSAGE_INVALID."""
    for body in (b"", b"\xff\xfe", b"[]", b'"x"', b'{"known_edition":"x","records":1}'):
        if kit.trial.role is Role.INTERMEDIARY and body.startswith(b"{"):
            continue  # StatusWanted takes any object
        refused(knock(kit, body=body), ErrorCode.MESSAGE_INVALID)


def _keyed(kit: Kit) -> Callable[[str, int], tuple[Header, bytes]]:
    """Seals a message of a kind whose answer is kept (not `fresh`), with a body that changes nothing."""

    def seal(key: str, number: int) -> tuple[Header, bytes]:
        if kit.trial.role is Role.INTERMEDIARY:
            sender, kind = parties.city(TOWN), intermediary.CODE_RELEASES.name
            nobody = intermediary.CodeRelease(f"{number:015d}", f"{number + 1:015d}")
            body = kinds.encode(intermediary.CodeReleases(records=[nobody]))
        else:
            sender, kind = parties.platform(TOWN), network.REPORTS.name
            report = network.ProvisionReport(f"none/{number}", Outcome.ANSWERED, clock.now())
            body = kinds.encode(network.ProvisionReports(records=[report]))
        return kit.seal(kit.header(sender, kind, message_key=key), body)

    return seal


@rule("D18", "再送には最初と同じ回答・同じ電文番号を返す", source=f"{_PROTOCOL} §6; facts c-9", roles=BOTH)
def replay(kit: Kit) -> None:
    """The same bytes three times, and the same key and body sealed anew: one answer, one message id."""
    seal = _keyed(kit)
    header, wire = seal(f"replay/{kit.run}", 1)
    again = kit.seal(
        msgspec.structs.replace(header, sent_at=clock.now()), wire[72 + len(envelope.canonical(header)) :]
    )
    replies = [kit.knock(header, wire) for _ in range(3)] + [kit.knock(*again)]
    expect(all(r.status == 200 and r.answer for r in replies), " / ".join(map(str, replies)))
    bodies = {r.answer.body for r in replies if r.answer}
    expect(len({r.message_id for r in replies}) == 1 and len(bodies) == 1, "回答または電文番号が変わりました")


@rule("D19", "同じキーで内容の違う電文を断る", source=f"{_PROTOCOL} §6", roles=BOTH)
def conflict(kit: Kit) -> None:
    """The same message key with another body: MESSAGE_CONFLICT."""
    seal = _keyed(kit)
    first = kit.knock(*seal(f"conflict/{kit.run}", 1))
    expect(first.status == 200, str(first))
    refused(kit.knock(*seal(f"conflict/{kit.run}", 2)), ErrorCode.MESSAGE_CONFLICT)


@rule(
    "D20", "一電文 10,000 件を超える要求を断る", source=f"{_PROTOCOL} §8; facts/linkage.md §1.6", roles=BOTH
)
def record_limit(kit: Kit) -> None:
    """10,001 records in one message: MESSAGE_INVALID, and nothing of it is done."""
    count = kinds.RECORD_LIMIT + 1
    if kit.trial.role is Role.INTERMEDIARY:
        wanted = intermediary.CodeStandingsWanted(integrated_numbers=["0" * 15] * count)
        reply = kit.send(parties.city(TOWN), intermediary.CODE_STANDINGS, wanted)
    else:
        report = network.ProvisionReport("none", Outcome.ANSWERED, clock.now())
        reports = network.ProvisionReports(records=[report] * count)
        reply = kit.send(parties.platform(TOWN), network.REPORTS, reports)
    refused(reply, ErrorCode.MESSAGE_INVALID)
