"""What goes on by itself: the alarm of a backlog, and when the nightly comparison is due."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import override_settings

from tests.systems import city, masters
from todoke.access import parties
from todoke.access.models import Alarm
from todoke.kernel import clock
from todoke.systems.linkage import jobs
from todoke.systems.linkage.actions.replicas.receive_masters import receive_masters
from todoke.systems.linkage.actions.replicas.watch_backlog import BACKLOG, watch_backlog
from todoke.systems.linkage.housekeeping import comparison_is_due
from todoke.systems.linkage.jobs import replicas as road
from todoke.systems.linkage.models import Reconciliation
from todoke.systems.linkage.queries import replicas as reads


@pytest.fixture
def waiting(city_site: object, tmp_path: Path) -> None:
    """Three replicas received and on their way, nothing delivered."""
    by = city.actor(city.OPERATOR)
    jobs.load(city.files() / "individual_numbers.csv", by=by)
    file = masters.write(tmp_path / "m.csv", [masters.row(one) for one in masters.local_numbers(3)])
    receive_masters(file=file, by=by)
    road.pump(by=by)


def alarms() -> list[str]:
    return list(Alarm.objects.using(city.DIRECTORY).filter(kind=BACKLOG).values_list("detail", flat=True))


@pytest.mark.usefixtures("waiting")
def test_a_backlog_rings_once_and_again_only_after_an_hour() -> None:
    by = parties.housekeeper()
    assert reads.backlog().records == 3
    assert not watch_backlog(by=by)
    with override_settings(TODOKE_BACKLOG_AGE=timedelta(0)):
        assert watch_backlog(by=by)
        assert not watch_backlog(by=by)
        assert len(alarms()) == 1
        assert alarms()[0].startswith("3 件")
    with override_settings(TODOKE_BACKLOG_COUNT=2):
        assert reads.backlog().too_many
        assert not reads.backlog().too_old


@pytest.mark.usefixtures("waiting")
def test_the_nightly_comparison_is_due_once_a_night(monkeypatch: pytest.MonkeyPatch) -> None:
    night = clock.now().astimezone(clock.JAPAN).replace(hour=2, minute=30)
    monkeypatch.setattr(clock, "now", lambda: night.replace(hour=1))
    assert not comparison_is_due()
    monkeypatch.setattr(clock, "now", lambda: night)
    assert comparison_is_due()
    counts = dict.fromkeys(
        ["ours", "theirs", "missing", "surplus", "different", "stale", "messages", "sent", "received"], 0
    )
    Reconciliation.objects.using("linkage").create(
        begun_at=night, begun_by="system", finished_at=night, **counts
    )
    assert not comparison_is_due()
    monkeypatch.setattr(clock, "now", lambda: night + timedelta(days=1))
    assert comparison_is_due()
