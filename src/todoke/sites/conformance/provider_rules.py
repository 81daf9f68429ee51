"""Rules of an intermediary that provides (P…): permits, its own list, 自動応答不可, records (S10–S15)."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import uuid4

import msgspec

from todoke.contracts import intermediary, network
from todoke.contracts.information import DUTY, LOCAL_TAX, PROCEDURE, Outcome
from todoke.contracts.permits import DOMAIN, ProvisionPermit
from todoke.exchange import parties
from todoke.identifiers import municipality
from todoke.kernel import clock
from todoke.sites.conformance import people
from todoke.sites.conformance.kit import ENDED_DUTY, UNLISTED_DUTY, Kit
from todoke.sites.conformance.rules import after, expect, rule
from todoke.sites.conformance.trial import OTHER, THIRD, TOWN, Role

_ROLE = (Role.INTERMEDIARY,)
_CITY, _NETWORK = parties.city(TOWN), parties.NETWORK
QUIET: Final = 1.0
"""Seconds in which an answer that must not come would have come: a permitted one is awaited first."""


@dataclass(frozen=True)
class Person:
    """One invented person, known to the server under trial by 統合番号 and 符号."""

    place: int
    integrated: str
    code: str


def persons(kit: Kit) -> list[Person]:
    """1, 2 with copies, 3 with 自動応答不可, 4 without a copy; P02 and P03 make them."""
    found: list[Person] | None = kit.notes.get("persons")
    return after("P02 と P03", found)


@rule(
    "P01",
    "照会許可照会リストをネットワークから取得し、署名を確かめて写しを持つ",
    source="PIA III.6; S11",
    roles=_ROLE,
)
def takes_list(kit: Kit) -> None:
    """The operator renews the copy; the server must ask network.permission_list.v1 for it."""
    kit.offer_list(kit.signed_list)


@rule(
    "P02", "統合番号に取得番号を出し、届いた符号を一度だけ結び付ける", source="番号法21条の2; S2", roles=_ROLE
)
def codes(kit: Kit) -> None:
    """The city asks for 取得番号, the network brings the 符号: standings become `acquired`; a 符号 is taken once."""
    numbers = [people.integrated() for _ in range(4)]
    wanted = intermediary.CodeWanted(integrated_numbers=numbers)
    got = kit.ask(_CITY, intermediary.ACQUISITIONS, wanted).acquisition_numbers
    expect(len(set(got)) == 4 and all(got), "取得番号が四人分ありません")
    made = [people.link_code() for _ in got]
    notices = [intermediary.LinkCodeNotice(*pair) for pair in zip(got, made, strict=True)]
    brought = intermediary.LinkCodes(records=notices)
    counts = [kit.ask(_NETWORK, intermediary.LINK_CODES, brought).count for _ in range(2)]
    expect(counts == [4, 0], f"受け取った件数 {counts}")
    asked = intermediary.CodeStandingsWanted(integrated_numbers=numbers)
    standings = kit.ask(_CITY, intermediary.CODE_STANDINGS, asked).standings
    expect(set(standings) == {intermediary.CodeStanding.ACQUIRED}, f"{standings}")
    again = kit.send(_CITY, intermediary.ACQUISITIONS, wanted)
    told = again.answer.body if again.answer else b""
    expect(not any(code.encode() in told for code in made), "符号を既存システムに渡しました")
    kit.notes["made"] = [Person(n, *pair) for n, pair in enumerate(zip(numbers, made, strict=True), start=1)]


@rule("P03", "副本を登録し、件数を返す", source="PIA III.6; S19", roles=_ROLE)
def replicas(kit: Kit) -> None:
    """Three copies (one with 自動応答不可) are registered, then sent again: 3 registered, then 0."""
    noted: list[Person] | None = kit.notes.get("made")
    made = after("P02", noted)
    copies = [people.replica(p.integrated, p.place, flagged=p.place == 3) for p in made[:3]]
    taken = [_register(kit, copies).registered for _ in range(2)]
    expect(taken == [3, 0], f"登録 {taken}")
    kit.notes["persons"] = made


def _register(kit: Kit, copies: list[intermediary.ReplicaRecord]) -> intermediary.ReplicasTaken:
    body = intermediary.Replicas(information_code=LOCAL_TAX, fiscal_year=2021, records=copies)
    return kit.ask(_CITY, intermediary.REPLICAS, body)


def permit(kit: Kit, person: Person, **changes: object) -> ProvisionPermit:
    """What the kit's network allows OTHER to ask of the server under trial."""
    now = clock.now()
    fields: dict[str, object] = {
        "permit_id": str(uuid4()),
        "instance": kit.ring.directory.instance,
        "inquirer": municipality.organisation_code(OTHER),
        "provider": municipality.organisation_code(TOWN),
        "duty": DUTY,
        "procedure": PROCEDURE,
        "information_code": LOCAL_TAX,
        "link_code_sha256": hashlib.sha256(person.code.encode()).hexdigest(),
        "record_id": f"c-{uuid4().hex[:16]}",
        "route": parties.platform(OTHER),
        "nonce": uuid4().hex,
        "list_edition": 1,
        "requested_at": now,
        "issued_at": now,
        "expires_at": now + timedelta(hours=1),
    }
    return ProvisionPermit(**{**fields, **changes})  # type: ignore[arg-type]


