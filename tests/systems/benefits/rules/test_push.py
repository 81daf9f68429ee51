"""お知らせ・確認書・申請書: the decision table of Yokohama 2022-11, line by line; what is not known never counts for a push."""

import pytest

from todoke.engine import duck
from todoke.systems.benefits.rules import programmes
from todoke.systems.benefits.rules.deciding import push
from todoke.systems.benefits.rules.deciding.push import LATER_PUSH, PushFact, PushRow, Route

PAID = {
    PushFact.PAID_BEFORE: True,
    PushFact.OWN_ACCOUNT: True,
    PushFact.IN_TIME: True,
    PushFact.SAME_NAME: True,
}
NOBODY = {PushFact.MOVED_IN: False, PushFact.NEEDS_DECLARATION: False, PushFact.PROTECTED: False}
TABLE = [
    ("前回を本人口座へ期限内に支給、氏名も同じ", {}, "お知らせ"),
    ("代理人の口座へ支給", {PushFact.OWN_ACCOUNT: False}, "確認書"),
    ("締切日より後に支給", {PushFact.IN_TIME: False}, "確認書"),
    ("氏名が変わった（婚姻など）", {PushFact.SAME_NAME: False}, "確認書"),
    ("支給したことがない", {PushFact.PAID_BEFORE: False}, "確認書"),
    ("氏名が同じか分からない", {PushFact.SAME_NAME: None}, "確認書"),
    ("扶養の申出が要る", {PushFact.NEEDS_DECLARATION: True}, "確認書"),
    ("転入者がいる", {PushFact.MOVED_IN: True}, "申請書"),
    ("支援措置の対象", {PushFact.PROTECTED: True}, "申請書"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "route"), [pytest.param(*row[1:], id=row[0]) for row in TABLE])
def test_yokohama_2022(changes: dict, route: str) -> None:
    assert _route(LATER_PUSH, PAID | NOBODY | changes) == route


def test_the_first_benefit_pushes_nobody() -> None:
    r3 = programmes.find("r3-nontaxable").push
    assert _route(r3, PAID | NOBODY) == Route.CONFIRMATION
    assert _route(r3, PAID | NOBODY | {PushFact.MOVED_IN: True}) == Route.APPLICATION
    assert _route(programmes.find("r3-hardship").push, PAID | NOBODY) == Route.APPLICATION


def test_a_table_must_end_with_a_row_for_everybody() -> None:
    with pytest.raises(ValueError, match="last row"):
        push.expression((PushRow(yes=(PushFact.MOVED_IN,), route=Route.APPLICATION),))


def _route(table: tuple[PushRow, ...], facts: dict) -> str:
    columns = ", ".join(f"CAST(${fact} AS BOOLEAN) AS {fact}" for fact in facts)
    query = f"SELECT {push.expression(table)} FROM (SELECT {columns})"
    with duck.connect() as connection:
        ((found,),) = connection.execute(
            query, {str(fact): value for fact, value in facts.items()}
        ).fetchall()
    return str(found)
