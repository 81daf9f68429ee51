"""One table a file; every model is named here so that Django finds it.

Each municipality has a database of its own, so no table has a column for the municipality.
"""

from todoke.systems.intermediary.models.answer import Answer
from todoke.systems.intermediary.models.arrived_provision import ArrivedProvision
from todoke.systems.intermediary.models.exchange_record import ExchangeRecord
from todoke.systems.intermediary.models.held_contact import HeldContact
from todoke.systems.intermediary.models.held_decision import HeldDecision
from todoke.systems.intermediary.models.inquiry import Inquiry
from todoke.systems.intermediary.models.link_code import LinkCode
from todoke.systems.intermediary.models.list_copy import ListCopy
from todoke.systems.intermediary.models.list_copy_entry import ListCopyEntry
from todoke.systems.intermediary.models.nondisclosure import Nondisclosure
from todoke.systems.intermediary.models.open_discrepancy import OpenDiscrepancy
from todoke.systems.intermediary.models.partner_nondisclosure import PartnerNondisclosure
from todoke.systems.intermediary.models.permit_extension import PermitExtension
from todoke.systems.intermediary.models.person import Person
from todoke.systems.intermediary.models.provision_case import ProvisionCase
from todoke.systems.intermediary.models.record_comparison import RecordComparison
from todoke.systems.intermediary.models.replica import Replica
from todoke.systems.intermediary.models.replica_delivery import ReplicaDelivery
from todoke.systems.intermediary.models.result_poll import ResultPoll
from todoke.systems.intermediary.models.revocation_copy import RevocationCopy
from todoke.systems.intermediary.models.service_pause import ServicePause

__all__ = [
    "Answer",
    "ArrivedProvision",
    "ExchangeRecord",
    "HeldContact",
    "HeldDecision",
    "Inquiry",
    "LinkCode",
    "ListCopy",
    "ListCopyEntry",
    "Nondisclosure",
    "OpenDiscrepancy",
    "PartnerNondisclosure",
    "PermitExtension",
    "Person",
    "ProvisionCase",
    "RecordComparison",
    "Replica",
    "ReplicaDelivery",
    "ResultPoll",
    "RevocationCopy",
    "ServicePause",
]
