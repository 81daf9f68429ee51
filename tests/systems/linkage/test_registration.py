"""住登外者の登録: search first, all four attributes or nobody, a second person, and nothing typed stays behind."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.db import IntegrityError, connections, transaction

from tests.systems import city
from tests.systems.linkage import office
from todoke.access.duties import Duty
from todoke.access.permissions import Role
from todoke.identifiers import individual_number
from todoke.kernel.errors import ErrorCode, InputRefused, TodokeError
from todoke.oplog import keys
from todoke.oplog import person as oplog_person
from todoke.oplog.models import Operation
from todoke.sites.instance import Instance
from todoke.systems.linkage import jobs
from todoke.systems.linkage.actions.registrations.choose_candidate import choose_candidate
from todoke.systems.linkage.actions.registrations.close_registrations import (
    reject_registrations,
    withdraw_registrations,
)
from todoke.systems.linkage.actions.registrations.confirm_registrations import (
    Registered,
    confirm_registrations,
)
from todoke.systems.linkage.actions.registrations.request_registration import request_registrations
from todoke.systems.linkage.actions.registrations.review_candidates import review_candidates
from todoke.systems.linkage.actions.registrations.take_request_file import take_request_file
from todoke.systems.linkage.commands import group as verbs
from todoke.systems.linkage.models import (
    CodeRequest,
    IndividualNumber,
    LocalNumber,
    MatchForm,
    Person,
    Registration,
    RegistrationCandidate,
)
from todoke.systems.linkage.queries.numbers import find_persons, open_numbers
from todoke.systems.linkage.rules.registration import Asked

FILE = "individual_numbers.csv"
PURPOSE = "住登外者の給付金の審査"
TYPED = (
    "local_number",
    "name_kanji",
    "sex",
    "birth_date",
    "address",
    "key_id",
    "number_index",
    "number_sealed",
)


@pytest.fixture(autouse=True)
def _loaded(city_site: Instance) -> None:
    """The city's residents, with keys for the log (`city_site` starts without any)."""
    keys.make(settings.TODOKE_KEYS_FOLDER.parents[1], "city")
    oplog_person._read.cache_clear()
    office.systems()
    jobs.load(city.files() / FILE, by=city.actor(city.OPERATOR))


def stranger(**changes: str) -> Asked:
    """Somebody who is in no file of the sample city."""
    values = {
        "system": "welfare",
        "local_number": "W0001",
        "duty": Duty.BENEFIT.value,
        "purpose": PURPOSE,
        "name": "架空　太郎",
        "sex": "男",
        "birth_date": "昭和31年3月3日",
        "address": "神奈川県川崎市川崎区宮本町1番地",
    }
    return Asked(**values | changes)


def resident(**changes: str) -> Asked:
    """Somebody registered already, in another writing."""
    person = somebody()
    values = {
        "name": person.name_kanji.replace("　", ""),
        "sex": person.sex,
        "birth_date": f"{person.birth_date:%Y%m%d}",
        "address": person.address,
    }
    return stranger(**values | changes)


def somebody() -> Person:
    return Person.objects.using("linkage").order_by("pk")[7]


def number_of(person: Person) -> str:
    return open_numbers([person.pk])[person.pk]


def free_number() -> str:
    body = "99999999999"
    return body + individual_number.check_digit(body)


def ask(asked: Asked, by: str = city.CLERK) -> str:
    (receipt,) = request_registrations(asked=[asked], by=city.actor(by))
    assert receipt.refusal is None
    return receipt.request_id


def searched(asked: Asked) -> str:
    request_id = ask(asked)
    review_candidates(request_id=request_id, by=city.actor(city.CLERK))
    return request_id


def choose(request_id: str, person: str | None) -> None:
    choose_candidate(request_id=request_id, person=person, by=city.actor(city.CLERK))


def confirm(*request_ids: str) -> Registered:
    return confirm_registrations(request_ids=request_ids, by=city.actor(city.SUPERVISOR))


def row(request_id: str) -> Registration:
    return Registration.objects.using("linkage").get(pk=request_id)


def refused(code: ErrorCode, call: object, *args: object) -> TodokeError:
    with pytest.raises(TodokeError) as caught:
        call(*args)  # type: ignore[operator]
    assert caught.value.code is code, caught.value
    return caught.value


def refused_by_the_database(statement: str, values: list[object]) -> None:
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(using="linkage"),
        connections["linkage"].cursor() as cursor,
    ):
        cursor.execute(statement, values)


