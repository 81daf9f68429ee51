"""Denied unless declared; examination, approval and release never in one role."""

import pytest

from todoke.access.permissions import Actor, Permission, Role, granted, require
from todoke.kernel.errors import ErrorCode, TodokeError


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
