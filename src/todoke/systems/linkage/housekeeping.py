"""What ends, or goes on, by time alone in 統合番号連携システム."""

from __future__ import annotations

from typing import Final

from todoke.access.permissions import Actor
from todoke.batch.chores import Chore
from todoke.systems.linkage.actions.forget_contents import forget_contents
from todoke.systems.linkage.actions.reap_conversions import reap_conversions
from todoke.systems.linkage.actions.watch_files import watch_files
from todoke.systems.linkage.jobs.files import run_files


def _walk(_: str, by: Actor) -> int:
    walked = run_files(by=by, unattended=True)
    return walked.arrived + len(walked.steps)


CHORES: Final = (
    Chore(title="番号変換の回答", run=lambda _, by: reap_conversions(by=by)),
    Chore(title="既存業務システムとのファイル連携", run=_walk),
    Chore(title="連携したファイルの内容", run=lambda _, by: forget_contents(by=by)),
    Chore(title="ファイル連携の警報", run=lambda _, by: watch_files(by=by)),
)
