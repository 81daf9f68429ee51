"""照会許可照会リストの確認: whether the city may ask at all, before anything about a person is sent."""

from __future__ import annotations

from django.db import transaction

from todoke.access import parties as actors
from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.intermediary import Permitted, PermittedWanted
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.systems.intermediary import needs, queries
from todoke.systems.intermediary.actions.renew_revocations import renew_revocations

_LOOK = f"""
SELECT {queries.LIST_ALLOWS} FROM (
    SELECT %(inquirer)s AS inquirer, %(provider)s AS provider, %(duty)s AS duty, %(procedure)s AS procedure, %(information)s AS information_code
) a
"""


def look_up_permission(*, alias: str, body: PermittedWanted, by: Actor) -> Permitted:
    """What the own copy of the list says today. The network asks its own again when the inquiry comes."""
    require(by, Permission.INTERMEDIARY_INQUIRE, municipality=needs.municipality_of(alias))
    organisation = needs.own_organisation(alias, body.organisation)
    renew_revocations(alias=alias, by=actors.actor(needs.party_of(alias)))
    edition = queries.valid_edition(alias)
    parameters = {
        "edition": edition,
        "today": clock.today(),
        "inquirer": organisation,
        "provider": body.provider,
        "duty": body.duty,
        "procedure": body.procedure,
        "information": body.information_code,
    }
    with transaction.atomic(using=alias):
        ((allowed,),) = postgres.fetch(alias, _LOOK, parameters)
        refusal = "no_valid_list" if edition is None else "" if allowed else "not_on_list"
        record(
            alias, by=by, verb=Permission.INTERMEDIARY_INQUIRE.value, subject=f"permitted? {refusal or 'yes'}"
        )
    return Permitted(refusal=refusal)
