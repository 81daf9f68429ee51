"""A small directory: an administrator, two clerks; and pictures, made once. (Models load late: a conftest comes before Django.)"""

from __future__ import annotations

from datetime import date

import pytest

from tests.access_factors import pictures
from todoke.sites.instance import Instance


@pytest.fixture
def staff(databases: Instance) -> str:
    """The alias of the directory, in which `adm`, `cl1` and `cl2` work."""
    from todoke.access import directory
    from todoke.access.models import Staff
    from todoke.kernel import clock

    alias = directory.alias()
    Staff.objects.using(alias).bulk_create(
        Staff(
            staff_id=one,
            name=f"試験　{one}",
            kana=f"シケン　{one}",
            organisation="14100",
            section="給付金課",
            employer="own",
            hired_on=date(2020, 4, 1),
            imported_by="feed",
            imported_at=clock.now(),
        )
        for one in ("adm", "cl1", "cl2")
    )
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
