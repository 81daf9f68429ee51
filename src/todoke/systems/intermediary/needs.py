"""What an intermediary needs from outside: the network, and other municipalities' intermediaries."""

from __future__ import annotations

from collections import defaultdict

from django.db import connections

from todoke.access.permissions import Permission
from todoke.contracts import intermediary, network, nondisclosure, renewals
from todoke.contracts.exchange_records import ExchangeRecord, Side
from todoke.contracts.permits import DOMAIN, LIST_DOMAIN, REVOCATION_DOMAIN
from todoke.contracts.registry import need
from todoke.contracts.trust import NetworkSignature
from todoke.exchange import client, outbox, parties
from todoke.exchange.message_id import new_message_id
from todoke.exchange.transport import Transport
from todoke.identifiers import municipality
from todoke.kernel.errors import ErrorCode, TodokeError

_PREFIX = "intermediary_"


def alias_of(code: str) -> str:
    """The database of a municipality (5 digits)."""
    return _PREFIX + municipality.parse(code)


def aliases() -> list[str]:
    """Every municipality's database that this process serves, in order of their codes."""
    return sorted(name for name in connections if name.startswith(_PREFIX))


def municipality_of(alias: str) -> str:
    """The municipality whose database this is."""
    return alias.removeprefix(_PREFIX)


def organisation_of(alias: str) -> str:
    """機関コード of the main organisation of the municipality whose database this is."""
    return municipality.organisation_code(municipality_of(alias))


def own_organisation(alias: str, organisation: str) -> str:
    """An organisation of this municipality, its main one for ""; PERMISSION_DENIED for anybody else's."""
    if not organisation:
        return organisation_of(alias)
    if municipality.of_organisation(organisation) != municipality_of(alias):
        raise TodokeError(ErrorCode.PERMISSION_DENIED, permission=Permission.INTERMEDIARY_INQUIRE.value)
    return organisation


def party_of(alias: str) -> str:
    """The party that this database's intermediary signs as."""
    return parties.platform(municipality_of(alias))


def platform_of(organisation: str) -> str:
    """The party that answers for an organisation; NUMBER_INVALID when it is no 機関コード."""
    return parties.platform(municipality.of_organisation(organisation))


def ask_permits(alias: str, body: network.PermitRequests) -> None:
    """Send inquiries to the network for permits. The key is new: the transaction that sends is done once."""
    key = f"permits/{new_message_id()}"
    outbox.send(
        alias, sender=party_of(alias), receiver=parties.NETWORK, kind=network.PERMITS, body=body, key=key
    )


def send_answers(alias: str, routed: list[tuple[str, str, intermediary.Provision]]) -> None:
    """Send answers (route, organisation, answer) along the routes of their permits; reported when they have left."""
    by_route: dict[tuple[str, str], list[intermediary.Provision]] = defaultdict(list)
    for route, provider, provision in routed:
        by_route[route, provider].append(provision)
    sender = party_of(alias)
    for (route, provider), records in sorted(by_route.items()):
        body = intermediary.Provisions(provider=provider, records=records)
        key = f"provisions/{new_message_id()}"
        outbox.send(alias, sender=sender, receiver=route, kind=intermediary.PROVISIONS, body=body, key=key)


def report(alias: str, body: intermediary.Provisions) -> None:
    """Tell the network how each permit was answered, once the answers are with the inquirer: they cannot change now."""
    reports = [network.ProvisionReport(p.permit_id, p.outcome, p.provided_at) for p in body.records]
    outbox.send(
        alias,
        sender=party_of(alias),
        receiver=parties.NETWORK,
        kind=network.REPORTS,
        body=network.ProvisionReports(records=reports),
        key=f"reports/{new_message_id()}",
    )


def tell_nondisclosures(alias: str, records: list[nondisclosure.Nondisclosure]) -> None:
    """Tell the network what this municipality judged; nothing is sent for nothing."""
    if records:
        body = nondisclosure.Nondisclosures(records=records)
        key = f"nondisclosures/{new_message_id()}"
        outbox.send(
            alias,
            sender=party_of(alias),
            receiver=parties.NETWORK,
            kind=nondisclosure.TO_NETWORK,
            body=body,
            key=key,
        )


def permit_is_signed(permit: bytes, signature: bytes) -> bool:
    """Whether the network signed this permit."""
    return need(NetworkSignature).verify(DOMAIN + permit, signature)


def list_is_signed(body: bytes, signature: bytes) -> bool:
    """Whether the network signed this permission list."""
    return need(NetworkSignature).verify(LIST_DOMAIN + body, signature)


def revocations_are_signed(body: bytes, signature: bytes) -> bool:
    """Whether the network signed these revocations."""
    return need(NetworkSignature).verify(REVOCATION_DOMAIN + body, signature)


def fetch_revocations(alias: str, known_edition: int) -> network.SignedRevocations:
    """Ask the network what is revoked, now; UNAVAILABLE when it cannot be reached."""
    return client.request(
        need(Transport),
        sender=party_of(alias),
        receiver=parties.NETWORK,
        kind=network.REVOCATIONS,
        body=network.RevocationsRequest(known_edition=known_edition),
        key=f"revocations/{new_message_id()}",
    )


def renewal_is_signed(body: bytes, signature: bytes) -> bool:
    """Whether the network signed this renewal of a permit."""
    return need(NetworkSignature).verify(renewals.DOMAIN + body, signature)


def renew(alias: str, provider: str, permit_id: str) -> renewals.Renewed:
    """Ask the network, now, to let a held permit live on; UNAVAILABLE when it cannot be reached."""
    return client.request(
        need(Transport),
        sender=party_of(alias),
        receiver=parties.NETWORK,
        kind=renewals.RENEWALS,
        body=renewals.RenewalWanted(provider=provider, permit_id=permit_id),
        key=f"renewal/{new_message_id()}",
    )


def fetch_list(alias: str, known_edition: int) -> network.SignedList:
    """Ask the network for the newest permission list, now; UNAVAILABLE when it cannot be reached."""
    return client.request(
        need(Transport),
        sender=party_of(alias),
        receiver=parties.NETWORK,
        kind=network.PERMISSION_LIST,
        body=network.ListRequest(known_edition=known_edition),
        key=f"list/{new_message_id()}",
    )


def show_records(
    alias: str, side: Side, records: list[ExchangeRecord], *, after: str, through: str, named: list[str]
) -> network.RecordsCompared:
    """Show our records of an interval, or of the permits named, to the network, now; UNAVAILABLE without it."""
    return client.request(
        need(Transport),
        sender=party_of(alias),
        receiver=parties.NETWORK,
        kind=network.RECORD_COMPARISON,
        body=network.RecordsShown(
            organisation=organisation_of(alias),
            side=side,
            after=after,
            through=through,
            named=named,
            records=records,
        ),
        key=f"records/{new_message_id()}",
    )
