"""試算 (try): what a proposed edition would change, before anybody approves it. No decision is written."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import duck, snapshots
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.benefits.models import EditionTrial
from todoke.systems.benefits.queries import decision_inputs, editions
from todoke.systems.benefits.rules import definition
from todoke.systems.benefits.rules.edition_state import EditionState
from todoke.systems.benefits.rules.judging import Inputs, judge
from todoke.systems.benefits.rules.programme import Programme

ALIAS = "benefits"


def try_edition(*, number: int, by: Actor) -> EditionTrial:
    """Judge the newest sealed files with the edition in force and with the proposed one, and keep the differences.

    Both over the same files, so that nothing but the rules can be the cause. STATE_CONFLICT for an edition that is no
    proposal any more; errors of `decision_inputs.gather`.
    """
    require(by, Permission.BENEFITS_PROGRAMME_PROPOSE)
    row = editions.edition(number)
    if row.state != EditionState.PROPOSED:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="この改定は、もう提案中ではありません")
    in_force, proposed = editions.find(row.programme), editions.read(row)
    folder = Path(settings.TODOKE_DATA_FOLDER) / "benefits"
    folder.mkdir(parents=True, exist_ok=True)
    inputs = decision_inputs.gather(proposed, folder)
    files = Inputs(**{name: seal.path for name, seal in inputs.items()})
    with TemporaryDirectory(dir=folder, prefix="trial-") as name:
        totals = _compare({"one": in_force, "two": proposed}, files, Path(name))
        draft = (Path(name) / "differences.parquet").rename(folder / f"draft-trial-{number}.parquet")
    seal = snapshots.adopt(draft, f"trial-{number}")
    with transaction.atomic(using=ALIAS):
        trial = EditionTrial.objects.using(ALIAS).create(
            edition=row, against_edition=in_force.edition, against_sha256=definition.digest(in_force),
            inputs_sha256=decision_inputs.digest(inputs), households=totals["households"], differing=seal.rows,
            yen_before=totals["one"], yen_after=totals["two"], path=str(seal.path), sha256=seal.sha256,
            made_at=clock.now(), made_by=by.staff_id,
        )  # fmt: skip
        subject = f"programme {row.programme} {row.edition} against {in_force.edition}"
        record(ALIAS, by=by, verb="benefits:programme:try", subject=subject, persons=totals["residents"])
    return trial


def _compare(pair: dict[str, Programme], files: Inputs, folder: Path) -> dict[str, int]:
    """Judge with both; the differing households go to differences.parquet."""
    residents = 0
    for name, programme in pair.items():
        judged = judge(
            programme,
            files,
            households=folder / f"{name}.parquet",
            persons=folder / f"persons-{name}.parquet",
        )
        residents = max(residents, judged.residents)
    relations = {name: f"read_parquet('{folder / name}.parquet')" for name in pair}
    query = editions.difference_sql(relations)
    with duck.connect() as connection:
        connection.execute(
            f"COPY ({query} ORDER BY 1) TO '{folder / 'differences.parquet'}' (FORMAT PARQUET, COMPRESSION ZSTD)"
        )
        sums = {
            name: f"(SELECT COALESCE(sum(amount_yen), 0)::BIGINT FROM {source})"
            for name, source in relations.items()
        }
        (row,) = connection.execute(
            f"SELECT {sums['one']}, {sums['two']}, (SELECT count(*) FROM {relations['two']})"
        ).fetchall()
    return {"one": row[0], "two": row[1], "households": row[2], "residents": residents}
