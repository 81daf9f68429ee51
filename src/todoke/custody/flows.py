"""The states of a purge (消去) and of an export (出力): nobody does both halves."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices

from todoke.access.permissions import Permission
from todoke.workflow.flow import Flow, Step


class PurgeState(TextChoices):
    """Rows of one model whose time is over."""

    REQUESTED = "requested", "申請"
    CONFIRMED = "confirmed", "確認済・消去中"
    DONE = "done", "消去済"
    WITHDRAWN = "withdrawn", "取下げ"


PURGE: Final = Flow(
    name="custody_purge",
    title="保存期間を過ぎた行の消去",
    table="custody_purge",
    states=PurgeState,
    starts=(PurgeState.REQUESTED,),
    ends=(PurgeState.DONE, PurgeState.WITHDRAWN),
    logged={PurgeState.WITHDRAWN: "privacy:purge:withdraw"},
    steps=(
        Step(
            before=PurgeState.REQUESTED,
            after=PurgeState.CONFIRMED,
            permissions=(Permission.PRIVACY_PURGE_CONFIRM,),
            act="confirmed_by",
            unlike=("requested_by",),
            approvals=1,
        ),
        Step(
            before=PurgeState.REQUESTED, after=PurgeState.WITHDRAWN, permissions=(Permission.PRIVACY_PURGE,)
        ),
        # a deletion that was stopped may be ended by either
        Step(
            before=PurgeState.CONFIRMED,
            after=PurgeState.DONE,
            permissions=(Permission.PRIVACY_PURGE_CONFIRM, Permission.PRIVACY_PURGE),
        ),
    ),
)


class ExportState(TextChoices):
    """One file of rows that is to leave the house."""

    REQUESTED = "requested", "申請"
    APPROVED = "approved", "承認済"
    MADE = "made", "作成済"
    REAPED = "reaped", "期限により削除済"
    REFUSED = "refused", "不承認"


EXPORT: Final = Flow(
    name="custody_export",
    title="データの出力",
    table="custody_export",
    states=ExportState,
    starts=(ExportState.REQUESTED,),
    ends=(ExportState.REAPED, ExportState.REFUSED),
    logged={ExportState.REFUSED: "privacy:export:refuse"},
    steps=(
        Step(
            before=ExportState.REQUESTED,
            after=ExportState.APPROVED,
            permissions=(Permission.PRIVACY_EXPORT_APPROVE,),
            act="approved_by",
            unlike=("requested_by",),
            approvals=1,
        ),
        Step(
            before=ExportState.REQUESTED,
            after=ExportState.REFUSED,
            permissions=(Permission.PRIVACY_EXPORT_APPROVE,),
        ),
        # small ones without specific personal information; a constraint knows which need the approval
        Step(before=ExportState.REQUESTED, after=ExportState.MADE, permissions=(Permission.PRIVACY_EXPORT,)),
        Step(before=ExportState.APPROVED, after=ExportState.MADE, permissions=(Permission.PRIVACY_EXPORT,)),
        Step(
            before=ExportState.MADE,
            after=ExportState.REAPED,
            permissions=(Permission.PRIVACY_REAP,),
        ),
    ),
)

FLOWS: Final = (PURGE, EXPORT)
