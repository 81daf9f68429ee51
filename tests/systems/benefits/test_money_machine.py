"""Payments in any order, by anybody, with any answer of the bank: whatever happens, the money is right (money.py).

Real actions on the real database. A refusal is a TodokeError; anything else, and anything that `money.wrong` finds, is a
counterexample. The bank is played beside it: what it was told to pay, it pays, and remembers.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from hypothesis import HealthCheck, Phase
from hypothesis import settings as how
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.emptying import Emptier
from tests.systems.benefits import bank, money
from tests.systems.benefits.world import CODE, PROGRAMME, World, decide, household, rows
from todoke.access.permissions import Actor, Role
from todoke.kernel import clock
from todoke.kernel.errors import TodokeError
from todoke.systems.benefits.actions.deciding.number_cases import number_cases
from todoke.systems.benefits.actions.examination.approve_applications import approve_applications
from todoke.systems.benefits.actions.examination.correct_account import correct_account
from todoke.systems.benefits.actions.examination.examine_applications import examine_applications
from todoke.systems.benefits.actions.examination.examine_protected import examine_protected
from todoke.systems.benefits.actions.examination.return_examination import return_examination
from todoke.systems.benefits.actions.intake.receive_forms import receive_forms
from todoke.systems.benefits.actions.payments.cancel_batch import (
    ask_cancellation,
    confirm_cancellation,
    withdraw_cancellation,
)
from todoke.systems.benefits.actions.payments.close_day import close_day, enter_debit
from todoke.systems.benefits.actions.payments.end_recall import end_recall
from todoke.systems.benefits.actions.payments.prepare_batch import prepare_batch
from todoke.systems.benefits.actions.payments.recall_transfer import (
    ask_recall,
    confirm_recall,
    withdraw_recall,
)
from todoke.systems.benefits.actions.payments.redate_batch import ask_redating, confirm_redating
from todoke.systems.benefits.actions.payments.release_batch import release_batch
from todoke.systems.benefits.actions.payments.take_bank_file import take_bank_file
from todoke.systems.benefits.actions.payments.write_bank_file import write_bank_file
from todoke.systems.benefits.actions.refunds.claim_refund import decide_refund, propose_refund
from todoke.systems.benefits.actions.refunds.decline_case import confirm_decline, note_decline
from todoke.systems.benefits.actions.refunds.receive_refund import receive_refund
from todoke.systems.benefits.actions.refunds.reverse_receipt import reverse_receipt
from todoke.systems.benefits.actions.refunds.write_off_refund import ask_write_off, confirm_write_off
from todoke.systems.benefits.rules.accounts.bank_account import BankAccount
from todoke.systems.benefits.rules.aftermath.declines import DeclineChannel
from todoke.systems.benefits.rules.aftermath.refunds import RefundReason
from todoke.systems.benefits.rules.examination import by_hand as hand_examination
from todoke.systems.benefits.rules.examination.findings import ExaminationOutcome
from todoke.systems.benefits.rules.payments.failures import AccountSource
from todoke.systems.benefits.rules.payments.office import SAMPLE_CITY

SIZE = 3
CLERK, SUPERVISOR, TREASURER, SECOND = STAFF = [
    Actor(staff_id=name, roles=frozenset(Role)) for name in ("c001", "s001", "t001", "t002")
]
"""Everybody may do everything: only the law of several hands stands between them and the money."""
people = st.sampled_from(STAFF)
batches = st.integers(1, 3)
households = st.integers(0, SIZE - 1)


class Payments(RuleBasedStateMachine):
    """A city of three households, four people, and a bank."""

    emptier: Emptier

    def __init__(self) -> None:
        super().__init__()
        connections.close_all()
        self.emptier.empty()
        self.place = tempfile.TemporaryDirectory(prefix="todoke-machine-")
        self.folder = Path(self.place.name)
        self.files = 0
        self.done: Counter[str] = Counter()
        self.bank: Counter[str] = Counter()
        """What the bank paid out and did not get back, by 給付管理番号."""
        self.told: set[int] = set()
        self.protected: set[str] = set()
        """Cases that the register protects."""
        self.refunds = 0

    def teardown(self) -> None:
        connections.close_all()
        self.place.cleanup()

    @initialize(
        outcomes=st.tuples(*[st.sampled_from(["eligible", "eligible", "ineligible"])] * SIZE),
        failing=st.frozensets(households),
        other=people,
        begun=st.sampled_from([True, True, False]),
    )
    def open(self, outcomes: tuple[str, ...], failing: frozenset[int], other: Actor, begun: bool) -> None:
        """Forms are in; mostly a round has been paid already, so that what follows meets every state."""
        self.world = World(self.folder, size=SIZE).serve()
        decide(dict(enumerate(outcomes)))
        number_cases(programme=PROGRAMME, by=CLERK)
        self._try("receive", receive_forms, programme=PROGRAMME, file=self.world.write_forms(), by=CLERK)
        if begun:
            self.a_usual_round(failing, other)

    @rule(failing=st.frozensets(households), other=people)
    def another_round(self, failing: frozenset[int], other: Actor) -> None:
        self.a_usual_round(failing, other)

    def a_usual_round(self, failing: frozenset[int], other: Actor) -> None:
        """By the people whose work it is, one after the other; somebody else tries each step of the treasurer first."""
        self.examine_and_approve(CLERK, SUPERVISOR)
        self.prepare(SUPERVISOR, SIZE)
        ((number,),) = rows("SELECT coalesce(max(number), 0) FROM benefits_payment_batch")
        for by in (other, TREASURER):
            self.release(by, number)
        for by in (other, TREASURER):
            self.write(by, number, "a")
        for by in (other, TREASURER):
            self.bring_to_the_bank(by, number)
        self.the_bank_answers(number, failing, frozenset(), rest=False)

    @rule(by=people, other=people)
    def examine_and_approve(self, by: Actor, other: Actor) -> None:
        self._try("examine", examine_applications, programme=PROGRAMME, by=by)
        self._try("approve", approve_applications, programme=PROGRAMME, by=other)

    @rule(outcomes=st.dictionaries(households, st.sampled_from(["eligible", "ineligible"]), min_size=1))
    def decide_again(self, outcomes: dict[int, str]) -> None:
        decide({number: outcomes.get(number, "eligible") for number in range(SIZE)})
        number_cases(programme=PROGRAMME, by=CLERK)

    @rule(by=people, limit=st.integers(1, SIZE))
    def prepare(self, by: Actor, limit: int) -> None:
        office = replace(SAMPLE_CITY, lines_per_file=limit)
        self._try("prepare", prepare_batch, programme=PROGRAMME, office=office, by=by)

    @rule(by=people, number=batches)
    def release(self, by: Actor, number: int) -> None:
        self._try("release", release_batch, programme=PROGRAMME, number=number, by=by)

    @rule(by=people, number=batches, place=st.sampled_from(["a", "b"]))
    def write(self, by: Actor, number: int, place: str) -> None:
        given = {"programme": PROGRAMME, "office": SAMPLE_CITY, "number": number, "out": self.folder / place}
        if written := self._try("write", write_bank_file, **given, by=by):
            paid = {case for case, _, _ in money.lines(written.path.read_bytes())}
            assert paid & self.protected <= {case for (case,) in rows(_LOOKED_AT)}, "paid unseen"

    @rule(by=people, number=batches)
    def bring_to_the_bank(self, by: Actor, number: int) -> None:
        taken = self._try("take", take_bank_file, programme=PROGRAMME, number=number, by=by)
        for case, _, _ in money.lines(taken[1]) if taken else []:
            self.bank[case] += 1
            self.told.add(number)

    @rule(
        number=batches,
        failing=st.frozensets(households),
        silent=st.frozensets(households),
        rest=st.booleans(),
    )
    def the_bank_answers(
        self, number: int, failing: frozenset[int], silent: frozenset[int], rest: bool
    ) -> None:
        if number in self.told:
            self.files += 1
            self._try(
                "results", bank.answer, file=self.folder / f"r{self.files}.csv", programme=PROGRAMME, number=number,
                failed=dict.fromkeys(self._cases(failing), "3"), left_out=frozenset(self._cases(silent)), rest=rest,
            )  # fmt: skip

    @rule(by=people, account=st.integers(1, 3))
    def correct(self, by: Actor, account: int) -> None:
        """Whatever state a household is in."""
        given = BankAccount(
            bank_code="0138", branch_code="200", account_type="1", account_number=f"{account:07d}", holder_kana="ﾖｼﾀﾞ ﾀｶｻﾞｷ"
        )  # fmt: skip
        known = {"source": AccountSource.FORM, "source_on": date(2026, 1, 1)}
        for (case,) in rows("SELECT id FROM benefits_case ORDER BY id"):
            self._try("correct", correct_account, case_id=case, account=given, **known, by=by)

    @rule(by=people)
    def recall(self, by: Actor) -> None:
        for case in self._cases(frozenset(range(SIZE))):
            self._try("recall", ask_recall, case_number=case, reason="誤り", by=by)

    @rule(by=people, act=st.sampled_from(["confirm", "withdraw", "returned", "refused"]))
    def go_on_with_recalls(self, by: Actor, act: str) -> None:
        day = clock.today() + timedelta(days=30) if act == "returned" else None
        ends = {"returned_on": day} if act in ("returned", "refused") else {}
        action = {"confirm": confirm_recall, "withdraw": withdraw_recall}.get(act, end_recall)
        for (recall,) in rows("SELECT id FROM benefits_recall ORDER BY id"):
            self._try(act, action, recall_id=recall, **ends, by=by)

    @rule(by=people, other=people, number=batches, act=st.sampled_from(["confirm", "withdraw"]))
    def give_up(self, by: Actor, other: Actor, number: int, act: str) -> None:
        self._try("ask", ask_cancellation, programme=CODE, number=number, reason="誤り", by=by)
        action = confirm_cancellation if act == "confirm" else withdraw_cancellation
        for (row,) in rows("SELECT id FROM benefits_batch_cancellation ORDER BY id"):
            self._try(f"{act} cancellation", action, cancellation_id=row, by=other)

    @rule(by=people, other=people, number=batches, later=st.integers(1, 9))
    def another_day(self, by: Actor, other: Actor, number: int, later: int) -> None:
        day = clock.today() + timedelta(days=30 + later)
        given = {"number": number, "transfer_on": day, "reason": "締切", "office": SAMPLE_CITY}
        self._try("redate", ask_redating, programme=CODE, **given, by=by)
        for (row,) in rows("SELECT id FROM benefits_redating ORDER BY id"):
            self._try("confirm redating", confirm_redating, redating_id=row, office=SAMPLE_CITY, by=other)

    @rule(number=households, by=people, looks=st.booleans())
    def protect(self, number: int, by: Actor, looks: bool) -> None:
        """The register tells that somebody is protected, and mostly a 責任職 looks at their papers."""
        self.world.people[number]["protected"] = True
        self.world.serve()
        self.protected |= set(self._cases({number}))
        self._try("examine", examine_applications, programme=PROGRAMME, by=by)
        waiting = "SELECT c.id, a.id FROM benefits_case c JOIN benefits_application a ON a.case_id = c.id WHERE c.state = 'received' AND a.refusal = ''"
        for case, form in rows(waiting) if looks else []:
            self._try(
                "look", examine_protected, case_id=case, application_id=form, outcome=ExaminationOutcome.PASSED, seen=[],
                checks=list(hand_examination.checklist(proxy="", shielded=True)), by=by,
            )  # fmt: skip

    @rule(number=households, by=people)
    def send_back(self, number: int, by: Actor) -> None:
        query = "SELECT id FROM benefits_case WHERE household_key = %s"
        for (case,) in rows(query, household(number)):
            self._try("send back", return_examination, case_id=case, reason="5", note="", by=by)

    @rule(number=households, by=people, other=people, yen=st.sampled_from([40_000, 100_000]))
    def claim_back(self, number: int, by: Actor, other: Actor, yen: int) -> None:
        due = {"note": "", "due_on": clock.today() + timedelta(days=30)}
        for case in self._cases({number}):
            made = self._try(
                "claim",
                propose_refund,
                case_number=case,
                claimed_yen=yen,
                reason=RefundReason.TWICE,
                **due,
                by=by,
            )
            if made:
                self._try("decide claim", decide_refund, refund_id=made.pk, by=other)

    @rule(by=people, yen=st.sampled_from([40_000, 60_000, 100_000]), reverses=st.booleans())
    def money_comes_back(self, by: Actor, yen: int, reverses: bool) -> None:
        for (refund,) in rows("SELECT id FROM benefits_refund ORDER BY id"):
            self.refunds += 1
            line = {"received_on": clock.today(), "reference": f"{self.refunds}"}
            self._try("receive", receive_refund, refund_id=refund, amount_yen=yen, **line, by=by)
        for (receipt,) in rows("SELECT id FROM benefits_refund_receipt ORDER BY id") if reverses else []:
            self._try("reverse", reverse_receipt, receipt_id=receipt, reason="誤り", by=by)

    @rule(by=people, other=people)
    def write_off(self, by: Actor, other: Actor) -> None:
        for (refund,) in rows("SELECT id FROM benefits_refund ORDER BY id"):
            self._try("ask write-off", ask_write_off, refund_id=refund, reason="所在不明", by=by)
        for (row,) in rows("SELECT id FROM benefits_refund_write_off ORDER BY id"):
            self._try("write off", confirm_write_off, write_off_id=row, by=other)

    @rule(number=households, by=people, other=people)
    def decline(self, number: int, by: Actor, other: Actor) -> None:
        said = {"channel": DeclineChannel.PHONE, "said_on": clock.today(), "said": "受け取らない"}
        for case in self._cases({number}):
            if made := self._try("note decline", note_decline, case_number=case, **said, by=by):
                self._try(
                    "confirm decline", confirm_decline, decline_id=made.pk, answer="まちがいない", by=other
                )

    @rule(by=people, other=people, more=st.sampled_from([0, 0, 100_000]))
    def end_the_day(self, by: Actor, other: Actor, more: int) -> None:
        self.files += 1
        for day, yen in rows(_OF_DAYS):
            self._try("debit", enter_debit, day=day, amount_yen=yen + more, reference=f"{self.files}", by=by)
            self._try("close", close_day, day=day, by=other)

    @invariant()
    def the_money_is_right(self) -> None:
        assert money.wrong() == []

    @invariant()
    def the_bank_paid_nobody_twice(self) -> None:
        back = Counter(case for (case,) in rows(_BACK))
        assert {case: count for case, count in (self.bank - back).items() if count > 1} == {}

    def _cases(self, numbers: set[int] | frozenset[int]) -> list[str]:
        query = "SELECT case_number FROM benefits_case WHERE household_key = ANY(%s)"
        return [case for (case,) in rows(query, [household(number) for number in numbers])]

    def _try(self, name: str, action: Callable[..., Any], **given: Any) -> Any:
        """Done, or refused with a sentence; nothing else may happen."""
        try:
            found = action(**given)
        except TodokeError:
            self.done[f"{name} refused"] += 1
            return None
        self.done[name] += 1
        return found


_LOOKED_AT = """
SELECT c.case_number FROM benefits_examination e JOIN benefits_case c ON c.id = e.case_id
WHERE e.by_hand AND e.outcome = 'passed' AND 'PROTECTION_PROOF' = ANY(e.checks)
"""
_BACK = """
SELECT c.case_number FROM benefits_transfer t JOIN benefits_payment p ON p.id = t.payment_id
JOIN benefits_case c ON c.id = p.case_id
WHERE EXISTS (SELECT FROM benefits_transfer_result r WHERE r.transfer_id = t.id AND r.outcome = 'failed')
    OR EXISTS (SELECT FROM benefits_recall w WHERE w.transfer_id = t.id AND w.state = 'returned')
