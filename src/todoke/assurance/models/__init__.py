"""Tables of confirmations, sheets, incidents, backups and media. One table a file."""

from todoke.assurance.models.backup import Backup, BackupEvent, BackupStep
from todoke.assurance.models.confirmation import Confirmation, Finding
from todoke.assurance.models.incident import Incident, IncidentKind, IncidentStep
from todoke.assurance.models.medium import Medium, MediumContent, Transport
from todoke.assurance.models.sheet import Answer, Sheet, SheetItem, SheetKind

__all__ = [
    "Answer", "Backup", "BackupEvent", "BackupStep", "Confirmation", "Finding", "Incident", "IncidentKind", "IncidentStep",
    "Medium", "MediumContent", "Sheet", "SheetItem", "SheetKind", "Transport",
]  # fmt: skip
