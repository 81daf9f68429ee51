"""The only door into 情報提供ネットワークシステム: its messages, each from the senders it may come from."""

from __future__ import annotations

from todoke.access import parties as actors
from todoke.access.permissions import Permission, require
from todoke.contracts import intermediary, network, nondisclosure, renewals
from todoke.exchange import parties
from todoke.exchange.handlers import handles, on_answer, on_refusal
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.network import queries
from todoke.systems.network.actions.acquire_codes import acquire_codes, forget_acquisitions
from todoke.systems.network.actions.compare_records import compare_records
from todoke.systems.network.actions.hand_out_revocations import hand_out_revocations
from todoke.systems.network.actions.issue_permits import issue_permits
from todoke.systems.network.actions.note_holder import note_holder
from todoke.systems.network.actions.provide_attributes import provide_attributes
from todoke.systems.network.actions.renew_permit import renew_permit
from todoke.systems.network.actions.take_nondisclosures import take_nondisclosures
from todoke.systems.network.actions.take_reports import take_reports


def _from_city(_alias: str, sender: str) -> bool:
    return sender.startswith("city:")


def _from_platform(_alias: str, sender: str) -> bool:
    return sender.startswith("platform:")


@handles(network.ACQUIRE, senders=_from_city)
def acquire(_alias: str, sender: str, body: network.JukiAcquisitions) -> network.JukiReceipts:
    """符号取得."""
    return acquire_codes(body=body, by=actors.actor(sender))


@handles(network.JUKI_ATTRIBUTES, senders=_from_city)
def attributes(_alias: str, sender: str, body: network.JukiAttributesWanted) -> network.SealedJukiAttributes:
    """本人確認情報の一括提供."""
    return provide_attributes(body=body, by=actors.actor(sender))


@on_answer(intermediary.LINK_CODES)
def link_codes_arrived(
    _alias: str, key: str, _body: intermediary.LinkCodes, _answer: network.Received
) -> None:
    """The 符号 are where they belong: the 取得番号 are forgotten."""
    forget_acquisitions(delivery=key, by=actors.actor(parties.NETWORK))


@on_refusal(intermediary.LINK_CODES)
def link_codes_refused(alias: str, key: str, body: intermediary.LinkCodes, error_code: str) -> None:
    """The intermediary took none of them, for good: the 取得番号 are of no use any more, and the city asks again."""
    by = actors.actor(parties.NETWORK)
    forget_acquisitions(delivery=key, by=by)
    subject = f"{key} {error_code}"
    record(alias, by=by, verb="network:link_code:refused", subject=subject, persons=len(body.records))


@handles(network.PERMITS, senders=_from_platform)
def permits(_alias: str, sender: str, body: network.PermitRequests) -> network.PermitAnswers:
    """情報提供許可証の発行."""
    return issue_permits(body=body, by=actors.actor(sender))


@handles(renewals.RENEWALS, senders=_from_platform)
def renewal(_alias: str, sender: str, body: renewals.RenewalWanted) -> renewals.Renewed:
    """許可証の更新."""
    return renew_permit(body=body, by=actors.actor(sender))


@handles(nondisclosure.TO_NETWORK, senders=_from_platform)
def nondisclosures(_alias: str, sender: str, body: nondisclosure.Nondisclosures) -> network.Received:
    """不開示 that a party judged."""
    return take_nondisclosures(body=body, by=actors.actor(sender))


@on_answer(nondisclosure.TO_PLATFORM)
def nondisclosures_arrived(
    _alias: str, _key: str, _body: nondisclosure.Nondisclosures, _answer: network.Received
) -> None:
    """The other party has them; repeats are not counted, and nothing hangs on it."""


@on_answer(intermediary.PROVISION_REQUESTS)
def provision_requests_arrived(
    _alias: str, _key: str, _body: intermediary.ProvisionRequests, _answer: network.Received
) -> None:
    """The provider has them; how it answered comes as a report."""


@on_refusal(intermediary.PROVISION_REQUESTS)
def provision_requests_refused(
    alias: str, key: str, body: intermediary.ProvisionRequests, error_code: str
) -> None:
    """A provider's platform refused a whole message: the permits stay open in our record, and the log says so."""
    subject = f"{key} {error_code}"
    record(
        alias,
        by=actors.actor(parties.NETWORK),
        verb="network:provision:refused",
        subject=subject,
        persons=len(body.records),
    )


@handles(network.REPORTS, senders=_from_platform)
def reports(_alias: str, sender: str, body: network.ProvisionReports) -> network.Received:
    """情報提供等記録 of the provider's side."""
    return take_reports(body=body, by=actors.actor(sender))


@handles(network.PERMISSION_LIST, senders=_from_platform)
def permission_list(alias: str, sender: str, body: network.ListRequest) -> network.SignedList:
    """照会許可照会リスト, the newest edition."""
    by = actors.actor(sender)
    require(by, Permission.NETWORK_FETCH_LIST)
    newest = queries.newest_list()
    if newest is None:
        raise TodokeError(
            ErrorCode.SETUP_MISSING,
            detail="照会許可照会リストが発行されていません",
            todo="todoke network list-draft と list-approve を実行してください。",
        )
    note_holder(known=body.known_edition, given=newest.edition, by=by)
    subject = f"edition:{newest.edition}"
    record(alias, by=by, verb=Permission.NETWORK_FETCH_LIST.value, subject=subject)
    return network.SignedList(body=bytes(newest.body), signature=bytes(newest.signature))


@handles(network.REVOCATIONS, senders=_from_platform)
def revocations(_alias: str, sender: str, body: network.RevocationsRequest) -> network.SignedRevocations:
    """緊急失効, as of now."""
    return hand_out_revocations(body=body, by=actors.actor(sender))


@handles(network.RECORD_COMPARISON, senders=_from_platform)
def record_comparison(_alias: str, sender: str, body: network.RecordsShown) -> network.RecordsCompared:
    """記録の突合."""
    return compare_records(body=body, by=actors.actor(sender))
