"""What 自治体中間サーバー of one municipality offers to other realms (party `platform:<m>`).

Lists in requests hold at most 10,000 records; answers are in the order of the request.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from todoke.contracts.information import Item, Outcome
from todoke.contracts.network import Received
from todoke.exchange.kinds import MessageKind, join_records


class CodeWanted(msgspec.Struct, frozen=True, kw_only=True):
    """統合番号 whose 符号 shall be acquired for one organisation of the city ("": its main one). Sent by `city:<m>`."""

    integrated_numbers: list[str]
    organisation: str = ""


class CodeStates(msgspec.Struct, frozen=True, kw_only=True):
    """Per number the 取得番号 to send to 住基ネット, or "" when the 符号 is already there."""

    acquisition_numbers: list[str]


ACQUISITIONS = MessageKind("intermediary.acquisitions.v1", CodeWanted, CodeStates, fresh=True)
"""Fresh: the answer holds 取得番号, which nobody may keep beyond their purpose (番号法21条の2)."""


class CodeStandingsWanted(msgspec.Struct, frozen=True, kw_only=True):
    """統合番号 of which the city asks whether their 符号 arrived, at one organisation ("": its main one). Sent by `city:<m>`."""

    integrated_numbers: list[str]
    organisation: str = ""


class CodeStanding(StrEnum):
    """How far the acquisition of one 符号 came."""

    ACQUIRED = "acquired"
    WAITING = "waiting"
    FAILED = "failed"
    UNKNOWN = "unknown"


class CodeStandings(msgspec.Struct, frozen=True, kw_only=True):
    """Per number its standing, and for FAILED the reason (`duplicate_person`, `expired`). Never the 符号."""

    standings: list[CodeStanding]
    reasons: list[str]


CODE_STANDINGS = MessageKind("intermediary.code_standings.v1", CodeStandingsWanted, CodeStandings, fresh=True)


class ServiceState(StrEnum):
    """稼働状況."""

    RUNNING = "running"
    PLANNED_PAUSE = "planned_pause"
    CLOSED_HOURS = "closed_hours"


class StatusWanted(msgspec.Struct, frozen=True, kw_only=True):
    """稼働状況の確認. Sent by `city:<m>`; answered also while nothing else is."""


class Backlog(msgspec.Struct, frozen=True, array_like=True):
    """What waits at the intermediary, by a short name of ours: how much, and since when the oldest."""

    name: str
    waiting: int
    oldest: datetime | None


class PlannedPause(msgspec.Struct, frozen=True, array_like=True):
    """計画停止: begin, end and reason (no personal data)."""

    begins_at: datetime
    ends_at: datetime
    reason: str


class ServiceStatus(msgspec.Struct, frozen=True, kw_only=True):
    """稼働状況 of one municipality's intermediary. `opens_at`: when it takes messages again, if it does not now."""

    state: ServiceState
    clock: datetime
    hours: str
    opens_at: datetime | None
    pauses: list[PlannedPause]
    backlogs: list[Backlog]

    @property
    def accepting(self) -> bool:
        """Whether it takes messages now."""
        return self.state is ServiceState.RUNNING


STATUS = MessageKind("intermediary.status.v1", StatusWanted, ServiceStatus, fresh=True)


class CodeRelease(msgspec.Struct, frozen=True, array_like=True):
    """A 統合番号 whose 符号 at every organisation and whose 副本 end, since its person goes on under `heir` (統合番号の統合・分割)."""

    ended: str
    heir: str


class CodeReleases(msgspec.Struct, frozen=True, kw_only=True):
    """符号の終了. Sent by `city:<m>`; the 符号 of the heirs are asked for afterwards."""

    records: list[CodeRelease]


CODE_RELEASES = MessageKind("intermediary.code_releases.v1", CodeReleases, Received)


class LinkCodeNotice(msgspec.Struct, frozen=True, array_like=True):
    """(取得番号, 符号)."""

    acquisition_number: str
    link_code: str


class LinkCodes(msgspec.Struct, frozen=True, kw_only=True):
    """符号 for one organisation. Sent by `network`."""

    records: list[LinkCodeNotice]


LINK_CODES = MessageKind("intermediary.link_codes.v1", LinkCodes, Received)


class ReplicaRecord(msgspec.Struct, frozen=True, array_like=True):
    """One person's 副本 of 地方税関係情報: TAX_ITEMS in order, or no items: the copy of that year is to be deleted."""

    integrated_number: str
    auto_reply_prohibited: bool
    items: tuple[Item, ...]


class Replicas(msgspec.Struct, frozen=True, kw_only=True):
    """副本の登録・訂正・削除 of one 年度 from the 正本 (PIA III.6 リスク2). Sent by `city:<m>`.

    One kind for all three, so that they keep the order in which the 正本 changed.
    """

    information_code: str
    fiscal_year: int
    records: list[ReplicaRecord]


class ReplicasTaken(msgspec.Struct, frozen=True, kw_only=True):
    """How many copies are new, replaced and deleted; a deletion of what is not there counts as none."""

    registered: int
    replaced: int
    deleted: int


REPLICAS = MessageKind("intermediary.replicas.v2", Replicas, ReplicasTaken)


