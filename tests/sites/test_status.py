"""Home shows the steps of a site, in Japanese and as counts only; whether it lives anybody may ask."""

import pytest
from django.test import Client

from tests import hiring
from todoke.access import middleware
from todoke.access.permissions import Role
from todoke.batch.steps import Counts, run_step

pytestmark = pytest.mark.usefixtures("databases")
D = "directory_city"


def test_home_lists_the_steps_by_their_japanese_titles() -> None:
    run_step(
        "benefits", "benefits.decide", key="k", by="c001", title="支給判定",
        work=lambda _: Counts(taken=9548, accepted=9548),
    )  # fmt: skip
    hiring.hire(D, {"c001": [Role.CLERK]})
    client = Client(headers={"host": "localhost"}, **{middleware.TERMINAL: hiring.TERMINAL})
    client.cookies[middleware.COOKIE] = hiring.session(D, "c001")
    page = client.get("/")
    text = page.content.decode()
    assert page.status_code == 200
    assert '<html lang="ja">' in text
    assert "支給判定" in text
    assert "9,548" in text
    assert page.headers["X-Frame-Options"] == "DENY"


def test_nobody_sees_it_without_signing_in() -> None:
    page = Client().get("/", headers={"host": "localhost"})
    assert (page.status_code, page.headers["Location"]) == (302, "/sign-in?next=%2F")


def test_health_counts_the_databases() -> None:
    assert Client().get("/health", headers={"host": "localhost"}).json()["databases"] == 15
