"""Law 11: a person who is protected by whatever source is masked on every screen, list and file. Generated from the routes.

Whoever adds a route of 給付管理 is told here which of its arguments this test does not know.
"""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client
from django.urls import get_resolver

from tests import hiring
from tests.systems import city
from tests.systems.benefits.asking_city import PROGRAMME, AskingCity, ended
from tests.systems.benefits.little_city import LittleCity, code, key
from tests.systems.benefits.test_decision_lists import handed_over
from todoke.access import declarations, middleware
from todoke.access.permissions import SYSTEM_ROLES, Permission, Role, granted
from todoke.contracts import registry
from todoke.contracts.residents import Residents, SnapshotKind
from todoke.systems.benefits import jobs, queries
from todoke.systems.benefits.actions.note_contact import note_contact
from todoke.systems.benefits.models import (
    Case,
    Decision,
    FileImport,
    JudgedCount,
    JudgedHousehold,
    Letter,
    MissingCount,
    MissingStatus,
    Resident,
    Search,
)
from todoke.systems.benefits.rules.articles.forming import SpecialKind
from todoke.systems.benefits.rules.imports.kinds import ImportKind
from todoke.systems.residents import jobs as residents
from todoke.systems.residents.serves import ResidentRegister

ALIAS, AS_OF = "benefits", date(2022, 2, 1)
SECRET_WARD, WARD_NAME = "14112", "旭区"
OPEN = 1
SOURCES = {
    2: "基準日の住民記録", 3: "最新の住民記録", 4: "避難者の一覧（判定の前）", 5: "避難者の一覧（付番の後）",
    6: "最新の住民記録（付番の後）", 7: "避難者の一覧（付番の後、未確定の世帯）",
}  # fmt: skip
"""Person → by what, and when, the city came to know of the protection."""
GUARDED = [role for role in Role if role not in SYSTEM_ROLES and Permission.BENEFITS_PROTECTION_READ not in granted(role)]  # fmt: skip


def address(number: int) -> str:
    return f"神奈川県横浜市旭区秘密台{number}丁目77番{number}号"


def phone(number: int) -> str:
    return f"0459990{number:03d}"


@dataclass(frozen=True)
class Town:
    """The numbers of everybody, as the pages know them."""

    residents: dict[int, Resident]
    folder: Path

    def marks(self, number: int) -> set[str]:
        """By which a row of a list would be told to be this person's."""
        cases = Case.objects.using(ALIAS).filter(payee_resident_code=code(number))
        return {code(number), key(number), *cases.values_list("case_number", flat=True)}


@pytest.fixture
def town(city_site: object, tmp_path: Path) -> Town:
    """Everybody lives alone; judged, asked, numbered; then the news of persons 5, 6 and 7 arrives; then letters are printed."""
    shutil.rmtree(settings.TODOKE_DATA_FOLDER, ignore_errors=True)
    clerk, found = city.actor(city.CLERK), AskingCity(tmp_path)
    little = found.little
    for number in (OPEN, *SOURCES):
        where = {"address": address(number), "ward_code": SECRET_WARD, "name_kanji": f"秘匿　{number}子"}
        moved = {"moved_in_on": "2021-03-01", "previous_municipality": "47201"} if number == 7 else {}
        tax = None if number == 7 else {}
        little.person(number, number, is_head="1", relationship="世帯主", tax=tax, **where, **moved,
                      protected="1" if number == 2 else "0", now={"protected": "1" if number == 3 else "0"})  # fmt: skip
    found.answers[7] = ended("05")
    found.serve()
    registry.serve(Residents, ResidentRegister())
    residents.load(tmp_path / "residents_base.csv", tmp_path / "residents_latest.csv", AS_OF, by=clerk)
    jobs.take_registers(by=clerk)
    fled = [(code(4), SpecialKind.EVACUEE.value)]
    handed_over(LittleCity(special=fled), tmp_path, None)
    found.first()
    jobs.overview(PROGRAMME, by=clerk)
    jobs.number_cases(PROGRAMME, by=clerk)
    fled += [(code(number), SpecialKind.EVACUEE.value) for number in (5, 7)]
    handed_over(LittleCity(special=fled), tmp_path, None)
    for row in little.latest:
        row["protected"] = "1" if row["resident_code"] in (code(3), code(6)) else "0"
    file = city.write_rows(tmp_path / "later.csv", little.latest)
    residents.import_snapshot(kind=SnapshotKind.LATEST, file=file, as_of=date(2022, 2, 2), by=clerk)
    jobs.take_registers(by=clerk)
    people = {int(one.resident_code): one for one in Resident.objects.using(ALIAS)}
    for number, person in people.items():
        note_contact(person=person.pk, number=phone(number), source="窓口", by=clerk)
    return Town(residents=people, folder=tmp_path)


