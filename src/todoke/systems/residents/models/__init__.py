"""One table a file; every model is named here so that Django finds it."""

from todoke.systems.residents.models.resident import Resident
from todoke.systems.residents.models.snapshot import Snapshot

__all__ = ["Resident", "Snapshot"]
