"""電話で読み上げる一文: one plain sentence for every reason, every missing status and every state."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.systems.benefits.rules.deciding.outcome import Reason
from todoke.systems.benefits.rules.programmes import R3_NONTAXABLE
from todoke.systems.benefits.rules.tax.tax_status import TaxStatus
from todoke.systems.benefits.rules.why import next_steps, phone
from todoke.systems.benefits.rules.why.explained import Asked, Household, Member, Origin, Origins, ReadFrom

NOW = datetime(2022, 3, 1, tzinfo=UTC)
ORIGIN = Origin(name="資料")
MEMBER = Member(
    resident_code="0000000001", name="届　花子", protected=False, status=TaxStatus.EXEMPT, read_from=ReadFrom.INQUIRY,
    is_head=True, relationship="世帯主", birth_date=date(1970, 1, 1), moved_in_on=date(2021, 3, 1),
    previous_municipality="13112", left_on=None, left_reason="",
)  # fmt: skip
JARGON = (
    "均等割", "所得割", "課税情報", "照会", "判定", "基準日", "扶養親族", "租税条約", "副本", "符号", "不備", "要件", "該当",
    "対象外", "未申告", "非課税", "支給", "受付", "審査", "承認", "起案", "支援措置", "自動応答", "提供者",
)  # fmt: skip
"""Words of the office; none of them is read out."""
LONGEST = 70


def household(reason: Reason, *statuses: TaxStatus, abroad: bool = False) -> Household:
    asked = Asked(order_id="r3-first", ordered_at=NOW, abroad=abroad)
    members = [replace(MEMBER, status=status, asked=asked) for status in statuses or (TaxStatus.EXEMPT,)]
    return Household(
        key="1000000001", reason=reason, protected=False, members=members, round="first", decided_at=NOW,
        origins=Origins(
            register=ORIGIN, base=ORIGIN, latest=ORIGIN, tax=ORIGIN, assistance=ORIGIN, payments=ORIGIN, forms=ORIGIN,
        ),
    )  # fmt: skip


def said(found: Household, state: CaseState | None = None, **more: Any) -> str:
    return phone.sentence(found, R3_NONTAXABLE, state=state, **more)


def is_plain(sentence: str) -> None:
    assert sentence.endswith("。")
    assert sentence.count("。") == 1, "one sentence"
    assert len(sentence) <= LONGEST, len(sentence)
    assert not [word for word in JARGON if word in sentence]
    assert "{" not in sentence
    assert not any("A" <= letter <= "z" for letter in sentence)


REFUSALS = [reason for reason in Reason if reason not in (Reason.EXEMPT, Reason.UNKNOWN)]


@pytest.mark.parametrize("reason", REFUSALS)
def test_every_refusal_has_one_plain_sentence_of_its_own(reason: Reason) -> None:
    is_plain(said(household(reason)))
    assert len({said(household(one)) for one in REFUSALS}) == len(REFUSALS)


@pytest.mark.parametrize("status", [status for status in TaxStatus if status.unknown])
def test_every_missing_status_has_one_plain_sentence_and_a_next_step(status: TaxStatus) -> None:
    is_plain(said(household(Reason.UNKNOWN, TaxStatus.EXEMPT, status)))
    (found,) = next_steps.missing(household(Reason.UNKNOWN, TaxStatus.EXEMPT, status), undecided_since=NOW)
    assert found.next
    assert found.source


@pytest.mark.parametrize("state", [None, *CaseState])
def test_every_state_of_an_eligible_household_has_one_plain_sentence(state: CaseState | None) -> None:
    is_plain(said(household(Reason.EXEMPT), state, transfer_on=date(2022, 10, 28)))
    is_plain(said(household(Reason.EXEMPT), state))
    assert state is None or next_steps.CASE[state][1]


def test_a_question_that_is_held_back_sounds_like_one_on_its_way() -> None:
    held, asked = (said(household(Reason.UNKNOWN, one)) for one in (TaxStatus.HELD, TaxStatus.ASKED))
    assert held == asked


def test_what_the_household_can_do_itself_comes_first() -> None:
    both = household(Reason.UNKNOWN, TaxStatus.ASKED, TaxStatus.UNDECLARED)
    assert "申告をしていただいてから" in said(both)
    is_plain(said(household(Reason.UNKNOWN, TaxStatus.NOT_ASKED, abroad=True)))
    assert "海外" in said(household(Reason.UNKNOWN, TaxStatus.NOT_ASKED, abroad=True))


def test_money_on_its_way_is_said_before_a_later_refusal() -> None:
    late = household(Reason.TAXED, TaxStatus.INCOME_LEVY)
    assert "令和4年10月28日" in said(late, CaseState.ORDERED, transfer_on=date(2022, 10, 28))
    assert "住民税がかかっている" in said(late, CaseState.RECEIVED)


def test_nothing_unknown_is_said_to_be_exempt() -> None:
    for status in (one for one in TaxStatus if one.unknown):
        sentence = said(household(Reason.UNKNOWN, status))
        assert "対象です" not in sentence
        assert "かかっていない" not in sentence
