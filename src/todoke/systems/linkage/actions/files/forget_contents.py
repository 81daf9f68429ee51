"""内容の削除: contents go some days after a file has ended (番号法20条); number, hash and counts stay."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, F, Value

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.systems.linkage.flows import FILE_ENDS
from todoke.systems.linkage.models import ExchangedFile
from todoke.systems.linkage.queries import file_places

ALIAS = "linkage"


def forget_contents(*, by: Actor) -> int:
    """Delete every content whose days are over, and work folders of killed processes; how many contents."""
    require(by, Permission.LINKAGE_FILE_FORGET)
    days = ExpressionWrapper(Value(timedelta(days=1)) * F("queue__keep_days"), output_field=DurationField())
    ended = ExchangedFile.objects.using(ALIAS).filter(state__in=FILE_ENDS).exclude(sealed="")
    due = dict(
        ended.annotate(until=F("state_at") + days).filter(until__lte=clock.now()).values_list("pk", "sealed")
    )
    vault = file_places.vault()
    vault.sweep()
    kept = set(ExchangedFile.objects.using(ALIAS).exclude(sealed="").values_list("sealed", flat=True))
    vault.remove_strays(kept)
    if not due:
        return 0
    for name in due.values():
        vault.remove(name)  # before the record says so: stopped in between, it is done again
    with transaction.atomic(using=ALIAS):
        ExchangedFile.objects.using(ALIAS).filter(pk__in=due).update(sealed="")
        record(ALIAS, by=by, verb="linkage:file:forget", subject=f"files:{len(due)}")
    return len(due)
