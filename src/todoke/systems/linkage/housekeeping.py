"""What goes on and what ends by itself at 統合番号連携システム, once a minute beside the screens."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, time
from typing import Final

from django.conf import settings

from todoke.access.permissions import Actor
from todoke.batch.chores import Chore
from todoke.contracts import registry
from todoke.exchange.transport import Transport
from todoke.kernel import clock
from todoke.kernel.errors import TodokeError
from todoke.systems.linkage.actions.conversions.reap_conversions import reap_conversions
from todoke.systems.linkage.actions.files.forget_contents import forget_contents
from todoke.systems.linkage.actions.files.watch_files import watch_files
from todoke.systems.linkage.actions.queries.take_answer import drop_answers
from todoke.systems.linkage.actions.replicas.send_replicas import delete_spent
from todoke.systems.linkage.actions.replicas.watch_backlog import watch_backlog
from todoke.systems.linkage.jobs import replicas, singles
from todoke.systems.linkage.jobs.files import run_files
from todoke.systems.linkage.models import Reconciliation, RegisteredCopy
from todoke.systems.linkage.queries.singles import any_open

ALIAS: Final = "linkage"
RECONCILE_AT: Final = time(2, 0)
"""When the nightly comparison begins, in Japan; settings.TODOKE_RECONCILE_AT replaces it."""

_log = logging.getLogger("todoke.linkage")


def comparison_is_due() -> bool:
    """Whether this night's comparison has not been done yet, and there is something to compare."""
    now = clock.now().astimezone(clock.JAPAN)
    at = datetime.combine(now.date(), getattr(settings, "TODOKE_RECONCILE_AT", RECONCILE_AT), clock.JAPAN)
    if now < at or not RegisteredCopy.objects.using(ALIAS).exists():
        return False
    return not Reconciliation.objects.using(ALIAS).filter(begun_at__gte=at).exists()


def _or_later(work: Callable[[Actor], int]) -> Callable[[str, Actor], int]:
    """What cannot be done now (the intermediary is away) is left for the next round, and holds up nothing else."""

    def run(_alias: str, by: Actor) -> int:
        try:
            return work(by)
        except TodokeError as error:
            _log.warning("次の回に送りました: %s", error.code.name)
            return 0

    return run


def _follow(by: Actor) -> int:
    return singles.follow(transport=registry.need(Transport), by=by) if any_open() else 0


def _compare(by: Actor) -> int:
    if not comparison_is_due():
        return 0
    return replicas.reconcile(by=by, transport=registry.need(Transport)).counts.refused


def _walk(by: Actor) -> int:
    walked = run_files(by=by, unattended=True)
    return walked.arrived + len(walked.steps)


CHORES: Final = tuple(
    Chore(title=title, run=_or_later(work))
    for title, work in (
        ("番号変換の回答", lambda by: reap_conversions(by=by)),
        ("既存業務システムとのファイル連携", _walk),
        ("連携したファイルの内容", lambda by: forget_contents(by=by)),
        ("ファイル連携の警報", lambda by: watch_files(by=by)),
        ("副本登録の送信", lambda by: replicas.pump(by=by)),
        ("副本登録用ファイルの削除", lambda by: delete_spent(by=by)),
        ("一人分の照会", _follow),
        ("受け取られない回答", lambda by: drop_answers(by=by)),
        ("送信の滞留の警報", lambda by: int(watch_backlog(by=by))),
        ("正本と副本の照合", _compare),
    )
)
