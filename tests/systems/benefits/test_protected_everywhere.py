"""Law 11: a person who is protected by whatever source is masked on every screen, list and file. Generated from the routes.

Whoever adds a route of 給付管理 is told here which of its arguments this test does not know, and that it was never opened.
All tests look at one city (protected_city.py), built once; the last one changes it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.apps import apps
from django.db import connections
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver

from tests import hiring
from tests.emptying import Emptier
from tests.systems import city
from tests.systems.benefits import protected_city
from tests.systems.benefits.asking_city import PROGRAMME
from tests.systems.benefits.little_city import LittleCity, code, key
from tests.systems.benefits.protected_city import (
    GUARDED,
    OPEN,
    SECRET_WARD,
    SOURCES,
    Town,
    address,
    guarded,
    phone,
)
from tests.systems.benefits.test_decision_lists import handed_over
from todoke.access import declarations, middleware
from todoke.access.permissions import granted
from todoke.systems.benefits import queries
from todoke.systems.benefits.models import (
    Appeal,
    ApprovalLimit,
    BatchCancellation,
    Box,
    Case,
    Decision,
    Decline,
    FileImport,
    JudgedCount,
    JudgedHousehold,
    Mailing,
    MissingCount,
    MissingStatus,
    Paper,
    PaperDisposal,
    PaymentBatch,
    PrintWork,
    Recall,
    Redating,
    Refund,
    RefundReceipt,
    RefundWriteOff,
    Resident,
    ReturnedMail,
    Search,
)
from todoke.systems.benefits.rules.articles.forming import SpecialKind
from todoke.systems.benefits.rules.imports.kinds import ImportKind
from todoke.systems.benefits.rules.letters.kind import LetterKind

ALIAS, WARD_NAME = "benefits", "旭区"


@pytest.fixture(scope="module")
def town(_emptier: Emptier, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Built once for the file."""
    connections.close_all()
    _emptier.empty()
    city.open_site()
    yield protected_city.build(tmp_path_factory.mktemp("town"))
    connections.close_all()


def secrets(number: int) -> set[str]:
    """What tells where the person lives, came from or can be called."""
    return {address(number), f"秘密台{number}", phone(number), "那覇", "47201"}


def test_every_page_and_every_file_masks_a_person_protected_by_any_source(town: Town) -> None:
    leaks, opened, told = list[tuple[str, str]](), set[str](), ""
    marks = {number: town.marks(number) for number in SOURCES}
    for name, path, text in pages(town):
        opened.add(name)
        told += text if name in ("benefits-found", "benefits-household", "benefits-entry-picture") else ""
        rows = [
            row for row in re.findall(r"<tr.*?</tr>", text, re.S) if WARD_NAME in row or SECRET_WARD in row
        ]
        for number, source in SOURCES.items():
            if any(secret in text for secret in secrets(number)):
                leaks.append((source, path))
            if any(mark in row for row in rows for mark in marks[number]):
                leaks.append((source, f"{path} ward"))
    assert leaks == []
    assert opened >= MUST_OPEN
    assert _routes() - opened == LEAD_ON | ROWLESS
    assert address(OPEN) in told  # the test would see a leak


def _routes() -> set[str]:
    """Those that somebody of GUARDED may open."""
    permitted = {permission for role in GUARDED for permission in granted(role)}
    return {
        str(door.target.name)
        for door in declarations.screens(get_resolver().url_patterns)
        if door.name.startswith("benefits/") and door.declaration and door.declaration.permission in permitted
    }


LEAD_ON = {
    "benefits-entry-next", "benefits-examination-next", "benefits-return-scan", "benefits-return-undo",
    "benefits-scan", "benefits-scan-undo",
}  # fmt: skip
"""Answer with a way to another page, or only to what was sent: the next sheet or case, a batch of nothing, a scanner without a box."""

ROWLESS = {
    "benefits-prints", "benefits-print", "benefits-receipt-reverse", "benefits-redating-confirm",
    "benefits-cancellation-confirm", "benefits-cancellation-withdraw", "benefits-approval-limit-confirm",
}  # fmt: skip
"""Counts of a printing, the day of a batch, its end and a limit, which name nobody, and a receipt, of which this town has none."""

MUST_OPEN = {
    "benefits-found", "benefits-household", "benefits-case", "benefits-why", "benefits-cases", "benefits-judged", "benefits-missing",
    "benefits-import-differences", "benefits-import-lacking-list", "benefits-import-contents", "benefits-wards",
    "benefits-places", "export",
}  # fmt: skip
"""Pages on which a person may stand, that must have been opened with somebody on them; `export` are files that were offered."""


def pages(town: Town) -> Iterable[tuple[str, str, str]]:
    """Route, address and text of every page and file of the system, for each role that may open it and not see the protected."""
    clients = {role: _client(token) for role, token in protected_city.hire_guarded().items()}
    for door in declarations.screens(get_resolver().url_patterns):
        permission = door.declaration.permission if door.declaration else None
        if not door.name.startswith("benefits/") or permission is None:
            continue
        may = [role for role in GUARDED if permission in granted(role)]
        for role in may[:1]:
            for path in _paths(town, door.name, guarded(role)):
                yield from _fetched(clients[role], door.target.name, path)


