"""`python -m tests.systems.benefits.printing_process FOLDER SIZE OUT`: prints letters in a process that a test kills."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main(folder: str, size: str, out: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "todoke.sites.everything"
    import django

    django.setup()
    from tests.systems.benefits.world import CLERK, CODE, World
    from todoke.systems.benefits import jobs

    World(Path(folder), size=int(size)).serve()
    jobs.print_letters(CODE, Path(out), by=CLERK)


if __name__ == "__main__":
    main(*sys.argv[1:])
