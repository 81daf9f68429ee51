"""Screens: undeclared means denied; what happens is logged where the data lie, in the view's own transaction."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import clear_url_caches, path

from tests import hiring
from tests.hiring import OTHER_TERMINAL, TERMINAL
from todoke.access import acting, cli_actor, middleware
from todoke.access.guard import open_screen, screen
from todoke.access.models import Session
from todoke.access.permissions import Permission, Role
from todoke.batch.models import StepRun
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation

D = "directory_city"


def undeclared(request: HttpRequest) -> HttpResponse:
    return HttpResponse("never")


@open_screen("見本の公開画面")
def front(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"open {getattr(request, 'actor', None) is not None}")


@screen(Permission.BENEFITS_EXAMINE)
def case(request: HttpRequest, number: int) -> HttpResponse:
    assert cli_actor.actor("c001") is acting.now()
    return HttpResponse("case")


@screen(Permission.OPLOG_READ)
def log(request: HttpRequest) -> HttpResponse:
    return HttpResponse("log")


@screen(Permission.BENEFITS_APPROVE)
def approve(request: HttpRequest) -> HttpResponse:
    return HttpResponse("approved")


@screen(Permission.BENEFITS_DECIDE)
def failing(request: HttpRequest) -> HttpResponse:
    StepRun.objects.using("benefits").create(
        name="x", key="x", by="x", title="x", started_at=clock.now(), state="running"
    )
    if request.GET.get("how") == "denied":
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="見本")
    if request.GET.get("how") == "django":
        raise PermissionDenied
    raise ZeroDivisionError


@screen(Permission.INTERMEDIARY_HELD_READ)
def held(request: HttpRequest, municipality: str) -> HttpResponse:
    return HttpResponse("held")


urlpatterns = [
    path("sign-in", front, name="sign-in"),
    path("step-up", front, name="step-up"),
    path("undeclared", undeclared, name="undeclared"),
    path("case/<int:number>", case, name="case"),
    path("log", log, name="log"),
    path("approve", approve, name="approve"),
    path("failing", failing, name="failing"),
    path("held/<str:municipality>", held, name="held"),
]


@pytest.fixture(autouse=True)
def site(databases: object) -> Iterator[None]:
    with override_settings(
        ROOT_URLCONF=__name__,
        MIDDLEWARE=["todoke.pages.failures.FailurePages", "todoke.access.middleware.SignedIn"],
    ):
        clear_url_caches()
        hiring.hire(
            D,
            {
                "c001": [Role.CLERK],
                "c002": [Role.SUPERVISOR, Role.AUDITOR],
                "p001": [hiring.Right(role=Role.PROVIDER_OFFICER, municipality="13112")],
            },
        )
        yield
    clear_url_caches()


def open_as(staff_id: str, where: str, *, terminal: str = TERMINAL, method: str = "get", **data: str):
    client = Client(raise_request_exception=False, headers={"host": "localhost"})
    client.cookies[middleware.COOKIE] = hiring.session(D, staff_id)
    return getattr(client, method)(where, data, **{middleware.TERMINAL: terminal})


def entries(alias: str) -> list[tuple[str, str, str, str]]:
    rows = Operation.objects.using(alias).order_by("at", "id")
    return list(rows.values_list("actor", "verb", "subject", "outcome"))


def test_an_undeclared_view_is_denied_to_everybody_and_logged() -> None:
    assert open_as("c001", "/undeclared").status_code == 403
    assert entries(D) == [("", "access:screen:open", "undeclared:PERMISSION_DENIED", "refused")]


def test_a_look_is_an_entry_of_the_systems_own_log_without_the_number() -> None:
    assert open_as("c001", "/case/777").content == b"case"
    assert entries("benefits") == [("c001", "benefits:application:examine", "case", "done")]
    entry = Operation.objects.using("benefits").get()
    assert (entry.terminal, entry.duty, entry.organisation) == ("test-1", "benefit", "14100")
    assert entry.session_id == str(Session.objects.using(D).get().pk)


def test_without_a_session_one_is_sent_to_sign_in_and_back() -> None:
    client = Client(headers={"host": "localhost"})
    sent = client.get("/case/7", **{middleware.TERMINAL: TERMINAL})
    assert (sent.status_code, sent.headers["Location"]) == (302, "/sign-in?next=%2Fcase%2F7")
    assert client.post("/case/7", **{middleware.TERMINAL: TERMINAL}).status_code == 403
    assert client.get("/sign-in", **{middleware.TERMINAL: TERMINAL}).content == b"open False"


def test_a_wrong_terminal_is_refused_with_what_to_do() -> None:
    for terminal in (OTHER_TERMINAL, "", "0" * 64):
        answer = open_as("c001", "/case/7", terminal=terminal)
        assert answer.status_code == 403
        assert "この端末では操作できません" in answer.content.decode()
        Session.objects.using(D).filter(ended_at__isnull=True).update(
            ended_at=clock.now(), ended_by="x", end_reason="ended"
        )
    assert not entries("benefits")


def test_a_lacking_right_is_refused_and_logged_under_the_person() -> None:
    answer = open_as("c001", "/approve")
    assert answer.status_code == 403
    assert "事務所管課を通じて申請" in answer.content.decode()
    assert entries(D) == [("c001", "benefits:application:approve", "approve:PERMISSION_DENIED", "refused")]


def test_no_purpose_no_log_reading() -> None:
    assert open_as("c002", "/log").status_code == 422
    Session.objects.using(D).filter(ended_at__isnull=True).update(
        ended_at=clock.now(), ended_by="x", end_reason="ended"
    )
    assert open_as("c002", "/log", purpose="定期の点検").content == b"log"
    assert Operation.objects.using(D).get(outcome="done").purpose == "定期の点検"


def test_approval_asks_for_a_fresh_second_factor(monkeypatch) -> None:
    begun = clock.now()
    client = Client(raise_request_exception=False, headers={"host": "localhost"})
    client.cookies[middleware.COOKIE] = hiring.session(D, "c002")
    assert client.post("/approve", **{middleware.TERMINAL: TERMINAL}).content == b"approved"
    monkeypatch.setattr(clock, "now", lambda: begun + timedelta(minutes=6))
    answer = client.post("/approve", **{middleware.TERMINAL: TERMINAL})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/step-up?next=%2Fapprove")
    assert entries(D)[-1] == ("c002", "benefits:application:approve", "approve:VERIFY_AGAIN", "refused")


@pytest.mark.parametrize(
    ("how", "outcome", "reason"),
    [
        ("denied", "refused", "STATE_CONFLICT"),
        ("fault", "failed", "ZeroDivisionError"),
        ("django", "failed", "PermissionDenied"),
    ],
)
def test_a_view_that_fails_leaves_no_work_and_no_done_entry_but_its_failure(how, outcome, reason) -> None:
    assert open_as("c001", "/failing", how=how).status_code in (403, 409, 500)
    assert not StepRun.objects.using("benefits").exists()
    assert not entries("benefits")
    assert entries(D) == [("c001", "benefits:decision:decide", f"failing:{reason}", outcome)]


def test_an_officer_sees_the_own_municipality_only() -> None:
    assert open_as("p001", "/held/13112").content == b"held"
    assert [entry[:2] for entry in entries("intermediary_13112")] == [("p001", "intermediary:held:read")]
    Session.objects.using(D).filter(ended_at__isnull=True).update(
        ended_at=clock.now(), ended_by="x", end_reason="ended"
    )
    assert open_as("p001", "/held/13104").status_code == 403
    assert not entries("intermediary_13104")
