"""権限: asked, set and confirmed by three people; no two hands in one; every screen says what it needs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from django.urls import get_resolver

from todoke.access import declarations
from todoke.access.duties import ROWS, TITLES, Duty, fits
from todoke.access.grants import UNCONFIRMED_LIFE
from todoke.access.permissions import Permission, Role, granted
from todoke.assurance.checks.check import check
from todoke.assurance.checks.site import Site
from todoke.engine import postgres
from todoke.kernel import clock

APART: Final = (
    (Role.CLERK, Role.SUPERVISOR),
    (Role.CLERK, Role.TREASURER),
    (Role.SUPERVISOR, Role.TREASURER),
    (Role.ADMINISTRATOR, Role.SECTION_MANAGER),
    (Role.ADMINISTRATOR, Role.AUDITOR),
    (Role.ADMINISTRATOR, Role.PERSONNEL),
    (Role.SECTION_MANAGER, Role.AUDITOR),
)
"""兼ねない役割: what one of them does, the other one looks over."""
ACTS_APART: Final = (
    (Permission.BENEFITS_EXAMINE, Permission.BENEFITS_APPROVE),
    (Permission.BENEFITS_APPROVE, Permission.BENEFITS_RELEASE),
    (Permission.BENEFITS_PAY, Permission.BENEFITS_RELEASE),
    (Permission.ACCESS_GRANT_REQUEST, Permission.ACCESS_GRANT_SET),
    (Permission.ACCESS_GRANT_SET, Permission.ACCESS_GRANT_CONFIRM),
    (Permission.ACCESS_GRANT_SET, Permission.ACCESS_STAFF_IMPORT),
    (Permission.PRIVACY_PURGE, Permission.PRIVACY_PURGE_CONFIRM),
    (Permission.OPLOG_DROP_REQUEST, Permission.OPLOG_DROP_APPROVE),
    (Permission.OPLOG_ERASE_REQUEST, Permission.OPLOG_ERASE_APPROVE),
    (Permission.LINKAGE_REPLICA_PROPOSE, Permission.LINKAGE_REPLICA_CONFIRM),
    (Permission.LINKAGE_CORRECTION_REQUEST, Permission.LINKAGE_CORRECTION_CONFIRM),
    (Permission.LINKAGE_RIGHT_DECLARE, Permission.LINKAGE_RIGHT_CONFIRM),
)
"""Operations that no role may carry together."""
_VALID: Final = "g.state = 'confirmed' AND %(today)s BETWEEN g.valid_from AND g.valid_until"


def _rows(site: Site, statement: str, **values: object) -> list[tuple[str, ...]]:
    return postgres.fetch(site.directory, statement, {"today": clock.today(), **values})


@check("権限は、依頼・設定・確認の三人による", looks_at="有効な権限 (access_grant)", link="grants")
def rights_by_three(site: Site) -> Iterator[str]:
    found = _rows(
        site,
        f"SELECT g.id, g.staff_id FROM access_grant g WHERE {_VALID} AND g.origin <> 'bootstrap' AND"
        " (g.requested_by = '' OR g.set_by = '' OR g.confirmed_by = '' OR g.requested_by IN (g.set_by, g.confirmed_by, g.staff_id)"
        " OR g.set_by IN (g.confirmed_by, g.staff_id) OR g.confirmed_by = g.staff_id)",
    )
    yield from (f"権限 {number}（{staff}）に、三人の別の人がいません。" for number, staff in found)


@check("確かめられない依頼は残らない", looks_at="依頼中の権限", link="grants")
def requests_run_out(site: Site) -> Iterator[str]:
    late = clock.now() - UNCONFIRMED_LIFE - timedelta(days=1)
    found = _rows(
        site,
        "SELECT id, staff_id FROM access_grant g WHERE state IN ('requested', 'set') AND requested_at < %(late)s",
        late=late,
    )
    yield from (
        f"権限 {number}（{staff}）の依頼が、期限を過ぎて確かめられていません。" for number, staff in found
    )


@check("権限は事務に合っている", looks_at="有効な権限とアクセス権限と事務の対応表", link="matrix")
def rights_fit_duties(site: Site) -> Iterator[str]:
    found = _rows(site, f"SELECT id, staff_id, role, duty, municipality FROM access_grant g WHERE {_VALID}")
    for number, staff, role, duty, municipality in found:
        known = role in Role._value2member_map_ and duty in Duty._value2member_map_
        if not known or not fits(Role(role), Duty(duty), site.realm, municipality):
            yield f"権限 {number}（{staff}）の役割 {role} は、事務 {duty} に合いません。"


@check("一人が、見る側と見られる側を兼ねない", looks_at="有効な権限の組合せ", link="matrix")
def duties_not_merged(site: Site) -> Iterator[str]:
    for one, other in APART:
        found = _rows(
            site,
            f"SELECT DISTINCT g.staff_id FROM access_grant g JOIN access_grant h USING (staff_id) WHERE {_VALID}"
            f" AND {_VALID.replace('g.', 'h.')} AND g.role = %(one)s AND h.role = %(other)s",
            one=one.value,
            other=other.value,
        )
        yield from (f"{staff} が「{TITLES[one]}」と「{TITLES[other]}」を兼ねています。" for (staff,) in found)


@check("一つの役割に、申請と承認がまとまっていない", looks_at="役割と操作の表", link="matrix")
def roles_not_merged(_: Site) -> Iterator[str]:
    for role in Role:
        for one, other in ACTS_APART:
            if {one, other} <= granted(role):
                yield f"役割 {TITLES[role]} が {one.value} と {other.value} の両方を持っています。"


@check("与えられる役割は、事務の表に載っている", looks_at="事務の表", link="matrix")
def roles_have_duties(_: Site) -> Iterator[str]:
    listed = {role for row in ROWS.values() for role in row.roles}
    for role in Role:
        people = {permission for permission in granted(role) if permission.value.startswith("benefits:")}
        if people and role not in listed and role is not Role.HOUSEKEEPER:
            yield f"役割 {TITLES[role]} は、どの事務にもないのに給付の操作を持っています。"


@check("権限のない画面はない", looks_at="すべての画面の宣言")
def screens_declared(_: Site) -> Iterator[str]:
    for one in declarations.screens(get_resolver().url_patterns):
        if one.declaration is None:
            yield f"画面 {one.name} に、必要な権限の宣言がありません。"
