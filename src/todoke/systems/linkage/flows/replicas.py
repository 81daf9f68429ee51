"""The states of masters on their way to be replicas, of corrections by screen, and of differences."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices

from todoke.access.permissions import Permission
from todoke.workflow.flow import Flow, Step, along


class ReplicaFileState(TextChoices):
    """A file of masters (正本) that came in to be registered as replicas."""

    REFUSED = "refused", "受付拒否"
    WAITING = "waiting", "登録中"
    DONE = "done", "完了"


REPLICA_FILE: Final = Flow(
    name="linkage_replica_file",
    title="副本登録用ファイル",
    table="linkage_replicafile",
    states=ReplicaFileState,
    starts=(ReplicaFileState.REFUSED, ReplicaFileState.WAITING),
    ends=(ReplicaFileState.REFUSED, ReplicaFileState.DONE),
    at="settled_at",
    by="",
    steps=along({ReplicaFileState.WAITING: (ReplicaFileState.DONE,)}, Permission.LINKAGE_REPLICA_OPERATE),
)


class PieceState(TextChoices):
    """Up to 10,000 rows of a file: one message."""

    WAITING = "waiting", "送信待ち"
    SENT = "sent", "送信中"
    REGISTERED = "registered", "登録済"
    REFUSED = "refused", "受付拒否"


REPLICA_PIECE: Final = Flow(
    name="linkage_replica_piece",
    title="副本登録の電文",
    table="linkage_replicapiece",
    states=PieceState,
    starts=(PieceState.WAITING,),
    ends=(PieceState.REGISTERED, PieceState.REFUSED),
    at="settled_at",
    by="",
    steps=along(
        {
            PieceState.WAITING: (PieceState.SENT,),
            PieceState.SENT: (PieceState.REGISTERED, PieceState.REFUSED),
        },
        Permission.LINKAGE_REPLICA_OPERATE,
    ),
)


class CopyState(TextChoices):
    """What the city knows of one person's replica of one 年度; a deleted one has no row."""

    SENT = "sent", "登録を送信中"
    REGISTERED = "registered", "登録済"
    LEAVING = "leaving", "削除を送信中"
    REFUSED = "refused", "受付拒否"


REGISTERED_COPY: Final = Flow(
    name="linkage_registered_copy",
    title="登録した副本",
    table="linkage_registeredcopy",
    states=CopyState,
    starts=(CopyState.SENT, CopyState.LEAVING),
    ends=(),
    at="",
    by="",
    steps=along(
        {
            CopyState.SENT: (CopyState.REGISTERED, CopyState.REFUSED, CopyState.LEAVING),
            CopyState.REGISTERED: (CopyState.SENT, CopyState.LEAVING),
            CopyState.LEAVING: (CopyState.SENT, CopyState.REFUSED),
            CopyState.REFUSED: (CopyState.SENT, CopyState.LEAVING),
        },
        Permission.LINKAGE_REPLICA_OPERATE,
    ),
)


class ReplicaCorrectionState(TextChoices):
    """A replica corrected by screen: one proposes, another confirms."""

    PROPOSED = "proposed", "確認待ち"
    CONFIRMED = "confirmed", "確認済"
    DECLINED = "declined", "差戻し"


REPLICA_CORRECTION: Final = Flow(
    name="linkage_replica_correction",
    title="画面からの副本の訂正",
    table="linkage_replicacorrection",
    states=ReplicaCorrectionState,
    starts=(ReplicaCorrectionState.PROPOSED,),
    ends=(ReplicaCorrectionState.CONFIRMED, ReplicaCorrectionState.DECLINED),
    at="",
    by="",
    logged={ReplicaCorrectionState.DECLINED: "linkage:replica:decline"},
    steps=(
        Step(
            before=ReplicaCorrectionState.PROPOSED,
            after=ReplicaCorrectionState.CONFIRMED,
            permissions=(Permission.LINKAGE_REPLICA_CONFIRM,),
            act="confirmed_by",
            unlike=("proposed_by",),
            approvals=1,
        ),
        Step(
            before=ReplicaCorrectionState.PROPOSED,
            after=ReplicaCorrectionState.DECLINED,
            permissions=(Permission.LINKAGE_REPLICA_CONFIRM,),
            act="declined_by",
            unlike=("proposed_by",),
            approvals=1,
        ),
    ),
)


class DifferenceState(TextChoices):
    """A replica that did not agree with its master's digest."""

    OPEN = "open", "未対応"
    RESENT = "resent", "再登録を送信"
    SETTLED = "settled", "解消"
    CARRIED = "carried", "次の照合に引継ぎ"


DIFFERENCE: Final = Flow(
    name="linkage_replica_difference",
    title="正本と副本の差異",
    table="linkage_replicadifference",
    states=DifferenceState,
    starts=(DifferenceState.OPEN,),
    ends=(DifferenceState.SETTLED, DifferenceState.CARRIED),
    steps=along(
        {
            DifferenceState.OPEN: (DifferenceState.RESENT, DifferenceState.SETTLED, DifferenceState.CARRIED),
            DifferenceState.RESENT: (DifferenceState.SETTLED, DifferenceState.CARRIED),
        },
        Permission.LINKAGE_REPLICA_OPERATE,
    ),
)
