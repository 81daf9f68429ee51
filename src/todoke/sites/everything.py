"""Django settings with all three realms: for tests, tools and migrations, never for serving."""

from __future__ import annotations

from pathlib import Path

from todoke.sites.realms import Realm
from todoke.sites.settings import site_settings

# our own settings, named here so that `settings.TODOKE_…` has a type
TODOKE_REALM: str
TODOKE_DIRECTORY: str
TODOKE_INSTANCE_NAME: str
TODOKE_MUNICIPALITY: str
TODOKE_KEYS_FOLDER: Path
TODOKE_DATA_FOLDER: Path
TODOKE_MUNICIPAL_KEYS: Path
TODOKE_CONTENT_KEYS: Path
TODOKE_TERMINALS_FOLDER: Path
TODOKE_CLI_SESSIONS_FOLDER: Path
TODOKE_PASSKEYS_FOLDER: Path
TODOKE_ORIGINS: list[str]
TODOKE_ANSWER_DAYS: int
TODOKE_HELD_DAYS: int
TODOKE_HOLD_ALARM_DAYS: int
TODOKE_BEHIND_GATEWAY: bool
TODOKE_SERVICE_HOURS: str
TODOKE_NONDISCLOSURE_CODES: str

globals().update(site_settings(*Realm))
