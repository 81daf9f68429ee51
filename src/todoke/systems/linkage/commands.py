"""`todoke linkage …`"""

from __future__ import annotations

from pathlib import Path

import click
from django.conf import settings

from todoke.access import staff
from todoke.contracts import registry
from todoke.exchange.dispatch import Dispatcher
from todoke.exchange.transport import Transport
from todoke.systems.linkage import jobs, queries
from todoke.systems.linkage.actions.renew_forms import renew_forms
from todoke.systems.linkage.jobs import Exchanged

_by = click.option("--by", required=True, help="職員ID")


@click.group(name="linkage")
def group() -> None:
    """統合番号連携システム"""


@group.command(name="load")
@click.argument("file", type=click.Path(path_type=Path))
@_by
def load(file: Path, by: str) -> None:
    """個人番号・住基個人コード・4情報を取り込み、統合番号を付けます。"""
    (report,) = jobs.load(file, by=staff.load(settings.TODOKE_STAFF_FILE, by))
    minted = report.counts.totals.get("統合番号の付番", 0)
    click.echo(f"{file.name}: {report.counts.accepted:,} 人（付番 {minted:,} 人）")


@group.command(name="forms")
@_by
def forms(by: str) -> None:
    """4情報の比較形を、今の規則で作り直します（規則の版が変わった後に一度）。"""
    changed = renew_forms(by=staff.load(settings.TODOKE_STAFF_FILE, by))
    click.echo(f"比較形の更新: {changed:,} 人")


@group.command(name="codes")
@click.option("--all", "everybody", is_flag=True, required=True, help="符号のない全員について取得を要求する")
@_by
def codes(everybody: bool, by: str) -> None:
    """符号の取得を要求します。"""
    actor = staff.load(settings.TODOKE_STAFF_FILE, by)
    report = jobs.acquire(batch_ids=None, by=actor, transport=registry.need(Transport))
    click.echo(f"符号取得の要求: {report.counts.accepted:,} 人")


@group.command(name="exchange")
@click.option("--batch", "batch_ids", multiple=True, help="照会依頼の番号（省略時は結果を待つ全部）")
@click.option("--timeout", default=300.0, show_default=True, help="結果を待つ秒数")
@_by
def exchange(batch_ids: tuple[str, ...], timeout: float, by: str) -> None:
    """符号の取得、情報照会の送信、結果の取得を続けて行います。止まったときは同じ命令で続きから再開します。"""
    chosen = batch_ids or queries.unfinished_batches()
    jobs.exchange(
        chosen,
        by=staff.load(settings.TODOKE_STAFF_FILE, by),
        transport=registry.need(Transport),
        dispatcher=registry.need(Dispatcher),
        timeout=timeout,
    )
    _show(jobs.standing(chosen))


@group.command(name="poll")
@_by
def poll(by: str) -> None:
    """確認中だった照会の結果など、新しい結果を取得します。"""
    actor = staff.load(settings.TODOKE_STAFF_FILE, by)
    click.echo(f"状態の変わった照会: {jobs.poll(by=actor, transport=registry.need(Transport)):,} 件")


@group.command(name="status")
@click.option("--batch", "batch_ids", multiple=True, required=True, help="照会依頼の番号")
def status(batch_ids: tuple[str, ...]) -> None:
    """照会の状態を件数で示します。"""
    _show(jobs.standing(batch_ids))


def _show(stand: Exchanged) -> None:
    click.echo(
        f"回答あり {stand.answered:,}／該当なし {stand.no_record:,}／提供者確認中 {stand.held:,}／"
        f"提供不許可 {stand.release_refused:,}／照会エラー {stand.refused:,}／照会中 {stand.open:,}"
    )
