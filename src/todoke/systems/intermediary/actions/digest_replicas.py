"""副本の照合: counts and digests of the copies that are stored now, for the city to compare with its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts import replica_digests
from todoke.contracts.intermediary import ReplicaBucket as Bucket
from todoke.contracts.intermediary import ReplicaBuckets as Buckets
from todoke.contracts.intermediary import (
    ReplicaBucketsWanted,
    ReplicaDigestsWanted,
    ReplicaTotalsWanted,
)
from todoke.contracts.intermediary import ReplicaDigest as Digest
from todoke.contracts.intermediary import ReplicaDigests as Digests
from todoke.engine import postgres
from todoke.exchange.kinds import RECORD_LIMIT
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.intermediary import needs

_PREFIX = re.compile(f"[0-9a-f]{{1,{replica_digests.DEPTH}}}")
_SINGLE = f"""
SELECT r.integrated_number, r.fiscal_year, {replica_digests.digest_sql("r")} AS digest FROM intermediary_replica r
"""
_BELOW = f"""
{_SINGLE} WHERE r.fiscal_year = %(year)s AND {{bucket}} = ANY(%(prefixes)s)
"""
_SUM = replica_digests.sum_sql("d.digest", "d.integrated_number")
_TOTALS = f"SELECT d.fiscal_year, '', count(*), {_SUM} FROM ({_SINGLE}) d GROUP BY 1 ORDER BY 1"
_BUCKETS = f"SELECT d.fiscal_year, {{deeper}}, count(*), {_SUM} FROM ({_BELOW}) d GROUP BY 1, 2 ORDER BY 1, 2"
_DIGESTS = f"SELECT d.integrated_number, d.digest FROM ({_BELOW}) d ORDER BY 1"


def replica_totals(*, alias: str, body: ReplicaTotalsWanted, by: Actor) -> Buckets:
    """One bucket a 年度: everything that is stored."""
    require(by, Permission.INTERMEDIARY_COMPARE, municipality=needs.municipality_of(alias))
    found = _run(alias, _TOTALS, replica_digests.pads(body.key), by)
    return Buckets(records=[Bucket(*row) for row in found])


def replica_buckets(*, alias: str, body: ReplicaBucketsWanted, by: Actor) -> Buckets:
    """The buckets below the given ones. RECORD_INVALID for other prefixes, a wrong depth, or too many at once."""
    require(by, Permission.INTERMEDIARY_COMPARE, municipality=needs.municipality_of(alias))
    length = _length(body.prefixes)
    children = 16 ** max(0, body.depth - length)
    if not length <= body.depth <= replica_digests.DEPTH or len(body.prefixes) * children > RECORD_LIMIT:
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="照合の区分の深さが正しくありません")
    deeper = replica_digests.bucket_sql("d", body.depth)
    query = _BUCKETS.format(deeper=deeper, bucket=replica_digests.bucket_sql("r", length))
    found = _run(alias, query, _parameters(body), by)
    return Buckets(records=[Bucket(*row) for row in found])


def replica_digests_of(*, alias: str, body: ReplicaDigestsWanted, by: Actor) -> Digests:
    """The copies below the given prefixes, one by one."""
    require(by, Permission.INTERMEDIARY_COMPARE, municipality=needs.municipality_of(alias))
    query = _DIGESTS.format(bucket=replica_digests.bucket_sql("r", _length(body.prefixes)))
    return Digests(records=[Digest(*row) for row in _run(alias, query, _parameters(body), by)])


def _run(alias: str, query: str, parameters: Mapping[str, Any], by: Actor) -> list[tuple[Any, ...]]:
    with transaction.atomic(using=alias):
        found = [tuple(bytes(v) if isinstance(v, memoryview) else v for v in row)
                 for row in postgres.fetch(alias, query, parameters)]  # fmt: skip
        record(alias, by=by, verb=Permission.INTERMEDIARY_COMPARE.value, subject=f"{len(found)}")
    return found


def _parameters(body: ReplicaBucketsWanted | ReplicaDigestsWanted) -> Mapping[str, Any]:
    return {**replica_digests.pads(body.key), "year": body.fiscal_year, "prefixes": body.prefixes}


def _length(prefixes: list[str]) -> int:
    lengths = {len(prefix) for prefix in prefixes}
    if len(lengths) != 1 or not all(_PREFIX.fullmatch(prefix) for prefix in prefixes):
        if prefixes == [""]:
            return 0
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="照合の区分が正しくありません")
    return lengths.pop()
