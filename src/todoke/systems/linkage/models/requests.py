"""Rows of requests for registration, by COPY and set-based updates, in the caller's transaction (see `minting`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from todoke.contracts.people import BasicAttributes
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.privacy.sealed_numbers import ColumnSeal
from todoke.records.attributes.variants import EDITION
from todoke.systems.linkage.rules.blocking import Attribute
from todoke.systems.linkage.rules.registration import Asked, Found
from todoke.workflow.runner import Beside

ALIAS = "linkage"
_STAGED = "linkage_staged_requests"
_NOTE_SEARCH = f"""
UPDATE linkage_registration r SET rules_edition = %s, candidates_shown = s.shown, searched_at = %s
FROM {_STAGED} s WHERE s.request_id = r.request_id
"""
_FORGET_CANDIDATES = "DELETE FROM linkage_registrationcandidate WHERE request_id = ANY(%s)"
CHOICE = Beside(
    table=_STAGED,
    columns=("choice", "chosen_person_id", "name_equal", "sex_equal", "birth_date_equal", "address_equal"),
)
RESULT = Beside(table=_STAGED, columns=("person_id", "outcome"))


@dataclass(frozen=True, kw_only=True)
class NewRequest:
    """A request to be written: as asked, and the attributes as they would be registered. `row`: line of its file."""

    request_id: str
    asked: Asked
    attributes: BasicAttributes
    row: int = 0


def write(new: Sequence[NewRequest], *, by: str, seal: ColumnSeal, file_sha256: str = "") -> None:
    """New requests, their 個人番号 sealed and bound to the request."""
    if not new:
        return
    count = len(new)
    texts = {
        "request_id": [one.request_id for one in new],
        "system": [one.asked.system for one in new],
        "duty": [one.asked.duty for one in new],
        "purpose": [one.asked.purpose.strip() for one in new],
        "local_number": [one.asked.local_number for one in new],
        "name_kanji": [one.attributes.name_kanji for one in new],
        "sex": [one.attributes.sex for one in new],
        "address": [one.attributes.address for one in new],
        "file_sha256": [file_sha256] * count,
        "state": ["requested"] * count,
        "state_by": [by] * count,
        "requested_by": [by] * count,
    }
    columns: dict[str, pa.Array[Any]] = {
        name: pa.array(values, pa.string()) for name, values in texts.items()
    }
    times = pa.array([clock.now()] * count, pa.timestamp("us", tz="UTC"))
    columns |= {"state_at": times, "requested_at": times}
    columns["birth_date"] = pa.array([one.attributes.birth_date for one in new], pa.date32())
    columns["file_row"] = pa.array([one.row for one in new], pa.int32())
    postgres.copy_in(ALIAS, "linkage_registration", pa.table(columns | _sealed(new, seal)))


def _sealed(new: Sequence[NewRequest], seal: ColumnSeal) -> dict[str, pa.Array[Any]]:
    places = [place for place, one in enumerate(new) if one.asked.individual_number]
    numbers = [new[place].asked.individual_number.encode() for place in places]
    rows = [new[place].request_id.encode() for place in places]
    index = dict(zip(places, seal.index(numbers), strict=True))
    sealed = dict(zip(places, seal.seal(numbers, rows), strict=True))
    everybody = range(len(new))
    return {
        "key_id": pa.array([seal.key_id if place in index else None for place in everybody], pa.int16()),
        "number_index": pa.array([index.get(place) for place in everybody], pa.binary()),
        "number_sealed": pa.array([sealed.get(place) for place in everybody], pa.binary()),
    }


def note_search(found: Mapping[str, Sequence[Found]]) -> None:
    """The candidates of each request (by request id), in place of those of an earlier search."""
    forget_candidates(list(found))
    staged = {
        "request_id": pa.array(found, pa.string()),
        "shown": pa.array([len(persons) for persons in found.values()], pa.int32()),
    }
    postgres.execute(ALIAS, f"DROP TABLE IF EXISTS {_STAGED}")
    postgres.stage(ALIAS, _STAGED, pa.table(staged))
    postgres.execute(ALIAS, _NOTE_SEARCH, [EDITION, clock.now()])
    rows = [
        (request_id, rank, one)
        for request_id, persons in found.items()
        for rank, one in enumerate(persons, 1)
    ]
    columns = {
        "request_id": pa.array([request_id for request_id, _, _ in rows], pa.string()),
        "rank": pa.array([rank for _, rank, _ in rows], pa.int32()),
        "person_id": pa.array([one.person for _, _, one in rows], pa.string()),
        "by_number": pa.array([one.by_number for _, _, one in rows], pa.bool_()),
    }
    for attribute in Attribute:
        levels = [one.levels[attribute].value for _, _, one in rows]
        columns[f"{attribute}_level"] = pa.array(levels, pa.string())
    postgres.copy_in(ALIAS, "linkage_registrationcandidate", pa.table(columns))


def forget_candidates(request_ids: Sequence[str]) -> None:
    """Nobody needs to know any more who else was looked at."""
    postgres.execute(ALIAS, _FORGET_CANDIDATES, [list(request_ids)])


def stage_choice(chosen: Mapping[str, str | None]) -> Beside:
    """Who is proposed for each request (None: somebody new), for the step into `chosen`."""
    persons = list(chosen.values())
    equal = pa.array([None if person is None else True for person in persons], pa.bool_())
    choice = pa.array(["new" if person is None else "person" for person in persons], pa.string())
    columns: list[pa.Array[Any]] = [choice, pa.array(persons, pa.string()), equal, equal, equal, equal]
    return _stage(list(chosen), CHOICE, columns)


def stage_result(results: Mapping[str, tuple[str, str]]) -> Beside:
    """統合番号 and outcome of each request, for the step into `registered`."""
    columns = [pa.array(column, pa.string()) for column in zip(*results.values(), strict=True)]
    return _stage(list(results), RESULT, columns)


def _stage(request_ids: Sequence[str], beside: Beside, columns: Sequence[pa.Array[Any]]) -> Beside:
    staged: dict[str, pa.Array[Any]] = {"request_id": pa.array(request_ids, pa.string())}
    staged |= dict(zip(beside.columns, columns, strict=True))
    postgres.execute(ALIAS, f"DROP TABLE IF EXISTS {beside.table}")
    postgres.stage(ALIAS, beside.table, pa.table(staged))
    return beside
