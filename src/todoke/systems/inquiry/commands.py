"""`todoke inquiry …`"""

from __future__ import annotations

from pathlib import Path

import click

from todoke.access import cli_actor
from todoke.access.guard import open_verb, verb
from todoke.access.permissions import Permission
from todoke.batch.steps import StepReport
from todoke.systems.inquiry import jobs

_order = click.option("--order", "order_id", required=True, help="依頼番号")
_out = click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="出力先")
_by = click.option("--by", required=True, help="職員ID")


@click.group(name="inquiry")
def group() -> None:
    """税情報一括照会"""


@group.command(name="request")
@_order
@_out
@_by
@verb(Permission.INQUIRY_OPERATE)
def request(order_id: str, out: Path, by: str) -> None:
    """照会送付ファイルと国外転入者の一覧を作成し、統合番号連携システムへ送付します。"""
    _show(jobs.write_requests(order_id, out, by=cli_actor.actor(by)))
    for batch_id in jobs.batches(order_id):
        click.echo(f"照会依頼 {batch_id}")


@group.command(name="collect")
@_order
@_out
@_by
@verb(Permission.INQUIRY_OPERATE)
def collect(order_id: str, out: Path, by: str) -> None:
    """照会結果を取り込み、他市転入者出力レコードを作成します。他市町村課税の人は課税地へ二次照会します。"""
    _show(jobs.collect(order_id, out, by=cli_actor.actor(by)))
    for batch_id in jobs.batches(order_id):
        click.echo(f"結果を待つ照会依頼 {batch_id}（todoke linkage exchange の後、もう一度実行してください）")


@group.command(name="status")
@_order
@open_verb("件数だけを示す")
def status(order_id: str) -> None:
    """照会の状態を件数で示します。"""
    for label, count in jobs.standing(order_id).items():
        click.echo(f"{label}: {count:,} 人")


def _show(reports: list[StepReport]) -> None:
    for report in reports:
        totals = "／".join(f"{name} {value:,}" for name, value in report.counts.totals.items())
        click.echo(f"{totals}{'（済み）' if report.resumed else ''}")
