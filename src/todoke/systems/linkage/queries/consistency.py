"""整合性確認: which non-residents are asked about, where their sealed answers lie, and the differences found."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.ipc
from django.conf import settings

from todoke.engine import postgres
from todoke.exchange.kinds import RECORD_LIMIT
from todoke.privacy import key_files, sealed_box
from todoke.systems.linkage.models import ConsistencyRun, Difference

ALIAS = "linkage"
_NONRESIDENTS = """
SELECT DISTINCT n.person_id FROM linkage_individualnumber n
WHERE n.standing = 'live' AND n.municipality = %s AND n.person_id > %s AND n.person_id <= %s AND NOT EXISTS (
    SELECT FROM linkage_localnumber l WHERE l.person_id = n.person_id AND l.system = 'residents'
)
ORDER BY 1 LIMIT %s
"""
_LAST = "SELECT coalesce(max(integrated_number), '') FROM linkage_person"
_SUFFIX: Final = ".sealed"
LISTED: Final = 10_000


def last_person() -> str:
    """The highest 統合番号 there is; empty without any."""
    ((last,),) = postgres.fetch(ALIAS, _LAST)
    return str(last)


def nonresidents(run: ConsistencyRun, after: str) -> list[str]:
    """The next persons of a run behind `after`, as many as a message holds: a 個人番号, and no resident code."""
    values = [settings.TODOKE_MUNICIPALITY, after, run.last_person, RECORD_LIMIT]
    return [person for (person,) in postgres.fetch(ALIAS, _NONRESIDENTS, values)]


def public_key(run: ConsistencyRun) -> bytes:
    """The key that closes this run's answers; its private half lies beside the other keys until the run is over."""
    key_files.make(_key(run))
    return sealed_box.public_key(key_files.read(_key(run)))


def store(run: ConsistencyRun, place: int, answers: pa.Table) -> None:
    """Close the answers of one message and put them away; the file appears only when it is whole."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, answers.schema) as writer:
        writer.write_table(answers)
    sealed = sealed_box.close(public_key(run), sink.getvalue().to_pybytes(), _context(run, place))
    path = _file(run, place)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(sealed)
    unfinished.chmod(0o600)
    unfinished.replace(path)


def stored(run: ConsistencyRun) -> int:
    """How many messages have been answered and put away."""
    return len(list(_folder(run).glob(f"*{_SUFFIX}")))


def progress(run: ConsistencyRun) -> tuple[int, str, int]:
    """Where a run stands: the next message, the last person asked about, and how many were."""
    parts = [part["person"] for part in answers(run)]
    return len(parts), str(parts[-1][-1]) if parts else "", sum(len(part) for part in parts)


def answers(run: ConsistencyRun) -> Iterator[pa.Table]:
    """What was put away, message by message. INPUT_CHANGED for a file that was altered."""
    for place in range(stored(run)):
        path = _file(run, place)
        text = sealed_box.open_closed(
            key_files.read(_key(run)), path.read_bytes(), _context(run, place), path.name
        )
        yield pa.ipc.open_file(text).read_all()


def open_answer(run: ConsistencyRun, sealed: bytes, context: bytes) -> bytes:
    """The answer of 住基ネット as it came."""
    return sealed_box.open_closed(key_files.read(_key(run)), sealed, context, "一括提供の回答")


def destroy(run: ConsistencyRun) -> None:
    """Key first: whatever is left of the files, here or in a backup, can never be opened again."""
    _key(run).unlink(missing_ok=True)
    shutil.rmtree(_folder(run), ignore_errors=True)


def destroy_finished() -> None:
    """Files of runs that were stopped between their end and their tidying up."""
    for run in ConsistencyRun.objects.using(ALIAS).filter(finished_at__isnull=False):
        if _key(run).exists() or _folder(run).exists():
            destroy(run)


def _key(run: ConsistencyRun) -> Path:
    folder: Path = settings.TODOKE_KEYS_FOLDER
    return folder / f"linkage-{settings.TODOKE_MUNICIPALITY}-consistency-{run.pk}.key"


def _folder(run: ConsistencyRun) -> Path:
    folder: Path = settings.TODOKE_DATA_FOLDER
    return folder / "linkage" / "consistency" / str(run.pk)


def _file(run: ConsistencyRun, place: int) -> Path:
    return _folder(run) / f"{place:05}{_SUFFIX}"


def _context(run: ConsistencyRun, place: int) -> bytes:
    return f"linkage consistency {run.pk} {place}".encode()


def runs() -> list[ConsistencyRun]:
    """All runs, newest first."""
    return list(ConsistencyRun.objects.using(ALIAS).order_by("-started_at"))


def listed(wish: Mapping[str, str]) -> list[Difference]:
    """Differences under these conditions (`state`, `kind`), open ones first."""
    rows = Difference.objects.using(ALIAS).filter(**wish).select_related("run")
    return list(rows.order_by("state", "run", "person", "kind")[:LISTED])


def state_counts() -> dict[str, int]:
    """How many differences stand in each state."""
    return dict(postgres.fetch(ALIAS, "SELECT state, count(*) FROM linkage_difference GROUP BY state"))
