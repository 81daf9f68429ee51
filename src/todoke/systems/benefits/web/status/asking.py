"""公開の状況照会: the one question that the public door may put to the database. Not in queries/, for the door has no models."""

from __future__ import annotations

from datetime import date
from typing import Final

from todoke.engine import postgres
from todoke.systems.benefits.rules.aftermath.public_status import PublicStatus

ALIAS: Final = "benefits"
_ASK: Final = "SELECT answer, route, arrived_on, transfer_on FROM benefits_public_status(%s, %s, %s)"


def ask(number: str, born: date, source: str) -> PublicStatus:
    """Counted and answered in one statement; `source` stands for where the question came from."""
    ((answer, route, arrived_on, transfer_on),) = postgres.fetch(ALIAS, _ASK, [number, born, source])
    return PublicStatus(answer=answer, route=route or "", arrived_on=arrived_on, transfer_on=transfer_on)
