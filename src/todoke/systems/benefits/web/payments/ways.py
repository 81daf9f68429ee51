"""What a person may do with a batch now: release, file, result, another day, giving it up; nothing that would be refused."""

from __future__ import annotations

from django.urls import reverse

from todoke.access.permissions import Actor, Permission
from todoke.systems.benefits.models import BatchCancellation, Redating
from todoke.systems.benefits.queries.payments import batches as reads
from todoke.systems.benefits.queries.payments import cancellations, redatings
from todoke.systems.benefits.queries.payments.batches import Batch

Way = tuple[str, str]
"""Title and address."""
_PREPARE, _RELEASE = Permission.BENEFITS_PAY, Permission.BENEFITS_RELEASE


def of(batch: Batch, actor: Actor) -> list[Way]:
    """All of them, the next step of the batch first."""
    if batch.cancelled_at:
        return []
    onwards = [] if batch.cancel_asked_at else _onwards(batch, actor)
    if batch.written_at:
        return onwards
    return [*onwards, *_to_another_day(batch, actor), *_giving_up(batch, actor)]


def _here(title: str, route: str, batch: Batch) -> Way:
    return title, reverse(route, args=[batch.programme, batch.number])


def _onwards(batch: Batch, actor: Actor) -> list[Way]:
    if not actor.may_somewhere(_RELEASE):
        return []
    if not batch.released_at:
        first_hand = actor.staff_id == batch.prepared_by or actor.staff_id in reads.doers(
            batch.programme, batch.number
        )
        return [] if first_hand else [_here("確定する", "benefits-payment-release", batch)]
    if not batch.written_at:
        return [_here("振込ファイルを作る", "benefits-payment-write", batch)]
    taking = [] if batch.taken_at else [_here("振込ファイルを受け取る", "benefits-payment-take", batch)]
    may_result = actor.may_somewhere(Permission.BENEFITS_RESULT)
    return [
        *taking,
        *([_here("銀行の結果を取り込む", "benefits-payment-results", batch)] if may_result else []),
    ]


def _to_another_day(batch: Batch, actor: Actor) -> list[Way]:
    row = redatings.asked(batch.programme, batch.number)
    if row is None:
        way = _here("振込指定日を変える", "benefits-redating-new", batch)
        return [way] if actor.may_somewhere(_PREPARE) else []
    return _second(row, actor, ("振込指定日の変更", "benefits-redating"), (_PREPARE, _RELEASE))


def _giving_up(batch: Batch, actor: Actor) -> list[Way]:
    ask, confirm = Permission.BENEFITS_CANCEL_ASK, Permission.BENEFITS_CANCEL_CONFIRM
    row = cancellations.asked(batch.programme, batch.number)
    if row is None:
        way = _here("起案を取り消す", "benefits-cancellation-new", batch)
        return [way] if actor.may_somewhere(ask) else []
    return _second(row, actor, ("起案の取消しの依頼", "benefits-cancellation"), (ask, confirm))


def _second(
    row: Redating | BatchCancellation, actor: Actor, named: Way, rights: tuple[Permission, Permission]
) -> list[Way]:
    """Of what one asked: confirmed by another, withdrawn by whoever may ask. `named`: its title and how its routes begin."""
    (title, route), (ask, confirm), found = named, rights, list[Way]()
    if actor.may_somewhere(confirm) and row.asked_by != actor.staff_id:
        found.append((f"{title}を確認する", reverse(f"{route}-confirm", args=[row.pk])))
    if actor.may_somewhere(ask):
        found.append((f"{title}を取り下げる", reverse(f"{route}-withdraw", args=[row.pk])))
    return found
