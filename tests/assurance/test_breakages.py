"""Each control broken on purpose turns exactly its checks red, and nothing else; mended, they are green again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connections

from tests.assurance.breakages import Breakage
from tests.assurance.healthy import ALIASES, BOX, Healthy, healthy
from tests.assurance.table import BREAKAGES
from tests.emptying import Emptier
from todoke.assurance.checks import CHECKS, Site, State
from todoke.assurance.promises import promises
from todoke.assurance.promises.evidence import EVIDENCE
from todoke.assurance.standings import look
from todoke.sites.instance import Instance
from todoke.sites.postgres import Server


@pytest.fixture(scope="module")
def sites(instance: Instance, server: Server, _emptier: Emptier) -> Iterator[Healthy]:
    """The three healthy sites."""
    connections.close_all()
    _emptier.empty()
    with healthy(instance, server) as found:
        yield found
    connections.close_all()


def red(site: Site, names: frozenset[str] | None = None) -> dict[str, tuple[str, ...]]:
    """What is not held, and why."""
    return {name: found.why for name, found in look(site, names).items() if found.state is not State.HELD}


@pytest.mark.parametrize("realm", list(ALIASES))
def test_everything_is_green_before(sites: Healthy, realm: str) -> None:
    with sites.realm(realm):
        assert red(sites.site(realm)) == {}


@pytest.mark.parametrize("one", BREAKAGES, ids=lambda one: one.name)
def test_a_breakage_turns_its_checks_red(sites: Healthy, one: Breakage) -> None:
    def site() -> Site:
        # the directory, the database that keeps the witnesses' signatures, and the broken one
        return Site(
            realm=one.realm,
            aliases=tuple(dict.fromkeys((f"directory_{one.realm}", BOX[one.realm], one.alias))),
        )

    with sites.realm(one.realm):
        with one.breaking(sites):
            broken = red(site())
        assert broken.keys() == one.red, broken
        assert all(sentence.endswith("。") for why in broken.values() for sentence in why)
        assert red(site(), one.red) == {}, "not green again"


@pytest.mark.parametrize("realm", list(ALIASES))
def test_everything_is_green_after(sites: Healthy, realm: str) -> None:
    with sites.realm(realm):
        assert red(sites.site(realm)) == {}


def test_there_are_enough_breakages_and_each_is_another() -> None:
    assert len({one.name for one in BREAKAGES}) == len(BREAKAGES) >= 60


def test_every_check_is_proved_by_a_breakage() -> None:
    unproved = CHECKS.keys() - {name for one in BREAKAGES for name in one.red}
    assert not unproved, "a check that nothing breaks proves nothing"


def test_every_check_shows_a_promise_and_every_promise_is_known() -> None:
    assert {name for names in EVIDENCE.values() for name in names} == CHECKS.keys()
    assert EVIDENCE.keys() <= {promise.id for promise in promises()}
