"""動いているサイト (Site): its databases and what their catalogues say, read once per look."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import connections

from todoke.engine import postgres

_ROLES = """
SELECT rolname, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls FROM pg_roles
WHERE rolname IN (current_user, (SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()))
"""
_RELATIONS = """
SELECT c.relname::text, c.relkind::text, pg_get_userbyid(c.relowner)::text FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
"""
_GRANTS = """
SELECT c.relname::text, CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee)::text END, a.privilege_type,
       c.relkind::text
FROM pg_class c, aclexplode(c.relacl) a
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S') AND a.grantee <> c.relowner
"""
_WIDER = """
SELECT 'schema', CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee)::text END, a.privilege_type
FROM pg_namespace n, aclexplode(n.nspacl) a WHERE n.nspname = 'public' AND a.grantee <> n.nspowner
UNION ALL
SELECT 'database', CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee)::text END, a.privilege_type
FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
WHERE d.datname = current_database() AND a.grantee <> d.datdba
"""
_TRIGGERS = """
SELECT c.relname::text, t.tgname::text, t.tgenabled::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal
"""
_CONSTRAINTS = """
SELECT conname::text, convalidated, contype::text FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL
SELECT c.relname::text, i.indisvalid AND i.indisunique, 'i' FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE c.relnamespace = 'public'::regnamespace AND i.indisunique
"""
_COLUMNS = """
SELECT c.relname::text, a.attname::text FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND a.attnum > 0 AND NOT a.attisdropped
"""


class Catalogue:
    """What PostgreSQL itself says of one database; every part is asked for once."""

    def __init__(self, alias: str) -> None:
        self.alias = alias

    def rows(self, statement: str, values: dict[str, Any] | None = None) -> list[Any]:
        """A query's rows."""
        return postgres.fetch(self.alias, statement, values or {})

    @cached_property
    def app(self) -> str:
        """The role by which the site works."""
        return str(self.rows("SELECT current_user")[0][0])

    @cached_property
    def owner(self) -> str:
        """The role that owns the database."""
        statement = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
        return str(self.rows(statement)[0][0])

    @cached_property
    def roles(self) -> list[Any]:
        """(name, superuser, createdb, createrole, replication, bypassrls) of both."""
        return self.rows(_ROLES)

    @cached_property
    def relations(self) -> list[Any]:
        """(name, kind, owner)."""
        return self.rows(_RELATIONS)

    @cached_property
    def grants(self) -> list[Any]:
        """(relation, grantee, privilege, kind), but the owner's own."""
        return self.rows(_GRANTS)

    @cached_property
    def wider(self) -> list[Any]:
        """(schema or database, grantee, privilege), but the owner's own."""
        return self.rows(_WIDER)

    @cached_property
    def triggers(self) -> dict[tuple[str, str], bool]:
        """(table, trigger) → whether it is enabled."""
        return {(table, name): enabled != "D" for table, name, enabled in self.rows(_TRIGGERS)}

    @cached_property
    def constraints(self) -> dict[str, bool]:
        """Constraint or unique index → whether it is valid for every row."""
        return {name: valid for name, valid, _ in self.rows(_CONSTRAINTS)}

    @cached_property
    def columns(self) -> dict[str, set[str]]:
        """Table → its columns."""
        found: dict[str, set[str]] = {}
        for table, column in self.rows(_COLUMNS):
            found.setdefault(table, set()).add(column)
        return found


@dataclass(frozen=True, kw_only=True)
class Site:
    """One realm as it runs now. Made anew for every look."""

    realm: str
    aliases: tuple[str, ...]
    catalogues: dict[str, Catalogue] = field(default_factory=dict)

    @classmethod
    def running(cls) -> Site:
        """The site whose settings this process has."""
        own = tuple(alias for alias in connections if alias != "default")
        return cls(realm=settings.TODOKE_REALM, aliases=own)

    @property
    def directory(self) -> str:
        """The realm's own directory."""
        return f"directory_{self.realm}"

    def catalogue(self, alias: str) -> Catalogue:
        """What PostgreSQL says of a database of this site."""
        if alias not in self.catalogues:
            self.catalogues[alias] = Catalogue(alias)
        return self.catalogues[alias]

    def databases(self) -> list[Catalogue]:
        """All of them."""
        return [self.catalogue(alias) for alias in self.aliases]

    def of(self, system: str) -> list[str]:
        """The aliases of one system: one, or that of each municipality."""
        return [alias for alias in self.aliases if alias.partition("_")[0] == system]
