"""事業の改定: proposed by one, tried over the sealed files, approved by another, and judged again; the database agrees."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.db import Error, connections

from tests.systems.benefits.asking_city import AskingCity, rows
from tests.systems.benefits.little_city import key
from todoke.access.permissions import Actor, Role
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits import jobs
from todoke.systems.benefits.actions.editions.approve_edition import approve_edition, refuse_edition
from todoke.systems.benefits.actions.editions.begin_edition_work import begin_edition_work
from todoke.systems.benefits.actions.editions.propose_edition import propose_edition, withdraw_edition
from todoke.systems.benefits.jobs import editions as works
from todoke.systems.benefits.models import DecisionRun, EditionTrial, ProgrammeEdition
from todoke.systems.benefits.queries.editions import proposals as editions
from todoke.systems.benefits.rules.articles.units import Article3DependantsOnly
from todoke.systems.benefits.rules.editions.work import WorkKind
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.rules.programmes import R3_NONTAXABLE
from todoke.systems.benefits.rules.tax.tax_status import TaxStatus

pytestmark = pytest.mark.usefixtures("databases")
CODE = R3_NONTAXABLE.code
CLERK = Actor(staff_id="c001", roles=frozenset({Role.CLERK}))
SUPERVISOR = Actor(staff_id="s001", roles=frozenset({Role.SUPERVISOR}))
OTHER = Actor(staff_id="s002", roles=frozenset({Role.SUPERVISOR}))
OPERATOR = Actor(staff_id="o001", roles=frozenset({Role.OPERATOR}))
DEPENDANT = {"supporter": "OUTSIDE", "supporter_taxed": "1"}
WITHOUT = replace(
    R3_NONTAXABLE, rules=tuple(rule for rule in R3_NONTAXABLE.rules if rule is not Article3DependantsOnly)
)


@pytest.fixture
def city(tmp_path: Path) -> AskingCity:
    """Three households: not taxed; a taxed person's dependant; taxed. Decided once."""
    found = AskingCity(tmp_path)
    found.little.person(1, 1, tax={}).person(2, 2, tax=DEPENDANT).person(3, 3, tax={"income_levy": "1"})
    return found.serve().first()


def propose(programme: Programme = WITHOUT, by: Actor = CLERK) -> ProgrammeEdition:
    return propose_edition(programme=programme, grounds="市長決裁 令和4年第10号", by=by)


def try_edition(*, number: int, by: Actor) -> EditionTrial:
    """Asked for and carried through."""
    work = begin_edition_work(number=number, kind=WorkKind.TRIAL, by=by)
    assert works.carry_on(work.pk, by=by).failure == ""
    found = editions.newest_trial(work.edition)
    assert found is not None
    return found


def refused(work) -> ErrorCode:
    with pytest.raises(TodokeError) as caught:
        work()
    return caught.value.code


def test_the_trial_shows_exactly_what_the_rule_changes(city: AskingCity) -> None:
    row = propose()
    trial = try_edition(number=row.pk, by=CLERK)
    assert (trial.households, trial.differing, trial.yen_before, trial.yen_after) == (3, 1, 100_000, 200_000)
    found = editions.trial_differences(trial)
    (change,) = found.changes
    assert (change.before, change.after, change.households) == (
        "ineligible:DEPENDANTS_ONLY",
        "eligible:EXEMPT",
        1,
    )
    assert [one.household_key for one in found.rows] == [key(2)]
    # nothing was decided, and the edition in force is the old one
    assert DecisionRun.objects.using("benefits").count() == 1
    assert editions.find(CODE) == R3_NONTAXABLE


def test_approved_it_is_in_force_named_by_decisions_and_the_difference_is_listed(city: AskingCity) -> None:
    jobs.number_cases(CODE, by=CLERK)
    row = propose()
    try_edition(number=row.pk, by=CLERK)
    approve_edition(number=row.pk, differing=1, by=SUPERVISOR)
    in_force = editions.find(CODE)
    assert (in_force.edition, in_force.rules) == (row.edition, WITHOUT.rules)
    jobs.decide(CODE, f"edition-{row.edition}", by=CLERK)
    run = DecisionRun.objects.using("benefits").last()
    assert run.edition == row.edition
    found = editions.run_differences(run)
    assert found is not None
    assert [(one.household_key, one.before, one.after) for one in found.rows] == [
        (key(2), "ineligible:DEPENDANTS_ONLY", "eligible:EXEMPT")
    ]
    assert rows("SELECT household_key, amount_yen FROM benefits_decision WHERE run_id = %s AND amount_yen > 0", run.pk) == [
        (key(1), 100_000), (key(2), 100_000),
    ]  # fmt: skip


