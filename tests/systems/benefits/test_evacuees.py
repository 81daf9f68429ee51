"""避難者はその人だけの世帯: payable although the origin was paid, seen by a 責任職 only, and nothing of it where the origin stands."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from tests.systems.benefits import test_form_entry as keying
from tests.systems.benefits.asking_city import PROGRAMME, AskingCity
from tests.systems.benefits.little_city import LittleCity, code, key
from tests.systems.benefits.money import wrong
from tests.systems.benefits.test_decision_lists import handed_over
from tests.systems.benefits.test_form_entry import ONE, TWO
from tests.systems.benefits.test_money_guards import copy_row, refused
from tests.systems.benefits.world import CLERK, SUPERVISOR, TREASURER, World, rows
from todoke.access.permissions import Actor, Role
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits import jobs, queries
from todoke.systems.benefits.actions.entry.enter_form import enter_form
from todoke.systems.benefits.actions.examination.examine_by_hand import examine_by_hand
from todoke.systems.benefits.actions.examination.examine_protected import examine_protected
from todoke.systems.benefits.actions.households.read_household import read_household
from todoke.systems.benefits.actions.intake.open_box import open_box
from todoke.systems.benefits.actions.intake.scan_form import Into, scan_form
from todoke.systems.benefits.models import Case, Decision, Letter, Paper, Resident
from todoke.systems.benefits.queries.aftermath import calls
from todoke.systems.benefits.queries.editions import proposals as editions
from todoke.systems.benefits.queries.examination import examining
from todoke.systems.benefits.rules.articles.forming import SpecialKind
from todoke.systems.benefits.rules.examination import by_hand as hand_examination
from todoke.systems.benefits.rules.examination.findings import ExaminationOutcome

CHIEF = Actor(staff_id="s002", roles=frozenset({Role.SUPERVISOR}))
HEAD, WIFE = 1, 2
BORN = {HEAD: "1970-05-05", WIFE: "1972-06-06"}
FORM = {"household_code": key(1), "received_on": "2022-03-01", "route": "郵送", "declines": "0", "declared_supporter_taxed": "0",
        "bank_code": "0138", "branch_code": "200", "account_type": "1", "account_number": "0000001",
        "account_holder_kana": "ﾄﾄﾞｹ ﾀﾛｳ"}  # fmt: skip
KEYED = replace(keying.FORM, holder_kana="ﾄﾄﾞｹ ﾊﾅｺ", account_number="0000002")
PASSED = ExaminationOutcome.PASSED


@pytest.fixture
def fled(databases: object, tmp_path: Path) -> Path:
    return flee(tmp_path, head=HEAD)


def flee(tmp_path: Path, *, head: int) -> Path:
    """The household of that head is paid; then the city learns that the wife fled, and judges again."""
    shutil.rmtree(settings.TODOKE_DATA_FOLDER, ignore_errors=True)
    found = AskingCity(tmp_path)
    names = {HEAD: {"name_kana": "トドケ　タロウ", "name_kanji": "届　太郎"}, WIFE: {}}
    for person, name in names.items():
        is_head = "1" if person == head else "0"
        found.little.person(person, 1, tax={}, birth_date=BORN[person], is_head=is_head, **name)
    found.serve()
    jobs.take_registers(by=CLERK)
    jobs.load(tmp_path / "tax.csv", tmp_path / "assistance.csv", by=CLERK)
    jobs.decide(PROGRAMME, "first", by=CLERK)
    jobs.number_cases(PROGRAMME, by=CLERK)
    forms = World(tmp_path, size=0)
    forms.forms[0] = FORM if head == HEAD else {**FORM, "account_holder_kana": "ﾄﾄﾞｹ ﾊﾅｺ"}
    jobs.receive(PROGRAMME, forms.write_forms(), by=CLERK)
    paid(tmp_path)
    handed_over(LittleCity(special=[(code(WIFE), SpecialKind.EVACUEE.value)]), tmp_path, None)
    jobs.decide(PROGRAMME, "second", by=CLERK)
    jobs.number_cases(PROGRAMME, by=CLERK)
    return tmp_path


def paid(folder: Path) -> None:
    jobs.examine(PROGRAMME, by=CLERK)
    jobs.approve(PROGRAMME, by=SUPERVISOR)
    jobs.prepare_payment(PROGRAMME, by=SUPERVISOR)
    jobs.release_payment(PROGRAMME, by=TREASURER)
    jobs.write_bank_files(PROGRAMME, folder / "out", by=TREASURER)


def own() -> Case:
    return Case.objects.using("benefits").get(lineage=f"{key(1)}-1")


def origin() -> Case:
    return Case.objects.using("benefits").get(lineage=key(1))


def returned() -> int:
    """The wife's form is in a box and keyed by two; the id of the form."""
    open_box(label="A-1", place="", by=CLERK)
    into = Into(programme=editions.find(PROGRAMME), box="A-1", received_on=date(2022, 3, 1))
    scan_form(into=into, number=own().case_number, by=CLERK)
    paper = Paper.objects.using("benefits").latest("pk").pk
    for by in (ONE, TWO):
        enter_form(paper_id=paper, keyed=KEYED, by=by)
    return examining.case_file(own().pk).application_id


