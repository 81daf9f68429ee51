"""The verbs of both systems: thin, in Japanese, by a named member of staff, without names of persons."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.test import override_settings

from tests import hiring
from tests.hiring import Right
from tests.systems.three_towns import (
    EAST,
    HOME,
    TOWNS,
    WEST,
    Towns,
    alias,
    code_of,
    inquiry,
    number_of,
    own_number,
)
from todoke.access.permissions import Role
from todoke.contracts.information import Outcome
from todoke.kernel.errors import TodokeError
from todoke.sites.invariants import FACTS
from todoke.systems.intermediary import queries

Verb = Callable[..., str]


REALMS = {"intermediary": "platform", "network": "national"}
STAFF = {
    "platform": {
        "p001": [Role.PLATFORM_OPERATOR],
        "p002": [Right(role=Role.PROVIDER_OFFICER, municipality=EAST)],
        "p003": [Right(role=Role.PROVIDER_OFFICER, municipality=EAST)],
        "p004": [Right(role=Role.PROVIDER_OFFICER, municipality=WEST)],
    },
    "national": {"n001": [Role.NETWORK_OPERATOR], "n002": [Role.NETWORK_OPERATOR], "n003": [Role.AUDITOR]},
}


def _realm(towns: Towns, realm: str) -> override_settings:
    folder = towns.folder / "staff" / realm
    return override_settings(
        TODOKE_DIRECTORY=f"directory_{realm}",
        TODOKE_TERMINALS_FOLDER=folder / "terminals",
        TODOKE_CLI_SESSIONS_FOLDER=folder / "cli-sessions",
    )


@pytest.fixture
def verb(towns: Towns) -> Verb:
    for realm, people in STAFF.items():
        with _realm(towns, realm):
            hiring.hire(f"directory_{realm}", people)
            for staff_id in people:
                hiring.sit_down(f"directory_{realm}", staff_id)

    def run(system: str, *arguments: str) -> str:
        group = importlib.import_module(f"todoke.systems.{system}.commands").group
        with _realm(towns, REALMS[system]):
            result = CliRunner().invoke(group, list(arguments))
        if isinstance(result.exception, TodokeError):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.output

    return run


def test_the_network_is_set_up_by_its_verbs(towns: Towns, verb: Verb) -> None:
    file = towns.folder / "juki.csv"
    file.write_text(f"juki_code,individual_number\n{code_of(1)},{number_of(1)}\n", encoding="utf-8")
    verb("network", "keys-init", "--by", "n001")
    assert verb("network", "load-juki", str(file), "--by", "n001") == "取込 1 件\n"
    assert verb("network", "load-juki", str(file), "--by", "n001") == "取込 1 件（済み）\n"
    towns_options = [part for town in TOWNS for part in ("--municipality", town)]
    assert verb("network", "organisations-propose", *towns_options, "--by", "n001") == "案 3 件\n"
    assert verb("network", "list-draft", "--days", "9", "--by", "n001").endswith("追加 1  削除 0  変更 0\n")
    for approve in ("organisations-confirm", "list-approve"):
        with pytest.raises(TodokeError, match="SAME_PERSON"):
            verb("network", approve, "--by", "n001")
    assert verb("network", "organisations-confirm", "--by", "n002") == "登録 3 件\n"
    assert verb("network", "list-approve", "--by", "n002") == "第 1 版  1 行\n"
    assert "registered 1\n" in verb("network", "status")
    with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
        verb("network", "list-draft", "--by", "n003")


def test_held_requests_are_listed_proposed_and_confirmed(towns: Towns, verb: Verb) -> None:
    towns.open_for_business(2)
    towns.register(EAST, [1, 2], held=[1])
    towns.inquire([inquiry("r1", 1, EAST)])
    towns.deliver()
    permit_id = queries.held(alias(EAST))[0].permit_id
    where = ("--municipality", EAST)
    shown = verb("intermediary", "held", *where, "--by", "p002")
    assert shown.startswith(f"{EAST}  {permit_id}  r1  ")
    assert "未提案" in shown
    assert own_number(EAST, 1) not in shown
    said = (
        "--at",
        "2021-12-10T09:00",
        "--office",
        "福祉保健課",
        "--official",
        "見本 花子",
        "--law",
        "--need",
    )
    with pytest.raises(TodokeError, match="番号は書かないで"):
        verb(
            "intermediary", "contact", permit_id, *where, *said, "--note", own_number(EAST, 1), "--by", "p002"
        )
    contact = verb("intermediary", "contact", permit_id, *where, *said, "--handling", "--by", "p002")
    assert contact == "記録しました\n"
    assert verb("intermediary", "renew", permit_id, *where, "--by", "p002") == "更新しました\n"
    verb("intermediary", "release", permit_id, *where, "--reason", "電話で確認", "--by", "p002")
    assert "release（p002）" in verb("intermediary", "held", *where, "--by", "p003")
    for stranger in (("held",), ("confirm", permit_id)):
        with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
            verb("intermediary", *stranger, *where, "--by", "p004")
    with pytest.raises(TodokeError, match="SAME_PERSON"):
        verb("intermediary", "confirm", permit_id, *where, "--by", "p002")
    assert verb("intermediary", "confirm", permit_id, *where, "--by", "p003") == "確定 1 件\n"
    assert verb("intermediary", "held", *where, "--by", "p003") == ""
    towns.deliver()
    assert towns.results()["r1"].outcome is Outcome.ANSWERED


def test_lists_records_and_status_speak_for_the_whole_platform(towns: Towns, verb: Verb) -> None:
    towns.open_for_business(3)
    towns.register(EAST, [1, 2, 3])
    towns.inquire([inquiry(f"r{p}", p, EAST) for p in (1, 2, 3)])
    towns.deliver()
    for side in ("inquirer", "provider"):
        out = towns.folder / f"{side}.csv"
        assert verb("intermediary", "records", "--side", side, "--out", str(out), "--by", "p001") == "3 件\n"
    assert verb("network", "records", "--out", str(towns.folder / "network.csv"), "--by", "n001") == "3 件\n"
    files = {(towns.folder / f"{party}.csv").read_bytes() for party in ("inquirer", "provider", "network")}
    assert len(files) == 1
    only = towns.folder / "only.csv"
    arguments = ("records", "--municipality", WEST, "--side", "provider", "--out", str(only), "--by", "p001")
    assert verb("intermediary", *arguments) == "0 件\n"
    assert verb("intermediary", "fetch-list", "--municipality", HOME, "--by", "p001").startswith(
        f"{HOME}  第 1 版"
    )
    lines = verb("intermediary", "status").splitlines()
    assert "inquiries 3" in next(line for line in lines if line.startswith(HOME))
    assert "全て拒否" in next(line for line in lines if line.startswith("27100"))


def test_records_are_compared_differences_settled_and_facts_written(
    towns: Towns, verb: Verb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("todoke.systems.intermediary.actions.receive_results._RECORDED", "SELECT 1")
    towns.open_for_business(1)
    towns.register(EAST, [1])
    towns.inquire([inquiry("r1", 1, EAST)])
    towns.deliver()
    monkeypatch.setattr("todoke.systems.intermediary.actions.compare_records.GRACE", timedelta(seconds=-5))
    where = ("--municipality", HOME, "--by", "p001")
    shown = verb("intermediary", "compare-records", *where)
    assert f"{HOME}  inquirer  1 件  不一致 1  未解決 1\n" in shown
    monkeypatch.undo()
    (line,) = verb("network", "discrepancies").splitlines()
    assert "当事者の記録がない  answered/-" in line
    number = line.split()[0]
    with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
        verb("network", "settle", number, "--reason", "復旧時の欠落", "--by", "n003")
    assert verb("network", "settle", number, "--reason", "復旧時の欠落", "--by", "n001") == "1 件\n"
    assert verb("network", "discrepancies") == ""
    out = towns.folder / "facts"
    verb("intermediary", "facts", "--out", str(out), "--by", "p001")
    verb("network", "facts", "--out", str(out), "--by", "n001")
    assert {file.name.split(".")[0] for file in out.iterdir()} == set(FACTS)
    assert own_number(HOME, 1) not in "".join(file.read_text(encoding="utf-8") for file in out.iterdir())
