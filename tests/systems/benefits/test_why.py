"""判定内訳: the rules laid beside the decision agree with the engine, name their sources, and say what is missing."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests import hiring
from tests.systems.benefits import deciding_city
from tests.systems.benefits.asking_city import CLERK, PROGRAMME
from tests.systems.benefits.deciding_city import decision
from todoke.access.permissions import Actor, Role
from todoke.engine import snapshots
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation
from todoke.systems.benefits import jobs, queries
from todoke.systems.benefits.actions.deciding.read_why import read_why
from todoke.systems.benefits.models import Decision
from todoke.systems.benefits.rules.deciding.outcome import Reason
from todoke.systems.benefits.rules.programmes import R3_NONTAXABLE
from todoke.systems.benefits.rules.tax.tax_status import TaxStatus
from todoke.systems.benefits.rules.why.explained import Household, Verdict, explain
from todoke.systems.benefits.rules.why.next_steps import MISSING, missing
from todoke.systems.benefits.rules.why.rules import LOOKS

assert hiring
READER = Actor(staff_id="c001", roles=frozenset({Role.CLERK}), purpose="電話の問合せ")


@pytest.fixture
def decided(city_site: object, tmp_path: Path) -> deciding_city.AskingCity:
    return deciding_city.decided_twice(tmp_path)


def seen(row: Decision) -> Household:
    with queries.reader() as files:
        return queries.seen_household(row, R3_NONTAXABLE, files)


def every() -> list[Decision]:
    return list(Decision.objects.using("benefits").select_related("run").order_by("id"))


def test_the_rules_lead_every_household_to_its_decision_in_both_rounds(decided) -> None:
    reasons: Counter[Reason] = Counter()
    statuses: set[TaxStatus] = set()
    for row in every():
        household = seen(row)
        found = explain(household, R3_NONTAXABLE, LOOKS)
        assert found.agrees, row.household_key
        assert len(household.members) == row.members
        assert [check.rule.reason for check in found.checks if check.decisive] == (
            [] if household.reason is Reason.EXEMPT else [household.reason]
        )
        assert all(value.origin.name for check in found.checks for value in check.values)
        reasons[household.reason] += 1
        statuses |= {member.status for member in household.members}
    assert set(reasons) == {rule.reason for rule in R3_NONTAXABLE.rules} - {Reason.PAID}
    assert statuses >= set(MISSING)


def test_a_decision_that_the_rules_do_not_lead_to_is_called_out(decided) -> None:
    household = seen(decision(deciding_city.EXEMPT))
    forged = type(household)(**{**vars(household), "reason": Reason.TAXED})
    assert not explain(forged, R3_NONTAXABLE, LOOKS).agrees


def test_each_value_says_where_it_was_read_and_when_it_came(decided) -> None:
    taxed = explain(seen(decision(deciding_city.TAXED)), R3_NONTAXABLE, LOOKS)
    values = {value.item: value for value in taxed.checks[0].values}
    assert taxed.checks[0].verdict is Verdict.NOT_MET
    assert values["所得割額"].shown == "12,000円"
    assert values["所得割額"].origin.name == "本市の課税情報"
    assert values["所得割額"].origin.arrived is not None
    mover = explain(seen(decision(2)), R3_NONTAXABLE, LOOKS)
    answered = {value.item: value for value in mover.checks[0].values}
    assert answered["所得割額（回答）"].shown == "3,500円"
    assert answered["所得割額（回答）"].origin.arrived is not None
    assert answered["照会の依頼"].origin.edition == f"{PROGRAMME}-first"


def test_an_absent_amount_is_never_shown_as_zero(decided) -> None:
    found = explain(seen(decision(8)), R3_NONTAXABLE, LOOKS)
    shown = {value.item: value.shown for check in found.checks for value in check.values}
    assert shown["均等割額（回答）"].startswith("記録なし（")
    assert shown["使えない理由"] == "均等割額の回答がない（ないことは0円ではない）"
    assert shown["課税の状態"] == "回答エラー"


ASKED_OF = "東京都世田谷区（13112）"
MISSING_OF = {
    3: (TaxStatus.NO_ANSWER, "本人", "課税証明書"),
    4: (TaxStatus.HELD, ASKED_OF, "責任者"),
    5: (TaxStatus.ASKED, ASKED_OF, "再照会"),
    6: (TaxStatus.ANSWER_ERROR, ASKED_OF, "再照会"),
    7: (TaxStatus.TAXED_ELSEWHERE, ASKED_OF, "二次照会"),
    deciding_city.UNDECLARED: (TaxStatus.UNDECLARED, "本人", "申告"),
    deciding_city.FOREIGN: (TaxStatus.NOT_ASKED, "本人", "申請書"),
}
"""Household → what is missing, from whom, and a word of what comes next."""


def test_undecided_names_what_is_missing_from_whom_since_when_and_what_next(decided) -> None:
    for number, (status, source, next_step) in MISSING_OF.items():
        why = read_why(decision_id=decision(number).pk, by=READER)
        (found,) = missing(why.household, undecided_since=why.earlier[-1].run.decided_at)
        assert (found.status, found.source) == (status, source)
        assert next_step in found.next
        assert found.since <= why.household.decided_at
        asked = why.household.members[0].asked
        if status in (TaxStatus.ASKED, TaxStatus.HELD):
            assert asked is not None
            assert found.since == asked.ordered_at


def test_previous_and_current_are_compared_in_words(decided) -> None:
    why = read_why(decision_id=decision(1).pk, by=READER)
    changed = {found.item: (found.before, found.now) for found in why.differences if found.changed}
    assert changed["判定の理由"] == ("課税の状態が分からない人がいる", "支給対象")
    assert ("未照会", "非課税") in changed.values()
    assert not [found for found in why.differences if found.item == "世帯の人数" and found.changed]
    first = read_why(decision_id=decision(1, "first").pk, by=READER)
    assert first.previous is None
    assert not first.differences


def test_a_protected_person_has_neither_name_nor_former_place(decided) -> None:
    why = read_why(decision_id=decision(deciding_city.HIDDEN, part="-1").pk, by=READER)
    said = repr([(v.whom, v.item, v.shown) for check in why.explained.checks for v in check.values])
    said += repr(missing(why.household, undecided_since=why.household.decided_at))
    said += repr(why.differences)
    assert "支援措置により" in said
    for secret in ("届　花子", "世田谷", "13112", "令和3年3月1日"):
        assert secret not in said


def test_the_register_that_we_keep_explains_the_same_as_the_sealed_file(decided) -> None:
    sealed = [seen(row) for row in every()]
    jobs.take_registers(by=CLERK)
    assert [seen(row) for row in every()] == sealed


def test_reading_is_logged_with_its_purpose_and_the_household(decided) -> None:
    row = decision(deciding_city.PAIR)
    with pytest.raises(TodokeError) as refused:
        read_why(decision_id=row.pk, by=CLERK)
    assert refused.value.code is ErrorCode.PURPOSE_MISSING
    read_why(decision_id=row.pk, by=READER)
    look = Operation.objects.using("benefits").filter(verb="benefits:case:read").latest("id")
    assert (look.purpose, look.persons, look.object_type) == ("電話の問合せ", 2, "household_key")
    assert row.household_key not in look.subject
    with pytest.raises(TodokeError) as missing_row:
        read_why(decision_id=0, by=READER)
    assert missing_row.value.code is ErrorCode.NOT_FOUND


def test_a_file_that_was_changed_explains_nothing(decided) -> None:
    row = decision(deciding_city.TAXED)
    read_why(decision_id=row.pk, by=READER)
    file = Path(row.run.persons_path)
    file.write_bytes(file.read_bytes()[:-1] + b"\0")
    with pytest.raises(TodokeError) as refused:
        read_why(decision_id=row.pk, by=READER)
    assert refused.value.code is ErrorCode.INPUT_CHANGED
    assert snapshots.file_sha256(file) != row.run.persons_sha256
