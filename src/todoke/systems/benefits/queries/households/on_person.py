"""保有個人情報: what 給付管理システム holds on one person, model by model, and in the sealed files that decisions read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from todoke.contracts.holding import Asked
from todoke.custody.field_words import LABELS, WORDS_OF
from todoke.custody.holding import Reader, gather, in_words, looks
from todoke.oplog.person import Person
from todoke.privacy.holding import PLACES, Ground, Item, Section
from todoke.systems.benefits.models import Appeal, Case, Decision, DecisionRun, RegisterEntry, Resident
from todoke.systems.benefits.queries.households.on_person_kinds import HOLDING
from todoke.systems.benefits.queries.why import evidence
from todoke.systems.benefits.queries.why.evidence import Evidence

ALIAS = "benefits"
_KEYS: Final = "SELECT resident_code, household_key FROM read_parquet($path) WHERE resident_code IN (SELECT unnest($codes))"
_OF_OTHERS: Final = frozenset({"supporter", "supporter_taxed", "supporter_resident_code"})
"""Columns of the tax roll that tell of whoever the person is a dependant of."""


def held(asked: Asked) -> list[Section]:
    """Everything, with what is not told withheld."""
    codes = list(asked.known_as.resident_codes)
    households = _households(codes)
    cases = Case.objects.using(ALIAS).filter(household_key__in=households).values_list("pk", flat=True)
    keys: dict[str, Sequence[Any]] = {
        "resident_code": codes, "integrated_number": asked.known_as.integrated_numbers,
        "household_key": households, "case": list(cases), "protected_code": codes if asked.alone else (),
    }  # fmt: skip
    reader = Reader(resident_codes=codes, keys=keys, alone=asked.alone)
    files = [part for found in evidence.evidence_of(codes).values() for part in _files(found, asked.alone)]
    own = Case.objects.using(ALIAS).filter(payee_resident_code__in=codes)
    persons = [
        *(Person("resident_code", code) for code in codes),
        *(Person("case_number", number) for number in own.values_list("case_number", flat=True)),
        *(Person("household_key", key) for key in own.values_list("household_key", flat=True).distinct()),
    ]
    return [*gather(ALIAS, HOLDING, reader), *files, *looks(ALIAS, HOLDING, persons, alone=asked.alone)]


def _households(codes: list[str]) -> list[str]:
    """Every key under which the person was judged: by the decisions' own files, as a payee, and by the base-date register."""
    found = {
        row["household_key"]
        for run in DecisionRun.objects.using(ALIAS).order_by("pk")
        for row in evidence.rows_of(_KEYS, run.persons_path, run.persons_sha256, codes)
    }
    for model in (Case, Decision):
        rows = model._default_manager.using(ALIAS).filter(payee_resident_code__in=codes)
        found.update(rows.values_list("household_key", flat=True))
    appeals = Appeal.objects.using(ALIAS).filter(case__payee_resident_code__in=codes)
    found.update(appeals.values_list("household_key", flat=True))
    base = RegisterEntry.objects.using(ALIAS).filter(resident_code__in=codes, side="base")
    apart = Resident.objects.using(ALIAS).filter(resident_code__in=codes, protected=True).exists()
    if not found:
        found.update(f"{code}-1" if apart else code for code in base.values_list("household_code", flat=True))
    return sorted(found)


def _files(found: Evidence, alone: bool) -> list[Section]:
    judged = [
        {"programme": one.programme, "round": one.round, "status": one.status, "source": one.source,
         "decided_at": one.decided_at}
        for one in found.judged
    ]  # fmt: skip
    assistance = [
        {"kind": one.kind, "valid_from": one.valid_from, "valid_to": one.valid_to} for one in found.assistance
    ]
    listed = [
        {**one.row, "edition": one.edition, "taken_at": one.taken_at}
        for one in (*found.declared, *(found.special if alone else ()))
    ]
    parts: list[tuple[str, str, Sequence[Mapping[str, Any]]]] = [
        ("judged", "判定に用いた課税の状態", judged),
        ("tax", "課税情報（本市の課税台帳から取り込んだもの）", found.tax),
        ("assistance", "付帯状況（生活保護など）", assistance),
        ("listed", "名簿・申立て（判定に用いたもの）", listed),
    ]
    return [
        Section(
            system=HOLDING.title, key=f"benefits.{key}", title=title,
            rows=tuple(_row(row, alone) for row in rows),
        )
        for key, title, rows in parts
        if rows
    ]  # fmt: skip


def _row(row: Mapping[str, Any], alone: bool) -> tuple[Item, ...]:
    return tuple(_item(name, value, alone) for name, value in row.items())


def _item(name: str, value: object, alone: bool) -> Item:
    called = LABELS.get(name, name)
    if name in _OF_OTHERS or (not alone and name in PLACES):
        return Item(called, "", Ground.OTHERS)
    return Item(called, in_words(value, WORDS_OF.get(name, {})))
