"""After real work no personal, specific or secret value stands in the operation log, a step's title or an error of ours."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connections, models

from tests.systems.benefits import world
from tests.systems.inquiry.town import Town
from tests.systems.three_towns import EAST, Towns, inquiry
from todoke.privacy.classes import FieldClass, classes_of
from todoke.sites.database.router import labels_of
from todoke.sites.instance import Instance
from todoke.sites.realms import alias

_SHORT = 5  # shorter values (a sex, a ward, an amount) stand in a log by chance
_CODE = re.compile(r"[a-z_]+")
"""Words of ours, such as an outcome: one word of code stands for everybody."""
_LOGS = ("oplog_operation", "batch_steprun", "batch_controltotal")


def rows(database: str, statement: str) -> list[tuple[object, ...]]:
    with connections[database].cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def canaries(database: str, system: str) -> set[str]:
    """Every longer text of every field that is not open, in one database."""
    found: set[str] = set()
    for model in apps.get_models():
        if model._meta.app_label not in labels_of(system) or model._meta.db_table in _LOGS:
            continue
        for field in model._meta.concrete_fields:
            if classes_of(model)[field.name] is not FieldClass.OPEN and isinstance(
                field, models.TextField | models.CharField | models.ForeignKey | models.OneToOneField
            ):
                values = rows(database, f"SELECT DISTINCT {field.column}::text FROM {model._meta.db_table}")
                found |= {
                    text
                    for (text,) in values
                    if isinstance(text, str) and len(text) >= _SHORT and not _CODE.fullmatch(text)
                }
    return found


def logged(database: str) -> str:
    texts = [rows(database, f"SELECT to_jsonb(l)::text FROM {table} l") for table in _LOGS]
    return "\n".join(str(text) for found in texts for (text,) in found)


def check(*databases: tuple[str, str]) -> None:
    entries = {database: logged(database) for database, _ in databases}
    assert any(entries.values()), "nothing was logged, so nothing was tested"
    values = {value for database, system in databases for value in canaries(database, system)}
    assert len(values) > len(databases), "no personal value is stored, so nothing was tested"
    told = {(database, value) for database, text in entries.items() for value in values if value in text}
    assert not told


@pytest.mark.usefixtures("city_site")
def test_the_bulk_query_tells_its_log_no_person(tmp_path: Path) -> None:
    Town({1: "13112", 2: "27100"}, tmp_path).road()
    check(("inquiry", "inquiry"), ("linkage", "linkage"), ("residents", "residents"))


@pytest.mark.usefixtures("databases")
def test_paying_tells_its_log_no_person(tmp_path: Path) -> None:
    world.decide({0: "eligible", 1: "eligible"})
    world.walk(world.World(tmp_path, size=2).serve(), tmp_path)
    check(("benefits", "benefits"))


def test_an_exchange_tells_its_log_no_person(towns: Towns, instance: Instance) -> None:
    towns.open_for_business(2)
    towns.register(EAST, [1, 2], held=[1])
    towns.inquire([inquiry("r1", 1, EAST), inquiry("r2", 2, EAST)])
    towns.deliver()
    check(
        *((alias("intermediary", place), "intermediary") for place in instance.municipalities),
        ("network", "network"),
    )