def _fetched(client: Client, name: str, path: str) -> Iterable[tuple[str, str, str]]:
    queries_ = [{}]
    if name in ("benefits-cases", "benefits-judged", "benefits-missing", "benefits-import-lacking-list"):
        queries_ += [{"ward": SECRET_WARD}]
    for query in queries_:
        answer = client.get(path, {"purpose": "検査", **query}, **{middleware.TERMINAL: hiring.TERMINAL})
        assert answer.status_code < 500, (path, answer.status_code)
        text = _read(answer, path) if answer.status_code == 200 else ""
        if name == "benefits-found":  # the page says again what was asked for
            text = "".join(re.findall(r"<tr.*?</tr>", text, re.S))
        if text:
            yield name, f"{path} {query}", text
        for form in set(re.findall(r"download=(csv|xlsx)", text)):
            file = client.get(
                path, {"purpose": "検査", "download": form, **query}, **{middleware.TERMINAL: hiring.TERMINAL}
            )
            yield "export", f"{path} {form}", _text(form, file.content)
        for offer in set(re.findall(r'href="([^"]*/export[^"]*model=[^"]*)"', text)):
            yield "export", offer, _offered(offer)


def _read(answer: HttpResponse, path: str) -> str:
    """What a person reads there; on the picture of a form stands where its sender lives."""
    if not answer["Content-Type"].startswith("image/"):
        return unescape(answer.content.decode())
    paper = Paper.objects.using(ALIAS).select_related("case").get(pk=re.findall(r"\d+", path)[0])
    return address(int(paper.case.payee_resident_code))


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


def _client(token: str) -> Client:
    client = Client(headers={"host": "localhost"})
    client.cookies[middleware.COOKIE] = token
    return client


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
            for word in (f"秘匿 {number}子", code(number), address(number), phone(number))[
                : 4 if number < 8 else 1
            ]
        ]
        made = [Search.objects.using(ALIAS).create(staff_id=staff, purpose="検査", words=word, at=_now(), handle=_uuid()) for word in words]  # fmt: skip
        return [one.handle for one in made]
    if place == "number" and route.startswith("benefits/editions"):
        return list(town.later["edition"])
    if place in town.later:
        return list(town.later[place])
    if route in ("benefits/cases/<int:case_id>", "benefits/decisions/<int:decision_id>"):
        return list(_TABLES[place]._default_manager.using(ALIAS).filter(payee_resident_code__in=_each()).values_list("pk", flat=True))  # fmt: skip
    if place in _TABLES:
        return list(_TABLES[place]._default_manager.using(ALIAS).values_list("pk", flat=True))
    known: dict[str, list[object]] = {
        "person": [one.pk for one in town.residents.values() if one.resident_code in _each()],
        "kind": [ImportKind.SPECIAL_PERSONS.value, *LetterKind],  # of files, and of letters
        "code": [PROGRAMME],
        "number": [1],
        "page": [1],
        "day": [one.transfer_on.isoformat() for one in PaymentBatch.objects.using(ALIAS)],
    }
    assert place in known, f"{route}: which {place} are there?"
    return known[place]


def _each() -> list[str]:
    """Somebody of each source, for pages that do not ask how far a case has come."""
    return [code(number) for number in (OPEN, *SOURCES) if number <= protected_city.SCANNED]


_TABLES = {
    "cancellation_id": BatchCancellation, "limit_id": ApprovalLimit, "redating_id": Redating, "work_id": PrintWork, "receipt_id": RefundReceipt,
    "case_id": Case, "decision_id": Decision, "import_id": FileImport, "paper_id": Paper, "box_id": Box,
    "disposal_id": PaperDisposal, "recall_id": Recall, "mailing_id": Mailing, "returned_id": ReturnedMail,
    "refund_id": Refund, "write_off_id": RefundWriteOff, "decline_id": Decline, "appeal_id": Appeal,
}  # fmt: skip


def _now() -> object:
    from todoke.kernel import clock

    return clock.now()


def _uuid() -> object:
    import uuid

    return uuid.uuid4()


def test_letters_are_printed_for_nobody_who_is_protected_and_their_list_names_none(town: Town) -> None:
    """They were printed after the first news, before the second."""
    known = [number for number in SOURCES if number < protected_city.KEYED]
    assert protected_city.printed() == {
        code(n) for n in (OPEN, *SOURCES) if n not in (*known, protected_city.TRIED)
    }
    (file,) = (town.folder / "out").rglob("excluded.csv")
    listed = file.read_text(encoding="utf-8")
    assert not [number for number in known if any(mark in listed for mark in town.marks(number))]


def test_counts_stay_whole_when_wards_go(town: Town) -> None:
    run = queries.laid_out_run(PROGRAMME)
    wards = dict.fromkeys(JudgedHousehold.objects.using(ALIAS).values_list("household_key", "ward_code"))
    assert {ward for house, ward in wards if house not in (key(OPEN),)} == {""}
    counted = JudgedCount.objects.using(ALIAS).filter(run=run)
    assert sum(row.households for row in counted) == len(wards) == 1 + len(SOURCES)
    assert sum(row.persons for row in counted) == 1 + len(SOURCES)
    assert [row.households for row in counted if row.ward_code] == [1]
    assert list(MissingStatus.objects.using(ALIAS).values_list("ward_code", "asked")) == [("", "")]
    assert list(MissingCount.objects.using(ALIAS).values_list("asked", "persons")) == [("", 1)]


def test_whoever_was_left_behind_keeps_an_address_and_a_protection_that_ends_ends(town: Town) -> None:
    assert not town.residents[OPEN].hidden
    handed_over(LittleCity(special=[(code(OPEN), SpecialKind.EVACUEE.value)]), town.folder, None)
    now = {int(one.resident_code): (one.protected, one.hidden) for one in Resident.objects.using(ALIAS)}
    registered = {OPEN, 2, 3, 6} | {
        number for number in SOURCES if number >= protected_city.KEYED and number % 2
    }
    assert now == {number: (number in registered,) * 2 for number in (OPEN, *SOURCES)}
