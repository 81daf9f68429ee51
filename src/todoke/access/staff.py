"""The staff file of a realm (職員名簿): until a directory stands, a TOML file that an administrator keeps.

[staff.s001]
roles = ["clerk"]
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from todoke.access.permissions import SYSTEM_ROLES, Actor, Role
from todoke.kernel.errors import ErrorCode, TodokeError


def load(path: Path, staff_id: str) -> Actor:
    """The actor with that ID; SETUP_MISSING without the file, NOT_FOUND for an unknown ID or role."""
    if not path.is_file():
        raise TodokeError(
            ErrorCode.SETUP_MISSING, detail="職員名簿がありません", todo=f"{path.name} を作成してください。"
        )
    entry = tomllib.loads(path.read_text(encoding="utf-8")).get("staff", {}).get(staff_id)
    if entry is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="職員ID")
    try:
        roles = frozenset(Role(name) for name in entry["roles"])
    except (KeyError, ValueError) as error:
        raise TodokeError(ErrorCode.NOT_FOUND, what="職員の役割") from error
    if roles & SYSTEM_ROLES:
        raise TodokeError(ErrorCode.PERMISSION_DENIED, permission="システムの役割")
    return Actor(staff_id=staff_id, roles=roles)
