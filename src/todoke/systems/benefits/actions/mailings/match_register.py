"""発送前の照合: the letters of a mailing against the newest register: who died, moved, changed or is protected since is listed and
taken out (PIA 別添 事故1; 平川市 R6: 20 letters to the dead, 33 to former addresses, nothing checked between print and post)."""

from __future__ import annotations

import pyarrow as pa
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.residents import SnapshotRef
from todoke.engine import duck, postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.benefits import queries
from todoke.systems.benefits.flows import MAILING
from todoke.systems.benefits.models import Mailing
from todoke.systems.benefits.queries.letters.fresh import fresh_register
from todoke.systems.benefits.rules.letters.mailing_state import PRINTED_AS, MailingState, pull_reason
from todoke.systems.benefits.rules.payments.office import PayingOffice
from todoke.workflow.runner import move, of

ALIAS = "benefits"

# A form is wanted as long as nothing came in for it, a claim as long as it is open, a question about an account as long as none came
_LETTERS = """
SELECT l.id AS letter_id, l.printed_as, c.id AS case_id, c.case_number, c.payee_resident_code, c.protected,
    CASE WHEN f.kind IN ('forms', 'again', 'reminder') THEN c.state = 'printed' AND d.outcome = 'eligible'
        WHEN f.kind IN ('refund', 'demand') THEN c.state = 'refunding'
        WHEN f.kind = 'failed' THEN c.state = 'failed' ELSE true END AS wanted
FROM benefits_mailing_file m JOIN benefits_letter_file f ON f.id = m.file_id
JOIN benefits_letter l ON l.file_id = f.id JOIN benefits_case c ON c.id = l.case_id
LEFT JOIN benefits_decision d ON d.run_id = $2 AND d.household_key = c.household_key
WHERE m.mailing_id = $1
ORDER BY l.id
"""
_PULLED = f"""
SELECT letter_id, reason FROM (
    SELECT letter_id, {pull_reason()} AS reason FROM (SELECT *, {PRINTED_AS} AS now_as FROM letters)
) WHERE reason IS NOT NULL ORDER BY letter_id
"""
_KEEP = """
INSERT INTO benefits_pull (mailing_id, letter_id, register_snapshot, reason, found_at, found_by)
SELECT %(mailing)s, letter_id, %(register)s, reason, %(now)s, %(by)s FROM mailing_pulls
"""


def match_register(*, mailing_id: int, office: PayingOffice, by: Actor) -> int:
    """Match a counted mailing; how many letters must be taken out. Again, when the register became newer since.

    Errors: NOT_FOUND; REGISTER_OLD; STATE_CONFLICT before the count, after the dispatch, and for a register that was used before.
    """
    require(by, Permission.BENEFITS_MAILING)
    register = fresh_register(office)
    mailing = Mailing.objects.using(ALIAS).filter(pk=mailing_id).first()
    if mailing is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="その発送")
    pulled = _pulled(mailing, register)
    with transaction.atomic(using=ALIAS):
        held = Mailing.objects.using(ALIAS).select_for_update().get(pk=mailing_id)
        if held.state == MailingState.MATCHED and held.register_snapshot != register.snapshot_id:
            _move(held, MailingState.OUTDATED, by)
        elif held.state != MailingState.COUNTED:
            raise TodokeError(
                ErrorCode.STATE_CONFLICT,
                detail="照合は、数の確認の後、または住民記録が新しくなったときに行います",
            )
        postgres.stage(ALIAS, "mailing_pulls", pulled)
        values = {
            "mailing": mailing_id, "register": register.snapshot_id, "now": clock.now(), "by": by.staff_id,
        }  # fmt: skip
        postgres.execute(ALIAS, _KEEP, values)
        also = {"register_snapshot": register.snapshot_id, "pulled": pulled.num_rows}
        _move(held, MailingState.MATCHED, by, also=also)
        subject = f"mailing {mailing_id} register {register.snapshot_id} pulled {pulled.num_rows}"
        record(ALIAS, by=by, verb="benefits:mailing:match", subject=subject, persons=held.letters)
    return pulled.num_rows


def _pulled(mailing: Mailing, register: SnapshotRef) -> pa.Table:
    """letter_id, reason of every letter that must not go, by that register and the newest decision."""
    run = queries.newest_run(mailing.programme_id)
    letters = queries.with_payees(postgres.read(ALIAS, _LETTERS, (mailing.pk, run)), register)
    with duck.connect() as connection:
        connection.register("letters", letters)
        return duck.table(connection, _PULLED)


def _move(mailing: Mailing, to: MailingState, by: Actor, *, also: dict[str, object] | None = None) -> None:
    move(
        ALIAS, MAILING, of(MAILING, [mailing.pk]), to=to, by=by, also=also, persons=mailing.letters,
        subject=f"mailing {mailing.pk} {to}",
    )  # fmt: skip
