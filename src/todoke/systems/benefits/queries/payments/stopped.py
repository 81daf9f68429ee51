"""What stops a batch on its way to the bank: it is to be given up, or somebody in it came under protection unseen."""

from __future__ import annotations

from typing import Final

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits.models import BatchCancellation
from todoke.systems.benefits.queries.payments import protected_since
from todoke.systems.benefits.rules.payments.cancellation import CancellationState

ALIAS: Final = "benefits"


def refuse(batch: int) -> None:
    """No batch goes on that is to be given up, or in which somebody came under protection whom nobody looked at since."""
    given_up = BatchCancellation.objects.using(ALIAS).filter(batch_id=batch)
    if given_up.exclude(state=CancellationState.WITHDRAWN).exists():
        raise TodokeError(
            ErrorCode.STATE_CONFLICT, detail="この支払単位は、起案の取消しが依頼されたか、取り消されました"
        )
    if count := protected_since.in_batch(batch):
        raise TodokeError(
            ErrorCode.STATE_CONFLICT,
            detail=f"起案の後に支援措置の対象になった世帯が {count:,} 件あります。起案を取り消し、審査からやり直してください",
        )
