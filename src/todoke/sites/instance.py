"""An instance: one installation of the three realms, as a folder with settings and each realm's secrets.

    var/demo/
        instance.toml      name, city, municipalities on the platform, ports   (no secret)
        server.json        where the PostgreSQL server listens                 (no secret)
        city/ platform/ national/     mode 700, one operator each:
            database.secret           passwords of the realm's app roles are derived from it
            owner.secret              the same for the owner roles; needed by migrations only
            web.secret                Django's secret key
        public/                       the same for the page on the internet (公開の状況照会)

A process of one realm reads only its own realm's folder, so the folders can belong to three operators; the public page's
reads only `public/`, so that whoever gets hold of it has one role, which may call one function.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites.realms import DIRECTORY, PER_MUNICIPALITY, Realm, alias, realm_of, systems_of

ENVIRONMENT = "TODOKE_INSTANCE"
DEFAULT = Path("var/demo")
EXAMPLE = ("14100", "13104", "13112", "14130", "14150", "14401", "27100")
"""Municipalities of an instance for trying things out: the city first, then its neighbours."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,23}")
_SECRETS = ("database", "owner", "web")
PUBLIC = "public"
"""The folder of the page on the internet."""
_PORTS = {"city": 18401, "platform": 18402, "national": 18403}