def test_cases_come_first_in_the_list_of_differences(city: AskingCity) -> None:
    jobs.number_cases(CODE, by=CLERK)
    row = propose(replace(R3_NONTAXABLE, exempt=frozenset({TaxStatus.WAIVED})))
    found = editions.trial_differences(try_edition(number=row.pk, by=CLERK))
    first = found.rows[0]
    assert (first.household_key, bool(first.case_number), first.state) == (key(1), True, "numbered")


def test_two_people_and_a_trial(city: AskingCity) -> None:
    row = propose(by=SUPERVISOR)
    assert refused(lambda: approve_edition(number=row.pk, differing=1, by=OTHER)) is ErrorCode.STATE_CONFLICT
    try_edition(number=row.pk, by=SUPERVISOR)
    assert (
        refused(lambda: approve_edition(number=row.pk, differing=1, by=SUPERVISOR)) is ErrorCode.SAME_PERSON
    )
    assert refused(lambda: approve_edition(number=row.pk, differing=7, by=OTHER)) is ErrorCode.STATE_CONFLICT
    assert (
        refused(lambda: approve_edition(number=row.pk, differing=1, by=CLERK)) is ErrorCode.PERMISSION_DENIED
    )
    approve_edition(number=row.pk, differing=1, by=OTHER)
    assert refused(lambda: approve_edition(number=row.pk, differing=1, by=OTHER)) is ErrorCode.STATE_CONFLICT


def test_a_trial_against_an_edition_no_longer_in_force_does_not_count(city: AskingCity) -> None:
    row = propose()
    trial = try_edition(number=row.pk, by=CLERK)
    # another edition came into force meanwhile: written as the database allows it
    withdraw_edition(number=row.pk, by=CLERK)
    later = propose(replace(R3_NONTAXABLE, deadline=date(2022, 10, 14)))
    try_edition(number=later.pk, by=CLERK)
    approve_edition(number=later.pk, differing=0, by=SUPERVISOR)
    assert editions.find(CODE).deadline == date(2022, 10, 14)
    assert trial.against_sha256 != later.sha256


def test_who_may(city: AskingCity) -> None:
    assert refused(lambda: propose(by=OPERATOR)) is ErrorCode.PERMISSION_DENIED
    row = propose()
    assert refused(lambda: try_edition(number=row.pk, by=OPERATOR)) is ErrorCode.PERMISSION_DENIED
    assert refused(lambda: refuse_edition(number=row.pk, by=CLERK)) is ErrorCode.PERMISSION_DENIED
    refuse_edition(number=row.pk, by=SUPERVISOR)
    assert refused(lambda: try_edition(number=row.pk, by=CLERK)) is ErrorCode.STATE_CONFLICT


def test_what_cannot_be_proposed(city: AskingCity) -> None:
    assert refused(lambda: propose(R3_NONTAXABLE)) is ErrorCode.STATE_CONFLICT
    assert refused(lambda: propose(replace(WITHOUT, rules=WITHOUT.rules[1:-1]))) is ErrorCode.RECORD_INVALID
    propose()
    assert refused(propose) is ErrorCode.STATE_CONFLICT


def test_a_promised_amount_stays(city: AskingCity) -> None:
    jobs.number_cases(CODE, by=CLERK)
    assert refused(lambda: propose(replace(R3_NONTAXABLE, amount=90_000))) is ErrorCode.STATE_CONFLICT


BY_HAND = [
    ("approved by the proposer", "UPDATE benefits_programme_edition SET state = 'approved', approved_by = proposed_by, approved_at = now(), state_at = now()"),
    ("approved by nobody", "UPDATE benefits_programme_edition SET state = 'approved', state_at = now()"),
    ("without a trial", "UPDATE benefits_programme_edition SET state = 'approved', approved_by = 's001', approved_at = now(), state_at = now()"),
    ("another text", "UPDATE benefits_programme_edition SET definition = '{}'"),
    ("born approved", "INSERT INTO benefits_programme_edition (programme, edition, definition, sha256, grounds, state, state_at, state_by, proposed_at, proposed_by, approved_at, approved_by) SELECT 'x', 'x', definition, sha256, 'x', 'approved', now(), 's001', now(), 'c001', now(), 's001' FROM benefits_programme_edition"),
    ("deleted", "DELETE FROM benefits_programme_edition"),
]  # fmt: skip


@pytest.mark.parametrize("statement", [pytest.param(text, id=name) for name, text in BY_HAND])
def test_by_hand(city: AskingCity, statement: str) -> None:
    propose()
    with pytest.raises(Error), connections["benefits"].cursor() as cursor:
        cursor.execute(statement)
    assert editions.find(CODE) == R3_NONTAXABLE


def test_a_changed_text_is_noticed(city: AskingCity) -> None:
    row = propose()
    row.definition = row.definition.replace("100000", "900000")
    assert refused(lambda: editions.read(row)) is ErrorCode.INPUT_CHANGED
