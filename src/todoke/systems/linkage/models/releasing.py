"""符号の終了: what the intermediary is told when a 統合番号 loses its person (merge), or its 個人番号 goes with another (split)."""

from __future__ import annotations

from django.conf import settings

from todoke.contracts.intermediary import CODE_RELEASES, CodeRelease, CodeReleases
from todoke.exchange import outbox, parties
from todoke.kernel import clock
from todoke.systems.linkage.flows import CodeRequestState
from todoke.systems.linkage.models.code_request import CodeRequest
from todoke.systems.linkage.models.number_alias import NumberAlias

ALIAS = "linkage"


def release(*, ended: str, heir: str) -> None:
    """Tell the intermediary, through the outbox, that `ended` has no 符号 and no 副本 any more.

    `heir` has the person's 個人番号 now; it is asked for again when the answer is there (`actions.take_releases`): asked
    for sooner, the 符号 would still be the other number's.
    """
    municipality = settings.TODOKE_MUNICIPALITY
    CodeRequest.objects.using(ALIAS).filter(person_id=ended).delete()
    if (
        not NumberAlias.objects.using(ALIAS).filter(pk=ended).exists()
    ):  # a split: 未要求, like everybody who lives
        CodeRequest.objects.using(ALIAS).create(
            person_id=ended, state=CodeRequestState.WANTED, message_key="", changed_at=clock.now()
        )
    outbox.send(
        ALIAS,
        sender=parties.city(municipality),
        receiver=parties.platform(municipality),
        kind=CODE_RELEASES,
        body=CodeReleases(records=[CodeRelease(ended=ended, heir=heir)]),
        key=f"release {ended} {heir}",
    )
