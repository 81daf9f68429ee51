"""一人分の照会: refused with a reason before anything leaves, followed to its end, answered once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import override_settings

from tests.systems import city, world
from tests.systems.world import World
from todoke.access import parties
from todoke.access.permissions import Actor
from todoke.contracts.information import TAX_ITEMS
from todoke.exchange.models import OutboxMessage
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation
from todoke.systems.intermediary import queries as platform
from todoke.systems.linkage.actions.queries.ask_one import MISSES_AN_HOUR, Wish, ask_one
from todoke.systems.linkage.actions.queries.take_answer import drop_answers, take_answer
from todoke.systems.linkage.jobs import singles
from todoke.systems.linkage.models import LocalNumber, Person, Query, SingleQuery

NEIGHBOUR = "14130"


@pytest.fixture
def joined(city_site: object, tmp_path: Path) -> World:
    return world.build(tmp_path)


def clerk(purpose: str = "電話の問合せへの回答") -> Actor:
    return replace(city.actor(city.CLERK), purpose=purpose)


def mover() -> Person:
    """Somebody who came from the neighbour and of whom it has a replica that answers by itself."""
    with_replica = {
        line["integrated_number"]
        for line in city.rows(f"neighbours/{NEIGHBOUR}/replica.csv")
        if line["auto_reply_prohibited"] == "0"
    }
    known = {
        line["individual_number"]
        for line in city.rows(f"neighbours/{NEIGHBOUR}/numbers.csv")
        if line["integrated_number"] in with_replica
    }
    found = next(line for line in city.rows("individual_numbers.csv") if line["individual_number"] in known)
    return LocalNumber.objects.using("linkage").get(local_number=found["resident_code"]).person


def wish(person: Person, **changes: object) -> Wish:
    values = {
        "integrated_number": person.pk,
        "birth_date": person.birth_date,
        "provider": NEIGHBOUR,
        "question": "local_tax",
    }
    return Wish(**{**values, **changes})  # type: ignore[arg-type]


def follow(joined: World) -> None:
    for _ in range(4):
        singles.follow(transport=joined.transport, by=parties.housekeeper())
        joined.drain(10)


def answered(joined: World) -> str:
    record_id = ask_one(wish=wish(mover()), transport=joined.transport, by=clerk())
    follow(joined)
    assert Query.objects.using("linkage").get(pk=record_id).state == "answered"
    return record_id


def test_the_answer_is_shown_once_to_who_asked_and_then_is_gone(joined: World) -> None:
    record_id = answered(joined)
    with pytest.raises(TodokeError, match="NOT_FOUND"):
        take_answer(record_id=record_id, by=replace(clerk(), staff_id="c999"))
    items = take_answer(record_id=record_id, by=clerk())
    assert list(items) == list(TAX_ITEMS)
    assert all((item.value is None) != (item.reason is None) for item in items.values())
    kept = Query.objects.using("linkage").get(pk=record_id)
    assert (kept.item_values, kept.item_reasons, kept.handed_over) == (None, None, True)
    with pytest.raises(TodokeError, match="STATE_CONFLICT"):
        take_answer(record_id=record_id, by=clerk())
    about = Operation.objects.using("linkage").filter(object_type="integrated_number", subject=record_id)
    assert {(entry.verb, entry.purpose) for entry in about} == {
        ("linkage:query:ask", "電話の問合せへの回答"),
        ("linkage:query:take", "電話の問合せへの回答"),
    }


def test_an_answer_that_nobody_fetches_runs_out(joined: World) -> None:
    record_id = answered(joined)
    assert drop_answers(by=parties.housekeeper()) == 0
    with override_settings(TODOKE_ANSWER_LIFE=timedelta(0)):
        assert drop_answers(by=parties.housekeeper()) == 1
    assert Query.objects.using("linkage").get(pk=record_id).item_values is None
    assert SingleQuery.objects.using("linkage").get().dropped_at is not None
    with pytest.raises(TodokeError, match="STATE_CONFLICT"):
        take_answer(record_id=record_id, by=clerk())


REFUSED = {
    "14100": "自分の市",
    "14105": "自分の市",
    "99999": "国外",
    "1413": "団体コード",
    "141301": "団体コード",
}


def test_what_cannot_be_asked_is_refused_before_anything_leaves(
    joined: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, person = OutboxMessage.objects.using("linkage").count(), mover()
    for provider, words in REFUSED.items():
        with pytest.raises(TodokeError, match=words) as refused:
            ask_one(wish=wish(person, provider=provider), transport=joined.transport, by=clerk())
        assert refused.value.code is ErrorCode.QUERY_NOT_ALLOWED
    for edition, words in {None: "有効な照会許可照会リスト", 10_000: "許可されていない"}.items():
        monkeypatch.setattr(platform, "valid_edition", lambda alias, edition=edition: edition)
        with pytest.raises(TodokeError, match=words):
            ask_one(wish=wish(person), transport=joined.transport, by=clerk())
    with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
        ask_one(wish=wish(person), transport=joined.transport, by=city.actor(city.TREASURER))
    with pytest.raises(TodokeError, match="PURPOSE_MISSING"):
        ask_one(wish=wish(person), transport=joined.transport, by=clerk(purpose=""))
    assert OutboxMessage.objects.using("linkage").count() == before
    assert not Query.objects.using("linkage").exists()


def test_trying_numbers_out_ends_soon_and_tells_nothing(joined: World) -> None:
    person = mover()
    wrong = wish(person, birth_date=person.birth_date + timedelta(days=1))
    nobody = wish(person, integrated_number="999999999999991", birth_date=date(1980, 1, 1))
    said = set()
    for one in (wrong, nobody):
        with pytest.raises(TodokeError) as refused:
            ask_one(wish=one, transport=joined.transport, by=clerk())
        if refused.value.code is ErrorCode.NOT_FOUND:
            said.add(refused.value.sentence)
    assert len(said) == 1
    for _ in range(MISSES_AN_HOUR):
        with pytest.raises(TodokeError) as refused:
            ask_one(wish=wrong, transport=joined.transport, by=clerk())
    assert refused.value.code is ErrorCode.SEARCH_TOO_OFTEN
