"""The states of a correction of numbers: merge, split, changed 個人番号."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices

from todoke.access.permissions import Permission
from todoke.workflow.flow import Flow, Step


class CorrectionKind(TextChoices):
    """種別 of a correction of numbers."""

    MERGE = "merge", "統合（二つの統合番号が同じ人）"
    SPLIT = "split", "分割（一つの統合番号に二人）"
    NUMBER = "number", "個人番号の変更"


class CorrectionState(TextChoices):
    """A correction of numbers: asked for, then confirmed or refused by somebody else, or withdrawn."""

    REQUESTED = "requested", "確認待ち"
    CONFIRMED = "confirmed", "実施済"
    REFUSED = "refused", "不承認"
    WITHDRAWN = "withdrawn", "取下げ"


CORRECTION: Final = Flow(
    name="linkage_correction",
    title="番号の訂正（統合・分割・個人番号の変更）",
    table="linkage_correction",
    states=CorrectionState,
    starts=(CorrectionState.REQUESTED,),
    ends=(CorrectionState.CONFIRMED, CorrectionState.REFUSED, CorrectionState.WITHDRAWN),
    logged={
        CorrectionState.REFUSED: "linkage:correction:refuse",
        CorrectionState.WITHDRAWN: "linkage:correction:withdraw",
    },
    steps=(
        Step(
            before=CorrectionState.REQUESTED,
            after=CorrectionState.CONFIRMED,
            permissions=(Permission.LINKAGE_CORRECTION_CONFIRM,),
            act="confirmed_by",
            unlike=("requested_by",),
            approvals=1,
        ),
        Step(
            before=CorrectionState.REQUESTED,
            after=CorrectionState.REFUSED,
            permissions=(Permission.LINKAGE_CORRECTION_CONFIRM,),
        ),
        Step(
            before=CorrectionState.REQUESTED,
            after=CorrectionState.WITHDRAWN,
            permissions=(Permission.LINKAGE_CORRECTION_REQUEST,),
        ),
    ),
)
