"""Tables of the staff directory. One table a file, constraints with it; guards in migrations/0002."""

from todoke.access.models.alarm import Alarm
from todoke.access.models.attempts import Attempts
from todoke.access.models.contract import Contract
from todoke.access.models.face_template import FaceTemplate, TemplateStage
from todoke.access.models.factor_challenge import Ceremony, FactorChallenge
from todoke.access.models.grant import Grant, GrantState
from todoke.access.models.passkey import Passkey
from todoke.access.models.session import EndReason, Session
from todoke.access.models.staff import Employer, Staff
from todoke.access.models.terminal import Terminal, TerminalKind
from todoke.access.models.training import Training

__all__ = [
    "Alarm",
    "Attempts",
    "Ceremony",
    "Contract",
    "Employer",
    "EndReason",
    "FaceTemplate",
    "FactorChallenge",
    "Grant",
    "GrantState",
    "Passkey",
    "Session",
    "Staff",
    "TemplateStage",
    "Terminal",
    "TerminalKind",
    "Training",
]
