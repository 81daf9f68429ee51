"""Reads of 統合番号連携システム for siblings, jobs and lists; set-based, never a 個人番号."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.db import connections

from todoke.contracts.information import Item
from todoke.contracts.linkage import KnownPerson, QueryResult
from todoke.contracts.people import BasicAttributes
from todoke.systems.linkage.flows import OUTCOMES, QueryState
from todoke.systems.linkage.models import ResultCursor

ALIAS = "linkage"
_PERSONS = """
SELECT integrated_number, name_kanji, sex, birth_date, address FROM linkage_person
WHERE integrated_number = ANY(%s) ORDER BY integrated_number
"""
_RESULTS = """
SELECT record_id, person_id, state, error, item_values, item_reasons
FROM linkage_query WHERE batch_id = %s ORDER BY record_id
"""
_STATES = "SELECT state, count(*) FROM linkage_query WHERE batch_id = ANY(%s) GROUP BY state"
_UNFINISHED = (
    "SELECT DISTINCT batch_id FROM linkage_query WHERE state IN ('accepted', 'sent', 'asked') ORDER BY 1"
)
_WANTED_KEYS = "SELECT DISTINCT message_key FROM linkage_coderequest WHERE state = 'wanted' ORDER BY 1"


def known_persons(integrated_numbers: Sequence[str]) -> list[KnownPerson]:
    """4情報 by 統合番号, ordered by number; unknown numbers are absent."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_PERSONS, [list(integrated_numbers)])
        return [
            KnownPerson(
                integrated_number=number,
                attributes=BasicAttributes(name_kanji=name, sex=sex, birth_date=born, address=address),
            )
            for number, name, sex, born, address in cursor
        ]


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
            )
            for record_id, number, state, error, values, reasons in cursor
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