def test_an_evacuee_is_paid_although_the_origin_was_and_the_origin_sees_nothing_of_it(fled: Path) -> None:
    assert (origin().state, own().protected, own().ward_code, own().state) == (
        "ordered",
        True,
        "",
        "numbered",
    )
    jobs.print_letters(PROGRAMME, fled / "letters", by=CLERK)
    assert not Letter.objects.using("benefits").filter(case=own()).exists(), "nobody prints it in bulk"
    form = returned()
    jobs.examine(PROGRAMME, by=CLERK)
    assert own().state == "received", "no job passes it, and it is no deficiency of the person"
    assert examining.next_case(PROGRAMME, "c001") is None, "it is in no clerk's queue"
    assert [one.case_number for one in examining.protected_waiting()] == [own().case_number]
    given = {"case_id": own().pk, "application_id": form, "outcome": PASSED, "seen": []}
    checks = list(hand_examination.checklist(proxy="", shielded=True))
    refusal(ErrorCode.RECORD_INVALID, lambda: examine_by_hand(**given, checks=checks, by=CLERK))
    refusal(ErrorCode.PERMISSION_DENIED, lambda: examine_protected(**given, checks=checks, by=CLERK))
    refusal(ErrorCode.RECORD_INVALID, lambda: examine_protected(**given, checks=checks[:-1], by=CHIEF))
    examine_protected(**given, checks=checks, by=CHIEF)
    with pytest.raises(TodokeError) as found:
        jobs.approve(PROGRAMME, by=CHIEF)
    assert found.value.code is ErrorCode.SAME_PERSON
    paid(fled)
    assert (own().state, origin().state) == ("ordered", "ordered")
    assert sorted(rows("SELECT lineage, amount_yen FROM benefits_payment")) == [(key(1), 100_000), (f"{key(1)}-1", 100_000)]  # fmt: skip
    assert wrong() == []
    for lineage in (key(1), f"{key(1)}-1"):  # once for everybody, the evacuee too
        second = copy_row("benefits_payment", approval_id="-1", case_id="-1", lineage=f"'{lineage}'")
        assert refused(second) == "payment_once_per_lineage"
    _nothing_of_it(fled)


def refusal(expected: ErrorCode, act: object) -> None:
    with pytest.raises(TodokeError) as found:
        act()
    assert found.value.code is expected


def _nothing_of_it(folder: Path) -> None:
    """Household page, decision in words, call: whoever asks about the origin hears only of the origin."""
    secrets = (own().case_number, KEYED.account_number, f"{key(1)}-1")
    people = {one.resident_code: one for one in Resident.objects.using("benefits")}
    reader = replace(CLERK, purpose="検査")
    seen = read_household(person=people[code(HEAD)].pk, by=reader)
    assert [case.case_number for case in seen.cases] == [origin().case_number]
    decision = Decision.objects.using("benefits").get(run__round="second", household_key=key(1))
    with queries.reader() as files:
        told = repr(queries.seen_household(decision, editions.find(PROGRAMME), files))
    assert not [secret for secret in secrets if secret in told]
    assert calls.by_number(own().case_number)[0] is None
    assert calls.by_person("トドケ ハナコ", date.fromisoformat(BORN[WIFE]))[0] is None
    found, _ = calls.by_person("トドケ タロウ", date.fromisoformat(BORN[HEAD]))
    assert found is not None
    assert found.case == origin()
    assert not [path for path in folder.glob("letters/**/*") if own().case_number in path.name]


def test_the_database_passes_no_protected_household_unseen(fled: Path) -> None:
    form = returned()
    insert = (
        "INSERT INTO benefits_examination (application_id, case_id, round, outcome, codes, by_hand, checks, decision_run_id,"
        f" register_snapshot, bank_list, examined_at, examined_by) SELECT {form}, {own().pk}, 1, 'passed', '{{}}', true, %s,"
        " (SELECT max(id) FROM benefits_decisionrun), '', '', now(), 'e001'"
    )
    seen = ["FORM", "IDENTITY", "ACCOUNT", "PROTECTION_PROOF"]
    assert refused(insert, seen) == "examination_shielded"
    del fled


@pytest.mark.usefixtures("databases")
def test_who_was_the_payee_of_the_origin_is_not_paid_again(tmp_path: Path) -> None:
    """The wife as the payee of the origin's money: her own household is for the office to look into."""
    flee(tmp_path, head=WIFE)
    returned()
    assert examining.case_file(own().pk).codes == ("PROTECTED_BY_HAND", "PAYEE_PAID")
