"""許可証の更新: a permit that died while its request was held lives on only if the network says so again."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts import renewals
from todoke.contracts.renewals import PermitRenewal
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.intermediary import needs
from todoke.systems.intermediary.actions.expire_held import expire_held
from todoke.systems.intermediary.models import PermitExtension, ProvisionCase
from todoke.systems.intermediary.queries import holding

NOT_YET = "not_held"
"""The network has not yet heard that the request is held: its refusal is not for good."""


def renew_permit(*, alias: str, permit_id: str, by: Actor) -> str:
    """Ask the network; returns "" when the permit lives on, else the network's reason.

    A refusal for good ends the request, if its permit is dead: the inquirer is told to ask again.
    Errors: STATE_CONFLICT (not held), UNAVAILABLE, SENDER_REFUSED (not signed by the network, or for another permit).
    """
    require(by, Permission.INTERMEDIARY_RENEW, municipality=needs.municipality_of(alias))
    with transaction.atomic(using=alias):
        holding.lock(alias, [permit_id])
    provider = ProvisionCase.objects.using(alias).get(pk=permit_id).provider
    answer = needs.renew(alias, provider, permit_id)
    renewal = None if answer.refusal else _read(answer, provider, permit_id)
    with transaction.atomic(using=alias):
        holding.lock(alias, [permit_id])
        if renewal is not None:
            _extend(alias, renewal, answer, by)
        verb, subject = Permission.INTERMEDIARY_RENEW.value, answer.refusal or "renewed"
        record(alias, by=by, verb=verb, subject=subject, persons=1, permit_id=permit_id)
        if answer.refusal not in ("", NOT_YET):
            expire_held(alias=alias, by=by, not_renewed=[permit_id])
    return answer.refusal


def _read(answer: renewals.Renewed, provider: str, permit_id: str) -> PermitRenewal:
    """The renewal, if the network signed it, for this permit of ours, and it is not over already."""
    if not needs.renewal_is_signed(answer.renewal, answer.signature):
        raise TodokeError(ErrorCode.SENDER_REFUSED, detail="許可証の更新の署名が一致しません")
    renewal = renewals.decode(answer.renewal)
    ours = (permit_id, settings.TODOKE_INSTANCE_NAME, provider)
    if (renewal.permit_id, renewal.instance, renewal.provider) != ours or renewal.expires_at <= clock.now():
        raise TodokeError(ErrorCode.SENDER_REFUSED, detail="別の許可証の更新か、期限の切れた更新です")
    return renewal


def _extend(alias: str, renewal: PermitRenewal, answer: renewals.Renewed, by: Actor) -> None:
    case = ProvisionCase.objects.using(alias).get(pk=renewal.permit_id)
    if renewal.expires_at <= case.expires_at:
        return  # somebody else was quicker
    PermitExtension.objects.using(alias).create(
        case=case,
        list_edition=renewal.list_edition,
        renewed_at=renewal.renewed_at,
        expires_at=renewal.expires_at,
        body=answer.renewal,
        signature=answer.signature,
        asked_by=by.staff_id,
        asked_at=clock.now(),
    )
    ProvisionCase.objects.using(alias).filter(pk=case.pk).update(expires_at=renewal.expires_at)
