"""Each control broken on purpose turns exactly its checks red, and nothing else; mended, they are green again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial

import pytest
from click.testing import CliRunner
from django.db import connections

from tests import hiring
from tests.assurance.breakages import Breakage
from tests.assurance.healthy import ALIASES, BOX, Healthy, healthy
from tests.assurance.table import BREAKAGES
from tests.clocks import Clock
from tests.emptying import Emptier
from todoke.access import cli_actor
from todoke.access.permissions import Actor, Held, Role
from todoke.assurance import check_commands
from todoke.assurance.actions.confirm_promise import confirm_promise
from todoke.assurance.actions.run_checks import run_checks
from todoke.assurance.checks import CHECKS, Site, State, Verdict
from todoke.assurance.models import CheckResult, CheckRun, Finding
from todoke.assurance.promises import promises
from todoke.assurance.promises.evidence import EVIDENCE, checks_of
from todoke.assurance.queries import red_since
from todoke.assurance.standings import Standing, look, own_promises, standings, standings_of
from todoke.kernel import clock
from todoke.kernel.errors import TodokeError
from todoke.sites.database.postgres import Server
from todoke.sites.instance import Instance
from todoke.sites.monitoring import alarms, lags


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


def red_promises(realm: str, verdicts: Mapping[str, Verdict]) -> set[str]:
    """The promises with checks here that are not held."""
    found = standings_of(realm, f"directory_{realm}", verdicts)
    return {one.promise.id for one in found if one.verdicts and one.state is not State.HELD}


def shown_by(checks: frozenset[str], realm: str) -> set[str]:
    """The promises of the realm that rest on one of these."""
    return {one.id for one in own_promises(realm) if checks & set(checks_of(one.id))}


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
            verdicts = look(site())
        broken = {name: found.why for name, found in verdicts.items() if found.state is not State.HELD}
        assert broken.keys() == one.red, broken
        assert red_promises(one.realm, verdicts) == shown_by(one.red, one.realm)
        assert all(sentence.endswith("。") for why in broken.values() for sentence in why)
        assert red(site(), one.red) == {}, "not green again"


@pytest.mark.parametrize("realm", list(ALIASES))
def test_everything_is_green_after(sites: Healthy, realm: str) -> None:
    with sites.realm(realm):
        assert red(sites.site(realm)) == {}


NAMED = {
    "a right too many: TRUNCATE", "a stale backup", "a removed log row", "an expired training", "an unclassified field",
    "a merged duty: examines and approves",
}  # fmt: skip
"""Those that issue 8 names."""


def test_there_are_enough_breakages_and_each_is_another() -> None:
    names = {one.name for one in BREAKAGES}
    assert len(names) == len(BREAKAGES) >= 60
    assert names >= NAMED


def test_every_check_is_proved_by_a_breakage() -> None:
    unproved = CHECKS.keys() - {name for one in BREAKAGES for name in one.red}
    assert not unproved, "a check that nothing breaks proves nothing"


def test_every_check_shows_a_promise_and_every_promise_is_known() -> None:
    assert {name for names in EVIDENCE.values() for name in names} == CHECKS.keys()
    assert EVIDENCE.keys() <= {promise.id for promise in promises()}


D = "directory_city"


def person(staff_id: str, role: Role) -> Actor:
    """Somebody with one right, who leaves no session behind."""
    return Actor(staff_id=staff_id, held=(Held(role=role, duty="administration"),), verified_at=clock.now())


class TestPromises:
    """What a check finds, as it reaches the promises, the stored run and the command."""

    @pytest.fixture(autouse=True)
    def _here(self, sites: Healthy, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        monkeypatch.setattr(Site, "running", lambda: sites.site("city"))
        with sites.realm("city"):
            yield

    def test_a_breakage_turns_exactly_its_promises_red(self, sites: Healthy) -> None:
        with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
            run_checks(by=person("s001", Role.SUPERVISOR))
        one = next(one for one in BREAKAGES if one.name == "an expired training")
        with one.breaking(sites):
            looked = run_checks(by=person("u001", Role.AUDITOR))
        trained = {name for name, checks in EVIDENCE.items() if "training_in_time" in checks}
        home = {one.id for one in own_promises("city")}
        assert {one.promise.id for one in looked.of(State.BROKEN)} == trained & home
        assert looked.run.broken == len(looked.of(State.BROKEN))
        kept = CheckResult.objects.using(D).get(run=looked.run, check_name="training_in_time")
        assert kept.state == "broken"
        assert kept.why[0].startswith("c001 の研修は")

    def test_what_only_people_can_see_is_shown_for_a_time(self, moved: Clock) -> None:
        promise = "II-A.6-保管-02"
        by = person(hiring.SETTER, Role.ADMINISTRATOR)
        told = {
            "promise_id": promise,
            "finding": Finding.KEPT,
            "note": "入退室の記録を見た",
            "document": "棚3",
        }
        today = clock.today()

        def standing() -> Standing:
            (found,) = [one for one in standings(Site.running(), {}) if one.promise.id == promise]
            return found

        assert standing().state is State.NOT_SHOWN
        with pytest.raises(TodokeError, match="RECORD_INVALID"):
            confirm_promise(by=by, valid_until=today - timedelta(days=1), **told)
        first = confirm_promise(by=by, valid_until=today, **told)
        assert standing().state is State.HELD
        with pytest.raises(TodokeError, match="SAME_PERSON"):
            confirm_promise(by=by, valid_until=today, audits=first, **told)
        confirm_promise(
            by=person("u001", Role.AUDITOR),
            valid_until=today,
            audits=first,
            **told | {"finding": Finding.BROKEN},
        )
        assert standing().state is State.BROKEN
        confirm_promise(by=by, valid_until=today, **told)
        moved.ahead += timedelta(days=1)
        assert standing().state is State.BROKEN
        assert "期限" in standing().why[0]

    def test_the_clock_looks_every_day_and_since_when_it_is_red_is_known(
        self, sites: Healthy, moved: Clock
    ) -> None:
        one = next(one for one in BREAKAGES if one.name == "an expired training")
        daily = partial(CliRunner().invoke, check_commands.group, ["daily"])
        daily()
        assert "training_in_time" not in red_since(D)
        with one.breaking(sites):
            told = daily()
            first = CheckRun.objects.using(D).latest("pk")
            moved.ahead += timedelta(minutes=1)
            daily()
        assert isinstance(told.exception, TodokeError)
        assert "× III-A.9-教育-01" in told.output
        assert first.run_by == "system"
        assert abs(red_since(D)["training_in_time"] - first.run_at) < timedelta(seconds=30)
        values = {gauge.name: gauge.values for gauge in lags._promises()}
        assert values["todoke_promises_broken"][()] == len(shown_by(one.red, "city"))
        assert values["todoke_assessment_classes_left"] == {(): 0.0}
        daily()
        assert "training_in_time" not in red_since(D)

    def test_numbers_that_leave_their_class_ring(self, sites: Healthy) -> None:
        one = next(one for one in BREAKAGES if one.name == "numbers that have left the published class")
        with one.breaking(sites):
            run_checks(by=person("u001", Role.AUDITOR))
        ringing = {each.alarm.name for each in alarms.read(lags._promises(), {}) if each.rings}
        assert ringing == {"promises", "classes"}
        run_checks(by=person("u001", Role.AUDITOR))
        assert not {each.alarm.name for each in alarms.read(lags._promises(), {}) if each.rings}

    def test_the_command_says_each_promise_and_ends_accordingly(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(cli_actor, "actor", lambda by, purpose="": person(by, Role.AUDITOR))
        result = CliRunner().invoke(check_commands.group, ["check", "--by", "u001", "--json"])
        assert isinstance(result.exception, TodokeError)
        rows = json.loads(result.output)
        assert {row["promise"] for row in rows} == {one.id for one in own_promises("city")}
        text = CliRunner().invoke(check_commands.group, ["check", "--by", "u001"])
        assert "○ III-A.3.2-認証-03" in text.output
        assert "？ II-A.6-保管-01" in text.output