def signed(
    kit: Kit, body: ProvisionPermit, person: Person, *, signer: str = _NETWORK
) -> intermediary.ProvisionRequest:
    """The permit with its signature and the provider's 符号."""
    encoded = body.encode()
    return intermediary.ProvisionRequest(
        encoded, kit.ring.signing_key(signer).sign(DOMAIN + encoded), person.code
    )


def bring(kit: Kit, *requests: intermediary.ProvisionRequest) -> int:
    """How many the provider took."""
    body = intermediary.ProvisionRequests(records=list(requests))
    return kit.ask(_NETWORK, intermediary.PROVISION_REQUESTS, body).count


def provided(kit: Kit, permit_id: str) -> tuple[str, intermediary.Provision]:
    """The party that got the answer under this permit, and the answer."""
    return kit.hear(
        intermediary.PROVISIONS,
        lambda m: next(((m.receiver, row) for row in m.body.records if row.permit_id == permit_id), None),
    )


def reported(kit: Kit, permit_id: str) -> network.ProvisionReport:
    """What the provider told the network of this permit."""
    found: network.ProvisionReport = kit.hear(
        network.REPORTS, lambda m: next((row for row in m.body.records if row.permit_id == permit_id), None)
    )
    return found


def answers(kit: Kit, permit_id: str) -> int:
    """How often the server answered under this permit."""
    sent = kit.counterpart.of(intermediary.PROVISIONS)
    return sum(row.permit_id == permit_id for message in sent for row in message.body.records)


@rule("P04", "許可証の経路に沿ってだけ、副本のとおりに回答する", source="PIA III.6; S10, S12", roles=_ROLE)
def good_permit(kit: Kit) -> None:
    """A good permit: `answered`, the sixteen items of the copy in order, to the route's party only."""
    person = persons(kit)[0]
    body = permit(kit, person)
    expect(bring(kit, signed(kit, body, person)) == 1, "正しい許可証を受けませんでした")
    to, answer = provided(kit, body.permit_id)
    expect(to == body.route, f"{to} に送りました")
    expect(answer.record_id == body.record_id, "照会の番号が違います")
    same = (answer.outcome, answer.items) == (Outcome.ANSWERED, people.items(person.place))
    expect(same, f"{answer.outcome.value} で、項目が副本と違います")
    kit.notes["served"] = body.permit_id


@rule(
    "P05",
    "回答した相手とネットワークに同じ結果を知らせる（三者の記録の一致）",
    source="番号法23条; S15",
    roles=_ROLE,
)
def records_agree(kit: Kit) -> None:
    """Outcome and time in the report to the network equal those in the answer to the inquirer."""
    served = str(after("P04", kit.notes.get("served")))
    answer, report = provided(kit, served)[1], reported(kit, served)
    same = (answer.outcome, answer.provided_at) == (report.outcome, report.provided_at)
    expect(same, f"照会者に {answer.outcome.value}、ネットワークに {report.outcome.value}")


