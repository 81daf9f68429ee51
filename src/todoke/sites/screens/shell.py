"""What the shell shows of this site and of whoever is signed in."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from todoke.pages.shell import Shell
from todoke.sites.realms import Realm
from todoke.sites.status import TITLES


def shell(request: HttpRequest) -> dict[str, Any]:
    """Django context processor: `shell` for `pages/base.html`."""
    realm = Realm(settings.TODOKE_REALM)
    return {"shell": Shell(site=TITLES[realm], realm=realm.value, version=version("todoke"))}
