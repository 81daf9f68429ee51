"""Every check: importing this module fills `CHECKS`."""

from todoke.assurance.checks import (
    backups,
    benefits,
    contracts,
    database,
    exchange,
    keeping,
    linkage,
    logs,
    people,
    rights,
    schema,
    secrets,
    staff,
)
from todoke.assurance.checks.check import CHECKS

MODULES = (
    backups, benefits, contracts, database, exchange, keeping, linkage, logs, people, rights, schema, secrets, staff,
)  # fmt: skip

__all__ = ["CHECKS", "MODULES"]
