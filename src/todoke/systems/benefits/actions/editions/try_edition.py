"""試算 (try), in steps: what a proposed edition would change, before anybody approves it. No decision is written."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec
from django.conf import settings
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import duck, snapshots
from todoke.engine.snapshots import Seal
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.benefits.models import EditionTrial, EditionWork
from todoke.systems.benefits.queries.deciding import decision_inputs
from todoke.systems.benefits.queries.editions import proposals as editions
from todoke.systems.benefits.queries.editions import works as edition_works
from todoke.systems.benefits.rules.deciding.judging import Inputs, Judged, judge
from todoke.systems.benefits.rules.editions import definition
from todoke.systems.benefits.rules.editions.state import EditionState
from todoke.systems.benefits.rules.programme import Programme

ALIAS: Final = "benefits"
_PLAN: Final = "plan.json"


class Side(StrEnum):
    """The edition in force, and the proposed one."""

    BEFORE = "before"
    AFTER = "after"


class _Plan(msgspec.Struct, frozen=True):
    """What is judged, fixed by the first step: a trial that is carried on tomorrow compares what it began with."""

    in_force: str
    inputs: dict[str, Seal]


def gather_evidence(*, work: EditionWork, by: Actor) -> int:
    """Fix the sealed files and the edition in force; rows of all files. Errors of `decision_inputs.gather`."""
    require(by, Permission.BENEFITS_PROGRAMME_TRY)
    proposed = _proposed(work)
    folder = edition_works.folder(work)
    folder.mkdir(parents=True, exist_ok=True)
    inputs = decision_inputs.gather(proposed, folder)
    in_force = editions.find(work.edition.programme)
    plan = _Plan(in_force=definition.to_text(in_force), inputs=inputs)
    unfinished = folder / f".{_PLAN}.part"
    unfinished.write_bytes(msgspec.json.encode(plan, enc_hook=str))
    unfinished.replace(folder / _PLAN)
    return sum(seal.rows for seal in inputs.values())


def judge_side(*, work: EditionWork, side: Side, by: Actor) -> Judged:
    """Judge the fixed files with one of the two editions. INPUT_CHANGED when a file is not what it was any more."""
    require(by, Permission.BENEFITS_PROGRAMME_TRY)
    proposed, plan = _proposed(work), _plan(work)
    files = Inputs(**{name: snapshots.check(seal.path, seal.sha256) for name, seal in plan.inputs.items()})
    programme = proposed if side is Side.AFTER else definition.from_text(plan.in_force)
    target = _judged(work, side)
    return judge(programme, files, households=target, persons=target.with_name(f"persons-{side}.parquet"))


def keep_trial(*, work: EditionWork, by: Actor) -> EditionTrial:
    """Compare both sides and keep the households that differ; kept already, it is the same trial."""
    require(by, Permission.BENEFITS_PROGRAMME_TRY)
    known = EditionTrial.objects.using(ALIAS).filter(edition=work.edition, made_at__gte=work.asked_at).first()
    if known is not None:
        return known
    _proposed(work)
    row, plan = work.edition, _plan(work)
    relations = {name: f"read_parquet('{_judged(work, side)}')" for name, side in _SIDES.items()}
    folder = Path(settings.TODOKE_DATA_FOLDER) / "benefits"
    seal = editions.seal_differences(relations, edition_works.folder(work), f"trial-{row.pk}", into=folder)
    in_force: Programme = definition.from_text(plan.in_force)
    before, after, households = _sums(relations)
    with transaction.atomic(using=ALIAS):
        trial = EditionTrial.objects.using(ALIAS).create(
            edition=row, against_edition=in_force.edition, against_sha256=definition.digest(in_force),
            inputs_sha256=decision_inputs.digest(plan.inputs), households=households, differing=seal.rows,
            yen_before=before, yen_after=after, path=str(seal.path), sha256=seal.sha256,
            made_at=clock.now(), made_by=by.staff_id,
        )  # fmt: skip
        subject = f"programme {row.programme} {row.edition} against {in_force.edition}"
        record(ALIAS, by=by, verb="benefits:programme:try", subject=subject, persons=plan.inputs["base"].rows)
    return trial


_SIDES: Final = {"one": Side.BEFORE, "two": Side.AFTER}


def _sums(relations: dict[str, str]) -> tuple[int, int, int]:
    """Yen before and after, and how many households were judged."""
    sums = ", ".join(
        f"(SELECT COALESCE(sum(amount_yen), 0)::BIGINT FROM {source})" for source in relations.values()
    )
    with duck.connect() as connection:
        found = connection.execute(f"SELECT {sums}, (SELECT count(*) FROM {relations['two']})").fetchall()
    before, after, households = map(int, found[0])
    return before, after, households


def _judged(work: EditionWork, side: Side) -> Path:
    return edition_works.folder(work) / f"{side}.parquet"


def _plan(work: EditionWork) -> _Plan:
    path = edition_works.folder(work) / _PLAN
    if not path.is_file():
        raise TodokeError(ErrorCode.INPUT_MISSING, file=path.name)
    return msgspec.json.decode(path.read_bytes(), type=_Plan, dec_hook=lambda kind, text: kind(text))


def _proposed(work: EditionWork) -> Programme:
    row = editions.edition(work.edition_id)
    if row.state != EditionState.PROPOSED:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="この改定は、もう提案中ではありません")
    return editions.read(row)
