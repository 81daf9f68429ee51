"""The load of an exchange measurement, in the city's process: single inquiries in an open loop, or one bulk run.

Open loop: when an inquiry arrives is drawn beforehand, and its time runs from that moment, however late anybody gets
to it. Whatever has arrived by the time the last submission is done is submitted together, as the city's API does.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
from django.conf import settings

from todoke.contracts import registry
from todoke.contracts.information import DUTY, LOCAL_TAX, PROCEDURE, TAX_ITEMS
from todoke.contracts.intermediary import RESULTS, Result, ResultsWanted
from todoke.contracts.linkage import Query
from todoke.engine.kept import base as connections
from todoke.exchange import client, parties
from todoke.exchange.dispatch import Dispatcher
from todoke.exchange.kinds import RECORD_LIMIT
from todoke.exchange.transport import Transport
from todoke.identifiers import integrated_number, municipality
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites.demonstration.bench_site import BY
from todoke.sites.demonstration.exchange_site import income_of, provider_of
from todoke.sites.instance import Instance
from todoke.sites.serve import KEPT_CONNECTIONS
from todoke.systems.linkage import queries as reads
from todoke.systems.linkage.actions.queries.send_queries import send_queries
from todoke.systems.linkage.actions.queries.submit_queries import submit_queries
from todoke.systems.linkage.actions.queries.take_results import take_results

SEED: Final = 20211210
_POLL = 0.03
_PATIENCE = 60.0
_INCOME = TAX_ITEMS.index("total_income")


def single(_instance: Instance, rate: float, seconds: float, persons: int, run: str) -> dict[str, Any]:
    """Poisson arrivals at `rate` a second for `seconds`; who is still waiting at the end is waited for."""
    arrivals = np.random.default_rng(SEED).exponential(1 / rate, round(rate * seconds)).cumsum()
    questions = _queries(len(arrivals), persons, run)
    done = _Answers(run)
    with _delivering(), _polling(done):
        done.base = time.monotonic()
        _submit(questions, arrivals + done.base, done, run)
    return done.report(arrivals)


def bulk(_instance: Instance, count: int, persons: int, run: str) -> dict[str, Any]:
    """`count` inquiries as batches of one message each, from the submission until the last result is stored here."""
    questions, done = _queries(count, persons, run), _Answers(run)
    begun, cpu = time.monotonic(), time.process_time()
    with _delivering(), _polling(done):
        for start in range(0, count, RECORD_LIMIT):
            _ask(questions[start : start + RECORD_LIMIT], f"{run}-{start}")
        submitted = time.monotonic() - begun
        done.wait(count, _PATIENCE + count / 100)
    return {
        "seconds": time.monotonic() - begun,
        "submitted_seconds": submitted,
        "city_cpu": time.process_time() - cpu,
        "answered": len(done.at),
        "wrong": done.wrong,
    }


class _Answers:
    """When which record was answered, and how many answers were not what the provider's 副本 says."""

    def __init__(self, run: str) -> None:
        self._run = run
        self.at: dict[str, float] = {}
        self.wrong = 0
        self.base = 0.0
        self.late = 0.0
        self.cpu = time.process_time()

    def take(self, results: Sequence[Result], now: float) -> None:
        for result in results:
            if not result.record_id.startswith(f"{self._run}-"):
                continue  # of a run before, whose end was not waited for
            place = int(result.record_id.rpartition("-")[2])
            items = result.items
            good = len(items) == len(TAX_ITEMS) and items[_INCOME].value == income_of(place)
            self.wrong += (not good) or result.record_id in self.at
            self.at[result.record_id] = now

    def wait(self, count: int, patience: float) -> None:
        end = time.monotonic() + patience
        while len(self.at) < count and time.monotonic() < end:
            time.sleep(0.02)

    def report(self, arrivals: Any) -> dict[str, Any]:  # noqa: ANN401 - an array
        places = np.array([int(name.split("-")[1]) for name in self.at], dtype=np.int64)
        took = (np.array(list(self.at.values())) - self.base - arrivals[places]) * 1000
        shares = {f"p{share}": round(float(np.percentile(took, share)), 1) for share in (50, 95, 99)}
        last = max(self.at.values(), default=self.base) - self.base
        clock = time.time() - time.monotonic()
        begun = (arrivals[places] + self.base + clock).tolist()
        return {
            "moments": {
                name: (first, stored + clock)
                for first, (name, stored) in zip(begun, self.at.items(), strict=True)
            },
            "asked": len(arrivals),
            "answered": len(self.at),
            "wrong": self.wrong,
            "per_s": round(len(self.at) / last, 1) if last else 0,
            **shares,
            "max": round(float(took.max(initial=0)), 1),
            "submitted_late_ms": round(self.late * 1000, 1),
            "seconds": round(last, 2),
            "city_cpu": time.process_time() - self.cpu,
        }


def _queries(count: int, persons: int, run: str) -> list[Query]:
    """Record ids `run-number-place`: the number is the arrival's, the place the person's."""
    numbers = integrated_number.mint_many(0, persons)
    return [
        Query(
            record_id=f"{run}-{number}-{number % persons}",
            integrated_number=numbers[number % persons],
            provider=municipality.organisation_code(provider_of(number % persons)),
            duty=DUTY,
            procedure=PROCEDURE,
            information_code=LOCAL_TAX,
            nondisclosure="1",
        )
        for number in range(count)
    ]


def _submit(questions: Sequence[Query], due: Any, done: _Answers, run: str) -> None:  # noqa: ANN401 - an array
    at, lates = 0, []
    while at < len(questions):
        now = time.monotonic()
        end = int(np.searchsorted(due, now, side="right"))
        if end == at:
            time.sleep(max(0.0, float(due[at]) - now))
            continue
        lates.append(now - float(due[at]))
        _ask(questions[at:end], f"{run}-{at}")
        at = end
    done.late = max(lates)
    done.wait(len(questions), _PATIENCE)


def _ask(questions: Sequence[Query], batch: str) -> None:
    receipts = submit_queries(batch_id=batch, queries=questions, by=BY)
    if any(receipt.refusal for receipt in receipts):
        raise TodokeError(ErrorCode.RECORD_INVALID, detail=f"{batch}: 受け付けられない照会があります")
    send_queries(batch_id=batch, by=BY)


@contextmanager
def _delivering() -> Iterator[None]:
    stop = threading.Event()
    connections.keep(KEPT_CONNECTIONS)  # as the city's serving process does
    thread = threading.Thread(target=registry.need(Dispatcher).run, args=(stop,), name="deliver")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@contextmanager
def _polling(done: _Answers) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=_poll, args=(done, stop), name="poll")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _poll(done: _Answers, stop: threading.Event) -> None:
    from django.db import connections

    transport, own = registry.need(Transport), settings.TODOKE_MUNICIPALITY
    while not stop.is_set():
        results = client.request(
            transport,
            sender=parties.city(own),
            receiver=parties.platform(own),
            kind=RESULTS,
            body=ResultsWanted(after=reads.result_cursor(), limit=RECORD_LIMIT),
            key=f"results {uuid.uuid4().hex}",
        ).records
        take_results(results=results, by=BY)
        done.take(results, time.monotonic())
        if len(results) < RECORD_LIMIT:
            stop.wait(_POLL)
    connections.close_all()
