"""Every check: importing this module fills `CHECKS`."""

from todoke.assurance.checks import (
    assessment,
    backups,
    benefits,
    contracts,
    database,
    exchange,
    keeping,
    linkage,
    logs,
    media,
    people,
    rights,
    schema,
    secrets,
    staff,
)
from todoke.assurance.checks.check import CHECKS

MODULES = (
    assessment, backups, benefits, contracts, database, exchange, keeping, linkage, logs, media, people, rights, schema, secrets, staff,
)  # fmt: skip

__all__ = ["CHECKS", "MODULES"]
