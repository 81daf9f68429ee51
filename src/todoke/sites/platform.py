"""Django settings of the platform site."""

from __future__ import annotations

from todoke.sites.realms import Realm
from todoke.sites.settings import site_settings

globals().update(site_settings(Realm.PLATFORM))
