"""Tables of confirmations, sheets and incidents. One table a file."""

from todoke.assurance.models.confirmation import Confirmation, Finding
from todoke.assurance.models.incident import Incident, IncidentKind, IncidentStep
from todoke.assurance.models.sheet import Answer, Sheet, SheetItem, SheetKind

__all__ = [
    "Answer", "Confirmation", "Finding", "Incident", "IncidentKind", "IncidentStep", "Sheet", "SheetItem", "SheetKind",
]  # fmt: skip