"""
_OF_DAYS = """
SELECT b.transfer_on, sum(f.total_yen)::bigint - coalesce((
    SELECT sum(d.amount_yen) FROM benefits_bank_debit d WHERE d.day = b.transfer_on), 0)::bigint
FROM benefits_bank_file f JOIN benefits_payment_batch b ON b.id = f.batch_id GROUP BY b.transfer_on
"""


def _run(emptier: Emptier, *, examples: int, steps: int, random: bool) -> Counter[str]:
    seen: Counter[str] = Counter()

    class Watched(Payments):
        def teardown(self) -> None:
            seen.update(self.done)
            super().teardown()

    Watched.emptier = emptier
    run_state_machine_as_test(
        Watched,
        settings=how(
            max_examples=examples, stateful_step_count=steps, deadline=None, derandomize=not random, database=None,
            suppress_health_check=list(HealthCheck), phases=set(Phase) - {Phase.explain},
        ),
    )  # fmt: skip
    return seen


@pytest.fixture
def emptier(databases: object, request: pytest.FixtureRequest) -> Emptier:
    """What empties the databases between examples, too."""
    found: Emptier = request.getfixturevalue("_emptier")
    return found


def test_money_is_right_in_any_order(emptier: Emptier) -> None:
    seen = _run(emptier, examples=8, steps=12, random=False)
    assert seen["results"], seen


@pytest.mark.slow
def test_money_is_right_in_any_order_for_long(emptier: Emptier) -> None:
    seen = _run(emptier, examples=300, steps=60, random=True)
    for act in (
        "prepare",
        "release",
        "write",
        "take",
        "results",
        "correct",
        "recall",
        "confirm",
        "returned",
        "debit",
        "close",
        "confirm cancellation",
        "confirm redating",
        "look",
        "send back",
        "decide claim",
        "reverse",
        "write off",
        "confirm decline",
    ):
        assert seen[act], seen
        assert seen[f"{act} refused"] or act in ("debit", "prepare"), seen
