"""開示: what was written through the whole world on one person appears, nothing of a protected spouse does, and who looked is the log."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connections
from pypdf import PdfReader

from tests import hiring
from tests.assurance.test_holding import HOLDINGS, holding
from tests.systems import city
from tests.systems.benefits.world import FORM_COLUMNS
from tests.systems.world import World
from todoke.access.permissions import Actor, Role
from todoke.assurance.disclosure import papers, queries
from todoke.assurance.disclosure.actions import (
    decide,
    gather,
    hand_over,
    identify,
    open_request,
    receive_request,
)
from todoke.assurance.disclosure.actions.gather import Gathered
from todoke.assurance.disclosure.actions.hand_over import Handing
from todoke.assurance.disclosure.actions.receive_request import Asked
from todoke.assurance.disclosure.actions.withhold import withhold
from todoke.assurance.disclosure.rules.identity import Capacity, Document, Route
from todoke.assurance.disclosure.rules.kinds import Kind, Outcome
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog import search
from todoke.oplog.person import Person
from todoke.oplog.search import Criteria
from todoke.privacy.holding import Ground, Section
from todoke.systems.benefits import jobs as benefits
from todoke.systems.benefits.models import Application, Case
from todoke.systems.inquiry import jobs as inquiry
from todoke.systems.inquiry.models import Subject
from todoke.systems.linkage.models import LocalNumber

PROGRAMME = "r3-nontaxable"
CLERK, MANAGER = "d001", "d002"
PAPERS = {Document.PHOTO}
PROXY_PAPERS = {Document.PHOTO, Document.MANDATE, Document.SEAL}


def by(staff_id: str) -> Actor:
    return city.actor(staff_id)


@pytest.fixture
def staff(world: World) -> World:
    hiring.hire(city.DIRECTORY, {CLERK: [Role.DISCLOSURE_CLERK], MANAGER: [Role.DISCLOSURE_MANAGER]})
    for staff_id in (CLERK, MANAGER):
        hiring.sit_down(city.DIRECTORY, staff_id)
    return world


def request(row: dict[str, str], capacity: Capacity = Capacity.OWN) -> int:
    """A request about that row of the register, its person found."""
    own = capacity is Capacity.OWN
    asked = Asked(
        kind=Kind.DISCLOSURE, office="14100", route=Route.COUNTER, received_on=clock.today(), name=row["name_kanji"],
        birth_date=date.fromisoformat(row["birth_date"]), address="請求書に書いた住所", capacity=capacity,
        representative="" if own else "代理　一郎", documents=PAPERS if own else PROXY_PAPERS, wanted="給付金に関する一切",
    )  # fmt: skip
    number = receive_request.receive_request(asked=asked, by=by(CLERK))
    identify.identify(number=number, resident_code=row["resident_code"], by=by(CLERK))
    return number


def told(found: Gathered) -> str:
    return text_of(papers.disclosed(found))


def text_of(document: bytes) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(document)).pages).split())


def walk(world: World, out: Path) -> None:
    """Decide, ask the other municipalities, decide again, print, take a form of every case in, pay."""
    clerk, operator = city.actor(city.CLERK), city.actor(city.OPERATOR)
    benefits.take_registers(by=clerk)
    benefits.load(city.files() / "tax.csv", city.files() / "assistance.csv", by=clerk)
    benefits.decide(PROGRAMME, "first", by=clerk)
    benefits.ask(PROGRAMME, "first", by=clerk)
    order = f"{PROGRAMME}-first"
    inquiry.write_requests(order, out, by=operator)
    world.exchange(inquiry.batches(order))
    inquiry.collect(order, out, by=operator, exchange=world.exchange)
    benefits.import_answers(PROGRAMME, "first", by=clerk)
    benefits.decide(PROGRAMME, "second", by=clerk)
    benefits.number_cases(PROGRAMME, by=clerk)
    benefits.print_letters(PROGRAMME, out, by=clerk)
    with (out / "forms.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, FORM_COLUMNS, lineterminator="\n")
        writer.writeheader()
        for n, case in enumerate(Case.objects.using("benefits").order_by("pk")):
            writer.writerow(
                {
                    "household_code": case.household_key, "received_on": "2022-03-01", "route": "郵送", "declines": "0",
                    "declared_supporter_taxed": "0", "bank_code": "0138", "branch_code": "200", "account_type": "1",
                    "account_number": f"{n + 1:07d}", "account_holder_kana": "ﾖｼﾀﾞ ﾀｶｻﾞｷ",
                }
            )  # fmt: skip
    benefits.receive(PROGRAMME, out / "forms.csv", by=clerk)
    benefits.examine(PROGRAMME, by=clerk)


def by_key(sections: tuple[Section, ...]) -> dict[str, Section]:
    return {part.key: part for part in sections}


def values(part: Section, label: str) -> list[str]:
    return [item.value for row in part.rows for item in row if item.label == label]


def kept_somewhere(numbers: list[str]) -> set[str]:
    """Every model in whose table a row names one of the numbers, by the text of whole rows."""
    found = set()
    elsewhere = {"intermediary": "intermediary_14100", "assurance": city.DIRECTORY}
    for system in HOLDINGS:
        alias = elsewhere.get(system, system)
        for model in apps.get_app_config(system).get_models():
            statement = f"SELECT EXISTS (SELECT FROM {model._meta.db_table} t WHERE t::text ~ %s)"
            with connections[alias].cursor() as cursor:
                cursor.execute(statement, ["|".join(numbers)])
                (there,) = cursor.fetchone()
            found |= {f"{system}.{model.__name__}"} if there else set()
    return found


def left_out() -> set[str]:
    return {f"{system}.{name}" for system in HOLDINGS for name in holding(system).left_out}


def test_disclosure_through_the_whole_world(staff: World, tmp_path: Path) -> None:
    """One walk for all of it: the world is dear."""
    walk(staff, tmp_path)
    register = {row["resident_code"]: row for row in city.rows("residents_latest.csv")}
    everything_appears_and_is_handed_over(register)
    nothing_of_a_protected_spouse_appears(register)


def everything_appears_and_is_handed_over(register: dict[str, dict[str, str]]) -> None:
    payees = {case.payee_resident_code: case for case in Case.objects.using("benefits").order_by("pk")}
    subjects = Subject.objects.using("inquiry").filter(resident_code__in=payees.keys() & register.keys())
    code = subjects.order_by("pk").values_list("resident_code", flat=True)[0]
    person = LocalNumber.objects.using("linkage").get(local_number=code).person_id
    request(register[code])
    number = request(register[code])
    found = gather.gather(number=number, by=by(CLERK))
    sections = by_key(found.sections)
    numbers = [code, person, payees[code].case_number]
    assert kept_somewhere(numbers) - left_out() - sections.keys() == set()
    assert {"benefits.tax", "benefits.judged"} & sections.keys()
    assert {
        "inquiry.Query",
        "benefits.Application",
        "benefits.Letter",
        "intermediary.ExchangeRecord",
    } <= sections.keys()
    assert values(sections["benefits.Application"], "口座番号") == [
        Application.objects.using("benefits").get(case=payees[code]).account_number
    ]
    assert values(sections["residents.Resident"], "住所") == [register[code]["address"]]

    # who looked: the section is the log, entry by entry
    looked = search.search(
        ["linkage"], Criteria(persons={"linkage": [Person("integrated_number", person)]}), limit=1000
    ).entries
    again = by_key(gather.gather(number=number, by=by(CLERK)).sections)["linkage.looks"]
    assert values(again, "職員番号")[: len(looked)] == [entry.actor for entry in reversed(looked)]
    assert len(again.rows) == len(looked) + 2  # the second look itself: the numbers, then what is held

    the_office_tells_of_itself(found, person, number)

    text = told(found)
    assert code in text
    assert "".join(register[code]["address"].split()) in text
    assert "支援措置" not in text
    ledger = {row["resident_code"]: row["individual_number"] for row in city.rows("individual_numbers.csv")}
    assert ledger[code] not in text

    it_is_decided_by_another_and_handed_over_once(number, register[code]["name_kanji"])


def it_is_decided_by_another_and_handed_over_once(number: int, name: str) -> None:
    with pytest.raises(TodokeError) as same:
        decide.decide(number=number, outcome=Outcome.FULL, reason="", by=by(CLERK))
    assert same.value.code is ErrorCode.PERMISSION_DENIED
    withhold(
        number=number,
        section="benefits.Call",
        title="電話の応対",
        ground=Ground.CONDUCT,
        reason="例",
        by=by(CLERK),
    )
    with pytest.raises(TodokeError):
        decide.decide(number=number, outcome=Outcome.FULL, reason="", by=by(MANAGER))
    decide.decide(number=number, outcome=Outcome.PARTIAL, reason="一部は事務に支障", by=by(MANAGER))
    notice = text_of(papers.notice(queries.locked(number)))
    for said in ("一部を開示する", "利用目的", "写しの交付", "78条1項7号", "審査請求"):
        assert said in notice
    handing = Handing(handed_to=name, documents=[], fee_exempt=False)
    with pytest.raises(TodokeError, match="本人確認"):
        hand_over.hand_over(number=number, handing=handing, by=by(CLERK))
    document = hand_over.hand_over(number=number, handing=replace(handing, documents=PAPERS), by=by(CLERK))
    kept = queries.locked(number)
    assert (kept.state, kept.fee_yen) == ("executed", 10 * len(PdfReader(io.BytesIO(document)).pages))
    with pytest.raises(TodokeError):
        hand_over.hand_over(number=number, handing=replace(handing, documents=PAPERS), by=by(CLERK))


def the_office_tells_of_itself(found: Gathered, person: str, number: int) -> None:
    """The register of requests is held on the person, too, and looks into it stand in the directory's own log."""
    sections = by_key(found.sections)
    assert values(sections["assurance.Request"], "請求の内容") == ["給付金に関する一切"]
    assert values(sections["assurance.Request"], "住所") == ["請求書に書いた住所"]
    open_request.open_request(number=number, by=by(MANAGER))
    known = {city.DIRECTORY: [Person("integrated_number", person)]}
    entries = search.search([city.DIRECTORY], Criteria(persons=known), limit=1000).entries
    again = by_key(gather.gather(number=number, by=by(CLERK)).sections)["assurance.looks"]
    assert values(again, "職員番号")[: len(entries)] == [entry.actor for entry in reversed(entries)]
    assert MANAGER in values(again, "職員番号")


