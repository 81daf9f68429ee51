"""媒体の搬送: what left sealed arrives within days, and what was destroyed or returned was seen by a second person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from todoke.assurance.checks.check import CITY, NotShown, check, only
from todoke.assurance.checks.site import Site
from todoke.assurance.models import MediumEnd, Transport
from todoke.kernel import clock

ARRIVES_WITHIN: Final = timedelta(days=3)
SEEN_WITHIN: Final = timedelta(days=7)


@check(
    "媒体は封印して運ばれ、届いている", looks_at="媒体と搬送の台帳", link="assurance-media", realms=only(CITY)
)
def media_arrive(site: Site) -> Iterator[str]:
    """Of the newest transport of each medium on."""
    ways = Transport.objects.using(site.directory).select_related("medium")
    if not ways.exists():
        raise NotShown("媒体の搬送の記録がまだありません。")
    late = ways.filter(received_by=None, handed_at__lt=clock.now() - ARRIVES_WITHIN).order_by("pk")
    yield from (
        f"媒体 {one.medium.label} は {one.handed_at:%Y-%m-%d} に発送されましたが、届いていません。"
        for one in late
    )
    yield from (
        f"媒体 {one.medium.label} は封印なしで運ばれました。" for one in ways.filter(seal="").order_by("pk")
    )
    ends = MediumEnd.objects.using(site.directory).select_related("medium")
    unseen = ends.filter(confirmed_by=None, done_at__lt=clock.now() - SEEN_WITHIN).order_by("pk")
    yield from (
        f"媒体 {one.medium.label} の{one.get_how_display()}を、二人目が確かめていません。" for one in unseen
    )
