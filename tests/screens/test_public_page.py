"""公開の状況照会 as the public sees it: no certificate, no cookie, no script; one answer for everything that does not fit."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import httpx
import psycopg
import pytest
from playwright.sync_api import BrowserContext

from tests.browser import NARROW, Examiner
from tests.screens.keys import Keys
from tests.systems.benefits.townspeople import born, settle
from tests.systems.benefits.world import CLERK, CODE, World, decide, household, rows
from todoke.identifiers import case_number
from todoke.kernel.clock import wareki
from todoke.sites.database.postgres import Server
from todoke.sites.instance import ENVIRONMENT, Instance
from todoke.sites.ports import HOST, free_port
from todoke.systems.benefits import jobs
from todoke.systems.benefits.models import Case
from todoke.systems.benefits.rules.aftermath import public_status
from todoke.systems.benefits.rules.aftermath.public_status import (
    NOBODY,
    NOTICE,
    PublicStatus,
    facts,
    sentence,
)
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.systems.benefits.rules.deciding.push import Route
from todoke.systems.benefits.web.status.pages import TAKES

ROOT = Path(__file__).parents[2]
HIDDEN = 1


@pytest.fixture(scope="module")
def door(instance: Instance, server: Server) -> Iterator[str]:
    """The page as `todoke public` serves it, in a process that knows nothing but its own folder."""
    port = free_port()
    environment = {**os.environ, ENVIRONMENT: str(instance.path)}
    process = subprocess.Popen(
        [sys.executable, "-m", "todoke.cli", "public", "--port", str(port)], env=environment, cwd=ROOT
    )
    address = f"http://{HOST}:{port}/"
    until = time.monotonic() + 120
    while True:
        try:
            httpx.get(address, trust_env=False, timeout=30)
            break
        except httpx.TransportError:
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.1)
    yield address
    process.terminate()
    process.wait()


@pytest.fixture
def town(databases: object, tmp_path: Path) -> World:
    """0 has sent the form in; 1 is protected."""
    settle(2, hidden=frozenset({HIDDEN}))
    decide(dict.fromkeys(range(2), "eligible"), protected=frozenset({HIDDEN}))
    world = World(tmp_path, size=1).serve()
    jobs.number_cases(CODE, by=CLERK)
    jobs.receive(CODE, world.write_forms(), by=CLERK)
    return world


def number(of: int) -> str:
    return Case.objects.using("benefits").get(household_key=household(of)).case_number


def ask(connection: psycopg.Connection, of: str, day: date, source: str = "here") -> tuple[object, ...]:
    found = connection.execute(
        "SELECT * FROM benefits_public_status(%s, %s, %s)", [of, day, source]
    ).fetchone()
    assert found is not None
    return tuple(found)


def test_a_visitor_learns_when_the_form_arrived(
    door: str, town: World, context: BrowserContext, examiner: Examiner
) -> None:
    page = context.new_page()
    page.set_viewport_size(NARROW)
    page.goto(door)
    examiner.check(page, "public-status", thorough=True)
    Keys(page).fill("#id_number", "123").press("状況を見る").see("数字13桁").see("生年月日を入力")
    examiner.check(page, "public-status-wrong", thorough=True)
    spoken = f"{number(0)[:4]}-{number(0)[4:8]} {number(0)[8:]}"
    Keys(page).fill("#id_number", spoken).fill("#id_born", wareki(born(0))).press("状況を見る").see(
        "いま内容を確かめています"
    ).see("令和4年3月1日")
    examiner.check(page, "public-status-answer", thorough=True)
    assert page.context.cookies() == []
    text = page.content()
    assert not any(word in text for word in ("港", "ミナト", "100,000", number(0)))
    Keys(page).press("別の番号を見る").fill("#id_number", number(0)).fill("#id_born", "2001/1/1").press(
        "状況を見る"
    ).see("合わないか")
    examiner.check(page, "public-status-nobody", thorough=True)


def test_whatever_does_not_fit_gets_the_same_answer_in_the_same_time(door: str, town: World) -> None:
    right = number(0)
    wrong_digit = right[:-1] + str((int(right[-1]) + 1) % 10)
    asked = [
        (case_number.mint(1, 999), born(0)),
        (wrong_digit, born(0)),
        (right, date(2001, 1, 1)),
        (number(HIDDEN), born(HIDDEN)),
    ]
    pages, took = set(), []
    with httpx.Client(trust_env=False, timeout=60) as client:
        for of, day in (*asked, (right, born(0))):
            begun = time.monotonic()
            answer = client.post(door, data={"number": of, "born": day.isoformat()})
            took.append(time.monotonic() - begun)
            assert answer.status_code == 200
            assert "set-cookie" not in answer.headers
            assert answer.headers["cache-control"] == "no-store"
            pages.add(answer.text.replace(of, "").replace(day.isoformat(), ""))
        assert client.get(door + "staff").status_code == 404
        assert client.get(door + "sign-in").status_code == 404
    assert len(pages) == 2  # one for all that does not fit, one for the right one
    assert min(took) >= TAKES


def test_guessing_is_stopped_by_the_database_for_all_processes_alike(
    instance: Instance, server: Server, town: World
) -> None:
    uri = server.address.uri(instance.public_account())
    right, unknown = number(0), case_number.mint(1, 998)
    with psycopg.connect(uri, autocommit=True) as one, psycopg.connect(uri, autocommit=True) as other:
        for of in (right, unknown):
            answers = {
                ask(one if turn % 2 else other, of, date(2000, 1, 1 + turn), f"place {turn}")[0]
                for turn in range(10)
            }
            assert answers == {"unknown"}
        assert (
            ask(one, right, born(0), "place x")
            == ask(other, unknown, born(0), "place y")
            == ("wait", None, None, None)
        )
        # from one place: sixty an hour, whatever is asked for
        answers_there = [ask(one, case_number.mint(2, turn + 1), born(0))[0] for turn in range(61)]
        assert (answers_there[59], answers_there[60]) == ("unknown", "wait")
        # an hour later the holder of the letter is answered again; what is older than two days is gone
        rows("UPDATE benefits_status_count SET since = since - interval '3 days'")
        assert ask(one, right, born(0))[0] == "received"
        for _ in range(5):
            ask(one, unknown, born(0))
    assert not rows("SELECT id FROM benefits_status_count WHERE since < now() - interval '2 days'")


def test_the_public_role_reads_no_table_and_enters_no_other_database(
    instance: Instance, server: Server
) -> None:
    account = instance.public_account()
    with psycopg.connect(server.address.uri(account), autocommit=True) as inside:
        for command in (
            "SELECT * FROM benefits_case", "SELECT * FROM benefits_status_count", "DELETE FROM benefits_status_count",
            "INSERT INTO oplog_operation (at, actor, verb, leaf) VALUES (now(), 's', 'v', sha256('x'))",
            "CREATE TEMPORARY TABLE mine (id int)", "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        ):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                inside.execute(command)
        tables = inside.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND has_table_privilege(format('%I.%I', schemaname, tablename), 'SELECT')"
        ).fetchone()
        assert tables == (0,)
    for system, part in instance.walls():
        if system != "benefits":
            other = server.address.uri(account).replace(
                account.dbname + "?", instance.account(system, part).dbname + "?"
            )
            with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                psycopg.connect(other)
    with (
        psycopg.connect(server.address.uri(instance.account("benefits")), autocommit=True) as staff,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        ask(staff, "0" * 13, date(2000, 1, 1))


@pytest.mark.parametrize("state", list(CaseState))
def test_every_state_has_plain_words_without_amount_or_reason(state: CaseState) -> None:
    said = sentence(PublicStatus(answer=state.value, route=Route.CONFIRMATION.value))
    assert said.endswith("。")
    assert not any(word in said for word in ("円", "辞退", "不支給", "支援措置", "口座番号"))
    assert sentence(PublicStatus(answer="printed", route=Route.NOTICE.value)) == NOTICE
    assert sentence(PublicStatus(answer=public_status.UNKNOWN)) == NOBODY
    day = date(2022, 5, 2)
    shown = dict(facts(PublicStatus(answer=state.value, arrived_on=day, transfer_on=day)))
    assert ("振り込んだ日" in shown) == (state in (CaseState.PAID, CaseState.REFUNDING, CaseState.REFUNDED))