def nothing_of_a_protected_spouse_appears(register: dict[str, dict[str, str]]) -> None:
    """A head of a household from which protected members have gone asks; then somebody with a mandate asks for one of them."""
    base = {row["resident_code"]: row for row in city.rows("residents_base.csv")}
    protected = [row for row in register.values() if row["protected"] == "1" and row["resident_code"] in base]
    wife = next(
        row
        for row in protected
        if any(
            mate["protected"] == "0"
            and mate["household_code"] == base[row["resident_code"]]["household_code"]
            for mate in base.values()
        )
    )
    home = base[wife["resident_code"]]["household_code"]
    husband = next(row for row in base.values() if row["household_code"] == home and row["protected"] == "0")
    secrets = [
        wife[name] for name in ("resident_code", "household_code", "address", "name_kanji", "name_kana")
    ]
    secrets = [
        "".join(secret.split()) for secret in secrets if secret != husband.get("address") and secret != home
    ]
    secrets += ["支援措置", "自動応答不可", "protection"]
    theirs = gather.gather(number=request(register[husband["resident_code"]]), by=by(CLERK))
    text = told(theirs)
    assert husband["resident_code"] in text
    assert [secret for secret in secrets if secret in text] == []

    request(wife)
    asked_for = gather.gather(number=request(wife, Capacity.VOLUNTARY), by=by(CLERK))
    text = told(asked_for)
    places = [
        wife["address"],
        wife["postal_code"],
        wife["household_code"],
        base[wife["resident_code"]]["address"],
    ]
    assert wife["resident_code"] in text
    assert [place for place in places if "".join(place.split()) in text] == []
    assert "支援措置" not in text
    assert "自動応答不可" not in text
    assert "請求書に書いた住所" not in text  # what she wrote on requests of her own
    herself = told(gather.gather(number=request(wife), by=by(CLERK)))
    assert "".join(wife["address"].split()) in herself
    assert "支援措置はい" in herself