def _dropped(
    number: str, sentence: str, how: str, spoil: Callable[[Kit, Person], intermediary.ProvisionRequest]
) -> None:
    def check(kit: Kit) -> None:
        person = persons(kit)[1]
        bad, good = spoil(kit, person), permit(kit, person)
        count = bring(kit, bad, signed(kit, good, person))
        provided(kit, good.permit_id)
        spoiled = msgspec.json.decode(bad.permit)["permit_id"]
        expect(count == 1, f"{count} 件を受けました")
        expect(answers(kit, spoiled) == 0, "回答しました")

    check.__doc__ = f"{how}, beside a good one: 1 taken, nobody is answered for the bad one."
    rule(number, sentence, source="PIA III.6; S10, S12", roles=_ROLE)(check)


def _forged(kit: Kit, person: Person) -> intermediary.ProvisionRequest:
    return signed(kit, permit(kit, person), person, signer=parties.platform(OTHER))


def _spoiled(**changes: object) -> Callable[[Kit, Person], intermediary.ProvisionRequest]:
    return lambda kit, person: signed(kit, permit(kit, person, **changes), person)


_dropped("P06", "ネットワークの署名でない許可証を捨てる", "A permit signed by another listed party", _forged)
_dropped(
    "P07", "別の環境の許可証を捨てる", "A genuine permit of another instance", _spoiled(instance="another")
)
_dropped(
    "P08", "他の提供者あての許可証を捨てる", "A genuine permit for another provider",
    _spoiled(provider=municipality.organisation_code(THIRD)),
)  # fmt: skip
_dropped(
    "P09", "照会者のものでない経路の許可証を捨てる", "A genuine permit whose route is not its inquirer's",
    _spoiled(route=parties.platform(THIRD)),
)  # fmt: skip


@rule("P10", "許可証は一度しか使えない", source="PIA III.6; S10", roles=_ROLE)
def used_twice(kit: Kit) -> None:
    """The same permit twice in one message, then again in another: 1 and 0 taken, one answer."""
    person = persons(kit)[1]
    once = permit(kit, person)
    request = signed(kit, once, person)
    counts = [bring(kit, request, request), bring(kit, request)]
    provided(kit, once.permit_id)
    marker = permit(kit, person)
    bring(kit, signed(kit, marker, person))
    provided(kit, marker.permit_id)
    time.sleep(QUIET)
    given = answers(kit, once.permit_id)
    expect((counts, given) == ([1, 0], 1), f"受けた件数 {counts}、回答 {given} 回")


def _refused(
    number: str,
    sentence: str,
    *,
    how: str,
    reason: str,
    source: str,
    make: Callable[[Kit, Person], tuple[str, intermediary.ProvisionRequest]],
) -> None:
    def check(kit: Kit) -> None:
        permit_id, request = make(kit, persons(kit)[0])
        bring(kit, request)
        answer = provided(kit, permit_id)[1]
        right = (answer.outcome, answer.error, answer.items) == (Outcome.REFUSED, reason, ())
        expect(right, f"{answer.outcome.value} {answer.error}、項目 {len(answer.items)} 件")

    check.__doc__ = f"{how}: outcome `refused`, error `{reason}`, no items."
    rule(number, sentence, source=source, roles=_ROLE)(check)


def _with(**changes: object) -> Callable[[Kit, Person], tuple[str, intermediary.ProvisionRequest]]:
    def make(kit: Kit, person: Person) -> tuple[str, intermediary.ProvisionRequest]:
        body = permit(kit, person, **changes)
        return body.permit_id, signed(kit, body, person)

    return make


def _expired(kit: Kit, person: Person) -> tuple[str, intermediary.ProvisionRequest]:
    old = clock.now() - timedelta(days=2)
    return _with(issued_at=old, requested_at=old, expires_at=old + timedelta(days=1))(kit, person)


