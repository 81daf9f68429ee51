"""Rules of an intermediary that inquires (Q…): what it asks the network, and which answers it believes."""

from __future__ import annotations

from uuid import uuid4

import msgspec

from todoke.contracts import intermediary, network
from todoke.contracts.information import DUTY, LOCAL_TAX, PROCEDURE, Outcome
from todoke.exchange import parties
from todoke.identifiers import municipality
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode
from todoke.sites.conformance import people
from todoke.sites.conformance.counterpart import Heard
from todoke.sites.conformance.door_rules import refused
from todoke.sites.conformance.kit import Kit
from todoke.sites.conformance.provider_rules import persons
from todoke.sites.conformance.rules import after, expect, rule
from todoke.sites.conformance.trial import OTHER, THIRD, TOWN, Role

_ROLE = (Role.INTERMEDIARY,)
_CITY = parties.city(TOWN)


def _inquiry(kit: Kit, integrated: str = "", **changes: str) -> intermediary.Inquiry:
    fields = {
        "record_id": f"q-{uuid4().hex[:16]}",
        "integrated_number": integrated or persons(kit)[1].integrated,
        "provider": municipality.organisation_code(OTHER),
        "duty": DUTY,
        "procedure": PROCEDURE,
        "information_code": LOCAL_TAX,
        "nondisclosure": "1",
    }
    return intermediary.Inquiry(**{**fields, **changes})


def _take(kit: Kit, *records: intermediary.Inquiry) -> list[str]:
    return kit.ask(_CITY, intermediary.INQUIRIES, intermediary.Inquiries(records=list(records))).refusals


def _asked(kit: Kit, record_id: str) -> tuple[network.PermitRequests, network.PermitRequest, bytes]:
    def look(message: Heard) -> tuple[network.PermitRequests, network.PermitRequest, bytes] | None:
        return next(
            ((message.body, row, message.text) for row in message.body.records if row.record_id == record_id),
            None,
        )

    return kit.hear(network.PERMITS, look)


def _result(kit: Kit, record_id: str, *but: Outcome) -> intermediary.Result:
    """The newest result of an inquiry, as soon as there is one that is none of `but`."""

    def look() -> intermediary.Result | None:
        wanted = intermediary.ResultsWanted(after=0, limit=10_000)
        found = kit.ask(_CITY, intermediary.RESULTS, wanted).records
        rows = [row for row in found if row.record_id == record_id and row.outcome not in but]
        return max(rows, key=lambda row: row.sequence, default=None)

    return kit.poll(look)


def _provide(kit: Kit, record_id: str, outcome: Outcome = Outcome.ANSWERED, **changes: object) -> int:
    items = people.items(7) if outcome is Outcome.ANSWERED else ()
    row = intermediary.Provision(kit.permits[record_id], record_id, outcome, "", items, clock.now())
    row = msgspec.structs.replace(row, **changes)
    body = intermediary.Provisions(provider=municipality.organisation_code(OTHER), records=[row])
    return kit.ask(parties.platform(OTHER), intermediary.PROVISIONS, body).count


@rule(
    "Q01",
    "照会の前に、符号と事務・手続を示してネットワークに許可証を求める",
    source="PIA III.6; S10, S2",
    roles=_ROLE,
)
def asks_permit(kit: Kit) -> None:
    """The city inquires; network.permits.v2 must carry the 符号 and the same codes, and no 統合番号."""
    record = _inquiry(kit)
    expect(_take(kit, record) == [""], "照会を受けませんでした")
    body, row, text = _asked(kit, record.record_id)
    kit.notes["inquiry"] = record.record_id
    expect(body.inquirer == municipality.organisation_code(TOWN), "照会者の機関コードが違います")
    expect(row.link_code == persons(kit)[1].code, "符号が違います")
    copied = (row.provider, row.duty, row.procedure, row.information_code, row.nondisclosure)
    wanted = (record.provider, record.duty, record.procedure, record.information_code, record.nondisclosure)
    expect(copied == wanted, "照会の内容が違います")
    expect(record.integrated_number.encode() not in text, "統合番号をネットワークに送りました")


@rule("Q02", "提供者の回答を、項目のとおりに照会者へ渡す", source="PIA III.6; S12", roles=_ROLE)
def hands_over(kit: Kit) -> None:
    """The provider answers under the permit: one record is taken, and the city's results show its items."""
    record_id = str(after("Q01", kit.notes.get("inquiry")))
    expect(_provide(kit, record_id) == 1, "回答を受けませんでした")
    result = _result(kit, record_id)
    expect((result.outcome, result.items) == (Outcome.ANSWERED, people.items(7)), result.outcome.value)


