"""消去 of what came after the first letters: scans, sheets, results, new accounts, recalls, notices; and the arrivals that a
migration made for forms of before."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connections

from tests.privacy.test_purge import count, later, rows, run
from tests.systems.benefits import world
from tests.systems.benefits.bank import answer
from tests.systems.benefits.test_bank_results import OTHER, SECOND, again
from tests.systems.benefits.test_intake import INTO, scan
from tests.systems.benefits.world import CLERK, CODE, PROGRAMME, SUPERVISOR, TREASURER, decide
from todoke.privacy.classes import declaration
from todoke.privacy.retention import ForEver
from todoke.sites.database.postgres import Server
from todoke.sites.database.provision import owner_connection
from todoke.sites.instance import Instance
from todoke.systems.benefits import jobs
from todoke.systems.benefits.actions.intake.open_box import open_box
from todoke.systems.benefits.actions.papers.move_papers import move_into_box, send_out
from todoke.systems.benefits.actions.payments.close_day import close_day, enter_debit
from todoke.systems.benefits.actions.payments.end_recall import end_recall
from todoke.systems.benefits.actions.payments.recall_transfer import ask_recall, confirm_recall
from todoke.systems.benefits.actions.payments.take_bank_file import take_bank_file
from todoke.systems.benefits.models import Case, Paper

USED = {
    "benefits_arrival", "benefits_paper", "benefits_paper_move", "benefits_transfer_result", "benefits_recall",
    "benefits_account_correction", "benefits_letter",
}  # fmt: skip
STAYS = {
    "benefits_result_file", "benefits_bank_debit", "benefits_day_closing", "benefits_file_handover", "benefits_box",
    "benefits_payment_batch", "benefits_bank_file", "benefits_case_tally", "benefits_day_tally",
}  # fmt: skip


@pytest.mark.usefixtures("databases")
def test_everything_after_the_letters_goes_with_its_case_and_the_money_trail_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide(dict.fromkeys(range(3), "eligible"))
    city = world.World(tmp_path, size=3).serve()
    jobs.number_cases(CODE, by=CLERK)
    for label in ("A-1", "B-2"):
        open_box(label=label, place="本庁3階", by=CLERK)
    scan(0, into=INTO)
    paper = Paper.objects.using("benefits").get()
    send_out(papers=[paper.pk], sent_to="監査委員", by=CLERK)
    move_into_box(papers=[paper.pk], box="B-2", by=CLERK)
    world.walk(city, tmp_path)
    take_bank_file(programme=PROGRAMME, number=1, by=TREASURER)
    _fail_and_recall(tmp_path)
    for table in USED | STAYS:
        assert count("benefits", table), table
    later(monkeypatch, 5 * 366)
    run("benefits")
    run("benefits")  # what the cases referred to
    for model in apps.get_app_config("benefits").get_models():
        if not isinstance(declaration(model).keep, ForEver):
            assert count("benefits", model._meta.db_table) == 0, model
    for table in STAYS - {"benefits_case_tally", "benefits_day_tally"}:
        assert count("benefits", table), table
    assert rows("benefits", "SELECT coalesce(sum(cases), 0) FROM benefits_case_tally") == [(0,)]
    assert rows("benefits", "SELECT coalesce(sum(cases), 0) FROM benefits_day_tally") == [(0,)]


def _fail_and_recall(folder: Path) -> None:
    """One failed and paid anew, one asked back; the day closed."""
    second = Case.objects.using("benefits").get(lineage=world.household(1)).case_number
    answer(folder / "r.csv", PROGRAMME, 1, failed={second: "3"})
    ((day,),) = rows("benefits", "SELECT transfer_on FROM benefits_payment_batch")
    assert isinstance(day, date)
    enter_debit(day=day, amount_yen=300_000, reference="0001", by=TREASURER)
    close_day(day=day, by=SECOND)
    again(1, OTHER)
    jobs.prepare_payment(CODE, by=SUPERVISOR)
    third = Case.objects.using("benefits").get(lineage=world.household(2)).case_number
    asked = ask_recall(case_number=third, reason="別人の口座", by=TREASURER)
    confirm_recall(recall_id=asked.pk, by=SECOND)
    end_recall(recall_id=asked.pk, returned_on=day, by=TREASURER)


def test_forms_of_before_the_table_of_arrivals_have_arrived(
    databases: Instance, server: Server, tmp_path: Path
) -> None:
    """Migration 0018, run once more on a database in which the arrivals are not there yet."""
    decide({0: "eligible", 1: "eligible", 2: "eligible"}, protected=frozenset({2}))
    city = world.World(tmp_path, size=3).serve()
    jobs.number_cases(CODE, by=CLERK)
    jobs.print_letters(CODE, tmp_path, by=CLERK)
    city.forms[3] = city.forms[0]  # a second form of the same household does not count
    jobs.receive(CODE, city.write_forms(), by=CLERK)
    columns = "programme, case_id, channel, source, received_on, before_state, arrived_at, arrived_by"
    query = f"SELECT {columns} FROM benefits_arrival ORDER BY case_id"
    before = rows("benefits", query)
    assert [row[5] for row in before] == ["printed", "printed", "numbered"]
    connections["benefits"].close()
    backfill = import_module("todoke.systems.benefits.migrations.0018_forms_in_guards")._BACKFILL
    with owner_connection(databases, server, databases.owner("benefits")) as owner, owner.transaction():
        owner.execute("ALTER TABLE benefits_arrival DISABLE TRIGGER USER")
        owner.execute("DELETE FROM benefits_arrival")
        owner.execute(backfill)
        owner.execute("ALTER TABLE benefits_arrival ENABLE TRIGGER USER")
    assert rows("benefits", query) == before
