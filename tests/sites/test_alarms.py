"""Alarms ring over their limit, and for what is missing; the site's limits count; exit code and /metrics say so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from click.testing import CliRunner

from tests.oplog.support import write
from todoke.access import parties
from todoke.assurance import backups
from todoke.assurance.models import BackupStep
from todoke.exchange.metrics import Gauge, render
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites.monitoring import alarms, lags, metrics
from todoke.sites.monitoring.alarms import ALARMS

ALIAS = "directory_city"


def rings(name: str, values: dict, changed: dict[str, float] | None = None) -> bool:
    alarm = next(one for one in ALARMS if one.name == name)
    found = alarms.read([Gauge(name=alarm.gauge, help="", values=values)], changed or {})
    return next((one.rings for one in found if one.alarm is alarm), False)


@pytest.mark.parametrize("alarm", ALARMS, ids=lambda one: one.name)
def test_every_alarm_rings_just_over_its_limit_and_not_at_it(alarm) -> None:
    labels = (alarm.only,) if alarm.only else ()
    at, over = alarm.limit * alarm.unit, alarm.limit * alarm.unit + (-1 if alarm.below else 1)
    assert not rings(alarm.name, {labels: at})
    assert rings(alarm.name, {labels: over})
    assert rings(alarm.name, {}) == alarm.missing
    assert not rings(alarm.name, {labels: over}, {alarm.name: 0})


def test_the_sites_own_limits(tmp_path) -> None:
    assert alarms.limits(tmp_path) == {}
    (tmp_path / alarms.FILE).write_text("outbox = 8\n", encoding="utf-8")
    changed = alarms.limits(tmp_path)
    assert not rings("outbox", {(): 7 * alarms.HOUR}, changed)
    for wrong in ("outbux = 8\n", "outbox = -1\n", "outbox = 'x'\n", "outbox\n"):
        (tmp_path / alarms.FILE).write_text(wrong, encoding="utf-8")
        with pytest.raises(TodokeError) as told:
            alarms.limits(tmp_path)
        assert told.value.code is ErrorCode.SETUP_MISSING


def test_lags_of_a_site(databases) -> None:
    def named(found: list[Gauge], name: str) -> dict:
        return dict(next(gauge.values for gauge in found if gauge.name == name))

    empty = lags.gauges(["benefits", ALIAS])
    assert named(empty, "todoke_backup_age_seconds") == {}
    write("benefits", 2)
    at, by = clock.now() - timedelta(hours=30), parties.housekeeper()
    backups.note_made(ALIAS, by=by, name="city-x", began_at=at, ended_at=at, rows=1, size=1)
    backups.note(ALIAS, by=by, name="city-x", step=BackupStep.VERIFIED)
    found = metrics.measured()
    assert named(found, "todoke_log_unsealed")[("database", "benefits"),] == 2
    ages = named(found, "todoke_backup_age_seconds")
    assert set(ages) == {(("what", "made"),), (("what", "verified"),)}
    assert all(30 * 3600 <= age < 30 * 3600 + 60 for age in ages.values())
    ringing = {one.alarm.name for one in metrics.readings(found) if one.rings}
    assert {"backup", "backup_verified", "backup_copied", "backup_drill"} <= ringing
    assert "log_unsealed" not in ringing
    text = render(metrics.gauges())
    assert 'todoke_alarm{name="backup"} 1' in text
    assert 'todoke_alarm{name="outbox"} 0' in text


def test_the_exit_code_says_that_alarms_ring(databases, monkeypatch) -> None:
    from todoke.sites import entering
    from todoke.sites.commands.status import status

    monkeypatch.setattr(entering, "enter_for_command", lambda *_: None)
    result = CliRunner().invoke(status, ["city"])
    assert isinstance(result.exception, TodokeError)
    assert result.exception.code.family.exit_code == 4
    assert "警報" in result.output
    assert "最新の控えが古い" in result.output