def test_a_new_person_gets_a_number_forms_a_link_and_a_wanted_code() -> None:
    number = free_number()
    before = Person.objects.using("linkage").count()
    request_id = searched(stranger(individual_number=number))
    choose(request_id, None)
    assert confirm(request_id) == Registered(minted=1, linked=0)
    done = row(request_id)
    person = Person.objects.using("linkage").get(pk=done.person_id)
    assert (person.name_kanji, person.sex, f"{person.birth_date}") == ("架空　太郎", "1", "1956-03-03")
    assert Person.objects.using("linkage").count() == before + 1
    assert find_persons([number.encode()]) == {0: person.pk}
    assert number_of(person) == number
    assert LocalNumber.objects.using("linkage").get(system="welfare").person_id == person.pk
    assert MatchForm.objects.using("linkage").get(pk=person.pk).name == "架空太郎"
    assert CodeRequest.objects.using("linkage").get(person_id=person.pk).state == "wanted"


@pytest.mark.parametrize("system", ["old", "residents", "nobody"])
def test_only_an_existing_system_in_use_asks_for_a_registration(system: str, tmp_path: Path) -> None:
    """One that has ended, 住民記録 (residents come with the register), one that was never registered."""
    for call in (
        lambda: ask(stranger(system=system)),
        lambda: take_request_file(
            file=bulk(tmp_path, line("T1")), system=system, duty=Duty.BENEFIT.value, purpose=PURPOSE,
            by=city.actor(city.CLERK),
        ),
    ):  # fmt: skip
        assert "依頼元のシステム" in refused(ErrorCode.RECORD_INVALID, call).sentence
    assert not Registration.objects.using("linkage").exists()


def test_what_was_typed_is_dropped_and_the_evidence_stays() -> None:
    request_id = searched(resident(individual_number=""))
    choose(request_id, somebody().pk)
    confirm(request_id)
    done = row(request_id)
    assert [getattr(done, field) for field in TYPED] == [None] * len(TYPED)
    assert (done.outcome, done.person_id, done.name_equal, done.address_equal) == (
        "linked",
        somebody().pk,
        True,
        True,
    )
    assert done.rules_edition
    assert done.candidates_shown
    assert done.candidates_shown >= 1
    assert (done.requested_by, done.chosen_by, done.confirmed_by) == (city.CLERK, city.CLERK, city.SUPERVISOR)
    assert not RegistrationCandidate.objects.using("linkage").exists()


