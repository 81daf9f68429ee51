"""Staff of one municipality before what belongs to another: every verb and every screen with a municipality in it."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from django.test import Client

from tests import hiring
from tests.access.test_every_door import _path, _run, screens, verbs
from tests.hiring import TERMINAL, Right
from todoke.access import middleware
from todoke.access.declarations import Declared
from todoke.access.duties import MUNICIPAL
from todoke.access.permissions import granted
from todoke.kernel.errors import ErrorCode
from todoke.oplog.models import Operation

D = "directory_city"
ELSEWHERE = "14130"  # whose officers they are; the doors are asked about 13112


def _municipal(doors: list[Declared]) -> list[Declared]:
    rights = {permission for role in MUNICIPAL for permission in granted(role)}
    return [door for door in doors if door.declaration and door.declaration.permission in rights]


@pytest.fixture
def strangers(databases: object) -> list[str]:
    """An officer of another municipality per municipal role."""
    staff = {f"elsewhere{place}": role for place, role in enumerate(sorted(MUNICIPAL, key=str))}
    hiring.hire(D, {one: [Right(role=role, municipality=ELSEWHERE)] for one, role in staff.items()})
    return list(staff)


def test_no_verb_reaches_another_municipality(
    strangers: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from todoke.sites import entering

    monkeypatch.setattr(entering, "enter_for_command", lambda *_: None)
    asked = [
        door for door in _municipal(verbs())
        if any(parameter.name == "municipality" and parameter.required for parameter in door.target.params)
    ]  # fmt: skip
    assert len(asked) >= 2
    for staff_id in strangers:
        hiring.sit_down(D, staff_id)
        for door in asked:
            assert _run(door.target, staff_id, tmp_path) is ErrorCode.PERMISSION_DENIED, door.name
    denied = Operation.objects.using(D).filter(outcome="refused", subject="command:PERMISSION_DENIED")
    assert denied.count() == len(asked) * len(strangers)


def test_no_screen_shows_another_municipality(strangers: list[str]) -> None:
    """Screens that name a municipality in their path."""
    asked = [door for door in _municipal(screens()) if ":municipality>" in door.name]
    for staff_id in strangers:
        client = Client(raise_request_exception=False, headers={"host": "localhost"})
        client.cookies[middleware.COOKIE] = hiring.session(D, staff_id)
        for door in asked:
            for method in (client.get, client.post):
                answer = method(
                    _path(door.target, door.name), {"purpose": "検査"}, **{middleware.TERMINAL: TERMINAL}
                )
                assert answer.status_code == 403, (door.name, answer.status_code)


def test_an_action_on_one_municipality_asks_for_the_right_in_that_one() -> None:
    """Whatever is told the database of a municipality asks `require(…, municipality=…)`."""
    import importlib
    import pkgutil

    from todoke.systems.intermediary import actions

    found = 0
    for module in pkgutil.iter_modules(actions.__path__):
        loaded = importlib.import_module(f"{actions.__name__}.{module.name}")
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            if function.__module__ != loaded.__name__ or name.startswith("_"):
                continue
            if "alias" in inspect.signature(function).parameters:
                found += 1
                assert "municipality=needs.municipality_of(alias)" in inspect.getsource(function), name
    assert found >= 15


def test_unique_constraints_of_rows_with_a_municipality_lead_with_it() -> None:
    """A unique over all would tell one municipality, by its error, of another's person (facts/exchange.md §f)."""
    wrong = []
    for model in apps.get_models():
        names = [field.name for field in model._meta.local_concrete_fields]
        if "municipality" not in names or model._meta.app_label == "access":
            continue  # the staff directory is the site's own
        for constraint in model._meta.constraints:
            if not isinstance(constraint, models.UniqueConstraint):
                continue
            first = model._meta.get_field(constraint.fields[0])
            # of a person of this very database: the person has but one municipality
            if first.name != "municipality" and not first.is_relation:
                wrong.append((model._meta.label, constraint.name))
        wrong += [(model._meta.label, field.name) for field in model._meta.local_concrete_fields
                  if field.unique and not field.primary_key]  # fmt: skip
    assert not wrong