def secrets(number: int) -> set[str]:
    """What tells where the person lives, came from or can be called."""
    return {address(number), f"秘密台{number}", phone(number), "那覇", "47201"}


def test_every_page_and_every_file_masks_a_person_protected_by_any_source(town: Town) -> None:
    leaks, opened, told = list[tuple[str, str]](), set[str](), ""
    for name, path, text in pages(town):
        opened.add(name)
        told += text if name in ("benefits-found", "benefits-household") else ""
        for number, source in SOURCES.items():
            if any(secret in text for secret in secrets(number)):
                leaks.append((source, path))
            rows = [
                row
                for row in re.findall(r"<tr.*?</tr>", text, re.S)
                if any(m in row for m in town.marks(number))
            ]
            if any(WARD_NAME in row or SECRET_WARD in row for row in rows):
                leaks.append((source, f"{path} ward"))
    assert leaks == []
    assert opened >= MUST_OPEN
    assert address(OPEN) in told  # the test would see a leak


MUST_OPEN = {
    "benefits-found", "benefits-household", "benefits-case", "benefits-why", "benefits-cases", "benefits-judged", "benefits-missing",
    "benefits-import-differences", "benefits-import-lacking-list", "benefits-import-contents", "benefits-wards",
    "benefits-places", "export",
}  # fmt: skip
"""Pages on which a person may stand, that must have been opened with somebody on them; `export` are files that were offered."""


def pages(town: Town) -> Iterable[tuple[str, str, str]]:
    """Route, address and text of every page and file of the system, for each role that may open it and not see the protected."""
    clients = {role: _client(role, place) for place, role in enumerate(GUARDED)}
    for door in declarations.screens(get_resolver().url_patterns):
        permission = door.declaration.permission if door.declaration else None
        if not door.name.startswith("benefits/") or permission is None:
            continue
        may = [role for role in GUARDED if permission in granted(role)]
        for role in may[:1]:
            for path in _paths(town, door.name, clients[role][1]):
                yield from _fetched(clients[role][0], door.target.name, path)


def _fetched(client: Client, name: str, path: str) -> Iterable[tuple[str, str, str]]:
    queries_ = [{}]
    if name in ("benefits-cases", "benefits-judged", "benefits-missing", "benefits-import-lacking-list"):
        queries_ += [{"ward": SECRET_WARD}]
    for query in queries_:
        answer = client.get(path, {"purpose": "検査", **query}, **{middleware.TERMINAL: hiring.TERMINAL})
        assert answer.status_code < 500, (path, answer.status_code)
        text = unescape(answer.content.decode()) if answer.status_code == 200 else ""
        if name == "benefits-found":  # the page says again what was asked for
            text = "".join(re.findall(r"<tr.*?</tr>", text, re.S))
        if text:
            yield name, f"{path} {query}", text
        for form in re.findall(r"download=(csv|xlsx)", text):
            file = client.get(
                path, {"purpose": "検査", "download": form, **query}, **{middleware.TERMINAL: hiring.TERMINAL}
            )
            yield "export", f"{path} {form}", _text(form, file.content)
        for offer in set(re.findall(r'href="([^"]*/export[^"]*model=[^"]*)"', text)):
            yield "export", offer, _offered(offer)


def _text(form: str, data: bytes) -> str:
    if form == "csv":
        return "".join(f"<tr>{line}</tr>" for line in data.decode("utf-8-sig").splitlines())
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))


def _offered(offer: str) -> str:
    """The rows that the offered export would hold."""
    asked = parse_qs(urlsplit(offer).query)
    model = apps.get_model(f"benefits.{asked['model'][0].rpartition('.')[2]}")
    where = dict(one.split("=", 1) for one in asked.get("where", ()))
    rows = model._default_manager.using(asked["database"][0]).filter(**where).values_list(*asked["field"])
    return "".join(f"<tr>{row}</tr>" for row in rows)


