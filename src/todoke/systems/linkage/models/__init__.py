"""One table a file; every model is named here so that Django finds it."""

from todoke.systems.linkage.models.code_request import CodeRequest
from todoke.systems.linkage.models.consistency import ConsistencyRun, Difference
from todoke.systems.linkage.models.conversion_job import ConversionCount, ConversionFault, ConversionJob
from todoke.systems.linkage.models.conversion_right import ConversionRight
from todoke.systems.linkage.models.existing_system import ExistingSystem
from todoke.systems.linkage.models.individual_number import IndividualNumber
from todoke.systems.linkage.models.intermediary_status import IntermediaryBacklog, IntermediaryStatus
from todoke.systems.linkage.models.local_number import LocalNumber
from todoke.systems.linkage.models.match_form import MatchForm
from todoke.systems.linkage.models.person import Person
from todoke.systems.linkage.models.query import Query
from todoke.systems.linkage.models.query_batch import QueryBatch
from todoke.systems.linkage.models.query_receipt import QueryReceipt
from todoke.systems.linkage.models.registration import Registration, RegistrationCandidate
from todoke.systems.linkage.models.result_cursor import ResultCursor

__all__ = [
    "CodeRequest",
    "ConsistencyRun",
    "ConversionCount",
    "ConversionFault",
    "ConversionJob",
    "ConversionRight",
    "Difference",
    "ExistingSystem",
    "IndividualNumber",
    "IntermediaryBacklog",
    "IntermediaryStatus",
    "LocalNumber",
    "MatchForm",
    "Person",
    "Query",
    "QueryBatch",
    "QueryReceipt",
    "Registration",
    "RegistrationCandidate",
    "ResultCursor",
]