@pytest.mark.parametrize(
    "change",
    [
        {"name": "違　太郎"},
        {"sex": "x"},
        {"birth_date": "19010101"},
        {"address": "神奈川県横浜市緑区霧が丘9-9-9"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_three_equal_attributes_never_link(change: dict[str, str]) -> None:
    if "sex" in change:
        change = {"sex": "2" if somebody().sex == "1" else "1"}
    request_id = searched(resident(**change))
    found = RegistrationCandidate.objects.using("linkage").filter(person_id=somebody().pk)
    if found.exists():
        error = refused(ErrorCode.REGISTRATION_REFUSED, choose, request_id, somebody().pk)
        assert somebody().address not in str(error)
        assert somebody().name_kanji not in str(error)
    else:
        refused(ErrorCode.NOT_FOUND, choose, request_id, somebody().pk)
    assert row(request_id).state == "searched"


def test_the_database_refuses_a_candidate_who_differs() -> None:
    request_id = searched(resident(address="神奈川県横浜市緑区霧が丘9-9-9"))
    refused_by_the_database(
        "UPDATE linkage_registration SET state = 'chosen', choice = 'person', chosen_person_id = %s,"
        " chosen_by = 'x', name_equal = true, sex_equal = true, birth_date_equal = true,"
        " address_equal = true WHERE request_id = %s",
        [somebody().pk, request_id],
    )


@pytest.mark.parametrize("before_search", [True, False])
def test_nobody_is_chosen_before_the_search(before_search: bool) -> None:
    request_id = ask(stranger())
    if not before_search:
        review_candidates(request_id=request_id, by=city.actor(city.CLERK))
        choose(request_id, None)
        assert row(request_id).state == "chosen"
        return
    refused(ErrorCode.STATE_CONFLICT, choose, request_id, None)


def test_a_person_known_by_number_keeps_the_number() -> None:
    number = number_of(somebody())
    request_id = searched(resident(individual_number=number))
    refused(ErrorCode.REGISTRATION_REFUSED, choose, request_id, None)
    choose(request_id, somebody().pk)
    assert confirm(request_id) == Registered(minted=0, linked=1)
    assert IndividualNumber.objects.using("linkage").filter(person_id=somebody().pk).count() == 1


def test_a_known_number_with_other_attributes_names_the_fields_only() -> None:
    request_id = searched(stranger(individual_number=number_of(somebody())))
    error = refused(ErrorCode.REGISTRATION_REFUSED, choose, request_id, somebody().pk)
    assert "氏名" in str(error)
    assert somebody().name_kanji not in str(error)
    refused(ErrorCode.REGISTRATION_REFUSED, choose, request_id, None)


def test_an_equal_person_with_another_number_goes_to_the_corrections() -> None:
    request_id = searched(resident(individual_number=free_number()))
    refused(ErrorCode.REGISTRATION_REFUSED, choose, request_id, somebody().pk)
    refused(ErrorCode.REGISTRATION_REFUSED, choose, request_id, None)


def test_maker_is_not_checker_also_in_the_database() -> None:
    request_id = searched(stranger())
    choose(request_id, None)
    both = replace(
        city.actor(city.CLERK), held=city.actor(city.CLERK).held + city.actor(city.SUPERVISOR).held
    )
    with pytest.raises(TodokeError) as caught:
        confirm_registrations(
            request_ids=[request_id], by=replace(both, verified_at=city.actor(city.SUPERVISOR).verified_at)
        )
    assert caught.value.code is ErrorCode.SAME_PERSON
    assert not LocalNumber.objects.using("linkage").filter(system="welfare").exists()
    person = somebody().pk
    refused_by_the_database(
        "UPDATE linkage_registration SET state = 'registered', confirmed_by = requested_by, outcome = 'minted',"
        " person_id = %s, local_number = NULL, name_kanji = NULL, sex = NULL, birth_date = NULL,"
        " address = NULL WHERE request_id = %s",
        [person, request_id],
    )


def test_two_requests_for_one_stranger_make_one_person() -> None:
    first, second = searched(stranger()), searched(stranger(local_number="W0002"))
    choose(first, None)
    choose(second, None)
    refused(ErrorCode.STATE_CONFLICT, confirm, first, second)
    confirm(first)
    refused(ErrorCode.STATE_CONFLICT, confirm, second)
    review_candidates(request_id=second, by=city.actor(city.CLERK))
    assert (row(second).choice, row(second).chosen_by) == ("", None)
    choose(second, row(first).person_id)
    assert confirm(second) == Registered(minted=0, linked=1)


def test_the_same_request_again_is_the_same_and_a_linked_number_is_refused() -> None:
    request_id = ask(stranger())
    assert ask(stranger()) == request_id
    (differs,) = request_registrations(asked=[stranger(name="別　人")], by=city.actor(city.CLERK))
    assert differs.refusal == "open_request_differs"
    review_candidates(request_id=request_id, by=city.actor(city.CLERK))
    choose(request_id, None)
    confirm(request_id)
    (linked,) = request_registrations(asked=[stranger()], by=city.actor(city.CLERK))
    assert linked.refusal == "already_linked"


def test_a_rejection_says_why_and_a_withdrawal_drops_everything() -> None:
    first, second = searched(stranger()), ask(stranger(local_number="W0002"))
    supervisor = city.actor(city.SUPERVISOR)
    with pytest.raises(TodokeError):
        reject_registrations(request_ids=[first], reason=" ", by=supervisor)
    reject_registrations(request_ids=[first], reason="必要性が確認できない", by=supervisor)
    withdraw_registrations(request_ids=[second], by=city.actor(city.CLERK))
    for request_id, state in ((first, "rejected"), (second, "withdrawn")):
        assert row(request_id).state == state
        assert [getattr(row(request_id), field) for field in TYPED] == [None] * len(TYPED)
    refused(ErrorCode.STATE_CONFLICT, lambda: review_candidates(request_id=first, by=city.actor(city.CLERK)))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"purpose": " "}, ErrorCode.PURPOSE_MISSING),
        ({"duty": Duty.AUDIT.value}, ErrorCode.PERMISSION_DENIED),
        ({"system": "residents"}, ErrorCode.RECORD_INVALID),
        ({"birth_date": "昭和31年不詳"}, ErrorCode.RECORD_INVALID),
        ({"address": ""}, ErrorCode.RECORD_INVALID),
        ({"individual_number": "123456789012"}, ErrorCode.NUMBER_INVALID),
    ],
)
def test_an_incomplete_request_is_refused(change: dict[str, str], code: ErrorCode) -> None:
    refused(code, ask, stranger(**change))
    assert not Registration.objects.using("linkage").exists()


