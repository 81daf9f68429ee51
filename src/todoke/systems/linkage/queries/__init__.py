"""Reads of 統合番号連携システム for siblings, jobs and lists; set-based, never a 個人番号."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from django.conf import settings
from django.db import connections

from todoke.contracts.information import Item
from todoke.contracts.linkage import KnownPerson, QueryResult
from todoke.contracts.people import BasicAttributes
from todoke.engine import postgres
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.records.attributes.variants import EDITION
from todoke.systems.linkage.flows import OUTCOMES, QueryState
from todoke.systems.linkage.models import ResultCursor
from todoke.systems.linkage.rules.blocking import BLOCKING_RULES

ALIAS = "linkage"
_PERSONS = """
SELECT k.integrated_number, p.name_kanji, p.sex, p.birth_date, p.address, a.person_id
FROM linkage_person k LEFT JOIN linkage_numberalias a ON a.former_id = k.integrated_number
JOIN linkage_person p ON p.integrated_number = coalesce(a.person_id, k.integrated_number)
WHERE k.integrated_number = ANY(%s) ORDER BY k.integrated_number
"""
_RESULTS = """
SELECT q.record_id, q.person_id, q.state, q.error, q.item_values, q.item_reasons, a.person_id
FROM linkage_query q LEFT JOIN linkage_numberalias a ON a.former_id = q.person_id
WHERE q.batch_id = %s ORDER BY q.record_id
"""
_FORM_TYPES: dict[str, pa.DataType] = {
    "person": pa.string(),
    "name": pa.string(),
    "sex": pa.string(),
    "birth_date": pa.date32(),
    "birth_month": pa.date32(),
    "address": pa.string(),
    "town": pa.string(),
}
_STATES = "SELECT state, count(*) FROM linkage_query WHERE batch_id = ANY(%s) GROUP BY state"
_UNFINISHED = (
    "SELECT DISTINCT batch_id FROM linkage_query WHERE state IN ('accepted', 'sent', 'asked') ORDER BY 1"
)
_BEGUN = """
SELECT batch_id FROM linkage_querybatch b WHERE begun_at IS NOT NULL
AND EXISTS (SELECT FROM linkage_query q WHERE q.batch_id = b.batch_id AND q.state = 'accepted') ORDER BY begun_at
"""
_WANTED_KEYS = """
SELECT DISTINCT message_key FROM linkage_coderequest
WHERE state IN ('wanted', 'again') AND message_key <> '' ORDER BY 1
"""
_EDITIONS = "SELECT min(edition), max(edition) FROM linkage_matchform"
_FORMS = """
SELECT f.person_id AS person, f.name, f.sex, f.birth_date,
       date_trunc('month', f.birth_date)::date AS birth_month, f.address, f.town
FROM linkage_matchform f
"""
# Each column of a blocking rule as a condition that an index serves; null in the query equals nothing.
_EQUAL = {
    "name": "f.name = %(name)s",
    "birth_date": "f.birth_date = %(birth_date)s",
    "birth_month": "f.birth_date >= %(birth_month)s AND f.birth_date < %(birth_month)s::date + interval '1 month'",
    "address": "f.address = %(address)s",
    "town": "f.town = %(town)s",
}
_BLOCKED = " OR ".join(
    "(" + " AND ".join(_EQUAL[column] for column in rule.columns) + ")" for rule in BLOCKING_RULES
)


def known_persons(integrated_numbers: Sequence[str]) -> list[KnownPerson]:
    """4情報 by 統合番号, ordered by number; unknown numbers are absent, merged ones say into whom."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_PERSONS, [list(integrated_numbers)])
        return [
            KnownPerson(
                integrated_number=number,
                attributes=BasicAttributes(name_kanji=name, sex=sex, birth_date=born, address=address),
                merged_into=living,
            )
            for number, name, sex, born, address, living in cursor
        ]


def refuse_old_forms() -> None:
    """SETUP_MISSING unless every stored form is of the rules of today: others would hide people."""
    ((first, last),) = postgres.fetch(ALIAS, _EDITIONS)
    if not (first == last == EDITION or first is None):
        raise TodokeError(
            ErrorCode.SETUP_MISSING,
            detail="4情報の比較形が今の規則のものではありません",
            todo="todoke linkage forms を実行してください。",
        )


def forms_like(form: Mapping[str, Any]) -> pa.Table:
    """The stored forms that share a blocking rule with `form` (match_forms.FORMS by name)."""
    return forms_where(_BLOCKED, form)


def forms_where(condition: str, values: postgres.Parameters = None) -> pa.Table:
    """The stored forms `f` (match_forms.FORMS and `person`) under a condition that is a text of ours."""
    rows = postgres.fetch(ALIAS, f"{_FORMS} WHERE {condition}", values)
    columns = list(zip(*rows, strict=True)) or [()] * len(_FORM_TYPES)
    return pa.table(
        {
            name: pa.array(column, kind)
            for (name, kind), column in zip(_FORM_TYPES.items(), columns, strict=True)
        }
    )


def batch_results(batch_id: str) -> list[QueryResult]:
    """Every accepted query of a batch, ordered by record id."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_RESULTS, [batch_id])
        return [
            QueryResult(
                record_id=record_id,
                integrated_number=number,
                outcome=OUTCOMES[QueryState(state)],
                error=error,
                items=_items(values, reasons),
                merged_into=living,
            )
            for record_id, number, state, error, values, reasons, living in cursor
        ]


def _items(values: list[str | None] | None, reasons: list[str | None] | None) -> tuple[Item, ...]:
    if values is None or reasons is None:
        return ()
    return tuple(Item(value, reason) for value, reason in zip(values, reasons, strict=True))


def state_counts(batch_ids: Sequence[str]) -> dict[QueryState, int]:
    """How many queries of these batches stand in each state; states without any are absent."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_STATES, [list(batch_ids)])
        return {QueryState(state): count for state, count in cursor}


def unfinished_batches() -> list[str]:
    """Batches with a query that has no result yet."""
    return _column(_UNFINISHED)


def begun_batches() -> list[str]:
    """Batches whose sending was begun and of which something is left."""
    return _column(_BEGUN)


def wanted_code_messages() -> list[str]:
    """Keys of the acquisition messages that are not finished."""
    return _column(_WANTED_KEYS)


def result_cursor() -> int:
    """The sequence up to which results were taken in."""
    row = ResultCursor.objects.using(ALIAS).filter(municipality=settings.TODOKE_MUNICIPALITY).first()
    return row.after if row else 0


def _column(query: str) -> list[str]:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(query)
        return [value for (value,) in cursor]
