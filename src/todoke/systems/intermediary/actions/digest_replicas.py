"""副本の照合: counts and digests of the copies that are stored now, for the city to compare with its own."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
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
from todoke.systems.intermediary.codecs import contents, items

_PREFIX = re.compile(f"[0-9a-f]{{1,{replica_digests.DEPTH}}}")
_COPIES = """
SELECT r.integrated_number, r.fiscal_year, r.auto_reply_prohibited, r.edition, r.contents FROM intermediary_replica r
WHERE {where} ORDER BY r.fiscal_year, r.integrated_number
"""
_CHUNK = 5_000


def replica_totals(*, alias: str, body: ReplicaTotalsWanted, by: Actor) -> Buckets:
    """One bucket a 年度: everything that is stored."""
    require(by, Permission.INTERMEDIARY_COMPARE, municipality=needs.municipality_of(alias))
    with _logged(alias, by) as tell:
        found = _buckets(_digests(alias, body.key, "true"), 0)
        tell(len(found))
    return Buckets(records=found)


def replica_buckets(*, alias: str, body: ReplicaBucketsWanted, by: Actor) -> Buckets:
    """The buckets below the given ones. RECORD_INVALID for other prefixes, a wrong depth, or too many at once."""
    require(by, Permission.INTERMEDIARY_COMPARE, municipality=needs.municipality_of(alias))
    length = _length(body.prefixes)
    children = 16 ** max(0, body.depth - length)
    if not length <= body.depth <= replica_digests.DEPTH or len(body.prefixes) * children > RECORD_LIMIT:
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="照合の区分の深さが正しくありません")
    with _logged(alias, by) as tell:
        found = _buckets(_below(alias, body, length), body.depth)
        tell(len(found))
    return Buckets(records=found)


def replica_digests_of(*, alias: str, body: ReplicaDigestsWanted, by: Actor) -> Digests:
    """The copies below the given prefixes, one by one."""
    require(by, Permission.INTERMEDIARY_COMPARE, municipality=needs.municipality_of(alias))
    length = _length(body.prefixes)
    with _logged(alias, by) as tell:
        found = [Digest(person, digest) for person, _, digest in _below(alias, body, length)]
        tell(len(found))
    return Digests(records=found)


@contextmanager
def _logged(alias: str, by: Actor) -> Iterator[Callable[[int], None]]:
    """One transaction in which no key is destroyed, and the line of the log about how much was told."""
    with transaction.atomic(using=alias):
        contents.hold_keys(alias)
        contents.keys_of(alias)  # a wrong or withdrawn key is no difference of any copy
        yield lambda count: record(
            alias, by=by, verb=Permission.INTERMEDIARY_COMPARE.value, subject=f"{count}"
        )


def _below(
    alias: str, body: ReplicaBucketsWanted | ReplicaDigestsWanted, length: int
) -> Iterator[tuple[str, int, bytes]]:
    where = f"r.fiscal_year = %(year)s AND {replica_digests.bucket_sql('r', length)} = ANY(%(prefixes)s)"
    return _digests(alias, body.key, where, {"year": body.fiscal_year, "prefixes": body.prefixes})


def _digests(
    alias: str, key: bytes, where: str, parameters: Mapping[str, Any] | None = None
) -> Iterator[tuple[str, int, bytes]]:
    """統合番号, 年度 and digest of the copies, a chunk in memory at a time.

    A copy that does not open (altered by hand, or another's put in its place) gets a digest that no copy has: it
    shows as a difference, and the repair registers it anew.
    """
    for person, year, held, edition, sealed in postgres.chunks(
        alias, _COPIES.format(where=where), parameters, _CHUNK
    ):
        cells = items.cells(alias, bytes(sealed), items.replica_row(person, year, edition))
        values = (person, str(year), "true" if held else "false", *(cells or ("",)))
        yield person, year, replica_digests.digest(key, values)


def _buckets(digests: Iterator[tuple[str, int, bytes]], depth: int) -> list[Bucket]:
    """Count and digest of each bucket, its copies' digests in the order of their persons."""
    sums: dict[tuple[int, str], list[Any]] = {}
    for person, year, digest in digests:
        found = sums.setdefault((year, replica_digests.bucket(person, depth)), [0, hashlib.sha256()])
        found[0] += 1
        found[1].update(digest)
    return [Bucket(*place, count, total.digest()) for place, (count, total) in sorted(sums.items())]


def _length(prefixes: list[str]) -> int:
    lengths = {len(prefix) for prefix in prefixes}
    if len(lengths) != 1 or not all(_PREFIX.fullmatch(prefix) for prefix in prefixes):
        if prefixes == [""]:
            return 0
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="照合の区分が正しくありません")
    return lengths.pop()
