"""Django settings with all three realms: for tests, tools and migrations, never for serving."""

from __future__ import annotations

from pathlib import Path

from todoke.sites.realms import Realm
from todoke.sites.settings import site_settings

# Declared for the type checker; the values come with the update below.
TODOKE_INSTANCE_NAME: str
TODOKE_MUNICIPALITY: str
TODOKE_KEYS_FOLDER: Path
TODOKE_DATA_FOLDER: Path
TODOKE_STAFF_FILE: Path

globals().update(site_settings(*Realm))
