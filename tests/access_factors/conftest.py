"""A small directory: an administrator, two clerks; and pictures, made once. (Models load late: a conftest comes before Django.)"""

from __future__ import annotations

import pytest

from tests.access_factors import pictures
from todoke.sites.instance import Instance


@pytest.fixture
def staff(databases: Instance) -> str:
    """The alias of the directory, in which `adm`, `cl1` and `cl2` work."""
    from tests import hiring
    from todoke.access import directory
    from todoke.access.permissions import Role

    alias = directory.alias()
    hiring.hire(alias, {"adm": [Role.ADMINISTRATOR], "cl1": [Role.CLERK], "cl2": [Role.CLERK]})
    return alias


@pytest.fixture(scope="session")
def astronaut() -> bytes:
    return bytes(pictures.jpeg(pictures.astronaut()))


@pytest.fixture(scope="session")
def again() -> bytes:
    """The same person in another light."""
    return bytes(
        pictures.jpeg(
            pictures.TRANSFORMS["warm light"](pictures.TRANSFORMS["mirrored"](pictures.astronaut()))
        )
    )


@pytest.fixture(scope="session")
def stranger() -> bytes:
    """Another person's face, good enough to be compared."""
    return bytes(pictures.jpeg(pictures.small_faces()[0]))


@pytest.fixture(scope="session")
def strangers_template(stranger: bytes) -> bytes:
    from todoke.access.factors.faces import OfflineVerifier

    return bytes(OfflineVerifier().template(bytearray(stranger)))