def _client(role: Role, place: int) -> tuple[Client, str]:
    staff = f"g{place:03d}"
    hiring.hire(city.DIRECTORY, {staff: [role]})
    client = Client(headers={"host": "localhost"})
    client.cookies[middleware.COOKIE] = hiring.session(city.DIRECTORY, staff)
    return client, staff


def _paths(town: Town, route: str, staff: str) -> list[str]:
    """The route with everybody's numbers in its places."""
    places = re.findall(r"<(\w+):(\w+)>", route)
    found = ["/" + route]
    for converter, place in places:
        values = _values(town, place, staff, route)
        found = [one.replace(f"<{converter}:{place}>", str(value), 1) for one in found for value in values]
    return found


def _values(town: Town, place: str, staff: str, route: str) -> list[object]:
    if place == "handle":
        words = [
            word
            for number in (OPEN, *SOURCES)
            for word in (f"秘匿 {number}子", code(number), address(number), phone(number))
        ]
        made = [Search.objects.using(ALIAS).create(staff_id=staff, purpose="検査", words=word, at=_now(), handle=_uuid()) for word in words]  # fmt: skip
        return [one.handle for one in made]
    known: dict[str, list[object]] = {
        "person": [one.pk for one in town.residents.values()],
        "case_id": list(Case.objects.using(ALIAS).values_list("pk", flat=True)),
        "decision_id": list(Decision.objects.using(ALIAS).values_list("pk", flat=True)),
        "import_id": list(FileImport.objects.using(ALIAS).values_list("pk", flat=True)),
        "kind": [ImportKind.SPECIAL_PERSONS.value],
        "code": [PROGRAMME],
        "day": ["2022-02-01"],
    }
    assert place in known or place in _EMPTY, f"{route}: which {place} are there?"
    return known.get(place) or [1]


_EMPTY = (
    "paper_id", "box_id", "disposal_id", "recall_id", "number", "edition", "batch", "call_id", "note_id", "mailing_id", "page",
    "returned_id", "refund_id", "write_off_id", "decline_id", "appeal_id",
)  # fmt: skip
"""Arguments of which this city has none: paper, calls, mailings, returned mail, appeals and money have tests of masking of their own."""


def _now() -> object:
    from todoke.kernel import clock

    return clock.now()


def _uuid() -> object:
    import uuid

    return uuid.uuid4()


def test_letters_are_printed_for_nobody_who_is_protected_and_their_list_names_none(town: Town) -> None:
    jobs.print_letters(PROGRAMME, town.folder / "out", by=city.actor(city.CLERK))
    printed = Letter.objects.using(ALIAS).values_list("case__payee_resident_code", flat=True)
    assert set(printed) == {code(OPEN)}
    (file,) = (town.folder / "out").rglob("excluded.csv")
    listed = file.read_text(encoding="utf-8")
    assert not [number for number in SOURCES if any(mark in listed for mark in town.marks(number))]


def test_counts_stay_whole_when_wards_go(town: Town) -> None:
    run = queries.laid_out_run(PROGRAMME)
    wards = dict.fromkeys(JudgedHousehold.objects.using(ALIAS).values_list("household_key", "ward_code"))
    assert {ward for house, ward in wards if house not in (key(OPEN),)} == {""}
    counted = JudgedCount.objects.using(ALIAS).filter(run=run)
    assert sum(row.households for row in counted) == len(wards) == 7
    assert sum(row.persons for row in counted) == 7
    assert [row.households for row in counted if row.ward_code] == [1]
    assert list(MissingStatus.objects.using(ALIAS).values_list("ward_code", "asked")) == [("", "")]
    assert list(MissingCount.objects.using(ALIAS).values_list("asked", "persons")) == [("", 1)]


def test_whoever_was_left_behind_keeps_an_address_and_a_protection_that_ends_ends(town: Town) -> None:
    assert not town.residents[OPEN].hidden
    handed_over(LittleCity(special=[(code(OPEN), SpecialKind.EVACUEE.value)]), town.folder, None)
    now = {int(one.resident_code): (one.protected, one.hidden) for one in Resident.objects.using(ALIAS)}
    assert now == {OPEN: (True, True), 2: (True, True), 3: (True, True), 6: (True, True),
                   **dict.fromkeys((4, 5, 7), (False, False))}  # fmt: skip
