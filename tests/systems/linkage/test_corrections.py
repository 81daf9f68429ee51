"""統合・分割・番号変更: two persons, everything moves or nothing, old numbers go on leading to the right person."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import IntegrityError

from tests.systems import city
from tests.systems.linkage import office
from tests.systems.linkage import realms as far
from tests.systems.linkage.test_exchange import query
from todoke.access.permissions import Actor, Role
from todoke.contracts.information import Outcome
from todoke.contracts.intermediary import CODE_RELEASES, CodeReleases
from todoke.contracts.linkage import ConversionRequest
from todoke.contracts.people import BasicAttributes
from todoke.exchange import kinds
from todoke.exchange.models import OutboxMessage
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, InputRefused, TodokeError
from todoke.oplog.models import Operation
from todoke.sites.instance import Instance
from todoke.systems.linkage import codecs, jobs
from todoke.systems.linkage.actions.corrections import confirm_correction as confirming
from todoke.systems.linkage.actions.corrections.request_correction import request_merge, request_number_change
from todoke.systems.linkage.models import (
    CodeRequest,
    Correction,
    IndividualNumber,
    LocalNumber,
    MatchForm,
    NumberAlias,
    Person,
    PersonEvent,
    RegisteredCopy,
)
from todoke.systems.linkage.queries.numbers import find_persons, open_numbers
from todoke.systems.linkage.serves import LinkageService


@pytest.fixture
def persons(city_site: Instance, tmp_path: Path) -> list[str]:
    office.log_keys()
    return office.load(tmp_path)


def numbers_of(person: str) -> dict[str, list[str]]:
    """個人番号 by standing, opened with the keys; only a test does that with former ones."""
    found: dict[str, list[str]] = {}
    for row in IndividualNumber.objects.using("linkage").filter(person_id=person):
        seal = codecs.number_keys().find(row.key_id)
        assert seal is not None
        (number,) = seal.open([bytes(row.ciphertext)], [person.encode()])
        found.setdefault(row.standing, []).append(number.decode())
    return found


def convert(place: int) -> str | None:
    row = office.source(place)
    person = Person.objects.using("linkage").get(localnumber__local_number=row["resident_code"])
    attributes = BasicAttributes(
        name_kanji=person.name_kanji, sex=person.sex, birth_date=person.birth_date, address=person.address
    )
    request = ConversionRequest(resident_code=row["resident_code"], attributes=attributes)
    return LinkageService().convert([request], by=city.OPERATOR)[0].integrated_number


def test_a_merge_moves_everything_and_the_old_number_still_leads_to_the_person(persons: list[str]) -> None:
    survivor, former = persons[0], persons[1]
    office.link(former, "T-1")
    RegisteredCopy.objects.using("linkage").create(
        person_id=former,
        fiscal_year=2021,
        state="sent",
        digest=bytes(32),
        message_key="m",
        sent_at=clock.now(),
    )
    office.merge(survivor, former)
    own, other = office.source(0), office.source(1)
    assert convert(0) == convert(1) == survivor
    assert numbers_of(survivor) == {
        "live": [own["individual_number"]],
        "former": [other["individual_number"]],
    }
    locals_ = LocalNumber.objects.using("linkage").filter(person_id=survivor)
    assert {(row.local_number, row.former) for row in locals_} == {
        (own["resident_code"], False),
        (other["resident_code"], True),
        ("T-1", False),
    }
    assert NumberAlias.objects.using("linkage").get(former_id=former).person_id == survivor
    (known,) = LinkageService().attributes([former])
    assert (known.integrated_number, known.merged_into) == (former, survivor)
    assert known.attributes.name_kanji == Person.objects.using("linkage").get(pk=survivor).name_kanji
    assert not MatchForm.objects.using("linkage").filter(pk=former).exists()
    assert not RegisteredCopy.objects.using("linkage").filter(person_id=former).exists()


def test_a_register_that_still_has_both_changes_nothing_back(persons: list[str], tmp_path: Path) -> None:
    office.merge(persons[0], persons[1])
    before = Person.objects.using("linkage").get(pk=persons[0]).address
    content = [office.source(0), office.source(1) | {"address": "神奈川県横浜市中区本町六丁目50番地10"}]
    jobs.load(city.write_rows(tmp_path / "both.csv", content), by=city.actor(city.OPERATOR))
    assert Person.objects.using("linkage").get(pk=persons[0]).address == before
    assert convert(1) == persons[0]


def test_the_valid_number_may_be_that_of_the_dissolved_one(persons: list[str]) -> None:
    office.merge(persons[0], persons[1], takes_number=True)
    assert numbers_of(persons[0]) == {
        "live": [office.source(1)["individual_number"]],
        "former": [office.source(0)["individual_number"]],
    }
    assert open_numbers([persons[0]]) == {persons[0]: office.source(1)["individual_number"]}


def test_an_older_alias_follows_so_that_there_is_never_a_chain(persons: list[str]) -> None:
    office.merge(persons[1], persons[0])
    office.merge(persons[2], persons[1])
    aliases = dict(NumberAlias.objects.using("linkage").values_list("former_id", "person_id"))
    assert aliases == {persons[0]: persons[2], persons[1]: persons[2]}
    assert convert(0) == persons[2]


def test_a_dissolved_number_is_never_merged_again(persons: list[str]) -> None:
    office.merge(persons[0], persons[1])
    with pytest.raises(TodokeError) as refused:
        office.merge(persons[2], persons[1])
    assert refused.value.code is ErrorCode.STATE_CONFLICT


def test_a_split_gives_the_chosen_numbers_to_a_new_person(persons: list[str]) -> None:
    one = office.link(persons[0], "T-1")
    office.split(persons[0], [one.pk], takes_number=True)
    correction = Correction.objects.using("linkage").get()
    new = str(correction.other_id)
    assert new not in persons
    one.refresh_from_db()
    assert one.person_id == new
    assert numbers_of(new) == {"live": [office.source(0)["individual_number"]]}
    assert numbers_of(persons[0]) == {}
    assert convert(0) == persons[0]
    person = Person.objects.using("linkage").get(pk=new)
    assert (person.name_kanji, person.address) == (office.NEWCOMER.name_kanji, office.NEWCOMER.address)
    assert correction.name_kanji is None  # kept by the person, not twice


def test_a_split_from_a_protected_person_is_protected(persons: list[str]) -> None:
    rows = Person.objects.using("linkage").filter(pk=persons[0])
    rows.update(auto_reply_prohibited=True, auto_reply_reason="支援措置")
    office.split(persons[0], [office.link(persons[0], "T-1").pk])
    new = Person.objects.using("linkage").get(pk=str(Correction.objects.using("linkage").get().other_id))
    assert (new.auto_reply_prohibited, new.auto_reply_reason) == (True, "支援措置")


def test_a_changed_number_stays_as_former_and_is_never_anybody_elses(
    persons: list[str], tmp_path: Path
) -> None:
    old, new = office.source(0)["individual_number"], office.fresh_number(1)
    office.change_number(persons[0], new)
    assert numbers_of(persons[0]) == {"live": [new], "former": [old]}
    assert open_numbers([persons[0]]) == {persons[0]: new}
    assert find_persons([old.encode()]) == {0: persons[0]}  # an old paper still finds the person
    office.look_at(persons[1])
    with pytest.raises(TodokeError) as refused:
        request_number_change(person=persons[1], number=old, grounds=office.GROUNDS, by=office.clerk())
    assert refused.value.code is ErrorCode.STATE_CONFLICT
    content = [office.source(1) | {"individual_number": old}]
    with pytest.raises(InputRefused):
        jobs.load(city.write_rows(tmp_path / "taken.csv", content), by=city.actor(city.OPERATOR))


def test_who_was_refused_a_code_under_the_wrong_number_asks_again_with_the_right_one(
    persons: list[str],
) -> None:
    requests = CodeRequest.objects.using("linkage").filter(person_id__in=persons[:2])
    requests.update(state="refused", refusal="unknown_number")
    office.change_number(persons[0], office.fresh_number(1))
    assert dict(requests.values_list("person_id", "state")) == {persons[0]: "again", persons[1]: "refused"}


def test_after_a_change_the_register_with_the_new_number_is_the_same_person(
    persons: list[str], tmp_path: Path
) -> None:
    new = office.fresh_number(1)
    office.change_number(persons[0], new)
    content = [office.source(0) | {"individual_number": new}]
    report = jobs.load(city.write_rows(tmp_path / "next.csv", content), by=city.actor(city.OPERATOR))[0]
    assert report.counts.totals["統合番号の付番"] == 0


def test_a_changed_number_must_be_typed_again_by_the_confirmer(persons: list[str]) -> None:
    office.look_at(persons[0])
    number = office.fresh_number(1)
    made = request_number_change(person=persons[0], number=number, grounds=office.GROUNDS, by=office.clerk())
    for wrong in ("", office.fresh_number(2)):
        with pytest.raises(TodokeError) as refused:
            confirming.confirm_correction(correction_id=made, by=office.supervisor(), number=wrong)
        assert refused.value.code is ErrorCode.STATE_CONFLICT
    confirming.refuse_correction(correction_id=made, by=office.supervisor())
    assert numbers_of(persons[0]) == {"live": [office.source(0)["individual_number"]]}
    assert find_persons([number.encode()]) == {}


def test_former_numbers_survive_a_change_of_keys(persons: list[str]) -> None:
    new = office.fresh_number(1)
    office.change_number(persons[0], new)
    jobs.rotate_keys(by=Actor(staff_id="a001", roles=frozenset({Role.ADMINISTRATOR})))
    assert numbers_of(persons[0]) == {"live": [new], "former": [office.source(0)["individual_number"]]}


@pytest.mark.parametrize("state", ["accepted", "answered"])
def test_nothing_is_corrected_while_a_query_is_in_flight(
    persons: list[str], tmp_path: Path, state: str
) -> None:
    service = LinkageService()
    service.submit(batch_id="b", queries=[query(persons[1], 1)], by=city.OPERATOR)
    if state == "answered":
        realms = far.make(tmp_path)
        jobs.exchange(
            ["b"], by=city.actor(city.OPERATOR), transport=realms, dispatcher=far.dispatcher(realms)
        )
    with pytest.raises(TodokeError, match="照会が 1 件") as refused:
        office.merge(persons[0], persons[1])
    assert refused.value.code is ErrorCode.STATE_CONFLICT
    with pytest.raises(TodokeError, match="照会が 1 件"):
        office.split(persons[1], [office.link(persons[1], "T-1").pk])
    if state == "answered":
        service.hand_over(record_ids=[result.record_id for result in service.results("b")], by=city.OPERATOR)
        office.merge(persons[0], persons[1])
        (result,) = service.results("b")  # the old answer keeps its number and says who lives
        assert (result.integrated_number, result.merged_into) == (persons[1], persons[0])


def test_a_query_that_comes_between_request_and_confirmation_stops_the_merge(persons: list[str]) -> None:
    office.look_at(persons[0], persons[1])
    made = request_merge(
        survivor=persons[0], former=persons[1], takes_number=False, grounds=office.GROUNDS, by=office.clerk()
    )
    LinkageService().submit(batch_id="b", queries=[query(persons[1], 1)], by=city.OPERATOR)
    with pytest.raises(TodokeError, match="照会が 1 件"):
        confirming.confirm_correction(correction_id=made, by=office.supervisor())
    assert not NumberAlias.objects.using("linkage").exists()


def test_a_merged_number_asked_about_is_sent_as_the_one_that_lives(
    persons: list[str], tmp_path: Path
) -> None:
    realms = far.make(tmp_path)
    office.merge(persons[0], persons[1])
    service = LinkageService()
    service.submit(batch_id="b", queries=[query(persons[1], 1)], by=city.OPERATOR)
    jobs.exchange(["b"], by=city.actor(city.OPERATOR), transport=realms, dispatcher=far.dispatcher(realms))
    assert [inquiry.integrated_number for inquiry in realms.inquiries] == [persons[0]]
    (result,) = service.results("b")
    assert (result.outcome, result.integrated_number, result.merged_into) == (
        Outcome.ANSWERED,
        persons[1],
        persons[0],
    )


def test_the_intermediary_is_told_and_the_heir_asks_once_it_has_heard(
    persons: list[str], tmp_path: Path
) -> None:
    realms = far.make(tmp_path)
    operator = city.actor(city.OPERATOR)
    jobs.acquire(batch_ids=None, by=operator, transport=realms)
    office.merge(persons[0], persons[1])
    message = OutboxMessage.objects.using("linkage").get(contract=CODE_RELEASES.name)
    (record,) = kinds.decode(CodeReleases, bytes(message.body)).records
    assert (record.ended, record.heir) == (persons[1], persons[0])
    assert not CodeRequest.objects.using("linkage").filter(person_id=persons[1]).exists()
    assert CodeRequest.objects.using("linkage").get(person_id=persons[0]).state == "requested"
    far.dispatcher(realms).drain(5.0)
    assert realms.released == [persons[1]]
    assert CodeRequest.objects.using("linkage").get(person_id=persons[0]).state == "again"
    jobs.acquire(batch_ids=None, by=operator, transport=realms)
    assert CodeRequest.objects.using("linkage").get(person_id=persons[0]).state == "present"


def test_a_split_off_person_with_the_number_asks_for_a_code_and_the_other_has_none(
    persons: list[str], tmp_path: Path
) -> None:
    realms = far.make(tmp_path)
    office.split(persons[0], [office.link(persons[0], "T-1").pk], takes_number=True)
    new = str(Correction.objects.using("linkage").get().other_id)
    far.dispatcher(realms).drain(5.0)
    assert realms.released == [persons[0]]
    jobs.acquire(batch_ids=None, by=city.actor(city.OPERATOR), transport=realms)
    states = dict(CodeRequest.objects.using("linkage").values_list("person_id", "state"))
    assert states[new] == "requested"
    assert states[persons[0]] == "wanted"  # without a 個人番号 there is nothing to ask with


def test_the_same_person_cannot_confirm(persons: list[str]) -> None:
    both = Actor(staff_id="both", roles=frozenset({Role.CLERK, Role.SUPERVISOR}), purpose="二重登録の確認")
    office.look_at(persons[0], persons[1], by=both)
    made = request_merge(
        survivor=persons[0], former=persons[1], takes_number=False, grounds=office.GROUNDS, by=both
    )
    with pytest.raises(TodokeError) as refused:
        confirming.confirm_correction(correction_id=made, by=both)
    assert refused.value.code is ErrorCode.SAME_PERSON
    assert not PersonEvent.objects.using("linkage").exists()


@pytest.mark.parametrize("end", [confirming.refuse_correction, confirming.withdraw_correction])
def test_a_request_that_ends_moves_nothing(persons: list[str], end: object) -> None:
    office.look_at(persons[0], persons[1])
    made = request_merge(
        survivor=persons[0], former=persons[1], takes_number=False, grounds=office.GROUNDS, by=office.clerk()
    )
    by = office.supervisor() if end is confirming.refuse_correction else office.clerk()
    end(correction_id=made, by=by)  # type: ignore[operator]
    with pytest.raises(TodokeError) as over:
        confirming.confirm_correction(correction_id=made, by=office.supervisor())
    assert over.value.code is ErrorCode.STATE_CONFLICT
    assert convert(1) == persons[1]


def test_who_has_not_looked_at_both_cannot_ask(persons: list[str]) -> None:
    office.look_at(persons[0])
    with pytest.raises(TodokeError) as refused:
        request_merge(
            survivor=persons[0],
            former=persons[1],
            takes_number=False,
            grounds=office.GROUNDS,
            by=office.clerk(),
        )
    assert refused.value.code is ErrorCode.NOT_FOUND


def test_the_history_says_who_when_why_and_never_what_it_was(persons: list[str], tmp_path: Path) -> None:
    before = Person.objects.using("linkage").get(pk=persons[0])
    content = [
        office.source(0) | {"address": "神奈川県横浜市中区本町六丁目50番地10", "name_kanji": "別　姓"},
        *(office.source(place) for place in range(1, 12)),
    ]
    jobs.load(city.write_rows(tmp_path / "2022.csv", content), by=city.actor(city.OPERATOR))
    office.merge(persons[0], persons[1])
    events = PersonEvent.objects.using("linkage").order_by("id")
    assert [(e.kind, e.person_id, e.what, e.by, e.confirmed_by) for e in events] == [
        ("attributes", persons[0], "name_kanji address", city.OPERATOR, ""),
        ("merged", persons[0], "", city.CLERK, city.SUPERVISOR),
        ("merged", persons[1], "", city.CLERK, city.SUPERVISOR),
    ]
    assert events[0].evidence == "2022.csv"
    kept = " ".join(str(vars(event)) for event in events)
    assert before.address not in kept
    assert before.name_kanji not in kept


def test_a_new_resident_code_leaves_the_old_one_pointing_to_the_person(
    persons: list[str], tmp_path: Path
) -> None:
    """帰化: a new 宛名番号; the tax data still lie under the old one."""
    row = office.source(0)
    content = [row | {"resident_code": "9999999999"}]
    jobs.load(city.write_rows(tmp_path / "new.csv", content), by=city.actor(city.OPERATOR))
    codes = LocalNumber.objects.using("linkage").filter(person_id=persons[0])
    assert dict(codes.values_list("local_number", "former")) == {
        row["resident_code"]: True,
        "9999999999": False,
    }
    assert convert(0) == persons[0]
    assert [e.kind for e in PersonEvent.objects.using("linkage")] == ["new_local_number"]


FORBIDDEN = (
    "UPDATE linkage_localnumber SET person_id = (SELECT max(integrated_number) FROM linkage_person)",
    "UPDATE linkage_localnumber SET local_number = '1' WHERE id = (SELECT min(id) FROM linkage_localnumber)",
    "DELETE FROM linkage_localnumber",
    "UPDATE linkage_individualnumber SET standing = 'former'",
    "UPDATE linkage_individualnumber SET person_id = (SELECT max(integrated_number) FROM linkage_person)"
    " WHERE person_id = (SELECT min(integrated_number) FROM linkage_person)",
    "DELETE FROM linkage_individualnumber",
    "DELETE FROM linkage_person",
    "UPDATE linkage_person SET integrated_number = '999999999999999'",
    "UPDATE linkage_personevent SET by = 'x'",
    "DELETE FROM linkage_personevent",
    "DELETE FROM linkage_numberalias",
    "UPDATE linkage_numberalias SET person_id = (SELECT max(integrated_number) FROM linkage_person)",
    "UPDATE linkage_correction SET reason = 'x'",
    "DELETE FROM linkage_correction",
    "UPDATE linkage_correction SET state = 'requested'",
    "INSERT INTO linkage_localnumber (system, local_number, person_id)"
    " SELECT 'tax', 'x', former_id FROM linkage_numberalias",
    "INSERT INTO linkage_numberalias (former_id, person_id, correction_id)"
    " SELECT person_id, (SELECT max(integrated_number) FROM linkage_person), correction_id + 0"
    " FROM linkage_numberalias",
)


def test_bulk_sql_of_the_app_role_cannot_do_it(persons: list[str]) -> None:
    office.merge(persons[0], persons[1])
    assert [statement for statement in FORBIDDEN if _is_let_through(statement)] == []


def _is_let_through(statement: str) -> bool:
    try:
        office.sql(statement)
    except IntegrityError:
        return False
    return True


def test_no_row_becomes_confirmed_by_hand(persons: list[str]) -> None:
    office.look_at(persons[0], persons[1])
    request_merge(
        survivor=persons[0], former=persons[1], takes_number=False, grounds=office.GROUNDS, by=office.clerk()
    )
    confirm = "UPDATE linkage_correction SET state = 'confirmed', state_at = now(), confirmed_by = %s, confirmed_at = now()"
    with pytest.raises(IntegrityError, match="did an earlier act"):
        office.sql(confirm, city.CLERK)
    with pytest.raises(IntegrityError, match="without its event"):
        office.sql(confirm, city.SUPERVISOR)
    with pytest.raises(IntegrityError, match="fixed"):
        office.sql(confirm + ", other_id = %s", city.SUPERVISOR, persons[5])


def test_every_step_is_logged_about_both_persons(persons: list[str]) -> None:
    office.merge(persons[0], persons[1])
    verbs = ("linkage:correction:request", "linkage:correction:confirm")
    for verb in verbs:
        entries = Operation.objects.using("linkage").filter(verb=verb, object_index__isnull=False)
        assert len({bytes(entry.object_index) for entry in entries}) == 2
