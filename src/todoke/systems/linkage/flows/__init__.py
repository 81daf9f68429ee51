"""The states of what 統合番号連携システム does, and which may follow which; one module a subject."""

from typing import Final

from todoke.systems.linkage.flows.codes import CODE_REQUEST, CodeRequestState
from todoke.systems.linkage.flows.conversions import CONVERSION_JOB, CONVERSION_RIGHT, JobState, RightState
from todoke.systems.linkage.flows.corrections import CORRECTION, CorrectionKind, CorrectionState
from todoke.systems.linkage.flows.files import EXCHANGED_FILE, FILE_ENDS, FILE_QUEUE, FileState, QueueState
from todoke.systems.linkage.flows.queries import OPEN, OUTCOMES, QUERY, QueryState
from todoke.systems.linkage.flows.registrations import (
    JUKI_DIFFERENCE,
    JUKI_DIFFERENCE_ENDS,
    REGISTRATION,
    REGISTRATION_ENDS,
    REGISTRATION_OPEN,
    JukiDifferenceState,
    RegistrationState,
)
from todoke.systems.linkage.flows.replicas import (
    DIFFERENCE,
    REGISTERED_COPY,
    REPLICA_CORRECTION,
    REPLICA_FILE,
    REPLICA_PIECE,
    CopyState,
    DifferenceState,
    PieceState,
    ReplicaCorrectionState,
    ReplicaFileState,
)

__all__ = [
    "CODE_REQUEST",
    "CONVERSION_JOB",
    "CONVERSION_RIGHT",
    "CORRECTION",
    "DIFFERENCE",
    "EXCHANGED_FILE",
    "FILE_ENDS",
    "FILE_QUEUE",
    "FLOWS",
    "JUKI_DIFFERENCE",
    "JUKI_DIFFERENCE_ENDS",
    "OPEN",
    "OUTCOMES",
    "QUERY",
    "REGISTERED_COPY",
    "REGISTRATION",
    "REGISTRATION_ENDS",
    "REGISTRATION_OPEN",
    "REPLICA_CORRECTION",
    "REPLICA_FILE",
    "REPLICA_PIECE",
    "CodeRequestState",
    "CopyState",
    "CorrectionKind",
    "CorrectionState",
    "DifferenceState",
    "FileState",
    "JobState",
    "JukiDifferenceState",
    "PieceState",
    "QueryState",
    "QueueState",
    "RegistrationState",
    "ReplicaCorrectionState",
    "ReplicaFileState",
    "RightState",
]

FLOWS: Final = (
    QUERY,
    CODE_REQUEST,
    CORRECTION,
    CONVERSION_RIGHT,
    CONVERSION_JOB,
    FILE_QUEUE,
    EXCHANGED_FILE,
    REPLICA_FILE,
    REPLICA_PIECE,
    REGISTERED_COPY,
    REPLICA_CORRECTION,
    DIFFERENCE,
    REGISTRATION,
    JUKI_DIFFERENCE,
)
