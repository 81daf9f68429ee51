"""One table a file; every model is named here so that Django finds it."""

from todoke.systems.residents.models.change import Change, ChangeFile, Lineage
from todoke.systems.residents.models.resident import Resident
from todoke.systems.residents.models.snapshot import Snapshot

__all__ = ["Change", "ChangeFile", "Lineage", "Resident", "Snapshot"]