def _swapped(kit: Kit, person: Person) -> tuple[str, intermediary.ProvisionRequest]:
    body = permit(kit, person)
    return body.permit_id, signed(kit, body, persons(kit)[1])


_refused(
    "P11",
    "期限の切れた許可証では提供しない",
    how="A genuine permit that expired yesterday",
    reason="permit_expired",
    source="PIA III.6; S10",
    make=_expired,
)
_refused(
    "P12",
    "許可証が結び付けていない符号の人を提供しない",
    how="A genuine permit with another person's 符号",
    reason="code_not_bound",
    source="PIA III.6; S10",
    make=_swapped,
)
_refused(
    "P13",
    "署名が正しくても、自分の照会許可照会リストにない照会には提供しない",
    how="A genuine permit for a duty that the own copy does not name",
    reason="not_on_list",
    source="PIA III.6; S11",
    make=_with(duty=UNLISTED_DUTY),
)
_refused(
    "P14",
    "リストの行は有効な期間にだけ許す",
    how="A genuine permit for a duty whose row ended yesterday",
    reason="not_on_list",
    source="PIA III.6; S11",
    make=_with(duty=ENDED_DUTY),
)


@rule("P15", "自動応答不可の人には自動で回答せず、保留を知らせる", source="PIA III.6; S13", roles=_ROLE)
def held(kit: Kit) -> None:
    """A good permit for a flagged person: outcome `held`, no items, and no other answer follows by itself."""
    _held(kit, persons(kit)[2])


def _held(kit: Kit, person: Person) -> None:
    body = permit(kit, person)
    bring(kit, signed(kit, body, person))
    answer = provided(kit, body.permit_id)[1]
    expect(
        (answer.outcome, answer.items) == (Outcome.HELD, ()),
        f"{answer.outcome.value}、項目 {len(answer.items)} 件",
    )
    report = reported(kit, body.permit_id)
    expect(report.outcome is Outcome.HELD, f"ネットワークに {report.outcome.value}")
    time.sleep(QUIET)
    expect(answers(kit, body.permit_id) == 1, "保留のあと、職員の許可なく回答しました")


@rule("P16", "副本の後で立てた自動応答不可も、次の照会から効く", source="PIA III.6; S13", roles=_ROLE)
def flagged_later(kit: Kit) -> None:
    """The copy of an answered person is sent again with the flag: the next permit is held."""
    person = persons(kit)[0]
    _register(kit, [people.replica(person.integrated, person.place, flagged=True)])
    _held(kit, person)


@rule("P17", "副本のない人には該当なしと答える", source="PIA III.6; S12", roles=_ROLE)
def nobody(kit: Kit) -> None:
    """A person with a 符号 but no copy, and an unknown 符号: outcome `no_record`, no items."""
    for person in (persons(kit)[3], Person(0, "", people.link_code())):
        body = permit(kit, person)
        bring(kit, signed(kit, body, person))
        answer = provided(kit, body.permit_id)[1]
        expect((answer.outcome, answer.items) == (Outcome.NO_RECORD, ()), answer.outcome.value)


@rule("P18", "偽の署名のリストと、古い版のリストを受け入れない", source="PIA III.6; S11", roles=_ROLE)
def bad_lists(kit: Kit) -> None:
    """A newer list signed by another party that allows nothing, then an older one: the copy in force stays."""
    kept, person = kit.signed_list, persons(kit)[1]
    edition = msgspec.json.decode(msgspec.json.decode(kept, type=network.SignedList).body)["edition"]
    forged = kit.sign_list(kit.list_of(edition + 1, []), signer=parties.platform(OTHER))
    older = kit.sign_list(kit.list_of(edition - 1, []))
    for name, signed_list in (("偽の署名", forged), ("古い版", older)):
        kit.offer_list(signed_list)
        time.sleep(0 if kit.operated else QUIET)
        body = permit(kit, person)
        bring(kit, signed(kit, body, person))
        outcome = provided(kit, body.permit_id)[1].outcome
        expect(outcome is Outcome.ANSWERED, f"{name}のリストを受け入れました（{outcome.value}）")
    kit.signed_list = kept
