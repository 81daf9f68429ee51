"""警報: limits over the measures of a site, with their words; what rings is shown by `todoke status` and by /metrics.

A limit is changed in `<instance>/<realm>/alarms.toml` (name of the alarm = number in its unit, 0 = switched off).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from todoke.exchange.metrics import Gauge
from todoke.kernel.errors import ErrorCode, TodokeError

HOUR: Final = 3600.0
DAY: Final = 24 * HOUR
FILE: Final = "alarms.toml"
GAUGE: Final = "todoke_alarm"


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """One alarm: it rings when a value of its gauge passes `limit` units of `unit`; `missing`: also when there is none.

    `only`: values with this label. `below`: it rings when the value is smaller.
    """

    name: str
    title: str
    gauge: str
    limit: float
    unit: float = 1.0
    shown: str = ""
    only: tuple[str, str] | None = None
    below: bool = False
    missing: bool = False


def _age(name: str, title: str, gauge: str, hours: float) -> Alarm:
    return Alarm(name=name, title=title, gauge=gauge, limit=hours, unit=HOUR, shown="時間")


def _backup(name: str, title: str, what: str, limit: float, unit: float = HOUR) -> Alarm:
    return Alarm(
        name=name, title=title, gauge="todoke_backup_age_seconds", limit=limit, unit=unit,
        shown="日" if unit == DAY else "時間", only=("what", what), missing=True,
    )  # fmt: skip


ALARMS: Final = (
    _backup("backup", "最新の控えが古い", "made", 26),
    _backup("backup_verified", "検証済みの控えが古い", "verified", 26),
    _backup("backup_copied", "写しのある控えが古い", "copied", 50),
    _backup("backup_drill", "復元訓練の期限切れ", "drilled", 100, DAY),
    Alarm(name="backup_failed", title="検証で不合格の控えがある", gauge="todoke_backup_failed", limit=0.5),
    Alarm(
        name="log_unsealed", title="操作の記録の封印の遅れ", gauge="todoke_log_oldest_unsealed_seconds",
        limit=60, shown="秒",
    ),
    _age("outbox", "送信箱の最も古い電文", "todoke_outbox_oldest_seconds", 4),
    _age("query", "最も古い未回答の照会", "todoke_query_oldest_seconds", 14 * 24),
    _age("replica", "最も古い未登録の副本", "todoke_replica_oldest_seconds", 24),
    _age("held", "最も古い回答保留", "todoke_held_oldest_seconds", 7 * 24),
    _age("purge", "確認・実行を待つ消去", "todoke_purge_oldest_seconds", 7 * 24),
    Alarm(name="promises", title="守られていない評価書の措置", gauge="todoke_promises_broken", limit=0.5, shown="件"),
    Alarm(
        name="promises_checked", title="評価書の措置の確認が古い", gauge="todoke_promises_check_age_seconds",
        limit=26, unit=HOUR, shown="時間", missing=True,
    ),
    Alarm(
        name="classes", title="公表した評価書の区分を外れた数", gauge="todoke_assessment_classes_left", limit=0.5,
        shown="件",
    ),
    Alarm(
        name="disclosure", title="開示等の請求の決定の期限", gauge="todoke_disclosure_days_left", limit=3, shown="日",
        below=True,
    ),
    Alarm(name="paused", title="相手方への送信の停止", gauge="todoke_sending_paused", limit=0.5),
    Alarm(name="keys", title="鍵・証明書の期限", gauge="todoke_key_days_left", limit=30, shown="日", below=True),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Reading:
    """An alarm against its worst value now; None where nothing was measured. `rings` or not."""

    alarm: Alarm
    value: float | None
    limit: float
    rings: bool


def limits(realm_folder: Path) -> dict[str, float]:
    """The limits that a site has changed. SETUP_MISSING for an unknown alarm or no number."""
    try:
        found = tomllib.loads((realm_folder / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        raise _wrong("読めません") from None
    known = {alarm.name for alarm in ALARMS}
    for name, value in found.items():
        if name not in known or not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
            raise _wrong(f"{name} を直してください")
    return {name: float(value) for name, value in found.items()}


def read(gauges: Iterable[Gauge], changed: dict[str, float]) -> list[Reading]:
    """Every alarm of this site that has a measure, in the order of the table; those switched off are left out."""
    by_name = {gauge.name: gauge for gauge in gauges}
    return [
        _reading(alarm, by_name[alarm.gauge], changed.get(alarm.name, alarm.limit))
        for alarm in ALARMS
        if alarm.gauge in by_name and changed.get(alarm.name, alarm.limit) > 0
    ]


def as_gauge(readings: Sequence[Reading]) -> Gauge:
    """1 for each alarm that rings."""
    values: dict[tuple[tuple[str, str], ...], float] = {
        (("name", one.alarm.name),): float(one.rings) for one in readings
    }
    return Gauge(name=GAUGE, help="1 while the alarm rings", values=values)


def _reading(alarm: Alarm, gauge: Gauge, limit: float) -> Reading:
    values = [
        value / alarm.unit
        for labels, value in gauge.values.items()
        if alarm.only is None or alarm.only in labels
    ]
    worst = (min if alarm.below else max)(values, default=None)
    if worst is None:
        return Reading(alarm=alarm, value=None, limit=limit, rings=alarm.missing)
    return Reading(
        alarm=alarm, value=worst, limit=limit, rings=worst < limit if alarm.below else worst > limit
    )


def _wrong(detail: str) -> TodokeError:
    return TodokeError(
        ErrorCode.SETUP_MISSING,
        detail=f"{FILE}: {detail}",
        todo="docs/deployment.md の警報の一覧を見てください。",
    )
