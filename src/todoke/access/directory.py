"""職員名簿: which database this site's staff, rights, sessions and terminals stand in."""

from __future__ import annotations

from typing import Final

from django.conf import settings

_PREFIX: Final = "directory_"


def alias() -> str:
    """The database of this site's own directory, e.g. `directory_city`."""
    name: str = settings.TODOKE_DIRECTORY
    return name


def realm() -> str:
    """The realm whose directory this is: city, platform or national."""
    return alias().removeprefix(_PREFIX)
