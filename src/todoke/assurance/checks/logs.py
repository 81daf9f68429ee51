"""操作の記録: complete, sealed, signed, seen by the other realms, verified, and kept as long as it must be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from todoke.assurance.checks.check import NotShown, check
from todoke.assurance.checks.site import Site
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.oplog import entry, keys, merkle, notes, sealing
from todoke.oplog.segments import FIRST, Segment

SEALED_WITHIN: Final = timedelta(minutes=10)
WITNESSED_WITHIN: Final = timedelta(days=1)
VERIFIED_WITHIN: Final = timedelta(days=31)
KEPT_YEARS: Final = 7
NEWEST: Final = 2
"""So many of the newest segments are read row by row; `todoke oplog check` reads all."""

_ROWS: Final = """
SELECT o.xid::text::bigint, o.id, o.at, o.persons, o.salt, o.object_index, o.detail, o.commitment, o.leaf,
       o.actor, o.organisation, o.session_id, o.terminal, o.duty, o.purpose, o.verb, o.subject, o.object_type, o.outcome,
       o.permit_id
FROM oplog_operation o
WHERE (o.xid, o.id) BETWEEN (%(first_xid)s::text::xid8, %(first_id)s) AND (%(last_xid)s::text::xid8, %(last_id)s)
ORDER BY o.xid, o.id
"""
_PUBLIC: Final = frozenset({"INSERT", "SELECT"})


@check("操作の記録は、書き足すことしかできない", looks_at="oplog の表の権限", link="log")
def log_insert_only(site: Site) -> Iterator[str]:
    for base in site.databases():
        for table, grantee, right, kind in base.grants:
            if table.startswith("oplog_") and kind in "rp" and right not in _PUBLIC and grantee == base.app:
                yield f"{base.alias} の {table} に、サイトの役割への {right} があります。"


@check("操作の記録は封印されている", looks_at="封印を待つ最も古い記録", link="log")
def log_sealed(site: Site) -> Iterator[str]:
    for alias in site.aliases:
        lag = sealing.state(alias).lag_seconds
        if lag > SEALED_WITHIN.total_seconds():
            yield f"{alias} の記録に、{lag / 60:,.0f} 分のあいだ封印されていないものがあります。"


@check("封印の要約に署名がある", looks_at="最も新しいチェックポイントの署名と根", link="log")
def checkpoints_signed(site: Site) -> Iterator[str]:
    root = _instance()
    name = keys.signer_name(settings.TODOKE_INSTANCE_NAME, site.realm)
    public = keys.public_key(root, site.realm)
    for alias in site.aliases:
        found = postgres.fetch(
            alias, "SELECT size, root, note FROM oplog_checkpoint ORDER BY size DESC LIMIT 1"
        )
        segments = sealing.read_segments(alias)
        if not segments and not found:
            continue
        if not found or found[0][0] != len(segments):
            yield f"{alias} の最も新しい区間に、署名された要約がありません。"
        elif not notes.signed_by(found[0][2], name, public):
            yield f"{alias} の要約の署名が一致しません。"
        elif bytes(found[0][1]) != merkle.root([one.leaf() for one in segments]) or notes.read(
            found[0][2]
        ).root != bytes(found[0][1]):
            yield f"{alias} の区間が、署名された要約と一致しません。"


@check("最も新しい記録は封印のとおりにある", looks_at="新しい区間のすべての行", link="log")
def newest_entries_hold(site: Site) -> Iterator[str]:
    for alias in site.aliases:
        segments = sealing.read_segments(alias)
        for segment in segments[-NEWEST:]:
            before = segments[segment.seg - 1].leaf() if 0 < segment.seg <= len(segments) else FIRST
            if segment.prev != before:
                yield f"{alias} の区間 {segment.seg} が、前の区間につながりません。"
            yield from _rows_hold(alias, segment)


def _rows_hold(alias: str, segment: Segment) -> Iterator[str]:
    (first_xid, first_id), (last_xid, last_id) = segment.first, segment.last
    values = {
        "first_xid": str(first_xid),
        "first_id": first_id,
        "last_xid": str(last_xid),
        "last_id": last_id,
    }
    leaves = []
    for row in postgres.fetch(alias, _ROWS, values):
        if _leaf(row) != bytes(row[8]):
            yield f"{alias} の記録 {row[1]} が書き換えられています。"
        leaves.append(entry.tree_leaf(row[0], row[1], bytes(row[8])))
    if len(leaves) != segment.n:
        yield f"{alias} の区間 {segment.seg} は {segment.n:,} 件のはずですが、{len(leaves):,} 件です。"
    elif merkle.root(leaves) != segment.root:
        yield f"{alias} の区間 {segment.seg} の記録が、封印と一致しません。"


def _leaf(row: tuple[Any, ...]) -> bytes:
    _, _, at, persons, salt, index, detail, commitment, _, *texts = row
    committed = b""
    if salt is not None:
        parts = (bytes(part) if part is not None else None for part in (index, detail))
        committed = entry.commitment(bytes(salt), *parts)
    elif commitment is not None:
        committed = bytes(commitment)
    return entry.leaf(entry.public(entry.microseconds(at), persons, bool(committed), tuple(texts)), committed)


@check("ほかの領域が記録の証人である", looks_at="ほかの領域の署名（oplog_cosignature）", link="log")
def log_witnessed(site: Site) -> Iterator[str]:
    held: dict[str, Any] = {}
    for box in site.aliases:
        for origin, at in postgres.fetch(
            box, "SELECT origin, max(received_at) FROM oplog_cosignature GROUP BY 1"
        ):
            held[origin] = max(at, held.get(origin, at))
    sealed = [alias for alias in site.aliases if postgres.fetch(alias, "SELECT 1 FROM oplog_segment LIMIT 1")]
    if sealed and not held:
        raise NotShown("ほかの領域の署名をまだ一つも受け取っていません。")
    for alias in sealed:
        at = held.get(keys.origin(settings.TODOKE_INSTANCE_NAME, alias))
        if at is None:
            yield f"{alias} の記録に、ほかの領域の署名がありません。"
        elif clock.now() - at > WITNESSED_WITHIN:
            yield f"{alias} の記録への、ほかの領域の最後の署名が {at:%Y-%m-%d %H:%M} です。"


@check("ほかの領域の記録の証人になっている", looks_at="受け取った要約（oplog_witnessed）", link="log")
def witness_of_others(site: Site) -> Iterator[str]:
    at = max(
        (
            found
            for box in site.aliases
            for (found,) in postgres.fetch(box, "SELECT max(witnessed_at) FROM oplog_witnessed")
            if found is not None
        ),
        default=None,
    )
    if at is None:
        raise NotShown("ほかの領域の要約をまだ一つも受け取っていません。")
    if clock.now() - at > WITNESSED_WITHIN:
        yield f"ほかの領域の要約を最後に受け取ったのは {at:%Y-%m-%d %H:%M} です。"


@check("記録を毎月検証している", looks_at="検証の記録 (oplog:log:verify)", link="log")
def log_verified_in_time(site: Site) -> Iterator[str]:
    found = postgres.fetch(
        site.directory,
        "SELECT at, outcome FROM oplog_operation WHERE verb = 'oplog:log:verify' ORDER BY at DESC LIMIT 1",
    )
    if not found:
        raise NotShown("記録の検証をまだ行っていません（todoke oplog check）。")
    at, outcome = found[0]
    if outcome != "done":
        yield f"{at:%Y-%m-%d} の検証で、記録の欠落または改ざんが見つかっています。"
    if clock.now() - at > VERIFIED_WITHIN:
        yield f"記録の最後の検証が {at:%Y-%m-%d} です。"


@check("来月の記録の置き場がある", looks_at="oplog_operation の月ごとの表")
def months_are_open(site: Site) -> Iterator[str]:
    today = clock.today()
    following = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    statement = (
        "SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = 'oplog_operation'::regclass"
    )
    for base in site.databases():
        parts = {name for (name,) in base.rows(statement)}
        for month in (today, following):
            if f"oplog_operation_{month:%Y_%m}" not in parts:
                yield f"{base.alias} に、{month:%Y年%m月} の記録の置き場がありません。"


@check("記録は7年のあいだ消されない", looks_at="記録の削除の記録 (oplog_deletion)", link="log")
def log_kept_long_enough(site: Site) -> Iterator[str]:
    for alias in site.aliases:
        for month, at in postgres.fetch(alias, "SELECT month, confirmed_at FROM oplog_deletion"):
            kept_until = date(month.year + KEPT_YEARS, month.month, 1)
            if at.date() < kept_until:
                yield f"{alias} の {month:%Y年%m月} の記録が、7年になる前に削除されています。"


def _instance() -> Path:
    folder: Path = settings.TODOKE_KEYS_FOLDER
    if not folder.exists():
        raise NotShown("鍵のフォルダーがありません。")
    return folder.parent.parent
