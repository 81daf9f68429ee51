"""The states of a query in 統合番号連携システム, and which may follow which."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices

from todoke.access.permissions import Permission
from todoke.contracts.information import Outcome
from todoke.workflow.flow import Flow, Step, along


class QueryState(TextChoices):
    """One 情報照会 as the inquiring city's linkage system sees it."""

    ACCEPTED = "accepted", "受付済（未送信）"
    SENT = "sent", "送信中（受付回答待ち）"
    ASKED = "asked", "照会中"
    HELD = "held", "提供者確認中"
    ANSWERED = "answered", "回答あり"
    NO_RECORD = "no_record", "該当なし"
    RELEASE_REFUSED = "release_refused", "提供不許可"
    REFUSED = "refused", "照会エラー"


_ENDS: Final = (
    QueryState.ANSWERED,
    QueryState.NO_RECORD,
    QueryState.RELEASE_REFUSED,
    QueryState.REFUSED,
)

QUERY: Final = Flow(
    name="linkage_query",
    title="統合番号連携システムの一人分の照会",
    table="linkage_query",
    states=QueryState,
    starts=(QueryState.ACCEPTED,),
    ends=_ENDS,
    key="record_id",
    at="",
    by="",
    steps=along(
        {
            QueryState.ACCEPTED: (QueryState.SENT, QueryState.REFUSED),
            # back to ACCEPTED when the 符号 has not arrived yet; a result may be polled before the receipt is heard
            QueryState.SENT: (QueryState.ACCEPTED, QueryState.ASKED, QueryState.HELD, *_ENDS),
            QueryState.ASKED: (QueryState.HELD, *_ENDS),
            QueryState.HELD: _ENDS,
        },
        Permission.LINKAGE_OPERATE,
        Permission.LINKAGE_SEND,
    ),
)


class CodeRequestState(TextChoices):
    """Where the acquisition of one person's 符号 stands, as the city knows it."""

    WANTED = "wanted", "未要求"
    REQUESTED = "requested", "要求済"
    PRESENT = "present", "取得済"
    REFUSED = "refused", "取得エラー"
    AGAIN = "again", "再取得"


_ANSWERED: Final = (CodeRequestState.REQUESTED, CodeRequestState.PRESENT, CodeRequestState.REFUSED)

CODE_REQUEST: Final = Flow(
    name="linkage_code_request",
    title="符号取得の要求",
    table="linkage_coderequest",
    states=CodeRequestState,
    starts=(CodeRequestState.WANTED,),
    ends=(CodeRequestState.PRESENT,),
    key="person_id",
    at="changed_at",
    by="",
    steps=(
        *along(
            {
                CodeRequestState.WANTED: _ANSWERED,
                CodeRequestState.AGAIN: _ANSWERED,
                CodeRequestState.REQUESTED: (CodeRequestState.PRESENT, CodeRequestState.REFUSED),
            },
            Permission.LINKAGE_SEND,
        ),
        *along(
            {
                CodeRequestState.REQUESTED: (CodeRequestState.AGAIN,),
                CodeRequestState.REFUSED: (CodeRequestState.AGAIN,),
            },
            Permission.LINKAGE_OPERATE,
        ),
    ),
)
"""A person is WANTED from the moment they are registered. The city learns that a 符号 was acquired, never which it is."""


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


class RightState(TextChoices):
    """An allowed conversion: counts only while confirmed."""

    DECLARED = "declared", "申請（確認待ち）"
    CONFIRMED = "confirmed", "有効"
    ENDED = "ended", "終了"


CONVERSION_RIGHT: Final = Flow(
    name="linkage_conversion_right",
    title="番号変換の許可",
    table="linkage_conversionright",
    states=RightState,
    starts=(RightState.DECLARED,),
    ends=(RightState.ENDED,),
    steps=(
        Step(
            before=RightState.DECLARED,
            after=RightState.CONFIRMED,
            permissions=(Permission.LINKAGE_RIGHT_CONFIRM,),
            act="confirmed_by",
            unlike=("declared_by",),
            approvals=1,
        ),
        *along(
            {RightState.DECLARED: (RightState.ENDED,), RightState.CONFIRMED: (RightState.ENDED,)},
            Permission.LINKAGE_RIGHT_DECLARE,
            Permission.LINKAGE_RIGHT_CONFIRM,
        ),
    ),
)


class JobState(TextChoices):
    """A file of numbers to be converted."""

    RECEIVED = "received", "受付（変換中）"
    DONE = "done", "変換済"
    REFUSED = "refused", "不受理"
    FAILED = "failed", "中断"
    REAPED = "reaped", "期限により削除済"


CONVERSION_JOB: Final = Flow(
    name="linkage_conversion_job",
    title="番号変換の処理",
    table="linkage_conversionjob",
    states=JobState,
    starts=(JobState.RECEIVED,),
    ends=(JobState.REAPED, JobState.REFUSED, JobState.FAILED),
    key="job_id",
    steps=(
        *along(
            {JobState.RECEIVED: (JobState.DONE, JobState.REFUSED, JobState.FAILED)},
            Permission.LINKAGE_SYSTEM_CONVERT,
        ),
        Step(before=JobState.DONE, after=JobState.REAPED, permissions=(Permission.PRIVACY_REAP,)),
    ),
)


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

FLOWS: Final = (QUERY, CODE_REQUEST, CORRECTION, CONVERSION_RIGHT, CONVERSION_JOB, FILE_QUEUE, EXCHANGED_FILE)

OUTCOMES: Final[dict[QueryState, Outcome]] = {
    QueryState.ACCEPTED: Outcome.ASKED,
    QueryState.SENT: Outcome.ASKED,
    QueryState.ASKED: Outcome.ASKED,
    QueryState.HELD: Outcome.HELD,
    QueryState.ANSWERED: Outcome.ANSWERED,
    QueryState.NO_RECORD: Outcome.NO_RECORD,
    QueryState.RELEASE_REFUSED: Outcome.RELEASE_REFUSED,
    QueryState.REFUSED: Outcome.REFUSED,
}
"""How siblings see each state."""

OPEN: Final = (QueryState.ACCEPTED, QueryState.SENT, QueryState.ASKED)
"""Without any result yet; HELD has one, and its end may take days."""
