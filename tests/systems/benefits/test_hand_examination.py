"""一件ずつの審査: what a person saw, kept with who saw it; nobody passes a form against the checks, or a proxy unseen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.systems.benefits.test_form_entry import ONE, THREE, TWO, case, enter, opened, scan
from tests.systems.benefits.test_money_guards import copy_row, refused
from tests.systems.benefits.world import CLERK, CODE, PROGRAMME, World, decide, rows
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation
from todoke.systems.benefits import jobs
from todoke.systems.benefits.actions.examination.examine_by_hand import examine_by_hand
from todoke.systems.benefits.models import Examination
from todoke.systems.benefits.queries.examination import examining as reads
from todoke.systems.benefits.rules.examination import by_hand as rules
from todoke.systems.benefits.rules.examination.by_hand import NotAllowed
from todoke.systems.benefits.rules.examination.findings import FINDINGS, ExaminationOutcome
from todoke.systems.benefits.rules.intake.form_entry import ACCOUNT
from todoke.systems.benefits.web.examination.examining import keyed as keyed_of


@pytest.fixture
def world(databases: object, tmp_path: Path) -> World:
    return opened(tmp_path)


PASSED, DEFICIENT, INELIGIBLE, DECLINED = (
    ExaminationOutcome(name) for name in ("passed", "deficient", "ineligible", "declined")
)
ALL, ALL_OF_PROXY = list(rules.checklist(proxy="")), list(rules.checklist(proxy="親族"))


@pytest.mark.parametrize(
    ("found", "found_codes", "chosen", "seen", "checks", "proxy", "kept"),
    [
        (PASSED, [], PASSED, [], ALL, "", ()),
        (PASSED, [], PASSED, [], ALL[:2], "", None),
        (PASSED, [], PASSED, [], ALL, "親族", None),
        (PASSED, [], PASSED, [], ALL_OF_PROXY, "親族", ()),
        (PASSED, [], PASSED, ["UNREADABLE"], ALL, "", None),
        (DEFICIENT, ["LATE"], PASSED, [], ALL, "", None),
        (DEFICIENT, ["LATE"], DEFICIENT, ["UNREADABLE"], [], "", ("LATE", "UNREADABLE")),
        (PASSED, [], DEFICIENT, [], [], "", None),
        (PASSED, [], DEFICIENT, ["IDENTITY_OTHER"], [], "", ("IDENTITY_OTHER",)),
        (DECLINED, ["DECLINED"], DEFICIENT, ["DECLINE_UNSURE"], [], "", ("DECLINE_UNSURE",)),
        (DECLINED, ["DECLINED"], DECLINED, [], [], "", ("DECLINED",)),
        (PASSED, [], DECLINED, [], [], "", None),
        (PASSED, [], INELIGIBLE, [], [], "", None),
        (INELIGIBLE, ["NOT_ELIGIBLE"], INELIGIBLE, [], [], "", ("NOT_ELIGIBLE",)),
        (INELIGIBLE, ["NOT_ELIGIBLE"], PASSED, [], ALL, "", None),
    ],
)  # fmt: skip
def test_a_conclusion_follows_from_what_was_found(
    *, found: ExaminationOutcome, found_codes: Sequence[str], chosen: ExaminationOutcome, seen: Sequence[str],
    checks: Sequence[str], proxy: str, kept: tuple[str, ...] | None,
) -> None:  # fmt: skip
    given = {
        "found": found,
        "found_codes": found_codes,
        "chosen": chosen,
        "seen": seen,
        "checks": checks,
        "proxy": proxy,
    }
    if kept is None:
        with pytest.raises(NotAllowed):
            rules.codes(**given)
    else:
        assert rules.codes(**given) == kept


def test_numbers_and_codes_are_unique() -> None:
    assert len(rules.BY_KEY) == len(rules.SEEN)
    assert len(rules.SENTENCES) == len(FINDINGS) + len(rules.SEEN)


OF_PROXY = {"proxy": "親族", "proxy_identity_attached": True, "proxy_authority": "委任状"}


def keyed(place: int, **changes: object) -> int:
    """The case at that place, its form keyed by two people; the id of its form."""
    paper = scan(place)
    enter(paper, ONE, **changes)
    enter(paper, TWO, **changes)
    return reads.case_file(case(place).pk).application_id


def examine(place: int, form: int, outcome: ExaminationOutcome, seen: Sequence[str] = (), checks: Sequence[str] = ()) -> Examination:  # fmt: skip
    return examine_by_hand(
        case_id=case(place).pk, application_id=form, outcome=outcome, seen=seen, checks=checks, by=THREE
    )


@pytest.mark.usefixtures("world")
def test_a_form_of_a_proxy_waits_for_a_person() -> None:
    form = keyed(0, **OF_PROXY)
    keyed(1)
    assert reads.waiting(CODE)[:2] == (2, 1)
    jobs.examine(CODE, by=CLERK)
    assert (case(0).state, case(1).state) == ("received", "passed")
    assert reads.next_case(CODE, "k003") == case(0).pk
    assert reads.next_case(CODE, "k003", but=case(0).pk) is None
    with pytest.raises(TodokeError) as error:
        examine(0, form, PASSED, checks=ALL)
    assert error.value.code is ErrorCode.RECORD_INVALID
    unseen = copy_row(
        "benefits_examination", application_id=str(form), case_id=str(case(0).pk), outcome="'passed'"
    )
    assert refused(unseen) == "examination_confirmed"
    made = examine(0, form, PASSED, checks=ALL_OF_PROXY)
    assert (case(0).state, made.examined_by, made.by_hand) == ("passed", "k003", True)
    logged = Operation.objects.using("benefits").filter(verb="benefits:application:examine").latest("id")
    assert (logged.actor, logged.persons, logged.object_type) == ("k003", 1, "case_number")


@pytest.mark.usefixtures("world")
def test_what_a_proxy_enclosed_is_keyed_by_two_checked_and_shown() -> None:
    lacking = {**OF_PROXY, "proxy": "法定代理人", "proxy_identity_attached": False}
    paper = scan(0)
    assert enter(paper, ONE, **{**lacking, "proxy_authority": "なし"}).differs == ()
    assert enter(paper, TWO, **lacking).differs == ("proxy_authority",), "two people must agree in it"
    assert enter(paper, THREE, **lacking).settled
    found = reads.case_file(case(0).pk)
    assert found.codes == ("PROXY_IDENTITY_MISSING", "PROXY_AUTHORITY_MISSING"), (
        "a mandate is no proof of a guardian"
    )
    assert dict(keyed_of(found))["代理権を示す書類"] == "委任状"
    with pytest.raises(TodokeError) as error:
        examine(0, found.application_id, PASSED, checks=ALL_OF_PROXY)
    assert error.value.code is ErrorCode.RECORD_INVALID
    unproved = copy_row(
        "benefits_examination", application_id=str(found.application_id), case_id=str(case(0).pk), outcome="'passed'",
        by_hand="true", checks=f"ARRAY{ALL_OF_PROXY}",
    )  # fmt: skip
    keyed(1)
    jobs.examine(CODE, by=CLERK)  # a row to copy
    assert refused(unproved) == "examination_proxy_proved"
    examine(0, found.application_id, DEFICIENT)
    late = scan(0, by=TWO)
    more = {"account_changed": False, "account_attached": False, **dict.fromkeys(ACCOUNT, "")}
    for by in (TWO, THREE):  # a 補正 with the guardian's card and the certificate
        enter(
            late,
            by,
            **{**lacking, **more, "proxy_identity_attached": True, "proxy_authority": "登記事項証明書など"},
        )
    again = reads.case_file(case(0).pk)
    assert (again.codes, again.form["proxy_authority"]) == ((), "委任状・登記事項証明書など")
    assert examine(0, again.application_id, PASSED, checks=ALL_OF_PROXY).outcome == "passed"


@pytest.mark.usefixtures("world")
def test_what_was_not_enclosed_is_a_deficiency_and_a_correction_is_examined_instead() -> None:
    first = keyed(0, identity_attached=False, account_attached=False)
    assert reads.case_file(case(0).pk).codes == ("IDENTITY_MISSING", "ACCOUNT_PROOF_MISSING")
    examine(0, first, DEFICIENT, seen=["UNREADABLE"])
    paper = scan(0, by=ONE)
    for by in (ONE, TWO):
        enter(paper, by)
    with pytest.raises(TodokeError) as error:
        examine(0, first, PASSED, checks=ALL)  # a page that was opened before the correction came
    assert error.value.code is ErrorCode.STATE_CONFLICT
    late = copy_row("benefits_examination", round="2")
    assert refused(late) == "examination_of_current_form"
    found = reads.case_file(case(0).pk)
    assert (found.codes, found.correction, [one.codes for one in found.before]) == (
        (), 1, [["IDENTITY_MISSING", "ACCOUNT_PROOF_MISSING", "UNREADABLE"]],
    )  # fmt: skip
    examine(0, found.application_id, PASSED, checks=ALL)
    assert rows("SELECT outcome, by_hand FROM benefits_examination ORDER BY id") == [
        ("deficient", True), ("passed", True),
    ]  # fmt: skip
    with pytest.raises(TodokeError) as error:
        examine(0, found.application_id, PASSED, checks=ALL)
    assert error.value.code is ErrorCode.STATE_CONFLICT


def test_nobody_passes_a_form_against_a_newer_decision(world: World, tmp_path: Path) -> None:
    form = keyed(0)
    decide({0: "ineligible", 1: "eligible", 2: "eligible"})
    with pytest.raises(TodokeError) as error:
        examine(0, form, PASSED, checks=ALL)
    assert "自動点検" in error.value.sentence
    examine(0, form, INELIGIBLE)
    assert case(0).state == "ineligible"
    assert PROGRAMME.code == CODE
