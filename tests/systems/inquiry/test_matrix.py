"""照会状況表: every question stands in one column, and 照会 = 回答 + エラー + 待ち whatever happens."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from django.db import connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.systems import city
from tests.systems.inquiry.town import HELD, NO_RECORD, ORDER, Town, elsewhere
from tests.systems.linkage import realms as far
from todoke.contracts.information import Outcome
from todoke.contracts.stand_ins import Reply
from todoke.systems.inquiry import jobs, queries
from todoke.systems.inquiry.actions.expire_queries import expire_queries
from todoke.systems.inquiry.flows import OPEN, QUERY, QueryState
from todoke.systems.inquiry.models import Order, Query
from todoke.systems.inquiry.rules.asking_again import Scope
from todoke.systems.inquiry.rules.failures import FAILURES
from todoke.systems.inquiry.rules.matrix_columns import Column, Side, column, side

ASKED: Reply = (Outcome.ASKED, "", ())
REFUSED: Reply = (Outcome.REFUSED, "not_on_list", ())
NOT_RELEASED: Reply = (Outcome.RELEASE_REFUSED, "", ())


@pytest.mark.parametrize("state", QueryState.values)
@pytest.mark.parametrize("taxed_elsewhere", [True, False])
def test_every_state_of_the_flow_has_a_column_and_a_side(state: str, taxed_elsewhere: bool) -> None:
    assert side(column(state, elsewhere=taxed_elsewhere)) in Side


def test_a_state_that_nobody_placed_has_none() -> None:
    with pytest.raises(ValueError, match="no column"):
        column("invented", elsewhere=False)


def test_whoever_may_still_be_moved_to_an_answer_is_waiting_or_expired() -> None:
    for state in OPEN:
        assert side(column(state, elsewhere=False)) is Side.WAITING
    for state in QUERY.before("answered"):
        assert column(state, elsewhere=False) in {Column.WAITING, Column.HELD, Column.EXPIRED}


@pytest.mark.usefixtures("city_site")
class TestMatrix:
    def town(self, tmp_path: Path) -> Town:
        origins = {1: "13112", 2: "13112", 3: "14133", 4: "14130", 5: "99999", 6: "13112", 7: "27127", 8: ""}
        town = Town(origins, tmp_path)
        town.replies = {
            (2, "13112"): HELD,
            (3, "14130"): REFUSED,
            (4, "14130"): NO_RECORD,
            (6, "13112"): elsewhere("27100"),
            (6, "27100"): ASKED,
            (7, "27100"): NOT_RELEASED,
        }
        return town

    def test_each_provider_has_its_row_and_the_sums_agree(self, tmp_path: Path) -> None:
        town = self.town(tmp_path)
        town.road()
        matrix = queries.matrix(ORDER)
        found = {row.provider: {c.value: n for c, n in row.counts.items() if n} for row in matrix.rows}
        assert found == {
            "13112": {"answered": 1, "held": 1, "elsewhere": 1},
            "14130": {"failed": 1, "no_record": 1},
            "27100": {"waiting": 1, "failed": 1},
        }
        assert matrix.total.drafted == sum(row.drafted for row in matrix.rows) == 7
        for name in Column:
            assert matrix.total.counts[name] == sum(row.counts[name] for row in matrix.rows)
        assert jobs.completeness(ORDER) == "照会 7 = 回答 3 + エラー 2 + 待ち 2"
        assert queries.error_counts(ORDER) == {"not_on_list": 1, "release_refused": 1}
        assert queries.error_counts(ORDER, provider="14130") == {"not_on_list": 1}

    def test_before_anything_was_sent_everybody_waits_unsent(self, tmp_path: Path) -> None:
        self.town(tmp_path).order()
        total = queries.matrix(ORDER).total
        assert (total.drafted, total.sent, total.accepted) == (6, 0, 0)
        assert jobs.completeness(ORDER) == "照会 6 = 回答 0 + エラー 0 + 待ち 6"

    def test_orders_do_not_mix(self, tmp_path: Path) -> None:
        town = self.town(tmp_path)
        town.order("one", [1, 2])
        town.order("two", [3])
        found = queries.completeness("one", "two")
        assert [found[name].asked for name in ("one", "two")] == [2, 1]

    @pytest.mark.parametrize(
        "damage",
        [
            "UPDATE inquiry_query SET current = false WHERE state = 'held'",
            "UPDATE inquiry_order SET asked = asked + 1",
        ],
    )
    def test_a_question_that_got_lost_is_an_alarm(self, tmp_path: Path, damage: str) -> None:
        self.town(tmp_path).road()
        with connections["inquiry"].cursor() as cursor:
            cursor.execute(damage)
        assert not queries.completeness(ORDER)[ORDER].holds
        assert jobs.completeness(ORDER).startswith("警告: 件数が合いません（照会 ")


REPLIES: dict[str, Reply] = {
    "asked": ASKED,
    "held": HELD,
    "answered": far.answered(),
    "elsewhere": elsewhere("27100"),
    "no_record": NO_RECORD,
    "no_code": (Outcome.REFUSED, "no_link_code", ()),
    "refused": REFUSED,
    "not_released": NOT_RELEASED,
    "unreadable": far.answered(income_levy="-1"),
}
DEEDS = ("exchange", "collect", "expire", "reask", "reask_remedied")


@pytest.mark.usefixtures("city_site")
@given(st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_adds_up_after_whatever_happens_in_whatever_order(tmp_path: Path, data: st.DataObject) -> None:
    """Random answers of both rounds, random expiry, asking again, late answers: nobody is lost, doubled or asked in vain."""
    order = f"r{Order.objects.using('inquiry').count()}"
    town = Town(dict.fromkeys(range(1, 6), "13112"), tmp_path / order)
    by = city.actor(city.OPERATOR)
    town.order(order)
    town.request(order)
    for deed in data.draw(st.lists(st.sampled_from(DEEDS), min_size=3, max_size=9)):
        settled = answered(order)
        if deed == "exchange":
            drawn = data.draw(st.lists(st.sampled_from(sorted(REPLIES)), min_size=10, max_size=10))
            names = iter(drawn)
            town.replies = {
                (place, provider): REPLIES[next(names)]
                for place in range(1, 6)
                for provider in ("13112", "27100")
            }
            town.linkage.exchange(queries.batches(order))
        elif deed == "collect":
            town.collect(order, exchange=False)
        elif deed == "expire":
            expire_queries(order_id=order, answer_days=0, held_days=0, reason="試験", by=by)
        else:
            remedied = set(FAILURES) if deed == "reask_remedied" else set()
            jobs.reask(order, town.out, Scope(), remedied=remedied, by=by)
        assert queries.completeness(order)[order].holds
        total = queries.matrix(order).total
        assert total.drafted == queries.completeness(order)[order].asked
        assert answered(order).items() >= settled.items()  # neither lost nor asked again
    open_ones = Query.objects.using("inquiry").filter(subject__order_id=order, state__in=OPEN)
    places = Counter(open_ones.values_list("subject_id", "provider"))
    assert max(places.values(), default=1) == 1


def answered(order: str) -> dict[tuple[int, int], tuple[str, int]]:
    """Person and round → the record that answered, and how many attempts there were."""
    questions = Query.objects.using("inquiry").filter(subject__order_id=order)
    attempts = Counter(questions.values_list("subject_id", "round"))
    rows = questions.filter(state="answered", current=True).values_list("subject_id", "round", "record_id")
    return {(subject, round_): (record, attempts[subject, round_]) for subject, round_, record in rows}
