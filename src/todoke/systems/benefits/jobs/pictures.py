"""画像のフォルダーの登録 as one step that is carried on after any stop, with a list of the files that are left."""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path
from typing import Final

from todoke.access.permissions import Actor, Permission, require
from todoke.batch.models import StepRun, StepState
from todoke.batch.progress import Meter
from todoke.batch.steps import Counts, StepReport, run_step
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits.actions.intake.keep_pictures import keep_pictures
from todoke.systems.benefits.rules.intake.pictures import SAID, SUFFIXES, Left

ALIAS: Final = "benefits"
STEP: Final = "benefits.pictures"
REPORT: Final = "picture-report.csv"


def keep(folder: Path, *, by: Actor) -> StepReport:
    """Keep the folder's pictures; `picture-report.csv` in it names each file that was left, and why. NOT_FOUND for an empty folder.

    After an end the same folder may be given again: sheets that were not received yet may have been, meanwhile.
    """
    require(by, Permission.BENEFITS_RECEIVE)
    files = sorted(path for path in folder.glob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    if not files:
        raise TodokeError(ErrorCode.NOT_FOUND, what="フォルダーに PNG または JPEG の画像")

    def do(meter: Meter) -> Counts:
        found = keep_pictures(files=files, by=by, meter=meter)
        _report(folder / REPORT, found.left)
        reasons = {
            why.value: list(found.left.values()).count(why) for why in sorted(set(found.left.values()))
        }
        return Counts(
            taken=len(files), accepted=found.kept + found.before, refused=len(found.left),
            totals={"before": found.before, **reasons},
        )  # fmt: skip

    return run_step(ALIAS, STEP, key=_key(files), by=by.staff_id, work=do, title="様式の画像の登録")


def _key(files: list[Path]) -> str:
    """Of these files, and of how often they went through to the end: what was stopped has the key it had."""
    names = "\n".join(f"{path.name} {path.stat().st_size}" for path in files)
    digest = hashlib.sha256(names.encode()).hexdigest()[:32]
    ended = StepRun.objects.using(ALIAS).filter(name=STEP, key__startswith=digest, state=StepState.DONE)
    return f"{digest}/{ended.count() + 1}"


def _report(path: Path, left: dict[str, Left]) -> None:
    """Appears when it is whole."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(["file", "reason", "said"])
    lines.writerows([name, why.value, SAID[why]] for name, why in sorted(left.items()))
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_text(text.getvalue(), encoding="utf-8")
    unfinished.replace(path)
