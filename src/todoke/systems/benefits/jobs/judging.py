"""The judging half of the road: sources, decisions, who is asked, answers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from todoke.access.permissions import Actor
from todoke.batch.progress import Meter
from todoke.batch.steps import Counts, StepReport, run_step
from todoke.contracts.residents import SnapshotKind
from todoke.engine import snapshots
from todoke.engine.statement import Engine
from todoke.systems.benefits import needs, queries
from todoke.systems.benefits.actions.deciding import ask as asking
from todoke.systems.benefits.actions.deciding import decide as deciding
from todoke.systems.benefits.actions.deciding import follow_decision as following
from todoke.systems.benefits.actions.deciding import import_answers as answering
from todoke.systems.benefits.actions.registers import take_register as taking
from todoke.systems.benefits.queries.editions import proposals as programmes

ALIAS = "benefits"


def take_registers(*, by: Actor) -> list[StepReport]:
    """住民情報の取込: both registers of 住民記録システム, each once per sealed snapshot. Totals: 追加, 変更, 消滅."""
    reports: list[StepReport] = []
    for kind in SnapshotKind:

        def work(_: Meter, kind: SnapshotKind = kind) -> Counts:
            taken = taking.take_register(kind=kind, by=by)
            totals = {"追加": taken.added, "変更": taken.changed, "消滅": taken.gone, "変化なし": taken.same}
            return Counts(taken=taken.rows, accepted=taken.rows, totals=totals)

        key = f"{kind}/{needs.register(kind).snapshot_id}"
        reports += _step("register", key, by, work, "住民情報の取込")
    return reports


def decide(programme: str, round_name: str, *, by: Actor, engine: Engine | None = None) -> list[StepReport]:
    """支給判定 of one round, here or on the given engine. Totals: residents, households by outcome, persons by tax status."""

    def work(_: Meter) -> Counts:
        found = programmes.find(programme)
        run = deciding.decide(programme=found, round_name=round_name, by=by, engine=engine)
        following.follow_decision(programme=found, by=by)
        counts = queries.outcome_counts(run)
        households = counts.pop("households")
        totals = {"residents": run.residents, **counts, **queries.status_counts(run)}
        return Counts(taken=households, accepted=households, totals=totals)

    return _step("decide", f"{programme}/{round_name}", by, work, "支給判定")


def ask(programme: str, round_name: str, *, by: Actor) -> list[StepReport]:
    """照会対象者の抽出, from the decision of that round. Refused: persons who cannot be asked about."""

    def work(_: Meter) -> Counts:
        order = asking.ask(programme=programmes.find(programme), round_name=round_name, by=by)
        totals = {"abroad": order.abroad, "unreachable": order.unreachable}
        return Counts(
            taken=order.persons, accepted=order.asked, refused=order.abroad + order.unreachable, totals=totals
        )

    return _step("ask", f"{programme}/{round_name}", by, work, "照会対象者の抽出")


def import_answers(
    programme: str, round_name: str, *, by: Actor, files: Sequence[Path] = ()
) -> list[StepReport]:
    """回答の突合: the given files, or those that 税情報一括照会 wrote for the round's order; once per content.

    Refused: persons of the order without an answer record. Totals: persons by the status that was read.
    """
    paths = list(files) or _handed_over(queries.order_id(programme, round_name))
    digests = hashlib.sha256("".join(snapshots.file_sha256(path) for path in paths).encode()).hexdigest()

    def work(_: Meter) -> Counts:
        if not paths:
            return Counts(taken=0, accepted=0)
        found = answering.import_answers(
            programme=programmes.find(programme), round_name=round_name, files=paths, by=by
        )
        taken = found.records + found.missing
        return Counts(taken=taken, accepted=found.records, refused=found.missing, totals=found.statuses)

    return _step("answers", f"{programme}/{round_name}/{digests}", by, work, "回答の突合")


def _handed_over(order_id: str) -> list[Path]:
    """The newest answer files of an order, each as it was sealed (INPUT_CHANGED otherwise)."""
    return [
        snapshots.check(Path(file.path), file.sha256) for file in needs.inquiries().answer_files(order_id)
    ]


def _step(name: str, key: str, by: Actor, work: Callable[[Meter], Counts], title: str) -> list[StepReport]:
    return [run_step(ALIAS, f"benefits.{name}", key=key, by=by.staff_id, work=work, title=title)]
