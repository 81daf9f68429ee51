"""Rules of a network (N…): its list, 符号, permits, routing, its own records."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any
from uuid import uuid4

import msgspec

from todoke.contracts import intermediary, network
from todoke.contracts.information import DUTY, LOCAL_TAX, PROCEDURE, Outcome
from todoke.contracts.permits import DOMAIN, LIST_DOMAIN, REVOCATION_DOMAIN, ProvisionPermit
from todoke.exchange import kinds, parties
from todoke.identifiers import municipality
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites.conformance import people
from todoke.sites.conformance.broken import BrokenError
from todoke.sites.conformance.counterpart import Heard
from todoke.sites.conformance.door_rules import refused
from todoke.sites.conformance.kit import UNLISTED_DUTY, Kit, Reply
from todoke.sites.conformance.rules import after, expect, rule
from todoke.sites.conformance.trial import OTHER, THIRD, TOWN, Role

_ROLE = (Role.NETWORK,)
_ASKER, _PROVIDER = parties.platform(TOWN), parties.platform(OTHER)
_ORGANISATION = {town: municipality.organisation_code(town) for town in (TOWN, OTHER, THIRD)}


def _acquire(kit: Kit, town: str, numbers: list[str], organisation: str = "") -> tuple[list[str], Reply]:
    acquisitions = [uuid4().hex[:20] for _ in numbers]
    records = [network.JukiAcquisition(*pair) for pair in zip(acquisitions, numbers, strict=True)]
    body = network.JukiAcquisitions(organisation=organisation or _ORGANISATION[town], records=records)
    return acquisitions, kit.send(parties.city(town), network.ACQUIRE, body)


def _code(kit: Kit, town: str, acquisition: str) -> str:
    def look(message: Heard) -> str | None:
        mine = message.receiver == parties.platform(town)
        rows = message.body.records if mine else []
        return next((row.link_code for row in rows if row.acquisition_number == acquisition), None)

    return kit.hear(intermediary.LINK_CODES, look)


def _codes(kit: Kit) -> dict[str, str]:
    found: dict[str, str] | None = kit.notes.get("codes")
    return after("N02", found)


@rule("N01", "照会許可照会リストを、署名と有効期限を付けて配る", source="PIA III.6; S11", roles=_ROLE)
def list_signed(kit: Kit) -> None:
    """The list is signed by the network over its domain, is valid for at least a day, and names the trial's duty."""
    got = kit.ask(_ASKER, network.PERMISSION_LIST, network.ListRequest(known_edition=0))
    entry = kit.ring.directory.entry(parties.NETWORK)
    expect(entry.signed(LIST_DOMAIN + got.body, got.signature), "署名が一致しません")
    try:
        issued = kinds.decode(network.PermissionList, got.body)
    except TodokeError as error:
        raise BrokenError("リストを読めません") from error
    expect(issued.valid_until > clock.now() + timedelta(days=1), "有効期限が一日より短いか、切れています")
    expect(any(row.duty == DUTY for row in issued.entries), f"試験の事務 {DUTY} がリストにありません")


@rule(
    "N02", "符号を機関ごとに作り、その機関の中間サーバーにだけ届ける", source="番号法21条の2; S2", roles=_ROLE
)
def codes(kit: Kit) -> None:
    """Two cities acquire 符号 for one person: each platform gets its own, they differ, no city sees one."""
    made: dict[str, str] = {}
    for town in (TOWN, OTHER):
        (acquisition,), reply = _acquire(kit, town, [people.individual(1)])
        expect(reply.status == 200 and not reply.code, str(reply))
        made[town] = _code(kit, town, acquisition)
        expect(made[town].encode() not in reply.raw, "符号を既存システムに渡しました")
    expect(made[TOWN] != made[OTHER], "二つの機関に同じ符号を作りました")
    kit.notes["codes"] = made


@rule("N03", "検査数字の誤った番号と登録のない番号を、一件ずつ断る", source="S3", roles=_ROLE)
def bad_numbers(kit: Kit) -> None:
    """A wrong check digit and an unregistered number beside a good one: one word each, in order."""
    good, unknown = people.individual(2), people.individual(people.REGISTERED + 1)
    wrong = good[:-1] + str((int(good[-1]) + 1) % 10)
    _, reply = _acquire(kit, TOWN, [good, wrong, unknown])
    words = (
        kinds.decode(network.JukiReceipts, reply.answer.body).refusals
        if reply.answer and not reply.code
        else []
    )
    expect(words == ["", "check_digit", "unknown_number"], f"{words or reply}")


