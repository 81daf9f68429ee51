"""`python -m tests.systems.benefits.edition_process WORK STEP MARK FOLDER`: carries a work on until that step, writes the
file MARK and stays there, in a process that a test kills. The registers are those of the AskingCity of FOLDER."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import NoReturn


def main(work_id: str, step: str, mark: str, folder: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "todoke.sites.everything"
    import django

    django.setup()
    from tests.systems.benefits.asking_city import CLERK, AskingCity
    from todoke.contracts import registry
    from todoke.contracts.residents import Residents, SnapshotKind
    from todoke.contracts.stand_ins import ResidentsStandIn
    from todoke.systems.benefits.jobs import editions
    from todoke.systems.benefits.queries.editions import works as edition_works
    from todoke.systems.benefits.rules.editions.work import WorkKind

    def stay(*_: object) -> NoReturn:
        Path(mark).write_text("here")
        time.sleep(600)
        raise AssertionError("nobody killed it")

    city = AskingCity(Path(folder))
    registers = ResidentsStandIn([city._sealed(kind) for kind in SnapshotKind])
    registry.serve(Residents, registers)  # type: ignore[type-abstract]
    kind = WorkKind(edition_works.one(int(work_id)).kind)
    editions._DOES[kind][step] = stay
    editions.carry_on(int(work_id), by=CLERK)


if __name__ == "__main__":
    main(*sys.argv[1:])
