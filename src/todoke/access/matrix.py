"""アクセス権限と事務の対応表: which operation each role may do in each duty, and who holds it (PIA III.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from todoke.access import directory
from todoke.access.duties import ROWS, TITLES, Duty
from todoke.access.models import Grant, GrantState
from todoke.access.permissions import Actor, Permission, Role, granted, require
from todoke.kernel import clock
from todoke.oplog.record import record

MARK: Final = "○"
HOLDER_COLUMNS: Final = (
    "職員ID", "所属課", "事務", "役割", "団体", "区", "開始", "終了", "依頼", "設定", "確認",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """`columns`: duty and role in Japanese; `rows`: an operation and, per column, whether it may be done."""

    realm: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, tuple[bool, ...]], ...]
    holders: tuple[tuple[str, ...], ...]

    @property
    def head(self) -> list[str]:
        """The heading row as text."""
        return ["操作", *(f"{duty}：{role}" for duty, role in self.columns)]

    @property
    def cells(self) -> list[list[str]]:
        """The other rows as text."""
        return [[operation, *(MARK if may else "" for may in cells)] for operation, cells in self.rows]


def read(*, by: Actor) -> Matrix:
    """The matrix of this site's realm, with everybody who holds a right today; logged."""
    require(by, Permission.ACCESS_MATRIX_PRINT)
    alias = directory.alias()
    with transaction.atomic(using=alias):
        holders = _holders(alias)
        verb = Permission.ACCESS_MATRIX_PRINT.value
        record(alias, by=by, verb=verb, subject="matrix", persons=len(holders))
    return of_realm(directory.realm(), holders)


def of_realm(realm: str, holders: Sequence[tuple[str, ...]] = ()) -> Matrix:
    """The matrix of a realm as the code declares it."""
    pairs = [
        (row.title, role)
        for row in ROWS.values()
        if realm in row.realms
        for role in sorted(row.roles, key=lambda role: role.value)
    ]
    rows = [
        (permission.value, tuple(permission in granted(role) for _, role in pairs))
        for permission in Permission
    ]
    return Matrix(
        realm=realm,
        columns=tuple((duty, TITLES[role]) for duty, role in pairs),
        rows=tuple(row for row in rows if any(row[1])),
        holders=tuple(holders),
    )


def _holders(alias: str) -> list[tuple[str, ...]]:
    today = clock.today()
    found = (
        Grant.objects.using(alias)
        .filter(state=GrantState.CONFIRMED, valid_from__lte=today, valid_until__gte=today)
        .order_by("staff_id", "duty", "role", "municipality", "ward")
        .select_related("staff")
    )
    return [
        (
            grant.staff_id,
            grant.staff.section,
            ROWS[Duty(grant.duty)].title,
            TITLES[Role(grant.role)],
            grant.municipality,
            grant.ward,
            grant.valid_from.isoformat(),
            grant.valid_until.isoformat(),
            grant.requested_by,
            grant.set_by,
            grant.confirmed_by,
        )
        for grant in found
        if grant.staff.left_on is None or grant.staff.left_on > today
    ]
