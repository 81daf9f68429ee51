"""A file from another department (ファイルの取込)."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices

from todoke.access.permissions import Permission
from todoke.workflow.flow import Flow, Step


class ImportState(TextChoices):
    """Where a file from another department stands (ファイルの取込)."""

    RECEIVED = "received", "検査中"
    REFUSED = "refused", "受付不可"
    CHECKED = "checked", "確認待ち"
    PROPOSED = "proposed", "二人目の確認待ち"
    CONFIRMED = "confirmed", "取込中"
    TAKEN = "taken", "取込済"
    CANCELLED = "cancelled", "取りやめ"


_I = ImportState
_OPEN = (_I.RECEIVED, _I.CHECKED, _I.PROPOSED, _I.CONFIRMED)
_EITHER = (Permission.BENEFITS_IMPORT, Permission.BENEFITS_IMPORT_CONFIRM)
# what was stopped goes on by itself (housekeeping.py)
_CHECKERS = (Permission.BENEFITS_IMPORT, Permission.BENEFITS_IMPORT_CONTINUE)
_TAKERS = (*_EITHER, Permission.BENEFITS_IMPORT_CONTINUE)


def _import_step(before: ImportState, after: ImportState) -> Step:
    return Step(before=before, after=after, permissions=_CHECKERS)


IMPORT: Final = Flow(
    name="benefits_file_import",
    title="他部署のファイルの取込",
    table="benefits_file_import",
    states=ImportState,
    starts=(_I.RECEIVED,),
    ends=(_I.REFUSED, _I.TAKEN, _I.CANCELLED),
    steps=(
        _import_step(_I.RECEIVED, _I.REFUSED),
        _import_step(_I.RECEIVED, _I.CHECKED),
        Step(
            before=_I.CHECKED,
            after=_I.PROPOSED,
            permissions=(Permission.BENEFITS_IMPORT,),
            act="proposed_by",
        ),
        Step(
            before=_I.PROPOSED,
            after=_I.CONFIRMED,
            permissions=(Permission.BENEFITS_IMPORT_CONFIRM,),
            act="confirmed_by",
            unlike=("uploaded_by", "proposed_by"),
            approvals=2,
        ),
        # a small change is taken by whoever proposed it; the constraint import_large_has_second holds the rest
        Step(before=_I.PROPOSED, after=_I.TAKEN, permissions=_TAKERS),
        Step(before=_I.CONFIRMED, after=_I.TAKEN, permissions=_TAKERS),
        *(Step(before=state, after=_I.CANCELLED, permissions=_EITHER) for state in _OPEN),
    ),
)
