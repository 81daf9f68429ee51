"""発送前の鮮度: how old the register may be when a letter is printed or sent (PIA 別添 事故1: 410 vouchers went to former
addresses, because the register was not renewed before; since then the addresses are matched again close to the dispatch)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from todoke.kernel import clock
from todoke.systems.benefits.rules.payments.office import PayingOffice


def stale(*, as_of: date, sealed_at: datetime | None, now: datetime, office: PayingOffice) -> str:
    """Why that register may not be used for letters any more; empty when it may.

    Both must be young: the day that the register shows, and the moment at which it came in. An old extract that is
    taken in anew is old; a register of unknown age is old.
    """
    if sealed_at is None:
        return "取り込んだ日時が分かりません"
    if now - sealed_at > timedelta(hours=office.register_hours):
        return f"取り込んでから{office.register_hours}時間を過ぎています"
    days = office.register_days
    if days is not None and (now.astimezone(clock.JAPAN).date() - as_of).days > days:
        return f"{clock.wareki(as_of)}時点のもので、{days}日を過ぎています"
    return ""
