"""Every screen, every verb and every message kind: declared, denied and allowed as declared. Generated from the code."""

from __future__ import annotations

import importlib
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from django.test import Client
from django.urls import URLPattern, get_resolver

from tests import hiring
from tests.hiring import TERMINAL, Right
from todoke.access import declarations, middleware
from todoke.access.declarations import Declared
from todoke.access.duties import MUNICIPAL, ROWS
from todoke.access.permissions import SYSTEM_ROLES, Permission, Role, granted
from todoke.exchange import handlers
from todoke.kernel.errors import ErrorCode, Family, TodokeError
from todoke.oplog.models import Operation
from todoke.sites.verbs import VERBS

D = "directory_city"
TOWN = "13112"
ROLES = [role for role in Role if role not in SYSTEM_ROLES]
STAFF = {role: f"r{number:03}" for number, role in enumerate(ROLES)}
OF_ROLE = {staff: role for role, staff in STAFF.items()}


def screens() -> list[Declared]:
    return list(declarations.screens(get_resolver().url_patterns))


def verbs() -> list[Declared]:
    loaded = [
        (name, getattr(importlib.import_module(verb.module), verb.attribute)) for name, verb in VERBS.items()
    ]
    return list(declarations.verbs(loaded))


@pytest.fixture
def everybody(databases: object) -> None:
    """One member of staff per role, each with a live session."""
    hiring.hire(
        D,
        {
            staff: [Right(role=role, municipality=TOWN if role in MUNICIPAL else "")]
            for role, staff in STAFF.items()
        },
    )


def test_every_screen_and_every_verb_is_declared() -> None:
    doors = [*screens(), *verbs()]
    assert len(screens()) >= 2
    assert len(verbs()) >= 50
    assert not [door.name for door in doors if door.declaration is None]


def test_what_is_open_says_why() -> None:
    open_doors = [
        door for door in [*screens(), *verbs()] if door.declaration and not door.declaration.permission
    ]
    assert all(len(door.declaration.open_because) >= 5 for door in open_doors if door.declaration)


def test_every_role_of_staff_lies_under_a_duty() -> None:
    assert {role for row in ROWS.values() for role in row.roles} == set(ROLES)


def test_every_screen_is_denied_and_allowed_as_declared(everybody: None) -> None:
    wrong = []
    for staff_id, role in OF_ROLE.items():
        client = Client(raise_request_exception=False, headers={"host": "localhost"})
        client.cookies[middleware.COOKIE] = hiring.session(D, staff_id)
        for door in screens():
            permission = door.declaration.permission if door.declaration else None
            if permission is None:
                continue
            answer = client.get(
                _path(door.target, door.name), {"purpose": "検査"}, **{middleware.TERMINAL: TERMINAL}
            )
            may = permission in granted(role)
            if (answer.status_code == Family.DENIED.http_status) is may:
                wrong.append((role.value, door.name, answer.status_code))
    assert not wrong


def test_no_screen_opens_without_a_session(everybody: None) -> None:
    client = Client(raise_request_exception=False, headers={"host": "localhost"})
    for door in screens():
        if door.declaration and door.declaration.permission:
            path = _path(door.target, door.name)
            shown = client.get(path, **{middleware.TERMINAL: TERMINAL})
            assert (shown.status_code, shown.headers["Location"].partition("?")[0]) == (302, "/sign-in"), path
            assert client.post(path, **{middleware.TERMINAL: TERMINAL}).status_code == 403, path


