"""The states of what 給付管理システム does, and which may follow which; one module a subject."""

from typing import Final

from todoke.systems.benefits.flows.appeals import APPEAL
from todoke.systems.benefits.flows.approval_limits import APPROVAL_LIMIT
from todoke.systems.benefits.flows.cancellations import CANCELLATION
from todoke.systems.benefits.flows.cases import CASE
from todoke.systems.benefits.flows.declines import DECLINE
from todoke.systems.benefits.flows.editions import EDITION
from todoke.systems.benefits.flows.imports import IMPORT, ImportState
from todoke.systems.benefits.flows.mailings import MAILING
from todoke.systems.benefits.flows.papers import DISPOSAL, PAPER
from todoke.systems.benefits.flows.protected_letters import PROTECTED_LETTER
from todoke.systems.benefits.flows.recalls import RECALL
from todoke.systems.benefits.flows.redatings import REDATING
from todoke.systems.benefits.flows.refunds import REFUND, WRITE_OFF

__all__ = [
    "APPEAL",
    "APPROVAL_LIMIT",
    "CANCELLATION",
    "CASE",
    "DECLINE",
    "DISPOSAL",
    "EDITION",
    "FLOWS",
    "IMPORT",
    "MAILING",
    "PAPER",
    "PROTECTED_LETTER",
    "RECALL",
    "REDATING",
    "REFUND",
    "WRITE_OFF",
    "ImportState",
]

FLOWS: Final = (
    CASE,
    RECALL,
    IMPORT,
    EDITION,
    PAPER,
    DISPOSAL,
    MAILING,
    REFUND,
    WRITE_OFF,
    DECLINE,
    APPEAL,
    PROTECTED_LETTER,
    REDATING,
    CANCELLATION,
    APPROVAL_LIMIT,
)
