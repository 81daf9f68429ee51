"""Tables of confirmations, checks, contracts' clauses, sheets and incidents. One table a file."""

from todoke.assurance.models.check_run import CheckResult, CheckRun
from todoke.assurance.models.confirmation import Confirmation, Finding
from todoke.assurance.models.contract_clause import Clause, ContractClause
from todoke.assurance.models.incident import Incident, IncidentKind, IncidentStep
from todoke.assurance.models.sheet import Answer, Sheet, SheetItem, SheetKind

__all__ = [
    "Answer", "CheckResult", "CheckRun", "Clause", "Confirmation", "ContractClause", "Finding", "Incident", "IncidentKind",
    "IncidentStep", "Sheet", "SheetItem", "SheetKind",
]  # fmt: skip