def test_everything_is_logged_about_the_person() -> None:
    request_id = searched(stranger())
    choose(request_id, None)
    confirm(request_id)
    (entry,) = Operation.objects.using("linkage").filter(subject="person registered")
    assert entry.actor == city.SUPERVISOR
    assert entry.object_index
    assert "架空" not in "".join(Operation.objects.using("linkage").values_list("subject", flat=True))


def test_a_request_survives_new_keys() -> None:
    number = free_number()
    request_id = searched(stranger(individual_number=number))
    choose(request_id, None)
    jobs.rotate_keys(by=replace(city.actor(city.OPERATOR), roles=frozenset({Role.ADMINISTRATOR})))
    assert row(request_id).key_id == 2
    confirm(request_id)
    assert find_persons([number.encode()]) == {0: row(request_id).person_id}


def bulk(tmp_path: Path, *rows: dict[str, str]) -> Path:
    return city.write_rows(tmp_path / "requests.csv", list(rows))


def line(local_number: str, **changes: str) -> dict[str, str]:
    asked = stranger(local_number=local_number)
    values = {
        "local_number": asked.local_number,
        "individual_number": "",
        "name_kanji": asked.name,
        "sex": "1",
        "birth_date": "1956-03-03",
        "address": asked.address,
    }
    return values | changes


def known(local_number: str, place: int, **changes: str) -> dict[str, str]:
    """A row that agrees with a resident in all four attributes."""
    person = Person.objects.using("linkage").order_by("pk")[place]
    values = {
        "name_kanji": person.name_kanji,
        "sex": person.sex,
        "birth_date": f"{person.birth_date}",
        "address": person.address,
    }
    return line(local_number, **values | changes)


def take(file: Path) -> object:
    return take_request_file(
        file=file, system="tax", duty=Duty.BENEFIT.value, purpose=PURPOSE, by=city.actor(city.CLERK)
    )


def test_a_file_proposes_exact_matches_and_strangers_and_leaves_the_rest_to_people(tmp_path: Path) -> None:
    rows = [known(f"T{place}", place) for place in range(20)]
    rows.append(known("T90", 30, address="神奈川県横浜市緑区霧が丘9-9-9"))
    rows.append(line("T91"))
    taken = take(bulk(tmp_path, *rows))
    assert (taken.rows, taken.proposed_known, taken.proposed_new, taken.undecided) == (22, 20, 1, 1)  # type: ignore[attr-defined]
    chosen = list(Registration.objects.using("linkage").filter(state="chosen").values_list("pk", flat=True))
    assert confirm(*chosen) == Registered(minted=1, linked=20)
    assert LocalNumber.objects.using("linkage").filter(system="tax").count() == 21
    refused(ErrorCode.STATE_CONFLICT, take, bulk(tmp_path, *rows))
    more = city.write_rows(tmp_path / "more.csv", [known("T95", 40)])
    words = [
        "register-persons",
        str(more),
        "--system",
        "tax",
        "--duty",
        Duty.BENEFIT.value,
        "--purpose",
        PURPOSE,
    ]
    said = CliRunner().invoke(verbs, [*words, "--by", city.CLERK])
    assert (said.exit_code, said.output) == (0, "more.csv: 1 件（確認待ち: 紐付け 1、新規 0／選択待ち 0）\n")


def test_one_bad_row_refuses_the_whole_file_and_names_them_all(tmp_path: Path) -> None:
    request_id = searched(stranger(system="tax", local_number="T1"))
    rows = [line("T1"), line("T2", name_kanji="別　人"), line("T3", name_kanji="別　人"), line("T-?")]
    with pytest.raises(InputRefused) as caught:
        take(bulk(tmp_path, *rows))
    assert {bad.row for bad in caught.value.rows} == {5}
    with pytest.raises(InputRefused) as caught:
        take(bulk(tmp_path, *rows[:3]))
    assert {bad.row for bad in caught.value.rows} == {2, 3, 4}
    assert list(Registration.objects.using("linkage").values_list("pk", flat=True)) == [request_id]