class ReplicaTotalsWanted(msgspec.Struct, frozen=True, kw_only=True):
    """副本の照合: per 年度 the count and the digest under `key`. Sent by `city:<m>`, never through the outbox.

    The key is the city's own (contracts.replica_digests); the platform uses it for this request and keeps it nowhere.
    """

    key: bytes


class ReplicaBucket(msgspec.Struct, frozen=True, array_like=True):
    """The copies of one 年度 whose person's hash begins with `prefix` (hex digits; empty: all)."""

    fiscal_year: int
    prefix: str
    count: int
    digest: bytes


class ReplicaBuckets(msgspec.Struct, frozen=True, kw_only=True):
    """Buckets in order; one without copies is absent."""

    records: list[ReplicaBucket]


REPLICA_TOTALS = MessageKind(
    "intermediary.replica_totals.v1", ReplicaTotalsWanted, ReplicaBuckets, fresh=True
)


class ReplicaBucketsWanted(msgspec.Struct, frozen=True, kw_only=True):
    """The buckets of `depth` hex digits below these prefixes (all of one length). Sent by `city:<m>`."""

    key: bytes
    fiscal_year: int
    prefixes: list[str]
    depth: int


REPLICA_BUCKETS = MessageKind(
    "intermediary.replica_buckets.v1", ReplicaBucketsWanted, ReplicaBuckets, fresh=True
)


class ReplicaDigestsWanted(msgspec.Struct, frozen=True, kw_only=True):
    """The single copies below these prefixes. Sent by `city:<m>`."""

    key: bytes
    fiscal_year: int
    prefixes: list[str]


class ReplicaDigest(msgspec.Struct, frozen=True, array_like=True):
    """(統合番号, digest) of one copy."""

    integrated_number: str
    digest: bytes


class ReplicaDigests(msgspec.Struct, frozen=True, kw_only=True):
    """Copies ordered by 統合番号."""

    records: list[ReplicaDigest]


REPLICA_DIGESTS = MessageKind(
    "intermediary.replica_digests.v1", ReplicaDigestsWanted, ReplicaDigests, fresh=True
)


class Inquiry(msgspec.Struct, frozen=True, array_like=True):
    """One 情報照会 by 統合番号."""

    record_id: str
    integrated_number: str
    provider: str
    duty: str
    procedure: str
    information_code: str
    nondisclosure: str


class PermittedWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Whether an inquiry of this kind may be made at all, by the permission list as it stands. Sent by `city:<m>`."""

    provider: str
    duty: str
    procedure: str
    information_code: str
    organisation: str = ""


class Permitted(msgspec.Struct, frozen=True, kw_only=True):
    """ "" for yes; else `no_valid_list` or `not_on_list`."""

    refusal: str


PERMITTED = MessageKind("intermediary.permitted.v1", PermittedWanted, Permitted, fresh=True)


class Inquiries(msgspec.Struct, frozen=True, kw_only=True):
    """情報照会内容登録 of one organisation of the city ("": its main one). Sent by `city:<m>`."""

    records: list[Inquiry]
    organisation: str = ""


class InquiryReceipts(msgspec.Struct, frozen=True, kw_only=True):
    """One word per record: "" taken on, `no_link_code` or `duplicate_record` refused."""

    refusals: list[str]


INQUIRIES = MessageKind("intermediary.inquiries.v1", Inquiries, InquiryReceipts, join=join_records)


class ResultsWanted(msgspec.Struct, frozen=True, kw_only=True):
    """情報照会結果取得要求: the results numbered above `after`. Sent by `city:<m>`."""

    after: int
    limit: int


class Result(msgspec.Struct, frozen=True, array_like=True):
    """A change of state of one inquiry. `sequence` rises with every change; the last one counts."""

    sequence: int
    record_id: str
    outcome: Outcome
    error: str
    items: tuple[Item, ...]


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """Results in order of `sequence`."""

    records: list[Result]


RESULTS = MessageKind("intermediary.results.v2", ResultsWanted, Results, fresh=True)


class ProvisionRequest(msgspec.Struct, frozen=True, array_like=True):
    """A permit, its signature, and the provider's 符号 of the person."""

    permit: bytes
    signature: bytes
    link_code: str


class ProvisionRequests(msgspec.Struct, frozen=True, kw_only=True):
    """情報提供の要求. Sent by `network`."""

    records: list[ProvisionRequest]


PROVISION_REQUESTS = MessageKind(
    "intermediary.provision_requests.v1", ProvisionRequests, Received, join=join_records
)


class Provision(msgspec.Struct, frozen=True, array_like=True):
    """The answer to one permitted inquiry. `held` may later be followed by the released answer.

    `provided_at` is the provider's time of it, so that the inquirer's ExchangeRecord agrees with the others.
    """

    permit_id: str
    record_id: str
    outcome: Outcome
    error: str
    items: tuple[Item, ...]
    provided_at: datetime


class Provisions(msgspec.Struct, frozen=True, kw_only=True):
    """情報提供 by one organisation, along the route of the permit only. Sent by the provider's `platform:<m>`."""

    provider: str
    records: list[Provision]


PROVISIONS = MessageKind("intermediary.provisions.v1", Provisions, Received, join=join_records)
