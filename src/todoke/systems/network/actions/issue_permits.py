"""情報提供許可証の発行: list check, code conversion, signature, record, and the request to the provider (PIA III.6)."""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyarrow as pa
from django.conf import settings
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts import permits
from todoke.contracts.information import Outcome
from todoke.contracts.intermediary import ProvisionRequest
from todoke.contracts.network import PermitAnswer, PermitAnswers, PermitRequest, PermitRequests
from todoke.contracts.organisations import named
from todoke.engine import postgres
from todoke.exchange.message_id import new_message_id
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.network import needs, queries
from todoke.systems.network.flows import OrganisationState
from todoke.systems.network.models import Refusal
from todoke.systems.network.needs import ALIAS
from todoke.systems.network.rules.link_codes import LinkCodes

PERMIT_LIFE = timedelta(hours=24)
"""How long a permit may lie before the provider takes it; settings.TODOKE_PERMIT_LIFE replaces it."""

_JUDGE = f"""
SELECT EXISTS (
           SELECT FROM network_exchange_record r WHERE r.inquirer = %(inquirer)s AND r.record_id = a.record_id
       ) OR row_number() OVER (PARTITION BY a.record_id ORDER BY a.place) > 1,
       listed.found, listed.live
FROM asked a CROSS JOIN LATERAL (
    SELECT count(*) > 0 AS found, coalesce(bool_or(NOT EXISTS (
               SELECT FROM network_revocation v
               WHERE (v.edition_id, v.inquirer, v.provider, v.duty, v.procedure, v.information_code)
                   = (e.edition_id, e.inquirer, e.provider, e.duty, e.procedure, e.information_code)
           )), false) AS live
    FROM network_list_entry e
    WHERE e.edition_id = %(edition)s
      AND {named("e.inquirer", "%(inquirer)s")} AND {named("e.provider", "a.provider")}
      AND e.duty = a.duty AND e.procedure = a.procedure AND e.information_code = a.information_code
      AND %(today)s >= e.valid_from AND (e.valid_to IS NULL OR %(today)s <= e.valid_to)
) listed
ORDER BY a.place
"""


@dataclass(frozen=True)
class _Granted:
    """A request that passed every check, and the provider's own 符号 of the person."""

    request: PermitRequest
    link_code: str
    permit_id: str


def issue_permits(*, body: PermitRequests, by: Actor) -> PermitAnswers:
    """Judge every request; record and send on what is allowed. Answers in the order asked.

    Errors: PERMISSION_DENIED when the inquirer is not the sender's organisation, SETUP_MISSING (the sender tries
    again) when no permission list is in force.
    """
    require(by, Permission.NETWORK_PERMIT)
    if by.staff_id != needs.platform_of(body.inquirer):
        raise TodokeError(ErrorCode.PERMISSION_DENIED, permission=Permission.NETWORK_PERMIT.value)
    with transaction.atomic(using=ALIAS, savepoint=False):
        edition = _edition_in_force()
        refusals = _judge(body, edition)
        granted = list(_convert(body, refusals))
        _record(body, granted)
        _record_refusals(body, refusals)
        _send(body, granted, edition)
        verb = Permission.NETWORK_PERMIT.value
        record(ALIAS, by=by, verb=verb, subject=f"edition:{edition}", persons=len(body.records))
    ids = {grant.request.record_id: grant.permit_id for grant in granted}
    answers = [
        PermitAnswer(request.record_id, "" if refusal else ids[request.record_id], refusal)
        for request, refusal in zip(body.records, refusals, strict=True)
    ]
    return PermitAnswers(records=answers)


def _edition_in_force() -> int:
    newest = queries.newest_list()
    if newest is None or newest.valid_until <= clock.now():
        raise TodokeError(
            ErrorCode.SETUP_MISSING,
            detail="有効な照会許可照会リストがありません",
            todo="todoke network list-draft と list-approve を実行してください。",
        )
    return newest.edition


def _judge(body: PermitRequests, edition: int) -> list[str]:
    """The reason of refusal per record, "" when none was found."""
    rows = body.records
    asked = {
        "place": pa.array(range(len(rows)), pa.int32()),
        "record_id": pa.array([row.record_id for row in rows], pa.string()),
        "provider": pa.array([row.provider for row in rows], pa.string()),
        "duty": pa.array([row.duty for row in rows], pa.string()),
        "procedure": pa.array([row.procedure for row in rows], pa.string()),
        "information_code": pa.array([row.information_code for row in rows], pa.string()),
    }
    postgres.stage(ALIAS, "asked", pa.table(asked))
    parameters = {"inquirer": body.inquirer, "edition": edition, "today": clock.today()}
    found, _ = postgres.prepared(ALIAS, _JUDGE, parameters)
    parties = _parties(body.inquirer, {row.provider for row in rows})
    return [
        "duplicate_record"
        if duplicate
        else parties[row.provider] or ("not_on_list" if not listed else "" if live else "revoked")
        for row, (duplicate, listed, live) in zip(rows, found, strict=True)
    ]


