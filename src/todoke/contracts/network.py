"""What 情報提供ネットワークシステム and its 住基ネット part offer to other realms (party `network`).

Lists in requests hold at most 10,000 records; answers are in the order of the request.
"""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from todoke.contracts.exchange_records import Difference, ExchangeRecord, Side
from todoke.contracts.information import Outcome
from todoke.exchange.kinds import MessageKind, join_records


class JukiAcquisition(msgspec.Struct, frozen=True, array_like=True):
    """(取得番号, 個人番号): the only message besides the register itself in which a 個人番号 travels."""

    acquisition_number: str
    individual_number: str


class JukiAcquisitions(msgspec.Struct, frozen=True, kw_only=True):
    """符号取得のための 取得番号 of one organisation (番号法21条の2). Sent by `city:<m>`."""

    organisation: str
    records: list[JukiAcquisition]


class JukiReceipts(msgspec.Struct, frozen=True, kw_only=True):
    """One word per record: "" taken on, `unknown_number` or `check_digit` refused."""

    refusals: list[str]


ACQUIRE = MessageKind("network.juki_acquisitions.v1", JukiAcquisitions, JukiReceipts)


class PermitRequest(msgspec.Struct, frozen=True, array_like=True):
    """One inquiry for which the inquirer's intermediary asks a permit. `link_code` is the inquirer's own 符号.

    `requested_at` is the inquirer's time of it, so that the network's and the provider's records agree with its own.
    """

    record_id: str
    link_code: str
    provider: str
    duty: str
    procedure: str
    information_code: str
    nondisclosure: str
    requested_at: datetime


class PermitRequests(msgspec.Struct, frozen=True, kw_only=True):
    """情報提供許可証の発行と照会許可照会リストとの照合の要求 (PIA III.6). Sent by `platform:<m>`."""

    inquirer: str
    records: list[PermitRequest]


class PermitAnswer(msgspec.Struct, frozen=True, array_like=True):
    """The permit's id, or why it was refused: one of `contracts.refusals`."""

    record_id: str
    permit_id: str
    refusal: str


class PermitAnswers(msgspec.Struct, frozen=True, kw_only=True):
    """Permit ids only: the permit itself and the provider's 符号 go to the provider."""

    records: list[PermitAnswer]


PERMITS = MessageKind("network.permits.v2", PermitRequests, PermitAnswers, join=join_records)


class ProvisionReport(msgspec.Struct, frozen=True, array_like=True):
    """The provider's notice of how it answered under a permit."""

    permit_id: str
    outcome: Outcome
    provided_at: datetime


class ProvisionReports(msgspec.Struct, frozen=True, kw_only=True):
    """情報提供等記録 of the provider's side, for the network's own record. Sent by `platform:<m>`."""

    records: list[ProvisionReport]


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """How many records were taken in."""

    count: int


REPORTS = MessageKind(
    "network.provision_reports.v1", ProvisionReports, Received, join=join_records, gathers=1
)


class ListEntry(msgspec.Struct, frozen=True, array_like=True):
    """One row of 照会許可照会リスト. `inquirer` and `provider`: see `contracts.organisations`."""

    inquirer: str
    provider: str
    duty: str
    procedure: str
    information_code: str
    valid_from: date
    valid_to: date | None


class PermissionList(msgspec.Struct, frozen=True, kw_only=True):
    """照会許可照会リスト, one edition. Editions only grow; `valid_until` is when a copy must be renewed."""

    edition: int
    issued_at: datetime
    valid_until: datetime
    entries: list[ListEntry]


class ListRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Asks for the newest edition. Sent by `platform:<m>`."""

    known_edition: int


class SignedList(msgspec.Struct, frozen=True, kw_only=True):
    """`body` is the encoded PermissionList, `signature` the network's Ed25519 signature over it."""

    body: bytes
    signature: bytes


PERMISSION_LIST = MessageKind("network.permission_list.v1", ListRequest, SignedList)


class RevokedEntry(msgspec.Struct, frozen=True, array_like=True):
    """The entries of the list that end at once: every one with these five values, whatever its period."""

    inquirer: str
    provider: str
    duty: str
    procedure: str
    information_code: str


class Revocations(msgspec.Struct, frozen=True, kw_only=True):
    """緊急失効: what counts no more although the list in force still has it. Good until `valid_until`, minutes ahead.

    Whoever has none that is still good provides nothing (fail closed).
    """

    issued_at: datetime
    valid_until: datetime
    entries: list[RevokedEntry]
    organisations: list[str]


class RevocationsRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Asks for what is revoked now; tells which edition the asker holds. Sent by `platform:<m>`."""

    known_edition: int


class SignedRevocations(msgspec.Struct, frozen=True, kw_only=True):
    """`body` is the encoded Revocations, `signature` the network's Ed25519 signature over it."""

    body: bytes
    signature: bytes


REVOCATIONS = MessageKind("network.revocations.v1", RevocationsRequest, SignedRevocations, fresh=True)
"""Fresh: an answer kept from before would be stale."""


class JukiAttributesWanted(msgspec.Struct, frozen=True, kw_only=True):
    """本人確認情報の一括提供の求め, by 個人番号. Sent by `city:<m>`.

    `public_key` (X25519) closes the answer: wherever the message is kept, only the asking run can open it.
    """

    individual_numbers: list[str]
    public_key: bytes


class JukiAttributes(msgspec.Struct, frozen=True, array_like=True):
    """One person: `current`, `number_changed`, `died`, `not_found` or `check_digit`; attributes only with `current`."""

    word: str
    name_kanji: str
    sex: str
    birth_date: date | None
    address: str


class JukiAttributesList(msgspec.Struct, frozen=True, kw_only=True):
    """What is inside the sealed answer, in the order of the numbers."""

    records: list[JukiAttributes]


class SealedJukiAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """JukiAttributesList as JSON, closed for `public_key` with the context ATTRIBUTES_CONTEXT."""

    count: int
    sealed: bytes


JUKI_ATTRIBUTES = MessageKind("network.juki_attributes.v1", JukiAttributesWanted, SealedJukiAttributes)
ATTRIBUTES_CONTEXT = b"network.juki_attributes.v1"


class RecordsShown(msgspec.Struct, frozen=True, kw_only=True):
    """記録の突合: everything the sender has on record above `after` and up to `through` (permit ids, which grow with
    time), and on the permits `named`. Sent by `platform:<m>`.
    """

    organisation: str
    side: Side
    after: str
    through: str
    named: list[str]
    records: list[ExchangeRecord]


class OpenDiscrepancy(msgspec.Struct, frozen=True, array_like=True):
    """A record of the asked side on which it and the network differ: what each of the three parties holds.

    The other party's outcome is what it last showed where it differed from the network; the network's own elsewhere.
    """

    permit_id: str
    inquirer: str
    provider: str
    difference: Difference
    network_outcome: str
    inquirer_outcome: str
    provider_outcome: str
    found_at: datetime


class RecordsCompared(msgspec.Struct, frozen=True, kw_only=True):
    """How many records were compared and on how many we differ; all of this side that are still unsettled."""

    compared: int
    differing: int
    open: list[OpenDiscrepancy]


RECORD_COMPARISON = MessageKind("network.record_comparison.v1", RecordsShown, RecordsCompared, fresh=True)
