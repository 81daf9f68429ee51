"""The states of a queue of files with an existing system, and of one file."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices

from todoke.access.permissions import Permission
from todoke.workflow.flow import Flow, along


class QueueState(TextChoices):
    """Whether a queue of files moves. Only a person stops one: a refused file never does."""

    RUNNING = "running", "稼働中"
    STOPPED = "stopped", "停止中"


FILE_QUEUE: Final = Flow(
    name="linkage_file_queue",
    title="ファイル連携の待ち行列",
    table="linkage_filequeue",
    states=QueueState,
    starts=(QueueState.RUNNING,),
    ends=(),
    reason="state_reason",
    steps=along(
        {QueueState.RUNNING: (QueueState.STOPPED,), QueueState.STOPPED: (QueueState.RUNNING,)},
        Permission.LINKAGE_QUEUE_STOP,
    ),
)


class FileState(TextChoices):
    """One file from or to an existing system. Those that come in, then those that go out."""

    ARRIVED = "arrived", "到着"
    CHECKED = "checked", "検査済"
    TAKING = "taking", "取込中"
    TAKEN = "taken", "取込済"
    REFUSED = "refused", "拒否"
    MADE = "made", "作成"
    SENT = "sent", "送出"
    ACKNOWLEDGED = "acknowledged", "受領確認"
    ERROR = "error", "エラー"


FILE_ENDS: Final = (FileState.TAKEN, FileState.REFUSED, FileState.ACKNOWLEDGED, FileState.ERROR)

EXCHANGED_FILE: Final = Flow(
    name="linkage_exchanged_file",
    title="既存業務システムと連携するファイル",
    table="linkage_exchangedfile",
    states=FileState,
    # refused at once: what is late, a duplicate, of another queue or not signed by its system
    starts=(FileState.ARRIVED, FileState.REFUSED, FileState.MADE),
    ends=FILE_ENDS,
    steps=along(
        {
            FileState.ARRIVED: (FileState.CHECKED, FileState.REFUSED),
            FileState.CHECKED: (FileState.TAKING, FileState.REFUSED),
            FileState.TAKING: (FileState.TAKEN, FileState.REFUSED),
            FileState.MADE: (FileState.SENT,),
            FileState.SENT: (FileState.ACKNOWLEDGED, FileState.ERROR),
        },
        Permission.LINKAGE_FILE_RUN,
    ),
)
