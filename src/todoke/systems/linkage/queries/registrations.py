"""Who may be meant by requests for registration: candidates by attributes and by number, for all requests at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
from django.conf import settings

from todoke.access.permissions import Actor, Permission
from todoke.contracts.linkage import RegistrationStanding
from todoke.contracts.people import BasicAttributes
from todoke.engine import duck, postgres
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.privacy.wrapping import missing
from todoke.systems.linkage import codecs, queries
from todoke.systems.linkage.flows import REGISTRATION_ENDS, RegistrationState
from todoke.systems.linkage.models import Registration
from todoke.systems.linkage.queries.numbers import find_persons
from todoke.systems.linkage.rules import candidates, match_forms
from todoke.systems.linkage.rules.blocking import BLOCKING_RULES, Attribute, Level
from todoke.systems.linkage.rules.registration import Found

ALIAS = "linkage"
_ASKED = "linkage_asked"
_EQUAL: Final = {
    "birth_month": "f.birth_date >= q.birth_month AND f.birth_date < q.birth_month + interval '1 month'",
}
_BLOCKS = " UNION ".join(
    f"SELECT f.person_id FROM {_ASKED} q JOIN linkage_matchform f ON "
    + " AND ".join(_EQUAL.get(column, f"f.{column} = q.{column}") for column in rule.columns)
    for rule in BLOCKING_RULES
)
_NUMBERED = "SELECT person_id FROM linkage_individualnumber WHERE municipality = %s AND person_id = ANY(%s)"


@dataclass(frozen=True, kw_only=True)
class Request:
    """An open request as the search needs it."""

    request_id: str
    attributes: BasicAttributes
    number: bytes | None


def requests(rows: Iterable[Registration]) -> list[Request]:
    """Open requests with their numbers opened. SETUP_MISSING when the keys of a number are lost."""
    keys = codecs.number_keys()
    opened = []
    for row in rows:
        number = None
        if row.number_sealed is not None and row.key_id is not None:
            seal = keys.find(row.key_id)
            if seal is None:
                raise missing("依頼の個人番号を封印した世代の鍵がありません", "控えから鍵を戻してください。")
            (number,) = seal.open([bytes(row.number_sealed)], [row.request_id.encode()])
        opened.append(Request(request_id=row.request_id, attributes=attributes(row), number=number))
    return opened


def attributes(row: Registration) -> BasicAttributes:
    """The four attributes of an open request."""
    assert row.name_kanji is not None  # a constraint: an open request holds all four
    assert row.sex is not None
    assert row.birth_date is not None
    assert row.address is not None
    return BasicAttributes(
        name_kanji=row.name_kanji, sex=row.sex, birth_date=row.birth_date, address=row.address
    )


def attribute_table(rows: Sequence[BasicAttributes]) -> pa.Table:
    """Attributes as `models.minting` and `rules.match_forms` take them."""
    return pa.table(
        {
            "name_kanji": pa.array([row.name_kanji for row in rows], pa.string()),
            "sex": pa.array([row.sex for row in rows], pa.string()),
            "birth_date": pa.array([row.birth_date for row in rows], pa.date32()),
            "address": pa.array([row.address for row in rows], pa.string()),
        }
    )


def assess(asked: Sequence[Request]) -> list[list[Found]]:
    """Per request the persons who may be meant, best first; who is known by number comes first of all.

    Two queries and one DuckDB expression for all of them. SETUP_MISSING when the stored forms are of other rules.
    """
    queries.refuse_old_forms()
    forms = match_forms.of(
        attribute_table([one.attributes for one in asked]), match_forms.home(settings.TODOKE_MUNICIPALITY)
    )
    by_attributes = _candidates(forms)
    by_number = _known_by_number(asked, forms)
    named = [person for found in by_attributes.values() for person, _ in found]
    numbered = with_number([*named, *(person for person, _ in by_number.values())])
    answer = []
    for place in range(len(asked)):
        pairs = [(person, levels, False) for person, levels in by_attributes[place]]
        if place in by_number:
            known, levels = by_number[place]
            pairs = [(known, levels, True), *(pair for pair in pairs if pair[0] != known)]
        answer.append(
            [
                Found(person=person, levels=levels, by_number=number, has_number=person in numbered)
                for person, levels, number in pairs
            ]
        )
    return answer


Levels = Mapping[Attribute, Level]


def _candidates(forms: pa.Table) -> defaultdict[int, list[tuple[str, Levels]]]:
    asked = forms.append_column("query", pa.array(range(forms.num_rows), pa.int32()))
    postgres.execute(ALIAS, f"DROP TABLE IF EXISTS {_ASKED}")
    postgres.stage(ALIAS, _ASKED, asked)
    register = queries.forms_where(f"f.person_id IN ({_BLOCKS})")
    found: defaultdict[int, list[tuple[str, Levels]]] = defaultdict(list)
    with duck.connect() as connection:
        connection.register("asked", asked)
        connection.register("known", register)
        for row in candidates.find(connection, queries="asked", register="known").to_pylist():
            levels = {attribute: Level(row[f"{attribute}_level"]) for attribute in Attribute}
            found[row["query"]].append((row["person"], levels))
    return found


def _known_by_number(asked: Sequence[Request], forms: pa.Table) -> dict[int, tuple[str, Levels]]:
    """By place: who has the 個人番号 of the request, and which attributes are equal."""
    places = [place for place, one in enumerate(asked) if one.number is not None]
    if not places:
        return {}
    found = find_persons([one.number for one in asked if one.number is not None])
    persons = {places[index]: person for index, person in found.items()}
    mine = forms.to_pylist()
    theirs = {
        row["person"]: row
        for row in queries.forms_where("f.person_id = ANY(%s)", [list(persons.values())]).to_pylist()
    }
    return {
        place: (person, {one: _level(mine[place][one], theirs.get(person, {}).get(one)) for one in Attribute})
        for place, person in persons.items()
    }


def _level(mine: object, theirs: object) -> Level:
    if mine is None or theirs is None:
        return Level.ABSENT
    return Level.EQUAL if mine == theirs else Level.DIFFERS


def with_number(persons: Sequence[str]) -> set[str]:
    """Who of these has a 個人番号 registered."""
    rows = postgres.fetch(ALIAS, _NUMBERED, [settings.TODOKE_MUNICIPALITY, list(set(persons))])
    return {person for (person,) in rows}


_LINKED = """
SELECT system, local_number FROM linkage_localnumber
WHERE (system, local_number) IN (SELECT * FROM unnest(%s::text[], %s::text[]))
"""
_WAITING = """
SELECT system, local_number, request_id, name_kanji, sex, birth_date, address FROM linkage_registration
WHERE state IN ('requested', 'searched', 'chosen')
  AND (system, local_number) IN (SELECT * FROM unnest(%s::text[], %s::text[]))
