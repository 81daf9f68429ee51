"""`todoke status`: whether a site's databases answer and which alarms ring; the exit code says so to monitoring."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from todoke.access.guard import open_verb
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites.realms import Realm

if TYPE_CHECKING:
    from todoke.sites.monitoring.alarms import Reading


@click.command("status")
@click.argument("realm", type=click.Choice([realm.value for realm in Realm]))
@click.option("--json", "as_json", is_flag=True, help="結果を一つの JSON で出します")
@open_verb("件数・秒数・上限だけを示す。監視に使う")
def status(realm: str, as_json: bool) -> None:
    """サイトの警報の一覧。鳴っている警報があれば終了コード 4。"""
    from todoke.sites.entering import enter_for_command

    enter_for_command(click.get_current_context(), Realm(realm))
    from todoke.sites.monitoring import metrics

    found = metrics.readings(metrics.measured())
    if as_json:
        click.echo(json.dumps([_line(one) for one in found], ensure_ascii=False))
    else:
        for one in found:
            value = "なし" if one.value is None else f"{one.value:,.1f}"
            mark = "警報" if one.rings else "正常"
            click.echo(f"{mark}  {value:>10} / {one.limit:,.1f} {one.alarm.shown:<3} {one.alarm.title}")
    if ringing := sum(one.rings for one in found):
        raise TodokeError(ErrorCode.ALARMS_RING, count=ringing)


def _line(one: Reading) -> dict[str, object]:
    return {"alarm": one.alarm.name, "value": one.value, "limit": one.limit, "rings": one.rings}
