"""With each guard the promise is kept; without it the checker says which one was broken, or a second guard refuses."""

from __future__ import annotations

from importlib import import_module

import pytest

from tests.faults import model, scenes
from tests.faults.checking import assert_kept, broken
from tests.faults.guards import GUARDS, Guard
from tests.systems.three_towns import Towns

guards = pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
TIMED = "mark_locked"  # a matter of who comes first: test_exchange_faults.py plays it with two threads


def test_every_guard_of_the_model_stands_for_one_in_the_code() -> None:
    assert sorted([TIMED, *(guard.name for guard in GUARDS)]) == sorted(model.GUARDS)
    for guard in GUARDS:
        module, _, name = guard.code.rpartition(".")
        room = "" if module.split(".")[0] in ("exchange", "workflow") else "systems."
        assert hasattr(import_module(f"todoke.{room}{module}"), name), guard.code


@guards
def test_with_the_guard_the_promise_is_kept(towns: Towns, guard: Guard) -> None:
    scenes.ready(towns, held=guard.held)
    guard.scene(towns, True)
    assert_kept(towns)


@guards
def test_without_the_guard_it_is_broken_or_something_else_refuses(
    towns: Towns, guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenes.ready(towns, held=guard.held)
    guard.take_away(monkeypatch)
    guard.scene(towns, False)
    assert broken(towns) >= ({guard.breaks} if guard.breaks else set())
    if not guard.breaks:
        assert_kept(towns)