@dataclass(frozen=True, kw_only=True)
class DatabaseAccount:
    """One database and one role that may connect to it. The role is called as the database, owners `…_owner`."""

    dbname: str
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class ServerAddress:
    """Where PostgreSQL listens. `options` are libpq parameters (sslmode, require_auth); never a password."""

    host: str
    port: int
    options: Mapping[str, str] = field(default_factory=dict)

    def uri(self, account: DatabaseAccount) -> str:
        """A libpq URI with the password in it, for psycopg and ADBC. Never log it."""
        query = urlencode({"host": self.host, "port": self.port, **self.options}, quote_via=quote)
        return f"postgresql://{account.user}:{quote(account.password, safe='')}@/{account.dbname}?{query}"


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One installation (see the module). Holds no secret itself: they are read from the realm's folder on use."""

    path: Path
    name: str
    city: str
    municipalities: tuple[str, ...]
    ports: Mapping[str, int]

    @classmethod
    def load(cls, path: Path | str | None = None) -> Instance:
        """Read `instance.toml`; without a path from $TODOKE_INSTANCE, else var/demo. Raises SETUP_MISSING."""
        folder = Path(path or os.environ.get(ENVIRONMENT) or DEFAULT).resolve()
        file = folder / "instance.toml"
        if not file.is_file():
            raise _missing(f"{folder.name}/instance.toml", "「todoke database create」で作ってください。")
        found = tomllib.loads(file.read_text(encoding="utf-8"))
        return cls(
            path=folder,
            name=found["name"],
            city=found["city"],
            municipalities=tuple(found["municipalities"]),
            ports=found["ports"],
        )

    @classmethod
    def create(
        cls,
        path: Path | str,
        name: str,
        *,
        municipalities: Sequence[str],
        city: str | None = None,
        ports: Mapping[str, int] | None = None,
    ) -> Instance:
        """Make the folder and the secrets, or complete a half-made one; secrets that exist are kept.

        `city` is the municipality whose benefit is paid (default: the first). Raises ValueError for an unsafe
        name or code, and STATE_CONFLICT when the folder already belongs to a different instance.
        """
        instance = cls(
            path=Path(path).resolve(),
            name=name,
            city=city or municipalities[0],
            municipalities=tuple(municipalities),
            ports={**_PORTS, **(ports or {})},
        )
        instance._check()
        instance.path.mkdir(parents=True, exist_ok=True)
        for realm in Realm:
            instance._make_secrets(realm.value, _SECRETS)
        instance.make_public()
        _write(instance.path / "instance.toml", instance._toml(), mode=0o644)
        return instance

    def account(self, system: str, part: str | None = None) -> DatabaseAccount:
        """The app role of one wall (see `walls`): reads and writes rows, owns nothing."""
        name = self._database(system, part)
        password = self._derive(realm_of(system, part), "database", name)
        return DatabaseAccount(dbname=name, user=name, password=password)

    def owner(self, system: str, part: str | None = None) -> DatabaseAccount:
        """The role that owns one wall's tables and runs its migrations; never used to serve."""
        return self._owner(realm_of(system, part), self._database(system, part))

    def public_account(self) -> DatabaseAccount:
        """The role of the page on the internet: it may call `benefits_public_status` and read no table."""
        dbname = self._database("benefits", None)
        user = f"{dbname}_{PUBLIC}"
        secret = self._read_secret(PUBLIC, "database")
        password = hmac.new(secret, user.encode("ascii"), hashlib.sha256).hexdigest()
        return DatabaseAccount(dbname=dbname, user=user, password=password)

    def make_public(self) -> None:
        """The public page's folder and secrets, for an instance that was made before there was one."""
        self._make_secrets(PUBLIC, ("database", "web"))

    def public_secret(self) -> bytes:
        """What signs nothing but keys the digests of the public page. Raises SETUP_MISSING."""
        return self._read_secret(PUBLIC, "web")

    def template_owner(self) -> DatabaseAccount:
        """The database that new `intermediary` databases are cloned from, with the role that migrates it."""
        return self._owner(realm_of(PER_MUNICIPALITY), f"todoke_{self.name}_{PER_MUNICIPALITY}_template")

    def walls(self, *realms: Realm) -> tuple[tuple[str, str | None], ...]:
        """Every (system, part) that has its own database, of all realms or the given ones.

        The part is a municipality for `intermediary`, the realm for `directory`, else None.
        """
        found: list[tuple[str, str | None]] = []
        for realm in realms or tuple(Realm):
            found.append((DIRECTORY, realm.value))
            for system in systems_of(realm):
                parts = self.municipalities if system == PER_MUNICIPALITY else (None,)
                found += [(system, part) for part in parts]
        return tuple(found)

    def secret(self, realm: Realm, kind: str) -> bytes:
        """32 random bytes kept in the realm's folder. Raises SETUP_MISSING when this process may not read them."""
        return self._read_secret(realm.value, kind)

    def _read_secret(self, folder: str, kind: str) -> bytes:
        file = self.path / folder / f"{kind}.secret"
        try:
            return bytes.fromhex(file.read_text(encoding="ascii"))
        except OSError as error:
            raise _missing(
                f"{folder}/{file.name}", "この領域の鍵を読める利用者で実行してください。"
            ) from error

    def server(self) -> ServerAddress:
        """Where the server was last started or said to be. Raises SETUP_MISSING before the first start."""
        file = self.path / "server.json"
        if not file.is_file():
            raise _missing(
                f"{self.path.name}/server.json", "「todoke database up」でサーバーを起動してください。"
            )
        found = json.loads(file.read_text(encoding="utf-8"))
        return ServerAddress(host=found["host"], port=found["port"], options=found["options"])

    def use_server(self, address: ServerAddress) -> None:
        """Write down where the server listens, for the processes of every realm."""
        record = {"host": address.host, "port": address.port, "options": dict(address.options)}
        _write(self.path / "server.json", json.dumps(record, indent=1) + "\n", mode=0o644)

    def uri(self, system: str, part: str | None = None) -> str:
        """libpq URI of a wall's app role; holds the password, so never log it."""
        return self.server().uri(self.account(system, part))

    def _database(self, system: str, part: str | None) -> str:
        name = alias(system, part)
        if system == PER_MUNICIPALITY and part not in self.municipalities:
            raise ValueError("this municipality is not on the platform")
        return f"todoke_{self.name}_{name}"

    def _owner(self, realm: Realm, dbname: str) -> DatabaseAccount:
        user = f"{dbname}_owner"
        return DatabaseAccount(dbname=dbname, user=user, password=self._derive(realm, "owner", user))

    def _derive(self, realm: Realm, kind: str, role: str) -> str:
        return hmac.new(self.secret(realm, kind), role.encode("ascii"), hashlib.sha256).hexdigest()

    def _check(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError("an instance name is a lower-case identifier of at most 24 characters")
        if self.city not in self.municipalities or len(set(self.municipalities)) != len(self.municipalities):
            raise ValueError("the city is one of the municipalities, and none is named twice")
        for wall in self.walls():
            alias(*wall)
        file = self.path / "instance.toml"
        if file.exists() and Instance.load(self.path).name != self.name:
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail="この場所には別のインスタンスがあります")

    def _make_secrets(self, owner: str, kinds: Sequence[str]) -> None:
        folder = self.path / owner
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)
        for kind in kinds:
            file = folder / f"{kind}.secret"
            if not file.exists():
                _write(file, secrets.token_hex(32), mode=0o600)

    def _toml(self) -> str:
        codes = ", ".join(f'"{code}"' for code in self.municipalities)
        ports = "\n".join(f"{realm} = {port}" for realm, port in self.ports.items())
        return f'name = "{self.name}"\ncity = "{self.city}"\nmunicipalities = [{codes}]\n\n[ports]\n{ports}\n'


def _missing(detail: str, todo: str) -> TodokeError:
    return TodokeError(ErrorCode.SETUP_MISSING, detail=detail, todo=todo)


def _write(file: Path, text: str, *, mode: int) -> None:
    """Whole file or none, with its mode from the first byte: a killed `create` leaves no short secret."""
    new = file.with_name(f"{file.name}.{os.getpid()}.new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    new.replace(file)
