"""`python -m tests.systems.benefits.importing_process IMPORT`: carries an import on in a process that a test kills."""

from __future__ import annotations

import os
import sys


def main(import_id: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "todoke.sites.everything"
    import django

    django.setup()
    from tests.systems.benefits.world import CLERK
    from todoke.contracts import registry
    from todoke.contracts.residents import Residents
    from todoke.contracts.stand_ins import ResidentsStandIn
    from todoke.systems.benefits.jobs import importing

    registry.serve(Residents, ResidentsStandIn())  # type: ignore[type-abstract]
    importing.carry_on(int(import_id), by=CLERK)


if __name__ == "__main__":
    main(*sys.argv[1:])