@rule("N04", "他の機関の名で求める符号を断る", source="S4, S17", roles=_ROLE)
def other_organisation(kit: Kit) -> None:
    """A city acquires for another organisation: PERMISSION_DENIED."""
    _, reply = _acquire(kit, TOWN, [people.individual(1)], _ORGANISATION[OTHER])
    refused(reply, ErrorCode.PERMISSION_DENIED)


def _request(kit: Kit, **changes: str) -> network.PermitRequest:
    fields: dict[str, Any] = {
        "record_id": f"n-{uuid4().hex[:16]}",
        "link_code": _codes(kit)[TOWN],
        "provider": _ORGANISATION[OTHER],
        "duty": DUTY,
        "procedure": PROCEDURE,
        "information_code": LOCAL_TAX,
        "nondisclosure": "1",
        "requested_at": clock.now(),
    }
    return network.PermitRequest(**{**fields, **changes})


def _permits(kit: Kit, *records: network.PermitRequest) -> list[network.PermitAnswer]:
    body = network.PermitRequests(inquirer=_ORGANISATION[TOWN], records=list(records))
    return kit.ask(_ASKER, network.PERMITS, body).records


def _brought(kit: Kit, permit_id: str) -> tuple[str, intermediary.ProvisionRequest, ProvisionPermit]:
    """Who got the permit, the request around it, and the permit."""

    def look(message: Heard) -> tuple[str, intermediary.ProvisionRequest, ProvisionPermit] | None:
        for row in message.body.records:
            permit = msgspec.json.decode(row.permit, type=ProvisionPermit)
            if permit.permit_id == permit_id:
                return message.receiver, row, permit
        return None

    return kit.hear(intermediary.PROVISION_REQUESTS, look)


@rule(
    "N05",
    "許可証に署名し、当事者・事務・経路・期限に結び付けて、提供者にだけ送る",
    source="PIA III.6; S10, S12",
    roles=_ROLE,
)
def permit(kit: Kit) -> None:
    """Signature over the permit's domain; every field equals the request; route is the inquirer's; it expires."""
    request = _request(kit)
    (answer,) = _permits(kit, request)
    expect(bool(answer.permit_id) and not answer.refusal, f"断りました: {answer.refusal}")
    to, row, permit = _brought(kit, answer.permit_id)
    expect(to == _PROVIDER, f"{to} に送りました")
    entry = kit.ring.directory.entry(parties.NETWORK)
    expect(entry.signed(DOMAIN + row.permit, row.signature), "許可証の署名が一致しません")
    wanted = (request.record_id, request.provider, request.duty, request.procedure, request.information_code)
    told = (permit.record_id, permit.provider, permit.duty, permit.procedure, permit.information_code)
    expect(told == wanted, "許可証の内容が要求と違います")
    expect(permit.inquirer == _ORGANISATION[TOWN], "照会者が違います")
    expect(permit.route == _ASKER, f"経路が {permit.route} です")
    expect(permit.instance == kit.ring.directory.instance, "別の環境の許可証です")
    expect(clock.now() < permit.expires_at <= clock.now() + timedelta(days=31), "期限がないか、長すぎます")
    expect(bool(permit.nonce), "nonce がありません")
    kit.notes["permit"] = answer.permit_id


@rule(
    "N06",
    "照会者の符号を提供者の符号に変換し、許可証に結び付け、照会者には知らせない",
    source="S2; 番号法21条の2",
    roles=_ROLE,
)
def conversion(kit: Kit) -> None:
    """The provider's 符号 equals the one it acquired itself; its hash is in the permit; the inquirer never sees it."""
    request = _request(kit)
    (answer,) = _permits(kit, request)
    seen = kit.replies[-1]
    _, row, permit = _brought(kit, answer.permit_id)
    expect(row.link_code == _codes(kit)[OTHER], "提供者の符号ではありません")
    expect(
        permit.link_code_sha256 == hashlib.sha256(row.link_code.encode()).hexdigest(),
        "符号に結び付いていません",
    )
    expect(row.link_code.encode() not in seen.raw, "提供者の符号を照会者に渡しました")