@rule(
    "Q03",
    "許可されなかった照会は、理由とともに「許可されない」と知らせる",
    source="PIA III.6; S10",
    roles=_ROLE,
)
def refusal(kit: Kit) -> None:
    """The network refuses: outcome `refused`, its reason, no items."""
    record = _inquiry(kit)
    kit.refusals[record.record_id] = "not_on_list"
    _take(kit, record)
    result = _result(kit, record.record_id)
    expect(
        (result.outcome, result.error, result.items) == (Outcome.REFUSED, "not_on_list", ()),
        result.outcome.value,
    )


@rule("Q04", "保留を知らせ、後から許可された回答を渡す", source="PIA III.6; S13", roles=_ROLE)
def held_then_answered(kit: Kit) -> None:
    """The provider holds, then answers: the results show `held` without items, then the items."""
    record = _inquiry(kit)
    _take(kit, record)
    _asked(kit, record.record_id)
    _provide(kit, record.record_id, Outcome.HELD)
    result = _result(kit, record.record_id)
    expect((result.outcome, result.items) == (Outcome.HELD, ()), result.outcome.value)
    _provide(kit, record.record_id)
    result = _result(kit, record.record_id, Outcome.HELD)
    expect((result.outcome, result.items) == (Outcome.ANSWERED, people.items(7)), result.outcome.value)


@rule("Q05", "照会した相手でない者の回答を受けない", source="S12, S17", roles=_ROLE)
def foreign_answer(kit: Kit) -> None:
    """A third party answers in its own name: none taken. It answers in the provider's name: PERMISSION_DENIED."""
    record = _inquiry(kit)
    _take(kit, record)
    _asked(kit, record.record_id)
    row = intermediary.Provision(
        kit.permits[record.record_id], record.record_id, Outcome.ANSWERED, "", people.items(8), clock.now()
    )
    third = parties.platform(THIRD)
    own = intermediary.Provisions(provider=municipality.organisation_code(THIRD), records=[row])
    expect(kit.ask(third, intermediary.PROVISIONS, own).count == 0, "照会していない者の回答を受けました")
    false = intermediary.Provisions(provider=municipality.organisation_code(OTHER), records=[row])
    refused(kit.send(third, intermediary.PROVISIONS, false), ErrorCode.PERMISSION_DENIED)


@rule("Q06", "許可証のない回答と、済んだ照会への二つ目の回答を、結果にしない", source="S10, S12", roles=_ROLE)
def without_permit(kit: Kit) -> None:
    """An answer under another permit id, then the right one, then a second one: only the right one is a result."""
    record = _inquiry(kit)
    _take(kit, record)
    _asked(kit, record.record_id)
    _provide(kit, record.record_id, permit_id=str(uuid4()), items=people.items(8))
    _provide(kit, record.record_id)
    _provide(kit, record.record_id, items=people.items(9))
    result = _result(kit, record.record_id)
    expect(
        (result.outcome, result.items) == (Outcome.ANSWERED, people.items(7)), "別の回答が結果になりました"
    )


@rule("Q07", "状態と項目の合わない回答を断る", source="docs/exchange-protocol.md §5", roles=_ROLE)
def senseless(kit: Kit) -> None:
    """`answered` without items, and `held` with items: RECORD_INVALID."""
    record = _inquiry(kit)
    _take(kit, record)
    _asked(kit, record.record_id)
    for outcome, items in ((Outcome.ANSWERED, ()), (Outcome.HELD, people.items(7))):
        row = intermediary.Provision(
            kit.permits[record.record_id], record.record_id, outcome, "", items, clock.now()
        )
        body = intermediary.Provisions(provider=municipality.organisation_code(OTHER), records=[row])
        refused(kit.send(parties.platform(OTHER), intermediary.PROVISIONS, body), ErrorCode.RECORD_INVALID)


@rule("Q08", "符号のない人と、使った照会番号の照会を、その場で断る", source="S2, S10", roles=_ROLE)
def at_once(kit: Kit) -> None:
    """A person without 符号: `no_link_code`. A record id twice: `duplicate_record`."""
    record = _inquiry(kit)
    words = _take(kit, record, msgspec.structs.replace(record), _inquiry(kit, people.integrated()))
    expect(words == ["", "duplicate_record", "no_link_code"], f"{words}")
