"""データベースの権限: what the site's role may do, who else may, and whether a commit waits for the disk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from todoke.assurance.checks.check import check
from todoke.assurance.checks.site import Catalogue, Site

_POWERS: Final = ("SUPERUSER", "CREATEDB", "CREATEROLE", "REPLICATION", "BYPASSRLS")
_ROWS: Final = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
_SEQUENCE: Final = frozenset({"USAGE", "SELECT"})
_WIDE: Final = frozenset({"CONNECT", "TEMPORARY", "USAGE"})
_PUBLIC_PAGE: Final = frozenset({"CONNECT", "USAGE"})


@check("サイトと所有者の役割に、サーバーへの権限がない", looks_at="pg_roles", link="matrix")
def roles_without_power(site: Site) -> Iterator[str]:
    for base in site.databases():
        for name, *powers in base.roles:
            for power, held in zip(_POWERS, powers, strict=True):
                if held:
                    yield f"{base.alias} の役割 {name} に {power} が与えられています。"


@check("サイトの役割は表を所有しない", looks_at="pg_class の所有者")
def app_owns_nothing(site: Site) -> Iterator[str]:
    for base in site.databases():
        yield from (
            f"{base.alias} の {name} をサイトの役割が所有しています。"
            for name, _, owner in base.relations
            if owner == base.app
        )


@check("サイトの役割は行だけを扱う", looks_at="表とスキーマの権限 (pg_class.relacl)")
def app_may_rows_only(site: Site) -> Iterator[str]:
    for base in site.databases():
        for name, grantee, right, kind in base.grants:
            if grantee == base.app and right not in (_SEQUENCE if kind == "S" else _ROWS):
                yield f"{base.alias} の {name} に、サイトの役割への {right} があります。"
        for where, grantee, right in base.wider:
            if grantee == base.app and right not in _WIDE:
                yield f"{base.alias} の {where} に、サイトの役割への {right} があります。"


@check("ほかの役割は表を読めない", looks_at="表の権限 (pg_class.relacl)")
def no_stranger_reads(site: Site) -> Iterator[str]:
    for base in site.databases():
        for name, grantee, right, _ in base.grants:
            if grantee != base.app:
                yield f"{base.alias} の {name} に、{grantee} への {right} があります。"


@check("ほかの役割はデータベースに接続できない", looks_at="データベースの権限 (pg_database.datacl)")
def no_stranger_connects(site: Site) -> Iterator[str]:
    for base in site.databases():
        for where, grantee, right in base.wider:
            if grantee != base.app and not _public_page(base, grantee, right):
                yield f"{base.alias} の {where} に、{grantee} への {right} があります。"


@check("記録は、ディスクに書かれてから答える", looks_at="synchronous_commit")
def commits_wait_for_disk(site: Site) -> Iterator[str]:
    for base in site.databases():
        value = base.rows("SHOW synchronous_commit")[0][0]
        if value not in ("on", "remote_apply"):
            yield f"{base.alias} の synchronous_commit が {value} です。"


@check("データベースのパスワードは平文で置かれない", looks_at="password_encryption")
def passwords_by_scram(site: Site) -> Iterator[str]:
    for base in site.databases():
        value = base.rows("SHOW password_encryption")[0][0]
        if value != "scram-sha-256":
            yield f"{base.alias} のサーバーの password_encryption が {value} です。"


def _public_page(base: Catalogue, grantee: str, right: str) -> bool:
    """公開の状況照会: its role enters one database and may call one function there."""
    return base.alias == "benefits" and grantee == f"{base.app}_public" and right in _PUBLIC_PAGE
