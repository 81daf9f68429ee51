"""控え (バックアップ): recent, encrypted, verified, kept elsewhere and tried out. Read through one small interface."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from todoke.assurance.checks.check import NotShown, check
from todoke.assurance.checks.site import Site
from todoke.kernel import clock

RECENT: Final = timedelta(days=2)
DRILLED_WITHIN: Final = timedelta(days=366)


@dataclass(frozen=True, kw_only=True)
class BackupFact:
    """One backup as its register tells it."""

    made_at: datetime
    databases: frozenset[str]
    encrypted: bool
    verified_at: datetime | None
    elsewhere: bool


@dataclass(frozen=True, kw_only=True)
class BackupFacts:
    """Newest first; and when a restore was last tried out with success."""

    backups: Sequence[BackupFact]
    drilled_at: datetime | None


def _no_register(_: Site) -> BackupFacts:
    return BackupFacts(backups=(), drilled_at=None)


SOURCE: Final[list[Callable[[Site], BackupFacts]]] = [_no_register]
"""Who tells the facts: the last one."""


def _newest(site: Site) -> BackupFact:
    facts = SOURCE[-1](site)
    if not facts.backups:
        raise NotShown("控えの記録がまだありません（todoke backup create）。")
    return facts.backups[0]


@check("控えは新しい", looks_at="控えの記録")
def backup_is_recent(site: Site) -> Iterator[str]:
    newest = _newest(site)
    if clock.now() - newest.made_at > RECENT:
        yield f"最後の控えが {newest.made_at:%Y-%m-%d %H:%M} です。"
    if missing := sorted(set(site.aliases) - newest.databases):
        yield f"最後の控えに {', '.join(missing)} がありません。"


@check("控えは暗号化されている", looks_at="控えの記録")
def backup_is_encrypted(site: Site) -> Iterator[str]:
    if not _newest(site).encrypted:
        yield "最後の控えが暗号化されていません。"


@check("控えは読めることを確かめている", looks_at="控えの検証の記録")
def backup_is_verified(site: Site) -> Iterator[str]:
    newest = _newest(site)
    if newest.verified_at is None or newest.verified_at < newest.made_at:
        yield f"{newest.made_at:%Y-%m-%d %H:%M} の控えが検証されていません。"


@check("控えは離れた場所にもある", looks_at="控えの記録")
def backup_is_elsewhere(site: Site) -> Iterator[str]:
    if not _newest(site).elsewhere:
        yield "最後の控えが離れた場所に置かれていません。"


@check("控えから戻せることを試している", looks_at="復元訓練の記録")
def restore_is_drilled(site: Site) -> Iterator[str]:
    facts = SOURCE[-1](site)
    if facts.drilled_at is None:
        raise NotShown("復元の訓練をまだ行っていません。")
    if clock.now() - facts.drilled_at > DRILLED_WITHIN:
        yield f"最後の復元訓練が {facts.drilled_at:%Y-%m-%d} です。"
