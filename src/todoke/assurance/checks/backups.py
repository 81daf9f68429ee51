"""控え (バックアップ): recent, found whole, kept elsewhere and tried out, by the register of backups."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from todoke.assurance import backups
from todoke.assurance.checks.check import NotShown, check
from todoke.assurance.checks.site import Site
from todoke.kernel import clock

RECENT: Final = timedelta(days=2)
COPIED_WITHIN: Final = timedelta(days=8)
DRILLED_WITHIN: Final = timedelta(days=366)


def _state(site: Site) -> backups.State:
    found = backups.state(site.directory)
    if found.made is None:
        raise NotShown("控えの記録がまだありません（todoke backup create）。")
    return found


@check("控えは新しい", looks_at="控えの台帳")
def backup_is_recent(site: Site) -> Iterator[str]:
    made = _state(site).made
    if made is not None and clock.now() - made > RECENT:
        yield f"最後の控えが {made:%Y-%m-%d %H:%M} です。"


@check("控えは読めることを確かめている", looks_at="控えの検証の記録")
def backup_is_verified(site: Site) -> Iterator[str]:
    found = _state(site)
    if found.verified is None or found.made is None or found.made - found.verified > RECENT:
        yield "最後の控えが検証されていません。"
    if found.failed is not None and (found.verified is None or found.failed > found.verified):
        yield f"{found.failed:%Y-%m-%d %H:%M} の控えが検証で不合格でした。"


@check("控えは離れた場所にもある", looks_at="控えの写しの記録")
def backup_is_elsewhere(site: Site) -> Iterator[str]:
    copied = _state(site).copied
    if copied is None or clock.now() - copied > COPIED_WITHIN:
        yield "8日以内の控えの写しが、離れた場所にありません。"


@check("控えから戻せることを試している", looks_at="復元訓練の記録")
def restore_is_drilled(site: Site) -> Iterator[str]:
    drilled = _state(site).drilled
    if drilled is None:
        raise NotShown("復元の訓練をまだ行っていません。")
    if clock.now() - drilled > DRILLED_WITHIN:
        yield f"最後の復元訓練が {drilled:%Y-%m-%d} です。"
