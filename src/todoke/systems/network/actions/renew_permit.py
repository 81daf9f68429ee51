"""許可証の更新: let the permit of a request that its provider holds back live on, after looking into everything again."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts import renewals
from todoke.contracts.organisations import named
from todoke.contracts.renewals import PermitRenewal, RenewalWanted, Renewed
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.network import needs, queries
from todoke.systems.network.actions.issue_permits import PERMIT_LIFE
from todoke.systems.network.flows import OrganisationState
from todoke.systems.network.needs import ALIAS

HOLD_LIMIT = timedelta(days=90)
"""How long after the inquiry a permit may be renewed; settings.TODOKE_HOLD_LIMIT replaces it."""

_JUDGE = f"""
SELECT r.outcome, r.requested_at, r.inquirer, EXISTS (
    SELECT FROM network_list_entry e
    WHERE e.edition_id = %(edition)s
      AND {named("e.inquirer", "r.inquirer")} AND {named("e.provider", "r.provider")}
      AND e.duty = r.duty AND e.procedure = r.procedure AND e.information_code = r.information_code
      AND %(today)s >= e.valid_from AND (e.valid_to IS NULL OR %(today)s <= e.valid_to)
      AND NOT EXISTS (
          SELECT FROM network_revocation v
          WHERE (v.edition_id, v.inquirer, v.provider, v.duty, v.procedure, v.information_code)
              = (e.edition_id, e.inquirer, e.provider, e.duty, e.procedure, e.information_code)
      )
)
FROM network_exchange_record r WHERE r.permit_id = %(permit)s AND r.provider = %(provider)s
"""


def renew_permit(*, body: RenewalWanted, by: Actor) -> Renewed:
    """A signed renewal for one more life of a permit, or the reason why not. Nothing of the record changes.

    Errors: PERMISSION_DENIED when the provider is not the sender's organisation.
    """
    require(by, Permission.NETWORK_RENEW)
    if by.staff_id != needs.platform_of(body.provider):
        raise TodokeError(ErrorCode.PERMISSION_DENIED, permission=Permission.NETWORK_RENEW.value)
    with transaction.atomic(using=ALIAS):
        newest = queries.newest_list()
        edition = newest.edition if newest and newest.valid_until > clock.now() else None
        refusal = _refusal(body, edition)
        verb, subject = Permission.NETWORK_RENEW.value, refusal or f"edition:{edition}"
        record(ALIAS, by=by, verb=verb, subject=subject, persons=1, permit_id=body.permit_id)
    if refusal or edition is None:
        return Renewed(renewal=b"", signature=b"", refusal=refusal)
    renewal = _renewal(body, edition).encode()
    return Renewed(renewal=renewal, signature=needs.sign(renewals.DOMAIN + renewal), refusal="")


def _refusal(body: RenewalWanted, edition: int | None) -> str:
    parameters = {
        "permit": body.permit_id, "provider": body.provider, "edition": edition, "today": clock.today(),
    }  # fmt: skip
    found = postgres.fetch(ALIAS, _JUDGE, parameters)
    if not found or found[0][0] != "held":
        return "not_held"
    _, requested_at, inquirer, allowed = found[0]
    if clock.now() >= requested_at + getattr(settings, "TODOKE_HOLD_LIMIT", HOLD_LIMIT):
        return "held_too_long"
    standings = queries.standings([inquirer, body.provider])
    registered = all(
        standings.get(each) is OrganisationState.REGISTERED for each in (inquirer, body.provider)
    )
    return "" if allowed and registered else "not_on_list"


def _renewal(body: RenewalWanted, edition: int) -> PermitRenewal:
    now = clock.now()
    return PermitRenewal(
        permit_id=body.permit_id,
        instance=settings.TODOKE_INSTANCE_NAME,
        provider=body.provider,
        list_edition=edition,
        renewed_at=now,
        expires_at=now + getattr(settings, "TODOKE_PERMIT_LIFE", PERMIT_LIFE),
    )
