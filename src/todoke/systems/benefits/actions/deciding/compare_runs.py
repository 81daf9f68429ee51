"""判定し直した結果と前の判定の比較 (compare): worked out once, beside the screens, and kept with the work."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.oplog.record import record
from todoke.systems.benefits import queries
from todoke.systems.benefits.models import EditionWork
from todoke.systems.benefits.queries.editions import proposals as editions
from todoke.systems.benefits.queries.editions import works as edition_works
from todoke.systems.benefits.rules.editions.work import WorkState

ALIAS = "benefits"


def compare_runs(*, work: EditionWork, by: Actor) -> int:
    """Keep the households on which the judging differs from the decision before it; how many there are."""
    require(by, Permission.BENEFITS_DECIDE)
    row = work.edition
    run = queries.decision_run(row.programme, edition_works.round_name(row))
    relations = editions.both_runs(run)
    if relations is None:
        return 0
    folder = Path(settings.TODOKE_DATA_FOLDER) / "benefits"
    seal = editions.seal_differences(relations, edition_works.folder(work), f"changed-{row.pk}", into=folder)
    with transaction.atomic(using=ALIAS):
        EditionWork.objects.using(ALIAS).filter(pk=work.pk, state=WorkState.OPEN).update(
            path=str(seal.path), sha256=seal.sha256, differing=seal.rows
        )
        subject = f"programme {row.programme} {row.edition}"
        record(ALIAS, by=by, verb="benefits:programme:compare", subject=subject, persons=0)
    return seal.rows
