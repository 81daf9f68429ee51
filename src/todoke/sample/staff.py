"""Invented staff for a trial: one TOML file per realm, each person with one role."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from todoke.access.permissions import Role

STAFF: Final[dict[str, dict[str, Role]]] = {
    "city": {
        "c001": Role.CLERK,
        "c002": Role.SUPERVISOR,
        "c003": Role.TREASURER,
        "c004": Role.OPERATOR,
    },
    "platform": {
        "p001": Role.PLATFORM_OPERATOR,
        "p002": Role.PROVIDER_OFFICER,
        "p003": Role.PROVIDER_OFFICER,
    },
    "national": {"n001": Role.NETWORK_OPERATOR},
}
"""Staff ID → role, by realm."""


def write(instance: Path) -> None:
    """Write `<realm>/staff.toml` where none stands yet."""
    for realm, people in STAFF.items():
        file = instance / realm / "staff.toml"
        if not file.exists():
            entries = [f'[staff.{staff_id}]\nroles = ["{role.value}"]\n' for staff_id, role in people.items()]
            file.write_text("\n".join(entries), encoding="utf-8")
