"""Every tampered log of the corpus is caught, and its reason named; the honest one holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.oplog import honest, tampered_whole
from tests.oplog.forger import Forger
from tests.oplog.honest import ALIAS, Evidence
from tests.oplog.tampered import CORPUS
from todoke.oplog import verify
from todoke.oplog.faults import Reason

assert tampered_whole  # adds its cases to the corpus


@pytest.fixture(scope="module")
def original(instance, _emptier, tmp_path_factory) -> Iterator[Evidence]:
    _emptier.empty()
    folder = tmp_path_factory.mktemp("evidence")
    honest.build(instance, folder / "backup")
    yield honest.export(instance, folder)
    _emptier.empty()


def test_the_honest_log_holds(original: Evidence) -> None:
    report = original.verify()
    assert report.faults == []
    found = {log.log: log for log in report.logs}[ALIAS]
    assert (found.verified, found.deleted, found.missing) == (26, 6, 0)
    assert (found.unsealed, found.erased, found.segments) == (3, 1, 5)
    assert report.trusted
    assert verify.verify(original.city, processes=2).verified == report.verified  # without trusted keys, too


def test_the_corpus_is_large_and_every_reason_occurs_in_it() -> None:
    assert len(CORPUS) >= 80
    assert {reason for _, reason in CORPUS.values()} == set(Reason)


@pytest.mark.parametrize("name", CORPUS)
def test_a_tampered_log_is_caught_and_the_reason_is_named(
    original: Evidence, name: str, tmp_path: Path
) -> None:
    evidence = original.copy(tmp_path)
    tampering, reason = CORPUS[name]
    forger = Forger(evidence.city)
    tampering(forger, evidence)
    forger.save()
    getattr(forger, "spoil", lambda _: None)(forger)
    report = evidence.verify()
    assert reason in [fault.reason for fault in report.faults], [str(fault) for fault in report.faults]
    assert report.first is not None
    assert report.first.log in (ALIAS, *evidence.trusted)


@pytest.mark.parametrize("name", [name for name in CORPUS if name.startswith("edit_actor")])
def test_the_first_bad_row_is_named(original: Evidence, name: str, tmp_path: Path) -> None:
    evidence = original.copy(tmp_path)
    forger = Forger(evidence.city)
    expected = forger.rows[honest_key()][3].id
    CORPUS[name][0](forger, evidence)
    forger.save()
    first = evidence.verify().first
    assert first is not None
    assert (first.log, first.segment, first.id, first.reason) == (ALIAS, 1, expected, CORPUS[name][1])


def honest_key() -> tuple:
    from tests.oplog.tampered import A

    return A
