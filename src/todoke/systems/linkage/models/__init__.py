"""One table a file; every model is named here so that Django finds it."""

from todoke.systems.linkage.models.code_request import CodeRequest
from todoke.systems.linkage.models.consistency import ConsistencyRun, Difference
from todoke.systems.linkage.models.conversion_job import (
    ConversionCount,
    ConversionFault,
    ConversionJob,
    ConversionProgress,
)
from todoke.systems.linkage.models.conversion_right import ConversionRight
from todoke.systems.linkage.models.correction import Correction
from todoke.systems.linkage.models.exchanged_file import ExchangedFile
from todoke.systems.linkage.models.existing_system import ExistingSystem
from todoke.systems.linkage.models.file_fault import FileFault
from todoke.systems.linkage.models.file_partner import FilePartner
from todoke.systems.linkage.models.file_queue import FileQueue
from todoke.systems.linkage.models.individual_number import IndividualNumber
from todoke.systems.linkage.models.intermediary_status import IntermediaryBacklog, IntermediaryStatus
from todoke.systems.linkage.models.local_number import LocalNumber
from todoke.systems.linkage.models.lookup import Lookup
from todoke.systems.linkage.models.match_form import MatchForm
from todoke.systems.linkage.models.number_alias import NumberAlias
from todoke.systems.linkage.models.number_notice import NumberNotice
from todoke.systems.linkage.models.person import Person
from todoke.systems.linkage.models.person_event import PersonEvent
from todoke.systems.linkage.models.query import Query
from todoke.systems.linkage.models.query_batch import QueryBatch
from todoke.systems.linkage.models.query_receipt import QueryReceipt
from todoke.systems.linkage.models.query_return import QueryReturn
from todoke.systems.linkage.models.reconciliation import Reconciliation
from todoke.systems.linkage.models.register_load import RegisterLoad
from todoke.systems.linkage.models.registered_copy import RegisteredCopy
from todoke.systems.linkage.models.registration import Registration, RegistrationCandidate
from todoke.systems.linkage.models.replica_correction import ReplicaCorrection
from todoke.systems.linkage.models.replica_difference import ReplicaDifference
from todoke.systems.linkage.models.replica_file import ReplicaFile
from todoke.systems.linkage.models.replica_piece import ReplicaPiece
from todoke.systems.linkage.models.result_cursor import ResultCursor
from todoke.systems.linkage.models.single_query import SingleQuery

__all__ = [
    "CodeRequest",
    "ConsistencyRun",
    "ConversionCount",
    "ConversionFault",
    "ConversionJob",
    "ConversionProgress",
    "ConversionRight",
    "Correction",
    "Difference",
    "ExchangedFile",
    "ExistingSystem",
    "FileFault",
    "FilePartner",
    "FileQueue",
    "IndividualNumber",
    "IntermediaryBacklog",
    "IntermediaryStatus",
    "LocalNumber",
    "Lookup",
    "MatchForm",
    "NumberAlias",
    "NumberNotice",
    "Person",
    "PersonEvent",
    "Query",
    "QueryBatch",
    "QueryReceipt",
    "QueryReturn",
    "Reconciliation",
    "RegisterLoad",
    "RegisteredCopy",
    "Registration",
    "RegistrationCandidate",
    "ReplicaCorrection",
    "ReplicaDifference",
    "ReplicaFile",
    "ReplicaPiece",
    "ResultCursor",
    "SingleQuery",
]
