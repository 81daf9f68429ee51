"""The only door into 自治体中間サーバー: its messages, each from the senders it may come from."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec

from todoke.access import parties as actors
from todoke.access.permissions import Permission, require
from todoke.contracts import holding, intermediary, network, nondisclosure
from todoke.exchange import parties
from todoke.exchange.handlers import before_sending, handles, on_answer, on_refusal
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.intermediary import needs, queries
from todoke.systems.intermediary.actions import digest_replicas, receive_results
from todoke.systems.intermediary.actions.disclose_held import disclose_held
from todoke.systems.intermediary.actions.hand_over_results import hand_over_results
from todoke.systems.intermediary.actions.hold_back import hold_back
from todoke.systems.intermediary.actions.look_up_permission import look_up_permission
from todoke.systems.intermediary.actions.note_nondisclosures import note_nondisclosures
from todoke.systems.intermediary.actions.provide import provide
from todoke.systems.intermediary.actions.register_replicas import register_replicas
from todoke.systems.intermediary.actions.release_codes import release_codes
from todoke.systems.intermediary.actions.report_codes import report_codes
from todoke.systems.intermediary.actions.request_codes import request_codes
from todoke.systems.intermediary.actions.store_codes import store_codes
from todoke.systems.intermediary.actions.take_inquiries import take_inquiries

Q = TypeVar("Q", bound=msgspec.Struct)
A = TypeVar("A", bound=msgspec.Struct)


def _own_city(alias: str, sender: str) -> bool:
    return sender == parties.city(needs.municipality_of(alias))


def _network(_alias: str, sender: str) -> bool:
    return sender == parties.NETWORK


def _other_platform(alias: str, sender: str) -> bool:
    return sender.startswith("platform:") and sender != needs.party_of(alias)


def _while_open(handler: Callable[[str, str, Q], A]) -> Callable[[str, str, Q], A]:
    """Nothing is taken outside the service hours and in a planned pause: whoever sends goes on by itself later."""

    def guarded(alias: str, sender: str, body: Q) -> A:
        state = queries.service_state(alias)
        if state is not intermediary.ServiceState.RUNNING:
            raise TodokeError(ErrorCode.SERVICE_CLOSED, what=needs.party_of(alias), reason=state.value)
        return handler(alias, sender, body)

    return guarded


@handles(intermediary.STATUS, senders=_own_city)
def status(alias: str, sender: str, _body: intermediary.StatusWanted) -> intermediary.ServiceStatus:
    """稼働状況, also while nothing else is taken. It names nobody, and is not logged: it is asked all the time."""
    require(actors.actor(sender), Permission.INTERMEDIARY_COLLECT)
    return queries.service_status(alias)


@handles(intermediary.CODE_STANDINGS, senders=_own_city)
@_while_open
def code_standings(
    alias: str, sender: str, body: intermediary.CodeStandingsWanted
) -> intermediary.CodeStandings:
    """How far the acquisition of each 符号 came."""
    return report_codes(alias=alias, body=body, by=actors.actor(sender))


@handles(intermediary.ACQUISITIONS, senders=_own_city)
@_while_open
def acquisitions(alias: str, sender: str, body: intermediary.CodeWanted) -> intermediary.CodeStates:
    """取得番号 for 統合番号 without 符号."""
    return request_codes(alias=alias, body=body, by=actors.actor(sender))


@handles(intermediary.CODE_RELEASES, senders=_own_city)
@_while_open
def code_releases(alias: str, sender: str, body: intermediary.CodeReleases) -> network.Received:
    """符号の終了 of 統合番号 that have lost their person."""
    return release_codes(alias=alias, body=body, by=actors.actor(sender))


@handles(intermediary.LINK_CODES, senders=_network)
@_while_open
def link_codes(alias: str, sender: str, body: intermediary.LinkCodes) -> network.Received:
    """符号 from the network."""
    return store_codes(alias=alias, body=body, by=actors.actor(sender))


@handles(intermediary.REPLICAS, senders=_own_city)
@_while_open
def replicas(alias: str, sender: str, body: intermediary.Replicas) -> intermediary.ReplicasTaken:
    """副本の登録・訂正・削除."""
    return register_replicas(alias=alias, body=body, by=actors.actor(sender))


@handles(intermediary.REPLICA_TOTALS, senders=_own_city)
def replica_totals(
    alias: str, sender: str, body: intermediary.ReplicaTotalsWanted
) -> intermediary.ReplicaBuckets:
    """副本の照合: per 年度."""
    return digest_replicas.replica_totals(alias=alias, body=body, by=actors.actor(sender))


@handles(intermediary.REPLICA_BUCKETS, senders=_own_city)
def replica_buckets(
    alias: str, sender: str, body: intermediary.ReplicaBucketsWanted
) -> intermediary.ReplicaBuckets:
    """副本の照合: below buckets that differ."""
    return digest_replicas.replica_buckets(alias=alias, body=body, by=actors.actor(sender))


@handles(intermediary.REPLICA_DIGESTS, senders=_own_city)
def replica_digests(
    alias: str, sender: str, body: intermediary.ReplicaDigestsWanted
) -> intermediary.ReplicaDigests:
    """副本の照合: person by person."""
    return digest_replicas.replica_digests_of(alias=alias, body=body, by=actors.actor(sender))


@handles(holding.HELD, senders=_own_city)
@_while_open
def held(alias: str, sender: str, body: holding.HeldWanted) -> holding.HeldTold:
    """保有個人情報の開示: what is held on one person of the city."""
    return disclose_held(alias=alias, body=body, by=actors.actor(sender))


@handles(intermediary.PERMITTED, senders=_own_city)
def permitted(alias: str, sender: str, body: intermediary.PermittedWanted) -> intermediary.Permitted:
    """照会許可照会リストの確認."""
    return look_up_permission(alias=alias, body=body, by=actors.actor(sender))


@handles(intermediary.INQUIRIES, senders=_own_city)
@_while_open
def inquiries(alias: str, sender: str, body: intermediary.Inquiries) -> intermediary.InquiryReceipts:
    """情報照会内容登録."""
    return take_inquiries(alias=alias, body=body, by=actors.actor(sender))


@handles(intermediary.RESULTS, senders=_own_city)
@_while_open
def results(alias: str, sender: str, body: intermediary.ResultsWanted) -> intermediary.Results:
    """情報照会結果取得要求."""
    return hand_over_results(alias=alias, body=body, by=actors.actor(sender))


@handles(intermediary.PROVISION_REQUESTS, senders=_network)
@_while_open
def provision_requests(alias: str, sender: str, body: intermediary.ProvisionRequests) -> network.Received:
    """情報提供の要求 with permits."""
    return provide(alias=alias, body=body, by=actors.actor(sender))


@handles(intermediary.PROVISIONS, senders=_other_platform)
@_while_open
def provisions(alias: str, sender: str, body: intermediary.Provisions) -> network.Received:
    """情報提供 from the provider."""
    return receive_results.take_provisions(alias=alias, body=body, by=actors.actor(sender))


@handles(nondisclosure.TO_PLATFORM, senders=_network)
@_while_open
def nondisclosures(alias: str, sender: str, body: nondisclosure.Nondisclosures) -> network.Received:
    """不開示 that the other party judged."""
    return note_nondisclosures(alias=alias, body=body, by=actors.actor(sender))


@on_answer(network.PERMITS)
def permits_answered(
    alias: str, _key: str, body: network.PermitRequests, answer: network.PermitAnswers
) -> None:
    """Permits, or refusals, of our own inquiries."""
    by = actors.actor(parties.NETWORK)
    receive_results.take_permits(alias=alias, body=body, answer=answer, by=by)


@on_refusal(network.PERMITS)
def permits_refused(alias: str, _key: str, body: network.PermitRequests, error_code: str) -> None:
    """The network refused the message as a whole."""
    by = actors.actor(parties.NETWORK)
    receive_results.refuse_permits(alias=alias, body=body, error_code=error_code, by=by)


@before_sending(intermediary.PROVISIONS)
def provisions_leaving(alias: str, body: intermediary.Provisions) -> intermediary.Provisions | None:
    """Who is protected by now is held back."""
    return hold_back(alias=alias, body=body, by=actors.actor(parties.NETWORK))


@on_answer(intermediary.PROVISIONS)
def provisions_arrived(alias: str, key: str, body: intermediary.Provisions, answer: network.Received) -> None:
    """The inquirer has our answers: the network is told. Fewer taken than sent is worth a line in the log."""
    needs.report(alias, body)
    if answer.count != len(body.records):
        subject = f"{key} {answer.count}/{len(body.records)}"
        record(
            alias,
            by=actors.actor(needs.party_of(alias)),
            verb="intermediary:provision:untaken",
            subject=subject,
        )


@on_refusal(intermediary.PROVISIONS)
def provisions_refused(alias: str, key: str, body: intermediary.Provisions, error_code: str) -> None:
    """The inquirer's platform refused our answers for good; the network is told what we said."""
    needs.report(alias, body)
    subject, count = f"{key} {error_code}", len(body.records)
    record(
        alias,
        by=actors.actor(needs.party_of(alias)),
        verb="intermediary:provision:refused",
        subject=subject,
        persons=count,
    )


@on_answer(network.REPORTS)
def reports_arrived(alias: str, key: str, body: network.ProvisionReports, answer: network.Received) -> None:
    """The network has our reports; fewer taken than sent is worth a line in the log."""
    if answer.count != len(body.records):
        subject = f"{key} {answer.count}/{len(body.records)}"
        record(
            alias, by=actors.actor(needs.party_of(alias)), verb="intermediary:report:untaken", subject=subject
        )


@on_answer(nondisclosure.TO_NETWORK)
def nondisclosures_arrived(
    alias: str, key: str, body: nondisclosure.Nondisclosures, answer: network.Received
) -> None:
    """The network has our judgements; fewer taken than told is worth a line in the log."""
    if answer.count != len(body.records):
        subject = f"{key} {answer.count}/{len(body.records)}"
        by = actors.actor(needs.party_of(alias))
        record(alias, by=by, verb="intermediary:record:untaken", subject=subject)
