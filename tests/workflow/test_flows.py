"""Flows: a wrong one cannot be imported, and code, database and actions say the same."""

from __future__ import annotations

import importlib
import pkgutil
import re
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connections

import todoke
from todoke.access.permissions import Permission
from todoke.oplog.events import EVENTS
from todoke.sites.documents.flow_page import FLOWS
from todoke.sites.instance import Instance
from todoke.sites.realms import DIRECTORY, PER_MUNICIPALITY, SYSTEMS, alias
from todoke.workflow.flow import Flow, FlowError, Step

HOUSE = Path(todoke.__file__).parent
P = Permission.BENEFITS_APPROVE


class Light(StrEnum):
    RED = "red"
    GREEN = "green"
    OFF = "off"


def step(before: str, after: str, **more: Any) -> Step:
    return Step(before=before, after=after, permissions=(P,), **more)


def flow(
    *steps: Step, starts: tuple[str, ...] = ("red",), ends: tuple[str, ...] = ("off",), by: str = "state_by"
) -> Flow:
    return Flow(
        name="light", title="灯", table="light", states=Light, starts=starts, ends=ends, steps=steps, by=by
    )


WHOLE = (step("red", "green"), step("green", "off"))


def test_a_whole_flow_can_be_imported() -> None:
    whole = flow(*WHOLE)
    assert whole.before("off") == ["green"]
    assert whole.following("red") == ("green",)
    assert whole.arrows == ["green>off", "red>green"]


@pytest.mark.parametrize(
    ("make", "fault"),
    [
        (lambda: flow(*WHOLE, step("red", "blue")), "unknown state blue"),
        (lambda: flow(*WHOLE, starts=("white",)), "unknown state white"),
        (lambda: flow(step("red", "off")), "green is never reached"),
        (lambda: flow(step("red", "green"), step("red", "off")), "no way out of green"),
        (lambda: flow(*WHOLE, step("off", "red")), "off is an end and is left"),
        (lambda: flow(*WHOLE, step("red", "green")), "two steps are equal"),
        (lambda: flow(Step(before="red", after="green", permissions=()), WHOLE[1]), "has no permission"),
        (lambda: flow(WHOLE[0], step("green", "off", approvals=1)), "more approvals"),
        (lambda: flow(WHOLE[0], step("green", "off", act="a_by", unlike=("a_by",))), "with itself"),
        (lambda: flow(WHOLE[0], step("green", "off", unlike=("t.a_by",))), "nothing in the database"),
        (lambda: flow(WHOLE[0], step("green", "off", unlike=("a_by",)), by=""), "no column names the mover"),
        (lambda: flow(WHOLE[0], step("green", "off", act="approver")), "an act is a column"),
        (lambda: flow(*WHOLE, step("red", "off", act="a_by")), "different acts"),
    ],
)
def test_a_wrong_flow_cannot_be_imported(make: Any, fault: str) -> None:
    with pytest.raises(FlowError, match=fault):
        make()


def test_the_page_draws_every_flow_of_the_code() -> None:
    found = {}
    for module in pkgutil.walk_packages(todoke.__path__, "todoke."):
        if module.name.endswith(".flows"):
            loaded = importlib.import_module(module.name)
            found |= {value.name: value for value in vars(loaded).values() if isinstance(value, Flow)}
    assert found == {drawn.name: drawn for drawn in FLOWS}


def _alias(flow: Flow, instance: Instance) -> str:
    system = flow.table.partition("_")[0]
    if system == "assurance":
        return alias(DIRECTORY, "city")
    if system not in SYSTEMS:  # a tool's tables stand in every database
        return "network"
    return alias(system, instance.city if system == PER_MUNICIPALITY else None)