def _judged(number: str, sentence: str, how: str, reason: str, **changes: str) -> None:
    def check(kit: Kit) -> None:
        values = {n: _codes(kit)[OTHER] if v == "other code" else v for n, v in changes.items()}
        bad, good = _request(kit, **values), _request(kit)
        refusals = [answer.refusal for answer in _permits(kit, bad, good)]
        expect(refusals == [reason, ""], f"{refusals}")

    check.__doc__ = f"{how}, beside a good request: `{reason}` and a permit."
    rule(number, sentence, source="PIA III.6; S10", roles=_ROLE)(check)


_judged(
    "N07",
    "リストにない照会に許可証を出さない",
    "A duty that no list names",
    "not_on_list",
    duty=UNLISTED_DUTY,
)
_judged("N08", "接続していない提供者への許可証を出さない", "A provider that is not connected", "unknown_provider", provider=municipality.organisation_code("01202"))  # fmt: skip
_judged("N09", "照会者のものでない符号を断る", "The provider's 符号 in the inquirer's place", "unknown_code", link_code="other code")  # fmt: skip


@rule("N10", "同じ照会番号に二つの許可証を出さない", source="S10", roles=_ROLE)
def duplicate(kit: Kit) -> None:
    """A record id twice in one message and again in another: `duplicate_record`."""
    request = _request(kit)
    refusals = [answer.refusal for answer in (*_permits(kit, request, request), *_permits(kit, request))]
    expect(refusals == ["", "duplicate_record", "duplicate_record"], f"{refusals}")


@rule("N11", "他の機関の名で求める許可証を断る", source="S4, S17", roles=_ROLE)
def other_inquirer(kit: Kit) -> None:
    """A platform asks in another inquirer's name: PERMISSION_DENIED."""
    body = network.PermitRequests(inquirer=_ORGANISATION[TOWN], records=[_request(kit)])
    refused(kit.send(parties.platform(THIRD), network.PERMITS, body), ErrorCode.PERMISSION_DENIED)


def _report(kit: Kit, sender: str, permit_id: str, outcome: Outcome) -> int:
    row = network.ProvisionReport(permit_id, outcome, clock.now())
    return kit.ask(sender, network.REPORTS, network.ProvisionReports(records=[row])).count


@rule("N12", "提供の記録は、その提供者の知らせからだけ作る", source="番号法23条; S15", roles=_ROLE)
def reports(kit: Kit) -> None:
    """Reports of the inquirer and of a third party count nothing; the provider's counts once."""
    (answer,) = _permits(kit, _request(kit))
    others = [
        _report(kit, who, answer.permit_id, Outcome.ANSWERED) for who in (_ASKER, parties.platform(THIRD))
    ]
    own = _report(kit, _PROVIDER, answer.permit_id, Outcome.ANSWERED)
    expect((others, own) == ([0, 0], 1), f"他者 {others}、提供者 {own}")


@rule("N13", "済んだ記録を書き換えない", source="番号法23条; S15", roles=_ROLE)
def settled(kit: Kit) -> None:
    """held → answered is taken; answered → refused, and back to held, are not."""
    (answer,) = _permits(kit, _request(kit))
    steps = (Outcome.HELD, Outcome.ANSWERED, Outcome.REFUSED, Outcome.HELD)
    counts = [_report(kit, _PROVIDER, answer.permit_id, outcome) for outcome in steps]
    expect(counts == [1, 1, 0, 0], f"{counts}")


@rule("N14", "緊急失効の一覧を、署名と短い有効期限を付けて配る", source="PIA III.6; S11", roles=_ROLE)
def revocations_signed(kit: Kit) -> None:
    """What is revoked is signed by the network over its domain, is good now and for a day at most."""
    got = kit.ask(_ASKER, network.REVOCATIONS, network.RevocationsRequest(known_edition=0))
    entry = kit.ring.directory.entry(parties.NETWORK)
    expect(entry.signed(REVOCATION_DOMAIN + got.body, got.signature), "署名が一致しません")
    try:
        issued = kinds.decode(network.Revocations, got.body)
    except TodokeError as error:
        raise BrokenError("一覧を読めません") from error
    now = clock.now()
    expect(
        now < issued.valid_until < now + timedelta(days=1), f"有効期限が {issued.valid_until:%Y-%m-%d %H:%M}"
    )
