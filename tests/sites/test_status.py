"""The front page of a site: Japanese, counts only."""

import pytest
from django.test import Client

from todoke.batch.steps import Counts, run_step

pytestmark = pytest.mark.usefixtures("databases")


def test_it_lists_the_steps_by_their_japanese_titles() -> None:
    run_step(
        "benefits", "benefits.decide", key="k", by="c001", title="支給判定",
        work=lambda _: Counts(taken=9548, accepted=9548),
    )  # fmt: skip
    page = Client().get("/", headers={"host": "localhost"})
    text = page.content.decode()
    assert page.status_code == 200
    assert '<html lang="ja">' in text
    assert "支給判定" in text
    assert "9,548" in text
    assert page.headers["X-Frame-Options"] == "DENY"


def test_health_counts_the_databases() -> None:
    assert Client().get("/health", headers={"host": "localhost"}).json()["databases"] == 15
