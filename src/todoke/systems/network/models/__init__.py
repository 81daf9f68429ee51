"""One table a file; every model is named here so that Django finds it."""

from todoke.systems.network.models.acquisition import Acquisition
from todoke.systems.network.models.discrepancy import Discrepancy
from todoke.systems.network.models.exchange_record import ExchangeRecord
from todoke.systems.network.models.key_mark import KeyMark
from todoke.systems.network.models.list_draft import ListDraft
from todoke.systems.network.models.list_draft_entry import ListDraftEntry
from todoke.systems.network.models.list_edition import ListEdition
from todoke.systems.network.models.list_entry import ListEntry
from todoke.systems.network.models.list_holder import ListHolder
from todoke.systems.network.models.nondisclosure import Nondisclosure
from todoke.systems.network.models.organisation import Organisation
from todoke.systems.network.models.refusal import Refusal
from todoke.systems.network.models.registered_attributes import RegisteredAttributes
from todoke.systems.network.models.registered_number import RegisteredNumber
from todoke.systems.network.models.revocation import Revocation

__all__ = [
    "Acquisition",
    "Discrepancy",
    "ExchangeRecord",
    "KeyMark",
    "ListDraft",
    "ListDraftEntry",
    "ListEdition",
    "ListEntry",
    "ListHolder",
    "Nondisclosure",
    "Organisation",
    "Refusal",
    "RegisteredAttributes",
    "RegisteredNumber",
    "Revocation",
]
