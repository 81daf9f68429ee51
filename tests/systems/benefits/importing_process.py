"""`python -m tests.systems.benefits.importing_process IMPORT [STEP MARK]`: carries an import on in a process that a test kills.

With a step (`check`, `take`) it writes the file MARK in the middle of that step and stays there.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import NoReturn


def main(import_id: str, step: str = "", mark: str = "") -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "todoke.sites.everything"
    import django

    django.setup()
    from tests.systems.benefits.world import CLERK
    from todoke.contracts import registry
    from todoke.contracts.residents import Residents
    from todoke.contracts.stand_ins import ResidentsStandIn
    from todoke.engine import snapshots
    from todoke.systems.benefits.jobs import importing
    from todoke.systems.benefits.rules.imports import differences

    def stay(*_: object, **__: object) -> NoReturn:
        Path(mark).write_text("here")
        time.sleep(600)
        raise AssertionError("nobody killed it")

    if step == "check":
        differences.compare = stay
    elif step == "take":
        snapshots.share = stay
    registry.serve(Residents, ResidentsStandIn())  # type: ignore[type-abstract]
    importing.carry_on(int(import_id), by=CLERK)


if __name__ == "__main__":
    main(*sys.argv[1:])
