"""Django settings of a site, built from the instance: only its realm's apps, databases and secrets."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites import web
from todoke.sites.instance import DEFAULT, ENVIRONMENT, DatabaseAccount, Instance, ServerAddress
from todoke.sites.realms import (
    DIRECTORY,
    PER_MUNICIPALITY,
    SHARED_APPS,
    TRIAL_TERMINALS,
    Realm,
    alias,
    systems_of,
)
from todoke.systems.inquiry.rules.deadlines import ANSWER_DAYS, HELD_DAYS
from todoke.systems.intermediary.rules.holding import ALARM_DAYS

_RULE = "django.contrib.auth.password_validation"
_PASSWORD_RULES = [
    {"NAME": f"{_RULE}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_RULE}.CommonPasswordValidator"},
    {"NAME": f"{_RULE}.NumericPasswordValidator"},
]
"""Long rather than odd, and none of the known ones (NIST SP 800-63B §3.1.1.2)."""

NONDISCLOSURE_CODES = (
    "1=開示できる,2!不開示（本人の生命・健康・生活・財産を害するおそれ）,3!不開示（他の人の権利利益を害するおそれ）,"
    "4!不開示（事務の適正な遂行に支障を及ぼすおそれ）,9!不開示（その他）"
)
"""Our own table. Municipalities send `1` with everything; the meanings of the national values are not public."""

_NOWHERE = ServerAddress(host="127.0.0.1", port=1)


def site_settings(*realms: Realm) -> dict[str, Any]:
    """Settings for a site that serves these realms: one in production, all three in tests and tools.

    Tools such as mypy import settings where no instance exists: then accounts are placeholders that no server
    accepts. An instance named by $TODOKE_INSTANCE must exist; raises SETUP_MISSING.
    """
    instance = _instance()
    return {
        "SECRET_KEY": _secret_key(instance, realms[0]),
        "DEBUG": False,
        "ALLOWED_HOSTS": ["127.0.0.1", "localhost"],
        "INSTALLED_APPS": [*installed_apps(*realms), *web.APPS],
        "ROOT_URLCONF": "todoke.sites.urls",
        **web.SETTINGS,
        "DATABASES": {"default": {}, **_databases(instance, realms)},
        "DATABASE_ROUTERS": ["todoke.sites.database.router.WallRouter"],
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.Argon2PasswordHasher"],
        "AUTH_PASSWORD_VALIDATORS": _PASSWORD_RULES,
        "USE_TZ": True,
        "TIME_ZONE": "Asia/Tokyo",
        "LANGUAGE_CODE": "ja",
        **_todoke(instance, realms[0]),
    }


def installed_apps(*realms: Realm) -> list[str]:
    """Dotted names of the apps that the realms' systems need."""
    systems = [system for realm in realms for system in systems_of(realm)]
    shared = [label for label, users in SHARED_APPS.items() if users.intersection([*systems, DIRECTORY])]
    return [f"todoke.systems.{system}" for system in systems] + [f"todoke.{label}" for label in shared]


def _instance() -> Instance | None:
    try:
        return Instance.load()
    except TodokeError as error:
        if os.environ.get(ENVIRONMENT) or DEFAULT.exists() or error.code is not ErrorCode.SETUP_MISSING:
            raise
        return None


def _secret_key(instance: Instance | None, realm: Realm) -> str:
    return instance.secret(realm, "web").hex() if instance else secrets.token_hex(32)


def _todoke(instance: Instance | None, realm: Realm) -> dict[str, Any]:
    """What Todoke's own systems ask of the settings; placeholders where no instance exists."""
    folder = (instance.path if instance else Path("unconfigured")) / realm.value
    return {
        "TODOKE_REALM": realm.value,
        "TODOKE_DIRECTORY": alias(DIRECTORY, realm.value),
        "TODOKE_INSTANCE_NAME": instance.name if instance else "unconfigured",
        "TODOKE_MUNICIPALITY": instance.city if instance else "00000",
        "TODOKE_KEYS_FOLDER": folder / "keys",
        # what unwraps the contents of 副本, per municipality: in its own hands, beside no realm's folder (ADR 0015)
        "TODOKE_MUNICIPAL_KEYS": Path(
            os.environ.get("TODOKE_MUNICIPAL_KEYS") or folder.parent / "municipal-keys"
        ),
        "TODOKE_CONTENT_KEYS": folder.parent / Realm.PLATFORM.value / "keys",
        "TODOKE_DATA_FOLDER": folder / "data",
        "TODOKE_TERMINALS_FOLDER": folder / "terminals",
        "TODOKE_CLI_SESSIONS_FOLDER": folder / "cli-sessions",
        "TODOKE_PASSKEYS_FOLDER": folder / "passkeys",
        # after how many days a question without an answer expires (systems/inquiry/rules/deadlines.py)
        "TODOKE_ANSWER_DAYS": int(os.environ.get("TODOKE_ANSWER_DAYS", ANSWER_DAYS)),
        "TODOKE_HELD_DAYS": int(os.environ.get("TODOKE_HELD_DAYS", HELD_DAYS)),
        # after how many days a held request is overdue (systems/intermediary/rules/holding.py)
        "TODOKE_HOLD_ALARM_DAYS": int(os.environ.get("TODOKE_HOLD_ALARM_DAYS", ALARM_DAYS)),
        "TODOKE_SERVICE_HOURS": os.environ.get("TODOKE_SERVICE_HOURS", "00:00-24:00"),
        # 不開示コード: `=` discloses, `!` withholds (systems/intermediary/rules/nondisclosure.py)
        "TODOKE_NONDISCLOSURE_CODES": os.environ.get("TODOKE_NONDISCLOSURE_CODES", NONDISCLOSURE_CODES),
        # where browsers find the screens: passkeys answer to these pages only (ADR 0008)
        "TODOKE_ORIGINS": os.environ.get(
            "TODOKE_ORIGINS", f"http://localhost:{TRIAL_TERMINALS[realm]}"
        ).split(","),
    }


def _databases(instance: Instance | None, realms: tuple[Realm, ...]) -> dict[str, Any]:
    if instance is None:
        nobody = DatabaseAccount(dbname="todoke_unconfigured", user="todoke_unconfigured", password="")
        names = [name for realm in realms for name in systems_of(realm) if name != PER_MUNICIPALITY]
        names += [alias(DIRECTORY, realm.value) for realm in realms]
        return {name: database(name, nobody, _NOWHERE) for name in names}
    address = instance.server() if (instance.path / "server.json").exists() else _NOWHERE
    return {
        alias(*wall): database(alias(*wall), instance.account(*wall), address)
        for wall in instance.walls(*realms)
    }


def database(name: str, account: DatabaseAccount, address: ServerAddress) -> dict[str, Any]:
    return {
        "ENGINE": "todoke.engine.kept",
        "NAME": account.dbname,
        "USER": account.user,
        "PASSWORD": account.password,
        "HOST": address.host,
        "PORT": str(address.port),
        "OPTIONS": {"application_name": f"todoke {name}", **address.options},
    }