def _parties(inquirer: str, providers: set[str]) -> dict[str, str]:
    """Per provider why the two may not exchange anything, "" when they may."""
    standings = queries.standings([inquirer, *providers])
    asking = standings.get(inquirer)
    if asking is not OrganisationState.REGISTERED:
        return dict.fromkeys(providers, "suspended_inquirer" if asking else "unknown_inquirer")
    own = needs.platform_of(inquirer)
    return {
        provider: "unknown_provider"
        if (standing := standings.get(provider)) is None
        or needs.platform_of(provider) == own
        or not needs.connected(provider)
        else ""
        if standing is OrganisationState.REGISTERED
        else "suspended_provider"
        for provider in providers
    }


def _convert(body: PermitRequests, refusals: list[str]) -> Iterable[_Granted]:
    """符号A → 符号B of what was not refused; notes `unknown_code` in `refusals` for a code that is not the inquirer's."""
    open_places = [place for place, refusal in enumerate(refusals) if not refusal]
    if not open_places:
        return
    keys = needs.read_secrets()
    rows = [body.records[place] for place in open_places]
    machine = LinkCodes(id_key=keys.id_code, code_key=keys.link_code)
    codes = machine.convert(
        [row.link_code for row in rows], of=body.inquirer, to=[row.provider for row in rows]
    )
    for place, row, code in zip(open_places, rows, codes, strict=True):
        if code is None:
            refusals[place] = "unknown_code"
        else:
            yield _Granted(row, code, str(new_message_id()))


def _record(body: PermitRequests, granted: list[_Granted]) -> None:
    rows = [grant.request for grant in granted]
    count = len(rows)
    columns = {
        "permit_id": pa.array([grant.permit_id for grant in granted], pa.string()),
        "record_id": pa.array([row.record_id for row in rows], pa.string()),
        "inquirer": pa.array([body.inquirer] * count, pa.string()),
        "provider": pa.array([row.provider for row in rows], pa.string()),
        "duty": pa.array([row.duty for row in rows], pa.string()),
        "procedure": pa.array([row.procedure for row in rows], pa.string()),
        "information_code": pa.array([row.information_code for row in rows], pa.string()),
        "requested_at": pa.array([row.requested_at for row in rows], pa.timestamp("us", tz="UTC")),
        "outcome": pa.array([Outcome.ASKED.value] * count, pa.string()),
    }
    postgres.copy_in(ALIAS, "network_exchange_record", pa.table(columns))


def _record_refusals(body: PermitRequests, refusals: list[str]) -> None:
    counted = Counter(
        (row.provider, row.duty, row.procedure, row.information_code, reason)
        for row, reason in zip(body.records, refusals, strict=True)
        if reason
    )
    now = clock.now()
    Refusal.objects.using(ALIAS).bulk_create(
        Refusal(
            at=now,
            inquirer=body.inquirer,
            provider=provider,
            duty=duty,
            procedure=procedure,
            information_code=information_code,
            reason=reason,
            records=records,
        )
        for (provider, duty, procedure, information_code, reason), records in counted.items()
    )


def _send(body: PermitRequests, granted: list[_Granted], edition: int) -> None:
    """One message per provider. Sent under an id of its own: this handler's transaction runs to its end once."""
    now = clock.now()
    by_provider: dict[str, list[ProvisionRequest]] = defaultdict(list)
    for grant in granted:
        permit = _permit(body, grant, edition, now).encode()
        signature = needs.sign(permits.DOMAIN + permit)
        by_provider[grant.request.provider].append(ProvisionRequest(permit, signature, grant.link_code))
    for provider, requests in sorted(by_provider.items()):
        needs.ask_provision(provider, requests, key=f"provision-requests/{new_message_id()}")


def _permit(body: PermitRequests, grant: _Granted, edition: int, now: datetime) -> permits.ProvisionPermit:
    row = grant.request
    return permits.ProvisionPermit(
        permit_id=grant.permit_id,
        instance=settings.TODOKE_INSTANCE_NAME,
        inquirer=body.inquirer,
        provider=row.provider,
        duty=row.duty,
        procedure=row.procedure,
        information_code=row.information_code,
        link_code_sha256=hashlib.sha256(grant.link_code.encode()).hexdigest(),
        record_id=row.record_id,
        route=needs.platform_of(body.inquirer),
        nonce=secrets.token_hex(16),
        list_edition=edition,
        requested_at=row.requested_at,
        issued_at=now,
        expires_at=now + getattr(settings, "TODOKE_PERMIT_LIFE", PERMIT_LIFE),
    )
