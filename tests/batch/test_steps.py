"""A step is done once per key, counted, exclusive, and run again after any stop."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, connections

from todoke.batch.models import StepRun
from todoke.batch.steps import Counts, alone, run_step
from todoke.kernel.errors import ErrorCode, TodokeError

ALIAS = "benefits"
pytestmark = pytest.mark.usefixtures("databases")


def _run(work, key: str = "k"):
    return run_step(ALIAS, "count", key=key, by="c001", title="数える", work=work)


def test_a_finished_step_is_not_run_again() -> None:
    calls = []

    def work(meter):
        calls.append(1)
        meter.total(3)
        meter.advance(3)
        return Counts(taken=3, accepted=2, refused=1, totals={"円": 200_000})

    first, second = _run(work), _run(work)
    assert len(calls) == 1
    assert (first.resumed, second.resumed) == (False, True)
    assert second.counts == first.counts


def test_another_key_is_another_step() -> None:
    counts = Counts(taken=1, accepted=1)
    assert not _run(lambda _: counts, "a").resumed
    assert not _run(lambda _: counts, "b").resumed


def test_a_step_that_failed_is_run_again_and_its_attempts_are_counted() -> None:
    def fail(_):
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError):
        _run(fail)
    assert not _run(lambda _: Counts(taken=0, accepted=0)).resumed
    assert StepRun.objects.using(ALIAS).get(name="count").attempts == 2


def test_the_same_step_twice_at_once_is_refused() -> None:
    leave = threading.Event()
    with _another_at_it(leave):
        with pytest.raises(TodokeError) as refused:
            _run(lambda _: Counts(taken=0, accepted=0))
        assert refused.value.code is ErrorCode.STATE_CONFLICT
        leave.set()


def test_whoever_resumes_before_the_server_saw_the_other_die_waits_and_goes_on() -> None:
    leave = threading.Event()
    with _another_at_it(leave, "other"):
        threading.Timer(0.4, leave.set).start()
        with alone(ALIAS, "count/other"):
            assert leave.is_set()


@contextmanager
def _another_at_it(leave: threading.Event, key: str = "k") -> Iterator[None]:
    """Somebody else is at the step `key` until `leave` is set."""
    inside = threading.Event()

    def work(_):
        inside.set()
        leave.wait(10)
        return Counts(taken=0, accepted=0)

    def other() -> None:
        try:
            _run(work, key)
        finally:
            connections.close_all()

    thread = threading.Thread(target=other)
    thread.start()
    inside.wait(10)
    try:
        yield
    finally:
        leave.set()
        thread.join()


def test_counts_that_do_not_add_up_are_refused_by_the_database() -> None:
    with pytest.raises(IntegrityError):
        _run(lambda _: Counts(taken=3, accepted=1, refused=1))
