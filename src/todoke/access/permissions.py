"""Who acts, with which rights now, and `require`, the first line of every action (PIA III.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from todoke.access.operations import PURPOSE, STEP_UP, STEP_UP_LIFE, Permission
from todoke.access.roles import GRANTS, SYSTEM_ROLES, Role, granted
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.who import Who

__all__ = [
    "PURPOSE", "STEP_UP", "STEP_UP_LIFE", "SYSTEM_ROLES", "Actor", "Held", "Permission", "Role", "granted", "one_of",
    "require",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Held:
    """One right of a member of staff, valid now. Empty `municipality` or `ward`: all of them."""

    role: Role
    duty: str
    municipality: str = ""
    ward: str = ""

    def covers(self, municipality: str | None, ward: str | None) -> bool:
        """Whether the right reaches there. A bound right reaches nothing that does not name its place."""
        return self.municipality in ("", municipality) and self.ward in ("", ward)


@dataclass(frozen=True, kw_only=True)
class Actor(Who):
    """Who acts, with the rights held now: `held` of a member of staff; `roles`, unbound, of a system.

    `verified_at`: when the second factor was last checked. `paused`: why no right counts at the moment.
    """

    roles: frozenset[Role] = frozenset()
    held: tuple[Held, ...] = ()
    verified_at: datetime | None = None
    paused: ErrorCode | None = None

    def carries(self, role: Role) -> bool:
        """Whether the actor holds the role anywhere."""
        return self.paused is None and (role in self.roles or any(right.role is role for right in self.held))

    def may(
        self, permission: Permission, *, municipality: str | None = None, ward: str | None = None
    ) -> bool:
        """Whether a right of the actor carries the permission at that place."""
        return self.paused is None and (
            self._as_system(permission)
            or any(right.covers(municipality, ward) for right in self._rights(permission))
        )

    def may_somewhere(self, permission: Permission) -> bool:
        """Whether there is any place where the actor may: what menus and doors ask before the place is known."""
        return self.paused is None and (
            self._as_system(permission) or next(self._rights(permission), None) is not None
        )

    def works_in(self, system: str) -> bool:
        """Whether any right of the actor is one of that system's (`benefits`, `linkage`…)."""
        return self.paused is None and any(
            permission.value.startswith(f"{system}:")
            for role in (*self.roles, *(right.role for right in self.held))
            for permission in GRANTS[role]
        )

    def at(self, *, municipality: str | None = None, ward: str | None = None) -> Actor:
        """The same actor with only the rights that reach there, for what asks without naming the place (flows)."""
        here = [right for right in self.held if right.covers(municipality, ward)]
        return replace(self, held=tuple(replace(right, municipality="", ward="") for right in here))

    def must_verify(self, permission: Permission) -> bool:
        """Whether the second factor must be checked (again) before this operation. Systems have none."""
        if permission not in STEP_UP or self._as_system(permission):
            return False
        return self.verified_at is None or clock.now() - self.verified_at > STEP_UP_LIFE

    def _as_system(self, permission: Permission) -> bool:
        return any(permission in GRANTS[role] for role in self.roles)

    def _rights(self, permission: Permission) -> Iterator[Held]:
        return (right for right in self.held if permission in GRANTS[right.role])


def one_of(by: Actor, *permissions: Permission) -> Permission:
    """What to require for an action that several permissions allow: the first of them that the actor holds, else the first."""
    return next((permission for permission in permissions if by.may(permission)), permissions[0])


def require(
    by: Actor, permission: Permission, *, municipality: str | None = None, ward: str | None = None
) -> None:
    """The first line of every action: PERMISSION_DENIED unless the actor may, there and now.

    Errors: why rights pause (TRAINING_OVERDUE, CONTRACT_OVER, PASSWORD_EXPIRED); VERIFY_AGAIN before a `STEP_UP`.
    """
    if by.paused is not None:
        raise TodokeError(by.paused)
    if not by.may(permission, municipality=municipality, ward=ward):
        raise TodokeError(ErrorCode.PERMISSION_DENIED, permission=permission.value)
    if by.must_verify(permission):
        raise TodokeError(ErrorCode.VERIFY_AGAIN, permission=permission.value)
