"""候補検索 as an action: permission, purpose, rate, log; and the stored forms it lives on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connections

from tests.systems import city
from todoke.access.permissions import Actor
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog import keys
from todoke.oplog import person as oplog_person
from todoke.oplog.models import Operation
from todoke.records.attributes.addresses import address
from todoke.records.attributes.names import name
from todoke.sites.instance import Instance
from todoke.systems.linkage import jobs
from todoke.systems.linkage.actions.numbers import search_candidates as searching
from todoke.systems.linkage.actions.numbers.renew_forms import renew_forms
from todoke.systems.linkage.actions.numbers.search_candidates import Candidate, Sought, search_candidates
from todoke.systems.linkage.models import MatchForm, Person

FILE = "individual_numbers.csv"
HOME = ("神奈川県", "横浜市")


@pytest.fixture(autouse=True)
def _log_keys(city_site: Instance) -> None:
    """`city_site` starts without any key; the log names persons under its own."""
    keys.make(settings.TODOKE_KEYS_FOLDER.parents[1], "city")
    oplog_person._read.cache_clear()


def load(file: Path | None = None) -> None:
    jobs.load(file or city.files() / FILE, by=city.actor(city.OPERATOR))


def clerk(purpose: str = "住登外者の登録前の確認") -> Actor:
    return replace(city.actor(city.CLERK), purpose=purpose)


def sought(person: Person, **changes: str) -> Sought:
    """The person in another writing of all four attributes."""
    row = {
        "name": person.name_kanji.replace("　", ""),
        "sex": {"1": "男", "2": "女"}[person.sex],
        "birth_date": f"{person.birth_date:%Y%m%d}",
        "address": address(person.address, HOME).text,
    }
    return Sought(**(row | changes))


def somebody() -> Person:
    return Person.objects.using("linkage").order_by("pk")[7]


def search(wanted: Sought) -> list[Candidate]:
    return search_candidates(sought=wanted, by=clerk())


def searches() -> list[Operation]:
    return list(Operation.objects.using("linkage").filter(verb=searching.VERB).order_by("id"))


def test_every_person_loaded_has_the_forms_of_the_rules_and_the_attributes_as_registered() -> None:
    load()
    forms = {form.person_id: form for form in MatchForm.objects.using("linkage").all()}
    persons = list(Person.objects.using("linkage").all())
    source = {row["name_kanji"] for row in city.rows(FILE)}
    assert len(forms) == len(persons) == len(city.rows(FILE))
    for person in persons:
        form = forms[person.pk]
        assert form.name == name(person.name_kanji).text
        assert form.address == address(person.address, HOME).text
        assert (form.sex, form.birth_date) == (person.sex, person.birth_date)
        assert person.name_kanji in source


def test_a_changed_address_changes_the_form(tmp_path: Path) -> None:
    load()
    content = [row | {"address": "神奈川県横浜市中区本町六丁目50番地10"} for row in city.rows(FILE)[:5]]
    load(city.write_rows(tmp_path / FILE, content + city.rows(FILE)[5:]))
    assert MatchForm.objects.using("linkage").filter(address="中区本町6-50-10").count() == 5


def test_a_person_is_found_in_another_writing_with_a_reason_per_attribute() -> None:
    load()
    person = somebody()
    first = search(sought(person))[0]
    assert (first.integrated_number, first.identical) == (person.integrated_number, True)
    assert [reason.registered for reason in first.reasons] == [
        person.name_kanji,
        person.sex,
        person.birth_date.isoformat(),
        person.address,
    ]
    assert all("一致" in reason.sentence for reason in first.reasons)


def test_at_another_address_the_person_is_a_candidate_and_not_identical() -> None:
    load()
    person = somebody()
    found = {c.integrated_number: c for c in search(sought(person, address="緑区霧が丘1-1-1"))}
    assert not found[person.integrated_number].identical


def test_a_search_writes_nothing_but_the_log() -> None:
    """Never a link: every row of every table is what it was."""
    load()
    tables = [model._meta.db_table for model in apps.get_app_config("linkage").get_models()]

    def contents() -> dict[str, list[tuple[str]]]:
        with connections["linkage"].cursor() as cursor:
            found = {}
            for table in tables:
                cursor.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1')
                found[table] = list(cursor.fetchall())
            return found

    before = contents()
    assert search(sought(somebody()))
    assert contents() == before


def test_a_search_is_logged_with_its_purpose_and_everybody_shown() -> None:
    load()
    found = search(sought(somebody()))
    first, *shown = searches()
    assert (first.actor, first.purpose, first.persons) == (
        city.CLERK,
        "住登外者の登録前の確認",
        len(found),
    )
    assert len(shown) == len(found)
    assert len({bytes(entry.object_index) for entry in shown}) == len(found)
    assert somebody().name_kanji not in "".join(entry.subject for entry in searches())


def test_a_search_that_finds_nobody_is_logged_too() -> None:
    load()
    assert search(Sought(name="架空　太郎", sex="1", birth_date="1901-01-01", address="中区本町1-1")) == []
    assert [entry.persons for entry in searches()] == [0]


def test_without_a_purpose_nobody_is_shown() -> None:
    load()
    with pytest.raises(TodokeError) as refused:
        search_candidates(sought=sought(somebody()), by=clerk(purpose=""))
    assert refused.value.code is ErrorCode.PURPOSE_MISSING


def test_without_the_permission_nobody_is_shown() -> None:
    with pytest.raises(TodokeError) as denied:
        search_candidates(
            sought=Sought(name="a", sex="1", birth_date="1956-01-02", address="b"),
            by=replace(city.actor(city.SUPERVISOR), purpose="x"),
        )
    assert denied.value.code is ErrorCode.PERMISSION_DENIED


@pytest.mark.parametrize(
    "vague",
    [
        {"birth_date": "", "address": ""},
        {"name": "", "birth_date": "昭和31年不詳"},
        {"name": "", "address": ""},
    ],
)
def test_fewer_than_two_telling_attributes_are_refused(vague: dict[str, str]) -> None:
    load()
    with pytest.raises(TodokeError) as refused:
        search(sought(somebody(), **vague))
    assert refused.value.code is ErrorCode.SEARCH_TOO_VAGUE


def test_too_many_searches_in_an_hour_are_refused_and_the_refusal_is_logged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    load()
    monkeypatch.setattr(searching, "SEARCHES_AN_HOUR", 3)
    for _ in range(3):
        search(sought(somebody()))
    with pytest.raises(TodokeError) as refused:
        search(sought(somebody()))
    assert refused.value.code is ErrorCode.SEARCH_TOO_OFTEN
    assert [entry.subject for entry in searches()][-1] == "too often"


def test_forms_of_an_older_edition_stop_the_search_until_they_are_renewed() -> None:
    load()
    stale = MatchForm.objects.using("linkage").order_by("pk").first()
    assert stale is not None
    MatchForm.objects.using("linkage").filter(pk=stale.pk).update(edition="1999-01", name="別")
    with pytest.raises(TodokeError) as refused:
        search(sought(somebody()))
    assert refused.value.code is ErrorCode.SETUP_MISSING
    assert renew_forms(by=city.actor(city.OPERATOR)) == 1
    assert renew_forms(by=city.actor(city.OPERATOR)) == 0
    assert search(sought(somebody()))
