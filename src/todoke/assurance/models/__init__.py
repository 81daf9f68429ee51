"""Tables of confirmations, checks, contracts' clauses, sheets, incidents, backups, media, editions and requests. One table a file."""

from todoke.assurance.disclosure.models import Measure, MeasureKind, Pause, Request, Withheld
from todoke.assurance.models.backup import Backup, BackupEvent, BackupStep
from todoke.assurance.models.check_run import CheckResult, CheckRun
from todoke.assurance.models.confirmation import Confirmation, Finding
from todoke.assurance.models.contract_clause import Clause, ContractClause
from todoke.assurance.models.edition import KeptEdition
from todoke.assurance.models.incident import Incident, IncidentKind, IncidentStep
from todoke.assurance.models.medium import Medium, MediumContent, MediumEnd, MediumEnding, Transport
from todoke.assurance.models.sheet import Answer, Sheet, SheetItem, SheetKind

__all__ = [
    "Answer", "Backup", "BackupEvent", "BackupStep", "CheckResult", "CheckRun", "Clause", "Confirmation", "ContractClause",
    "Finding", "Incident", "IncidentKind", "IncidentStep", "KeptEdition", "Measure", "MeasureKind", "Medium", "MediumContent",
    "MediumEnd", "MediumEnding", "Pause",
    "Request", "Sheet", "SheetItem", "SheetKind", "Transport", "Withheld",
]  # fmt: skip
