"""一人分の照会: refused with a reason before anything leaves, followed to its end, answered once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import override_settings

from tests.systems import city, world
from tests.systems.world import World
from todoke.access import parties
from todoke.access.permissions import Actor
from todoke.contracts.information import TAX_ITEMS
from todoke.exchange.models import OutboxMessage
from todoke.identifiers import integrated_number
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation
from todoke.systems.intermediary import queries as platform
from todoke.systems.linkage.actions.numbers.search_number import NumberKind, Sought
from todoke.systems.linkage.actions.queries.ask_one import Checked, Wish, ask_one, check_wish
from todoke.systems.linkage.actions.queries.take_answer import drop_answers, take_answer
from todoke.systems.linkage.jobs import singles
from todoke.systems.linkage.models import LocalNumber, Person, Query, SingleQuery
from todoke.systems.linkage.queries import lookups
from todoke.systems.linkage.rules.search_limits import LIMITS

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


def sought(person: Person, **changes: str) -> Sought:
    values = {"number": person.pk, "birth_date": person.birth_date.isoformat(), **changes}
    return Sought(kind=NumberKind.INTEGRATED, **values)


def check(joined: World, who: Sought, provider: str = NEIGHBOUR, by: Actor | None = None) -> Checked:
    wish = Wish(provider=provider, question="local_tax")
    return check_wish(sought=who, wish=wish, transport=joined.transport, by=by or clerk())


def ask(joined: World, person: Person) -> str:
    found, wish = check(joined, sought(person)), Wish(provider=NEIGHBOUR, question="local_tax")
    return ask_one(handle=found.handle, wish=wish, transport=joined.transport, by=clerk(purpose=""))


def follow(joined: World) -> None:
    for _ in range(4):
        singles.follow(transport=joined.transport, by=parties.housekeeper())
        joined.drain(10)


def answered(joined: World) -> str:
    record_id = ask(joined, mover())
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
            check(joined, sought(person), provider)
        assert refused.value.code is ErrorCode.QUERY_NOT_ALLOWED
    for edition, words in {None: "有効な照会許可照会リスト", 10_000: "許可されていない"}.items():
        monkeypatch.setattr(platform, "valid_edition", lambda alias, edition=edition: edition)
        with pytest.raises(TodokeError, match=words):
            check(joined, sought(person))
    with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
        check(joined, sought(person), by=city.actor(city.TREASURER))
    with pytest.raises(TodokeError, match="PURPOSE_MISSING"):
        check(joined, sought(person), by=clerk(purpose=""))
    assert OutboxMessage.objects.using("linkage").count() == before
    assert not Query.objects.using("linkage").exists()


def test_the_one_search_by_number_finds_the_person(joined: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Same log entries, same answer for nobody and for a wrong attribute, same limits, and the door is the asker's."""
    person = mover()
    said = set()
    for one in (
        sought(person, birth_date="1901-01-01"),
        sought(person, number=integrated_number.mint(999_999)),
    ):
        with pytest.raises(TodokeError) as refused:
            check(joined, one)
        said.add((refused.value.code, refused.value.sentence))
    assert len(said) == 1
    found = check(joined, sought(person, birth_date="", name=person.name_kanji))
    entries = Operation.objects.using("linkage").filter(verb=lookups.VERB).order_by("id")
    assert [entry.subject for entry in entries] == [lookups.WRONG, lookups.WRONG, lookups.FOUND]
    wish = Wish(provider=NEIGHBOUR, question="local_tax")
    other = replace(clerk(), staff_id="c999")
    with pytest.raises(TodokeError, match="NOT_FOUND"):
        ask_one(handle=found.handle, wish=wish, transport=joined.transport, by=other)
    monkeypatch.setattr(lookups, "LIMITS", (replace(LIMITS[0], count=3),))
    with pytest.raises(TodokeError) as refused:
        check(joined, sought(person))
    assert refused.value.code is ErrorCode.NUMBER_SEARCH_STOPPED
