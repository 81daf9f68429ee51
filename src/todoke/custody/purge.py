"""消去 (purge): show what is due, ask, confirm by another person, delete, and prove it (PIA I.2 保管期限切れ情報の削除).

The request fixes the rows as a list whose digest the record keeps; exactly these rows go, children before parents, in
chunks. Killed anywhere, `finish` goes on. A second run finds nothing. The record and its log entry are the proof.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.batch.progress import Meter
from todoke.batch.steps import Counts, StepReport, run_step
from todoke.custody import due
from todoke.custody.flows import PURGE, PurgeState
from todoke.custody.models import Purge
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.privacy.classes import declaration
from todoke.privacy.retention import Period
from todoke.workflow.runner import Rows, move, of

CHUNK = 10_000
SHOWN = "privacy:purge:show"
REQUESTED = "privacy:purge:request"
_LIST = "INSERT INTO custody_purge_key (purge_id, key) SELECT %(purge)s, d.key::text FROM {due} d"
_DIGEST = """
SELECT count(*), sha256(convert_to(string_agg(key::text, E'\\n' ORDER BY key::text COLLATE "C"), 'UTF8')) FROM {due}
"""
_NO_LONGER_DUE = """
SELECT count(*) FROM custody_purge_key k
WHERE k.purge_id = %(purge)s AND NOT EXISTS (SELECT FROM {due} d WHERE d.key::text = k.key)
"""
# long keys first: of numbers the highest, so that a row goes before the older one of its table that it refers to
_CHUNK = "SELECT key FROM custody_purge_key WHERE purge_id = %s ORDER BY length(key) DESC, key DESC LIMIT %s"
_WITHDRAW = """
DELETE FROM custody_purge_key k USING custody_purge p WHERE p.id = k.purge_id AND p.run = %s AND p.state = 'withdrawn'
"""


@dataclass(frozen=True, kw_only=True)
class Due:
    """So many rows of a model are due, by this law."""

    model: str
    rows: int
    legal_basis: str


def show(alias: str, *, by: Actor) -> list[Due]:
    """What a request would list now, in the order of deletion. Nothing is changed but the log."""
    require(by, Permission.PRIVACY_PURGE)
    with transaction.atomic(using=alias):
        counts = due.stage_due(alias, clock.now())
        record(alias, by=by, verb=SHOWN, subject=f"models:{len(counts)} rows:{sum(counts.values())}")
    return [
        Due(model=model._meta.label, rows=rows, legal_basis=due.legal_basis(model))
        for model, rows in counts.items()
    ]


def new_run() -> str:
    """A name for a request."""
    return uuid.uuid4().hex


def request(alias: str, *, by: Actor, run: str = "") -> str | None:
    """Ask for the deletion of everything that is due; the run's name, or None when nothing is.

    `run`: one name for requests in several databases, so that another person can confirm them together. STATE_CONFLICT while an earlier request of this database is open.
    """
    require(by, Permission.PRIVACY_PURGE)
    now, run = clock.now(), run or new_run()
    with transaction.atomic(using=alias):
        postgres.execute(alias, "SELECT pg_advisory_xact_lock(hashtextextended('custody:purge', 0))")
        if open_runs(alias):
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail="先に申請された消去が終わっていません")
        counts = due.stage_due(alias, now)
        for model in counts:
            listed = due.due_table(model)
            ((rows, digest),) = postgres.fetch(alias, _DIGEST.format(due=listed))
            purge = Purge.objects.using(alias).create(
                run=run,
                model=model._meta.label,
                table_name=model._meta.db_table,
                rows=rows,
                digest=bytes(digest),
                cutoff=now,
                legal_basis=due.legal_basis(model),
                state=PurgeState.REQUESTED,
                state_at=now,
                state_by=by.staff_id,
                requested_by=by.staff_id,
                requested_at=now,
            )
            postgres.execute(alias, _LIST.format(due=listed), {"purge": purge.pk})
            record(alias, by=by, verb=REQUESTED, subject=_subject("request", purge))
    return run if counts else None


def withdraw(alias: str, *, run: str, by: Actor) -> int:
    """Take a request back; how many models. STATE_CONFLICT once it is confirmed."""
    with transaction.atomic(using=alias):
        count = move(
            alias, PURGE, _of_run(run), to=PurgeState.WITHDRAWN, by=by, subject=f"withdraw:{run}", persons=0
        )
        postgres.execute(alias, _WITHDRAW, [run])
    return count


def confirm(alias: str, *, run: str, by: Actor) -> StepReport:
    """Confirm a request and delete its rows.

    Errors: NOT_FOUND, SAME_PERSON, STATE_CONFLICT (confirmed before, or a listed row is no longer due).
    """
    require(by, Permission.PRIVACY_PURGE_CONFIRM)
    with transaction.atomic(using=alias):
        purges = list(Purge.objects.using(alias).filter(run=run))
        if not purges:
            raise TodokeError(ErrorCode.NOT_FOUND, what="消去の申請")
        due.stage_due(alias, purges[0].cutoff)
        changed = sum(_no_longer_due(alias, purge) for purge in purges if purge.state == PurgeState.REQUESTED)
        if changed:
            raise TodokeError(
                ErrorCode.STATE_CONFLICT, detail=f"申請の後に {changed:,} 行が消去の対象でなくなりました"
            )
        move(alias, PURGE, _of_run(run), to=PurgeState.CONFIRMED, by=by, subject=f"confirm:{run}", persons=0)
    return finish(alias, run=run, by=by)


def finish(alias: str, *, run: str, by: Actor) -> StepReport:
    """Delete what is confirmed and still there; goes on where a stopped deletion was. STATE_CONFLICT if not confirmed."""
    require(
        by,
        Permission.PRIVACY_PURGE_CONFIRM
        if by.may(Permission.PRIVACY_PURGE_CONFIRM)
        else Permission.PRIVACY_PURGE,
    )
    order = {model._meta.label: place for place, model in enumerate(due.purgeable(alias))}
    purges = sorted(Purge.objects.using(alias).filter(run=run), key=lambda purge: order[purge.model])
    if not purges or {purge.state for purge in purges} - {PurgeState.CONFIRMED, PurgeState.DONE}:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="確認された消去ではありません")

    def work(meter: Meter) -> Counts:
        total = sum(purge.rows for purge in purges)
        meter.total(total)
        for purge in purges:
            if purge.state == PurgeState.CONFIRMED:
                _delete(alias, purge, meter, by)
        return Counts(taken=total, accepted=total)

    return run_step(
        alias, "custody:purge", key=run, by=by.staff_id, work=work, title="保存期間を過ぎた行の消去"
    )


def _delete(alias: str, purge: Purge, meter: Meter, by: Actor) -> None:
    """All rows of one model, then the proof: record done and log entry in one transaction."""
    while keys := [key for (key,) in postgres.fetch(alias, _CHUNK, [purge.pk, CHUNK])]:
        _remove_files(alias, purge, keys)
        with transaction.atomic(using=alias):
            postgres.fetch(alias, "SELECT custody_delete(%s, %s)", [purge.pk, keys])
        meter.advance(len(keys))
    subject = _subject("done", purge)
    move(alias, PURGE, of(PURGE, [purge.pk]), to=PurgeState.DONE, by=by, subject=subject, persons=0)


def _remove_files(alias: str, purge: Purge, keys: Sequence[str]) -> None:
    """Files that hold the same persons go before their rows, so that none is left behind when we are stopped."""
    model = apps.get_model(purge.model)
    keep = declaration(model).keep
    for column in keep.files if isinstance(keep, Period) else ():
        rows = model._default_manager.using(alias)
        leaving = set(rows.filter(pk__in=keys).values_list(column, flat=True))
        shared = set(
            rows.filter(**{f"{column}__in": leaving}).exclude(pk__in=keys).values_list(column, flat=True)
        )
        for path in leaving - shared - {""}:
            Path(path).unlink(missing_ok=True)


def _no_longer_due(alias: str, purge: Purge) -> int:
    listed = due.due_table(apps.get_model(purge.model))
    return int(postgres.fetch(alias, _NO_LONGER_DUE.format(due=listed), {"purge": purge.pk})[0][0])


def open_runs(alias: str) -> list[tuple[str, str, str]]:
    """(run, state, requested by) of requests that are neither done nor withdrawn."""
    found = Purge.objects.using(alias).filter(state__in=[PurgeState.REQUESTED, PurgeState.CONFIRMED])
    return sorted(set(found.values_list("run", "state", "requested_by")))


def is_open(alias: str, run: str) -> bool:
    """Whether the run has something to confirm or to finish here."""
    return any(run == name for name, _, _ in open_runs(alias))


def _of_run(run: str) -> Rows:
    return Rows(where="r.run = %(run)s", values={"run": run})


def _subject(what: str, purge: Purge) -> str:
    return f"{what}:{purge.run} {purge.model} rows:{purge.rows} sha256:{bytes(purge.digest).hex()}"
