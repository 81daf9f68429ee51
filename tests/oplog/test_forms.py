"""PostgreSQL writes an entry's form for the export, Python checks it: on every text they must agree, byte for byte."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from todoke.oplog import archive, entry, exporting, months
from todoke.oplog.entry import Entry, Outcome, nfc
from todoke.oplog.record import write_many

ALIAS = "benefits"
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12).map(nfc)
OPTIONAL = st.none() | st.binary(max_size=40)
MONTH = datetime(2026, 9, 1, tzinfo=UTC)
ENTRY = st.builds(
    Entry,
    at=st.datetimes(datetime(2026, 9, 1), datetime(2026, 9, 29), timezones=st.just(UTC)),  # noqa: DTZ001
    persons=st.integers(0, 2**62),
    outcome=st.sampled_from([outcome.value for outcome in Outcome]),
    index=OPTIONAL,
    detail=OPTIONAL,
    **{name: TEXT for name in entry.TEXTS if name != "outcome"},
)


@pytest.fixture(scope="module")
def log(instance, _emptier):
    _emptier.empty()
    months.ensure(ALIAS, MONTH)
    yield
    _emptier.empty()


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(ENTRY, min_size=1, max_size=8))
def test_what_is_written_verifies(log, entries: list[Entry]) -> None:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM oplog_operation")
        (before,) = cursor.fetchone()
    with transaction.atomic(using=ALIAS):
        write_many(ALIAS, entries)
    data = b"".join(exporting._stream(ALIAS, MONTH.date()))
    new = [row for row in archive.rows(data) if row.id > before]
    assert [row.form for row in new] == [entry.public_of(one) for one in entries]
    assert [row.leaf for row in new] == [entry.leaf(row.form, row.committed) for row in new]
    for row, one in zip(new, entries, strict=True):
        assert entry.parse_public(row.form)[3] == tuple(getattr(one, name) for name in entry.TEXTS)
        personal = one.index is not None or one.detail is not None
        assert row.personal == (entry.personal(one.index, one.detail) if personal else b"")