"""
Place = tuple[str, str]
"""A system and its 業務固有番号."""


def linked_already(places: Sequence[Place]) -> set[Place]:
    """Which of these local numbers are somebody's already."""
    rows = postgres.fetch(
        ALIAS, _LINKED, [[system for system, _ in places], [number for _, number in places]]
    )
    return {(system, number) for system, number in rows}


def waiting(places: Sequence[Place]) -> dict[Place, tuple[str, BasicAttributes]]:
    """Open requests for these local numbers: request id and attributes."""
    rows = postgres.fetch(
        ALIAS, _WAITING, [[system for system, _ in places], [number for _, number in places]]
    )
    return {
        (system, number): (
            request_id,
            BasicAttributes(name_kanji=name, sex=sex, birth_date=born, address=address),
        )
        for system, number, request_id, name, sex, born, address in rows
    }


def refuse_foreign_duty(duties: Iterable[str], by: Actor) -> None:
    """Whoever asks must hold a right in the duty that needs the person (担当事務に限定した権限)."""
    mine = {right.duty for right in by.held}
    if not mine.issuperset(duties):
        raise TodokeError(ErrorCode.PERMISSION_DENIED, permission=Permission.LINKAGE_REGISTER_REQUEST.value)


_NOTED = """
SELECT c.request_id, c.person_id, c.name_level, c.sex_level, c.birth_date_level, c.address_level, c.by_number,
       EXISTS (SELECT FROM linkage_individualnumber n WHERE n.person_id = c.person_id)
FROM linkage_registrationcandidate c WHERE c.request_id = ANY(%s) ORDER BY c.request_id, c.rank
"""


def locked(request_id: str) -> Registration:
    """The request, for the rest of this transaction; NOT_FOUND without one, STATE_CONFLICT when it has ended."""
    row = Registration.objects.using(ALIAS).select_for_update().filter(request_id=request_id).first()
    if row is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="登録依頼")
    if row.state in REGISTRATION_ENDS:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=RegistrationState(row.state).label)
    return row


def noted(request_ids: Sequence[str]) -> dict[str, list[Found]]:
    """The candidates that the last search of each request noted, best first; an empty list for none."""
    found: dict[str, list[Found]] = {request_id: [] for request_id in request_ids}
    for request_id, person, *levels, by_number, numbered in postgres.fetch(
        ALIAS, _NOTED, [list(request_ids)]
    ):
        marks = dict(zip(Attribute, map(Level, levels), strict=True))
        found[request_id].append(Found(person=person, levels=marks, by_number=by_number, has_number=numbered))
    return found


_STANDING = """
SELECT request_id, state, person_id, reason FROM linkage_registration WHERE request_id = ANY(%s) ORDER BY request_id
"""


def standing(request_ids: Sequence[str]) -> list[RegistrationStanding]:
    """Where these requests stand, ordered by id; unknown ones are absent."""
    return [
        RegistrationStanding(request_id=request_id, state=state, integrated_number=person, reason=reason)
        for request_id, state, person, reason in postgres.fetch(ALIAS, _STANDING, [list(request_ids)])
    ]
