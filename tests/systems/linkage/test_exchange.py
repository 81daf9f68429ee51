"""The road of a query through 統合番号連携, with the far realms played in memory behind signed messages."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connections

from tests.systems import city
from tests.systems.linkage import realms as far
from todoke.contracts import information
from todoke.contracts.information import Outcome
from todoke.contracts.linkage import ConversionRequest, Query, QueryReceipt, QueryResult
from todoke.contracts.people import BasicAttributes
from todoke.identifiers import integrated_number
from todoke.identifiers.municipality import organisation_code
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation
from todoke.systems.linkage import jobs
from todoke.systems.linkage.models import LocalNumber
from todoke.systems.linkage.serves import LinkageService

FILE = "individual_numbers.csv"
BATCH = "order-1"


@pytest.fixture
def realms(city_site: object, tmp_path: Path) -> far.Realms:
    jobs.load(city.files() / FILE, by=city.actor(city.OPERATOR))
    return far.make(tmp_path)


def persons(count: int) -> list[str]:
    numbers = LocalNumber.objects.using("linkage").order_by("local_number")
    return list(numbers.values_list("person_id", flat=True)[:count])


def query(number: str, place: int, **changes: str) -> Query:
    values = {
        "record_id": f"R{place:019d}",
        "integrated_number": number,
        "provider": organisation_code("13112"),
        "duty": information.DUTY,
        "procedure": information.PROCEDURE,
        "information_code": information.LOCAL_TAX,
        "nondisclosure": "1",
    }
    return Query(**values | changes)


def submit(count: int = 5, batch: str = BATCH) -> list[QueryReceipt]:
    queries = [query(number, place) for place, number in enumerate(persons(count))]
    return LinkageService().submit(batch_id=batch, queries=queries, by=city.OPERATOR)


def exchange(realms: far.Realms, **times: float) -> jobs.Exchanged:
    jobs.exchange(
        [BATCH],
        by=city.actor(city.OPERATOR),
        transport=realms,
        dispatcher=far.dispatcher(realms),
        **({"patience": 5.0, "timeout": 5.0} | times),
    )
    return jobs.standing([BATCH])


def results() -> dict[str, QueryResult]:
    return {result.record_id: result for result in LinkageService().results(BATCH)}


def test_every_query_is_answered_and_the_items_arrive_unchanged(realms: far.Realms) -> None:
    realms.reply = lambda inquiry: far.answered(income_levy=None, gross_income="1000")
    submit()
    assert exchange(realms).answered == 5
    assert {result.outcome for result in results().values()} == {Outcome.ANSWERED}
    for result in results().values():
        assert result.items == far.nontaxed(income_levy=None, gross_income="1000")
    assert realms.messages == [("acquisitions", 5), ("acquire", 5), ("inquiries", 5)]


def test_each_outcome_reaches_the_asking_system_as_it_is(realms: far.Realms) -> None:
    replies = [
        far.answered(),
        (Outcome.NO_RECORD, "", ()),
        (Outcome.HELD, "", ()),
        (Outcome.RELEASE_REFUSED, "", ()),
        (Outcome.REFUSED, "unknown_provider", ()),
    ]
    realms.reply = lambda inquiry: replies[int(inquiry.record_id[1:])]
    submit()
    stand = exchange(realms)
    assert stand == jobs.Exchanged(open=0, held=1, answered=1, no_record=1, release_refused=1, refused=1)
    assert [result.outcome for result in results().values()] == [outcome for outcome, _, _ in replies]
    assert [result.error for result in results().values()] == ["", "", "", "", "unknown_provider"]


def test_a_held_answer_that_is_released_later_is_taken_in_by_the_next_poll(realms: far.Realms) -> None:
    realms.reply = lambda inquiry: (Outcome.HELD, "", ())
    submit(1)
    exchange(realms)
    (held,) = results().values()
    realms.report(held.record_id, *far.answered())
    jobs.poll(by=city.actor(city.OPERATOR), transport=realms)
    (released,) = results().values()
    assert (released.outcome, released.items) == (Outcome.ANSWERED, far.nontaxed())


def test_half_an_answer_is_an_error_never_an_answer(realms: far.Realms) -> None:
    realms.reply = lambda inquiry: (Outcome.ANSWERED, "", far.nontaxed()[:15])
    submit(1)
    exchange(realms)
    (result,) = results().values()
    assert (result.outcome, result.error, result.items) == (Outcome.REFUSED, "answer_malformed", ())


def test_an_end_is_never_left(realms: far.Realms) -> None:
    submit(1)
    exchange(realms)
    (first,) = results().values()
    realms.report(first.record_id, Outcome.NO_RECORD, "", ())
    jobs.poll(by=city.actor(city.OPERATOR), transport=realms)
    assert results()[first.record_id] == first
    assert Operation.objects.using("linkage").get(verb="linkage:result:unmatched").persons == 1


def test_a_result_for_a_query_of_nobody_does_not_hold_up_the_others(realms: far.Realms) -> None:
    realms.report("unknown", *far.answered())
    submit(2)
    assert exchange(realms).answered == 2


def test_queries_wait_for_codes_that_arrive_later(realms: far.Realms) -> None:
    realms.codes_arrive_after = 3
    submit()
    assert exchange(realms).answered == 5
    assert [what for what, _ in realms.messages].count("inquiries") == 4
    assert len(realms.inquiries) == 5


def test_codes_that_never_arrive_end_as_errors(realms: far.Realms) -> None:
    realms.codes_arrive_after = 10**6
    submit()
    assert exchange(realms, patience=0.3).refused == 5
    assert {(r.outcome, r.error) for r in results().values()} == {(Outcome.REFUSED, "no_link_code")}


def test_a_person_whom_juki_does_not_know_is_refused_and_the_others_are_asked(realms: far.Realms) -> None:
    numbers = {row["resident_code"]: row["individual_number"] for row in city.rows(FILE)}
    realms.refused_numbers = {numbers[min(numbers)]}
    submit()
    stand = exchange(realms)
    assert (stand.answered, stand.refused) == (4, 1)
    assert results()["R" + "0" * 19].error == "no_link_code"


def test_codes_are_asked_for_once(realms: far.Realms) -> None:
    submit()
    exchange(realms)
    again = [query(number, 100 + place) for place, number in enumerate(persons(6))]
    LinkageService().submit(batch_id="order-2", queries=again, by=city.OPERATOR)
    jobs.exchange(
        ["order-2"],
        by=city.actor(city.OPERATOR),
        transport=realms,
        dispatcher=far.dispatcher(realms),
        patience=5,
        timeout=5,
    )
    assert [message for message in realms.messages if message[0] == "acquire"] == [
        ("acquire", 5),
        ("acquire", 1),
    ]


@pytest.mark.parametrize("reason", ["never_arrived", "refused"])
def test_a_later_batch_asks_again_for_a_code_that_was_not_got(realms: far.Realms, reason: str) -> None:
    numbers = {row["resident_code"]: row["individual_number"] for row in city.rows(FILE)}
    realms.codes_arrive_after = 10**6 if reason == "never_arrived" else 0
    realms.refused_numbers = {numbers[min(numbers)]} if reason == "refused" else set()
    submit(1)
    assert exchange(realms, patience=0.1).refused == 1
    realms.codes_arrive_after, realms.refused_numbers = 0, set()
    LinkageService().submit(batch_id="order-2", queries=[query(persons(1)[0], 7)], by=city.OPERATOR)
    jobs.exchange(
        ["order-2"],
        by=city.actor(city.OPERATOR),
        transport=realms,
        dispatcher=far.dispatcher(realms),
        patience=5,
        timeout=5,
    )
    assert jobs.standing(["order-2"]).answered == 1
    assert [what for what, _ in realms.messages].count("acquire") == (2 if reason == "refused" else 1)


def test_individual_numbers_leave_only_for_the_register_network(realms: far.Realms) -> None:
    submit()
    exchange(realms)
    with connections["linkage"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM exchange_outbox WHERE contract LIKE 'network%%'")
        assert cursor.fetchone() == (0,)
    assert sorted(realms.seen_numbers) == sorted(
        row["individual_number"] for row in sorted(city.rows(FILE), key=lambda r: r["resident_code"])[:5]
    )


def test_a_run_that_was_stopped_continues_without_asking_twice(realms: far.Realms) -> None:
    submit()
    realms.unreachable = True
    with pytest.raises(TodokeError) as stopped:
        exchange(realms, patience=0.1)
    assert stopped.value.code is ErrorCode.UNAVAILABLE
    realms.unreachable = False
    assert exchange(realms).answered == 5
    assert len(realms.inquiries) == 5
    assert exchange(realms).answered == 5
    assert len(realms.inquiries) == 5


def test_the_same_batch_again_hears_its_first_receipts(realms: far.Realms) -> None:
    first = submit()
    assert [receipt.refusal for receipt in first] == [None] * 5
    assert submit() == first
    assert exchange(realms).answered == 5


def test_what_may_not_be_asked_is_refused_with_its_reason(realms: far.Realms) -> None:
    one, two, three, four, five = persons(5)
    queries = [
        query(one, 1),
        query(two, 1),
        query(three[:-1] + str((int(three[-1]) + 1) % 10), 3),
        query(integrated_number.mint(10**13), 4),
        query(four, 5, information_code="TM00000000000089"),
        query(five, 6, procedure="JT01010000000999"),
    ]
    receipts = LinkageService().submit(batch_id=BATCH, queries=queries, by=city.OPERATOR)
    assert [receipt.refusal for receipt in receipts] == [
        None,
        "duplicate_record",
        "check_digit",
        "unknown_number",
        "duty_not_allowed",
        "duty_not_allowed",
    ]
    later = LinkageService().submit(batch_id="order-2", queries=queries[:1], by=city.OPERATOR)
    assert [receipt.refusal for receipt in later] == ["duplicate_record"]


def test_only_staff_of_the_duty_may_submit(realms: far.Realms) -> None:
    with pytest.raises(TodokeError) as denied:
        LinkageService().submit(batch_id=BATCH, queries=[query(persons(1)[0], 1)], by=city.CLERK)
    assert denied.value.code is ErrorCode.PERMISSION_DENIED


def test_answers_are_dropped_when_the_asking_system_has_them(realms: far.Realms) -> None:
    submit(2)
    exchange(realms)
    first, second = results()
    LinkageService().hand_over(record_ids=[first], by=city.OPERATOR)
    assert (results()[first].outcome, results()[first].items) == (Outcome.ANSWERED, ())
    assert results()[second].items == far.nontaxed()


def conversion(code: str, **changes: object) -> ConversionRequest:
    row = next(row for row in city.rows(FILE) if row["resident_code"] == code)
    fields = {name: row[name] for name in ("name_kanji", "sex", "birth_date", "address")}
    return ConversionRequest(
        resident_code=code,
        attributes=msgspec_attributes({**fields, **changes}),
    )


def msgspec_attributes(fields: dict[str, object]) -> BasicAttributes:
    import msgspec

    return msgspec.convert(fields, BasicAttributes)


@pytest.mark.usefixtures("realms")
class TestConversion:
    """個人番号・統合番号変換: all four attributes or nothing."""

    def test_in_the_order_asked(self) -> None:
        codes = [row["resident_code"] for row in city.rows(FILE)[:8]][::-1]
        answers = LinkageService().convert([conversion(code) for code in codes], by=city.CLERK)
        owners = dict(LocalNumber.objects.using("linkage").values_list("local_number", "person_id"))
        assert [answer.integrated_number for answer in answers] == [owners[code] for code in codes]

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("name_kanji", "別人　太郎"),
            ("sex", "9"),
            ("birth_date", "1901-01-01"),
            ("address", "神奈川県横浜市中区"),
        ],
    )
    def test_three_attributes_are_not_enough(self, name: str, value: str) -> None:
        request = conversion(city.rows(FILE)[0]["resident_code"], **{name: value})
        (answer,) = LinkageService().convert([request], by=city.CLERK)
        assert (answer.integrated_number, answer.refusal) == (None, "attributes_differ")

    def test_width_and_spaces_do_not_make_another_person(self) -> None:
        row = city.rows(FILE)[0]
        request = conversion(row["resident_code"], name_kanji=row["name_kanji"].replace("　", " "))
        (answer,) = LinkageService().convert([request], by=city.CLERK)
        assert answer.refusal is None

    def test_an_unknown_code(self) -> None:
        request = ConversionRequest(
            resident_code="9999999999", attributes=conversion(city.rows(FILE)[0]["resident_code"]).attributes
        )
        (answer,) = LinkageService().convert([request], by=city.CLERK)
        assert (answer.integrated_number, answer.refusal) == (None, "unknown")
