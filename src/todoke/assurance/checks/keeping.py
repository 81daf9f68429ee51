"""保管と消去: nothing is kept past its time, no deletion lies half done, nothing left the house unapproved or for longer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from django.db import transaction

from todoke.assurance.checks.check import check
from todoke.assurance.checks.site import Site
from todoke.custody import due
from todoke.engine import postgres
from todoke.kernel import clock

GRACE: Final = timedelta(days=31)
"""So long after its time a row may wait for the two people who delete it."""
UNFINISHED: Final = timedelta(days=1)


@check("保存期間を過ぎた情報が残っていない", looks_at="保存期間と消去の一覧", link="keepings")
def nothing_overdue(site: Site) -> Iterator[str]:
    cutoff = clock.now() - GRACE
    for alias in site.aliases:
        if not due.anything_past(alias, cutoff):
            continue
        with transaction.atomic(using=alias):
            for model, count in due.stage_due(alias, cutoff).items():
                yield f"{alias} の {model._meta.label} に、保存期間を過ぎた {count:,} 行が残っています。"


@check("消去は途中で止まっていない", looks_at="消去の記録 (custody_purge)", link="keepings")
def deletions_finished(site: Site) -> Iterator[str]:
    late = clock.now() - UNFINISHED
    for alias in site.aliases:
        found = postgres.fetch(
            alias,
            "SELECT model FROM custody_purge WHERE state = 'confirmed' AND state_at < %(late)s",
            {"late": late},
        )
        yield from (f"{alias} の {model} の消去が終わっていません。" for (model,) in found)


@check("期限の過ぎた出力ファイルは残っていない", looks_at="出力の記録 (custody_export)", link="exports")
def exports_are_reaped(site: Site) -> Iterator[str]:
    late = clock.now() - timedelta(hours=1)
    for alias in site.aliases:
        found = postgres.fetch(
            alias,
            "SELECT id FROM custody_export WHERE state = 'made' AND expires_at < %(late)s",
            {"late": late},
        )
        yield from (
            f"{alias} の出力 {number} のファイルが、期限を過ぎて残っています。" for (number,) in found
        )


@check("個人情報の出力は、別の人が承認している", looks_at="出力の記録 (custody_export)", link="exports")
def exports_by_two(site: Site) -> Iterator[str]:
    for alias in site.aliases:
        found = postgres.fetch(
            alias,
            "SELECT id FROM custody_export WHERE state IN ('made', 'reaped')"
            " AND (approval_needed AND approved_by IS NULL OR approved_by = requested_by)",
        )
        yield from (f"{alias} の出力 {number} に、別の人の承認がありません。" for (number,) in found)