TAKEN_BACK = {"withdrawn", "dropped"}


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_the_log_does_not_call_taking_back_by_what_is_taken_back(flow: Flow) -> None:
    """Seen: who withdrew a 組戻し stood in the log as having asked for it; who refused an edition, as having approved it."""
    for state in TAKEN_BACK & set(map(str, flow.ends)):
        assert flow.logged[state] in EVENTS
    approved = {p for one in flow.steps if one.approvals for p in one.permissions}
    for one in flow.steps:
        if str(one.after) in {"refused", "rejected", "declined"} and approved & set(one.permissions):
            verb = flow.logged.get(one.after, *(permission.value for permission in one.permissions[:1]))
            assert one.after in flow.logged or "却下" in EVENTS[verb].deed


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
class TestDatabase:
    def test_it_holds_the_steps_of_the_flow(self, flow: Flow, instance: Instance) -> None:
        held = [
            pairs
            for source in sources(flow, instance)
            if "may not follow" in source and (pairs := set(re.findall(r"\('(\w+)', '(\w+)'\)", source)))
        ]
        assert held == [{(str(before), str(after)) for before, after in flow.pairs}]

    def test_it_holds_the_beginnings_of_the_flow(self, flow: Flow, instance: Instance) -> None:
        listed = [
            set(re.findall(r"'(\w+)'", found[1]))
            for source in sources(flow, instance)
            if (found := re.search(r"(?:WHERE|NEW\.)\s*\w+ NOT IN \(([^)(]*)\)\)? THEN", source))
        ]
        if set(map(str, flow.starts)) != {str(state) for state in flow.states}:
            assert listed == [set(map(str, flow.starts))]

    def test_it_holds_the_distinct_persons(self, flow: Flow, instance: Instance) -> None:
        """What a step names as kept by the database stands there, and its own columns are under the trigger."""
        named = {name for step in flow.steps for name in step.kept_by}
        found = {
            name
            for (name,) in rows(
                _alias(flow, instance),
                "SELECT conname FROM pg_constraint WHERE conname = ANY(%(n)s)"
                " UNION SELECT tgname FROM pg_trigger WHERE tgname = ANY(%(n)s) AND tgenabled <> 'D'",
                {"n": list(named)},
            )
        }
        assert found == named
        for step in flow.steps:
            if step.own:
                (source,) = [text for text in sources(flow, instance) if "later acts" in text]
                assert f"NEW.{step.act} IN ({', '.join('NEW.' + column for column in step.own)})" in source

    def test_its_columns_exist(self, flow: Flow) -> None:
        columns = {
            field.column
            for model in apps.get_models()
            if model._meta.db_table == flow.table
            for field in model._meta.concrete_fields
        }
        acts = [step.act for step in flow.steps if step.act]
        named = {flow.key, flow.state, flow.at, flow.by, flow.reason, *acts}
        named |= {act.removesuffix("_by") + "_at" for act in acts}
        named |= {column for step in flow.steps for column in step.own}
        assert columns >= named - {""}


def sources(flow: Flow, instance: Instance) -> list[str]:
    """The text of every enabled trigger function of the flow's table."""
    found = rows(
        _alias(flow, instance),
        "SELECT DISTINCT p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
        " WHERE t.tgrelid = %(table)s::regclass AND t.tgenabled <> 'D' AND NOT t.tgisinternal",
        {"table": flow.table},
    )
    return [text for (text,) in found]


def rows(database: str, statement: str, values: dict[str, Any]) -> list[Any]:
    with connections[database].cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def _movers(flow: Flow) -> dict[Permission, set[str]]:
    """Permission → the literal states ('' for computed ones) that the actions requiring it write into the flow's table."""
    found: dict[Permission, set[str]] = {}
    for path in (
        *HOUSE.glob("systems/*/actions/**/*.py"),
        *HOUSE.glob("custody/*.py"),
        *HOUSE.glob("assurance/**/actions/*.py"),
    ):
        text = path.read_text(encoding="utf-8")
        updates = re.findall(
            rf"UPDATE {flow.table}\b(?: \w)?\s+SET\s(?:(?!WHERE|FROM)[^\"])*?\b{flow.state} = ('\w+'|\S+)",
            text,
        )
        updates += re.findall(
            rf"INSERT INTO {flow.table}\b[^\"]*DO UPDATE\s+SET {flow.state} = ('\w+'|\S+)", text
        )
        if not updates and not re.search(rf"move\(\s*\w+, {_constant(flow)},", text):
            continue
        for required in re.findall(r"require\(by, Permission\.(\w+)[,)]", text):
            states = {state.strip("'") if state.startswith("'") else "" for state in updates}
            found.setdefault(Permission[required], set()).update(states)
    return found


def _constant(flow: Flow) -> str:
    room = flow.table.partition("_")[0]
    module = importlib.import_module(f"todoke.{'systems.' if room in SYSTEMS else ''}{room}.flows")
    return next(name for name, value in vars(module).items() if value is flow)


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_actions_require_the_permissions_of_their_steps(flow: Flow) -> None:
    movers = _movers(flow)
    assert movers, "no action moves this flow"
    declared = {permission for step in flow.steps for permission in step.permissions}
    lent = {  # proposing, drafting, noting, keying and reading stand in the modules that move
        Permission.BENEFITS_CANCEL_ASK,
        Permission.BENEFITS_DECLINE_NOTE,
        Permission.BENEFITS_FORM_ENTER,
        Permission.BENEFITS_REFUND_PROPOSE,
        Permission.INTERMEDIARY_RELEASE,
        Permission.NETWORK_LIST_DRAFT,
        Permission.PRIVACY_PURGE_LIST,
    }
    assert set(movers) - lent <= declared
    for permission, states in movers.items():
        for state in states - {""}:
            if permission not in lent:
                assert permission in {p for step in flow.into(state) for p in step.permissions}, state
    written = {state for states in movers.values() for state in states}
    if "" not in written and flow.table == "benefits_case":
        unmade = {str(step.after) for step in flow.steps} - written
        assert unmade <= {"paid", "failed"}, "steps that no action makes (bank results are not read yet)"
