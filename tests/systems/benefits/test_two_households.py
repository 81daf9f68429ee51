"""Two households that claim one person: nobody is in two of them, and whoever moved on is paid where they stood on the base day."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from tests.systems.benefits.asking_city import AskingCity
from tests.systems.benefits.little_city import LittleCity, code, key
from tests.systems.benefits.world import CLERK, CODE, PROGRAMME, rows
from todoke.access.permissions import Actor, Role
from todoke.kernel.errors import ErrorCode, InputRefused, TodokeError
from todoke.systems.benefits import jobs
from todoke.systems.benefits.actions.intake.number_applicant import number_applicant
from todoke.systems.benefits.actions.intake.open_box import open_box
from todoke.systems.benefits.actions.intake.scan_form import Into, scan_form
from todoke.systems.benefits.models import Case
from todoke.systems.benefits.rules.intake.answers import Answer

OTHER = Actor(staff_id="c002", roles=frozenset({Role.CLERK}))
HEAD = {"is_head": "1", "relationship": "世帯主"}


def test_a_register_that_has_somebody_twice_is_refused_with_the_row(tmp_path: Path) -> None:
    little = LittleCity().person(1, 1, tax={}, **HEAD).person(2, 2, tax={}, **HEAD).person(1, 2)
    with pytest.raises(InputRefused) as refused:
        little.judge(tmp_path)
    assert [(row.row, row.column) for row in refused.value.rows] == [(4, "resident_code")]


def test_who_moved_on_to_another_household_belongs_to_that_of_the_base_day(
    databases: object, tmp_path: Path
) -> None:
    """Mother and grown daughter were one household; the daughter heads another one now and sends a form as well."""
    shutil.rmtree(settings.TODOKE_DATA_FOLDER, ignore_errors=True)
    town = AskingCity(tmp_path, little=LittleCity())
    town.little.person(1, 1, tax={}, **HEAD)
    town.little.person(2, 1, tax={}, now={"household_code": key(2), **HEAD})
    town.serve()
    jobs.take_registers(by=CLERK)
    jobs.load(tmp_path / "tax.csv", tmp_path / "assistance.csv", by=CLERK)
    jobs.decide(CODE, "first", by=CLERK)
    jobs.number_cases(CODE, by=CLERK)
    (case,) = Case.objects.using("benefits").all()
    assert (case.lineage, case.payee_resident_code) == (key(1), code(1))
    with pytest.raises(TodokeError) as error:
        number_applicant(programme=PROGRAMME, resident_code=code(2), by=CLERK)
    assert error.value.code is ErrorCode.STATE_CONFLICT
    assert case.case_number in error.value.sentence
    open_box(label="A-1", place="", by=CLERK)
    into = Into(programme=PROGRAMME, box="A-1", received_on=date(2022, 3, 1))
    answers = [scan_form(into=into, number=case.case_number, by=by).answer for by in (CLERK, OTHER)]
    assert answers == [Answer.ACCEPTED, Answer.DUPLICATE]
    assert rows("SELECT count(*) FROM benefits_arrival") == [(1,)]
