"""Measures for monitoring: only with a registered terminal's certificate, only counts and seconds."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client

from tests import hiring
from tests.exchange import parts
from tests.systems import city
from tests.systems.linkage import filing
from todoke.access import middleware
from todoke.access.models import Terminal
from todoke.access.permissions import Role
from todoke.exchange import circuit
from todoke.exchange.metrics import CONTENT_TYPE, Gauge, render
from todoke.exchange.models import OutboxMessage
from todoke.kernel import clock
from todoke.systems.linkage import jobs
from todoke.systems.linkage.models import (
    CodeRequest,
    ExchangedFile,
    IntermediaryBacklog,
    IntermediaryStatus,
    Person,
    ReplicaFile,
    ReplicaPiece,
)

pytestmark = pytest.mark.usefixtures("city_site")
D = "directory_city"
LINE = re.compile(r"(?P<name>[a-z_]+)(?:\{(?P<labels>[^}]*)\})? (?P<value>[0-9.e+]+)")


def ask(**meta: str) -> tuple[int, str]:
    answer = Client(headers={"host": "localhost"}, **meta).get("/metrics")
    return answer.status_code, answer.content.decode()


def read() -> dict[str, float]:
    status, text = ask(**{middleware.TERMINAL: hiring.TERMINAL})
    assert status == 200
    assert text.endswith("# EOF\n")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    found = [LINE.fullmatch(line) for line in lines]
    assert all(found), lines
    return {f"{m['name']}{{{m['labels'] or ''}}}": float(m["value"]) for m in found if m}


def test_without_a_registered_terminals_certificate_nothing_is_told() -> None:
    assert ask()[0] == 403
    assert ask(**{middleware.TERMINAL: "f" * 64})[0] == 403
    assert ask(HTTP_TODOKE_CLIENT_CERTIFICATE=hiring.TERMINAL)[0] == 403
    Terminal.objects.using(D).filter(pk=hiring.TERMINAL).update(withdrawn_by="a001", withdrawn_at=clock.now())
    status, text = ask(**{middleware.TERMINAL: hiring.TERMINAL})
    assert (status, "todoke_" in text) == (403, False)


def test_no_session_is_needed_and_the_text_says_what_it_is() -> None:
    client = Client(headers={"host": "localhost"}, **{middleware.TERMINAL: hiring.TERMINAL})
    assert client.get("/metrics").headers["Content-Type"] == CONTENT_TYPE


def test_queues_pauses_codes_and_ages_are_measured_and_nobody_is_named() -> None:
    jobs.load(city.files() / "individual_numbers.csv", by=city.actor(city.OPERATOR))
    parts.send("person", key="k1")
    OutboxMessage.objects.using("linkage").update(queued_at=clock.now() - timedelta(hours=1))
    for _ in range(circuit.AFTER):
        circuit.unanswered("linkage", parts.CITY, parts.PLATFORM)
    first = CodeRequest.objects.using("linkage").first()
    assert first is not None
    CodeRequest.objects.using("linkage").filter(pk=first.pk).update(state="refused", refusal="expired")
    at = clock.now() - timedelta(minutes=2)
    status = IntermediaryStatus.objects.using("linkage").create(state="running", since=at, checked_at=at)
    IntermediaryBacklog.objects.using("linkage").create(status=status, name="inquiries", waiting=7, oldest=at)

    found = read()
    queue = f'database="linkage",receiver="platform:14100",kind="{parts.ECHO.name}"'
    total = Person.objects.using("linkage").count()
    assert found[f"todoke_outbox_messages{{{queue}}}"] == 1
    assert 3600 <= found[f"todoke_outbox_oldest_seconds{{{queue}}}"] < 3660
    assert found['todoke_sending_paused{database="linkage",receiver="platform:14100"}'] == 1
    assert found['todoke_codes{state="wanted"}'] == total - 1
    assert found['todoke_codes_failed{reason="expired"}'] == 1
    assert found["todoke_intermediary_up{}"] == found["todoke_intermediary_accepting{}"] == 1
    assert 120 <= found["todoke_intermediary_last_good_seconds{}"] < 180
    assert found['todoke_intermediary_backlog{name="inquiries"}'] == 7
    assert found['todoke_replica_rows_open{state="waiting"}'] == 0
    told = ask(**{middleware.TERMINAL: hiring.TERMINAL})[1]
    for person in Person.objects.using("linkage").all():
        assert person.pk not in told
        assert person.name_kanji not in told


def test_replicas_and_files_that_wait_are_measured() -> None:
    hour = clock.now() - timedelta(hours=1)
    file = ReplicaFile.objects.using("linkage").create(
        kind="screen", name="", system="residents", sha256="", rows=7, state="waiting", wrapped_key=b"k",
        received_at=hour, received_by=city.OPERATOR,
    )  # fmt: skip
    for number, rows in ((1, 4), (2, 2), (3, 1)):
        ReplicaPiece.objects.using("linkage").create(
            file=file, number=number, fiscal_year=2021, rows=rows, sealed_sha256="", message_key=f"k{number}",
            state="waiting",
        )  # fmt: skip
    ReplicaPiece.objects.using("linkage").filter(number=3).update(state="sent", sent_at=hour)
    queue = filing.System.joined("residents").queue()
    ExchangedFile.objects.using("linkage").create(
        queue=queue, direction="in", number=2, in_order=True, file_name="f", sha256="0" * 64, records=9,
        state="arrived", arrived_at=hour, state_at=hour, state_by=city.OPERATOR,
    )  # fmt: skip
    found = read()
    assert found['todoke_replica_rows_open{state="waiting"}'] == 6
    assert found['todoke_replica_rows_open{state="sent"}'] == 1
    assert 3600 <= found['todoke_replica_oldest_seconds{state="waiting"}'] < 3660
    assert found['todoke_file_records_waiting{queue="residents/in/numbers"}'] == 9
    assert 3600 <= found['todoke_file_oldest_seconds{queue="residents/in/numbers"}'] < 3660


def test_labels_cannot_break_out_of_their_line() -> None:
    text = render([Gauge(name="a", help="b", values={(("x", 'q"\n\\'),): 1})])
    assert text.splitlines()[2] == 'a{x="q\\"\\n\\\\"} 1'


def test_staff_without_a_terminal_see_nothing_either() -> None:
    hiring.hire(D, {"c009": [Role.OPERATOR]})
    with transaction.atomic(using=D):
        token = hiring.session(D, "c009")
    client = Client(headers={"host": "localhost"})
    client.cookies[middleware.COOKIE] = token
    assert client.get("/metrics").status_code == 403