@pytest.mark.slow
def test_every_verb_is_denied_and_allowed_as_declared(
    everybody: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from todoke.sites import entering

    monkeypatch.setattr(entering, "enter_for_command", lambda *_: None)
    for staff_id in OF_ROLE:
        hiring.sit_down(D, staff_id)
    wrong, denied = [], 0
    for door in verbs():
        permission = door.declaration.permission if door.declaration else None
        if permission is None:
            continue
        for staff_id, role in OF_ROLE.items():
            code = _run(door.target, staff_id, tmp_path)
            may = permission in granted(role)
            denied += not may
            if (code is ErrorCode.PERMISSION_DENIED) is may:
                wrong.append((role.value, door.name, code))
    assert not wrong
    refusals = Operation.objects.using(D).filter(outcome="refused", subject="command:PERMISSION_DENIED")
    assert refusals.count() == denied


SENDERS = ("city:13112", "city:13104", "platform:13112", "platform:13104", "network", "nobody")
_OF_PLATFORMS = {
    "network.nondisclosures.v1", "network.permission_list.v1", "network.permit_renewals.v1", "network.permits.v2",
    "network.provision_reports.v1", "network.record_comparison.v1", "network.revocations.v1",
}  # fmt: skip
HEARD = {
    "intermediary": {
        "city:13112": {
            "intermediary.acquisitions.v1", "intermediary.code_releases.v1", "intermediary.code_standings.v1",
            "intermediary.held.v1", "intermediary.inquiries.v1", "intermediary.permitted.v1",
            "intermediary.replica_buckets.v1",
            "intermediary.replica_digests.v1", "intermediary.replica_totals.v1", "intermediary.replicas.v2",
            "intermediary.results.v2", "intermediary.status.v1",
        },
        "platform:13104": {"intermediary.provisions.v1"},
        "network": {
            "intermediary.link_codes.v1", "intermediary.nondisclosures.v1", "intermediary.provision_requests.v1",
        },
    },
    "network": {
        "city:13112": {"network.juki_acquisitions.v1", "network.juki_attributes.v1"},
        "city:13104": {"network.juki_acquisitions.v1", "network.juki_attributes.v1"},
        "platform:13112": _OF_PLATFORMS,
        "platform:13104": _OF_PLATFORMS,
    },
}  # fmt: skip
"""Who is heard at the doors of 13112's intermediary and of the network. Nobody else is."""


@pytest.mark.parametrize("system", HEARD)
def test_every_message_kind_is_heard_from_its_own_senders_only(system: str) -> None:
    importlib.import_module(f"todoke.systems.{system}.serves")
    alias = "intermediary_13112" if system == "intermediary" else "network"
    kinds = {name: one for name, one in handlers._handlers.items() if name.startswith(f"{system}.")}
    heard = {
        sender: {name for name, one in kinds.items() if one.senders(alias, sender)} for sender in SENDERS
    }
    assert heard == {sender: HEARD[system].get(sender, set()) for sender in SENDERS}
    assert {name for names in heard.values() for name in names} == set(kinds)


def _path(pattern: URLPattern, route: str) -> str:
    """A path of the route with something plausible in every place; of a regular expression the first alternative."""
    if route.startswith("^") or "(?P<" in route:
        import re

        text = re.sub(r"\(\?P<\w+>([^|)]*)[^)]*\)", r"\1", route)
        return "/" + text.strip("^$").replace("\\", "")
    parts = []
    for piece in route.split("<"):
        kind, closing, rest = piece.partition(">")
        parts.append(_plausible(kind) + rest if closing else piece)
    return "/" + "".join(parts)


def _plausible(place: str) -> str:
    converter, _, name = place.rpartition(":")
    if name == "municipality":
        return TOWN
    return {"int": "1", "uuid": "00000000-0000-4000-8000-000000000000"}.get(converter, "x001")


def _run(command: click.Command, staff_id: str, folder: Path) -> ErrorCode | None:
    """Run a verb with something plausible for everything it asks for; the code of its error."""
    words = [word for parameter in command.params for word in _words(parameter, staff_id, folder)]
    result = CliRunner().invoke(command, words)
    assert not isinstance(result.exception, SystemExit) or result.exit_code in (0, None), result.output
    return result.exception.code if isinstance(result.exception, TodokeError) else None


def _words(parameter: click.Parameter, staff_id: str, folder: Path) -> Iterator[str]:
    is_by = "--by" in parameter.opts
    if not (parameter.required or is_by):
        return
    if isinstance(parameter, click.Option):
        yield parameter.opts[0]
        if parameter.is_flag:
            return
    yield staff_id if is_by else _value(parameter.type, parameter.name or "", folder)


def _value(kind: Any, name: str, folder: Path) -> str:
    if isinstance(kind, click.Choice):
        return str(next(iter(kind.choices)))
    if isinstance(kind, click.DateTime):
        return datetime(2022, 4, 1, tzinfo=UTC).strftime(kind.formats[0])
    if isinstance(kind, click.Path):
        return str(folder / f"{secrets.token_hex(8)}.md")
    if isinstance(kind, click.types.IntParamType):
        return "1"
    return {
        "municipality": TOWN,
        "month": "2022-04",
        "latest_as_of": "2022-02-01",
        "log": "benefits",
        "database": "benefits",
    }.get(name, "x001")


def test_staff_never_get_the_rights_of_systems() -> None:
    systems = {permission for role in SYSTEM_ROLES for permission in granted(role)}
    shared = {permission for role in ROLES for permission in granted(role)} & systems
    assert shared == {
        Permission.ACCESS_STAFF_IMPORT,
        Permission.ACCESS_TERMINAL_REGISTER,
        Permission.ACCESS_TRAINING_RECORD,
        # the clock looks at the promises every day, ends what is over, and goes on with what people began: trials of rules, letters, queues of files, sending, reconciliation
        Permission.ASSURANCE_CHECK,
        Permission.BENEFITS_DECIDE,
        Permission.BENEFITS_PRINT,
        Permission.BENEFITS_PROGRAMME_TRY,
        Permission.INQUIRY_EXPIRE,
        Permission.INTERMEDIARY_COMPARE_RECORDS,
        Permission.INTERMEDIARY_HELD_EXPIRE,
        Permission.INTERMEDIARY_LIST_RENEW,
        Permission.LINKAGE_FILE_FORGET,
        Permission.LINKAGE_FILE_RUN,
        Permission.LINKAGE_OPERATE,
        Permission.LINKAGE_REPLICA_OPERATE,
        Permission.LINKAGE_SEND,
        Permission.LINKAGE_WATCH,
        Permission.PRIVACY_REAP,
        # an existing system by its own signed message, a person by file: each under a right set by two (rules/conversions.py)
        Permission.LINKAGE_SYSTEM_CONVERT,
    }
