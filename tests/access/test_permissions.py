"""Denied unless declared; examination, approval and release never in one role."""

from pathlib import Path

import pytest

from todoke.access import staff
from todoke.access.permissions import Actor, Permission, Role, granted, require
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sample import staff as sample_staff


def test_nobody_without_a_role_may_do_anything() -> None:
    nobody = Actor(staff_id="x", roles=frozenset())
    for permission in Permission:
        with pytest.raises(TodokeError) as denied:
            require(nobody, permission)
        assert denied.value.code is ErrorCode.PERMISSION_DENIED


def test_every_permission_is_carried_by_somebody() -> None:
    assert set(Permission) == {permission for role in Role for permission in granted(role)}


def test_money_needs_three_roles() -> None:
    chain = {Permission.BENEFITS_EXAMINE, Permission.BENEFITS_APPROVE, Permission.BENEFITS_RELEASE}
    assert all(len(chain & granted(role)) <= 1 for role in Role)


def test_the_sample_staff_hold_one_role_each(tmp_path: Path) -> None:
    for realm in sample_staff.STAFF:
        (tmp_path / realm).mkdir()
    sample_staff.write(tmp_path)
    for realm, people in sample_staff.STAFF.items():
        for staff_id, role in people.items():
            assert staff.load(tmp_path / realm / "staff.toml", staff_id).roles == {role}
    with pytest.raises(TodokeError) as unknown:
        staff.load(tmp_path / "city" / "staff.toml", "c999")
    assert unknown.value.code is ErrorCode.NOT_FOUND
