"""Batch steps of 自治体中間サーバー: thin over actions, resumable after any stop."""

from __future__ import annotations

from todoke.access.permissions import Actor
from todoke.batch.models import StepRun, StepState
from todoke.batch.progress import Meter
from todoke.batch.steps import Counts, StepReport, run_step
from todoke.systems.intermediary.actions.rotate_contents import begin_rotation, end_rotation, reseal_chunk
from todoke.systems.intermediary.codecs import contents

_ROTATION = "intermediary:rotate-keys"


def rotate_keys(*, alias: str, by: Actor) -> StepReport:
    """鍵の更新 of 副本 and 回答 as a step, once per generation; one that was stopped goes on."""
    stopped = StepRun.objects.using(alias).filter(name=_ROTATION, state=StepState.RUNNING).first()
    key_id = int(stopped.key) if stopped else contents.keys_of(alias).newest.key_id + 1

    def work(meter: Meter) -> Counts:
        meter.total(begin_rotation(alias=alias, key_id=key_id, by=by))
        resealed = 0
        while count := reseal_chunk(alias=alias, key_id=key_id, by=by):
            meter.advance(count)
            resealed += count
        destroyed = end_rotation(alias=alias, key_id=key_id, by=by)
        return Counts(taken=resealed, accepted=resealed, totals={"廃棄した鍵の世代": destroyed})

    return run_step(alias, _ROTATION, key=str(key_id), by=by.staff_id, work=work, title="副本の鍵の更新")
